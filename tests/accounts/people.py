"""People who sign in, for the tests of this folder."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import pyotp
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts import passwords, second_factor
from intake.accounts.models import Person, Visit
from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.programme.models import ListeningSession, WorkingGroup
from tests import builders
from tests.forms import post_form

EMAIL = "lead@example.org"
PASSWORD = "amber tuning fork marsh"
SIGN_IN = "/en/staff/sign-in/"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@cache
def kept(password: str = PASSWORD) -> str:
    """The hash of ``password``, made once: it takes its time by design."""
    return passwords.hashed(password)


def add(
    app: Flask,
    email: str = EMAIL,
    *roles: tuple[Role, WorkingGroup | ListeningSession | None],
    totp: str | None = None,
    **columns: Any,
) -> int:
    """Somebody who can sign in with ``PASSWORD``; returns their id."""
    with app.app_context(), transaction():
        made = builders.person(email, *(roles or ((Role.DRAFTER, None),)))
        made.password_hash = kept()
        made.totp_secret = second_factor.seal(made.id, totp) if totp else None
        for name, value in columns.items():
            setattr(made, name, value)
        return made.id


def sign_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **typed: Any) -> TestResponse:
    """Fill the sign-in page and send it."""
    return post_form(client, SIGN_IN, {"email": email, "password": password, **typed}, having="password")


def change(app: Flask, model: type[Person | Visit], **values: Any) -> None:
    """Write ``values`` into every row of ``model``."""
    with app.app_context(), transaction() as database:
        database.execute(sa.update(model).values(**values))


def read(app: Flask, person_id: int) -> Person:
    """The person as the database has them now."""
    with app.app_context():
        found = session().get_one(Person, person_id)
        session().expunge(found)
        return found


def visits(app: Flask) -> list[Visit]:
    """Every visit that is not ended."""
    with app.app_context():
        return list(session().scalars(sa.select(Visit).order_by(Visit.id)))


_TIME_TO_TYPE_SECONDS = 5


def code(secret: str = TOTP_SECRET, *, steps: int = 0) -> str:
    """The code an app shows, so many steps of 30 seconds from now; good for five seconds at least."""
    left = second_factor.STEP_SECONDS - clock.now().timestamp() % second_factor.STEP_SECONDS
    if left < _TIME_TO_TYPE_SECONDS:
        time.sleep(left)
    step = int(clock.now().timestamp()) // second_factor.STEP_SECONDS
    return pyotp.TOTP(secret).generate_otp(step + steps)
