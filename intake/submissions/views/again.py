"""Pages between sending and having sent: a person presses the button once more, a program is held up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from intake.foundation.limits import Limit
from intake.submissions.forms import SubmissionForm
from intake.submissions.puzzle import BITS, WAIT_SECONDS, Puzzle, is_asked, is_ever_asked

waited_here = Limit(burst=10, seconds_each=6)
"""Who gets through by having waited, from one place: ten people behind one address at once, and ten more a minute."""
waited = Limit(burst=60, seconds_each=1)
"""The same from everywhere. A puzzle is had for nothing, so many can be fetched at once and waited for together:
without turns, waiting would hold up nobody who has patience."""

sent_here = Limit(burst=60, seconds_each=30)
"""Submissions from one place before a puzzle comes first: a workshop behind one address sends freely."""
most_sent_here = Limit(burst=240, seconds_each=15)
"""The same before whoever sends has to wait: nobody fills the desks of a working group from one machine."""

_NOT_CARRIED = frozenset({"csrf_token", "puzzle", "solution", SubmissionForm.trap})


def held_up(form: SubmissionForm) -> ResponseReturnValue | None:
    """The page for whoever filled what nobody can see; None for everybody else."""
    if form.of_staff or not request.form.get(form.trap):
        return None
    advice = _("Something filled in a field that people cannot see; some browsers do that. Please send it once more.")
    return _page(_("Please send it once more"), advice, _("Nothing you wrote is lost, and nothing is sent yet.")), 422


def asked_to_work(form: SubmissionForm) -> ResponseReturnValue | None:
    """The page with a puzzle while very much is sent, or was from here; None when nothing is asked, or it is done."""
    is_busy = is_asked()
    if form.of_staff or not (is_busy or (is_ever_asked() and sent_here.is_reached())):
        return None
    lead = _("Nothing you wrote is lost, and nothing is sent yet.")
    why = _("Many people are writing to us just now.") if is_busy else _("Much was sent from this connection.")
    return _worked_for("sending", form.form_token.data, lead, why)


@contextmanager
def counted(form: SubmissionForm) -> Iterator[None]:
    """Count what is sent from here, unless staff send it; what fails was none.

    Raises:
        Reached: too much was; whoever sends has to wait.
    """
    if form.of_staff or not is_ever_asked():
        yield
        return
    with most_sent_here.taking():
        yield
    sent_here.take()


def asked_for_patience(code: str) -> ResponseReturnValue | None:
    """The page with a puzzle before one more ``code`` is tried, where many were; None when it is done."""
    return _worked_for("a code", code, "", _("Many codes were tried from this connection."))


def _worked_for(what: str, token: str, lead: str, why: str) -> ResponseReturnValue | None:
    puzzle = Puzzle.returned(request.form.get("puzzle", ""), token) or Puzzle.fresh(token)
    left = puzzle.seconds_left()
    if puzzle.is_solved_by(request.form.get("solution", "")) or (not left and _is_their_turn(what)):
        return None
    seconds = left or WAIT_SECONDS
    advice = ngettext(
        "Please wait %(num)s second, then send it again. Most browsers do this by themselves, and sooner.",
        "Please wait %(num)s seconds, then send it again. Most browsers do this by themselves, and sooner.",
        seconds,
    )
    page = _page(_("One moment, please"), f"{why} {advice}", lead, puzzle)
    return page, 429, {"Retry-After": str(seconds)}


def _is_their_turn(what: str) -> bool:
    if not waited_here.take():
        return False
    is_in = waited.take(what)
    if not is_in:
        waited_here.give_back()
    return is_in


def _page(title: str, advice: str, lead: str, puzzle: Puzzle | None = None) -> str:
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_CARRIED]
    return render_template(
        "submissions/again.html", title=title, lead=lead, advice=advice, puzzle=puzzle, bits=BITS, carried=carried
    )
