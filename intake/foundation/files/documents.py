"""Word documents: the same parts in a new file, without author, comments, history and what runs or loads by itself."""

from __future__ import annotations

import encodings.cp437  # noqa: F401  # names in archives; loaded before the child's hands are bound
import io
import posixpath
import re
import stat
import zipfile
from typing import Any

from lxml import etree

from . import embedded, fields, images
from .bookmarks import Bookmarks
from .hidden import Hidden
from .kinds import Found, Refusal, Refused

MOST_UNPACKED_BYTES, MOST_MEMBERS, MOST_RATIO = 200_000_000, 2_000, 100
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES, _ROOT_RELS, _STORY = "[Content_Types].xml", "_rels/.rels", "word/document.xml"
_STYLES = "word/styles.xml"
_SAFE_NAME = re.compile(r"(?:[A-Za-z0-9_\-. \[\]]+/)*[A-Za-z0-9_\-. \[\]]+")
_DROPPED = re.compile(
    r"docProps/.*|customXml/.*|word/(?:comments|people|commentsExtended|commentsIds|commentsExtensible)[^/]*\.xml"
    r"|word/_rels/(?:comments|people)[^/]*|word/(?:glossary|printerSettings|fonts)/.*",
    re.IGNORECASE,
)
_REFUSED = {
    re.compile(r".*vbaProject.*|.*vbaData.*|.*macro.*", re.IGNORECASE): Refusal.MACROS,
    re.compile(
        r"word/(?:embeddings|activeX|afchunk).*|.*\.(?:bin|exe|js|html?|mht|ole)", re.IGNORECASE
    ): Refusal.EMBEDDED,
}
_HISTORY = re.compile(r"ins|del|cellIns|cellDel|cellMerge|move(?:From|To)|(?:\w+Pr|numbering|tblGrid)Change")
_LEFT_OUT = frozenset({
    "commentRangeStart", "commentRangeEnd", "commentReference", "rsids", "attachedTemplate", "docVars", "docId",
    "mailMerge", "trackRevisions", "saveThroughXslt", "printerSettings",
    "writeProtection", "activeWritingStyle", "alias", "tag", "dataBinding", "smartTagPr", "customXmlPr", "permStart",
    "permEnd", "tblCaption", "tblDescription", "helpText", "statusText", "entryMacro", "exitMacro",
    "embedRegular", "embedBold", "embedItalic", "embedBoldItalic",
})  # fmt: skip
_SHOWN_UNDER_A_MOUSE = frozenset({"descr", "title", "alt"})
_DRAWN_BY_VML = "{urn:schemas-microsoft-com:"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def clean(body: bytes, _kind: str) -> tuple[str, bytes, list[Found]]:
    """The document made anew, and what it held beside its content.

    Raises:
        Refused: no Word document, a bomb, with macros, embedded things or tracked changes.

    Elements are known by their name in whatever namespace: the strict form of the format has others.
    """
    parts = unpacked(body)
    if _STORY not in parts or _TYPES not in parts:
        raise Refused(Refusal.UNKNOWN)
    found = [Found.AUTHOR] if any(name.startswith("docProps/") for name in parts) else []
    if any("comments" in name for name in parts):
        found.append(Found.COMMENTS)
    kept = {name: data for name, data in parts.items() if not _DROPPED.fullmatch(name)}
    cleaner = _Cleaner(kept, found)
    cleaned = {name: cleaner.cleaned(name, data) for name, data in kept.items()}
    return "docx", _packed(cleaned), sorted(set(cleaner.found))


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


class _Cleaner:
    """Cleans the parts ``kept`` of one document, and adds to ``found`` what they held."""

    def __init__(self, kept: dict[str, bytes], found: list[Found]) -> None:
        self.found = found
        self._kept = kept
        self._bookmarks = Bookmarks()
        self._hidden = Hidden(_root(kept[_STYLES]) if _STYLES in kept else None)

    def cleaned(self, name: str, data: bytes) -> bytes:
        """The part ``name`` as it is kept."""
        if name.endswith((".xml", ".rels")):
            return self._cleaned_xml(name, data)
        if name.startswith("word/media/"):
            kind = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "gif": "gif"}.get(name.rpartition(".")[2].lower())
            if kind == "jpeg":
                return embedded.bare_jpeg(data)
            if kind is not None:
                return images.clean(data, kind)[1]
        raise Refused(Refusal.EMBEDDED)

    def _cleaned_xml(self, name: str, data: bytes) -> bytes:
        root = _root(data)
        if name == _TYPES:
            _keep_types(root, self._kept)
        elif name.endswith(".rels"):
            _keep_relations(name, root, self._kept)
        else:
            hidden = self._hidden.pieces(root)
            for piece in hidden:
                table = piece.getparent()
                _remove(piece)
                if table is not None and table.find("{*}tr") is None and etree.QName(table).localname == "tbl":
                    _remove(table)  # a table without rows is a damaged document
            unseen = _strip_story(root, self._bookmarks)
            self.found += [Found.HIDDEN] if hidden or unseen else []
            self.found += [Found.FIELDS] if fields.keep_harmless(root, self._bookmarks) else []
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


def _keep_types(root: Any, kept: dict[str, bytes]) -> None:
    if all(one.get("ContentType") != _MAIN for one in root):
        is_macro = any("macroEnabled" in (one.get("ContentType") or "") for one in root)
        raise Refused(Refusal.MACROS if is_macro else Refusal.UNKNOWN)
    for one in list(root):
        part = (one.get("PartName") or "").lstrip("/")
        if part and part not in kept:
            root.remove(one)


def _keep_relations(name: str, root: Any, kept: dict[str, bytes]) -> None:
    folder = posixpath.dirname(posixpath.dirname(name))
    for one in list(root):
        target = one.get("Target") or ""
        if one.get("Type", "").endswith("/attachedTemplate"):
            root.remove(one)  # a path on the machine of whoever wrote it, with their name
            continue
        if one.get("TargetMode") == "External":
            if not one.get("Type", "").endswith("/hyperlink") or not target.startswith(
                ("http://", "https://", "mailto:")
            ):
                raise Refused(Refusal.EMBEDDED)
            continue
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        if path not in kept:
            root.remove(one)


def _strip_story(root: Any, bookmarks: Bookmarks) -> int:
    """Take out what says who wrote it and how; returns how many words that were not to be seen went with it."""
    unseen = 0
    for one in list(root.iter()):
        name = etree.QName(one).localname if isinstance(one.tag, str) else None
        if name is None or name in _LEFT_OUT:
            _remove(one)
            continue
        if _HISTORY.fullmatch(name):
            raise Refused(Refusal.TRACKED)
        if name == "altChunk":
            raise Refused(Refusal.EMBEDDED)
        unseen += _strip_attributes(one, name)
        _rename(one, name, bookmarks)
    return unseen


def _strip_attributes(one: Any, name: str) -> int:
    is_picture, is_vml, unseen = name in ("cNvPr", "docPr"), one.tag.startswith(_DRAWN_BY_VML), 0
    for attribute in list(one.attrib):
        local = attribute.rpartition("}")[2]
        is_unseen = local == "tooltip" or ((is_picture or is_vml) and local in _SHOWN_UNDER_A_MOUSE)
        unseen += is_unseen and bool(one.attrib[attribute].strip())
        if (
            is_unseen or "rsid" in local or local in ("author", "initials", "docLocation")
            or (is_vml and local in ("src", "href", "althref"))
        ):  # fmt: skip
            del one.attrib[attribute]
    if is_picture:  # the path it came from, and what the telephone called it
        one.set("name", f"Picture {one.get('id', '')}")
    return unseen


def _rename(one: Any, name: str, bookmarks: Bookmarks) -> None:
    """Give bookmarks, and what points to them, names that say nothing."""
    is_field = name == "name" and one.getparent() is not None and etree.QName(one.getparent()).localname == "ffData"
    sought = {"bookmarkStart": "name", "hyperlink": "anchor"}.get(name, "val" if is_field else None)
    for attribute in one.attrib if sought else ():
        if attribute.rpartition("}")[2] == sought:
            one.set(attribute, bookmarks.name(one.attrib[attribute]))


def _remove(one: Any) -> None:
    parent = one.getparent()
    if parent is not None:
        previous = one.getprevious()
        if one.tail:
            if previous is not None:
                previous.tail = (previous.tail or "") + one.tail
            else:
                parent.text = (parent.text or "") + one.tail
        parent.remove(one)


def _packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(parts, key=lambda name: (name != _TYPES, name != _ROOT_RELS, name)):
            packed.writestr(zipfile.ZipInfo(name, _LONG_AGO), parts[name], zipfile.ZIP_DEFLATED)
    return written.getvalue()
