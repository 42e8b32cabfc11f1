"""The forms by which passages are coded and code books are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, StopValidation

from intake.foundation.i18n import language as interface_language
from intake.foundation.languages import LANGUAGES
from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.texts import clean, number_in
from intake.foundation.vocabularies import vocabulary
from intake.submissions.forms import AnyOfField
from intake.submissions.showing import Shown

from .codebook import Book, Entry
from .coding import VOCABULARY_OF_AXIS, Axis, Codes, in_words

LONGEST_PASSAGE = 20_000
LONGEST_MEMO = 2_000
LONGEST_NAME = 120
LONGEST_DEFINITION = 1_000

_TOO_LONG = _l("This is too long. Please shorten it.")
_ONE_THEME = _l("Please choose one theme at least.")


def _stripped(typed: str | None) -> str:
    return clean(typed or "").text.strip()


class CodesForm(FlaskForm):
    """What is said of a passage."""

    themes = AnyOfField(_l("Themes"), validators=[InputRequired(_ONE_THEME)])
    kind = RadioField(_l("What is it?"), validate_choice=False)
    groups = AnyOfField(_l("Whom it is about"))
    objectives = AnyOfField(_l("Objectives of the Global Compact for Migration"))
    addressees = AnyOfField(_l("Who is asked to act"))
    memo = TextAreaField(
        _l("Note"),
        filters=[_stripped],
        validators=[Length(max=LONGEST_MEMO, message=_TOO_LONG)],
        description=_l("For your working group only. It is never in a digest, nor in a table."),
    )
    version = HiddenField()

    def __init__(self, book: Book, held: Iterable[str] = (), **kwargs: Any) -> None:
        """``held`` are themes that may stay although they were split."""
        super().__init__(**kwargs)
        reader = interface_language().code
        themes = {entry.code: None for entry in book.choosable()} | dict.fromkeys(map(book.now, held))
        self.themes.choices = [
            SelectChoice(code, book.called(code, reader), _hint(book.entries.get(code), reader)) for code in themes
        ]
        for field, axis in (
            (self.kind, Axis.KIND), (self.groups, Axis.GROUP), (self.objectives, Axis.OBJECTIVE),
            (self.addressees, Axis.ADDRESSEE),
        ):  # fmt: skip
            field.choices = [
                SelectChoice(code, in_words(axis, code, book, reader)) for code in vocabulary(VOCABULARY_OF_AXIS[axis])
            ]

    def validate_kind(self, field: RadioField) -> None:
        """One of the three."""
        if field.data not in vocabulary(VOCABULARY_OF_AXIS[Axis.KIND]):
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def codes(self) -> Codes:
        """What was chosen."""
        return {
            Axis.THEME: self.themes.data or (),
            Axis.KIND: [self.kind.data] if self.kind.data else (),
            Axis.GROUP: self.groups.data or (),
            Axis.OBJECTIVE: self.objectives.data or (),
            Axis.ADDRESSEE: self.addressees.data or (),
        }

    def seen(self) -> int:
        """The version that was on the page; 0 for what no page holds."""
        return number_in(self.version.data) or 0


def _hint(entry: Entry | None, reader: str) -> dict[str, Any]:
    definition = entry.definition.in_language(reader) if entry else Text("", reader)
    return {"hint": definition} if definition else {}


def chosen(codes: Codes, memo: str, version: int) -> dict[str, Any]:
    """The data of a ``CodesForm`` that shows ``codes``."""
    return {
        "themes": list(codes[Axis.THEME]),
        "kind": next(iter(codes[Axis.KIND]), None),
        "groups": list(codes[Axis.GROUP]),
        "objectives": list(codes[Axis.OBJECTIVE]),
        "addressees": list(codes[Axis.ADDRESSEE]),
        "memo": memo,
        "version": str(version),
    }


class ExcerptForm(CodesForm):
    """A passage of one answer, pasted or selected on the page, with what is said of it.

    ``nth`` is filled by the script, or asked where the words stand more than once.
    """

    answer = SelectField(_l("In which answer?"), validate_choice=False)
    passage = TextAreaField(
        _l("The passage"),
        filters=[_stripped],
        validators=[InputRequired(_l("Please select a passage in the text, or paste one."))],
        description=_l("Select it in the text, or copy it from there. It is kept as a place in the text."),
    )
    nth = HiddenField()
    revision = HiddenField()
    which = RadioField(_l("Which of these do you mean?"), validate_choice=False)

    def __init__(self, book: Book, prose: Sequence[Shown], **kwargs: Any) -> None:
        super().__init__(book, **kwargs)
        self.answer.choices = [
            SelectChoice("", gettext("Wherever it stands")),
            *(SelectChoice(one.question.name, one.label.text) for one in prose),
        ]
        self.which.choices = []

    def validate_passage(self, field: TextAreaField) -> None:
        """Not longer than any answer."""
        if len(field.data) > LONGEST_PASSAGE:
            raise StopValidation(str(_TOO_LONG))

    def ask_which(self, choices: Sequence[tuple[str, Text]]) -> None:
        """Ask which one is meant of several places, each as (value, words around it)."""
        self.which.choices = [SelectChoice(value, words) for value, words in choices]
        self.which.errors = [gettext("These words stand there more than once. Please choose.")]

    def refuse(self, why: str) -> None:
        """Say why the passage cannot be taken."""
        self.passage.errors = [why]


class EntryForm(FlaskForm):
    """A theme of the code book: its name in up to four languages, and what it means in the page's."""

    name_en = StringField(filters=[_stripped], validators=[Length(max=LONGEST_NAME, message=_TOO_LONG)])
    name_fr = StringField(filters=[_stripped], validators=[Length(max=LONGEST_NAME, message=_TOO_LONG)])
    name_es = StringField(filters=[_stripped], validators=[Length(max=LONGEST_NAME, message=_TOO_LONG)])
    name_ar = StringField(filters=[_stripped], validators=[Length(max=LONGEST_NAME, message=_TOO_LONG)])
    definition = TextAreaField(
        _l("What it means"),
        filters=[_stripped],
        validators=[Length(max=LONGEST_DEFINITION, message=_TOO_LONG)],
        description=_l("What belongs here and what does not. In your words: nothing that somebody told."),
    )
    version = HiddenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for one in LANGUAGES:
            field = self[f"name_{one.code}"]
            field.label.text = gettext("Name (%(language)s)", language=one.endonym)
            field.render_kw = {"lang": one.code, "dir": one.direction}

    def validate_name_en(self, field: StringField) -> None:
        """A name in one language at least."""
        if not self.name():
            raise StopValidation(gettext("Please give it a name in one language at least."))

    def name(self) -> Multilingual:
        """The name as it was typed."""
        return Multilingual({one.code: self[f"name_{one.code}"].data or "" for one in LANGUAGES})

    def define(self, before: Multilingual) -> Multilingual:
        """``before`` with what was typed in the language of the page."""
        return Multilingual({**before, interface_language().code: self.definition.data or ""})

    def seen(self) -> int:
        """The version that was on the page."""
        return number_in(self.version.data) or 0


class ChangeEntryForm(EntryForm):
    """An entry that is there already, with a passage that shows what is meant."""

    example = SelectField(
        _l("An example"),
        validate_choice=False,
        description=_l("A passage that was coded with it. Whoever may not read that passage does not see it."),
    )

    def __init__(self, examples: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.example.choices = [SelectChoice("", gettext("None")), *(SelectChoice(*one) for one in examples)]

    def chosen_example(self) -> int | None:
        """The row of the passage; None for one that was not offered."""
        offered = {choice.value for choice in self.example.choices or ()}
        return number_in(self.example.data) if self.example.data in offered else None

    @classmethod
    def of(cls, entry: Entry, examples: Sequence[tuple[str, str]]) -> ChangeEntryForm:
        """The form that shows ``entry``."""
        names = {f"name_{code}": name for code, name in entry.name.items()}
        definition = entry.definition.get(interface_language().code, "")
        data = {**names, "definition": definition, "version": str(entry.version), "example": str(entry.example or "")}
        return cls(examples, formdata=None, data=data)


class MergeForm(FlaskForm):
    """Into which other theme this one goes."""

    into = SelectField(_l("Count and show it as"), validate_choice=False)
    version = HiddenField()

    def __init__(self, book: Book, entry: Entry, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        reader = interface_language().code
        others = [one for one in book.choosable() if one.code != entry.code]
        self.into.choices = [SelectChoice(one.code, book.called(one.code, reader).text) for one in others]
        if not self.is_submitted():
            self.version.data = str(entry.version)

    def seen(self) -> int:
        """The version that was on the page."""
        return number_in(self.version.data) or 0


class SplitForm(FlaskForm):
    """The names of the two themes that come out of one, in the language of the page."""

    first = StringField(
        _l("One of the two"), filters=[_stripped],
        validators=[InputRequired(_l("Please give it a name.")), Length(max=LONGEST_NAME, message=_TOO_LONG)],
    )  # fmt: skip
    second = StringField(
        _l("The other"), filters=[_stripped],
        validators=[InputRequired(_l("Please give it a name.")), Length(max=LONGEST_NAME, message=_TOO_LONG)],
    )  # fmt: skip
    version = HiddenField()

    def names(self) -> list[Multilingual]:
        """Both names."""
        here = interface_language().code
        return [Multilingual({here: field.data}) for field in (self.first, self.second)]

    def seen(self) -> int:
        """The version that was on the page."""
        return number_in(self.version.data) or 0
