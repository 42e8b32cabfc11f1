"""An application on an installation of its own, the one way that every test makes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from intake import create_app
from intake.accounts import services
from intake.foundation import migrate
from intake.foundation.config import Settings
from intake.foundation.crypto import Keyring
from intake.foundation.database import engine, transaction


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


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The application on ``settings``, with keys, for as long as the block lasts.

    Leave every application context before the block ends: a session that is still open would
    keep its connection.
    """
    Keyring.create(settings.instance / "keyring.json")
    app = create_app(settings)
    app.testing = True
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
