"""Chromium: found, or installed.

Found in this order: ``INTAKE_TEST_CHROMIUM``, the names distributions give it on ``PATH``, and
Playwright's own. Installed as the distribution's package where we are root on Debian, which brings
the libraries it needs, else by Playwright's download into the user's cache.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.provision import NotAvailableError
from tests.provision.machine import (
    INSTALL_TIMEOUT,
    answer,
    complaint,
    first_on_path,
    install_packages,
    may_install,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

THING = "Chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_PLAYWRIGHT = (sys.executable, "-m", "playwright")
_INSTALL = (*_PLAYWRIGHT, "install", "--only-shell")
_PACKAGES = ("chromium", "libatomic1")
"""The second is wanted by the program through which Playwright drives a browser."""
_QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-default-browser-check",
    "--no-first-run",
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """``path`` is None for Playwright's own, which Playwright finds by itself."""

    path: Path | None
    version: str


def find() -> Chromium:
    """Raises ``NotAvailableError``."""
    if reason := complaint([*_PLAYWRIGHT, "--version"], timeout=60):
        raise NotAvailableError(THING, f"what drives it does not start: {reason}")
    if given := os.environ.get("INTAKE_TEST_CHROMIUM"):
        version = answer([given, "--version"])
        if version is None:
            raise NotAvailableError(THING, f"INTAKE_TEST_CHROMIUM={given} does not start", asked_for=True)
        return Chromium(Path(given), version)
    path = first_on_path(NAMES)
    # Some names on PATH are pointers to a store that has not delivered: only what answers counts.
    if path and (version := answer([path, "--version"])):
        return Chromium(path, version)
    if version := _playwrights_own():
        return Chromium(None, version)
    raise NotAvailableError(THING, "not on PATH (nor named by INTAKE_TEST_CHROMIUM), and none of Playwright's")


def provide() -> Chromium:
    """Find it, else install it. Raises ``NotAvailableError`` with why it could not."""
    try:
        return find()
    except NotAvailableError as error:
        if error.asked_for or not may_install():
            raise
        no_package = install_packages(*_PACKAGES)
        if no_package is None:
            return find()
        no_download = complaint([*_INSTALL, "chromium"], INSTALL_TIMEOUT, PLAYWRIGHT_DOWNLOAD_NO_PROGRESS="1")
        if no_download is None:
            return find()
        reason = f"{error.reason}; package: {no_package}; download: {no_download}"
        raise NotAvailableError(THING, reason) from error


def launch(playwright: Playwright, chromium: Chromium) -> Browser:
    """Without a window, without a sandbox (which root and most containers do not allow), and without
    asking anything of the network by itself. Only our own pages are opened in it."""
    return playwright.chromium.launch(executable_path=chromium.path, headless=True, chromium_sandbox=False, args=_QUIET)


def _playwrights_own() -> str | None:
    """What Playwright has downloaded, if all of it is there."""
    plan = answer([*_INSTALL, "--dry-run", "chromium"]) or ""
    place = re.search(r"Install location:\s+(\S.*chromium.*)", plan)
    if place and Path(place[1].strip(), "INSTALLATION_COMPLETE").exists():
        return plan.splitlines()[0]
    return None
