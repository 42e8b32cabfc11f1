"""The Word file: each question with its own place for the answer, marked so that it is found again.

Before every answer stands a bookmark with the name of its field; the next table is the answer. A box is the
first cell of a row: one to click, and a plain sign to tick by hand. Bookmarks and tables survive Word,
LibreOffice and a pencil copied by a colleague; properties of a document do not.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from lxml import etree

from intake.foundation.languages import BY_CODE, direction_of
from intake.foundation.multilingual import Text

from .blanks import Blank, Paper

BOX, TICKED = "☐", "☒"

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_INK, _ACCENT, _SOFT = "1E2224", "0B4A54", "4A4A4A"
_TEXT_WIDTH_CM, _BOX_WIDTH_CM, _LINE_CM = 16.5, 1.1, 0.75
_FONTS = {"ascii": "Noto Sans", "hAnsi": "Noto Sans", "cs": "Noto Naskh Arabic"}
_FONT_OF_BOXES = "MS Gothic"
"""What Word itself sets its boxes in; where it is missing, another font has the sign."""

_MOST_KEPT = 64
_MOST_TOGETHER = 12
"""Boxes of one question that stand on one page: more would leave half of the page before empty."""
_ORDER = {
    "pPr": ["pStyle", "keepNext", "keepLines", "bidi", "spacing", "rPr"],
    "rPr": ["rFonts", "b", "bCs", "color", "sz", "szCs", "rtl", "lang"],
    "tblPr": ["tblStyle", "bidiVisual", "tblW", "tblLayout", "tblLook"],
}
"""Word asks for properties in the order of its schema: those that are written here."""


@lru_cache(maxsize=_MOST_KEPT)
def written(paper: Paper) -> bytes:
    """The Word file of ``paper``. It is kept: whatever changes on the paper makes it another one."""
    return _Writer(paper).document()


def _w(name: str, /, **attributes: Any) -> Any:
    one = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        one.set(qn(f"w:{key}"), str(value))
    return one


def _properties(name: str, given: Iterable[Any]) -> Any:
    """The element ``name`` with what is ``given``, in the order of the schema."""
    found = _w(name)
    order = _ORDER[name]
    found.extend(sorted(given, key=lambda one: order.index(etree.QName(one).localname)))
    return found


class _Writer:
    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._document = docx.Document()
        self._rtl = direction_of(paper.language) == "rtl"
        self._bookmarks = 0

    def document(self) -> bytes:
        """The whole file."""
        self._prepare()
        paper = self._paper
        self._line(self._here(paper.heading), color=_ACCENT, bold=True, mark=str(paper.mark))
        self._line(paper.topic, size=20, bold=True, color=_INK, style="Heading1")
        for words in paper.how_to:
            self._line(self._here(words))
        for part in paper.parts:
            if part.title:
                self._line(self._here(part.title), size=15, bold=True, color=_ACCENT, style="Heading2")
            if part.intro:
                self._line(self._here(part.intro), color=_SOFT)
            for blank in part.blanks:
                self._blank(blank)
        self._line(self._here(""), mark=f"{paper.mark}_2")  # the first lines of a form are easily deleted
        return self._bytes()

    def _here(self, words: str) -> Text:
        return Text(words, self._paper.language)

    def _prepare(self) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.25)
        section.top_margin = section.bottom_margin = Cm(2)
        if self._rtl:
            section._sectPr.insert_element_before(_w("bidi"), "w:docGrid")
        for name in ("Normal", "Heading 1", "Heading 2"):
            style = self._document.styles[name]
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for slot in [name for name in fonts.attrib if "Theme" in name]:
                del fonts.attrib[slot]
            for slot, font in _FONTS.items():
                fonts.set(qn(f"w:{slot}"), font)

    def _blank(self, blank: Blank) -> None:
        self._line(blank.label, bold=True, space=12, mark=blank.mark)
        if blank.hint:
            self._line(self._here(blank.hint), size=9.5, color=_SOFT)
        if blank.boxes:
            self._boxes(blank)
        else:
            self._room(blank.lines)
        self._add(self._paragraph([_w("spacing", before=0, after=0, line=120, lineRule="exact")]))

    def _boxes(self, blank: Blank) -> None:
        rows = []
        for at, (_value, label) in enumerate(blank.boxes):
            is_inside = at < len(blank.boxes) - 1 and len(blank.boxes) <= _MOST_TOGETHER
            together = [_w("keepNext")] if is_inside else []
            box, beside = self._paragraph(together), self._paragraph([])
            box.append(self._box())
            beside.append(self._run(label))
            rows.append((box, beside))
        self._table(rows, (_BOX_WIDTH_CM, _TEXT_WIDTH_CM - _BOX_WIDTH_CM))

    def _box(self) -> Any:
        """A box to click, which is printed as a plain one."""
        fonts = _w("rFonts", ascii=_FONT_OF_BOXES, hAnsi=_FONT_OF_BOXES, eastAsia=_FONT_OF_BOXES, hint="eastAsia")
        run = _w("r")
        run.append(_properties("rPr", [fonts, _w("sz", val=28), _w("szCs", val=28)]))
        run.append(_text(BOX))
        states = etree.SubElement(_w("sdtPr"), _w14("checkbox"))
        for name, told in (
            ("checked", {"val": "0"}),
            ("checkedState", {"val": f"{ord(TICKED):04X}", "font": _FONT_OF_BOXES}),
            ("uncheckedState", {"val": f"{ord(BOX):04X}", "font": _FONT_OF_BOXES}),
        ):
            etree.SubElement(states, _w14(name), {_w14(key): value for key, value in told.items()})
        control, content = _w("sdt"), _w("sdtContent")
        content.append(run)
        control.extend([states.getparent(), content])
        return control

    def _room(self, lines: int) -> None:
        mark_of_end = [_properties("rPr", [_w("rtl")])] if self._rtl else []  # what is typed here begins on the right
        self._table([(self._paragraph(mark_of_end),)], (_TEXT_WIDTH_CM,), height=_LINE_CM * max(lines, 1.2))

    def _table(self, rows: list[tuple[Any, ...]], widths: tuple[float, ...], height: float | None = None) -> None:
        table = _w("tbl")
        turned = [_w("bidiVisual")] if self._rtl else []
        fixed = [
            _w("tblStyle", val="TableGrid"),
            _w("tblW", w=_twips(sum(widths)), type="dxa"),
            _w("tblLayout", type="fixed"),
        ]
        table.append(_properties("tblPr", [*turned, *fixed]))
        grid = _w("tblGrid")
        grid.extend(_w("gridCol", w=_twips(width)) for width in widths)
        table.append(grid)
        for paragraphs in rows:
            row = _w("tr")
            told = _w("trPr")
            told.append(_w("cantSplit") if height is None else _w("trHeight", val=_twips(height), hRule="atLeast"))
            row.append(told)
            for paragraph, width in zip(paragraphs, widths, strict=True):
                cell, about = _w("tc"), _w("tcPr")
                about.append(_w("tcW", w=_twips(width), type="dxa"))
                cell.extend([about, paragraph])
                row.append(cell)
            table.append(row)
        self._add(table)

    def _line(
        self, text: Text, *, size: float = 11, bold: bool = False, color: str | None = None,
        style: str = "Normal", space: float = 4, mark: str = "",
    ) -> None:  # fmt: skip
        paragraph = self._paragraph([
            _w("pStyle", val=style), _w("keepNext"), _w("spacing", before=int(space * 20), after=60),
        ])  # fmt: skip
        run = self._run(text, size=size, bold=bold, color=color)
        paragraph.extend(self._marked(mark, run) if mark else [run])
        self._add(paragraph)

    def _marked(self, name: str, run: Any) -> list[Any]:
        self._bookmarks += 1
        return [_w("bookmarkStart", id=self._bookmarks, name=name), run, _w("bookmarkEnd", id=self._bookmarks)]

    def _paragraph(self, told: list[Any]) -> Any:
        paragraph = _w("p")
        paragraph.append(_properties("pPr", [*told, _w("bidi")] if self._rtl else told))
        return paragraph

    def _run(self, text: Text, *, size: float = 11, bold: bool = False, color: str | None = None) -> Any:
        is_rtl = text.direction == "rtl"
        told = [_w("sz", val=int(size * 2)), _w("szCs", val=int(size * 2))]
        if bold:
            told += [_w("b"), _w("bCs")]
        if color:
            told.append(_w("color", val=color))
        if is_rtl:
            told.append(_w("rtl"))
        if text.language in BY_CODE:
            locale = BY_CODE[text.language].locale.replace("_", "-")
            told.append(_w("lang", **{"bidi" if is_rtl else "val": locale}))
        run = _w("r")
        run.append(_properties("rPr", told))
        run.append(_text(text.text))
        return run

    def _add(self, one: Any) -> None:
        self._document.element.body.insert_element_before(one, "w:sectPr")

    def _bytes(self) -> bytes:
        properties = self._document.core_properties
        properties.author = properties.last_modified_by = "Intake"
        properties.comments = properties.title = ""
        first = io.BytesIO()
        self._document.save(first)
        written = io.BytesIO()
        with zipfile.ZipFile(first) as parts, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in parts.namelist():
                if not name.startswith("docProps/"):
                    data = _without_properties(name, parts.read(name))
                    packed.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
        return written.getvalue()


def _without_properties(name: str, data: bytes) -> bytes:
    """A part without what points at the properties of the document: who filled it is nobody's business."""
    if name not in ("_rels/.rels", "[Content_Types].xml"):
        return data
    root = docx.oxml.parse_xml(data)
    for one in list(root):
        if "docProps" in (one.get("Target") or one.get("PartName") or ""):
            root.remove(one)
    written: bytes = docx.oxml.xmlchemy.serialize_for_reading(root).encode()
    return written


def _text(words: str) -> Any:
    found = _w("t")
    found.text = words
    found.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return found


def _w14(name: str) -> str:
    return f"{{http://schemas.microsoft.com/office/word/2010/wordml}}{name}"


def _twips(centimetres: float) -> int:
    return int(Cm(centimetres) / Pt(1) * 20)
