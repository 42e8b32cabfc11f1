"""What a desk noted about somebody who was not heard from."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.accounts.models import Person
from intake.foundation.database import Base
from intake.foundation.types import Moment, one_of

from .expected import Axis


class Mark(StrEnum):
    """What was done about a gap; ``OPEN`` takes back what was said before."""

    INVITED = "invited"
    NOT_RELEVANT = "not_relevant"
    OPEN = "open"


class GapMark(Base):
    """One record: somebody was invited, or nobody needs to be, by whom and when. Never edited; the last counts."""

    __tablename__ = "gap_mark"
    __table_args__ = (
        sa.Index("ix_gap_mark_listening_session_id", "listening_session_id", "id"),
        one_of("axis", [axis.value for axis in Axis]),
        one_of("mark", [mark.value for mark in Mark]),
        sa.CheckConstraint("mark <> 'not_relevant' OR note <> ''", name="not_relevant_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id", ondelete="CASCADE"))
    axis: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(40))
    mark: Mapped[str] = mapped_column(sa.String(20))
    note: Mapped[str] = mapped_column(sa.String(500))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    person: Mapped[Person] = relationship()
