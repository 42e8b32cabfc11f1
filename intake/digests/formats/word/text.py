"""Paragraphs and runs of a Word document: language, direction and nothing but text.

Word has no idea of scripts: every stretch in a right-to-left script must be a run of its
own that says so (``w:rtl``), and every other stretch must not. The paragraph's own
direction (``w:bidi``) decides what stands at its start.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from lxml import etree

from intake.digests.document import Line, Words
from intake.foundation.languages import UNDETERMINED, Direction, direction_of
from intake.foundation.multilingual import Text
from intake.foundation.plain import paragraphs, plain

from .styles import line_height, style_id

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = {"w": W}
_FITS_A_COLUMN = 60
"""Characters of a value that stands in one line of a table's column."""
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

# Strong characters by direction (Unicode's bidirectional classes R and AL, and L) with the Arabic
# digits, which stand inside right-to-left text. Blocks, not single characters: near enough to
# choose a font.
_RTL = "\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
_LTR = (
    "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0370-\u058f\u0900-\u1fff\u200e"
    "\u2c00-\u2dff\u3005-\ud7ff\uf900-\ufb17\U00010000-\U000107ff\U00011000-\U0001cfff\U00020000-\U0003ffff"
)
# A stretch in one direction runs to its last strong character or number before the other direction.
_RTL_STRETCH = re.compile(f"[{_RTL}](?:[^{_LTR}]*[{_RTL}0-9])?")
_LTR_STRETCH = re.compile(f"[{_LTR}](?:[^{_RTL}]*[{_LTR}0-9])?")


def tag(name: str) -> str:
    """``name`` of the main namespace of the format, as lxml spells it."""
    return f"{{{W}}}{name}"


def element(name: str, /, *children: etree._Element, **attributes: str) -> etree._Element:
    """An element of the main namespace; attributes are of the same namespace."""
    made = etree.Element(tag(name), {tag(key): value for key, value in attributes.items()}, nsmap=NAMESPACES)
    made.extend(children)
    return made


def stretches(text: str, direction: Direction) -> Iterator[tuple[str, bool]]:
    """``text`` cut where its script changes direction: (stretch, whether right to left).

    What has no direction of its own, such as spaces and brackets, goes with ``direction``,
    unless it stands within a stretch of the other one.
    """
    embedded = _LTR_STRETCH if direction == "rtl" else _RTL_STRETCH
    outer, at = direction == "rtl", 0
    for match in embedded.finditer(text):
        if at < match.start():
            yield text[at : match.start()], outer
        yield match.group(), not outer
        at = match.end()
    if at < len(text):
        yield text[at:], outer


class Setter:
    """Sets paragraphs for a document in one direction.

    Elements that repeat are built once and copied, which is three times as fast as
    building each.
    """

    def __init__(self, direction: Direction) -> None:
        self._direction = direction
        self._paragraph = lru_cache(maxsize=256)(self._build_paragraph)
        self._run = lru_cache(maxsize=256)(self._build_run)

    def empty(
        self, style: str, direction: Direction | None = None, *, align: str = "", keep_next: bool = False
    ) -> etree._Element:
        """A paragraph without text; ``direction`` is the document's unless said."""
        return copy.copy(self._paragraph(style, direction or self._direction, align, keep_next))

    def paragraph(self, style: str, text: Words, *, align: str = "", keep_next: bool = False) -> etree._Element:
        """All of ``text`` in one paragraph of its own direction."""
        made = self.empty(style, text.direction, align=align, keep_next=keep_next)
        self.write(made, text if isinstance(text, Line) else Text(" ".join(paragraphs(text.text)), text.language))
        return made

    def paragraphs_in_column(self, style: str, text: Text) -> Iterator[etree._Element]:
        """The author's paragraphs: a name or a figure as by ``in_column``, prose from where its own language starts.

        A code stands where the column starts, however long.
        """
        lines = paragraphs(text.text)
        is_code = text.language == UNDETERMINED and " " not in text.text
        if len(lines) > 1 or any(len(line) > _FITS_A_COLUMN and not is_code for line in lines):
            yield from self.paragraphs(style, text)
        else:
            yield from (self.in_column(style, Text(line, text.language)) for line in lines)

    def paragraphs(self, style: str, text: Text, *, keep_next: bool = False) -> Iterator[etree._Element]:
        """The author's paragraphs, in the text's direction; ``keep_next`` ties the last to what follows."""
        lines = paragraphs(text.text)
        for number, line in enumerate(lines, 1):
            made = self.empty(style, text.direction, keep_next=keep_next and number == len(lines))
            self.write(made, Text(line, text.language))
            yield made

    def in_column(self, style: str, text: Words, side: Literal["start", "end"] = "start") -> etree._Element:
        """``text`` in one paragraph of its own direction, flush with one ``side`` of the document's columns.

        In a paragraph of the other direction the sides change places; ``right`` is the end
        of the line in either.
        """
        flipped = text.direction != self._direction
        return self.paragraph(style, text, align="right" if flipped == (side == "start") else "")

    def write(self, parent: etree._Element, text: Words) -> None:
        """Append ``text`` to a paragraph or link, as runs that carry its language."""
        for piece in text.pieces if isinstance(text, Line) else (text,):
            # Word knows no "undetermined" and would offer to install it.
            language = "" if piece.language == UNDETERMINED else piece.language
            for stretch, right_to_left in stretches(plain(piece.text), piece.direction):
                parent.append(self._filled(right_to_left, language, stretch))

    def write_code(self, parent: etree._Element, code: str) -> None:
        """Append a reference or identifier, which is in no language and reads left to right."""
        parent.append(self._filled(False, "", plain(code)))

    def _filled(self, right_to_left: bool, language: str, text: str) -> etree._Element:
        run = copy.copy(self._run(right_to_left, language))
        for number, piece in enumerate(text.split("\t")):
            if number:
                run.append(element("tab"))
                run.append(_blank_text())
            run[-1].text = piece
        return run

    def _build_paragraph(self, style: str, direction: Direction, align: str, keep_next: bool) -> etree._Element:
        """Properties in the order that the schema of the format asks for (ISO 29500-1, CT_PPrBase)."""
        properties = element("pPr", element("pStyle", val=style_id(style)))
        if keep_next:
            properties.append(element("keepNext"))
        if direction == "rtl":
            properties.append(element("bidi"))
        elif self._direction == "rtl":
            properties.append(element("bidi", val="0"))
        if direction != self._direction:
            line = str(line_height(style, direction))
            properties.append(element("spacing", line=line, lineRule="auto"))
        if align:
            properties.append(element("jc", val=align))
        return element("p", properties)

    def _build_run(self, right_to_left: bool, language: str) -> etree._Element:
        properties = element("rPr")
        if right_to_left:
            properties.append(element("rtl"))
        if language:
            kind = "bidi" if direction_of(language) == "rtl" else "val"
            properties.append(element("lang", **{kind: language}))
        return element("r", properties, _blank_text())


def _blank_text() -> etree._Element:
    made = element("t")
    made.set(_SPACE, "preserve")
    return made
