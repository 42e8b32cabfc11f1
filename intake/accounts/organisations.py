"""Names of organisations: which spellings mean the same one, and how it is found without being read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intake.foundation.crypto import keyring
from intake.foundation.search import fold

_IN_BRACKETS = re.compile(r"\(([^()]*)\)")


def spellings(name: str) -> Iterator[str]:
    """The folded spellings of ``name``: whole, without what stands in brackets, and what stands there."""
    candidates = (name, _IN_BRACKETS.sub(" ", name), *_IN_BRACKETS.findall(name))
    return (folded for folded in map(fold, candidates) if folded)


def organisation_index(name: str) -> str:
    """A keyed digest of the folded ``name`` (64 hex digits); equal for equal spellings."""
    return keyring().index("organisation", fold(name))


def recognise(name: str, known: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The name among ``known`` (name, aliases) that ``name`` is a spelling of; else ``name`` itself."""
    sought = set(spellings(name))
    for official, aliases in known:
        if sought.intersection(s for spelling in (official, *aliases) for s in spellings(spelling)):
            return official
    return name
