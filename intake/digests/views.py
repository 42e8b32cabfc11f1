"""The drafters' desk: sessions to compile, digests to read as they will be printed, downloads."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.languages import BY_CODE
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug

from . import queries, services
from .document import Document, Heading
from .formats import FORMATS
from .models import Digest

bp = Blueprint("digests", __name__, url_prefix="/<lang>/staff/digests")

_DOWNLOAD_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@bp.get("/")
@guards.staff("digest.read")
def desk() -> ResponseReturnValue:
    """The listening sessions that have something to compile or to read."""
    return render_template("digests/desk.html", rows=queries.desk(guards.current_person()))


@bp.post("/<slug>/")
@guards.staff("digest.compile")
def compile_digest(slug: str) -> ResponseReturnValue:
    """Freeze the next version, and show it."""
    held = _session_or_404(slug)
    guards.require("digest.compile", held)
    with transaction():
        made = services.compile_digest(held, person_id=guards.signed_in().id)
        version, is_kept_back = made.version, queries.is_kept_from(made, guards.signed_in())
    if is_kept_back:
        flash(_("The digest is made. It is not shown to you because of a conflict of interest."), "info")
        return redirect(url_for("digests.desk"), 303)
    return redirect(url_for("digests.digest", slug=slug, version=version), 303)


@bp.get("/<slug>/<int:version>/")
@guards.staff("digest.read")
def digest(slug: str, version: int) -> ResponseReturnValue:
    """A digest as it will be printed, in the drafter's language."""
    found = _digest_or_404(slug, version)
    document = services.document(found, i18n.language().code)
    return render_template(
        "digests/digest.html",
        held=found.listening_session,
        digest=found,
        document=document,
        chapters=_chapters(document),
        formats=FORMATS.values(),
        versions=queries.versions_of(found.listening_session, guards.signed_in()),
    )


def _chapters(document: Document) -> list[tuple[Heading, list[Heading]]]:
    """The list of contents: each main heading with those under it."""
    found: list[tuple[Heading, list[Heading]]] = []
    for heading in document.contents():
        if heading.level == 1:
            found.append((heading, []))
        else:
            found[-1][1].append(heading)
    return found


@bp.post("/<slug>/<int:version>/<format_name>")
@guards.staff("digest.read")
def download(slug: str, version: int, format_name: str) -> ResponseReturnValue:
    """A digest as a file. Who takes it out is written down, so this is a POST."""
    found = _digest_or_404(slug, version)
    language = request.form.get("language", i18n.language().code)
    if format_name not in FORMATS or language not in BY_CODE:
        abort(404)
    made = services.export(found, format_name, language)
    with transaction():
        services.record_export(made, person_id=guards.signed_in().id)
    return _attachment(made)


def _attachment(made: services.Export) -> Response:
    response = make_response(made.content)
    response.content_type = made.format.media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{made.filename}"'
    response.headers["Content-Security-Policy"] = _DOWNLOAD_POLICY
    return response


def _session_or_404(slug: str) -> ListeningSession:
    held = session_by_slug(slug)
    if held is None:
        abort(404)
    return held


def _digest_or_404(slug: str, version: int) -> Digest:
    held = _session_or_404(slug)
    guards.require("digest.read", held)
    found = queries.digest_of(held, version)
    if found is None or queries.is_kept_from(found, guards.signed_in()):
        abort(404)
    return found
