"""Somebody at the drafters' desk, and the golden session as documents."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.digests import services as digests
from intake.digests.document import Document
from intake.foundation.database import session, transaction
from intake.foundation.languages import CODES
from intake.programme.models import ListeningSession, WorkingGroup
from tests import builders
from tests.digests.golden_session import golden
from tests.installation import Origin, browser_of, installation, origin_of
from tests.provision.databases import Databases

SignIn = Callable[[Role, str | None], FlaskClient]


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The digest of the golden session in each language: data, so that tests may share it."""
    with installation(tmp_path_factory.mktemp("golden")) as app, app.app_context():
        with transaction():
            digest = digests.compile_digest(golden().held)
        return {language: digests.document(digest, language) for language in CODES}


@pytest.fixture(scope="session")
def with_golden(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """An installation that holds the golden session and nothing else."""

    def fill(app: Flask) -> None:
        with app.app_context(), transaction():
            golden()

    return origin_of(databases, migrated_url, tmp_path_factory.mktemp("golden"), fill)


@pytest.fixture
def origin(request: pytest.FixtureRequest, origin: Origin) -> Origin:
    """With the golden session when the test uses ``golden_there``."""
    ready: Origin = request.getfixturevalue("with_golden") if "golden_there" in request.fixturenames else origin
    return ready


@pytest.fixture
def golden_there() -> None:
    """The test wants the golden session to be there; one that wants its people too calls ``golden`` instead."""


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """``sign_in(role, where)``: a browser in which somebody holds ``role`` in the working group or listening
    session of that code, or everywhere (None)."""

    def signed_in(role: Role, where: str | None) -> FlaskClient:
        with app.app_context(), transaction():
            person_id = builders.person(f"{role}-{where}@example.org".lower(), (role, _place(where))).id
        return browser_of(app, person_id)

    return signed_in


def _place(code: str | None) -> WorkingGroup | ListeningSession | None:
    if code is None:
        return None
    found = session().scalar(sa.select(WorkingGroup).where(WorkingGroup.code == code))
    return found or session().scalars(sa.select(ListeningSession).where(ListeningSession.code == code)).one()
