"""Hidden words, known again wherever they are said: in any spelling, as words of their own, never inside others.

Once they are erased nothing is left to compare with. So a keyed digest of each stays in the sealed note of the
redaction: whoever holds the keys can tell whether somebody says them again, and nobody can read them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.foundation import search as folding
from intake.foundation.crypto import keyring

from .redacted import LEAST_TELLING, Hidden
from .spans import Span

_WORD = re.compile("(?:[^\\W_]|[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed])+")
"""Letters and digits with what is written above and below them, and what stretches them."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words in their order, each folded; or, where they are ``erased``, the keyed digest of each."""

    keys: tuple[str, ...]
    erased: bool = False

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of ``text``."""
        return cls(tuple(key for _start, _end, key in _words(text)))

    @classmethod
    def hidden(cls, one: Hidden, said: str) -> Words:
        """What ``one`` hides, which is what is ``said`` there unless it is erased."""
        return cls(one.known, erased=True) if one.erased_at is not None else cls.of(said)

    @property
    def digests(self) -> tuple[str, ...]:
        """The keyed digest of each."""
        return self.keys if self.erased else tuple(map(_digest, self.keys))

    @property
    def is_telling(self) -> bool:
        """Whether they are known by more than what stands in other texts by chance; a digest does not say."""
        return bool(self.keys) and (self.erased or len("".join(self.keys)) >= LEAST_TELLING)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they begin and end in ``text``, each time that they stand there, one after the other."""
        found = list(_words(text))
        keys = [_digest(key) if self.erased else key for _start, _end, key in found]
        at, length = 0, len(self.keys)
        while length and at + length <= len(keys):
            if tuple(keys[at : at + length]) == self.keys:
                yield found[at][0], found[at + length - 1][1]
                at += length
            else:
                at += 1

    def spans(self, text: str, *, revision: int, name: str) -> list[Span]:
        """``places`` in the answer ``name`` of a revision."""
        return [Span(revision, name, start, end) for start, end in self.places(text)]

    def is_in(self, text: str) -> bool:
        """Whether ``text`` says them."""
        return next(self.places(text), None) is not None


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _WORD.finditer(text):
        if key := " ".join(folding.words(found.group())):
            yield found.start(), found.end(), key


def _digest(key: str) -> str:
    return keyring().index("hidden", key)[:32]
