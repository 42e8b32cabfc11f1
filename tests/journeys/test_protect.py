"""Hiding words in a real browser: what is selected fills the form, and nothing is for axe-core to find."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.conftest import follow, look

# Selects the second time that a word stands in an answer, from the last such place on.
SELECT = """([word, nth]) => {
  const answer = document.querySelector("[data-answer]")
  const walk = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT)
  let left = nth
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.parentElement.closest("[data-hint]")) continue
    for (let at = node.data.indexOf(word); at >= 0; at = node.data.indexOf(word, at + 1)) {
      if (left-- > 0) continue
      getSelection().setBaseAndExtent(node, at, node, at + word.length)
      document.dispatchEvent(new MouseEvent("mouseup"))
      return answer.textContent
    }
  }
}"""


def test_what_is_selected_is_hidden(page: Page) -> None:
    follow(page.locator(".queue > li > a").first)
    follow(page.locator("nav.tools a").first)
    answer = page.locator("[data-answer]").first
    words = answer.inner_text()
    word = next(one for one in words.split() if len(one) > 2 and words.count(one) >= 2)
    for _time in range(2):  # the second time, what is hidden stands between with words for those who listen
        before = page.locator(".sides mark").count()
        page.evaluate(SELECT, [word, 1])
        expect(page.locator("[name=passage]")).to_have_value(word)
        expect(page.locator("[name=answer]")).to_have_value(answer.get_attribute("data-answer") or "?")
        expect(page.locator("[name=nth]")).to_have_value("1")
        if before:
            break
        follow(page.locator("aside form .actions button").first)
        assert page.locator(".sides mark").count() == 1
    assert look(page) == []
    # As it was: the next language begins here again.
    follow(page.locator("form[action$='/lift/'] button").first)
    assert page.locator(".sides mark").count() == 0


def test_to_erase_hidden_words_takes_a_second_person(page: Page) -> None:
    follow(page.locator(".queue > li > a").first)
    follow(page.locator("nav.tools a").first)
    words = page.locator("[data-answer]").first.inner_text()
    word = max(words.split(), key=lambda one: (words.count(one) == 1, len(one)))
    page.fill("[name=passage]", word)
    follow(page.locator("aside form .actions button").first)
    follow(page.locator("a[href$='/erase/']").first)
    expect(page.locator("mark").first).to_contain_text(word)
    assert look(page) == []
    page.fill("[name=reason]", "Her family lives there.")
    follow(page.locator("button[value=ask]"))
    assert look(page) == []
    follow(page.locator("a[href$='/erase/']").first)
    expect(page.locator("button[value=erase]")).to_have_count(0)
    assert look(page) == []
    follow(page.locator("button[value=keep]"))
    follow(page.locator("form[action$='/lift/'] button").first)
    assert page.locator(".sides mark").count() == 0
