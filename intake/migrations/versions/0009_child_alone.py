"""Whether a child is told of without a parent's or guardian's agreement: it is read first, as danger is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_WAITING = "state IN ('submitted', 'in_review', 'question_asked')"


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("submission", sa.Column("child_alone", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_submission_child_alone", "submission", ["listening_session_id", "received_at", "id"],
        sqlite_where=sa.text(f"child_alone IS 1 AND {_WAITING}"),
        postgresql_where=sa.text(f"child_alone IS true AND {_WAITING}"),
    )  # fmt: skip
