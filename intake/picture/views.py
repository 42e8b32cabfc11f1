"""The pages of the picture: what was heard in a session, and its tables to take along."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from intake.accounts import guards
from intake.accounts.permissions import may
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug

from . import services

bp = Blueprint("picture", __name__, url_prefix="/<lang>/staff/sessions/<slug>")


@bp.get("/picture/")
@guards.staff("picture.read")
def picture(slug: str) -> ResponseReturnValue:
    """Who was heard, when and of what: for the session's desk, or for its drafters."""
    held, reader, person = _session_or_404(slug), i18n.language().code, guards.signed_in()
    is_desk = may(person, "queue.read", held)
    return render_template(
        "picture/picture.html",
        held=held,
        is_desk=is_desk,
        picture=services.on_desk(held, person, reader) if is_desk else services.beyond_desk(held, reader),
        formats=services.FORMATS,
    )


@bp.post("/picture/export/<format_name>/")
@guards.staff("picture.read")
def export_picture(slug: str, format_name: str) -> ResponseReturnValue:
    """The tables as a file. Who takes it out is written down, so this is a POST."""
    held, person = _session_or_404(slug), guards.signed_in()
    if format_name not in services.FORMATS:
        abort(404)
    guards.require_fresh()
    with transaction():
        made = services.export(
            held, person, on_desk=may(person, "queue.read", held), kind=format_name, reader=i18n.language().code
        )
    response = make_response(made)
    response.content_type = services.FORMATS[format_name]
    response.headers["Content-Disposition"] = f'attachment; filename="{held.slug}_picture.{format_name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _session_or_404(slug: str) -> ListeningSession:
    held = session_by_slug(slug)
    if held is None:
        abort(404)
    guards.require("picture.read", held)
    return held
