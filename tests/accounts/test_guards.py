"""Guards: nothing undeclared, nobody let in who may not, and nothing typed is lost on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound

from intake.accounts import guards
from intake.accounts.models import Visit
from intake.accounts.onward import Onward, from_form, safe_next
from intake.accounts.visits import IDLE
from intake.foundation import clock
from tests.accounts.people import PASSWORD, SIGN_IN, TOTP_SECRET, add, change, code, sign_in, visits
from tests.forms import fields, form_on, post_form, send
from tests.forms import page as parsed

NOTE = "/en/staff/trial/note/"
CONTACT = "/en/staff/trial/contact/"
DIGEST = "/en/staff/trial/digest/"
WORDS = "They said: «نحن هنا» & waited.\n\nThen they left."


def test_a_view_that_says_nothing_stops_the_application(app: Flask) -> None:
    app.add_url_rule("/<lang>/forgotten/", "forgotten", lambda: "everybody")
    with pytest.raises(guards.UndeclaredAccess, match="forgotten"):
        guards.check_declared(app)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_a_rule_with_another_method_stops_the_application(app: Flask, method: str) -> None:
    app.add_url_rule("/<lang>/odd/", "odd", guards.public(lambda: "odd"), methods=[method])
    with pytest.raises(guards.UndeclaredAccess, match="odd"):
        guards.check_declared(app)


def test_a_permission_that_is_not_in_the_table_cannot_be_asked_for() -> None:
    with pytest.raises(guards.UndeclaredAccess):
        guards.staff("everything.do")


def test_the_application_declares_everything(app: Flask) -> None:
    guards.check_declared(app)


def test_a_stranger_is_asked_to_sign_in_and_comes_back(app: Flask, client: FlaskClient) -> None:
    add(app)
    held = client.get(DIGEST)
    assert (held.status_code, held.headers["Location"]) == (303, f"{SIGN_IN}?next={DIGEST}")
    response = post_form(client, held.headers["Location"], {"email": "lead@example.org", "password": PASSWORD})
    assert response.headers["Location"] == DIGEST


def test_somebody_who_may_not_learns_nothing(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    forbidden = client.get("/en/staff/trial/queue/")
    missing = client.get("/en/staff/trial/no-such-page/")
    assert forbidden.status_code == missing.status_code == 404
    shown = [page.get_data(as_text=True).replace("queue", "no-such-page") for page in (forbidden, missing)]
    assert shown[0].split("<main")[1] == shown[1].split("<main")[1]


@pytest.mark.parametrize(
    "address",
    ["/en/staff/", "/fr/staff/queue/", "/ar/staff/submissions/WG3-2020-06-09/T-017/", "/es/staff/digests/?edition=2"],
)
def test_a_staff_page_here_may_come_next(address: str) -> None:
    assert safe_next(address) == address


ELSEWHERE = [
    None,
    "",
    "/",
    "/en/",
    "/en/staff",
    "/de/staff/queue/",
    "en/staff/queue/",
    "//evil.example/en/staff/",
    "///en/staff/",
    "/\\evil.example/en/staff/",
    "\\/en/staff/",
    "https://evil.example/en/staff/",
    "https:/en/staff/",
    "javascript:alert(1)//en/staff/",
    " /en/staff/",
    "/en/staff/\t",
    "/en/staff/\r\nSet-Cookie: visit=x",
    "/en/staff/../../",
    "/en/staff/\\evil.example",
    "/en/staff/ queue",
    "/en/staff/\u202e",
    "/\t/evil.example/en/staff/",
    "/en/staff/" + "a" * 2000,
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nothing_else_may_come_next(address: str | None) -> None:
    assert safe_next(address) is None


def test_signing_in_goes_nowhere_else(app: Flask) -> None:
    add(app)
    for address in ("https://evil.example/en/staff/", "//evil.example/en/staff/", "/\\evil.example/en/staff/"):
        gone = sign_in(app.test_client(), next=address)
        assert (gone.status_code, gone.headers["Location"][:10]) == (303, "/en/staff/")


def test_a_form_sent_after_the_visit_ended_waits_behind_the_sign_in(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    form = form_on(client.get(NOTE))
    change(app, Visit, seen_at=clock.now() - IDLE - timedelta(seconds=1))
    held = send(client, NOTE, form, {"note": WORDS, "act": "keep"})
    assert "What you wrote is kept" in held.get_data(as_text=True)
    signed_in = send(
        client, NOTE, form_on(held, having="password"), {"email": "lead@example.org", "password": PASSWORD}
    )
    assert "What you wrote is still here" in signed_in.get_data(as_text=True)
    shown = [one.text_content().strip() for one in parsed(signed_in).cssselect("div.words")]
    assert [one.replace("\r\n", "\n") for one in shown] == [WORDS.strip()], "what was written, and no code beside it"
    again = form_on(signed_in, having="note")
    assert again.get("action") == NOTE
    kept = send(client, NOTE, again).get_data(as_text=True)
    assert kept.replace("\r\n", "\n") == f"kept: {WORDS} keep"


def test_it_waits_behind_the_second_factor_and_a_mistyped_password_as_well(app: Flask, client: FlaskClient) -> None:
    add(app, totp=TOTP_SECRET)
    sign_in(client)
    post_form(client, "/en/staff/second-factor/", {"code": code(steps=-1)})
    form = form_on(client.get(NOTE))
    change(app, Visit, seen_at=clock.now() - IDLE - timedelta(seconds=1))
    page = send(client, NOTE, form, {"note": WORDS})
    for typed in (
        {"email": "lead@example.org", "password": "another long password"},
        {"email": "lead@example.org", "password": PASSWORD},
    ):
        page = send(client, SIGN_IN, form_on(page, having="password"), typed)
    for typed in ({"code": "000000"}, {"code": code()}):
        page = send(client, SIGN_IN, form_on(page, having="code"), typed)
    kept = send(client, NOTE, form_on(page, having="note")).get_data(as_text=True)
    assert WORDS in kept.replace("\r\n", "\n")


def test_a_form_whose_cookie_is_lost_waits_when_it_came_from_here(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    form = form_on(client.get(NOTE))
    lost = app.test_client()
    held = send(lost, NOTE, form, {"note": WORDS}, headers={"Sec-Fetch-Site": "same-origin"})
    assert "What you wrote is kept" in held.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": ""}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_another_site_puts_no_words_into_anybodys_hands(client: FlaskClient, headers: dict[str, str]) -> None:
    held = client.post(NOTE, data={"note": "words of somebody else"}, headers=headers)
    assert held.headers["Location"] == f"{SIGN_IN}?next={NOTE}"
    assert "words of somebody else" not in held.get_data(as_text=True)


def test_passwords_are_not_carried_along(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    form = form_on(client.get("/en/staff/me/password/"), having="current")
    change(app, Visit, seen_at=clock.now() - IDLE - timedelta(seconds=1))
    held = send(client, "/en/staff/me/password/", form, {"current": PASSWORD, "password": "x", "again": "x"})
    assert held.status_code == 303
    assert PASSWORD not in held.get_data(as_text=True)


@pytest.mark.parametrize(
    "carried", ["{", '[["version", "1"]]', "null", "", "[" * 100_000, "WyIvZW4vc3RhZmYvIixbXV0.forged"]
)
def test_what_we_did_not_hand_on_ourselves_is_not_carried(app: Flask, carried: str) -> None:
    with app.test_request_context("/", method="POST", data={"carried": carried, "next": NOTE}):
        assert from_form() == Onward(NOTE)


def test_what_was_handed_on_goes_nowhere_else_and_to_nobody_else(app: Flask) -> None:
    with app.test_request_context("/"):
        handed = Onward(NOTE, (("words", "typed"),)).carried_as_text
        mark = session["onward"]
    cases = (
        (NOTE, mark, (("words", "typed"),)),
        ("/en/staff/me/", mark, None),
        (NOTE, "other", None),
        (NOTE, None, None),
    )
    for going, browser, carried in cases:
        with app.test_request_context("/", method="POST", data={"carried": handed, "next": going}):
            if browser:
                session["onward"] = browser
            assert from_form() == Onward(going, carried)


def test_giving_typed_text_back_does_not_open_a_view(app: Flask, client: FlaskClient) -> None:
    add(app)
    stranger = client.post(NOTE, data={"note": "words"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert stranger.status_code == 303
    sign_in(client)
    known = client.post(NOTE, data={"note": "words"})
    assert known.status_code == 400
    assert "the note" in known.get_data(as_text=True)


def test_a_view_is_held_even_when_it_is_called_past_the_request(app: Flask) -> None:
    with app.test_request_context(NOTE, method="POST"), pytest.raises(NotFound):
        app.view_functions["trial.note"]()


def test_a_fresh_proof_is_asked_for_after_fifteen_minutes(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    assert client.get(CONTACT).status_code == 200
    change(app, Visit, confirmed_at=clock.now() - timedelta(minutes=15, seconds=1))
    held = client.get(CONTACT)
    assert (held.status_code, held.headers["Location"]) == (303, f"/en/staff/confirm/?next={CONTACT}")
    wrong = post_form(client, held.headers["Location"], {"password": "another long password"}, having="password")
    assert wrong.status_code == 422
    assert client.get(CONTACT).status_code == 303
    before = [visit.token_digest for visit in visits(app)]
    right = post_form(client, held.headers["Location"], {"password": PASSWORD}, having="password")
    assert right.headers["Location"] == CONTACT
    assert client.get(CONTACT).status_code == 200
    assert [visit.token_digest for visit in visits(app)] != before


def test_a_fresh_proof_takes_the_second_factor_where_there_is_one(app: Flask, client: FlaskClient) -> None:
    add(app, totp=TOTP_SECRET)
    sign_in(client)
    used = code(steps=-1)
    post_form(client, "/en/staff/second-factor/", {"code": used})
    change(app, Visit, confirmed_at=clock.now() - timedelta(hours=1))
    confirm = f"/en/staff/confirm/?next={CONTACT}"
    for typed in ({"password": PASSWORD}, {"password": PASSWORD, "code": used}, {"password": "x", "code": code()}):
        assert post_form(client, confirm, typed, having="code").status_code == 422
    assert client.get(CONTACT).status_code == 303
    response = post_form(client, confirm, {"password": PASSWORD, "code": code()}, having="code")
    assert response.headers["Location"] == CONTACT
    assert client.get(CONTACT).status_code == 200


def test_a_form_waits_behind_the_fresh_proof(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    form = form_on(client.get(CONTACT))
    change(app, Visit, confirmed_at=clock.now() - timedelta(hours=1))
    page = send(client, CONTACT, form, {"note": WORDS})
    page = send(client, CONTACT, form_on(page, having="password"), {"password": PASSWORD})
    kept = send(client, CONTACT, form_on(page, having="note")).get_data(as_text=True)
    assert kept.replace("\r\n", "\n") == f"revealed because {WORDS}"


def test_setting_up_an_app_asks_for_a_fresh_proof(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    change(app, Visit, confirmed_at=clock.now() - timedelta(hours=1))
    assert client.get("/en/staff/second-factor/set-up/").headers["Location"].startswith("/en/staff/confirm/")


def test_the_token_changes_with_every_proof(app: Flask, client: FlaskClient) -> None:
    add(app)
    before = fields(form_on(client.get(SIGN_IN), having="password"))["csrf_token"]
    sign_in(client)
    stale = client.post("/en/staff/sign-out/", data={"csrf_token": before})
    assert stale.status_code == 400
    assert len(visits(app)) == 1
