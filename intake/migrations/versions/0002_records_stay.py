"""Records stay as they are: the database itself refuses to change them.

UPDATE is refused for good. DELETE is refused too, but for the rows of an example, so that
examples can be removed; the register knows no examples.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OF_A_SUBMISSION = ("revision", "consent_record", "message", "decision")
ELSEWHERE = {
    "session_revision": """EXISTS (
        SELECT 1 FROM listening_session JOIN series ON series.id = listening_session.series_id
        WHERE listening_session.id = OLD.listening_session_id AND series.example)""",
    "digest": """EXISTS (
        SELECT 1 FROM listening_session JOIN series ON series.id = listening_session.series_id
        WHERE listening_session.id = OLD.listening_session_id AND series.example)""",
    "register_line": "FALSE",
}
EXAMPLE = "EXISTS (SELECT 1 FROM submission WHERE submission.id = OLD.submission_id AND submission.example)"


def upgrade() -> None:
    """Put a guard on every table of records."""
    guarded = dict.fromkeys(OF_A_SUBMISSION, EXAMPLE) | ELSEWHERE
    create = _on_postgresql if op.get_bind().dialect.name == "postgresql" else _on_sqlite
    for table, removable in guarded.items():
        create(table, removable)


def _on_sqlite(table: str, removable: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is a record'); END"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT ({removable}) {refuse}")


def _on_postgresql(table: str, removable: str) -> None:
    op.execute(
        f"""CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND {removable} THEN RETURN OLD; END IF;
            RAISE EXCEPTION '{table} is a record';
        END $$"""
    )
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stays()"
    )
