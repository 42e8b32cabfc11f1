"""Passwords: which are accepted, and how they are kept (argon2id) and compared.

Rules after NIST SP 800-63B rev. 4 and ASVS 5.0, 6.2: at least fifteen characters, any
characters, no composition rules, no expiry; refused only when it is easily guessed.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import ServiceUnavailable

from intake.foundation.texts import normal

SHORTEST = 15
"""Characters (code points after normalisation): ASVS 5.0 6.2.1 recommends fifteen."""

LONGEST = 256

FEWEST_PIECES = 8
"""Guesses somebody who knows the list must put together: see ``pieces``."""

_HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
# Checked in place of a hash that does not exist, so that a stranger costs the same time.
_NOBODYS = "$argon2id$v=19$m=19456,t=3,p=1$KiqryoXj9FU84F6VD418lQ$NgSDuHU23QqdX6/YiDJhKrtAiLIxhul23u89lAFecJk"

_LONGEST_WORD = 64
_TOGETHER = 4
_PATIENCE_SECONDS = 20
_turns = threading.BoundedSemaphore(_TOGETHER)

_LIST = Path(__file__).parent / "data" / "common_passwords.txt"
_SEPARATORS = frozenset(" -_.,;:/|'\"·\u00a0\u0640")
_LOOKALIKES = str.maketrans("@4031!5$7+8", "aaoeiissttb")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7", "adgjmptw",
    "!@#$%^&*()", "ضصثقفغعهخحجد", "شسيبلاتنمكط", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
)  # fmt: skip
_WALKS = "\n".join((*_ROWS, *(row[::-1] for row in _ROWS)))


class Busy(ServiceUnavailable):
    """Too many passwords are being checked at once; each costs 19 MiB, and memory ends."""


def normalised(password: str) -> str:
    """``password`` as it is compared: NFKC, so that every keyboard's way of writing it is the same."""
    return normal(password, "NFKC")


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_PATIENCE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _turns.release()


def hashed(password: str) -> str:
    """The argon2id hash of ``password``, to be kept.

    Raises:
        Busy: too many at once.
    """
    with _turn():
        return _HASHER.hash(normalised(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether ``password`` is the one ``kept`` was made of; costs the same when there is none (None).

    Raises:
        Busy: too many at once.
    """
    with _turn():
        try:
            _HASHER.verify(kept or _NOBODYS, normalised(password))
        except VerifyMismatchError:
            return False
    return kept is not None


def problem(password: str, about: Iterable[str] = ()) -> Any:
    """Why ``password`` is not accepted (a message), or None.

    ``about`` holds what a stranger could know of the person: address, name, organisation.
    """
    text = normalised(password)
    if len(text) < SHORTEST:
        return _l("Please use at least 15 characters. Four or five words in a row are easy to remember.")
    if len(text) > LONGEST:
        return _l("Please use at most 256 characters.")
    if pieces(_folded(text), common().union(_words_of(about))) < FEWEST_PIECES:
        return _l("This is easily guessed: it is made of common words, names or rows of keys. Please choose another.")
    return None


def pieces(text: str, known: frozenset[str]) -> int:
    """The smallest number of pieces a folded ``text`` can be put together from by somebody who guesses.

    A piece is a word of ``known`` (also with figures for letters: "p4ssw0rd"), a row of
    keys or one character repeated (three or more), a year, two digits, or any one
    character; a whole that repeats itself counts once and one more.
    """
    size = len(text)
    for period in range(1, size // 2 + 1):
        if text == (text[:period] * (size // period + 1))[:size]:
            return pieces(text[:period], known) + 1
    best = [0]
    for end in range(1, size + 1):
        best.append(1 + min(best[start] for start in (end - 1, *_words(text, end, known), *_patterns(text, end))))
    return best[size]


def _words(text: str, end: int, known: frozenset[str]) -> Iterator[int]:
    """Where a known word that ends at ``end`` begins."""
    alike = text.translate(_LOOKALIKES)
    for start in range(max(0, end - _LONGEST_WORD), end - 1):
        if text[start:end] in known or alike[start:end] in known:
            yield start


def _patterns(text: str, end: int) -> Iterator[int]:
    """Where a row of keys, a repetition, a year or two digits that end at ``end`` begin."""
    for start in range(end - 3, -1, -1):
        part = text[start:end]
        if part not in _WALKS and part != part[0] * len(part):
            break
        yield start
    if end >= 4 and text[end - 4 : end].isdecimal() and text[end - 4 : end - 2] in ("19", "20"):
        yield end - 4
    if end >= 2 and text[end - 2 : end].isdecimal():
        yield end - 2


@cache
def common() -> frozenset[str]:
    """The bundled list (``data/common_passwords.txt``), folded."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(_folded(line) for line in lines if line and not line.startswith("#"))


def _words_of(about: Iterable[str]) -> set[str]:
    """The words of names and addresses, alone and run together, that are long enough to count."""
    found: set[str] = set()
    for text in about:
        words = [_folded(word) for word in "".join(c if c.isalnum() else " " for c in text).split()]
        found.update(word for word in (*words, "".join(words)) if len(word) > 2)
    return found


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", normalised(text).casefold())
    return "".join(c for c in decomposed if c not in _SEPARATORS and not unicodedata.combining(c))
