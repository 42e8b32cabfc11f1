"""A digest as it is kept: what was frozen, when, by whom. The database refuses to change it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.foundation.database import Base
from intake.foundation.types import Moment
from intake.programme.models import ListeningSession


class Digest(Base):
    """One version of the digest of a listening session.

    ``frozen`` is what ``digests.freeze`` describes, and holds nobody's words; ``freeze`` is the
    SHA-256 of it in hex. ``cutoff`` is the moment up to which submissions were taken.
    """

    __tablename__ = "digest"
    __table_args__ = (
        sa.UniqueConstraint("listening_session_id", "version"),
        sa.CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listening_session_id: Mapped[int] = mapped_column(sa.ForeignKey("listening_session.id"))
    version: Mapped[int]
    compiled_at: Mapped[datetime] = mapped_column(Moment)
    compiled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    cutoff: Mapped[datetime] = mapped_column(Moment)
    frozen: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    freeze: Mapped[str] = mapped_column(sa.String(64))

    listening_session: Mapped[ListeningSession] = relationship(lazy="joined")

    @property
    def identifier(self) -> str:
        """The public, citable name, e.g. ``WG3-2020-06-09/D-2``."""
        return identifier(self.listening_session.code, self.version)


def identifier(code: str, version: int) -> str:
    """What the digest ``version`` of the listening session ``code`` is called."""
    return f"{code}/D-{version}"
