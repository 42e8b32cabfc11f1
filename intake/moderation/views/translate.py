"""Translating: a text and its translation side by side, and the tables for translators outside."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.foundation import i18n, translator
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.languages import BY_CODE
from intake.foundation.multilingual import Text
from intake.moderation import bilingual, difference, queries, reading, translation
from intake.moderation.difference import Differing
from intake.moderation.filters import Filters
from intake.moderation.forms import BulkForm
from intake.moderation.translated import Beside, State
from intake.moderation.translating import CheckForm, LeaveForm, ReturnForm, WriteForm, field_of
from intake.moderation.translation import Fate, Stays
from intake.submissions.models import Submission

from .answering import Trouble, found_or_404, left_or_404, what_went_wrong
from .blueprint import bp

_MAY = translation.MAY
_ROOM_FOR_THE_REST = 100_000

WHY_IT_STAYS = {
    Stays.NOT_ALLOWED: _l("It may not leave: it is only to be counted, was not accepted, or is with safeguarding."),
    Stays.CARRIED: _l("Words stand open in it that were hidden in an earlier version. Please look at them first."),
    Stays.NOTHING: _l("Nothing in it is to be translated into this language."),
    Stays.FULL: _l("The file is full. Please take it along with the next one."),
}
FATES = {
    Fate.TAKEN: _l("Taken, as a draft"),
    Fate.SAME: _l("Already here"),
    Fate.EMPTY: _l("Left empty"),
    Fate.STALE: _l("Not taken: the original changed since it left"),
    Fate.MEANWHILE: _l("Not taken: it was translated here meanwhile, in other words"),
    Fate.HIDDEN: _l("Not taken: it says what is hidden in the original"),
    Fate.LONG: _l("Not taken: it is too long"),
    Fate.UNKNOWN: _l("Not taken: this line did not leave from here"),
    Fate.HELD: _l("It fits, but was not taken: another line of the same text could not be"),
}


@dataclass
class Shown:
    """What a page shows beside what is kept: a form as it was typed, why nothing was done, what was kept meanwhile."""

    form: WriteForm | None = None
    trouble: Trouble | None = None
    meanwhile: frozenset[str] = frozenset()


@bp.get("/submissions/<reference:reference>/translation/<target>/")
@guards.staff(_MAY)
def translation_of(reference: str, target: str) -> ResponseReturnValue:
    """What was told and its translation into ``target``, side by side."""
    return _page(_found(reference, target), target)


@bp.route("/submissions/<reference:reference>/translation/<target>/write/", methods=["GET", "POST"])
@guards.staff(_MAY)
@gives_back
@accepts(LARGEST_FORM_BYTES)
def translate(reference: str, target: str) -> ResponseReturnValue:
    """Write the translation into ``target`` beside what was told."""
    found = _found(reference, target)
    return _save(found, target) if request.method == "POST" else _writing(found, target, Shown())


def _save(found: Submission, target: str) -> ResponseReturnValue:
    number, checked = _revision(found), "checked" in request.form
    form = WriteForm(_whole(found, target).pairs)
    shown = Shown(form=form)
    if went_wrong():
        shown.trouble = what_went_wrong()
        return _writing(found, target, shown)
    wishes = form.wishes(checked=checked)
    if not form.validate() or form.mistakes:
        return _writing(found, target, shown), 422
    if form.lost:
        shown.trouble = _changed_meanwhile()
        return _writing(found, target, shown), 409
    if not wishes:
        shown.trouble = Trouble(_("Nothing was kept: nothing was changed."))
        return _writing(found, target, shown), 422
    try:
        with transaction():
            translation.save(found, guards.signed_in(), number, target, wishes, checked=checked)
    except translation.Meanwhile as meanwhile:
        # The page shows what stands there now; sent again, what was typed takes its place, and both are kept.
        found = _found(found.reference, target)
        shown.form, shown.meanwhile = WriteForm(_whole(found, target).pairs), meanwhile.digests
        shown.form.see_now()
        shown.trouble = _changed_meanwhile()
        return _writing(found, target, shown), 409
    except translation.GivesAway as away:
        form.mistakes = {digest[:16]: _says_what_is_hidden() for digest in away.digests}
        return _writing(_found(found.reference, target), target, shown), 422
    except reading.Unreadable:
        left_or_404(found.reference, _MAY)
    words = (
        ngettext("%(num)s paragraph is kept, and checked.", "%(num)s paragraphs are kept, and checked.", len(wishes))
        if checked
        else ngettext("%(num)s paragraph is kept as a draft.", "%(num)s paragraphs are kept as drafts.", len(wishes))
    )
    flash(words, "done")
    return _back(found, target)


def _changed_meanwhile() -> Trouble:
    return Trouble(
        _("Nothing was kept yet: the original or its translation was changed meanwhile. What you wrote is still here.")
    )


def _says_what_is_hidden() -> str:
    return _("This says what is hidden in the original. Please write what stands in its place there.")


@bp.post("/submissions/<reference:reference>/translation/<target>/check/")
@guards.staff(_MAY)
@gives_back
def check_translation(reference: str, target: str) -> ResponseReturnValue:
    """Take down that the signed-in person checked drafts."""
    found, form = _found(reference, target), CheckForm()
    if went_wrong():
        return _page(found, target, what_went_wrong())
    try:
        with transaction():
            count = translation.check(found, guards.signed_in(), _revision(found), target, form.numbers())
    except translation.Meanwhile:
        trouble = Trouble(_("Nothing was checked: something was changed meanwhile. Please read it again."))
        return _page(_found(reference, target), target, trouble), 409
    except reading.Unreadable:
        left_or_404(reference, _MAY)
    flash(ngettext("%(num)s paragraph is checked.", "%(num)s paragraphs are checked.", count), "done")
    return _back(found, target)


@bp.post("/submissions/<reference:reference>/translation/<target>/machine/")
@guards.staff(_MAY)
@gives_back
def machine_translation(reference: str, target: str) -> ResponseReturnValue:
    """Let the translation server draft what nobody translated yet, where the author allowed it."""
    found, person = _found(reference, target), guards.signed_in()
    if not translator.is_on():
        abort(404)
    if went_wrong():
        return _page(found, target, what_went_wrong())
    number = _revision(found)
    try:
        with transaction():
            given = translation.give_to_machine(found, person, number, target)
        # Nothing is open meanwhile: the server may take its time, in which nobody else could write.
        made, failed = translation.ask_machine(given, target)
        with transaction():
            kept = translation.keep_of_machine(_found(reference, target), person, number, target, made)
    except translation.NotAllowed:
        trouble = Trouble(
            _("Nothing was translated: its author did not allow that a machine gets it, or it may not leave now.")
        )
        return _page(_found(reference, target), target, trouble), 409
    except reading.Unreadable:
        left_or_404(reference, _MAY)
    if failed is not None:
        trouble = _failed(kept, failed)
        return _page(_found(reference, target), target, trouble), 502
    flash(
        ngettext(
            "A machine drafted %(num)s paragraph. Please check it.",
            "A machine drafted %(num)s paragraphs. Please check them.",
            kept,
        )
        if kept
        else _("There was nothing for a machine to draft."),
        "done" if kept else "info",
    )
    return _back(found, target)


def _failed(kept: int, failed: translator.Failed) -> Trouble:
    why = (
        _("The translation server refused (%(status)s).", status=failed.status)
        if failed.status
        else _("The translation server did not answer, or not in time.")
    )
    drafted = ngettext("%(num)s paragraph was drafted.", "%(num)s paragraphs were drafted.", kept)
    return Trouble(f"{why} {drafted if kept else _('Nothing was drafted.')}")


# Tables


@bp.post("/translations/table/")
@guards.staff(_MAY)
@gives_back
def leave_for_translation() -> ResponseReturnValue:
    """What may leave of what was chosen; once that was seen, the file."""
    person, form = guards.signed_in(), LeaveForm()
    ticked = {} if form.references() else BulkForm([]).chosen()
    chosen = translation.among(person, form.references(), ticked)
    if not chosen:
        flash(_("Please tick something first."), "warn")
        return redirect(url_for("moderation.queue", **Filters.read(request.args).arguments()), 303)
    if went_wrong() or "ready" not in request.form:
        return _leaving(form, chosen, what_went_wrong() if went_wrong() else None)
    if not form.validate():
        return _leaving(form, chosen), 422
    try:
        with transaction():
            made = translation.leave(person, chosen, form.target.data, form.kind.data, i18n.language().code)
    except reading.Unreadable:
        abort(404)
    if made is None:
        chosen = translation.among(person, form.references())
        return _leaving(form, chosen, Trouble(_("Nothing of it leaves: see why below."))), 409
    body, ending, media_type = made
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="translation-{form.target.data}.{ending}"'
    return response


def _leaving(form: LeaveForm, chosen: list[Submission], trouble: Trouble | None = None) -> str:
    if form.target.data not in BY_CODE:
        form.target.data = i18n.language().code
    return render_template(
        "moderation/translation_leave.html",
        filters=Filters.read(request.args),
        form=form,
        looked=translation.look(guards.signed_in(), chosen, form.target.data),
        why=WHY_IT_STAYS,
        trouble=trouble,
    )


@bp.route("/translations/return/", methods=["GET", "POST"])
@guards.staff(_MAY)
@gives_back
@accepts(bilingual.LARGEST_BYTES + _ROOM_FOR_THE_REST)
def return_translation() -> ResponseReturnValue:
    """Bring a table back: what became of each of its lines."""
    form = ReturnForm()
    if request.method != "POST":
        return _returning(form)
    if went_wrong():
        return _returning(form, trouble=what_went_wrong())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.file.errors = [_("Please choose a file first.")]
        return _returning(form), 422
    try:
        rows = bilingual.read(sent.read())
    except bilingual.NotATable as error:
        form.file.errors = [error.why]
        return _returning(form), 422
    with transaction():
        outcomes = translation.take(guards.signed_in(), rows, partly=bool(form.partly.data))
    return _returning(form, outcomes)


def _returning(
    form: ReturnForm, outcomes: list[translation.Outcome] | None = None, trouble: Trouble | None = None
) -> str:
    person = guards.signed_in()
    references = {one.row.key.reference for one in outcomes or () if one.row.key}
    return render_template(
        "moderation/translation_return.html",
        form=form,
        outcomes=outcomes,
        counts=[(FATES[fate], sum(one.fate is fate for one in outcomes or ())) for fate in Fate],
        fates=FATES,
        codes=BY_CODE,
        ours={one.reference for one in translation.among(person, references)},
        trouble=trouble,
    )


# Parts of the above


def _found(reference: str, target: str) -> Submission:
    found = found_or_404(reference, _MAY)
    if target not in BY_CODE:
        abort(404)
    return found


def _revision(found: Submission) -> int:
    """The version that is asked for: the one that is read on the desk, or the one that stands accepted."""
    asked = request.values.get("revision")
    return next((number for number in _revisions(found) if str(number) == asked), _revisions(found)[0])


def _revisions(found: Submission) -> list[int]:
    shown = reading.shown_revision(found).number
    return list(dict.fromkeys([shown, found.accepted_revision or shown]))


def _whole(found: Submission, target: str) -> Beside:
    return reading.translation(found, guards.signed_in(), _revision(found), target)


def _back(found: Submission, target: str) -> ResponseReturnValue:
    asked = request.form.get("revision") if len(_revisions(found)) > 1 else None
    return redirect(url_for("moderation.translation_of", reference=found.reference, target=target, revision=asked), 303)


def _changes(whole: Beside) -> dict[str, Differing]:
    """What changed in the original of what is stale, by field."""
    found = {}
    for pair in whole.pairs:
        if pair.state is State.STALE and pair.version is not None and not pair.gives_away:
            now = pair.paragraph.text
            found[field_of(pair)] = difference.between(now, Text(pair.version.source, now.language), now)
    return found


def _shared(found: Submission, target: str, whole: Beside) -> dict[str, object]:
    """What both pages show."""
    reader = i18n.language().code
    people = {
        who for pair in whole.pairs if pair.version for who in (pair.version.person_id, pair.version.checked_by_id)
    }
    people |= {one.person_id for one in whole.left_over}
    answers = list(dict.fromkeys(pair.paragraph.answer for pair in whole.pairs))
    labels = reading.labels(found, reader)
    return {
        "submission": found,
        "held": found.listening_session,
        "whole": whole,
        "answers": [(name, labels[name], whole.of(name)) for name in answers],
        "into": BY_CODE[target],
        "revision": _revision(found),
        "revisions": _revisions(found),
        "changes": _changes(whole),
        "field_of": field_of,
        "names": queries.names_of(people),
        "states": State,
    }


def _page(found: Submission, target: str, trouble: Trouble | None = None) -> str:
    whole = _whole(found, target)
    drafts = [pair.seen for pair in whole.pairs if pair.state is State.DRAFT]
    looked = translation.look(guards.signed_in(), [found], target)[0]
    return render_template(
        "moderation/translation.html",
        **_shared(found, target, whole),
        others=reading.translations(found, guards.signed_in(), _revision(found)),
        drafts=drafts,
        plain=FlaskForm(formdata=None),
        looked=looked,
        why=WHY_IT_STAYS,
        machine=_for_machine(found, whole),
        leaving=LeaveForm(formdata=None, data={"target": target}),
        trouble=trouble,
    )


def _for_machine(found: Submission, whole: Beside) -> str | None:
    """Whether a machine can draft something: yes, no where its author does not allow it, None for neither."""
    if not translator.is_on() or not translation.wanted_of_machine(whole):
        return None
    is_open_again = translation.is_open_again(found, guards.signed_in())
    return "yes" if reading.may_be_given_to_machines(found) and not is_open_again else "no"


def _writing(found: Submission, target: str, shown: Shown) -> str:
    whole = _whole(found, target)
    return render_template(
        "moderation/translation_write.html",
        **_shared(found, target, whole),
        form=shown.form or WriteForm(whole.pairs, formdata=None),
        shown=shown,
        trouble=shown.trouble,
    )
