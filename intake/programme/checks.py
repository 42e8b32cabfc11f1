"""Is this value one a programme can hold? Each check returns it as ``record`` keeps it, or notes what is wrong.

A check takes a JSON value or what ``cells`` read, so numbers may come as digits. A text in
several languages is returned as given: a language that is missing was not mentioned, an
empty text says that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from flask_babel import lazy_gettext as _l

from intake.foundation.languages import CODES, SOURCE_LANGUAGE
from intake.foundation.texts import clean, has_direction_controls
from intake.foundation.vocabularies import vocabulary

from .problems import Place
from .vocabulary import HIGHEST_TIER, OUTPUT_STATUSES, STATUSES, SessionState

Check = Callable[[Any, Place], Any]

LONGEST_SLUG = 80
LONGEST_CODE = 40
_LONGEST_TOPIC = 300
_LONGEST_TEXT = 5000
_LONGEST_NAME = 200
_LONGEST_ADDRESS = 500
_MOST_ITEMS = 100

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
CODE = re.compile(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*", re.ASCII)
_YES = dict.fromkeys(("yes", "oui", "sí", "si", "نعم", "true", "1"), True) | dict.fromkeys(
    ("no", "non", "لا", "false", "0"), False
)


def line(most: int = _LONGEST_NAME) -> Check:
    """A text of one line with at most ``most`` characters, or None."""
    return lambda value, place: _text(value, place, most, lines=False)


def _text(value: Any, place: Place, most: int, *, lines: bool) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        place.complain(value, _l("this should be text"))
        return None
    cleaned = clean(value.strip())
    if cleaned.removed:
        place.complain(value, _l("this holds characters that cannot be kept"))
        return None
    if has_direction_controls(value) or (not lines and re.search(r"[\n\t]", cleaned.text)):
        place.complain(value, _l("this holds signs that turn or break the line"))
        return None
    if len(cleaned.text) > most:
        place.complain(value, _l("this is longer than %(most)s characters", most=most))
        return None
    return cleaned.text or None


def shaped(pattern: re.Pattern[str], most: int, reason: Any) -> Check:
    """One line that matches ``pattern`` as a whole, or None; ``reason`` says what it should look like."""

    def check(value: Any, place: Place) -> str | None:
        text = _text(value, place, most, lines=False)
        if text and not pattern.fullmatch(text):
            place.complain(value, reason)
            return None
        return text

    return check


slug = shaped(SLUG, LONGEST_SLUG, _l("write it in small letters a–z and digits, with hyphens between words"))
code = shaped(CODE, LONGEST_CODE, _l("write it in letters A–Z and digits, with hyphens between parts"))


def whole(lowest: int, highest: int) -> Check:
    """A whole number between ``lowest`` and ``highest``, or None."""
    reason = _l("this is not a whole number from %(lowest)s to %(highest)s", lowest=lowest, highest=highest)

    def check(value: Any, place: Place) -> int | None:
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip(), re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            place.complain(value, reason)
            return None
        return value

    return check


def organisers(value: Any, place: Place) -> list[str]:
    """Names of organisations; of a name in several languages the one they are kept under, in the source language."""
    named = [item.get(SOURCE_LANGUAGE.code) if isinstance(item, dict) else item for item in items(value, place)]
    return listed(line())(named, place)


def flag(value: Any, place: Place) -> bool:
    """Yes or no; nothing means no."""
    if value is None or value == "":
        return False
    found = _YES.get(str(value).strip().lower())
    if found is None:
        place.complain(value, _l("write yes or no"))
    return bool(found)


def day(value: Any, place: Place) -> str | None:
    """A date as ISO 8601 writes it, "2020-06-04", or None."""
    if value is None or value == "":
        return None
    text = value.strip() if isinstance(value, str) else ""
    try:
        date.fromisoformat(text)
    except ValueError:
        text = ""
    if not _DAY.fullmatch(text):
        place.complain(value, _l("this is not a date: write year-month-day, for example 2020-06-04"))
        return None
    return text


def moment(value: Any, place: Place) -> datetime | None:
    """A date with a time, with or without its offset, or None."""
    if value is None or value == "":
        return None
    text = value.strip() if isinstance(value, str) else ""
    try:
        if _MINUTE.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    place.complain(value, _l("this is not a date with a time: write it like 2020-06-09T14:00+02:00"))
    return None


def time_zone(value: Any, place: Place) -> str | None:
    """The IANA name of a time zone, or None."""
    text = _text(value, place, 60, lines=False)
    if text and text not in available_timezones():
        place.complain(value, _l("this is not a time zone: write it like Europe/Zurich"))
        return None
    return text


def address(value: Any, place: Place) -> str | None:
    """A web address, or None."""
    text = _text(value, place, _LONGEST_ADDRESS, lines=False)
    if not text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s<>\"]", text)
    except ValueError:
        usable = False
    if not usable:
        place.complain(value, _l("this is not a web address: it starts with https://"))
        return None
    return text


def language(value: Any, place: Place) -> str | None:
    """The code of a language that has a name, one of Intake's or any other, or None."""
    text = _text(value, place, 20, lines=False)
    if not text:
        return None
    try:
        known = bool(Locale.parse(text.replace("-", "_")).get_display_name("en"))
    except (UnknownLocaleError, ValueError):
        known = False
    if not known:
        place.complain(value, _l("this is not the code of a language: write it like en or pt"))
        return None
    return text


def one_of(*codes: str) -> Check:
    """One of ``codes``, or None."""
    return lambda value, place: _known(value, place, codes)


def from_vocabulary(name: str) -> Check:
    """A code of the vocabulary ``name``, or None."""
    return lambda value, place: _known(value, place, vocabulary(name))


def _known(value: Any, place: Place, codes: Mapping[str, Any] | tuple[str, ...]) -> str | None:
    text = _text(value, place, 60, lines=False)
    if text is None or text in codes:
        return text
    place.complain(value, _l("this is not known here; known are: %(known)s", known=", ".join(codes)))
    return None


def listed(check: Check) -> Check:
    """A list of values that pass ``check``, without repetitions; nothing is an empty list."""

    def check_all(value: Any, place: Place) -> list[Any]:
        found = (check(item, place) for item in items(value, place))
        return list(dict.fromkeys(item for item in found if item is not None))

    return check_all


def items(value: Any, place: Place) -> list[Any]:
    """``value`` when it is a list of a length that a programme may have, else an empty one."""
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        place.complain(value, _l("this should be a list"))
        return []
    if len(value) > _MOST_ITEMS:
        place.complain(value, _l("this list has more than %(most)s items", most=_MOST_ITEMS))
        return []
    return value


def spoken(most: int = _LONGEST_TEXT, *, lines: bool = True) -> Check:
    """A text in several languages, as given; a bare text is in the source language; None says there is none."""

    def check(value: Any, place: Place) -> dict[str, str] | None:
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            value = {SOURCE_LANGUAGE.code: value}
        for unknown in value.keys() - set(CODES):
            place.complain(unknown, _l("texts come in these languages: %(known)s", known=", ".join(CODES)))
        given = {key: _text(text, place, most, lines=lines) or "" for key, text in value.items() if key in CODES}
        return given or None

    return check


topic = spoken(_LONGEST_TOPIC, lines=False)
purpose = spoken()


def questions(value: Any, place: Place) -> list[dict[str, str]]:
    """Guiding questions, as given."""
    found = (spoken(1000, lines=False)(item, place) for item in items(value, place))
    return [question for question in found if question and any(question.values())]


def things(fields: Mapping[str, Check], *needed: str) -> Check:
    """A list of objects with some of ``fields``; the ``needed`` ones must be there.

    Only the fields that were given are returned: the others were not mentioned.
    """

    def check(value: Any, place: Place) -> list[dict[str, Any]]:
        return [found for item in items(value, place) if (found := thing(item, place, fields, needed))]

    return check


def thing(value: Any, place: Place, fields: Mapping[str, Check], needed: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """An object with some of ``fields``, the ``needed`` ones among them; only what was given is returned."""
    if not isinstance(value, dict):
        place.complain(value, _l("this should be an object with: %(fields)s", fields=", ".join(fields)))
        return None
    for unknown in value.keys() - fields.keys():
        place.complain(unknown, _l("this is not known here; known are: %(known)s", known=", ".join(fields)))
    before = len(place.problems)
    found = {name: check(value[name], place) for name, check in fields.items() if name in value}
    missing = [name for name in needed if found.get(name) is None]
    if missing and len(place.problems) == before:
        place.complain(value, _l("this lacks: %(fields)s", fields=", ".join(missing)))
    return found


people = things({"role": from_vocabulary("people_roles"), "name": line()}, "role")
_OUTPUT_FIELDS = {
    "kind": from_vocabulary("output_kinds"),
    "title": spoken(500, lines=False),
    "status": one_of(*OUTPUT_STATUSES),
}
_outputs = things(_OUTPUT_FIELDS, "kind")


def outputs(value: Any, place: Place) -> list[dict[str, Any]]:
    """What a session feeds; a status that is empty was not mentioned."""
    return [{name: one[name] for name in one if name != "status" or one[name]} for one in _outputs(value, place)]


documents = things(
    {"kind": from_vocabulary("document_kinds"), "title": spoken(500, lines=False),
     "role": from_vocabulary("document_roles"), "language": language, "url": address},
    "kind", "role",
)  # fmt: skip
sitting_times = things(
    {"starts_at": moment, "minutes": whole(1, 10_000), "time_zone": time_zone, "language": language, "link": address}
)


def interpretation(value: Any, place: Place) -> dict[str, Any] | None:
    """How a session is interpreted, whole, or None."""
    if value is None or value == "":
        return None
    fields: dict[str, Check] = {
        "mode": from_vocabulary("interpretation_modes"),
        "from": listed(language),
        "to": language,
        "scope": spoken(_LONGEST_TOPIC, lines=False),
    }
    found = thing(value, place, fields, ("mode",))
    return found and {"mode": None, "from": [], "to": None, "scope": None, **found}


state = one_of(*SessionState)
status = one_of(*STATUSES)
ceiling = whole(0, HIGHEST_TIER)
