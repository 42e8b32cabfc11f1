"""Signing in: who is let in, what strangers learn, and how guessing is slowed."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from intake.accounts.models import Person, Visit
from intake.accounts.permissions import Role
from intake.accounts.services import FIRST_DELAY, FREE_ATTEMPTS, LONGEST_DELAY, delay_after
from intake.foundation import clock
from intake.foundation.database import engine, session
from intake.foundation.register import RegisterLine
from tests.accounts.people import EMAIL, PASSWORD, SIGN_IN, add, change, read, sign_in, visits
from tests.forms import fields, form_on


def test_the_right_password_begins_a_visit(app: Flask, client: FlaskClient) -> None:
    person_id = add(app)
    response = sign_in(client)
    assert response.status_code == 303
    assert [visit.person_id for visit in visits(app)] == [person_id]
    assert client.get("/en/staff/trial/digest/").get_data(as_text=True) == "the digest"
    with app.app_context():
        acts = session().scalars(sa.select(RegisterLine.act).where(RegisterLine.person_id == person_id)).all()
    assert acts == ["visit.start"]


def test_an_address_is_known_however_it_is_written(app: Flask) -> None:
    add(app)
    for typed in ("LEAD@Example.ORG", "  lead@example.org  "):
        assert sign_in(app.test_client(), typed).status_code == 303


def test_a_password_is_known_from_every_keyboard(app: Flask, client: FlaskClient) -> None:
    add(app)
    full_width = "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in PASSWORD)
    assert sign_in(client, password=full_width).status_code == 303


def test_after_signing_in_everybody_starts_where_their_work_is(app: Flask, client: FlaskClient) -> None:
    add(app, "a@example.org", (Role.RAPPORTEUR, None), language="fr")
    assert sign_in(client, "a@example.org").headers["Location"] == "/fr/staff/record/"


def test_somebody_without_a_role_starts_on_their_own_page(app: Flask, client: FlaskClient) -> None:
    add(app, memberships=[])
    assert sign_in(client).headers["Location"] == "/en/staff/me/"
    assert client.get("/en/staff/me/").status_code == 200


def shown_to(client: FlaskClient, email: str, password: str) -> str:
    response = sign_in(client, email, password)
    assert response.status_code == 422
    page = response.get_data(as_text=True).replace(email, "EMAIL")
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_wrong_unknown_deactivated_invited_and_delayed_get_the_same_answer(app: Flask) -> None:
    add(app)
    add(app, "left@example.org", active=False)
    add(app, "invited@example.org", password_hash=None)
    add(app, "slowed@example.org", locked_until=clock.now() + timedelta(minutes=4))
    answers = {
        shown_to(app.test_client(), EMAIL, "another long password"),
        shown_to(app.test_client(), "nobody@example.org", PASSWORD),
        shown_to(app.test_client(), "no address", PASSWORD),
        shown_to(app.test_client(), "left@example.org", PASSWORD),
        shown_to(app.test_client(), "invited@example.org", PASSWORD),
        shown_to(app.test_client(), "slowed@example.org", PASSWORD),
    }
    assert len(answers) == 1
    assert visits(app) == []


def test_strangers_cost_the_database_what_people_cost(app: Flask, client: FlaskClient) -> None:
    add(app)
    add(app, "slowed@example.org", locked_until=clock.now() + timedelta(minutes=4))
    done: dict[str, list[str]] = {}
    for email in (EMAIL, "nobody@example.org", "slowed@example.org"):
        said: list[str] = done.setdefault(email, [])

        def note(_c: object, _cursor: object, statement: str, *_rest: object, said: list[str] = said) -> None:
            said.append(statement.split(maxsplit=1)[0])

        with app.app_context():
            bound = engine()
        event.listen(bound, "before_cursor_execute", note)
        shown_to(client, email, "another long password")
        event.remove(bound, "before_cursor_execute", note)
    assert done[EMAIL] == done["nobody@example.org"] == done["slowed@example.org"]
    assert done[EMAIL].count("UPDATE") == 2


def test_what_was_typed_comes_back_but_never_a_password(client: FlaskClient) -> None:
    page = sign_in(client, "nobody@example.org", "a password that is wrong").get_data(as_text=True)
    assert "nobody@example.org" in page
    assert "a password that is wrong" not in page


def test_delays_grow_and_end() -> None:
    delays = [delay_after(attempts) for attempts in range(1, 40)]
    assert delays[:FREE_ATTEMPTS] == [timedelta()] * FREE_ATTEMPTS
    assert delays[FREE_ATTEMPTS : FREE_ATTEMPTS + 3] == [FIRST_DELAY, FIRST_DELAY * 2, FIRST_DELAY * 4]
    assert delays == sorted(delays)
    assert max(delays) == LONGEST_DELAY == delay_after(1_000_000)


def test_after_several_attempts_even_the_right_password_waits_but_never_for_good(
    app: Flask, client: FlaskClient
) -> None:
    person_id = add(app)
    for _attempt in range(FREE_ATTEMPTS + 1):
        sign_in(client, password="another long password")
    assert read(app, person_id).locked_until is not None
    assert sign_in(client).status_code == 422

    change(app, Person, locked_until=clock.now() - timedelta(seconds=1))
    sign_in(client, password="another long password")
    longer = read(app, person_id)
    assert longer.failed_attempts == FREE_ATTEMPTS + 2
    assert longer.locked_until is not None
    assert longer.locked_until - clock.now() > FIRST_DELAY

    change(app, Person, locked_until=clock.now() - timedelta(seconds=1))
    assert sign_in(client).status_code == 303
    now = read(app, person_id)
    assert (now.failed_attempts, now.locked_until) == (0, None)


def test_an_attempt_while_a_delay_runs_does_not_make_it_longer(app: Flask, client: FlaskClient) -> None:
    until = clock.now().replace(microsecond=0) + timedelta(minutes=3)
    person_id = add(app, locked_until=until, failed_attempts=9)
    sign_in(client, password="another long password")
    now = read(app, person_id)
    assert (now.failed_attempts, now.locked_until) == (9, until)


def test_many_guesses_at_once_are_counted_one_by_one(app: Flask) -> None:
    person_id = add(app)

    def guess(number: int) -> int:
        return sign_in(app.test_client(), password=f"guess number {number} of many").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(12))) == {422}
    assert read(app, person_id).failed_attempts == FREE_ATTEMPTS + 1


def test_nothing_is_kept_of_the_network_or_the_browser(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client, password="another long password")
    sign_in(client)
    columns = {column.name for model in (Person, Visit) for column in model.__table__.columns}
    assert not [name for name in columns if re.search(r"(?:^|_)ip(?:_|$)|addr|agent|referr", name)]


def test_a_form_without_its_token_changes_nothing(app: Flask, client: FlaskClient) -> None:
    add(app)
    response = client.post(SIGN_IN, data={"email": EMAIL, "password": PASSWORD})
    assert response.status_code == 400
    assert EMAIL in response.get_data(as_text=True)
    assert visits(app) == []


def test_no_page_is_kept_by_browsers(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    for path in ("sign-in", "me", "second-factor", "confirm", "welcome/x"):
        assert client.get(f"/en/staff/{path}/").headers["Cache-Control"] == "no-store"


def test_somebody_signed_in_is_not_asked_again(app: Flask, client: FlaskClient) -> None:
    add(app, "r@example.org", (Role.RAPPORTEUR, None))
    sign_in(client, "r@example.org")
    assert client.get(SIGN_IN).headers["Location"] == "/en/staff/record/"


def test_signing_in_as_somebody_else_ends_the_visit_before(app: Flask, client: FlaskClient) -> None:
    add(app)
    other = add(app, "other@example.org")
    sign_in(client)
    token = fields(form_on(client.get("/en/staff/me/"), action="/me/"))["csrf_token"]
    client.post(SIGN_IN, data={"email": "other@example.org", "password": PASSWORD, "csrf_token": token})
    assert [visit.person_id for visit in visits(app)] == [other]
