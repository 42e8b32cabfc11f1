"""The database: one engine, one session per application context, one way to commit.

Reading uses ``session()``. Writing happens inside ``transaction()``, opened by the
entry point (view, worker, command) and nowhere else; the one-commit law in
``tests/architecture`` keeps it so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004  # the pool's own
from sqlalchemy.orm import DeclarativeBase, Session

_WRITE = "intake_write"
_BUSY_TIMEOUT_MS = 5000
_MOST_CONNECTIONS = 30
"""Beyond the five that are kept; two processes together stay below PostgreSQL's own hundred."""


class Base(DeclarativeBase):
    """Parent of every model; constraint names are fixed so that migrations can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def is_unavailable(error: BaseException) -> bool:
    """Whether ``error`` means that the database cannot answer now (locked, restarting, disk full)."""
    return isinstance(error, OperationalError | TimeoutError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


class _HintedSQLite(SQLiteCompiler):
    """Writes ``with_hint`` into statements, as the compilers of other engines do by themselves.

    SQLite keeps no statistics of its own accord: which of several indexes is the short one, it cannot know.
    """

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        """What stands behind the name of ``table``."""
        return text


def make_engine(url: str) -> Engine:
    """An engine for ``url`` (SQLite or PostgreSQL) with the durability Intake promises.

    Statement parameters are hidden from errors and logs: they hold people's words.
    """
    engine = sa.create_engine(
        url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"),
        max_overflow=_MOST_CONNECTIONS, pool_timeout=_BUSY_TIMEOUT_MS / 1000,
    )  # fmt: skip
    if engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = _HintedSQLite
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction control would begin too late for a consistent read.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that later writes can lose to another writer without waiting: writers queue from the start.
    write = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def init_app(app: Flask, url: str) -> None:
    """Bind an engine for ``url`` to ``app``; sessions close with the application context."""
    app.extensions["database"] = make_engine(url)
    app.teardown_appcontext(_close_session)


def engine() -> Engine:
    """The engine of the current application."""
    found: Engine = current_app.extensions["database"]
    return found


def session() -> Session:
    """The session of the current application context, for reading."""
    if "database_session" not in g:
        g.database_session = Session(engine(), autoflush=True)
    found: Session = g.database_session
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """One durable unit of work: committed on a clean exit, rolled back on any exception.

    Ends the reading done so far in this context, so that everything inside is read
    again under the transaction that writes.

    Raises:
        RuntimeError: when opened inside another transaction.
    """
    current = session()
    if g.get("in_transaction"):
        raise RuntimeError("a transaction is already open: services take part, entry points open")
    current.rollback()
    g.in_transaction = True
    try:
        current.connection(execution_options={_WRITE: True})
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        g.in_transaction = False


def take_turns(name: str) -> None:
    """Wait until nobody else has a transaction open that asked for its turn under ``name``; held until this one ends.

    For what two writers may both be about to make: a row that is not there yet cannot be locked. On SQLite writers
    take turns by themselves.
    """
    if engine().dialect.name == "postgresql":
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def _close_session(_error: BaseException | None) -> None:
    current = g.pop("database_session", None)
    if current is None:
        return
    try:
        current.close()
    except DBAPIError as error:
        # The answer is made, and may be a receipt: a database that went away since must not take it back.
        if not is_unavailable(error):
            raise


def forget_journal() -> None:
    """Empty SQLite's journal, in which rows stay as they were before they were overwritten.

    Nothing happens while somebody reads; the next call tries again. On PostgreSQL nothing happens at all: what was
    overwritten stays in its data files and its log until the server uses their room again, which no statement can
    hasten. There a key of the keyring that is changed and removed makes the leftovers useless (ARCHITECTURE, README).
    """
    if engine().dialect.name != "sqlite":
        return
    session().rollback()
    raw = engine().raw_connection()
    try:
        raw.cursor().execute("PRAGMA busy_timeout = 0")
        with suppress(sqlite3.OperationalError):  # somebody is at it: what was committed stands all the same
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.cursor().execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    finally:
        raw.close()


def check_alive() -> None:
    """Ask the database for an answer; raises what it raises."""
    session().execute(sa.text("SELECT 1"))
