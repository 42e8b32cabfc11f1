"""Bilingual tables: a text and its translation, paragraph by paragraph, to go to translators outside and come back.

As XLSX, or as XLIFF 2.1 (OASIS, core). Each line carries what it was when it left: submission, answer, number of the
paragraph, language, which translation stood there, and the first 16 digits of the keyed digest of the original's
words. Nothing in it says whose text it is. What comes back is read and not believed: nothing is taken here.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from lxml import etree

from intake.foundation import sheets
from intake.foundation.languages import direction_of
from intake.foundation.plain import plain
from intake.programme.problems import Refused
from intake.programme.tables import load

from .translated import Pair, State

MOST_ROWS = 2_000
LARGEST_BYTES = 5_000_000
_DIGITS = 16
_MOST_NODES = 200_000

_KEY = re.compile(
    r"(?P<reference>[^#\s]{1,60})#(?P<answer>[a-z0-9_]{1,60})\.(?P<place>\d{1,4})\.(?P<language>[a-z]{2})"
    r"\.(?P<seen>\d{1,9})\.(?P<digest>[0-9a-f]{16})",
    re.ASCII,
)
_WIDTHS = (30, 24, 60, 60, 24)
_TRANSLATION = 3
"""How many columns the translation stands after the mark by which a row is known."""
_NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
_NAMESPACES = (_NAMESPACE, "urn:oasis:names:tc:xliff:document:2.2")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STATES = {State.MISSING: "initial", State.STALE: "initial", State.DRAFT: "translated", State.CHECKED: "reviewed"}
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class NotATable(Exception):
    """What was sent is no table that left from here; ``why`` says it in the reader's language."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Key:
    """By which a line is known again; ``seen`` is the number of the translation that left with it, 0 without one."""

    reference: str
    answer: str
    place: int
    language: str
    seen: int
    digest: str

    @classmethod
    def of(cls, reference: str, pair: Pair, language: str) -> Key:
        """The key of ``pair`` of the submission called ``reference``."""
        paragraph = pair.paragraph
        return cls(reference, paragraph.answer, paragraph.place, language, pair.seen, paragraph.digest[:_DIGITS])

    @classmethod
    def read(cls, text: str) -> Key | None:
        """The key that ``text`` is, if it is one."""
        found = _KEY.fullmatch(text.strip())
        if found is None:
            return None
        place, seen = int(found["place"]), int(found["seen"])
        return cls(found["reference"], found["answer"], place, found["language"], seen, found["digest"])

    @property
    def unit(self) -> str:
        """It without the submission, as a name of XML."""
        return f"{self.answer}.{self.place}.{self.language}.{self.seen}.{self.digest}"

    def __str__(self) -> str:
        return f"{self.reference}#{self.unit}"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A submission that leaves: its reference, what its questions are called, its paragraphs."""

    reference: str
    labels: Mapping[str, str]
    pairs: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class Row:
    """A line that came back: its number in the file from 1, its key (None: not one of ours), and the translation."""

    number: int
    key: Key | None
    text: str


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is called, the ending and the media type, and how it is written."""

    label: str
    write: Callable[[Sequence[Leaving], str], tuple[bytes, str, str]]


def _sent_along(pair: Pair) -> str:
    """The translation that leaves with a paragraph: none that is stale, it may hold what is hidden by now."""
    return pair.version.text if pair.version and pair.state in (State.DRAFT, State.CHECKED) else ""


def state_in_words(pair: Pair) -> str:
    """How far a paragraph is, and whether a machine made it, in the reader's language."""
    if pair.is_machine_made and pair.state is not State.STALE:
        return _("Machine-made, checked by nobody")
    return {
        State.MISSING: _("Not translated"), State.DRAFT: _("Draft"), State.CHECKED: _("Checked"),
        State.STALE: _("Stale: the original changed"),
    }[pair.state]  # fmt: skip


def _as_xlsx(leaving: Sequence[Leaving], language: str) -> tuple[bytes, str, str]:
    rows: list[tuple[str, ...]] = [(_("Do not change"), _("Question"), _("Original"), _("Translation"), _("State"))]
    for one in leaving:
        for pair in one.pairs:
            cells = (one.labels[pair.paragraph.answer], pair.paragraph.text.text, _sent_along(pair))
            key = str(Key.of(one.reference, pair, language))
            rows.append((key, *map(sheets.neutral, cells), state_in_words(pair)))
    return sheets.as_xlsx("translation", rows, _WIDTHS), "xlsx", sheets.XLSX


def _as_xliff(leaving: Sequence[Leaving], language: str) -> tuple[bytes, str, str]:
    """One document; where the originals are in several languages, an archive with one for each."""
    sources = sorted({pair.paragraph.text.language for one in leaving for pair in one.pairs})
    documents = {source: _document(leaving, source, language) for source in sources}
    if len(documents) == 1:
        return documents[sources[0]], "xlf", "application/xliff+xml"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for source, document in documents.items():
            name = zipfile.ZipInfo(f"translation-{source}-{language}.xlf", _NO_TIME)
            archive.writestr(name, document, zipfile.ZIP_DEFLATED)
    return packed.getvalue(), "zip", "application/zip"


def _document(leaving: Sequence[Leaving], source: str, language: str) -> bytes:
    root = etree.Element(
        _name("xliff"), {"version": "2.1", "srcLang": source, "trgLang": language}, nsmap={None: _NAMESPACE}
    )
    for number, one in enumerate(leaving, 1):
        pairs = [pair for pair in one.pairs if pair.paragraph.text.language == source]
        if pairs:
            about = {"id": f"f{number}", "original": one.reference}
            about |= {"srcDir": direction_of(source), "trgDir": direction_of(language)}
            file = etree.SubElement(root, _name("file"), about)
            for pair in pairs:
                _add_unit(file, one, pair, language)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=False))


def _add_unit(file: Any, one: Leaving, pair: Pair, language: str) -> None:
    unit = etree.SubElement(file, _name("unit"), {"id": Key.of(one.reference, pair, language).unit})
    unit.set("name", plain(one.labels[pair.paragraph.answer]))
    note = etree.SubElement(etree.SubElement(unit, _name("notes")), _name("note"), {"category": "state"})
    note.text = state_in_words(pair)
    segment = etree.SubElement(unit, _name("segment"), {"state": _STATES[pair.state]})
    for name, text in (("source", pair.paragraph.text.text), ("target", _sent_along(pair))):
        if text:
            etree.SubElement(segment, _name(name), {_SPACE: "preserve"}).text = plain(text)


def _name(tag: str) -> str:
    return f"{{{_NAMESPACE}}}{tag}"


FORMATS = {"xlsx": Format("Excel (XLSX)", _as_xlsx), "xliff": Format("XLIFF 2.1", _as_xliff)}
"""The kinds of files, by the names that forms use."""


# Coming back


def read(data: bytes) -> list[Row]:
    """The lines of a table that came back, as XLSX or XLIFF; the content tells which.

    Raises:
        NotATable: it is neither, damaged, or holds what no such table does.
    """
    if len(data) > LARGEST_BYTES:
        raise NotATable(_("This file is too large: %(most)s MB at the most.", most=LARGEST_BYTES // 1_000_000))
    rows = list(_of_sheet(data) if data.startswith(b"PK") else _of_xliff(data))
    if not any(row.key for row in rows):
        raise NotATable(
            _("None of its lines left from here. Please send the file that you got, with the translations.")
        )
    return rows


def _of_sheet(data: bytes) -> Iterator[Row]:
    try:
        table = load(data)
    except Refused as refused:
        raise NotATable("; ".join(str(problem) for problem in refused.problems)) from refused
    for number, cells in table.rows:
        at, key = next(((at, key) for at, cell in enumerate(cells) if (key := Key.read(cell))), (0, None))
        text = cells[at + _TRANSLATION] if len(cells) > at + _TRANSLATION else ""
        yield Row(number, key, sheets.bare(text))


def _of_xliff(data: bytes) -> Iterator[Row]:
    root = _parsed(data)
    namespace = etree.QName(root).namespace
    if etree.QName(root).localname != "xliff" or namespace not in _NAMESPACES:
        raise NotATable(_("This is neither a workbook (.xlsx) nor XLIFF 2 (.xlf)."))
    into, number = root.get("trgLang", ""), 0
    for file in root.iter(f"{{{namespace}}}file"):
        for unit in file.iter(f"{{{namespace}}}unit"):
            number += 1
            key = Key.read(f"{file.get('original', '')}#{unit.get('id', '')}")
            is_ours = key is not None and into.split("-")[0] == key.language
            yield Row(number, key if is_ours else None, _target(unit, namespace))


def _target(unit: Any, namespace: str) -> str:
    """The translation of a unit, whose segments a tool may have parted; nothing while one of them has none."""
    parts = []
    for part in unit.iter(f"{{{namespace}}}segment", f"{{{namespace}}}ignorable"):
        target = part.find(f"{{{namespace}}}target")
        if target is None and etree.QName(part).localname == "segment":
            return ""
        target = part.find(f"{{{namespace}}}source") if target is None else target
        parts.append("".join(target.itertext()) if target is not None else "")
    return "".join(parts)


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotATable(_("This is neither a workbook (.xlsx) nor XLIFF 2 (.xlf).")) from error
    if root.getroottree().docinfo.doctype or _is_more_than(root.iter(), _MOST_NODES):
        raise NotATable(_("This file holds what no such table does: nothing of it was read."))
    return root


def _is_more_than(nodes: Iterable[Any], most: int) -> bool:
    return any(count >= most for count, _node in enumerate(nodes))
