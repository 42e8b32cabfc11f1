"""A document as plain data: what a digest says, before any format decides how it looks.

``builder`` makes a ``Document``; every module in ``formats`` turns it into bytes
without asking anything else. All text carries its language, so that each format can
set ``lang`` and direction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from intake.foundation.languages import Direction, direction_of
from intake.foundation.multilingual import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of pieces that are each in their own language; what divides them is a piece as well.

    ``language`` is that of the line as a whole: where it starts, and what a format that
    cannot mark pieces says of it.
    """

    pieces: tuple[Text, ...]
    language: str

    @property
    def text(self) -> str:
        """The pieces as one text."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def direction(self) -> Direction:
        """Writing direction of the line as a whole."""
        return direction_of(self.language)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return any(self.pieces)


Words = Text | Line
"""Text in one language, or a line in several."""

Cell = Text | int | None
"""A table cell: text, a count (set as tabular figures), or nothing."""

CONTENTS_DEPTH = 2
"""Headings down to this level stand in the list of contents."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading; ``level`` 1–3 below the document title; ``anchor`` is ASCII and unique."""

    kind: ClassVar[str] = "heading"
    level: Literal[1, 2, 3]
    text: Text
    anchor: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. ``role``: body, lead (opening), note (small print), empty (why a section is empty)."""

    kind: ClassVar[str] = "paragraph"
    text: Text
    role: Literal["body", "lead", "note", "empty"] = "body"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values: the passport, the fields of a practice card. Several values stand in a list."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[Words, tuple[Text, ...]], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """An unordered list of short texts."""

    kind: ClassVar[str] = "bullets"
    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption saying what ``n`` is; the first column names the row."""

    kind: ClassVar[str] = "table"
    caption: Text
    head: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """Somebody's own words in the language of the document; ``by`` says that it is a translation, and whose.

    It stands beside the original, never in its place.
    """

    text: Text
    by: Words


@dataclass(frozen=True, slots=True)
class Quotation:
    """Somebody's own words: a span of one revision, never retyped.

    ``text`` may hold line breaks (paragraphs of the author). ``reference`` and
    ``revision`` say where it stands, ``tier`` under which consent it may be used.
    """

    kind: ClassVar[str] = "quotation"
    text: Text
    attribution: Words
    reference: str
    revision: int
    tier: int
    translation: Translation | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A practice example: title in its own language, its fields, where it comes from.

    ``reference``, ``revision`` and ``tier`` as for a ``Quotation``.
    """

    kind: ClassVar[str] = "card"
    title: Text
    reference: str
    attribution: Words
    facts: Facts
    revision: int
    tier: int


Block = Heading | Paragraph | Facts | Bullets | Table | Quotation | Card


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted submission as the consent gate lets it be used: a row of CSV, an object of JSON.

    ``answers`` maps a question's name to (label, text); it is empty below tier 1. ``translations`` are, by the
    same names, of those answers that have one.
    Every field that the tier does not allow is None or empty.
    """

    reference: str
    revision: int
    kind: str
    language: str
    tier: int
    received: date
    stakeholder_type: str | None
    country: str | None
    subregion: str | None
    person: str | None
    organisation: str | None
    attribution: Words
    themes: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    translations: dict[str, Translation] = field(default_factory=dict)
    answers: dict[str, tuple[Text, Text]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole digest in one interface language, independent of any format.

    ``identifier`` is the citable name (e.g. ``WG3-2020-06-09/D-2``); ``freeze`` the
    SHA-256 hex of the frozen data; ``issued`` the day of the freeze: the only date a
    format may write into its bytes. ``footer`` stands on every page. ``questions`` are
    the names of all questions that entries may answer, in declared order.
    """

    identifier: str
    version: int
    language: str
    title: Text
    subtitle: Text
    issued: date
    freeze: str
    footer: tuple[Text, ...]
    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...]
    questions: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction:
        """Writing direction of the interface language the document is in."""
        return direction_of(self.language)

    def contents(self) -> tuple[Heading, ...]:
        """The headings that stand in the list of contents, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Heading) and block.level <= CONTENTS_DEPTH)
