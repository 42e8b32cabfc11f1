"""Leave quickly."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from intake.accounts import guards
from intake.foundation.database import transaction
from intake.foundation.security import csrf
from intake.submissions import drafts, services

from .blueprint import bp
from .visit import VISIT_KEY


@bp.post("/leave/")
@csrf.exempt  # it only forgets; a token that has run out must not keep anybody here
@guards.public
def leave() -> ResponseReturnValue:
    """Leave quickly: end this visit, here and on the server, and show a page that says nothing."""
    if _comes_from_elsewhere():
        return redirect(url_for("submissions.left"), 303)  # a form of somebody else must not sign anybody out
    held = session.get(VISIT_KEY)
    session.clear()
    if held:
        try:
            with transaction():
                services.end_receipt_visits(held["digest"])
                drafts.end_visits(held["digest"])
        except DBAPIError:
            pass  # whatever happens to the database, nobody is kept here: the cookie is gone
    return redirect(url_for("submissions.left"), 303)


@bp.get("/leave/")
@guards.public
def left() -> ResponseReturnValue:
    """A page that says nothing, after which the browser keeps nothing of us."""
    response = make_response(render_template("submissions/left.html"))
    if _comes_from_elsewhere():
        return response  # a link of somebody else must not empty what is kept on the device
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _comes_from_elsewhere() -> bool:
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-site", "cross-site")
