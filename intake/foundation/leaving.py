"""Pages that somebody left quickly: what stands in the browser's history behind them is not shown again.

Who goes back and loads such a page again sends once more what was typed there. It comes from this very browser, so
that nothing else tells it from a page that was open for a long time, whose words are given back. So the random number
of the visit that ended is remembered, as a keyed digest, for as long as a tab may well stay open.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, after_this_request, current_app, g, request
from flask import session as browser
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .crypto import keyring
from .database import Base, session
from .limits import Limit
from .types import Moment

MARK = "gone"
"""The cookie that a page sets itself when somebody leaves quickly (``contributor.js``), since without a connection
nobody else is told. It holds the token of a page of ours, so that nobody else's cookie of that name ends anything."""
TURN = "turn"
"""The cookie that tells the forms before somebody left quickly from those after it: see ``fields_of_visit``."""
REMEMBERED_DAYS = 90
LEFT = Limit(burst=60, seconds_each=30)
"""Visits remembered as left, from one place: nobody fills the database by leaving."""
_FIELD = "csrf_token"
_SALT = "wtf-csrf-token"
"""As ``flask_wtf.csrf`` signs the number of a visit that stands in its forms."""

WriteDown = Callable[[Mapping[str, Any], Iterable[str]], None]
"""Writes down that visits with these numbers are left (``remember``), and ends on the server what the browser's
session held of them."""


class LeftVisit(Base):
    """A visit that somebody left quickly, by the keyed digest of its random number."""

    __tablename__ = "left_visit"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    erase_after: Mapped[datetime] = mapped_column(Moment, index=True)


def init_app(app: Flask) -> None:
    """Look for the mark before anybody is recognised."""
    app.before_request(_heed_the_mark)


def write_down_by(app: Flask, write_down: WriteDown) -> None:
    """Let ``write_down`` do so when somebody leaves quickly."""
    app.extensions["leaving"] = write_down


def fields_of_visit() -> Markup:
    """What a form of a contributor begins with: its token, and a name that changes when somebody leaves quickly.

    A browser that goes back several pages fills a form with what was typed there, if its address and the names of its
    first fields are the same (HTML, "persisted user state"; so Chromium and WebKit). After somebody left they are not.
    The named field is never sent.
    """
    named = Markup('<input type="hidden" name="v{}" disabled>').format(_turn())
    return named + Markup('<input type="hidden" name="{}" value="{}">').format(_FIELD, generate_csrf())


def end() -> bool:
    """End this browser's visit, whoever's it is, for somebody who leaves quickly; whether that is written down.

    Whatever happens to the database, nobody is kept here: where it cannot be told, the mark is to stay.
    """
    numbers = ({_own_number(), _number_sent()} | _marked()) - {""}
    held = forget_all(numbers)
    return not numbers or (LEFT.take() and _is_written_down(held, numbers))


def forget_all(numbers: Collection[str] = ()) -> dict[str, Any]:
    """Empty this browser's session, and let its forms be told from those before; what the session held.

    For the rest of this request, the visits with these ``numbers`` are left.
    """
    held = dict(browser)
    browser.clear()
    g.left, g.turn = set(numbers), secrets.token_hex(2)
    after_this_request(_turn_over)
    return held


def remember(numbers: Iterable[str]) -> None:
    """Remember that the visits with these ``numbers`` are left; their forms are shown to nobody again."""
    erase_after = clock.now() + timedelta(days=REMEMBERED_DAYS)
    for digest in _digests(numbers):
        if session().get(LeftVisit, digest) is None:
            session().add(LeftVisit(digest=digest, erase_after=erase_after))
    session().flush()


def is_of_left_visit() -> bool:
    """Whether this browser's visit was left, or the form that is sent stood on a page of one that was."""
    numbers = {_own_number(), _number_sent()} - {""}
    return bool(numbers & g.get("left", set())) or _is_remembered(numbers)


def set_mark(response: Response) -> Response:
    """Let the browser say once more, next time, that it was left: it could not be written down."""
    if token := request.form.get(_FIELD):
        response.set_cookie(MARK, token, max_age=REMEMBERED_DAYS * 86_400, **cookie_options())
    return response


def forget_mark(response: Response) -> Response:
    """Take the mark away: what it says is written down, or it is none of ours."""
    response.delete_cookie(MARK)
    g.cacheable = False
    return response


def cookie_options() -> dict[str, Any]:
    """How our cookies are set that no script reads."""
    return {"httponly": True, "samesite": "Strict", "secure": current_app.config["SESSION_COOKIE_SECURE"]}


def erase_due() -> int:
    """Forget visits that were left long ago; returns how many."""
    due = sa.delete(LeftVisit).where(LeftVisit.erase_after <= clock.now())
    return session().execute(due).rowcount  # type: ignore[attr-defined]  # a DELETE's result has one


def _heed_the_mark() -> None:
    """End the visit of a browser that was left without a connection, or on a line so slow that it was never told.

    A mark that is heeded already ends nothing but a visit that was left with it, of which the browser was not told: it
    may be a mark that we cannot take away.
    """
    if MARK not in request.cookies or request.endpoint in ("static", "submissions.leave"):
        return
    own, marked = {_own_number()} - {""}, _marked()
    try:
        is_new, is_over = any(not _is_remembered({one}) for one in marked), _is_remembered(own)
    except SQLAlchemyError:
        is_new = is_over = True
    if is_new or (marked and is_over):
        # The form that is sent is not looked at: how much of it is read is decided later.
        held = forget_all(own | marked)
        # Where very many leave, the visit ends without being written down: nobody is to be kept out for it.
        if is_new and LEFT.take() and not _is_written_down(held, own | marked):
            return
    after_this_request(forget_mark)


def _is_written_down(held: Mapping[str, Any], numbers: set[str]) -> bool:
    try:
        current_app.extensions["leaving"](held, numbers)
    except SQLAlchemyError:
        return False
    return True


def _is_remembered(numbers: Iterable[str]) -> bool:
    if not (digests := _digests(numbers)):
        return False
    return session().execute(sa.select(LeftVisit.digest).where(LeftVisit.digest.in_(digests))).first() is not None


def _turn() -> str:
    turn: str = g.get("turn") or request.cookies.get(TURN, "")
    return turn if re.fullmatch("[0-9a-f]{4}", turn) else ""


def _turn_over(response: Response) -> Response:
    response.set_cookie(TURN, g.turn, **cookie_options())
    return response


def _own_number() -> str:
    return str(browser.get(current_app.config["WTF_CSRF_FIELD_NAME"], ""))


def _number_sent() -> str:
    return _number_in(request.form.get(_FIELD)) if request.method == "POST" else ""


def _marked() -> set[str]:
    """The numbers in every mark there is: one that stands on a longer path comes before our own."""
    return {_number_in(token) for token in request.cookies.getlist(MARK)} - {""}


def _number_in(token: str | None) -> str:
    """The number of the visit in ``token``, however old it is; empty where it is none of ours."""
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    try:
        return str(URLSafeTimedSerializer(keys, salt=_SALT).loads(token)) if token else ""
    except BadData:
        return ""


def _digests(numbers: Iterable[str]) -> list[str]:
    return [keyring().index("left", number) for number in sorted(numbers)]
