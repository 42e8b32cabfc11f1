"""What the desk adds to a submission: its codes, and the indexes by which the queue is read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.foundation.database import Base
from intake.foundation.types import Moment, one_of
from intake.submissions.models import Submission
from intake.submissions.workflow import WAITING


class Scheme(StrEnum):
    """From which vocabulary a code comes."""

    THEME = "theme"
    GCM_OBJECTIVE = "gcm_objective"


VOCABULARY_OF = {Scheme.THEME: "themes", Scheme.GCM_OBJECTIVE: "gcm_objectives"}


class Coding(Base):
    """A theme or an objective that a moderator found in a submission."""

    __tablename__ = "coding"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "scheme", "code"),
        one_of("scheme", [scheme.value for scheme in Scheme]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    scheme: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(40))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)


def is_waiting() -> sa.ColumnElement[bool]:
    """The condition that a submission waits for a decision, written out so that the partial index is found."""
    return Submission.state.in_(
        sa.bindparam("waiting", [state.value for state in WAITING], expanding=True, literal_execute=True)
    )


_WAITING_ROWS = Submission.state.in_([state.value for state in WAITING])

sa.Index(
    "ix_submission_waiting",
    Submission.listening_session_id,
    Submission.received_at,
    Submission.id,
    sqlite_where=_WAITING_ROWS,
    postgresql_where=_WAITING_ROWS,
)
sa.Index(
    "ix_submission_desk",
    Submission.listening_session_id,
    Submission.state,
    Submission.received_at,
    Submission.id,
    Submission.organisation_index,
)
