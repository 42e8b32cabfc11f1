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
_LAM = "ل"

_LAM_FIRST = frozenset(
    fold(
        """
        لاجئ لاجئة لاجئين لاجئون لاجئات لاجئتين لاجئو لاجئي لاجئيها لجنة لجنتين لجنتنا لجنتها لجنتهم لجان لجاننا
        لغات لغتنا لغتها لغتهم لغتي لغوي لغوية لغويين لغويات لقاءات لقاءاتنا لقاؤنا لقائنا لقاح لقاحات لهجة لهجات
        لائحة لائحتها لوائح لوائحها لافتة لافتات لوحة لوحات لحظة لحظات ليلة ليالي لباس لسان لحوم لصوص
        لاعب لاعبة لاعبين لاعبون لاعبات لوجستي لوجستية لوجستيات
        لبنان لبناني لبنانية لبنانيين لبنانيون لبنانيات ليبيا ليبي ليبية ليبيين ليبيون ليبيات ليبيريا ليسوتو
        لاتفيا ليتوانيا لوكسمبورغ ليختنشتاين لاوس لندن لاهاي لشبونة لاتينية
        """
    ).split()
)
"""Nouns whose first letter is a lam, in the forms that are written, folded.

After "for the" that lam is one of the two that are written, and nothing else tells it: «للجنة» is "for the committee"
and "for the garden". Those stand here of which the word without its lam is none or a rare one; those of three letters
(لغة, لجوء, لقاء) need not.
"""


_ELIDED = re.compile(r"\b(?:[cdjlmnst]|(?:jus|lors|puis)?qu)['’ʼ](?=\w)", re.IGNORECASE)
"""French little words that lose their vowel before another one: «l’eau» is looked for as «eau»."""

_MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")
_SEAT = re.compile(r"ئ(?=و(?!ن?\b))|(?<=ش)(?<![ان]ش)ئ(?=ون\b)")
"""A hamza on the letter on which Egypt writes it where others write it on waw: «مسئول», «شئون».

Not before the ending of a plural, where everybody writes it so («لاجئون»), but for the one word that ends like that.
"""
_NO_SEAT = re.compile(r"(?<=\w)ء(?=([وي]))")
"""A hamza on the line before waw or yeh, where others set it on that very letter: «رءوس», «جزءين».

Nowhere else: «سماء» is written «سما» as well, and «قراءة» has but one spelling.
"""
_SEATS = {"و": "ؤ", "ي": "ئ"}


def words(text: str) -> list[str]:
    """The words of ``text`` as they are looked for, in order: folded, without an article that is written onto them.

    Both sides of a search go through here, so that what it makes of a word matters only in that
    it makes the same of every spelling. What was made is kept (``submissions.search``,
    ``submissions.sketches``): whoever changes it has these made anew, as migration 0036 does. Of words that were
    erased (``moderation.known``) nothing can be made anew: those are not known again in what is folded otherwise.
    """
    # Not in ``fold``, of which the digests of organisations are made: those cannot be made anew.
    text = _MARKS.sub("", unicodedata.normalize("NFKC", _ELIDED.sub("", text)))
    text = _NO_SEAT.sub(lambda found: _SEATS[found[1]], _SEAT.sub("ؤ", text))
    return [_without_article(word) for word in fold(text).translate(_LETTERS).split()]


def _without_article(word: str) -> str:
    if not "\u0600" < word[0] < "\u06ff":
        return word
    article = next((one for one in _ARTICLES if word.startswith(one)), "")
    stem = word[len(article) :]
    if article.endswith(_LAM * 2) and _keeps_lam(stem):
        stem = _LAM + stem
    return stem if len(stem) >= _SHORTEST_STEM else word


def _keeps_lam(stem: str) -> bool:
    """Whether of the two lams before ``stem`` one belongs to the word.

    Before two letters one stays in any case: «للغة» is of the word «لغة», and where there is no such word
    («للحق») what is left is that word after "for" without an article («لحق»).
    """
    return len(stem) < _SHORTEST_STEM or _LAM + stem in _LAM_FIRST
