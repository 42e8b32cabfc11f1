"""The queue: saved filters, what several were done to at once, what changed hands, and the indexes behind filters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WAITING = "state IN ('submitted', 'in_review', 'question_asked')"


def upgrade() -> None:
    """Make the tables and the indexes."""
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_filter_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_filter_person_id_name")),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("told_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_handover_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["told_id"], ["person.id"], name=op.f("fk_handover_told_id_person")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_handover_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_handover_submission_id_number")),
    )  # fmt: skip
    op.create_index(
        "ix_handover_told", "handover", ["told_id"],
        sqlite_where=sa.text("seen_at IS NULL"), postgresql_where=sa.text("seen_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("theme", sa.String(40), nullable=True),
        sa.Column("colleague_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("act IN ('claim', 'release', 'hand', 'theme', 'spam')", name=op.f("ck_bulk_act_act")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bulk_act_person_id_person")),
        sa.ForeignKeyConstraint(["colleague_id"], ["person.id"], name=op.f("fk_bulk_act_colleague_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
    )
    op.create_index("ix_bulk_act_person", "bulk_act", ["person_id", "id"])
    op.create_table(
        "bulk_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulk_act_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.String(20), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("kept", sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulk_act_id"], ["bulk_act.id"], name=op.f("fk_bulk_item_bulk_act_id_bulk_act"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_bulk_item_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("bulk_act_id", "submission_id", name=op.f("uq_bulk_item_bulk_act_id_submission_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_bulk_item_submission_id"), "bulk_item", ["submission_id"])
    op.create_index("ix_coding_code", "coding", ["scheme", "code", "submission_id"])
    _index_what_waits()


def _index_what_waits() -> None:
    """What narrows a list stands in its index: the rows themselves are read only where they are shown."""
    op.drop_index("ix_submission_waiting", "submission")
    for name, columns in {
        "waiting": [
            "received_at", "id", "language", "kind", "country", "stakeholder_type", "claimed_by_id", "claimed_until",
            "organisation_index", "state", "accepted_revision", "changed_at", "danger_now", "child_alone",
            "message_waiting",
        ],
        "changed": ["changed_at", "id"],
        "language_waiting": ["language", "received_at", "id"],
        "who_waiting": ["stakeholder_type", "received_at", "id"],
        "claimed": ["claimed_by_id", "received_at", "id"],
    }.items():  # fmt: skip
        op.create_index(
            f"ix_submission_{name}", "submission", ["listening_session_id", *columns],
            sqlite_where=sa.text(_WAITING), postgresql_where=sa.text(_WAITING),
        )  # fmt: skip
