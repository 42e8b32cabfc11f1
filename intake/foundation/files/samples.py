"""Where in a file in boxes (MPEG-4) the sound lies, as its tables say (ISO/IEC 14496-12).

What lies beside it in ``mdat`` no player reads, so anything could stand there: it becomes zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .boxes import Box, boxes_in
from .kinds import Refusal, Refused

Place = tuple[int, int]
"""Where bytes begin and end in the file."""

_PLACES, _SIZES = frozenset({b"stco", b"co64"}), frozenset({b"stsz", b"stz2"})
_HALF_A_BYTE = 4
_BITS_OF_SIZES = frozenset({_HALF_A_BYTE, 8, 16})
_HAS_BASE, _HAS_SIZE, _BEFORE_THE_SIZE = 1, 0x10, {1: 8, 2: 4, 8: 4}  # flags of tfhd, and bytes that they stand for
_HAS_PLACE, _HAS_FIRST_FLAGS, _HAS_DURATIONS, _HAS_SIZES, _OF_EACH = 1, 4, 0x100, 0x200, 0xF00  # flags of trun


def heard_alone(body: bytes) -> bytes:
    """``body`` with zeros among the sound where no table points to.

    Raises:
        Refused: there is no sound, or it cannot be followed where it lies.
    """
    outermost = list(boxes_in(body, 0, len(body)))
    data = [(one.inner, one.end) for one in outermost if one.name == b"mdat"]
    kept = bytearray(body)
    for start, end in data:
        kept[start:end] = bytes(end - start)
    is_heard = False
    for start, end in _places(body, outermost):
        if not any(first <= start <= end <= last for first, last in data):
            raise Refused(Refusal.DAMAGED)
        kept[start:end] = body[start:end]
        is_heard |= start < end
    if not is_heard:
        raise Refused(Refusal.DAMAGED)
    return bytes(kept)


def _places(body: bytes, outermost: list[Box]) -> Iterator[Place]:
    usual = dict[int, int]()
    for movie in _named(outermost, b"moov"):
        for table in _within(body, movie, b"trak", b"mdia", b"minf", b"stbl"):
            yield from _of_table(body, _each_once(body, table))
        for one in _within(body, movie, b"mvex", b"trex"):
            usual[_number(body, one, 4)] = _number(body, one, 16)
    for fragment in _named(outermost, b"moof"):
        for at, one in enumerate(_within(body, fragment, b"traf")):
            if at:  # where the second one begins depends on where the first one ends: of one sound there is one
                raise Refused(Refusal.DAMAGED)
            yield from _of_fragment(body, fragment, one, usual)


def _each_once(body: bytes, table: Box) -> dict[bytes, Box]:
    boxes = [one for one in boxes_in(body, table.inner, table.end) if one.name != b"free"]
    named = {one.name: one for one in boxes}
    if len(named) != len(boxes):  # nobody knows which of two is read
        raise Refused(Refusal.DAMAGED)
    return named


def _named(boxes: list[Box], name: bytes) -> list[Box]:
    return [one for one in boxes if one.name == name]


def _within(body: bytes, box: Box, *names: bytes) -> list[Box]:
    found = [box]
    for name in names:
        found = [inner for one in found for inner in boxes_in(body, one.inner, one.end) if inner.name == name]
    return found


def _number(body: bytes, box: Box, at: int, length: int = 4) -> int:
    """The number that stands ``at`` bytes behind the head of the box."""
    if at < 0 or box.inner + at + length > box.end:
        raise Refused(Refusal.DAMAGED)
    return int.from_bytes(body[box.inner + at : box.inner + at + length])


def _rows(body: bytes, box: Box, width: int) -> list[int]:
    """The numbers of a table, each ``width`` bytes long."""
    count = _number(body, box, 4)
    return [_number(body, box, 8 + width * row, width) for row in range(count)]


def _of_table(body: bytes, boxes: dict[bytes, Box]) -> Iterator[Place]:
    """Where the pieces of a sound lie that is told of at once; none where it comes in fragments."""
    if not boxes.keys() & _PLACES:
        return
    if b"stsc" not in boxes or not boxes.keys() & _SIZES:
        raise Refused(Refusal.DAMAGED)
    places = _rows(body, boxes[b"stco"], 4) if b"stco" in boxes else _rows(body, boxes[b"co64"], 8)
    runs = [(row >> 64, row >> 32 & 0xFFFFFFFF) for row in _rows(body, boxes[b"stsc"], 12)]
    sizes, run, at = _sizes(body, boxes), -1, 0
    for number, place in enumerate(places, start=1):
        run += run + 1 < len(runs) and runs[run + 1][0] == number
        count = runs[run][1] if run >= 0 else 0
        yield place, place + sizes.together(at, at + count)
        at += count
    if any(
        first <= len(places) for first, _count in runs[run + 1 :]
    ):  # in another order they would be read in another way
        raise Refused(Refusal.DAMAGED)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How long the pieces of a sound are, each or all."""

    count: int
    of_all: int
    of_each: list[int]

    def together(self, first: int, last: int) -> int:
        if self.of_all:
            return self.of_all * max(min(last, self.count) - first, 0)
        return sum(self.of_each[first:last])


def _sizes(body: bytes, boxes: dict[bytes, Box]) -> _Sizes:
    box = boxes.get(b"stsz") or boxes[b"stz2"]
    count = _number(body, box, 8)
    if box.name == b"stz2":
        bits = _number(body, box, 7, 1)
        if bits not in _BITS_OF_SIZES:
            raise Refused(Refusal.DAMAGED)
        return _Sizes(count, 0, [_small(body, box, bits, row) for row in range(count)])
    of_all = _number(body, box, 4)
    if of_all == 1:  # old programs count here what is heard at a time, however many bytes that has
        raise Refused(Refusal.DAMAGED)
    return _Sizes(count, of_all, [] if of_all else [_number(body, box, 12 + 4 * row) for row in range(count)])


def _small(body: bytes, box: Box, bits: int, row: int) -> int:
    if bits == _HALF_A_BYTE:
        both = _number(body, box, 12 + row // 2, 1)
        return both & 0xF if row % 2 else both >> 4
    return _number(body, box, 12 + row * bits // 8, bits // 8)


def _of_fragment(body: bytes, fragment: Box, track: Box, usual: dict[int, int]) -> Iterator[Place]:
    heads = _within(body, track, b"tfhd")
    if len(heads) != 1:
        raise Refused(Refusal.DAMAGED)
    flags, size = _number(body, heads[0], 1, 3), usual.get(_number(body, heads[0], 4), 0)
    base = _number(body, heads[0], 8, 8) if flags & _HAS_BASE else fragment.at
    if flags & _HAS_SIZE:
        size = _number(body, heads[0], 8 + sum(long for flag, long in _BEFORE_THE_SIZE.items() if flags & flag))
    start = base
    for run in _within(body, track, b"trun"):
        offset, length = _of_run(body, run, size)
        start = start if offset is None else base + offset
        yield start, start + length
        start += length


def _of_run(body: bytes, run: Box, size: int) -> tuple[int | None, int]:
    """Where the run begins, if it says so, and how long it is; ``size``: of each piece that does not say its own."""
    flags, count, at = _number(body, run, 1, 3), _number(body, run, 4), 8
    offset = None
    if flags & _HAS_PLACE:
        offset = int.from_bytes(_number(body, run, at).to_bytes(4), signed=True)
        at += 4
    if not flags & _HAS_SIZES:
        return offset, size * count
    at += 4 * bool(flags & _HAS_FIRST_FLAGS) + 4 * bool(flags & _HAS_DURATIONS)
    width = 4 * (flags & _OF_EACH).bit_count()
    return offset, sum(_number(body, run, at + width * row) for row in range(count))
