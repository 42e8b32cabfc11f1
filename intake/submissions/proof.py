"""The signed receipt: proof, for whoever holds it, that a submission came in and on which day.

``version (1 byte) | day (days since 1970, 4 bytes) | fingerprint of what was sent (32) | reference, covered |
Ed25519 signature (64)``, written in base64url. The fingerprint is keyed: nobody can try out words against
a receipt; whoever wrote them finds it beside them, made anew of what is kept. The reference is covered: it
names a group, and a receipt may lie in a mail box. It says nothing of what became of the submission since.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import segno

from intake.foundation import clock
from intake.foundation.crypto import keyring

from .consent import Consent
from .models import Submission

_VERSION = 1
_EPOCH = date(1970, 1, 1)
_SIGNATURE_BYTES, _HEAD_BYTES, _MOST_TYPED = 64, 1 + 4 + 32, 5_000
_NOT_OURS = re.compile(r"[^A-Za-z0-9_-]+")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2212", "-"))
"""A hyphen as word processors and mail programs write it."""


_GROUP = 4


def fingerprint(
    code: str, kind: str, language: str, answers: Mapping[str, Any], *, consent: Consent, entry: Mapping[str, Any]
) -> str:
    """The keyed fingerprint of what is sent to the session ``code``, as 64 hex digits.

    ``entry`` is how it came, where staff enter it for somebody.
    """
    said: list[Any] = [code, kind, language, answers]
    said += [int(consent.tier), consent.follow_up, consent.publication]
    # Only where it is said: what was sent before it was asked about keeps its fingerprint.
    said += ["machine_translation"] * consent.machine_translation
    said += [entry] if entry else []
    return keyring().index("sent", json.dumps(said, ensure_ascii=False, sort_keys=True))


def legible(fingerprint: str) -> str:
    """A fingerprint in groups of four, to be compared by eye."""
    return " ".join(fingerprint[start : start + _GROUP] for start in range(0, len(fingerprint), _GROUP))


class NotGenuine(ValueError):
    """This was not signed here, or was changed since."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signed receipt says: a reference, the day on which it was received (UTC), and what its fingerprint was."""

    reference: str
    day: date
    fingerprint: str


def signed_receipt(submission: Submission) -> str:
    """The signed receipt of ``submission``; empty once what was sent is erased."""
    if submission.sent_digest is None:
        return ""
    days = (clock.day(submission.received_at) - _EPOCH).days
    said = bytes([_VERSION]) + days.to_bytes(4) + bytes.fromhex(submission.sent_digest)
    said += keyring().cover(submission.reference)
    return base64.urlsafe_b64encode(said + keyring().sign(said)).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Picture:
    """A signed receipt to be photographed or scanned: a QR code of ``size`` modules a side, as the path of an SVG."""

    size: int
    path: str

    @property
    def svg(self) -> str:
        """The picture as a file of its own."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.size} {self.size}">'
            f'<path d="{self.path}"/></svg>'
        )


def picture(signed: str) -> Picture:
    """The signed receipt ``signed`` as a QR code that holds this text and no address."""
    modules = segno.make(signed, micro=False, error="l").matrix_iter(border=4)
    rows = [bytes(row) for row in modules]
    runs = (
        f"M{run.start()} {number}h{run.end() - run.start()}v1H{run.start()}z"
        for number, row in enumerate(rows)
        for run in re.finditer(b"\x01+", row)
    )
    return Picture(len(rows), "".join(runs))


def read_signed_receipt(typed: str) -> Proof:
    """What the signed receipt ``typed`` says.

    Whatever its alphabet does not have is passed over: white space, marks of quotation and of direction, the ``>``
    that a mail puts before what it quotes. Of a letter that was changed the signature tells.

    Raises:
        NotGenuine: it was not signed here.
    """
    if len(typed) > _MOST_TYPED:
        raise NotGenuine
    text = _NOT_OURS.sub("", typed.translate(_DASHES))
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotGenuine from None
    said, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if len(said) <= _HEAD_BYTES or said[0] != _VERSION or not keyring().has_signed(said, signature):
        raise NotGenuine
    day = _EPOCH + timedelta(days=int.from_bytes(said[1:5]))
    return Proof(keyring().uncover(said[_HEAD_BYTES:]), day, said[5:_HEAD_BYTES].hex())
