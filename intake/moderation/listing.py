"""The rows of the queue as its pages show them: words, not codes, each looked up once for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app, url_for
from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from intake.foundation import clock
from intake.foundation.i18n import in_this_language
from intake.foundation.i18n import language as interface_language
from intake.foundation.languages import BY_CODE, LANGUAGES
from intake.foundation.multilingual import Text
from intake.foundation.paging import Page
from intake.foundation.vocabularies import label as label_of
from intake.foundation.vocabularies import vocabulary
from intake.programme.models import ListeningSession
from intake.submissions.models import Submission
from intake.submissions.vocabulary import KIND_LABELS, STATE_LABELS, State

from .coding import VOCABULARY_OF_AXIS, Axis
from .facets import Counted
from .filters import AGES, SHOWN_STATES, Claimed, Filters, Flag, Order, regions
from .queries import QueueRow, chosen_of
from .themes import Held


@dataclass(frozen=True, slots=True)
class Due:
    """By when something is to be done, in words; ``late`` when that is over."""

    words: str
    late: bool


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row: where it leads, how it begins, and what is to be known before it is opened.

    ``seen`` is its number and version, as a box to tick carries them.
    """

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
    child_alone: bool
    message: bool
    held: bool
    claimed_by: str | None
    claimed_by_me: bool
    is_current: bool
    seen: str
    due: Due | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list, and the ways to the following and the first one."""

    rows: Sequence[ListedRow]
    next_url: str | None
    first_url: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the filters: its name in the address, its words, and (value, words, how many) of what can be chosen."""

    name: str
    label: str
    options: Sequence[tuple[str, Text, str]]


FLAG_LABELS = {
    Flag.DANGER: _l("Possible danger"),
    Flag.CHILD: _l("Child without a guardian’s agreement"),
    Flag.MESSAGE: _l("New message"),
}


_CLAIMED_LABELS = {
    Claimed.ME: _l("Me"),
    Claimed.NOBODY: _l("Nobody"),
    Claimed.SOMEBODY: _l("Somebody"),
}
_ORDER_LABELS = {Order.OLDEST: _l("Oldest first"), Order.CHANGED: _l("Last changed first")}


def choices(held: Held, filters: Filters, counted: Counted, colleagues: Mapping[int, str]) -> list[Choice]:
    """The filters of the queue of somebody who moderates ``held``, with what stands behind each choice.

    Which themes there are depends on the sessions that are listed with ``filters``.
    """
    reader = interface_language().code

    def choice(name: str, label: str, options: Iterable[tuple[str, Text]], everything: object = "") -> Choice:
        first = ("", _here(everything or _("All")), _figure(counted, name, "") if everything else "")
        return Choice(
            name, label, [first, *((value, words, _figure(counted, name, value)) for value, words in options)]
        )

    def labelled(labels: Mapping[Any, object]) -> list[tuple[str, Text]]:
        return [(str(value.value), _here(words)) for value, words in labels.items()]

    def terms(name: str, codes: Iterable[str]) -> list[tuple[str, Text]]:
        return [(code, label_of(name, code, reader)) for code in codes]

    groups = VOCABULARY_OF_AXIS[Axis.GROUP]
    people = [(str(number), _here(name)) for number, name in colleagues.items()]
    ages = [(str(days), _here(ngettext("%(num)s day", "%(num)s days", days))) for days in AGES]
    states = {state: STATE_LABELS[state] for state in SHOWN_STATES if state is not State.SAFEGUARDING}
    return [
        choice("session", _("Session"), [(one.slug, _named(one)) for one in held]),
        choice("language", _("Language"), [(one.code, Text(one.endonym, one.code)) for one in LANGUAGES]),
        choice("kind", _("Kind"), labelled(KIND_LABELS)),
        choice("state", _("State"), labelled(states), _("Waiting for a decision")),
        choice("flag", _("To see first"), labelled(FLAG_LABELS)),
        choice("region", _("Region"), terms("m49_regions", regions())),
        choice("who", _("Contributor"), terms("stakeholder_types", vocabulary("stakeholder_types"))),
        choice("theme", _("Theme"), held.offered(chosen_of(held, filters), filters.theme, reader)),
        choice("group", _("Whom it is about"), terms(groups, vocabulary(groups))),
        choice("claimed", _("Who is on it"), [*labelled(_CLAIMED_LABELS), *people]),
        choice("age", _("Waiting for more than"), ages),
        choice("files", _("Files"), [("yes", _here(_("With files")))]),
    ]


def orders() -> list[tuple[str, str]]:
    """The orders of the list, as (value in the address, words)."""
    return [("" if order is Order.OLDEST else order.value, str(words)) for order, words in _ORDER_LABELS.items()]


def _figure(counted: Counted, name: str, value: str) -> str:
    """How many are behind a choice, a plus where there may be more; empty where that is not counted."""
    if name not in counted.of:
        return ""
    number, more = counted.of[name].get(value, 0), bool(counted.more & {name, (name, value)})
    return format_decimal(number) + ("+" if more else "") if number or not more else ""


def _here(words: object) -> Text:
    return Text(str(words), interface_language().code)


def due(submission: Submission) -> Due | None:
    """By when ``submission`` is to be decided, or since when its question waits for an answer."""
    kept, now = current_app.config["SETTINGS"], clock.now()
    if submission.state == State.QUESTION_ASKED:
        return _asked(submission.asked_at or submission.changed_at, now, kept.answer_days)
    if submission.state not in (State.SUBMITTED, State.IN_REVIEW):
        return None
    since = submission.received_at if submission.accepted_revision is None else submission.changed_at
    moment = since + timedelta(days=kept.decide_days)
    if moment <= now:
        return Due(_("overdue"), late=True)
    days = (clock.day(moment) - clock.day(now)).days
    words = ngettext("due in %(num)s day", "due in %(num)s days", days) if days else _("due today")
    return Due(words, late=False)


def _asked(since: datetime, now: datetime, most: int) -> Due:
    days = (now - since).days
    if days >= most:
        return Due(ngettext("no answer for %(num)s day", "no answer for %(num)s days", days), late=True)
    words = ngettext("asked %(num)s day ago", "asked %(num)s days ago", days) if days else _("asked today")
    return Due(words, late=False)


def _named(held: ListeningSession) -> Text:
    topic = in_this_language(held.topic)
    return topic._replace(text=f"{topic} ({held.code})")


def listing(
    page: Page[QueueRow],
    filters: Filters,
    *,
    current: Submission | None = None,
    with_topics: bool = False,
    onward: bool = True,
) -> Listing:
    """What a page of the queue shows; ``current`` is the submission that is open beside it.

    Without ``onward`` no address leads to the next page.
    """
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
            child_alone=one.child_alone,
            message=one.message_waiting,
            held=row.held,
            claimed_by=row.claimed_by,
            claimed_by_me=row.claimed_by_me,
            is_current=current is not None and one.id == current.id,
            seen=f"{one.id}.{one.version}",
            due=due(one),
        )
        for row in page.rows
        for one in (row.submission,)
    ]
    return Listing(
        rows=rows,
        next_url=url_for("moderation.queue", **filters.arguments(after=page.next)) if onward and page.next else None,
        first_url=url_for("moderation.queue", **filters.arguments(after=None)) if onward and filters.after else None,
    )


@lru_cache(maxsize=2048)
def _written(day: date, _language: str) -> str:
    """``day`` in the language of the page, which is part of the key."""
    return str(format_date(day, "medium"))
