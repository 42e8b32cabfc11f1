"""Who was not heard from, against what the session's programme asks for, and what was done about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from intake.accounts.models import Person
from intake.foundation import clock, register, sheets
from intake.foundation.i18n import as_in
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import subregion_of
from intake.moderation.alike import groups_in
from intake.moderation.codebook import book_of
from intake.programme.models import ListeningSession
from intake.programme.words import day_in_words

from . import queries
from .drawing import is_accepted
from .expected import Axis, Expected, called, expected
from .models import GapMark, Mark
from .totals import Totals, totals


class NoSuchGap(LookupError):
    """The session's programme asks for nobody of that name."""


class NoReason(ValueError):
    """A gap is set aside only with a reason."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Somebody from whom the session wants to hear: why, what came, and what was noted last.

    What was ``received`` and ``accepted`` is counted as submissions, organisations and texts.
    """

    axis: Axis
    code: str
    label: Text
    why: tuple[str, ...]
    received: Totals
    accepted: Totals
    mark: GapMark | None

    @property
    def is_open(self) -> bool:
        """Whether nothing was accepted and nobody did anything about it."""
        return not self.accepted.submissions and (self.mark is None or self.mark.mark == Mark.OPEN)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everybody that is expected: to act on, seen to (invited, or set aside), and heard."""

    to_act_on: tuple[Gap, ...]
    seen_to: tuple[Gap, ...]
    heard: tuple[Gap, ...]


def coverage(held: ListeningSession, person: Person, reader: str) -> Coverage:
    """Whom ``held`` asks for, against what ``person`` reads of it."""
    every = _gaps(held, person, reader)
    silent = [one for one in every if not one.accepted.submissions]
    return Coverage(
        to_act_on=tuple(one for one in silent if one.is_open),
        seen_to=tuple(one for one in silent if not one.is_open),
        heard=tuple(one for one in every if one.accepted.submissions),
    )


def find(held: ListeningSession, person: Person, axis: str, code: str, reader: str) -> Gap:
    """One of those that ``held`` asks for; raises ``NoSuchGap`` for any other."""
    found = next((one for one in _gaps(held, person, reader) if (one.axis, one.code) == (axis, code)), None)
    if found is None:
        raise NoSuchGap(code)
    return found


def mark(held: ListeningSession, person: Person, gap: Gap, what: Mark, note: str) -> None:
    """Note what was done about ``gap``.

    Raises:
        NoReason: it is to be set aside without one.
    """
    if what is Mark.NOT_RELEVANT and not note:
        raise NoReason(gap.code)
    queries.add(
        GapMark(listening_session_id=held.id, axis=gap.axis.value, code=gap.code, mark=what.value, note=note,
                person_id=person.id, at=clock.now())
    )  # fmt: skip
    register.record(f"gap.{what.value}", held.code, person_id=person.id, axis=gap.axis.value, code=gap.code)


def invitation(held: ListeningSession, gap: Gap) -> list[Text]:
    """What can be sent to somebody of whom nothing came, in each language, with the session's address and day."""
    return [Text(_invitation(held, gap, code), code) for code in CODES]


def _invitation(held: ListeningSession, gap: Gap, code: str) -> str:
    with as_in(code):
        link = current_app.config["SETTINGS"].base_url + url_for(
            "programme.listening_session", slug=held.slug, lang=code
        )
        lines = [
            _("Dear friends,"),
            _("The listening session “%(topic)s” gathers what people know from their own lives and work, so that those "
              "who write policy hear it.", topic=held.topic.in_language(code).text or held.code),
            _("So far it has heard too little from or about: %(name)s. That is why we write to you.",
              name=called(gap.axis, gap.code, code).text),
            _("You can write in English, French, Spanish or Arabic, without an account, and you decide yourselves how "
              "your words may be used and whether you are named:"),
            link,
            _deadline(held.date, is_open=held.is_open),
            _("Thank you. Please pass this on to whoever should be heard."),
        ]  # fmt: skip
    return "\n\n".join(line for line in lines if line)


def _deadline(day: date | None, *, is_open: bool) -> str:
    if day is not None and day >= clock.day(clock.now()):
        return _("Please write before the session on %(day)s.", day=day_in_words(day))
    return _("The session is open now. There is no closing day yet; the sooner, the better.") if is_open else ""


def export(held: ListeningSession, person: Person, *, kind: str, reader: str) -> bytes:
    """Everybody that is expected, as a table of ``kind``: whether something was accepted, not how much.

    How much is on the page alone: so small a figure could point at somebody. Leaves a line in the register.

    Raises:
        KeyError: another kind.
    """
    write = {"csv": sheets.as_csv, "xlsx": _as_xlsx}[kind]
    rows = [[sheets.neutral(cell) for cell in row] for row in _lines(_gaps(held, person, reader))]
    made = write(rows)
    register.record("gap.export", held.code, person_id=person.id, format=kind, rows=len(rows) - 1)
    return made


def _as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    return sheets.as_xlsx("gaps", rows, [14, 40, 50, 12, 16, 14, 50])


def _lines(every: Iterable[Gap]) -> Iterable[tuple[str, ...]]:
    yield ("kind", "name", "expected_because", "accepted", "mark", "marked_on", "note")
    for one in every:
        noted = one.mark
        yield (
            one.axis.value, one.label.text, " | ".join(one.why), "yes" if one.accepted.submissions else "no",
            *((noted.mark, noted.at.date().isoformat(), noted.note) if noted else ("", "", "")),
        )  # fmt: skip


def _gaps(held: ListeningSession, person: Person, reader: str) -> list[Gap]:
    rows = queries.of_desk(held, person)
    groups = queries.coded_groups(held, person, book_of(held.id))
    found, together, marks = _sorted(rows, groups), groups_in(held.id), queries.marks(held)

    def gap(one: Expected) -> Gap:
        key = (one.axis, one.code)
        accepted = totals([row for row in found[key] if is_accepted(row)], together)
        noted = marks.get((one.axis.value, one.code))
        return Gap(*key, called(*key, reader), one.why, totals(found[key], together), accepted, noted)

    return [gap(one) for one in expected(held, reader)]


def _sorted(
    rows: Iterable[Any], coded: Iterable[tuple[int, str, str | None]]
) -> defaultdict[tuple[Axis, str | None], list[Any]]:
    """The ``rows`` by everything that they are counted as."""
    found = defaultdict[tuple[Axis, str | None], list[Any]](list)
    here = {}
    for row in rows:
        here[row.id] = row
        found[Axis.WHO, row.stakeholder_type].append(row)
        found[Axis.LANGUAGE, row.language].append(row)
        found[Axis.REGION, subregion_of(row.country) if row.country else None].append(row)
    for submission, group in {(submission, group) for submission, _theme, group in coded if submission in here}:
        found[Axis.GROUP, group].append(here[submission])
    return found
