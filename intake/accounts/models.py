"""Organisations, people, their roles, and their visits (signed-in sessions kept on the server)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.foundation.database import Base
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Multilingual, MultilingualText
from intake.foundation.rotation import sealed_by_keyring
from intake.foundation.types import Moment, one_of

from .organisations import organisation_index
from .permissions import Apart, Role, Scope
from .scopes import Reach


class Organisation(Base):
    """An organisation that leads a working group, organises a listening session or employs staff.

    ``aliases`` are other spellings by which it is known again ("APRRN"). ``label`` is what a page
    calls it where that differs by language ("others"); empty for a name that is one everywhere.
    """

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    aliases: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    label: Mapped[Multilingual] = mapped_column(MultilingualText, default=Multilingual, server_default="{}")

    @property
    def indexes(self) -> frozenset[str]:
        """The blind indexes under which its submissions are found, also those that came before an alias was known."""
        return frozenset(map(organisation_index, (self.name, *self.aliases)))


class Person(Base):
    """Somebody who works with Intake. Never a contributor: contributors have no account.

    ``wants_mail``: a mail a day at the most, when something is to be done; ``mailed_on`` is the last such day (UTC).
    """

    __tablename__ = "person"
    __table_args__ = (one_of("language", CODES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(2), default="en")
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    totp_secret: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    totp_last_step: Mapped[int] = mapped_column(default=0)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    active: Mapped[bool] = mapped_column(default=True)
    example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
    wants_mail: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    mailed_on: Mapped[date | None] = mapped_column(sa.Date)

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", cascade="all, delete-orphan", lazy="selectin", order_by="Membership.id"
    )
    conflicts: Mapped[list[Conflict]] = relationship(
        primaryjoin="and_(Person.id == Conflict.person_id, Conflict.ended_at.is_(None))",
        viewonly=True, lazy="selectin", order_by="Conflict.id",
    )  # fmt: skip

    @property
    def role_scopes(self) -> list[tuple[Role, Membership]]:
        """Each role held, with how far it reaches."""
        return [(Role(membership.role), membership) for membership in self.memberships]

    @property
    def apart(self) -> Apart:
        """From what this person is kept apart: the own organisation's, and whatever a conflict is declared with."""
        own = frozenset() if self.organisation is None else self.organisation.indexes
        return Apart(own) | self.declared

    @property
    def declared(self) -> Apart:
        """With what this person has a declared conflict of interest that did not end."""
        standing = self.conflicts
        return Apart(
            frozenset(index for one in standing if one.organisation for index in one.organisation.indexes),
            frozenset(one.listening_session_id for one in standing if one.listening_session_id is not None),
            frozenset(one.submission_id for one in standing if one.submission_id is not None),
        )


sealed_by_keyring("person", "totp_secret", row="id")


class Membership(Base):
    """A role somebody holds: in one working group, in one listening session, or everywhere."""

    __tablename__ = "membership"
    __table_args__ = (
        one_of("role", [role.value for role in Role]),
        sa.CheckConstraint("working_group_id IS NULL OR listening_session_id IS NULL", name="one_scope"),
        sa.CheckConstraint(
            "role <> 'co_lead' OR working_group_id IS NOT NULL OR listening_session_id IS NOT NULL",
            name="co_leads_lead_something",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    working_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("working_group.id"))
    listening_session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("listening_session.id"))

    person: Mapped[Person] = relationship(back_populates="memberships")

    @property
    def reach(self) -> Reach:
        """How far this role reaches."""
        return Reach(self.working_group_id, self.listening_session_id)

    def covers(self, scope: Scope) -> bool:
        """Whether this role reaches what lies in ``scope``."""
        if self.working_group_id is not None:
            return self.working_group_id == scope.working_group_id
        if self.listening_session_id is not None:
            return self.listening_session_id == scope.listening_session_id
        return True


class Conflict(Base):
    """A declared conflict of interest: with an organisation, with a listening session, or with one submission.

    While it stands (``ended_at`` None), nothing of that exists for the person. ``reason`` is sealed: it may tell
    who somebody is. One with a submission goes when that is erased.
    """

    __tablename__ = "conflict"
    __table_args__ = (
        sa.CheckConstraint(
            "(organisation_id IS NOT NULL AND listening_session_id IS NULL AND submission_id IS NULL) OR "
            "(organisation_id IS NULL AND listening_session_id IS NOT NULL AND submission_id IS NULL) OR "
            "(organisation_id IS NULL AND listening_session_id IS NULL AND submission_id IS NOT NULL)",
            name="with_one",
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(43), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    listening_session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    reason: Mapped[bytes] = mapped_column(sa.LargeBinary)
    declared_at: Mapped[datetime] = mapped_column(Moment)
    declared_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")


sealed_by_keyring("conflict", "reason", row="key")


class Visit(Base):
    """A signed-in session: ended here, it is over everywhere, whoever holds a copy of the cookie.

    ``token_digest`` is the SHA-256 of the secret in the cookie. ``confirmed_at`` is when the
    person last proved who they are; acts that reveal contacts ask for a fresh proof.
    """

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime] = mapped_column(Moment)
    second_factor_passed: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="joined")


class Invitation(Base):
    """A one-time link by which somebody sets a password: for new people and forgotten passwords."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship(lazy="joined")
