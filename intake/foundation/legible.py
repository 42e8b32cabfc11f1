"""Legible: a text as a reader sees it, for patterns to look through, and the way back to what was typed.

``search.fold`` makes one word of two spellings and forgets where it stood. Here every
character keeps its place: accents, vocalisation, letter variants, digits of other scripts,
typographic quotes and dashes become one plain character each, and what cannot be seen
(direction marks, joiners, soft hyphens, tatweel) is passed over. Case stays.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import chain

_ALIKE = {
    **dict.fromkeys("’‘‛ʼʹ′`´", "'"), **dict.fromkeys("“”„‟″", '"'),
    "−": "-", "ـ": None, "ة": "ه", "ٱ": "ا", "،": ",", "؛": ";", "؟": "?", "٫": ".", "٬": ",", "\t": " ",
}  # fmt: skip
_LETTERS_THAT_COUNT = "°ºª"
"""Told apart from the letters they fold to: 40º is an angle, nº announces a number."""

_WHERE_LOOKALIKES_ARE = (range(0x3000), range(0xFB00, 0x10000), range(0x1D400, 0x1D800), range(0xE0000, 0xE01F0))


@dataclass(frozen=True, slots=True)
class Legible:
    """A text to look through. ``text[i]`` stands for ``typed[places[i]]``; None: nothing was passed over."""

    typed: str
    text: str
    places: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in what was typed, with the marks on its last letter."""
        if self.places is None:
            return start, end
        end = self.places[end - 1] + 1
        while end < len(self.typed) and _belongs_to_the_letter_before(self.typed[end]):
            end += 1
        return self.places[start], end


def legible(typed: str) -> Legible:
    """``typed``, in NFC, as it can be looked through."""
    plain = _plain_characters()
    text = typed.translate(plain)
    if len(text) == len(typed):
        return Legible(typed, text, None)
    places = tuple(place for place, character in enumerate(typed) if plain.get(ord(character), "") is not None)
    return Legible(typed, text, places)


def pattern(spelled: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression for legible texts, spelled as the words of its language are."""
    return re.compile(legible(spelled).text, flags)


@cache
def _plain_characters() -> dict[int, str | None]:
    plain = ((code, _plain(chr(code))) for code in chain.from_iterable(_WHERE_LOOKALIKES_ARE))
    return {code: character for code, character in plain if character != chr(code)}


def _plain(character: str) -> str | None:
    if character in _ALIKE:
        return _ALIKE[character]
    match unicodedata.category(character):
        case "Mn" | "Me" | "Cf":
            return None
        case "Zs":
            return " "
        case "Pd":
            return "-"
        case "Nd":
            return str(unicodedata.decimal(character))
        case "No":
            return character
    if character in _LETTERS_THAT_COUNT:
        return character
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return _ALIKE.get(base, base) if len(base) == 1 and not base.isspace() else character


def _belongs_to_the_letter_before(character: str) -> bool:
    return character == "ـ" or unicodedata.category(character) in ("Mn", "Me")
