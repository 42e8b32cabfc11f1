"""Programs on this machine, and Debian packages where we may install them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

INSTALL_TIMEOUT = 900
"""Seconds an installation may take in all; a dead network is noticed sooner."""

MEMORY = Path("/dev/shm")
"""A folder that lies in memory, on Linux."""
_ROOM_BYTES = 4 << 30
"""What has to be free there: several test processes with a PostgreSQL each take about a third of it."""

_APT = ("apt-get", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20")


def may_install() -> bool:
    """Whether anything may be installed at all; ``INTAKE_TEST_INSTALL=no`` forbids it."""
    return os.environ.get("INTAKE_TEST_INSTALL") != "no"


def requires_all() -> bool:
    """Whether something missing is an error: ``INTAKE_TEST_REQUIRE_ALL=1``, as in ``.ci/run``."""
    return os.environ.get("INTAKE_TEST_REQUIRE_ALL") == "1"


def has_memory() -> bool:
    """Whether ``MEMORY`` is there, with room, may be written to, and programs may be started from it."""
    try:
        found = os.statvfs(MEMORY)
    except OSError:
        return False
    has_room = found.f_bavail * found.f_frsize >= _ROOM_BYTES and not found.f_flag & os.ST_NOEXEC
    return has_room and os.access(MEMORY, os.W_OK | os.X_OK)


def first_on_path(names: Iterable[str]) -> Path | None:
    """The first of the programs ``names`` that is on ``PATH``."""
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def answer(command: Sequence[str | Path], timeout: float = 60) -> str | None:
    """What ``command`` prints, stripped; None when it fails, does not exist or hangs (seconds)."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return (done.stdout.strip() or done.stderr.strip()) or None


def complaint(command: Sequence[str | Path], timeout: float, **environment: str) -> str | None:
    """Run ``command``; None when it succeeds, else the line in which it says what went wrong."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            env=os.environ | environment,
        )
    except subprocess.TimeoutExpired:
        return f"gave up after {timeout:.0f} seconds"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("Error", "ERROR", "E:"))]
    return (errors or lines[-1:] or [f"exit code {done.returncode}"])[0]


def is_debian() -> bool:
    """Debian itself: among its descendants, Ubuntu's ``chromium`` is only a pointer to snap."""
    try:
        return "ID=debian" in Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False


def install_packages(*names: str) -> str | None:
    """Install Debian packages; None when that worked, else why it did not, in one line."""
    if not may_install():
        return "INTAKE_TEST_INSTALL=no"
    if not is_debian() or shutil.which("apt-get") is None:
        return "installed by itself on Debian only"
    if os.geteuid() != 0:
        return f"needs root: apt install {' '.join(names)}"
    silent = {"DEBIAN_FRONTEND": "noninteractive"}
    install = (*_APT, "install", "--yes", "--no-install-recommends", *names)
    if complaint(install, INSTALL_TIMEOUT, **silent) is None:
        return None
    return complaint((*_APT, "update"), INSTALL_TIMEOUT, **silent) or complaint(install, INSTALL_TIMEOUT, **silent)
