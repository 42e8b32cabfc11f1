"""The field that nobody sees, and the puzzle that is asked while very much is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.config import Settings
from intake.foundation.database import session, transaction
from intake.foundation.identifiers import new_form_token, receipt_for
from intake.submissions.models import Draft, Submission
from intake.submissions.puzzle import WAIT_SECONDS, Puzzle
from intake.submissions.views.again import most_sent_here, sent_here, waited
from intake.submissions.views.door import unknown_codes
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.installation import application, browser_of
from tests.journeys.conftest import choose

DOOR = "/en/receipt/"
FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"
WORDS = 'They closed "everything" <b>\n\nand left.'
TYPED: dict[str, Any] = {**builders.TESTIMONY, "what_happened": WORDS, "consent_tier": "2"}
ONE_THERE = 1


@pytest.fixture
def busy(settings: Settings) -> Iterator[Flask]:
    """An installation for which a single submission a minute is very much, and which has just received it."""
    with application(replace(settings, busy_per_minute=ONE_THERE)) as app:
        with app.app_context(), transaction():
            builders.submission(builders.listening_session())
        yield app


def kept(app: Flask, model: type[Submission | Draft] = Submission) -> int:
    with app.app_context():
        return session().scalar(sa.select(sa.func.count()).select_from(model)) or 0


def sent(client: FlaskClient, **typed: str) -> TestResponse:
    return post_form(client, FORM, {**TYPED, "step": "send", **typed}, having="what_happened")


def is_receipt(response: TestResponse) -> bool:
    return response.status_code == 200 and bool(page(response).cssselect(".receipt .code"))


def words_on(response: TestResponse) -> str:
    return str(form_on(response, having="what_happened").fields["what_happened"])


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    moment = clock.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize("step", ["check", "send", "save"])
def test_who_fills_what_nobody_sees_is_asked_once_more_and_loses_nothing(
    app: Flask, client: FlaskClient, step: str
) -> None:
    with app.app_context(), transaction():
        builders.listening_session()
    trapped = sent(client, homepage="https://casino.example", step=step)
    assert trapped.status_code == 422
    assert "Please send it once more" in page(trapped).text_content()
    assert (kept(app), kept(app, Draft)) == (0, 0)
    assert words_on(trapped) == WORDS
    again = send(client, FORM, form_on(trapped, having="what_happened"))
    assert again.status_code == 200
    assert (kept(app), kept(app, Draft)) == (int(step == "send"), int(step == "save"))


def test_the_field_is_out_of_reach_of_people(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        builders.listening_session()
    trap = form_on(client.get(FORM), having="homepage").inputs["homepage"]
    assert {name: trap.get(name) for name in ("hidden", "tabindex", "autocomplete")} == {
        "hidden": "", "tabindex": "-1", "autocomplete": "off",
    }  # fmt: skip


def test_while_little_is_sent_nothing_is_asked(busy: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, 61)
    assert is_receipt(sent(busy.test_client()))


def test_while_much_is_sent_a_solution_lets_one_form_in(busy: Flask) -> None:
    client = busy.test_client()
    asked = sent(client)
    assert asked.status_code == 429
    assert int(asked.headers["Retry-After"]) <= WAIT_SECONDS
    assert kept(busy) == ONE_THERE
    assert words_on(asked) == WORDS
    form = form_on(asked, having="puzzle")
    puzzle = Puzzle(form.fields["puzzle"], 0)
    solution = next(str(number) for number in count() if puzzle.is_solved_by(str(number)))
    assert is_receipt(send(client, FORM, form, {"solution": solution}))
    assert kept(busy) == ONE_THERE + 1
    other = sent(client, puzzle=puzzle.text, solution=solution)
    assert other.status_code == 429, "it is of another form"


@pytest.mark.parametrize("solution", ["", "x", "-1", "٣", "1" * 13])
def test_what_solves_nothing_is_asked_again_with_the_same_puzzle(busy: Flask, solution: str) -> None:
    client = busy.test_client()
    form = form_on(sent(client), having="puzzle")
    again = send(client, FORM, form, {"solution": solution})
    assert again.status_code == 429
    assert form_on(again, having="puzzle").fields["puzzle"] == form.fields["puzzle"]
    assert kept(busy) == ONE_THERE


def test_without_a_script_waiting_is_enough_and_must_be_done(busy: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = busy.test_client()
    later(monkeypatch, 0)
    form = form_on(sent(client), having="puzzle")
    later(monkeypatch, WAIT_SECONDS - 5)
    early = send(client, FORM, form)
    assert early.status_code == 429
    assert "Please wait 5 seconds" in page(early).text_content()
    later(monkeypatch, 5)
    assert is_receipt(send(client, FORM, form_on(early, having="puzzle")))


def test_many_puzzles_fetched_at_once_are_not_waited_for_at_once(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        fetched = [(code, Puzzle.fresh(code).text) for code in (receipt_for(new_form_token()) for _ in range(12))]
    later(monkeypatch, WAIT_SECONDS)
    form = form_on(client.get(DOOR), having="code")

    def through(address: str, times: int) -> int:
        client.environ_base["REMOTE_ADDR"] = address
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            while unknown_codes.take():
                pass
        asked = [send(client, DOOR, form, {"code": code, "puzzle": puzzle}) for code, puzzle in fetched[:times]]
        return sum(one.status_code != 429 for one in asked)

    assert through("203.0.113.1", 12) == 10
    with app.app_context():
        while waited.take("a code"):
            pass
    assert through("203.0.113.2", 1) == 0, "all places together take turns as well"
    later(monkeypatch, 1)
    assert through("203.0.113.2", 2) == 1


def test_a_puzzle_is_not_forged_and_does_not_wait_for_ever(busy: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with busy.app_context():
        good = Puzzle.fresh("token")
        assert Puzzle.returned(good.text, "token") == good
        # The first character of the signature: the last one has bits that base64 leaves unread.
        body, signature = good.text.rsplit(".", 1)
        assert Puzzle.returned(f"{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}", "token") is None
        assert Puzzle.returned("[0,0]", "token") is None
        later(monkeypatch, 3601)
        assert Puzzle.returned(good.text, "token") is None


def test_staff_are_never_asked(busy: Flask) -> None:
    with busy.app_context(), transaction():
        held = session().scalars(sa.select(Submission)).one().listening_session
        rapporteur = builders.person("fatimata@example.org", (Role.RAPPORTEUR, held)).id
    said = {
        "entity": "Maison Ouverte", "intervention_type": "floor", "point": "challenge", "country": "MA",
        "summary": "Nobody answers the telephone.", "consent_tier": "3", "step": "send",
    }  # fmt: skip
    path = "/en/staff/sessions/wg3-2020-06-09/record"
    done = post_form(browser_of(busy, rapporteur), path, said, having="summary")
    assert "WG3-2020-06-09/I-001" in done.get_data(as_text=True)


@pytest.mark.browser
def test_a_browser_solves_it_by_itself(busy: Flask, browser: Browser) -> None:
    server = make_server("127.0.0.1", 0, busy, threaded=False)
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    visitor = browser.new_page()
    asked_elsewhere: list[str] = []
    visitor.on("request", lambda one: None if "127.0.0.1" in one.url else asked_elsewhere.append(one.url))
    visitor.goto(f"http://127.0.0.1:{server.port}{FORM}")
    visitor.fill("[name=what_happened]", WORDS)
    visitor.select_option("[name=country]", "TN")
    visitor.fill("[name=happened_when]", "April 2020")
    chosen = {
        "story_of": "mine",
        "about_child": "no",
        "danger_now": "no",
        "recognition_harm": "no",
        "consent_tier": "2",
    }
    for name, value in chosen.items():
        choose(visitor, name, value)
    visitor.click("[name=step][value=check]")
    visitor.click("[name=step][value=send]")
    visitor.wait_for_selector(".receipt .code", timeout=60_000)
    visitor.close()
    server.shutdown()
    serving.join()
    server.server_close()
    assert kept(busy) == ONE_THERE + 1
    assert asked_elsewhere == []


def test_who_sends_very_much_from_one_place_works_for_it_and_then_waits(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session()
    client = app.test_client()
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        while sent_here.take():
            pass
    asked = sent(client)
    assert asked.status_code == 429
    assert "Much was sent from this connection." in page(asked).text_content()
    assert words_on(asked) == WORDS
    form = form_on(asked, having="puzzle")
    puzzle = Puzzle(form.fields["puzzle"], 0)
    solution = next(str(number) for number in count() if puzzle.is_solved_by(str(number)))
    assert is_receipt(send(client, FORM, form, {"solution": solution}))
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        while most_sent_here.take():
            pass
    form = form_on(sent(client), having="puzzle")
    puzzle = Puzzle(form.fields["puzzle"], 0)
    solution = next(str(number) for number in count() if puzzle.is_solved_by(str(number)))
    over = send(client, FORM, form, {"solution": solution})
    assert over.status_code == 429
    assert words_on(over).strip() == WORDS
    assert kept(app) == 1
