"""Keys changed while the application runs: what an older key sealed is sealed anew, row by row.

Every column that the keyring seals is declared once, beside its model, by ``sealed_by_keyring``.
The blind indexes have a key of their own that stays: a digest cannot be made anew without the
value, and whoever holds the key can only test guesses, not read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .crypto import Keyring, KeyringError, envelope_head, key_id_of, keyring, open_kept
from .database import Base, session

_BATCH = 200


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column whose values the keyring seals for the place (table, column, value of ``row``)."""

    table: str
    column: str
    row: str


_SEALED: list[SealedColumn] = []


def sealed_by_keyring(table: str, column: str, *, row: str) -> None:
    """Declare that ``table.column`` is sealed by the keyring, and which column of the row is part of its place."""
    _SEALED.append(SealedColumn(table, column, row))


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Every declared column."""
    return tuple(_SEALED)


def rows_by_key() -> Counter[str]:
    """How many values each key of the keyring holds sealed."""
    found: Counter[str] = Counter()
    for one in _SEALED:
        column = Base.metadata.tables[one.table].c[one.column]
        for (envelope,) in session().execute(sa.select(column).where(column.is_not(None))):
            found[key_id_of(envelope)] += 1
    return found


def check_complete(ring: Keyring) -> None:
    """Refuse a ``ring`` that misses a key with which something is sealed: it is no base for another one.

    Raises:
        KeyringError: naming the keys that have to be restored first.
    """
    missing = sorted(rows_by_key().keys() - ring.keys.keys())
    if missing:
        raise KeyringError(f"something is sealed with {', '.join(missing)}, which the keyring does not hold")


def is_used(key_id: str) -> bool:
    """Whether anything is sealed with ``key_id``. The database looks itself: writers may be waiting for the answer."""
    head = envelope_head(key_id)
    columns = (Base.metadata.tables[one.table].c[one.column] for one in _SEALED)
    found = (sa.exists().where(sa.func.substr(column, 1, len(head)) == head) for column in columns)
    return bool(session().scalar(sa.select(sa.or_(*found))))


def reseal_some(one: SealedColumn, after: int) -> int | None:
    """Seal some values of a column with the active key, from the row after the id ``after``; returns the last id.

    None when there is no further row. A value that somebody changed meanwhile is theirs: it stays.
    """
    table: Any = Base.metadata.tables[one.table]
    column, ring = table.c[one.column], keyring()
    sought = sa.select(table.c.id, table.c[one.row], column).where(table.c.id > after).order_by(table.c.id)
    rows = session().execute(sought.limit(_BATCH)).all()
    for identity, row, envelope in rows:
        if envelope is None or key_id_of(envelope) == ring.active:
            continue
        place = (one.table, one.column, str(row))
        anew = ring.seal(open_kept(envelope, *place), *place)
        session().execute(sa.update(table).where(table.c.id == identity, column == envelope).values({one.column: anew}))
    return rows[-1].id if rows else None
