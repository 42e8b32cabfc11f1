"""Reading about people, their visits and their organisations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from intake.foundation import clock
from intake.foundation.database import session

from .models import Conflict, Invitation, Organisation, Person, Visit


class Credentials(NamedTuple):
    """What somebody's password is checked against; ``password_hash`` is None until one is set."""

    person_id: int
    password_hash: str | None
    active: bool


_CREDENTIALS = sa.select(Person.id, Person.password_hash, Person.active)


def credentials(email: str) -> Credentials | None:
    """The credentials of the person with this normalised address."""
    row = session().execute(_CREDENTIALS.where(Person.email == email)).one_or_none()
    return None if row is None else Credentials(*row)


def credentials_of(person_id: int) -> Credentials:
    """The credentials of the person with this id.

    Raises:
        NoResultFound: there is none.
    """
    return Credentials(*session().execute(_CREDENTIALS.where(Person.id == person_id)).one())


# Every request of somebody signed in asks this, and making the statement costs more than asking it.
_VISIT = sa.select(Visit).where(Visit.token_digest == sa.bindparam("digest")).options(
    joinedload(Visit.person, innerjoin=True).options(
        joinedload(Person.organisation), joinedload(Person.memberships),
        joinedload(Person.conflicts).joinedload(Conflict.organisation),
    )
)  # fmt: skip


def visit(token_digest: str) -> Visit | None:
    """A visit with its person, their roles, organisation and conflicts of interest: one statement.

    All of it is detached from the database session: a commit does not make it be read again.
    """
    database = session()
    found = database.scalars(_VISIT, {"digest": token_digest}).unique().one_or_none()
    if found is not None:
        person = found.person
        with_what = [one.organisation for one in person.conflicts]
        read = dict.fromkeys(filter(None, (found, person, *person.conflicts, person.organisation, *with_what)))
        for one in read:
            database.expunge(one)
    return found


def invitation(token_digest: str) -> Invitation | None:
    """An invitation that can be used now: not used yet, not over, of somebody who works here."""
    sought = sa.select(Invitation).join(Invitation.person).where(
        Invitation.token_digest == token_digest, Invitation.used_at.is_(None),
        Invitation.expires_at > clock.now(), Person.active,
    )  # fmt: skip
    return session().scalars(sought).one_or_none()


def person(email: str) -> Person | None:
    """The person with this normalised address."""
    return session().scalars(sa.select(Person).where(Person.email == email)).one_or_none()


def person_by_id(person_id: int) -> Person:
    """The person with this id.

    Raises:
        NoResultFound: there is none.
    """
    return session().get_one(Person, person_id)


def people() -> Sequence[Person]:
    """Everybody, by address, with roles and organisation."""
    everybody = sa.select(Person).order_by(Person.email).options(selectinload(Person.memberships))
    return session().scalars(everybody).all()


def organisations() -> Sequence[Organisation]:
    """Every organisation, oldest first."""
    return session().scalars(sa.select(Organisation).order_by(Organisation.id)).all()


def visits_of(person_id: int, *, seen_since: datetime) -> int:
    """How many visits of this person went on since a moment."""
    counted = sa.select(sa.func.count()).select_from(Visit)
    return session().scalars(counted.where(Visit.person_id == person_id, Visit.seen_at >= seen_since)).one()
