"""Pictures inside documents: their pixels as they are, byte by byte, and nothing that stands around them."""

from __future__ import annotations

import re
from collections.abc import Callable

from .kinds import Refusal, Refused

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_OF_PIXELS = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD})
"""Frames, tables, scans and how often they start again."""
_LEAST = 1  # byte, of what a segment of these tells
_NEXT_MARKER = re.compile(rb"\xff(?=[^\x00\xff\xd0-\xd7])")


def bare_jpeg(body: bytes) -> bytes:
    """A JPEG without the segments that say where, when and by whom, without thumbnails and without what follows it.

    Raises:
        Refused: it is damaged.
    """
    if body[:2] != bytes([0xFF, _START]):
        raise Refused(Refusal.DAMAGED)
    kept, at = bytearray(body[:2]), 2
    while at + 4 <= len(body):
        while body[at : at + 2] == b"\xff\xff":
            at += 1
        marker, end = body[at + 1], at + 2 + int.from_bytes(body[at + 2 : at + 4])
        if marker == _END:
            break
        if body[at] != 0xFF or not at + 4 <= end <= len(body):
            raise Refused(Refusal.DAMAGED)
        kept += _segment(marker, body[at:end])
        at = end
        if marker == _SCAN:
            found = _NEXT_MARKER.search(body, at)
            stop = found.start() if found else len(body)
            kept += body[at:stop]
            at = stop
    return bytes(kept) + bytes([0xFF, _END])


def _segment(marker: int, segment: bytes) -> bytes:
    """The segment, if the pixels need it: of notes only which colours are meant."""
    if marker == 0xE0 and segment[4:9] == b"JFIF\0" and len(segment) >= 18:
        return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"  # the picture beside the picture is left out
    if marker == 0xEE and segment[4:9] == b"Adobe" and len(segment) >= 16:
        return b"\xff\xee\0\x0e" + segment[4:16]
    if marker not in _OF_PIXELS:
        return b""
    told = segment[4:]
    if len(told) < _LEAST:
        raise Refused(Refusal.DAMAGED)
    used = told[: _USED.get(marker, _used_by_a_frame)(told)]
    return segment[:2] + (2 + len(used)).to_bytes(2) + used


def _used_by_a_frame(told: bytes) -> int:
    return 6 + 3 * int.from_bytes(told[5:6])


def _used_by_a_scan(told: bytes) -> int:
    return 4 + 2 * told[0]


def _used_by_tables(told: bytes) -> int:
    at = 0
    while at + 17 <= len(told) and (end := at + 17 + sum(told[at + 1 : at + 17])) <= len(told):
        at = end
    return at


def _used_by_steps(told: bytes) -> int:
    at = 0
    while at < len(told) and (end := at + (129 if told[at] >> 4 else 65)) <= len(told):
        at = end
    return at


_USED: dict[int, Callable[[bytes], int]] = {
    0xC4: _used_by_tables, 0xCC: len, _SCAN: _used_by_a_scan, 0xDB: _used_by_steps, 0xDC: lambda _told: 2,
    0xDD: lambda _told: 2,
}  # fmt: skip
"""How much of a segment says something; what may stand behind that is left out."""
