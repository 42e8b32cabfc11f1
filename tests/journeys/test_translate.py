"""Translating in a real browser: an Arabic text beside its English translation, and the other way round."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.journeys.conftest import Live, follow, look

ENGLISH, ARABIC = "They closed the border on that day.", "أغلقوا الحدود في ذلك اليوم."


def test_a_text_beside_its_translation(page: Page, live: Live) -> None:
    into = page.language  # type: ignore[attr-defined]
    written_in, said = ("ar", ENGLISH) if into == "en" else ("en", ARABIC)
    start = f"{live.url}/{into}/staff"
    page.goto(f"{start}/queue/?language={written_in}")
    follow(page.locator(".queue > li > a").first)
    assert look(page) == []
    follow(page.locator(f"section[aria-labelledby=translations] a[href*='/translation/{into}/']"))
    follow(page.locator(".actions a.button").first)
    assert page.locator("textarea").first.get_attribute("dir") == ("rtl" if into == "ar" else "ltr")
    page.locator("textarea").first.fill(said)
    assert look(page) == []
    follow(page.locator("form .actions button").first)
    pair = page.locator(".beside-it").first
    assert said in pair.inner_text()
    page.set_viewport_size({"width": 1280, "height": 900})
    sides = [one.bounding_box() for one in pair.locator("> div").all()]
    assert sides[0] is not None
    assert sides[1] is not None
    is_left_first = sides[0]["x"] < sides[1]["x"]
    assert is_left_first is (into == "en")
    assert look(page) == []
    follow(page.locator("button[name=one]").first)
    assert page.locator(".beside-it .tag.done").count() >= 1
    assert look(page) == []
    page.goto(f"{start}/queue/?language={written_in}")
    page.click("label[for=all]")
    follow(page.locator("button[formaction]"))
    page.locator("#target").select_option(into)
    assert look(page) == []
    with page.expect_download() as gone:
        page.locator("button[name=ready]").click()
    assert re.fullmatch(rf"translation-{into}\.xlsx", gone.value.suggested_filename)
    page.goto(f"{start}/translations/return/")
    follow(page.locator("main form button").last)
    assert look(page) == []
    page.set_input_files("#file", gone.value.path())
    follow(page.locator("main form button").last)
    assert page.locator("tbody tr").count() > 1
    assert look(page) == []
