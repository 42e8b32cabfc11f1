"""No word on a paper is lost: what is no answer is shown on the draft until somebody has seen to it."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
import sqlalchemy as sa
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from intake.foundation.database import session, transaction
from intake.foundation.multilingual import Multilingual
from intake.programme.models import ListeningSession
from intake.submissions.models import Draft, Submission
from intake.submissions.paper.reading import _TICKS, _UNSEEN
from tests import builders
from tests.forms import fields, form_on, page, send
from tests.submissions.test_paper import ON_ONE_ENGINE, PATH, WRITTEN, answers_in, blank, filled, send_back, upload

URL, DRAFT = PATH.format(language="en", kind="testimony"), "/en/receipt/draft/"
Tables = dict[str, Any]


@pytest.fixture(autouse=True)
def held(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session(questions=({"en": "What works?", "ar": "ما الذي ينجح؟"},))


def saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def changed(client: FlaskClient, change: Callable[[Any, Tables], None], typed: dict[str, Any] = WRITTEN) -> bytes:
    document = docx.Document(io.BytesIO(filled(client, typed, "en", "testimony")))
    change(document, answers_in(document))
    return saved(document)


def squeezed(text: str) -> str:
    return "".join(text.split()).translate(dict.fromkeys(map(ord, _UNSEEN)))


def everything_on(shown: TestResponse) -> str:
    there = page(shown)
    return squeezed(" ".join([there.text_content(), *there.xpath("//input/@value")]))


def values(shown: TestResponse, name: str) -> list[str]:
    return [value for value in fields(form_on(shown, having="form_token")).get(name, []) if value]


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return int(session().scalar(sa.select(sa.func.count()).select_from(table)) or 0)


@ON_ONE_ENGINE
@pytest.mark.parametrize("name", ["danger_now", "consent_tier", "publication"])
@pytest.mark.parametrize("mark", ["no", "-", "0", "نعم", "xx", "?", "❌", "x but not always", "[]x-"])
def test_what_is_no_tick_is_none_and_is_said_with_its_words(client: FlaskClient, name: str, mark: str) -> None:
    def write(_document: Any, tables: Tables) -> None:
        tables[name].rows[0].cells[0].text = mark

    shown = upload(client, changed(client, write, {**WRITTEN, name: None}))
    assert values(shown, name) == []
    assert page(shown).xpath(f"//p[@id='{name}-error']")
    assert squeezed(mark) in everything_on(shown)
    again = client.get(DRAFT)
    assert page(again).xpath(f"//p[@id='{name}-error']")
    assert squeezed(mark) in everything_on(again)


def test_two_ticks_say_nothing_of_consent(client: FlaskClient) -> None:
    def tick_twice(_document: Any, tables: Tables) -> None:
        for row in (0, 3):
            tables["consent_tier"].rows[row].cells[0].text = "x"

    shown = upload(client, changed(client, tick_twice, {**WRITTEN, "consent_tier": None}))
    assert values(shown, "consent_tier") == []
    assert page(shown).xpath("//p[@id='consent_tier-error']")
    assert squeezed("x You may use the ideas, but do not quote me") in everything_on(shown)


def test_a_condition_beside_a_tick_is_no_consent(client: FlaskClient) -> None:
    def add(_document: Any, tables: Tables) -> None:
        tables["consent_tier"].rows[2].cells[1].paragraphs[0].add_run(" if you ask me first")
        tables["danger_now"].rows[1].cells[1].add_paragraph("not today")

    shown = upload(client, changed(client, add))
    assert values(shown, "consent_tier") == []
    assert page(shown).xpath("//p[@id='consent_tier-error']")
    assert values(shown, "danger_now") == [WRITTEN["danger_now"]]
    assert "ifyouaskmefirst" in everything_on(shown)
    assert "nottoday" in everything_on(shown)


def test_a_tick_or_an_answer_that_is_crossed_out_is_none(client: FlaskClient) -> None:
    def cross_out(_document: Any, tables: Tables) -> None:
        tables["danger_now"].rows[0].cells[0].paragraphs[0].runs[0].font.strike = True
        tables["consent_tier"].rows[2].cells[1].paragraphs[0].runs[0].font.strike = True

    shown = upload(client, changed(client, cross_out, {**WRITTEN, "danger_now": "yes"}))
    assert (values(shown, "danger_now"), values(shown, "consent_tier")) == ([], [])


def test_what_is_crossed_out_in_an_answer_is_no_part_of_it_and_not_lost(client: FlaskClient) -> None:
    def cross_out(_document: Any, tables: Tables) -> None:
        story = tables["what_happened"].rows[0].cells[0].paragraphs[0]
        for words in (" Jane Doe of the", " office did it.", " This stays.", " And her brother."):
            story.add_run(words).font.strike = words != " This stays."
        tables["country"].rows[0].cells[0].paragraphs[0].runs[0].font.strike = True

    shown = upload(client, changed(client, cross_out, {**WRITTEN, "what_happened": "It began early."}))
    assert values(shown, "what_happened") == ["It began early. This stays."]
    assert values(shown, "country") == []
    for again in (shown, client.get(DRAFT)):
        told = page(again).text_content()
        for words in ("Jane Doe of the office did it.", "And her brother.", WRITTEN["country"], "This was crossed out"):
            assert squeezed(words) in squeezed(told)


def click(table: Any, row: int, glyph: str, state: str) -> None:
    cell = table.rows[row].cells[0]._tc
    cell.find(f".//{qn('w:t')}").text = glyph
    cell.find(".//{*}checked").set("{http://schemas.microsoft.com/office/word/2010/wordml}val", state)


@ON_ONE_ENGINE
@pytest.mark.parametrize(("glyph", "state", "is_ticked"), [
    ("☒", "1", True), ("☒", "true", True), ("☒", "0", True), ("☐", "0", False), ("☐", "1", None), ("no", "1", None),
])  # fmt: skip
def test_a_box_is_clicked(client: FlaskClient, glyph: str, state: str, is_ticked: bool | None) -> None:
    document = docx.Document(io.BytesIO(blank(client)))
    click(answers_in(document)["consent_tier"], 2, glyph, state)
    shown = upload(client, saved(document))
    assert values(shown, "consent_tier") == (["2"] if is_ticked else [])
    assert bool(page(shown).xpath("//p[@id='consent_tier-error']")) is (is_ticked is None)


def test_no_is_no_country(client: FlaskClient) -> None:
    shown = upload(client, filled(client, {**WRITTEN, "country": "no"}, "en", "testimony"))
    assert values(shown, "country") == []
    assert page(shown).xpath("//p[@id='country-error']")


def write_everywhere(document: Any, tables: Tables) -> None:
    document.paragraphs[4].add_run(" on-a-printed-line")
    document.add_paragraph("at-the-end")
    document.sections[0].header.paragraphs[0].text = "in-the-header"
    label = next(one for one in document.paragraphs if one.text == "What happened?" and one.style.name == "Normal")
    label.insert_paragraph_before("over-the-question")
    label.add_run(" beside-the-question")
    inner = tables["what_would_help"].rows[0].cells[0].add_table(1, 1)
    inner.rows[0].cells[0].text = "in-a-table-in-a-frame"
    row = tables["danger_now"].add_row()
    row.cells[1].text = "in-a-row-of-my-own"
    box = OxmlElement("w:pict")
    drawn, content = OxmlElement("w:txbxContent"), OxmlElement("w:p")
    content.append(OxmlElement("w:r"))
    content[0].append(OxmlElement("w:t"))
    content[0][0].text = "in-a-text-box"
    drawn.append(content)
    box.append(drawn)
    document.paragraphs[0].add_run()._r.append(box)
    frame = tables["place"]._tbl
    frame.getparent().remove(frame.getprevious().getprevious())
    tables["place"].rows[0].cells[0].text = "in-a-frame-without-its-question"


PLACES = [
    "on-a-printed-line", "at-the-end", "in-the-header", "over-the-question", "beside-the-question",
    "in-a-table-in-a-frame", "in-a-row-of-my-own", "in-a-text-box", "in-a-frame-without-its-question",
]  # fmt: skip


def test_words_stay_with_the_draft_until_somebody_has_seen_to_them(client: FlaskClient, app: Flask) -> None:
    shown = upload(client, changed(client, write_everywhere))
    found = everything_on(shown)
    assert [words for words in PLACES if words not in found] == []
    with app.app_context():
        assert b"at-the-end" not in session().scalars(sa.select(Draft)).one().typed
    kept = send(client, URL, form_on(shown, having="form_token"), {"step": "save"})
    assert kept.status_code == 200
    shown = client.get(DRAFT)
    found = everything_on(shown)
    assert [words for words in PLACES if words not in found] == []
    form = form_on(shown, having="form_token")
    asked = send(client, URL, form, {"step": "check", "danger_now": "no"})
    assert (asked.status_code, "at-the-end" in everything_on(asked)) == (422, True)
    seen = {"left_over_seen": "y", "danger_now": "no"}
    check = send(client, URL, form, {"step": "check", **seen})
    assert check.status_code == 200
    back = send(client, URL, form_on(check, having="form_token"), {"step": "edit"})
    assert "at-the-end" in everything_on(back)
    assert values(back, "left_over_seen") == ["y"]
    receipt = send(client, URL, form_on(check, having="form_token"), {"step": "send"})
    assert page(receipt).xpath("//p[@class='code']")
    assert (count(app, Draft), count(app, Submission)) == (0, 1)


def test_words_that_are_needed_no_more_go_when_it_is_saved(client: FlaskClient) -> None:
    shown = upload(client, changed(client, write_everywhere))
    send(client, URL, form_on(shown, having="form_token"), {"step": "save", "left_over_seen": "y"})
    again = client.get(DRAFT)
    assert "at-the-end" not in everything_on(again)
    assert "left_over" not in fields(form_on(again, having="form_token"))


def test_it_cannot_be_sent_past_them(client: FlaskClient, app: Flask) -> None:
    shown = upload(client, changed(client, write_everywhere, {**WRITTEN, "danger_now": None}))
    sent = send(client, URL, form_on(shown, having="form_token"), {"step": "send", "danger_now": "no"})
    assert (sent.status_code, count(app, Submission)) == (422, 0)


def test_words_are_handed_back_where_the_session_closed_meanwhile(client: FlaskClient, app: Flask) -> None:
    upload(client, changed(client, write_everywhere))
    with app.app_context(), transaction():
        session().scalars(sa.select(ListeningSession)).one().state = "closed"
    closed = client.get(DRAFT)
    assert (closed.status_code, "at-the-end" in everything_on(closed)) == (409, True)


def test_a_comment_and_a_footnote_are_words(client: FlaskClient) -> None:
    body = filled(client, WRITTEN, "en", "testimony")
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as packed, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as further:
        for name in packed.namelist():
            further.writestr(name, packed.read(name))
        for name in ("comments", "footnotes"):
            words = f"<w:{name} xmlns:w='{space}'><w:p><w:r><w:t>among-{name}</w:t></w:r></w:p></w:{name}>"
            further.writestr(f"word/{name}.xml", words)
    shown = everything_on(upload(client, written.getvalue()))
    assert "among-comments" in shown
    assert "among-footnotes" in shown


def test_an_answer_goes_to_the_question_that_was_asked(client: FlaskClient, app: Flask) -> None:
    """The guiding question with this number is another one by now."""
    body = filled(client, WRITTEN, "en", "testimony")
    with app.app_context(), transaction():
        session().scalars(sa.select(ListeningSession)).one().questions[0].text = Multilingual("What should stop?")
    answer = send_back(client, body)
    shown = client.get(DRAFT)
    assert values(shown, "guiding_1") == []
    assert WRITTEN["guiding_1"].replace(" ", "") in everything_on(shown)
    assert page(answer).cssselect(".notice.warn")
    assert values(shown, "consent_tier") == [WRITTEN["consent_tier"]]


CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffd\ufeff\u2028\u2029☐")
WORDS = st.text(CHARACTERS, max_size=30).map(lambda text: f"{text}zq") | st.sampled_from([
    "no", "-", "0", "x", "Yes", "Safety", "a\nb",
])  # fmt: skip
PLACE = st.sampled_from(["box", "label", "frame", "in a paragraph", "before a paragraph", "for a paragraph"])


def put(document: Any, place: str, words: str, at: int) -> None:
    """Write ``words`` at the ``at``-th place of this sort."""
    tables = document.tables
    if place in ("box", "label"):
        rows = [row for table in tables if len(table.columns) == 2 for row in table.rows]
        rows[at % len(rows)].cells[0 if place == "box" else 1].paragraphs[0].add_run(words)
    elif place == "frame":
        frames = [table for table in tables if len(table.columns) == 1]
        frames[at % len(frames)].rows[0].cells[0].add_paragraph(words)
    elif place == "before a paragraph":
        document.paragraphs[at % len(document.paragraphs)].insert_paragraph_before(words)
    elif place == "in a paragraph":
        document.paragraphs[at % len(document.paragraphs)].add_run(words)
    else:
        # not the first, nor the last one: they say which form it is
        document.paragraphs[1 + at % (len(document.paragraphs) - 2)].text = words


@ON_ONE_ENGINE
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(edits=st.lists(st.tuples(PLACE, WORDS, st.integers(0, 500)), min_size=1, max_size=12))
def test_whatever_is_written_wherever_is_found_again(client: FlaskClient, edits: list[tuple[str, str, int]]) -> None:
    client.application.extensions.pop("limits", None)
    document = docx.Document(io.BytesIO(blank(client)))
    for place, words, at in edits:
        put(document, place, words, at)
    there = squeezed("".join(document.element.body.itertext(qn("w:t"))))
    shown = upload(client, saved(document))
    assert shown.status_code == 200
    for answer in (shown, client.get(DRAFT)):
        found = everything_on(answer)
        for place, words, _at in edits:
            # what a later edit wrote over is on the paper no more
            if (sought := squeezed(words)) in there and not (place == "box" and sought in _TICKS):
                assert sought in found, (place, words)


def spoil(story: Any, spoilings: list[tuple[str, int, int]]) -> None:
    """Remove, repeat and move pieces of the document, as another program may."""
    for how, at, to in spoilings:
        everything = list(story.body.iter())[1:]
        one, other = everything[at % len(everything)], everything[to % len(everything)]
        if how == "repeat":
            other.addnext(copy.deepcopy(one))
        elif how == "move" and one not in other.iterancestors() and one is not other:
            other.addnext(one)
        elif how == "remove":
            one.getparent().remove(one)


@ON_ONE_ENGINE
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    spoilings=st.lists(
        st.tuples(st.sampled_from(["remove", "repeat", "move"]), st.integers(0, 9_999), st.integers(0, 9_999)),
        min_size=1, max_size=40,
    )
)  # fmt: skip
@example(spoilings=[("move", 1240, 128)])
@example(spoilings=[("move", 5060, 200)])
def test_a_paper_in_disorder_loses_no_word(client: FlaskClient, spoilings: list[tuple[str, int, int]]) -> None:
    client.application.extensions.pop("limits", None)
    body = blank(client)
    document = docx.Document(io.BytesIO(body))
    rows = [row for table in document.tables if len(table.columns) == 2 for row in table.rows]
    for at, table in enumerate(document.tables):
        if len(table.columns) == 1:
            table.rows[0].cells[0].text = f"frame{at}zq"
    for at in range(0, len(rows), 7):
        rows[at].cells[1].paragraphs[0].add_run(f"row{at}zq")
    spoil(document.element, spoilings)
    shown = upload(client, saved(document))
    assert shown.status_code in (200, 422)
    if shown.status_code == 200:
        # among properties no program shows words
        unseen = " or ".join(
            f"ancestor::w:{one}" for one in ("pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr", "tblGrid", "sectPr")
        )
        texts = document.element.body.xpath(f".//w:p//w:r/w:t[not({unseen})]")
        written = {word for text in texts for word in re.findall(r"(?:frame|row)\d+zq", text.text or "")}
        found = everything_on(shown)
        assert {word for word in written if word not in found} == set()
