"""The forms of the desk: decisions, codes, and the reason for opening contacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, DataRequired, StopValidation

from intake.accounts.models import Person
from intake.foundation.i18n import language as interface_language
from intake.foundation.languages import CODES, LANGUAGES
from intake.foundation.multilingual import Text
from intake.foundation.texts import number_in
from intake.foundation.vocabularies import label, vocabulary
from intake.submissions.forms import Answered, AnyOfField
from intake.submissions.models import Submission
from intake.submissions.questionnaire import Form, Need, Question
from intake.submissions.vocabulary import ContactReason
from intake.submissions.workflow import Move

from .bulk import Act, Wanted
from .codebook import Book
from .models import VOCABULARY_OF, Scheme
from .personal import LONGEST_NAME

LONGEST_WORDS = 3_000
"""Code points of a reason or a question."""
LONGEST_SEARCH = 200
LONGEST_NOTE = 300
_MOST_TICKED = 200

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
        return number_in(self.version.data) or 0, number_in(self.decided.data) or 0


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


class SearchForm(FlaskForm):
    """Words to look for, and the row after which the next page begins; never in an address, which others may see."""

    sought = StringField(_l("Search"), filters=[lambda typed: (typed or "").strip()[:LONGEST_SEARCH]])
    before = HiddenField()

    def starts_before(self) -> int | None:
        """The id of the last row that was seen; None on the first page."""
        return number_in(self.before.data)


class SaveForm(FlaskForm):
    """A name for the filters that are set."""

    name = StringField(
        _l("A name for these filters"),
        validators=[Answered(Question("name", "", Form.LINE, Need.REQUIRED, limit=LONGEST_NAME))],
    )


class TakeOverForm(FlaskForm):
    """Why somebody takes over what another is on, and who that was when they looked."""

    holder = HiddenField()
    note = StringField(
        _l("A note to them"), validators=[Answered(Question("note", "", Form.LINE, Need.REQUIRED, limit=LONGEST_NOTE))]
    )

    def seen(self) -> int:
        """The person who was on it; 0 for what no page holds."""
        return number_in(self.holder.data) or 0


ACT_LABELS = {
    Act.CLAIM: _l("I am on it"),
    Act.RELEASE: _l("Give back"),
    Act.HAND: _l("Hand to a colleague"),
    Act.THEME: _l("Add a theme"),
    Act.SPAM: _l("Decline as spam"),
}


class BulkForm(FlaskForm):
    """What is to be done to several submissions, and at which version each was seen.

    ``ready`` is pressed on the page that shows what will happen.
    """

    act = HiddenField()
    shown = HiddenField()
    theme = SelectField(_l("Theme"), validate_choice=False)
    colleague = SelectField(_l("Colleague"), validate_choice=False)
    note = StringField(
        _l("A note to them"), validators=[Answered(Question("note", "", Form.LINE, Need.OPTIONAL, limit=LONGEST_NOTE))]
    )
    words = TextAreaField(
        _l("Or say it in your own words"),
        validators=[Answered(Question("words", "", Form.PROSE, Need.OPTIONAL, limit=LONGEST_WORDS))],
    )
    language = SelectField(
        _l("In which language do you write?"),
        choices=[SelectChoice(one.code, one.endonym, {"lang": one.code, "dir": one.direction}) for one in LANGUAGES],
        validators=[AnyOf(CODES, _CHOOSE)],
        validate_choice=False,
    )

    def __init__(self, colleagues: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(data={"language": interface_language().code}, **kwargs)
        self.colleagues = {str(one.id): one for one in colleagues}
        nothing = SelectChoice("", gettext("Please choose"))
        self.offer([])
        self.colleague.choices = [nothing, *(SelectChoice(number, one.name) for number, one in self.colleagues.items())]

    def offer(self, books: Sequence[Book]) -> None:
        """Offer the themes of the one code book of all that are chosen, as it calls them.

        Of several sessions only those themes can be meant that every code book begins with.
        """
        shared, reader = VOCABULARY_OF[Scheme.THEME], interface_language().code
        named = [(one, label(shared, one, reader)) for one in vocabulary(shared)]
        self.book = books[0] if len(books) == 1 else None
        if self.book is not None:
            named = [(one.code, one.name.in_language(reader)) for one in self.book.choosable()]
        self.themes = {code for code, _name in named}
        choices = (SelectChoice(code, name, {"lang": name.language, "dir": name.direction}) for code, name in named)
        self.theme.choices = [SelectChoice("", gettext("Please choose")), *choices]

    @property
    def wanted_act(self) -> Act | None:
        """Which act it is about, if there is such a one."""
        return next((act for act in Act if act == self.act.data), None)

    def chosen(self) -> dict[int, int]:
        """By the ids of the submissions that were ticked, or of all that were shown, the versions that were seen."""
        ticked = (self.shown.data or "").split() if request.form.get("all") else request.form.getlist("item")
        pairs = (one.partition(".") for one in ticked[:_MOST_TICKED])
        seen = {number_in(number) or 0: number_in(version) or 0 for number, _dot, version in pairs}
        return {number: version for number, version in seen.items() if number and version}

    @property
    def has_words(self) -> bool:
        """Whether something was typed that would be lost with the form."""
        return bool((self.note.data or "").strip() or (self.words.data or "").strip())

    def is_complete(self) -> bool:
        """Whether everything is said that the act needs; what is missing is in ``errors`` where it was asked for."""
        if self.wanted_act is Act.THEME:
            return self.theme.data in self.themes
        return self.wanted_act is not Act.HAND or self.colleague.data in self.colleagues

    def wanted(self, act: Act) -> Wanted:
        """What is to be done; of a form that is valid."""
        theme = self.theme.data if act is Act.THEME and self.is_complete() else None
        return Wanted(
            act,
            theme=theme,
            read_as=tuple(self.book.read_as(theme)) if self.book is not None and theme else (),
            colleague=self.colleagues.get(self.colleague.data or "") if act is Act.HAND else None,
            note=self.note.kept or "" if act is Act.HAND else "",
            words=self.words.kept or "" if act is Act.SPAM else "",
            language=self.language.data,
        )


class CodingForm(FlaskForm):
    """The themes and objectives of a submission."""

    themes = AnyOfField(_l("Themes"))
    objectives = AnyOfField(_l("Objectives of the Global Compact for Migration"))

    def __init__(self, book: Book, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        reader = interface_language().code
        shared = vocabulary(VOCABULARY_OF[Scheme.THEME])
        own = [entry.code for entry in book.standing() if entry.code not in shared]
        self.themes.choices = [SelectChoice(one, book.entries[one].name.in_language(reader)) for one in (*shared, *own)]
        self.objectives.choices = [
            SelectChoice(one, in_words(Scheme.GCM_OBJECTIVE, one, book, reader))
            for one in vocabulary(VOCABULARY_OF[Scheme.GCM_OBJECTIVE])
        ]


def in_words(scheme: Scheme, code: str, book: Book, reader: str) -> Text:
    """What ``code`` is called, with the number that people know it by."""
    if scheme is Scheme.THEME:
        return book.called(code, reader)
    words = label(VOCABULARY_OF[scheme], code, reader)
    term = vocabulary(VOCABULARY_OF[scheme]).get(code)
    return words._replace(text=f"{term.number}. {words.text}") if term is not None and term.number else words


class SeenForm(FlaskForm):
    """Something done with a group of submissions as it was seen; ``seen`` is the mark of how that was."""

    seen = HiddenField()


class JoinForm(SeenForm):
    """The reference of another submission, to be put together with one."""

    other = HiddenField()


class OrganiserForm(SeenForm):
    """Whose campaign it is."""

    organiser = SelectField(_l("Who organised it"), validate_choice=False)

    def __init__(self, known: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = [SelectChoice(str(identity), name) for identity, name in known]
        self.organiser.choices = [SelectChoice("", _l("Not known")), *names]

    def validate_organiser(self, field: SelectField) -> None:
        """One of those offered."""
        if all(choice.value != field.data for choice in field.choices or ()):
            raise StopValidation(str(_CHOOSE))


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
