"""What the desk adds to a submission: its codes, questions to its contributor, and the indexes of the queue."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from intake.accounts.models import Person
from intake.accounts.permissions import Scope
from intake.foundation.database import Base
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Multilingual, MultilingualText
from intake.foundation.types import Moment, one_of
from intake.submissions.models import Submission
from intake.submissions.services import erased_with_submission
from intake.submissions.vocabulary import State
from intake.submissions.workflow import WAITING


class Scheme(StrEnum):
    """From which vocabulary a code comes."""

    THEME = "theme"
    GCM_OBJECTIVE = "gcm_objective"


VOCABULARY_OF = {Scheme.THEME: "themes", Scheme.GCM_OBJECTIVE: "gcm_objectives"}


@erased_with_submission
class Coding(Base):
    """A theme or an objective that a moderator found in a submission."""

    __tablename__ = "coding"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "scheme", "code"),
        one_of("scheme", [scheme.value for scheme in Scheme]),
        sa.Index("ix_coding_code", "scheme", "code", "submission_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    scheme: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(40))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)


class QuestionState(StrEnum):
    """What became of a question that was written."""

    HELD = "held"
    SENT = "sent"
    DISCARDED = "discarded"


class TemplateAct(StrEnum):
    """What was done to a template of questions."""

    ADD = "add"
    CHANGE = "change"
    RETIRE = "retire"
    RESTORE = "restore"


class QuestionTemplate(Base):
    """A question that is asked again and again: for everybody, or kept by one working group or listening session.

    ``origin`` names the one of the set that comes with Intake from which it was made.
    """

    __tablename__ = "question_template"
    __table_args__ = (sa.CheckConstraint("working_group_id IS NULL OR listening_session_id IS NULL", name="one_scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    working_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("working_group.id"), index=True)
    listening_session_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("listening_session.id", ondelete="CASCADE"), index=True
    )
    origin: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    title: Mapped[Multilingual] = mapped_column(MultilingualText)
    text: Mapped[Multilingual] = mapped_column(MultilingualText)
    retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def scope(self) -> Scope:
        """Where it lies, for ``may``."""
        return Scope(self.listening_session_id, self.working_group_id)

    @property
    def missing(self) -> tuple[str, ...]:
        """The codes of the languages in which its title or its text is missing."""
        return tuple(code for code in CODES if code not in self.title or code not in self.text)


class QuestionTemplateChange(Base):
    """One change of a template: who (nobody for what came with Intake), when, from what to what. Never edited."""

    __tablename__ = "question_template_change"
    __table_args__ = (one_of("act", [act.value for act in TemplateAct]),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("question_template.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(sa.String(20))
    old: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    new: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


@erased_with_submission
class HeldQuestion(Base):
    """A question to a contributor from when it is written: held in the outbox, then sent by somebody, or discarded.

    ``body`` is sealed with the text; a question that was sent is a message, and has no words here. ``revision``
    is the one that was read when it was written, ``written_by`` whoever wrote it as it is now. ``reached`` says
    whether the one reminder could be posted.
    """

    __tablename__ = "held_question"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        one_of("state", [state.value for state in QuestionState]),
        one_of("language", CODES),
        sa.CheckConstraint("(state = 'sent') = (body IS NULL)", name="sent_is_a_message"),
        sa.CheckConstraint("(state = 'held') = (ended_at IS NULL)", name="held_until_it_ends"),
        sa.Index("ix_held_question_one", "submission_id", unique=True,
                 sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'")),
        sa.Index("ix_held_question_waiting", "written_at", "submission_id",
                 sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'")),
        sa.Index("ix_held_question_sent", "ended_at", "submission_id",
                 sqlite_where=sa.text("state = 'sent'"), postgresql_where=sa.text("state = 'sent'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(20), default=QuestionState.HELD)
    template_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question_template.id", ondelete="SET NULL"))
    language: Mapped[str] = mapped_column(sa.String(2))
    body: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    revision: Mapped[int]
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    reached: Mapped[bool | None]

    submission: Mapped[Submission] = relationship()
    written_by: Mapped[Person] = relationship(foreign_keys=[written_by_id])


class CareKind(StrEnum):
    """What somebody who is trained for safeguarding writes down."""

    REFERRAL = "referral"
    OUTCOME = "outcome"
    NOTE = "note"


@erased_with_submission
class CareRecord(Base):
    """What was done for somebody while their submission was with safeguarding: a referral, an outcome, a note.

    ``note`` is sealed with the text, and holds the name of the contact that somebody was referred to: contacts are
    changed and removed. Rows are added and never changed.
    """

    __tablename__ = "care_record"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        one_of("kind", [kind.value for kind in CareKind]),
        sa.CheckConstraint("kind = 'referral' OR contact_id IS NULL", name="only_referrals_have_a_contact"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(20))
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("referral_contact.id", ondelete="SET NULL"))
    note: Mapped[bytes] = mapped_column(sa.LargeBinary)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)


@erased_with_submission
class CodingAfresh(Base):
    """Somebody codes a submission without seeing what others made of it, until it is done."""

    __tablename__ = "coding_afresh"

    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, autoincrement=False)
    started_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class SecondCoding(Base):
    """Somebody is asked to code a sample without seeing what others made of it, until all of it is done.

    The sample of ``size`` was drawn from the ``drawn_from`` submissions that could be, in the order of their
    numbers, by ``seed``: whoever has these can draw it again.
    """

    __tablename__ = "second_coding"
    __table_args__ = (
        sa.Index("ix_second_coding_one", "listening_session_id", "coder_id", unique=True,
                 sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    coder_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    seed: Mapped[str] = mapped_column(sa.String(32))
    size: Mapped[int]
    drawn_from: Mapped[int]
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    coder: Mapped[Person] = relationship(foreign_keys=[coder_id])


@erased_with_submission
class SecondCodingItem(Base):
    """One submission of a sample; ``first`` and ``second`` are the themes of either when the second was done."""

    __tablename__ = "second_coding_item"

    second_coding_id: Mapped[int] = mapped_column(
        sa.ForeignKey("second_coding.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    first: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    second: Mapped[list[str]] = mapped_column(sa.JSON, default=list)


def codes_unseen() -> sa.ColumnElement[bool]:
    """The condition that whoever asks (``me``) codes the submission of a ``Coding`` without seeing others' codes."""
    return Coding.submission_id.in_(coded_afresh_by(sa.bindparam("me", type_=sa.Integer)))


def coded_afresh_by(person: sa.ColumnElement[int]) -> sa.Select[int]:
    """The submissions that ``person`` codes without seeing others' codes: so few that they are looked up once."""
    here = CodingAfresh.person_id == person, CodingAfresh.done_at.is_(None)
    return sa.select(CodingAfresh.submission_id).where(*here)


def is_waiting() -> sa.ColumnElement[bool]:
    """The condition that a submission waits for a decision, written out so that the partial index is found."""
    return Submission.state.in_(
        sa.bindparam("waiting", [state.value for state in WAITING], expanding=True, literal_execute=True)
    )


def is_asked() -> sa.ColumnElement[bool]:
    """The condition that a question to the contributor is open, written out for the same reason."""
    return Submission.state == sa.bindparam("asked", State.QUESTION_ASKED.value, literal_execute=True)


def is_held() -> sa.ColumnElement[bool]:
    """The condition on ``HeldQuestion`` that it lies in the outbox, written out for the same reason."""
    return HeldQuestion.state == sa.bindparam("held", QuestionState.HELD.value, literal_execute=True)


_WAITING_ROWS = Submission.state.in_([state.value for state in WAITING])


def _index_waiting(name: str, *columns: InstrumentedAttribute[Any]) -> None:
    """An index of what waits, in the lists of one session after the other."""
    sa.Index(
        f"ix_submission_{name}", Submission.listening_session_id, *columns,
        sqlite_where=_WAITING_ROWS, postgresql_where=_WAITING_ROWS,
    )  # fmt: skip


_index_waiting(
    "waiting",
    Submission.received_at, Submission.id,
    # What narrows a list stands in its index: the rows themselves are read only where they are shown.
    Submission.language, Submission.kind, Submission.country, Submission.stakeholder_type,
    Submission.claimed_by_id, Submission.claimed_until, Submission.organisation_index, Submission.state,
    Submission.accepted_revision, Submission.changed_at, Submission.danger_now, Submission.child_alone,
    Submission.message_waiting,
)  # fmt: skip
_index_waiting("changed", Submission.changed_at, Submission.id)
_index_waiting("language_waiting", Submission.language, Submission.received_at, Submission.id)
_index_waiting("who_waiting", Submission.stakeholder_type, Submission.received_at, Submission.id)
_index_waiting("claimed", Submission.claimed_by_id, Submission.received_at, Submission.id)
_AMENDED = sa.and_(Submission.accepted_revision.is_not(None), _WAITING_ROWS)
sa.Index(
    "ix_submission_amended",
    Submission.listening_session_id,
    Submission.changed_at,
    Submission.id,
    sqlite_where=_AMENDED,
    postgresql_where=_AMENDED,
)
_DANGER = sa.and_(Submission.danger_now.is_(True), _WAITING_ROWS)
sa.Index(
    "ix_submission_danger",
    Submission.listening_session_id,
    Submission.received_at,
    Submission.id,
    sqlite_where=_DANGER,
    postgresql_where=_DANGER,
)
_CHILD_ALONE = sa.and_(Submission.child_alone.is_(True), _WAITING_ROWS)
sa.Index(
    "ix_submission_child_alone",
    Submission.listening_session_id,
    Submission.received_at,
    Submission.id,
    sqlite_where=_CHILD_ALONE,
    postgresql_where=_CHILD_ALONE,
)
sa.Index(
    "ix_submission_message",
    Submission.listening_session_id,
    Submission.received_at,
    Submission.id,
    sqlite_where=Submission.message_waiting.is_(True),
    postgresql_where=Submission.message_waiting.is_(True),
)
sa.Index(
    "ix_submission_desk",
    Submission.listening_session_id,
    Submission.state,
    Submission.received_at,
    Submission.id,
    Submission.organisation_index,
)
_ASKED = Submission.state == State.QUESTION_ASKED
sa.Index(
    "ix_submission_asked",
    Submission.listening_session_id,
    Submission.asked_at,
    Submission.id,
    sqlite_where=_ASKED,
    postgresql_where=_ASKED,
)
