"""Bringing a database to the models' shape: a step of its own, under a lock, all or nothing.

On both engines the whole step is one transaction: a kill at any statement leaves the
database as it was. A SQLite database that already holds data is copied first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from . import clock
from .config import PACKAGE
from .database import Base

_SCRIPTS = PACKAGE / "migrations"
_LOCK = 4_726_253
_WORD_INDEX = "search_words"
"""What each engine finds words by is its own kind of thing, which no model describes."""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision the code expects."""
    found = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    if found is None:
        raise LookupError("no migration is shipped")
    return found


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, to: str = "head", *, copies: Path | None = None) -> None:
    """Bring the database of ``engine`` to the revision ``to``; safe to call from several processes at once.

    ``copies`` is the folder that takes a copy of a SQLite database before it changes.
    """
    at = current(engine)
    if at is not None and at != head() and copies is not None:
        _copy_sqlite(engine, copies, at)
    with engine.connect().execution_options(intake_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection), to)


def _copy_sqlite(engine: Engine, copies: Path, revision: str) -> None:
    if engine.dialect.name != "sqlite":
        return
    copies.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = copies / f"before-{revision}-{clock.now():%Y%m%dT%H%M%S}.sqlite"
    # VACUUM cannot run inside a transaction, so the driver's own connection is asked.
    raw = engine.raw_connection()
    try:
        raw.driver_connection.execute("VACUUM INTO ?", (str(target),))  # type: ignore[union-attr]
    finally:
        raw.close()


def differences(engine: Engine) -> list[Any]:
    """What the models say and the database does not, or the other way round; empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_modelled})
        return list(compare_metadata(context, Base.metadata))


def _is_modelled(_thing: object, name: str | None, _kind: str, _reflected: bool, _compared: object) -> bool:
    return not str(name).removeprefix("ix_").startswith(_WORD_INDEX)
