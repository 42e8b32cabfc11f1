"""The desk as every test of this folder finds it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.installation import Origin, origin_of
from tests.moderation import desk
from tests.provision.databases import Databases


@pytest.fixture(scope="session")
def with_desk(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """An installation with two working groups and their co-leads."""
    return origin_of(databases, migrated_url, tmp_path_factory.mktemp("desk"), desk.set_up)


@pytest.fixture
def origin(with_desk: Origin) -> Origin:
    """Every test of this folder begins at that desk."""
    return with_desk


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    """A browser in which the co-lead of WG3 is signed in."""
    return desk.signed_in(app)
