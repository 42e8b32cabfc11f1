"""Questions that are held until somebody has read them, their templates, and who wants to be told what is to be done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

_HELD, _SENT = sa.text("state = 'held'"), sa.text("state = 'sent'")
_ASKED = sa.text("state = 'question_asked'")


def upgrade() -> None:
    """Make the tables, and say of each open question since when it waits."""
    op.add_column("person", sa.Column("wants_mail", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("person", sa.Column("mailed_on", sa.Date(), nullable=True))
    op.add_column("submission", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE submission SET asked_at = coalesce((SELECT max(decision.at) FROM decision WHERE decision.verb = 'ask' "
        "AND decision.submission_id = submission.id), changed_at) WHERE state = 'question_asked'"
    )
    op.create_index(
        "ix_submission_asked", "submission", ["listening_session_id", "asked_at", "id"],
        sqlite_where=_ASKED, postgresql_where=_ASKED,
    )  # fmt: skip
    _templates()
    _questions()


def _templates() -> None:
    op.create_table(
        "question_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("working_group_id", sa.Integer(), nullable=True),
        sa.Column("listening_session_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(40), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "working_group_id IS NULL OR listening_session_id IS NULL", name=op.f("ck_question_template_one_scope")
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id"], ["working_group.id"], name=op.f("fk_question_template_working_group_id_working_group")
        ),
        sa.ForeignKeyConstraint(
            ["listening_session_id"], ["listening_session.id"],
            name=op.f("fk_question_template_listening_session_id_listening_session"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_template")),
        sa.UniqueConstraint("origin", name=op.f("uq_question_template_origin")),
    )  # fmt: skip
    for column in ("working_group_id", "listening_session_id"):
        op.create_index(op.f(f"ix_question_template_{column}"), "question_template", [column])
    op.create_table(
        "question_template_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "act IN ('add', 'change', 'retire', 'restore')", name=op.f("ck_question_template_change_act")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["question_template.id"],
            name=op.f("fk_question_template_change_template_id_question_template"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_question_template_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_template_change")),
    )  # fmt: skip
    op.create_index(op.f("ix_question_template_change_template_id"), "question_template_change", ["template_id"])


def _questions() -> None:
    op.create_table(
        "held_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.CheckConstraint("state IN ('held', 'sent', 'discarded')", name=op.f("ck_held_question_state")),
        sa.CheckConstraint("language IN ('en', 'fr', 'es', 'ar')", name=op.f("ck_held_question_language")),
        sa.CheckConstraint("(state = 'sent') = (body IS NULL)", name=op.f("ck_held_question_sent_is_a_message")),
        sa.CheckConstraint("(state = 'held') = (ended_at IS NULL)", name=op.f("ck_held_question_held_until_it_ends")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_held_question_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["question_template.id"],
            name=op.f("fk_held_question_template_id_question_template"), ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_held_question_written_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_held_question_ended_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_question")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_held_question_submission_id_number")),
    )  # fmt: skip
    for name, columns, which in (
        ("one", ["submission_id"], _HELD),
        ("waiting", ["written_at", "submission_id"], _HELD),
        ("sent", ["ended_at", "submission_id"], _SENT),
    ):
        op.create_index(
            f"ix_held_question_{name}", "held_question", columns,
            unique=name == "one", sqlite_where=which, postgresql_where=which,
        )  # fmt: skip
