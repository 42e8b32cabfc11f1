"""Somebody's own page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts import scopes
from intake.accounts.permissions import Role
from intake.foundation.database import session, transaction
from intake.foundation.post import OutgoingMail
from intake.programme.models import WorkingGroup
from tests import builders
from tests.accounts.people import PASSWORD, add, read, sign_in, visits
from tests.forms import page, post_form

ME = "/en/staff/me/"
PASSWORD_PAGE = "/en/staff/me/password/"
NEW = "violin harbour nine clouds"


def test_name_and_language_are_peoples_own_to_change(app: Flask, client: FlaskClient) -> None:
    person_id = add(app)
    sign_in(client)
    response = post_form(client, ME, {"name": "  Zeïneb   A. ", "language": "ar"}, having="name")
    assert response.headers["Location"] == "/ar/staff/me/"
    now = read(app, person_id)
    assert (now.name, now.language) == ("Zeïneb A.", "ar")


def test_what_is_no_name_or_language_is_refused(app: Flask, client: FlaskClient) -> None:
    person_id = add(app)
    sign_in(client)
    for typed in ({"name": ""}, {"name": " "}, {"name": "x" * 201}, {"name": "a\u202eb"}, {"language": "de"}):
        assert post_form(client, ME, typed, having="name").status_code == 422
    assert (read(app, person_id).name, read(app, person_id).language) == ("Lead", "en")


def test_nothing_else_can_be_changed_by_naming_it(app: Flask, client: FlaskClient) -> None:
    person_id = add(app)
    sign_in(client)
    more = {"email": "x@example.org", "active": "0", "example": "1", "failed_attempts": "7", "password_hash": "x"}
    before = read(app, person_id)
    post_form(client, ME, more, having="name")
    after = read(app, person_id)
    assert [getattr(after, name) for name in more] == [getattr(before, name) for name in more]


def test_roles_are_shown_with_their_place(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        group_id = builders.working_group("WG3").id
    with app.app_context():
        group = session().get_one(WorkingGroup, group_id)
        session().expunge(group)
    add(app, "lead@example.org", (Role.CO_LEAD, group), (Role.DRAFTER, None))
    scopes.register(app, lambda _where: None, lambda reach: f"group {reach.working_group_id}")
    sign_in(client)
    shown = page(client.get(ME)).xpath("//aside//li")
    assert [" ".join(item.text_content().split()) for item in shown] == [f"Co-lead · group {group_id}", "Drafter"]


def test_a_new_password_needs_the_present_one_and_ends_other_visits(app: Flask, client: FlaskClient) -> None:
    add(app)
    elsewhere = app.test_client()
    sign_in(elsewhere)
    sign_in(client)
    chosen = {"password": NEW, "again": NEW}
    wrong = post_form(client, PASSWORD_PAGE, {"current": "another long password", **chosen}, having="current")
    assert wrong.status_code == 422
    weak = {"current": PASSWORD, "password": "lead@example.org", "again": "lead@example.org"}
    assert post_form(client, PASSWORD_PAGE, weak, having="current").status_code == 422
    assert len(visits(app)) == 2
    done = post_form(client, PASSWORD_PAGE, {"current": PASSWORD, **chosen}, having="current")
    assert done.headers["Location"] == ME
    assert client.get(ME).status_code == 200
    assert elsewhere.get(ME).status_code == 303
    assert sign_in(app.test_client()).status_code == 422
    assert sign_in(app.test_client(), password=NEW).status_code == 303
    with app.app_context():
        assert session().scalars(sa.select(OutgoingMail.subject)).all() == ["Your password was changed"]


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_every_page_is_there_in_every_language(app: Flask, client: FlaskClient, language: str) -> None:
    add(app)
    start = f"/{language}/staff"
    assert client.get(f"{start}/sign-in/").status_code == 200
    sign_in(client)
    for path in ("me", "me/password", "confirm", "second-factor/set-up"):
        response = client.get(f"{start}/{path}/")
        assert response.status_code == 200
        assert f'<html lang="{language}"' in response.get_data(as_text=True)
