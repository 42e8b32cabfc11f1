"""What a form asks, as blanks that can be filled on paper: derived from the form, so that no question stands twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from intake.foundation.i18n import as_in, in_this_language, language
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import options
from intake.programme.models import ListeningSession
from intake.submissions.consent import PERMISSIONS
from intake.submissions.forms import AnyOfField, SubmissionForm
from intake.submissions.questionnaire import DECLINED, GUIDING_PREFIX, Form, Need, Question, Section
from intake.submissions.vocabulary import WRITTEN, Kind
from intake.submissions.words import HEADINGS

CONSENT = frozenset({"consent_tier", *PERMISSIONS})
"""What is read only where nothing at all stands beside the tick."""

_MOST_BOXES = 40
"""A longer list is written, not ticked: nobody prints 195 countries."""


@dataclass(frozen=True, slots=True)
class Blank:
    """One question on paper: the field it fills, its words, and the boxes to tick (none: it is written).

    ``several`` says that more than one box may be ticked, ``lines`` how much room there is to write.
    """

    name: str
    label: Text
    hint: str = ""
    boxes: tuple[tuple[str, Text], ...] = ()
    several: bool = False
    lines: int = 1

    @property
    def mark(self) -> str:
        """Its bookmark. A guiding question is known by its words: another one may have its number tomorrow."""
        is_guiding = self.name.startswith(GUIDING_PREFIX)
        return f"q_{self.name}_{_digest(self.label.text, 6)}" if is_guiding else f"q_{self.name}"


@dataclass(frozen=True, slots=True)
class Part:
    """Blanks under one heading."""

    title: str
    intro: str
    blanks: tuple[Blank, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file says of itself: for which form of which session it is, in which language, and what it asks."""

    kind: Kind
    language: str
    session: str
    asked: str

    def __str__(self) -> str:
        return f"form_1_{self.kind}_{self.language}_{self.session}_{self.asked}"

    @classmethod
    def read(cls, bookmark: str) -> Mark | None:
        """The mark that ``bookmark`` is, if it is one; the second one of a file ends with 2."""
        found = _MARK.fullmatch(bookmark)
        return cls(Kind(found[1]), found[2], found[3], found[4]) if found else None

    def is_of(self, slug: str) -> bool:
        """Whether the file is for the listening session with this address."""
        return self.session == _digest(slug, 8)


_MARK = re.compile(rf"form_1_({'|'.join(WRITTEN)})_({'|'.join(CODES)})_([0-9a-f]{{8}})_([0-9a-f]{{6}})(?:_2)?")


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole form on paper: every word that is printed on it, and the blanks.

    ``wording`` is the version of the words by which it asks for consent.
    """

    kind: Kind
    slug: str
    language: str
    heading: str
    topic: Text
    how_to: tuple[str, ...]
    wording: str
    parts: tuple[Part, ...]

    @property
    def mark(self) -> Mark:
        """What its file says of itself."""
        asked = _digest(repr((self.heading, self.topic, self.how_to, self.parts)), 6)
        return Mark(self.kind, self.language, _digest(self.slug, 8), asked)

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """Its blanks, in their order."""
        return tuple(blank for part in self.parts for blank in part.blanks)

    def lines(self) -> Iterator[str]:
        """Every printed paragraph but the labels of boxes."""
        yield from (self.heading, self.topic.text, *self.how_to)
        for part in self.parts:
            yield from (part.title, part.intro)
            for blank in part.blanks:
                yield from (blank.label.text, blank.hint)


def paper_of(held: ListeningSession, asked: type[SubmissionForm], code: str) -> Paper:
    """The form ``asked`` of the listening session ``held`` on paper, in the language ``code``."""
    with as_in(code):
        form = asked(formdata=None)  # made here: its choices are in the language in which it is made
        return Paper(
            kind=form.kind,
            slug=held.slug,
            language=code,
            heading=str(HEADINGS[form.kind]),
            topic=in_this_language(held.topic),
            how_to=_how_to(),
            wording=form.asked.version(code),
            parts=tuple(_parts(form)),
        )


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _how_to() -> tuple[str, ...]:
    return (
        _("Write into the frames. Tick a box by clicking it, or by writing x in it."),
        _("Leave out what you do not want to say."),
        _("Then send this file back on the page where you got it. You see what we understood before anything is sent."),
        _("Please leave out what could show who somebody is. Whoever uses your device can read this file."),
        _("This is not an emergency service."),
    )


def _parts(form: SubmissionForm) -> Iterator[Part]:
    yield Part("", "", (_boxes(form, "language"),))
    for section in form.sections():
        yield Part(str(section.title), str(section.intro), tuple(_blanks(form, section)))
    ticks = tuple(_tick(form, name) for name in form.asked.permissions)
    yield Part(_("Your consent"), str(form.asked.intro), (_boxes(form, "consent_tier"), *ticks))


def _blanks(form: SubmissionForm, section: Section) -> Iterable[Blank]:
    for question in section.questions:
        yield _blank(form, question)
        if question.declines in form:
            yield _tick(form, question.declines)


def _blank(form: SubmissionForm, question: Question) -> Blank:
    match question.form:
        case Form.ONE | Form.MANY:
            return _boxes(form, question.name)
        case Form.TICK:
            return _tick(form, question.name)
        case Form.LIST:
            return _listed(form, question)
        case Form.PROSE:
            return _written(form, question.name, lines=12 if (question.limit or 0) > 3_000 else 6)
        case _:
            return _written(form, question.name)


def _listed(form: SubmissionForm, question: Question) -> Blank:
    declined = [(DECLINED, _("I prefer not to say"))] if question.need is Need.DECLINABLE else []
    choices = [*declined, *options(question.vocabulary or "", language().code)]
    if len(choices) > _MOST_BOXES:
        return _written(form, question.name)
    boxes = tuple((code, _here(label)) for code, label in choices)
    return Blank(question.name, _label(form, question.name), _hint(form, question.name), boxes)


def _written(form: SubmissionForm, name: str, lines: int = 1) -> Blank:
    return Blank(name, _label(form, name), _hint(form, name), lines=lines)


def _boxes(form: SubmissionForm, name: str) -> Blank:
    field = form[name]
    boxes = tuple((str(choice.value), _text(choice.label)) for choice in field.iter_choices())
    return Blank(name, _label(form, name), _hint(form, name), boxes, several=isinstance(field, AnyOfField))


def _tick(form: SubmissionForm, name: str) -> Blank:
    return Blank(name, Text("", language().code), "", (("y", _label(form, name)),), several=True)


def _label(form: SubmissionForm, name: str) -> Text:
    label = form[name].label.text
    written_in = getattr(label, "language", None) or language().code
    return Text(str(label), written_in)


def _hint(form: SubmissionForm, name: str) -> str:
    return str(form[name].description or "")


def _text(words: object) -> Text:
    return words if isinstance(words, Text) else _here(words)


def _here(words: object) -> Text:
    return Text(str(words), language().code)
