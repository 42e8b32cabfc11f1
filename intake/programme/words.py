"""The programme in words: languages, interpretation, dates, what moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from intake.foundation import clock, vocabularies
from intake.foundation.i18n import in_this_language, language
from intake.foundation.languages import CODES, name_of
from intake.foundation.multilingual import Multilingual, Text

from . import queries
from .models import ListeningSession, ReferralContact
from .reaching import ways_to
from .vocabulary import FIELD_LABELS, STATE_LABELS, SessionState

STATE_TONES = {
    SessionState.PIPELINE: "quiet",
    SessionState.TBD: "quiet",
    SessionState.SCHEDULED: "quiet",
    SessionState.OPEN: "active",
    SessionState.CLOSED: "closed",
    SessionState.DIGEST_ISSUED: "done",
    SessionState.ARCHIVED: "closed",
}
OUTPUT_LABELS = {
    "planned": _l("Planned"),
    "drafting": _l("Being written"),
    "published": _l("Published"),
    "annexed": _l("Published, with an annex"),
}
_NOT_TOLD = frozenset({"position", "slug", "related", "time_zone"})


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that changed on a day: the label of the field, and the value before and after (None: not told)."""

    day: date
    label: Any
    before: Any = None
    after: Any = None


def language_name(code: str) -> str:
    """The name of the language ``code`` in the reader's language; the code itself when it has none."""
    return name_of(code, language().code)


def listing(items: Iterable[Any], style: Any = "standard") -> str:
    """``items`` as a sentence lists them: "French, Spanish and Arabic"."""
    return format_list([str(item) for item in items], style=style, locale=language().locale)


def held_in(held: ListeningSession) -> str:
    """The working languages of ``held``; empty when they are not decided."""
    return listing(map(language_name, held.languages or ()))


def interpreted(held: ListeningSession) -> str:
    """How ``held`` is interpreted; empty when it is not decided."""
    rule = held.interpretation
    if not rule:
        return ""
    mode = term("interpretation_modes", rule["mode"]).text
    source = [language_name(code) for code in rule["from"]]
    target = language_name(rule["to"]) if rule["to"] else ""
    if source and target:
        return _("%(mode)s, from %(source)s into %(target)s", mode=mode, source=listing(source), target=target)
    if len(source) > 1:
        return _("%(mode)s, between %(languages)s", mode=mode, languages=listing(source))
    if source:
        return _("%(mode)s, from %(source)s", mode=mode, source=source[0])
    return _("%(mode)s, into %(target)s", mode=mode, target=target) if target else mode


def spoken_there(held: ListeningSession) -> frozenset[str]:
    """Codes of all languages in which one can take part in ``held``."""
    rule = held.interpretation or {}
    codes = (*(held.languages or ()), *rule.get("from", ()), rule.get("to"))
    return frozenset(code for code in codes if code)


def spoken_at(contact: ReferralContact) -> str:
    """The languages in which somebody can speak to ``contact``; empty when they are not known."""
    return listing(map(language_name, contact.languages))


def term(vocabulary: str, code: str) -> Text:
    """The label of ``code`` in the reader's language."""
    return vocabularies.label(vocabulary, code, language().code)


def day_in_words(day: date, *, weekday: bool = False) -> str:
    """``day`` written out: "9 June 2020", or "Tuesday 9 June 2020"."""
    return format_date(day, "full" if weekday else "long", locale=language().locale)


def hour_in_words(moment: datetime) -> str:
    """``moment`` to the hour, for staff: "9 June 2020 at 14:00"."""
    return format_datetime(clock.hour(moment), "d MMMM y, HH:mm", locale=language().locale)


def interpretation_scope(held: ListeningSession) -> Text:
    """What the interpretation covers, in the reader's language or the nearest one; empty when it is not said."""
    return in_this_language(Multilingual((held.interpretation or {}).get("scope")))


def local_time(moment: datetime, zone: str | None) -> str:
    """``moment`` in the time zone of the session, which is named, or in UTC."""
    local = moment.astimezone(ZoneInfo(zone) if zone else UTC)
    return format_datetime(local, "long", tzinfo=local.tzinfo, locale=language().locale)


def written_languages() -> str:
    """The languages in which contributors write, for a sentence: "English, French, Spanish or Arabic"."""
    return listing(map(language_name, CODES), "or")


def moves(held: ListeningSession) -> Sequence[Move]:
    """What changed in ``held`` since it was announced, newest first, as far as it concerns a reader."""
    found = []
    for revision in reversed(held.revisions):
        day = clock.day(revision.at)
        told = (field for field in FIELD_LABELS if field in revision.changes and field not in _NOT_TOLD)
        found += [Move(day, FIELD_LABELS[field], *_sides(field, revision.changes[field])) for field in told]
    return found


def last_date_change(held: ListeningSession) -> Move | None:
    """The latest change of the date, when there was one and the date stands."""
    label = FIELD_LABELS["date"]
    return next((move for move in moves(held) if move.label is label and held.date and move.before), None)


def _sides(field: str, change: Sequence[Any]) -> tuple[Any, Any]:
    shown = _SHOWN.get(field)
    if shown is None:
        return None, None
    before, after = (shown(value) if value else _("To be decided") for value in change)
    return before, after


_SHOWN: dict[str, Any] = {
    "date": lambda value: day_in_words(date.fromisoformat(value)),
    "state": lambda value: STATE_LABELS[SessionState(value)],
    "topic": lambda value: Multilingual(value).in_language(language().code),
    "working_group": str,
    "format": lambda value: listing(term("session_formats", code) for code in value),
    "languages": lambda value: listing(map(language_name, value)),
    "sittings": str,
}


def country_name(code: str) -> Text:
    """The country ``code`` in the reader's language."""
    return vocabularies.label("countries", code, language().code)


def template_words() -> dict[str, Any]:
    """What templates say about the programme."""
    return {
        "session_state": lambda held: STATE_LABELS[SessionState(held.state)],
        "session_tone": lambda held: STATE_TONES[SessionState(held.state)],
        "output_status": OUTPUT_LABELS.get,
        "language_name": language_name,
        "listing": listing,
        "held_in": held_in,
        "interpreted": interpreted,
        "term": term,
        "day_in_words": day_in_words,
        "hour_in_words": hour_in_words,
        "interpretation_scope": interpretation_scope,
        "local_time": local_time,
        "written_languages": written_languages,
        "referral_contacts": queries.referral_contacts,
        "country_name": country_name,
        "spoken_at": spoken_at,
        "ways_to": ways_to,
    }
