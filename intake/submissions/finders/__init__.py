"""What the rules of ``screening`` look with: a finder takes a legible text and says where it holds its kind of thing.

Patterns are linear: every repetition is bounded, and what starts a pattern starts it once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

Span = tuple[int, int]
Find = Callable[[str, str | None], Iterable[Span]]
"""Given a legible text and the country it speaks of (ISO alpha-2), if known."""

CAPITAL = f"[{''.join(c for c in map(chr, range(0x530)) if c.isupper())}]"
LETTER = r"[^\W\d_]"
ARABIC = "[ء-ي]"
_JOINED = rf"(?:['\-](?!s\b){LETTER}{{1,30}})"
CAPITALISED = rf"{CAPITAL}(?:{LETTER}{{1,30}}{_JOINED}{{0,3}}|{_JOINED}{{1,3}})"
"""A word with a capital, and no letter alone: whoever writes "Mrs K." has taken care already."""


def matching(*patterns: re.Pattern[str]) -> Find:
    """A ``find`` for what the patterns match: their group ``found``, or the whole match."""

    def find(text: str, _country: str | None) -> Iterator[Span]:
        for sought in patterns:
            group = "found" if "found" in sought.groupindex else 0
            yield from (match.span(group) for match in sought.finditer(text))

    return find
