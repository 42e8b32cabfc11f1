"""Sound of voice recorders in frames: AMR (3GPP TS 26.101, 26.201, RFC 4867) and AAC in its own frames (ADTS).

How long a frame is stands in its head. Bits of it that say nothing of the sound become zeros.
"""

from __future__ import annotations

from .kinds import Refusal, Refused

NARROW, WIDE = b"#!AMR\n", b"#!AMR-WB\n"
_BITS: dict[bytes, dict[int, int]] = {
    NARROW: dict(enumerate((95, 103, 118, 134, 148, 159, 204, 244, 39, 43, 38, 37))) | {15: 0},
    WIDE: dict(enumerate((132, 177, 253, 285, 317, 365, 397, 461, 477, 40))) | {14: 0, 15: 0},
}
"""How many bits a frame has, by its type."""

_IS_GOOD = 0x04  # of the head of a frame of AMR: nothing was lost on the way
_HEAD, _CHECK = 7, 2  # bytes, of ADTS
_RATES = 13


def bare_amr(body: bytes) -> bytes:
    """The frames alone, whole ones; a recording may have been cut short in the midst of one.

    Raises:
        Refused: there is a frame of no known type, so that nobody knows where the next one begins, or no sound.
    """
    magic = NARROW if body.startswith(NARROW) else WIDE
    made, at, heard = [magic], len(magic), 0
    while at < len(body):
        bits = _BITS[magic].get(body[at] >> 3 & 0xF)
        if bits is None:
            raise Refused(Refusal.DAMAGED)
        end = at + 1 + (bits + 7) // 8
        if end <= len(body):
            sound = int.from_bytes(body[at + 1 : end]) >> -bits % 8 << -bits % 8
            made.append(bytes([body[at] & (0xF << 3 | _IS_GOOD)]) + sound.to_bytes(end - at - 1))
            heard += bits
        at = end
    if not heard:
        raise Refused(Refusal.DAMAGED)
    return b"".join(made)


def length_of_adts(body: bytes, at: int) -> int:
    """Bytes of the frame at ``at``; 0 where there is none."""
    head = body[at : at + _HEAD]
    if len(head) < _HEAD or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 0xF >= _RATES:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > _HEAD + _CHECK * (not head[1] & 1) else 0


def bare_adts(frame: bytes) -> bytes:
    """``frame`` without what says whose it is, how full its sender's store was, and a sum over that.

    Raises:
        Refused: it holds several sums.
    """
    is_summed, length = not frame[1] & 1, len(frame)
    if is_summed and frame[6] & 3:
        raise Refused(Refusal.DAMAGED)
    length -= _CHECK * is_summed
    head = bytes([
        frame[0], frame[1] | 1, frame[2] & ~2, frame[3] & 0xC0 | length >> 11, length >> 3 & 0xFF,
        (length & 7) << 5 | 0x1F, 0xFC | frame[6] & 3,
    ])  # fmt: skip
    return head + frame[_HEAD + _CHECK * is_summed :]
