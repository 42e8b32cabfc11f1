"""The front door and the pages about Intake itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.accounts import guards
from intake.foundation import clock, database, i18n
from intake.foundation.languages import LANGUAGES
from intake.foundation.security import cacheable

from .privacy import STORED

front = Blueprint("front", __name__)
bp = Blueprint("pages", __name__, url_prefix="/<lang>")

_PAGE_SECONDS = 300
_SECURITY_DAYS = 180


@front.get("/")
@guards.public
def home() -> ResponseReturnValue:
    """To the programme, in the best of our languages for this browser."""
    response = make_response(redirect(url_for("programme.index", lang=i18n.negotiated().code)))
    response.vary.add("Accept-Language")
    return response


@front.get("/healthz")
@guards.public
def health() -> ResponseReturnValue:
    """For monitors: 200 when the database answers."""
    database.check_alive()
    return Response("ok\n", mimetype="text/plain")


@front.get("/.well-known/security.txt")
@guards.public
def security_txt() -> ResponseReturnValue:
    """Where to report a weakness (RFC 9116)."""
    settings = current_app.config["SETTINGS"]
    expires = clock.day(clock.now()) + timedelta(days=_SECURITY_DAYS)
    lines = (
        f"Contact: mailto:{settings.mail_from}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        f"Preferred-Languages: {', '.join(language.code for language in LANGUAGES)}",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/about/")
@guards.public
def about() -> ResponseReturnValue:
    """What Intake is and what becomes of what is said."""
    return _page("pages/about.html")


@bp.get("/privacy/")
@guards.public
def privacy() -> ResponseReturnValue:
    """What is stored, field by field, for how long, and who sees it."""
    settings = current_app.config["SETTINGS"]
    return _page("pages/privacy.html", stored=STORED, days=settings.retention_days)


@bp.get("/accessibility/")
@guards.public
def accessibility() -> ResponseReturnValue:
    """How these pages are made for everybody, and what to do when they are not."""
    return _page("pages/accessibility.html", contact=current_app.config["SETTINGS"].mail_from)


def _page(template: str, **context: Any) -> ResponseReturnValue:
    response = make_response(render_template(template, **context))
    return response if g.get("person") else cacheable(response, seconds=_PAGE_SECONDS)
