"""A dated listening session as an iCalendar file: what the programme says in public, nobody's name.

Written as RFC 5545 has it: lines end with CR LF and are folded at 75 octets (3.1), a comma, a semicolon, a backslash
and a line's end are escaped in a text (3.3.11), and moments are in UTC (3.3.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from flask import current_app, url_for
from flask_babel import gettext as _

from intake.foundation.i18n import in_this_language, language

from .models import ListeningSession, Sitting
from .vocabulary import SessionState
from .words import held_in, interpreted

_PRODUCT = "-//Intake//Listening sessions//EN"
_LONGEST_LINE = 75
"""Octets, the line's end not counted."""
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def calendar(held: ListeningSession) -> bytes:
    """The sittings of ``held`` whose time is known, or else its day, for a calendar program.

    Raises:
        ValueError: no date is known.
    """
    events = [_sitting(held, sitting, sitting.starts_at) for sitting in held.sittings if sitting.starts_at]
    if not events:
        if held.date is None:
            raise ValueError(f"{held.code} has no date")
        events = [_day(held, held.date)]
    lines = ["BEGIN:VCALENDAR", f"PRODID:{_PRODUCT}", "VERSION:2.0"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return b"".join(map(_folded, [*lines, "END:VCALENDAR"]))


def _day(held: ListeningSession, day: date) -> list[str]:
    return [
        *_event(held, held.code),
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        "TRANSP:TRANSPARENT",
    ]


def _sitting(held: ListeningSession, sitting: Sitting, starts_at: datetime) -> list[str]:
    event = [*_event(held, f"{held.code}-{sitting.position}"), f"DTSTART:{_moment(starts_at)}"]
    if sitting.minutes:
        event.append(f"DTEND:{_moment(starts_at + timedelta(minutes=sitting.minutes))}")
    return event


def _event(held: ListeningSession, name: str) -> Iterator[str]:
    base = current_app.config["SETTINGS"].base_url
    topic = in_this_language(held.topic)
    yield f"UID:{_text(f'{name}@{urlsplit(base).hostname}')}"
    yield f"DTSTAMP:{_moment(held.changed_at)}"
    yield f"SEQUENCE:{len(held.revisions)}"
    yield f"SUMMARY;LANGUAGE={topic.language}:{_text(topic.text or _('Listening session'))}"
    yield f"DESCRIPTION;LANGUAGE={language().code}:{_text(_description(held))}"
    yield f"URL:{base + url_for('programme.listening_session', slug=held.slug)}"
    yield f"STATUS:{'TENTATIVE' if held.state == SessionState.TBD else 'CONFIRMED'}"


def _description(held: ListeningSession) -> str:
    languages = _("Held in: %(languages)s", languages=held_in(held)) if held.languages else ""
    lines = (in_this_language(held.series.title).text, languages, interpreted(held))
    return "\n".join(line for line in lines if line)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    return words.translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """``line`` in pieces that begin with a space after the first, cut between characters."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > _LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
