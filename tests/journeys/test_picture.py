"""The picture of a session in a real browser, from the left and from the right: read, and taken along."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.conftest import look


def test_a_picture_and_its_tables(page: Page) -> None:
    page.locator("aside a[href$='/picture/']").first.click()
    assert page.locator("svg.chart").count() >= 4
    assert look(page) == []
    for summary in page.locator(".behind summary").all():
        summary.click()
    assert look(page) == []
    bars = [bar.bounding_box() for bar in page.locator(".figure:has(> #language) svg rect.whole").all()]
    chart = page.locator(".figure:has(> #language) svg").bounding_box()
    assert chart is not None
    is_from_left = page.language == "en"  # type: ignore[attr-defined]
    for bar in bars:
        assert bar is not None
        left, right = bar["x"] - chart["x"], chart["x"] + chart["width"] - bar["x"] - bar["width"]
        assert (left < right) is is_from_left
    with page.expect_download() as gone:
        page.locator("form[action$='/export/csv/'] button").click()
    assert gone.value.suggested_filename.endswith("_picture.csv")


def test_a_second_coder_is_asked(page: Page) -> None:
    page.locator("aside a[href$='/codes/']").first.click()
    page.locator("main a[href$='/agreement/']").click()
    assert look(page) == []


def test_a_gap_is_seen_to(page: Page) -> None:
    page.locator("aside a[href$='/picture/']").first.click()
    page.locator("main a[href$='/gaps/']").click()
    assert look(page) == []
    page.locator("tbody th a").first.click()
    assert look(page) == []
    for summary in page.locator("details.move summary").all()[1:]:
        summary.click()
    assert look(page) == []
    with page.expect_navigation():
        page.locator("button[value=not_relevant]").click()
    assert look(page) == []
    page.fill("#note", "Heard elsewhere")
    with page.expect_navigation():
        page.locator("button[value=not_relevant]").click()
    assert "Heard elsewhere" in page.locator("main").inner_text()
    assert look(page) == []
