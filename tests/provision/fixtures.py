"""A pytest plugin that hands the tests what ``tests.provision`` finds.

What this machine has not got skips the tests that need it; the run says at its end which. With
``INTAKE_TEST_REQUIRE_ALL=1`` they fail instead, and so they do when the environment names a thing
that is not there.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NoReturn, TypeVar

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.provision import NotAvailableError, documents, postgres
from tests.provision import browser as chromium
from tests.provision.databases import Databases, SQLiteDatabases
from tests.provision.disk import Disk
from tests.provision.machine import requires_all
from tests.provision.smtp import SMTPServer

Thing = TypeVar("Thing")

_PREFIX = "not on this machine: "
_MARKED = {"browser": "browser", "soffice": "documents", "poppler": "documents"}


def not_here(error: NotAvailableError) -> NoReturn:
    """Skip the test for want of something, or fail where nothing may be wanting."""
    message = f"{_PREFIX}{error.thing} ({error.reason})"
    if error.asked_for or requires_all():
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def _found(find: Callable[[], Thing]) -> Thing:
    try:
        return find()
    except NotAvailableError as error:
        wanting = error
    not_here(wanting)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """The PostgreSQL of this run. It may be somebody's: tests that stop a server use ``own_postgres``."""
    server = _found(postgres.start)
    yield server
    server.close()


@pytest.fixture
def own_postgres() -> Iterator[postgres.ThrowawayServer]:
    """A durable server for one test, which may stop, crash and start it. Takes two seconds."""
    server = _found(lambda: postgres.start_throwaway(durable=True))
    yield server
    server.close()


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk of its own, which a test may fill to the last byte."""
    made = _found(Disk)
    yield made
    made.close()


@pytest.fixture
def postgres_on_disk(disk: Disk) -> Iterator[postgres.ThrowawayServer]:
    """A durable server that keeps everything on that disk."""
    server = _found(lambda: postgres.start_throwaway(durable=True, place=disk.path))
    yield server
    server.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Every test that needs it runs on both engines. ``fresh()`` makes an empty database,
    ``fresh(url)`` a copy of one, which is the quick way to many with the same tables."""
    if request.param == "sqlite":
        return SQLiteDatabases(tmp_path_factory.mktemp("sqlite"))
    server: postgres.PostgresServer = request.getfixturevalue("postgres_server")
    return server


@pytest.fixture(scope="session")
def database_url(databases: Databases) -> str:
    """An empty database for the whole run, on each engine: the first to use it fills it for all."""
    return databases.fresh()


@pytest.fixture
def fresh_database_url(databases: Databases) -> Iterator[str]:
    """An empty database for one test, on each engine."""
    url = databases.fresh()
    yield url
    databases.drop(url)


@pytest.fixture
def smtp_server() -> Iterator[SMTPServer]:
    """A mail server for one test; ``smtp_server.manner`` changes how it behaves."""
    server = SMTPServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window. While it runs, this thread has an event loop: ``asyncio.run`` does not
    work in it, and tests that use the browser come last for that reason."""
    found = _found(chromium.find)
    with sync_playwright() as playwright, chromium.launch(playwright, found) as started:
        yield started


@pytest.fixture(scope="session")
def soffice() -> documents.Soffice:
    """LibreOffice Writer."""
    return _found(documents.find_soffice)


@pytest.fixture(scope="session")
def poppler() -> documents.Poppler:
    """Poppler's ``pdftotext`` and ``pdftoppm``."""
    return _found(documents.find_poppler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by what they use, so that ``-m "not browser"`` leaves them out; browser tests last.

    Of tests that are marked ``one_engine`` those on PostgreSQL are left out, unless all are asked for.
    """
    if os.environ.get("INTAKE_TEST_ENGINES") != "all":
        twice = [item for item in items if item.get_closest_marker("one_engine") and _engine(item) == "postgresql"]
        config.hook.pytest_deselected(items=twice)
        left_out = set(twice)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        for fixture in _fixtures(item) & _MARKED.keys():
            item.add_marker(_MARKED[fixture])
    items.sort(key=lambda item: "browser" in _fixtures(item))


def _engine(item: pytest.Item) -> object:
    called = getattr(item, "callspec", None)
    return called.params.get("databases") if called is not None else None


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What could not be tried, for want of what."""
    wanting = Counter(
        reason.partition(_PREFIX)[2]
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and _PREFIX in (reason := str(report.longrepr[2]))
    )
    if not wanting:
        return
    terminalreporter.section("skipped, because this machine has not got it", yellow=True)
    for thing, count in sorted(wanting.items()):
        terminalreporter.line(f"{count} {'test' if count == 1 else 'tests'}: {thing}")
