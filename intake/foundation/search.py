"""Folding: one spelling for texts that people would call the same word."""

from __future__ import annotations

import re
import unicodedata

from .texts import normal

_ARABIC = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
        "ـ": None, "ء": None,
        **{chr(0x0660 + n): str(n) for n in range(10)},
        **{chr(0x06F0 + n): str(n) for n in range(10)},
    }
)  # fmt: skip
_NOT_A_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """``text`` without case, accents, Arabic diacritics and letter variants, or punctuation.

    Two spellings of one name fold alike: «Türkiye» and «turkiye», «الأردن» and «الاردن».
    """
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = unicodedata.normalize("NFKD", normal(text.casefold().translate(_ARABIC)))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _NOT_A_WORD.sub(" ", text.translate(_ARABIC)).strip()


_LETTERS = str.maketrans(
    {
        "ı": "i", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ک": "ك", "گ": "ك", "ڭ": "ك", "ی": "ي", "ې": "ي", "ہ": "ه", "ھ": "ه",
    }
)  # fmt: skip
"""Letters that decomposing leaves whole, and letters of Arabic script that keyboards set for one another."""

_ARTICLES = ("وبال", "وكال", "فبال", "وال", "فال", "بال", "كال", "ولل", "ال", "لل")
"""The Arabic article with what is written onto it, longest first."""
_SHORTEST_STEM = 3


_ELIDED = re.compile(r"\b(?:[cdjlmnst]|(?:jus|lors|puis)?qu)['’ʼ](?=\w)", re.IGNORECASE)
"""French little words that lose their vowel before another one: «l’eau» is looked for as «eau»."""


def words(text: str) -> list[str]:
    """The words of ``text`` as they are looked for, in order: folded, without an article that is written onto them.

    Both sides of a search go through here, so that what it makes of a word matters only in that
    it makes the same of every spelling.
    """
    return [_without_article(word) for word in fold(_ELIDED.sub("", text)).translate(_LETTERS).split()]


def _without_article(word: str) -> str:
    if not "\u0600" < word[0] < "\u06ff":
        return word
    article = next((one for one in _ARTICLES if word.startswith(one)), "")
    return word[len(article) :] if len(word) - len(article) >= _SHORTEST_STEM else word
