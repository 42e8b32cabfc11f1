"""Days, languages and lists in the words of a document's language, which is the current locale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import gettext as _

from intake.foundation.languages import locale_of, name_of
from intake.foundation.multilingual import Text


def day(at: str, language: str) -> Text:
    """An ISO 8601 day, written out."""
    return Text(format_date(date.fromisoformat(at), "long", locale=locale_of(language)), language)


def number(n: int, language: str) -> Text:
    """A count in words' company, with the separators of ``language``."""
    return Text(format_decimal(n, locale=locale_of(language)), language)


def language_name(code: str, language: str) -> Text:
    """What speakers of ``language`` call the language ``code``; the code itself when they have no name for it."""
    return Text(name_of(code, language), language)


def listed(items: Iterable[Text | str]) -> str:
    """``items`` in one line, divided as the language divides them, without an "and"."""
    first, *others = (str(item) for item in items)
    for other in others:
        # Translators: joins two parts of a list or of an attribution: "a women-led organisation, Western Africa".
        first = _("%(one)s, %(other)s", one=first, other=other)
    return first
