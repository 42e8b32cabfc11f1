"""One act on several submissions of the queue: what will happen, what happened, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.multilingual import Text
from intake.moderation import bulk, handover, queries
from intake.moderation.bulk import Act, BulkAct, Looked, Skip
from intake.moderation.filters import Filters
from intake.moderation.forms import ACT_LABELS, BulkForm

from .answering import Trouble, what_went_wrong
from .blueprint import bp

WHY = {
    Skip.CHANGED: _l("It was changed since you looked at it."),
    Skip.CLAIMED: _l("Somebody else is on it."),
    Skip.NOT_OPEN: _l("It no longer waits for a decision."),
    Skip.NOT_YOURS: _l("You are not on it."),
    Skip.ALREADY: _l("It has this theme already."),
    Skip.CANNOT: _l("This colleague is on it already, or does not moderate this session."),
    Skip.AFRESH: _l("You are coding it without seeing others’ codes."),
}


@bp.post("/queue/several/")
@guards.staff("submission.decide")
@gives_back
def several() -> ResponseReturnValue:
    """What will happen to each of those that were ticked; once that was seen, do it."""
    person, filters = guards.signed_in(), Filters.read(request.args)
    form = BulkForm(handover.colleagues(person, queries.sessions_moderated(person)))
    act, chosen = form.wanted_act, form.chosen()
    if act is None or not (chosen or form.has_words):
        flash(_("Please tick something first, and choose what to do."), "warn")
        return redirect(url_for("moderation.queue", **filters.arguments()), 303)
    if act is Act.THEME:
        form.offer(bulk.books_of(person, chosen))
    is_valid = form.validate()
    looked = bulk.look(person, chosen, form.wanted(act))
    is_pressed = "ready" in request.form
    if went_wrong() or not is_valid or not form.is_complete() or not is_pressed:
        missing = is_pressed and not form.is_complete()
        trouble = what_went_wrong() if went_wrong() else Trouble(_("Please choose one first.")) if missing else None
        page = _preview(form, act, looked, chosen, trouble=trouble)
        return page, 422 if missing or not is_valid else 200
    try:
        with transaction():
            made = bulk.do(person, chosen, form.wanted(act))
            identity = made.id
            bulk.must_have_done_any(made)
    except bulk.NothingDone:
        trouble = Trouble(_("Nothing was done: each of them is left as it is, or is no longer there."))
        looked = bulk.look(person, chosen, form.wanted(act))
        return _preview(form, act, looked, chosen, trouble=trouble), 409
    return redirect(url_for("moderation.several_done", made=identity, **filters.arguments()), 303)


def _preview(form: BulkForm, act: Act, looked: list[Looked], chosen: dict[int, int], *, trouble: Trouble | None) -> str:
    languages = dict.fromkeys(one.submission.interface_language for one in looked if one.skip is None)
    return render_template(
        "moderation/several.html",
        filters=Filters.read(request.args),
        form=form,
        act=act,
        label=ACT_LABELS[act],
        looked=looked,
        chosen=chosen,
        gone=len(chosen) - len(looked),
        will=sum(one.skip is None for one in looked),
        why=WHY,
        lasts=handover.HANDED_LASTS.days,
        reasons=[Text(bulk.standard_reason(code), code) for code in languages] if act is Act.SPAM else [],
        trouble=trouble,
    )


@bp.get("/queue/several/done/")
@guards.staff("submission.decide")
def several_list() -> ResponseReturnValue:
    """What the signed-in person did to several at once."""
    person = guards.signed_in()
    acts = bulk.latest(person)
    themes = bulk.themes_named(person, acts, i18n.language().code)
    return render_template(
        "moderation/several_list.html",
        filters=Filters.read(request.args),
        acts=[(made, _named(made, themes)) for made in acts],
    )


@bp.get("/queue/several/<int:made>/")
@guards.staff("submission.decide")
def several_done(made: int) -> ResponseReturnValue:
    """What was done to each, and the way back."""
    return _done(_found_or_404(made))


@bp.post("/queue/several/<int:made>/undo/")
@guards.staff("submission.decide")
@gives_back
def several_undo(made: int) -> ResponseReturnValue:
    """Put back what nobody changed since."""
    found, filters = _found_or_404(made), Filters.read(request.args)
    if went_wrong():
        return _done(found, trouble=what_went_wrong())
    with transaction():
        is_undone = bulk.undo(found, guards.signed_in())
    if not is_undone:
        return _done(_found_or_404(made), trouble=Trouble(_("It is too late to undo this."))), 409
    flash(_("Undone."), "done")
    return redirect(url_for("moderation.several_done", made=made, **filters.arguments()), 303)


def _found_or_404(identity: int) -> BulkAct:
    found = bulk.find(guards.signed_in(), identity)
    if found is None:
        abort(404)
    return found


def _named(made: BulkAct, themes: Mapping[int, Text]) -> Text:
    """What was done, in words; ``themes`` are those of ``bulk.themes_named``."""
    reader = i18n.language().code
    label = str(ACT_LABELS[Act(made.act)])
    if made.id in themes:
        return Text(f"{label}: {themes[made.id]}", reader)
    return Text(f"{label}: {made.colleague.name}" if made.colleague else label, reader)


def _done(made: BulkAct, *, trouble: Trouble | None = None) -> str:
    person = guards.signed_in()
    items = bulk.record(made, person)
    return render_template(
        "moderation/several_done.html",
        filters=Filters.read(request.args),
        made=made,
        label=_named(made, bulk.themes_named(person, [made], i18n.language().code)),
        done=[one for one in items if one.skipped is None],
        skipped=[one for one in items if one.skipped is not None],
        why=WHY,
        trouble=trouble,
    )
