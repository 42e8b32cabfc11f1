"""Conflicts of interest: to declare one, to see one's own, and for the secretariat to record and end them."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake.accounts import guards
from intake.accounts.models import Person
from intake.accounts.permissions import may
from intake.accounts.services import person_called
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.moderation import conflicts as declared
from intake.moderation.conflict_forms import ConflictForm
from intake.moderation.conflicts import DECLARE, KEEP, Already, NotThere, With
from intake.programme.queries import all_series, programme

from .answering import Trouble, what_went_wrong
from .blueprint import bp


@bp.route("/conflicts/", methods=["GET", "POST"])
@guards.staff(DECLARE)
@gives_back
def conflicts() -> ResponseReturnValue:
    """The conflicts of interest that somebody declared, and the form to declare one."""
    form = _form()
    if went_wrong():
        return _page(form, what_went_wrong())
    if request.method != "POST":
        form.submission.data = request.args.get("about", "")[:60]
        return _page(form)
    if not form.validate():
        return _page(form), 422
    try:
        with transaction():
            _declare(form, guards.signed_in())
    except NotThere:
        form.submission.errors = [_("There is no such submission on your desk.")]
        return _page(form), 422
    except Already:
        return _page(form, Trouble(_("This is declared already."))), 409
    flash(_("It is declared. From now on nothing of it is shown."), "done")
    return redirect(url_for("moderation.conflicts"), 303)


@bp.post("/conflicts/<int:conflict>/end/")
@guards.staff(KEEP)
def end_conflict(conflict: int) -> ResponseReturnValue:
    """Let a conflict be over."""
    with transaction():
        there = declared.exists(conflict)
        ended = there and declared.end(conflict, guards.signed_in())
    if not there:
        abort(404)
    if ended:
        flash(_("It is ended. What it was about is shown again."), "done")
    return redirect(url_for("moderation.conflicts"), 303)


def _declare(form: ConflictForm, by: Person) -> None:
    person = person_called(form.people[form.person.data].email) if "person" in form else by
    what = With(
        organisation=form.organisation.data or "",
        listening_session=form.sessions.get(form.listening_session.data or ""),
        submission=declared.find_submission(form.reference(), by) if form.reference() else None,
    )
    declared.declare(person, by, what, form.reason.kept)


def _form() -> ConflictForm:
    keeps = may(guards.signed_in(), KEEP)
    sessions = [held for series in all_series() for held in programme(series)]
    return ConflictForm(sessions, declared.who_may_have_one() if keeps else None)


def _page(form: ConflictForm, trouble: Trouble | None = None) -> str:
    person = guards.signed_in()
    keeps = may(person, KEEP)
    rows = declared.listed(None if keeps else person)
    return render_template(
        "moderation/conflicts.html",
        form=form,
        keeps=keeps,
        standing=[one for one in rows if one.ended_at is None],
        ended=[one for one in rows if one.ended_at is not None],
        unread=declared.nobody_reads() if keeps else [],
        trouble=trouble,
    )
