"""How a help contact is reached: what was typed as numbers and addresses, each with where a tap on it leads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

_APART = re.compile(r"[,;،؛]")
_NUMBER = re.compile(r"\+?(?:\(\d+\)|\d)(?:[\s.\-\u2010-\u2015]*(?:\(\d+\)|\d))*")
_TRUNK_ZERO = re.compile(r"(?<=\d)\s*\(0\)")
_LEAST_DIGITS_AMONG_WORDS = 7
"""So that in "day and night, 24/7: +44 1632 960001" the number is found; alone, a short one is one, too."""
_MOST_DIGITS = 15

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(r"https?://[^\s/]+\S*|[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:/\S*)?")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach somebody; without ``href`` it can only be read. ``is_web`` leads to somebody else's page."""

    text: str
    href: str | None = None
    is_web: bool = False


def ways_to(telephone: str, address: str) -> list[Way]:
    """Every way that ``telephone`` and ``address`` tell of; what is neither is kept as words."""
    return [*_calls(telephone), *_addresses(address)]


def _calls(telephone: str) -> Iterator[Way]:
    for part in filter(None, map(str.strip, _APART.split(telephone))):
        number = _dialled(part)
        yield Way(part, f"tel:{number}" if number else None)


def _dialled(part: str) -> str | None:
    for found in _NUMBER.finditer(part):
        typed = found[0]
        # Behind a country's code the zero in brackets is not dialled.
        dialled = _TRUNK_ZERO.sub("", typed) if typed.startswith("+") else typed
        digits = "".join(str(unicodedata.decimal(sign)) for sign in dialled if sign.isdecimal())
        if len(digits) <= _MOST_DIGITS and (typed == part or len(digits) >= _LEAST_DIGITS_AMONG_WORDS):
            return f"+{digits}" if typed.startswith("+") else digits
    return None


def _addresses(address: str) -> Iterator[Way]:
    words: list[str] = []
    for one in address.split():
        way = _address(one.strip(",;،؛()"))
        if way is None:
            words.append(one)
            continue
        if words:
            yield Way(" ".join(words))
            words = []
        yield way
    if words:
        yield Way(" ".join(words))


def _address(word: str) -> Way | None:
    if _MAIL.fullmatch(word):
        return Way(word, f"mailto:{quote(word, safe='@+')}")
    if _SITE.fullmatch(word):
        return Way(word.removeprefix("https://"), word if "://" in word else f"https://{word}", is_web=True)
    return None
