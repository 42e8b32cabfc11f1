"""A server of its own for a measurement: the shipped start command on a fresh instance with the examples."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
