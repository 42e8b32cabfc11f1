"""Files with programmes, and what importing them does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from openpyxl import Workbook
from sqlalchemy import event

from intake.foundation.database import engine, transaction
from intake.programme import exporter, importer, queries
from intake.programme.importer import Outcome
from intake.programme.problems import Refused
from intake.programme.record import Record, record_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "intake" / "examples" / "programme.json").read_bytes()
"""The shipped programme: seventeen entries, some with a date, some without, one without anything."""


def as_csv(rows: Sequence[Mapping[str, str]], *, divider: str = ",", encoding: str = "utf-8") -> bytes:
    """``rows`` as CSV, with the columns that any of them has."""
    text = io.StringIO(newline="")
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(columns), delimiter=divider, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    """``rows`` as a workbook with one sheet, cells as they are typed."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def bring_in(app: Flask, data: bytes, **options: Any) -> Outcome:
    """Import ``data``."""
    with app.app_context(), transaction():
        return importer.bring_in(importer.read(data), **options)


def refused(app: Flask, data: bytes) -> list[str]:
    """The problems for which importing ``data`` is refused, as they are printed; nothing was kept."""
    before = records(app)
    try:
        bring_in(app, data)
    except Refused as error:
        assert records(app) == before
        with app.app_context():
            return [str(problem) for problem in error.problems]
    raise AssertionError("nothing was refused")


def records(app: Flask) -> list[Record]:
    """Every entry of every series as plain data."""
    with app.app_context():
        return [record_of(held) for series in queries.all_series() for held in queries.whole_programme(series)]


def export(app: Flask, kind: str) -> bytes:
    """The only programme there is, as a file."""
    with app.app_context():
        return exporter.export(queries.all_series()[0], kind)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    with app.app_context():
        bound = engine()
    event.listen(bound, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(bound, "before_cursor_execute", note)
