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


def signed_in(browser: Browser, live: Live, role: str, language: str) -> Page:
    """A page of somebody who holds ``role``, in a browser of their own."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    email, password = live.somebody(role)
    page.goto(f"{live.url}/{language}/staff/sign-in/")
    page.fill("#email", email)
    page.fill("#password", password)
    with page.expect_navigation():
        page.locator("main form button").first.click()
    page.language = language  # type: ignore[attr-defined]
    page.home = f"{live.url}/{language}/staff"  # type: ignore[attr-defined]
    return page


@pytest.fixture(params=["en", "ar"])
def secretariat(request: pytest.FixtureRequest, browser: Browser, live: Live) -> Iterator[Page]:
    """The conflicts of interest as the secretariat keeps them, in English and in Arabic."""
    page = signed_in(browser, live, "Secretariat", request.param)
    page.goto(f"{page.home}/conflicts/")  # type: ignore[attr-defined]
    yield page
    page.context.close()


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


def test_what_is_with_safeguarding_is_taken_care_of(page: Page, browser: Browser, live: Live) -> None:
    """A co-lead hands it on while a form about it is still open elsewhere; who is trained takes care of it."""
    faults: list[str] = []
    page.goto(f"{page.home}/queue/?state=submitted")  # type: ignore[attr-defined]
    with page.expect_navigation():
        page.locator(".queue > li > a").first.click()
    elsewhere = page.context.new_page()
    elsewhere.language = page.language  # type: ignore[attr-defined]
    elsewhere.goto(page.url)
    page.locator("#safeguard-words").evaluate("one => { one.closest('details').open = true }")
    page.fill("#safeguard-words", "I am worried about the people at the end of this text.")
    with page.expect_navigation():
        page.locator("form[action*='/decide/safeguard/'] button").click()
    elsewhere.locator("#decline-words").evaluate("one => { one.closest('details').open = true }")
    elsewhere.fill("#decline-words", "Thank you. We cannot use this, and here is why.")
    with elsewhere.expect_navigation():
        elsewhere.locator("form[action*='/decide/decline/'] button").click()
    assert "Thank you. We cannot use this" in elsewhere.inner_text("main")
    faults += seen(elsewhere, "gone")
    page = signed_in(browser, live, "Trained for safeguarding", page.language)  # type: ignore[attr-defined]
    page.goto(f"{page.home}/care/")  # type: ignore[attr-defined]
    faults += seen(page, "care")
    with page.expect_navigation():
        page.locator(".queue > li > a").last.click()
    page.locator("#done ~ details summary").first.click()
    page.fill("#words", "They were told where to sleep tonight.")
    with page.expect_navigation():
        page.locator("form[action$='/write/'] button").click()
    faults += seen(page, "care-submission")
    page.locator("#back ~ details summary").first.click()
    page.fill("#return-words", "They are safe now.")
    with page.expect_navigation():
        page.locator("form[action$='/return/'] button").click()
    page.context.close()
    assert faults == []
