"""Answers as people read them: codes become words in the reader's language, words stay as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from intake.foundation.languages import UNDETERMINED, by_script
from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.vocabularies import label

from .questionnaire import DECLINED, LANGUAGES_OF_ANSWERS, Form, Question, Section
from .sealing import Answers


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer: its question, the question's words, and the answer as one text or several."""

    question: Question
    label: Text
    values: tuple[Text, ...]


def language_of(answers: Answers, name: str, written_in: str) -> str:
    """The language kept for the answer ``name`` of a submission ``written_in`` a language."""
    return str(answers.get(LANGUAGES_OF_ANSWERS, {}).get(name, written_in))


def written(text: str, stated: str) -> Text:
    """Somebody's own words: in the language that was ``stated``, unless their script tells otherwise."""
    return Text(text, by_script(text, stated))


def words(of: Any, reader: str) -> Text:
    """Interface or editorial words for somebody who reads ``reader``."""
    return of.in_language(reader) if isinstance(of, Multilingual) else Text(str(of), reader)


def show(question: Question, value: Any, *, written_in: str, reader: str) -> tuple[Text, ...]:
    """``value`` as the reader sees it; empty when nothing was answered.

    The author's own words carry ``written_in`` or what their script tells; everything chosen
    from a list carries the reader's language; an address is in none.
    """
    if value in (None, "", [], False):
        return ()
    if value is True:
        return (Text(gettext("Yes"), reader),)
    if value == DECLINED:
        return (Text(gettext("I prefer not to say"), reader),)
    if question.form in (Form.ONE, Form.MANY, Form.LIST):
        codes = value if isinstance(value, list) else [value]
        return tuple(_chosen(question, code, reader) for code in codes)
    if question.is_prose:
        return (written(str(value), written_in),)
    return (Text(str(value), UNDETERMINED if question.form is Form.EMAIL else reader),)


def _values(question: Question, answers: Answers, written_in: str, reader: str) -> tuple[Text, ...]:
    own = language_of(answers, question.name, written_in)
    return show(question, answers.get(question.name), written_in=own, reader=reader)


def _chosen(question: Question, code: str, reader: str) -> Text:
    if question.vocabulary:
        return label(question.vocabulary, code, reader)
    return Text(str(dict(question.options).get(code, code)), reader)


def show_all(
    sections: Iterable[Section], answers: Answers, *, written_in: str, reader: str
) -> Iterator[tuple[Section, tuple[Shown, ...]]]:
    """The sections that hold an answer, with what was answered, in the order of the form."""
    for section in sections:
        shown = tuple(
            Shown(question, words(question.label, reader), values)
            for question in section.questions
            if (values := _values(question, answers, written_in, reader))
        )
        if shown:
            yield section, shown
