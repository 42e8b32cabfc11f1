"""Names of organisations: which spellings mean the same one, and how it is found without being read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intake.foundation.crypto import keyring
from intake.foundation.search import fold

_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_SINGLE_LETTERS = re.compile(r"\b\w(?: \w)+\b")
_SHORTEST_CONTAINED = 3


def spellings(name: str) -> Iterator[str]:
    """The folded spellings of ``name``: whole, without what stands in brackets, and what stands there.

    Single letters are run together: "O.H.C.H.R." is "OHCHR".
    """
    candidates = (name, _IN_BRACKETS.sub(" ", name), *_IN_BRACKETS.findall(name))
    return (_SINGLE_LETTERS.sub(lambda run: run[0].replace(" ", ""), fold(each)) for each in candidates if fold(each))


def organisation_index(name: str) -> str:
    """A keyed digest of the folded ``name`` (64 hex digits); equal for equal spellings."""
    return keyring().index("organisation", fold(name))


def recognise(name: str, known: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The name among ``known`` (name, aliases) that ``name`` is a spelling of; else ``name`` itself."""
    sought = set(spellings(name))
    for official, aliases in known:
        if not sought.isdisjoint(_all_spellings(official, aliases)):
            return official
    return name


def belongs_to(name: str, known: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Like ``recognise``, but a name that holds a known one as whole words counts as its own: "OHCHR Geneva".

    For keeping people away from what may be their own organisation's, where a doubt means yes.
    """
    listed = list(known)
    official = recognise(name, listed)
    if official != name:
        return official
    padded = [f" {spelling} " for spelling in spellings(name)]
    for official, aliases in listed:
        for spelling in _all_spellings(official, aliases):
            if len(spelling) >= _SHORTEST_CONTAINED and any(f" {spelling} " in text for text in padded):
                return official
    return name


def _all_spellings(official: str, aliases: Iterable[str]) -> Iterator[str]:
    return (spelling for written in (official, *aliases) for spelling in spellings(written))
