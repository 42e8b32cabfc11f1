"""What the programme is made of. Every field of a listening session may be unknown on its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.accounts.models import Organisation
from intake.accounts.permissions import Scope
from intake.foundation import clock
from intake.foundation.database import Base
from intake.foundation.multilingual import Multilingual, MultilingualText
from intake.foundation.types import Moment, one_of

from .vocabulary import HIGHEST_TIER, SessionState

_CHECKED_FOR_DAYS = 365
"""For so long a help contact counts as checked."""


class WorkingGroup(Base):
    """A working group of the Network. Groups were renamed over the years: the name has its years."""

    __tablename__ = "working_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[Multilingual] = mapped_column(MultilingualText)
    since: Mapped[int | None]
    until: Mapped[int | None]

    co_leads: Mapped[list[WorkingGroupCoLead]] = relationship(
        cascade="all, delete-orphan", order_by="WorkingGroupCoLead.position"
    )


class WorkingGroupCoLead(Base):
    """An organisation that leads a working group."""

    __tablename__ = "working_group_co_lead"

    working_group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("working_group.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    position: Mapped[int]

    organisation: Mapped[Organisation] = relationship(lazy="joined")


class Series(Base):
    """A programme of listening sessions. The year belongs to it: its dates are written without one."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[Multilingual] = mapped_column(MultilingualText)
    host: Mapped[Multilingual] = mapped_column(MultilingualText)
    note: Mapped[Multilingual] = mapped_column(MultilingualText)
    footer: Mapped[Multilingual] = mapped_column(MultilingualText)
    year: Mapped[int | None]
    example: Mapped[bool] = mapped_column(default=False)

    listening_sessions: Mapped[list[ListeningSession]] = relationship(
        back_populates="series", order_by="ListeningSession.position", cascade="all, delete-orphan"
    )


class ListeningSession(Base):
    """One entry of a series.

    ``code`` is the stem of the references of its submissions and never changes, though
    dates may. ``sitting_count`` None means that nobody knows yet how often it meets.
    ``languages``, ``formats``, ``audience`` hold codes; an empty list means not decided.
    ``consent_ceiling`` is the highest consent tier used (2 under the Chatham House Rule).
    ``interpretation`` is None or ``{mode, from: [codes], to: code or None, scope: {lang: text} or None}``.
    ``changed_at`` moves with every change of the entry: public pages are kept until it does.
    """

    __tablename__ = "listening_session"
    __table_args__ = (
        sa.UniqueConstraint("series_id", "position"),
        one_of("state", [state.value for state in SessionState]),
        sa.CheckConstraint(f"consent_ceiling BETWEEN 0 AND {HIGHEST_TIER}", name="consent_ceiling"),
        sa.CheckConstraint("sitting_count >= 0", name="sitting_count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("series.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    state: Mapped[str] = mapped_column(sa.String(20), default=SessionState.TBD)
    date: Mapped[dt.date | None]
    time_zone: Mapped[str | None] = mapped_column(sa.String(60))
    topic: Mapped[Multilingual] = mapped_column(MultilingualText)
    purpose: Mapped[Multilingual] = mapped_column(MultilingualText)
    working_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("working_group.id"), index=True)
    formats: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    audience: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    interpretation: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    sitting_count: Mapped[int | None]
    consent_ceiling: Mapped[int | None]
    standing: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now, onupdate=clock.now)

    series: Mapped[Series] = relationship(back_populates="listening_sessions")
    working_group: Mapped[WorkingGroup | None] = relationship()
    organisers: Mapped[list[Organiser]] = relationship(cascade="all, delete-orphan", order_by="Organiser.position")
    people: Mapped[list[SessionPerson]] = relationship(cascade="all, delete-orphan", order_by="SessionPerson.position")
    sittings: Mapped[list[Sitting]] = relationship(cascade="all, delete-orphan", order_by="Sitting.position")
    questions: Mapped[list[GuidingQuestion]] = relationship(
        cascade="all, delete-orphan", order_by="GuidingQuestion.position"
    )
    documents: Mapped[list[SessionDocument]] = relationship(
        cascade="all, delete-orphan", order_by="SessionDocument.position"
    )
    outputs: Mapped[list[SessionOutput]] = relationship(cascade="all, delete-orphan", order_by="SessionOutput.position")
    related: Mapped[list[ListeningSession]] = relationship(
        secondary="session_relation",
        primaryjoin="ListeningSession.id == SessionRelation.from_id",
        secondaryjoin="ListeningSession.id == SessionRelation.to_id",
        order_by="ListeningSession.position",
    )
    revisions: Mapped[list[SessionRevision]] = relationship(
        cascade="all, delete-orphan", order_by="SessionRevision.number"
    )

    @property
    def is_open(self) -> bool:
        """Whether it takes submissions now."""
        return self.state == SessionState.OPEN

    @property
    def ceiling(self) -> int:
        """The highest consent tier used for what is said here (0–4)."""
        return HIGHEST_TIER if self.consent_ceiling is None else self.consent_ceiling

    @property
    def scope(self) -> Scope:
        """Where it lies, for ``may``."""
        return Scope(self.id, self.working_group_id)


class Organiser(Base):
    """An organisation that organises a listening session, with or without a working group."""

    __tablename__ = "organiser"

    listening_session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("listening_session.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    position: Mapped[int]

    organisation: Mapped[Organisation] = relationship(lazy="joined")


class SessionPerson(Base):
    """A role in a listening session; who fills it may not be known ("Lead Discussant:")."""

    __tablename__ = "session_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("listening_session.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    role: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str | None] = mapped_column(sa.String(200))


class Sitting(Base):
    """One meeting of a listening session; ``starts_at`` is None until the time is known."""

    __tablename__ = "sitting"
    __table_args__ = (sa.UniqueConstraint("listening_session_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    position: Mapped[int]
    starts_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    minutes: Mapped[int | None]
    time_zone: Mapped[str | None] = mapped_column(sa.String(60))
    language: Mapped[str | None] = mapped_column(sa.String(20))
    link: Mapped[str | None] = mapped_column(sa.String(500))


class GuidingQuestion(Base):
    """A question the listening session asks; extra questions of the form and headings of the digest."""

    __tablename__ = "guiding_question"
    __table_args__ = (sa.UniqueConstraint("listening_session_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[Multilingual] = mapped_column(MultilingualText)


class Document(Base):
    """Something to read or watch: concept note, recording, brief. ``language`` None: several or unknown."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[Multilingual] = mapped_column(MultilingualText)
    url: Mapped[str | None] = mapped_column(sa.String(500))
    language: Mapped[str | None] = mapped_column(sa.String(20))


class ReferralContact(Base):
    """Where somebody in danger can turn to: of one country, or of all (``country`` None).

    ``helps_with`` is shown in the reader's language; ``languages`` are the codes of those spoken there,
    empty where nobody asked; ``checked_on`` is the day on which the secretariat last made sure that
    somebody answers there.
    """

    __tablename__ = "referral_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str | None] = mapped_column(sa.String(2), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    helps_with: Mapped[Multilingual] = mapped_column(MultilingualText)
    telephone: Mapped[str] = mapped_column(sa.String(100), default="")
    address: Mapped[str] = mapped_column(sa.String(300), default="")
    languages: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    checked_on: Mapped[dt.date]
    example: Mapped[bool] = mapped_column(default=False)

    @property
    def is_to_be_checked(self) -> bool:
        """Whether nobody made sure for more than a year."""
        return (clock.day(clock.now()) - self.checked_on).days > _CHECKED_FOR_DAYS

    @property
    def scope(self) -> Scope:
        """Everywhere, for ``may``."""
        return Scope()


class SessionDocument(Base):
    """What a document is to a listening session: its subject, its record, what it feeds."""

    __tablename__ = "session_document"

    listening_session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("listening_session.id", ondelete="CASCADE"), primary_key=True
    )
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]

    document: Mapped[Document] = relationship(lazy="joined")


class Output(Base):
    """What listening leads to: a brief, a report. Its title may not be known yet."""

    __tablename__ = "output"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[Multilingual] = mapped_column(MultilingualText)
    status: Mapped[str] = mapped_column(sa.String(20), default="planned")


class SessionOutput(Base):
    """A listening session that feeds an output; one brief may be fed by several."""

    __tablename__ = "session_output"

    listening_session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("listening_session.id", ondelete="CASCADE"), primary_key=True
    )
    output_id: Mapped[int] = mapped_column(sa.ForeignKey("output.id"), primary_key=True)
    position: Mapped[int]

    output: Mapped[Output] = relationship(lazy="joined")


class SessionRelation(Base):
    """Another listening session on the same subject."""

    __tablename__ = "session_relation"

    from_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"), primary_key=True)
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"), primary_key=True)


class SessionRevision(Base):
    """A change of a listening session: ``changes`` maps a field to ``[before, after]``. Never edited."""

    __tablename__ = "session_revision"
    __table_args__ = (sa.UniqueConstraint("listening_session_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(Moment)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
