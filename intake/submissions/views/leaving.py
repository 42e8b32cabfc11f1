"""Leave quickly."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Response,
    after_this_request,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from intake.accounts import guards
from intake.foundation import leaving
from intake.foundation.database import transaction
from intake.foundation.errors import page
from intake.foundation.security import csrf
from intake.submissions import drafts, services

from .blueprint import bp
from .visit import VISIT_KEY

_GONE = "gone"
"""The cookie that a page sets itself when somebody leaves quickly (``contributor.js``): without a connection nobody
else is told. It empties its fields too, which a browser would bring back, and what is kept on the device."""
_JUST_LEFT, _JUST_LEFT_SECONDS = "left", 60
"""The cookie by which the page that says nothing knows that somebody comes to it from our own button, once: to load it
again, or to follow a link to it, must not empty what is kept on the device."""


@bp.post("/leave/")
@csrf.exempt  # it only forgets; a token that has run out must not keep anybody here
@guards.public
def leave() -> ResponseReturnValue:
    """Leave quickly: end this visit, here and on the server, and show a page that says nothing."""
    answer = redirect(url_for("submissions.left"), 303)
    if not _is_ours():
        return answer  # a form of somebody else must not sign anybody out, nor empty their device
    _end()
    answer.delete_cookie(_GONE)
    answer.set_cookie(
        _JUST_LEFT, "1", max_age=_JUST_LEFT_SECONDS, path=url_for("submissions.left"), httponly=True, samesite="Strict",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return answer


@bp.before_request
def leave_what_was_left() -> ResponseReturnValue | None:
    """Give nothing to whoever comes back to a visit that was left.

    It may have been left without a connection, or on a line so slow that this browser was never told.
    """
    if request.endpoint == "submissions.leave":
        return None
    if _GONE in request.cookies:
        after_this_request(_forget_that_it_is_gone)
        _end()
    elif not leaving.is_of_left_visit():
        return None
    session.clear()
    return page(400) if request.method == "POST" else None


def _forget_that_it_is_gone(response: Response) -> Response:
    response.delete_cookie(_GONE)
    return response


def _end() -> None:
    """End the visit of this browser, here and on the server."""
    held = session.get(VISIT_KEY)
    try:
        with transaction():
            leaving.remember()
            if held:
                services.end_receipt_visits(held["digest"])
                drafts.end_visits(held["digest"])
    except DBAPIError:
        pass  # whatever happens to the database, nobody is kept here: the cookie is gone
    session.clear()


def _is_ours() -> bool:
    """Whether a page of ours sent this; a browser that does not say so may still say that it was another's."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc in ("", request.host)


@bp.get("/leave/")
@guards.public
def left() -> ResponseReturnValue:
    """A page that says nothing, after which the browser keeps nothing of us where somebody just left."""
    has_just_left = _JUST_LEFT in request.cookies
    response = make_response(render_template("submissions/left.html", empties=has_just_left))
    if has_just_left:
        response.delete_cookie(_JUST_LEFT, path=request.path)
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
