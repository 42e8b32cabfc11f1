"""The shipped start command under people who stall, and when it is told to stop."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.server import free_port

STALLED = 200
PATIENCE_SECONDS = 2.0
"""How long an honest reader waits at the most while others stall (SECURITY, reliability)."""


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    process: subprocess.Popen[str]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The start command as its users start it, in a process group and a folder of its own."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
    environment |= {"INTAKE_INSTANCE": str(tmp_path / "instance"), "PYTHONUNBUFFERED": "1"}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "intake.py").write_text("raise SystemExit('this is not Intake')\n")
    command = [str(Path(sys.executable).with_name("intake")), "run", "--with-examples", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603  # our own command
            command, cwd=elsewhere, env=environment, stdout=log, stderr=log, text=True, start_new_session=True
        )
        try:
            _wait(port, process)
            yield Served(port, process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)
    assert "this is not Intake" not in (tmp_path / "log").read_text(), "the folder one stands in lent its modules"


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server did not start")


def _get(port: int) -> tuple[int, float]:
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/en/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.monotonic() - began


def test_readers_do_not_wait_for_those_who_stall(served: Served) -> None:
    _get(served.port)
    stalled = (
        "POST /en/sessions/regular-pathways-2020-06-09/submit/testimony HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{served.port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 5000\r\n\r\na=b"
    ).encode()
    with ExitStack() as held:
        for _ in range(STALLED):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            connection.sendall(stalled)
        time.sleep(1)
        found = [_get(served.port) for _ in range(5)]
    assert [status for status, _seconds in found] == [200] * 5
    assert sorted(seconds for _status, seconds in found)[2] < PATIENCE_SECONDS


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_with_all_its_processes_when_it_is_told_to(served: Served, how: signal.Signals) -> None:
    _get(served.port)
    if how is signal.SIGINT:
        os.killpg(served.process.pid, how)  # as a terminal does for Ctrl-C
    else:
        served.process.send_signal(how)
    served.process.wait(timeout=25)
    time.sleep(0.5)
    assert _group(served.process.pid) == []


def _group(leader: int) -> list[str]:
    """The processes of a group that are still there."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(re.sub(r"\0", " ", stat.with_name("cmdline").read_text()))
    return found
