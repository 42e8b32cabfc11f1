"""The columns of a programme file: one line each, whatever the format.

``name`` is the key in JSON and the head in CSV and XLSX; a spoken column comes once for each
language (``topic``, ``topic_fr``, …). Heads are read without regard to case, accents and signs.
"""

from __future__ import annotations

from dataclasses import dataclass

from intake.foundation.languages import CODES, SOURCE_LANGUAGE
from intake.foundation.search import fold

from . import checks
from .cells import INTERPRETATION, LIST, PEOPLE, PLAIN, SITTINGS, SPOKEN, SPOKEN_LIST, Syntax, titled
from .checks import Check, from_vocabulary, line, listed, whole


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how its cells are written, what it may hold, and what else people call it."""

    name: str
    syntax: Syntax
    check: Check
    also: tuple[str, ...] = ()
    headed: bool = False
    """Whether the columns of other languages only add to the bare one."""


COLUMNS = (
    Column("position", PLAIN, whole(1, 10_000), ("no", "number")),
    Column("slug", PLAIN, checks.slug),
    Column("code", PLAIN, checks.code),
    Column("status", PLAIN, checks.status),
    Column("state", PLAIN, checks.state),
    Column("date", PLAIN, checks.day),
    Column("time_zone", PLAIN, checks.time_zone),
    Column("topic", SPOKEN, checks.topic, ("title",)),
    Column("working_group", PLAIN, line(20), ("group",)),
    Column("organisers", LIST, checks.organisers, ("organizers", "co-leads", "organiser", "organizer")),
    Column("people", PEOPLE, checks.people),
    Column("format", LIST, listed(from_vocabulary("session_formats")), ("formats",)),
    Column("sittings", PLAIN, whole(0, 1000)),
    Column("sitting_times", SITTINGS, checks.sitting_times),
    Column("audience", LIST, listed(from_vocabulary("audiences"))),
    Column("purpose", SPOKEN, checks.purpose),
    Column("guiding_questions", SPOKEN_LIST, checks.questions, ("questions",)),
    Column("languages", LIST, listed(checks.language), ("language",)),
    Column("interpretation", INTERPRETATION, checks.interpretation, headed=True),
    Column("consent_ceiling", PLAIN, checks.ceiling),
    Column("standing", PLAIN, checks.flag),
    Column("outputs", titled("kind", "status"), checks.outputs, headed=True),
    Column("documents", titled("kind", "role", "language", addressed=True), checks.documents, headed=True),
    Column("related", LIST, listed(whole(1, 10_000))),
)
BY_NAME = {column.name: column for column in COLUMNS}


def head(column: Column, language: str) -> str:
    """The head of ``column`` for ``language``; the source language needs no ending."""
    return column.name if language == SOURCE_LANGUAGE.code else f"{column.name}_{language}"


def heads() -> tuple[tuple[Column, str], ...]:
    """Every column of a table with its language, in the order files have them."""
    return tuple(
        (column, language)
        for column in COLUMNS
        for language in (CODES if column.syntax.spoken else (SOURCE_LANGUAGE.code,))
    )


def find(written: str) -> tuple[Column, str] | None:
    """The column and language that a head means, or None."""
    return _BY_HEAD.get(fold(written))


def _by_head() -> dict[str, tuple[Column, str]]:
    found: dict[str, tuple[Column, str]] = {}
    for column, language in heads():
        for name in (column.name, *column.also):
            found[fold(f"{name} {language}")] = (column, language)
            if language == SOURCE_LANGUAGE.code:
                found[fold(name)] = (column, language)
    return found


_BY_HEAD = _by_head()
