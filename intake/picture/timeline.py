"""Days gathered into as few equal stretches of time as a chart has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date, format_skeleton
from flask_babel import gettext as _

from intake.foundation.languages import locale_of

MOST = 30
"""Columns that a chart has room for."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day, week, month or year: its first day, and what it is called."""

    begins: date
    label: str


def stretches(days: Iterable[date], reader: str) -> tuple[list[Stretch], Callable[[date], date]]:
    """Stretches from the first to the last of ``days``, empty ones too, and which of them a day lies in."""
    known = sorted(set(days))
    if not known:
        return [], lambda day: day
    first, last = known[0], known[-1]
    for begin, after, named in _GRAINS:
        found = list(_between(begin(first), last, after))
        if len(found) <= MOST:
            return [Stretch(day, named(day, reader)) for day in found], begin
    begin, after, named = _GRAINS[-1]
    return [Stretch(day, named(day, reader)) for day in _between(begin(first), last, after)], begin


def _between(first: date, last: date, after: Callable[[date], date]) -> Iterable[date]:
    while first <= last:
        yield first
        first = after(first)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _named_day(day: date, reader: str) -> str:
    return str(format_date(day, "medium", locale=locale_of(reader)))


def _named_week(day: date, reader: str) -> str:
    return _("Week of %(day)s", day=_named_day(day, reader))


def _named_month(day: date, reader: str) -> str:
    return str(format_skeleton("yMMM", day, locale=locale_of(reader)))


def _named_year(day: date, reader: str) -> str:
    return str(format_skeleton("y", day, locale=locale_of(reader)))


_GRAINS: tuple[tuple[Callable[[date], date], Callable[[date], date], Callable[[date, str], str]], ...] = (
    (lambda day: day, lambda day: day + timedelta(days=1), _named_day),
    (_monday, lambda day: day + timedelta(days=7), _named_week),
    (lambda day: day.replace(day=1), _next_month, _named_month),
    (lambda day: day.replace(month=1, day=1), lambda day: day.replace(year=day.year + 1, month=1, day=1), _named_year),
)
