"""Messages that wait to be read, and what is to be read first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PLACE = ["listening_session_id", "received_at", "id"]
_FIRST = {
    "ix_submission_danger": "danger_now IS true AND state IN ('submitted', 'in_review', 'question_asked')",
    "ix_submission_message": "message_waiting IS true",
}


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column("submission", sa.Column("message_waiting", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name, condition in _FIRST.items():
        on_sqlite = condition.replace("IS true", "IS 1")
        op.create_index(
            name, "submission", _PLACE, sqlite_where=sa.text(on_sqlite), postgresql_where=sa.text(condition)
        )
