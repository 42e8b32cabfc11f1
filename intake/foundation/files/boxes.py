"""Boxes of MPEG-4 (ISO/IEC 14496-12): how they are found in a file and written into one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .kinds import Refusal, Refused

MOST_BOXES = 100_000
"""Side by side: an hour of sound in fragments of a tenth of a second has fewer."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: where it starts, where its content does, and where it ends."""

    name: bytes
    at: int
    inner: int
    end: int


def boxes_in(body: bytes, at: int, end: int) -> Iterator[Box]:
    """The boxes in ``body`` from ``at`` to ``end``, one behind the other.

    Raises:
        Refused: their lengths are wrong, or there are more than any program writes.
    """
    count = 0
    while end - at >= 8:
        size, head = int.from_bytes(body[at : at + 4]), 8
        if size == 1:
            size, head = int.from_bytes(body[at + 8 : at + 16]), 16
        size = size or end - at
        if size < head or at + size > end:
            raise Refused(Refusal.DAMAGED)
        if (count := count + 1) > MOST_BOXES:
            raise Refused(Refusal.SLOW)
        yield Box(body[at + 4 : at + 8], at, at + head, at + size)
        at += size


def named(boxes: list[Box], name: bytes) -> list[Box]:
    """Those of ``boxes`` that are called ``name``."""
    return [one for one in boxes if one.name == name]


def within(body: bytes, box: Box, *names: bytes) -> list[Box]:
    """What is called by the last of ``names``, in what is called by the one before, and so on up to ``box``."""
    found = [box]
    for name in names:
        found = [inner for one in found for inner in boxes_in(body, one.inner, one.end) if inner.name == name]
    return found


def the_one(body: bytes, box: Box, *names: bytes) -> Box:
    """As ``within``, where there is one.

    Raises:
        Refused: there is none, or several, and nobody knows which of them is read.
    """
    found = within(body, box, *names)
    if len(found) != 1:
        raise Refused(Refusal.DAMAGED)
    return found[0]


def number(body: bytes, box: Box, at: int, length: int = 4) -> int:
    """The number that stands ``at`` bytes behind the head of the box.

    Raises:
        Refused: the box ends before.
    """
    if at < 0 or box.inner + at + length > box.end:
        raise Refused(Refusal.DAMAGED)
    return int.from_bytes(body[box.inner + at : box.inner + at + length])


def written(name: bytes, *inner: bytes) -> bytes:
    """A box with ``inner`` in it."""
    return (8 + sum(map(len, inner))).to_bytes(4) + name + b"".join(inner)
