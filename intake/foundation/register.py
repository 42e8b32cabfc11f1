"""The register: an append-only, hash-chained list of acts.

A line is written in the same transaction as the act it records. Each line's hash
covers the line before it, so that an edited, deleted, inserted or swapped line is found. That
lines were cut off at the end is found by the head, a row beside them. Whoever changes that row too,
or writes the whole chain anew, is found by a head that was printed before and kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .database import Base, session
from .types import Moment

_START = "0" * 64
_IS_HASH = re.compile("[0-9a-f]{64}")


class RegisterHead(Base):
    """The one row that says where the chain ends; updating it puts writers in line."""

    __tablename__ = "register_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))


class RegisterLine(Base):
    """One act: what was done, to what, by whom (a person's id, or None for a contributor or a command)."""

    __tablename__ = "register_line"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    act: Mapped[str] = mapped_column(sa.String(60), index=True)
    subject: Mapped[str] = mapped_column(sa.String(200), index=True)
    person_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    hash: Mapped[str] = mapped_column(sa.String(64))


def record(act: str, subject: str, *, person_id: int | None = None, **detail: str | int | None) -> None:
    """Append one line inside the open transaction. ``detail`` never holds people's words or contacts."""
    database = session()
    moved = sa.update(RegisterHead).values(number=RegisterHead.number + 1)
    row = database.execute(moved.returning(RegisterHead.number, RegisterHead.hash)).one_or_none()
    number, previous = (1, _START) if row is None else (row.number, row.hash)
    if row is None:
        database.execute(sa.insert(RegisterHead).values(id=1, number=1, hash=_START))
    at = clock.now()
    line = RegisterLine(number=number, at=at, act=act, subject=subject, person_id=person_id, detail=detail)
    digest = line.hash = _hash(previous, line)
    database.add(line)
    database.flush()
    database.execute(sa.update(RegisterHead).values(hash=digest))


class Head(NamedTuple):
    """Where the chain ended at some moment: the number of its last line, and that line's hash (hex)."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


def head() -> Head | None:
    """Where the chain ends now; None while nothing was written."""
    row = session().get(RegisterHead, 1)
    return Head(row.number, row.hash) if row else None


def read_head(said: str) -> Head:
    """The head that was printed as ``said``.

    Raises:
        ValueError: it is none.
    """
    number, _separator, digest = said.strip().partition(":")
    if not (number.isascii() and number.isdigit() and int(number) and _IS_HASH.fullmatch(digest)):
        raise ValueError(said)
    return Head(int(number), digest)


def first_broken_line(kept: Head | None = None) -> int | None:
    """Number of the first line that is edited, missing, inserted or out of order; None for a whole chain.

    ``kept`` is a head from before, kept elsewhere: where its line is gone or another one by now, that one is named
    if nothing before it is broken.
    """
    # The head in the same statement: what is written meanwhile is in both or in neither.
    both = sa.select(RegisterLine, RegisterHead.number, RegisterHead.hash).outerjoin(RegisterHead, sa.true())
    previous, expected, end = _START, 1, None
    for line, number, last in session().execute(both.order_by(RegisterLine.number)).yield_per(1000):
        digest = _hash(previous, line)
        if line.number != expected or line.hash != digest or _contradicts(kept, line):
            return expected
        previous, expected, end = digest, expected + 1, (number, last)
    is_whole = head() is None if end is None else end == (expected - 1, previous)
    return None if is_whole and (kept is None or kept.number < expected) else expected


def _contradicts(kept: Head | None, line: RegisterLine) -> bool:
    return kept is not None and kept.number == line.number and kept.hash != line.hash


def _hash(previous: str, line: RegisterLine) -> str:
    said = [previous, line.number, line.at.isoformat(), line.act, line.subject, line.person_id, line.detail]
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
