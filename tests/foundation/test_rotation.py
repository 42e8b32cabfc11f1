"""Keys changed while the application runs: nothing is lost, at whatever moment it stops."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from intake import cli
from intake.foundation import rotation
from intake.foundation.config import Settings
from intake.foundation.crypto import FILE_NAME, Keyring, SealError, keyring, new_key, open_kept
from intake.foundation.database import Base, engine, session, transaction
from intake.foundation.post import OutgoingMail, post
from intake.foundation.rotation import rows_by_key, sealed_columns
from intake.submissions import services
from intake.submissions.models import Submission
from intake.submissions.sealing import open_answers, open_contact
from tests import builders

ROOT = Path(__file__).parents[2]


@pytest.fixture
def told(app: Flask) -> int:
    """Some submissions; returns how many."""
    with app.app_context(), transaction():
        held = builders.listening_session()
        for number in range(25):
            builders.submission(
                held, email=f"amal{number}@example.org", what_happened=f"It happened {number:05} times."
            )
        post("amal@example.org", "News", "There is news.")
    return 25


def intake(app: Flask, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.main, list(arguments), obj=lambda: app, standalone_mode=True)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def same_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_app", lambda: app)


def everything_opens(app: Flask, count: int) -> bool:
    with app.app_context():
        found = session().scalars(sa.select(Submission).order_by(Submission.id)).all()
        return [
            (open_answers(one, one.revisions[0])["what_happened"], open_contact(one, one.revisions[0])["email"])
            for one in found
        ] == [(f"It happened {number:05} times.", f"amal{number}@example.org") for number in range(count)]


def test_every_column_that_the_keyring_seals_is_declared() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "intake").rglob("*.py"))
    sealed = set(re.findall(r'keyring\(\)\.seal\([^"]*"(\w+)", "?(\w+)"?', source))
    named = {(one.table, one.column) for one in sealed_columns()}
    assert {table for table, _column in sealed} == {table for table, _column in named}
    for one in sealed_columns():
        assert one.column in Base.metadata.tables[one.table].c
        assert one.row in Base.metadata.tables[one.table].c


def test_everything_is_sealed_anew_and_the_old_key_may_go(app: Flask, told: int, settings: Settings) -> None:
    with app.app_context():
        before = rows_by_key()
    assert set(before) == {"k1"}
    assert intake(app, "keys", "rotate")[0] == 0
    with app.app_context():
        assert rows_by_key() == {"k2": before["k1"]}
    assert everything_opens(app, told)
    path = settings.instance / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert "changed just now" in intake(app, "keys", "remove", "k1")[1]
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))
    assert "in use" in intake(app, "keys", "remove", "k2")[1]
    assert intake(app, "keys", "remove", "k1")[0] == 0
    assert set(Keyring.load(path).keys) == {"k2"}
    assert everything_opens(app, told)
    assert '"active": true' in intake(app, "keys", "list", "--json")[1]


def test_what_an_engine_left_on_the_disk_opens_no_more_once_the_old_key_is_gone(
    app: Flask, told: int, settings: Settings
) -> None:
    assert told
    with app.app_context():
        found = session().scalars(sa.select(Submission).limit(1)).one()
        left, place = found.contact_key or b"", ("submission", "contact_key", found.reference)
        with transaction():
            services.withdraw(found)
        assert open_kept(left, *place), "as long as the key is there that wrapped it"
    assert intake(app, "keys", "rotate")[0] == 0
    hour_ago = time.time() - 3600
    os.utime(settings.instance / FILE_NAME, (hour_ago, hour_ago))
    assert intake(app, "keys", "remove", "k1")[0] == 0
    with app.app_context(), pytest.raises(SealError):
        open_kept(left, *place)


def test_a_running_process_takes_the_new_key_up_with_its_next_request(app: Flask, settings: Settings) -> None:
    with app.app_context():
        old = keyring().seal(b"words", "table", "column", "1")
        Keyring.load(settings.instance / FILE_NAME).with_new_key().save(settings.instance / FILE_NAME)
        assert keyring().active == "k2"
        assert keyring().open(old, "table", "column", "1") == b"words"


def test_what_is_used_is_not_removed(app: Flask, told: int, settings: Settings) -> None:
    Keyring.load(settings.instance / FILE_NAME).with_new_key().save(settings.instance / FILE_NAME)
    status, said = intake(app, "keys", "remove", "k1")
    assert (status, "in use" in said) == (1, True)
    assert intake(app, "keys", "remove", "k9")[0] == 1
    assert everything_opens(app, told)


@contextmanager
def started(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own."""
    environment = {
        **os.environ, "INTAKE_INSTANCE": str(settings.instance), "INTAKE_DATABASE_URL": settings.database_url,
    }  # fmt: skip
    command = [sys.executable, "-m", "intake", *arguments]
    with subprocess.Popen(  # noqa: S603  # our own command
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def somebody_at_the_keys(settings: Settings) -> Iterator[None]:
    """Hold the lock, as a command does that changes the keys."""
    with (settings.instance / "keyring.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def waits(process: subprocess.Popen[str]) -> bool:
    """Whether the first that the command says is that it waits; it has read no key yet then."""
    assert process.stderr is not None
    return "waiting" in process.stderr.readline()


def test_two_that_rotate_at_once_lose_no_key(app: Flask, told: int, settings: Settings) -> None:
    path = settings.instance / FILE_NAME
    first = Keyring.load(path)
    with started(settings, "keys", "rotate") as one, started(settings, "keys", "rotate") as other:
        with somebody_at_the_keys(settings), started(settings, "keys", "rotate") as killed:
            assert all([waits(one), waits(other), waits(killed)])
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            assert Keyring.load(path) == first, "nobody changes the keys while another does"
        assert [one.wait(), other.wait()] == [0, 0]
    ring = Keyring.load(path)
    assert set(ring.keys) == {"k1", "k2", "k3"}
    with app.app_context():
        assert set(rows_by_key()) == {ring.active}
    assert everything_opens(app, told)


def test_one_that_is_killed_in_the_middle_hands_over_to_the_next(app: Flask, told: int, settings: Settings) -> None:
    path = settings.instance / FILE_NAME
    half_written = path.with_name(f".{FILE_NAME}.0123456789abcdef")
    half_written.write_text("{")
    with started(settings, "keys", "rotate") as killed:
        while set(Keyring.load(path).keys) == {"k1"}:
            assert killed.poll() is None
            time.sleep(0.002)
        killed.send_signal(signal.SIGKILL)
    assert intake(app, "keys", "rotate") == (0, "Everything is sealed with k3.\n")
    assert set(Keyring.load(path).keys) == {"k1", "k2", "k3"}
    assert everything_opens(app, told)
    assert not half_written.exists(), "what a kill left behind holds keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes in the name of others")
def test_root_leaves_the_keys_to_the_account_of_the_server(app: Flask, settings: Settings) -> None:
    path = settings.instance / FILE_NAME
    os.chown(path, 12345, 12345)
    assert intake(app, "keys", "rotate")[0] == 0
    for file in (path, path.with_suffix(".lock")):
        assert (file.stat().st_uid, file.stat().st_gid, stat.S_IMODE(file.stat().st_mode)) == (12345, 12345, 0o600)


def test_what_came_into_use_while_it_waited_is_not_removed(app: Flask, settings: Settings) -> None:
    path = settings.instance / FILE_NAME
    Keyring.load(path).with_new_key().save(path)
    old = Keyring.load(path)
    late = Keyring("k1", old.keys, old.index_key)
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))
    with started(settings, "keys", "remove", "k1") as removing:
        with somebody_at_the_keys(settings):
            assert waits(removing)
            with app.app_context(), transaction():
                post("amal@example.org", "News", "There is news.")
                mail = session().scalars(sa.select(OutgoingMail)).one()
                mail.recipient = late.seal(b"amal@example.org", "outgoing_mail", "recipient", mail.message_id)
        assert removing.wait() == 1
        assert removing.stderr is not None
        assert "k1 is in use" in removing.stderr.read()
    assert Keyring.load(path) == old


def test_no_keyring_is_written_that_misses_a_key_in_use(app: Flask, told: int, settings: Settings) -> None:
    path = settings.instance / FILE_NAME
    before = Keyring.load(path)
    another = Keyring("k7", {"k7": new_key()}, before.index_key)
    another.save(path)
    for command in (("keys", "rotate"), ("keys", "rotate", "--go-on")):
        status, said = intake(app, *command)
        assert (status, "sealed with k1" in said) == (1, True)
    assert Keyring.load(path) == another
    before.save(path)
    assert everything_opens(app, told)


@pytest.mark.usefixtures("told")
def test_what_came_in_meanwhile_is_told_and_finished(app: Flask) -> None:
    with app.app_context():
        late = keyring().seal(b"amal@example.org", "outgoing_mail", "recipient", "late")
        mail = Base.metadata.tables["outgoing_mail"]
        row = dict(session().execute(sa.select(mail)).mappings().first() or {})
        bound = engine()
    row |= {"id": 1000, "recipient": late}
    moments = iter(range(100))

    def come_in(connection: sa.Connection) -> None:
        """A request that began with the older key ends in the middle: its row is behind where the command is."""
        if next(moments) == len(sealed_columns()) + 2:
            connection.execute(sa.insert(mail).values({**row, "id": 1000, "message_id": "late"}))

    sa.event.listen(bound, "commit", come_in)
    status, said = intake(app, "keys", "rotate")
    sa.event.remove(bound, "commit", come_in)
    assert status == 1
    assert "1 values. Run `intake keys rotate --go-on`" in said
    assert "Everything" not in said
    assert intake(app, "keys", "rotate", "--go-on") == (0, "Everything is sealed with k2.\n")


def test_what_changed_while_it_was_sealed_anew_stays_as_it_is(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settings.instance / FILE_NAME
    [mail] = [one for one in sealed_columns() if one.table == "outgoing_mail"]
    with app.app_context(), transaction() as database:
        post("amal@example.org", "News", "There is news.")
        session().flush()
        Keyring.load(path).with_new_key().save(path)

        def changed_meanwhile(envelope: bytes, *place: str) -> bytes:
            database.execute(sa.update(OutgoingMail).values(recipient=b"of somebody else"))
            return open_kept(envelope, *place)

        monkeypatch.setattr(rotation, "open_kept", changed_meanwhile)
        rotation.reseal_some(mail, 0)
        assert database.scalars(sa.select(OutgoingMail.recipient)).all() == [b"of somebody else"]


def test_a_process_that_was_not_told_of_a_new_key_reads_the_keys_again(app: Flask, settings: Settings) -> None:
    path = settings.instance / FILE_NAME
    Keyring.load(path).with_new_key().save(path)
    with app.app_context():
        assert keyring().active == "k2"
        old = path.stat()
        ring = Keyring.load(path)
        newer = Keyring("k3", {"k1": ring.keys["k1"], "k3": new_key()}, ring.index_key)
        path.write_text(newer.written())  # in its place and as long: as where a file system tells late what changed
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
        sealed = newer.seal(b"words", "table", "column", "1")
        assert open_kept(sealed, "table", "column", "1") == b"words"
        assert keyring().active == "k3"


def test_nothing_opens_past_that() -> None:
    assert not [path for path in (ROOT / "intake").rglob("*.py") if "keyring().open(" in path.read_text()]


def test_killed_at_any_moment_it_can_be_finished(app: Flask, told: int, settings: Settings) -> None:
    for pause in (0.9, 1.2):
        with started(settings, "keys", "rotate") as process:
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
        assert everything_opens(app, told)
    assert intake(app, "keys", "rotate", "--go-on")[0] == 0
    with app.app_context():
        assert set(rows_by_key()) == {keyring().active}
    assert everything_opens(app, told)
