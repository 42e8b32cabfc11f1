"""Every page and state of a contributor, in each language on a telephone: nothing for axe-core to find."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from intake.foundation.languages import BY_CODE, CODES
from tests.journeys.conftest import Live, choose, follow

SLUG = "regular-pathways-2020-06-09"
ARABIC = "مكتب قريب يجيب عن رسائلنا"
STORY = "My permit ended on the day the offices closed. Call me on +216 98 765 432."


@dataclass
class Visitor:
    """Somebody with a telephone, whose every page is held to the standard."""

    page: Page
    language: str
    url: str
    faults: list[str] = field(default_factory=list)

    def at(self, path: str, state: str = "") -> None:
        self.page.goto(f"{self.url}/{self.language}{path}")
        self.look(state or path)

    def press(self, selector: str, state: str) -> None:
        follow(self.page.locator(selector).first)
        self.look(state)

    def look(self, state: str) -> None:
        root = self.page.locator("html")
        if (root.get_attribute("lang"), root.get_attribute("dir")) != (self.language, BY_CODE[self.language].direction):
            self.faults.append(f"{state}: lang and dir")
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.faults.append(f"{state}: scrolls sideways")
        for violation in Axe().run(self.page).response["violations"]:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            self.faults.append(f"{state}: {violation['id']}: {nodes}")

    def choose(self, **chosen: str) -> None:
        for name, value in chosen.items():
            choose(self.page, name, value)


@pytest.fixture(params=CODES)
def visitor(request: pytest.FixtureRequest, browser: Browser, live: Live) -> Iterator[Visitor]:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, permissions=["clipboard-read", "clipboard-write"]
    )
    yield Visitor(context.new_page(), request.param, live.url)
    context.close()


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (60, 40), (10, 90, 90)).save(written, "JPEG", comment=b"hidden")
    return written.getvalue()


def save_and_confirm(visitor: Visitor) -> str:
    visitor.press("button[value=save]", "saved")
    code = visitor.page.locator(".code").inner_text()
    visitor.page.fill("#code", "WRONG")
    visitor.press("form:has([value=confirm]) button.button", "saved, with an error")
    visitor.page.fill("#code", code)
    visitor.press("form:has([value=confirm]) button.button", "draft, code confirmed")
    return code


def save_again(visitor: Visitor, form: str, code: str) -> None:
    """As whoever goes back from the page with the code, and types more."""
    visitor.at(form)
    visitor.page.fill("#what_happened", STORY * 2)
    visitor.press("button[value=save]", "asked which of two it is")
    visitor.page.locator("label[for=under-1]").click()
    visitor.press("button[value=save]", "asked which of two it is, and for its code")
    visitor.page.fill("#code", code)
    visitor.press("button[value=save]", "saved in its place")
    assert visitor.page.locator(".code").inner_text() == code


def test_every_state_of_a_contributor(visitor: Visitor) -> None:
    page = visitor.page
    form = f"/sessions/{SLUG}/submit/testimony"
    visitor.at(form)
    visitor.press("button[value=check]", "form with errors")
    page.fill("#what_happened", STORY)
    save_again(visitor, form, save_and_confirm(visitor))
    visitor.at("/receipt/draft/")
    visitor.at("/receipt/draft/delete/")
    visitor.at("/receipt/draft/")
    visitor.choose(story_of="mine", about_child="yes", guardian="alone", danger_now="yes", recognition_harm="unsure")
    visitor.choose(consent_tier="1")
    page.select_option("#country", "MA")
    page.fill("#happened_when", "2020")
    page.fill("#what_would_help", ARABIC)
    visitor.press("button[value=check]", "check with advice and danger")
    assert page.locator(".told select").count() == 1
    page.locator(".offered summary").first.click()
    visitor.look("check, the language of an answer opened")
    visitor.press("button[value=send]", "receipt")
    code = page.locator(".code").inner_text()
    page.locator("[data-copies] button").click()
    page.locator("[data-copies] [role=status]:not(:empty)").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == code
    visitor.look("receipt, code copied")
    signed = page.locator(".signed").inner_text()
    page.fill("#code", "WRONG")
    visitor.press("form:has([value=confirm]) button.button", "receipt with an error")
    page.fill("#code", code)
    visitor.press("form:has([value=confirm]) button.button", "own submission, code confirmed")
    page.locator("#messages ~ details summary").click()
    page.fill("#answer", STORY)
    visitor.press("form[action$='/answer/'] button.button", "own submission, advice on a message")
    visitor.press("form[action$='/answer/'] button.button", "own submission with a message")
    visitor.at("/receipt/change/")
    visitor.at("/receipt/consent/")
    visitor.choose(consent_tier="4")
    visitor.press("main form button.button", "consent, asked again")
    visitor.at("/receipt/files/")
    page.set_input_files("#files", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    visitor.press("main form[enctype] button.button", "files with one")
    page.set_input_files("#files", {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    visitor.press("main form[enctype] button.button", "files with one refused")
    visitor.at("/verify/")
    page.fill("#receipt", signed)
    visitor.press("main form button.button", "a genuine receipt")
    page.fill("#receipt", "x" + signed)
    visitor.press("main form button.button", "a receipt that is not")
    for path in ("/help/", "/receipt/copy/", "/receipt/withdraw/", f"{form}/device", f"{form}/paper/"):
        visitor.at(path)
    assert visitor.faults == []


def test_help_contacts_are_large_enough_to_tap(visitor: Visitor) -> None:
    visitor.at("/help/")
    ways = visitor.page.locator(".contacts a").all()
    assert len(ways) >= 6
    for way in ways:
        box = way.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
