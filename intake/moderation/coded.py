"""What was coded in a listening session: counted by theme, listed, and as a table to take along.

All of it within the reach of whoever asks, and of the revision that stands of each submission. A passage that
two people coded is one passage. The table to take along has a line for each passage, and one for each submission
that was coded as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import lazyload, selectinload

from intake.accounts.models import Person
from intake.foundation import register, sheets
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.foundation.texts import number_in
from intake.foundation.vocabularies import vocabulary
from intake.programme.models import ListeningSession
from intake.submissions.models import Revision, Submission

from . import reading
from .codebook import Book, Entry
from .coding import VOCABULARY_OF_AXIS, Axis, Codes, Excerpt, ExcerptCode, codes_now, in_words, unseen
from .models import Coding, Scheme, codes_unseen
from .reading import Reach
from .redacted import Standing

PAGE_SIZE = 50

_HEAD = (
    "reference", "excerpt", "revision", "state", "tier", "answer", "start", "end", "language", "passage",
    *(axis.value for axis in Axis), "themes_as_coded", "coded_by", "coded_on",
)  # fmt: skip
_WIDTHS = [60 if name == "passage" else 18 for name in _HEAD]

_AXIS_OF = {Scheme.THEME: Axis.THEME, Scheme.GCM_OBJECTIVE: Axis.OBJECTIVE}
"""On which axis the codes lie that a submission is given as a whole."""

_Select = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What narrows the passages of a session: one code on some of the axes, and the place in the list."""

    codes: Mapping[Axis, str] = field(default_factory=dict)
    after: int = 0

    @classmethod
    def read(cls, arguments: Mapping[str, str], book: Book) -> Narrowing:
        """What an address asks for; what is not understood narrows nothing."""
        known = {axis: set(vocabulary(name)) for axis, name in VOCABULARY_OF_AXIS.items()}
        known[Axis.THEME] = set(book.entries)
        asked = {axis: arguments.get(axis.value, "") for axis in Axis}
        return cls(
            {axis: code for axis, code in asked.items() if code in known[axis]},
            number_in(arguments.get("after")) or 0,
        )

    def arguments(self, after: int = 0) -> dict[str, Any]:
        """This as it stands in an address."""
        written: dict[str, Any] = {axis.value: code for axis, code in self.codes.items()}
        return written | ({"after": after} if after else {})

    def without_theme(self) -> Narrowing:
        """This for every theme."""
        return Narrowing({axis: code for axis, code in self.codes.items() if axis is not Axis.THEME})


@dataclass(frozen=True, slots=True)
class Count:
    """How many passages, and in how many submissions."""

    passages: int = 0
    submissions: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One excerpt in a list: its submission, its words, and the name of whoever coded it."""

    excerpt: Excerpt
    submission: Submission
    revision: Revision
    text: Text
    coder: str


def counts(held: ListeningSession, person: Person, book: Book, narrowing: Narrowing) -> tuple[dict[str, Count], Count]:
    """For each theme that something was coded with, how much of it; and how much there is in all."""
    merged = book.as_now()
    theme = sa.case(merged, value=ExcerptCode.code, else_=ExcerptCode.code) if merged else ExcerptCode.code
    themes = _narrowed(
        sa.select(theme.label("theme"), Excerpt.submission_id, Excerpt.name, Excerpt.start, Excerpt.end)
        .join(ExcerptCode, sa.and_(ExcerptCode.excerpt_id == Excerpt.id, ExcerptCode.axis == Axis.THEME))
        .distinct(),
        held, person, book, narrowing,
    ).subquery()  # fmt: skip
    passages = _narrowed(
        sa.select(Excerpt.submission_id, Excerpt.name, Excerpt.start, Excerpt.end).distinct(),
        held, person, book, narrowing,
    ).subquery()  # fmt: skip
    by_theme = sa.select(themes.c.theme, sa.func.count(), sa.func.count(themes.c.submission_id.distinct())).group_by(
        themes.c.theme
    )
    in_all = sa.select(sa.func.count(), sa.func.count(passages.c.submission_id.distinct())).select_from(passages)
    found = {code: Count(many, submissions) for code, many, submissions in session().execute(by_theme)}
    return found, Count(*session().execute(in_all).one())


def listed(
    held: ListeningSession, person: Person, book: Book, narrowing: Narrowing, *, count: int = PAGE_SIZE
) -> tuple[list[Row], int | None]:
    """One page of excerpts, as they were coded, and the place after which the next page begins."""
    rows = list(_rows(held, person, book, narrowing, limit=count + 1))
    return rows[:count], rows[count - 1].excerpt.id if len(rows) > count else None


def example(held: ListeningSession, person: Person, book: Book, entry: Entry) -> Row | None:
    """The passage that shows what ``entry`` means; None for whoever may not read it, and once it is gone."""
    if entry.example is None:
        return None
    return next(iter(_rows(held, person, book, Narrowing(), only=entry.example)), None)


def _rows(
    held: ListeningSession,
    person: Person,
    book: Book,
    narrowing: Narrowing,
    *,
    limit: int | None = None,
    only: int | None = None,
) -> Iterator[Row]:
    reach = reading.reach_of(person)
    statement = (
        _narrowed(sa.select(Excerpt, Submission, Revision, Person.name), held, person, book, narrowing)
        .join(Revision, sa.and_(Revision.submission_id == Submission.id, Revision.number == Excerpt.revision))
        .join(Person, Person.id == Excerpt.person_id)
        .where(Excerpt.id > narrowing.after)
        .order_by(Excerpt.id)
        .limit(limit)
        .options(selectinload(Excerpt.codes), lazyload(Submission.listening_session))
    )
    if only is not None:
        statement = statement.where(Excerpt.id == only)
    for excerpt, submission, revision, coder in session().execute(statement).all():
        yield Row(excerpt, submission, revision, reading.passage(submission, revision, excerpt.span, reach), coder)


@dataclass(frozen=True, slots=True)
class Whole:
    """A submission with the codes that it was given as a whole, who gave them and when the last of them came."""

    submission: Submission
    given: Mapping[Axis, tuple[str, ...]]
    coders: tuple[str, ...]
    at: datetime


def as_a_whole(held: ListeningSession, person: Person, book: Book, narrowing: Narrowing) -> Iterator[Whole]:
    """The submissions coded as a whole that ``person`` may read, where all of ``narrowing`` is among their codes."""
    statement = (
        reading.visible_within(sa.select(Submission, Coding, Person.name), reading.reach_of(person))
        .join(Coding, Coding.submission_id == Submission.id)
        .join(Person, Person.id == Coding.person_id)
        .where(Submission.listening_session_id == held.id, Coding.scheme.in_(_AXIS_OF), ~codes_unseen())
        .order_by(Submission.id, Coding.code)
        .options(lazyload(Submission.listening_session))
    )
    for submission, rows in groupby(session().execute(statement, {"me": person.id}), lambda row: row.Submission):
        found = [(coding, name) for _submission, coding, name in rows]
        given = {axis: tuple(one.code for one, _ in found if _AXIS_OF[Scheme(one.scheme)] is axis) for axis in Axis}
        if all(_among(code, given[axis], axis, book) for axis, code in narrowing.codes.items()):
            coders = tuple(dict.fromkeys(name for _coding, name in found))
            yield Whole(submission, given, coders, max(coding.at for coding, _name in found))


def _among(code: str, given: Iterable[str], axis: Axis, book: Book) -> bool:
    return book.now(code) in map(book.now, given) if axis is Axis.THEME else code in given


def standing(statement: _Select, held: ListeningSession, person: Person) -> _Select:
    """``statement`` over ``Excerpt``, narrowed to what of ``held`` counts and ``person`` may see."""
    reach: Reach = reading.reach_of(person)
    statement = statement.join(Submission, Submission.id == Excerpt.submission_id)
    return reading.visible_within(statement, reach).where(
        Submission.listening_session_id == held.id,
        Excerpt.removed_at.is_(None),
        Excerpt.revision == reading.stands_as(),
        ~unseen(person),
    )


def _narrowed(statement: _Select, held: ListeningSession, person: Person, book: Book, narrowing: Narrowing) -> _Select:
    statement = standing(statement, held, person)
    for axis, code in narrowing.codes.items():
        wanted = book.read_as(code) if axis is Axis.THEME else [code]
        has_it = sa.select(ExcerptCode.id).where(
            ExcerptCode.excerpt_id == Excerpt.id, ExcerptCode.axis == axis.value, ExcerptCode.code.in_(wanted)
        )
        statement = statement.where(has_it.correlate(Excerpt).exists())
    return statement


def export(
    held: ListeningSession, person: Person, book: Book, narrowing: Narrowing, *, kind: str, reader: str
) -> bytes:
    """What was coded that ``person`` may read, as a table of ``kind`` csv or xlsx; leaves a line in the register.

    No words of what was given to be counted only, and no memo: neither could be called back.

    Raises:
        KeyError: another kind.
    """
    rows = [[sheets.neutral(cell) for cell in row] for row in _table(held, person, book, narrowing, reader)]
    made = FORMATS[kind].write(rows)
    register.record("codebook.export", held.code, person_id=person.id, format=kind, rows=len(rows) - 1)
    return made


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    return sheets.as_xlsx("excerpts", rows, _WIDTHS)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file in which the table can be taken along."""

    media_type: str
    write: Callable[[Sequence[Sequence[str]]], bytes]


FORMATS = {"xlsx": Format(sheets.XLSX, _xlsx), "csv": Format(sheets.CSV, sheets.as_csv)}
"""The kinds, by the ending of their files."""


def _table(
    held: ListeningSession, person: Person, book: Book, narrowing: Narrowing, reader: str
) -> Iterator[tuple[str, ...]]:
    yield _HEAD
    for whole in as_a_whole(held, person, book, narrowing):
        submission, given = whole.submission, whole.given
        now = {**given, Axis.THEME: tuple(dict.fromkeys(map(book.now, given[Axis.THEME])))}
        yield (
            submission.reference, "", "", submission.state, str(int(submission.effective_tier)),
            *[""] * (_HEAD.index("passage") - _HEAD.index("answer") + 1),
            *_words(now, book, reader), "|".join(given[Axis.THEME]), ", ".join(whole.coders),
            whole.at.date().isoformat(),
        )  # fmt: skip
    hidden = Standing([held.id])
    for row in _rows(held, person, book, replace(narrowing, after=0)):
        excerpt, submission = row.excerpt, row.submission
        words = reading.passage_beyond(submission, row.revision, excerpt.span, hidden)
        yield (
            submission.reference, str(excerpt.number), str(excerpt.revision), submission.state,
            str(int(submission.effective_tier)), excerpt.name, str(excerpt.start), str(excerpt.end),
            row.text.language, words.text if words else "",
            *_words(codes_now(excerpt, book), book, reader),
            "|".join(excerpt.coded(Axis.THEME)), row.coder, excerpt.at.date().isoformat(),
        )  # fmt: skip


def _words(codes: Codes, book: Book, reader: str) -> Iterator[str]:
    """The cells of the axes."""
    yield from (" | ".join(in_words(axis, code, book, reader).text for code in codes[axis]) for axis in Axis)
