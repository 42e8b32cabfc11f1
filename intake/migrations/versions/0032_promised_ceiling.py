"""The ceiling of a session under which consent was given: lifting it later names nobody who was told otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was there was agreed to under the ceiling of its session, as far as is known."""
    # Where nothing is said of it, nothing may be used: the lowest.
    op.add_column("submission", sa.Column("promised_ceiling", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE submission SET promised_ceiling = COALESCE((SELECT consent_ceiling FROM listening_session "
        "WHERE listening_session.id = submission.listening_session_id), 4)"
    )
