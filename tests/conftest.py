"""Fixtures shared by all tests: an application on a migrated database of its own, on each engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event
from sqlalchemy.pool import Pool

from intake.foundation import catalogues, migrate
from intake.foundation.config import Settings
from intake.foundation.database import make_engine
from tests.installation import Origin, application, settings_of
from tests.provision.databases import Databases
from tests.provision.machine import MEMORY, has_memory

pytest_plugins = ["tests.provision.fixtures"]

catalogues.compile_stale()

# How fast examples are drawn says how busy the machine is, and nothing of us.
hypothesis_settings.register_profile("intake", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("intake")

# Every database and keyring of a test is written through to its disk, which half of the tests would wait for.
if has_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(autouse=True)
def connections_are_closed() -> Iterator[None]:
    """Fail the test that leaves a database connection open, instead of whichever test the collector finds it in."""
    opened: dict[int, object] = {}

    def note(connection: object, _record: object) -> None:
        opened[id(connection)] = connection

    def forget(connection: object, _record: object) -> None:
        opened.pop(id(connection), None)

    event.listen(Pool, "connect", note)
    event.listen(Pool, "close", forget)
    yield
    event.remove(Pool, "connect", note)
    event.remove(Pool, "close", forget)
    assert not opened, "a database connection was left open; see tests.installation"


@pytest.fixture(scope="session")
def migrated_url(database_url: str) -> str:
    """A database with all tables and no rows, of which each test gets a copy."""
    bound = make_engine(database_url)
    migrate.upgrade(bound)
    bound.dispose()
    return database_url


@pytest.fixture
def origin(migrated_url: str) -> Origin:
    """What the installation of a test starts as: empty, where its folder says nothing else."""
    return Origin(migrated_url)


@pytest.fixture
def settings(databases: Databases, origin: Origin, tmp_path: Path) -> Iterator[Settings]:
    """The settings of an installation of its own."""
    url = databases.fresh(origin.url)
    if origin.keys:
        shutil.copy(origin.keys, tmp_path)
    yield settings_of(tmp_path, url)
    databases.drop(url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on that installation."""
    with application(settings) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies yet."""
    return app.test_client()
