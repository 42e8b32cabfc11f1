"""Reading the programme. Every function asks a fixed number of questions, however many entries there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from intake.accounts.models import Organisation, Person
from intake.accounts.scopes import Reach
from intake.foundation.database import engine, session

from .models import (
    Document,
    ListeningSession,
    Output,
    ReferralContact,
    Series,
    SessionDocument,
    SessionOutput,
    SessionRevision,
    WorkingGroup,
)
from .vocabulary import SessionState

_WHOLE: tuple[ExecutableOption, ...] = (
    joinedload(ListeningSession.series),
    joinedload(ListeningSession.working_group).selectinload(WorkingGroup.co_leads),
    selectinload(ListeningSession.organisers),
    selectinload(ListeningSession.people),
    selectinload(ListeningSession.sittings),
    selectinload(ListeningSession.questions),
    selectinload(ListeningSession.documents),
    selectinload(ListeningSession.outputs),
    selectinload(ListeningSession.related),
)

_VERSION = sa.select(sa.func.count(), sa.func.max(ListeningSession.changed_at)).select_from(ListeningSession.__table__)

_SESSION_VERSION = sa.select(ListeningSession.id, ListeningSession.state, ListeningSession.changed_at).where(
    ListeningSession.slug == sa.bindparam("slug")
)


_ANSWERED: list[Callable[[ListeningSession], bool]] = []


def tells_of_answers(asked: Callable[[ListeningSession], bool]) -> Callable[[ListeningSession], bool]:
    """Declare that ``asked`` knows whether anything was sent or saved to a session: features above keep what was."""
    _ANSWERED.append(asked)
    return asked


def is_answered(held: ListeningSession) -> bool:
    """Whether anything that was sent or saved to ``held`` is kept, whatever its state is now."""
    return any(asked(held) for asked in _ANSWERED)


def all_series() -> Sequence[Series]:
    """Every series, the latest year first."""
    return session().scalars(sa.select(Series).order_by(Series.year.desc().nulls_last(), Series.id.desc())).all()


def series_by_slug(slug: str) -> Series | None:
    """The series at that address."""
    return session().scalar(sa.select(Series).where(Series.slug == slug))


def programme(series: Series) -> Sequence[ListeningSession]:
    """The entries of ``series`` in its order, with what a list shows of them."""
    sought = (
        sa.select(ListeningSession)
        .where(ListeningSession.series_id == series.id)
        .order_by(ListeningSession.position)
        .options(joinedload(ListeningSession.working_group), selectinload(ListeningSession.organisers))
    )
    return session().scalars(sought).all()


def whole_programme(series: Series) -> Sequence[ListeningSession]:
    """The entries of ``series`` in its order, with everything that belongs to them but their revisions."""
    sought = sa.select(ListeningSession).where(ListeningSession.series_id == series.id)
    return session().scalars(sought.order_by(ListeningSession.position).options(*_WHOLE)).all()


def session_by_slug(slug: str) -> ListeningSession | None:
    """The listening session at that address; what belongs to it is read when it is asked for."""
    sought = sa.select(ListeningSession).where(ListeningSession.slug == slug)
    return session().scalar(sought.options(joinedload(ListeningSession.series)))


def slugs() -> Sequence[str]:
    """The addresses of all listening sessions."""
    return session().scalars(sa.select(ListeningSession.slug)).all()


def session_version(slug: str) -> str | None:
    """Changes whenever the listening session at that address does; None when there is none.

    Asked like ``version``: for every form that somebody opens.
    """
    with engine().connect() as connection:
        row = connection.execute(_SESSION_VERSION, {"slug": slug}).one_or_none()
    return version_of(row) if row else None


def version_of(held: Any) -> str:
    """``session_version`` of a listening session that is at hand, or of its row."""
    return f"{held.id} {held.state} {held.changed_at}"


def closed_at(held: ListeningSession) -> datetime | None:
    """When ``held`` last stopped taking submissions; None while it does, or where that is not known."""
    if held.is_open:
        return None
    for revision in sorted(held.revisions, key=lambda one: one.number, reverse=True):
        before, _after = revision.changes.get("state", (None, None))
        if before == SessionState.OPEN:
            return revision.at
    return None


def whole_session(slug: str) -> ListeningSession | None:
    """The listening session at that address with everything its page shows."""
    sought = sa.select(ListeningSession).where(ListeningSession.slug == slug)
    return session().scalar(sought.options(*_WHOLE, selectinload(ListeningSession.revisions)))


def latest_revisions(most: int = 50) -> Sequence[tuple[SessionRevision, ListeningSession, str | None]]:
    """The latest changes of all programmes, newest first: what changed, of which session, who changed it."""
    sought = (
        sa.select(SessionRevision, ListeningSession, Person.name)
        .join(ListeningSession, ListeningSession.id == SessionRevision.listening_session_id)
        .outerjoin(Person, Person.id == SessionRevision.person_id)
        .order_by(SessionRevision.id.desc())
        .limit(most)
    )
    return [(revision, held, name) for revision, held, name in session().execute(sought)]


def version() -> str:
    """Changes whenever any entry of any programme does: what public pages are kept by.

    It is asked for every page, so it goes past the session: one statement that is built once.
    """
    with engine().connect() as connection:
        count, latest = connection.execute(_VERSION).one()
    return f"{count} {latest}"


def reach_called(where: str) -> Reach | None:
    """The working group with the code ``where``, else the listening session with that slug or code."""
    group = session().scalar(sa.select(WorkingGroup.id).where(WorkingGroup.code == where))
    if group is not None:
        return Reach(working_group_id=group)
    called = sa.or_(ListeningSession.slug == where, ListeningSession.code == where)
    sought = sa.select(ListeningSession.id).where(called)
    held = session().scalar(sought)
    return Reach(listening_session_id=held) if held is not None else None


def name_of_reach(reach: Reach) -> str:
    """The code of the working group, or of the listening session, that ``reach`` stands for."""
    if reach.working_group_id is not None:
        return session().scalar(sa.select(WorkingGroup.code).where(WorkingGroup.id == reach.working_group_id)) or ""
    sought = sa.select(ListeningSession.code).where(ListeningSession.id == reach.listening_session_id)
    return session().scalar(sought) or ""


def taken() -> tuple[set[str], set[str]]:
    """The slugs and the codes of all listening sessions, of all series."""
    rows = session().execute(sa.select(ListeningSession.slug, ListeningSession.code)).all()
    return {slug for slug, _ in rows}, {code for _, code in rows}


def organisations() -> Sequence[Organisation]:
    """Every organisation known."""
    return session().scalars(sa.select(Organisation).order_by(Organisation.id)).all()


def working_groups() -> Sequence[WorkingGroup]:
    """Every working group known, by code."""
    return session().scalars(sa.select(WorkingGroup).order_by(WorkingGroup.code)).all()


def sessions_at(series_id: int, positions: Sequence[int]) -> Sequence[ListeningSession]:
    """The listening sessions of a series that stand at ``positions``."""
    return session().scalars(
        sa.select(ListeningSession).where(
            ListeningSession.series_id == series_id, ListeningSession.position.in_(positions)
        )
    ).all()  # fmt: skip


def documents(kind: str) -> Sequence[Document]:
    """The documents of that kind, of all sessions."""
    return session().scalars(sa.select(Document).where(Document.kind == kind).order_by(Document.id)).all()


def outputs(kind: str) -> Sequence[Output]:
    """The outputs of that kind, of all sessions."""
    return session().scalars(sa.select(Output).where(Output.kind == kind).order_by(Output.id)).all()


def is_shared(thing: Document | Output) -> bool:
    """Whether more than one listening session refers to ``thing``."""
    link = SessionDocument.document_id if isinstance(thing, Document) else SessionOutput.output_id
    return (session().scalar(sa.select(sa.func.count()).where(link == thing.id)) or 0) > 1


def referral_contacts(country: str | None = None) -> Sequence[ReferralContact]:
    """Where somebody in ``country`` can turn to, its own contacts first; without one all there are, by country."""
    sought = sa.select(ReferralContact).order_by(
        ReferralContact.country.is_(None), ReferralContact.country, ReferralContact.name, ReferralContact.id
    )
    if country:
        sought = sought.where(sa.or_(ReferralContact.country == country, ReferralContact.country.is_(None)))
    return session().scalars(sought).all()


def referral_contact(identity: int) -> ReferralContact | None:
    """The contact with this id."""
    return session().get(ReferralContact, identity)
