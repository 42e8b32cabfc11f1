"""An application on an installation of its own, the one way that every test makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from intake import create_app
from intake.accounts import services
from intake.foundation import migrate
from intake.foundation.config import Settings
from intake.foundation.crypto import FILE_NAME, Keyring
from intake.foundation.database import engine, transaction
from tests.provision.databases import Databases


class _CompiledTemplates(BytecodeCache):
    """Templates compiled once for all the applications of a run: compiling them was a third of its time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_compiled_templates = _CompiledTemplates()


class _Rule(Rule):
    """A URL rule that shares what writes its addresses with its likes in all the applications of a run.

    Compiling a hundred rules was nine tenths of making an application. What is compiled holds nothing of the rule
    it was compiled for: it is given the rule that asks.
    """

    _kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012  # one for all, on purpose

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (append_unknown, self.rule, *self._trace, repr(self.defaults))
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


Flask.url_rule_class = _Rule


class Browser(FlaskClient):
    """A client that says, as browsers do, that what it sends comes from our own pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"


def settings_of(instance: Path, url: str) -> Settings:
    """The settings of an installation in ``instance`` on the database ``url``; staff need no second factor in it."""
    return Settings.from_environment(
        {"INTAKE_INSTANCE": str(instance), "INTAKE_DATABASE_URL": url, "INTAKE_SECOND_FACTOR": "optional"}
    )


class Origin(NamedTuple):
    """What the installation of a test starts as: a copy of the database at ``url``, sealed with the keys in ``keys``
    (None where nothing is sealed in it yet)."""

    url: str
    keys: Path | None = None


def origin_of(databases: Databases, migrated_url: str, instance: Path, fill: Callable[[Flask], object]) -> Origin:
    """An installation in ``instance`` that ``fill`` has filled, for tests to start as copies of."""
    url = databases.fresh(migrated_url)
    with application(settings_of(instance, url)) as app:
        fill(app)
    return Origin(url, instance / FILE_NAME)


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The application on ``settings``, with keys (new ones where it has none), for as long as the block lasts.

    Leave every application context before the block ends: a session that is still open would
    keep its connection.
    """
    Keyring.create(settings.instance / FILE_NAME)
    app = create_app(settings)
    app.testing = True
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = _compiled_templates
    yield app
    with app.app_context():
        engine().dispose()


@contextmanager
def installation(folder: Path) -> Iterator[Flask]:
    """The application on a new SQLite database in ``folder``."""
    with application(Settings.from_environment({"INTAKE_INSTANCE": str(folder)})) as app:
        with app.app_context():
            migrate.upgrade(engine())
        yield app


def browser_of(app: Flask, person_id: int) -> FlaskClient:
    """A browser in which this person is signed in, without the pages of signing in, which take a second in all."""
    with app.app_context(), transaction():
        token = services.start_visit(person_id)
    client = app.test_client()
    with client.session_transaction() as visit:
        visit["visit"] = token
    return client
