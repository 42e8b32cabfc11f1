"""A server of its own for a measurement: the shipped start command on an instance of its own."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers, and the process whose children do the work."""

    port: int
    process: int

    def cpu_seconds(self) -> float:
        """CPU time that the server's processes have used so far."""
        return sum(map(_cpu_seconds, _family(self.process)))


def _family(process: int) -> Iterator[int]:
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(workers: int = 1) -> Iterator[Server]:
    """A running server; gone with its instance afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory() as instance:
        environment = {**os.environ, "INTAKE_INSTANCE": instance, "INTAKE_BASE_URL": f"http://127.0.0.1:{port}"}
        command = [sys.executable, "-m", "intake", "run", "--with-examples"]
        command += ["--port", str(port), "--workers", str(workers)]
        with _started(command, environment, port) as server:
            yield server


@contextmanager
def running_bare() -> Iterator[Server]:
    """The same server with the page of ``bench.bare`` alone."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "bench.bare:create_app"]
    with _started([*command, "--port", str(port)], dict(os.environ), port) as server:
        yield server


@contextmanager
def _started(command: list[str], environment: Mapping[str, str], port: int) -> Iterator[Server]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
    try:
        _wait(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


class KillableServer:
    """The shipped start command in a process group of its own, to be killed and started again on its port.

    ``environment`` is what it is started with. What it says goes to ``log``.
    """

    def __init__(self, environment: Mapping[str, str], port: int, log: Path, workers: int = 2) -> None:
        self.kills = 0
        self._environment = environment
        self._port = port
        self._log = log
        self._command = [sys.executable, "-m", "intake", "run", "--port", str(port), "--workers", str(workers)]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: it ended instead, or took too long; with the last it said.
        """
        self.launch()
        give_up = time.monotonic() + START_SECONDS
        while self._process and self._process.poll() is None and time.monotonic() < give_up:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self._end()
        raise RuntimeError("the server did not start:\n" + "\n".join(self.said()[-30:]))

    def launch(self) -> None:
        """Start it and wait for nothing."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                self._command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """SIGKILL for every process of it at once, whatever they are doing."""
        self._end()
        self.kills += 1

    def said(self) -> list[str]:
        """The lines it wrote so far, over all its starts."""
        return self._log.read_text(errors="replace").splitlines()

    def _end(self) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        # Its workers are nobody's children now: that they are gone shows where they listened.
        give_up = time.monotonic() + START_SECONDS
        while not _is_free(self._port) and time.monotonic() < give_up:
            time.sleep(0.01)


def lasting_port() -> int:
    """A free port that stays free while its server is away.

    The system gives no client a port this low. From the range it gives to clients, somebody
    who calls again and again while the server is away ends up connected to himself, on its port.
    """
    return next(port for port in random.sample(range(10_000, 32_000), 1_000) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
