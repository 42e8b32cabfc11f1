"""Kept on the device: a form and its files wait without a connection, and are sent once, when somebody says so."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from intake.foundation.languages import CODES
from tests.journeys.conftest import Live, choose

SLUG = "regular-pathways-2020-06-09"
STORY = {
    "en": "Nobody answered for three months, and then the office had moved.",
    "ar": "لم يجب أحد ثلاثة أشهر، ثم انتقل المكتب.",
}
LEFT_OVER = """(async () => (await indexedDB.databases()).length + (await caches.keys()).length
  + (await navigator.serviceWorker.getRegistrations()).length)()"""
RECORD = """(name => new Promise(resolve => {
  const asked = indexedDB.open("intake")
  asked.onsuccess = () => {
    const all = asked.result.transaction(name).objectStore(name).getAll()
    all.onsuccess = () => { asked.result.close(); resolve(all.result) }
  }
}))"""
CACHED = """(async () => (await (await caches.open("device")).keys()).map(one => new URL(one.url).pathname))()"""
A_DAY_LATER = """new Promise(resolve => {
  const asked = indexedDB.open("intake")
  asked.onsuccess = () => {
    const change = asked.result.transaction("forms", "readwrite")
    change.objectStore("forms").openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (cursor) cursor.update({ ...cursor.value, sent: cursor.value.sent - 86_500_000 }), cursor.continue()
    }
    change.oncomplete = () => { asked.result.close(); resolve() }
  }
})"""
# Pressed as soon as it can be, with a worker that takes its time.
AT_ONCE = """
  const register = navigator.serviceWorker.register.bind(navigator.serviceWorker)
  navigator.serviceWorker.register = async (...all) => {
    const made = await register(...all)
    await new Promise(resolve => setTimeout(resolve, 500))
    return made
  }
  const watch = new MutationObserver(() => {
    const button = document.querySelector("[data-words]:not([hidden]) [data-do=keep]")
    if (button) watch.disconnect(), button.click()
  })
  watch.observe(document, { subtree: true, childList: true, attributes: true })"""
# As if another tab removed everything just when this one has fetched all that it wants to keep.
REMOVED_MEANWHILE = """
  const put = Cache.prototype.put
  Cache.prototype.put = async function (...all) {
    await put.apply(this, all)
    await caches.delete("device")
    await Promise.all((await navigator.serviceWorker.getRegistrations()).map(one => one.unregister()))
  }"""
REFERENCE = re.compile(r"WG3-2020-06-09/T-\d{3}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    yield context
    context.set_offline(False)
    context.close()


def address(live: Live, language: str) -> str:
    return f"{live.url}/{language}/sessions/{SLUG}/submit/testimony/device"


def status(page: Page, name: str) -> None:
    """The panel says what belongs to this state."""
    expect(page.locator("[data-words]")).to_have_attribute(f"data-{name}", re.compile("."))
    words = page.locator("[data-words]").get_attribute(f"data-{name}") or "?"
    expect(page.locator("[data-words] [role=status]")).to_have_text(words)


def press(page: Page, name: str) -> None:
    page.locator(f"[data-do={name}]").click()


def shows_nothing_behind(page: Page) -> None:
    """Go back and load it again, as the next person may: the browser asks whether to send it once more."""
    with suppress(Error):
        page.go_back()
    page.wait_for_timeout(300)
    with suppress(Error):
        page.reload()
    expect(page.locator("body")).not_to_contain_text(STORY["en"])


def step(page: Page, name: str) -> None:
    page.locator(f"button[name=step][value={name}]").first.click()


def waiting(page: Page) -> bool:
    """What the device really holds."""
    [record] = page.evaluate(f"{RECORD}('forms')")
    return bool(record["waiting"])


def keeps(page: Page, story: str) -> None:
    """The device holds these words; they are written a moment after they are typed."""
    comes_true(page, f"{RECORD}('forms').then(all => new Map(all[0]?.pairs).get('what_happened'))", story)


def code_on(page: Page) -> str:
    code = page.locator(".receipt .code")
    expect(code).to_be_visible()
    return code.inner_text().replace("\u200b", "")


def shows_again(page: Page, code: str) -> None:
    """The receipt is shown to whoever asks for it, and to nobody who only opens the page."""
    expect(page.locator("[data-do=receipt]")).to_be_visible()
    expect(page.locator(".receipt .code")).to_have_count(0)
    press(page, "receipt")
    status(page, "again")
    assert code_on(page) == code


def note(page: Page) -> None:
    """Say that the code of the receipt is noted: with that the device forgets it."""
    press(page, "noted")
    status(page, "noted")
    nothing_left(page)


def comes_true(page: Page, asked: str, wanted: object) -> None:
    """What is ``asked`` of the device becomes ``wanted``: asked again and again, as the browser answers by a promise,
    which Playwright's own waiting takes for an answer."""
    give_up = time.monotonic() + 20
    while (found := page.evaluate(asked)) != wanted:
        assert time.monotonic() < give_up, f"{found!r}, not {wanted!r}"
        page.wait_for_timeout(50)


def nothing_left(page: Page) -> None:
    comes_true(page, LEFT_OVER, 0)


def opt_in(context: BrowserContext, live: Live, language: str = "en") -> Page:
    page = context.new_page()
    page.goto(address(live, language))
    press(page, "keep")
    status(page, "kept")
    return page


def fill(page: Page, language: str = "en") -> None:
    for name, value in (
        ("story_of", "mine"), ("about_child", "no"), ("danger_now", "no"), ("recognition_harm", "no"),
        ("consent_tier", "2"),
    ):  # fmt: skip
        choose(page, name, value)
    page.fill("#what_happened", STORY[language])
    page.select_option("#country", "MA")
    page.fill("#happened_when", "2020")


def is_clean(page: Page) -> None:
    faults = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:100] for node in one["nodes"]]) for one in faults] == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


class Line:
    """What went over the line, and whose answers are lost on the way back."""

    def __init__(self, context: BrowserContext, part: str, *, lost: int = 0) -> None:
        self.answers: list[str] = []
        self._lost = lost
        context.route(re.compile(part + "$"), self._carry)

    def _carry(self, route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        answer: Any = route.fetch()
        self.answers.append(answer.text())
        if len(self.answers) <= self._lost:
            route.abort()
        else:
            route.fulfill(response=answer)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_form_is_filled_without_a_connection_and_sent_once_when_asked(
    context: BrowserContext, live: Live, language: str
) -> None:
    page = opt_in(context, live, language)
    page.close()
    context.set_offline(True)
    page = context.new_page()
    page.goto(address(live, language))
    status(page, "back")
    fill(page, language)
    keeps(page, STORY[language])
    page.close()

    page = context.new_page()
    page.goto(address(live, language))
    status(page, "back")
    expect(page.locator("#what_happened")).to_have_value(STORY[language])
    step(page, "check")
    status(page, "asked")
    if language == "ar":
        is_clean(page)
    line = Line(context, "/submit/testimony/device", lost=1)
    context.set_offline(False)
    page.wait_for_timeout(1_000)
    assert line.answers == [], "nobody asked that it be sent"
    assert not waiting(page)

    context.set_offline(True)
    step(page, "check")
    status(page, "asked")
    press(page, "later")
    status(page, "waiting")
    assert waiting(page)
    context.set_offline(False)
    shown = code_on(page)
    assert len(line.answers) == 2, "the first answer was lost on the way"
    assert shown in re.sub(r"<[^>]+>", "", line.answers[0]), "the same receipt"

    # Nobody may have seen it before the page was gone.
    page.reload()
    shows_again(page, shown)
    if language == "ar":
        is_clean(page)
    page.close()
    page = context.new_page()
    page.goto(address(live, language))
    expect(page.locator("[data-do=receipt]")).to_be_visible()
    [record] = page.evaluate(f"{RECORD}('forms')")
    assert sorted(record) == ["mark", "place", "sent", "token"], "none of the words"
    shows_again(page, shown)
    assert len({REFERENCE.findall(answer)[0] for answer in line.answers}) == 1, "kept once"
    note(page)
    page.reload()
    expect(page.locator("[data-when=free]")).to_be_visible()
    expect(page.locator("#what_happened")).to_have_value("")


def test_help_is_there_as_soon_as_there_may_be_danger(context: BrowserContext, live: Live) -> None:
    page = opt_in(context, live)
    page.close()
    context.set_offline(True)
    page = context.new_page()
    page.goto(address(live, "en"))
    status(page, "back")
    fill(page)
    help_now, contacts = page.locator("[role=status] > .at-once"), page.locator("#help-now a[href^='tel:']")
    expect(help_now).to_be_hidden()
    for said in ("unsure", "yes"):
        choose(page, "danger_now", said)
        expect(help_now).to_be_visible()
    page.locator("#help-now summary").click()
    expect(contacts.first).to_be_visible()
    keeps(page, STORY["en"])
    step(page, "check")
    status(page, "asked")
    expect(page.locator("[data-words] .at-once")).to_be_visible()
    is_clean(page)
    press(page, "later")
    status(page, "waiting")
    expect(page.locator("[data-words] .at-once")).to_be_visible()
    context.set_offline(False)
    code_on(page)
    expect(page.locator("[data-copies] button")).to_be_visible()
    before = "e => e.compareDocumentPosition(document.querySelector('.receipt')) & Node.DOCUMENT_POSITION_FOLLOWING"
    assert page.locator("main > .notice.danger").first.evaluate(before), "on the receipt it comes first"


def test_without_a_script_help_is_there_as_soon_as_there_may_be_danger(browser: Browser, live: Live) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device"))
    expect(page.locator(".at-once")).to_be_hidden()
    choose(page, "danger_now", "yes")
    expect(page.locator(".at-once a[href='/en/help/']")).to_be_visible()
    choose(page, "danger_now", "no")
    expect(page.locator(".at-once")).to_be_hidden()
    context.close()


def test_a_changed_word_takes_back_that_it_waits(context: BrowserContext, live: Live) -> None:
    page = opt_in(context, live)
    context.set_offline(True)
    fill(page)
    step(page, "check")
    press(page, "later")
    status(page, "waiting")
    page.locator("#what_happened").press_sequentially("!")
    status(page, "stopped")
    comes_true(page, f"{RECORD}('forms').then(all => all[0].waiting)", False)
    line = Line(context, "/submit/testimony/device")
    context.set_offline(False)
    page.wait_for_timeout(800)
    assert line.answers == []
    context.set_offline(True)
    press(page, "later")
    status(page, "waiting")
    press(page, "hold")
    status(page, "stopped")
    assert not waiting(page)
    press(page, "later")
    status(page, "waiting")
    page.reload()
    status(page, "waiting")
    context.set_offline(False)
    code = code_on(page)
    assert len(line.answers) == 1
    status(page, "sent")

    # Without a connection the form is free again, and the receipt waits for somebody to ask for it.
    context.set_offline(True)
    page.goto(address(live, "en"))
    expect(page.locator("[data-do=keep]")).to_be_visible()
    press(page, "receipt")
    expect(page.locator("[data-trouble]")).to_have_text(
        page.locator("[data-words]").get_attribute("data-unseen") or "?"
    )
    context.set_offline(False)
    shows_again(page, code)
    page.fill("#code", "12345")
    page.locator("form:has([value=confirm]) button").click()
    expect(page.locator("#code-error")).to_be_visible()
    assert code_on(page) == code
    page.fill("#code", code.lower())
    page.locator("form:has([value=confirm]) button").click()
    expect(page.locator("main .notice.done")).to_be_visible()
    nothing_left(page)


def test_two_tabs_do_not_overwrite_each_other(context: BrowserContext, live: Live) -> None:
    first = opt_in(context, live)
    second = context.new_page()
    second.goto(address(live, "en"))
    status(second, "back")
    first.fill("#what_happened", "In the first tab.")
    status(second, "elsewhere")
    second.fill("#what_happened", "In the second tab.")
    second.wait_for_timeout(500)
    keeps(first, "In the first tab.")
    step(second, "check")
    status(second, "elsewhere")
    press(second, "take")
    status(second, "back")
    expect(second.locator("#what_happened")).to_have_value("In the first tab.")
    second.fill("#what_happened", "In the second tab.")
    status(first, "elsewhere")
    keeps(first, "In the second tab.")
    first.fill("#what_happened", "In the first tab again.")
    press(first, "insist")
    status(first, "kept")
    keeps(first, "In the first tab again.")
    status(second, "elsewhere")
    press(first, "clear")
    status(first, "removed")
    status(second, "gone")
    second.fill("#what_happened", "On the page alone.")
    second.wait_for_timeout(500)
    nothing_left(second)


def test_every_step_keeps_what_is_typed(context: BrowserContext, live: Live) -> None:
    page = opt_in(context, live)
    step(page, "check")
    expect(page.locator(".summary")).to_be_visible()
    status(page, "kept")
    fill(page)
    page.fill("#what_happened", "Typed after\nan error")
    keeps(page, "Typed after\nan error")
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    status(page, "kept")
    context.set_offline(True)
    step(page, "send")
    status(page, "asked")
    assert not waiting(page)
    step(page, "edit")
    status(page, "back")
    context.set_offline(False)
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    step(page, "edit")
    status(page, "kept")
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    line = Line(context, "/submit/testimony/device", lost=1)
    step(page, "send")
    expect(page.locator(".receipt .code")).to_be_visible()
    assert len({REFERENCE.findall(answer)[0] for answer in line.answers}) == 1
    status(page, "sent")
    page.evaluate(A_DAY_LATER)
    page.reload()
    expect(page.locator("[data-do=keep]")).to_be_visible()
    expect(page.locator("[data-do=noted]")).to_be_hidden()
    nothing_left(page)


def test_what_is_refused_comes_back_and_waits_no_longer(context: BrowserContext, live: Live) -> None:
    page = opt_in(context, live)
    context.set_offline(True)
    page.fill("#what_happened", STORY["en"])
    choose(page, "story_of", "asked")
    step(page, "check")
    status(page, "lacking")
    lacking = page.locator("[data-missing] a")
    expect(lacking).to_have_count(7)
    expect(lacking.first).to_have_attribute("href", "#agreement")
    expect(page.locator("[data-do=later]")).to_be_hidden()
    is_clean(page)

    # What only the server can tell is told by it.
    fill(page)
    page.fill("#email", "not an address")
    step(page, "check")
    press(page, "later")
    status(page, "waiting")
    context.set_offline(False)
    expect(page.locator(".summary")).to_be_visible()
    status(page, "refused")
    expect(page.locator("#what_happened")).to_have_value(STORY["en"])
    assert not waiting(page)
    page.fill("#what_happened", "Later words.")
    keeps(page, "Later words.")


def test_what_can_no_longer_be_taken_waits_no_longer(context: BrowserContext, browser: Browser, live: Live) -> None:
    page = opt_in(context, live)

    # Sent with other words from somewhere else meanwhile.
    fill(page)
    context.set_offline(True)
    step(page, "check")
    press(page, "later")
    status(page, "waiting")
    [record] = page.evaluate(f"{RECORD}('forms')")
    with browser.new_context() as desk:
        other = desk.new_page()
        other.goto(address(live, "en").removesuffix("/device"))
        token = dict(record["pairs"])["form_token"]
        other.locator("main form [name=form_token]").evaluate("(field, token) => { field.value = token }", token)
        fill(other)
        other.fill("#what_happened", "Longer words, written at a desk.")
        step(other, "check")
        step(other, "send")
        code_on(other)
    context.set_offline(False)
    status(page, "refused")
    expect(page.locator("#what_happened")).to_have_value(STORY["en"])
    assert not waiting(page)
    page.reload()
    status(page, "back")
    expect(page.locator("#what_happened")).to_have_value(STORY["en"])

    # And then the session is no longer there.
    context.set_offline(True)
    step(page, "check")
    press(page, "later")
    status(page, "waiting")
    context.route("**/submit/testimony/device", lambda route: route.fulfill(status=404, body="Nothing is here."))
    context.set_offline(False)
    status(page, "refused")
    expect(page.locator("[data-trouble]")).to_have_text(
        page.locator("[data-words]").get_attribute("data-nowhere") or "?"
    )
    assert not waiting(page)
    page.reload()
    status(page, "back")
    expect(page.locator("#what_happened")).to_have_value(STORY["en"])


def photo(colour: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (60, 40), (colour, 90, 90)).save(written, "JPEG")
    return written.getvalue()


def attach(page: Page, name: str, body: bytes) -> None:
    page.set_input_files("#device-files", {"name": name, "mimeType": "image/jpeg", "buffer": body})


def choose_some(page: Page) -> None:
    """A picture, and what only has the name of one; what is empty, and what is removed again, is not kept."""
    for name, body in (("house.jpg", photo(10)), ("away.jpg", photo(20)), ("no picture.jpg", b"nothing of the kind")):
        attach(page, name, body)
        expect(page.locator("[data-files] bdi", has_text=name)).to_be_visible()
    attach(page, "empty.jpg", b"")
    expect(page.locator("[data-trouble]")).to_contain_text(page.locator("[data-words]").get_attribute("data-empty"))
    page.locator("[data-files] li", has_text="away.jpg").locator("button").click()
    expect(page.locator("[data-files] li")).to_have_count(2)


def test_files_are_kept_and_delivered_once(context: BrowserContext, live: Live) -> None:
    language = "ar"
    page = opt_in(context, live, language)
    context.set_offline(True)
    fill(page, language)
    choose_some(page)
    is_clean(page)
    page.reload()
    status(page, "back")
    expect(page.locator("[data-files] li")).to_have_count(2)
    step(page, "check")
    press(page, "later")
    status(page, "waiting")

    # The receipt arrives, and the line breaks before the files have gone.
    stuck = re.compile(rb'filename="house')
    context.route(
        "**/receipt/files/device/",
        lambda route: route.abort() if stuck.search(route.request.post_data_buffer or b"") else route.continue_(),
    )
    context.set_offline(False)
    expect(page.locator(".receipt .code")).to_be_visible()
    code = page.locator(".receipt .code").inner_text().replace("\u200b", "")
    panel = page.locator("[data-words]")
    refused = page.locator("[data-files] li", has_text="no picture.jpg")
    expect(refused).to_contain_text(panel.get_attribute("data-refused-file") or "?")
    expect(page.locator("[data-files] li", has_text="house.jpg")).to_contain_text(
        panel.get_attribute("data-waits") or "?"
    )
    expect(page.locator("[data-when=permit]")).to_be_visible()
    is_clean(page)
    press(page, "noted")
    status(page, "noted")
    assert page.evaluate(f"{RECORD}('forms')") == [], "the words are gone"
    held = page.evaluate(f"{RECORD}('files').then(all => JSON.stringify(all))")
    assert code.replace("-", "") not in held.replace("-", "")
    assert "token" not in held, "by which the code could be found"
    page.close()

    context.unroute("**/receipt/files/device/")
    line = Line(context, "/receipt/files/device/", lost=1)
    page = context.new_page()
    page.goto(address(live, language))
    panel = page.locator("[data-words]")
    expect(page.locator("[data-files] li", has_text="house.jpg")).to_contain_text(
        panel.get_attribute("data-taken") or "?"
    )
    assert len(line.answers) == 2
    page.reload()
    refused = page.locator("[data-files] li", has_text="no picture.jpg")
    expect(refused).to_contain_text(panel.get_attribute("data-refused-file") or "?")
    expect(page.locator("[data-files] li")).to_have_count(1)
    refused.locator("button").click()
    expect(refused).to_have_count(0)
    nothing_left(page)
    page.goto(f"{live.url}/{language}/receipt/")
    page.fill("#code", code)
    page.locator("form[action$='/receipt/'] button.button, main form button.button").first.click()
    page.goto(f"{live.url}/{language}/receipt/files/")
    expect(page.locator("main .plain-list bdi")).to_have_text(["house.jpg"])


def test_files_go_with_a_form_that_is_saved_under_a_code(context: BrowserContext, live: Live) -> None:
    page = opt_in(context, live)
    attach(page, "house.jpg", photo(30))
    expect(page.locator("[data-files] li")).to_have_count(1)
    page.fill("#what_happened", STORY["en"])
    press(page, "save")
    expect(page.locator(".receipt .code")).to_be_visible()
    expect(page.locator("[data-files] li")).to_contain_text(
        page.locator("[data-words]").get_attribute("data-taken") or "?"
    )
    [record] = page.evaluate(f"{RECORD}('forms')")
    assert dict(record["pairs"])["saved"] == "1", "what was saved from here is not news from elsewhere"
    page.goto(f"{live.url}/en/receipt/files/")
    expect(page.locator("main .plain-list bdi")).to_have_text(["house.jpg"])
    page.goto(address(live, "en"))
    status(page, "back")
    expect(page.locator("#what_happened")).to_have_value(STORY["en"])

    # Sent another way, it is forgotten here as well.
    page.goto(f"{live.url}/en/receipt/draft/")
    fill(page)
    step(page, "check")
    step(page, "send")
    expect(page.locator(".receipt .code")).to_be_visible()
    nothing_left(page)


def test_what_takes_the_place_of_something_saved_keeps_no_code_and_takes_its_files_along(
    context: BrowserContext, live: Live
) -> None:
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device"))
    page.fill("#what_happened", "The first words.")
    step(page, "save")
    code = code_on(page)
    page.close()
    page = opt_in(context, live)
    attach(page, "house.jpg", photo(31))
    expect(page.locator("[data-files] li")).to_have_count(1)
    page.fill("#what_happened", STORY["en"])
    press(page, "save")
    page.locator("label[for=under-1]").click()
    page.fill("#code", code)
    keeps(page, STORY["en"])
    step(page, "save")
    assert code_on(page) == code
    expect(page.locator("[data-files] li")).to_contain_text(
        page.locator("[data-words]").get_attribute("data-taken") or "?"
    )
    token = page.locator("[data-words]").get_attribute("data-token")
    [record] = page.evaluate(f"{RECORD}('forms')")
    pairs = dict(record["pairs"])
    assert pairs["form_token"] == token
    assert {"under", "code"}.isdisjoint(pairs)


def test_another_form_that_is_sent_leaves_the_kept_one_alone(context: BrowserContext, live: Live) -> None:
    kept = opt_in(context, live)
    kept.fill("#what_happened", "Kept for later.")
    keeps(kept, "Kept for later.")
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device"))
    fill(page)
    step(page, "check")
    step(page, "send")
    expect(page.locator(".receipt .code")).to_be_visible()
    page.wait_for_timeout(300)
    page.goto(address(live, "en"))
    status(page, "back")
    expect(page.locator("#what_happened")).to_have_value("Kept for later.")


def test_the_worker_opens_the_kept_form_and_nothing_else(context: BrowserContext, live: Live) -> None:
    page = opt_in(context, live)
    fill(page)
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    step(page, "edit")
    expect(page.locator("#what_happened")).to_be_visible()  # the page before says "kept" too
    status(page, "kept")
    cached = page.evaluate(CACHED)
    form = address(live, "en").removeprefix(live.url)
    assert form in cached
    assert all(path == form or path.startswith("/static/") for path in cached)
    context.set_offline(True)
    for language in ("ar", "fr", "es", "en"):
        page.goto(address(live, language))
        assert page.url == address(live, "en"), "the language in which it was kept"
        status(page, "back")
    for path in ("/en/receipt/", "/en/staff/sign-in/", "/en/privacy/", form.removesuffix("/device")):
        other = context.new_page()
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            other.goto(live.url + path)
        other.close()
    context.set_offline(False)
    page.goto(address(live, "en"))
    status(page, "back")
    step(page, "check")
    step(page, "send")
    expect(page.locator(".receipt .code")).to_be_visible()
    note(page)


def test_the_clear_button_and_leaving_quickly_leave_nothing(context: BrowserContext, live: Live) -> None:
    page = opt_in(context, live)
    page.fill("#what_happened", STORY["en"])
    attach(page, "house.jpg", photo(10))
    expect(page.locator("[data-files] li")).to_have_count(1)
    assert page.evaluate(LEFT_OVER) == 2 + len(CODES), "the form, its page, and a worker for each address of it"
    press(page, "clear")
    status(page, "removed")
    nothing_left(page)
    expect(page.locator("[data-files] li")).to_have_count(0)

    press(page, "keep")
    status(page, "kept")
    page.locator(".leave button").click()
    page.wait_for_url("**/leave/")
    page.goto(address(live, "en"))
    expect(page.locator("[data-when=free]")).to_be_visible()
    nothing_left(page)

    page = opt_in(context, live)
    attach(page, "house.jpg", photo(10))
    expect(page.locator("[data-files] li")).to_have_count(1)
    context.set_offline(True)
    page.locator(".leave button").click()
    page.wait_for_url("about:blank")
    context.set_offline(False)
    page.goto(address(live, "en"))
    expect(page.locator("[data-when=free]")).to_be_visible()
    nothing_left(page)


def test_who_asks_at_once_is_not_tidied_away(context: BrowserContext, live: Live) -> None:
    """A page that opens removes what nothing needs; it must not take what somebody is just asking to keep."""
    page = context.new_page()
    page.add_init_script(AT_ONCE)
    page.goto(address(live, "en"))
    status(page, "kept")
    assert page.evaluate(LEFT_OVER) == 2 + len(CODES)


def test_another_form_is_kept_without_a_connection(context: BrowserContext, live: Live) -> None:
    """Who collects several testimonies where there is no network: the page that was kept for the first one does."""
    page = opt_in(context, live)
    fill(page)
    step(page, "check")
    step(page, "send")
    expect(page.locator(".receipt .code")).to_be_visible()
    context.set_offline(True)
    other = context.new_page()
    other.goto(address(live, "en"))
    press(other, "keep")
    status(other, "kept")
    other.fill("#what_happened", "The second one.")
    keeps(other, "The second one.")


def test_what_another_tab_removed_is_not_said_to_be_kept(context: BrowserContext, live: Live) -> None:
    kept = opt_in(context, live)
    kept.evaluate(
        "navigator.serviceWorker.getRegistrations().then(all => Promise.all(all.map(one => one.unregister())))"
    )
    kept.reload()
    status(kept, "back")
    comes_true(kept, "navigator.serviceWorker.getRegistrations().then(all => all.length)", len(CODES))
    context.set_offline(True)
    kept.goto(address(live, "en"))
    status(kept, "back")
    context.set_offline(False)

    press(kept, "clear")
    status(kept, "removed")
    page = context.new_page()
    page.add_init_script(REMOVED_MEANWHILE)
    page.goto(address(live, "en"))
    press(page, "keep")
    status(page, "failed")


def test_to_load_the_page_after_leaving_again_removes_nothing(context: BrowserContext, live: Live) -> None:
    left = opt_in(context, live)
    left.locator(".leave button").click()
    left.wait_for_url("**/leave/")
    nothing_left(left)
    page = opt_in(context, live)
    fill(page)
    keeps(page, STORY["en"])
    page.close()
    left.reload()
    left.goto(f"{live.url}/ar/leave/")
    page = context.new_page()
    page.goto(address(live, "en"))
    status(page, "back")
    expect(page.locator("#what_happened")).to_have_value(STORY["en"])


@pytest.mark.parametrize("path", ["/en/receipt/", "/en/sessions/{slug}/submit/testimony"])
def test_leaving_from_any_page_leaves_nothing_where_the_header_is_not_heeded(
    context: BrowserContext, live: Live, path: str
) -> None:
    """As in Safari before 17."""
    opt_in(context, live).close()

    def without(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        headers = {name: value for name, value in answer.headers.items() if name != "clear-site-data"}
        route.fulfill(response=answer, headers=headers)

    page = context.new_page()
    page.route("**/leave/", without)
    page.goto(live.url + path.format(slug=SLUG))
    page.locator(".leave button").click()
    page.wait_for_url("**/leave/")
    nothing_left(page)


def test_going_back_after_leaving_shows_nothing_of_what_was_typed(context: BrowserContext, live: Live) -> None:
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device"))
    fill(page)
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    page.locator(".leave button").click()
    page.wait_for_url("**/leave/")
    with suppress(Error):  # the browser asks whether to send it again
        page.go_back()
    expect(page.locator("main")).to_have_count(0)
    page.reload()
    expect(page.locator("main h1")).to_have_text("We could not read this request")
    assert STORY["en"] not in page.content()


@pytest.mark.parametrize("where", ["/device", ""])
def test_leaving_without_a_connection_shows_nothing_later(context: BrowserContext, live: Live, where: str) -> None:
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device") + where)
    fill(page)
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    context.set_offline(True)
    page.locator(".leave button").click()
    page.wait_for_timeout(2_000)
    context.set_offline(False)
    shows_nothing_behind(page)
    page.goto(live.url + "/en/receipt/")
    assert not [one for one in context.cookies() if one.get("name") == "gone"]


def test_leaving_without_a_connection_from_the_page_that_is_kept_ends_the_visit_too(
    context: BrowserContext, live: Live
) -> None:
    """It was asked for as a stranger: its token is of no visit of this browser."""
    opt_in(context, live).close()
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device"))
    fill(page)
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    context.set_offline(True)
    page.goto(address(live, "en"))
    page.locator(".leave button").click()
    page.wait_for_url("about:blank")
    context.set_offline(False)
    shows_nothing_behind(page)
    assert not [one for one in context.cookies() if one.get("name") == "gone"]


def test_what_is_kept_is_renewed_where_there_is_a_connection(context: BrowserContext, live: Live) -> None:
    """It says whom one can call in danger, which changes."""
    opt_in(context, live).close()
    page = context.new_page()
    page.goto(address(live, "en"))
    status(page, "back")
    page.evaluate(
        """async () => {
            const cache = await caches.open("device")
            const form = (await cache.keys()).find(one => one.url.endsWith("/device"))
            await cache.put(form, new Response("an old page", { headers: { "Content-Type": "text/html" } }))
        }"""
    )
    page.reload()
    status(page, "back")
    deadline = time.monotonic() + 20
    while page.evaluate("caches.match(location.href).then(kept => kept.text())") == "an old page":
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
    context.set_offline(True)
    page.reload()
    status(page, "back")


@pytest.mark.parametrize("offline", [False, True])
def test_going_back_to_the_form_finds_its_fields_empty(context: BrowserContext, live: Live, offline: bool) -> None:
    """A browser brings back what was typed into a page, whatever is said of keeping it."""
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device"))
    fill(page)
    context.set_offline(offline)
    page.locator(".leave button").click()
    page.wait_for_timeout(1_500)
    context.set_offline(False)
    page.go_back()
    expect(page.locator("#what_happened")).to_have_value("")


@pytest.mark.parametrize("leaves", [True, False])
def test_going_back_over_several_pages_finds_what_was_typed_in_ones_own_visit_only(
    context: BrowserContext, live: Live, leaves: bool
) -> None:
    page = context.new_page()
    page.goto(address(live, "en").removesuffix("/device"))
    fill(page)
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    page.goto(live.url + "/en/receipt/")
    if leaves:
        page.locator(".leave button").click()
        page.wait_for_url("**/leave/")
    page.evaluate(f"history.go({-3 if leaves else -2})")
    page.wait_for_url("**/testimony")
    expect(page.locator("#what_happened")).to_have_value("" if leaves else STORY["en"])


@pytest.mark.parametrize("offline", [False, True])
def test_who_leaves_leaves_in_every_tab_of_the_ordinary_form_too(
    context: BrowserContext, live: Live, offline: bool
) -> None:
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto(address(live, "en").removesuffix("/device"))
        fill(page)
    context.set_offline(offline)
    one.locator(".leave button").click()
    other.wait_for_url("about:blank")
    assert other.go_back() is None, "its page is not in the history either"


def test_leaving_without_a_connection_empties_the_device_from_any_page(context: BrowserContext, live: Live) -> None:
    kept = opt_in(context, live)
    kept.fill("#what_happened", STORY["en"])
    keeps(kept, STORY["en"])
    kept.close()
    page = context.new_page()
    page.goto(live.url + "/en/receipt/")
    context.set_offline(True)
    page.locator(".leave button").click()
    page.wait_for_timeout(1_500)
    context.set_offline(False)
    page.goto(address(live, "en"))
    expect(page.locator("#what_happened")).to_have_value("")
    expect(page.locator("[data-when=free]")).to_be_visible()


def test_who_leaves_leaves_in_every_tab(context: BrowserContext, live: Live) -> None:
    one = opt_in(context, live)
    other = context.new_page()
    other.goto(address(live, "en"))
    status(other, "back")
    one.locator(".leave button").click()
    other.wait_for_url("about:blank")
    one.wait_for_url("**/leave/")
    nothing_left(one)


def test_nothing_is_kept_of_who_did_not_ask_for_it(context: BrowserContext, live: Live) -> None:
    page = context.new_page()
    page.goto(address(live, "en"))
    is_clean(page)
    fill(page)
    step(page, "check")
    expect(page.locator(".answers").first).to_be_visible()
    expect(page.locator("[data-words]")).to_be_hidden()
    step(page, "send")
    expect(page.locator(".receipt .code")).to_be_visible()
    expect(page.locator("[data-words]")).to_be_hidden()
    nothing_left(page)


def test_without_a_script_it_is_the_ordinary_form(browser: Browser, live: Live) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address(live, "en"))
        step(page, "check")
        expect(page.locator(".summary")).to_be_visible()
        fill(page)
        step(page, "check")
        step(page, "send")
        expect(page.locator(".receipt .code")).to_be_visible()
