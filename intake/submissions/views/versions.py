"""Two versions of one form: what is on the page, and what is kept of it under a code."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from intake.foundation import i18n
from intake.foundation.multilingual import Text
from intake.programme.models import ListeningSession
from intake.submissions.forms import SubmissionForm, form_class
from intake.submissions.models import Draft
from intake.submissions.paper.left_over import is_left_over
from intake.submissions.questionnaire import DECLINED, DECLINES, Form, Need, Question, questions
from intake.submissions.sealing import Typed, open_typed
from intake.submissions.showing import show, words
from intake.submissions.vocabulary import Kind

from .steps import guiding

_CONSENT = (
    ("consent_tier", Form.ONE, Need.REQUIRED),
    ("publication", Form.TICK, Need.OPTIONAL),
    ("follow_up", Form.TICK, Need.OPTIONAL),
)

Differing = tuple[Text, Any]
"""What a question is called, and what was answered in the other version: a Text, several, or None."""


def as_saved(draft: Draft, held: ListeningSession) -> SubmissionForm:
    """The form as ``draft`` keeps it."""
    typed: MultiDict[str, str] = MultiDict(fields_of(open_typed(draft)))
    return form_class(Kind(draft.kind), guiding(held), held.ceiling)(formdata=typed)


def fields_of(pairs: Typed) -> Typed:
    """Of what a draft keeps, what belongs into fields."""
    return [(name, value) for name, value in pairs if not is_left_over(name)]


def differing(there: SubmissionForm, here: SubmissionForm) -> list[Differing]:
    """Whatever ``there`` says otherwise than ``here``, in the order of the form, as its reader sees it.

    Languages are left out: one that was worked out is no other answer.
    """
    reader = i18n.language().code
    asked = [*questions(here.kind, here.guiding), *(_of_consent(here, *one) for one in _CONSENT)]
    found: list[Differing] = []
    for question in asked:
        other = _said(there, question)
        if other != _said(here, question):
            shown = show(question, other, written_in=reader, reader=reader)
            found.append((words(question.label, reader), shown[0] if len(shown) == 1 else shown or None))
    return found


def _said(form: SubmissionForm, question: Question) -> Any:
    said, declines = form[question.name].data, f"{question.name}{DECLINES}"
    if isinstance(said, str):
        said = said.replace("\r\n", "\n") if said.strip() else None
    return said or (DECLINED if declines in form and form[declines].data else None)


def _of_consent(form: SubmissionForm, name: str, shape: Form, need: Need) -> Question:
    options = tuple((choice.value, choice.label) for choice in getattr(form[name], "choices", None) or ())
    return Question(name, form[name].label.text, shape, need, options=options)
