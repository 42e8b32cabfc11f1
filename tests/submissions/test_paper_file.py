"""The Word file of a form: what it says of itself, how it is built, what other programs make of it, and its limits."""

from __future__ import annotations

import io
import itertools
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
import sqlalchemy as sa
from docx.oxml.ns import qn
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from intake.foundation.database import session, transaction
from intake.foundation.languages import BY_CODE, CODES, LANGUAGES
from intake.foundation.multilingual import Multilingual
from intake.programme.models import ListeningSession
from intake.submissions.models import Draft
from intake.submissions.paper.blanks import Mark, paper_of
from intake.submissions.paper.writing import BOX, written
from intake.submissions.views.paper import papers_read
from intake.submissions.views.steps import form_of
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.forms import page
from tests.foundation.test_files import packed_of
from tests.foundation.test_word_files import as_word_on_the_web_saves_it, members
from tests.provision.documents import Poppler, Soffice
from tests.submissions.test_paper import (
    ON_ONE_ENGINE,
    PATH,
    PRACTICE,
    WRITTEN,
    answers_in,
    blank,
    filled,
    is_as_written,
    upload,
    values_of,
)

LONGEST_BOOKMARK = 40
"""Of Word: a longer one is cut."""

ORDER_OF_WORD = {
    "pPr": ["pStyle", "keepNext", "keepLines", "bidi", "spacing", "ind", "jc", "rPr", "sectPr"],
    "rPr": ["rFonts", "b", "bCs", "i", "iCs", "color", "sz", "szCs", "rtl", "cs", "lang"],
    "tblPr": ["tblStyle", "bidiVisual", "tblW", "jc", "tblLayout", "tblLook"],
    "sectPr": ["pgSz", "pgMar", "cols", "bidi", "docGrid"],
}


@pytest.fixture(autouse=True)
def held(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session(questions=({"en": "What works?", "ar": "ما الذي ينجح؟"},))
        builders.listening_session("WG4-2020-07-01", topic={"en": "Another topic"})


def story_of(body: bytes) -> Any:
    return docx.Document(io.BytesIO(body)).element


def bookmarks(body: bytes) -> list[str]:
    return [one.get(qn("w:name")) for one in story_of(body).iter(qn("w:bookmarkStart"))]


def drafts(app: Flask) -> int:
    with app.app_context():
        return int(session().scalar(sa.select(sa.func.count()).select_from(Draft)) or 0)


@ON_ONE_ENGINE
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("kind", ["testimony", "practice"])
def test_it_says_which_form_it_is(client: FlaskClient, language: str, kind: str) -> None:
    names = bookmarks(blank(client, language, kind))
    mark = Mark.read(names[0])
    assert mark is not None
    assert (mark.kind, mark.language, mark.is_of("wg3-2020-06-09")) == (kind, language, True)
    assert Mark.read(names[-1]) == mark
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST_BOOKMARK


@ON_ONE_ENGINE
@pytest.mark.parametrize(("of_file", "of_page"), list(itertools.permutations(CODES, 2)))
def test_it_is_read_in_its_own_language(client: FlaskClient, of_file: str, of_page: str) -> None:
    is_as_written(upload(client, filled(client, PRACTICE, of_file, "practice"), of_page, "practice"), PRACTICE)


def test_a_form_of_another_kind_or_session_is_told_where_it_belongs(client: FlaskClient, app: Flask) -> None:
    of_practice = upload(client, blank(client, kind="practice"))
    assert of_practice.status_code == 422
    assert page(of_practice).xpath("//main//a[contains(@href, 'wg3-2020-06-09/submit/practice/paper')]")
    there = client.get("/en/sessions/wg4-2020-07-01/submit/testimony/paper/form.docx").data
    of_another = upload(client, there)
    assert of_another.status_code == 422
    assert page(of_another).xpath("//main//a[contains(@href, 'wg4-2020-07-01/submit/testimony/paper')]")
    assert "Another topic" in page(of_another).text_content()
    with app.app_context(), transaction():
        session().execute(sa.update(ListeningSession).where(ListeningSession.slug == "wg4-2020-07-01").values(slug="x"))
    unknown = upload(client, there)
    assert (unknown.status_code, "do not know its page" in page(unknown).text_content()) == (422, True)
    assert drafts(app) == 0


def test_the_last_line_says_it_too(client: FlaskClient) -> None:
    document = docx.Document(io.BytesIO(filled(client, WRITTEN, "en", "testimony")))
    for paragraph in document.paragraphs[:3]:
        paragraph._p.getparent().remove(paragraph._p)
    body = io.BytesIO()
    document.save(body)
    is_as_written(upload(client, body.getvalue()), WRITTEN)


@ON_ONE_ENGINE
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("way", [("docx",), ("odt", "docx"), ("docx", "docx")])
def test_libreoffice_keeps_all_of_it(
    client: FlaskClient, tmp_path: Path, soffice: Soffice, language: str, way: tuple[str, ...]
) -> None:
    document = docx.Document(io.BytesIO(filled(client, WRITTEN, language, "testimony")))
    boxes = [box.get("value") for box in page(client.get(PATH.format(language="en", kind="testimony"))).xpath(
        "//input[@name='consent_tier']"
    )]  # fmt: skip
    tier = answers_in(document)["consent_tier"].rows[boxes.index(WRITTEN["consent_tier"])]
    tier.cells[0].text = "☒"
    made = tmp_path / "form.docx"
    document.save(made)
    for step, to in enumerate(way):
        folder = tmp_path / str(step)
        folder.mkdir()
        made = soffice.convert(made, to, folder)
    is_as_written(upload(client, made.read_bytes(), language), WRITTEN)


@ON_ONE_ENGINE
def test_word_on_the_web_keeps_all_of_it(client: FlaskClient) -> None:
    parts = members(filled(client, WRITTEN, "en", "testimony"))
    as_word_on_the_web_saves_it(parts)
    is_as_written(upload(client, packed_of(parts)), WRITTEN)


@ON_ONE_ENGINE
def test_libreoffice_keeps_a_box_that_was_clicked(client: FlaskClient, tmp_path: Path, soffice: Soffice) -> None:
    document = docx.Document(io.BytesIO(blank(client)))
    cell = answers_in(document)["consent_tier"].rows[2].cells[0]._tc
    cell.find(f".//{qn('w:t')}").text = "☒"
    cell.find(".//{*}checked").set("{http://schemas.microsoft.com/office/word/2010/wordml}val", "1")
    source = tmp_path / "form.docx"
    document.save(source)
    folder = tmp_path / "out"
    folder.mkdir()
    made = soffice.convert(source, "docx", folder)
    assert etree.tostring(story_of(made.read_bytes())).count(b"checkedState") > 70
    shown = upload(client, made.read_bytes())
    assert page(shown).xpath("//input[@name='consent_tier'][@checked]/@value") == ["2"]


@ON_ONE_ENGINE
@pytest.mark.parametrize("language", CODES)
def test_it_can_be_printed(
    client: FlaskClient, tmp_path: Path, soffice: Soffice, poppler: Poppler, language: str
) -> None:
    source = tmp_path / "form.docx"
    source.write_bytes(blank(client, language))
    printed = poppler.text(soffice.convert(source, "pdf", tmp_path), "-layout")
    # what is too long to be one page is no form; a box for each that is on the page
    assert printed.count("\f") <= 10
    assert printed.count(BOX) == sum(map(len, values_of(client, language, "testimony").values()))


@ON_ONE_ENGINE
@pytest.mark.parametrize("language", CODES)
def test_word_finds_its_properties_in_the_order_of_the_schema(client: FlaskClient, language: str) -> None:
    story = story_of(blank(client, language))
    for name, order in ORDER_OF_WORD.items():
        for one in story.iter(qn(f"w:{name}")):
            found = [etree.QName(child).localname for child in one]
            assert found == sorted(found, key=order.index)


@ON_ONE_ENGINE
def test_every_box_can_be_clicked_and_printed(client: FlaskClient) -> None:
    story = story_of(blank(client))
    boxes = [row[0] for row in ([*row.iter(qn("w:tc"))] for row in story.iter(qn("w:tr"))) if len(row) == 2]
    assert boxes
    for box in boxes:
        assert len(box.findall(".//{http://schemas.microsoft.com/office/word/2010/wordml}checkbox")) == 1
        assert "".join(box.itertext(qn("w:t"))) == BOX


@ON_ONE_ENGINE
@pytest.mark.parametrize("language", [one.code for one in LANGUAGES if one.direction == "rtl"])
def test_it_runs_from_right_to_left_throughout(client: FlaskClient, language: str) -> None:
    story = story_of(blank(client, language))
    assert all(one.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None for one in story.iter(qn("w:p")))
    assert all(one.find(f"{qn('w:tblPr')}/{qn('w:bidiVisual')}") is not None for one in story.iter(qn("w:tbl")))
    assert story.find(f".//{qn('w:sectPr')}/{qn('w:bidi')}") is not None
    for run in story.iter(qn("w:r")):
        if any("\u0600" <= c <= "\u06ff" for c in "".join(run.itertext(qn("w:t")))):
            assert run.find(f"{qn('w:rPr')}/{qn('w:rtl')}") is not None
            assert run.find(f"{qn('w:rPr')}/{qn('w:lang')}").get(qn("w:bidi")) == BY_CODE[language].locale


def test_a_blank_is_built_once_and_anew_when_it_asks_something_else(client: FlaskClient, app: Flask) -> None:
    written.cache_clear()
    first = blank(client)
    assert blank(client) == first
    assert written.cache_info()[:2] == (1, 1)
    with app.app_context(), transaction():
        held = session().scalars(sa.select(ListeningSession).where(ListeningSession.slug == "wg3-2020-06-09")).one()
        held.questions[0].text = Multilingual("What should stop?")
    assert "What should stop?" in "".join(story_of(blank(client)).itertext(qn("w:t")))
    assert blank(client, "fr") != blank(client, "en")
    assert blank(client, kind="practice") != blank(client)


def test_other_words_of_ours_make_another_paper(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.test_request_context("/en/"):
        held = session().scalars(sa.select(ListeningSession).where(ListeningSession.slug == "wg3-2020-06-09")).one()
        asked = form_of(held, Kind.TESTIMONY)
        before = paper_of(held, asked, "en")
        assert paper_of(held, asked, "en") == before
        monkeypatch.setattr("intake.submissions.paper.blanks._", lambda words: f"{words}!")
        after = paper_of(held, asked, "en")
    assert before != after
    assert before.mark.asked != after.mark.asked


def nested(document: Any) -> None:
    cell = answers_in(document)["what_happened"].rows[0].cells[0]
    for _depth in range(20):
        for _beside in range(3):
            cell.add_paragraph("deep " * 20)
        cell = cell.add_table(1, 1).rows[0].cells[0]
    cell.text = "at the bottom"


def with_a_frame_of(characters: int) -> Callable[[Any], None]:
    def write(document: Any) -> None:
        answers_in(document)["what_happened"].rows[0].cells[0].text = "a" * characters

    return write


def with_many_paragraphs(document: Any) -> None:
    body = document.element.body
    for _ in range(12_000):
        body.insert(0, etree.SubElement(body, qn("w:p")))


def with_much_that_is_packed_small(document: Any) -> None:
    document.paragraphs[0].add_run(" " * 11_000_000)


def sent_with(client: FlaskClient, change: Callable[[Any], None]) -> TestResponse:
    document = docx.Document(io.BytesIO(blank(client)))
    change(document)
    body = io.BytesIO()
    document.save(body)
    return upload(client, body.getvalue())


@ON_ONE_ENGINE
def test_tables_in_tables_are_read_once(client: FlaskClient) -> None:
    shown = sent_with(client, nested)
    text = page(shown).xpath("string(//textarea[@name='what_happened'])")
    assert (text.count("deep"), text.count("at the bottom")) == (20 * 3 * 20, 1)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (with_a_frame_of(450_000), 413),
        (with_a_frame_of(600_000), 422),
        (with_many_paragraphs, 422),
        (with_much_that_is_packed_small, 422),
    ],
)
def test_more_than_a_form_holds_is_refused_whole(
    client: FlaskClient, app: Flask, change: Callable[[Any], None], status: int
) -> None:
    refused = sent_with(client, change)
    assert refused.status_code == status
    assert page(refused).cssselect(".notice.warn")
    assert drafts(app) == 0


def test_a_large_file_is_refused_before_it_is_read(client: FlaskClient, app: Flask) -> None:
    refused = upload(client, b"PK\x03\x04" + secrets.token_bytes(5_000_001))
    assert (refused.status_code, "5 MB" in page(refused).cssselect(".notice.warn")[0].text_content()) == (422, True)
    assert upload(client, bytes(6_000_000)).status_code == 413
    assert drafts(app) == 0


def test_what_is_no_word_file_takes_no_place_from_those_who_send_a_form(client: FlaskClient) -> None:
    for at in range(21):
        assert upload(client, b"junk %d" % at).status_code == 422
    assert upload(client, blank(client)).status_code == 200


def test_one_place_sends_so_many_papers_at_once(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        for _ in range(20):
            papers_read.take()
    refused = upload(client, blank(client))
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert "wait a minute" in page(refused).cssselect(".notice.warn")[0].text_content()
    assert drafts(app) == 0
    other = client.post(
        PATH.format(language="en", kind="testimony") + "/paper/",
        data={"csrf_token": page(refused).xpath("string(//main//input[@name='csrf_token']/@value)"),
              "file": (io.BytesIO(blank(client)), "form.docx")},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )  # fmt: skip
    assert other.status_code == 200
