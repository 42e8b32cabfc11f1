"""Drafts: saved under the receipt code, resumed elsewhere, sent once, erased when their time is over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake import cli
from intake.foundation import clock
from intake.foundation.database import engine, session, transaction
from intake.programme.models import ListeningSession, SessionRevision
from intake.programme.vocabulary import SessionState
from intake.submissions import drafts
from intake.submissions.models import Draft, Submission
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.forms import fields, form_on, page, post_form, send

DOOR, DRAFT, MINE = "/en/receipt/", "/en/receipt/draft/", "/en/receipt/submission/"
FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"
HALF: dict[str, Any] = {
    "what_happened": "  They closed it.\r\nI was <b>there</b>.  ",
    "happened_when": "\u202bسنة\u202c 2020",
    "email": "not yet an addr",
    "country": "TN",
    "population_groups": ["women", "children"],
    "danger_now": "unsure",
    "recognition_harm": "nonsense",
    "consent_tier": "2",
    "guiding_1": "x" * 5_000,
}
"""A form half filled: too short, too long, mistyped, and all of it kept."""


@pytest.fixture(autouse=True)
def held(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session(questions=({"en": "What works?"},))


def save(client: FlaskClient, typed: dict[str, Any] | None = None) -> TestResponse:
    return post_form(client, FORM, {**(typed or HALF), "step": "save"}, having="what_happened")


def code_on(response: TestResponse) -> str:
    return str(page(response).xpath("string(//p[@class='code'])"))


def come_back(app: Flask, code: str) -> FlaskClient:
    """Another device, on which the code was typed."""
    other = app.test_client()
    answered = post_form(other, DOOR, {"code": code}, having="code")
    assert answered.headers["Location"] == DRAFT
    return other


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return int(session().scalar(sa.select(sa.func.count()).select_from(table)) or 0)


@contextmanager
def later(monkeypatch: pytest.MonkeyPatch, **delta: int) -> Iterator[datetime]:
    moment = clock.now() + timedelta(**delta)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: moment)
        yield moment


def close(app: Flask) -> None:
    with app.app_context(), transaction():
        held = session().scalars(sa.select(ListeningSession))
        for one in held:
            one.state, one.changed_at = SessionState.CLOSED, clock.now()
            one.revisions.append(SessionRevision(number=1, at=clock.now(), changes={"state": ["open", "closed"]}))


def test_what_was_typed_comes_back_on_another_device_as_it_was_typed(app: Flask, client: FlaskClient) -> None:
    saved = save(client)
    assert saved.status_code == 200
    assert "It is not sent yet" in page(saved).text_content()
    there = fields(form_on(come_back(app, code_on(saved)).get(DRAFT), having="what_happened"))
    for name, value in HALF.items():
        if name != "recognition_harm":
            assert there[name] == (value if isinstance(value, list) else [value]), name
    assert "recognition_harm" not in there  # no such box: there is nothing to tick
    assert count(app, Submission) == 0


def test_it_is_sent_under_the_same_code_and_once(app: Flask, client: FlaskClient) -> None:
    code = code_on(save(client))
    other = come_back(app, code)
    whole = {**builders.TESTIMONY, "email": "", "consent_tier": "2", "guiding_1": "", "language": "en"}
    check = send(other, DRAFT, form_on(other.get(DRAFT), having="what_happened"), {**whole, "step": "check"})
    assert check.status_code == 200, page(check).xpath("string(//div[@class='summary'])")
    form = form_on(check, having="form_token")
    first, again = (send(other, FORM, form, {"step": "send"}) for _ in range(2))
    assert code_on(first) == code_on(again) == code
    assert (count(app, Submission), count(app, Draft)) == (1, 0)
    assert post_form(other, DOOR, {"code": code}, having="code").headers["Location"] == MINE


def test_what_is_sent_several_times_at_once_is_kept_once(app: Flask, client: FlaskClient) -> None:
    form = form_on(client.get(FORM), having="what_happened")
    browsers = [app.test_client() for _ in range(3)]
    whole = {**builders.TESTIMONY, "consent_tier": "2", "step": "send"}
    tokens = [fields(form_on(one.get(FORM), having="what_happened"))["csrf_token"] for one in browsers]
    together = Barrier(3)

    def post(number: int) -> TestResponse:
        together.wait()
        return send(browsers[number], FORM, form, {**whole, "csrf_token": tokens[number]})

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(post, range(3)))
    assert [one.status_code for one in answers] == [200] * 3
    assert len({code_on(one) for one in answers}) == 1
    assert count(app, Submission) == 1


def test_what_is_saved_and_sent_at_once_leaves_no_draft_behind(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        if engine().dialect.name != "postgresql":
            pytest.skip("writers take turns by themselves")
    form = form_on(client.get(FORM), having="what_happened")
    token, about_to_keep, go_on = fields(form)["form_token"][0], threading.Event(), threading.Event()

    def save_slowly() -> None:
        with app.test_request_context("/en/"), transaction():
            held = session().scalars(sa.select(ListeningSession)).one()
            typed = [("what_happened", "Half of it."), ("form_token", token)]
            drafts.save(typed, held, Kind.TESTIMONY, form_token=token, interface_language="en")
            about_to_keep.set()
            go_on.wait(10)

    saving, answers = threading.Thread(target=save_slowly), list[TestResponse]()
    whole = {**builders.TESTIMONY, "consent_tier": "2", "step": "send"}
    sending = threading.Thread(target=lambda: answers.append(send(client, FORM, form, whole)))
    saving.start()
    assert about_to_keep.wait(10)
    sending.start()
    with app.app_context():
        waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while sending.is_alive() and not session().scalar(waits):
            session().rollback()
    go_on.set()
    saving.join(10)
    sending.join(10)
    assert [answer.status_code for answer in answers] == [409], "it says what was saved meanwhile"
    assert (count(app, Submission), count(app, Draft)) == (0, 1)
    assert send(client, FORM, form_on(answers[0], having="what_happened"), {"step": "send"}).status_code == 200
    assert (count(app, Submission), count(app, Draft)) == (1, 0)


def test_withdrawing_erases_a_draft_under_the_same_code(app: Flask, client: FlaskClient) -> None:
    form = form_on(client.get(FORM), having="what_happened")
    code = code_on(send(client, FORM, form, {**builders.TESTIMONY, "consent_tier": "2", "step": "send"}))
    digest = fields(form)["form_token"][0]
    with app.app_context(), transaction():
        held = session().scalars(sa.select(ListeningSession)).one()
        found = session().scalars(sa.select(Submission)).one()
        mine, found.receipt_digest = found.receipt_digest, None
        sent, found.form_digest = found.form_digest, None
        session().flush()
        drafts.save([("what_happened", "x")], held, Kind.TESTIMONY, form_token=digest, interface_language="en")
        found.receipt_digest, found.form_digest = mine, sent
    post_form(client, DOOR, {"code": code}, having="code")
    assert post_form(client, "/en/receipt/withdraw/", action="").status_code == 302
    assert count(app, Draft) == 0


def test_saving_what_was_sent_becomes_no_draft(app: Flask, client: FlaskClient) -> None:
    saved = save(client, {**builders.TESTIMONY, "consent_tier": "2"})
    form = form_on(client.get(DRAFT), having="what_happened")
    assert send(client, FORM, form, {"step": "send"}).status_code == 200
    refused = send(client, FORM, form, {"step": "save"})
    assert refused.status_code == 409
    assert fields(form_on(refused, having="what_happened"))["what_happened"] == [builders.TESTIMONY["what_happened"]]
    assert (count(app, Submission), count(app, Draft)) == (1, 0)
    assert code_on(saved)


def test_the_page_says_when_it_is_erased_and_saving_again_prolongs_that(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_on(client.get(FORM), having="what_happened")
    for days in (0, 20):
        with later(monkeypatch, days=days) as moment:
            csrf = fields(form_on(client.get(FORM), having="what_happened"))["csrf_token"]
            saved = send(client, FORM, form, {**HALF, "csrf_token": csrf, "step": "save"})
            over = moment + timedelta(days=30)
            assert f"it is erased on {over.day} {over:%b %Y}" in page(saved).text_content()
    for days, erased in ((49, 0), (51, 1)):
        with later(monkeypatch, days=days), app.app_context(), transaction():
            assert drafts.erase_due() == erased


def test_saved_twice_at_the_same_moment_it_is_saved_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    both_looked, look = Barrier(2), drafts._locked
    with app.app_context():
        waits_for_no_writer = engine().dialect.name != "sqlite"

    def look_together(digest: str) -> Draft | None:
        found = look(digest)
        if found is None and waits_for_no_writer:
            with suppress(BrokenBarrierError):
                both_looked.wait(timeout=2)
        return found

    monkeypatch.setattr(drafts, "_locked", look_together)

    def save_once(client: FlaskClient) -> tuple[int, str]:
        form = form_on(client.get(FORM), having="what_happened")
        saved = send(client, FORM, form, {**HALF, "form_token": builders.TOKEN, "step": "save"})
        return saved.status_code, code_on(saved).replace("-", "")

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(save_once, [app.test_client(), app.test_client()])) == {(200, builders.CODE)}
    assert count(app, Draft) == 1


def test_two_devices_are_told_of_each_other(app: Flask, client: FlaskClient) -> None:
    saved = save(client)
    other = come_back(app, code_on(saved))
    mine, theirs = (form_on(one.get(DRAFT), having="what_happened") for one in (client, other))
    assert send(other, DRAFT, theirs, {"what_happened": "theirs", "step": "save"}).status_code == 200
    told = send(client, DRAFT, mine, {"what_happened": "mine", "step": "save"})
    assert told.status_code == 409
    assert "from another place" in page(told).text_content()
    assert "theirs" in page(told).xpath("//section[@aria-labelledby='other']")[0].text_content(), (
        "nobody chooses blindly"
    )
    assert fields(form_on(other.get(DRAFT), having="what_happened"))["what_happened"] == ["theirs"]
    again = send(client, FORM, form_on(told, having="what_happened"), {"step": "save"})
    assert again.status_code == 200
    assert fields(form_on(other.get(DRAFT), having="what_happened"))["what_happened"] == ["mine"]


def test_whoever_goes_back_after_saving_is_asked_which_of_the_two_it_is(app: Flask, client: FlaskClient) -> None:
    first = code_on(save(client, {"what_happened": "The first words.", "happened_when": "in spring"}))
    token = fields(form_on(client.get(DRAFT), having="what_happened"))["form_token"][0]
    more = {"what_happened": "Quite other words.", "country": "TN", "publication": "y"}
    for step in ("save", "check", "send"):
        asked = post_form(client, FORM, {**more, "step": step}, having="what_happened")
        assert asked.status_code == 409, step
    assert not [secret for secret in ("first words", "in spring", token, first) if secret in asked.text], (
        "whoever comes next to a shared device reads nothing of it"
    )
    form = form_on(asked, having="under")
    assert fields(form)["what_happened"] == [more["what_happened"]]
    assert count(app, Draft) == 1

    for said in ({"under": "saved"}, {"under": "saved", "code": builders.CODE}, {"code": "WRONG"}):
        refused = send(client, FORM, form, {**said, "step": "save"})
        assert refused.status_code == 409
        assert page(refused).xpath("//div[@role='alert']//a[@href='#code']")
        assert fields(form_on(refused, having="under"))["under"] == [said.get("under", "apart")]
    assert count(app, Draft) == 1

    apart = send(client, FORM, form, {"step": "save"})
    assert code_on(apart) not in ("", first), "what nobody chose is another form"
    assert count(app, Draft) == 2
    again = send(client, FORM, form, {"what_happened": "Another story!", "step": "save"})
    assert code_on(again) == code_on(apart)
    other = come_back(app, first)
    assert fields(form_on(other.get(DRAFT), having="what_happened"))["what_happened"] == ["The first words."]


def test_what_was_saved_is_replaced_by_whoever_types_its_code(app: Flask, client: FlaskClient) -> None:
    first = code_on(save(client, {"what_happened": "The first words."}))
    for said in ("saved", "apart"):
        words = f"{said}: other words."
        asked = post_form(client, FORM, {"what_happened": words, "step": "save"}, having="what_happened")
        typed = {"under": said, "code": first.lower().replace("-", " "), "step": "save"}
        replaced = send(client, FORM, form_on(asked, having="under"), typed)
        assert code_on(replaced) == first
        assert fields(form_on(client.get(DRAFT), having="what_happened"))["what_happened"] == [words]
    assert count(app, Draft) == 1


def test_the_form_says_first_that_it_can_be_saved_and_for_how_long(client: FlaskClient) -> None:
    form = page(client.get(FORM))
    [line] = form.xpath("//form[.//textarea]/preceding::p[a[@href='#save']]")
    assert "It is kept for 30 days." in line.text_content()
    assert form.xpath("//*[@id='save']//button[@value='save']")
    save(client)
    assert not page(client.get(DRAFT)).xpath("//a[@href='#save']"), "it is saved"


def test_what_was_only_looked_at_again_is_the_same(app: Flask, client: FlaskClient) -> None:
    first = code_on(save(client))
    assert code_on(save(client)) == first
    assert count(app, Draft) == 1


def test_two_forms_without_words_are_not_taken_for_the_same(client: FlaskClient) -> None:
    few = {"country": "TN"}
    first = code_on(save(client, few))
    asked = post_form(client, FORM, {**few, "step": "save"}, having="what_happened")
    assert asked.status_code == 409
    assert first not in asked.text


def test_what_is_another_submission_is_asked_once(app: Flask, client: FlaskClient) -> None:
    first = code_on(save(client, {"what_happened": "The first words."}))
    whole = {**builders.TESTIMONY, "consent_tier": "2"}
    form = form_on(post_form(client, FORM, {**whole, "step": "check"}, having="what_happened"), having="under")
    check = send(client, FORM, form, {"step": "check"})
    sent = send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    assert sent.status_code == 200
    assert code_on(sent) not in ("", first)
    assert (count(app, Submission), count(app, Draft)) == (1, 1)


def test_a_stranger_on_the_same_device_does_not_write_over_what_was_saved(app: Flask, client: FlaskClient) -> None:
    save(client)
    client.post("/en/leave/")
    assert save(client, {"what_happened": "Of somebody else."}).status_code == 200
    assert count(app, Draft) == 2


def test_sending_an_older_page_does_not_erase_what_was_saved_since(app: Flask, client: FlaskClient) -> None:
    saved = save(client, {**builders.TESTIMONY, "consent_tier": "2"})
    mine = form_on(client.get(DRAFT), having="what_happened")
    other = come_back(app, code_on(saved))
    newer = "The long new version, written at home. " * 3
    theirs = form_on(other.get(DRAFT), having="what_happened")
    assert send(other, DRAFT, theirs, {"what_happened": newer, "step": "save"}).status_code == 200
    told = send(client, FORM, mine, {"step": "send"})
    assert told.status_code == 409
    assert "from another place" in page(told).text_content()
    assert (count(app, Submission), count(app, Draft)) == (0, 1)
    assert fields(form_on(other.get(DRAFT), having="what_happened"))["what_happened"] == [newer]
    assert send(client, FORM, form_on(told, having="what_happened"), {"step": "send"}).status_code == 200
    assert (count(app, Submission), count(app, Draft)) == (1, 0)


def test_two_tabs_of_one_browser_are_two_places(client: FlaskClient) -> None:
    save(client)
    first, second = (form_on(client.get(DRAFT), having="what_happened") for _ in range(2))
    assert send(client, FORM, first, {"what_happened": "new", "step": "save"}).status_code == 200
    assert send(client, FORM, second, {"what_happened": "old", "step": "save"}).status_code == 409
    assert fields(form_on(client.get(DRAFT), having="what_happened"))["what_happened"] == ["new"]


def test_an_answer_that_was_lost_is_no_other_place(client: FlaskClient) -> None:
    save(client)
    form = form_on(client.get(DRAFT), having="what_happened")
    codes = {code_on(send(client, FORM, form, {"what_happened": "the same", "step": "save"})) for _ in range(2)}
    assert len(codes) == 1
    assert codes != {""}


def test_saving_again_and_again_from_one_browser_asks_nothing(client: FlaskClient) -> None:
    form = form_on(client.get(FORM), having="what_happened")
    codes = [code_on(send(client, FORM, form, {"what_happened": text, "step": "save"})) for text in ("a", "b", "c")]
    assert len(set(codes)) == 1
    assert codes[0]


def test_the_grace_after_a_session_closed(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    save(client, {**builders.TESTIMONY, "consent_tier": "2"})
    open_page = client.get(DRAFT)
    assert "may still be sent for 72 hours" in open_page.text
    form = form_on(open_page, having="what_happened")
    with later(monkeypatch, minutes=5):
        close(app)
        until = clock.now() + timedelta(hours=72)
    stranger = app.test_client()
    assert stranger.get(FORM).status_code == 409
    fresh = {**fields(form), "form_token": "f" * 43, "csrf_token": fields(form)["csrf_token"]}
    assert client.post(FORM, data={**fresh, "step": "save"}).status_code == 409
    with later(monkeypatch, minutes=6):
        told = " ".join(page(client.get(DRAFT)).text_content().split())
        assert "The session is closed. You may still send this until" in told
        assert until.strftime("%H:%M UTC") in told
        saved = " ".join(page(send(client, FORM, form, {"step": "save"})).text_content().split())
        form = form_on(client.get(DRAFT), having="what_happened")
        assert until.strftime("%H:%M UTC") in saved
        assert "for 72 hours" not in saved, "they have begun"
        assert send(client, FORM, form, {"step": "send"}).status_code == 200
    assert count(app, Submission) == 1


def test_what_was_begun_after_the_closing_has_no_grace(app: Flask) -> None:
    close(app)
    with app.app_context(), transaction():
        held = session().scalars(sa.select(ListeningSession)).one()
        begun, _code = drafts.save(
            [("place", "Ceuta")], held, Kind.TESTIMONY, form_token=builders.TOKEN, interface_language="en"
        )
        assert drafts.grace_until(begun) is None
        assert not drafts.may_still_be_sent(begun)


def test_the_grace_of_one_form_opens_no_other(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context(), transaction():
        builders.listening_session("WG2-2020-06-10")
    save(client, {**builders.TESTIMONY, "consent_tier": "2"})
    form = form_on(client.get(DRAFT), having="what_happened")
    with later(monkeypatch, minutes=5):
        close(app)
    token = {name: fields(form)[name] for name in ("form_token", "csrf_token")}
    with later(monkeypatch, minutes=6):
        for other, typed in (
            (FORM.replace("testimony", "practice"), builders.PRACTICE),
            (FORM.replace("wg3-2020-06-09", "wg2-2020-06-10"), builders.TESTIMONY),
        ):
            for step in ("send", "save"):
                sent = client.post(other, data={**typed, **token, "consent_tier": "2", "step": step})
                assert sent.status_code == 409
    assert (count(app, Submission), count(app, Draft)) == (0, 1)


def test_what_lies_under_a_token_is_not_overwritten_by_another_form(app: Flask, client: FlaskClient) -> None:
    save(client)
    form = form_on(client.get(DRAFT), having="what_happened")
    token = {name: fields(form)[name] for name in ("form_token", "csrf_token")}
    other = client.post(FORM.replace("testimony", "practice"), data={"title": "Another", **token, "step": "save"})
    assert other.status_code == 409
    said = page(other).text_content()
    assert "Another form was saved under the code" in said
    assert "was sent before" not in said
    assert (
        send(
            client, FORM.replace("testimony", "practice"), form_on(other, having="title"), {"step": "save"}
        ).status_code
        == 200
    )
    assert count(app, Draft) == 2


def test_what_is_past_its_day_can_be_saved_anew(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = code_on(save(client))
    form = form_on(client.get(DRAFT), having="what_happened")
    with later(monkeypatch, days=31):
        fresh = fields(form_on(client.get(FORM), having="what_happened"))["csrf_token"]
        again = send(client, FORM, form, {"step": "save", "csrf_token": fresh})
        assert again.status_code == 200
        assert code_on(again) == first
        assert come_back(app, first).get(DRAFT).status_code == 200
    assert count(app, Draft) == 1


def test_who_begins_very_many_waits_and_keeps_the_words(client: FlaskClient) -> None:
    form = form_on(client.get(FORM), having="what_happened")
    typed = {**HALF, "saved": "0", "step": "save"}  # of each it was said that it is another
    for number in range(60):
        assert send(client, FORM, form, {**typed, "form_token": f"{number:043}"}).status_code == 200
    held_up = send(client, FORM, form, typed)
    assert held_up.status_code == 429
    assert held_up.headers["Retry-After"]
    assert fields(form_on(held_up, having="what_happened"))["what_happened"] == [HALF["what_happened"]]
    assert send(client, FORM, form, {**typed, "form_token": f"{59:043}"}).status_code == 200


def test_after_the_grace_the_words_are_handed_back(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_on(save(client, {**builders.TESTIMONY, "consent_tier": "2"}))
    form = form_on(client.get(DRAFT), having="what_happened")
    with later(monkeypatch, minutes=5):
        close(app)
    with later(monkeypatch, hours=73):
        refused = send(client, FORM, form, {"step": "send"})
        shown = come_back(app, code).get(DRAFT)
    for response in (refused, shown):
        assert response.status_code == 409
        assert builders.TESTIMONY["what_happened"] in page(response).text_content()
    assert count(app, Submission) == 0


def test_what_nobody_comes_back_to_is_erased(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_on(save(client))
    with later(monkeypatch, days=29), app.app_context(), transaction():
        assert drafts.erase_due() == 0
    with later(monkeypatch, days=31):
        assert post_form(app.test_client(), DOOR, {"code": code}, having="code").status_code == 422
        with app.app_context(), transaction():
            assert drafts.erase_due() == 1
    assert count(app, Draft) == 0


def test_it_can_be_deleted_at_once(app: Flask, client: FlaskClient) -> None:
    code = code_on(save(client))
    assert post_form(client, f"{DRAFT}delete/", having="csrf_token").headers["Location"] == f"{DRAFT}deleted/"
    assert count(app, Draft) == 0
    assert post_form(client, DOOR, {"code": code}, having="code").status_code == 422


@pytest.mark.parametrize("how", ["deleted", "erased"])
def test_what_is_gone_is_in_no_file(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    save(client)
    with app.app_context():
        key = session().scalars(sa.select(Draft.key)).one()
        place = engine().url.database if engine().dialect.name == "sqlite" else None
    if how == "deleted":
        post_form(client, f"{DRAFT}delete/", having="csrf_token")
    else:
        with later(monkeypatch, days=31):
            assert cli._work(app)
    assert count(app, Draft) == 0
    if place:
        files = list(Path(place).parent.glob(f"{Path(place).name}*"))
        assert files
        assert not any(key in file.read_bytes() for file in files)


def test_leaving_quickly_ends_it_also_for_what_it_becomes(app: Flask, client: FlaskClient) -> None:
    code = code_on(save(client, {**builders.TESTIMONY, "consent_tier": "2"}))
    copied = client.get_cookie("visit")
    assert copied is not None
    client.post("/en/leave/")
    thief = app.test_client()
    thief.set_cookie("visit", copied.value)
    assert thief.get(DRAFT).headers["Location"] == DOOR
    own = come_back(app, code)
    send(own, FORM, form_on(own.get(DRAFT), having="what_happened"), {"step": "send"})
    assert thief.get(MINE).headers["Location"] == DOOR


def test_nothing_typed_lies_in_the_database_as_it_was_typed(app: Flask, client: FlaskClient) -> None:
    code = code_on(save(client, {**HALF, "contributor_name": "Amal Example"})).replace("-", "")
    with app.app_context():
        row = session().execute(sa.text("SELECT * FROM draft")).one()
    stored = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in map(_plain, row))
    for secret in (b"closed it", b"not yet an addr", b"Amal", code.encode()):
        assert secret not in stored


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def test_a_guiding_question_that_went_away_leaves_its_answer_to_be_copied(app: Flask, client: FlaskClient) -> None:
    save(client)
    with app.app_context(), transaction():
        held = session().scalars(sa.select(ListeningSession)).one()
        held.questions, held.changed_at = [], clock.now()
    shown = page(client.get(DRAFT)).text_content()
    assert "no longer asked" in shown
    assert "x" * 5_000 in shown


def test_what_is_far_too_long_is_given_back_and_not_kept(app: Flask, client: FlaskClient) -> None:
    text = "y" * 450_000
    refused = save(client, {"what_happened": text})
    assert refused.status_code == 413
    assert fields(form_on(refused, having="what_happened"))["what_happened"] == [text]
    assert count(app, Draft) == 0
