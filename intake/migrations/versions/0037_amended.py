"""What was accepted and waits again, by when it was changed: the queue counts what is due soon."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_AMENDED = "accepted_revision IS NOT NULL AND state IN ('submitted', 'in_review', 'question_asked')"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_submission_amended", "submission", ["listening_session_id", "changed_at", "id"],
        sqlite_where=sa.text(_AMENDED), postgresql_where=sa.text(_AMENDED),
    )  # fmt: skip
