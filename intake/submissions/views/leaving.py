"""Leave quickly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.accounts import guards, visits
from intake.accounts import services as accounts
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
    answer = leaving.forget_mark(answer) if leaving.end() else leaving.set_mark(answer)
    answer.set_cookie(
        _JUST_LEFT, "1", max_age=_JUST_LEFT_SECONDS, path=url_for("submissions.left"), **leaving.cookie_options()
    )
    return answer


def write_down(held: Mapping[str, Any], numbers: Iterable[str]) -> None:
    """Remember the visits with these ``numbers``, and end those that the session ``held``: with a receipt, of staff."""
    with transaction():
        leaving.remember(numbers)
        if visit := held.get(VISIT_KEY):
            services.end_receipt_visits(visit["digest"])
            drafts.end_visits(visit["digest"])
        if digest := visits.digest_in(held):
            accounts.end_visit_with(digest)


@bp.context_processor
def _fields_of_visit() -> dict[str, Any]:
    return {"fields_of_visit": leaving.fields_of_visit}


@bp.before_request
def leave_what_was_left() -> ResponseReturnValue | None:
    """Give nothing to whoever comes back to a visit that was left, where this browser was never told."""
    if request.endpoint == "submissions.leave" or not leaving.is_of_left_visit():
        return None
    leaving.forget_all()
    return page(400) if request.method == "POST" else None


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
        # Not the cookies: those of the visit are gone, and one has to tell the forms to come from those before.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
