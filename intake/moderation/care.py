"""The safeguarding desk: what waits there, what was done for somebody, and who is trained.

It has a queue of its own, which nobody else reads. Whoever is trained refers people to help, writes down what came of
it, answers with the same outbox as co-leads do, and gives a submission back to the ordinary queue with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from intake.accounts.models import Membership, Person
from intake.accounts.permissions import Role
from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.foundation.paging import Cursor, Page
from intake.foundation.types import Moment
from intake.programme.models import ListeningSession, ReferralContact
from intake.submissions import safeguarding
from intake.submissions.models import Decision, Submission
from intake.submissions.sealing import open_note, seal_note, sealed_with_text
from intake.submissions.vocabulary import State
from intake.submissions.workflow import IllegalMove

from . import reading, services
from .models import CareKind, CareRecord
from .queries import PAGE_SIZE

CARE, NAME = "safeguarding.care", "safeguarding.name"
"""The permissions to take care of what is with safeguarding, and to name who is trained for it."""

_WHAT = "care"
_URGENT = 0
"""In which turn of the list what is urgent stands; the rest comes in the next."""

sealed_with_text(CareRecord.note, _WHAT, "words")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission on the safeguarding desk: since when it is there, and whether it is urgent."""

    submission: Submission
    since: datetime
    is_urgent: bool

    @property
    def days(self) -> int:
        """Whole days since then."""
        return (clock.now() - self.since).days


@dataclass(frozen=True, slots=True)
class Record:
    """One line of what was done: who, when, the words, and of a referral the name of the contact."""

    kind: CareKind
    by: str
    at: datetime
    words: Text
    contact: str


@dataclass(frozen=True, slots=True)
class Untrained:
    """A listening session for which nobody is trained, and how much of it is with safeguarding all the same."""

    listening_session: ListeningSession
    number: int


def queue(person: Person, after: Cursor | None = None) -> Page[Waiting]:
    """One page of what ``person`` takes care of, ``after`` a place: what is urgent first, of each the oldest first."""
    since = (
        sa.select(sa.func.max(Decision.at))
        .where(Decision.submission_id == Submission.id, Decision.to_state == State.SAFEGUARDING,
               Decision.from_state != State.SAFEGUARDING)
        .correlate(Submission).scalar_subquery()
    )  # fmt: skip
    moment = sa.func.coalesce(since, Submission.received_at, type_=Submission.received_at.type)
    turn = sa.case((sa.or_(Submission.danger_now, Submission.child_alone), _URGENT), else_=1 + _URGENT)
    sought = reading.in_care(sa.select(Submission, moment.label("since"), turn.label("turn")), person)
    if after is not None:
        place = (sa.literal(after.turn), sa.literal(after.moment, Moment), sa.literal(after.id))
        sought = sought.where(sa.tuple_(turn, moment, Submission.id) > sa.tuple_(*place))
    ordered = sought.order_by(sa.literal_column("turn"), sa.literal_column("since"), Submission.id)
    found = session().execute(ordered.limit(PAGE_SIZE + 1)).all()
    rows = [Waiting(one, since, turn == _URGENT) for one, since, turn in found[:PAGE_SIZE]]
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    return Page(rows, Cursor(last.since, last.Submission.id, last.turn) if last else None)


def write(
    submission: Submission, person: Person, kind: CareKind, words: str, contact: ReferralContact | None = None
) -> None:
    """Write down what was done for somebody; of a referral, to which ``contact``.

    Raises:
        Unreadable: it does not exist for ``person``.
        IllegalMove: it is not with safeguarding any more.
    """
    services.keep_still(submission, person)
    if submission.state != State.SAFEGUARDING:
        raise IllegalMove(kind)
    last = sa.select(sa.func.coalesce(sa.func.max(CareRecord.number), 0))
    number = 1 + session().execute(last.where(CareRecord.submission_id == submission.id)).scalar_one()
    held = contact if kind is CareKind.REFERRAL else None
    note = {"words": words, "contact": held.name if held else ""}
    session().add(
        CareRecord(
            submission_id=submission.id, number=number, kind=kind, contact_id=held.id if held else None,
            note=seal_note(submission, _WHAT, number, note), person_id=person.id, at=clock.now(),
        )
    )  # fmt: skip
    session().flush()
    register.record(f"safeguarding.{kind.value}", submission.reference, person_id=person.id, record=number)


def records(submission: Submission, person: Person) -> list[Record]:
    """What was done for somebody, the oldest first; nothing of it where it is back in the ordinary queue.

    Raises:
        Unreadable: it does not exist for ``person``.
    """
    reading.must_be_readable(submission, person)
    if submission.state != State.SAFEGUARDING:
        return []
    sought = sa.select(CareRecord, Person.name, Person.language).join(Person, Person.id == CareRecord.person_id)
    found = session().execute(sought.where(CareRecord.submission_id == submission.id).order_by(CareRecord.number))
    lines = []
    for one, by, spoken in found:
        note = open_note(submission, _WHAT, one.number, one.note)
        lines.append(Record(CareKind(one.kind), by, one.at, reading.typed(note["words"], spoken), note["contact"]))
    return lines


def trained() -> Sequence[tuple[Person, Membership]]:
    """Who is trained for safeguarding, and how far, by name."""
    sought = sa.select(Person, Membership).join(Membership, Membership.person_id == Person.id)
    is_trained = sa.and_(Person.active, Membership.role == Role.SAFEGUARDING.value)
    found = session().execute(sought.where(is_trained).order_by(Person.name, Membership.id)).unique()
    return [(person, held) for person, held in found]


def people() -> Sequence[Person]:
    """Everybody who works here, by name."""
    return session().scalars(sa.select(Person).where(Person.active).order_by(Person.name, Person.id)).all()


def untrained() -> list[Untrained]:
    """The listening sessions to which something was sent and for which nobody is trained."""
    some = sa.exists().where(Submission.listening_session_id == ListeningSession.id).correlate(ListeningSession)
    there = sa.select(sa.func.count()).where(
        Submission.listening_session_id == ListeningSession.id, Submission.state == State.SAFEGUARDING
    )  # fmt: skip
    sought = sa.select(ListeningSession, there.correlate(ListeningSession).scalar_subquery())
    nobody = sought.where(some, ~safeguarding.is_trained_there()).order_by(ListeningSession.id)
    return [Untrained(held, number) for held, number in session().execute(nobody)]
