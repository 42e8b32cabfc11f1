"""A programme to stand on: the example, imported once for each engine and copied for each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.foundation.config import Settings
from tests.installation import application
from tests.programme.files import EXAMPLE, bring_in
from tests.provision.databases import Databases


def _settings(instance: Path, url: str) -> Settings:
    return Settings.from_environment(
        {"INTAKE_INSTANCE": str(instance), "INTAKE_DATABASE_URL": url, "INTAKE_SECOND_FACTOR": "optional"}
    )


@pytest.fixture(scope="session")
def programme_url(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that holds the example programme and nothing else."""
    url = databases.fresh(migrated_url)
    settings = _settings(tmp_path_factory.mktemp("programme"), url)
    with application(settings) as app:
        bring_in(app, EXAMPLE)
    return url


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, databases: Databases, migrated_url: str, tmp_path: Path
) -> Iterator[Settings]:
    """The settings of an installation of its own; with the example programme when the test uses ``programme``."""
    ready = "programme" in request.fixturenames
    url = databases.fresh(request.getfixturevalue("programme_url") if ready else migrated_url)
    yield _settings(tmp_path, url)
    databases.drop(url)


@pytest.fixture
def programme() -> None:
    """The test wants the example programme to be there."""
