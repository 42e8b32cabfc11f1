"""A programme to stand on: the example, imported once for each engine and copied for each test that asks for it."""

from __future__ import annotations

import pytest

from tests.installation import Origin, origin_of
from tests.programme.files import EXAMPLE, bring_in
from tests.provision.databases import Databases


@pytest.fixture(scope="session")
def with_programme(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """An installation that holds the example programme and nothing else."""
    return origin_of(databases, migrated_url, tmp_path_factory.mktemp("programme"), lambda app: bring_in(app, EXAMPLE))


@pytest.fixture
def origin(request: pytest.FixtureRequest, origin: Origin) -> Origin:
    """With the example programme when the test uses ``programme``."""
    ready: Origin = request.getfixturevalue("with_programme") if "programme" in request.fixturenames else origin
    return ready


@pytest.fixture
def programme() -> None:
    """The test wants the example programme to be there."""
