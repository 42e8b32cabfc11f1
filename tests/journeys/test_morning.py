"""A moderator's morning by keyboard alone, on an installation that nobody else works at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from intake.foundation.database import session, transaction
from intake.programme.models import ListeningSession
from tests import builders
from tests.installation import application, settings_of
from tests.journeys.conftest import Live, look, serving
from tests.journeys.keyboard import Keyboard

SLUG = "regular-pathways-2020-06-09"
PICTURES = os.environ.get("INTAKE_TEST_MORNING_PICTURES")
ARABIC = (
    "اتصلت بالأستاذ سامر على الرقم 0612345678 ثلاث مرات، ولم يجب أحد. انتهى تصريحي في آذار. "
    "ساعدتنا مدرسة الحي في ملء الأوراق."
)
TRANSLATED = "I called the teacher three times and nobody answered. My permit ended in March."
NAME, NUMBER = "سامر", "0612345678"
PASSAGES = ("ولم يجب أحد", "انتهى تصريحي في آذار", "ساعدتنا مدرسة الحي")
OTHERS = (
    "The office closed and letters came back unopened.",
    "A neighbour read the decision to us; nobody else could.",
    "Buy watches at half the price.",
    "We waited for the bus that no longer ran.",
)
QUESTION = {"en": "In which month was that?", "ar": "في أي شهر كان ذلك؟"}
REASON = {"en": "This is not about the session.", "ar": "هذا ليس من موضوع الجلسة."}


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(tmp_path_factory.mktemp("morning")) as served:
        yield served


@pytest.fixture
def arrived(desk: Live) -> list[str]:
    """What came in overnight: an Arabic testimony, and some in English; their references."""
    settings = settings_of(desk.instance, f"sqlite:///{desk.instance / 'intake.sqlite'}")
    with application(settings) as app, app.app_context(), transaction():
        held = session().scalars(sa.select(ListeningSession).where(ListeningSession.slug == SLUG)).one()
        told = [("ar", ARABIC), *(("en", words) for words in OTHERS)]
        return [builders.submission(held, language=code, what_happened=words).reference for code, words in told]


@pytest.fixture
def keyboard(browser: Browser, desk: Live, language: str) -> Iterator[Keyboard]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.language = language  # type: ignore[attr-defined]
    page.goto(f"{desk.url}/{language}/staff/sign-in/")
    yield Keyboard(page)
    context.close()


def seen(page: Page, name: str) -> None:
    """Nothing for axe-core to find; pictures where somebody wants them."""
    assert look(page) == []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if PICTURES:
            path = Path(PICTURES) / f"{name}-{page.language}-{width}.png"  # type: ignore[attr-defined]
            page.screenshot(path=path, full_page=True)


def back(keyboard: Keyboard) -> None:
    """From a page about a submission to its own; those pages stand right below it."""
    place = "/".join(urlsplit(keyboard.page.url).path.split("/")[:6])
    keyboard.follow(f"main a[href='{place}/'], main a[href^='{place}/?']")


def on_page_of(reference: str) -> str:
    return f".queue > li > a[href*='{reference}']"


def test_a_morning(keyboard: Keyboard, desk: Live, arrived: list[str], language: str) -> None:
    page, (arabic, first, second, third, fourth) = keyboard.page, arrived
    sign_in(keyboard, *desk.somebody("Co-lead", "WG3"))
    keyboard.follow("nav a[href$='/staff/queue/']")
    keyboard.follow(f"a[href='/{language}/staff/queue/']")
    narrow(keyboard, language="ar")
    keyboard.follow(on_page_of(arabic))
    keyboard.follow("form[action*='/claim/'] button")
    expect(page.locator(".claim .tag.active")).to_be_visible()
    read_beside_its_translation(keyboard)
    hide(keyboard, NAME, NUMBER)
    code(keyboard, *PASSAGES)
    accept(keyboard, arabic)
    page.goto(f"{desk.url}/{language}/staff/queue/")
    ask(keyboard, fourth, language)
    for reference, words in ((first, ""), (third, REASON[language])):
        page.goto(f"{desk.url}/{language}/staff/queue/")
        narrow(keyboard, language="en")
        keyboard.follow(on_page_of(reference))
        decline(keyboard, reference, words) if words else accept(keyboard, reference)
    page.goto(f"{desk.url}/{language}/staff/queue/")
    several_and_back(keyboard, second, fourth)
    assert keyboard.unseen == []


def sign_in(keyboard: Keyboard, email: str, password: str) -> None:
    keyboard.write("#email", email)
    keyboard.write("#password", password)
    keyboard.press("Enter")


def narrow(keyboard: Keyboard, **wanted: str) -> None:
    """Choose filters of the queue. Where the screen is narrow they are folded."""
    if keyboard.page.locator("details.filters:not([open]) > summary").is_visible():
        keyboard.reach("details.filters > summary")
        keyboard.page.keyboard.press("Enter")
    for name, value in wanted.items():
        keyboard.select(f"details.filters select[name={name}]", value)
    keyboard.follow("details.filters form button")
    seen(keyboard.page, "queue")


def read_beside_its_translation(keyboard: Keyboard) -> None:
    page = keyboard.page
    keyboard.follow("section[aria-labelledby=translations] a[href*='/translation/en/']")
    keyboard.follow(".actions a.button")
    keyboard.write("textarea", TRANSLATED)
    keyboard.follow("form .actions button")
    pair = page.locator(".beside-it").first
    expect(pair).to_contain_text(TRANSLATED)
    expect(pair).to_contain_text(ARABIC[:20])
    seen(page, "beside")
    back(keyboard)


def hide(keyboard: Keyboard, *words: str) -> None:
    page = keyboard.page
    keyboard.follow("nav.tools a[href$='/protect/']")
    for number, passage in enumerate(words, 1):
        keyboard.write("[name=passage]", passage)
        keyboard.tick("aside input[type=radio][name=category]")
        keyboard.follow("aside form .actions button")
        expect(page.locator(".sides mark")).to_have_count(number)
    seen(page, "hidden")
    back(keyboard)


def code(keyboard: Keyboard, *passages: str) -> None:
    page = keyboard.page
    keyboard.follow("nav.tools a[href*='/excerpts/']")
    for number, passage in enumerate(passages, 1):
        keyboard.write("[name=passage]", passage)
        keyboard.tick("input[type=radio][name=kind]")
        keyboard.tick("input[type=checkbox][name=themes]")
        keyboard.follow("form[data-passage] .actions button")
        expect(page.locator(".passages > li")).to_have_count(number)
    seen(page, "coded")
    back(keyboard)


def accept(keyboard: Keyboard, reference: str) -> None:
    """What is decided makes room for what comes next."""
    keyboard.follow("form[action*='/decide/accept'] button")
    expect(keyboard.page.locator(".notice.done")).to_contain_text(reference)


def decline(keyboard: Keyboard, reference: str, words: str) -> None:
    keyboard.reach("details.move:has(form[action*='/decide/decline']) > summary")
    keyboard.page.keyboard.press("Enter")
    keyboard.write("#decline-words", words)
    keyboard.follow("form[action*='/decide/decline'] .actions button")
    expect(keyboard.page.locator(".notice.done")).to_contain_text(reference)
    seen(keyboard.page, "declined")


def ask(keyboard: Keyboard, reference: str, language: str) -> None:
    page = keyboard.page
    narrow(keyboard, language="en")
    keyboard.follow(on_page_of(reference))
    keyboard.follow("#decide ~ p a.button")
    keyboard.write("#words", QUESTION[language])
    keyboard.follow("#question .actions button")
    expect(page.locator(".as-seen")).to_contain_text(QUESTION[language])
    keyboard.follow("form[action$='/send/'] button")
    expect(page.locator("main")).to_contain_text(QUESTION[language])


def several_and_back(keyboard: Keyboard, *references: str) -> None:
    page = keyboard.page
    narrow(keyboard, language="en")
    for reference in references:
        keyboard.tick(f".queue input[aria-label='{reference}']")
    keyboard.select("#act", "claim")
    keyboard.follow("#several button.button")
    seen(page, "several")
    keyboard.follow("main button[name=ready]")
    keyboard.follow("form[action*='/undo'] button")
    expect(page.locator("main .plain-list").first.locator("li")).to_have_count(len(references))
    expect(page.locator("form[action*='/undo']")).to_have_count(0)
    seen(page, "undone")
