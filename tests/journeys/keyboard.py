"""Somebody without a mouse: everything is reached by Tab, and what has the focus is seen."""

from __future__ import annotations

from playwright.sync_api import Page

MOST_TABS = 150
FOCUS = """() => {
  const one = document.activeElement
  if (!one || one === document.body) return null
  const looks = [one, one.labels?.[0], one.closest("label, .choice, summary, a, li")].filter(Boolean)
    .map(each => getComputedStyle(each))
  const seen = looks.some(look => (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0)
    || look.boxShadow !== "none")
  return {name: one.name ?? "", value: one.value ?? "", type: one.type ?? "", href: one.getAttribute("href") ?? "",
          id: one.id, tag: one.tagName, seen, shown: one.getClientRects().length > 0}
}"""


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []

    def tab(self) -> dict[str, str]:
        self.page.keyboard.press("Tab")
        found: dict[str, str] | None = self.page.evaluate(FOCUS)
        if found and found["shown"] and not found["seen"]:
            self.unseen.append(f"{self.page.url}: {found['tag']} {found['name'] or found['href']}")
        return found or {"name": "", "value": "", "href": "", "id": "", "tag": "", "type": ""}

    def to(self, **wanted: str) -> None:
        """Press Tab until what is wanted has the focus."""
        for _ in range(MOST_TABS):
            found = self.tab()
            if all(
                str(found[key]).endswith(value) if key == "href" else found[key] == value
                for key, value in wanted.items()
            ):
                return
        raise AssertionError(f"{wanted} is not reached on {self.page.url}")

    def press(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def choose(self, name: str, downs: int) -> None:
        """Go to a set of radio buttons and choose by arrow keys: the first is chosen by Space."""
        self.to(name=name, type="radio")
        self.page.keyboard.press("Space")
        for _ in range(downs):
            self.page.keyboard.press("ArrowDown")

    def fill(self, name: str, text: str) -> None:
        self.to(name=name)
        self.page.keyboard.type(text)

    def reach(self, selector: str) -> None:
        """Press Tab until the focus is on what fits ``selector``,."""
        for _ in range(MOST_TABS):
            self.tab()
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is not reached on {self.page.url}")

    def follow(self, selector: str) -> None:
        """Reach a link or a button that leads to another page, and press it."""
        self.reach(selector)
        self.press("Enter")

    def write(self, selector: str, text: str) -> None:
        """Reach a field and type."""
        self.reach(selector)
        self.page.keyboard.type(text)

    def select(self, selector: str, value: str) -> None:
        """Reach a list and go down or up until ``value`` is chosen."""
        self.reach(selector)
        for key in ("Home", *["ArrowDown"] * MOST_TABS):
            self.page.keyboard.press(key)
            if self.page.evaluate("document.activeElement.value") == value:
                return
        raise AssertionError(f"{selector} has no {value}")

    def tick(self, selector: str) -> None:
        """Reach a box and tick it."""
        self.reach(selector)
        self.page.keyboard.press("Space")
