"""Visits that somebody left quickly: what they typed is not shown to whoever goes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "left_visit",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("erase_after", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_left_visit")),
    )
    op.create_index(op.f("ix_left_visit_erase_after"), "left_visit", ["erase_after"])
