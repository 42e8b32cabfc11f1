"""What a desk noted about somebody who was not heard from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "gap_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("axis", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("mark", sa.String(20), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("axis IN ('who', 'region', 'group', 'language')", name=op.f("ck_gap_mark_axis")),
        sa.CheckConstraint("mark IN ('invited', 'not_relevant', 'open')", name=op.f("ck_gap_mark_mark")),
        sa.CheckConstraint("mark <> 'not_relevant' OR note <> ''", name=op.f("ck_gap_mark_not_relevant_says_why")),
        sa.ForeignKeyConstraint(
            ["listening_session_id"], ["listening_session.id"],
            name=op.f("fk_gap_mark_listening_session_id_listening_session"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_gap_mark_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_mark")),
    )  # fmt: skip
    op.create_index("ix_gap_mark_listening_session_id", "gap_mark", ["listening_session_id", "id"])
