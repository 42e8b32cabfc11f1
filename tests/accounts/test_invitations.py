"""Invitations: a link by which somebody sets a password, once and for two days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts import services
from intake.accounts.models import Invitation, Person
from intake.accounts.permissions import Role
from intake.accounts.services import INVITATION_LASTS
from intake.foundation import clock
from intake.foundation.database import session, transaction
from tests.accounts.people import PASSWORD, TOTP_SECRET, add, change, read, sign_in, visits
from tests.forms import form_on, post_form, send

NEW = {"password": "violin harbour nine clouds", "again": "violin harbour nine clouds"}


def invited(app: Flask, language: str = "en") -> str:
    """The path of a new invitation."""
    with app.app_context(), transaction():
        person = services.add_person("new@example.org", "Amal N.", [(Role.DRAFTER, None, None)], language=language)
        link = services.invitation_link(person, services.invite(person))
    assert link.startswith(f"http://127.0.0.1:8000/{language}/staff/welcome/")
    return link.removeprefix("http://127.0.0.1:8000")


def test_a_link_sets_a_password_and_signs_in(app: Flask, client: FlaskClient) -> None:
    link = invited(app, "ar")
    assert 'dir="rtl"' in client.get(link).get_data(as_text=True)
    assert post_form(client, link, NEW, having="password").status_code == 303
    assert client.get("/en/staff/trial/digest/").status_code == 200
    other = app.test_client()
    assert sign_in(other, "new@example.org", NEW["password"]).status_code == 303


def test_looking_at_a_link_does_not_use_it_up(app: Flask, client: FlaskClient) -> None:
    link = invited(app)
    for _look in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert post_form(client, link, NEW, having="password").status_code == 303


def test_a_refused_password_does_not_use_it_up(app: Flask, client: FlaskClient) -> None:
    link = invited(app)
    for password, again in (
        ("too short", "too short"),
        ("passwordpassword2020", "passwordpassword2020"),
        (NEW["password"], NEW["password"] + "!"),
    ):
        refused = post_form(client, link, {"password": password, "again": again}, having="password")
        assert refused.status_code == 422
    assert post_form(client, link, NEW, having="password").status_code == 303


def test_a_link_works_once(app: Flask, client: FlaskClient) -> None:
    link = invited(app)
    late = app.test_client()
    waiting = form_on(late.get(link), having="password")
    post_form(client, link, NEW, having="password")
    assert client.get(link).status_code == 404
    other = {"password": "another sentence of mine", "again": "another sentence of mine"}
    assert send(late, link, waiting, other).status_code == 404
    assert sign_in(app.test_client(), "new@example.org", NEW["password"]).status_code == 303


@pytest.mark.parametrize(
    "spoil",
    [
        {"expires_at": datetime(2020, 6, 9, tzinfo=UTC)},
        {"used_at": datetime(2020, 6, 9, tzinfo=UTC)},
    ],
)
def test_a_link_that_is_over_says_what_an_unknown_one_says(
    app: Flask, client: FlaskClient, spoil: dict[str, object]
) -> None:
    link = invited(app)
    with app.app_context(), transaction() as database:
        database.execute(sa.update(Invitation).values(**spoil))
    over = client.get(link)
    unknown = client.get("/en/staff/welcome/" + "x" * 43 + "/")
    assert over.status_code == unknown.status_code == 404
    token = link.split("/")[-2]
    assert over.get_data(as_text=True).replace(token, "x" * 43) == unknown.get_data(as_text=True)


def test_a_link_lasts_two_days(app: Flask) -> None:
    invited(app)
    with app.app_context():
        kept = session().scalars(sa.select(Invitation)).one()
        assert timedelta(hours=48) == INVITATION_LASTS
        assert abs(kept.expires_at - clock.now() - INVITATION_LASTS) < timedelta(minutes=1)


def test_the_link_of_somebody_deactivated_is_dead(app: Flask, client: FlaskClient) -> None:
    link = invited(app)
    change(app, Person, active=False)
    assert client.get(link).status_code == 404


def test_a_new_link_ends_the_one_before(app: Flask, client: FlaskClient) -> None:
    first = invited(app)
    with app.app_context(), transaction():
        person = services.person_called("NEW@example.org")
        second = services.invitation_link(person, services.invite(person)).removeprefix("http://127.0.0.1:8000")
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_only_a_digest_of_the_link_is_kept(app: Flask) -> None:
    token = invited(app).rstrip("/").rsplit("/", 1)[1]
    with app.app_context():
        assert token not in session().scalars(sa.select(Invitation.token_digest)).one()


def test_a_forgotten_password_is_replaced_signs_out_and_keeps_the_second_factor(
    app: Flask, client: FlaskClient
) -> None:
    person_id = add(app, totp=TOTP_SECRET, failed_attempts=9, locked_until=clock.now() + timedelta(minutes=5))
    sign_in(app.test_client())
    with app.app_context(), transaction():
        person = services.person_called("lead@example.org")
        link = services.invitation_link(person, services.invite(person)).removeprefix("http://127.0.0.1:8000")
    response = post_form(client, link, NEW, having="password")
    assert response.headers["Location"] == "/en/staff/second-factor/"
    assert len(visits(app)) == 1
    assert read(app, person_id).failed_attempts == 0
    assert sign_in(app.test_client(), password=PASSWORD).status_code == 422
