"""The forms of the desk: decisions, codes, and the reason for opening contacts."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, DataRequired, StopValidation

from intake.foundation.i18n import language as interface_language
from intake.foundation.languages import CODES, LANGUAGES
from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import label, vocabulary
from intake.submissions.forms import Answered, AnyOfField
from intake.submissions.models import Submission
from intake.submissions.questionnaire import Form, Need, Question
from intake.submissions.workflow import Move

from .models import VOCABULARY_OF, Scheme

LONGEST_WORDS = 3_000
"""Code points of a reason or a question."""

_CHOOSE = _l("Please choose one of the answers shown.")


class DecisionForm(FlaskForm):
    """One decision, made on a submission as it was seen: ``version`` and ``decided`` say how that was."""

    version = HiddenField()
    decided = HiddenField()

    def __init__(self, move: Move, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.move = move
        for field in self:
            # Several of these forms stand on one page.
            field.id = field.label.field_id = f"{move.verb}-{field.name}"

    @property
    def has_words(self) -> bool:
        """Whether the decision asks for words."""
        return "words" in self

    def see(self, submission: Submission) -> None:
        """Take down how the submission is seen now."""
        self.version.data = str(submission.version)
        self.decided.data = str(len(submission.decisions))

    def seen(self) -> tuple[int, int]:
        """The version, and the number of decisions, that were on the page; zeros for what no page holds."""
        return _number(self.version.data or ""), _number(self.decided.data or "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class ReasonForm(DecisionForm):
    """A decision with its reason."""

    words = TextAreaField(
        validators=[
            DataRequired(_l("Please fill this in: nothing has been decided yet.")),
            Answered(Question("words", "", Form.PROSE, Need.REQUIRED, limit=LONGEST_WORDS)),
        ]
    )

    def __init__(self, move: Move, **kwargs: Any) -> None:
        super().__init__(move, **kwargs)
        self.words.label.text = move.words


class MessageForm(ReasonForm):
    """A decision that the contributor is told of, in a language that may differ from the page's."""

    language = SelectField(
        _l("In which language do you write?"),
        choices=[SelectChoice(one.code, one.endonym, {"lang": one.code, "dir": one.direction}) for one in LANGUAGES],
        validators=[AnyOf(CODES, _CHOOSE)],
        validate_choice=False,
    )


def decision_form(move: Move, submission: Submission, language: str, *, typed: bool = False) -> DecisionForm:
    """The form of ``move``: as it was sent (``typed``), or new, to be written in ``language``."""
    of = MessageForm if move.told else ReasonForm if move.words else DecisionForm
    form = of(move) if typed else of(move, formdata=None, data={"language": language})
    if not typed:
        form.see(submission)
    return form


class CodingForm(FlaskForm):
    """The themes and objectives of a submission."""

    themes = AnyOfField(_l("Themes"))
    objectives = AnyOfField(_l("Objectives of the Global Compact for Migration"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.themes.choices = _choices(Scheme.THEME)
        self.objectives.choices = _choices(Scheme.GCM_OBJECTIVE)


def _choices(scheme: Scheme) -> list[SelectChoice]:
    reader = interface_language().code
    return [SelectChoice(one, in_words(scheme, one, reader)) for one in vocabulary(VOCABULARY_OF[scheme])]


def in_words(scheme: Scheme, code: str, reader: str) -> Text:
    """What ``code`` is called, with the number that people know it by."""
    words = label(VOCABULARY_OF[scheme], code, reader)
    term = vocabulary(VOCABULARY_OF[scheme]).get(code)
    return words._replace(text=f"{term.number}. {words.text}") if term is not None and term.number else words


class ContactReason(StrEnum):
    """Why somebody opens the contacts: what the register keeps of it."""

    QUESTION = "question"
    CONSENT = "consent"
    DANGER = "danger"
    ASKED = "asked"


CONTACT_REASONS = {
    ContactReason.QUESTION: _l("To ask something: they allowed it"),
    ContactReason.CONSENT: _l("To check what they agreed to"),
    ContactReason.DANGER: _l("Somebody may be in danger"),
    ContactReason.ASKED: _l("They asked us to get in touch"),
}


class ContactForm(FlaskForm):
    """Why the contacts are opened; a question to them only where they allowed one."""

    reason = RadioField(_l("Why do you open them?"), validate_choice=False)

    def __init__(self, submission: Submission, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        allowed = [reason for reason in ContactReason if submission.follow_up or reason is not ContactReason.QUESTION]
        self.reason.choices = [SelectChoice(reason.value, CONTACT_REASONS[reason]) for reason in allowed]

    def validate_reason(self, field: RadioField) -> None:
        """One of the reasons offered."""
        if all(choice.value != field.data for choice in field.choices or ()):
            raise StopValidation(gettext("Please say why: the register keeps the reason."))
