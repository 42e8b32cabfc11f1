"""The register: an append-only, hash-chained list of acts.

A line is written in the same transaction as the act it records. Each line's hash
covers the line before it, so that an edited, deleted or swapped line is found; the
head can be printed and kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .database import Base, session
from .types import Moment

_START = "0" * 64


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


def first_broken_line() -> int | None:
    """Number of the first line that is edited, missing or out of order; None for a whole chain."""
    database = session()
    previous, expected = _START, 1
    for line in database.scalars(sa.select(RegisterLine).order_by(RegisterLine.number)).yield_per(1000):
        digest = _hash(previous, line)
        if line.number != expected or line.hash != digest:
            return expected
        previous, expected = line.hash, expected + 1
    head = database.get(RegisterHead, 1)
    whole = head is None if expected == 1 else head is not None and head.hash == previous
    return None if whole else expected


def _hash(previous: str, line: RegisterLine) -> str:
    said = [previous, line.number, line.at.isoformat(), line.act, line.subject, line.person_id, line.detail]
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
