"""From one moderator to another: taking over what somebody is on, and handing it to a colleague, with a note.

Whether a colleague may read what is handed to them is not asked. Organisations of co-leads are known, so a refusal,
or a list of those who could take it, would tell whom an unnamed submission comes from, or with what somebody declared
a conflict. It is on them like everything else that is handed on; they are not shown it, nor told of it, nor the note;
and as it is with everybody who does not come to it, it is free again after ``HANDED_LASTS``, or once somebody takes
it over. The page says so before anything is handed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.accounts.models import Membership, Person
from intake.accounts.permissions import PERMISSIONS, reaches
from intake.foundation import clock, register
from intake.foundation.database import Base, session
from intake.foundation.multilingual import Text
from intake.foundation.types import Moment
from intake.programme.models import ListeningSession
from intake.submissions import workflow
from intake.submissions.models import Submission
from intake.submissions.sealing import open_note, seal_note, sealed_with_text
from intake.submissions.vocabulary import State
from intake.submissions.workflow import WAITING, IllegalMove

from . import reading, services

HANDED_LASTS = timedelta(days=3)
"""How long a colleague has for what was handed to them: they may not be at their desk."""


class Handover(Base):
    """That somebody is to be told: a submission was ``given`` to them, or taken from them, by whom and with which note.

    ``note`` is sealed with the text: it may speak of what was written.
    """

    __tablename__ = "handover"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        sa.Index("ix_handover_told", "told_id", sqlite_where=sa.text("seen_at IS NULL"),
                 postgresql_where=sa.text("seen_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    told_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    given: Mapped[bool]
    note: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)


sealed_with_text(Handover.note, "handover", "note")


class CannotTake(Exception):
    """The colleague does not moderate its session, or it is with them already."""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody finds on a submission that went from one to another: by whom, and in which words."""

    by: str
    given: bool
    note: Text


def take_over(submission: Submission, person: Person, *, holder: int, note: str) -> None:
    """Take ``submission`` from the person ``holder``, who is told so with ``note``.

    Raises:
        Unreadable: it does not exist for ``person``.
        ClaimedByOther: another than ``holder`` is on it by now.
        IllegalMove: it waits for nothing any more.
    """
    services.keep_still(submission, person)
    _must_wait(submission)
    other = services.claimed_by_other(submission, person)
    if other is not None and submission.claimed_by_id != holder:
        raise other
    if other is not None:
        tell(submission, holder, person, given=False, note=note)
        register.record("submission.take_over", submission.reference, person_id=person.id, held_by=holder)
    _give(submission, person, services.CLAIM_LASTS)
    if submission.state == State.SUBMITTED:
        workflow.make(submission, "start", version=submission.version, person_id=person.id)


def hand_to(submission: Submission, person: Person, colleague: Person, *, note: str = "") -> None:
    """Hand ``submission`` to ``colleague``, who is told so with ``note``, as is whoever else was on it.

    Raises:
        Unreadable: it does not exist for ``person``.
        CannotTake: it is with them already, or they do not moderate its session.
        IllegalMove: it waits for nothing any more.
    """
    services.keep_still(submission, person)
    _must_wait(submission)
    if not can_take(submission, colleague):
        raise CannotTake(submission.reference)
    other = services.claimed_by_other(submission, person)
    if other is not None and submission.claimed_by_id is not None:
        tell(submission, submission.claimed_by_id, person, given=False, note=note)
    tell(submission, colleague.id, person, given=True, note=note)
    register.record("submission.hand_over", submission.reference, person_id=person.id, to=colleague.id)
    _give(submission, colleague, HANDED_LASTS)


def can_take(submission: Submission, colleague: Person) -> bool:
    """Whether ``colleague`` works here, moderates the session of ``submission`` and is not on it already.

    Not whether they are kept apart from it: whoever hands it on must not learn that.
    """
    is_theirs = submission.claimed_by_id == colleague.id and not _is_over(submission)
    return colleague.active and not is_theirs and reaches(colleague, "submission.decide", submission)


def put_back(submission: Submission, holder_id: int | None, until: datetime | None) -> None:
    """Let ``submission``, held still, be claimed as it was before: by nobody, if that time is over."""
    is_running = holder_id is not None and until is not None and until > clock.now()
    _write(submission, holder_id if is_running else None, until if is_running else None)


def _must_wait(submission: Submission) -> None:
    if submission.state not in WAITING:
        raise IllegalMove("claim")


def _is_over(submission: Submission) -> bool:
    return submission.claimed_until is None or submission.claimed_until <= clock.now()


def _give(submission: Submission, person: Person, lasts: timedelta) -> None:
    _write(submission, person.id, clock.now() + lasts)


def _write(submission: Submission, holder_id: int | None, until: datetime | None) -> None:
    # No condition: whoever calls holds the row, and has looked at it since.
    session().execute(
        sa.update(Submission)
        .where(Submission.id == submission.id)
        .values(claimed_by_id=holder_id, claimed_until=until)
        .execution_options(synchronize_session=False)
    )
    session().refresh(submission)


def tell(submission: Submission, told_id: int, by: Person, *, given: bool, note: str = "") -> None:
    """Put on the desk of ``told_id`` that ``submission`` was given to them, or taken from them."""
    last = sa.select(sa.func.coalesce(sa.func.max(Handover.number), 0)).where(Handover.submission_id == submission.id)
    number = 1 + session().execute(last).scalar_one()
    sealed = seal_note(submission, "handover", number, {"note": note}) if note else None
    session().add(
        Handover(submission_id=submission.id, number=number, told_id=told_id, by_id=by.id, given=given,
                 note=sealed, at=clock.now(), seen_at=None)
    )  # fmt: skip
    session().flush()


def told(submission: Submission, person: Person) -> list[Told]:
    """What ``person`` has not seen to yet of who gave or took ``submission``; raises ``Unreadable``."""
    reading.must_be_readable(submission, person)
    sought = sa.select(Handover, Person.name, Person.language).join(Person, Person.id == Handover.by_id)
    found = session().execute(sought.where(_unseen(submission, person)).order_by(Handover.number)).all()
    return [
        Told(
            name,
            one.given,
            reading.typed(str(open_note(submission, "handover", one.number, one.note)["note"]), language),
        )
        if one.note is not None
        else Told(name, one.given, Text("", language))
        for one, name, language in found
    ]


def have_seen(submission: Submission, person: Person) -> None:
    """Tell ``person`` no more of who gave or took ``submission``."""
    session().execute(sa.update(Handover).where(_unseen(submission, person)).values(seen_at=clock.now()))


def take_back(submission: Submission, person: Person, colleague_id: int) -> None:
    """Of a hand-over by ``person`` that was undone nobody is told any more; a colleague who knows of it, that it is."""
    own = sa.and_(Handover.submission_id == submission.id, Handover.by_id == person.id)
    unread = sa.delete(Handover).where(own, Handover.seen_at.is_(None)).returning(Handover.told_id, Handover.given)
    if (colleague_id, True) not in {(row.told_id, row.given) for row in session().execute(unread)}:
        tell(submission, colleague_id, person, given=False)


def _unseen(submission: Submission, person: Person) -> sa.ColumnElement[bool]:
    return sa.and_(Handover.submission_id == submission.id, Handover.told_id == person.id, Handover.seen_at.is_(None))


def colleagues(person: Person, held: Sequence[ListeningSession]) -> Sequence[Person]:
    """Who else moderates something of ``held``, by name."""
    places = moderates_any((one.id for one in held), (one.working_group_id for one in held))
    sought = sa.select(Person).where(Person.id != person.id, Person.active, places)
    return session().scalars(sought.order_by(Person.name, Person.id)).all()


def moderates_any(sessions: Iterable[int], groups: Iterable[int | None]) -> sa.ColumnElement[bool]:
    """The condition on ``Person`` that they moderate one of these listening sessions, or of these working groups."""
    roles = [role.value for role in PERMISSIONS["submission.decide"].roles]
    reaches = sa.or_(
        sa.and_(Membership.working_group_id.is_(None), Membership.listening_session_id.is_(None)),
        Membership.working_group_id.in_({group for group in groups if group is not None}),
        Membership.listening_session_id.in_(set(sessions)),
    )
    return sa.exists().where(Membership.person_id == Person.id, Membership.role.in_(roles), reaches).correlate(Person)
