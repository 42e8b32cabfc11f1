"""What the formats themselves say, where more than one says it."""

from __future__ import annotations

from babel.dates import format_date

from intake.digests.document import Document
from intake.foundation.languages import locale_of


def day_of_issue(document: Document) -> str:
    """The day of issue written out in the document's language, day before month."""
    return format_date(document.issued, "long", locale=locale_of(document.language))
