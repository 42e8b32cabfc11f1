"""The pages of the picture: what was heard in a session, and its tables to take along."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from intake.accounts import guards
from intake.accounts.permissions import may
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong, what_went_wrong
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug

from . import gaps as coverage
from . import services
from .expected import Axis
from .forms import MarkForm
from .gaps import Gap
from .models import Mark

bp = Blueprint("picture", __name__, url_prefix="/<lang>/staff/sessions/<slug>")

AXIS_LABELS = {
    Axis.WHO: _l("Kind of contributor"),
    Axis.REGION: _l("Region"),
    Axis.GROUP: _l("Whom it is about"),
    Axis.LANGUAGE: _l("Language"),
}
MARK_LABELS = {
    Mark.INVITED: _l("Invited"),
    Mark.NOT_RELEVANT: _l("Does not matter here"),
    Mark.OPEN: _l("Open again"),
}


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
        picture=services.on_desk(held, person, reader) if is_desk else services.beyond_desk(held, person, reader),
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
    return _attachment(made, f"{held.slug}_picture", format_name)


@bp.get("/gaps/")
@guards.staff("queue.read")
def gaps(slug: str) -> ResponseReturnValue:
    """Who was not heard from, and what was done about it."""
    held = _session_or_404(slug, "queue.read")
    return render_template(
        "picture/gaps.html",
        held=held,
        coverage=coverage.coverage(held, guards.signed_in(), i18n.language().code),
        axes=AXIS_LABELS,
        marks=MARK_LABELS,
        formats=services.FORMATS,
    )


@bp.get("/gaps/<axis>/<code>/")
@guards.staff("queue.read")
def gap(slug: str, axis: str, code: str) -> ResponseReturnValue:
    """One gap: why it is one, an invitation to send, and a note on what was done."""
    held = _session_or_404(slug, "queue.read")
    return _gap_page(held, _gap_or_404(held, axis, code), MarkForm(formdata=None))


@bp.post("/gaps/<axis>/<code>/")
@guards.staff("queue.read")
@gives_back
def mark_gap(slug: str, axis: str, code: str) -> ResponseReturnValue:
    """Note that somebody was invited, that it does not matter here, or take that back."""
    held, form = _session_or_404(slug, "queue.read"), MarkForm()
    here = _gap_or_404(held, axis, code)
    if went_wrong():
        return _gap_page(held, here, form, trouble=what_went_wrong())
    asked = request.form.get("mark")
    if asked not in list(Mark) or not form.validate():
        return _gap_page(held, here, form), 422
    try:
        with transaction():
            coverage.mark(held, guards.signed_in(), here, Mark(asked), form.note.data or "")
    except coverage.NoReason:
        form.note.errors = [_("Please say why this does not matter here.")]
        return _gap_page(held, here, form), 422
    flash(_("It is noted."), "done")
    return redirect(url_for("picture.gaps", slug=slug), 303)


@bp.post("/gaps/export/<format_name>/")
@guards.staff("queue.read")
def export_gaps(slug: str, format_name: str) -> ResponseReturnValue:
    """The list as a file. Who takes it out is written down, so this is a POST."""
    held = _session_or_404(slug, "queue.read")
    if format_name not in services.FORMATS:
        abort(404)
    guards.require_fresh()
    with transaction():
        made = coverage.export(held, guards.signed_in(), kind=format_name, reader=i18n.language().code)
    return _attachment(made, f"{held.slug}_gaps", format_name)


def _gap_or_404(held: ListeningSession, axis: str, code: str) -> Gap:
    try:
        return coverage.find(held, guards.signed_in(), axis, code, i18n.language().code)
    except coverage.NoSuchGap:
        abort(404)


def _gap_page(held: ListeningSession, here: Gap, form: MarkForm, trouble: Any = None) -> str:
    return render_template(
        "picture/gap.html",
        held=held,
        gap=here,
        axes=AXIS_LABELS,
        marks=MARK_LABELS,
        invitations=coverage.invitation(held, here),
        form=form,
        trouble=trouble,
    )


def _attachment(made: bytes, name: str, kind: str) -> Response:
    response = make_response(made)
    response.content_type = services.FORMATS[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _session_or_404(slug: str, permission: str = "picture.read") -> ListeningSession:
    held = session_by_slug(slug)
    if held is None:
        abort(404)
    guards.require(permission, held)
    return held
