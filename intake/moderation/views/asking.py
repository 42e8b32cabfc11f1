"""Asking a contributor: the question is written here, read once more as they will see it, and only then sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from intake.accounts import guards
from intake.foundation import clock, i18n
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.languages import BY_CODE
from intake.foundation.multilingual import Text
from intake.moderation import outbox, question_templates, reading
from intake.moderation.asking_forms import QuestionForm, ReadForm
from intake.moderation.models import QuestionTemplate
from intake.moderation.outbox import Held, NeedsAnother, Stale
from intake.moderation.services import ClaimedByOther
from intake.submissions.models import Submission
from intake.submissions.screening import marked
from intake.submissions.vocabulary import State
from intake.submissions.words import template_words
from intake.submissions.workflow import IllegalMove, Overtaken

from .answering import Trouble, back_to, found_or_404, left_or_404, somebody_else, what_went_wrong
from .blueprint import bp

_DISCARDED = "discarded"


class Preview(NamedTuple):
    """What stands around the question where the contributor reads it, in the language of their page."""

    meaning: Text
    over: Text


@bp.route("/submissions/<reference:reference>/question/", methods=["GET", "POST"])
@guards.staff("question.ask")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def question(reference: str) -> ResponseReturnValue:
    """Write a question to the contributor, or change the one that is held, and put it into the outbox."""
    found, person = found_or_404(reference, "question.ask"), guards.signed_in()
    held = outbox.held_for(found, person)
    if request.method != "POST" and not went_wrong():
        return _write(found, QuestionForm.of(found, held))
    form, offered = QuestionForm(), question_templates.for_submission(found)
    if went_wrong():
        return _write(found, form, trouble=what_went_wrong())
    if "use" in request.form:
        return _write(found, form, trouble=_begin(found, form, offered))
    if not form.validate():
        return _write(found, form), 422
    try:
        with transaction():
            outbox.hold_question(
                found, person, seen=form.seen.data or "", words=form.words.kept, language=form.language.data,
                template_id=form.chosen_template(offered),
            )  # fmt: skip
    except Stale:
        return _written_meanwhile(found_or_404(reference, "question.ask"), form), 409
    except ClaimedByOther as other:
        return _write(found_or_404(reference, "question.ask"), form, trouble=somebody_else(other)), 409
    except IllegalMove:
        return _write(found_or_404(reference, "question.ask"), form, trouble=_cannot_ask()), 409
    except reading.Unreadable:
        left_or_404(reference, "question.ask")
    flash(_("The question is in the outbox. Nothing has left yet: please read it as the contributor will."), "done")
    return redirect(url_for("moderation.read_question", reference=reference), 303)


@bp.get("/submissions/<reference:reference>/question/read/")
@guards.staff("question.ask")
def read_question(reference: str) -> ResponseReturnValue:
    """The held question as the contributor will see it, with what could show who somebody is."""
    found = found_or_404(reference, "question.ask")
    held = outbox.held_for(found, guards.signed_in())
    return back_to(reference) if held is None else _read(found, held)


@bp.post("/submissions/<reference:reference>/question/send/")
@guards.staff("question.ask")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def send_question(reference: str) -> ResponseReturnValue:
    """Let the held question leave, as it was read."""
    found, person, form = found_or_404(reference, "question.ask"), guards.signed_in(), ReadForm()
    if went_wrong():
        return _read_again(found, form, what_went_wrong())
    try:
        with transaction():
            outbox.send(found, person, seen=form.seen.data or "", version=form.version_seen())
    except Stale:
        return _read_again(found_or_404(reference, "question.ask"), form, _changed_meanwhile()), 409
    except ClaimedByOther as other:
        return _read_again(found_or_404(reference, "question.ask"), form, somebody_else(other)), 409
    except Overtaken:
        found = found_or_404(reference, "question.ask")
        return _read_again(found, form, _submission_changed(found)), 409
    except IllegalMove:
        return _read_again(found_or_404(reference, "question.ask"), form, _cannot_ask()), 409
    except NeedsAnother:
        return _read_again(found_or_404(reference, "question.ask"), form, None), 409
    except reading.Unreadable:
        left_or_404(reference, "question.ask")
    flash(_("The question has left: the contributor will see it when they come back with their code."), "done")
    if reading.find_in_care(reference, person) is not None:
        return back_to(reference)
    return redirect(url_for("moderation.outbox"), 303)


@bp.post("/submissions/<reference:reference>/question/discard/")
@guards.staff("question.ask")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def discard_question(reference: str) -> ResponseReturnValue:
    """Take the held question out of the outbox."""
    found, person, form = found_or_404(reference, "question.ask"), guards.signed_in(), ReadForm()
    if went_wrong():
        return _read_again(found, form, what_went_wrong())
    try:
        with transaction():
            outbox.discard(found, person, seen=form.seen.data or "")
    except Stale:
        return _read_again(found_or_404(reference, "question.ask"), form, _changed_meanwhile()), 409
    except reading.Unreadable:
        left_or_404(reference, "question.ask")
    flash(_("The question is discarded. Whoever asks again is offered its words."), "done")
    return back_to(reference)


def _begin(found: Submission, form: QuestionForm, offered: Sequence[QuestionTemplate]) -> Trouble | None:
    """Put a template, or what was discarded last, into the form; what to say of it, if anything."""
    chosen = request.form.get("use", "")
    if chosen == _DISCARDED:
        last = outbox.discarded_last(found, guards.signed_in())
        if last is not None:
            form.begin_with(last.words, last.question.template_id)
        return None
    template = next((one for one in offered if str(one.id) == chosen), None)
    if template is None:
        return Trouble(_("This template is not offered any more."))
    text = template.text.in_language(found.language)
    form.begin_with(text, template.id)
    if text.language == found.language:
        return None
    return Trouble(
        _(
            "This template is not there in %(wanted)s yet: it stands here in %(given)s. Please translate it.",
            wanted=BY_CODE[found.language].endonym,
            given=BY_CODE[text.language].endonym,
        )
    )


def _written_meanwhile(found: Submission, form: QuestionForm) -> str:
    """The page with what was typed, and what is in the outbox by now; sent again, it stands in for that."""
    held = outbox.held_for(found, guards.signed_in())
    form.seen.data = held.mark if held else ""
    if held is None:
        trouble = Trouble(
            _("Nothing was changed: the question was sent or discarded meanwhile. What you wrote is still here.")
        )
    else:
        trouble = Trouble(
            _(
                "Nothing was changed: %(name)s wrote this meanwhile. What you wrote is still here; "
                "if you put it into the outbox, it stands in for this:",
                name=held.by,
            ),
            words=held.words,
        )
    return _write(found, form, trouble=trouble)


def _cannot_ask() -> Trouble:
    return Trouble(_("Nothing was sent: from where the submission stands now, nothing can be asked."))


def _changed_meanwhile() -> Trouble:
    return Trouble(_("Nothing was done: the question was changed, sent or discarded while you were reading it."))


def _submission_changed(found: Submission) -> Trouble:
    """What to say where the submission was changed since the page was opened, with what happened last."""
    history = reading.history(found, guards.signed_in())
    return Trouble(
        _("Nothing was sent: the submission was changed while you were reading. Please look at both again."),
        since=tuple(history[-1:]),
    )


def _write(found: Submission, form: QuestionForm, *, trouble: Trouble | None = None) -> str:
    person, reader = guards.signed_in(), i18n.language().code
    return render_template(
        "moderation/question.html",
        submission=found,
        form=form,
        held=outbox.held_for(found, person),
        may_ask=found.state in outbox.ASKABLE,
        offered=[
            (one, one.title.in_language(reader), one.text.in_language(found.language), one.text.in_language(reader))
            for one in question_templates.for_submission(found)
        ],
        discarded=outbox.discarded_last(found, person),
        told=reading.read(found, person, reader).prose,
        trouble=trouble,
    )


def _read_again(found: Submission, form: ReadForm, trouble: Trouble | None) -> str:
    """The page as it is now, with the words that were on the one that was sent, where they are others."""
    held, seen = outbox.held_for(found, guards.signed_in()), form.words_seen.data or ""
    if held is not None:
        return _read(found, held, trouble=trouble, before=seen if seen != held.words.text else "")
    return render_template(
        "moderation/question_gone.html",
        submission=found,
        trouble=trouble,
        before=reading.typed(seen, found.language) if seen else None,
        thread=reading.thread(found, guards.signed_in())[-1:],
    )


def _read(found: Submission, held: Held, *, trouble: Trouble | None = None, before: str = "") -> str:
    person, reader = guards.signed_in(), i18n.language().code
    screened = outbox.findings(found, person, held.words.text)
    return render_template(
        "moderation/question_read.html",
        submission=found,
        held=held,
        preview=_preview(found.interface_language),
        found=[(words, one) for words, one in marked(held.words.text, screened) if one is not None],
        form=ReadForm.of(held),
        must_be_another=outbox.must_be_another(held.question, person),
        told=reading.read(found, person, reader).prose,
        before=reading.typed(before, held.question.language) if before else None,
        trouble=trouble,
    )


def _preview(language: str) -> Preview:
    with i18n.speaking(language):
        meaning = str(template_words()["state_meaning"](State.QUESTION_ASKED))
        over = f"{_('The working group')} · {format_date(clock.day(clock.now()), 'medium')}"
    return Preview(Text(meaning, language), Text(over, language))
