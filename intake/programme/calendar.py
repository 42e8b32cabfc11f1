"""A dated listening session as an iCalendar file: what the programme says in public, nobody's name."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from flask import current_app, url_for
from flask_babel import gettext as _
from icalendar import Calendar, Event
from icalendar.prop import vText

from intake.foundation.i18n import in_this_language, language

from .models import ListeningSession, Sitting
from .vocabulary import SessionState
from .words import held_in, interpreted

_PRODUCT = "-//Intake//Listening sessions//EN"


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
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


def _day(held: ListeningSession, day: date) -> Event:
    event = _event(held, held.code)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _sitting(held: ListeningSession, sitting: Sitting, starts_at: datetime) -> Event:
    event = _event(held, f"{held.code}-{sitting.position}")
    event.add("dtstart", starts_at)
    if sitting.minutes:
        event.add("dtend", starts_at + timedelta(minutes=sitting.minutes))
    return event


def _event(held: ListeningSession, name: str) -> Event:
    base = current_app.config["SETTINGS"].base_url
    event = Event()
    event.add("uid", f"{name}@{urlsplit(base).hostname}")
    event.add("dtstamp", held.changed_at)
    event.add("sequence", len(held.revisions))
    topic = in_this_language(held.topic)
    _add_text(event, "summary", topic.text or _("Listening session"), topic.language)
    _add_text(event, "description", _description(held), language().code)
    event.add("url", base + url_for("programme.listening_session", slug=held.slug))
    event.add("status", "TENTATIVE" if held.state == SessionState.TBD else "CONFIRMED")
    return event


def _description(held: ListeningSession) -> str:
    languages = _("Held in: %(languages)s", languages=held_in(held)) if held.languages else ""
    lines = (in_this_language(held.series.title).text, languages, interpreted(held))
    return "\n".join(line for line in lines if line)


def _add_text(event: Event, name: str, text: str, code: str) -> None:
    value = vText(text)
    value.params["LANGUAGE"] = code
    event.add(name, value)
