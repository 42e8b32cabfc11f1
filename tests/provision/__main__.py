"""``python -m tests.provision``: what the tests need, found or installed, as a plain table.

Exit code 0, or 1 where something is missing and ``--require-all`` (or
``INTAKE_TEST_REQUIRE_ALL=1``) was asked for.
"""

from __future__ import annotations

import argparse
import smtplib
import sys
from collections.abc import Callable

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from tests.provision import NotAvailableError, browser, documents, postgres
from tests.provision.machine import requires_all
from tests.provision.smtp import SMTPServer


def _postgres() -> str:
    server = postgres.start()
    try:
        server.drop(server.fresh())
        return f"{server.version} ({server.origin})"
    finally:
        server.close()


def _smtp() -> str:
    server = SMTPServer()
    try:
        with smtplib.SMTP(server.host, server.port, timeout=10) as client:
            client.noop()
        return f"our own, on {server.host}"
    finally:
        server.stop()


def _chromium() -> str:
    """Really started: a browser that lacks a library still tells its version."""
    chromium = browser.provide()
    try:
        with sync_playwright() as playwright, browser.launch(playwright, chromium) as started:
            return f"{started.version} ({chromium.path or chromium.version})"
    except PlaywrightError as error:
        reason = error.message.strip().splitlines()[0]
        raise NotAvailableError(browser.THING, f"{chromium.path or chromium.version}: {reason}") from error


NEEDS: dict[str, Callable[[], str]] = {
    postgres.THING: _postgres,
    "SMTP server": _smtp,
    browser.THING: _chromium,
    documents.OFFICE: lambda: documents.provide_soffice().version,
    documents.POPPLER: lambda: documents.provide_poppler().version,
    documents.FONTS: documents.provide_fonts,
}
"""What is looked for, and how: returns what was found, in words."""


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.provision", description=__doc__)
    parser.add_argument("--require-all", action="store_true", default=requires_all())
    arguments = parser.parse_args()
    width = max(map(len, NEEDS))
    missing = 0
    print("For the tests this machine has:")
    for thing, provide in NEEDS.items():
        try:
            found = provide()
        except NotAvailableError as error:
            missing += 1
            found = f"MISSING - {error.reason}"
        print(f"  {thing:<{width}}  {found}", flush=True)
    if missing:
        print("What is missing is skipped, and the tests say so at their end.")
    return 1 if missing and arguments.require_all else 0


if __name__ == "__main__":
    sys.exit(main())
