"""The whole path by keyboard alone: what has the focus is always seen, and every step is reached by Tab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Live
from tests.journeys.keyboard import Keyboard

SLUG = "regular-pathways-2020-06-09"
STORY = {"en": "Nobody answered the telephone for three months.", "ar": "لم يجب أحد على الهاتف ثلاثة أشهر."}


@pytest.fixture(params=["en", "ar"])
def keyboard(request: pytest.FixtureRequest, browser: Browser, live: Live) -> Iterator[Keyboard]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{live.url}/{request.param}/sessions/{SLUG}/")
    yield Keyboard(page)
    context.close()


def test_from_the_session_to_withdrawing(keyboard: Keyboard) -> None:
    page = keyboard.page
    language = page.evaluate("document.documentElement.lang")
    keyboard.to(href="/submit/testimony")
    keyboard.press("Enter")
    keyboard.tab()
    assert page.evaluate("!!document.activeElement.closest('.leave')"), "leaving quickly comes first"
    assert keyboard.tab()["href"] == "#main", "then the way to the content"
    keyboard.choose("story_of", 0)
    keyboard.choose("about_child", 1)
    keyboard.fill("what_happened", STORY[language])
    keyboard.to(name="country")
    page.keyboard.press("ArrowDown")
    keyboard.fill("happened_when", "2020")
    keyboard.choose("danger_now", 1)
    keyboard.choose("recognition_harm", 1)
    keyboard.choose("consent_tier", 2)
    keyboard.to(name="step", value="check")
    keyboard.press("Enter")
    assert STORY[language] in page.locator(".words").first.inner_text()
    keyboard.to(name="step", value="send")
    keyboard.press("Enter")
    code = page.locator(".code").inner_text()
    keyboard.fill("code", code)
    keyboard.press("Enter")
    assert STORY[language] in page.locator("main").inner_text()
    keyboard.to(href="/receipt/consent/")
    keyboard.press("Enter")
    keyboard.to(name="consent_tier", type="radio")
    page.keyboard.press("ArrowDown")
    keyboard.to(tag="BUTTON", type="submit", name="")
    if page.evaluate("!!document.activeElement.closest('.leave')"):
        keyboard.to(tag="BUTTON", type="submit", name="")
    keyboard.press("Enter")
    keyboard.to(href="/receipt/withdraw/")
    keyboard.press("Enter")
    page.locator("main").focus()
    keyboard.to(tag="BUTTON", type="submit", name="")
    keyboard.press("Enter")
    assert page.url.endswith("/receipt/withdrawn/")
    assert keyboard.unseen == []


def test_what_is_wrong_has_the_focus_at_every_try(keyboard: Keyboard) -> None:
    page = keyboard.page
    address = page.url.removesuffix("/") + "/submit/testimony"
    page.goto(f"{address}#what_happened")
    for _again in range(2):
        page.locator("button[value=check]").focus()
        keyboard.press("Enter")
        assert page.url == address
        assert page.evaluate("document.activeElement.matches('.summary[role=alert]')")
        keyboard.to(href="#what_happened")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}#what_happened")
    assert keyboard.unseen == []
