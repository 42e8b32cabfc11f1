"""Days, languages and lists in the words of a document's language, which is the current locale."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import gettext as _

from intake.foundation.languages import UNDETERMINED, locale_of, name_of
from intake.foundation.multilingual import Text

from .document import Line, Words

_PLACE = re.compile(r"%\((\w+)\)s")


def day(at: str, language: str) -> Text:
    """An ISO 8601 day, written out."""
    return Text(format_date(date.fromisoformat(at), "long", locale=locale_of(language)), language)


def number(n: int, language: str) -> Text:
    """A count in words' company, with the separators of ``language``."""
    return Text(format_decimal(n, locale=locale_of(language)), language)


def language_name(of: str, language: str) -> Text:
    """What speakers of ``language`` call the language ``of``; its code when they have no name for it."""
    return Text(name_of(of, language), language)


def code(name: str) -> Text:
    """An identifier or a fingerprint: in no language, left to right."""
    return Text(name, UNDETERMINED)


def listed(items: Iterable[Text | str]) -> str:
    """``items`` in one line, divided as the language divides them, without an "and"."""
    first, *others = (str(item) for item in items)
    for other in others:
        # Translators: joins two parts of a list or of an attribution: "a women-led organisation, Western Africa".
        first = _("%(one)s, %(other)s", one=first, other=other)
    return first


def listed_line(items: Iterable[Text], language: str) -> Line:
    """``items`` divided as by ``listed``, each in its own language."""
    first, *others = (Line((item,), language) for item in items)
    for other in others:
        first = line(_("%(one)s, %(other)s"), language, one=first, other=other)
    return first


def line(wording: str, language: str, **parts: Words | str) -> Line:
    """``wording``, a translation with its places still open, with ``parts`` set into them as they are.

    A string is a code: in no language, left to right.
    """
    pieces: list[Text] = []
    for at, between in enumerate(_PLACE.split(wording)):
        if at % 2:
            pieces.extend(_pieces(parts[between]))
        elif between:
            pieces.append(Text(between, language))
    return Line(tuple(pieces), language)


def _pieces(part: Words | str) -> tuple[Text, ...]:
    if isinstance(part, Line):
        return part.pieces
    return (part if isinstance(part, Text) else code(part),)
