"""Word documents: a new file of what the text leads to and the format knows; what is not known does not come along."""

from __future__ import annotations

import encodings.cp437  # noqa: F401  # names in archives; loaded before the child's hands are bound
import io
import posixpath
import re
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lxml import etree

from . import embedded, fields, images
from .bookmarks import Bookmarks
from .hidden import Hidden
from .images import Sides
from .instructions import Instructions
from .kinds import Found, Refusal, Refused
from .rebuilding import Rebuilder
from .word_format import Styles

MOST_UNPACKED_BYTES, MOST_MEMBERS, MOST_RATIO = 200_000_000, 2_000, 100
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES, _STORY, _ROOT = "[Content_Types].xml", "word/document.xml", "_rels/.rels"
_SAFE_NAME = re.compile(r"(?:[^/\\:\0-\x1f\x7f-\x9f]+/)*[^/\\:\0-\x1f\x7f-\x9f]+")
"""A place in the archive. It may be called anything, for what is kept gets another name."""
_REFUSED = {
    re.compile(r".*vbaProject.*|.*vbaData.*|.*macro.*", re.IGNORECASE): Refusal.MACROS,
    re.compile(
        r"word/(?:embeddings|activeX|afchunk).*|(?!word/printerSettings/).*\.(?:bin|exe|js|html?|mht|ole)",
        re.IGNORECASE,
    ): Refusal.EMBEDDED,
}
_HISTORY = re.compile(r"ins|del|cellIns|cellDel|cellMerge|move(?:From|To)|(?:\w+Pr|numbering|tblGrid)Change")
_RUNS_OR_LOADS = frozenset({"altChunk", "subDoc", "control", "OLEObject"})
_SHOWN_UNDER_A_MOUSE = frozenset({"descr", "title", "alt"})
_DRAWN_BY_VML = "{urn:schemas-microsoft-com:"
_KINDS = {
    "styles": "word/styles.xml", "numbering": "word/numbering.xml", "settings": "word/settings.xml",
    "fontTable": "word/fontTable.xml", "theme": "word/theme/theme1.xml", "footnotes": "word/footnotes.xml",
    "endnotes": "word/endnotes.xml",
}  # fmt: skip
"""The parts that a document has once, and where they are put."""
_MANY = frozenset({"header", "footer"})
_ALLOWED_ELSEWHERE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_BEFORE_AN_ADDRESS = re.compile(r"(?:https?://|mailto:)?(?:www\.)?")
_LOADED = frozenset({"image", "subDocument", "aFChunk", "oleObject", "video", "audio", "control"})
_OF_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPE = "application/vnd.openxmlformats-officedocument."
_PICTURES = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp"}
_PLACES_OF_NUMBERS = re.compile(r"%\d")
_WORDS_OF_A_LEVEL = re.compile(r"\w{2}")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def clean(body: bytes, _kind: str) -> tuple[str, bytes, list[Found]]:
    """The document made anew, and what it held beside its content.

    Raises:
        Refused: no Word document, a bomb, with macros, embedded things or tracked changes.

    Elements are known by their name in whatever namespace: the strict form of the format has others.
    """
    parts = unpacked(body)
    story = story_in(parts)
    _check_types(_root(parts[_TYPES]))
    found = [Found.AUTHOR] if any(name.startswith("docProps/") for name in parts) else []
    if any("comments" in name for name in parts):
        found.append(Found.COMMENTS)
    document = _Document(parts, story, found)
    return "docx", _packed(document.made()), sorted(set(document.found))


def unpacked(body: bytes) -> dict[str, bytes]:
    """The parts of the document by their names.

    Raises:
        Refused: no archive, or one that does harm by being unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return _unpacked(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Refused(Refusal.DAMAGED) from error


def story_in(parts: dict[str, bytes]) -> str:
    """The name of the part with the text: Word on the web and other programs give it one of their own.

    Raises:
        Refused: no Word document.
    """
    related = _relations(parts, "").values()
    name = next((one.target for one in related if one.kind == "officeDocument" and not one.is_elsewhere), _STORY)
    if name not in parts or _TYPES not in parts:
        raise Refused(Refusal.UNKNOWN)
    return name


def _unpacked(packed: zipfile.ZipFile) -> dict[str, bytes]:
    members = packed.infolist()
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > MOST_UNPACKED_BYTES:
        raise Refused(Refusal.BOMB)
    parts: dict[str, bytes] = {}
    for one in members:
        _check(one)
        if one.is_dir():
            continue
        if one.filename in parts:
            raise Refused(Refusal.DAMAGED)
        with packed.open(one) as member:
            data = member.read(one.file_size + 1)
        if len(data) != one.file_size:
            raise Refused(Refusal.BOMB)
        parts[one.filename] = data
    return parts


def _check(one: zipfile.ZipInfo) -> None:
    is_link = stat.S_ISLNK(one.external_attr >> 16)
    if is_link or not _SAFE_NAME.fullmatch(one.filename.rstrip("/")) or ".." in one.filename.split("/"):
        raise Refused(Refusal.DAMAGED)
    if one.file_size > MOST_RATIO * max(one.compress_size, 1) and one.file_size > 1_000_000:
        raise Refused(Refusal.BOMB)
    if one.flag_bits & 1:
        raise Refused(Refusal.ENCRYPTED)
    for pattern, why in _REFUSED.items():
        if pattern.fullmatch(one.filename):
            raise Refused(why)


@dataclass(frozen=True, slots=True)
class _Relation:
    """What a part points to: by its full type, another part or an address elsewhere."""

    type: str
    target: str
    is_elsewhere: bool

    @property
    def kind(self) -> str:
        """The type without what all have in common; empty for one that is not of the format itself."""
        return next((self.type.removeprefix(one) for one in _OF_RELATIONS if self.type.startswith(one)), "")


class _Document:
    """A document in its ``parts``, made anew from its text and from what that leads to."""

    def __init__(self, parts: dict[str, bytes], story: str, found: list[Found]) -> None:
        self.found = found
        self._parts, self._story, self._made = parts, story, dict[str, bytes]()
        self._media, self._many = dict[tuple[str, Sides], str](), dict[str, str]()
        self._once = {one.kind: one for one in self._relations(story).values() if one.kind in _KINDS}
        styles = self._root_of("styles")
        self._hidden, self._bookmarks = Hidden(styles), Bookmarks()
        named = styles.iter("{*}style") if styles is not None else ()
        self._styles = Styles((_told(one, "styleId"), _told(one.find("{*}name"), "val")) for one in named)
        self._rebuilder = Rebuilder(self._styles)
        self._instructions = Instructions(self._bookmarks, self._styles)
        self._numbered = set[tuple[str, str]]()

    def made(self) -> dict[str, bytes]:
        """The parts that are kept, under names that say nothing."""
        story = _root(self._parts[self._story])
        _drop_unseen_headers(story, self._root_of("settings"))
        new = self._add(_STORY, self._story, story, self._once.values())
        noted = {_told(one, "id") for one in new.iter("{*}footnoteReference", "{*}endnoteReference")}
        for kind, relation in sorted(self._once.items(), key=lambda each: each[0] == "numbering"):
            root = _root(self._parts[relation.target])
            for note in root.findall("{*}footnote") + root.findall("{*}endnote"):
                if _told(note, "type"):
                    self._rebuilder.lost += _drop_words(note)
                elif _told(note, "id") not in noted:
                    root.remove(note)
            if kind == "numbering":
                self._rebuilder.lost += _drop_words_of_levels(root, self._numbered)
            self._add(_KINDS[kind], relation.target, root)
        type_of_it = next(
            (one.type for one in self._relations("").values() if one.kind == "officeDocument"),
            _OF_RELATIONS[0] + "officeDocument",
        )
        self._made[_ROOT] = _written_relations({"rId1": _Relation(type_of_it, _STORY, is_elsewhere=False)})
        self._made[_TYPES] = _written_types(self._made)
        if self._rebuilder.lost:
            self.found.append(Found.HIDDEN)
        return self._made

    def _root_of(self, kind: str) -> Any:
        return _root(self._parts[self._once[kind].target]) if kind in self._once else None

    def _relations(self, name: str) -> dict[str, _Relation]:
        return _relations(self._parts, name)

    def _add(self, name: str, old_name: str, root: Any, always: Iterable[_Relation] = ()) -> Any:
        """Add ``root`` as the part ``name``, and what it leads to; ``always`` whether it names that or not."""
        old, new = self._relations(old_name), dict[str, _Relation]()
        for one in always:
            new[f"rId{len(new) + 1}"] = _Relation(one.type, _KINDS[one.kind], is_elsewhere=False)

        def relation(element: Any, identity: str) -> str | None:
            related = self._followed(element, old.get(identity))
            if related is None:
                return None
            known = next((key for key, one in new.items() if one == related), f"rId{len(new) + 1}")
            new[known] = related
            return known

        made = self._rebuilder.rebuilt(self._stripped(root), relation)
        self._made[name] = _bytes(made)
        if new:
            folder, base = posixpath.split(name)
            self._made[f"{folder}/_rels/{base}.rels"] = _written_relations(new)
        return made

    def _stripped(self, root: Any) -> Any:
        hidden = self._hidden.pieces(root)
        tables = {piece.getparent() for piece in hidden}
        for piece in hidden:
            _remove(piece)
        for table in tables:
            if table is not None and table.find("{*}tr") is None and etree.QName(table).localname == "tbl":
                _remove(table)  # a table without rows is a damaged document
        self._hidden.unmark(root)
        for one in root.iter("{*}numPr"):
            self._numbered.add((_told(one.find("{*}numId"), "val"), _told(one.find("{*}ilvl"), "val") or "0"))
        _drop_unchosen(root)
        unseen = _strip_story(root, self._bookmarks)
        self.found += [Found.HIDDEN] if hidden or unseen else []
        self.found += [Found.FIELDS] if fields.keep_harmless(root, self._instructions) else []
        return root

    def _followed(self, element: Any, related: _Relation | None) -> _Relation | None:
        """What ``element`` points to, as it is kept."""
        if related is None:
            return None
        if related.is_elsewhere:
            if related.kind != "hyperlink":
                raise Refused(Refusal.EMBEDDED)
            if _ALLOWED_ELSEWHERE.match(related.target) and _is_shown(related.target, element):
                return related
            self.found.append(Found.LINKS)  # its words stay; nothing is loaded by opening a document with a link
            return None
        if related.kind == "image":
            name = self._picture(related.target, _cut_off(element))
        elif related.kind in _MANY:
            name = self._many.get(related.target, "")
            if not name:
                name = self._many[related.target] = f"word/{related.kind}{len(self._many) + 1}.xml"
                self._add(name, related.target, _root(self._parts[related.target]))
        else:
            return None
        return _Relation(related.type, name, is_elsewhere=False)

    def _picture(self, target: str, sides: Sides) -> str:
        """The name of a picture as it is kept, without the ``sides`` that are not seen."""
        if (target, sides) not in self._media:
            body = self._parts[target]
            kind = next((kind for magic, kind in _PICTURES.items() if body.startswith(magic)), None)
            if kind is None:
                raise Refused(Refusal.EMBEDDED)
            if kind == "jpeg" and not any(sides):
                body = embedded.bare_jpeg(body)
            else:
                kind, body, _found = images.clean(body, kind, sides)
            name = self._media[target, sides] = f"word/media/image{len(self._media) + 1}.{kind}"
            self._made[name] = body
        return self._media[target, sides]


def _relations(parts: dict[str, bytes], name: str) -> dict[str, _Relation]:
    """What the part ``name`` points to, by identifiers; of the archive itself for none."""
    folder, base = posixpath.split(name)
    written = parts.get(posixpath.join(folder, "_rels", f"{base}.rels"))
    by_plain_name = {unquote(each): each for each in parts}
    related: dict[str, _Relation] = {}
    for one in _root(written) if written is not None else ():
        target, is_elsewhere = one.get("Target") or "", one.get("TargetMode") == "External"
        if not is_elsewhere:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            target = target if target in parts else by_plain_name.get(unquote(target), target)
        relation = _Relation(one.get("Type") or "", target, is_elsewhere)
        if is_elsewhere and relation.kind in _LOADED:
            raise Refused(Refusal.EMBEDDED)
        if is_elsewhere or target in parts:
            related[one.get("Id") or ""] = relation
    return related


def _told(one: Any, name: str) -> str:
    attributes = one.attrib.items() if one is not None else ()
    return next((value for key, value in attributes if key.rpartition("}")[2] == name), "")


def _is_on(one: Any) -> bool:
    return one is not None and _told(one, "val") not in ("0", "false", "off")


def _drop_unseen_headers(story: Any, settings: Any) -> None:
    """Headers and footers for first and even pages that are not told to be different are on no page."""
    has_even = settings is not None and _is_on(settings.find("{*}evenAndOddHeaders"))
    for section in story.iter("{*}sectPr"):
        seen = {"first": _is_on(section.find("{*}titlePg")), "even": has_even}
        for one in section.findall("{*}headerReference") + section.findall("{*}footerReference"):
            if not seen.get(_told(one, "type"), True):
                section.remove(one)


def _drop_words(note: Any) -> int:
    """Leave of a note that only separates others what does; returns how many words went."""
    worded = [run for run in note.iter("{*}r") if run.find("{*}t") is not None]
    for run in worded:
        _remove(run)
    return len(worded)


def _drop_words_of_levels(numbering: Any, used: set[tuple[str, str]]) -> int:
    """Leave no words in levels of lists in which nothing stands, ``used``: the others; returns how many had some."""
    numbers = {_told(one, "numId"): _told(one.find("{*}abstractNumId"), "val") for one in numbering.iter("{*}num")}
    of_kinds = {(numbers.get(number, ""), level) for number, level in used}
    count = 0
    for level in numbering.iter("{*}lvl"):
        around = level.getparent()
        is_kind = etree.QName(around).localname == "abstractNum"
        number = _told(around, "abstractNumId") if is_kind else _told(around.getparent(), "numId")
        is_used = (number, _told(level, "ilvl")) in (of_kinds if is_kind else used)
        text = level.find("{*}lvlText")
        if is_used or text is None or level.find("{*}pStyle") is not None:
            continue
        for key, value in text.attrib.items():
            if _WORDS_OF_A_LEVEL.search(_PLACES_OF_NUMBERS.sub("", value)):
                text.set(key, ".".join(_PLACES_OF_NUMBERS.findall(value)))
                count += 1
    return count


def _drop_unchosen(root: Any) -> None:
    """Leave of a list to choose from what was chosen: the rest is seen by nobody who reads."""
    for listed in root.iter("{*}ddList"):
        marks = {etree.QName(one).localname: one for one in listed.iter("{*}default", "{*}result")}
        chosen = _told(marks.get("result", marks.get("default")), "val")
        for number, entry in enumerate(listed.findall("{*}listEntry")):
            if str(number) != (chosen or "0"):
                _remove(entry)
        for mark in marks.values():
            _remove(mark)


def _cut_off(picture: Any) -> Sides:
    """How much of ``picture`` is not shown at the left, the top, the right and the bottom, as shares of it."""
    cut = picture.getparent().find("{*}srcRect")
    if etree.QName(picture).localname == "blip" and cut is not None:
        return _shares(cut.get(side, "0") for side in ("l", "t", "r", "b"))
    return _shares(picture.get(f"crop{side}", "0") for side in ("left", "top", "right", "bottom"))


def _shares(told: Iterable[str]) -> Sides:
    left, top, right, bottom = (_share(one) for one in told)
    if left + right >= 1 or top + bottom >= 1:
        raise Refused(Refusal.DAMAGED)
    return left, top, right, bottom


def _share(told: str) -> float:
    """A share as the format writes it: in thousandths of a per cent, per cent, or parts of 65,536 or of 1 (VML)."""
    try:
        if told.endswith(("%", "f")):
            share = float(told[:-1]) / (100 if told.endswith("%") else 65_536)
        else:
            share = float(told) if "." in told else int(told) / 100_000
    except ValueError as error:
        raise Refused(Refusal.DAMAGED) from error
    return min(max(share, 0.0), 1.0)


def _is_shown(target: str, link: Any) -> bool:
    """Whether the words of ``link`` say where it leads: what they do not say nobody sees who reads them."""
    shown = "".join(words.text or "" for words in link.iter("{*}t"))
    return _plain_address(target) == _plain_address(shown)


def _plain_address(written: str) -> str:
    return _BEFORE_AN_ADDRESS.sub("", written.strip().casefold()).rstrip("/")


def _written_relations(related: dict[str, _Relation]) -> bytes:
    root = etree.Element(f"{{{_PACKAGE}relationships}}Relationships", nsmap={None: f"{_PACKAGE}relationships"})
    for identity, one in related.items():
        new = etree.SubElement(root, f"{{{_PACKAGE}relationships}}Relationship", Id=identity, Type=one.type)
        new.set("Target", one.target if one.is_elsewhere else f"/{one.target}")
        if one.is_elsewhere:
            new.set("TargetMode", "External")
    return _bytes(root)


def _written_types(made: dict[str, bytes]) -> bytes:
    space = f"{_PACKAGE}content-types"
    root = etree.Element(f"{{{space}}}Types", nsmap={None: space})
    endings = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    endings |= {kind: f"image/{kind}" for kind in ("jpeg", "png")}
    for ending, told in endings.items():
        etree.SubElement(root, f"{{{space}}}Default", Extension=ending, ContentType=told)
    for name in made:
        kind = re.sub(r"\d+", "", posixpath.basename(name).removesuffix(".xml"))
        if name == _STORY:
            told = _MAIN
        elif kind == "theme":
            told = f"{_TYPE}theme+xml"
        else:
            told = f"{_TYPE}wordprocessingml.{kind}+xml"
        if name.endswith(".xml"):
            etree.SubElement(root, f"{{{space}}}Override", PartName=f"/{name}", ContentType=told)
    return _bytes(root)


def _bytes(root: Any) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _root(data: bytes) -> Any:
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise Refused(Refusal.DAMAGED) from error
    if root.getroottree().docinfo.doctype:
        raise Refused(Refusal.BOMB)
    return root


def _check_types(root: Any) -> None:
    if all(one.get("ContentType") != _MAIN for one in root):
        is_macro = any("macroEnabled" in (one.get("ContentType") or "") for one in root)
        raise Refused(Refusal.MACROS if is_macro else Refusal.UNKNOWN)


def _strip_story(root: Any, bookmarks: Bookmarks) -> int:
    """Give names that say nothing; returns how many words there are that are seen under a mouse only."""
    unseen = 0
    for one in root.iter(etree.Element):
        name = etree.QName(one).localname
        if _HISTORY.fullmatch(name):
            raise Refused(Refusal.TRACKED)
        if name in _RUNS_OR_LOADS:
            raise Refused(Refusal.EMBEDDED)
        is_picture = name in ("cNvPr", "docPr")
        if is_picture:  # the path it came from, and what the telephone called it
            one.set("name", f"Picture {one.get('id', '')}")
        for attribute, value in one.attrib.items():
            local = attribute.rpartition("}")[2]
            if name == "textpath" and local == "string" and one.get("on", "f")[:1] not in ("t", "1"):
                one.set(attribute, "")
                unseen += bool(value.strip())
            is_described = is_picture or one.tag.startswith(_DRAWN_BY_VML)
            if local == "tooltip" or (is_described and local in _SHOWN_UNDER_A_MOUSE):
                unseen += bool(value.strip())
        _rename(one, name, bookmarks)
    return unseen


def _rename(one: Any, name: str, bookmarks: Bookmarks) -> None:
    """Give bookmarks, and what points to them, names that say nothing."""
    is_field = name == "name" and one.getparent() is not None and etree.QName(one.getparent()).localname == "ffData"
    sought = {"bookmarkStart": "name", "hyperlink": "anchor"}.get(name, "val" if is_field else None)
    for attribute in one.attrib if sought else ():
        if attribute.rpartition("}")[2] == sought:
            one.set(attribute, bookmarks.name(one.attrib[attribute]))


def _remove(one: Any) -> None:
    if (parent := one.getparent()) is not None:
        parent.remove(one)


def _packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(parts, key=lambda name: (name != _TYPES, name != _ROOT, name)):
            packed.writestr(zipfile.ZipInfo(name, _LONG_AGO), parts[name], zipfile.ZIP_DEFLATED)
    return written.getvalue()
