"""The code book of a listening session: what its themes are called, what they mean, and what became of them.

The shared vocabulary of themes is in it from the start; a row of its own has only what the session changed or
added. What was coded is never rewritten: a code that was merged into another is read as that one. What a theme
is called is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.accounts.models import Person
from intake.foundation import clock, register
from intake.foundation.database import Base, session
from intake.foundation.languages import SOURCE_LANGUAGE
from intake.foundation.multilingual import Multilingual, MultilingualText, Text
from intake.foundation.types import Moment, one_of
from intake.foundation.vocabularies import vocabulary
from intake.programme.models import ListeningSession

from . import reading
from .filters import OWN
from .models import VOCABULARY_OF, Scheme

_SHARED = VOCABULARY_OF[Scheme.THEME]
_NOTHING = Multilingual()


class Act(StrEnum):
    """What was done to a code book."""

    ADD = "add"
    RENAME = "rename"
    DEFINE = "define"
    MERGE = "merge"
    SPLIT = "split"


class CodeBookEntry(Base):
    """What a listening session made of a theme: one that is shared, or its own.

    ``name`` is empty where the shared one holds. ``successor`` is the code into which it was merged; one that
    ``is_split`` is chosen no more, and what it was given to is still found under it. ``example`` is a passage by
    the number of its row, not its words: they are read like any passage, and go with it.
    """

    __tablename__ = "code_book_entry"
    __table_args__ = (sa.UniqueConstraint("listening_session_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[Multilingual] = mapped_column(MultilingualText)
    definition: Mapped[Multilingual] = mapped_column(MultilingualText)
    example: Mapped[int | None] = mapped_column(sa.ForeignKey("excerpt.id", ondelete="SET NULL"))
    successor: Mapped[str | None] = mapped_column(sa.String(60))
    is_split: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class CodeBookChange(Base):
    """One change of a code book: who, when, from what to what. Never edited."""

    __tablename__ = "code_book_change"
    __table_args__ = (
        sa.Index("ix_code_book_change_listening_session_id", "listening_session_id", "code", "id"),
        one_of("act", [act.value for act in Act]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime] = mapped_column(Moment)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(sa.String(20))
    old: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    new: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


class Changed(Exception):
    """The entry was changed since it was seen; nothing was done."""


class NotPossible(ValueError):
    """What was asked makes no sense for where the entry stands: merged already, split, unknown, into itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A theme as it stands in a code book; ``version`` is 0 while the session changed nothing about it."""

    code: str
    name: Multilingual
    definition: Multilingual = _NOTHING
    example: int | None = None
    successor: str | None = None
    is_split: bool = False
    version: int = 0

    @property
    def can_be_chosen(self) -> bool:
        """Whether something may be coded with it from now on."""
        return self.successor is None and not self.is_split


@dataclass(frozen=True, slots=True)
class Book:
    """The entries of a code book by their codes, the shared ones first."""

    entries: Mapping[str, Entry]

    def now(self, code: str) -> str:
        """The code as which ``code`` is read today."""
        entry = self.entries.get(code)
        return self.now(entry.successor) if entry is not None and entry.successor else code

    def called(self, code: str, reader: str) -> Text:
        """What ``code`` is called today; one that nothing knows is its own name, so that nothing is lost."""
        entry = self.entries.get(self.now(code))
        return entry.name.in_language(reader) if entry else Text(code, SOURCE_LANGUAGE.code)

    def standing(self) -> list[Entry]:
        """The entries under which something may be found: all that were not merged into another."""
        return [entry for entry in self.entries.values() if entry.successor is None]

    def choosable(self) -> list[Entry]:
        """The entries with which a passage may be coded."""
        return [entry for entry in self.entries.values() if entry.can_be_chosen]

    def merged_into(self, code: str) -> list[Entry]:
        """What is read as ``code`` and was once something else."""
        return [entry for entry in self.entries.values() if entry.code != code and self.now(entry.code) == code]

    def read_as(self, code: str) -> list[str]:
        """Every code that is read as the same theme as ``code``, that theme's own first."""
        now = self.now(code)
        return [now, *(entry.code for entry in self.merged_into(now))]

    def as_now(self) -> dict[str, str]:
        """For each code that was merged, the one as which it is read."""
        return {code: self.now(code) for code, entry in self.entries.items() if entry.successor}


def find_session(slug: str, person: Person) -> ListeningSession | None:
    """The listening session called ``slug``, if ``person`` moderates it."""
    here = reading.moderated(reading.reach_of(person))
    return session().scalars(sa.select(ListeningSession).where(ListeningSession.slug == slug, here)).one_or_none()


def book_of(listening_session_id: int) -> Book:
    """The code book of a listening session: one statement."""
    sought = sa.select(CodeBookEntry).where(CodeBookEntry.listening_session_id == listening_session_id)
    return book(session().scalars(sought.order_by(CodeBookEntry.id)))


def book(rows: Iterable[CodeBookEntry]) -> Book:
    """The code book of which ``rows`` are all that its session changed or added, in the order in which they came."""
    changed = {row.code: row for row in rows}
    shared = _shared() | {code: _entry(code, row) for code, row in changed.items() if code in vocabulary(_SHARED)}
    return Book(shared | {code: _entry(code, row) for code, row in changed.items() if code not in shared})


@cache
def _shared() -> dict[str, Entry]:
    return {code: _entry(code, None) for code in vocabulary(_SHARED)}


def _entry(code: str, row: CodeBookEntry | None) -> Entry:
    shared = vocabulary(_SHARED).get(code)
    name = shared.label if shared else Multilingual()
    if row is None:
        return Entry(code, name)
    return Entry(code, row.name or name, row.definition, row.example, row.successor, row.is_split, row.version)


def history(held: ListeningSession, code: str | None = None) -> Sequence[tuple[CodeBookChange, str]]:
    """What was changed in the code book, or about ``code``, and the names of those who did; newest first."""
    sought = (
        sa.select(CodeBookChange, Person.name)
        .join(Person, Person.id == CodeBookChange.person_id)
        .where(CodeBookChange.listening_session_id == held.id)
    )
    if code is not None:
        sought = sought.where(CodeBookChange.code == code)
    return [(change, name) for change, name in session().execute(sought.order_by(CodeBookChange.id.desc()).limit(100))]


def add(held: ListeningSession, person: Person, name: Multilingual, definition: Multilingual) -> str:
    """A new entry of the session's own; returns its code.

    Raises:
        NotPossible: without a name.
    """
    _keep_still(held)
    row = _new(held, book_of(held.id), name, definition)
    _note(held, person, row.code, Act.ADD, old={}, new={"name": dict(name), "definition": dict(definition)})
    return row.code


def change(
    held: ListeningSession,
    person: Person,
    code: str,
    *,
    seen: int,
    name: Multilingual,
    definition: Multilingual,
    example: int | None,
) -> None:
    """Call the entry ``code``, last seen as version ``seen``, by another name, or say anew what it means.

    Raises:
        Changed: somebody changed it meanwhile.
        NotPossible: there is none, it was merged away, or it would have no name.
    """
    entry = _hold(held, code, seen)
    if not name:
        raise NotPossible(code)
    if name != entry.name:
        _note(held, person, code, Act.RENAME, old={"name": dict(entry.name)}, new={"name": dict(name)})
    if (definition, example) != (entry.definition, entry.example):
        was = {"definition": dict(entry.definition), "example": entry.example}
        _note(held, person, code, Act.DEFINE, old=was, new={"definition": dict(definition), "example": example})
    shared = vocabulary(_SHARED).get(code)
    is_as_shared = shared is not None and shared.label == name
    _write(held, entry, name=Multilingual() if is_as_shared else name, definition=definition, example=example)


def merge(held: ListeningSession, person: Person, code: str, *, into: str, seen: int) -> None:
    """Read ``code``, last seen as version ``seen``, as ``into`` from now on.

    Raises:
        Changed: somebody changed it meanwhile.
        NotPossible: either is unknown or no longer chosen, or both are one.
    """
    entry = _hold(held, code, seen)
    other = book_of(held.id).entries.get(into)
    if other is None or not other.can_be_chosen or into == code:
        raise NotPossible(into)
    _note(held, person, code, Act.MERGE, old={}, new={"into": into})
    _write(held, entry, successor=into)


def split(held: ListeningSession, person: Person, code: str, *, names: Sequence[Multilingual], seen: int) -> list[str]:
    """Make of ``code``, last seen as version ``seen``, entries with these ``names``; returns their codes.

    What was coded stays where it is until somebody looks at it again: no machine knows which of them it is.

    Raises:
        Changed: somebody changed it meanwhile.
        NotPossible: it is no longer chosen, or there are not two names at least.
    """
    entry = _hold(held, code, seen)
    if not entry.can_be_chosen or len(names) < 2:
        raise NotPossible(code)
    made = []
    for name in names:
        row = _new(held, book_of(held.id), name, Multilingual())
        _note(held, person, row.code, Act.ADD, old={"of": code}, new={"name": dict(name)})
        made.append(row.code)
    _note(held, person, code, Act.SPLIT, old={}, new={"into": made})
    _write(held, entry, is_split=True)
    return made


def _keep_still(held: ListeningSession) -> None:
    """Let nobody else change this code book until the transaction ends."""
    session().execute(sa.select(ListeningSession.id).where(ListeningSession.id == held.id).with_for_update())


def _hold(held: ListeningSession, code: str, seen: int) -> Entry:
    _keep_still(held)
    entry = book_of(held.id).entries.get(code)
    if entry is None:
        raise NotPossible(code)
    if entry.version != seen:
        raise Changed(code)
    if entry.successor is not None:
        raise NotPossible(code)
    return entry


def _write(held: ListeningSession, entry: Entry, **columns: Any) -> None:
    mine = sa.and_(CodeBookEntry.listening_session_id == held.id, CodeBookEntry.code == entry.code)
    if entry.version:
        values = {**columns, "version": entry.version + 1}
        session().execute(sa.update(CodeBookEntry).where(mine).values(values))
    else:
        empty = {"name": Multilingual(), "definition": Multilingual()}
        session().add(CodeBookEntry(listening_session_id=held.id, code=entry.code, **{**empty, **columns}))
    session().flush()


def _new(held: ListeningSession, book: Book, name: Multilingual, definition: Multilingual) -> CodeBookEntry:
    if not name:
        raise NotPossible("name")
    numbers = [int(code.removeprefix(OWN)) for code in book.entries if code.startswith(OWN)]
    row = CodeBookEntry(
        listening_session_id=held.id, code=f"{OWN}{max(numbers, default=0) + 1}", name=name, definition=definition
    )
    session().add(row)
    session().flush()
    return row


def _note(
    held: ListeningSession, person: Person, code: str, act: Act, *, old: dict[str, Any], new: dict[str, Any]
) -> None:
    session().add(
        CodeBookChange(
            listening_session_id=held.id, code=code, at=clock.now(), person_id=person.id, act=act, old=old, new=new
        )
    )
    register.record(f"codebook.{act.value}", held.code or held.slug, person_id=person.id, code=code)
