"""Declared conflicts of interest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_WITH_ONE = (
    "(organisation_id IS NOT NULL AND listening_session_id IS NULL AND submission_id IS NULL) OR "
    "(organisation_id IS NULL AND listening_session_id IS NOT NULL AND submission_id IS NULL) OR "
    "(organisation_id IS NULL AND listening_session_id IS NULL AND submission_id IS NOT NULL)"
)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(43), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("listening_session_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(_WITH_ONE, name=op.f("ck_conflict_with_one")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_conflict_ended_by_somebody")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conflict_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_conflict_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["listening_session_id"], ["listening_session.id"],
            name=op.f("fk_conflict_listening_session_id_listening_session"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_conflict_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["declared_by_id"], ["person.id"], name=op.f("fk_conflict_declared_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_conflict_ended_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("key", name=op.f("uq_conflict_key")),
    )  # fmt: skip
    op.create_index(op.f("ix_conflict_person_id"), "conflict", ["person_id"])
    op.create_index(op.f("ix_conflict_submission_id"), "conflict", ["submission_id"])
