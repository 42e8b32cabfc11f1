"""Reading the desk: the queue, its counts, and the codes of a submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, lazyload

from intake.accounts.models import Person
from intake.foundation import clock
from intake.foundation.database import session
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.paging import Cursor, Page
from intake.foundation.types import Moment
from intake.programme.models import ListeningSession
from intake.submissions.models import Revision, Submission
from intake.submissions.vocabulary import Kind, State

from . import reading
from .models import Coding, Scheme, is_waiting
from .reading import Reach

PAGE_SIZE = 50
COUNTED_TO = 500
"""Counts stop here: a desk needs to know that it is many, not how many."""

SHOWN_STATES = tuple(state for state in State if state is not State.WITHDRAWN)
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)

_Select = sa.Select[*tuple[Any, ...]]
Narrowing = Callable[[_Select], _Select]


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue; a state of None means everything that waits for a decision."""

    listening_session: str | None = None
    language: str | None = None
    kind: Kind | None = None
    state: State | None = None
    after: Cursor | None = None

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Filters:
        """The filters in an address; what is not understood narrows nothing."""
        return cls(
            listening_session=arguments.get("session") or None,
            language=_known(arguments.get("language"), CODES),
            kind=Kind(kind) if (kind := _known(arguments.get("kind"), list(Kind))) else None,
            state=State(state) if (state := _known(arguments.get("state"), SHOWN_STATES)) else None,
            after=Cursor.decode(arguments.get("after")),
        )

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """These filters, with ``changes``, as they stand in an address."""
        new = replace(self, **changes)
        written = {
            "session": new.listening_session,
            "language": new.language,
            "kind": new.kind and new.kind.value,
            "state": new.state and new.state.value,
            "after": new.after and new.after.encode(),
        }
        return {name: value for name, value in written.items() if value}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the place in the list is asked for."""
        return bool(replace(self, after=None).arguments())


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One submission in the list; ``claimed_by`` is the name of whoever reads it now."""

    submission: Submission
    opening: Text
    claimed_by: str | None
    claimed_by_me: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a listening session is read: what ``person`` may see, each figure counted to ``COUNTED_TO``."""

    listening_session: ListeningSession
    by_state: Mapping[State, int]

    @property
    def received(self) -> int:
        """Everything there is."""
        return sum(self.by_state.values())

    @property
    def read(self) -> int:
        """What somebody has read to the end: asked about, decided, or handed on."""
        return self.received - self.by_state[State.SUBMITTED] - self.by_state[State.IN_REVIEW]

    @property
    def is_more(self) -> bool:
        """Whether there is more than was counted."""
        return any(count >= COUNTED_TO for count in self.by_state.values())


def _known(given: str | None, allowed: Sequence[str]) -> str | None:
    return given if given in allowed else None


def sessions_moderated(person: Person) -> Sequence[ListeningSession]:
    """The listening sessions whose queue ``person`` reads, in the programme's order."""
    sought = sa.select(ListeningSession).where(reading.moderated(reading.reach_of(person)))
    return session().scalars(sought.order_by(ListeningSession.series_id, ListeningSession.position)).all()


def queue(person: Person, held: Sequence[ListeningSession], filters: Filters) -> Page[QueueRow]:
    """One page of the queue, oldest first.

    ``held`` are the person's listening sessions (``sessions_moderated``): a filter for any
    other finds nothing.
    """
    chosen = tuple(one.id for one in held if filters.listening_session in (None, one.slug))
    reach = reading.reach_of(person)
    statement = _page_of_queue(reach, chosen, replace(filters, after=None), bool(filters.after))
    place = {"after_moment": filters.after.moment, "after_id": filters.after.id} if filters.after else {}
    found = session().execute(statement, {"now": clock.now(), **place}).all()
    rows = [_row(person, reach, *one) for one in found[:PAGE_SIZE]]
    last = rows[-1].submission if len(found) > PAGE_SIZE else None
    return Page(rows, Cursor(last.received_at, last.id) if last else None)


# Making these statements costs far more than asking them: they are kept for whoever asks the same.


@lru_cache(maxsize=256)
def _page_of_queue(reach: Reach, chosen: tuple[int, ...], filters: Filters, later: bool) -> _Select:
    newest = sa.select(sa.func.max(Revision.number)).where(Revision.submission_id == Submission.id)
    shown = sa.case(
        (Submission.state == State.ACCEPTED, Submission.accepted_revision),
        else_=newest.correlate(Submission).scalar_subquery(),
    )
    is_claimed = Submission.claimed_until > sa.bindparam("now", type_=Moment)
    columns = (
        sa.select(Submission, Revision, Person.name)
        .join(Revision, Revision.submission_id == Submission.id)
        .outerjoin(Person, sa.and_(Person.id == Submission.claimed_by_id, is_claimed))
        .where(Revision.number == shown)
        .options(lazyload(Submission.listening_session))
    )

    def narrow(statement: _Select) -> _Select:
        statement = reading.visible_within(statement, reach)
        statement = statement.where(is_waiting() if filters.state is None else Submission.state == filters.state)
        if filters.language:
            statement = statement.where(Submission.language == filters.language)
        if filters.kind:
            statement = statement.where(Submission.kind == filters.kind)
        if later:
            place = sa.tuple_(sa.bindparam("after_moment", type_=Moment), sa.bindparam("after_id", type_=sa.Integer))
            statement = statement.where(sa.tuple_(Submission.received_at, Submission.id) > place)
        return statement

    return _oldest(columns, narrow, chosen, PAGE_SIZE + 1)


def _oldest(columns: _Select, narrow: Narrowing, chosen: Sequence[int], count: int) -> _Select:
    """The oldest ``count`` rows of the ``chosen`` listening sessions.

    Of several sessions no engine merges the indexes: it would sort everything that waits.
    None of the oldest ``count`` is younger than the ``count``-th of any one session, so the
    least of those bounds what is read.
    """
    here = narrow(columns).where(Submission.listening_session_id.in_(chosen))
    ordered = here.order_by(Submission.received_at, Submission.id).limit(count)
    if len(chosen) < 2:
        return ordered
    each = aliased(ListeningSession)
    nth = (
        narrow(sa.select(Submission.received_at))
        .where(Submission.listening_session_id == each.id)
        .order_by(Submission.received_at, Submission.id)
        .limit(1)
        .offset(count - 1)
        .correlate(each)
        .scalar_subquery()
    )
    of_each = sa.select(nth.label("nth")).select_from(each).where(each.id.in_(chosen)).correlate(None).subquery()
    bound = sa.select(sa.func.min(of_each.c.nth)).scalar_subquery()
    return ordered.where(Submission.received_at <= sa.func.coalesce(bound, sa.literal(_END_OF_TIME, Moment)))


def _row(person: Person, reach: Reach, submission: Submission, revision: Revision, claimed_by: str | None) -> QueueRow:
    return QueueRow(
        submission=submission,
        opening=reading.opening(submission, revision, reach),
        claimed_by=claimed_by,
        claimed_by_me=claimed_by is not None and submission.claimed_by_id == person.id,
    )


def progress(person: Person, held: Sequence[ListeningSession]) -> list[Progress]:
    """For each of ``held`` how many submissions stand where, of those ``person`` may see: one statement."""
    counted = session().execute(_counts(reading.reach_of(person), tuple(one.id for one in held)))
    found = {row[0]: dict(zip(SHOWN_STATES, row[1:], strict=True)) for row in counted}
    return [Progress(one, found[one.id]) for one in held]


@lru_cache(maxsize=256)
def _counts(reach: Reach, chosen: tuple[int, ...]) -> _Select:
    each = aliased(ListeningSession)
    counts = []
    for state in SHOWN_STATES:
        some = (
            reading.visible_within(sa.select(Submission.id), reach)
            .where(Submission.listening_session_id == each.id, Submission.state == state)
            .limit(COUNTED_TO)
            .correlate(each)
            .subquery()
        )
        counts.append(sa.select(sa.func.count()).select_from(some).scalar_subquery().label(state.value))
    return sa.select(each.id, *counts).where(each.id.in_(chosen))


def codes_of(submission: Submission) -> dict[Scheme, tuple[str, ...]]:
    """The codes of ``submission`` by scheme, in alphabetical order."""
    sought = sa.select(Coding.scheme, Coding.code).where(Coding.submission_id == submission.id).order_by(Coding.code)
    found: dict[Scheme, list[str]] = {scheme: [] for scheme in Scheme}
    for scheme, code in session().execute(sought):
        found[Scheme(scheme)].append(code)
    return {scheme: tuple(codes) for scheme, codes in found.items()}


def names_of(people: set[int | None]) -> dict[int, str]:
    """Names by the ids of people; None, the contributor, has none."""
    sought = sa.select(Person.id, Person.name).where(Person.id.in_(people - {None}))
    return {row.id: row.name for row in session().execute(sought)}
