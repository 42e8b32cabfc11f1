"""What keeps people apart from what they must not judge, in a real browser without scripts: nothing for axe-core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Live, look

PICTURES = os.environ.get("INTAKE_TEST_GUARDING_PICTURES")


def seen(page: Page, name: str) -> list[str]:
    faults = [f"{name}: {fault}" for fault in look(page)]
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if PICTURES:
            path = Path(PICTURES) / f"{name}-{page.language}-{width}.png"  # type: ignore[attr-defined]
            page.screenshot(path=path, full_page=True)
    return faults


@pytest.fixture(params=["en", "ar"])
def secretariat(request: pytest.FixtureRequest, browser: Browser, live: Live) -> Iterator[Page]:
    """The conflicts of interest as the secretariat keeps them, in English and in Arabic."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=True)
    page = context.new_page()
    email, password = live.somebody("Secretariat")
    page.goto(f"{live.url}/{request.param}/staff/sign-in/")
    page.fill("#email", email)
    page.fill("#password", password)
    with page.expect_navigation():
        page.locator("main form button").first.click()
    page.language = request.param  # type: ignore[attr-defined]
    page.home = f"{live.url}/{request.param}/staff"  # type: ignore[attr-defined]
    page.goto(f"{live.url}/{request.param}/staff/conflicts/")
    yield page
    context.close()


def test_a_conflict_is_recorded_and_ended(secretariat: Page) -> None:
    page, faults = secretariat, seen(secretariat, "conflicts-empty")
    with page.expect_navigation():
        page.locator("main form[action$='/conflicts/'] .actions button").click()
    faults += seen(page, "conflicts-wrong")
    page.select_option("#person", index=1)
    page.fill("#organisation", "Linha Aberta")
    page.fill("#reason", "A close relative works there.")
    with page.expect_navigation():
        page.locator("main form[action$='/conflicts/'] .actions button").click()
    faults += seen(page, "conflicts")
    with page.expect_navigation():
        page.locator("main form[action$='/end/'] button").first.click()
    faults += seen(page, "conflicts-ended")
    assert faults == []
