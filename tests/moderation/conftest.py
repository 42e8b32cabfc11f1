"""The desk as every test of this folder finds it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.moderation import desk


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with two working groups and their co-leads."""
    desk.set_up(app)
    return app


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    """A browser in which the co-lead of WG3 is signed in."""
    return desk.signed_in(app)
