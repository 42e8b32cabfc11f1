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


def test_who_is_trained_is_named(secretariat: Page) -> None:
    page, faults = secretariat, []
    page.goto(f"{page.home}/trained/")  # type: ignore[attr-defined]
    faults += seen(page, "trained-nobody")
    page.select_option("#person", index=1)
    with page.expect_navigation():
        page.locator("main form[action$='/trained/'] .actions button").click()
    faults += seen(page, "trained")
    with page.expect_navigation():
        page.locator("main form[action$='/end/'] button").first.click()
    assert faults == []


def test_what_is_with_safeguarding_is_taken_care_of(page: Page) -> None:
    """No example person is trained: a co-lead stands in."""
    faults: list[str] = []
    page.goto(f"{page.home}/queue/?state=submitted")  # type: ignore[attr-defined]
    with page.expect_navigation():
        page.locator(".queue > li > a").first.click()
    page.locator("#safeguard-words").evaluate("one => { one.closest('details').open = true }")
    page.fill("#safeguard-words", "I am worried about the people at the end of this text.")
    with page.expect_navigation():
        page.locator("form[action*='/decide/safeguard/'] button").click()
    page.goto(f"{page.home}/care/")  # type: ignore[attr-defined]
    faults += seen(page, "care")
    with page.expect_navigation():
        page.locator(".queue > li > a").first.click()
    page.locator("#done ~ details summary").first.click()
    page.fill("#words", "They were told where to sleep tonight.")
    with page.expect_navigation():
        page.locator("form[action$='/write/'] button").click()
    faults += seen(page, "care-submission")
    page.locator("#back ~ details summary").first.click()
    page.fill("#return-words", "They are safe now.")
    with page.expect_navigation():
        page.locator("form[action$='/return/'] button").click()
    assert faults == []
