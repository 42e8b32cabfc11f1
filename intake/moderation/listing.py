"""The rows of the queue as its pages show them: words, not codes, each looked up once for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _

from intake.foundation import clock
from intake.foundation.i18n import in_this_language
from intake.foundation.i18n import language as interface_language
from intake.foundation.languages import BY_CODE, LANGUAGES
from intake.foundation.multilingual import Text
from intake.foundation.paging import Page
from intake.programme.models import ListeningSession
from intake.submissions.models import Submission
from intake.submissions.vocabulary import KIND_LABELS, STATE_LABELS, Kind

from .queries import SHOWN_STATES, Filters, QueueRow


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row: where it leads, how it begins, and what is to be known before it is opened."""

    reference: str
    url: str
    state: str
    state_label: str
    opening: Text
    kind: str
    language: Text
    day: str
    topic: Text | None
    danger: bool
    claimed_by: str | None
    claimed_by_me: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list, and the ways to the following and the first one."""

    rows: Sequence[ListedRow]
    next_url: str | None
    first_url: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the filters: its name in the address, its words, and (value, words) of what can be chosen."""

    name: str
    label: str
    options: Sequence[tuple[str, Text]]


def choices(held: Sequence[ListeningSession]) -> list[Choice]:
    """The filters of the queue of somebody who moderates ``held``."""
    everything = ("", _here(_("All")))
    return [
        Choice("session", _("Session"), [everything, *((one.slug, _named(one)) for one in held)]),
        Choice("language", _("Language"), [
            everything, *((one.code, Text(one.endonym, one.code)) for one in LANGUAGES),
        ]),
        Choice("kind", _("Kind"), [everything, *((kind.value, _here(KIND_LABELS[kind])) for kind in Kind)]),
        Choice("state", _("State"), [
            ("", _here(_("Waiting for a decision"))),
            *((state.value, _here(STATE_LABELS[state])) for state in SHOWN_STATES),
        ]),
    ]  # fmt: skip


def _here(words: object) -> Text:
    return Text(str(words), interface_language().code)


def _named(held: ListeningSession) -> Text:
    topic = in_this_language(held.topic)
    return topic._replace(text=f"{topic} ({held.code})")


def listing(
    page: Page[QueueRow], filters: Filters, *, current: Submission | None = None, with_topics: bool = False
) -> Listing:
    """What a page of the queue shows; ``current`` is the submission that is open beside it."""
    states = {state.value: str(label) for state, label in STATE_LABELS.items()}
    kinds = {kind.value: str(label) for kind, label in KIND_LABELS.items()}
    narrowing = filters.arguments()
    rows = [
        ListedRow(
            reference=one.reference,
            url=url_for("moderation.submission", reference=one.reference, **narrowing),
            state=one.state,
            state_label=states[one.state],
            opening=row.opening,
            kind=kinds[one.kind],
            language=Text(BY_CODE[one.language].endonym, one.language),
            day=_written(clock.day(one.received_at), interface_language().code),
            topic=in_this_language(one.listening_session.topic) if with_topics else None,
            danger=one.danger_now,
            claimed_by=row.claimed_by,
            claimed_by_me=row.claimed_by_me,
            is_current=current is not None and one.id == current.id,
        )
        for row in page.rows
        for one in (row.submission,)
    ]
    return Listing(
        rows=rows,
        next_url=url_for("moderation.queue", **filters.arguments(after=page.next)) if page.next else None,
        first_url=url_for("moderation.queue", **filters.arguments(after=None)) if filters.after else None,
    )


@lru_cache(maxsize=2048)
def _written(day: date, _language: str) -> str:
    """``day`` in the language of the page, which is part of the key."""
    return str(format_date(day, "medium"))
