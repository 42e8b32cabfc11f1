"""Tables for translators outside: what leaves, what comes back, and what became of each line."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from openpyxl import Workbook, load_workbook
from werkzeug.test import TestResponse

from intake.foundation.sheets import bare, neutral
from intake.moderation import bilingual
from intake.moderation.bilingual import Key, NotATable
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, OTHER, WG6, acts, found, give, signed_in, text
from tests.moderation.test_translate import amend
from tests.moderation.translating import ARABIC, ENGLISH, address, hide, serving, states, told, use, whole, write

RETURN = "/en/staff/translations/return/"
XLIFF = "{urn:oasis:names:tc:xliff:document:2.0}"


def leave(client: FlaskClient, reference: str, kind: str = "xlsx", target: str = "en") -> TestResponse:
    """Get the table of one submission from its page."""
    where = address(reference, target=target)
    form = form_on(client.get(where), action="/translations/table/")
    return send(client, where, form, {"kind": kind, "ready": "1"})


def lines(answer: TestResponse) -> list[list[Any]]:
    """The rows of a workbook, its head left out."""
    assert answer.status_code == 200, answer.status
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=2)]


def workbook(rows: list[list[Any]]) -> bytes:
    """A workbook as a translator saves it."""
    book, written = Workbook(), io.BytesIO()
    book.active.append(["?"] * 5)
    for row in rows:
        book.active.append(row)
    book.save(written)
    return written.getvalue()


def come_back(client: FlaskClient, data: bytes, **further: str) -> TestResponse:
    form = form_on(client.get(RETURN), action="/return/")
    return send(client, RETURN, form, {"file": (io.BytesIO(data), "table.xlsx"), **further})


def became(answer: TestResponse) -> list[str]:
    """What became of each line."""
    assert answer.status_code == 200, answer.status
    return [row.cssselect("td")[2].text_content() for row in page(answer).cssselect("tbody tr")]


def translated(rows: list[list[Any]], *texts: str) -> list[list[Any]]:
    return [[*row[:3], said, *row[4:]] for row, said in zip(rows, texts, strict=False)]


# Leaving


def test_what_leaves_is_what_drafters_read_and_says_nobodys_name(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, email="amal@example.org", contributor_name="Amal Tounsi", place="صفاقس")
    hide(app, reference, "أمينة")
    write(app, reference, ENGLISH[0], checked=True, who=COLLEAGUE)
    rows = lines(leave(lead, reference))
    assert [row[2] for row in rows][::2] == ARABIC.split("\n\n")[::2]
    assert [row[3] for row in rows] == [ENGLISH[0], "", ""]
    assert [row[4] for row in rows] == ["Checked", "Not translated", "Not translated"]
    for kind in ("xlsx", "xliff"):
        body = leave(lead, reference, kind).data
        parts = [body] if kind == "xliff" else [one.read() for one in members(body)]
        told_there = b"\n".join(parts).decode()
        for secret in ("أمينة", "صفاقس", "Amal", "amal", "Colleague", "Lead", "example.org"):
            assert secret not in told_there, secret
    [first, second, third] = [
        detail for act, _who, detail in acts(app, reference) if act.endswith("export_translation")
    ]
    assert (first["paragraphs"], first["format"], first["language"]) == (3, "xlsx", "en")
    assert {len(one["sha256"]) for one in (first, second, third)} == {64}


def members(body: bytes) -> list[Any]:
    archive = zipfile.ZipFile(io.BytesIO(body))
    return [archive.open(name) for name in archive.namelist()]


def test_a_stale_translation_does_not_leave_it_may_say_what_is_hidden(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    write(app, reference, ENGLISH[0], "Amina waited.", ENGLISH[2])
    hide(app, reference, "أمينة")
    assert [row[3] for row in lines(leave(lead, reference))] == [ENGLISH[0], "", ENGLISH[2]]


def test_a_machines_draft_is_marked_where_it_leaves(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, machine_translation=True)
    with serving() as server:
        use(app, server.url)
        shown = lead.get(address(reference))
        send(lead, address(reference), form_on(shown, action="/machine/"))
    assert {row[4] for row in lines(leave(lead, reference))} == {"Machine-made, checked by nobody"}
    assert leave(lead, reference, "xliff").data.count(b"Machine-made, checked by nobody") == 3


def test_nothing_leaves_that_may_not(app: Flask, lead: FlaskClient) -> None:
    counted, held, declined = told(app, tier=0), told(app), told(app)
    desk.put_in_state(app, held, "safeguarding")
    desk.put_in_state(app, declined, "declined")
    assert lead.get(address(held)).status_code == 404
    for reference in (counted, declined):
        assert "may not leave" in text(lead.get(address(reference)))
        form = form_on(lead.get(RETURN), action="/return/")
        typed = {"reference": reference, "target": "en", "kind": "xlsx", "ready": "1"}
        gone = lead.post("/en/staff/translations/table/", data={"csrf_token": form.fields["csrf_token"], **typed})
        assert gone.status_code == 409
        assert "Stays here" in text(gone)
        assert not [act for act, _who, _detail in acts(app, reference) if act.endswith("export_translation")]


def test_nothing_leaves_while_words_stand_open_again_that_were_hidden(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, machine_translation=True)
    hide(app, reference, "أمينة")
    amend(app, reference, ARABIC + "\n\nوعادت أمينة.")
    with serving() as server:
        use(app, server.url)
        shown = lead.get(address(reference))
        assert "were hidden in an earlier version" in text(shown)
        assert not page(shown).cssselect("form[action*='/table/'], form[action*='/machine/']")
        assert "2 passages should perhaps be hidden" in text(shown)
        form = form_on(lead.get(RETURN), action="/return/")
        for path, status in (("/en/staff/translations/table/", 409), (address(reference, "machine/"), 409)):
            typed = {"reference": reference, "target": "en", "kind": "xlsx", "ready": "1"}
            gone = lead.post(path, data={"csrf_token": form.fields["csrf_token"], **typed})
            assert gone.status_code == status
        assert server.asked == []


def test_who_worked_together_leaves_only_where_organisations_may_be_named(app: Flask, lead: FlaskClient) -> None:
    for tier, leaves in ((2, False), (3, True)):
        reference = give(app, kind="practice", partners="Linha Aberta paid.", tier=tier, language="en")
        assert any("Linha" in str(row[2]) for row in lines(leave(lead, reference, target="fr"))) is leaves


def test_chosen_ones_leave_from_the_queue_in_one_file(app: Flask, lead: FlaskClient) -> None:
    arabic, english, elsewhere = told(app), give(app), give(app, WG6)
    queue = lead.get("/en/staff/queue/")
    form = form_on(queue, having="act")
    button = form.cssselect("button[formaction]")[0]
    form.set("action", button.get("formaction"))
    preview = send(lead, "/en/staff/queue/", form, {"all": "yes"})
    assert preview.status_code == 200
    assert elsewhere not in text(preview)
    ready = form_on(preview, action="/translations/table/")
    gone = send(lead, "/en/staff/translations/table/", ready, {"target": "fr", "kind": "xlsx", "ready": "1"})
    assert {Key.read(row[0]).reference for row in lines(gone)} == {arabic, english}  # type: ignore[union-attr]
    packed = send(lead, "/en/staff/translations/table/", ready, {"target": "fr", "kind": "xliff", "ready": "1"})
    assert packed.mimetype == "application/zip"
    roots = [etree.parse(one).getroot() for one in members(packed.data)]
    assert {root.get("srcLang") for root in roots} == {"ar", "en"}
    nothing = send(lead, "/en/staff/queue/", form, {"all": ""})
    assert nothing.status_code == 303


# Coming back


def test_what_comes_back_is_a_draft_from_outside_and_the_same_file_twice_does_nothing(
    app: Flask, lead: FlaskClient
) -> None:
    reference = told(app)
    back = workbook(translated(lines(leave(lead, reference)), *ENGLISH))
    assert became(come_back(lead, back)) == ["Taken, as a draft"] * 3
    assert states(app, reference) == ["draft"] * 3
    assert "From outside, brought in by Lead" in text(lead.get(address(reference)))
    before = len(acts(app, reference))
    assert became(come_back(lead, back)) == ["Already here"] * 3
    assert len(acts(app, reference)) == before
    versions = [pair.seen for pair in whole(app, reference).pairs]
    assert versions == [1, 2, 3]


def test_xliff_goes_and_comes_back_as_tools_leave_it(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, "سطر أول\nسطر ثان\n\nفقرة ثانية.")
    gone = leave(lead, reference, "xliff")
    root = etree.fromstring(gone.data)
    assert (root.tag, root.get("version"), root.get("srcLang"), root.get("trgLang")) == (
        f"{XLIFF}xliff", "2.1", "ar", "en",
    )  # fmt: skip
    units = list(root.iter(f"{XLIFF}unit"))
    assert [one.find(f".//{XLIFF}source").text for one in units] == ["سطر أول\nسطر ثان", "فقرة ثانية."]
    assert all(re.fullmatch(r"[\w.-]+", one.get("id")) for one in units)
    assert [one.find(f"{XLIFF}segment").get("state") for one in units] == ["initial", "initial"]
    # A tool parts a unit in two segments and marks words in it.
    segment = units[0].find(f"{XLIFF}segment")
    segment.find(f"{XLIFF}source").text = "سطر أول\n"
    etree.SubElement(segment, f"{XLIFF}target").text = "First line\n"
    second = etree.SubElement(units[0], f"{XLIFF}segment")
    etree.SubElement(second, f"{XLIFF}source").text = "سطر ثان"
    target = etree.SubElement(second, f"{XLIFF}target")
    target.text = "Second "
    etree.SubElement(target, f"{XLIFF}mrk", id="m1").text = "line"
    assert became(come_back(lead, etree.tostring(root))) == ["Taken, as a draft", "Left empty"]
    version = whole(app, reference).pairs[0].version
    assert version is not None
    assert version.text == "First line\nSecond line"


def test_all_of_a_submission_or_nothing_of_it(app: Flask, lead: FlaskClient) -> None:
    changed, untouched = told(app), told(app)
    rows = lines(leave(lead, changed)) + lines(leave(lead, untouched))
    amend(app, changed, ARABIC.replace("ثلاثة", "أربعة"))
    back = workbook([*translated(rows, *ENGLISH, *ENGLISH), ["by hand", "", "", "Hello", ""]])
    answer = come_back(lead, back)
    held = "It fits, but was not taken: another line of the same text could not be"
    assert became(answer) == [
        held, "Not taken: the original changed since it left", held,
        *["Taken, as a draft"] * 3, "Not taken: this line did not leave from here",
    ]  # fmt: skip
    assert states(app, changed) == ["missing"] * 3
    assert states(app, untouched) == ["draft"] * 3
    assert became(come_back(lead, back, partly="y"))[0] == "Taken, as a draft"
    assert states(app, changed) == ["draft", "missing", "draft"]


def test_what_was_translated_here_meanwhile_is_not_written_over(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    back = workbook(translated(lines(leave(lead, reference)), *ENGLISH))
    write(app, reference, "In other words.")
    assert became(come_back(lead, back))[0].startswith("Not taken: it was translated here meanwhile")
    assert states(app, reference) == ["draft", "missing", "missing"]


def test_a_returned_text_cannot_say_what_is_hidden(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="Amina Haddad took us there.\n\nThe guard beat us.")
    hide(app, reference, "Amina Haddad")
    rows = lines(leave(lead, reference, target="fr"))
    answer = come_back(lead, workbook(translated(rows, "Amina Haddad nous a conduits.", "Le garde nous a battus.")))
    assert became(answer)[0] == "Not taken: it says what is hidden in the original"
    assert states(app, reference, "fr") == ["missing", "missing"]


def test_a_table_of_somebody_else_is_as_unknown_as_one_of_nobody(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    rows = translated(lines(leave(lead, reference)), *ENGLISH)
    forged = [[str(row[0]).replace(reference, "WG3-2020-06-09/T-999"), *row[1:]] for row in rows]
    other = signed_in(app, OTHER)
    theirs, nobodys = come_back(other, workbook(rows)), come_back(other, workbook(forged))
    assert became(theirs) == became(nobodys) == ["Not taken: this line did not leave from here"] * 3
    assert reference not in text(theirs)
    assert states(app, reference) == ["missing"] * 3
    # The key of another submission's paragraph does not open this one.
    second = told(app)
    moved = [[str(row[0]).replace(reference, second), *row[1:]] for row in rows]
    assert set(became(come_back(lead, workbook(moved)))) == {"Not taken: the original changed since it left"}


def test_formulas_leave_as_text_and_come_back_as_they_were(app: Flask, lead: FlaskClient) -> None:
    said = "=cmd|' /C calc'!A0\n\n- first\n- second;=1"
    reference = give(app, what_happened=said + "\n\nand more words.")
    body = leave(lead, reference, target="fr")
    rows = lines(body)
    assert [row[2][0] for row in rows[:2]] == ["'", "'"]
    sheet = next(one.read() for one in members(body.data) if one.name.endswith("sheet1.xml"))
    assert b"<f>" not in sheet
    assert b"<f " not in sheet
    come_back(lead, workbook(translated(rows, rows[0][2], rows[1][2], "et plus.")))
    kept = [pair.version and pair.version.text for pair in whole(app, reference, "fr").pairs]
    assert kept == [*said.split("\n\n"), "et plus."]


@pytest.mark.parametrize("cell", ["=1", "- a\n- b", "a;=b", "plain", "'quoted'", "＝1", "a\n@b", " +1"])
def test_a_neutral_cell_is_given_back(cell: str) -> None:
    assert bare(neutral(cell)) == cell


HOSTILE = {
    "an entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xliff xmlns="%s"><file>&e;</file></xliff>',
    "entities in entities": (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><xliff xmlns="%s">&b;</xliff>'
    ),
    "another format": b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "an older XLIFF": b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>',
    "no XML": b"hello",
    "nothing": b"",
    "a damaged workbook": b"PK\x03\x04 and nothing more",
    "none of ours": b'<xliff xmlns="%s" trgLang="en"><file original="X"><unit id="a"><segment/></unit></file></xliff>',
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_table_of_ours_is_refused_beside_the_field(app: Flask, lead: FlaskClient, data: bytes) -> None:
    body = data.replace(b"%s", b"urn:oasis:names:tc:xliff:document:2.0")
    answer = come_back(lead, body)
    assert answer.status_code == 422
    assert page(answer).cssselect(".wrong input[type=file]")
    with app.test_request_context("/en/"), pytest.raises(NotATable):
        bilingual.read(body)


def test_a_key_for_another_language_or_of_no_answer_is_unknown(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    rows = translated(lines(leave(lead, reference)), *ENGLISH)
    for old, new in ((".en.", ".zz."), ("what_happened", "place")):
        wrong = [[str(row[0]).replace(old, new), *row[1:]] for row in rows]
        assert set(became(come_back(lead, workbook(wrong)))) == {"Not taken: this line did not leave from here"}
    with app.app_context():
        assert found(reference)
