from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from intake.cli import verify
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


LINE = "SELECT {}, at, act, subject, person_id, detail, hash FROM register_line WHERE number = {}"
HARMS: dict[str, tuple[int | None, list[str]]] = {
    "the subject changed": (2, ["UPDATE register_line SET subject = 'x' WHERE number = 2"]),
    "the act changed": (3, ["UPDATE register_line SET act = 'test.other' WHERE number = 3"]),
    "the person changed": (3, ["UPDATE register_line SET person_id = 7 WHERE number = 3"]),
    "the moment changed": (1, ["UPDATE register_line SET at = '2020-06-09 10:00:00.000000+00' WHERE number = 1"]),
    "the detail changed": (4, ["""UPDATE register_line SET detail = '{"detail": "e"}' WHERE number = 4"""]),
    "a hash changed": (2, ["UPDATE register_line SET hash = 'x' WHERE number = 2"]),
    "one in the middle removed": (2, ["DELETE FROM register_line WHERE number = 2"]),
    "one removed and the gap closed": (2, [
        "DELETE FROM register_line WHERE number = 2",
        "UPDATE register_line SET number = 2 WHERE number = 3",
        "UPDATE register_line SET number = 3 WHERE number = 4",
    ]),
    "the first removed": (1, ["DELETE FROM register_line WHERE number = 1"]),
    "the last removed": (4, ["DELETE FROM register_line WHERE number = 4"]),
    "the last two removed": (3, ["DELETE FROM register_line WHERE number > 2"]),
    "all removed": (1, ["DELETE FROM register_line"]),
    "all removed with the head": (None, ["DELETE FROM register_line", "DELETE FROM register_head"]),
    "two swapped": (2, [
        "UPDATE register_line SET number = 9 WHERE number = 2",
        "UPDATE register_line SET number = 2 WHERE number = 3",
        "UPDATE register_line SET number = 3 WHERE number = 9",
    ]),
    "the last renumbered": (4, ["UPDATE register_line SET number = 9 WHERE number = 4"]),
    "one inserted in the middle": (3, [
        "UPDATE register_line SET number = 5 WHERE number = 4",
        "UPDATE register_line SET number = 4 WHERE number = 3",
        f"INSERT INTO register_line {LINE.format(3, 2)}",
    ]),
    "one inserted before the first": (1, [f"INSERT INTO register_line {LINE.format(0, 1)}"]),
    "one put at the end": (5, [f"INSERT INTO register_line {LINE.format(5, 4)}"]),
    "the head changed": (5, ["UPDATE register_head SET hash = 'x'"]),
    "the number of the head changed": (5, ["UPDATE register_head SET number = 9"]),
    "the head removed": (5, ["DELETE FROM register_head"]),
}  # fmt: skip
"""What somebody may do to a register of four lines, and the first line that is broken by it."""


def written(app: Flask, count: int = 4) -> register.Head:
    """The head after so many more lines."""
    with app.app_context():
        write(count)
        head = register.head()
    assert head is not None
    return head


def broken(app: Flask, kept: register.Head | None = None) -> int | None:
    with app.app_context():
        return register.first_broken_line(kept)


def do_harm(app: Flask, statements: list[str]) -> None:
    with app.app_context(), transaction() as database:
        without_guards(database, "register_line")
        for statement in statements:
            database.connection().exec_driver_sql(statement)


@pytest.mark.parametrize("harm", HARMS)
def test_the_first_edited_deleted_or_cut_line_is_named(app: Flask, harm: str) -> None:
    found, statements = HARMS[harm]
    kept = written(app)
    assert broken(app, kept) is None
    do_harm(app, statements)
    assert broken(app) == found
    assert broken(app, kept) == (found or 1), "with a head kept elsewhere nothing goes unseen"


def test_lines_written_after_a_head_was_kept_are_no_harm(app: Flask) -> None:
    kept = written(app)
    written(app)
    assert broken(app, kept) is None
    assert register.read_head(f" {kept}\n") == kept


def test_a_head_kept_elsewhere_finds_what_the_database_alone_cannot(app: Flask) -> None:
    """The tail is anchored by the head beside it: who cuts both is found only by a head kept elsewhere."""
    earlier, kept = written(app, 3), written(app, 1)
    do_harm(app, ["DELETE FROM register_line WHERE number = 4"])
    with app.app_context(), transaction() as database:
        database.execute(sa.update(register.RegisterHead).values(**earlier._asdict()))
    assert broken(app) is None
    assert broken(app, kept) == 4
    written(app, 1)
    assert broken(app) is None
    assert broken(app, kept) == 4, "another line stands where it was"
    assert broken(app, earlier) is None


def test_a_chain_that_was_written_anew_contradicts_a_head_kept_elsewhere(app: Flask) -> None:
    kept = written(app)
    with app.app_context(), transaction() as database:
        without_guards(database, "register_line")
        lines = database.scalars(sa.select(register.RegisterLine).order_by(register.RegisterLine.number)).all()
        previous = lines[0].hash
        for line in lines[1:]:
            line.subject = "forged"
            previous = line.hash = register._hash(previous, line)
        database.execute(sa.update(register.RegisterHead).values(hash=previous))
    assert broken(app) is None
    assert broken(app, kept) == 4


A_HASH = "a" * 64


@pytest.mark.parametrize(
    "said", ["", "4", ":", "4:", f"x:{A_HASH}", f"0:{A_HASH}", f"4:{A_HASH.upper()}", f"٤:{A_HASH}"]
)
def test_what_is_no_head_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        register.read_head(said)


@pytest.mark.parametrize("harm", ["one in the middle removed", "two swapped", "the last removed"])
def test_the_command_names_it_and_does_not_end_with_0(app: Flask, harm: str) -> None:
    found, statements = HARMS[harm]
    head = written(app)
    whole = CliRunner().invoke(verify, ["--head", str(head)], obj=lambda: app)
    assert (whole.exit_code, whole.stdout) == (0, f"The register is whole. Its head: {head}\n")
    do_harm(app, statements)
    seen = CliRunner().invoke(verify, obj=lambda: app)
    assert (seen.exit_code, seen.stderr) == (1, f"The register is broken at line {found}.\n")
    told = CliRunner().invoke(verify, ["--json"], obj=lambda: app)
    assert (told.exit_code, json.loads(told.stdout)["register"]["first_broken_line"]) == (1, found)


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
