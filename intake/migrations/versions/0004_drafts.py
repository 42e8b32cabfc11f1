"""Forms that are not sent yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("interface_language", sa.String(length=2), nullable=False),
        sa.Column("receipt_digest", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("erase_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("typed", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_visits", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('testimony', 'practice')", name=op.f("ck_draft_kind")),
        sa.CheckConstraint("interface_language IN ('en', 'fr', 'es', 'ar')", name=op.f("ck_draft_interface_language")),
        sa.ForeignKeyConstraint(
            ["listening_session_id"], ["listening_session.id"],
            name=op.f("fk_draft_listening_session_id_listening_session"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("receipt_digest", name=op.f("uq_draft_receipt_digest")),
    )  # fmt: skip
    op.create_index("ix_draft_listening_session_id", "draft", ["listening_session_id"])
    op.create_index("ix_draft_erase_after", "draft", ["erase_after"])
