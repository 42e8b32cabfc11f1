"""JPEG 2000 inside a PDF: of its boxes and segments those that decoding needs (ISO/IEC 15444-1, annexes A and I).

The packets of the picture stay as they are: packing them again would cost pixels or size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .kinds import Refusal, Refused

_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
_KIND = b"jp2 \0\0\0\0jp2 jpx "
_CODESTREAM, _TILE_PART, _PACKETS, _END = b"\xff\x4f", b"\xff\x90", b"\xff\x93", b"\xff\xd9"
_NEEDED = frozenset(
    b"\xff" + bytes([marker]) for marker in (0x50, 0x51, 0x52, 0x53, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61)
)
"""Sizes, coding and quantisation, and packed heads of packets. Not comments, nor lengths that only save searching."""
_LENGTH_OF_TILE_PART = 12
_END_OF_PACKETS = re.compile(rb"\xff\x91\0\x04..|\xff\xd9", re.DOTALL)
"""In packets no such bytes stand, except where one of them tells its own number."""
_FIRST_OF_A_PROFILE = 3  # byte of a box of colours
_BY_PROFILE = {b"GRAY": 17, b"CMYK": 12}
_RGB, _LAB = 16, 14


def bare(body: bytes) -> bytes:
    """A JPEG 2000 picture without comments, profiles and boxes of notes, and without what follows it.

    Raises:
        Refused: it is damaged.
    """
    if body.startswith(_CODESTREAM):
        return _codestream(body)
    if not body.startswith(_SIGNATURE):
        raise Refused(Refusal.DAMAGED)
    boxes = dict(_boxes(body))
    if not {b"jp2h", b"jp2c"} <= set(boxes):
        raise Refused(Refusal.DAMAGED)
    told = b"".join(
        _box(name, _OF_THE_HEAD[name](inner)) for name, inner in _boxes(boxes[b"jp2h"]) if name in _OF_THE_HEAD
    )
    return _SIGNATURE + _box(b"ftyp", _KIND) + _box(b"jp2h", told) + _box(b"jp2c", _codestream(boxes[b"jp2c"]))


def _box(name: bytes, inner: bytes) -> bytes:
    return (8 + len(inner)).to_bytes(4) + name + inner


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(body):
        size, name, head = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(body[at + 8 : at + 16]), 16
        size = size or len(body) - at
        if size < head or at + size > len(body):
            raise Refused(Refusal.DAMAGED)
        yield name, body[at + head : at + size]
        at += size


def _colours(inner: bytes) -> bytes:
    """Which colours are meant; of a profile, which tells who made it, only what it mixes."""
    if inner[:1] == b"\1":
        return inner[: 35 if int.from_bytes(inner[3:7]) == _LAB else 7]
    mixed = inner[_FIRST_OF_A_PROFILE + 16 : _FIRST_OF_A_PROFILE + 20]
    return b"\1\0\0" + _BY_PROFILE.get(mixed, _RGB).to_bytes(4)


def _palette(inner: bytes) -> bytes:
    if len(inner) < _FIRST_OF_A_PROFILE:
        raise Refused(Refusal.DAMAGED)
    columns = inner[2]
    widths = sum(((bits & 0x7F) + 8) // 8 for bits in inner[3 : 3 + columns])
    return inner[: 3 + columns + int.from_bytes(inner[:2]) * widths]


_OF_THE_HEAD: dict[bytes, Callable[[bytes], bytes]] = {
    b"ihdr": lambda inner: inner[:14],
    b"bpcc": lambda inner: inner[:64],
    b"colr": _colours,
    b"pclr": _palette,
    b"cmap": lambda inner: inner[:1024],
    b"cdef": lambda inner: inner[: 2 + 6 * int.from_bytes(inner[:2])],
}


def _codestream(body: bytes) -> bytes:
    kept, at = _segments(body, len(_CODESTREAM), until=_TILE_PART)
    made = [_CODESTREAM, kept]
    while body[at : at + 2] == _TILE_PART:
        start, told = at, int.from_bytes(body[at + 6 : at + 10])
        kept, at = _segments(body, at + _LENGTH_OF_TILE_PART, until=_PACKETS)
        end = min(start + told, len(body)) if told else _end_of_packets(body, at)
        if end < at + len(_PACKETS):
            raise Refused(Refusal.DAMAGED)
        packets = body[at:end]
        length = _LENGTH_OF_TILE_PART + len(kept) + len(packets) if told else 0
        made += body[start : start + 6], length.to_bytes(4), body[start + 10 : start + 12], kept, packets
        at = end
    return b"".join((*made, _END))


def _segments(body: bytes, at: int, *, until: bytes) -> tuple[bytes, int]:
    """Of the segments from ``at`` those that decoding needs, and where the mark ``until`` stands."""
    kept = list[bytes]()
    while (marker := body[at : at + 2]) != until:
        end = at + 2 + int.from_bytes(body[at + 2 : at + 4])
        if marker[:1] != b"\xff" or end < at + 4 or end > len(body):
            raise Refused(Refusal.DAMAGED)
        if marker in _NEEDED:
            kept.append(body[at:end])
        at = end
    return b"".join(kept), at


def _end_of_packets(body: bytes, at: int) -> int:
    return next((found.start() for found in _END_OF_PACKETS.finditer(body, at) if found[0] == _END), len(body))
