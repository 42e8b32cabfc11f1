"""Safeguarding: who is trained for it, and what becomes of a submission whose contributor says that there is danger.

Where somebody is trained for a listening session, such a submission goes to them as it comes and leaves everybody
else's desk. Where nobody is, it stays with the co-leads, who see it first: a flag never makes it unreachable.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext

from intake.accounts.models import Membership, Person
from intake.accounts.permissions import Role
from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.i18n import speaking
from intake.foundation.post import post
from intake.foundation.register import RegisterLine
from intake.programme.models import ListeningSession

from . import workflow
from .models import Submission

TOLD_AT_MOST_EVERY = timedelta(hours=1)
"""Whoever floods the form must not fill somebody's mail box: the desk says how many there are."""

_TELL = "safeguarding.tell"


def is_trained_there() -> sa.ColumnElement[bool]:
    """The condition on ``ListeningSession`` that somebody who works here is trained for it."""
    reaches = sa.or_(
        sa.and_(Membership.working_group_id.is_(None), Membership.listening_session_id.is_(None)),
        Membership.working_group_id == ListeningSession.working_group_id,
        Membership.listening_session_id == ListeningSession.id,
    )
    trained = sa.exists().where(Membership.person_id == Person.id, Person.active, _is_trained(), reaches)
    return trained.correlate(ListeningSession)


def _is_trained() -> sa.ColumnElement[bool]:
    return Membership.role == Role.SAFEGUARDING.value


def has_trained(held: ListeningSession) -> bool:
    """Whether somebody who works here is trained for ``held``."""
    sought = sa.select(ListeningSession.id).where(ListeningSession.id == held.id, is_trained_there())
    return session().execute(sought).first() is not None


def trained_for(submission: Submission) -> Sequence[Person]:
    """Everybody who is trained for the session of ``submission``, and not kept apart from it."""
    trained = sa.exists().where(Membership.person_id == Person.id, _is_trained()).correlate(Person)
    found = session().scalars(sa.select(Person).where(Person.active, trained).order_by(Person.id)).all()
    scope = submission.scope
    return [
        one for one in found
        if not one.apart.covers(scope)
        and any(role is Role.SAFEGUARDING and reach.covers(scope) for role, reach in one.role_scopes)
    ]  # fmt: skip


def receive(submission: Submission) -> None:
    """Hand ``submission``, whose contributor says that somebody is in danger, to whoever is trained, if anybody is."""
    if submission.danger_now and has_trained(submission.listening_session):
        workflow.make(
            submission, "danger", version=submission.version, person_id=None, claimed_by_id=None, claimed_until=None
        )
        tell(submission)


def tell(submission: Submission) -> None:
    """Post to everybody who is trained for ``submission`` that something waits: nothing of what, or from whom."""
    for person in trained_for(submission):
        if not person.example and not _was_told(person):
            register.record(_TELL, f"person:{person.id}")
            with speaking(person.language):
                path = current_app.url_map.bind("").build("moderation.care", {"lang": person.language})
                address = current_app.config["SETTINGS"].base_url + path
                body = gettext("Something waits for you on the safeguarding desk:\n\n%(address)s\n", address=address)
                post(person.email, gettext("Something waits for you"), body)


def _was_told(person: Person) -> bool:
    lately = sa.select(RegisterLine.number).where(
        RegisterLine.subject == f"person:{person.id}", RegisterLine.act == _TELL,
        RegisterLine.at > clock.now() - TOLD_AT_MOST_EVERY,
    )  # fmt: skip
    return session().execute(lately.limit(1)).first() is not None
