"""Pages that somebody left quickly: what stands in the browser's history behind them is not shown again.

Who goes back and loads such a page again sends once more what was typed there. It comes from this very browser, so
that nothing else tells it from a page that was open for a long time, whose words are given back. So the random number
of the visit that ended is remembered, as a keyed digest, for as long as a tab may well stay open.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app, request
from flask import session as browser
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .crypto import keyring
from .database import Base, session
from .types import Moment

REMEMBERED_DAYS = 90
_SALT = "wtf-csrf-token"
"""As ``flask_wtf.csrf`` signs the number of a visit that stands in its forms."""


class LeftVisit(Base):
    """A visit that somebody left quickly, by the keyed digest of its random number."""

    __tablename__ = "left_visit"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    erase_after: Mapped[datetime] = mapped_column(Moment, index=True)


def remember() -> None:
    """Remember that the visit of this browser, if it saw a form, is left; its forms are shown to nobody again."""
    number = browser.get(current_app.config["WTF_CSRF_FIELD_NAME"])
    if not number or session().get(LeftVisit, _digest(number)) is not None:
        return
    session().add(LeftVisit(digest=_digest(number), erase_after=clock.now() + timedelta(days=REMEMBERED_DAYS)))
    session().flush()


def is_of_left_visit() -> bool:
    """Whether this browser's visit was left, or the form that is sent stood on a page of one that was."""
    number = browser.get(current_app.config["WTF_CSRF_FIELD_NAME"])
    numbers = [one for one in (number, _number_sent()) if one]
    if not numbers:
        return False
    sought = sa.select(LeftVisit.digest).where(LeftVisit.digest.in_([_digest(str(one)) for one in numbers]))
    return session().execute(sought).first() is not None


def _number_sent() -> object:
    """The number of the visit in the form that is sent, however old its token is; None without one."""
    if request.method != "POST" or not (token := request.form.get("csrf_token")):
        return None
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    try:
        return URLSafeTimedSerializer(keys, salt=_SALT).loads(token)
    except BadData:
        return None


def erase_due() -> int:
    """Forget visits that were left long ago; returns how many."""
    due = sa.delete(LeftVisit).where(LeftVisit.erase_after <= clock.now())
    return session().execute(due).rowcount  # type: ignore[attr-defined]  # a DELETE's result has one


def _digest(number: str) -> str:
    return keyring().index("left", number)
