"""Reading about submissions for those who record them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from intake.accounts.permissions import Holder, may
from intake.foundation.database import session
from intake.programme.models import ListeningSession
from intake.programme.vocabulary import SessionState

_RECORDABLE = (SessionState.SCHEDULED, SessionState.OPEN, SessionState.CLOSED)


def sessions_to_record(holder: Holder | None) -> Sequence[ListeningSession]:
    """The listening sessions in which ``holder`` may record interventions, in the programme's order."""
    sought = sa.select(ListeningSession).where(ListeningSession.state.in_(_RECORDABLE))
    held = session().scalars(sought.order_by(ListeningSession.series_id, ListeningSession.position))
    return [one for one in held if may(holder, "intervention.record", one)]
