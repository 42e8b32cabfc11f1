"""A second coder who does not see the first: asking for one, coding a sample, and how far both agree."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.texts import number_in
from intake.moderation import agreement
from intake.moderation.coded import FORMATS
from intake.programme.models import ListeningSession

from .answering import Trouble, session_or_404, what_went_wrong
from .blueprint import bp

_USUAL = 20


@bp.get("/sessions/<slug>/agreement/")
@guards.staff("queue.read")
def agreements(slug: str) -> ResponseReturnValue:
    """The samples of a session, and the form to ask for one."""
    return _page(session_or_404(slug))


@bp.post("/sessions/<slug>/agreement/ask/")
@guards.staff("queue.read")
@gives_back
def ask_second_coder(slug: str) -> ResponseReturnValue:
    """Ask a colleague to code a sample."""
    held, person = session_or_404(slug), guards.signed_in()
    if went_wrong():
        return _page(held, trouble=what_went_wrong())
    asked = number_in(request.form.get("coder"))
    coder = next((one for one in agreement.can_be_asked(held, person) if one.id == asked), None)
    size = number_in(request.form.get("size")) or 0
    if coder is None or not 1 <= size <= agreement.MOST:
        most = agreement.MOST
        trouble = Trouble(_("Please choose a colleague, and a number from 1 to %(most)s.", most=most))
        return _page(held, trouble=trouble), 422
    try:
        with transaction():
            agreement.ask(held, person, coder, size)
    except agreement.NotPossible:
        trouble = Trouble(
            _(
                "Nothing was drawn: this colleague codes a sample already, or there is nothing accepted that others "
                "have coded and they have not."
            )
        )
        return _page(session_or_404(slug), trouble=trouble), 409
    flash(_("The sample is drawn. Your colleague finds it on this page."), "done")
    return redirect(url_for("moderation.agreements", slug=slug), 303)


@bp.post("/sessions/<slug>/agreement/done/")
@guards.staff("queue.read")
@gives_back
def done_second_coding(slug: str) -> ResponseReturnValue:
    """Say that one's sample is done; where some of it is not coded, say so once more."""
    held = session_or_404(slug)
    if went_wrong():
        return _page(held, trouble=what_went_wrong())
    try:
        with transaction():
            is_done = agreement.done(held, guards.signed_in(), uncoded=number_in(request.form.get("uncoded")) or 0)
    except agreement.Uncoded as left:
        return _page(session_or_404(slug), uncoded=left.references)
    if is_done:
        flash(_("Your sample is done. Now you see what others made of it."), "done")
    return redirect(url_for("moderation.agreements", slug=slug), 303)


@bp.post("/sessions/<slug>/agreement/export/<format_name>/")
@guards.staff("queue.read")
def export_agreement(slug: str, format_name: str) -> ResponseReturnValue:
    """The figures as a table. Who takes it out is written down, so this is a POST."""
    held = session_or_404(slug)
    if format_name not in FORMATS:
        abort(404)
    guards.require_fresh()
    with transaction():
        made = agreement.export(held, guards.signed_in(), kind=format_name, reader=i18n.language().code)
    response = make_response(made)
    response.content_type = FORMATS[format_name].media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{held.slug}_agreement.{format_name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _page(held: ListeningSession, trouble: Trouble | None = None, uncoded: tuple[str, ...] = ()) -> str:
    person = guards.signed_in()
    return render_template(
        "moderation/agreement.html",
        held=held,
        samples=agreement.samples(held, person, i18n.language().code),
        colleagues=agreement.can_be_asked(held, person),
        in_figures=agreement.in_figures,
        usual=_USUAL,
        most=agreement.MOST,
        formats=FORMATS,
        trouble=trouble,
        uncoded=uncoded,
    )
