"""Passages: a span of one answer of one revision, never retyped.

A passage is given by its words, as they were selected or pasted, and where they occur more than once by
which time: what is kept are the two places between which they stand in the answer as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from intake.submissions import blocks

BLOCK = blocks.BLOCK
"""What stands for a character that was erased."""


class NotThere(ValueError):
    """The words do not stand in the answer as they were given."""


class Ambiguous(ValueError):
    """The words stand there more than once; ``times`` says how often."""

    def __init__(self, times: int) -> None:
        super().__init__(times)
        self.times = times


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The code points ``start`` up to, and without, ``end`` of the answer ``name`` of the revision ``revision``."""

    revision: int
    name: str
    start: int
    end: int

    def of(self, answers: Mapping[str, object]) -> str:
        """Its words; raises ``NotThere`` when the answer is not that long."""
        text = str(answers.get(self.name, ""))
        if not 0 <= self.start < self.end <= len(text):
            raise NotThere(self.name)
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether they share a code point."""
        is_same = (self.revision, self.name) == (other.revision, other.name)
        return is_same and self.start < other.end and other.start < self.end

    def outside(self, others: Iterable[Span]) -> list[Span]:
        """What of it lies in none of ``others``, in the order of the text."""
        left = [self]
        for other in others:
            left = [part for one in left for part in _around(one, other)]
        return left


def _around(one: Span, other: Span) -> list[Span]:
    if not one.overlaps(other):
        return [one]
    before = [replace(one, end=other.start)] if one.start < other.start else []
    return [*before, replace(one, start=other.end)] if other.end < one.end else before


def find(passage: str, text: str, *, revision: int, name: str, nth: int | None = None) -> Span:
    """Where ``passage`` stands in ``text``; white space may differ, since selecting and pasting change it.

    ``nth`` (from 0) says which one is meant where it stands there more than once.

    Raises:
        NotThere: it does not, or not ``nth`` times.
        Ambiguous: it does more than once, and ``nth`` is None.
    """
    found = list(places(passage, text))
    if not found or (nth is not None and not 0 <= nth < len(found)):
        raise NotThere(name)
    if nth is None and len(found) > 1:
        raise Ambiguous(len(found))
    start, end = found[nth or 0]
    return Span(revision, name, start, end)


def places(passage: str, text: str) -> Iterator[tuple[int, int]]:
    """Where ``passage`` begins and ends in ``text``, each time that it stands there; as ``find`` numbers them."""
    sought = "".join(passage.split())
    held = [(place, character) for place, character in enumerate(text) if not character.isspace()]
    dense = "".join(character for _place, character in held)
    at = dense.find(sought) if sought else -1
    while at >= 0:
        yield held[at][0], held[at + len(sought) - 1][0] + 1
        at = dense.find(sought, at + 1)
