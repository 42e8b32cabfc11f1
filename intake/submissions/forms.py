"""The forms of contributors, derived from the questionnaire.

Every check speaks with a message of ours: WTForms' own catalogue is incomplete in
Arabic. What was typed stays in the form as typed; ``Filled`` holds what is kept.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_babel import format_decimal, gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, EmailField, Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, html_params

from intake.foundation.i18n import language as interface_language
from intake.foundation.identifiers import MistypedReceipt, is_form_token, new_form_token, read_receipt
from intake.foundation.languages import CODES, LANGUAGES, UNDETERMINED
from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.texts import balanced, clean, has_direction_controls, normal, number_in
from intake.foundation.vocabularies import find_country, options, vocabulary

from . import blocks
from .consent import PERMISSIONS, Asked, Consent, Tier, asked_again, asked_of
from .language_guess import guess
from .models import Draft, Submission
from .questionnaire import (
    DECLINED,
    DECLINES,
    ENTRY,
    LANGUAGES_OF_ANSWERS,
    MAIN_PROSE,
    Form,
    Need,
    Question,
    questions,
    sections,
)
from .sealing import Answers
from .services import Filled, corrected_languages, own_words
from .vocabulary import Kind

GUESS = "guess"
"""The value of the language field that asks us to work it out."""

PREFER_NOT = _l("I prefer not to say")
_MONTH = re.compile(r"(?:(\d{4})-(\d{1,2})|(\d{1,2})/(\d{4}))", re.ASCII)
_FIRST_YEAR = 1950
_MOST_DIGITS = 15
_LONGEST_NUMBER = 100
_MOST_TYPED_FOR_ONE = 4
"""Characters as typed that can become one when they are cleaned: what is far too long is not looked at."""


class LongListWidget:
    """A select whose options are rendered once for each language: 195 of them cost 5 ms otherwise."""

    def __call__(self, field: LongListField, **attributes: Any) -> Markup:
        """The select with the field's value chosen."""
        attributes.setdefault("id", field.id)
        chosen = field.data or ""
        rendered = _rendered_options(field.vocabulary, field.declinable, interface_language().code)
        body = Markup("").join(
            Markup('<option value="{}" selected>{}</option>').format(code, label) if code == chosen else html
            for code, label, html in rendered
        )
        return Markup("<select {}>{}</select>").format(_attributes(name=field.name, **attributes), body)


def _attributes(**attributes: Any) -> Markup:
    return Markup(html_params(**attributes))  # noqa: S704  # it escapes every value


@lru_cache(maxsize=32)
def _rendered_options(vocabulary_name: str, declinable: bool, language: str) -> list[tuple[str, str, Markup]]:
    pairs = [("", gettext("Please choose"))]
    if declinable:
        pairs.append((DECLINED, str(PREFER_NOT)))
    pairs.extend(options(vocabulary_name, language))
    return [(code, label, Markup('<option value="{}">{}</option>').format(code, label)) for code, label in pairs]


class LongListField(SelectField):
    """One of a vocabulary, shown as a select."""

    widget = LongListWidget()

    def __init__(self, *args: Any, vocabulary: str, declinable: bool, **kwargs: Any) -> None:
        super().__init__(*args, choices=[], validate_choice=False, **kwargs)
        self.vocabulary = vocabulary
        self.declinable = declinable


class AnyOfField(SelectMultipleField):
    """Any of several, shown as boxes to tick."""

    option_widget = CheckboxInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validate_choice=False, **kwargs)

    @property
    def choices_count(self) -> int:
        """How many there are to choose from; a long list is folded."""
        return len(self.choices or ())


class LanguagesField(HiddenField):
    """Languages of single answers, ``question:code``: chosen from a select each on the check page, else hidden."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take all that came under this name."""
        self.data = " ".join(valuelist)

    def told(self, names: Iterable[str]) -> dict[str, str]:
        """The code for each of the questions ``names`` for which a known one was given."""
        given = dict(one.partition(":")[::2] for one in (self.data or "").split())
        return {name: given[name] for name in names if given.get(name) in (*CODES, UNDETERMINED)}


class Answered:
    """Checks one field against its question and leaves the value to keep in ``field.kept``."""

    field_flags: dict[str, Any]

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field_flags = {"maxlength": question.limit} if question.form in (Form.PROSE, Form.LINE) else {}

    def __call__(self, form: AnswersForm, field: Field) -> None:
        """Refuse with a message, or leave the value to keep."""
        question = self.question
        field.kept = None
        if question.only_if and form[question.only_if[0]].data not in question.only_if[1]:
            raise StopValidation
        if _declined(form, question):
            field.kept = DECLINED
            raise StopValidation
        given = field.data.strip() if isinstance(field.data, str) else field.data
        if given in (None, "", []):
            if question.need is not Need.OPTIONAL:
                raise StopValidation(_please_answer(field))
            raise StopValidation
        field.kept = _CHECKS[question.form](question, field)
        if question.not_before and field.kept < (getattr(form[question.not_before], "kept", None) or ""):
            raise StopValidation(gettext("The end is before the beginning. Please check both months."))
        for value, why in question.stops:
            if field.kept == value:
                raise StopValidation(str(why))


def _declined(form: AnswersForm, question: Question) -> bool:
    box = form._fields.get(question.declines)
    return box is not None and bool(box.data) and not (form[question.name].data or "").strip()


def _please_answer(field: Field) -> str:
    return gettext("Please answer: %(question)s", question=str(field.label.text))


def _cleaned(question: Question, field: Field) -> str:
    if question.limit is not None and len(field.data) > _MOST_TYPED_FOR_ONE * question.limit:
        raise StopValidation(_too_long(len(field.data), question.limit))
    result = clean(field.data)
    if result.removed:
        field.data = result.text
        raise StopValidation(
            ngettext(
                "We took out %(num)s character that cannot be kept. Please check the text and send it again.",
                "We took out %(num)s characters that cannot be kept. Please check the text and send it again.",
                result.removed,
            )
        )
    return result.text.strip()


def _too_long(given: int, limit: int) -> str:
    return gettext(
        "This has %(given)s characters; %(limit)s fit. Nothing was cut: please shorten it.",
        given=format_decimal(given),
        limit=format_decimal(limit),
    )


def _check_length(question: Question, text: str) -> str:
    if question.limit is not None and len(text) > question.limit:
        raise StopValidation(_too_long(len(text), question.limit))
    if len(text) < question.least:
        raise StopValidation(
            ngettext(
                "Please write a little more: at least %(num)s character.",
                "Please write a little more: at least %(num)s characters.",
                question.least,
            )
        )
    return text


def _prose(question: Question, field: Field) -> str:
    return balanced(_check_length(question, _cleaned(question, field)))


def _line(question: Question, field: Field) -> str:
    text = _check_length(question, " ".join(_cleaned(question, field).split()))
    if has_direction_controls(text):
        raise StopValidation(
            gettext("This contains hidden characters that change the direction of the text. Please type it again.")
        )
    return text


def _email(question: Question, field: Field) -> str:
    try:
        checked = validate_email(_line(question, field), check_deliverability=False)
    except EmailNotValidError:
        raise StopValidation(gettext("This is not a whole e-mail address. It looks like name@example.org.")) from None
    return checked.normalized


def _digits(text: str) -> str:
    """``text`` with the digits of every script as 0 to 9; nothing of what is too long to be a number."""
    wide = normal(text, "NFKC") if len(text) <= _LONGEST_NUMBER else ""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in wide)


def _month(question: Question, field: Field) -> str:
    found = _MONTH.fullmatch(_digits(_line(question, field)))
    if found:
        year, month = int(found[1] or found[4]), int(found[2] or found[3])
        if year >= _FIRST_YEAR and 1 <= month <= 12:
            return f"{year:04d}-{month:02d}"
    raise StopValidation(gettext("Please write the year and the month, for example 2020-04."))


def _number(question: Question, field: Field) -> int:
    text = re.sub(r"[\s.,'’٬\u00a0\u202f]", "", _digits(_line(question, field)))
    if not text.isdecimal() or len(text) > _MOST_DIGITS or int(text) > (question.limit or 0):
        raise StopValidation(gettext("Please write a whole number, for example 250."))
    return int(text)


def _one(question: Question, field: Field) -> str:
    if field.data not in dict(question.options):
        raise StopValidation(gettext("Please choose one of the answers shown."))
    return str(field.data)


def _many(question: Question, field: Field) -> list[str]:
    known = vocabulary(question.vocabulary) if question.vocabulary else dict(question.options)
    if any(code not in known for code in field.data):
        raise StopValidation(gettext("Please choose among the answers shown."))
    return [code for code in known if code in field.data]


def _listed(question: Question, field: Field) -> str:
    value = str(field.data).strip()
    if value == DECLINED and question.need is Need.DECLINABLE:
        return value
    if question.vocabulary == "countries":
        found = find_country(value)
        if found is None:
            raise StopValidation(gettext("We do not know this country. Please choose it from the list."))
        return found
    if value not in vocabulary(question.vocabulary or ""):
        raise StopValidation(gettext("Please choose one of the answers shown."))
    return value


_CHECKS: dict[Form, Callable[[Question, Field], Any]] = {
    Form.PROSE: _prose,
    Form.LINE: _line,
    Form.EMAIL: _email,
    Form.MONTH: _month,
    Form.NUMBER: _number,
    Form.ONE: _one,
    Form.MANY: _many,
    Form.LIST: _listed,
    Form.TICK: lambda _question, field: bool(field.data),
}


def _choices(question: Question) -> Any:
    if question.vocabulary:
        name = question.vocabulary
        return lambda: [SelectChoice(code, label) for code, label in options(name, interface_language().code)]
    return [SelectChoice(code, label) for code, label in question.options]


def _field_for(question: Question) -> Any:
    common: dict[str, Any] = {
        "label": _EditorialLabel(question.label) if isinstance(question.label, Multilingual) else question.label,
        "description": question.hint,
        "validators": [Answered(question)],
        "render_kw": {"autocomplete": question.autocomplete} if question.autocomplete else None,
    }
    match question.form:
        case Form.PROSE:
            return TextAreaField(**common)
        case Form.EMAIL:
            return EmailField(**common)
        case Form.ONE:
            return RadioField(choices=_choices(question), validate_choice=False, **common)
        case Form.MANY:
            return AnyOfField(choices=_choices(question), **common)
        case Form.LIST:
            return LongListField(
                vocabulary=question.vocabulary or "", declinable=question.need is Need.DECLINABLE, **common
            )
        case Form.TICK:
            return BooleanField(**common)
        case Form.NUMBER:
            return StringField(**{**common, "render_kw": {"inputmode": "numeric"}})
        case _:
            return StringField(**common)


class _EditorialLabel:
    """A label in several languages, read in the reader's when it is shown."""

    def __init__(self, text: Multilingual) -> None:
        self._text = text

    def _here(self) -> Any:
        return self._text.in_language(interface_language().code)

    @property
    def text(self) -> str:
        """The words in the reader's language, or the nearest there is."""
        return str(self._here().text)

    @property
    def language(self) -> str:
        """The language the words are really in."""
        return str(self._here().language)

    @property
    def direction(self) -> str:
        """The writing direction of the words."""
        return str(self._here().direction)

    def __str__(self) -> str:
        return self.text


def _offers(field: Field, value: Any) -> bool:
    return any(choice.value == value for choice in field.choices)


class AnswersForm(FlaskForm):
    """What every form of a submission asks: the language of the text, and the questions of its kind."""

    language: RadioField
    kind: Kind
    guiding: tuple[tuple[int, Multilingual], ...]

    def validate_language(self, field: Field) -> None:
        """A language of ours, or ours to guess."""
        if not _offers(field, field.data):
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def sections(self) -> Any:
        """The sections of this form."""
        return sections(self.kind, self.guiding)

    def guessed_language(self) -> str | None:
        """The language the main text seems to be in; None when that cannot be told."""
        return guess(self[MAIN_PROSE[self.kind]].data or "")

    def filled_under(self, consent: Consent) -> Filled:
        """What to keep under ``consent``; call after ``validate()`` said yes."""
        answers = {
            question.name: kept
            for question in questions(self.kind, self.guiding)
            if (kept := getattr(self[question.name], "kept", None)) is not None
        }
        text_language = self.language.data
        if text_language == GUESS:
            text_language = self.guessed_language() or interface_language().code
        told = self[LANGUAGES_OF_ANSWERS].told(own_words(self.kind, answers))
        return Filled(kind=self.kind, language=text_language, answers=answers, consent=consent, told=told)


UNDER = "under"
"""Says whether a form is the one that this browser saved before, or another one, under a code of its own."""

NOT_TYPED = frozenset(
    {"csrf_token", "form_token", "saved", "step", "seen", "puzzle", "solution", "homepage"}
    | {"wording", "asked", "advised", UNDER, "code", "language", LANGUAGES_OF_ANSWERS, "consent_tier"}
    | set(PERMISSIONS)
    | {one.name for kind in Kind for one in questions(kind) if one.form in (Form.ONE, Form.MANY, Form.LIST, Form.TICK)}
    | {f"{one.name}{DECLINES}" for kind in Kind for one in questions(kind) if one.need is Need.DECLINABLE}
)
"""Fields in which nobody writes: what comes under any other name is somebody's own words, however few."""


def words_typed(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    """Of what a form sent, as (name, value), the words that somebody typed: to be handed back, to be kept."""
    return [value for name, value in pairs if name not in NOT_TYPED and isinstance(value, str) and value.strip()]


class AsksConsent(FlaskForm):
    """What a form has that asks for consent: its fields, and the version of the words that its page said."""

    consent_tier: RadioField
    wording: HiddenField

    def ask(self, asked: Asked) -> None:
        """Offer what ``asked`` offers."""
        self.asked = asked
        for name in PERMISSIONS:
            if name not in asked.permissions and name in self:
                del self[name]
        self.consent_tier.choices = [SelectChoice(str(int(tier)), words) for tier, words in asked.tiers.items()]

    def ask_anew(self) -> None:
        """Nothing is chosen any more: what was chosen was said in other words."""
        self.consent_tier.data = None
        for name in self.asked.permissions:
            self[name].data = False
        self.consent_tier.errors = [
            gettext("The words of this choice have changed since you opened the page. Please read them and choose.")
        ]

    def shows(self, language: str) -> None:
        """Say on the page which words it shows, in ``language``."""
        self.wording.data = self.asked.version(language)

    def validate_consent_tier(self, field: Field) -> None:
        """Nothing is preselected: somebody has to choose."""
        if not _offers(field, field.data):
            raise StopValidation(gettext("Please choose how we may use your words."))

    def consent(self) -> Consent:
        """What is agreed to; call after ``validate()`` said yes."""
        allowed = {name: bool(self[name].data) for name in self.asked.permissions}
        return Consent(Tier(int(self.consent_tier.data)), **allowed)


class SubmissionForm(AsksConsent, AnswersForm):
    """The form of a new submission: the answers, and how they may be used."""

    of_staff = False
    ceiling: int
    trap = "homepage"
    """A field that no person sees: what is in it was written by a program."""
    form_token: HiddenField
    saved: HiddenField
    """The version of the draft that the page with this form saw last, empty where it saw none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(asked_of(self.kind, self.ceiling))
        if not is_form_token(self.form_token.data or ""):
            self.form_token.data = new_form_token()

    def see(self, draft: Draft) -> None:
        """Take down which version of the draft this page shows."""
        self.saved.data = str(draft.version)

    def saw(self) -> int | None:
        """The version of the draft that this page saw last; None where it saw none."""
        return number_in(self.saved.data)

    def filled(self) -> Filled:
        """What to keep; call after ``validate()`` said yes."""
        return self.filled_under(self.consent())


class RecordForm(SubmissionForm):
    """What a rapporteur takes down."""

    of_staff = True


_STORY_OF_THEIRS = (
    ("mine", _l("It is their own story")),
    ("asked", _l("Someone asked them to tell it")),
    ("organisation", _l("It is what their organisation sees in its work")),
)
"""Whose story it is, as asked of staff who enter it for somebody."""


class EntryForm(RecordForm):
    """A submission that staff enter for somebody: how it came stands before what was said.

    The questions are asked as to somebody who writes down what another person says.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.label.text = gettext("In which language do you write it down?")
        if "story_of" in self:
            self["story_of"].choices = [SelectChoice(code, label) for code, label in _STORY_OF_THEIRS]
            self["agreement"].description = gettext("Only if it is not their own story.")

    def sections(self) -> Any:
        """The sections of this form."""
        return (ENTRY, *super().sections())

    def filled(self) -> Filled:
        """What to keep; call after ``validate()`` said yes."""
        entry = {one.name: kept for one in ENTRY.questions if (kept := getattr(self[one.name], "kept", None))}
        return replace(super().filled(), entry=entry)


class AmendmentForm(AnswersForm):
    """The answers of a submission, to be changed; ``seen`` is the revision they are of. Consent stays as it is."""

    of_staff = False
    ceiling: int
    seen = HiddenField()

    def __init__(self, submission: Submission, answers: Answers, **kwargs: Any) -> None:
        revision = submission.revisions[-1]
        corrected = corrected_languages(self.kind, answers, revision.language)
        held = {
            "seen": str(revision.number),
            "language": revision.language,
            LANGUAGES_OF_ANSWERS: " ".join(f"{name}:{code}" for name, code in corrected.items()),
            **_as_typed(self, answers),
        }
        # What a post does not hold was emptied: the old answer must not come back in its place.
        super().__init__(data=None if request.method == "POST" else held, **kwargs)
        self._consent = submission.consent
        self.ceiling = min(submission.promised_ceiling, submission.listening_session.ceiling)
        for question in questions(self.kind, self.guiding):
            field = self[question.name]
            if blocks.stand_in(submission, [field.data]):
                explained = gettext(
                    "Some words here were erased for good, to protect somebody. Blocks (█) stand in their place, and "
                    "nobody can read what was there. You can leave the blocks as they are, or write something else "
                    "over them."
                )
                field.description = f"{field.description} {explained}" if field.description else explained

    def filled(self) -> Filled:
        """What to keep, under the consent given when it was submitted, or since."""
        return self.filled_under(self._consent)

    def seen_revision(self) -> int:
        """The number of the revision that was on the page; zero for what no page holds."""
        return number_in(self.seen.data) or 0


def _as_typed(form: AnswersForm, answers: Answers) -> dict[str, Any]:
    """Kept answers as the fields of ``form`` hold them."""
    typed: dict[str, Any] = {}
    for question in questions(form.kind, form.guiding):
        value = answers.get(question.name)
        if value == DECLINED and question.form is not Form.LIST:
            typed[question.declines] = True
        elif value is not None:
            typed[question.name] = str(value) if question.form is Form.NUMBER else value
    return typed


def _hidden_fields() -> dict[str, Any]:
    return {"form_token": HiddenField(), "saved": HiddenField()}


@lru_cache(maxsize=256)
def form_class(
    kind: Kind, guiding: tuple[tuple[int, Multilingual], ...] = (), ceiling: int = Tier.NAMED
) -> type[SubmissionForm]:
    """The form of ``kind`` with the guiding questions ``(position, text)`` and the ceiling of a listening session."""
    of = RecordForm if kind is Kind.INTERVENTION else SubmissionForm
    fields = {
        **_hidden_fields(),
        **_answer_fields(kind, guiding),
        **_consent_fields(asked_of(kind, ceiling, machines=True)),
    }
    return type("SubmissionForm", (of,), {**fields, "ceiling": ceiling})


@lru_cache(maxsize=256)
def entry_class(kind: Kind, guiding: tuple[tuple[int, Multilingual], ...], ceiling: int) -> type[EntryForm]:
    """The form by which staff enter a submission of ``kind`` for somebody."""
    entry = {question.name: _field_for(question) for question in ENTRY.questions}
    asked = _consent_fields(asked_of(kind, ceiling, machines=True))
    fields = {**_hidden_fields(), **entry, **_answer_fields(kind, guiding), **asked}
    return type("EntryForm", (EntryForm,), {**fields, "ceiling": ceiling})


@lru_cache(maxsize=256)
def amendment_class(kind: Kind, guiding: tuple[tuple[int, Multilingual], ...] = ()) -> type[AmendmentForm]:
    """The same questions as ``form_class`` asks, for somebody who changes what they said."""
    return type("AmendmentForm", (AmendmentForm,), _answer_fields(kind, guiding))


def _answer_fields(kind: Kind, guiding: tuple[tuple[int, Multilingual], ...]) -> dict[str, Any]:
    # WTForms keeps the order in which fields are made: the order of the page, and of its error summary.
    fields: dict[str, Any] = {"kind": kind, "guiding": guiding, "language": _language_field()}
    fields[LANGUAGES_OF_ANSWERS] = LanguagesField()
    for question in questions(kind, guiding):
        fields[question.name] = _field_for(question)
        if question.need is Need.DECLINABLE and question.form is not Form.LIST:
            fields[question.declines] = BooleanField(PREFER_NOT)
    return fields


def _language_field() -> RadioField:
    return RadioField(
        _l("In which language do you write?"),
        description=_l("It may differ from the language of this page."),
        choices=[
            SelectChoice(GUESS, _l("Work it out from my text")),
            *(SelectChoice(one.code, Text(one.endonym, one.code)) for one in LANGUAGES),
        ],
        default=GUESS,
        validate_choice=False,
    )


def _consent_fields(asked: Asked) -> dict[str, Any]:
    return {
        "wording": HiddenField(),
        "consent_tier": RadioField(asked.question, validate_choice=False),
        **{name: BooleanField(words) for name, words in asked.permissions.items()},
    }


class ReceiptForm(FlaskForm):
    """The door for somebody who comes back."""

    code = StringField(
        _l("Your receipt code"),
        description=_l("Five groups of five letters and digits. Spaces and dashes do not matter."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"},
    )

    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.code.data or "").strip()

    def says(self, code: str) -> bool:
        """Whether what was typed is ``code``."""
        try:
            return read_receipt(self.code.data or "") == code
        except MistypedReceipt:
            return False


class VerifyForm(FlaskForm):
    """A signed receipt, to be looked at."""

    receipt = TextAreaField(
        _l("The signed receipt"),
        description=_l("Paste the whole text. Spaces and line breaks do not matter."),
        render_kw={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "dir": "ltr", "rows": 4},
    )


class AddressForm(FlaskForm):
    """Where to send the signed receipt, once."""

    email = EmailField(
        _l("Your e-mail"),
        description=_l("It is used for this one mail, and erased once the mail has left."),
        validators=[Answered(Question("email", _l("Your e-mail"), Form.EMAIL, Need.REQUIRED, limit=254))],
        render_kw={"autocomplete": "email"},
    )


class AnswerForm(FlaskForm):
    """The contributor's answer to a question; ``advised`` tells of which words the page has given its advice."""

    question = Question("answer", _l("Your answer"), Form.PROSE, Need.REQUIRED, limit=5_000)
    answer = TextAreaField(_l("Your answer"), validators=[Answered(question)])
    advised = HiddenField()
    seen = HiddenField()

    def sees(self, messages: int) -> None:
        """The page shows so many messages: what is written under them answers the last."""
        self.seen.data = str(messages)

    def messages_seen(self) -> int:
        """How many messages the page showed; 0 where that is not known."""
        return number_in(self.seen.data) or 0

    def advise(self) -> None:
        """The page gives its advice on what is written now."""
        self.advised.data = self._mark()

    def is_advised(self) -> bool:
        """Whether the page gave its advice on these very words; call after ``validate()`` said yes."""
        return self.advised.data == self._mark()

    def _mark(self) -> str:
        return hashlib.sha256(self.answer.kept.encode()).hexdigest()[:16]


class ConsentForm(AsksConsent):
    """Changing consent: less counts at once, more needs ``sure``, which only the page asks that asks for more."""

    sure: BooleanField


@cache
def consent_form_class() -> type[ConsentForm]:
    """The form in which a contributor changes what was agreed, whatever the ceiling of the session."""
    asked = asked_again(Tier.NAMED, for_more=True, machines=True)
    return type("ConsentForm", (ConsentForm,), {**_consent_fields(asked), "sure": BooleanField(asked.sure)})
