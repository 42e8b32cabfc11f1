"""The languages Intake speaks: one entry here and a catalogue in ``translations/``.

Everything that depends on a language (routes, direction, forms, documents,
catalogue checks) reads ``LANGUAGES``; nothing else lists them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from babel import Locale, UnknownLocaleError

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Language:
    """A language people read and write in.

    ``code`` is BCP 47, used in addresses, ``lang`` attributes and columns; ``locale`` says
    how dates, numbers and lists are written (a bare ``en`` would write dates the American
    way); ``endonym`` is the language's name in itself; ``plural_forms`` is the gettext
    header of its catalogue, because Babel's own Arabic header numbers two of the
    six forms the other way round from gettext.
    """

    code: str
    locale: str
    endonym: str
    direction: Direction
    plural_forms: str


LANGUAGES: tuple[Language, ...] = (
    Language("en", "en_GB", "English", "ltr", "nplurals=2; plural=(n != 1);"),
    Language("fr", "fr", "Français", "ltr", "nplurals=2; plural=(n > 1);"),
    Language("es", "es", "Español", "ltr", "nplurals=2; plural=(n != 1);"),
    Language(
        "ar",
        "ar",
        "العربية",
        "rtl",
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    ),
)

SOURCE_LANGUAGE = LANGUAGES[0]
BY_CODE: dict[str, Language] = {language.code: language for language in LANGUAGES}
CODES: tuple[str, ...] = tuple(BY_CODE)

# Scripts written right to left, for text in a language the interface does not speak.
_RTL_CODES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

ARABIC = "ar"
UNDETERMINED = "und"
"""BCP 47 for text whose language is not known, or that is in none: Latin names among Arabic, codes. Left to right."""

_RTL_LETTERS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe"
# Runs of letters; marks and digits say nothing about a script and part the runs.
_ARABIC_RUN = re.compile(
    r"[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06fc\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdc7\ufe70-\ufefc]+"
)
_LTR_RUN = re.compile(rf"[^\W\d_{_RTL_LETTERS}]+")
_LATIN_BESIDE_ARABIC = 3


def locale_of(code: str) -> str:
    """The locale in which text in the BCP 47 ``code`` writes dates, numbers and lists."""
    return BY_CODE[code].locale if code in BY_CODE else code


def name_of(code: str, reader: str) -> str:
    """What speakers of ``reader`` call the language ``code``; the code itself when they have no name for it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(locale_of(reader)) or code
    except (UnknownLocaleError, ValueError):
        return code


def direction_of(code: str) -> Direction:
    """Writing direction of a BCP 47 ``code``, also of languages Intake does not speak."""
    return "rtl" if code.split("-", maxsplit=1)[0].lower() in _RTL_CODES else "ltr"


def by_script(text: str, stated: str) -> str:
    """The language of ``text`` that was ``stated``, unless its letters say that this cannot be.

    Mostly Arabic letters are Arabic; hardly anything but letters written left to right is not, and then in no
    language that could be told. Arabic is full of Latin names and abbreviations, the reverse is rare: so more is
    asked of Latin letters than a majority.
    """
    # Asked for every text that is shown: most of them end at the first glance.
    if direction_of(stated) == "ltr":
        arabic = 0 if text.isascii() else _letters(_ARABIC_RUN, text)
        return ARABIC if arabic and arabic > _letters(_LTR_RUN, text) else stated
    latin = _letters(_LTR_RUN, text)
    return UNDETERMINED if latin and latin > _LATIN_BESIDE_ARABIC * _letters(_ARABIC_RUN, text) else stated


def _letters(run: re.Pattern[str], text: str) -> int:
    return sum(map(len, run.findall(text)))
