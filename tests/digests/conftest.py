"""Somebody at the drafters' desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts import services
from intake.accounts.permissions import Role
from intake.foundation.database import session, transaction
from intake.programme.models import ListeningSession, WorkingGroup
from tests import builders

SignIn = Callable[[Role, str | None], FlaskClient]


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """``sign_in(role, where)``: a browser in which somebody holds ``role`` in the working group or listening
    session of that code, or everywhere (None)."""

    def signed_in(role: Role, where: str | None) -> FlaskClient:
        with app.app_context(), transaction():
            person = builders.person(f"{role}-{where}@example.org".lower(), (role, _place(where)))
            token = services.start_visit(person.id)
        browser = app.test_client()
        with browser.session_transaction() as visit:
            visit["visit"] = token
        return browser

    return signed_in


def _place(code: str | None) -> WorkingGroup | ListeningSession | None:
    if code is None:
        return None
    found = session().scalar(sa.select(WorkingGroup).where(WorkingGroup.code == code))
    return found or session().scalars(sa.select(ListeningSession).where(ListeningSession.code == code)).one()
