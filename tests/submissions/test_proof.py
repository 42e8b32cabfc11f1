"""The signed receipt, typing the code back, and how often one may guess."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pypdf
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.foundation import clock
from intake.foundation.config import Settings
from intake.foundation.database import engine, session, transaction
from intake.foundation.identifiers import new_form_token, receipt_for
from intake.submissions import services
from intake.submissions.models import Submission
from intake.submissions.proof import NotGenuine, read_signed_receipt, signed_receipt
from intake.submissions.puzzle import Puzzle
from intake.submissions.views.door import unknown_codes
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.installation import application

DOOR, MINE, VERIFY = "/en/receipt/", "/en/receipt/submission/", "/en/verify/"
DRAFT = "/en/receipt/draft/"
CHANGE = "/en/receipt/change/"
FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"


@pytest.fixture(autouse=True)
def kept(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.submission(builders.listening_session(), token=builders.TOKEN)


def signed(app: Flask) -> str:
    with app.app_context():
        return signed_receipt(session().query(Submission).one())


def test_it_says_reference_and_day_and_nothing_of_the_words(app: Flask) -> None:
    text = signed(app)
    with app.app_context():
        proof = read_signed_receipt(f" {text[:40]}\n{text[40:]} ")
        raw = base64.urlsafe_b64decode(text + "==")
    assert (proof.reference, proof.day) == ("WG3-2020-06-09/T-001", clock.day(clock.now()))
    assert b"border" not in raw
    assert b"WG3" not in raw, "it may lie in a mail box"
    assert builders.CODE.encode() not in raw


def test_whatever_is_changed_in_it_is_found(app: Flask) -> None:
    raw = base64.urlsafe_b64decode(signed(app) + "==")
    with app.app_context():
        for at in range(len(raw)):
            changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
            with pytest.raises(NotGenuine):
                read_signed_receipt(base64.urlsafe_b64encode(changed).decode().rstrip("="))


def test_what_a_mail_or_a_word_processor_adds_changes_nothing(app: Flask) -> None:
    text = signed(app)
    lines = [text[:64], text[64:128], text[128:]]
    with app.app_context():
        for pasted in (
            "\u200f" + text + "\u200e",
            "\u2067" + "\u2069 \u2067".join(lines) + "\u2069",
            "> " + "\r\n> > ".join(lines) + "\r\n",
            "\u201c" + text + "\u201d",
            "\u00ab\u00a0" + text.replace("-", "\u2011") + "\u00a0\u00bb",
            "\ufeff" + "\u200b".join(lines),
        ):
            assert read_signed_receipt(pasted).reference == "WG3-2020-06-09/T-001"


def shown_fingerprints(response: TestResponse) -> list[str]:
    """The fingerprints on a page, without the signed receipt itself."""
    return [str(one) for one in page(response).xpath("//span[@class='signed']/text()")]


def test_what_is_kept_is_held_against_the_receipt(app: Flask, client: FlaskClient) -> None:
    typed = {**builders.TESTIMONY, "consent_tier": "3", "publication": "y", "organisation": "Maison", "step": "send"}
    receipt = post_form(client, FORM, {**typed, "population_groups": ["women", "children"]}, having="what_happened")
    text = str(page(receipt).xpath("string(//p[@class='signed'])"))
    (in_receipt,) = shown_fingerprints(post_form(client, VERIFY, {"receipt": text}, having="receipt"))
    assert len(set(in_receipt.replace(" ", ""))) > 1
    guess(client, str(page(receipt).xpath("string(//p[@class='code'])")))
    assert shown_fingerprints(client.get(MINE)) == [in_receipt]
    check = post_form(client, CHANGE, {"place": "Ceuta"}, having="what_happened")
    send(client, CHANGE, form_on(check, having="seen"), {"step": "send"})
    post_form(client, "/en/receipt/consent/", {"consent_tier": "1"}, having="consent_tier")
    with app.app_context(), transaction() as database:
        database.execute(sa.update(Submission).values(sent_digest="0" * 64))
    for url in (MINE, "/en/receipt/copy/"):
        first, second = shown_fingerprints(client.get(url))
        assert first == in_receipt, "made anew of what is kept, not copied"
        assert second != first
    pdf = pypdf.PdfReader(io.BytesIO(client.get("/en/receipt/copy/file").data))
    printed = "".join("".join(one.extract_text() for one in pdf.pages).split())
    for one in (first, second):
        assert one.replace(" ", "") in printed


@pytest.mark.parametrize("typed", ["", "AA", "é" * 50, "A" * 5_000, "=" * 8, "\x00", "٣" * 200])
def test_what_was_never_signed_is_not_genuine(app: Flask, typed: str) -> None:
    with app.app_context(), pytest.raises(NotGenuine):
        read_signed_receipt(typed)


def test_anybody_can_check_it_and_learns_the_same_after_a_withdrawal(app: Flask, client: FlaskClient) -> None:
    text = signed(app)
    before = post_form(client, VERIFY, {"receipt": text}, having="receipt")
    with app.app_context(), transaction():
        services.withdraw(session().query(Submission).one())
    after = post_form(client, VERIFY, {"receipt": text}, having="receipt")
    for response in (before, after):
        shown = page(response).xpath("string(//main)")
        assert "This receipt is genuine" in shown
        assert "WG3-2020-06-09/T-001" in shown
        assert "border" not in shown
    forged = post_form(client, VERIFY, {"receipt": "x" + text}, having="receipt")
    assert forged.status_code == 422
    assert "not signed here" in page(forged).text_content()
    assert form_on(forged, having="receipt").fields["receipt"].strip() == "x" + text


def test_the_code_is_typed_back_and_confirmed(client: FlaskClient) -> None:
    typed = {**builders.TESTIMONY, "consent_tier": "2", "step": "send"}
    receipt = post_form(client, FORM, typed, having="what_happened")
    code = str(page(receipt).xpath("string(//p[@class='code'])"))
    form = form_on(receipt, having="code")
    another = receipt_for(new_form_token())
    for wrong in ("", "  ", code[:-1] + ("2" if code[-1] != "2" else "3"), another):
        told = send(client, FORM, form, {"code": wrong})
        assert told.status_code == 422
        assert str(page(told).xpath("string(//p[@class='code'])")) == code, "the way back to it is not lost"
        assert form_on(told, having="code").fields["code"] == wrong
        assert page(told).xpath("//p[@id='code-error']")
    assert send(client, FORM, form, {"csrf_token": "expired", "code": code}).status_code == 400
    right = send(client, FORM, form_on(told, having="code"), {"code": code.lower().replace("-", " ")})
    assert right.headers["Location"] == MINE
    assert "Your code is right" in page(client.get(MINE)).text_content()
    assert "Your code is right" not in page(client.get(MINE)).text_content()


def test_the_code_of_what_is_saved_is_typed_back_and_confirmed(client: FlaskClient) -> None:
    typed = {**builders.TESTIMONY, "danger_now": "yes", "step": "save"}
    saved = post_form(client, FORM, typed, having="what_happened")
    code = str(page(saved).xpath("string(//p[@class='code'])"))
    care = [one.text_content() for one in page(saved).cssselect("main .notice.danger:not(.at-once)")]
    assert care
    form = form_on(saved, having="code")
    another = receipt_for(new_form_token())
    for wrong in ("", "  ", code[:-1] + ("2" if code[-1] != "2" else "3"), another):
        told = send(client, FORM, form, {"code": wrong})
        assert told.status_code == 422
        root = page(told)
        assert str(root.xpath("string(//p[@class='code'])")) == code, "the way back to it is not lost"
        assert form_on(told, having="code").fields["code"] == wrong
        assert root.xpath("//p[@id='code-error']")
        assert [one.text_content() for one in root.cssselect("main .notice.danger:not(.at-once)")] == care
    expired = send(client, FORM, form, {"csrf_token": "expired", "code": code})
    assert (expired.status_code, str(page(expired).xpath("string(//p[@class='code'])"))) == (400, code)
    right = send(client, FORM, form_on(told, having="code"), {"code": code.lower().replace("-", " ")})
    assert right.headers["Location"] == DRAFT
    shown = page(client.get(DRAFT))
    assert "Your code is right" in shown.text_content()
    assert form_on(client.get(DRAFT), having="what_happened").fields["what_happened"].strip() == typed["what_happened"]
    assert "Your code is right" not in page(client.get(DRAFT)).text_content()


def test_nobody_confirms_what_is_not_saved(client: FlaskClient) -> None:
    form = form_on(client.get(FORM), having="what_happened")
    told = send(client, FORM, form, {"step": "confirm", "code": receipt_for(form.fields["form_token"])})
    assert told.status_code == 409


def guess(client: FlaskClient, code: str) -> int:
    return post_form(client, DOOR, {"code": code}, having="code").status_code


def test_guessing_is_slowed_and_waiting_helps(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [receipt_for(new_form_token()) for _ in range(31)]
    assert {guess(client, code) for code in codes[:30]} == {422}
    assert guess(client, codes[30]) == 429
    refused = post_form(client, DOOR, {"code": builders.CODE}, having="code")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert form_on(refused, having="code").fields["code"] == builders.CODE
    moment = clock.now().timestamp() + 61
    monkeypatch.setattr(clock, "now", lambda: clock.datetime.fromtimestamp(moment, clock.UTC))
    assert guess(client, builders.CODE) == 302


def test_a_stranger_behind_the_same_address_shuts_nobody_out(client: FlaskClient) -> None:
    for _ in range(31):
        guess(client, receipt_for(new_form_token()))
    asked = post_form(client, DOOR, {"code": builders.CODE}, having="code")
    assert asked.status_code == 429
    form = form_on(asked, having="puzzle")
    puzzle = Puzzle(form.fields["puzzle"], 0)
    solution = next(str(number) for number in count() if puzzle.is_solved_by(str(number)))
    unsolved = send(client, DOOR, form, {"code": receipt_for(new_form_token()), "solution": solution})
    assert unsolved.status_code == 429, "one puzzle is for one code"
    assert send(client, DOOR, form, {"solution": solution}).headers["Location"] == MINE


def test_who_has_one_address_has_all_its_network(client: FlaskClient) -> None:
    for number in range(31):
        client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2::{number:x}"
        guess(client, receipt_for(new_form_token()))
    assert guess(client, builders.CODE) == 429
    client.environ_base["REMOTE_ADDR"] = "2001:db8:1:3::1"
    assert guess(client, builders.CODE) == 302


def test_sixty_people_behind_one_address_all_come_in(app: Flask) -> None:
    slip = builders.CODE[:-1] + ("2" if builders.CODE[-1] != "2" else "3")
    for _ in range(60):
        person = app.test_client()
        assert guess(person, slip) == 422
        assert guess(person, builders.CODE) == 302


def test_another_address_is_not_slowed(client: FlaskClient) -> None:
    for _ in range(31):
        guess(client, receipt_for(new_form_token()))
    client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert guess(client, builders.CODE) == 302


def test_no_address_is_kept_in_memory(app: Flask, client: FlaskClient) -> None:
    client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    guess(client, receipt_for(new_form_token()))
    kept = app.extensions["limits"][unknown_codes]
    assert "198.51.100.7" not in repr(kept)
    assert len(kept.levels) == 1


def looked_up(app: Flask, code: str) -> tuple[list[str], int, str]:
    """The statements that ``code`` costs at the door, and what is answered."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    client = app.test_client()
    form = form_on(client.get(DOOR), having="code")
    with app.app_context():
        bound = engine()
    sa.event.listen(bound, "before_cursor_execute", note)
    response = send(client, DOOR, form, {"code": code})
    sa.event.remove(bound, "before_cursor_execute", note)
    return statements, response.status_code, str(page(response).xpath("string(//*[@id='code-error'])"))


def test_unknown_withdrawn_and_erased_codes_are_the_same(app: Flask) -> None:
    unknown = looked_up(app, receipt_for(new_form_token()))
    with app.app_context(), transaction():
        services.withdraw(session().query(Submission).one())
    withdrawn = looked_up(app, builders.CODE)
    with app.app_context(), transaction():
        session().query(Submission).one().erase_after = clock.now() - timedelta(days=1)
        session().flush()
        assert services.erase_due() == 1
    erased = looked_up(app, builders.CODE)
    assert unknown[1] == 422
    assert "find nothing under this code" in unknown[2]
    assert unknown == withdrawn == erased


@pytest.mark.parametrize(("proxies", "is_slowed"), [(0, True), (1, False)])
def test_who_sends_is_read_behind_as_many_proxies_as_there_are(
    app: Flask, settings: Settings, proxies: int, is_slowed: bool
) -> None:
    assert app
    with application(replace(settings, proxies=proxies)) as proxied:
        for number in range(31):
            # The first entry is what anybody can write; the last one was written by a proxy.
            client = proxied.test_client()
            client.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}, 198.51.100.1"
            guess(client, receipt_for(new_form_token()))
        other = proxied.test_client()
        other.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.1, 198.51.100.2"
        assert (guess(other, builders.CODE) == 429) is is_slowed
        same = proxied.test_client()
        same.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.99, 198.51.100.1"
        assert guess(same, builders.CODE) == 429
