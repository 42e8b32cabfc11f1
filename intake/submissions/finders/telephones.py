"""Where a text holds telephone numbers: asked of the numbering plans, of their shapes, and of the words before them.

The plans (libphonenumber's) know what a number of a given country looks like and split two
numbers written in one breath. They cannot know in which country a traveller's telephone
was bought; shapes that are written nowhere but for telephones, and words such as
"WhatsApp", find those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from phonenumbers import SUPPORTED_REGIONS, Leniency, PhoneNumberMatcher

from intake.foundation.legible import pattern

from . import Span

MOST_ASKED = 1_000
"""How many groups of digits of one text are looked up in the numbering plans."""

_BARRIER = "\n"
"""Written over what is settled: no number and no sentence runs across it."""

_SETTLED = re.compile(
    r"""(?<!\d)(?:
        (?:19|20)\d\d\ ?[-/]\ ?(?:19|20)\d\d               # 2018-2020
      | (?:19|20)\d\d(?:\ (?:19|20)\d\d){1,9}              # a row of years
      | (?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}               # 2020-06-09
      | \d{1,2}([-/. ])\d{1,2}\2(?:19|20)\d\d              # 09.06.2020
      | (?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])
      | \d{1,2}:\d\d(?::\d\d)?
      | (?i:ISBN|ISSN|DOI)[:\ ]{0,2}[\d\-\ ]{8,17}
      | 97[89][-\ ]?\d(?:[-\ ]?\d){9}                      # a book
    )(?!\d)""",
    re.VERBOSE,
)
_GAP = r"[ ().\-/]"
_RUN = re.compile(rf"(?<!\w)(?<!\w[-/_=@#])(?:\+ ?\(?|\()?\d(?:{_GAP}{{0,3}}\d){{5,39}}+")
_DOUBLE_ZERO = re.compile(r"(?<![\d+])00 ?(?=[1-9])")

_SHAPES = tuple(
    re.compile(rf"(?<![\d+])(?:{shape})(?!\d)")
    for shape in (
        rf"(?:\+ ?|00 ?)[1-9]\d{{0,2}}(?:{_GAP}{{0,3}}\d){{6,12}}",  # any country's, known to the plans or not
        r"\(?[2-9]\d\d\)?[ .\-]{1,2}\d{3}[.\-]\d{4}",  # North America
        r"\([2-9]\d\d\) ?\d{3} \d{4}",
        r"[1-9]\d{1,2}([ .\-])\d\d(?:\1\d\d){2}",  # in pairs: West Africa, Spain
        r"[67]\d\d([ .\-])\d{3}\1\d{3}",  # Spanish and Moroccan mobiles without their zero
        r"[67]\d{8}",
    )
)
_TRUNK = re.compile(r"(?<![\d+])\(?0\d{1,11}\)?(?:[ .\-/]{1,2}\d{1,8}){0,5}+(?!\d)")
_DIGITS = re.compile(r"\d+")

_ANNOUNCED = pattern(
    r"(?<!\w)(?i:tel|phone|telephones?|teléfonos?|tfno|mobile|cell|celular|cel|móvil|portable|fixe|gsm|fax|hotline"
    r"|whats ?app|wsp|signal|viber|imo|telegram|call(?: me| us| him| her)|text me|reach (?:me|us)"
    r"|appele[zr](?:[ -]moi|[ -]nous)?|joindre|joignable|contacter|llamar(?:me|nos)?|llám[ae]me|contactar(?:me|nos)?"
    r"|(?:ال|ب|و|ل|بال|وال|لل)?(?:هاتف|تلفون|تليفون|جوال|موبايل|محمول|نقال|واتساب|واتس|فايبر|تلغرام)(?:ي|ه|ها|نا)?"
    r"|اتصلوا|اتصل|للاتصال|رقمي|رقمه|رقمها)(?!\w)"
    r"(?:[^\w\n+(]{1,3}[^\W\d_]{1,12}){0,4}[^\w\n+(]{1,4}"
    r"(?P<found>[+(]{0,2}\d(?:[ ().\-/]{0,2}\d){5,14})(?!\d)"
)

_MONEY_BEFORE = re.compile(r"(?:[$€£¥₦₹₺]|\b(?:USD|EUR|GBP|MAD|DZD|TND|XOF|XAF|FCFA|COP|MXN|Rs|US\$)) {0,2}$")
_COUNTED_AFTER = pattern(
    r" {0,2}(?:[%€$£¥₦₹₺]|(?:de |d'|of |من )?(?i:"
    r"people|persons?|migrants?|migrantes|refugees?|réfugiés?|refugiados?|women|m[ae]n|children|famil|household"
    r"|workers?|beneficiar|residents?|users?|visitors?|inhabitants?|habitant|personnes?|personas?|femmes?|hommes?"
    r"|enfants?|ménages?|travailleur|trabajador|mujeres|hombres|niñ[oa]s|hogares|usuari|utilisat|euros?|dollars?"
    r"|dólares|pounds?|dirhams?|dinars?|dinares|francs?|francos|fcfa|cfa|usd|eur|mad|pesos?|bolívares|soles|naira"
    r"|shillings?|rupees?|lira|millions?|millones|thousand|mil\b|mille|km\b|kilomet|met[re]{2}s?|hectares?"
    r"|شخص|أشخاص|مهاجر|لاجئ|امرأة|طفل|أسرة|عائلة|عامل|مستفيد|نسمة|دولار|يورو|درهم|دينار|جنيه|ليرة|ريال|فرنك|مليون|ألف"
    r"))"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([ .,])\d{3})(?:\1\d{3})*")


def telephones(text: str, country: str | None) -> Iterator[Span]:
    """Where ``text`` (legible) holds telephone numbers, those of ``country`` also without their prefix.

    After ``MOST_ASKED`` groups of digits, which no answer of a form can hold in earnest, the
    plans are not asked any more; the shapes and the words are, to the end of the text.
    """
    text = _without(text, (match.span() for match in _SETTLED.finditer(text)))
    for find in (_planned, _shaped, _announced):
        found = tuple(find(text, country if country in SUPPORTED_REGIONS else None))
        yield from found
        text = _without(text, found)


def counts_something(text: str, start: int, end: int) -> bool:
    """Whether the digits at ``start`` say how many or how much."""
    number = text[start:end]
    if number[0] in "+(0":
        return False
    return (
        number.endswith("000")
        or (_THOUSANDS.fullmatch(number) is not None and sum(map(str.isdigit, number)) < 9)
        or re.fullmatch(r"\d+[.,]\d{1,2}", number) is not None
        or _MONEY_BEFORE.search(text, max(0, start - 8), start) is not None
        or _COUNTED_AFTER.match(text, end) is not None
    )


def _planned(text: str, country: str | None) -> Iterator[Span]:
    for asked, run in enumerate(_RUN.finditer(text)):
        if asked == MOST_ASKED:
            return
        dialled = _DOUBLE_ZERO.sub(lambda zeros: "+".rjust(len(zeros[0])), run[0])
        for match in PhoneNumberMatcher(dialled, country, leniency=Leniency.VALID):
            start, end = run.start() + match.start, run.start() + match.end
            if dialled[match.start] == "+" != run[0][match.start]:
                start = run.start() + run[0].rindex("00", 0, match.start + 1)
            if not counts_something(text, start, end):
                yield start, end


def _shaped(text: str, _country: str | None) -> Iterator[Span]:
    for run in _RUN.finditer(text):
        for shape in _SHAPES:
            for match in shape.finditer(text, *run.span()):
                if not counts_something(text, *match.span()):
                    yield match.span()
        for match in _TRUNK.finditer(text, *run.span()):
            yield from _dialled_with_a_zero(match)


def _dialled_with_a_zero(match: re.Match[str]) -> Iterator[Span]:
    """The first number in a row of groups: ten or eleven digits if they fill whole groups, else nine or twelve."""
    so_far, ends = 0, dict[int, int]()
    for group in _DIGITS.finditer(match[0]):
        so_far += len(group[0])
        ends.setdefault(so_far, match.start() + group.end())
    for digits in (10, 11, 9, 12):
        if digits in ends:
            yield match.start(), ends[digits]
            return


def _announced(text: str, _country: str | None) -> Iterator[Span]:
    for match in _ANNOUNCED.finditer(text):
        end = match.end("found")
        if not _COUNTED_AFTER.match(text, end) and not match["found"].endswith("000"):
            yield match.span("found")


def _without(text: str, spans: Iterable[Span]) -> str:
    pieces, at = list[str](), 0
    for start, end in sorted(spans):
        if start >= at:
            pieces += text[at:start], _BARRIER * (end - start)
            at = end
    return "".join((*pieces, text[at:]))
