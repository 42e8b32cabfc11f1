"""Declared conflicts of interest: who keeps apart from what, since when, and what nobody can read because of it.

Whoever moderates or drafts declares their own, the secretariat records those of others and ends them. Where it is
decided what exists for somebody (``permissions.may``, ``reading.Reach``), a conflict that stands is asked for beside
the own organisation: there is no other place. What nobody who leads a session may read is counted for the
secretariat, never shown to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from intake.accounts.models import Conflict, Membership, Person
from intake.accounts.permissions import PERMISSIONS, may
from intake.accounts.services import organisation_called
from intake.accounts.visits import new_token
from intake.foundation import clock, register
from intake.foundation.crypto import keyring, open_kept
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.programme.models import ListeningSession
from intake.submissions.models import Submission
from intake.submissions.services import erased_with_submission
from intake.submissions.vocabulary import State

from . import reading
from .models import is_waiting
from .reading import Reach

DECLARE, KEEP = "conflict.declare", "conflict.keep"
"""The permissions to declare one of one's own, and to record and end those of others."""

erased_with_submission(Conflict)


class NotThere(Exception):
    """There is no such submission for whoever asks."""


class Already(Exception):
    """The same conflict stands already."""


@dataclass(frozen=True, slots=True)
class With:
    """With what somebody has a conflict: one of the name of an organisation, a listening session, a submission."""

    organisation: str = ""
    listening_session: ListeningSession | None = None
    submission: Submission | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared conflict as a page shows it: whose, with what, why, and who declared and who ended it.

    Of the three that it may be with, one is there: a name, a listening session, a reference.
    """

    id: int
    whose: str
    organisation: str | None
    listening_session: ListeningSession | None
    reference: str | None
    reason: Text
    declared_at: datetime
    declared_by: str
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Unread:
    """How many submissions to a listening session wait, and nobody who leads it may read them."""

    listening_session: ListeningSession
    number: int


def find_submission(reference: str, person: Person) -> Submission:
    """The submission of which ``person`` declares a conflict: one they read, any for whoever keeps the conflicts.

    Raises:
        NotThere: there is none for them.
    """
    found = reading.find(reference, person)
    if found is None and may(person, KEEP):
        found = session().scalars(sa.select(Submission).where(Submission.reference == reference)).one_or_none()
    if found is None or found.text_key is None:
        raise NotThere(reference)
    return found


def who_may_have_one() -> Sequence[Person]:
    """Everybody who works here and reads what a conflict could be with, by name."""
    roles = [role.value for role in PERMISSIONS["submission.read"].roles | PERMISSIONS["digest.read"].roles]
    theirs = sa.exists().where(Membership.person_id == Person.id, Membership.role.in_(roles)).correlate(Person)
    return session().scalars(sa.select(Person).where(Person.active, theirs).order_by(Person.name, Person.id)).all()


def declare(person: Person, by: Person, what: With, reason: str) -> Conflict:
    """Let ``person`` keep apart from ``what`` from now on; what of it they were on is given back.

    The register keeps that there is one and of what kind, never with what: it is never erased, and with whom
    somebody is close may tell who a contributor is.

    Raises:
        Already: they do so already.
    """
    organisation = organisation_called(what.organisation) if what.organisation else None
    key = new_token()
    made = Conflict(
        key=key, person_id=person.id,
        organisation_id=organisation.id if organisation else None,
        listening_session_id=what.listening_session.id if what.listening_session else None,
        submission_id=what.submission.id if what.submission else None,
        reason=keyring().seal(reason.encode(), "conflict", "reason", key),
        declared_at=clock.now(), declared_by_id=by.id, ended_at=None, ended_by_id=None,
    )  # fmt: skip
    # The register puts writers in line: of two that begin at once the second finds what the first declared.
    kind = "organisation" if organisation else "session" if what.listening_session else "submission"
    register.record("conflict.declare", f"person:{person.id}", person_id=by.id, about=kind)
    if _stands(made):
        raise Already
    session().add(made)
    session().flush()
    _give_back(person.id)
    return made


def _stands(new: Conflict) -> bool:
    same = sa.exists().where(
        Conflict.person_id == new.person_id,
        Conflict.ended_at.is_(None),
        Conflict.organisation_id.is_not_distinct_from(new.organisation_id),
        Conflict.listening_session_id.is_not_distinct_from(new.listening_session_id),
        Conflict.submission_id.is_not_distinct_from(new.submission_id),
    )
    return session().execute(sa.select(same)).scalar_one()


def _give_back(person_id: int) -> None:
    """Release what the person is on and does not read any more: others need not wait for it."""
    person = session().get_one(Person, person_id, populate_existing=True)
    reach = reading.reach_of(person)
    sought = sa.select(Submission).where(Submission.claimed_by_id == person_id).with_for_update(of=Submission)
    for one in session().scalars(sought).all():
        if not reach.covers(one):
            one.claimed_by_id = one.claimed_until = None
    session().flush()


def end(identity: int, by: Person) -> bool:
    """Let a conflict be over; whether it stood until now."""
    ended = session().execute(
        sa.update(Conflict)
        .where(Conflict.id == identity, Conflict.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by_id=by.id)
        .returning(Conflict.person_id)
    )
    person_id = ended.scalar_one_or_none()
    if person_id is None:
        return False
    register.record("conflict.end", f"person:{person_id}", person_id=by.id)
    return True


def exists(identity: int) -> bool:
    """Whether there is such a conflict, standing or ended."""
    return session().get(Conflict, identity) is not None


def listed(person: Person | None) -> list[Declared]:
    """The conflicts of ``person``, or of everybody; those that stand first, then the newest."""
    whose, by, ender = (sa.orm.aliased(Person) for _role in range(3))
    sought = (
        sa.select(Conflict, whose.name, whose.language, by.name, ender.name, Submission.reference, ListeningSession)
        .join(whose, whose.id == Conflict.person_id)
        .join(by, by.id == Conflict.declared_by_id)
        .outerjoin(ender, ender.id == Conflict.ended_by_id)
        .outerjoin(Submission, Submission.id == Conflict.submission_id)
        .outerjoin(ListeningSession, ListeningSession.id == Conflict.listening_session_id)
        .order_by(Conflict.ended_at.is_not(None), Conflict.declared_at.desc(), Conflict.id.desc())
    )
    if person is not None:
        sought = sought.where(Conflict.person_id == person.id)
    return [
        Declared(
            one.id, name, one.organisation.name if one.organisation else None, held, reference,
            reading.typed(open_kept(one.reason, "conflict", "reason", one.key).decode(), spoken),
            one.declared_at, declared_by, one.ended_at, ended_by,
        )
        for one, name, spoken, declared_by, ended_by, reference, held in session().execute(sought).unique()
    ]  # fmt: skip


def nobody_reads() -> list[Unread]:
    """By listening session, how many submissions wait that nobody may read whose task it is; no session without any.

    Those are its co-leads and, for what is with safeguarding, those who are trained for it, as long as there are any.
    """
    everybody = sa.select(Person).where(Person.active).order_by(Person.id)
    reaches = [reading.reach_of(person) for person in session().scalars(everybody)]
    sessions = {held.id: held for held in session().scalars(sa.select(ListeningSession))}
    counts = [one for held in sessions.values() for one in _unread(held, reaches)]
    if not counts:
        return []
    found: Counter[int] = Counter()
    for held, number in session().execute(sa.union_all(*counts)):
        found[held] += number
    return [Unread(sessions[held], number) for held, number in found.items() if number]


def _unread(held: ListeningSession, reaches: Sequence[Reach]) -> Iterator[sa.Select[int, int]]:
    leading = [reach for reach in reaches if reach.moderates(held)]
    trained = [reach for reach in reaches if reach.care is not None and reach.care.covers(held)]
    caring = [reach for reach in trained if held.id not in reach.sessions_apart] if trained else leading
    ordinary = sa.and_(
        sa.or_(is_waiting(), Submission.message_waiting.is_(True)), Submission.state != State.SAFEGUARDING
    )
    yield from _kept_from(held, leading, ordinary)
    yield from _kept_from(held, caring, Submission.state == State.SAFEGUARDING)


def _kept_from(
    held: ListeningSession, reaches: Sequence[Reach], waits: sa.ColumnElement[bool]
) -> Iterator[sa.Select[int, int]]:
    """The count of what of ``held`` waits and is kept from each of ``reaches``; none where one reads everything."""
    if all(reach.own or reach.submissions_apart for reach in reaches):
        kept = [
            sa.or_(Submission.organisation_index.in_(one.own), Submission.id.in_(one.submissions_apart))
            for one in reaches
        ]
        yield (
            sa.select(sa.literal(held.id, literal_execute=True), sa.func.count())
            .select_from(Submission)
            .where(Submission.listening_session_id == held.id, waits, *kept)
        )
