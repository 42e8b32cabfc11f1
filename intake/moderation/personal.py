"""What somebody finds on the own desk beside the list: saved filters, colleagues, and what changed hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.accounts.models import Person
from intake.foundation import clock, register
from intake.foundation.database import Base, session
from intake.foundation.types import Moment
from intake.programme.models import ListeningSession
from intake.submissions.models import Submission

from . import reading
from .filters import Filters
from .handover import Handover, moderates_any
from .reading import Reach
from .redacted import Erasure

MOST_SAVED = 20
LONGEST_NAME = 60
_TOLD_AT_ONCE = 10


class SavedFilter(Base):
    """Filters of the queue under a name that somebody gave them: ``query`` is what stands in the address."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    query: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[datetime] = mapped_column(Moment)


class TooMany(Exception):
    """There are as many saved filters as there may be."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Saved filters, by name."""

    id: int
    name: str
    filters: Filters


@dataclass(frozen=True, slots=True)
class ChangedHands:
    """A submission that was ``given`` to somebody, or taken from them, and who did it."""

    reference: str
    by: str
    given: bool


@dataclass(frozen=True, slots=True)
class ToErase:
    """A submission of which somebody else asks that hidden words be erased for good, which takes a second person."""

    reference: str
    by: str


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """What somebody finds beside the list; ``colleagues`` are names by the ids of people."""

    saved: tuple[Saved, ...]
    colleagues: dict[int, str]
    changed_hands: tuple[ChangedHands, ...]
    to_erase: tuple[ToErase, ...]


def own_desk(person: Person, held: Sequence[ListeningSession]) -> OwnDesk:
    """What ``person``, who moderates ``held``, finds beside the list: one statement."""
    sessions, groups = tuple(one.id for one in held), tuple(one.working_group_id for one in held)
    found = session().execute(_own_desk(reading.reach_of(person), sessions, groups), {"me": person.id}).all()
    whats = ("saved", "colleague", "given", "taken", "erase")
    rows = {what: [row for row in found if row.what == what] for what in whats}
    return OwnDesk(
        saved=tuple(
            sorted((Saved(row.id, row.name, Filters.kept(row.more)) for row in rows["saved"]), key=lambda one: one.name)
        ),
        colleagues={row.id: row.name for row in sorted(rows["colleague"], key=lambda row: str(row.name))},
        changed_hands=tuple(ChangedHands(row.more, row.name, row.what == "given")
                            for row in (*rows["given"], *rows["taken"])),
        to_erase=tuple(ToErase(row.more, row.name) for row in rows["erase"]),
    )  # fmt: skip


_Told = sa.Select[*tuple[Any, ...]]


@lru_cache(maxsize=256)
def _own_desk(reach: Reach, sessions: tuple[int, ...], groups: tuple[int | None, ...]) -> sa.CompoundSelect[Any]:
    me = sa.bindparam("me", type_=sa.Integer)
    saved = sa.select(
        _said("saved").label("what"), SavedFilter.id.label("id"), SavedFilter.name.label("name"),
        SavedFilter.query.label("more"),
    ).where(SavedFilter.person_id == me)  # fmt: skip
    colleagues = sa.select(_said("colleague"), Person.id, Person.name, _said("")).where(
        Person.id != me, Person.active, moderates_any(sessions, groups)
    )
    what = sa.case((Handover.given, _said("given")), else_=_said("taken"))
    news = sa.select(what, Handover.id, Person.name, Submission.reference).where(
        Handover.told_id == me, Handover.seen_at.is_(None)
    )
    news = news.join(Person, Person.id == Handover.by_id).join(Submission, Submission.id == Handover.submission_id)
    news = reading.visible_within(_from_few(news), reach).order_by(Handover.id.desc()).limit(_TOLD_AT_ONCE)
    # However many each of them asks for in one submission: they are decided on one page.
    first = sa.func.min(Erasure.id)
    erasures = sa.select(_said("erase"), first, Person.name, Submission.reference).where(
        Erasure.outcome.is_(None), Erasure.asked_by_id != me, Submission.listening_session_id.in_(sessions)
    )
    erasures = erasures.join(Person, Person.id == Erasure.asked_by_id)
    erasures = erasures.join(Submission, Submission.id == Erasure.submission_id)
    erasures = reading.visible_within(_from_few(erasures), reach).group_by(Person.id, Person.name, Submission.reference)
    erasures = erasures.order_by(first).limit(_TOLD_AT_ONCE)
    return sa.union_all(saved, colleagues, sa.select(news.subquery()), sa.select(erasures.subquery()))


def _from_few(statement: _Told) -> _Told:
    """``statement``, which begins with the few rows that speak of a submission: SQLite would read every submission."""
    return statement.with_hint(Submission, "NOT INDEXED", "sqlite")


def _said(words: str) -> sa.ColumnElement[str]:
    return sa.cast(sa.literal(words, literal_execute=True), sa.String)


def save(person: Person, name: str, filters: Filters) -> None:
    """Keep ``filters`` for ``person`` under ``name``, in place of what had that name.

    Raises:
        TooMany: there are ``MOST_SAVED`` under other names.
    """
    # Of two that are saved at once both count: the person's row keeps them one after the other.
    session().execute(sa.select(Person.id).where(Person.id == person.id).with_for_update(of=Person))
    own = session().scalars(sa.select(SavedFilter).where(SavedFilter.person_id == person.id)).all()
    found = next((one for one in own if one.name == name), None)
    if found is None and len(own) >= MOST_SAVED:
        raise TooMany
    if found is None:
        found = SavedFilter(person_id=person.id, name=name)
        session().add(found)
    found.query, found.at = filters.query, clock.now()
    session().flush()
    register.record("queue.save_filters", str(found.id), person_id=person.id)


def forget(person: Person, identity: int) -> bool:
    """Forget the saved filters ``identity`` of ``person``; whether there were any."""
    own = sa.select(SavedFilter).where(SavedFilter.id == identity, SavedFilter.person_id == person.id)
    found = session().scalars(own).one_or_none()
    if found is None:
        return False
    session().execute(sa.delete(SavedFilter).where(SavedFilter.id == found.id))
    register.record("queue.forget_filters", str(identity), person_id=person.id)
    return True
