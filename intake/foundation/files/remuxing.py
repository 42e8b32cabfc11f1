"""A file in boxes (MPEG-4) made anew: the boxes that the format asks for, and in them what is heard."""

from __future__ import annotations

import struct
import sys
from array import array
from itertools import accumulate

from . import samples
from .boxes import boxes_in, written
from .kinds import Refusal, Refused
from .timeline import Edit

_BRANDS = frozenset({
    b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"3gp4", b"3gp5", b"3gp6", b"3gp7",
    b"3gr6", b"3g2a", b"3g2b", b"3g2c", b"qt  ", b"MSNV",
})  # fmt: skip
_EVERYWHERE = b"isom"
_UPRIGHT = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_FULLY, _AT_ITS_SPEED = b"\1\0", 1 << 16
_ENABLED, _IN_THE_FILE = 7, 1
_NO_LANGUAGE = b"\x55\xc4"
_LEAST_TOGETHER, _MOST_CHUNKS = 20, 2_000
"""Pieces that are read together: so few that players find the place that is sought."""


def heard_alone(body: bytes) -> tuple[bytes, bool]:
    """The sound of ``body`` in a new file, and whether there was some that nobody hears, which is left out.

    Raises:
        Refused: there is none, or it cannot be followed, or it is not known which parts of it are heard.
    """
    sound = samples.read(body)
    timeline = samples.timeline_of(sound)
    sizes = array("I")
    for first, last in timeline.kept:
        sizes += sound.sizes[first:last]
    head, data = _brands(body), b"".join(samples.data_of(body, sound, timeline.kept))
    durations, edits = timeline.durations, timeline.edits
    together = max(_LEAST_TOGETHER, -(-len(sizes) // _MOST_CHUNKS))
    lengths = [sum(sizes[at : at + together]) for at in range(0, len(sizes), together)]
    length, whole = sum(count * ticks for count, ticks in durations), timeline.duration()

    def movie(begin: int) -> bytes:
        places = list(accumulate(lengths[:-1], initial=begin))
        table = written(
            b"stbl", sound.table, _table(b"stts", [number for row in durations for number in row], 2),
            _chunks(len(sizes), together), _sizes(sizes), _table(b"stco", places, 1),
        )  # fmt: skip
        source = written(b"dinf", written(b"dref", bytes(7), b"\1", written(b"url ", _IN_THE_FILE.to_bytes(4))))
        media = written(
            b"mdia",
            written(b"mdhd", bytes(12), struct.pack(">II", sound.scale, length), _NO_LANGUAGE, bytes(2)),
            written(b"hdlr", bytes(8), b"soun", bytes(13)),
            written(b"minf", written(b"smhd", bytes(8)), source, table),
        )
        shown = written(
            b"tkhd", _ENABLED.to_bytes(4), bytes(8), struct.pack(">III", 1, 0, whole), bytes(12), _FULLY, bytes(2),
            _UPRIGHT, bytes(8),
        )  # fmt: skip
        overview = written(
            b"mvhd", bytes(12), struct.pack(">III", sound.movie_scale, whole, _AT_ITS_SPEED), _FULLY, bytes(10),
            _UPRIGHT, bytes(24), b"\0\0\0\2",
        )  # fmt: skip
        return written(b"moov", overview, written(b"trak", shown, _edits(edits), media))

    begin = len(head) + len(movie(0)) + 8
    return head + movie(begin) + written(b"mdat", data), timeline.is_cut


def _brands(body: bytes) -> bytes:
    """What the file says it is, as far as that is known."""
    first = next(boxes_in(body, 0, len(body)))
    if first.name != b"ftyp":
        raise Refused(Refusal.DAMAGED)
    told = [body[at : at + 4] for at in (first.inner, *range(first.inner + 8, first.end, 4))]
    major = told[0] if told[0] in _BRANDS else b"M4A "
    others = [one for one in dict.fromkeys((*told[1:], _EVERYWHERE)) if one in _BRANDS]
    return written(b"ftyp", major, bytes(4), *others)


def _numbers(listed: list[int] | array[int]) -> bytes:
    made = array("I", listed)
    if sys.byteorder == "little":
        made.byteswap()
    return made.tobytes()


def _table(name: bytes, listed: list[int], in_a_row: int) -> bytes:
    return written(name, bytes(4), (len(listed) // in_a_row).to_bytes(4), _numbers(listed))


def _sizes(sizes: array[int]) -> bytes:
    if min(sizes) == max(sizes) > 1:  # one byte each would mean something else to old programs
        return written(b"stsz", bytes(4), struct.pack(">II", sizes[0], len(sizes)))
    return written(b"stsz", bytes(8), len(sizes).to_bytes(4), _numbers(sizes))


def _chunks(count: int, together: int) -> bytes:
    whole, left = divmod(count, together)
    rows = [1, together, 1] if whole else []
    rows += [whole + 1, left, 1] if left else []
    return _table(b"stsc", rows, 3)


def _edits(edits: list[Edit]) -> bytes:
    if not edits:
        return b""
    rows = [struct.pack(">IiI", one.duration, one.start, _AT_ITS_SPEED) for one in edits]
    return written(b"edts", written(b"elst", bytes(4), len(rows).to_bytes(4), *rows))
