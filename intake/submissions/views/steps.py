"""What the pages of a form share: how much they take, what to say when it goes wrong, the check page."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from intake.foundation import i18n
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Multilingual
from intake.foundation.texts import has_direction_controls
from intake.programme.models import ListeningSession
from intake.submissions import attachments, drafts
from intake.submissions.consent import TIER_LABELS, asked_of
from intake.submissions.forms import (
    GUESS,
    NOT_TYPED,
    AmendmentForm,
    SubmissionForm,
    form_class,
    words_typed,
)
from intake.submissions.paper.left_over import LeftOver, Why, left_over_in
from intake.submissions.questionnaire import LANGUAGES_OF_ANSWERS, Form, questions
from intake.submissions.screening import screen_answers
from intake.submissions.sealing import open_typed
from intake.submissions.services import Filled, own_words
from intake.submissions.showing import show_all
from intake.submissions.vocabulary import Kind

LEFT_OVER, SEEN_TO = "left_over", "left_over_seen"
"""Said by a page that shows what was left over of a paper, and by whoever needs it no longer."""

_DOUBTS = frozenset({Why.CHANGED, Why.MARK, Why.TWICE, Why.BESIDE, Why.COUNTRY})
_NOTHING = (None, "", False, GUESS)

DONE = {
    "confirmed": (_l("Your code is right."), _l("Keep it in a safe place. You can leave this page.")),
    "changed": (_l("Your change is kept."), _l("The working group will read it.")),
    "consent": (_l("Your consent is kept."), _l("What this page says you agreed to counts from now on.")),
    "unchanged": (_l("Nothing was changed."), ""),
}
"""What the page of one's own submission or draft says of what was done just now."""


def guiding(held: ListeningSession) -> tuple[tuple[int, Multilingual], ...]:
    """The guiding questions of ``held`` as forms take them: (position, text)."""
    return tuple((question.position, question.text) for question in held.questions)


def form_of(held: ListeningSession, kind: Kind) -> type[SubmissionForm]:
    """The form of ``kind`` as the listening session ``held`` asks it."""
    return form_class(kind, guiding(held), held.ceiling)


def is_asked_so(form: SubmissionForm) -> bool:
    """Whether consent is asked for now in the words that were on the page from which ``form`` comes."""
    return form.asked.language_of(form.wording.data or "", i18n.language().code) is not None


def too_much_from_here() -> str:
    """What to say above a form that is given back because too much comes from its sender's place."""
    return _("That was a lot in a short time. Nothing is lost: please try again in a minute.")


def sent_before() -> str:
    """What to say above a form whose words became a submission before, and have changed since."""
    return _(
        "This form was sent before, and nothing about that is changed now. "
        "If you send it now, it becomes a second submission with a receipt of its own."
    )


def of_another_form() -> str:
    """What to say above a form under whose token another one was saved."""
    return _(
        "Another form was saved under the code of this page, and stays as it is. "
        "If you save or send this one now, it gets a code of its own."
    )


def form_page(
    held: ListeningSession,
    form: SubmissionForm,
    problem: str | None = None,
    **further: Any,
) -> str:
    """The form as it was filled so far; ``problem`` stands above it.

    What was chosen under other words, on an older page or when it was saved, is asked again and not preselected.
    """
    further.setdefault("left_over", left_over_of(held, form))
    if draft := further.get("draft"):
        form.see(draft)
    if form.consent_tier.data and not is_asked_so(form):
        form.ask_anew()
    form.shows(i18n.language().code)
    return render_template("submissions/form.html", held=held, form=form, problem=problem, **further)


def closed_page(
    held: ListeningSession, form: SubmissionForm, *, typed: bool, left_over: list[LeftOver] | None = None
) -> ResponseReturnValue:
    """The session takes nothing any more; what was ``typed`` is handed back, to be kept."""
    kept = left_over_of(held, form) if left_over is None else left_over
    words = words_typed((field.name, field.data) for field in form) if typed else []
    return render_template(
        "submissions/closed.html", held=held, form=form, typed=typed, words=words, chosen=NOT_TYPED, left_over=kept
    ), 409


def left_over_of(held: ListeningSession, form: FlaskForm, *, unseen: bool = False) -> list[LeftOver]:
    """What was left over of the paper that ``form`` was on; ``unseen``: unless somebody has seen to it.

    Only a page that shows such words says so: no other form costs a look at the database.
    """
    is_said = "form_token" in form and request.form.get(LEFT_OVER)
    if not is_said or (unseen and request.form.get(SEEN_TO)):
        return []
    draft = drafts.of_form(form.form_token.data, held, form.kind)
    return left_over_in(open_typed(draft)) if draft else []


def left_over_page(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue | None:
    """The form once more, while words of its paper would be gone with sending that nobody saw to; None otherwise."""
    if not left_over_of(held, form, unseen=True):
        return None
    return form_page(held, form, problem=_("Please look at what was left over first, and tick the box under it.")), 422


def mark_doubts(form: FlaskForm, left_over: list[LeftOver]) -> None:
    """Say beside each field that is still empty why the paper did not fill it."""
    for one in left_over:
        if one.name in form and one.why in _DOUBTS and form[one.name].data in _NOTHING:
            form[one.name].errors = [one.reason]


def check_page(held: ListeningSession, form: SubmissionForm | AmendmentForm) -> str:
    """What is about to be sent, as it was understood, with advice; call after ``validate()`` said yes."""
    filled = form.filled()
    asked = asked_of(filled.kind, form.ceiling)
    told = _languages_to_check(form, filled)
    guessed = form.guessed_language()
    chosen = form.language.data
    if chosen == GUESS and guessed is not None:
        form.language.data = filled.language
    return render_template(
        "submissions/check.html",
        held=held,
        form=form,
        filled=filled,
        guessed=chosen == GUESS and guessed is not None,
        untold=chosen == GUESS and guessed is None,
        doubt=guessed if chosen != GUESS and guessed and guessed != chosen else None,
        languages_told=told,
        languages_offered=_languages_to_offer(filled, told),
        shown=show_all(form.sections(), filled.shown(), written_in=filled.language, reader=i18n.language().code),
        asked=asked,
        # What came back to be changed may allow less than its form offers.
        tier=asked.tiers.get(filled.consent.tier, TIER_LABELS[filled.consent.tier]),
        going_along=_going_along(held, form),
        screened=screen_answers(questions(form.kind, form.guiding), filled.answers),
        turns=any(has_direction_controls(v) for v in filled.answers.values() if isinstance(v, str)),
        carried=[*_carried(form), *((name, "y") for name in (LEFT_OVER, SEEN_TO) if request.form.get(name))],
    )


def _going_along(held: ListeningSession, form: SubmissionForm | AmendmentForm) -> list[str]:
    """The names of the files that lie with the draft of this form: they are sent with it."""
    draft = drafts.of_form(form.form_token.data, held, form.kind) if isinstance(form, SubmissionForm) else None
    return [attachments.name_of(one) for one in attachments.of(draft)] if draft else []


def _languages_to_check(form: SubmissionForm | AmendmentForm, filled: Filled) -> dict[str, str]:
    """The language of each answer that seems to be, or was said to be, in another one than the whole."""
    lines = {one.name for one in questions(form.kind, form.guiding) if one.form is Form.LINE}
    guessed = {name: code for name, code in filled.languages().items() if code in CODES or name not in lines}
    return {**guessed, **filled.told}


def _languages_to_offer(filled: Filled, told: dict[str, str]) -> dict[str, str]:
    """The language in which each other answer with words is kept, to be corrected where it is wrong.

    A short answer in the script of the whole is taken for its language: only who wrote it knows better.
    """
    kept = filled.languages()
    return {
        name: kept.get(name, filled.language)
        for name, text in own_words(filled.kind, filled.answers).items()
        if name not in told and any(c.isalpha() for c in text)
    }


def _carried(form: FlaskForm) -> list[tuple[str, str]]:
    """Every value of the form as hidden fields carry it to the next step."""
    pairs: list[tuple[str, str]] = []
    for field in form:
        if field.name in ("csrf_token", LANGUAGES_OF_ANSWERS) or field.data in (None, "", [], False):
            continue
        values = field.data if isinstance(field.data, list) else ["y" if field.data is True else field.data]
        pairs.extend((field.name, str(value)) for value in values)
    return pairs


def retention_days() -> int:
    """Days from a withdrawal until the text is erased."""
    days: int = current_app.config["SETTINGS"].retention_days
    return days
