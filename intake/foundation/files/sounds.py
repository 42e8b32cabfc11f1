"""Sound: the frames alone, without titles, pictures, places and times."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from typing import Any

from mutagen import MutagenError
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from . import frames, mpeg, remuxing
from .kinds import Found, Refusal, Refused

_BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_LEAST_FRAMES = 2
_PLAIN_FORMAT, _HEAD_OF_A_CHUNK = 16, 8  # bytes, of WAV
_EXTENSIBLE = 0xFFFE
_UNSIZED = (0, 0xFFFFFFFF)
_NAME_OF_A_CHUNK = re.compile(
    rb"LIST|INFO|bext|iXML|axml|chna|_PMX|id3 |ID3 |DISP|cue |plst|smpl|inst|fact|PEAK|note|labl|ltxt|JUNK|junk|PAD |"
    rb"afsp|CART|cart|LGWV|levl|minf|elm1|regn|umid"
)
_LENGTHS_OF_FORMATS = {1: 16, 3: 18, 6: 18, 7: 18, 0x11: 20, 0x31: 20, _EXTENSIBLE: 40}
"""Plain numbers, whole and broken, A-law, mu-law, ADPCM, GSM, and the one that names any of them."""
_END_OF_A_FORMAT = bytes.fromhex("000000001000800000aa00389b71")
_BEGINS_A_STREAM = 2  # of the flags of a page of Ogg
_LENGTH_OF_OPUS, _LENGTH_OF_VORBIS = 19, 30


def clean(body: bytes, kind: str) -> tuple[str, bytes, list[Found]]:
    """The sound alone, and whether there was anything beside it.

    Raises:
        Refused: damaged, or no sound.
    """
    is_cut = False
    try:
        if kind == "m4a":
            written, is_cut = remuxing.heard_alone(body)
        else:
            written = _CLEANERS[kind](body)
    except (MutagenError, struct.error, IndexError, KeyError, ValueError, EOFError, OverflowError) as error:
        raise Refused(Refusal.DAMAGED) from error
    return kind, written, [Found.TAGS] * (written != body) + [Found.UNHEARD] * is_cut


def _mp3(body: bytes) -> bytes:
    return mpeg.bare(_frames(body, _frame_length))


def _aac(body: bytes) -> bytes:
    return b"".join(map(frames.bare_adts, _frames(body, frames.length_of_adts)))


def _frames(body: bytes, length_of: Callable[[bytes, int], int]) -> list[bytes]:
    """The frames of a sound, whole ones; ``length_of``: bytes of the one at a place, 0 where there is none."""
    at, found = _after_tags(body, 0), list[bytes]()
    while at < len(body):
        length = length_of(body, at)
        if length and at + length <= len(body):
            found.append(body[at : at + length])
            at += length
        else:
            at = _next_frame(body, _after_tags(body, at) if body[at : at + 3] == b"ID3" else at + 1, length_of)
    if len(found) < _LEAST_FRAMES:
        raise Refused(Refusal.DAMAGED)
    return found


def _after_tags(body: bytes, at: int) -> int:
    while body[at : at + 3] == b"ID3" and len(body) > at + 9:
        size = body[at + 6] << 21 | body[at + 7] << 14 | body[at + 8] << 7 | body[at + 9]
        at += 10 + size
    return at


def _next_frame(body: bytes, at: int, length_of: Callable[[bytes, int], int]) -> int:
    """Where the sound goes on after a tag or a fault in its midst: at two frames, one behind the other."""
    while (at := body.find(b"\xff", at)) >= 0:
        length = length_of(body, at)
        if length and length_of(body, at + length):
            return at
        at += 1
    return len(body)


def _frame_length(body: bytes, at: int) -> int:
    """Bytes of the Layer III frame at ``at``; 0 where there is none."""
    if at + 4 > len(body) or body[at] != 0xFF or body[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = body[at + 1] >> 3 & 3, body[at + 1] >> 1 & 3
    rate, sampling, padding = body[at + 2] >> 4, body[at + 2] >> 2 & 3, body[at + 2] >> 1 & 1
    if version == 1 or layer != 1 or rate in (0, 15) or sampling == 3:
        return 0
    is_first = version == 3
    bits = _BITRATES[3 if is_first else 2][rate] * 1000
    return (144 if is_first else 72) * bits // _RATES[version][sampling] + padding


def _ogg(body: bytes) -> bytes:
    links, at, is_beginning = list[list[bytes]](), 0, False
    while body[at : at + 4] == b"OggS":
        segments = body[at + 26]
        length = 27 + segments + sum(body[at + 27 : at + 27 + segments])
        if at + length > len(body):
            raise Refused(Refusal.DAMAGED)
        begins = bool(body[at + 5] & _BEGINS_A_STREAM)
        if not links or (begins and not is_beginning):
            links.append([])
        links[-1].append(body[at : at + length])
        is_beginning, at = begins, at + length
    return b"".join(map(_link, links))


def _link(pages: list[bytes]) -> bytes:
    """One sound of those that may stand in an Ogg one behind the other, each with notes of its own."""
    if len({page[14:18] for page in pages}) > 1:
        raise Refused(Refusal.FILM)
    held = io.BytesIO(b"".join((_ogg_head(pages[0]), *pages[1:])))
    sound = (OggOpus if b"OpusHead" in pages[0] else OggVorbis)(held)
    tags: Any = sound.tags
    tags.vendor, tags._pad_data = "", b""  # noqa: SLF001  # ``delete`` leaves both as they are
    held.seek(0)
    sound.delete(held)
    return held.getvalue()


def _ogg_head(page: bytes) -> bytes:
    """The first page, which says how the sound is packed, without what may stand behind that."""
    head: Any = OggPage(io.BytesIO(page))  # type: ignore[no-untyped-call]
    (packet,) = head.packets
    if packet.startswith(b"OpusHead"):
        mapped = 2 + packet[9] if packet[18] else 0
        head.packets = [packet[: _LENGTH_OF_OPUS + mapped]]
    else:
        head.packets = [packet[:_LENGTH_OF_VORBIS]]
    written: bytes = head.write()
    return written


def _wav(body: bytes) -> bytes:
    chunks: list[bytes] = []
    at = 12
    while at + 8 <= len(body) and len(chunks) < 2:
        name, size = body[at : at + 4], int.from_bytes(body[at + 4 : at + 8], "little")
        if name == b"data" and size in _UNSIZED:
            size = _end_of_unsized(body, at + 8) - at - 8
        if name in (b"fmt ", b"data"):
            data = body[at + 8 : at + 8 + size]
            if name == b"fmt ":
                data = _wav_format(data)
            chunks.append(name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2))
        at += 8 + size + size % 2
    if [chunk[:4] for chunk in chunks] != [b"fmt ", b"data"] or len(chunks[1]) == _HEAD_OF_A_CHUNK:
        raise Refused(Refusal.DAMAGED)
    inner = b"WAVE" + b"".join(chunks)
    return b"RIFF" + len(inner).to_bytes(4, "little") + inner


def _end_of_unsized(body: bytes, at: int) -> int:
    """Where sound ends that begins at ``at`` and whose length its recorder did not come to write.

    That is at the end of the file, or where chunks begin that fill it to the end.
    """
    lead_nowhere = set[int]()
    for found in _NAME_OF_A_CHUNK.finditer(body, at):
        place, passed = found.start(), list[int]()
        while place < len(body) and place not in lead_nowhere and _NAME_OF_A_CHUNK.match(body, place):
            passed.append(place)
            size = int.from_bytes(body[place + 4 : place + 8], "little")
            place += 8 + size + size % 2
        if place in (len(body), len(body) + 1):
            return found.start()
        lead_nowhere.update(passed)
    return len(body)


def _wav_format(told: bytes) -> bytes:
    """How the sound is packed, as far as that way needs it said."""
    way = int.from_bytes(told[:2], "little")
    if way not in _LENGTHS_OF_FORMATS or (way == _EXTENSIBLE and told[26:40] != _END_OF_A_FORMAT):
        raise Refused(Refusal.DAMAGED)
    kept = told[: _LENGTHS_OF_FORMATS[way]]
    # Of those that say no more than the plain one, what would say more is counted and left out.
    return kept[:16] + bytes(2) if way in (3, 6, 7) and len(kept) > _PLAIN_FORMAT else kept


_CLEANERS: dict[str, Callable[[bytes], bytes]] = {
    "mp3": _mp3, "aac": _aac, "amr": frames.bare_amr, "ogg": _ogg, "wav": _wav,
}  # fmt: skip
