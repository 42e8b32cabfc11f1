"""Leave quickly."""

from __future__ import annotations

from typing import Any
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
from sqlalchemy.exc import SQLAlchemyError

from intake.accounts import guards
from intake.foundation import leaving
from intake.foundation.database import transaction
from intake.foundation.errors import page
from intake.foundation.security import csrf
from intake.submissions import drafts, services

from .blueprint import bp
from .visit import VISIT_KEY

_JUST_LEFT, _JUST_LEFT_SECONDS = "left", 60
"""The cookie by which the page that says nothing knows that somebody comes to it from our own button, once: to load it
again, or to follow a link to it, must not empty what is kept on the device."""


@bp.post("/leave/")
@csrf.exempt  # it only forgets; a token that has run out must not keep anybody here
@guards.public
def leave() -> ResponseReturnValue:
    """Leave quickly: end this visit, here and on the server, and show a page that says nothing."""
    answer = make_response(redirect(url_for("submissions.left"), 303))
    if not _is_ours():
        return answer  # a form of somebody else must not sign anybody out, nor empty their device
    if _end():
        _forget_the_mark(answer)
    else:
        days = leaving.REMEMBERED_DAYS
        answer.set_cookie(leaving.MARK, request.form.get("csrf_token", ""), max_age=days * 86_400, **_options())
    answer.set_cookie(
        _JUST_LEFT, "1", max_age=_JUST_LEFT_SECONDS, path=url_for("submissions.left"), httponly=True, **_options()
    )
    return answer


@bp.context_processor
def _fields_of_visit() -> dict[str, Any]:
    return {"fields_of_visit": leaving.fields_of_visit}


@bp.before_request
def leave_what_was_left() -> ResponseReturnValue | None:
    """Give nothing to whoever comes back to a visit that was left.

    It may have been left without a connection, or on a line so slow that this browser was never told.
    """
    if request.endpoint == "submissions.leave":
        return None
    was_left = leaving.is_of_left_visit()
    if leaving.is_marked() and _end(marked_only=True):
        after_this_request(_forget_the_mark)
    if not was_left:
        return None
    session.clear()
    return page(400) if request.method == "POST" else None


def _forget_the_mark(response: Response) -> Response:
    response.delete_cookie(leaving.MARK)
    return response


def _end(marked_only: bool = False) -> bool:
    """End the visit of this browser, or the one that is marked, here and on the server; whether the server knows.

    Whatever happens to the database, nobody is kept here: where it cannot be told, the mark stays, to tell it later.
    """
    is_over = leaving.is_own_marked() or not marked_only
    held = session.get(VISIT_KEY) if is_over else None
    try:
        with transaction():
            leaving.remember(marked_only)
            if held:
                services.end_receipt_visits(held["digest"])
                drafts.end_visits(held["digest"])
    except SQLAlchemyError:
        return False
    finally:
        if is_over:
            session.clear()
    return True


def _options() -> dict[str, Any]:
    return {"samesite": "Strict", "secure": current_app.config["SESSION_COOKIE_SECURE"]}


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
        # The mark is all that tells which visit is over, where the database could not be told.
        kept = "" if leaving.is_marked() else '"cookies", '
        response.headers["Clear-Site-Data"] = f'"cache", {kept}"storage"'
    return response
