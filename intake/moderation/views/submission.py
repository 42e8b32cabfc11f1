"""One submission: what was said, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.foundation import clock, i18n
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.paging import Cursor
from intake.foundation.vocabularies import label, vocabulary
from intake.moderation import alike, codebook, handover, outbox, queries, reading, redacted, redaction, services
from intake.moderation.codebook import Book
from intake.moderation.coding import is_coding_afresh
from intake.moderation.filters import Filters
from intake.moderation.forms import CodingForm, ContactForm, DecisionForm, TakeOverForm, decision_form, in_words
from intake.moderation.listing import due, listing
from intake.moderation.models import VOCABULARY_OF, Scheme
from intake.moderation.services import ClaimedByOther
from intake.submissions import file_words
from intake.submissions.consent import TIER_NAMES, Tier, why_limited
from intake.submissions.models import Submission
from intake.submissions.vocabulary import State
from intake.submissions.workflow import MODERATOR, MOVES, WAITING, IllegalMove, Overtaken

from .answering import (
    Trouble,
    back_to,
    found_or_404,
    left_or_404,
    minutes_until,
    not_open_now,
    somebody_else,
    what_went_wrong,
)
from .blueprint import bp
from .opening import open_attachment, open_contact

_STAYS_WITH_IT = (None, State.IN_REVIEW)
"""Where a move leads after which there is more to do with the same submission."""


@bp.get("/submissions/<reference:reference>/")
@guards.staff("submission.read")
def submission(reference: str) -> ResponseReturnValue:
    """One submission: what was said, what is known about it, and what can be decided."""
    return _page(found_or_404(reference, "submission.read"))


@bp.post("/submissions/<reference:reference>/claim/")
@guards.staff("submission.decide")
@gives_back
def claim(reference: str) -> ResponseReturnValue:
    """Take a submission in hand."""
    found = found_or_404(reference, "submission.decide")
    if went_wrong():
        return _page(found, trouble=what_went_wrong())
    try:
        with transaction():
            services.claim(found, guards.signed_in())
    except ClaimedByOther as other:
        return _page(found_or_404(reference, "submission.decide"), trouble=somebody_else(other)), 409
    except (IllegalMove, Overtaken):
        return _page(found_or_404(reference, "submission.decide"), trouble=not_open_now()), 409
    flash(_("You are on it."), "done")
    return back_to(reference)


@bp.post("/submissions/<reference:reference>/release/")
@guards.staff("submission.decide")
@gives_back
def release(reference: str) -> ResponseReturnValue:
    """Give one's own claim back."""
    found = found_or_404(reference, "submission.decide")
    if went_wrong():
        return _page(found, trouble=what_went_wrong())
    with transaction():
        services.release(found, guards.signed_in())
    return back_to(reference)


@bp.post("/submissions/<reference:reference>/take-over/")
@guards.staff("submission.decide")
@gives_back
def take_over(reference: str) -> ResponseReturnValue:
    """Take a submission from whoever is on it, with a note to them."""
    found, form = found_or_404(reference, "submission.decide"), TakeOverForm()
    if went_wrong():
        return _page(found, taking=form, trouble=what_went_wrong())
    if not form.validate():
        return _page(found, taking=form), 422
    try:
        with transaction():
            handover.take_over(found, guards.signed_in(), holder=form.seen(), note=form.note.kept)
    except ClaimedByOther as other:
        found = found_or_404(reference, "submission.decide")
        form.holder.data = str(found.claimed_by_id)
        return _page(found, taking=form, trouble=somebody_else(other)), 409
    except (IllegalMove, Overtaken):
        found = found_or_404(reference, "submission.decide")
        return _page(found, taking=form, trouble=not_open_now()), 409
    except reading.Unreadable:
        left_or_404(reference, "submission.decide")
    flash(_("You are on it."), "done")
    return back_to(reference)


@bp.post("/submissions/<reference:reference>/told/")
@guards.staff("submission.read")
def told(reference: str) -> ResponseReturnValue:
    """The signed-in person has seen who gave or took it."""
    found = found_or_404(reference, "submission.read")
    with transaction():
        handover.have_seen(found, guards.signed_in())
    return back_to(reference)


@bp.post("/submissions/<reference:reference>/decide/<verb>/")
@guards.staff("submission.decide")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def decide(reference: str, verb: str) -> ResponseReturnValue:
    """Make a decision."""
    found = found_or_404(reference, "submission.decide")
    move = MOVES.get(verb)
    if move is None or move.who != MODERATOR or move.held:
        abort(404)
    person, filters = guards.signed_in(), Filters.read(request.args)
    place = queries.place_of(found, filters)
    form = decision_form(move, found, i18n.language().code, typed=True)
    if went_wrong():
        return _page(found, form=form, trouble=what_went_wrong())
    if not form.validate():
        return _page(found, form=form), 422
    seen, decided = form.seen()
    words, language = (form.words.kept, form.language.data if move.told else None) if form.has_words else ("", None)
    try:
        with transaction():
            services.decide(found, verb, person, version=seen, words=words, language=language)
    except ClaimedByOther as other:
        return _page(found_or_404(reference, "submission.decide"), form=form, trouble=somebody_else(other)), 409
    except (IllegalMove, Overtaken):
        return _overtaken(found_or_404(reference, "submission.decide"), form, seen, decided), 409
    except reading.Unreadable:
        left_or_404(reference, "submission.decide")
    if move.to in _STAYS_WITH_IT:
        flash(str(move.done), "done")
        return back_to(reference)
    return _on_from(reference, place, str(move.done))


def _on_from(reference: str, place: Cursor, done: str) -> ResponseReturnValue:
    """On to the next of the same list, or back to the list where there is none."""
    person, filters = guards.signed_in(), Filters.read(request.args)
    onward = queries.following(person, queries.sessions_moderated(person), filters, place)
    if onward is None:
        flash(
            _("%(done)s Decided: %(reference)s. It was the last one in this list.", done=done, reference=reference),
            "done",
        )
        return redirect(url_for("moderation.queue", **filters.arguments(after=None)), 303)
    flash(_("%(done)s Decided: %(reference)s. Next: %(next)s.", done=done, reference=reference, next=onward), "done")
    return back_to(onward)


@bp.post("/submissions/<reference:reference>/code/")
@guards.staff("submission.decide")
@gives_back
def code(reference: str) -> ResponseReturnValue:
    """Set themes and objectives."""
    found = found_or_404(reference, "submission.decide")
    if is_coding_afresh(found, guards.signed_in()):
        abort(404)  # these codes are everybody's: who codes afresh neither sees nor changes them
    form = CodingForm(codebook.book_of(found.listening_session_id))
    if went_wrong():
        return _page(found, coding=form, trouble=what_went_wrong())
    try:
        with transaction():
            services.code(
                found, guards.signed_in(), themes=form.themes.data or (), objectives=form.objectives.data or ()
            )
    except ClaimedByOther as other:
        return _page(found_or_404(reference, "submission.decide"), coding=form, trouble=somebody_else(other)), 409
    except reading.Unreadable:
        left_or_404(reference, "submission.decide")
    flash(_("Themes and objectives are kept."), "done")
    return back_to(reference)


@bp.post("/submissions/<reference:reference>/contact/")
@guards.staff("submission.reveal_contact")
@gives_back
def contact(reference: str) -> ResponseReturnValue:
    """Open the contacts, once and on this page only; the register keeps who and why."""
    return open_contact(lambda: found_or_404(reference, "submission.reveal_contact"), _page)


@bp.post("/submissions/<reference:reference>/files/<int:identity>/")
@guards.staff("submission.read")
def open_file(reference: str, identity: int) -> ResponseReturnValue:
    """A file, as the contributor's hidden data was taken out of it; the register keeps who opened it."""
    return open_attachment(found_or_404(reference, "submission.read"), identity)


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
    taking: TakeOverForm | None = None,
    trouble: Trouble | None = None,
) -> str:
    """The page of a submission; what was typed into one of its forms is still in it."""
    person, filters, reader = guards.signed_in(), Filters.read(request.args), i18n.language().code
    held = queries.sessions_moderated(person)
    page = queries.queue(person, held, filters)
    other = services.claimed_by_other(found, person)
    thread, history = reading.thread(found, person), reading.history(found, person)
    codes, book = queries.codes_of(found), codebook.book_of(found.listening_session_id)
    return render_template(
        "moderation/submission.html",
        submission=found,
        held=found.listening_session,
        filters=filters,
        listing=listing(page, filters, current=found),
        next=queries.following(person, held, filters, queries.place_of(found, filters)),
        reading=reading.read(found, person, reader),
        files=reading.files(found, person),
        withheld=redacted.withheld(found),
        carried=redaction.carried(found, person),
        file_words=file_words,
        entry=reading.entry(found, person, reader),
        likeness=alike.of(found, person),
        translations=reading.translations(found, person, reading.shown_revision(found).number),
        before=reading.read(found, person, reader, accepted=True) if found.is_amended else None,
        country=label("countries", found.country, reader) if found.country else None,
        tier=_tier(found),
        other=other,
        minutes=minutes_until(found.claimed_until) if found.claimed_until else 0,
        is_mine=found.claimed_by_id == person.id and other is None and _is_running(found.claimed_until),
        decisions=list(_decision_forms(found, form)) if other is None else [form] if form else [],
        may_claim=found.state in WAITING,
        may_ask=found.state in outbox.ASKABLE and other is None,
        held_question=outbox.held_for(found, person),
        asked=due(found) if found.state == State.QUESTION_ASKED else None,
        coding=coding or CodingForm(book, formdata=None, data=_coded(codes, book)),
        codes={scheme.value: _called(scheme, codes, book, reader) for scheme in Scheme},
        is_afresh=is_coding_afresh(found, person),
        contact=contact or ContactForm(found, formdata=None),
        opened=opened,
        thread=thread,
        history=history,
        names=queries.names_of({one.person_id for one, _text in thread} | {one.person_id for one, _text in history}),
        labels={verb: move.label for verb, move in MOVES.items()},
        told=handover.told(found, person),
        taking=taking or TakeOverForm(formdata=None, data={"holder": str(found.claimed_by_id or "")}),
        plain=FlaskForm(formdata=None),
        trouble=trouble,
    )


def _decision_forms(found: Submission, sent: DecisionForm | None) -> Iterator[DecisionForm]:
    for move in (one for one in services.open_decisions(found) if not one.held):
        typed = sent if sent is not None and sent.move == move else None
        yield typed or decision_form(move, found, i18n.language().code)


def _called(scheme: Scheme, codes: dict[Scheme, tuple[str, ...]], book: Book, reader: str) -> list[Text]:
    return list(dict.fromkeys(in_words(scheme, one, book, reader) for one in codes[scheme]))


def _coded(codes: dict[Scheme, tuple[str, ...]], book: Book) -> dict[str, Any]:
    # A session's own theme is offered as what it was merged into; a shared one stays as it was given.
    shared = vocabulary(VOCABULARY_OF[Scheme.THEME])
    themes = [one if one in shared else book.now(one) for one in codes[Scheme.THEME]]
    return {"themes": themes, "objectives": list(codes[Scheme.GCM_OBJECTIVE])}


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
    promised, ceiling = found.promised_ceiling, found.listening_session.ceiling
    if min(promised, ceiling) < chosen:
        why.append(str(why_limited(promised, ceiling)))
    return ConsentShown(str(TIER_NAMES[chosen]), str(TIER_NAMES[counts]), tuple(why))
