"""What an entry of a file means for an entry that is there already.

A column that the file does not have changes nothing; an empty cell says that nothing is known.
A translation that was not mentioned stays as long as its original does: a translation of
another sentence would be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from intake.foundation.languages import CODES, SOURCE_LANGUAGE

from .record import Record
from .vocabulary import STATUSES, SessionState

Given = Mapping[str, Any]

_SITTING = ("starts_at", "minutes", "time_zone", "language", "link")
_DOCUMENT: Given = {"language": None, "url": None}
_OUTPUT: Given = {"status": "planned"}


def text(before: Given | None, given: Given | None) -> dict[str, str] | None:
    """The text in several languages that ``given`` makes of ``before``; None when there is none."""
    if given is None:
        return None
    before = before or {}
    source = SOURCE_LANGUAGE.code
    kept = before if source not in given or given[source] == before.get(source, "") else {}
    merged = {**kept, **given}
    return {code: merged[code] for code in CODES if merged.get(code)} or None


def merge(before: Record | None, given: Given) -> dict[str, Any]:
    """The fields that ``given`` (as the checks return it) sets in the entry ``before`` (None: a new one)."""
    known = before or {}
    merged = {
        field: _MERGERS[field](known.get(field), value) if field in _MERGERS else value
        for field, value in given.items()
        if field not in ("status", "state")
    }
    return merged | {"state": _state(before, given)}


def _state(before: Record | None, given: Given) -> str:
    """A programme knows only whether there is a date; that says nothing about an entry that opened since."""
    status: str | None = given.get("status")
    if given.get("state"):
        return str(given["state"])
    if before is not None:
        return status if status and before["state"] in STATUSES else str(before["state"])
    return status or (SessionState.SCHEDULED if given.get("date") else SessionState.TBD)


def _questions(before: Sequence[Given] | None, given: Sequence[Given]) -> list[dict[str, str]]:
    was = before or []
    merged = (text(was[n] if n < len(was) else None, question) for n, question in enumerate(given))
    return [question for question in merged if question]


def _people(_before: Any, given: Sequence[Given]) -> list[dict[str, Any]]:
    return [{"role": person["role"], "name": person.get("name")} for person in given]


def _sittings(_before: Any, given: Sequence[Given]) -> list[dict[str, Any]]:
    return [{field: sitting.get(field) for field in _SITTING} for sitting in given]


def _interpretation(before: Given | None, given: Given | None) -> dict[str, Any] | None:
    return {**given, "scope": text((before or {}).get("scope"), given["scope"])} if given else None


def _things(defaults: Given) -> Callable[[Any, Any], list[dict[str, Any]]]:
    """Things with a title: one that was there already under that title keeps what is not mentioned."""

    def merged(before: Sequence[Given] | None, given: Sequence[Given]) -> list[dict[str, Any]]:
        found = []
        for thing in given:
            same = next((one for one in before or () if _is_same(one, thing)), {})
            title = text(same.get("title"), thing.get("title"))
            found.append({**defaults, **same, **thing, "title": title})
        return found

    return merged


def _is_same(before: Given, thing: Given) -> bool:
    source = SOURCE_LANGUAGE.code
    titles = (before.get("title") or {}).get(source, ""), (thing.get("title") or {}).get(source, "")
    return before["kind"] == thing["kind"] and titles[0] == titles[1] and before.get("role") == thing.get("role")


_MERGERS: dict[str, Callable[[Any, Any], Any]] = {
    "topic": text,
    "purpose": text,
    "guiding_questions": _questions,
    "people": _people,
    "sitting_times": _sittings,
    "interpretation": _interpretation,
    "outputs": _things(_OUTPUT),
    "documents": _things(_DOCUMENT),
}
