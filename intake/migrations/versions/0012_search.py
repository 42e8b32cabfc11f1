"""Finding submissions by their words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and what the engine finds words by."""
    op.create_table(
        "search_entry",
        sa.Column("submission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_search_entry_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_search_entry")),
    )  # fmt: skip
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


_POSTGRESQL = (
    """ALTER TABLE search_entry
    ADD COLUMN search_words tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED""",
    "CREATE INDEX ix_search_words ON search_entry USING gin (search_words)",
)
_REMOVE = "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.submission_id, old.words);"
_ADD = "INSERT INTO search_words (rowid, words) VALUES (new.submission_id, new.words);"
_SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5(words, content='search_entry', content_rowid='submission_id')",
    f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN {_ADD} END",
    f"CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN {_REMOVE} END",
    f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN {_REMOVE} {_ADD} END",
)
