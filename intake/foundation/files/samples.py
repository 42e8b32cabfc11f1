"""Sound in boxes (MPEG-4, ISO/IEC 14496-12): read by its tables, and only what they lead to written into a new file.

What a list of edits leaves out is in the file and no player plays it: whoever cut it off thinks that it is gone. So it
does not come along.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from .boxes import MOST_BOXES, Box, boxes_in, named, number, the_one, within
from .kinds import Refusal, Refused
from .packings import PIECES_AROUND, remade
from .timeline import Edit, Range, Timeline

_PLACES, _SIZES = frozenset({b"stco", b"co64"}), frozenset({b"stsz", b"stz2"})
_MOST_PIECES, _MOST_ROWS, _MOST_EDITS = 5_000_000, 500_000, 10_000
"""Ten megabytes of plain numbers have so many pieces; rows of a table, and edits, are far fewer."""
_HALF_A_BYTE = 4
_BITS_OF_SIZES = frozenset({_HALF_A_BYTE, 8, 16})
_ROW_OF_TIMES, _ROW_OF_RUNS, _ROWS_OF_EDITS = 8, 12, (12, 20)  # bytes
_AT_ITS_SPEED = 1 << 16
_HAS_BASE, _HAS_DURATION, _HAS_SIZE = 1, 8, 0x10  # flags of tfhd
_OF_A_TRACK = {_HAS_BASE: 8, 2: 4, _HAS_DURATION: 4, _HAS_SIZE: 4}
"""What tfhd tells, in this order, and how long each is."""
_HAS_PLACE, _HAS_FIRST_FLAGS, _HAS_DURATIONS, _HAS_SIZES, _OF_EACH = 1, 4, 0x100, 0x200, 0xF00  # flags of trun


@dataclass(slots=True)
class Sound:
    """A sound as the tables of its file tell of it: ``scale`` are ticks in a second, ``movie_scale`` those of edits."""

    packing: bytes
    table: bytes
    scale: int
    movie_scale: int
    edits: list[Edit] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("I"))
    durations: list[tuple[int, int]] = field(default_factory=list)
    """How many pieces take how many ticks."""
    places: list[tuple[int, int]] = field(default_factory=list)
    """Where how many pieces lie, one behind the other."""

    def add(self, place: int, sizes: array[int]) -> None:
        """Add pieces that lie at ``place``."""
        if len(self.sizes) + len(sizes) > _MOST_PIECES or len(self.places) >= _MOST_ROWS:
            raise Refused(Refusal.SLOW)
        self.sizes += sizes
        self.places.append((place, len(sizes)))


def read(body: bytes) -> Sound:
    """The sound in ``body``.

    Raises:
        Refused: there is none, or more than one, or it cannot be followed where it lies.
    """
    outermost = list(boxes_in(body, 0, len(body)))
    movies = named(outermost, b"moov")
    if len(movies) != 1:
        raise Refused(Refusal.DAMAGED)
    sound = _described(body, movies[0])
    table = the_one(body, movies[0], b"trak", b"mdia", b"minf", b"stbl")
    _add_of_table(body, sound, _each_once(body, table))
    usual = dict[int, tuple[int, int]]()
    for one in within(body, movies[0], b"mvex", b"trex"):
        usual[number(body, one, 4)] = number(body, one, 12), number(body, one, 16)
    for fragment in named(outermost, b"moof"):
        for at, one in enumerate(within(body, fragment, b"traf")):
            if at:  # where the second one begins depends on where the first one ends: of one sound there is one
                raise Refused(Refusal.DAMAGED)
            _add_of_fragment(body, sound, fragment, one, usual)
    _check_places(sound, [(one.inner, one.end) for one in named(outermost, b"mdat")])
    if named(outermost, b"moof"):  # when the list was written nobody knew how long the sound would be
        heard = [one for one in sound.edits if one.is_heard]
        if len(heard) > 1:
            raise Refused(Refusal.EDITED)
        sound.edits = [Edit(0, one.start) if one.is_heard else one for one in sound.edits]
    return sound


def data_of(body: bytes, sound: Sound, kept: list[Range]) -> Iterator[bytes]:
    """The bytes of the pieces of ``sound`` that are ``kept``."""
    first, at = 0, 0
    for place, count in sound.places:
        end, next_one, here = at + count, at, place
        while first < len(kept) and kept[first][1] <= at:
            first += 1
        for start, stop in _overlapping(kept, first, end):
            begin, until = max(start, at), min(stop, end)
            here += sum(sound.sizes[next_one:begin])
            length = sum(sound.sizes[begin:until])
            yield body[here : here + length]
            here, next_one = here + length, until
        at = end


def _overlapping(kept: list[Range], first: int, end: int) -> Iterator[Range]:
    while first < len(kept) and kept[first][0] < end:
        yield kept[first]
        first += 1


def _described(body: bytes, movie: Box) -> Sound:
    tracks = within(body, movie, b"trak")
    kinds = [body[one.inner + 8 : one.inner + 12] for track in tracks for one in within(body, track, b"mdia", b"hdlr")]
    if any(kind != b"soun" for kind in kinds) or len(tracks) > 1:  # of several sounds players play one
        raise Refused(Refusal.FILM)
    if len(kinds) != 1:
        raise Refused(Refusal.DAMAGED)
    media = the_one(body, tracks[0], b"mdia")
    packing, table = remade(body, the_one(body, media, b"minf", b"stbl", b"stsd"))
    scale, movie_scale = (
        number(body, head, 20 if number(body, head, 0, 1) == 1 else 12)
        for head in (the_one(body, media, b"mdhd"), the_one(body, movie, b"mvhd"))
    )
    if not scale or not movie_scale:
        raise Refused(Refusal.DAMAGED)
    return Sound(packing, table, scale, movie_scale, _edits(body, tracks[0]))


def _edits(body: bytes, track: Box) -> list[Edit]:
    lists = within(body, track, b"edts", b"elst")
    if not lists:
        return []
    version, count = number(body, lists[0], 0, 1), number(body, lists[0], 4)
    if len(lists) > 1 or version > 1 or count > _MOST_EDITS:
        raise Refused(Refusal.EDITED)
    wide, edits = 4 << version, list[Edit]()
    for at in range(8, 8 + count * _ROWS_OF_EDITS[version], _ROWS_OF_EDITS[version]):
        start = number(body, lists[0], at + wide, wide)
        if number(body, lists[0], at + 2 * wide) != _AT_ITS_SPEED:
            raise Refused(Refusal.EDITED)
        edits.append(Edit(number(body, lists[0], at, wide), -1 if start == (1 << 8 * wide) - 1 else start))
    heard = [one for one in edits if one.is_heard]
    if len(heard) > 1 and not all(one.duration for one in heard):
        raise Refused(Refusal.EDITED)
    return edits


def _each_once(body: bytes, table: Box) -> dict[bytes, Box]:
    boxes = [one for one in boxes_in(body, table.inner, table.end) if one.name != b"free"]
    by_name = {one.name: one for one in boxes}
    if any(len(named(boxes, name)) > 1 for name in _PLACES | _SIZES | {b"stts", b"stsc"}):  # which of two is read?
        raise Refused(Refusal.DAMAGED)
    return by_name


def _numbers(body: bytes, box: Box, at: int, count: int, width: int = 4) -> array[int]:
    """``count`` numbers, each ``width`` bytes long, from ``at`` bytes behind the head of the box."""
    start, end = box.inner + at, box.inner + at + count * width
    if end > box.end:
        raise Refused(Refusal.DAMAGED)
    found = array({1: "B", 2: "H", 4: "I", 8: "Q"}[width], body[start:end])
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _rows(body: bytes, box: Box, width: int) -> tuple[int, int]:
    """How many rows a table has that are ``width`` bytes long, and how many numbers of four bytes."""
    count = number(body, box, 4)
    if count > _MOST_ROWS:
        raise Refused(Refusal.SLOW)
    return count, count * width // 4


def _add_of_table(body: bytes, sound: Sound, boxes: dict[bytes, Box]) -> None:
    """Add what a sound consists of that is told of at once; nothing where it comes in fragments."""
    if not boxes.keys() & _PLACES:
        return
    if not {b"stsc", b"stts"} <= boxes.keys() or not boxes.keys() & _SIZES:
        raise Refused(Refusal.DAMAGED)
    far = b"stco" not in boxes
    box = boxes[b"co64" if far else b"stco"]
    places = _numbers(body, box, 8, _rows(body, box, 8 if far else 4)[0], 8 if far else 4)
    of_runs = _numbers(body, boxes[b"stsc"], 8, _rows(body, boxes[b"stsc"], _ROW_OF_RUNS)[1])
    runs = list(zip(of_runs[::3], of_runs[1::3], strict=True))
    sizes, run, at = _sizes(body, boxes), -1, 0
    for order, place in enumerate(places, start=1):
        run += run + 1 < len(runs) and runs[run + 1][0] == order
        count = runs[run][1] if run >= 0 else 0
        if of_it := sizes[at : at + count]:
            sound.add(place, of_it)
        at += count
    if any(
        first <= len(places) for first, _count in runs[run + 1 :]
    ):  # in another order they would be read in another way
        raise Refused(Refusal.DAMAGED)
    told = _numbers(body, boxes[b"stts"], 8, _rows(body, boxes[b"stts"], _ROW_OF_TIMES)[1])
    left = len(sound.sizes)
    for count, ticks in zip(told[::2], told[1::2], strict=True):
        if taken := min(count, left):
            sound.durations.append((taken, ticks))
            left -= taken
    if left:
        if not told:
            raise Refused(Refusal.DAMAGED)
        sound.durations.append((left, told[-1]))


def _sizes(body: bytes, boxes: dict[bytes, Box]) -> array[int]:
    box = boxes.get(b"stsz") or boxes[b"stz2"]
    count = number(body, box, 8)
    if count > _MOST_PIECES:
        raise Refused(Refusal.SLOW)
    if box.name == b"stz2":
        bits = number(body, box, 7, 1)
        if bits not in _BITS_OF_SIZES:
            raise Refused(Refusal.DAMAGED)
        if bits == _HALF_A_BYTE:
            both = _numbers(body, box, 12, (count + 1) // 2, 1)
            return array("I", (half for each in both for half in (each >> 4, each & 0xF)))[:count]
        return array("I", _numbers(body, box, 12, count, bits // 8))
    of_all = number(body, box, 4)
    if of_all == 1:  # old programs count here what is heard at a time, however many bytes that has
        raise Refused(Refusal.DAMAGED)
    return array("I", [of_all]) * count if of_all else _numbers(body, box, 12, count)


def _add_of_fragment(body: bytes, sound: Sound, fragment: Box, track: Box, usual: dict[int, tuple[int, int]]) -> None:
    head = the_one(body, track, b"tfhd")
    flags, at = number(body, head, 1, 3), 8
    told = dict[int, int]()
    for flag, long in _OF_A_TRACK.items():
        if flags & flag:
            told[flag] = number(body, head, at, long)
            at += long
    durations, size = usual.get(number(body, head, 4), (0, 0))
    of_all = told.get(_HAS_DURATION, durations), told.get(_HAS_SIZE, size)
    start = base = told.get(_HAS_BASE, fragment.at)
    for run in within(body, track, b"trun"):
        if len(sound.places) > MOST_BOXES:
            raise Refused(Refusal.SLOW)
        if number(body, run, 3, 1) & _HAS_PLACE:
            start = base + int.from_bytes(number(body, run, 8).to_bytes(4), signed=True)
        start += _add_run(body, sound, run, start, of_all)


def _add_run(body: bytes, sound: Sound, run: Box, start: int, of_all: tuple[int, int]) -> int:
    """Returns how long the run is; ``of_all``: the ticks and bytes of each piece that does not say its own."""
    flags, count = number(body, run, 1, 3), number(body, run, 4)
    if count > _MOST_PIECES:
        raise Refused(Refusal.SLOW)
    width, has_durations = (flags & _OF_EACH).bit_count(), bool(flags & _HAS_DURATIONS)
    rows = _numbers(body, run, 8 + 4 * (flags & (_HAS_PLACE | _HAS_FIRST_FLAGS)).bit_count(), width * count)
    sizes = rows[has_durations::width] if flags & _HAS_SIZES else array("I", [of_all[1]]) * count
    sound.add(start, sizes)
    if has_durations:
        sound.durations += [(len(list(same)), ticks) for ticks, same in groupby(rows[::width])]
    else:
        sound.durations.append((count, of_all[0]))
    if len(sound.durations) > _MOST_ROWS:
        raise Refused(Refusal.SLOW)
    return sum(sizes)


def _check_places(sound: Sound, data: list[Range]) -> None:
    """All of it lies where sound is, and nothing of it is told twice."""
    starts, at, whole = [first for first, _last in data], 0, sum(end - first for first, end in data)
    for place, count in sound.places:
        length = sum(sound.sizes[at : at + count])
        at, whole = at + count, whole - length
        around = data[bisect_right(starts, place) - 1] if data and place >= starts[0] else (0, -1)
        if not around[0] <= place <= place + length <= around[1] or whole < 0:
            raise Refused(Refusal.DAMAGED)
    if not any(sound.sizes):
        raise Refused(Refusal.DAMAGED)


def timeline_of(sound: Sound) -> Timeline:
    """When which of its pieces is heard."""
    return Timeline(
        sound.durations, sound.edits, sound.scale, sound.movie_scale, around=PIECES_AROUND.get(sound.packing, 0)
    )
