"""A whole installation for journeys: the shipped start command, with its example programme."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from intake.foundation.languages import BY_CODE

START_SECONDS = 60
SIGN_IN = re.compile(r"^\s+(\S+@\S+)\s+(\S+)\s+(.+)$")


@dataclass
class Live:
    """A running installation: its address, its folder and the sign-ins it printed."""

    url: str
    instance: Path
    sign_ins: dict[str, tuple[str, str]] = field(default_factory=dict)

    def somebody(self, role: str, place: str = "") -> tuple[str, str]:
        """E-mail and password of an example person who holds ``role`` (in ``place``)."""
        for email, (password, held) in self.sign_ins.items():
            if role in held and place in held:
                return email, password
        raise LookupError(f"no example {role} {place}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The installation that all journeys share."""
    with serving(tmp_path_factory.mktemp("instance")) as served:
        yield served


@contextmanager
def serving(instance: Path) -> Iterator[Live]:
    """An installation in ``instance`` with the examples, started as a newcomer would start it."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
    environment |= {"INTAKE_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "intake", "run", "--with-examples", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(  # noqa: S603  # our own command
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    served = Live(f"http://127.0.0.1:{port}", instance)
    printed: list[str] = []
    reader = threading.Thread(target=lambda: printed.extend(process.stdout or ()), daemon=True)
    reader.start()
    try:
        _wait(port, process, printed)
        for line in printed:
            if found := SIGN_IN.match(line):
                served.sign_ins[found[1]] = (found[2], found[3].strip())
        yield served
    finally:
        process.terminate()
        process.wait(timeout=30)
        reader.join(timeout=10)
        if process.stdout is not None:
            process.stdout.close()


def _wait(port: int, process: subprocess.Popen[str], printed: list[str]) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the installation did not start:\n" + "".join(printed))


@pytest.fixture(autouse=True, scope="package")
def patience() -> Iterator[None]:
    """A machine that is busy with other tests needs longer than Playwright waits by itself."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


def follow(pressed: Locator) -> None:
    """Press what leads to another page, and wait until that page and its scripts are there."""
    with pressed.page.expect_navigation():
        pressed.click()


def choose(page: Page, name: str, value: str) -> None:
    """Click the words of a choice, as people do: they cover the button. What is folded away is opened."""
    chosen = page.locator(f"input[name={name}][value='{value}']")
    for summary in chosen.locator("xpath=ancestor::details[not(@open)]/summary").all():
        summary.click()
    page.locator(f"label[for='{chosen.get_attribute('id')}']").click()
    expect(chosen).to_be_checked()


@pytest.fixture(params=["en", "ar"])
def page(request: pytest.FixtureRequest, browser: Browser, live: Live) -> Iterator[Page]:
    """The queue of a co-lead in a real browser, in English and in Arabic."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    email, password = live.somebody("Co-lead")
    page.goto(f"{live.url}/{request.param}/staff/sign-in/")
    page.fill("#email", email)
    page.fill("#password", password)
    follow(page.locator("main form button").first)
    page.language = request.param  # type: ignore[attr-defined]
    page.home = f"{live.url}/{request.param}/staff"  # type: ignore[attr-defined]
    page.goto(f"{live.url}/{request.param}/staff/queue/")
    yield page
    context.close()


def look(page: Page) -> list[str]:
    """What axe-core finds on a page, and whether it scrolls sideways, on a telephone and on a desk."""
    faults = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        root = page.locator("html")
        if root.get_attribute("dir") != BY_CODE[page.language].direction:  # type: ignore[attr-defined]
            faults.append("direction")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{width}: scrolls sideways")
        for violation in Axe().run(page).response["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            faults.append(f"{width}: {violation['id']}: {nodes}")
    return faults
