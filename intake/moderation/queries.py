"""Reading the desk: the queue, its counts, and the codes of a submission."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import InstrumentedAttribute, aliased, lazyload

from intake.accounts.models import Person
from intake.foundation import clock
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.foundation.paging import Cursor, Page
from intake.foundation.types import Moment
from intake.programme.models import ListeningSession
from intake.submissions.models import Attachment, Revision, Submission
from intake.submissions.search import Sought, found_by, windows
from intake.submissions.vocabulary import State

from . import codebook, reading, translated
from .codebook import CodeBookEntry
from .coding import Axis, Excerpt, ExcerptCode, unseen_by_me
from .filters import AGES, SHOWN_STATES, Claimed, Filters, Flag, Order, ReadAs, countries_in
from .models import Coding, HeldQuestion, Scheme, codes_unseen, is_asked, is_held, is_waiting
from .reading import Reach
from .themes import Held

PAGE_SIZE = 50
COUNTED_TO = 500
"""Counts stop here: a desk needs to know that it is many, not how many."""


DUE_SOON = timedelta(days=3)
_BEGINNING, _END_OF_TIME = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

_Select = sa.Select[*tuple[Any, ...]]
Narrowing = Callable[[_Select], _Select]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One submission in the list; ``claimed_by`` is the name of whoever reads it now, ``held``: a question waits."""

    submission: Submission
    opening: Text
    claimed_by: str | None
    claimed_by_me: bool
    held: bool = False


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


FLAGGED: dict[Flag, sa.ColumnElement[bool]] = {
    Flag.DANGER: Submission.danger_now.is_(True),
    Flag.CHILD: Submission.child_alone.is_(True),
    Flag.MESSAGE: Submission.message_waiting.is_(True),
}

INDEX_OF_FLAG = {Flag.DANGER: "danger", Flag.CHILD: "child_alone", Flag.MESSAGE: "message"}

_NOW = sa.bindparam("now", type_=Moment)
_CLAIMED: dict[str, sa.ColumnElement[bool]] = {
    Claimed.ME: sa.and_(
        Submission.claimed_by_id == sa.bindparam("me", type_=sa.Integer), Submission.claimed_until > _NOW
    ),
    Claimed.NOBODY: sa.or_(Submission.claimed_by_id.is_(None), Submission.claimed_until <= _NOW),
    Claimed.SOMEBODY: sa.and_(Submission.claimed_by_id.is_not(None), Submission.claimed_until > _NOW),
}


def moments(person: Person, filters: Filters) -> dict[str, Any]:
    """What the statements of the queue ask about ``person`` and about time."""
    now, kept = clock.now(), current_app.config["SETTINGS"]
    either = now - timedelta(days=min(kept.decide_days, kept.answer_days))
    return {
        "either": either,
        "me": person.id,
        "now": now,
        "late": now - timedelta(days=kept.decide_days),
        "unanswered": now - timedelta(days=kept.answer_days),
        "soon": now - timedelta(days=kept.decide_days) + DUE_SOON,
        "older": now - timedelta(days=filters.age or 0),
        **{f"days_{days}": now - timedelta(days=days) for days in AGES},
    }


def is_late() -> sa.ColumnElement[bool]:
    """The condition that a decision is overdue: it came long ago, or was changed long ago where one stands."""
    cut = sa.bindparam("late", type_=Moment)
    # What is due came before that moment in any case: the first condition is found in an index.
    return sa.and_(
        Submission.received_at <= cut,
        Submission.state.in_((State.SUBMITTED, State.IN_REVIEW)),
        sa.or_(Submission.accepted_revision.is_(None), Submission.changed_at <= cut),
    )


def are_due_soon(waiting: _Select) -> sa.CompoundSelect[Any]:
    """Of those ``waiting`` the first whose decision is due soon, and not overdue yet: two ranges of two indexes."""
    late, soon = (sa.bindparam(name, type_=Moment) for name in ("late", "soon"))
    waiting = waiting.where(Submission.state.in_((State.SUBMITTED, State.IN_REVIEW)))
    new = waiting.where(Submission.received_at > late, Submission.received_at <= soon)
    new = new.where(sa.or_(Submission.accepted_revision.is_(None), Submission.changed_at <= soon))
    amended = waiting.where(Submission.accepted_revision.is_not(None), Submission.received_at <= late)
    amended = amended.where(Submission.changed_at > late, Submission.changed_at <= soon)
    both = by_index(new, "waiting"), by_index(amended, "amended")
    return sa.union_all(*(sa.select(some.limit(COUNTED_TO).subquery()) for some in both))


def is_stale() -> sa.ColumnElement[bool]:
    """The condition that a decision is overdue, or that a question has had no answer for too long."""
    # Either came before that moment in any case: one range of one index.
    return sa.and_(Submission.received_at <= sa.bindparam("either", type_=Moment), sa.or_(is_late(), is_unanswered()))


def is_unanswered() -> sa.ColumnElement[bool]:
    """The condition that a question has had no answer for too long."""
    return sa.and_(is_asked(), Submission.asked_at <= sa.bindparam("unanswered", type_=Moment))


def sessions_moderated(person: Person) -> Held:
    """The listening sessions whose queue ``person`` reads, with their code books: one statement."""
    sought = (
        sa.select(ListeningSession, CodeBookEntry)
        .outerjoin(CodeBookEntry, CodeBookEntry.listening_session_id == ListeningSession.id)
        .where(reading.moderated(reading.reach_of(person)))
        .order_by(ListeningSession.series_id, ListeningSession.position, CodeBookEntry.id)
    )
    found: dict[ListeningSession, list[CodeBookEntry]] = {}
    for row in session().execute(sought):
        found.setdefault(row[0], []).extend(filter(None, row[1:]))
    return Held({held: codebook.book(entries) for held, entries in found.items()})


def as_read(held: Held, filters: Filters) -> Filters:
    """``filters`` with what the code books of ``held`` say of the theme in them, and from the first page on."""
    return replace(filters, after=None, read_as=held.read_as(filters.theme) if filters.theme else ())


def queue(person: Person, held: Held, filters: Filters) -> Page[QueueRow]:
    """One page of the queue, the oldest or the last changed first.

    ``held`` are the person's listening sessions (``sessions_moderated``): a filter for any
    other finds nothing.
    """
    reach = reading.reach_of(person)
    statement = page_of_queue(reach, chosen_of(held, filters), as_read(held, filters), later=bool(filters.after))
    found = session().execute(statement, moments(person, filters) | _place(filters.after)).all()
    rows = [_row(person, reach, one) for one in found[:PAGE_SIZE]]
    last = rows[-1].submission if len(found) > PAGE_SIZE else None
    return Page(rows, place_of(last, filters) if last else None)


def place_of(submission: Submission, filters: Filters) -> Cursor:
    """Where ``submission`` stands in the list that ``filters`` order."""
    moment = submission.changed_at if filters.order is Order.CHANGED else submission.received_at
    return Cursor(moment, submission.id)


def following(person: Person, held: Held, filters: Filters, place: Cursor) -> str | None:
    """The reference of what comes after ``place`` in the list, else of the first; nothing that somebody else is on.

    What stands at ``place`` itself is never it.
    """
    statement = _next_reference(reading.reach_of(person), chosen_of(held, filters), as_read(held, filters))
    found = session().execute(statement, moments(person, filters) | {"here": place.id} | _place(place)).first()
    return str(found.reference) if found else None


def chosen_of(held: Sequence[ListeningSession], filters: Filters) -> tuple[int, ...]:
    """Which of the listening sessions ``held`` the filters ask about."""
    return tuple(one.id for one in held if filters.listening_session in (None, one.slug))


def _place(after: Cursor | None) -> dict[str, Any]:
    return {"after_moment": after.moment, "after_id": after.id} if after else {}


# Making these statements costs far more than asking them: they are kept for whoever asks the same.


@lru_cache(maxsize=256)
def page_of_queue(reach: Reach, chosen: tuple[int, ...], filters: Filters, *, later: bool) -> _Select:
    """The statement of one page, the first one or a ``later``; it asks for ``moments`` and for a place."""
    return _first(_columns(), lambda one: listed(one, reach, filters, later), filters, chosen, PAGE_SIZE + 1)


@lru_cache(maxsize=256)
def _next_reference(reach: Reach, chosen: tuple[int, ...], filters: Filters) -> _Select:
    def first(turn: int, *, later: bool) -> _Select:
        def narrow(statement: _Select) -> _Select:
            free = sa.or_(_CLAIMED[Claimed.NOBODY], _CLAIMED[Claimed.ME])
            others = Submission.id != sa.bindparam("here", type_=sa.Integer)
            return listed(statement, reach, filters, later).where(free, others)

        found = _first(sa.select(Submission.reference), narrow, filters, chosen, 1).subquery()
        return sa.select(sa.literal_column(str(turn)).label("turn"), found.c.reference)

    both = sa.union_all(first(0, later=True), first(1, later=False)).subquery()
    return sa.select(both.c.reference).order_by(both.c.turn).limit(1)


def listed(statement: _Select, reach: Reach, filters: Filters, later: bool = False) -> _Select:
    """``statement`` over ``Submission``, narrowed to what ``filters`` list of that which lies in ``reach``."""
    statement = reading.visible_within(statement, reach).where(*narrowing(filters))
    if filters.only_waiting:
        statement = by_index(statement.where(is_waiting()), _index_of(filters))
    if later:
        place = sa.tuple_(sa.bindparam("after_moment", type_=Moment), sa.bindparam("after_id", type_=sa.Integer))
        here = sa.tuple_(_ordered_by(filters), Submission.id)
        statement = statement.where(here < place if filters.order is Order.CHANGED else here > place)
    return statement


def by_index(statement: _Select, name: str) -> _Select:
    """``statement`` over ``Submission``, read by the index ``ix_submission_…`` where the engine cannot know which."""
    return statement.with_hint(Submission, f"INDEXED BY ix_submission_{name}", "sqlite")


def _index_of(filters: Filters) -> str:
    """The shortest index in which everything stands that ``filters`` ask for of what waits."""
    if filters.flag is not None:
        return INDEX_OF_FLAG[filters.flag]
    if filters.claimed is not None and filters.claimed not in (Claimed.NOBODY, Claimed.SOMEBODY):
        return "claimed"
    if filters.order is Order.CHANGED:
        return "changed"
    if filters.who:
        return "who_waiting"
    return "language_waiting" if filters.language else "waiting"


def narrowing(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    """The conditions under which ``filters`` list a submission, beside that it waits."""
    if filters.state is not None:
        yield Submission.state == filters.state
    if filters.flag is not None:
        yield FLAGGED[filters.flag]
    if filters.language:
        yield Submission.language == filters.language
    if filters.kind:
        yield Submission.kind == filters.kind
    if filters.region:
        yield Submission.country.in_(countries_in(filters.region))
    if filters.who:
        yield Submission.stakeholder_type == filters.who
    yield from _narrowed_by_the_desk(filters)


def _narrowed_by_the_desk(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.theme:
        yield has_theme(filters.read_as)
    if filters.group:
        yield in_passage(Axis.GROUP, [filters.group])
    if filters.claimed:
        yield claimed(filters.claimed)
    if filters.age:
        yield Submission.received_at <= sa.bindparam("older", type_=Moment)
    if filters.files:
        yield has_files()
    if filters.stale:
        yield is_stale()
    if filters.unanswered:
        yield is_unanswered()


def claimed(by: str) -> sa.ColumnElement[bool]:
    """The condition that a claim runs, or none, as ``Filters.claimed`` says."""
    if by in _CLAIMED:
        return _CLAIMED[by]
    return sa.and_(Submission.claimed_by_id == int(by), Submission.claimed_until > _NOW)


def has_files() -> sa.ColumnElement[bool]:
    """The condition that files came with it."""
    return Submission.id.in_(sa.select(Attachment.submission_id).where(Attachment.submission_id.is_not(None)))


def has_theme(read_as: ReadAs) -> sa.ColumnElement[bool]:
    """The condition that somebody found a theme in it or in a passage, and that whoever asks may see so now."""
    found = []
    for listening_sessions, codes in read_as:
        has_it = sa.and_(Coding.scheme == Scheme.THEME, Coding.code.in_(codes), ~codes_unseen())
        whole = Submission.id.in_(sa.select(Coding.submission_id).where(has_it))
        here = sa.or_(whole, in_passage(Axis.THEME, codes))
        found.append(sa.and_(Submission.listening_session_id.in_(listening_sessions), here))
    return sa.or_(sa.false(), *found)


def in_passage(axis: Axis, codes: Iterable[str]) -> sa.ColumnElement[bool]:
    """The condition that a passage of the revision that stands has one of ``codes``, and whoever asks may see so."""
    of = aliased(Submission)
    passages = (
        sa.select(Excerpt.submission_id)
        .join(ExcerptCode, ExcerptCode.excerpt_id == Excerpt.id)
        .join(of, of.id == Excerpt.submission_id)
        .where(ExcerptCode.axis == axis.value, ExcerptCode.code.in_(codes), *counts_now(of))
    )
    return Submission.id.in_(passages)


def counts_now(of: type[Submission] = Submission) -> Sequence[sa.ColumnElement[bool]]:
    """The conditions that an ``Excerpt`` ``of`` a submission counts, and that whoever asks may see it now."""
    return Excerpt.removed_at.is_(None), Excerpt.revision == reading.stands_as(of), ~unseen_by_me()


def _columns() -> _Select:
    """What a row of a list is made of."""
    newest = sa.select(sa.func.max(Revision.number)).where(Revision.submission_id == Submission.id)
    shown = sa.case(
        (Submission.state == State.ACCEPTED, Submission.accepted_revision),
        else_=newest.correlate(Submission).scalar_subquery(),
    )
    is_claimed = Submission.claimed_until > _NOW
    held = sa.exists().where(HeldQuestion.submission_id == Submission.id, is_held()).correlate(Submission)
    return (
        sa.select(Submission, Revision, Person.name, held)
        .join(Revision, Revision.submission_id == Submission.id)
        .outerjoin(Person, sa.and_(Person.id == Submission.claimed_by_id, is_claimed))
        .where(Revision.number == shown)
        .options(lazyload(Submission.listening_session))
    )


def _ordered_by(filters: Filters) -> InstrumentedAttribute[datetime]:
    return Submission.changed_at if filters.order is Order.CHANGED else Submission.received_at


def _first(columns: _Select, narrow: Narrowing, filters: Filters, chosen: Sequence[int], count: int) -> _Select:
    """The first ``count`` rows of the ``chosen`` listening sessions, in the order of ``filters``.

    Of several sessions no engine merges the indexes: it would sort everything that waits.
    None of the oldest ``count`` is younger than the ``count``-th of any one session, so the
    least of those bounds what is read; and the other way round for what was changed last.
    """
    moment, backwards = _ordered_by(filters), filters.order is Order.CHANGED
    order = (moment.desc(), Submission.id.desc()) if backwards else (moment, Submission.id)

    def ordered(here: _Select) -> _Select:
        return narrow(here).where(Submission.listening_session_id.in_(chosen)).order_by(*order).limit(count)

    if len(chosen) < 2:
        return ordered(columns)
    each = aliased(ListeningSession)
    nth = (
        narrow(sa.select(moment))
        .where(Submission.listening_session_id == each.id)
        .order_by(*order)
        .limit(1)
        .offset(count - 1)
        .correlate(each)
        .scalar_subquery()
    )
    of_each = sa.select(nth.label("nth")).select_from(each).where(each.id.in_(chosen)).correlate(None).subquery()
    outermost = sa.func.max(of_each.c.nth) if backwards else sa.func.min(of_each.c.nth)
    bound = sa.func.coalesce(
        sa.select(outermost).scalar_subquery(), sa.literal(_BEGINNING if backwards else _END_OF_TIME, Moment)
    )
    # Before what filters say of the same moment: of several bounds SQLite reads by the first one.
    return ordered(columns.where(moment >= bound if backwards else moment <= bound))


def _row(
    person: Person,
    reach: Reach,
    found: sa.Row[*tuple[Any, ...]],
    sought: Sought | None = None,
    also: Iterable[Text] = (),
) -> QueueRow:
    submission, revision, claimed_by, held = found
    return QueueRow(
        submission=submission,
        opening=reading.opening(submission, revision, reach, sought, also),
        claimed_by=claimed_by,
        claimed_by_me=claimed_by is not None and submission.claimed_by_id == person.id,
        held=held,
    )


def search(person: Person, held: Held, sought: Sought, filters: Filters, before: int | None) -> Page[QueueRow]:
    """One page of what holds the words ``sought``, newest first; ``before`` is the id of the last row seen.

    In every state but withdrawn, unless a filter asks for one; ``held`` as for ``queue``.
    """
    chosen = chosen_of(held, filters)
    if not sought or not chosen:
        return Page((), None)
    reach = reading.reach_of(person)
    narrowed = reading.visible_within(_columns(), reach).where(*narrowing(as_read(held, filters)))
    narrowed = narrowed.limit(PAGE_SIZE + 1)
    found: Sequence[sa.Row[*tuple[Any, ...]]] = ()
    for since in windows(before):
        statement = found_by(narrowed, sought, chosen, since=since, before=before)
        found = session().execute(statement, moments(person, filters)).all()
        if len(found) > PAGE_SIZE:
            break
    others = translated.Others(one.Submission.id for one in found[:PAGE_SIZE])
    rows = [_row(person, reach, one, sought, others.of(one.Submission)) for one in found[:PAGE_SIZE]]
    last = rows[-1].submission if len(found) > PAGE_SIZE else None
    return Page(rows, Cursor(last.received_at, last.id) if last else None)


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
            reading.counted_within(sa.select(Submission.id), reach)
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
