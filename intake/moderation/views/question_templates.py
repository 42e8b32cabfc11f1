"""Templates of questions: the list, one of them side by side in four languages, and how they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.accounts.permissions import may
from intake.accounts.scopes import Reach
from intake.foundation import i18n
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.languages import LANGUAGES
from intake.foundation.multilingual import Multilingual, Text
from intake.moderation import question_templates as templates
from intake.moderation.asking_forms import NewTemplateForm, TemplateForm, place_name
from intake.moderation.models import QuestionTemplate, TemplateAct
from intake.moderation.question_templates import KEEP, CannotKeep, Change, Changed

from .answering import Trouble, what_went_wrong
from .blueprint import bp

ACT_LABELS = {
    TemplateAct.ADD: _l("Added"),
    TemplateAct.CHANGE: _l("Changed"),
    TemplateAct.RETIRE: _l("Retired"),
    TemplateAct.RESTORE: _l("Brought back"),
}


class Changes(NamedTuple):
    """One line of what was changed: what it was, by whom, and the words before and after, language by language."""

    label: str
    change: Change
    texts: tuple[tuple[Text, Text], ...]


@bp.get("/templates/")
@guards.staff("question.keep")
def question_templates() -> ResponseReturnValue:
    """The templates that the signed-in person reads, with the languages in which each is missing."""
    return _list(_new_form(blank=True))


@bp.post("/templates/add/")
@guards.staff("question.keep")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def add_template() -> ResponseReturnValue:
    """A new template."""
    form = _new_form()
    if went_wrong():
        return _list(form, trouble=what_went_wrong())
    if not form.validate():
        return _list(form), 422
    try:
        with transaction():
            made = templates.add(guards.signed_in(), form.place(), title=form.title(), text=form.text()).id
    except CannotKeep:
        abort(404)
    flash(_("The template is there. It is offered to whoever asks a question."), "done")
    return _to(made)


@bp.route("/templates/<int:template>/", methods=["GET", "POST"])
@guards.staff("question.keep")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def question_template(template: int) -> ResponseReturnValue:
    """One template; who keeps it can change it here."""
    found, form = _found_or_404(template), TemplateForm()
    if not form.is_submitted() and not went_wrong():
        return _page(found, TemplateForm.of(found))
    guards.require(KEEP, found)
    if went_wrong():
        return _page(found, form, trouble=what_went_wrong())
    if not form.validate():
        return _page(found, form), 422
    try:
        with transaction():
            templates.change(found, guards.signed_in(), seen=form.seen(), title=form.title(), text=form.text())
    except (Changed, CannotKeep):
        return _changed(_found_or_404(template), form), 409
    flash(_("The template is kept as you wrote it."), "done")
    return _to(template)


@bp.post("/templates/<int:template>/retire/")
@guards.staff("question.keep")
def retire_template(template: int) -> ResponseReturnValue:
    """Offer a template no more."""
    return _retire(template, retired=True)


@bp.post("/templates/<int:template>/restore/")
@guards.staff("question.keep")
def restore_template(template: int) -> ResponseReturnValue:
    """Offer a retired template again."""
    return _retire(template, retired=False)


def _retire(template: int, *, retired: bool) -> ResponseReturnValue:
    found, form = _found_or_404(template), TemplateForm()
    guards.require(KEEP, found)
    try:
        with transaction():
            templates.retire(found, guards.signed_in(), seen=form.seen(), retired=retired)
    except (Changed, CannotKeep):
        found = _found_or_404(template)
        return _page(found, TemplateForm.of(found), trouble=_somebody_changed_it()), 409
    flash(_("The template is retired.") if retired else _("The template is offered again."), "done")
    return _to(template)


def _found_or_404(template: int) -> QuestionTemplate:
    found = templates.find(template, guards.signed_in())
    if found is None:
        abort(404)
    return found


def _to(template: int) -> ResponseReturnValue:
    return redirect(url_for("moderation.question_template", template=template), 303)


def _new_form(*, blank: bool = False) -> NewTemplateForm:
    places = templates.places(guards.signed_in())
    return NewTemplateForm(places, formdata=None) if blank else NewTemplateForm(places)


def _somebody_changed_it() -> Trouble:
    return Trouble(_("Nothing was changed: somebody else changed this template while you were looking at it."))


def _changed(found: QuestionTemplate, form: TemplateForm) -> str:
    """The page with what was typed, beside what stands there by now; sent again, it stands in for that."""
    form.version.data = str(found.version)
    typed = {"title": form.title(), "text": form.text()}
    differs = [
        Text(there[code], code)
        for name, there in (("title", found.title), ("text", found.text))
        for code in there
        if typed[name].get(code) != there[code]
    ]
    return _page(found, form, trouble=_somebody_changed_it(), differs=differs)


def _list(form: NewTemplateForm, *, trouble: Trouble | None = None) -> str:
    person, reader = guards.signed_in(), i18n.language().code
    return render_template(
        "moderation/templates.html",
        rows=[
            (one, one.title.in_language(reader), place_name(Reach(one.working_group_id, one.listening_session_id)))
            for one in templates.kept_by(person)
        ],
        form=form,
        fields=[(one, *form.in_language(one.code)) for one in LANGUAGES],
        trouble=trouble,
    )


def _page(
    found: QuestionTemplate, form: TemplateForm, *, trouble: Trouble | None = None, differs: list[Text] | None = None
) -> str:
    reader = i18n.language().code
    return render_template(
        "moderation/template.html",
        template=found,
        called=found.title.in_language(reader),
        whose=place_name(Reach(found.working_group_id, found.listening_session_id)),
        may_keep=may(guards.signed_in(), KEEP, found),
        form=form,
        fields=[(one, *form.in_language(one.code)) for one in LANGUAGES],
        changes=[
            Changes(str(ACT_LABELS[one.act]), one, tuple(_sides(one, reader))) for one in templates.history(found)
        ],
        plain=FlaskForm(formdata=None),
        trouble=trouble,
        differs=differs or [],
    )


def _sides(change: Change, reader: str) -> Iterator[tuple[Text, Text]]:
    """Before and after, of each language and field that differs; of a new template only what the reader reads."""
    if change.act is TemplateAct.ADD:
        return
    for name in ("title", "text"):
        old, new = change.old.get(name, Multilingual()), change.new.get(name, Multilingual())
        for code in dict.fromkeys((reader, *(one.code for one in LANGUAGES))):
            if old.get(code) != new.get(code):
                yield Text(old.get(code, ""), code), Text(new.get(code, ""), code)
