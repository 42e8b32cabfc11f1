"""CSV: one row per entry, for spreadsheets and statistics packages.

RFC 4180 in UTF-8 with a byte order mark, without which spreadsheets read Arabic as
Latin letters. The header is English and stable: programs read it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from intake.digests.document import Document, Entry
from intake.foundation.sheets import neutral

COLUMNS = (
    "reference",
    "revision",
    "kind",
    "language",
    "tier",
    "received",
    "stakeholder_type",
    "country",
    "subregion",
    "person",
    "organisation",
    "attribution",
    "themes",
    "objectives",
    "groups",
    "translations",
)
"""The columns before the answers, in order; several codes in one cell are parted by ``|``.

A cell of translations holds each under the name of its question, parted by an empty line.
"""


def write(document: Document, out: BinaryIO) -> None:
    """Write one row per entry of ``document``, answers in the order the questions are declared."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    try:
        rows = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        names = question_names(document)
        rows.writerow([neutral(name) for name in (*COLUMNS, *names)])
        rows.writerows(_rows(document, names))
    finally:
        text.detach()


def question_names(document: Document) -> tuple[str, ...]:
    """Names of all questions the entries may answer: declared ones in order, then any other by name."""
    answered = {name for entry in document.entries for name in entry.answers}
    return (*document.questions, *sorted(answered.difference(document.questions)))


def _rows(document: Document, names: tuple[str, ...]) -> Iterator[list[str]]:
    for entry in document.entries:
        yield [neutral(cell) for cell in (*_fixed(entry), *_answers(entry, names))]


def _fixed(entry: Entry) -> tuple[str, ...]:
    return (
        entry.reference,
        str(entry.revision),
        entry.kind,
        entry.language,
        str(entry.tier),
        entry.received.isoformat(),
        entry.stakeholder_type or "",
        entry.country or "",
        entry.subregion or "",
        entry.person or "",
        entry.organisation or "",
        entry.attribution.text,
        "|".join(entry.themes),
        "|".join(entry.objectives),
        "|".join(entry.groups),
        "\n\n".join(f"{name}: {one.text.text}\n({one.by.text})" for name, one in entry.translations.items()),
    )


def _answers(entry: Entry, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield entry.answers[name][1].text if name in entry.answers else ""
