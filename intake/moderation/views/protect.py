"""Protecting people: hiding words from everybody beyond the desk, and withholding files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.database import forget_journal, transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.texts import number_in
from intake.moderation import erasing, queries, reading, redaction
from intake.moderation.erasing import Asked, NeedsAnother, StandsOpen
from intake.moderation.protecting import EraseForm, HideForm, LiftForm, ProposedForm, SeenForm, WithholdForm
from intake.moderation.redacted import Hidden
from intake.moderation.redaction import Overlapping, Proposal, Stale, Wish
from intake.moderation.services import ClaimedByOther
from intake.moderation.spans import Ambiguous, NotThere, Span, places
from intake.submissions import file_words
from intake.submissions.models import Submission

from .answering import Trouble, found_or_404, left_or_404, somebody_else, what_went_wrong
from .blueprint import bp

_MAY = erasing.MAY


@dataclass
class Shown:
    """What a page shows beside what is kept: what was typed, why nothing was done, what is to be seen beforehand.

    ``times`` are the places of which one has to be chosen; ``overlapped`` says that the passage is in part
    hidden already; ``withhold`` is the typed form of the file ``file``.
    """

    form: HideForm | None = None
    trouble: Trouble | None = None
    times: list[tuple[str, str, str]] = field(default_factory=list)
    overlapped: bool = False
    chosen: list[Proposal] = field(default_factory=list)
    file: int | None = None
    withhold: WithholdForm | None = None


@bp.route("/submissions/<reference:reference>/protect/", methods=["GET", "POST"])
@guards.staff(_MAY)
@gives_back
def protect(reference: str) -> ResponseReturnValue:
    """What is hidden, what should perhaps be, and hiding words."""
    found = found_or_404(reference, _MAY)
    return _hide_typed(found) if request.method == "POST" else _page(found, Shown())


def _hide_typed(found: Submission) -> ResponseReturnValue:
    """Hide the passage that was typed, or say why not, with what was typed."""
    number = _revision(found)
    form = HideForm(_sides(found, number))
    shown = Shown(form=form)
    if went_wrong():
        shown.trouble = what_went_wrong()
        return _page(found, shown)
    if not form.validate():
        return _page(found, shown), 422
    answers = reading.own_answers(found, guards.signed_in(), number)
    text = str(answers[form.answer.data])
    try:
        span = form.span(text, number)
    except NotThere:
        form.passage.errors = [_("These words do not stand in that answer as they are written here.")]
        form.nth.data = ""
        return _page(found, shown), 422
    except Ambiguous:
        every = places(form.passage.data, text)
        spans = (Span(number, form.answer.data, start, end) for start, end in every)
        shown.times = [redaction.around(span, answers) for span in spans]
        return _page(found, shown), 422
    return _hide(found, [form.wish(span)], form, shown, merge="merge" in request.form)


@bp.post("/submissions/<reference:reference>/protect/proposed/")
@guards.staff(_MAY)
@gives_back
def protect_proposed(reference: str) -> ResponseReturnValue:
    """Hide what was proposed: one at once, several after they were seen."""
    found = found_or_404(reference, _MAY)
    form, number = ProposedForm(), _revision(found)
    if went_wrong():
        return _page(found, Shown(trouble=what_went_wrong()))
    one = request.form.get("one")
    offered = redaction.proposals(found, guards.signed_in(), number)
    chosen = form.among(offered, [one] if one else request.form.getlist("chosen"))
    if chosen is None:
        return _page(found, Shown(trouble=_stale())), 409
    if not chosen:
        return _page(found, Shown(trouble=Trouble(_("Nothing was hidden: nothing was ticked.")))), 422
    if one or "sure" in request.form:
        return _hide(found, [proposal.wish for proposal in chosen], form, Shown())
    return _page(found, Shown(chosen=chosen))


@bp.post("/submissions/<reference:reference>/protect/lift/")
@guards.staff(_MAY)
@gives_back
def lift(reference: str) -> ResponseReturnValue:
    """Show words again that were hidden."""
    found, form = found_or_404(reference, _MAY), LiftForm()
    number = number_in(form.number.data) or 0

    def doing() -> None:
        redaction.lift(found, guards.signed_in(), number, seen=form.seen.data or "")

    return _done(found, form, Shown(), doing, _("These words are shown again."))


@bp.post("/submissions/<reference:reference>/files/<int:identity>/withhold/")
@guards.staff(_MAY)
@gives_back
def withhold(reference: str, identity: int) -> ResponseReturnValue:
    """Let nobody but co-leads have a file."""
    found, form = _with_file(reference, identity), WithholdForm()
    shown = Shown(file=identity, withhold=form)
    if not went_wrong() and not form.validate():
        return _page(found, shown), 422

    def doing() -> None:
        redaction.withhold(found, guards.signed_in(), identity, form.reason.kept or "", seen=form.seen.data or "")

    return _done(found, form, shown, doing, _("The file is withheld."))


@bp.post("/submissions/<reference:reference>/files/<int:identity>/give-back/")
@guards.staff(_MAY)
@gives_back
def give_back(reference: str, identity: int) -> ResponseReturnValue:
    """Withhold a file no longer."""
    found, form = _with_file(reference, identity), SeenForm()

    def doing() -> None:
        redaction.give_back(found, guards.signed_in(), identity, seen=form.seen.data or "")

    return _done(found, form, Shown(), doing, _("The file is withheld no longer."))


@bp.route("/submissions/<reference:reference>/protect/<int:number>/erase/", methods=["GET", "POST"])
@guards.staff(_MAY)
@gives_back
def erase(reference: str, number: int) -> ResponseReturnValue:
    """Erase hidden words for good: one person asks for it, another one does it or does not."""
    found, form = found_or_404(reference, _MAY), EraseForm()
    if went_wrong():
        return _erase_page(found, number, form, what_went_wrong())
    if request.method == "POST":
        step = request.form.get("step", "")
        if step not in _DONE or not form.validate():
            return _erase_page(found, number, form), 422
        return _carry_out(found, number, form, step)
    return _erase_page(found, number, EraseForm(formdata=None))


def _carry_out(found: Submission, number: int, form: EraseForm, step: str) -> ResponseReturnValue:
    """Do what the button ``step`` says, or say why not, with what was typed."""
    reference, person, seen = found.reference, guards.signed_in(), form.seen.data or ""
    try:
        with transaction():
            match step:
                case "ask":
                    erasing.ask(found, person, number, form.reason.kept or "", seen=seen)
                case "erase":
                    erasing.erase(found, person, number, seen=seen)
                case _:
                    erasing.keep(found, person, number)
    except ClaimedByOther as other:
        trouble = somebody_else(other)
    except NeedsAnother:
        trouble = Trouble(_("Nothing was erased: you asked for it, so somebody else has to agree."))
    except (Stale, StandsOpen):
        trouble = _stale()
    except reading.Unreadable:
        abort(404)
    else:
        if step == "erase":
            forget_journal()
        flash(str(_DONE[step]), "done")
        return redirect(url_for("moderation.protect", reference=reference), 303)
    return _erase_page(found_or_404(reference, _MAY), number, form, trouble), 409


_DONE = {
    "ask": _l("Nothing is erased yet: somebody else who moderates this submission has to agree."),
    "erase": _l("These words are erased for good."),
    "keep": _l("Nothing is erased. These words stay hidden."),
}
"""What is said when it was done, by the button that was pressed."""


def _erase_page(found: Submission, number: int, form: EraseForm, trouble: Trouble | None = None) -> str:
    """The page on which it is decided whether the words of a redaction are erased, with every place of them."""
    person = guards.signed_in()
    try:
        places = erasing.places(found, person, number)
    except Stale:
        if trouble is None:
            abort(404)
        return _page(found, Shown(trouble=trouble))
    hidden = next(one for one in reading.hidden_in(found, person) if one.number == number)
    asked = erasing.asked_for(found).get(number)
    form.seen.data = redaction.seen_as(found)
    return render_template(
        "moderation/erase.html",
        submission=found,
        hidden=hidden,
        words=hidden.span.of(reading.own_answers(found, person, hidden.span.revision)),
        places=[
            (one.revision, redaction.around(one, reading.own_answers(found, person, one.revision))) for one in places
        ],
        elsewhere=erasing.elsewhere(found, person, number, places),
        still_open=erasing.times_open(found, person, number, places),
        asked=asked,
        is_own=asked is not None and asked.person_id == person.id,
        could_agree=erasing.who_could_agree(found, person),
        names=queries.names_of({asked.person_id} if asked else set()),
        categories=redaction.CATEGORY_LABELS,
        form=form,
        trouble=trouble,
    )


def _with_file(reference: str, identity: int) -> Submission:
    """The submission, if it has this file."""
    found = found_or_404(reference, _MAY)
    if all(one.id != identity for one in reading.files(found, guards.signed_in())):
        abort(404)
    return found


def _hide(
    found: Submission, wishes: list[Wish], form: SeenForm, shown: Shown, *, merge: bool = False
) -> ResponseReturnValue:
    def doing() -> None:
        redaction.hide(found, guards.signed_in(), wishes, seen=form.seen.data or "", merge=merge)

    done = ngettext("%(num)s passage is hidden.", "%(num)s passages are hidden.", len(wishes))
    try:
        return _done(found, form, shown, doing, done)
    except Overlapping:
        shown.overlapped = shown.form is not None
        shown.trouble = Trouble(_("Nothing was hidden: part of these words is hidden already."))
        return _page(found_or_404(found.reference, _MAY), shown), 409


def _done(found: Submission, form: SeenForm, shown: Shown, doing: Callable[[], Any], said: str) -> ResponseReturnValue:
    """Do it and go back to the page, or say why nothing was done, with what was typed."""
    if went_wrong():
        shown.trouble = what_went_wrong()
        return _page(found, shown)
    reference = found.reference
    try:
        with transaction():
            doing()
    except ClaimedByOther as other:
        shown.trouble = somebody_else(other)
        return _page(found_or_404(reference, _MAY), shown), 409
    except Stale:
        shown.trouble = _stale()
        return _page(found_or_404(reference, _MAY), shown), 409
    except (reading.Unreadable, LookupError):
        left_or_404(reference, _MAY)
    flash(said, "done")
    return redirect(url_for("moderation.protect", reference=reference, revision=form.revision.data or None), 303)


def _stale() -> Trouble:
    return Trouble(_("Nothing was changed: something else was changed here meanwhile. Please look again."))


def _revision(found: Submission) -> int:
    """The version that is asked for, else the latest one."""
    asked = request.values.get("revision")
    return next((number for number in _revisions(found) if str(number) == asked), _latest(found))


def _revisions(found: Submission) -> list[int]:
    return [one.number for one in reversed(found.revisions)]


def _latest(found: Submission) -> int:
    return found.revisions[-1].number


def _sides(found: Submission, number: int, also: Any = ()) -> tuple[reading.Sides, ...]:
    return reading.sides(found, guards.signed_in(), i18n.language().code, number, also)


def _page(found: Submission, shown: Shown) -> str:
    """The page of what is hidden; what was typed into one of its forms is still in it."""
    person, number = guards.signed_in(), _revision(found)
    seen = {"revision": str(number), "seen": redaction.seen_as(found)}
    also = redaction.preview(found, person, [one.wish for one in shown.chosen])
    sides = _sides(found, number, also)
    form = shown.form or HideForm(sides, formdata=None, data={"category": "name"})
    for one in (form, shown.withhold):
        if one is not None:
            one.revision.data, one.seen.data = seen["revision"], seen["seen"]
    every = reading.hidden_in(found, person)
    files, asked, erased_by = reading.files(found, person), erasing.asked_for(found), erasing.erased_by(found)
    return render_template(
        "moderation/protect.html",
        submission=found,
        shown=shown,
        trouble=shown.trouble,
        sides=sides,
        number=number,
        revisions=_revisions(found),
        seen=seen,
        form=form,
        proposals=[] if shown.chosen else redaction.proposals(found, person, number),
        carried=redaction.carried(found, person) if number == _latest(found) else [],
        hidden=[
            (one, one.span.of(reading.own_answers(found, person, number))) for one in every if _is_here(one, number)
        ],
        asked=asked,
        erased_by=erased_by,
        was_erased_before=any(one.erased_at is not None and one.span.revision < number for one in every),
        lifted=sum(one.lifted_at is not None for one in every),
        issued=redaction.issued_in(found, number),
        categories=redaction.CATEGORY_LABELS,
        names=queries.names_of(_people(every, asked.values(), erased_by.values())),
        files=files,
        file_words=file_words,
        withheld=redaction.reasons_withheld(found),
        withhold=WithholdForm(formdata=None, data=seen),
    )


def _people(hidden: Iterable[Hidden], asked: Iterable[Asked], erased_by: Iterable[tuple[int, int]]) -> set[int | None]:
    """The ids of everybody who is named on the page."""
    return {*(one.person_id for one in hidden), *(one.person_id for one in asked), *chain.from_iterable(erased_by)}


def _is_here(one: Any, number: int) -> bool:
    return one.span.revision == number and one.lifted_at is None
