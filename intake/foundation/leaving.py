"""Pages that somebody left quickly: what stands in the browser's history behind them is not shown again.

Who goes back and loads such a page again sends once more what was typed there. It comes from this very browser, so
that nothing else tells it from a page that was open for a long time, whose words are given back. So the random number
of the visit that ended is remembered, as a keyed digest, for as long as a tab may well stay open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app, request
from flask import session as browser
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .crypto import keyring
from .database import Base, session
from .types import Moment

MARK = "gone"
"""The cookie that a page sets itself when somebody leaves quickly (``contributor.js``), since without a connection
nobody else is told. It holds the token of that page, so that it says which visit is over, and of no other one."""
REMEMBERED_DAYS = 90
_FIELD = "csrf_token"
_SALT = "wtf-csrf-token"
"""As ``flask_wtf.csrf`` signs the number of a visit that stands in its forms."""


class LeftVisit(Base):
    """A visit that somebody left quickly, by the keyed digest of its random number."""

    __tablename__ = "left_visit"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    erase_after: Mapped[datetime] = mapped_column(Moment, index=True)


def fields_of_visit() -> Markup:
    """What a form of a contributor begins with: its token, and a name of its own for each visit.

    A browser that goes back several pages fills a form with what was typed there, if its address and the names of its
    first fields are the same (HTML, "persisted user state"; so Chromium and WebKit). After another visit they are not.
    The named field is never sent.
    """
    token = generate_csrf()
    name = hashlib.sha256(_own_number().encode()).hexdigest()[:4]
    begin = Markup('<input type="hidden" name="v{}" disabled>').format(name)
    return begin + Markup('<input type="hidden" name="{}" value="{}">').format(_FIELD, token)


def remember(marked_only: bool = False) -> None:
    """Remember that the visits of this request are left; their forms are shown to nobody again.

    Those of the browser and of the form that is sent; with ``marked_only`` the one that its mark names.
    """
    for digest in _digests([_marked()] if marked_only else [_own_number(), _number_sent()]):
        if session().get(LeftVisit, digest) is None:
            erase_after = clock.now() + timedelta(days=REMEMBERED_DAYS)
            session().add(LeftVisit(digest=digest, erase_after=erase_after))
    session().flush()


def is_marked() -> bool:
    """Whether a page of ours set the mark in this browser, and nobody heard of it yet."""
    return bool(_marked())


def is_own_marked() -> bool:
    """Whether the mark names the visit that goes on in this browser."""
    return bool(_own_number()) and _own_number() == _marked()


def is_of_left_visit() -> bool:
    """Whether this browser's visit was left, or the form that is sent stood on a page of one that was."""
    numbers = [_own_number(), _number_sent()]
    if (marked := _marked()) and marked in numbers:
        return True
    if not (digests := _digests(numbers)):
        return False
    sought = sa.select(LeftVisit.digest).where(LeftVisit.digest.in_(digests))
    return session().execute(sought).first() is not None


def erase_due() -> int:
    """Forget visits that were left long ago; returns how many."""
    due = sa.delete(LeftVisit).where(LeftVisit.erase_after <= clock.now())
    return session().execute(due).rowcount  # type: ignore[attr-defined]  # a DELETE's result has one


def _own_number() -> str:
    return str(browser.get(current_app.config["WTF_CSRF_FIELD_NAME"], ""))


def _number_sent() -> str:
    return _number_in(request.form.get(_FIELD)) if request.method == "POST" else ""


def _marked() -> str:
    return _number_in(request.cookies.get(MARK))


def _number_in(token: str | None) -> str:
    """The number of the visit in ``token``, however old it is; empty where it is none of ours."""
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    try:
        return str(URLSafeTimedSerializer(keys, salt=_SALT).loads(token)) if token else ""
    except BadData:
        return ""


def _digests(numbers: Iterable[str]) -> list[str]:
    return [keyring().index("left", number) for number in dict.fromkeys(numbers) if number]
