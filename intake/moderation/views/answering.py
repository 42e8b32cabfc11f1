"""What the pages of the desk share: finding a submission, going back to it, saying why nothing was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import NoReturn

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from intake.accounts import guards
from intake.foundation import clock
from intake.foundation.multilingual import Text
from intake.moderation import codebook, reading
from intake.moderation.filters import Filters
from intake.moderation.services import ClaimedByOther
from intake.programme.models import ListeningSession
from intake.submissions.models import Decision, Submission
from intake.submissions.vocabulary import State

_ALSO_IN_CARE = frozenset({"question.ask"})
"""What is done in the same way by whoever takes care of what is with safeguarding."""

_TYPED = {
    "submission.decide": ("words", "note", "passage", "memo"),
    "submission.protect": ("passage", "reason"),
    "submission.translate": ("text-",),
    "question.ask": ("words",),
    "safeguarding.care": ("words",),
}
"""By permission, how the fields begin in which words are typed about a submission; choices are no words."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing was done: a title, what was decided meanwhile, and typed words that have no form any more."""

    title: str
    since: tuple[tuple[Decision, Text], ...] = ()
    consent_changed: bool = False
    words: Text | None = None


def found_or_404(reference: str, permission: str) -> Submission:
    """The submission, if it exists for the signed-in person and they have ``permission`` over it."""
    person = guards.signed_in()
    found = reading.find(reference, person)
    if found is None and permission in _ALSO_IN_CARE:
        found = reading.find_in_care(reference, person)
    if found is None:
        left_or_404(reference, permission)
    guards.require(permission, found)
    return found


def left_or_404(reference: str, permission: str) -> NoReturn:
    """End a request about a submission that does not exist for the signed-in person.

    Where a form was sent about one that they had on their desk until it was handed to safeguarding, or back, or
    withdrawn, they are told so and get their words back (409): they have them nowhere else. Everybody else gets 404.
    """
    person = guards.signed_in()
    left = None
    if request.method == "POST":
        left = (
            reading.find_handed_on(reference, person)
            or reading.find_given_back(reference, person)
            or reading.find_withdrawn(reference, person)
        )
    if left is None:
        abort(404)
    guards.require(permission, left)
    page = render_template(
        "moderation/gone.html",
        reference=reference,
        is_withdrawn=left.state == State.WITHDRAWN,
        is_in_care=left.state == State.SAFEGUARDING,
        may_care=reading.find_in_care(reference, person) is not None,
        words=_words_typed(permission),
    )
    abort(make_response(page, 409))


def _words_typed(permission: str) -> list[str]:
    begin = _TYPED.get(permission, ())
    typed = (value for name, value in request.form.items(multi=True) if name.startswith(begin))
    return list(dict.fromkeys(value for value in typed if value.strip()))


def session_or_404(slug: str) -> ListeningSession:
    """The listening session, if the signed-in person moderates it."""
    held = codebook.find_session(slug, guards.signed_in())
    if held is None:
        abort(404)
    guards.require("queue.read", held)
    return held


def back_to(reference: str) -> ResponseReturnValue:
    """The page of a submission, with the filters that were set."""
    filters = Filters.read(request.args)
    if reading.find_in_care(reference, guards.signed_in()) is not None:
        return redirect(url_for("moderation.care_submission", reference=reference), 303)
    return redirect(url_for("moderation.submission", reference=reference, **filters.arguments()), 303)


def what_went_wrong() -> Trouble:
    """What to say above a page that is given back."""
    return Trouble(_("This page was open for a long time. What you entered is still here: please send it again."))


def somebody_else(other: ClaimedByOther) -> Trouble:
    """What to say where somebody else is on it."""
    return Trouble(
        ngettext(
            "Nothing was changed: %(name)s is on it, for %(num)s more minute at the most.",
            "Nothing was changed: %(name)s is on it, for %(num)s more minutes at the most.",
            minutes_until(other.until),
            name=other.name,
        )
    )


def not_open_now() -> Trouble:
    """What to say where there is nothing to decide any more."""
    return Trouble(_("Nothing was changed: it no longer needs a decision."))


def minutes_until(moment: datetime) -> int:
    """Whole minutes from now until ``moment``, one at least."""
    return max(1, ceil((moment - clock.now()).total_seconds() / 60))
