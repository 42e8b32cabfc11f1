"""How the sound of a file in boxes is packed (``stsd``): written anew, each number that a decoder needs and no other.

Beside those stand texts, names of programs, sums and room for anything.
"""

from __future__ import annotations

from collections.abc import Callable

from .boxes import Box, boxes_in, number, written
from .kinds import Refusal, Refused

_PACKINGS = frozenset({
    b"mp4a", b"alac", b"Opus", b"fLaC", b"ac-3", b"ec-3", b"samr", b"sawb", b".mp3", b"lpcm", b"sowt", b"twos",
    b"ulaw", b"alaw",
})  # fmt: skip
PIECES_AROUND = {b"mp4a": 2, b".mp3": 2, b"Opus": 4, b"ac-3": 2, b"ec-3": 2}
"""Pieces that a decoder may need before one that is heard, of those that stand for a few hundredths of a second."""

_HEAD, _MORE_OF_QUICKTIME = 28, (0, 16, 36)  # bytes; by the version of an entry
_LIKELY = 1 << 16
_OF_COMPRESSION = (0xFFFE, 0xFFFF)  # as QuickTime says that pieces differ in length
_OF_A_STREAM, _OF_A_DECODER, _SETUP = 3, 4, 5  # descriptors in esds
_LAYER = b"\x06\x01\x02"  # the same in every file
_AAC, _MP3 = frozenset({0x40, 0x66, 0x67, 0x68}), frozenset({0x69, 0x6B})
_LONGEST_UNKNOWN_SETUP = 12
_WITH_BANDS, _IN_PARAMETERS = 5, 29  # high efficiency, its second version
_SPACES = {17, 19, 20, 22, 23}  # those that hold errors up
_KNOWN_AAC = frozenset({1, 2, 3, 4, 6, *_SPACES})
_LAYERED, _BYTE_WISE = (6, 20), 22
_MORE_BANDS, _MORE_PARAMETERS = 0x2B7, 0x548
_LENGTH_OF_STREAMINFO, _SUM_OF_STREAMINFO = 34, 16
_MOST_CHANNELS = 64


def remade(body: bytes, table: Box) -> tuple[bytes, bytes]:
    """The name of the packing, and the table that says how the sound is packed, written anew.

    Raises:
        Refused: it is packed in a way that is not known, or in several.
    """
    entries = list(boxes_in(body, table.inner + 8, table.end))
    if number(body, table, 4) > 1:
        raise Refused(Refusal.EDITED)
    if not entries or entries[0].name not in _PACKINGS:
        raise Refused(Refusal.DAMAGED)
    entry, is_later = entries[0], number(body, table, 0, 1)
    version = number(body, entry, 8, 2)
    more = 0 if is_later else _MORE_OF_QUICKTIME[version]
    told = body[entry.inner : entry.inner + _HEAD + more]
    if len(told) < _HEAD + more:
        raise Refused(Refusal.DAMAGED)
    compression = told[20:22] if int.from_bytes(told[20:22]) in _OF_COMPRESSION else bytes(2)
    head = bytes(7) + b"\1" + told[8:10] + bytes(6) + told[16:20] + compression + bytes(2) + told[24:28]
    added = told[_HEAD:]
    if len(added) == _MORE_OF_QUICKTIME[1]:
        added = b"".join(added[at : at + 4] if int.from_bytes(added[at : at + 4]) < _LIKELY else bytes(4)
                         for at in range(0, len(added), 4))  # fmt: skip
    inner = _inside(body, entry.inner + _HEAD + more, entry.end, entry.name)
    one = written(entry.name, head, added, inner)
    return entry.name, written(b"stsd", bytes([bool(is_later)]) + bytes(3), b"\0\0\0\1", one)


def _inside(body: bytes, at: int, end: int, packing: bytes) -> bytes:
    made = []
    for one in boxes_in(body, at, end):
        if one.name == b"wave":
            made.append(written(b"wave", _inside(body, one.inner, one.end, packing)))
        elif one.name == b"frma":
            made.append(written(b"frma", packing))
        elif one.name in _REMADE:
            made.append(written(one.name, _REMADE[one.name](body[one.inner : one.end])))
    return b"".join(made)


def _elementary(told: bytes) -> bytes:
    stream = _descriptors(told[4:])[_OF_A_STREAM]
    if stream[2] & 0xE0:  # it depends on something elsewhere
        raise Refused(Refusal.DAMAGED)
    decoder = _descriptors(stream[3:])[_OF_A_DECODER]
    setup = _setup(decoder[0], _descriptors(decoder[13:]).get(_SETUP, b""))
    inner = decoder[:1] + b"\x15" + bytes(11) + setup
    inner = bytes(3) + bytes([_OF_A_DECODER, len(inner)]) + inner + _LAYER
    return bytes(4) + bytes([_OF_A_STREAM, len(inner)]) + inner


def _descriptors(told: bytes) -> dict[int, bytes]:
    found, at = dict[int, bytes](), 0
    while len(told) - at >= 2:
        tag, length, more = told[at], 0, True
        at += 1
        while more and at < len(told):
            length, more = length << 7 | told[at] & 0x7F, told[at] > 0x7F
            at += 1
        found.setdefault(tag, told[at : at + length])
        at += length
    return found


def _setup(packing: int, told: bytes) -> bytes:
    if packing in _MP3:
        return b""
    if packing not in _AAC or not told:
        raise Refused(Refusal.DAMAGED)
    kept = _setup_of_aac(told)
    return bytes([_SETUP, len(kept)]) + kept


class _Bits:
    """Bits that are read one behind the other; zeros behind their end."""

    def __init__(self, told: bytes) -> None:
        self._told, self._length, self.at = int.from_bytes(told), 8 * len(told), 0

    def next(self, count: int) -> int:
        self.at += count
        rest = self._length - self.at
        return (self._told >> rest if rest >= 0 else self._told << -rest) & (1 << count) - 1


def _setup_of_aac(told: bytes) -> bytes:
    """Of AudioSpecificConfig (ISO/IEC 14496-3) as many bits as say something."""
    bits = _Bits(told)
    kind, has_bands = _kind(bits), False
    _rate(bits)
    channels = bits.next(4)
    if kind in (_WITH_BANDS, _IN_PARAMETERS):
        has_bands = True
        _rate(bits)
        kind = _kind(bits)
    if kind not in _KNOWN_AAC:
        if len(told) > _LONGEST_UNKNOWN_SETUP:
            raise Refused(Refusal.DAMAGED)
        return told
    if not channels:  # a description of them follows, with a text
        raise Refused(Refusal.DAMAGED)
    bits.next(1)
    bits.next(14 * bits.next(1))
    is_more = bits.next(1)
    bits.next(3 * (kind in _LAYERED))
    if is_more:
        bits.next(16 if kind == _BYTE_WISE else 3 * (kind in _SPACES))
        bits.next(1)
    if kind in _SPACES and bits.next(2):
        raise Refused(Refusal.DAMAGED)
    if not has_bands:
        _bands_behind(bits)
    length = min((bits.at + 7) // 8, len(told))
    kept = int.from_bytes(told[:length])
    unused = max(8 * length - bits.at, 0)
    return (kept >> unused << unused).to_bytes(length)


def _kind(bits: _Bits) -> int:
    kind = bits.next(5)
    return 32 + bits.next(6) if kind == 31 else kind


def _rate(bits: _Bits) -> None:
    if bits.next(4) == 15:
        bits.next(24)


def _bands_behind(bits: _Bits) -> None:
    """What decoders that know no high efficiency leave alone."""
    start = bits.at
    if bits.next(11) != _MORE_BANDS or _kind(bits) != _WITH_BANDS:
        bits.at = start
        return
    if bits.next(1):
        _rate(bits)
        start = bits.at
        if bits.next(11) == _MORE_PARAMETERS:
            bits.next(1)
        else:
            bits.at = start


def _flac(told: bytes) -> bytes:
    """Of its blocks only the first says how to play; others hold notes and pictures, and at its end stands a sum."""
    if told[4] & 0x7F:
        raise Refused(Refusal.DAMAGED)
    numbers = told[8 : 8 + _LENGTH_OF_STREAMINFO - _SUM_OF_STREAMINFO]
    return bytes(4) + b"\x80" + _LENGTH_OF_STREAMINFO.to_bytes(3) + numbers + bytes(_SUM_OF_STREAMINFO)


def _channels(told: bytes) -> bytes:
    """Where the loudspeakers of each channel stand, by names that are numbers."""
    kind, count = told[4:8], int.from_bytes(told[12:16])
    if any(kind) or count > _MOST_CHANNELS:
        return bytes(4) + told[4:12] + bytes(4)
    return bytes(4) + told[4:16] + b"".join(told[at : at + 4] + bytes(16) for at in range(16, 16 + 20 * count, 20))


_REMADE: dict[bytes, Callable[[bytes], bytes]] = {
    b"esds": _elementary,
    b"alac": lambda told: bytes(4) + told[4:28],
    b"dOps": lambda told: told[: 11 + (2 + told[1]) * bool(told[10])],
    b"dfLa": _flac,
    b"dac3": lambda told: told[:3],
    b"dec3": lambda told: told[: 2 + 4 * (1 + (told[1] & 7))],
    b"damr": lambda told: bytes(5) + told[5:9],
    b"chan": _channels,
    b"mp4a": lambda _told: bytes(4),
    b"enda": lambda told: b"\0" + bytes([told[1] & 1]),
    bytes(4): lambda _told: b"",
}
"""What may stand in an entry, and how much of it is kept."""
