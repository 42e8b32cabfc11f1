"""The desk as every test of this folder finds it: that of the moderation tests, with a drafter."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.foundation.database import transaction
from tests import builders
from tests.accounts.people import kept
from tests.installation import Origin, origin_of
from tests.moderation import desk
from tests.provision.databases import Databases

DRAFTER = "drafter@example.org"


def set_up(app: Flask) -> None:
    desk.set_up(app)
    with app.app_context(), transaction():
        builders.person(DRAFTER, (Role.DRAFTER, None)).password_hash = kept()


@pytest.fixture(scope="session")
def with_drafter(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """The desk, and somebody who drafts."""
    return origin_of(databases, migrated_url, tmp_path_factory.mktemp("picture"), set_up)


@pytest.fixture
def origin(with_drafter: Origin) -> Origin:
    """Every test of this folder begins there."""
    return with_drafter


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    """A browser in which the co-lead of WG3 is signed in."""
    return desk.signed_in(app)


@pytest.fixture
def drafter(app: Flask) -> FlaskClient:
    """A browser in which the drafter is signed in."""
    return desk.signed_in(app, DRAFTER)
