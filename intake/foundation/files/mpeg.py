"""MPEG layer III: of each frame what is heard. Encoders sign what is left over, and anything else may stand there.

The sound of a frame begins where the one before left room, and its side information says how many bits it has
(ISO/IEC 11172-3, 2.4.1.7): bytes that belong to no sound become zeros.
"""

from __future__ import annotations

_HEAD, _CHECK = 4, 2  # bytes
_OVERVIEWS = (b"Xing", b"Info")
_COUNTS = 3  # the overview tells how many frames and bytes there are, and nothing else


def bare(frames: list[bytes]) -> bytes:
    """``frames``, each whole, without what is not heard."""
    slots = [_slot(frame) for frame in frames]
    whole = b"".join(frame[slot:] for frame, slot in zip(frames, slots, strict=True))
    heard, at = bytearray(len(whole)), 0
    for frame, slot in zip(frames, slots, strict=True):
        before, bits = _told(frame)
        begin = max(at - before, 0)
        end = min(begin + (bits + 7) // 8, at + len(frame) - slot)
        heard[begin:end] = whole[begin:end]
        at += len(frame) - slot
    made, at = list[bytes](), 0
    for frame, slot in zip(frames, slots, strict=True):
        made.append(frame[:slot] + heard[at : at + len(frame) - slot])
        at += len(frame) - slot
    return b"".join((_first(frames, made), *made[1:]))


def _is_one_voice(frame: bytes) -> bool:
    return frame[3] >> 6 == 3


def _length_told(frame: bytes) -> int:
    lengths = (17, 32) if frame[1] >> 3 & 3 == 3 else (9, 17)
    return lengths[not _is_one_voice(frame)]


def _slot(frame: bytes) -> int:
    """Where in the frame sound may stand."""
    return min(_HEAD + (0 if frame[1] & 1 else _CHECK) + _length_told(frame), len(frame))


def _told(frame: bytes) -> tuple[int, int]:
    """How many bytes before this frame its sound begins, and how many bits it has."""
    length, end = _length_told(frame), _slot(frame)
    told, left = int.from_bytes(frame[end - length : end]), length * 8
    is_first, voices = frame[1] >> 3 & 3 == 3, 1 if _is_one_voice(frame) else 2
    before_bits = 9 if is_first else 8
    head = before_bits + ((5 if voices == 1 else 3) + 4 * voices if is_first else voices)
    each, count = (59, 2 * voices) if is_first else (63, voices)
    bits = sum(told >> (left - head - each * number - 12) & 0xFFF for number in range(count))
    return told >> (left - before_bits), bits


def _first(frames: list[bytes], made: list[bytes]) -> bytes:
    """The first frame, which may be an overview instead of sound: how many frames and bytes there are."""
    at = _HEAD + _length_told(frames[0])
    name = frames[0][at : at + 4]
    if name not in _OVERVIEWS or any(made[0][at:]) or len(made[0]) < at + 16:
        return made[0]
    counts = (_COUNTS, len(frames) - 1, sum(map(len, frames)))
    told = name + b"".join(one.to_bytes(4) for one in counts)
    return made[0][:at] + told + made[0][at + len(told) :]
