"""What the server does for a form kept on a device: one address for every step, and a permit that only adds files."""

from __future__ import annotations

import base64
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.foundation import clock
from intake.foundation.bodies import ROOM_BYTES
from intake.foundation.database import session, transaction
from intake.foundation.files.kinds import LARGEST_FILE_BYTES
from intake.programme.models import ListeningSession, ReferralContact
from intake.programme.vocabulary import SessionState
from intake.submissions import services
from intake.submissions.models import Attachment, Submission
from intake.submissions.permits import DAYS, permit_for
from tests import builders
from tests.forms import fields, form_on, page, post_form, send
from tests.foundation.test_files import picture
from tests.moderation import desk

DEVICE = "/en/sessions/wg3-2020-06-09/submit/testimony/device"
UPLOAD = "/en/receipt/files/device/"


@pytest.fixture(autouse=True)
def held(app: Flask) -> None:
    desk.set_up(app)


def panel(response: TestResponse) -> Any:
    [found] = page(response).xpath("//*[@data-words]")
    return found


def code_on(response: TestResponse) -> str:
    return str(page(response).xpath("string(//p[@class='code'])"))


def add(visitor: FlaskClient, permit: str, name: str = "a.png", body: bytes | None = None) -> TestResponse:
    token = fields(form_on(visitor.get(DEVICE), having="csrf_token"))["csrf_token"][0]
    file = (io.BytesIO(picture("PNG") if body is None else body), name)
    return visitor.post(
        UPLOAD,
        data={"csrf_token": token, "file": file},
        headers={"X-Permit": permit},
        content_type="multipart/form-data",
    )


def count(app: Flask) -> int:
    with app.app_context():
        return session().scalars(sa.select(sa.func.count()).select_from(Attachment)).one()


def receipt(client: FlaskClient) -> TestResponse:
    typed = {**builders.TESTIMONY, "consent_tier": "2"}
    check = post_form(client, DEVICE, {**typed, "step": "check"}, having="what_happened")
    return send(client, DEVICE, form_on(check, having="form_token"), {"step": "send"})


def test_the_receipt_is_asked_for_by_a_request_that_sends_nothing(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = {**builders.TESTIMONY, "consent_tier": "2"}
    form = form_on(client.get(DEVICE), having="what_happened")
    token = fields(form)["form_token"][0]

    def ask(visitor: FlaskClient) -> TestResponse:
        csrf = fields(form_on(visitor.get("/en/receipt/"), having="code"))["csrf_token"][0]
        return visitor.post(DEVICE, data={**typed, "csrf_token": csrf, "form_token": token, "step": "receipt"})

    unsent = ask(client)
    assert unsent.status_code == 409
    assert "data-received" not in panel(unsent).attrib
    sent = send(client, DEVICE, form, {**typed, "step": "send"})
    stranger = app.test_client()
    again = ask(stranger)
    assert code_on(again) == code_on(sent)
    assert panel(again).get("data-mark") == panel(sent).get("data-mark")
    with app.app_context(), transaction():
        session().scalars(sa.select(ListeningSession)).first().state = SessionState.CLOSED
    assert code_on(ask(stranger)) == code_on(sent)
    post_form(client, "/en/receipt/", {"code": code_on(sent)}, having="code")
    post_form(client, "/en/receipt/withdraw/", action="")
    gone = page(client.get("/en/receipt/withdrawn/")).xpath("//@data-forget")
    assert gone == [panel(sent).get("data-mark")], "what the device holds of it goes as well"
    late = clock.now() + timedelta(days=40)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: late)
        with app.app_context(), transaction():
            assert services.erase_due() == 1
        assert ask(app.test_client()).status_code == 409
    with app.app_context():
        assert session().scalars(sa.select(sa.func.count()).select_from(Submission)).one() == 1, (
            "nothing came of asking"
        )


def test_every_step_stays_at_the_address_and_has_the_panel(app: Flask, client: FlaskClient) -> None:
    wrong = post_form(client, DEVICE, {"step": "check"}, having="what_happened")
    assert wrong.status_code == 422
    check = post_form(client, DEVICE, {**builders.TESTIMONY, "consent_tier": "2"}, having="what_happened")
    back = send(client, DEVICE, form_on(check, having="form_token"), {"step": "edit"})
    for response in (client.get(DEVICE), wrong, check, back):
        assert ("data-posted" in panel(response).attrib) is (response.request.method == "POST")
        assert form_on(response, having="form_token").get("action") == DEVICE
        assert "worker-src 'self'" in response.headers["Content-Security-Policy"]
    sent = send(client, DEVICE, form_on(check, having="form_token"), {"step": "send"})
    assert panel(sent).get("data-received") == "sent"
    assert panel(sent).get("data-token") == fields(form_on(check, having="form_token"))["form_token"][0]
    with app.app_context():
        assert session().scalars(sa.select(sa.func.count()).select_from(Submission)).one() == 1


def test_the_ordinary_form_has_no_panel_and_its_kept_page_is_another(client: FlaskClient) -> None:
    for _ in range(2):
        assert not page(client.get(DEVICE.removesuffix("/device"))).xpath("//*[@data-words]")
        assert panel(client.get(DEVICE)).get("data-worker")


def test_what_is_kept_on_the_device_holds_the_contacts_as_they_are_now(app: Flask, client: FlaskClient) -> None:
    for name in ("First house", "Second house"):
        with app.app_context(), transaction():
            session().add(ReferralContact(name=name, helps_with={"en": "Shelter"}, checked_on=date(2020, 6, 9)))
        assert name in client.get(DEVICE).text
        assert name not in client.get(DEVICE.removesuffix("/device")).text


def test_a_permit_adds_a_file_once_and_tells_why_not(app: Flask, client: FlaskClient) -> None:
    permit = panel(receipt(client)).get("data-permit")
    for _ in range(2):
        assert add(client, permit).get_json() == {"taken": True, "why": ""}
    refused = add(client, permit, "a.svg", b"<svg/>").get_json()
    assert not refused["taken"]
    assert "do not take this kind" in refused["why"]
    assert count(app) == 1


def test_a_permit_of_a_draft_serves_when_it_is_sent_as_well(app: Flask, client: FlaskClient) -> None:
    typed = {**builders.TESTIMONY, "consent_tier": "2", "step": "save"}
    saved = post_form(client, DEVICE, typed, having="what_happened")
    assert panel(saved).get("data-received") == "saved"
    permit = panel(saved).get("data-permit")
    assert add(client, permit).get_json()["taken"]
    draft = client.get("/en/receipt/draft/")
    assert send(client, DEVICE, form_on(draft, having="what_happened"), {"step": "send"}).status_code == 200
    assert add(client, permit, body=picture("PNG", (5, 5))).get_json()["taken"]
    assert count(app) == 2


class Body(io.BytesIO):
    """A body that says whether anything of it was read."""

    was_read = False

    def read(self, size: int | None = -1) -> bytes:
        self.was_read = True
        return super().read(size)

    def readinto(self, into: Any) -> int:
        self.was_read = True
        return super().readinto(into)


def announce(visitor: FlaskClient, permit: str) -> tuple[int, bool]:
    """The answer to a large body with nothing in it, and whether that was looked at."""
    body = Body(bytes(LARGEST_FILE_BYTES))
    mimetype = "multipart/form-data; boundary=b"
    answer = visitor.post(UPLOAD, input_stream=body, content_type=mimetype, headers={"X-Permit": permit})
    return answer.status_code, body.was_read


def test_without_a_permit_no_body_is_read(client: FlaskClient) -> None:
    permit = panel(receipt(client)).get("data-permit")
    for none in ("", "x", "é", permit[:-8], "bnVsbA=="):
        assert announce(client, none) == (404, False)
    assert announce(client, permit) == (400, True)


def test_large_bodies_have_a_room_of_their_own_and_give_it_back(app: Flask, client: FlaskClient) -> None:
    permit = panel(receipt(client)).get("data-permit")
    room = app.extensions["bodies"]
    assert room.take(ROOM_BYTES - LARGEST_FILE_BYTES + 1)
    assert announce(client, permit) == (503, False)
    assert add(client, permit).get_json()["taken"], "what is small needs no such room"
    room.give_back(1)
    assert announce(client, permit) == (400, True)
    room.give_back(ROOM_BYTES - LARGEST_FILE_BYTES)
    assert room.take(ROOM_BYTES), "whatever became of the requests"


def test_a_permit_opens_nothing(app: Flask, client: FlaskClient) -> None:
    shown = receipt(client)
    permit, code = panel(shown).get("data-permit"), page(shown).cssselect(".receipt .code")[0].text_content()
    assert add(client, permit).get_json() == {"taken": True, "why": ""}
    for path in ("/en/receipt/files/", "/en/receipt/submission/"):
        assert client.get(path).status_code == 302
    token = fields(form_on(client.get(DEVICE), having="csrf_token"))["csrf_token"][0]
    assert client.post("/en/receipt/", data={"csrf_token": token, "code": permit}).status_code == 422
    assert re.sub(r"\W", "", code) not in permit
    with app.app_context():
        digest = session().scalars(sa.select(Submission)).one().receipt_digest or ""
    assert digest.encode() not in base64.urlsafe_b64decode(permit)


def test_a_permit_ends(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    permit = panel(receipt(client)).get("data-permit")
    assert add(client, permit[1:]).status_code == 404
    with app.app_context(), transaction():
        found = session().scalars(sa.select(Submission)).one()
        services.end_receipt_visits(found.receipt_digest or "")
    assert add(client, permit).status_code == 404, "its person left in a hurry"
    with app.app_context():
        fresh = permit_for(session().scalars(sa.select(Submission)).one())
    late = clock.now() + timedelta(days=DAYS, seconds=5)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: late)
        assert add(client, fresh).status_code == 404
    assert add(client, fresh).get_json()["taken"]
    with app.app_context(), transaction():
        services.withdraw(session().scalars(sa.select(Submission)).one())
    assert add(client, fresh, body=picture("PNG", (7, 7))).status_code == 404


def test_what_was_kept_can_be_read_when_the_session_has_closed(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        desk.held(desk.WG3).state = SessionState.CLOSED
    shown = panel(client.get(DEVICE))
    assert {"country", "happened_when_declined"} <= set(shown.attrib["data-chosen"].split())
    assert not shown.xpath(".//*[@data-do='keep']")
