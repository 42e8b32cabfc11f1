"""What people type: normalised, otherwise as written; what no document can hold is taken out and told."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

MOST_MARKS = 6
"""Combining marks kept on one letter; vocalised Arabic needs three, Vietnamese two."""

_LONGEST_RUN = 32
_DIGITS_OF_NO_PAGE = 10
_DAMAGED = "\ufffd"
"""What stands for bytes that are no text: three of them for one lone surrogate."""

_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c",
            "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}  # fmt: skip
_CLOSERS = frozenset(_OPENERS.values())
DIRECTION_CONTROLS = frozenset(_OPENERS) | _CLOSERS
"""Embedding, override and isolate characters. LRM, RLM, ALM, ZWJ and ZWNJ are not among them: they are kept."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text as it can be kept, and how many characters had to be taken out."""

    text: str
    removed: int


def clean(typed: str) -> Cleaned:
    """``typed`` in NFC with LF line ends, without characters that documents and databases refuse.

    Taken out: C0 and C1 controls but TAB and LF, surrogates, noncharacters, damaged bytes
    (U+FFFD; several in a row count as one), and combining marks beyond ``MOST_MARKS`` on one letter.
    """
    kept: list[str] = []
    bounded, removed = _bounded(typed.replace("\r\n", "\n").replace("\r", "\n"))
    marks, before = 0, ""
    for character in unicodedata.normalize("NFC", bounded):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if not _refused(character) and marks <= MOST_MARKS:
            kept.append(character)
        elif not character == before == _DAMAGED:
            removed += 1
        before = character
    return Cleaned("".join(kept), removed)


def normal(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """``text`` in a normal form of Unicode, whatever its length; of marks in a row only ``_LONGEST_RUN`` are kept."""
    return unicodedata.normalize(form, _bounded(text)[0])


def number_in(text: str | None) -> int | None:
    """The whole number that a page of ours put into a field or an address; None for what no page puts there."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < _DIGITS_OF_NO_PAGE else None


def _bounded(text: str) -> tuple[str, int]:
    """``text`` with no more than ``_LONGEST_RUN`` marks in a row, and how many were dropped.

    Normalising takes the square of the number of marks in a row: forty thousand of them, which
    nobody types, would keep a process from everything else for many seconds.
    """
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _LONGEST_RUN:
            kept.append(character)
    return "".join(kept), len(text) - len(kept)


def _refused(character: str) -> bool:
    if character in "\t\n":
        return False
    code = ord(character)
    return (
        code < 0x20
        or 0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
        or character == _DAMAGED
    )


def has_direction_controls(text: str) -> bool:
    """Whether ``text`` holds characters that turn the writing direction of what follows."""
    return not DIRECTION_CONTROLS.isdisjoint(text)


def balanced(text: str) -> str:
    """``text`` with every direction control closed by the end of its paragraph, so that it turns nothing after it."""
    return "\n".join(map(_balanced_line, text.split("\n"))) if has_direction_controls(text) else text


def _balanced_line(line: str) -> str:
    waiting: list[str] = []
    kept: list[str] = []
    for character in line:
        if character in _OPENERS:
            waiting.append(_OPENERS[character])
        elif character in _CLOSERS:
            if not waiting or waiting[-1] != character:
                continue
            waiting.pop()
        kept.append(character)
    return "".join(kept + waiting[::-1])
