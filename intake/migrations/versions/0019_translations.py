"""Translations, and whether an outside program may be given a text to translate it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the columns."""
    for table in ("submission", "consent_record"):
        op.add_column(table, sa.Column("machine_translation", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(60), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("language IN ('en', 'fr', 'es', 'ar')", name=op.f("ck_translation_language")),
        sa.CheckConstraint("origin IN ('person', 'table', 'machine')", name=op.f("ck_translation_origin")),
        sa.CheckConstraint("person_id IS NOT NULL OR origin = 'machine'", name=op.f("ck_translation_by_somebody")),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (checked_by_id IS NULL)", name=op.f("ck_translation_checked_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_translation_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_translation_person_id_person")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_translation_checked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_translation_submission_id_number")),
    )  # fmt: skip
    # What stands in place of hidden words is found from now on as well: the worker enters these anew.
    op.execute(
        "DELETE FROM search_entry WHERE submission_id IN (SELECT submission_id FROM redaction WHERE lifted_at IS NULL)"
    )
    _guard()


STAYS = (
    "id",
    "submission_id",
    "number",
    "revision",
    "answer",
    "place",
    "paragraph",
    "language",
    "origin",
    "words",
    "at",
)
"""What of a translation never changes; checking it fills the two last columns, once."""
CHECKED = " AND ".join(["OLD.checked_at IS NULL", *(f"NEW.{name} = OLD.{name}" for name in STAYS)])


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"""CREATE FUNCTION translation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {CHECKED} THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'translation is a record';
            END $$"""
        )
        op.execute(
            "CREATE TRIGGER translation_stays BEFORE UPDATE ON translation "
            "FOR EACH ROW EXECUTE FUNCTION translation_stays()"
        )
        return
    refuse = "BEGIN SELECT RAISE(ABORT, 'translation is a record'); END"
    op.execute(f"CREATE TRIGGER translation_no_update BEFORE UPDATE ON translation WHEN NOT ({CHECKED}) {refuse}")
