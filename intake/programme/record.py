"""A listening session as plain data: what files hold, what a change is measured by, what a revision keeps.

A record is a ``dict`` of JSON values with one key for each of ``FIELDS``:

* ``position`` int; ``slug``, ``code``, ``state`` str; ``date`` "2020-06-04" or None; ``time_zone`` str or None
* ``topic``, ``purpose`` ``{language: text}`` or None; ``guiding_questions`` list of ``{language: text}``
* ``working_group`` code or None; ``organisers`` names; ``people`` list of ``{role, name or None}``
* ``format``, ``audience``, ``languages`` codes; ``interpretation`` as in the model
* ``sittings`` their number or None; ``sitting_times`` list of
  ``{starts_at, minutes, time_zone, language, link}``, each of them known or None
* ``consent_ceiling`` 0–4 or None; ``standing`` bool
* ``outputs`` list of ``{kind, title, status}``; ``documents`` list of ``{kind, title, role, language, url}``
* ``related`` positions in the same series
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake.foundation.multilingual import Multilingual

from .models import ListeningSession, Sitting

Record = dict[str, Any]

FIELDS = (
    "position", "slug", "code", "state", "date", "time_zone", "topic", "working_group", "organisers", "people",
    "format", "sittings", "sitting_times", "audience", "purpose", "guiding_questions", "languages",
    "interpretation", "consent_ceiling", "standing", "outputs", "documents", "related",
)  # fmt: skip


def record_of(held: ListeningSession) -> Record:
    """The record of ``held``; equal records are equal programmes."""
    return {
        "position": held.position,
        "slug": held.slug,
        "code": held.code,
        "state": str(held.state),
        "date": held.date.isoformat() if held.date else None,
        "time_zone": held.time_zone,
        "topic": plain(held.topic),
        "working_group": held.working_group.code if held.working_group else None,
        "organisers": [organiser.organisation.name for organiser in held.organisers],
        "people": [{"role": person.role, "name": person.name} for person in held.people],
        "format": list(held.formats or ()),
        "sittings": held.sitting_count,
        "sitting_times": [_sitting(sitting) for sitting in held.sittings],
        "audience": list(held.audience or ()),
        "purpose": plain(held.purpose),
        "guiding_questions": [dict(question.text) for question in held.questions],
        "languages": list(held.languages or ()),
        "interpretation": held.interpretation,
        "consent_ceiling": held.consent_ceiling,
        "standing": bool(held.standing),
        "outputs": [
            {"kind": link.output.kind, "title": plain(link.output.title), "status": link.output.status}
            for link in held.outputs
        ],
        "documents": [
            {"kind": link.document.kind, "title": plain(link.document.title), "role": link.role,
             "language": link.document.language, "url": link.document.url}
            for link in held.documents
        ],
        "related": sorted(other.position for other in held.related),
    }  # fmt: skip


def plain(text: Multilingual) -> dict[str, str] | None:
    """``text`` as JSON; None when there is none in any language."""
    return dict(text) or None


def written(moment: datetime, zone: str | None) -> str:
    """``moment`` to the minute in its own time zone (UTC without one), with its offset."""
    local = moment.astimezone(ZoneInfo(zone) if zone else UTC)
    return local.isoformat(timespec="minutes")


def _sitting(sitting: Sitting) -> dict[str, Any]:
    return {
        "starts_at": written(sitting.starts_at, sitting.time_zone) if sitting.starts_at else None,
        "minutes": sitting.minutes,
        "time_zone": sitting.time_zone,
        "language": sitting.language,
        "link": sitting.link,
    }
