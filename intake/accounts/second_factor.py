"""The second factor: codes from an authenticator app (TOTP, RFC 6238), each accepted once."""

from __future__ import annotations

import hmac
import io
import unicodedata
from base64 import b32encode
from datetime import datetime

import pyotp
import segno
from flask import current_app

from intake.foundation.crypto import keyring, open_kept

from .models import Person

STEP_SECONDS = 30
DIGITS = 6
TOLERANCE_STEPS = 1
"""Codes of the step before and the step after are taken: telephones' clocks differ."""

_SECRET_BYTES = 20  # RFC 4226 recommends 160 bits


def is_asked_of(person: Person) -> bool:
    """Whether ``person`` signs in with a second factor: with one set, or where everybody must have one.

    Example people are exempt: they exist only beside example data.
    """
    required: bool = current_app.config["SETTINGS"].second_factor_required
    return person.totp_secret is not None or (required and not person.example)


def secret_offered_to(visit_digest: str) -> str:
    """The secret (base 32) offered during a visit to somebody who sets up an app.

    Derived from the visit under the keyring, so that looking at the page writes nothing; a
    new visit, and so every sign-in, is offered another.
    """
    return b32encode(bytes.fromhex(keyring().index("totp", visit_digest))[:_SECRET_BYTES]).decode()


def seal(person_id: int, secret: str) -> bytes:
    """``secret`` as the person's row keeps it."""
    return keyring().seal(secret.encode(), "person", "totp_secret", str(person_id))


def unseal(person_id: int, sealed: bytes) -> str:
    """What ``seal`` took.

    Raises:
        SealError: it was sealed for somebody else, or changed.
    """
    return open_kept(sealed, "person", "totp_secret", str(person_id)).decode()


def matching_step(secret: str, typed: str, moment: datetime) -> int | None:
    """The step (30 s since 1970) whose code was ``typed``, spaces and digits of any script allowed; or None."""
    code = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in typed if not c.isspace())
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    present = int(moment.timestamp()) // STEP_SECONDS
    matching = None
    for step in range(present - TOLERANCE_STEPS, present + TOLERANCE_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            matching = step
    return matching


def grouped(secret: str) -> str:
    """``secret`` in groups of four, to be typed."""
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


def picture(secret: str, email: str) -> bytes:
    """A QR code (SVG) that an authenticator app reads."""
    address = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=email, issuer_name="Intake"
    )
    drawn = io.BytesIO()
    # Black on white also where the page is dark: not every camera reads it the other way round.
    segno.make(address, error="m").save(drawn, kind="svg", scale=5, border=4, light="#fff", xmldecl=False)
    return drawn.getvalue()
