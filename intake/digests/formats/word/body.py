"""The body of a Word document: every block as paragraphs and tables of the house template."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from babel.numbers import format_decimal
from flask_babel import gettext as _
from lxml import etree

from intake.digests.document import (
    CONTENTS_DEPTH,
    Block,
    Bullets,
    Card,
    Cell,
    Document,
    Facts,
    Heading,
    Paragraph,
    Quotation,
    Table,
)
from intake.foundation.languages import locale_of
from intake.foundation.multilingual import Text
from intake.foundation.plain import plain

from .styles import TEXT_WIDTH, style_id
from .text import NAMESPACES, Setter, element, tag

_ROLE_STYLES = {"body": "Normal", "lead": "Lead", "note": "Note", "empty": "Empty"}
_LABEL_SHARE = 0.3
_NUMBER_WEIGHTS = (7, 14)
_TEXT_WEIGHTS = (12, 44)


class Body:
    """Writes a document's blocks to ``xml``, one paragraph or table row at a time.

    ``xml`` is what ``lxml.etree.xmlfile`` gives.
    """

    def __init__(self, document: Document, xml: Any) -> None:
        self._document = document
        self._xml = xml
        self._set = Setter(document.direction)
        self._headings = 0
        self._trace = lru_cache(maxsize=256)(self._build_trace)

    def write(self, section: bytes) -> None:
        """Write the whole body, closed by ``section`` (``w:sectPr``)."""
        with self._xml.element(tag("document"), nsmap=NAMESPACES), self._xml.element(tag("body")):
            self._put(self._set.paragraph("Title", self._document.title))
            if self._document.subtitle:
                self._put(self._set.paragraph("Subtitle", self._document.subtitle))
            self._contents()
            for block in self._document.blocks:
                self._block(block)
            self._put(etree.fromstring(section))

    def _put(self, *elements: etree._Element) -> None:
        for made in elements:
            self._xml.write(made)

    def _local(self, text: str) -> Text:
        return Text(text, self._document.language)

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                self._put(*self._set.paragraphs(_ROLE_STYLES[block.role], block.text))
            case Facts():
                self._facts(block)
            case Bullets():
                self._put(*(self._set.paragraph("List Bullet", item) for item in block.items))
            case Table():
                self._table(block)
            case Quotation():
                self._quotation(block)
            case Card():
                self._card(block)

    # --- Headings and contents ---

    def _heading(self, heading: Heading) -> None:
        self._headings += 1
        number, name = str(self._headings), _bookmark(self._headings, heading)
        made = self._set.paragraph(f"Heading {heading.level}", heading.text)
        made.insert(1, element("bookmarkStart", id=number, name=name))
        made.append(element("bookmarkEnd", id=number))
        self._put(made)

    def _contents(self) -> None:
        """A contents field that already holds its entries, as links; page numbers come when it is updated."""
        headings = (block for block in self._document.blocks if isinstance(block, Heading))
        lines = [
            self._contents_line(heading, _bookmark(number, heading))
            for number, heading in enumerate(headings, 1)
            if heading.level <= CONTENTS_DEPTH
        ]
        if not lines:
            return
        instruction = element("instrText")
        instruction.text = f'TOC \\o "1-{CONTENTS_DEPTH}" \\h \\z'
        field = (_field_mark("begin"), element("r", instruction), _field_mark("separate"))
        for at, run in enumerate(field, 1):
            lines[0].insert(at, run)
        end = self._set.empty("End")
        end.append(_field_mark("end"))
        gallery = element("docPartObj", element("docPartGallery", val="Table of Contents"), element("docPartUnique"))
        title = self._set.paragraph("TOC Heading", self._local(_("Contents")))
        content = element("sdtContent", title, *lines, end)
        self._put(element("sdt", element("sdtPr", gallery), content))

    def _contents_line(self, heading: Heading, bookmark: str) -> etree._Element:
        line = self._set.in_column(f"TOC {heading.level}", Text("", heading.text.language))
        link = element("hyperlink", anchor=bookmark, history="1")
        self._set.write(link, heading.text)
        line.append(link)
        return line

    # --- Somebody's own words ---

    def _quotation(self, quotation: Quotation) -> None:
        same = quotation.text.direction == self._document.direction
        style = "Quote" if same else "Quote Opposite"
        self._put(*self._set.paragraphs(style, quotation.text, keep_next=True))
        if quotation.translation:
            self._put(self._set.paragraph("Translated", quotation.translation.by))
            self._put(*self._set.paragraphs("Quote", quotation.translation.text, keep_next=True))
            style = "Quote"
        self._put(self._source(f"{style} Source", quotation))

    def _card(self, card: Card) -> None:
        self._put(self._set.paragraph("Card Title", card.title), self._source("Card Source", card))
        for label, values in card.facts.rows:
            self._put(self._set.in_column("Label", label))
            if len(values) > 1:
                self._put(*(self._set.paragraph("List Bullet", value) for value in values))
            else:
                self._put(*(made for value in values for made in self._set.paragraphs("Normal", value)))

    def _source(self, style: str, block: Quotation | Card) -> etree._Element:
        line = self._set.empty(style)
        self._set.write(line, block.attribution)
        self._set.write(line, self._local(" · "))
        self._set.write_code(line, block.reference)
        self._set.write(line, self._local(self._trace(block.revision, block.tier)))
        return line

    def _build_trace(self, revision: int, tier: int) -> str:
        return f" · {_('revision %(number)s', number=revision)} · {_('consent tier %(tier)s', tier=tier)}"

    # --- Tables ---

    def _facts(self, facts: Facts) -> None:
        label_width = round(TEXT_WIDTH * _LABEL_SHARE)
        widths = (label_width, TEXT_WIDTH - label_width)
        with self._xml.element(tag("tbl")):
            self._table_head("Intake Facts", widths, "", head=False)
            for label, values in facts.rows:
                lines = [line for value in values for line in self._set.paragraphs_in_column("Table Text", value)]
                name = self._set.in_column("Table Label", label)
                self._put(_row(widths, [name], lines or [self._set.empty("Table Text")], splits=True))
        self._put(self._set.empty("End"))

    def _table(self, table: Table) -> None:
        self._put(self._set.in_column("Caption", table.caption))
        numeric = _numeric_columns(table)
        widths = _widths(table, numeric)
        with self._xml.element(tag("tbl")):
            self._table_head("Intake Table", widths, table.caption.text, head=True)
            names = (
                [self._set.in_column("Table Head", name, "end" if number else "start")]
                for name, number in zip(table.head, numeric, strict=True)
            )
            self._put(_row(widths, *names, head=True))
            for row in table.rows:
                self._put(_row(widths, *([self._figure(cell)] for cell in row)))
        self._put(self._set.empty("End"))
        if table.note:
            self._put(*self._set.paragraphs("Note", table.note))

    def _figure(self, cell: Cell) -> etree._Element:
        if isinstance(cell, Text):
            return self._set.in_column("Table Text", cell)
        made = self._set.empty("Table Number")
        if cell is not None:
            self._set.write_code(made, format_decimal(cell, locale=locale_of(self._document.language)))
        return made

    def _table_head(self, style: str, widths: tuple[int, ...], caption: str, *, head: bool) -> None:
        properties = element("tblPr", element("tblStyle", val=style_id(style)))
        if self._document.direction == "rtl":
            properties.append(element("bidiVisual"))
        properties.append(element("tblW", w=str(sum(widths)), type="dxa"))
        properties.append(element("tblLayout", type="fixed"))
        # firstRow 0x20, firstColumn 0x80, no bands 0x200 and 0x400.
        properties.append(
            element(
                "tblLook", val="06A0" if head else "0680", firstRow=str(int(head)), lastRow="0",
                firstColumn="1", lastColumn="0", noHBand="1", noVBand="1",
            )
        )  # fmt: skip
        if caption:
            properties.append(element("tblCaption", val=plain(caption)))
        self._put(properties, element("tblGrid", *(element("gridCol", w=str(width)) for width in widths)))


def _bookmark(number: int, heading: Heading) -> str:
    """A name Word accepts: letters, digits and underscores, at most 40 (ISO 29500-1, 17.13.6.2)."""
    return f"h{number}_{re.sub('[^A-Za-z0-9]', '_', heading.anchor)}"[:40]


def _field_mark(kind: Literal["begin", "separate", "end"]) -> etree._Element:
    return element("r", element("fldChar", fldCharType=kind))


def _row(
    widths: tuple[int, ...], *cells: list[etree._Element], head: bool = False, splits: bool = False
) -> etree._Element:
    """A row; one that ``splits`` may run on over the page: kept whole, a long answer leaves half a page empty."""
    kept = [] if splits else [element("cantSplit")]
    repeated = [element("tblHeader")] if head else []
    # The format allows no empty properties.
    properties = [element("trPr", *kept, *repeated)] if kept or repeated else []
    return element("tr", *properties, *map(_cell, widths, cells))


def _cell(width: int, paragraphs: list[etree._Element]) -> etree._Element:
    return element("tc", element("tcPr", element("tcW", w=str(width), type="dxa")), *paragraphs)


def _numeric_columns(table: Table) -> tuple[bool, ...]:
    """Which columns hold counts: their names stand above the figures, at the end of the cell."""
    return tuple(any(isinstance(row[at], int) for row in table.rows) and at > 0 for at in range(len(table.head)))


def _widths(table: Table, numeric: tuple[bool, ...]) -> tuple[int, ...]:
    """Widths in twips that share the line by what the columns hold."""
    weights = [
        _weight(name, [row[at] for row in table.rows], number)
        for at, (name, number) in enumerate(zip(table.head, numeric, strict=True))
    ]
    widths = [TEXT_WIDTH * weight // sum(weights) for weight in weights]
    return (TEXT_WIDTH - sum(widths[1:]), *widths[1:])


def _weight(name: Text, cells: list[Cell], number: bool) -> int:
    """Characters a column would like: its longest word for counts, its longest cell for text."""
    low, high = _NUMBER_WEIGHTS if number else _TEXT_WEIGHTS
    longest = max((len(word) for word in name.text.split()), default=0)
    if not number:
        longest = max([longest, *(len(cell.text) for cell in cells if isinstance(cell, Text))])
    return min(max(longest, low), high)
