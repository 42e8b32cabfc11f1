from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.foundation import register
from intake.foundation.database import session, transaction


def write(count: int) -> None:
    for number in range(count):
        with transaction():
            register.record("test.act", f"subject {number}", person_id=number, detail="d")


def test_a_whole_register_is_whole(app: Flask) -> None:
    with app.app_context():
        assert register.first_broken_line() is None
        write(4)
        assert register.first_broken_line() is None


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE register_line SET subject = 'x' WHERE number = 2", 2),
        ("DELETE FROM register_line WHERE number = 2", 2),
        ("DELETE FROM register_line WHERE number = 4", 4),
        ("UPDATE register_line SET person_id = 7 WHERE number = 3", 3),
        ("UPDATE register_line SET number = 9 WHERE number = 4", 4),
        ("UPDATE register_head SET hash = 'x'", 5),
        ("DELETE FROM register_line", 1),
    ],
)
def test_the_first_edited_deleted_or_cut_line_is_named(app: Flask, harm: str, found: int) -> None:
    with app.app_context():
        write(4)
        with transaction() as database:
            without_guards(database, "register_line")
            database.execute(sa.text(harm))
        assert register.first_broken_line() == found


def without_guards(database: sa.orm.Session, table: str) -> None:
    """What somebody with the database in their hands would do first."""
    if database.bind.dialect.name == "postgresql":
        database.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        for verb in ("update", "delete"):
            database.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))


def test_what_is_rolled_back_leaves_no_line(app: Flask) -> None:
    with app.app_context():
        write(1)
        with pytest.raises(ZeroDivisionError), transaction():
            register.record("test.act", "never")
            1 / 0  # noqa: B018
        write(1)
        assert register.first_broken_line() is None
        assert session().scalar(sa.select(sa.func.count()).select_from(register.RegisterLine)) == 2


def test_the_database_itself_refuses_to_change_a_line(app: Flask) -> None:
    with app.app_context():
        write(1)
        for harm in ("UPDATE register_line SET subject = 'x'", "DELETE FROM register_line"):
            with pytest.raises(sa.exc.DBAPIError), transaction() as database:
                database.execute(sa.text(harm))
