"""Leave quickly."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from intake.accounts import guards
from intake.foundation import leaving
from intake.foundation.database import transaction
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
    answer = redirect(url_for("submissions.left"), 303)
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return answer  # a form of somebody else must not sign anybody out, nor empty their device
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
    answer.set_cookie(
        _JUST_LEFT, "1", max_age=_JUST_LEFT_SECONDS, path=url_for("submissions.left"), httponly=True, samesite="Strict",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return answer


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
