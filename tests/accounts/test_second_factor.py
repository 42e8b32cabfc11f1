"""The second factor: setting it up, being asked for it, and codes that are accepted once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select

from intake.accounts import second_factor
from intake.accounts.models import Person
from intake.accounts.services import FREE_ATTEMPTS, reset_second_factor
from intake.foundation.crypto import SealError
from intake.foundation.database import session, transaction
from intake.foundation.post import OutgoingMail
from tests.accounts.people import TOTP_SECRET, add, change, code, read, sign_in, visits
from tests.forms import post_form

CODE = "/en/staff/second-factor/"
SET_UP = "/en/staff/second-factor/set-up/"
DIGEST = "/en/staff/trial/digest/"


def offered(client: FlaskClient) -> str:
    page = client.get(SET_UP).get_data(as_text=True)
    found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)
    assert found is not None
    return found[1].replace(" ", "")


def test_codes_are_those_of_rfc_6238() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the RFC's own, appendix B; its codes have eight figures
    for second, expected in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        moment = datetime.fromtimestamp(second, UTC)
        assert second_factor.matching_step(secret, expected, moment) == second // 30


@pytest.mark.parametrize("typed", ["287082", " 287 082 ", "٢٨٧٠٨٢", "２８７０８２"])
def test_a_code_may_be_typed_as_people_type(typed: str) -> None:
    moment = datetime.fromtimestamp(59, UTC)
    assert second_factor.matching_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", typed, moment) == 1


@pytest.mark.parametrize("typed", ["", "287083", "28708", "2870820", "28708²²", "drei"])
def test_anything_else_is_no_code(typed: str) -> None:
    moment = datetime.fromtimestamp(59, UTC)
    assert second_factor.matching_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", typed, moment) is None


def test_a_password_alone_opens_nothing(app: Flask, client: FlaskClient) -> None:
    add(app, totp=TOTP_SECRET)
    assert sign_in(client).headers["Location"] == CODE
    assert client.get(DIGEST).headers["Location"].startswith(CODE)
    assert client.get("/en/staff/me/").status_code == 303
    assert client.get(SET_UP).headers["Location"] == CODE
    assert client.get(SET_UP + "code.svg").status_code == 404


def test_a_code_completes_the_visit_under_a_new_token(app: Flask, client: FlaskClient) -> None:
    add(app, totp=TOTP_SECRET)
    sign_in(client)
    half = [visit.token_digest for visit in visits(app)]
    assert post_form(client, CODE, {"code": code()}).status_code == 303
    assert client.get(DIGEST).status_code == 200
    assert [visit.token_digest for visit in visits(app)] != half


def test_a_code_is_accepted_once(app: Flask, client: FlaskClient) -> None:
    add(app, totp=TOTP_SECRET)
    seen = code()
    sign_in(client)
    assert post_form(client, CODE, {"code": seen}).status_code == 303
    thief = app.test_client()
    sign_in(thief)
    assert post_form(thief, CODE, {"code": seen}).status_code == 422
    assert post_form(thief, CODE, {"code": code(steps=-1)}).status_code == 422
    assert thief.get(DIGEST).status_code == 303
    assert post_form(thief, CODE, {"code": code(steps=1)}).status_code == 303


def test_guessing_codes_is_slowed_like_guessing_passwords(app: Flask, client: FlaskClient) -> None:
    person_id = add(app, totp=TOTP_SECRET)
    sign_in(client)
    for _attempt in range(FREE_ATTEMPTS):
        assert post_form(client, CODE, {"code": "000000"}).status_code == 422
    assert read(app, person_id).locked_until is not None
    assert post_form(client, CODE, {"code": code()}).status_code == 422
    change(app, Person, locked_until=None)
    assert post_form(client, CODE, {"code": code()}).status_code == 303
    assert read(app, person_id).failed_attempts == 0


def test_a_right_password_does_not_let_guessing_codes_start_again(app: Flask, client: FlaskClient) -> None:
    person_id = add(app, totp=TOTP_SECRET)
    sign_in(client)
    post_form(client, CODE, {"code": "000000"})
    sign_in(client)
    assert read(app, person_id).failed_attempts == 3


def test_where_it_is_required_everybody_sets_it_up_at_the_first_sign_in(strict_app: Flask) -> None:
    client = strict_app.test_client()
    person_id = add(strict_app)
    assert sign_in(client, next=DIGEST).headers["Location"] == SET_UP + "?next=" + DIGEST
    assert client.get(DIGEST).headers["Location"].startswith(SET_UP)
    secret = offered(client)
    assert offered(client) == secret
    assert post_form(client, SET_UP, {"code": "000000"}).status_code == 422
    assert read(strict_app, person_id).totp_secret is None
    response = post_form(client, SET_UP + "?next=" + DIGEST, {"code": code(secret)})
    assert response.headers["Location"] == DIGEST
    assert client.get(DIGEST).status_code == 200
    assert offered(client) != secret


def test_the_first_code_is_not_accepted_again(strict_app: Flask) -> None:
    client = strict_app.test_client()
    add(strict_app)
    sign_in(client)
    first = code(offered(client))
    post_form(client, SET_UP, {"code": first})
    other = strict_app.test_client()
    assert sign_in(other).headers["Location"] == CODE
    assert post_form(other, CODE, {"code": first}).status_code == 422


def test_example_people_are_exempt(strict_app: Flask) -> None:
    client = strict_app.test_client()
    add(strict_app, example=True)
    sign_in(client)
    assert client.get(DIGEST).status_code == 200


def test_the_secret_is_sealed_for_its_row(app: Flask) -> None:
    person_id = add(app, totp=TOTP_SECRET)
    sealed = read(app, person_id).totp_secret
    assert sealed is not None
    assert TOTP_SECRET.encode() not in sealed
    with app.app_context():
        assert second_factor.unseal(person_id, sealed) == TOTP_SECRET
        with pytest.raises(SealError):
            second_factor.unseal(person_id + 1, sealed)


def test_the_picture_is_a_file_of_its_own_that_nobody_keeps(app: Flask, client: FlaskClient) -> None:
    add(app)
    assert client.get(SET_UP + "code.svg").status_code == 404
    sign_in(client)
    picture = client.get(SET_UP + "code.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert etree.fromstring(picture.data).tag == "{http://www.w3.org/2000/svg}svg"
    assert b"style" not in picture.data
    page = client.get(SET_UP).get_data(as_text=True)
    assert 'src="/en/staff/second-factor/set-up/code.svg"' in page
    assert "data:" not in page


def test_setting_it_up_ends_the_other_visits_and_is_told(app: Flask, client: FlaskClient) -> None:
    add(app)
    elsewhere = app.test_client()
    sign_in(elsewhere)
    sign_in(client)
    post_form(client, SET_UP, {"code": code(offered(client))})
    assert client.get(DIGEST).status_code == 200
    assert elsewhere.get(DIGEST).status_code == 303
    assert len(visits(app)) == 1
    with app.app_context():
        assert session().scalars(select(OutgoingMail.subject)).all() == ["Your authenticator app was set up"]


def test_a_lost_telephone_is_reset_and_signs_out(app: Flask, client: FlaskClient) -> None:
    person_id = add(app, totp=TOTP_SECRET)
    sign_in(client)
    post_form(client, CODE, {"code": code()})
    with app.app_context(), transaction() as database:
        reset_second_factor(database.get_one(Person, person_id))
    assert client.get(DIGEST).status_code == 303
    sign_in(client)
    assert client.get(DIGEST).status_code == 200
