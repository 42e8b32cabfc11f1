"""Writing a programme to a file, so that importing the file again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from intake.foundation import sheets

from . import queries
from .cells import neutral
from .columns import COLUMNS, head, heads
from .models import Series
from .record import Record, plain, record_of
from .vocabulary import STATUSES, SessionState

_LONG = frozenset({"topic", "purpose", "guiding_questions", "documents"})


def export(series: Series, kind: str) -> bytes:
    """The programme of ``series`` as a file of ``kind``: json, csv or xlsx.

    Raises:
        KeyError: another kind.
    """
    return _FORMATS[kind](series)


def _entries(series: Series) -> list[Record]:
    return [_entry(record_of(held)) for held in queries.whole_programme(series)]


def _entry(record: Record) -> Record:
    """``record`` with what a printed programme says of it, in the order of the columns."""
    whole = {**record, "status": _status(record)}
    return {column.name: whole[column.name] for column in COLUMNS}


def _status(record: Record) -> str:
    if record["state"] in STATUSES:
        return str(record["state"])
    return SessionState.SCHEDULED if record["date"] else SessionState.TBD


def _json(series: Series) -> bytes:
    entries = _entries(series)
    groups = {entry["working_group"] for entry in entries}
    names = {name for entry in entries for name in entry["organisers"]}
    used = [group for group in queries.working_groups() if group.code in groups]
    names.update(link.organisation.name for group in used for link in group.co_leads)
    content = {
        "series": {
            "slug": series.slug, "title": plain(series.title), "year": series.year,
            "host": plain(series.host), "note": plain(series.note), "footer": plain(series.footer),
        },
        "working_groups": [
            {"code": group.code, "name": plain(group.name), "since": group.since, "until": group.until,
             "co_leads": [link.organisation.name for link in group.co_leads]}
            for group in used
        ],
        "organisations": [
            {"name": one.name, "aliases": one.aliases, **({"label": plain(one.label)} if one.label else {})}
            for one in queries.organisations()
            if one.name in names
        ],
        "entries": entries,
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _rows(series: Series) -> Iterator[Sequence[str]]:
    columns = heads()
    yield [head(column, language) for column, language in columns]
    for entry in _entries(series):
        written = {column.name: column.syntax.write(entry[column.name]) for column in COLUMNS}
        yield [neutral(written[column.name].get(language, "")) for column, language in columns]


def _csv(series: Series) -> bytes:
    return sheets.as_csv(_rows(series))


def _xlsx(series: Series) -> bytes:
    widths = [50 if column.name in _LONG else 18 for column, _language in heads()]
    return sheets.as_xlsx(series.slug, _rows(series), widths, fixed="D2")


_FORMATS: dict[str, Callable[[Series], bytes]] = {"json": _json, "csv": _csv, "xlsx": _xlsx}
KINDS = tuple(_FORMATS)
"""The kinds of files, which are also their endings."""
