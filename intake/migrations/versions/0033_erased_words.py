"""Words that are erased for good: asked for by one person, done by another.

Records stay as they are, with one exception: while an erasure is under way, which it is only inside the transaction
that erases, what is sealed with the text of that submission may be sealed anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OF_AN_EXAMPLE = "EXISTS (SELECT 1 FROM submission WHERE submission.id = OLD.submission_id AND submission.example)"
UNDER_WAY = (
    "EXISTS (SELECT 1 FROM erasure WHERE erasure.submission_id = OLD.submission_id AND erasure.outcome = 'under_way')"
)
SEALED = {
    "revision": ("answers", "erased_at"),
    "message": ("body",),
    "decision": ("reason",),
    "redaction": ("note", "erased_at"),
    "translation": ("words",),
    "erasure": ("note",),
}
"""What of each record is sealed with the text, or says that words of it are erased."""

REDACTION_STAYS = ("id", "submission_id", "number", "revision", "answer", "begins", "ends", "note", "person_id", "at")
TRANSLATION_STAYS = (
    "id", "submission_id", "number", "revision", "answer", "place", "paragraph", "language", "origin", "words", "at",
)  # fmt: skip
ERASURE_STAYS = ("id", "submission_id", "number", "redaction", "note", "asked_by_id", "asked_at")
ALSO = {
    "redaction": " AND ".join(
        ["OLD.lifted_at IS NULL AND NEW.erased_at {same} OLD.erased_at"]
        + [f"NEW.{name} = OLD.{name}" for name in REDACTION_STAYS]
    ),
    "translation": " AND ".join(
        ["OLD.checked_at IS NULL", *(f"NEW.{name} = OLD.{name}" for name in TRANSLATION_STAYS)]
    ),
    # A wish comes to an end, once; whose it is never changes.
    "erasure": " AND ".join(
        ["(OLD.outcome IS NULL OR OLD.outcome = 'under_way')", *(f"NEW.{name} = OLD.{name}" for name in ERASURE_STAYS)]
    ),
}
"""What else may be changed: a redaction is lifted, a translation checked, an erasure ended."""


def upgrade() -> None:
    """Make the table, mark versions and redactions, and let records be sealed anew."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("redaction", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("outcome IN ('under_way', 'erased', 'kept')", name=op.f("ck_erasure_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_erasure_ended")),
        sa.CheckConstraint("(ended_by_id IS NULL) = (ended_at IS NULL)", name=op.f("ck_erasure_ended_by_somebody")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'kept' OR ended_by_id <> asked_by_id", name=op.f("ck_erasure_two_people")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_erasure_asked_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_erasure_ended_by_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_erasure_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_erasure_submission_id_number")),
    )
    is_open = sa.text("outcome IS NULL")
    op.create_index(
        "ix_erasure_open", "erasure", ["submission_id", "redaction"], unique=True,
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip
    for table in ("revision", "redaction"):
        op.add_column(table, sa.Column("erased_at", MOMENT, nullable=True))
    _guard()


def _guard() -> None:
    bind = op.get_bind()
    for table, sealed in SEALED.items():
        names = [column["name"] for column in sa.inspect(bind).get_columns(table)]
        same = "IS NOT DISTINCT FROM" if bind.dialect.name == "postgresql" else "IS"
        rest = " AND ".join(f'NEW."{name}" {same} OLD."{name}"' for name in names if name not in sealed)
        allowed = f"({UNDER_WAY} AND {rest})" + (f" OR ({ALSO[table].format(same=same)})" if table in ALSO else "")
        (_on_postgresql if bind.dialect.name == "postgresql" else _on_sqlite)(table, allowed)


def _on_sqlite(table: str, allowed: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is a record'); END"
    if table == "erasure":
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT ({OF_AN_EXAMPLE}) {refuse}")
    else:
        op.execute(f"DROP TRIGGER {table}_no_update")
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({allowed}) {refuse}")


def _on_postgresql(table: str, allowed: str) -> None:
    # Nothing kept a translation from being removed, and nothing needs to: it is no record of a decision.
    gone = "" if table == "translation" else f"IF TG_OP = 'DELETE' AND {OF_AN_EXAMPLE} THEN RETURN OLD; END IF;"
    op.execute(
        f"""CREATE OR REPLACE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {gone}
            IF TG_OP = 'UPDATE' THEN
                IF {allowed} THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION '{table} is a record';
        END $$"""
    )
    if table == "erasure":
        op.execute(
            "CREATE TRIGGER erasure_stays BEFORE UPDATE OR DELETE ON erasure "
            "FOR EACH ROW EXECUTE FUNCTION erasure_stays()"
        )
