"""Passages that are hidden beyond the desk, and files that are withheld."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STAYS = ("id", "submission_id", "number", "revision", "answer", "begins", "ends", "note", "person_id", "at")
"""What of a redaction never changes; lifting it fills the two other columns, once."""
EXAMPLE = "EXISTS (SELECT 1 FROM submission WHERE submission.id = OLD.submission_id AND submission.example)"
LIFTED = " AND ".join(["OLD.lifted_at IS NULL", *(f"NEW.{name} = OLD.{name}" for name in STAYS)])


def upgrade() -> None:
    """Make both tables; the database refuses to change a redaction otherwise than by lifting it."""
    op.create_table(
        "redaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=60), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.CheckConstraint("begins >= 0 AND begins < ends", name=op.f("ck_redaction_passage")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_redaction_lifted_by_somebody")
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_redaction_lifted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_redaction_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_redaction_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_redaction_submission_id_number")),
    )
    op.create_table(
        "withholding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("given_back_by_id", sa.Integer(), nullable=True),
        sa.Column("given_back_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(given_back_at IS NULL) = (given_back_by_id IS NULL)", name=op.f("ck_withholding_given_back_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name=op.f("fk_withholding_attachment_id_attachment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_back_by_id"], ["person.id"], name=op.f("fk_withholding_given_back_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_withholding_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_withholding_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withholding")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_withholding_submission_id_number")),
    )
    op.create_index(op.f("ix_withholding_attachment_id"), "withholding", ["attachment_id"])
    _guard()


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"""CREATE FUNCTION redaction_stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND {EXAMPLE} THEN RETURN OLD; END IF;
                IF TG_OP = 'UPDATE' AND {LIFTED} THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'redaction is a record';
            END $$"""
        )
        op.execute(
            "CREATE TRIGGER redaction_stays BEFORE UPDATE OR DELETE ON redaction "
            "FOR EACH ROW EXECUTE FUNCTION redaction_stays()"
        )
        return
    refuse = "BEGIN SELECT RAISE(ABORT, 'redaction is a record'); END"
    op.execute(f"CREATE TRIGGER redaction_no_update BEFORE UPDATE ON redaction WHEN NOT ({LIFTED}) {refuse}")
    op.execute(f"CREATE TRIGGER redaction_no_delete BEFORE DELETE ON redaction WHEN NOT ({EXAMPLE}) {refuse}")
