"""Asking a contributor in a real browser without scripts, in English and Arabic: nothing for axe-core to find."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import follow, look

PICTURES = os.environ.get("INTAKE_TEST_ASKING_PICTURES")


def seen(page: Page, name: str) -> list[str]:
    faults = [f"{name}: {fault}" for fault in look(page)]
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if PICTURES:
            path = Path(PICTURES) / f"{name}-{page.language}-{width}.png"  # type: ignore[attr-defined]
            page.screenshot(path=path, full_page=True)
    return faults


def press(page: Page, selector: str) -> None:
    follow(page.locator(selector).first)


def test_a_question_is_written_read_and_sent(page: Page) -> None:
    faults: list[str] = []
    home: str = page.home  # type: ignore[attr-defined]
    page.goto(f"{home}/queue/?state=submitted")
    press(page, ".queue > li > a")
    press(page, "#decide ~ p a.button")
    page.locator("aside details summary").first.click()
    faults += seen(page, "write")
    press(page, "aside details button")
    expect(page.locator("#words")).not_to_be_empty()
    press(page, "#question .actions button")
    faults += seen(page, "read")
    page.goto(f"{home}/outbox/")
    faults += seen(page, "outbox")
    press(page, ".queue > li > a")
    press(page, "form[action$='/send/'] button")
    faults += seen(page, "sent")
    page.goto(f"{home}/templates/")
    page.locator("details.move summary").last.click()
    faults += seen(page, "templates")
    press(page, "tbody th a")
    faults += seen(page, "template")
    page.goto(f"{home}/queue/?state=question_asked")
    faults += seen(page, "queue")
    page.goto(f"{home}/me/")
    faults += seen(page, "me")
    assert faults == []
