"""A sample that somebody codes without seeing what others made of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "second_coding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("coder_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("drawn_from", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["listening_session_id"], ["listening_session.id"],
            name=op.f("fk_second_coding_listening_session_id_listening_session"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["coder_id"], ["person.id"], name=op.f("fk_second_coding_coder_id_person")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_second_coding_asked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_coding")),
    )  # fmt: skip
    op.create_index(
        "ix_second_coding_one", "second_coding", ["listening_session_id", "coder_id"],
        unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
    )  # fmt: skip
    op.create_table(
        "second_coding_item",
        sa.Column("second_coding_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("submission_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("first", sa.JSON(), nullable=False),
        sa.Column("second", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["second_coding_id"], ["second_coding.id"],
            name=op.f("fk_second_coding_item_second_coding_id_second_coding"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_second_coding_item_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("second_coding_id", "submission_id", name=op.f("pk_second_coding_item")),
    )  # fmt: skip
    op.create_index(op.f("ix_second_coding_item_submission_id"), "second_coding_item", ["submission_id"])
