"""Runs one throwaway PostgreSQL for as long as its standard input stays open.

A process of its own, started by ``postgres.py``, so that the server stops and its folder goes
however the tests end: finished, Ctrl-C or killed. It needs only the standard library.

Reads one verb a line (``start``, ``stop fast``, ``stop immediate``) and answers each with a line,
``ok`` or ``error: …``; at the end of its input it stops the server and removes the folder.

PostgreSQL refuses to run as root, so root becomes ``nobody``. That account may be unable to read
the programs, when they lie under a home directory: then they are copied, and no permission outside
the throwaway folder is ever changed.
"""

from __future__ import annotations

import json
import locale
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

ACCOUNTS = ("nobody", "postgres", "daemon")
"""Accounts that root may become, in order."""

STOP_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}

NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
}


class KeeperError(Exception):
    """Why the verb could not be done, in words."""


def lesser_account() -> pwd.struct_passwd | None:
    """The account to run PostgreSQL as; None when we are not root and stay who we are.

    Raises ``KeeperError`` when root has no lesser account to become.
    """
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise KeeperError("root has no lesser account to run PostgreSQL as")


def is_reachable(folder: Path) -> bool:
    """Whether everybody may enter ``folder`` and every folder above it, and read it."""
    inside = folder.resolve()
    if not inside.stat().st_mode & stat.S_IROTH:
        return False
    return all(place.stat().st_mode & stat.S_IXOTH for place in (inside, *inside.parents))


class Keeper:
    """One server: its programs, its folder, its process."""

    def __init__(self, binaries: Path, folder: Path, *, durable: bool) -> None:
        self.binaries = binaries
        self.folder = folder
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.account = lesser_account()
        self.data = folder / "data"
        self.socket = folder / "socket"
        self.log = folder / "log"

    def start(self) -> None:
        """Start the server, making its data first if there are none. It may need a moment to answer."""
        if not self.data.exists():
            self._initialise()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "logging_collector": "off",
            # Its workers are the superuser's: the owner of a database cannot drop it while one is in there.
            "autovacuum": "off",
        }
        if not self.durable:
            settings |= NOT_DURABLE
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._as_account(),
            )

    def stop(self, how: str) -> None:
        """Stop the server and wait until it is gone: ``fast``, or ``immediate`` as in a crash."""
        if self.process is None:
            return
        self.process.send_signal(STOP_SIGNALS[how])
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self) -> None:
        self.folder.chmod(0o711)
        if self.account and not is_reachable(self.binaries):
            self._copy_programs()
        for place in (self.data, self.socket):
            place.mkdir(mode=0o700)
            if self.account:
                os.chown(place, self.account.pw_uid, self.account.pw_gid)
        made = subprocess.run(
            [
                self.binaries / "initdb",
                *("-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
                *("--no-sync", f"--locale={_locale()}"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._as_account(),
        )
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise KeeperError(made.stdout.strip().splitlines()[-1] if made.stdout else "initdb failed")

    def _copy_programs(self) -> None:
        """Copy the installation that ``binaries`` belongs to, with the libraries a wheel keeps beside it."""
        installation = self.binaries.resolve().parent
        package = installation.parent
        copy = self.folder / "programs"
        shutil.copytree(installation, copy / package.name / installation.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        self.binaries = copy / package.name / installation.name / self.binaries.name

    def _as_account(self) -> dict[str, Any]:
        """How to start a program: nothing of our environment, and never as root."""
        options: dict[str, Any] = {
            "cwd": self.folder,
            "umask": 0o077,
            "env": {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": _locale(), "TZ": "UTC"},
        }
        if self.account:
            options |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return options


def _locale() -> str:
    """C.UTF-8 where the system has it: pg_trgm and lower() know no letter beyond ASCII under C."""
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    return "C.UTF-8"


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    """``keeper.py '{"binaries": …, "folder": …, "durable": …}'``"""
    signal.signal(signal.SIGTERM, _terminate)
    order = json.loads(sys.argv[1])
    folder = Path(order["folder"])
    try:
        keeper = Keeper(Path(order["binaries"]), folder, durable=order["durable"])
    except KeeperError as failure:
        print(f"error: {failure}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        for line in sys.stdin:
            verb, *how = line.split()
            try:
                keeper.start() if verb == "start" else keeper.stop(*how)
            except (KeeperError, OSError, subprocess.SubprocessError) as error:
                print(f"error: {error}", flush=True)
            else:
                print("ok", flush=True)
    finally:
        keeper.remove()


if __name__ == "__main__":
    main()
