"""HTML: a page that reads offline, in every direction, and runs nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Browser

from intake.foundation.languages import CODES, direction_of
from tests.digests.formats.conftest import Write
from tests.digests.formats.golden import HOSTILE, TRANSLATED, VOICES, WORDING, golden


def page(write: Write, language: str) -> html.HtmlElement:
    return html.document_fromstring(write("html", golden(language)))


def spoken(element: html.HtmlElement) -> tuple[str, str]:
    """Language and direction an element has, from itself or the nearest above that says."""
    lang, direction = (
        next(above.get(name) for above in (element, *element.iterancestors()) if above.get(name))
        for name in ("lang", "dir")
    )
    return lang, direction


def own_text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("language", CODES)
def test_the_page_is_in_the_language_of_the_document(language: str, write: Write) -> None:
    root = page(write, language)
    assert (root.get("lang"), root.get("dir")) == (language, direction_of(language))
    assert root.findtext(".//h1") == WORDING[language]["title"]
    assert root.findtext(".//title").startswith(WORDING[language]["title"])


@pytest.mark.parametrize("language", CODES)
def test_every_voice_has_its_own_language_and_direction(language: str, write: Write) -> None:
    figures = page(write, language).findall(".//figure")[: len(VOICES)]
    for figure, (code, text) in zip(figures, VOICES.items(), strict=True):
        quote, *translations = figure.findall("blockquote")
        paragraphs = quote.findall("p")
        assert [paragraph.text for paragraph in paragraphs] == text.split("\n")
        assert {spoken(paragraph) for paragraph in paragraphs} == {(code, direction_of(code))}
        assert ["\n".join(p.text for p in one) for one in translations] == [TRANSLATED[language]] * (code != language)
        for one in translations:
            assert (one.get("lang"), one.get("dir")) == (language, direction_of(language))
            mark = one.getprevious()
            assert (own_text(mark).endswith(": Awa"), mark.get("dir")) == (True, direction_of(language))
        caption = figure.find("figcaption")
        assert caption.get("dir") == direction_of(language)
        assert spoken(caption)[0] == language
        assert "WG3-2020-06-09/T-0" in own_text(caption)


def test_text_inside_a_line_is_isolated_with_its_own_language(write: Write) -> None:
    root = page(write, "ar")
    for words, code in (("Sindicato SUTNA", "es"), ("ONG « Étoile »", "fr"), ("Working paper 7 (annex)", "en")):
        found = [isolated for isolated in root.iter("bdi") if isolated.text == words]
        assert found
        assert {(each.get("lang"), each.get("dir")) for each in found} == {(code, "ltr")}


def test_headings_follow_one_another_and_the_contents_lead_to_them(write: Write) -> None:
    root = page(write, "en")
    levels = [int(heading.tag[1]) for heading in root.find(".//main").iter("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in zip([1, *levels], levels, strict=False))
    links = [link.get("href") for link in root.findall(".//nav//a")]
    assert links == [f"#{heading.anchor}" for heading in golden("en").contents()]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links} <= set(ids)


def test_tables_say_what_their_cells_are(write: Write) -> None:
    table = page(write, "en").find(".//table")
    assert own_text(table.find("caption")) == WORDING["en"]["caption"]
    assert [cell.get("scope") for cell in table.findall("thead/tr/th")] == ["col"] * 3
    assert [cell.get("scope") for cell in table.findall("tbody/tr/th")] == ["row"] * 3
    assert [own_text(cell) for cell in table.findall("tbody/tr/td")] == ["1,840", "19", "12", "", "3", "1"]


@pytest.mark.parametrize("language", CODES)
def test_nothing_runs_and_nothing_is_fetched(language: str, write: Write) -> None:
    content = write("html", golden(language)).decode("utf-8")
    root = html.document_fromstring(content)
    policy = root.find(".//meta[@http-equiv]").get("content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    tags = {element.tag for element in root.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "img", "link", "iframe", "object", "form", "base", "svg", "video", "audio"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")}
    assert all(link.get("href").startswith("#") for link in root.iter("a"))
    assert not re.search(r"url\(|@import", root.findtext(".//style"))


def test_hostile_text_is_only_text(write: Write) -> None:
    root = page(write, "en")
    words = ["\n".join(p.text for p in one.iterfind("blockquote/p")) for one in root.iter("figure")][len(VOICES) :]
    assert words[0] == HOSTILE["markup"]
    assert words[1] == HOSTILE["formula"]
    assert words[2] == HOSTILE["bidi"]
    assert words[3].split() == ["nul", "bell", "escape", "nel", "line", "vt", "ff", "lone", "non", "char", "tab", "end"]
    assert words[4] == HOSTILE["long"]


@pytest.mark.parametrize("language", CODES)
def test_it_fits_a_telephone_and_is_silent(language: str, write: Write, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "digest.html"
    file.write_bytes(write("html", golden(language)))
    tab = browser.new_page(viewport={"width": 360, "height": 800})
    said: list[str] = []
    requested: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: requested.append(request.url))
    tab.goto(file.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    edge = tab.evaluate("getComputedStyle(document.querySelector('h1')).direction")
    assert edge == direction_of(language)
    assert said == []
    assert requested == [file.as_uri()]
    tab.close()
