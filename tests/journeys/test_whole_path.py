"""The whole path in a real browser, in each language: from the programme to a Word file that is read back.

Every page on the way is held to the same standard: its language and direction, no
violation that axe-core finds at 360 and 1280 pixels, and no sideways scroll.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from intake.foundation.languages import BY_CODE, CODES
from tests.journeys.conftest import Live, choose, follow

SLUG = "regular-pathways-2020-06-09"
WIDTHS = (360, 1280)
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
STORY = {
    "en": "My permit ended on the day the offices closed. For three months nobody could tell me "
    "whether I was still allowed to work.",
    "fr": "Mon permis a expiré le jour où les bureaux ont fermé. Pendant trois mois, personne n’a su me dire "
    "si j’avais encore le droit de travailler.",
    "es": "Mi permiso venció el día en que cerraron las oficinas. Durante tres meses nadie supo decirme "
    "si todavía podía trabajar.",
    "ar": "انتهت صلاحية تصريحي في اليوم الذي أُغلقت فيه المكاتب، ولم يستطع أحد طوال ثلاثة أشهر "
    "أن يخبرني هل يحق لي أن أعمل.",
}
ARABIC_ANSWER = "لا أحد يجيب على الهاتف منذ آذار 2020، والموعد التالي بعد 6 أشهر."


@dataclass
class Traveller:
    """A browser page that is looked at wherever it stops."""

    page: Page
    language: str
    url: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}/{self.language}{path}")
        self.look()

    def click(self, selector: str) -> None:
        follow(self.page.locator(selector).first)
        self.look()

    def choose(self, name: str, value: str) -> None:
        choose(self.page, name, value)

    def look(self) -> None:
        """Note everything that is wrong with the page as it stands."""
        where = self.page.url.removeprefix(self.url)
        root = self.page.locator("html")
        if (root.get_attribute("lang"), root.get_attribute("dir")) != (
            self.language,
            BY_CODE[self.language].direction,
        ):
            self.faults.append(f"{where}: lang and dir of the page")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                self.faults.append(f"{where}: scrolls sideways at {width} px")
            for violation in Axe().run(self.page).response["violations"]:
                nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
                self.faults.append(f"{where} at {width} px: {violation['id']}: {nodes}")

    def picture(self, name: str, width: int, height: int) -> None:
        """A picture for the README, taken only when asked for, so that a test run leaves the tree clean."""
        if os.environ.get("INTAKE_TEST_PICTURES"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=PICTURES / f"{name}.png")

    def sign_in(self, email: str, password: str) -> None:
        self.go("/staff/sign-in/")
        self.page.fill("#email", email)
        self.page.fill("#password", password)
        follow(self.page.locator("form[action$='/sign-in/'] button.button"))
        # Staff are met in their own language; this journey goes on in its own.

    def sign_out(self) -> None:
        self.page.context.clear_cookies()


@pytest.fixture(params=CODES)
def traveller(request: pytest.FixtureRequest, browser: Browser, live: Live) -> Iterator[Traveller]:
    context = browser.new_context(locale=request.param, java_script_enabled=True)
    yield Traveller(context.new_page(), request.param, live.url)
    context.close()


def test_from_the_programme_to_a_word_file(traveller: Traveller, live: Live) -> None:
    code = speak(traveller)
    reference = come_back(traveller, code)
    listen(traveller, live, reference)
    write(traveller, live, reference)
    assert come_back(traveller, code) == reference
    assert traveller.faults == []


def speak(traveller: Traveller) -> str:
    """Find the session, fill in the form, check, send; the receipt code is what one goes home with."""
    page, language = traveller.page, traveller.language
    traveller.go("/")
    assert page.locator(".programme .entry").count() == 17
    traveller.click(f"a[href$='/sessions/{SLUG}/']")
    traveller.click("a[href$='/submit/testimony']")
    if language == "ar":
        traveller.picture("speaking", 390, 844)
    traveller.click("button[name=step][value=check]")
    assert page.locator(".summary li").count() >= 7, "an empty form says all that is missing"
    traveller.choose("story_of", "mine")
    traveller.choose("about_child", "no")
    page.fill("#what_happened", STORY[language])
    counted = page.locator("#what_happened-limit [data-count]").inner_text()
    assert counted == f"({len(STORY[language])})", "what is typed is counted as the server counts it"
    page.fill("#guiding_1", ARABIC_ANSWER)
    page.select_option("#country", "MA")
    page.fill("#happened_when", "2020")
    traveller.choose("danger_now", "no")
    traveller.choose("recognition_harm", "no")
    page.fill("#organisation", "Dar Al-Jisr")
    page.select_option("#stakeholder_type", "migrant_led")
    traveller.choose("consent_tier", "3")
    traveller.choose("publication", "y")
    traveller.click("button[name=step][value=check]")
    words = page.locator(".words").first
    assert words.inner_text().strip() == STORY[language]
    assert words.get_attribute("dir") == BY_CODE[language].direction
    traveller.click("button[name=step][value=send]")
    return page.locator(".receipt .code").inner_text()


def come_back(traveller: Traveller, code: str) -> str:
    """Open the door with the code; the reference stands on one's own page."""
    page = traveller.page
    traveller.go("/receipt/")
    page.fill("#code", code)
    traveller.click("form[action$='/receipt/'] button.button")
    assert STORY[traveller.language] in page.locator("main").inner_text()
    reference = page.locator("h1 bdi").first.inner_text()
    traveller.sign_out()
    return reference


def listen(traveller: Traveller, live: Live, reference: str) -> None:
    """As a co-lead of the group: find it in the queue, claim it, code it, accept it."""
    page = traveller.page
    traveller.sign_in(*live.somebody("Co-lead", "WG3"))
    traveller.go(f"/staff/queue/?session={SLUG}&kind=testimony")
    traveller.click(f"a[href*='/submissions/{reference}/']")
    quoted = page.locator(".words", has_text=ARABIC_ANSWER)
    assert quoted.get_attribute("dir") == "rtl"
    assert (quoted.get_attribute("lang") or traveller.language) == "ar", "the answer has its own language"
    traveller.click("form[action*='/claim/'] button.button")
    traveller.choose("themes", "regular_pathways")
    traveller.click("form[action*='/code/'] button.button")
    if traveller.language == "en":
        traveller.picture("listening", 1280, 900)
    traveller.click("form[action*='/decide/accept/'] button.button")
    traveller.sign_out()


def write(traveller: Traveller, live: Live, reference: str) -> None:
    """As a drafter: compile the digest, look at it, take it away as Word, and read it back."""
    page, language = traveller.page, traveller.language
    traveller.sign_in(*live.somebody("Drafter"))
    traveller.go("/staff/digests/")
    traveller.click(f"form[action$='/digests/{SLUG}/'] button")
    if language == "en":
        traveller.picture("writing", 1280, 900)
    with page.expect_download() as download:
        page.locator("button[formaction$='/docx']").click()
    data = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename.endswith(f"_{language}.docx")
    document = docx.Document(io.BytesIO(data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert STORY[language] in text
    assert ARABIC_ANSWER in text
    assert reference in text
    assert "Dar Al-Jisr" in text
    arabic = next(paragraph for paragraph in document.paragraphs if ARABIC_ANSWER in paragraph.text)
    assert arabic._p.pPr.find(docx.oxml.ns.qn("w:bidi")) is not None, "the Arabic is set right to left"
    traveller.sign_out()
