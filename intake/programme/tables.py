"""Files as tables: what kind of file it is, its encoding, its divider, its rows. Nothing is understood yet."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from flask_babel import lazy_gettext as _l

from .problems import Problem, Refused

MOST_BYTES = 10_000_000
MOST_ROWS = 2000
MOST_COLUMNS = 200
_MOST_UNPACKED_BYTES = 50_000_000
_MOST_MEMBERS = 500
_MOST_RATIO = 100
_LONGEST_CELL = 100_000
_DIVIDERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Table:
    """``head`` names the columns; ``rows`` are (number as a spreadsheet counts, cells), without blank ones."""

    head: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def load(data: bytes) -> Table | Any:
    """The ``Table`` in a CSV or XLSX file, or the value in a JSON file; the content tells which it is.

    Raises:
        Refused: it is none of these, damaged, or larger than a programme can be.
    """
    if len(data) > MOST_BYTES:
        raise _refuse(_l("the file is larger than %(most)s MB", most=MOST_BYTES // 1_000_000))
    if data.startswith(b"PK\x03\x04"):
        return _table(_sheet_rows(data))
    text = _decoded(data)
    if text.lstrip().startswith(("{", "[")):
        return _json(text)
    return _table(_csv_rows(text))


def _refuse(reason: Any) -> Refused:
    return Refused([Problem(None, None, "", reason)])


def _decoded(data: bytes) -> str:
    try:
        return data.decode(_encoding(data[:2]))
    except UnicodeDecodeError as error:
        raise _refuse(_l("the text is neither UTF-8 nor UTF-16: save it as “CSV UTF-8”")) from error


def _encoding(start: bytes) -> str:
    if start in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    # Written without its mark: the first letter of a head is ASCII, its other byte is nothing.
    if start[1:] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if start[:1] == b"\0" else "utf-8-sig"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        reason = _l("this is not JSON: line %(line)s, column %(column)s", line=error.lineno, column=error.colno)
        raise _refuse(reason) from error
    except (ValueError, RecursionError) as error:
        raise _refuse(_l("this JSON holds what no programme needs: a number or a nesting without end")) from error


def _table(rows: Iterable[Sequence[str]]) -> Table:
    numbered = ((number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row))
    first = next(numbered, None)
    if first is None:
        raise _refuse(_l("the file is empty"))
    kept = list(islice(numbered, MOST_ROWS + 1))
    if len(kept) > MOST_ROWS:
        raise _refuse(_l("the file has more than %(most)s rows", most=MOST_ROWS))
    if len(first[1]) > MOST_COLUMNS:
        raise _refuse(_l("the file has more than %(most)s columns", most=MOST_COLUMNS))
    return Table(first[1], kept)


def _csv_rows(text: str) -> Iterator[Sequence[str]]:
    divider = _divider(text)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
    except csv.Error as error:
        raise _refuse(_l("this is not CSV: a quotation mark may be missing")) from error


def _divider(text: str) -> str:
    """The sign that divides the most names in the head: no name of a column holds any of them."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DIVIDERS, key=head.count)


def _sheet_rows(data: bytes) -> Iterator[Sequence[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415  # see ``foundation.sheets``

    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
            yield _without_tail([_cell(value) for value in row]) if any(row) else ()
    except Refused:
        raise
    except Exception as error:  # a damaged workbook fails in whichever way its damage leads to
        raise _refuse(_l("this workbook cannot be read: it may be damaged or protected")) from error


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to far more than a programme: the declared sizes bound what is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _refuse(_l("this workbook cannot be read: it may be damaged or protected")) from error
    unpacked = sum(member.file_size for member in members)
    dense = any(member.file_size > _MOST_RATIO * max(member.compress_size, 1000) for member in members)
    if len(members) > _MOST_MEMBERS or unpacked > _MOST_UNPACKED_BYTES or dense:
        raise _refuse(_l("this workbook unpacks to more than a programme can be"))


def _cell(value: Any) -> str:
    """A cell as somebody would have typed it: dates as ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:_LONGEST_CELL]
