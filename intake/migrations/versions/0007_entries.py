"""What staff enter for somebody: how it came, who took it, how consent was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("submission", sa.Column("came_by", sa.String(length=20), nullable=True))
    op.add_column("submission", sa.Column("entry", sa.LargeBinary(), nullable=True))
