"""The desk: the queue, one submission, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.foundation import clock, i18n
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.paging import Page
from intake.foundation.vocabularies import label
from intake.submissions.consent import TIER_NAMES, Tier
from intake.submissions.models import Decision, Submission
from intake.submissions.sealing import Erased
from intake.submissions.workflow import MODERATOR, MOVES, WAITING, IllegalMove, Overtaken

from . import queries, reading, services
from .forms import CodingForm, ContactForm, DecisionForm, decision_form, in_words
from .listing import choices, listing
from .models import Scheme
from .queries import Filters, QueueRow
from .services import ClaimedByOther

bp = Blueprint("moderation", __name__, url_prefix="/<lang>/staff")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing was done: a title, what was decided meanwhile, and typed words that have no form any more."""

    title: str
    since: tuple[tuple[Decision, Text], ...] = ()
    consent_changed: bool = False
    words: Text | None = None


@bp.get("/queue/")
@guards.staff("queue.read")
def queue() -> ResponseReturnValue:
    """What waits for a decision, oldest first, with filters."""
    person, filters = guards.signed_in(), Filters.read(request.args)
    held = queries.sessions_moderated(person)
    chosen = [one for one in held if filters.listening_session in (None, one.slug)]
    progress = queries.progress(person, held)
    return render_template(
        "moderation/queue.html",
        filters=filters,
        choices=choices(held),
        held=held,
        listing=listing(
            queries.queue(person, held, filters),
            filters,
            with_topics=len(held) > 1 and filters.listening_session is None,
        ),
        progress=[one for one in progress if one.received and one.listening_session in chosen],
        counts=_counts([one for one in progress if one.listening_session in chosen]),
        counted_to=queries.COUNTED_TO,
    )


def _counts(progress: list[queries.Progress]) -> dict[str, int]:
    return {state.value: sum(one.by_state[state] for one in progress) for state in queries.SHOWN_STATES}


@bp.get("/submissions/<path:reference>/")
@guards.staff("submission.read")
def submission(reference: str) -> ResponseReturnValue:
    """One submission: what was said, what is known about it, and what can be decided."""
    return _page(_found(reference, "submission.read"))


@bp.post("/submissions/<path:reference>/claim/")
@guards.staff("submission.decide")
@gives_back
def claim(reference: str) -> ResponseReturnValue:
    """Take a submission in hand."""
    found = _found(reference, "submission.decide")
    if went_wrong():
        return _page(found, trouble=_what_went_wrong())
    try:
        with transaction():
            services.claim(found, guards.signed_in())
    except ClaimedByOther as other:
        return _page(_found(reference, "submission.decide"), trouble=_somebody_else(other)), 409
    except (IllegalMove, Overtaken):
        return _page(_found(reference, "submission.decide"), trouble=_not_open_now()), 409
    flash(_("You are on it."), "done")
    return _back_to(reference)


@bp.post("/submissions/<path:reference>/release/")
@guards.staff("submission.decide")
@gives_back
def release(reference: str) -> ResponseReturnValue:
    """Give one's own claim back."""
    found = _found(reference, "submission.decide")
    if went_wrong():
        return _page(found, trouble=_what_went_wrong())
    with transaction():
        services.release(found, guards.signed_in())
    return _back_to(reference)


@bp.post("/submissions/<path:reference>/decide/<verb>/")
@guards.staff("submission.decide")
@gives_back
def decide(reference: str, verb: str) -> ResponseReturnValue:
    """Make a decision."""
    found = _found(reference, "submission.decide")
    move = MOVES.get(verb)
    if move is None or move.who != MODERATOR:
        abort(404)
    person = guards.signed_in()
    form = decision_form(move, found, i18n.language().code, typed=True)
    if went_wrong():
        return _page(found, form=form, trouble=_what_went_wrong())
    if not form.validate():
        return _page(found, form=form), 422
    seen, decided = form.seen()
    words, language = (form.words.kept, form.language.data if move.told else None) if form.has_words else ("", None)
    try:
        with transaction():
            services.decide(found, verb, person, version=seen, words=words, language=language)
    except ClaimedByOther as other:
        return _page(_found(reference, "submission.decide"), form=form, trouble=_somebody_else(other)), 409
    except (IllegalMove, Overtaken):
        return _overtaken(_found(reference, "submission.decide"), form, seen, decided), 409
    except reading.Unreadable:
        abort(404)
    flash(str(move.done), "done")
    return _back_to(reference)


@bp.post("/submissions/<path:reference>/code/")
@guards.staff("submission.decide")
@gives_back
def code(reference: str) -> ResponseReturnValue:
    """Set themes and objectives."""
    found = _found(reference, "submission.decide")
    form = CodingForm()
    if went_wrong():
        return _page(found, coding=form, trouble=_what_went_wrong())
    try:
        with transaction():
            services.code(
                found, guards.signed_in(), themes=form.themes.data or (), objectives=form.objectives.data or ()
            )
    except ClaimedByOther as other:
        return _page(_found(reference, "submission.decide"), coding=form, trouble=_somebody_else(other)), 409
    except reading.Unreadable:
        abort(404)
    flash(_("Themes and objectives are kept."), "done")
    return _back_to(reference)


@bp.post("/submissions/<path:reference>/contact/")
@guards.staff("submission.reveal_contact")
@gives_back
def contact(reference: str) -> ResponseReturnValue:
    """Open the contacts, once and on this page only; the register keeps who and why."""
    found = _found(reference, "submission.reveal_contact")
    form = ContactForm(found)
    if went_wrong():
        return _page(found, contact=form, trouble=_what_went_wrong())
    if not form.validate():
        return _page(found, contact=form), 422
    guards.require_fresh()
    try:
        with transaction():
            opened = services.reveal_contact(
                found, guards.signed_in(), reason=form.reason.data, reader=i18n.language().code
            )
    except (reading.Unreadable, Erased):
        abort(404)
    return _page(_found(reference, "submission.reveal_contact"), opened=opened)


def _found(reference: str, permission: str) -> Submission:
    """The submission, if it exists for the signed-in person and they have ``permission`` over it."""
    found = reading.find(reference, guards.signed_in())
    if found is None:
        abort(404)
    guards.require(permission, found)
    return found


def _back_to(reference: str) -> ResponseReturnValue:
    filters = Filters.read(request.args)
    return redirect(url_for("moderation.submission", reference=reference, **filters.arguments()), 303)


def _what_went_wrong() -> Trouble:
    return Trouble(_("This page was open for a long time. What you entered is still here: please send it again."))


def _somebody_else(other: ClaimedByOther) -> Trouble:
    return Trouble(
        ngettext(
            "Nothing was changed: %(name)s is on it, for %(num)s more minute at the most.",
            "Nothing was changed: %(name)s is on it, for %(num)s more minutes at the most.",
            _minutes_until(other.until),
            name=other.name,
        )
    )


def _not_open_now() -> Trouble:
    return Trouble(_("Nothing was changed: it no longer needs a decision."))


def _overtaken(found: Submission, form: DecisionForm, seen: int, decided: int) -> str:
    """The page that says what happened since it was looked at, with what was typed, to be sent again or kept."""
    since = tuple(reading.history(found, guards.signed_in())[decided:]) if seen else ()
    still_open = form.move.verb in {move.verb for move in services.open_decisions(found)}
    words = None if still_open else _typed_into(form)
    form.see(found)
    return _page(
        found,
        form=form if still_open else None,
        trouble=Trouble(
            _("Nothing was decided: this was changed while you were looking at it."),
            since=since,
            consent_changed=bool(seen) and found.version - seen > len(since),
            words=words,
        ),
    )


def _typed_into(form: DecisionForm) -> Text | None:
    if not form.has_words or not form.words.data:
        return None
    chosen = form.language.data if form.move.told else None
    return reading.typed(form.words.data, chosen if chosen in CODES else i18n.language().code)


def _page(
    found: Submission,
    *,
    form: DecisionForm | None = None,
    coding: CodingForm | None = None,
    contact: ContactForm | None = None,
    opened: list[tuple[Text, Text]] | None = None,
    trouble: Trouble | None = None,
) -> str:
    """The page of a submission; what was typed into one of its forms is still in it."""
    person, filters, reader = guards.signed_in(), Filters.read(request.args), i18n.language().code
    held = queries.sessions_moderated(person)
    page = queries.queue(person, held, filters)
    other = services.claimed_by_other(found, person)
    thread, history = reading.thread(found, person), reading.history(found, person)
    codes = queries.codes_of(found)
    return render_template(
        "moderation/submission.html",
        submission=found,
        held=found.listening_session,
        filters=filters,
        listing=listing(page, filters, current=found),
        next=_next(page, found),
        reading=reading.read(found, person, reader),
        before=reading.read(found, person, reader, accepted=True) if found.is_amended else None,
        country=label("countries", found.country, reader) if found.country else None,
        tier=_tier(found),
        other=other,
        minutes=_minutes_until(found.claimed_until) if found.claimed_until else 0,
        is_mine=found.claimed_by_id == person.id and other is None and _is_running(found.claimed_until),
        decisions=list(_decision_forms(found, form)) if other is None else [form] if form else [],
        may_claim=found.state in WAITING,
        coding=coding or CodingForm(formdata=None, data=_coded(codes)),
        codes={scheme.value: [in_words(scheme, one, reader) for one in codes[scheme]] for scheme in Scheme},
        contact=contact or ContactForm(found, formdata=None),
        opened=opened,
        thread=thread,
        history=history,
        names=queries.names_of({one.person_id for one, _text in thread} | {one.person_id for one, _text in history}),
        labels={verb: move.label for verb, move in MOVES.items()},
        plain=FlaskForm(formdata=None),
        trouble=trouble,
    )


def _next(page: Page[QueueRow], found: Submission) -> Submission | None:
    """What to read next: after this one in the list, else the oldest, and nothing that somebody is on."""
    free = [row.submission for row in page.rows if row.claimed_by is None or row.claimed_by_me]
    others = [one for one in free if one.id != found.id]
    later = (one for one in others if (one.received_at, one.id) > (found.received_at, found.id))
    return next(later, others[0] if others else None)


def _decision_forms(found: Submission, sent: DecisionForm | None) -> Iterator[DecisionForm]:
    for move in services.open_decisions(found):
        typed = sent if sent is not None and sent.move == move else None
        yield typed or decision_form(move, found, i18n.language().code)


def _coded(codes: dict[Scheme, tuple[str, ...]]) -> dict[str, Any]:
    return {"themes": list(codes[Scheme.THEME]), "objectives": list(codes[Scheme.GCM_OBJECTIVE])}


def _minutes_until(moment: datetime) -> int:
    return max(1, ceil((moment - clock.now()).total_seconds() / 60))


def _is_running(until: datetime | None) -> bool:
    return until is not None and until > clock.now()


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """The tier somebody chose, the one that counts, and why they differ."""

    chosen: str
    counts: str
    why: tuple[str, ...]


def _tier(found: Submission) -> ConsentShown:
    chosen, counts = Tier(found.consent_tier), found.effective_tier
    why = []
    if found.tier_cap < chosen:
        why.append(
            _("It is, or may be, about a child.")
            if services.may_concern_a_child(found)
            else _("Somebody could be harmed if they were recognised.")
        )
    if found.listening_session.ceiling < chosen:
        why.append(_("In this session nobody is named: neither people nor organisations."))
    return ConsentShown(str(TIER_NAMES[chosen]), str(TIER_NAMES[counts]), tuple(why))
