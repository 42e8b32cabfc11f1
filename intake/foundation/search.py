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
