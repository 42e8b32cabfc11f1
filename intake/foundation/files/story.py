"""The words of a Word document and where they stand, as plain lines of JSON: read where a hostile file does no harm.

What is read is everything that somebody can have typed: the text in its order, tables as rows of cells, and
apart from it text boxes, headers, footnotes and comments. Every paragraph is visited once, however deep tables
lie in each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from lxml import etree

from . import documents
from .kinds import Found, Refusal, Refused

MOST_CHARACTERS, MOST_PLACES = 500_000, 10_000
"""Of text, and of paragraphs and cells together: many times what a filled form holds."""

_LARGEST_STORY_BYTES = 10_000_000
_NOT_TYPED = ("glossary/", "theme/", "diagrams/drawing")
_SAID_OTHERWISE = frozenset({"pPr", "tblPr", "trPr", "tcPr", "tblGrid", "sectPr", "instrText"})
_AS_TEXT = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_PICTURES = frozenset({"drawing", "pict", "object"})
_TICKS_OF_WINGDINGS = {0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0xA8: "☐", 0x6F: "☐"}


def clean(body: bytes, _kind: str) -> tuple[str, bytes, list[Found]]:
    """The words of the document ``body`` as JSON: ``{"blocks": [...], "notes": [...]}``.

    A block is ``{"marks": [...]}`` with either a ``piece`` (a paragraph) or ``rows`` of pieces (a table); a piece
    holds ``text``, of it what is crossed out (``struck``) and what is not (``kept``), ``checked`` (of its boxes to
    click) and ``pictures``. ``notes`` are texts beside it.

    Raises:
        Refused: what ``documents.clean`` refuses, or more than anybody writes into a form.
    """
    parts = documents.unpacked(body)
    story = documents.story_in(parts)
    if len(parts[story]) > _LARGEST_STORY_BYTES:
        raise Refused(Refusal.LONG)
    documents.clean(body, "docx")
    reader = _Reader()
    reader.read(_root(parts[story]))
    folder = story[: story.rfind("/") + 1]
    for name in sorted(parts):
        beside = name.removeprefix(folder)
        if name != story and name.startswith(folder) and name.endswith(".xml") and not beside.startswith(_NOT_TYPED):
            reader.read_note(_root(parts[name]))
    return "docx", json.dumps({"blocks": reader.blocks, "notes": reader.notes}, ensure_ascii=False).encode(), []


def _root(part: bytes) -> Any:
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _name(one: Any) -> str:
    return one.tag.rpartition("}")[2] if isinstance(one.tag, str) else ""


def _told(one: Any, name: str) -> str:
    return next((value for key, value in one.attrib.items() if key.rpartition("}")[2] == name), "")


def _is_on(one: Any) -> bool:
    return _told(one, "val") not in ("0", "false", "off", "none")


def _inside(one: Any) -> Iterator[Any]:
    """What stands in ``one``; of a thing that is drawn in two ways the first one."""
    for child in one:
        if _name(child) == "AlternateContent":
            yield from child[:1]
        else:
            yield child


class _Piece:
    """The words of a paragraph or of a cell."""

    def __init__(self) -> None:
        self.words: list[tuple[str, bool]] = []
        self.checked: list[bool] = []
        self.marks: list[str] = []
        self.pictures = 0

    def as_plain(self) -> dict[str, Any]:
        together = [
            (is_struck, "".join(text for text, _is_struck in words))
            for is_struck, words in groupby(self.words, key=itemgetter(1))
        ]
        return {
            "text": "".join(words for _is_struck, words in together).strip("\n"),
            "kept": "".join(words for is_struck, words in together if not is_struck).strip("\n"),
            "struck": "\n".join(words for is_struck, words in together if is_struck and words.strip()),
            "checked": self.checked,
            "pictures": self.pictures,
        }


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._characters = self._places = 0

    def read(self, one: Any) -> None:
        """Add the blocks in ``one``."""
        name = _name(one)
        if name == "p":
            piece = self._piece(one)
            self.blocks.append({"marks": piece.marks, "piece": piece.as_plain()})
        elif name == "tbl":
            rows = [[self._piece(cell).as_plain() for cell in _nearest(row, "tc")] for row in _nearest(one, "tr")]
            self.blocks.append({"marks": [], "rows": [row for row in rows if row]})
        elif name == "bookmarkStart":
            self.blocks.append({"marks": [_told(one, "name")]})
        elif name not in _SAID_OTHERWISE:
            for child in _inside(one):
                self.read(child)

    def read_note(self, one: Any) -> None:
        """Add the words in ``one`` to what stands beside the text."""
        if note := self._piece(one).as_plain()["text"].strip():
            self.notes.append(note)

    def _piece(self, one: Any) -> _Piece:
        piece = _Piece()
        self._count()
        self._gather(one, piece, struck=False)
        return piece

    def _gather(self, one: Any, piece: _Piece, *, struck: bool) -> None:
        for child in _inside(one):
            text, name = _text(child), _name(child)
            if text is not None:
                self._add(piece, text, struck=struck)
            elif name == "bookmarkStart":
                piece.marks.append(_told(child, "name"))
            elif name in ("checkbox", "checkBox"):
                piece.checked.append(_is_checked(child))
            elif name == "txbxContent":
                self.read_note(child)
            elif name not in _SAID_OTHERWISE:
                if name in ("p", "tc"):
                    self._count()
                    self._add(piece, "\n", struck=False)
                piece.pictures += name in _PICTURES
                self._gather(child, piece, struck=struck or (name == "r" and _is_struck(child)))

    def _add(self, piece: _Piece, text: str, *, struck: bool) -> None:
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise Refused(Refusal.LONG)
        piece.words.append((text, struck))

    def _count(self) -> None:
        self._places += 1
        if self._places > MOST_PLACES:
            raise Refused(Refusal.LONG)


def _nearest(one: Any, sought: str) -> Iterator[Any]:
    """The outermost ``sought`` in ``one``, also where they are wrapped."""
    for child in _inside(one):
        if _name(child) == sought:
            yield child
        elif _name(child) not in ("tc", "p"):
            yield from _nearest(child, sought)


def _is_checked(box: Any) -> bool:
    states = {_name(one): _is_on(one) for one in box if _name(one) in ("checked", "default")}
    return states.get("checked", states.get("default", False))


def _is_struck(run: Any) -> bool:
    return any(
        _name(one) in ("strike", "dstrike") and _is_on(one)
        for properties in run
        if _name(properties) == "rPr"
        for one in properties
    )


def _text(one: Any) -> str | None:
    """What ``one`` itself says; None for what says nothing, or holds what does."""
    match _name(one):
        case "t":
            return one.text or ""
        case "sym":
            return _symbol(one)
        case name:
            return _AS_TEXT.get(name)


def _symbol(one: Any) -> str:
    """A sign of a font of signs; what is not known stays a sign that nobody can take for a tick."""
    try:
        number = int(_told(one, "char"), 16)
    except ValueError:
        return "\ufffd"
    is_wingdings = _told(one, "font") == "Wingdings"
    known = _TICKS_OF_WINGDINGS.get(number & 0xFF) if is_wingdings else None
    return known or "\ufffd"
