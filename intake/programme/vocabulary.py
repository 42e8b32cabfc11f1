"""The states of a listening session, and the words for its states and fields."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l


class SessionState(StrEnum):
    """How far a listening session has come; see DESIGN, states."""

    PIPELINE = "pipeline"
    TBD = "tbd"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    DIGEST_ISSUED = "digest_issued"
    ARCHIVED = "archived"


STATE_LABELS = {
    SessionState.PIPELINE: _l("In preparation"),
    SessionState.TBD: _l("Date to be decided"),
    SessionState.SCHEDULED: _l("Scheduled"),
    SessionState.OPEN: _l("Open for input"),
    SessionState.CLOSED: _l("Closed for input"),
    SessionState.DIGEST_ISSUED: _l("Digest issued"),
    SessionState.ARCHIVED: _l("Archived"),
}

STATUSES = (SessionState.SCHEDULED, SessionState.TBD, SessionState.PIPELINE)
"""What a printed programme says of an entry: it has a date, it will have one, it is only an idea."""

OUTPUT_STATUSES = ("planned", "drafting", "published", "annexed")
"""How far an output has come (DOMAIN A1, policy brief)."""

HIGHEST_TIER = 4
"""The consent tier that a listening session without a ceiling allows: named."""

CHATHAM_HOUSE_TIER = 2
"""The ceiling under the Chatham House Rule: neither people nor organisations are named (DOMAIN C2)."""

FIELD_LABELS = {
    "position": _l("Place in the programme"),
    "slug": _l("Address"),
    "state": _l("State"),
    "date": _l("Date"),
    "time_zone": _l("Time zone"),
    "topic": _l("Topic"),
    "purpose": _l("Purpose"),
    "guiding_questions": _l("Guiding questions"),
    "working_group": _l("Working group"),
    "organisers": _l("Organisers"),
    "people": _l("People"),
    "format": _l("Format"),
    "sittings": _l("Number of sittings"),
    "sitting_times": _l("Times of the sittings"),
    "audience": _l("Audience"),
    "languages": _l("Languages"),
    "interpretation": _l("Interpretation"),
    "consent_ceiling": _l("Limit of consent"),
    "standing": _l("Standing call"),
    "outputs": _l("What it feeds"),
    "documents": _l("Documents"),
    "related": _l("Related sessions"),
}
"""What people call the fields of a listening session, in the order a programme names them."""
