"""A form on paper: what is written into the Word file is what the web form shows, in each language and kind."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
import sqlalchemy as sa
from docx.oxml.ns import qn
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from intake.foundation.database import session, transaction
from intake.foundation.languages import CODES
from intake.submissions.models import Draft, Submission
from tests import builders
from tests.forms import fields, form_on, page, send
from tests.foundation.test_files import HOSTILE

PATH = "/{language}/sessions/wg3-2020-06-09/submit/{kind}"
WRITTEN: dict[str, Any] = {
    **builders.TESTIMONY, "what_happened": "They closed it.\nI was <b>there</b>, & waited.", "country": "Tunisia",
    "guiding_1": "كل شيء", "population_groups": ["women", "children"], "email": "amal@example.org",
    "consent_tier": "2", "publication": "y", "language": "en", "what_would_help": "A telephone\tnumber.",
}  # fmt: skip
PRACTICE: dict[str, Any] = {
    **builders.PRACTICE,
    "country": "Portugal",
    "consent_tier": "4",
    "language": "fr",
    "gcm_objectives": ["gcm05", "gcm23"],
}


ON_ONE_ENGINE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
"""For how a paper is read: either database is given what was read sealed, as bytes."""


@pytest.fixture(autouse=True)
def held(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session(questions=({"en": "What works?", "ar": "ما الذي ينجح؟"},))


def blank(client: FlaskClient, language: str = "en", kind: str = "testimony") -> bytes:
    response = client.get(PATH.format(language=language, kind=kind) + "/paper/form.docx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="form.docx"'
    return response.data


def answers_in(document: Any) -> dict[str, Any]:
    """The table of each answer by the name of its field."""
    found, name = {}, None
    for one in document.element.body.iter(qn("w:bookmarkStart"), qn("w:tbl")):
        if one.tag == qn("w:tbl"):
            if name:
                found[name], name = docx.table.Table(one, document), None
        else:
            marked = re.fullmatch(r"q_(guiding_\d+|\w+?)(?:_[0-9a-f]{6})?", one.get(qn("w:name")))
            name = marked and marked[1]
    return found


def filled(client: FlaskClient, typed: dict[str, Any], language: str, kind: str, tick: str = "x") -> bytes:
    """The blank as somebody fills it who writes ``tick`` into boxes."""
    with client.application.test_request_context(f"/{language}/"):
        labels = values_of(client, language, kind)
    document = docx.Document(io.BytesIO(blank(client, language, kind)))
    for name, table in answers_in(document).items():
        value = typed.get(name)
        if value is None:
            continue
        if name in labels:
            for row, box in zip(table.rows, labels[name], strict=True):
                if box in (value if isinstance(value, list) else [value]):
                    row.cells[0].text = tick
        else:
            table.rows[0].cells[0].text = value
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def values_of(client: FlaskClient, language: str, kind: str) -> dict[str, list[str]]:
    """The values of all boxes by field, as the web form has them."""
    form = form_on(client.get(PATH.format(language=language, kind=kind)), having="form_token")
    found: dict[str, list[str]] = {}
    for one in form.xpath(".//input[@type='radio' or @type='checkbox']"):
        found.setdefault(one.get("name"), []).append(one.get("value"))
    for one in form.xpath(".//select[@name='stakeholder_type']/option[@value!='']"):
        found.setdefault("stakeholder_type", []).append(one.get("value"))
    return found


def upload(client: FlaskClient, body: bytes, language: str = "en", kind: str = "testimony") -> TestResponse:
    """What was understood of ``body``, or why it is refused."""
    answer = send_back(client, body, language, kind)
    return client.get(f"/{language}/receipt/draft/") if answer.status_code == 200 else answer


def send_back(client: FlaskClient, body: bytes, language: str = "en", kind: str = "testimony") -> TestResponse:
    """The page that answers the upload of ``body``."""
    url = PATH.format(language=language, kind=kind) + "/paper/"
    token = fields(form_on(client.get(url), having="csrf_token"))["csrf_token"][0]
    sent = {"csrf_token": token, "file": FileStorage(io.BytesIO(body), "anything.docx")}
    boundary, encoded = encode_multipart(sent)  # the client itself would leave a file of a large one open
    return client.post(url, data=encoded, content_type=f"multipart/form-data; boundary={boundary}")


def is_as_written(shown: TestResponse, typed: dict[str, Any]) -> None:
    there = fields(form_on(shown, having="form_token"))
    expected = {**typed, "country": {"Tunisia": "TN", "Portugal": "PT"}.get(typed["country"], typed["country"])}
    for name, value in expected.items():
        values = value if isinstance(value, list) else [value]
        assert [one.replace("\r\n", "\n") for one in there[name]] == values, name
    beyond = set(there) - set(expected) - {"csrf_token", "form_token", "left_over", "saved", "wording"}
    assert {name: there[name] for name in beyond if any(there[name])} == {}


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize(("kind", "typed"), [("testimony", WRITTEN), ("practice", PRACTICE)])
def test_what_is_written_is_what_the_form_shows(
    app: Flask, client: FlaskClient, language: str, kind: str, typed: dict[str, Any]
) -> None:
    shown = upload(client, filled(client, typed, language, kind), language, kind)
    assert shown.status_code == 200
    is_as_written(shown, typed)
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(Draft)) == 1
        assert session().scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


def test_it_is_checked_and_sent_like_any_other(client: FlaskClient, app: Flask) -> None:
    saved = send_back(client, filled(client, WRITTEN, "en", "testimony"))
    [onward] = page(saved).xpath("//a[.='See what we understood']/@href")
    shown = client.get(onward)
    url = PATH.format(language="en", kind="testimony")
    check = send(client, url, form_on(shown, having="form_token"), {"step": "check"})
    assert check.status_code == 200
    receipt = send(client, url, form_on(check, having="form_token"), {"step": "send"})
    code = str(page(receipt).xpath("string(//p[@class='code'])"))
    assert code
    assert code == page(saved).xpath("string(//p[@class='code'])")
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_its_code_is_typed_back_like_any_other(client: FlaskClient) -> None:
    saved = send_back(client, filled(client, WRITTEN, "en", "testimony"))
    code, form = page(saved).xpath("string(//p[@class='code'])"), form_on(saved, having="code")
    wrong = send(client, "", form, {"code": "WRONG"})
    assert (wrong.status_code, page(wrong).xpath("string(//p[@class='code'])")) == (422, code)
    right = send(client, "", form, {"code": code})
    assert (right.status_code, right.headers["Location"]) == (302, "/en/receipt/draft/")


@ON_ONE_ENGINE
@pytest.mark.parametrize("tick", ["x", "X", "☒", "✓", "☑ ", "٧", "☐x", "✔️", "[x]", "\u200f×"])
def test_boxes_are_ticked_in_many_ways(client: FlaskClient, tick: str) -> None:
    is_as_written(upload(client, filled(client, WRITTEN, "ar", "testimony", tick), "ar"), WRITTEN)


def spoilt(client: FlaskClient, spoil: Callable[[dict[str, Any]], None]) -> TestResponse:
    document = docx.Document(io.BytesIO(filled(client, WRITTEN, "en", "testimony")))
    spoil(answers_in(document))
    written = io.BytesIO()
    document.save(written)
    return upload(client, written.getvalue())


def tick_twice(tables: dict[str, Any]) -> None:
    for row in tables["danger_now"].rows:
        row.cells[0].text = "x"


def write_beside(tables: dict[str, Any]) -> None:
    for row in tables["danger_now"].rows:
        row.cells[0].text = "☐"
    tables["danger_now"].rows[0].cells[1].text = "Yes, very much"


def take_a_row(tables: dict[str, Any]) -> None:
    table = tables["danger_now"]
    table._tbl.remove(table.rows[0]._tr)


@ON_ONE_ENGINE
@pytest.mark.parametrize("spoil", [tick_twice, write_beside, take_a_row])
def test_what_is_not_understood_is_marked_beside_the_field(
    client: FlaskClient, spoil: Callable[[dict[str, Any]], None]
) -> None:
    shown = spoilt(client, spoil)
    assert shown.status_code == 200
    assert page(shown).xpath("//p[@id='danger_now-error']")
    is_as_written(shown, {name: value for name, value in WRITTEN.items() if name != "danger_now"})


def test_an_unknown_country_is_said_as_it_was_written(client: FlaskClient) -> None:
    shown = upload(client, filled(client, {**WRITTEN, "country": "Atlantis"}, "en", "testimony"))
    assert "Atlantis" in page(shown).text_content()


@ON_ONE_ENGINE
@pytest.mark.parametrize("what", [name for name in HOSTILE if "document" in name or "archive" in name])
def test_a_hostile_file_is_refused_with_its_reason(app: Flask, client: FlaskClient, what: str) -> None:
    refused = upload(client, HOSTILE[what][1]())
    assert refused.status_code == 422
    assert page(refused).cssselect(".notice.warn")
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_another_word_file_is_no_form(client: FlaskClient) -> None:
    other = io.BytesIO()
    docx.Document().save(other)
    refused = upload(client, other.getvalue())
    assert (refused.status_code, "not the Word file (.docx) from this page" in page(refused).text_content()) == (
        422,
        True,
    )


@ON_ONE_ENGINE
def test_the_file_says_nothing_of_who_made_or_filled_it(client: FlaskClient) -> None:
    with zipfile.ZipFile(io.BytesIO(blank(client))) as packed:
        assert not [name for name in packed.namelist() if name.startswith("docProps")]
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
