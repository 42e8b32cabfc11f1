"""Submissions: the row that moves, and the immutable rows under it.

What people wrote is sealed under keys of the submission's own (``text_key``,
``contact_key``), themselves wrapped by the installation's keyring. Setting such a key to NULL
erases what it sealed, once the journal is emptied (``database.forget_journal``; on PostgreSQL not before its leftovers
are useless, as said there); a copy of the database made before still holds it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.accounts.models import Person
from intake.accounts.permissions import Scope
from intake.foundation.database import Base
from intake.foundation.languages import CODES
from intake.foundation.rotation import sealed_by_keyring
from intake.foundation.types import Moment, one_of
from intake.programme.models import ListeningSession

from .consent import Consent, Tier, effective
from .vocabulary import WRITTEN, Channel, Kind, State


class ReferenceCounter(Base):
    """The last number given to a kind of submission in a listening session."""

    __tablename__ = "reference_counter"

    listening_session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("listening_session.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    last: Mapped[int]


class Submission(Base):
    """What somebody tells one listening session.

    ``reference`` is public and citable; ``receipt_digest`` and ``form_digest`` are keyed
    digests of the contributor's code and of the form's token, ``sent_digest`` of what was sent
    with it: the same form sent twice is told from a form that was changed and sent again.
    ``tier_cap`` is the highest tier that care for the person concerned allows, ``promised_ceiling`` the ceiling
    of the session that the contributor was told of when they agreed: a later one may be lower, never higher.
    ``accepted_revision`` is what stands in digests, also while a later revision waits;
    ``language``, ``stakeholder_type`` and ``country`` are those of that revision, or of the
    latest while none is accepted. ``version`` counts changes of this row, ``receipt_visits`` how
    often somebody left in a hurry: visits with the receipt that began before are over.
    ``came_by`` and ``entry`` (sealed with the text) tell how it came, where ``recorded_by`` entered it for somebody.
    ``message_waiting`` says that the contributor wrote a message that no moderator has seen to,
    ``asked_at`` since when the question waits that is open.
    """

    __tablename__ = "submission"
    __table_args__ = (
        one_of("kind", [kind.value for kind in Kind]),
        one_of("state", [state.value for state in State]),
        one_of("channel", [channel.value for channel in Channel]),
        one_of("language", CODES),
        one_of("interface_language", CODES),
        one_of("consent_tier", [int(tier) for tier in Tier]),
        one_of("tier_cap", [int(tier) for tier in Tier]),
        sa.CheckConstraint("(claimed_by_id IS NULL) = (claimed_until IS NULL)", name="claim_is_whole"),
        sa.CheckConstraint("state <> 'accepted' OR accepted_revision IS NOT NULL", name="accepted_says_what"),
        sa.CheckConstraint("state <> 'withdrawn' OR contact_key IS NULL", name="withdrawn_forgets_who"),
        sa.CheckConstraint("text_key IS NOT NULL OR state = 'withdrawn'", name="only_withdrawn_is_erased"),
        sa.Index("ix_submission_queue", "listening_session_id", "received_at", "id"),
        sa.Index("ix_submission_state", "state", "received_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(60), unique=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20), default=State.SUBMITTED)
    channel: Mapped[str] = mapped_column(sa.String(20), default=Channel.FORM)
    received_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    language: Mapped[str] = mapped_column(sa.String(2))
    interface_language: Mapped[str] = mapped_column(sa.String(2))
    stakeholder_type: Mapped[str | None] = mapped_column(sa.String(40))
    country: Mapped[str | None] = mapped_column(sa.String(2))
    danger_now: Mapped[bool] = mapped_column(default=False)
    child_alone: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    consent_tier: Mapped[int]
    tier_cap: Mapped[int] = mapped_column(default=Tier.NAMED)
    promised_ceiling: Mapped[int] = mapped_column(server_default="0")
    follow_up: Mapped[bool] = mapped_column(default=False)
    publication: Mapped[bool] = mapped_column(default=False)
    machine_translation: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    organisation_index: Mapped[str | None] = mapped_column(sa.String(64))
    form_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    receipt_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    sent_digest: Mapped[str | None] = mapped_column(sa.String(64))
    text_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    contact_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    receipt_visits: Mapped[int] = mapped_column(default=0, server_default="0")
    message_waiting: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    erase_after: Mapped[datetime | None] = mapped_column(Moment, index=True)

    accepted_revision: Mapped[int | None]
    claimed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    came_by: Mapped[str | None] = mapped_column(sa.String(20))
    entry: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    example: Mapped[bool] = mapped_column(default=False)

    listening_session: Mapped[ListeningSession] = relationship(lazy="joined")
    claimed_by: Mapped[Person | None] = relationship(foreign_keys=[claimed_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
    revisions: Mapped[list[Revision]] = relationship(
        back_populates="submission", order_by="Revision.number", passive_deletes=True
    )
    messages: Mapped[list[Message]] = relationship(order_by="Message.number", passive_deletes=True)
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.number", passive_deletes=True)

    @property
    def consent(self) -> Consent:
        """What its contributor agreed to, as it stands."""
        return Consent(
            Tier(self.consent_tier), follow_up=self.follow_up, publication=self.publication,
            machine_translation=self.machine_translation,
        )  # fmt: skip

    @property
    def effective_tier(self) -> Tier:
        """The consent that counts for every use of these words."""
        return effective(self.consent_tier, self.tier_cap, self.promised_ceiling, self.listening_session.ceiling)

    @property
    def held_to(self) -> int | None:
        """The ceiling that still counts because it was promised, where it limits what was chosen and that of now less.

        None where no promise limits anything.
        """
        promised = self.promised_ceiling
        return promised if promised < min(self.consent_tier, self.listening_session.ceiling) else None

    @property
    def consent_within_promise(self) -> Consent:
        """What its contributor agreed to, as far as it counts under what they were told: a change begins from it."""
        return self.consent if self.held_to is None else replace(self.consent, tier=Tier(self.held_to))

    @property
    def is_amended(self) -> bool:
        """Whether the contributor changed it since it was accepted: what was accepted stands until that is decided."""
        return self.state != State.ACCEPTED and self._stands_behind

    @property
    def is_kept_back(self) -> bool:
        """Whether an earlier revision was kept, and the contributor's later one was not taken."""
        return self.state == State.ACCEPTED and self._stands_behind

    @property
    def _stands_behind(self) -> bool:
        return self.accepted_revision is not None and self.accepted_revision < self.revisions[-1].number

    @property
    def scope(self) -> Scope:
        """Where it lies and whose it is, for ``may``."""
        held = self.listening_session
        return Scope(held.id, held.working_group_id, self.organisation_index, self.id)


class Draft(Base):
    """A form that is not sent yet, kept under the receipt code that its submission will have.

    ``typed`` is everything on the form as it was typed, sealed under the draft's own ``key``.
    ``version`` counts savings, so that one of two devices is told of the other; ``receipt_visits``
    is as of a submission.
    """

    __tablename__ = "draft"
    __table_args__ = (
        one_of("kind", [kind.value for kind in WRITTEN]),
        one_of("interface_language", CODES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("listening_session.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(sa.String(20))
    interface_language: Mapped[str] = mapped_column(sa.String(2))
    receipt_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    erase_after: Mapped[datetime] = mapped_column(Moment, index=True)
    key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    typed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    receipt_visits: Mapped[int] = mapped_column(default=0, server_default="0")

    listening_session: Mapped[ListeningSession] = relationship(lazy="joined")


class Attachment(Base):
    """A file that a contributor added to a draft or to a submission.

    Its bytes lie in the store under the random name ``stored``, sealed under the file's own ``key``;
    with the key goes the file. ``name`` is what it was called, sealed, for the contributor alone.
    ``found`` are the codes of what was taken out, ``digest`` a keyed digest of what was sent: sent
    twice, it is kept once.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        sa.CheckConstraint("(draft_id IS NULL) <> (submission_id IS NULL)", name="of_one"),
        sa.UniqueConstraint("draft_id", "digest"),
        sa.UniqueConstraint("submission_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draft.id", ondelete="CASCADE"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    size: Mapped[int]
    stored: Mapped[str] = mapped_column(sa.String(60), unique=True)
    key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    name: Mapped[bytes] = mapped_column(sa.LargeBinary)
    found: Mapped[list[str]] = mapped_column(sa.JSON)
    scan: Mapped[str] = mapped_column(sa.String(20))
    digest: Mapped[str] = mapped_column(sa.String(64))
    added_at: Mapped[datetime] = mapped_column(Moment)


sealed_by_keyring("attachment", "key", row="stored")
sealed_by_keyring("submission", "text_key", row="reference")
sealed_by_keyring("submission", "contact_key", row="reference")
sealed_by_keyring("draft", "key", row="receipt_digest")


class Revision(Base):
    """An immutable state of what was written: sealed JSON of the answers, contacts apart.

    ``erased_at`` says that words of it were erased for good; nothing else of it ever changes.
    """

    __tablename__ = "revision"
    __table_args__ = (sa.UniqueConstraint("submission_id", "number"), one_of("language", CODES))

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    language: Mapped[str] = mapped_column(sa.String(2))
    answers: Mapped[bytes] = mapped_column(sa.LargeBinary)
    contact: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)

    submission: Mapped[Submission] = relationship(back_populates="revisions")


class ConsentRecord(Base):
    """What was agreed, when, and in exactly which words it was asked. Never edited."""

    __tablename__ = "consent_record"
    __table_args__ = (one_of("tier", [int(tier) for tier in Tier]),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    tier: Mapped[int]
    follow_up: Mapped[bool]
    publication: Mapped[bool]
    machine_translation: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    language: Mapped[str] = mapped_column(sa.String(2))
    wording: Mapped[str] = mapped_column(sa.Text)
    wording_version: Mapped[str] = mapped_column(sa.String(12))

    @property
    def consent(self) -> Consent:
        """What was agreed to."""
        return Consent(
            Tier(self.tier), follow_up=self.follow_up, publication=self.publication,
            machine_translation=self.machine_translation,
        )  # fmt: skip


class Message(Base):
    """A question to the contributor, or an answer behind the receipt; sealed with the text."""

    __tablename__ = "message"
    __table_args__ = (sa.UniqueConstraint("submission_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    from_contributor: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(sa.String(2))
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Decision(Base):
    """One move of a submission: who, when, from where to where. A record that cannot be changed.

    ``person_id`` None means the contributor. ``reason`` is sealed with the text: it may
    speak of what was written.
    """

    __tablename__ = "decision"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        one_of("from_state", [state.value for state in State], "from_state"),
        one_of("to_state", [state.value for state in State], "to_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(sa.String(20))
    from_state: Mapped[str] = mapped_column(sa.String(20))
    to_state: Mapped[str] = mapped_column(sa.String(20))
    revision: Mapped[int]
    reason: Mapped[bytes | None] = mapped_column(sa.LargeBinary)

    person: Mapped[Person | None] = relationship()
