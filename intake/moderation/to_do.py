"""The mail that says there is something to do: to co-leads who want it, once a day at the most.

It holds three figures and the address of the desk: no words of anybody, no names, no group.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from intake.accounts.models import Person
from intake.foundation import clock
from intake.foundation.database import session
from intake.foundation.i18n import speaking
from intake.foundation.post import post

from . import facets, queries
from .facets import ToDo

FROM_HOUR = 5
"""Before this hour (UTC) no day begins: whoever is told can do something about it."""


def people_to_tell() -> Sequence[int]:
    """The ids of the people who want to be told and were not told today; none before the day begins."""
    moment = clock.now()
    if moment.hour < FROM_HOUR:
        return ()
    return session().scalars(sa.select(Person.id).where(_is_to_be_told(clock.day(moment))).order_by(Person.id)).all()


def tell(person_id: int) -> bool:
    """Post the mail to one of them, if there is anything to do; whether it was posted.

    Of several workers at once one does: the day is written down in the same transaction.
    """
    person, today = session().get_one(Person, person_id), clock.day(clock.now())
    found = facets.to_do(person, queries.sessions_moderated(person))
    if not found:
        return False
    told = session().execute(
        sa.update(Person)
        .where(Person.id == person_id, _is_to_be_told(today))
        .values(mailed_on=today)
        .execution_options(synchronize_session=False)
    )
    if told.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
        return False
    with speaking(person.language):
        post(person.email, _("There is something to do"), _words(found, person.language))
    return True


def _is_to_be_told(today: date) -> sa.ColumnElement[bool]:
    is_new = sa.or_(Person.mailed_on.is_(None), Person.mailed_on < today)
    return sa.and_(Person.wants_mail, Person.active, Person.example.is_(False), is_new)


def _words(found: ToDo, language: str) -> str:
    lines = []
    if found.overdue:
        lines.append(ngettext("%(num)s decision is overdue", "%(num)s decisions are overdue", found.overdue))
    if found.unanswered:
        lines.append(
            ngettext(
                "%(num)s question has had no answer for too long",
                "%(num)s questions have had no answer for too long",
                found.unanswered,
            )
        )
    if found.held:
        lines.append(
            ngettext(
                "%(number)s question waits in the outbox until somebody has read it",
                "%(number)s questions wait in the outbox until somebody has read them",
                found.held,
                number=found.held,
            )
        )
    path = current_app.url_map.bind("").build("moderation.queue", {"lang": language})
    address = current_app.config["SETTINGS"].base_url + path
    return (
        _(
            "On your desk:\n\n%(lines)s\n\nThe desk: %(address)s\n\n"
            "You asked for this mail, once a day at the most. On your own page you can end it.",
            lines="\n".join(f"- {line}" for line in lines),
            address=address,
        )
        + "\n"
    )
