"""How a digest leaves Intake: one module per format, one line here for each.

A format turns a ``Document`` into bytes and asks nothing else. The same ``Document``
gives the same bytes: fixed order, no clock, no finer time than the day of issue.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from intake.digests.document import Document

from . import data, page, table, word

Name = Literal["docx", "html", "csv", "json"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a digest.

    ``write(document, out)`` needs an application context, for the wording of the
    document's language, and leaves ``out`` open.
    """

    name: Name
    label: LazyString
    media_type: str
    extension: str
    write: Callable[[Document, BinaryIO], None]


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("docx", _l("Document for Word"), word.MEDIA_TYPE, "docx", word.write),
        Format("html", _l("Web page to read offline"), "text/html; charset=utf-8", "html", page.write),
        Format("csv", _l("Table (CSV)"), "text/csv; charset=utf-8", "csv", table.write),
        Format("json", _l("Data (JSON)"), "application/json", "json", data.write),
    )
}

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


def filename(document: Document, chosen: Format) -> str:
    """Neutral ASCII name of a download, e.g. ``WG3-2020-06-09_D-2_ar.docx``: no title, no group's name."""
    parts = (_UNSAFE.sub("_", part).strip("_-") for part in (document.identifier, document.language))
    return f"{'_'.join(filter(None, parts))[:120] or 'digest'}.{chosen.extension}"
