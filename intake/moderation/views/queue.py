"""The queue, its saved filters, and searching."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake.accounts import guards
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.moderation import facets, personal, queries
from intake.moderation.bulk import Act
from intake.moderation.facets import Counted
from intake.moderation.filters import SHOWN_STATES, Claimed, Filters
from intake.moderation.forms import ACT_LABELS, SaveForm, SearchForm
from intake.moderation.listing import FLAG_LABELS, choices, listing, orders
from intake.submissions.search import Sought

from .answering import Trouble, what_went_wrong
from .blueprint import bp


@bp.get("/queue/")
@guards.staff("queue.read")
def queue() -> ResponseReturnValue:
    """What waits for a decision, oldest first, with filters."""
    return _queue(SaveForm(formdata=None))


@bp.post("/queue/saved/")
@guards.staff("queue.read")
@gives_back
def save_filters() -> ResponseReturnValue:
    """Keep the filters of the address under a name."""
    form, filters = SaveForm(), Filters.read(request.args)
    if went_wrong():
        return _queue(form, trouble=what_went_wrong())
    if not form.validate():
        return _queue(form), 422
    try:
        with transaction():
            personal.save(guards.signed_in(), form.name.kept, filters)
    except personal.TooMany:
        return _queue(form, trouble=Trouble(_("You have many saved filters already. Please remove one first."))), 422
    flash(_("The filters are saved."), "done")
    return _back(filters)


@bp.post("/queue/saved/<int:saved>/forget/")
@guards.staff("queue.read")
def forget_filters(saved: int) -> ResponseReturnValue:
    """Remove saved filters."""
    with transaction():
        if not personal.forget(guards.signed_in(), saved):
            abort(404)
    return _back(Filters.read(request.args))


def _back(filters: Filters) -> ResponseReturnValue:
    return redirect(url_for("moderation.queue", **filters.arguments(after=None)), 303)


def _queue(saving: SaveForm, *, trouble: Trouble | None = None) -> str:
    person, filters = guards.signed_in(), Filters.read(request.args)
    held = queries.sessions_moderated(person)
    chosen = queries.chosen_of(held, filters)
    counted = facets.counted(person, held, filters)
    own = personal.own_desk(person, held)
    progress = [one for one in queries.progress(person, held) if one.listening_session.id in chosen]
    return render_template(
        "moderation/queue.html",
        filters=filters,
        choices=choices(held, filters, counted, own.colleagues),
        orders=orders(),
        held=held,
        search=SearchForm(formdata=None),
        saving=saving,
        trouble=trouble,
        listing=listing(
            queries.queue(person, held, filters),
            filters,
            with_topics=len(held) > 1 and filters.listening_session is None,
        ),
        first=[(flag, FLAG_LABELS[flag]) for flag in counted.first],
        tabs=_tabs(filters, counted),
        counted=counted,
        own=own,
        acts=[(act.value, ACT_LABELS[act]) for act in Act],
        progress=[one for one in progress if one.received],
        counts={state.value: sum(one.by_state[state] for one in progress) for state in SHOWN_STATES},
        counted_to=queries.COUNTED_TO,
    )


def _tabs(filters: Filters, counted: Counted) -> list[dict[str, Any]]:
    """The lists that are one press away, each with how many are in it."""
    lists: tuple[tuple[Any, int, dict[str, Any]], ...] = (
        (_("Mine"), counted.mine, {"claimed": Claimed.ME.value}),
        (_("Unclaimed"), counted.unclaimed, {"claimed": Claimed.NOBODY.value}),
        (_("Going stale"), counted.stale, {"stale": True}),
        (_("Unanswered"), counted.unanswered, {"unanswered": True}),
    )
    shown = Filters().arguments(claimed=filters.claimed, stale=filters.stale, unanswered=filters.unanswered)
    return [
        {
            "words": words,
            "number": number,
            "url": url_for("moderation.queue", **Filters().arguments(**narrowed)),
            "is_current": shown == Filters().arguments(**narrowed),
        }
        for words, number, narrowed in lists
    ]


@bp.route("/search/", methods=["GET", "POST"])
@guards.staff("queue.read")
@gives_back
def search() -> ResponseReturnValue:
    """What holds some words, newest first, of all that the signed-in person reads."""
    person, filters, form = guards.signed_in(), Filters.read(request.args), SearchForm()
    held = queries.sessions_moderated(person)
    sought = Sought.read(form.sought.data or "") if request.method == "POST" and not went_wrong() else Sought(())
    page = queries.search(person, held, sought, filters, form.starts_before())
    return render_template(
        "moderation/search.html",
        filters=filters,
        form=form,
        trouble=what_went_wrong() if went_wrong() else None,
        looked=bool(sought),
        listing=listing(page, filters, with_topics=len(held) > 1 and filters.listening_session is None, onward=False),
        next=page.next,
    )
