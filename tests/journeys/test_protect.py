"""Hiding words in a real browser: what is selected fills the form, and nothing is for axe-core to find."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.conftest import look

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
    page.locator(".queue > li > a").first.click()
    page.locator("nav.tools a").first.click()
    answer = page.locator("[data-answer]").first
    words = answer.inner_text()
    word = next(one for one in words.split() if len(one) > 2 and words.count(one) >= 2)
    for _time in range(2):  # the second time, what is hidden stands between with words for those who listen
        before = page.locator(".sides mark").count()
        page.evaluate(SELECT, [word, 1])
        assert page.locator("[name=passage]").input_value() == word
        assert page.locator("[name=answer]").input_value() == answer.get_attribute("data-answer")
        assert page.locator("[name=nth]").input_value() == "1"
        if before:
            break
        with page.expect_navigation():
            page.locator("aside form .actions button").first.click()
        assert page.locator(".sides mark").count() == 1
    assert look(page) == []
    # As it was: the next language begins here again.
    with page.expect_navigation():
        page.locator("form[action$='/lift/'] button").first.click()
    assert page.locator(".sides mark").count() == 0
