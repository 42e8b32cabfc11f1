"""Sound in boxes (MPEG-4): the boxes that playing needs, and of each no more than it needs.

Nothing moves: what is not needed becomes ``free`` and zeros, so that the places of the sound stay right. What of the
sound itself is needed ``samples`` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .kinds import Refusal, Refused

_TOP, _SOUND = b"", b"sound"
_INSIDE = {
    _TOP: frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"moof"}),
    b"moov": frozenset({b"mvhd", b"trak", b"mvex"}),
    b"mvex": frozenset({b"mehd", b"trex"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia"}),
    b"edts": frozenset({b"elst"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"smhd", b"hdlr", b"dinf", b"stbl"}),
    b"dinf": frozenset({b"dref"}),
    b"dref": frozenset({b"url ", b"alis"}),
    b"stbl": frozenset({b"stsd", b"stts", b"ctts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss"}),
    b"stsd": frozenset({
        b"mp4a", b"alac", b"Opus", b"fLaC", b"ac-3", b"ec-3", b"samr", b"sawb", b".mp3", b"lpcm", b"sowt", b"twos",
        b"ulaw", b"alaw",
    }),
    _SOUND: frozenset({b"esds", b"alac", b"dOps", b"dfLa", b"dac3", b"dec3", b"damr", b"chan", b"btrt", b"wave"}),
    b"wave": frozenset({b"frma", b"mp4a", b"esds", b"alac", b"enda", bytes(4)}),
    b"moof": frozenset({b"mfhd", b"traf"}),
    b"traf": frozenset({b"tfhd", b"tfdt", b"trun"}),
}  # fmt: skip
"""Which boxes may stand in which; what is in ``stsd`` says how the sound is packed, each in the same way."""

_ALL_ARE_COUNTED = frozenset({b"stsd", b"dref"})
"""None of what is in these may be left out, for others count them."""

_LONGEST = {
    b"ftyp": 72, b"styp": 72, b"smhd": 8, b"trex": 24, b"mfhd": 8, b"tfhd": 32, b"dOps": 266, b"dac3": 8, b"dec3": 64,
    b"damr": 9, b"alac": 64, b"chan": 172, b"btrt": 12, b"frma": 4, b"mp4a": 4, b"enda": 2, bytes(4): 0,
}  # fmt: skip
_LONGEST_OF_VERSIONS = {
    b"mvhd": (100, 112), b"tkhd": (84, 96), b"mdhd": (24, 36), b"mehd": (8, 12), b"tfdt": (8, 12),
}  # fmt: skip
_WIDTHS_OF_ROWS = {b"stts": (8, 8), b"ctts": (8, 8), b"stsc": (12, 12), b"stco": (4, 4), b"co64": (8, 8),
                   b"stss": (4, 4), b"elst": (12, 20)}  # fmt: skip
_WITH_TIMES = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_NO_LANGUAGE = b"\x55\xc4"
_OF_A_STREAM, _OF_A_DECODER, _SETUP, _OF_THE_LAYER = 3, 4, 5, 6  # descriptors in esds
_LENGTH_OF_STREAMINFO = 4 + 34


@dataclass(frozen=True, slots=True)
class Box:
    """A box: where it starts, where its content does, and where it ends."""

    name: bytes
    at: int
    inner: int
    end: int


def names_of(body: bytes) -> Iterator[bytes]:
    """The names of the outermost boxes.

    Raises:
        Refused: their lengths are wrong.
    """
    return (box.name for box in boxes_in(body, 0, len(body)))


def blanked(body: bytes) -> bytes:
    """``body`` with zeros in the place of all that playing does not need.

    Raises:
        Refused: damaged, packed in a way that is not known, or with more than sound.
    """
    kept = bytearray(body)
    _blank_in(_TOP, kept, 0, len(kept))
    return bytes(kept)


def boxes_in(body: bytes | bytearray, at: int, end: int) -> Iterator[Box]:
    """The boxes in ``body`` from ``at`` to ``end``, one behind the other.

    Raises:
        Refused: their lengths are wrong.
    """
    while end - at >= 8:
        size, head = int.from_bytes(body[at : at + 4]), 8
        if size == 1:
            size, head = int.from_bytes(body[at + 8 : at + 16]), 16
        size = size or end - at
        if size < head or at + size > end:
            raise Refused(Refusal.DAMAGED)
        yield Box(bytes(body[at + 4 : at + 8]), at, at + head, at + size)
        at += size


def _blank_in(parent: bytes, body: bytearray, at: int, end: int) -> None:
    last = at
    for box in boxes_in(body, at, end):
        last = box.end
        if box.name not in _INSIDE[parent]:
            if parent in _ALL_ARE_COUNTED:
                raise Refused(Refusal.DAMAGED)
            body[box.at + 4 : box.at + 8] = b"free"
            _zero(body, box.inner, box.end)
            continue
        kind = _SOUND if parent == b"stsd" else box.name
        if kind in _INSIDE:
            _blank_in(kind, body, _after_head(kind, body, box, parent_at=at), box.end)
        else:
            _leaf(body, box)
    _zero(body, last, end)


def _zero(body: bytearray, at: int, end: int) -> None:
    if at < end:
        body[at:end] = bytes(end - at)


def _after_head(kind: bytes, body: bytearray, box: Box, *, parent_at: int) -> int:
    """Where in the box the first other one is."""
    if kind in _ALL_ARE_COUNTED:
        return box.inner + 8
    if kind != _SOUND:
        return box.inner
    _zero(body, box.inner, box.inner + 6)
    _zero(body, box.inner + 10, box.inner + 16)  # which program packed it
    if body[parent_at - 8]:
        return box.inner + 28
    return box.inner + (28, 44, 64)[int.from_bytes(body[box.inner + 8 : box.inner + 10])]  # as QuickTime writes it


def _leaf(body: bytearray, box: Box) -> None:
    at, end = box.inner, box.end
    if box.name == b"mdat":
        return
    if special := _SPECIAL.get(box.name):
        special(body, box)
        return
    version = int(body[at] == 1)
    if box.name in _WIDTHS_OF_ROWS:
        used = 8 + int.from_bytes(body[at + 4 : at + 8]) * _WIDTHS_OF_ROWS[box.name][version]
    elif box.name in _LONGEST_OF_VERSIONS:
        used = _LONGEST_OF_VERSIONS[box.name][version]
    else:
        used = _LONGEST[box.name]
    _zero(body, at + used, end)
    if box.name in _WITH_TIMES:
        _zero(body, at + 4, at + (20 if version else 12))
    if box.name == b"mdhd" and end - at >= used:
        body[at + used - 4 : at + used] = _NO_LANGUAGE + bytes(2)


def _handler(body: bytearray, box: Box) -> None:
    """A track is of sound; what the program that made it calls itself is blanked."""
    at = box.inner
    if body[at + 4 : at + 8] != b"dhlr" and body[at + 8 : at + 12] != b"soun":
        raise Refused(Refusal.FILM)
    _zero(body, at + 12, box.end)


def _source(body: bytearray, box: Box) -> None:
    """The sound is in this file: a path to another one is blanked."""
    body[box.at + 4 : box.at + 8] = b"url "
    body[box.inner : box.inner + 4] = b"\0\0\0\1"
    _zero(body, box.inner + 4, box.end)


def _sizes(body: bytearray, box: Box) -> None:
    at = box.inner
    count = int.from_bytes(body[at + 8 : at + 12])
    bits = body[at + 7] if box.name == b"stz2" else 0 if any(body[at + 4 : at + 8]) else 32
    _zero(body, at + 12 + (count * bits + 7) // 8, box.end)


def _run(body: bytearray, box: Box) -> None:
    at = box.inner
    flags, count = int.from_bytes(body[at + 1 : at + 4]), int.from_bytes(body[at + 4 : at + 8])
    _zero(body, at + 8 + 4 * ((flags & 5).bit_count() + count * (flags >> 8 & 15).bit_count()), box.end)


def _flac(body: bytearray, box: Box) -> None:
    """Of its blocks only the first says how to play; others hold notes and pictures."""
    at = box.inner + 4
    if body[at] & 0x7F:
        raise Refused(Refusal.DAMAGED)
    body[at] |= 0x80
    _zero(body, at + _LENGTH_OF_STREAMINFO, box.end)


def _elementary(body: bytearray, box: Box) -> None:
    _descriptors(body, box.inner + 4, box.end)


def _descriptors(body: bytearray, at: int, end: int) -> None:
    while end - at >= 2:
        tag, length, more = body[at], 0, True
        at += 1
        while more and at < end:
            length, more = length << 7 | body[at] & 0x7F, body[at] > 0x7F
            at += 1
        stop = min(at + length, end)
        if tag == _OF_A_STREAM:
            if body[at + 2] & 0xE0:  # it depends on something elsewhere
                raise Refused(Refusal.DAMAGED)
            _descriptors(body, at + 3, stop)
        elif tag == _OF_A_DECODER:
            _descriptors(body, at + 13, stop)
        elif tag not in (_SETUP, _OF_THE_LAYER):
            _zero(body, at, stop)
        at = stop
    _zero(body, at, end)


_SPECIAL: dict[bytes, Callable[[bytearray, Box], None]] = {
    b"hdlr": _handler, b"url ": _source, b"alis": _source, b"stsz": _sizes, b"stz2": _sizes, b"trun": _run,
    b"dfLa": _flac, b"esds": _elementary,
}  # fmt: skip
