"""Codes people hold: form tokens and receipt codes.

A receipt code has 24 symbols of Crockford's base 32 (120 bits; SECURITY.md asks for
112) and a Luhn check symbol, so that a mistyped code is told apart without asking the
database. It is derived from the form's random token: a form posted twice gets the
same receipt though only a keyed digest of the code is stored.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from stdnum import luhn
from stdnum.exceptions import ValidationError

from .texts import normal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SYMBOLS = 24
_GROUP = 5
_LONGEST_TYPED = 200
_HEARD_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


class MistypedReceipt(ValueError):
    """What was typed cannot be a receipt code: wrong length, symbol or check symbol."""


def new_form_token() -> str:
    """A random token for one form (256 bits)."""
    return secrets.token_urlsafe(32)


def is_form_token(text: str) -> bool:
    """Whether ``text`` has the shape of a form token; anything shorter could be guessed."""
    return len(text) == 43 and all(c.isascii() and (c.isalnum() or c in "-_") for c in text)


def receipt_for(form_token: str) -> str:
    """The receipt code (25 symbols, ungrouped) of the submission made with ``form_token``."""
    digest = int.from_bytes(hashlib.sha256(b"intake receipt\x00" + form_token.encode()).digest())
    symbols = "".join(ALPHABET[(digest >> (5 * n)) & 31] for n in range(_SYMBOLS))
    return symbols + luhn.calc_check_digit(symbols, ALPHABET)


def grouped(code: str) -> str:
    """``code`` in groups of five, to be read aloud and written down."""
    return "-".join(code[n : n + _GROUP] for n in range(0, len(code), _GROUP))


def read_receipt(typed: str) -> str:
    """The receipt code in ``typed``, however it was written down.

    Lower case, spaces, dashes, O for 0, I and L for 1, digits of other scripts and
    pasted direction marks are understood.

    Raises:
        MistypedReceipt: it cannot be a code.
    """
    if len(typed) > _LONGEST_TYPED:
        raise MistypedReceipt
    wide = normal(typed, "NFKC").upper()
    digits = (str(unicodedata.digit(c)) if c.isdigit() else c for c in wide)
    code = "".join(c for c in digits if c.isalnum()).translate(_HEARD_ALIKE)
    if len(code) != _SYMBOLS + 1 or any(c not in ALPHABET for c in code):
        raise MistypedReceipt
    try:
        luhn.validate(code, ALPHABET)
    except ValidationError:
        raise MistypedReceipt from None
    return code
