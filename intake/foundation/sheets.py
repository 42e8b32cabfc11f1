"""Tables that leave the house: rows as CSV or XLSX, with cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from .plain import plain

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"

_AUTHOR = "Intake"
_SECONDS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>\d{4}-\d\d-\d\d)T[^<]*")
_NO_TIME = (1980, 1, 1, 0, 0, 0)

# What no reader sees before a formula: spaces, controls, joiners, direction marks, what ``plain`` takes out.
_UNSEEN = (
    r"\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    r"\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
)
# Characters that start a formula, and their full-width, small and typographic forms.
_STARTERS = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_FORMULA = re.compile(rf"\A[{_UNSEEN}]*[\t\r\n\x00{_STARTERS}]")
# A spreadsheet that splits at semicolons or tabs, as French and Spanish ones do, cuts a cell of
# a comma-separated file there and at its line breaks: what follows can then start a formula.
_INNER_FORMULA = re.compile(rf"([;\t\n\r][ \u00a0]*)(?=[{_STARTERS}])")
_GUARDED = re.compile(rf"([;\t\n\r][ \u00a0]*)'(?=[{_STARTERS}])")


def neutral(cell: str) -> str:
    """``cell`` so that no spreadsheet takes it for a formula: an apostrophe before what would start one.

    Rule: SECURITY.md, "Exports"; starts with ``= + - @ TAB CR LF NUL`` or a full-width
    form, also after spaces and invisible characters.
    """
    guarded = f"'{plain(cell)}" if _FORMULA.match(cell) else plain(cell)
    return _INNER_FORMULA.sub(r"\1'", guarded)


def bare(cell: str) -> str:
    """What ``neutral`` was given, of a cell that came back."""
    whole = cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
    return _GUARDED.sub(r"\1", whole)


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """``rows`` in UTF-8 with a byte order mark, without which spreadsheets take it for an older encoding."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, rows: Iterable[Sequence[str]], widths: Sequence[int], *, fixed: str = "A2") -> bytes:
    """``rows``, the first of them bold, as a workbook with one sheet; what stands before ``fixed`` does not scroll.

    Every cell is a text. The same rows give the same bytes, on the same day.
    """
    from openpyxl import Workbook  # noqa: PLC0415  # a tenth of the time to start, for what few commands write
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    book.properties.creator = _AUTHOR
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = fixed
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    for n, row in enumerate(rows):
        sheet.append([_cell(sheet, value, bold=n == 0) for value in row])
    written = io.BytesIO()
    book.save(written)
    return _without_times(written.getvalue())


def _cell(sheet: Any, value: str, *, bold: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if bold:
        cell.font = Font(bold=True)
    return cell


def _without_times(data: bytes) -> bytes:
    """The same archive without the times at which its members were made: only the day is told."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = _SECONDS.sub(rb"\1T00:00:00Z", old.read(member))
            new.writestr(zipfile.ZipInfo(member.filename, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
