"""The forms by which words are hidden and files withheld."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, DataRequired, StopValidation

from intake.foundation.texts import normal
from intake.submissions.forms import Answered
from intake.submissions.questionnaire import Form, Need, Question

from .reading import Sides
from .redacted import Category
from .redaction import ALIASES, CATEGORY_LABELS, STANDS, USUAL, Proposal, Wish
from .spans import Span, find

LONGEST_REASON = 500
_CHOOSE = _l("Please choose one of the answers shown.")
_REASON = Answered(Question("reason", "", Form.PROSE, Need.OPTIONAL, limit=LONGEST_REASON))


class SeenForm(FlaskForm):
    """An act on the redactions as they were seen: ``seen`` says how that was, ``revision`` on which version."""

    revision = HiddenField()
    seen = HiddenField()


class HideForm(SeenForm):
    """A passage to hide: its words as they were selected or pasted, and what is to stand in their place."""

    nth = HiddenField()
    passage = TextAreaField(
        _l("Words to hide"),
        description=_l("Paste them as they stand in the text. In most browsers it is enough to select them there."),
        filters=[lambda typed: normal(typed or "")],
        validators=[DataRequired(_l("Please say which words: nothing has been hidden yet."))],
    )
    answer = SelectField(_l("In which answer?"), validate_choice=False)
    category = RadioField(
        _l("What is it?"),
        choices=[SelectChoice(one.value, label) for one, label in CATEGORY_LABELS.items()],
        validators=[AnyOf(list(Category), _CHOOSE)],
        validate_choice=False,
    )
    stands = SelectField(_l("What stands there instead?"), validate_choice=False)
    reason = TextAreaField(_l("Why?"), description=_l("For your colleagues at this desk."), validators=[_REASON])

    def __init__(self, sides: Iterable[Sides], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        labels = {one.name: one.label for one in sides}
        self.answer.choices = [
            SelectChoice(name, label.text, {"lang": label.language, "dir": label.direction})
            for name, label in labels.items()
        ]
        self.stands.choices = [
            SelectChoice("", _l("The usual word for it")),
            *(SelectChoice(code, words if code in ALIASES else f"[{words}]") for code, words in STANDS.items()),
        ]

    def validate_answer(self, field: SelectField) -> None:
        """One of the answers there are."""
        if all(choice.value != field.data for choice in field.choices or ()):
            raise StopValidation(str(_CHOOSE))

    def validate_stands(self, field: SelectField) -> None:
        """One of the words offered, or none."""
        if field.data and field.data not in STANDS:
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def span(self, text: str, revision: int) -> Span:
        """Where the passage stands in ``text``; raises like ``spans.find``."""
        nth = int(self.nth.data) if (self.nth.data or "").isascii() and (self.nth.data or "").isdigit() else None
        return find(self.passage.data, text, revision=revision, name=self.answer.data, nth=nth)

    def wish(self, span: Span) -> Wish:
        """What is to be done with the passage in ``span``."""
        category = Category(self.category.data)
        return Wish(span, category, self.stands.data or USUAL[category], self.reason.kept or "")


class ProposedForm(SeenForm):
    """Proposals that are chosen: hidden fields of the page name them by their keys."""

    @staticmethod
    def among(offered: Iterable[Proposal], keys: Iterable[str]) -> list[Proposal] | None:
        """Those of ``offered`` that are named; None where one that is named is not offered any more."""
        known = {one.key: one for one in offered}
        wanted = list(dict.fromkeys(keys))
        return [known[key] for key in wanted] if all(key in known for key in wanted) else None


class LiftForm(SeenForm):
    """Which redaction is lifted."""

    number = HiddenField()


class EraseForm(SeenForm):
    """Why words are to be erased for good."""

    reason = TextAreaField(_l("Why?"), description=_l("For whoever decides with you."), validators=[_REASON])


class WithholdForm(SeenForm):
    """Why a file is withheld."""

    reason = TextAreaField(_l("Why?"), description=_l("For your colleagues at this desk."), validators=[_REASON])
