"""The forms of asking: a question that is to be held, what is done with it, and the templates it may begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, StopValidation

from intake.accounts import scopes
from intake.accounts.scopes import EVERYWHERE, Reach
from intake.foundation.identifiers import MistypedReceipt, read_receipt
from intake.foundation.languages import CODES, LANGUAGES
from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.texts import clean, number_in
from intake.submissions.forms import Answered
from intake.submissions.models import Submission
from intake.submissions.questionnaire import Form, Need, Question

from .forms import LONGEST_WORDS
from .models import QuestionTemplate
from .outbox import Held

LONGEST_TITLE = 100
_TOO_LONG = _l("Please make it shorter.")
_LIKE_A_RECEIPT = re.compile(r"(?<![^\W_])[^\W_]{5}(?:[ \-\u2010-\u2015]?[^\W_]{5}){4}(?![^\W_])")


def holds_a_receipt(words: str) -> bool:
    """Whether a receipt code stands in ``words``: nobody but the contributor should have it."""
    return any(_is_receipt(found.group()) for found in _LIKE_A_RECEIPT.finditer(words))


def _is_receipt(typed: str) -> bool:
    try:
        read_receipt(typed)
    except MistypedReceipt:
        return False
    # Five words of five letters may chance upon the check symbol; a code without any figure is one in ten thousand.
    return any(c.isdigit() for c in typed)


class QuestionForm(FlaskForm):
    """A question to the contributor, in a language that may differ from the page's.

    ``seen`` is the mark of the held question that it stands in for, ``template`` the one it began with.
    """

    words = TextAreaField(
        _l("Your question. The contributor will read it."),
        validators=[
            DataRequired(_l("Please write the question.")),
            Answered(Question("words", "", Form.PROSE, Need.REQUIRED, limit=LONGEST_WORDS)),
        ],
    )
    language = SelectField(
        _l("In which language do you write?"),
        choices=[SelectChoice(one.code, one.endonym, {"lang": one.code, "dir": one.direction}) for one in LANGUAGES],
        validators=[AnyOf(CODES, _l("Please choose one of the answers shown."))],
        validate_choice=False,
    )
    seen = HiddenField()
    template = HiddenField()

    def validate_words(self, field: TextAreaField) -> None:
        """No receipt code: whoever reads the screen could come back in the contributor's place."""
        if holds_a_receipt(field.data or ""):
            raise StopValidation(
                gettext("This seems to hold a receipt code. Please take it out: only the contributor should have it.")
            )

    def chosen_template(self, offered: Sequence[QuestionTemplate]) -> int | None:
        """The template it began with, if that is one of those ``offered``."""
        number = number_in(self.template.data)
        return number if number in {one.id for one in offered} else None

    def begin_with(self, text: Text, template: int | None) -> None:
        """Put ``text`` into it, under what is written already."""
        typed = clean(self.words.data or "").text.strip()
        if not typed:
            self.language.data = text.language
        if text.text not in typed:
            self.words.data = f"{typed}\n\n{text.text}" if typed else text.text
        self.template.data = str(template or "")

    @classmethod
    def of(cls, submission: Submission, held: Held | None) -> QuestionForm:
        """The form that shows the question that is ``held``, or an empty one in the contributor's language."""
        if held is None:
            return cls(formdata=None, data={"language": submission.language})
        data = {"words": held.words.text, "language": held.question.language, "seen": held.mark,
                "template": str(held.question.template_id or "")}  # fmt: skip
        return cls(formdata=None, data=data)


class ReadForm(FlaskForm):
    """Something done with a held question as it was read: its mark, its words, and the version of the submission."""

    seen = HiddenField()
    version = HiddenField()
    words_seen = HiddenField()

    @classmethod
    def of(cls, held: Held) -> ReadForm:
        """The form of the question as it is now."""
        data = {"seen": held.mark, "version": str(held.submission.version), "words_seen": held.words.text}
        return cls(formdata=None, data=data)

    def version_seen(self) -> int:
        """The version of the submission that was on the page; 0 for what no page holds."""
        return number_in(self.version.data) or 0


def _stripped(typed: str | None) -> str:
    return clean(typed or "").text.strip()


class TemplateForm(FlaskForm):
    """A template of questions: its title and its text in up to four languages."""

    title_en = StringField(filters=[_stripped], validators=[Length(max=LONGEST_TITLE, message=_TOO_LONG)])
    text_en = TextAreaField(filters=[_stripped], validators=[Length(max=LONGEST_WORDS, message=_TOO_LONG)])
    title_fr = StringField(filters=[_stripped], validators=[Length(max=LONGEST_TITLE, message=_TOO_LONG)])
    text_fr = TextAreaField(filters=[_stripped], validators=[Length(max=LONGEST_WORDS, message=_TOO_LONG)])
    title_es = StringField(filters=[_stripped], validators=[Length(max=LONGEST_TITLE, message=_TOO_LONG)])
    text_es = TextAreaField(filters=[_stripped], validators=[Length(max=LONGEST_WORDS, message=_TOO_LONG)])
    title_ar = StringField(filters=[_stripped], validators=[Length(max=LONGEST_TITLE, message=_TOO_LONG)])
    text_ar = TextAreaField(filters=[_stripped], validators=[Length(max=LONGEST_WORDS, message=_TOO_LONG)])
    version = HiddenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for one in LANGUAGES:
            title, text = self.in_language(one.code)
            title.label.text = gettext("Title (%(language)s)", language=one.endonym)
            text.label.text = gettext("Question (%(language)s)", language=one.endonym)
            title.render_kw = text.render_kw = {"lang": one.code, "dir": one.direction}

    def in_language(self, code: str) -> tuple[Field, Field]:
        """The two fields of a language."""
        return self[f"title_{code}"], self[f"text_{code}"]

    def validate_title_en(self, _field: StringField) -> None:
        """A title in one language at least."""
        if not self.title():
            raise StopValidation(gettext("Please give it a title in one language at least."))

    def validate_text_en(self, _field: TextAreaField) -> None:
        """A text in one language at least."""
        if not self.text():
            raise StopValidation(gettext("Please write the question in one language at least."))

    def title(self) -> Multilingual:
        """The title as it was typed."""
        return Multilingual({one.code: self[f"title_{one.code}"].data or "" for one in LANGUAGES})

    def text(self) -> Multilingual:
        """The text as it was typed."""
        return Multilingual({one.code: self[f"text_{one.code}"].data or "" for one in LANGUAGES})

    def seen(self) -> int:
        """The version that was on the page; 0 for what no page holds."""
        return number_in(self.version.data) or 0

    @classmethod
    def of(cls, template: QuestionTemplate) -> TemplateForm:
        """The form that shows ``template``."""
        data = {f"title_{code}": words for code, words in template.title.items()}
        data |= {f"text_{code}": words for code, words in template.text.items()}
        return cls(formdata=None, data={**data, "version": str(template.version)})


class NewTemplateForm(TemplateForm):
    """A template that is not there yet, and for whom it is."""

    where = SelectField(_l("For whom it is"), validate_choice=False)

    def __init__(self, places: Sequence[Reach], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._places = {str(number): place for number, place in enumerate(places)}
        self.where.choices = [SelectChoice(number, place_name(place)) for number, place in self._places.items()]

    def validate_where(self, field: SelectField) -> None:
        """One of those offered."""
        if field.data not in self._places:
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def place(self) -> Reach:
        """Where it is to be kept; of a form that is valid."""
        return self._places[self.where.data]


def place_name(place: Reach) -> str:
    """For whom a template is that is kept at ``place``."""
    return gettext("Everybody") if place == EVERYWHERE else scopes.name(place) or ""
