"""Visits: they live on the server, and end there."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from intake.accounts import services
from intake.accounts.models import Membership, Person, Visit
from intake.accounts.permissions import Role
from intake.accounts.visits import IDLE, LONGEST, SEEN_EVERY, digest_of
from intake.foundation import clock
from intake.foundation.database import engine, transaction
from tests import builders
from tests.accounts.people import add, change, sign_in, visits
from tests.forms import post_form

DIGEST = "/en/staff/trial/digest/"
COOKIE = "visit"


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def copy_of(app: Flask, value: str) -> FlaskClient:
    other = app.test_client()
    other.set_cookie(COOKIE, value)
    return other


def is_in(client: FlaskClient) -> bool:
    return client.get(DIGEST).status_code == 200


def test_a_cookie_from_before_signing_in_is_worth_nothing_after(app: Flask, client: FlaskClient) -> None:
    add(app)
    client.get("/en/staff/sign-in/")
    before = cookie(client)
    sign_in(client)
    assert is_in(client)
    assert cookie(client) != before
    assert not is_in(copy_of(app, before))


def test_every_sign_in_has_a_token_of_its_own(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    first = cookie(client)
    post_form(client, "/en/staff/me/", action="/sign-out/")
    sign_in(client)
    assert is_in(client)
    assert not is_in(copy_of(app, first))


def test_only_a_digest_of_the_token_is_kept(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    with client.session_transaction() as held:
        token = held["visit"]
        assert set(held) == {"visit"}
    assert [visit.token_digest for visit in visits(app)] == [digest_of(token)]
    assert len(token) == 43


def test_a_copied_cookie_is_refused_after_signing_out(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    thief = copy_of(app, cookie(client))
    assert is_in(thief)
    response = post_form(client, "/en/staff/me/", action="/sign-out/")
    assert response.headers["Clear-Site-Data"] == '"cache"', "what is kept on the device stays"
    assert not is_in(thief)
    assert not is_in(client)
    assert visits(app) == []
    assert "You are signed out." in client.get("/en/staff/sign-in/").get_data(as_text=True)


def test_signing_out_ends_one_visit_and_signing_out_everywhere_ends_all(app: Flask, client: FlaskClient) -> None:
    add(app)
    elsewhere, stranger = app.test_client(), app.test_client()
    add(app, "other@example.org")
    sign_in(client)
    sign_in(elsewhere)
    sign_in(stranger, "other@example.org")
    post_form(client, "/en/staff/me/", action="/sign-out/")
    assert is_in(elsewhere)
    sign_in(client)
    assert "signed in on 2 devices" in client.get("/en/staff/me/").get_data(as_text=True)
    post_form(client, "/en/staff/me/", action="/end-sessions/")
    assert not is_in(elsewhere)
    assert not is_in(client)
    assert is_in(stranger)


def test_an_idle_visit_is_over(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    change(app, Visit, seen_at=clock.now() - IDLE + timedelta(seconds=20))
    assert is_in(client)
    change(app, Visit, seen_at=clock.now() - IDLE - timedelta(seconds=1))
    assert not is_in(client)


def test_a_long_visit_is_over_however_busy(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    change(app, Visit, started_at=clock.now() - LONGEST + timedelta(seconds=20))
    assert is_in(client)
    change(app, Visit, started_at=clock.now() - LONGEST - timedelta(seconds=1))
    assert not is_in(client)


def test_what_is_over_is_swept_away_at_the_next_sign_in(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(app.test_client())
    change(app, Visit, started_at=clock.now() - LONGEST - timedelta(seconds=1))
    sign_in(client)
    assert len(visits(app)) == 1


def test_somebody_deactivated_is_refused_at_the_next_request(app: Flask, client: FlaskClient) -> None:
    person_id = add(app)
    sign_in(client)
    assert is_in(client)
    change(app, Person, active=False)
    assert not is_in(client)
    with app.app_context(), transaction() as database:
        services.deactivate(database.get_one(Person, person_id))
    assert visits(app) == []
    assert sign_in(app.test_client()).status_code == 422


def test_a_role_taken_away_is_refused_at_the_next_request(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    assert is_in(client)
    with app.app_context(), transaction() as database:
        database.execute(sa.delete(Membership))
    assert client.get(DIGEST).status_code == 404
    assert client.get("/en/staff/me/").status_code == 200


def test_a_role_given_is_there_at_the_next_request(app: Flask, client: FlaskClient) -> None:
    person_id = add(app)
    sign_in(client)
    assert client.get("/en/staff/trial/queue/").status_code == 404
    with app.app_context(), transaction() as database:
        group = builders.working_group("WG2")
        services.grant(database.get_one(Person, person_id), services.Grant(Role.CO_LEAD, group.id))
    assert client.get("/en/staff/trial/queue/").get_data(as_text=True) == "the queue of Lead"


class Statements:
    """The statements sent to the database inside the block."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._engine = engine()
        self.sent: list[str] = []

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            self.sent.append(statement)

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self.sent

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)


def test_knowing_who_calls_takes_one_statement_however_many_roles(app: Flask, client: FlaskClient) -> None:
    person_id = add(app, "many@example.org")
    with app.app_context(), transaction() as database:
        person = database.get_one(Person, person_id)
        person.organisation = builders.organisation("Asia Pacific Refugee Rights Network")
        for number in range(5):
            services.grant(person, services.Grant(Role.CO_LEAD, builders.working_group(f"WG{number}").id))
    sign_in(client, "many@example.org")
    with Statements(app) as sent:
        assert is_in(client)
    assert len(sent) == 1


def test_a_visitor_without_a_visit_costs_no_statement(app: Flask, client: FlaskClient) -> None:
    client.get("/en/staff/sign-in/")
    with Statements(app) as sent:
        client.get("/en/staff/sign-in/")
    assert sent == []


def test_being_seen_is_written_rarely(app: Flask, client: FlaskClient) -> None:
    add(app)
    sign_in(client)
    recently = clock.now() - SEEN_EVERY + timedelta(seconds=20)
    change(app, Visit, seen_at=recently)
    assert is_in(client)
    assert [visit.seen_at for visit in visits(app)] == [recently]
    change(app, Visit, seen_at=clock.now() - SEEN_EVERY - timedelta(seconds=1))
    assert is_in(client)
    assert [clock.now() - visit.seen_at < timedelta(seconds=20) for visit in visits(app)] == [True]
