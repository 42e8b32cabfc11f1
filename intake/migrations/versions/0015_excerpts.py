"""Passages coded in what was told, and the code book of each listening session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of excerpts and of code books."""
    _excerpts()
    _code_books()


def _excerpts() -> None:
    op.create_table(
        "excerpt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("afresh", sa.Boolean(), nullable=False),
        sa.Column("memo", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint('"start" >= 0 AND "end" > "start"', name=op.f("ck_excerpt_span")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name=op.f("ck_excerpt_removal_is_whole")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_excerpt_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_excerpt_person_id_person")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name=op.f("fk_excerpt_removed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excerpt")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_excerpt_submission_id_number")),
        sa.UniqueConstraint(
            "person_id",
            "submission_id",
            "revision",
            "name",
            "start",
            "end",
            name=op.f("uq_excerpt_person_id_submission_id_revision_name_start_end"),
        ),
    )
    op.create_table(
        "excerpt_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("excerpt_id", sa.Integer(), nullable=False),
        sa.Column("axis", sa.String(20), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.CheckConstraint(
            "axis IN ('theme', 'kind', 'population_group', 'gcm_objective', 'addressee')",
            name=op.f("ck_excerpt_code_axis"),
        ),
        sa.ForeignKeyConstraint(
            ["excerpt_id"], ["excerpt.id"], name=op.f("fk_excerpt_code_excerpt_id_excerpt"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excerpt_code")),
        sa.UniqueConstraint("excerpt_id", "axis", "code", name=op.f("uq_excerpt_code_excerpt_id_axis_code")),
    )
    op.create_index("ix_excerpt_code_code", "excerpt_code", ["axis", "code"])
    op.create_table(
        "coding_afresh",
        sa.Column("submission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_coding_afresh_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coding_afresh_person_id_person")),
        sa.PrimaryKeyConstraint("submission_id", "person_id", name=op.f("pk_coding_afresh")),
    )  # fmt: skip


def _code_books() -> None:
    op.create_table(
        "code_book_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("example", sa.Integer(), nullable=True),
        sa.Column("successor", sa.String(60), nullable=True),
        sa.Column("is_split", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listening_session_id"], ["listening_session.id"],
            name=op.f("fk_code_book_entry_listening_session_id_listening_session"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["example"], ["excerpt.id"], name=op.f("fk_code_book_entry_example_excerpt"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_book_entry")),
        sa.UniqueConstraint("listening_session_id", "code", name=op.f("uq_code_book_entry_listening_session_id_code")),
    )  # fmt: skip
    op.create_table(
        "code_book_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "act IN ('add', 'rename', 'define', 'merge', 'split')", name=op.f("ck_code_book_change_act")
        ),
        sa.ForeignKeyConstraint(
            ["listening_session_id"], ["listening_session.id"],
            name=op.f("fk_code_book_change_listening_session_id_listening_session"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_code_book_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_book_change")),
    )  # fmt: skip
    op.create_index(
        "ix_code_book_change_listening_session_id", "code_book_change", ["listening_session_id", "code", "id"]
    )
