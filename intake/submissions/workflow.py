"""The moves of a submission: one table, one way to make a move.

A decision is one line of ``MOVES``. Pages list only the moves that are legal from where
a submission stands; ``move`` makes one by a conditional UPDATE, so that of two people
who decide at the same moment exactly one wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from intake.foundation import clock, register
from intake.foundation.database import session

from .models import Decision, Submission
from .sealing import seal_reason
from .vocabulary import State

CONTRIBUTOR = "contributor"
MODERATOR = "moderator"

WAITING = (State.SUBMITTED, State.IN_REVIEW, State.QUESTION_ASKED)
"""The states in which a submission waits for a decision."""


TAKES_FILES = (*WAITING, State.SAFEGUARDING)
"""The states in which a contributor may add files: somebody in danger may have something to show."""

STANDING = (State.ACCEPTED, *WAITING)
"""The states in which what was accepted may stand: at a later revision it stands until that is decided."""


class Overtaken(Exception):
    """The submission was changed since it was looked at; nothing was done."""


class IllegalMove(Exception):
    """The move is not open from where the submission stands."""


@dataclass(frozen=True, slots=True)
class Move:
    """One legal move.

    ``to`` None leaves the state as it is, and so it stays in the origins ``stays``. ``words``
    asks for a text: the reason, or what is said to the contributor. ``told`` says whether the
    contributor is sent that text. ``unseats``: what was accepted stands no longer. ``backs`` are the
    states to which it may lead back: whoever makes it says where that was. ``held``: it is not made from a
    page of decisions, but waits in the outbox until somebody has read it.
    """

    verb: str
    label: Any
    origins: frozenset[State]
    to: State | None
    who: str
    words: Any = None
    told: bool = False
    done: Any = ""
    stays: frozenset[State] = frozenset()
    unseats: bool = False
    backs: frozenset[State] = frozenset()
    held: bool = False

    def leads_to(self, origin: State) -> State:
        """The state after the move is made from ``origin``."""
        return origin if self.to is None or origin in self.stays else self.to


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        Move("start", _l("Start reading"), _from(State.SUBMITTED), State.IN_REVIEW, MODERATOR,
             done=_l("You are on it.")),
        Move("accept", _l("Accept"), _from(*WAITING), State.ACCEPTED, MODERATOR,
             done=_l("Accepted.")),
        Move("decline", _l("Decline"), _from(*WAITING), State.DECLINED, MODERATOR,
             words=_l("Why? The contributor will read this."), told=True, done=_l("Declined."), unseats=True),
        Move("keep", _l("Keep the version accepted before"), _from(*WAITING), State.ACCEPTED, MODERATOR,
             words=_l("Why? The contributor will read this."), told=True, done=_l("The earlier version stands.")),
        Move("ask", _l("Ask a question"), _from(State.SUBMITTED, State.IN_REVIEW, State.SAFEGUARDING),
             State.QUESTION_ASKED, MODERATOR, stays=_from(State.SAFEGUARDING),
             words=_l("Your question. The contributor will read it."), told=True, held=True,
             done=_l("The question has left: the contributor will see it when they come back with their code.")),
        Move("answer", _l("Answer"), _from(State.QUESTION_ASKED), State.IN_REVIEW, CONTRIBUTOR),
        Move("amend", _l("Change"), _from(*WAITING, State.ACCEPTED, State.DECLINED), State.SUBMITTED, CONTRIBUTOR,
             stays=_from(State.IN_REVIEW, State.QUESTION_ASKED)),
        Move("reopen", _l("Take the decision back"), _from(State.ACCEPTED, State.DECLINED), State.IN_REVIEW, MODERATOR,
             words=_l("Why?"), done=_l("Back in review."), unseats=True),
        Move("undo", _l("Undo"), _from(State.IN_REVIEW, State.DECLINED), None, MODERATOR, backs=_from(*WAITING)),
        Move("safeguard", _l("Hand to safeguarding"), _from(*WAITING, State.ACCEPTED), State.SAFEGUARDING, MODERATOR,
             words=_l("What worries you?"), done=_l("Handed to safeguarding."), unseats=True),
        Move("danger", _l("Somebody is in danger"), _from(*WAITING, State.ACCEPTED, State.DECLINED),
             State.SAFEGUARDING, CONTRIBUTOR, unseats=True),
        Move("return", _l("Return from safeguarding"), _from(State.SAFEGUARDING), State.IN_REVIEW, MODERATOR,
             words=_l("Why can it be handled like any other?"), done=_l("Back in the ordinary queue.")),
        Move("lift_cap", _l("Allow the tier the contributor chose"), _from(*WAITING), None, MODERATOR,
             words=_l("How do you know that nobody can be harmed?"),
             done=_l("The contributor’s own choice counts now.")),
        Move("tell", _l("Write a message"), frozenset(State) - {State.WITHDRAWN, State.SAFEGUARDING}, None, MODERATOR,
             words=_l("Your message. The contributor will read it."), told=True,
             done=_l("The contributor will see your message when they come back with their code.")),
        Move("seen", _l("I have read the new message"), frozenset(State) - {State.WITHDRAWN}, None, MODERATOR,
             done=_l("The message is marked as read.")),
        Move("withdraw", _l("Withdraw"), frozenset(State) - {State.WITHDRAWN}, State.WITHDRAWN, CONTRIBUTOR,
             unseats=True),
    )
}  # fmt: skip


def open_moves(submission: Submission, who: str) -> Iterable[Move]:
    """The moves that ``who`` can make from where ``submission`` stands, in the order of the table."""
    for move in MOVES.values():
        if move.who == who and submission.state in move.origins and _makes_sense(move, submission):
            yield move


def _makes_sense(move: Move, submission: Submission) -> bool:
    match move.verb:
        case "lift_cap":
            return submission.tier_cap < submission.consent_tier
        case "keep":
            return submission.is_amended
        case "seen":
            return submission.message_waiting
        case _:
            return True


def _asked_at(submission: Submission, decision: Decision) -> datetime | None:
    """Since when the question waits that is open after ``decision``, which may lead back to it."""
    made = (*submission.decisions, decision)
    return next((one.at for one in reversed(made) if one.verb == "ask"), None)


def make(
    submission: Submission,
    verb: str,
    *,
    version: int,
    person_id: int | None,
    reason: str = "",
    back_to: State | None = None,
    **changes: Any,
) -> Decision:
    """Make the move ``verb`` on a submission last seen as ``version``; ``changes`` are further columns.

    ``back_to`` is where a move that leads back leads to.

    Raises:
        IllegalMove: the table does not allow it from here.
        Overtaken: somebody else changed the submission first.
    """
    move = MOVES[verb]
    origin = State(submission.state)
    if origin not in move.origins or (back_to is None) == bool(move.backs) or back_to not in {None, *move.backs}:
        raise IllegalMove(verb)
    number, target = 1 + len(submission.decisions), back_to or move.leads_to(origin)
    decision = Decision(
        submission_id=submission.id, number=number, at=clock.now(), person_id=person_id, verb=verb,
        from_state=origin, to_state=target, revision=submission.revisions[-1].number,
        reason=seal_reason(submission, number, reason) if reason else None,
    )  # fmt: skip
    columns = {
        "state": target, "version": version + 1, "changed_at": decision.at,
        "asked_at": _asked_at(submission, decision) if target == State.QUESTION_ASKED else None, **changes,
    }  # fmt: skip
    if move.unseats and not (verb == "reopen" and submission.is_kept_back):
        columns["accepted_revision"] = None
    changed = session().execute(
        sa.update(Submission)
        .where(Submission.id == submission.id, Submission.version == version, Submission.state == origin)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
        raise Overtaken(submission.reference)
    session().add(decision)
    session().flush()
    session().refresh(submission)
    register.record(f"submission.{verb}", submission.reference, person_id=person_id)
    return decision
