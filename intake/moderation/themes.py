"""Themes over several listening sessions: each is named, offered and read through the code books of all of them.

In an address, a theme is the code of a shared one, or a session's own: its slug, a colon and the code, since every
code book numbers its own from one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self

from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import vocabulary
from intake.programme.models import ListeningSession

from .codebook import Book
from .filters import ReadAs
from .models import VOCABULARY_OF, Scheme


class Held(tuple[ListeningSession, ...]):  # noqa: SLOT001  # a tuple cannot have any that hold something
    """The listening sessions that somebody moderates, in the programme's order, each with its code book."""

    books: Mapping[int, Book]

    def __new__(cls, books: Mapping[ListeningSession, Book]) -> Self:
        """Take the sessions with their code books."""
        made = super().__new__(cls, books)
        made.books = {one.id: book for one, book in books.items()}
        return made

    def read_as(self, theme: str) -> ReadAs:
        """What is found under ``theme``, as it stands in an address; nothing where no code book knows it."""
        slug, _colon, own = theme.rpartition(":")
        found: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for one in self:
            book = self.books[one.id]
            if own in book.entries and slug in ("", one.slug):
                found[tuple(book.read_as(own))].append(one.id)
        return tuple((tuple(ids), codes) for codes, ids in found.items())

    def merged(self) -> tuple[tuple[int, str, str], ...]:
        """Every code that is read as another one: listening session (id), code, the other one."""
        return tuple((one.id, *pair) for one in self for pair in self.books[one.id].as_now().items())

    def counted(self, numbers: Mapping[tuple[int, str], int]) -> dict[str, int]:
        """``numbers`` by listening session (id) and code, as numbers by theme as it stands in an address."""
        slugs, found = {one.id: one.slug for one in self}, defaultdict[str, int](int)
        for (identity, code), number in numbers.items():
            found[_written(slugs[identity], code)] += number
        return found

    def offered(self, chosen: Sequence[int], asked: str | None, reader: str) -> list[tuple[str, Text]]:
        """The themes under which something may be found in the listening sessions ``chosen`` (ids), and their names.

        One that was ``asked`` for is among them also where it is read as another one, or belongs elsewhere.
        """
        here = [one for one in self if one.id in chosen]
        names: dict[str, dict[Text, None]] = {}
        for code in vocabulary(VOCABULARY_OF[Scheme.THEME]):
            entries = [self.books[one.id].entries[code] for one in here]
            if standing := [entry for entry in entries if entry.successor is None]:
                names[code] = dict.fromkeys(entry.name.in_language(reader) for entry in standing)
        for one in here:
            for value, name in self._own(one, reader):
                names[value] = {_of_session(name, one) if len(here) > 1 else name: None}
        if asked and asked not in names and (called := self._called(asked, reader)):
            names[asked] = called
        return [(value, _together(tuple(every))) for value, every in names.items()]

    def _own(self, held: ListeningSession, reader: str) -> Iterator[tuple[str, Text]]:
        shared = vocabulary(VOCABULARY_OF[Scheme.THEME])
        for entry in self.books[held.id].standing():
            if entry.code not in shared:
                yield _written(held.slug, entry.code), entry.name.in_language(reader)

    def _called(self, theme: str, reader: str) -> dict[Text, None]:
        """What ``theme`` is called in every code book that knows it."""
        slug, _colon, code = theme.rpartition(":")
        knowing = [one for one in self if code in self.books[one.id].entries and slug in ("", one.slug)]
        names = [(one, self.books[one.id].called(code, reader)) for one in knowing]
        return {_of_session(name, one) if slug else name: None for one, name in names}


def _written(slug: str, code: str) -> str:
    return code if code in vocabulary(VOCABULARY_OF[Scheme.THEME]) else f"{slug}:{code}"


def _of_session(name: Text, held: ListeningSession) -> Text:
    return name._replace(text=f"{name} ({held.code or held.slug})")


def _together(names: Iterable[Text]) -> Text:
    """One name of those that sessions gave to the same theme."""
    first, *others = names
    return first._replace(text=" / ".join(map(str, (first, *others))))
