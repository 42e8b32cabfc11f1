"""What is printed: the form with all that stands in it, and the receipt with where to come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Live
from tests.journeys.test_device import SLUG, fill, step
from tests.provision.documents import Poppler


@pytest.mark.parametrize("language", ["en", "ar"])
def test_paper_holds_a_long_answer_to_its_end_and_the_receipt_the_way_back(
    browser: Browser, live: Live, poppler: Poppler, tmp_path: Path, language: str
) -> None:
    page = browser.new_page()

    def printed() -> str:
        page.pdf(path=tmp_path / "printed.pdf", format="A4")
        return poppler.text(tmp_path / "printed.pdf")

    page.goto(f"{live.url}/{language}/sessions/{SLUG}/submit/testimony")
    fill(page, language)
    written = [f"zq{number}" for number in range(800)]
    page.fill("#what_happened", " ".join(written))
    page.locator("main").evaluate("main => main.querySelectorAll('details').forEach(one => one.open = false)")
    assert set(written) <= set(printed().split())
    step(page, "check")
    step(page, "send")
    expect(page.locator(".receipt .code")).to_be_visible()
    assert f"{live.url}/{language}/receipt/" in printed().replace("\n", "")
    page.close()
