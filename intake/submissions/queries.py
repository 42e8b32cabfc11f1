"""Reading about submissions for those who record them, and what the register keeps of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from intake.accounts.permissions import Holder, may
from intake.foundation import clock
from intake.foundation.database import session
from intake.foundation.register import RegisterLine
from intake.programme.models import ListeningSession
from intake.programme.queries import tells_of_answers
from intake.programme.vocabulary import SessionState

from .models import Draft, Submission
from .vocabulary import State

_RECORDABLE = (SessionState.SCHEDULED, SessionState.OPEN, SessionState.CLOSED)


@tells_of_answers
def is_answered(held: ListeningSession) -> bool:
    """Whether a submission to ``held``, whatever became of it, or a draft that can still be opened is kept."""
    sent = sa.exists().where(Submission.listening_session_id == held.id)
    saved = sa.exists().where(Draft.listening_session_id == held.id, Draft.erase_after > clock.now())
    return bool(session().scalar(sa.select(sa.or_(sent, saved))))


def received_since(moment: datetime, at_most: int) -> int:
    """How many submissions were received since ``moment`` and wait to be read; it counts no further than ``at_most``.

    What was moved on within such a short time is left out: the index that is there answers without it.
    """
    recent = sa.select(sa.literal(1)).where(Submission.state == State.SUBMITTED, Submission.received_at > moment)
    return session().scalar(sa.select(sa.func.count()).select_from(recent.limit(at_most).subquery())) or 0


def sessions_to_record(holder: Holder | None) -> Sequence[ListeningSession]:
    """The listening sessions in which ``holder`` may record interventions, in the programme's order."""
    sought = sa.select(ListeningSession).where(ListeningSession.state.in_(_RECORDABLE))
    held = session().scalars(sought.order_by(ListeningSession.series_id, ListeningSession.position))
    return [one for one in held if may(holder, "intervention.record", one)]


def register_lines(subjects: Collection[str], acts: Collection[str]) -> Sequence[RegisterLine]:
    """The lines of the register that tell one of ``acts`` of one of ``subjects``, in their order."""
    sought = sa.select(RegisterLine).where(RegisterLine.subject.in_(subjects), RegisterLine.act.in_(acts))
    return session().scalars(sought.order_by(RegisterLine.number)).all()
