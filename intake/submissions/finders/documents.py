"""Where a text holds numbers of documents, cases and bank accounts: by the words before them, or by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban
from stdnum.es import dni, nie
from stdnum.it import codicefiscale
from stdnum.mx import curp

from intake.foundation.legible import pattern

from . import Span, matching
from .telephones import counts_something

_DOCUMENT = pattern(
    r"(?<!\w)(?:ID|DNI|NIE|CNI|CIN|CNIE|CURP|PPT|RUMV|NIF|TIE|SSN|BVN|NIN|NINO|HCR|ACNUR|UNHCR|OFPRA|AGDREF|(?i:"
    # en
    r"passport|identity (?:card|document)|id[ -]card|national id|residence (?:permit|card)|work permit|permit|visa"
    r"|travel document|(?:refugee|asylum|registration) (?:card|certificate)|registration|ration card|alien"
    r"|national insurance|driv(?:ing|er's) licen[cs]e"
    r"|(?:case|file|asylum|court|docket) ?(?:file|number|no|id)|file|case|bank account|social security"
    # fr
    r"|passeport|carte d'identité|carte nationale|(?:titre|carte|permis) de séjour|récépissé|permis|dossier|étranger"
    r"|immatriculation|matricule|enregistrement|attestation|sécurité sociale|compte bancaire|procédure"
    # es
    r"|pasaporte|cédula|documento|permiso(?: de (?:residencia|trabajo))?|tarjeta|visado|expediente|registro"
    r"|caso|carné|carnet|matrícula|salvoconducto|seguridad social|cuenta bancaria"
    # ar
    r"|(?:و|ب|ل|ال|بال|وال|لل)?(?:جواز(?: سفر| السفر)?|بطاقة|هوية|إقامة|تصريح|تأشيرة|ملف|قضية|مفوضية|تسجيل|وثيقة)"
    r"(?:ي|ه|ها|تي|ته|تها|هم)?|(?:بطاقتي|إقامتي|هويتي|قضيتي|وثيقتي|تأشيرتي|ملفي)|الرقم الوطني|رقمي الوطني"
    r"))(?!\w)"
)
_NUMBERED = pattern(
    r"[:#№°=]|(?<!\w)(?i:(?:numbers?|num|no|nr)(?! of\b)|número|numéro|n[º.]|nº|ref|référence|referencia"
    r"|(?:و|ب|ال|بال)?رقم(?:ه|ها|ي)?)(?!\w)"
)
_TOKEN = pattern(
    r"(?<![\w/.\-])(?:[A-Z]{1,4} )?(?=[A-Za-z/.\-]{0,12}\d)"
    r"[A-Za-z0-9]{1,20}(?:[/.\-][A-Za-z0-9]{1,20}){0,6}(?: \d{2,12}){0,4}(?!\w)"
)
_NEAR = 48
_BEFORE = 24
_FEWEST_DIGITS = 3
_END_OF_THOUGHT = re.compile(r"\n|[.;!?] (?=\D)")
_PUBLIC_NUMBER = re.compile(
    r"(?:19|20)\d\d(?: ?[/\-] ?(?:\d\d|(?:19|20)\d\d))?"  # a year, a season
    r"|\d{1,4}([/.\-])\d{1,2}\1\d{1,4}"  # a date
    r"|[CTFE]-\d{1,3}/\d\d(?: PPU)?"  # a case of the Court of Justice of the Union
    r"|(?:A|E|S|CCPR|CMW|CRC|CEDAW|CAT|ST)/[\w/.\-]+"  # a document of the United Nations
    r"|WG\d[\w/.\-]*|(?i:covid)[\w\-]*|\d+(?:st|nd|rd|th|e|er|eme|o|a)"
)


def _documents(text: str, _country: str | None) -> Iterator[Span]:
    for named in _DOCUMENT.finditer(text):
        limit = min(len(text), named.end() + _NEAR)
        thought = _END_OF_THOUGHT.search(text, named.end(), limit)
        for token in _TOKEN.finditer(text, named.end(), thought.start() if thought else limit):
            if sum(map(str.isdigit, token[0])) < _FEWEST_DIGITS:
                continue
            announced = _NUMBERED.search(text, max(0, named.start() - _BEFORE), token.start()) is not None
            start = token.start() + _leading_word(token[0])
            if _is_a_number_of_a_document(text, start, token.end(), announced=announced):
                yield start, token.end()
                break


def _leading_word(token: str) -> int:
    """How much of ``token`` is a word before the number: "NO 12345", "ID 12345"."""
    word = re.match(r"(?:ID|NO|NR|N|EST|ES|IS|HCR|UNHCR|DNI|NIE|CIN|CNI) ", token)
    return word.end() if word else 0


def _is_a_number_of_a_document(text: str, start: int, end: int, *, announced: bool) -> bool:
    token = text[start:end]
    digits = sum(map(str.isdigit, token))
    if _PUBLIC_NUMBER.fullmatch(token) or counts_something(text, start, end):
        return False
    if any(map(str.isalpha, token)):
        return digits >= (_FEWEST_DIGITS if announced else 4) and len(token) >= 5
    return digits >= (4 if announced else 7)


_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_MACHINE_READABLE = re.compile(r"(?<![A-Z0-9<])(?=[A-Z0-9]{0,43}<)[A-Z0-9<]{28,46}(?![A-Z0-9<])")
_CHECKED = (
    (re.compile(r"(?<![\w\-])[XYZ]-?\d{7}-?[A-Z](?!\w)"), nie.is_valid),
    (re.compile(r"(?<![\w\-])\d{8}[ \-]?[A-Z](?!\w)"), dni.is_valid),
    (re.compile(r"(?<!\w)[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?!\w)"), curp.is_valid),
    (re.compile(r"(?<!\w)[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z](?!\w)"), codicefiscale.is_valid),
)
_UNMISTAKABLE = matching(
    re.compile(r"(?<![\w\-])\d{3}-\d\dC\d{5}(?!\w)"),  # a case of UNHCR
    re.compile(r"(?<![\w\-])\d{3}-\d\d-\d{4}(?![\w\-])"),  # United States, social security
    re.compile(r"(?<![\w\-])A(?:-? ?\d{9}| ?\d{3}[ \-]\d{3}[ \-]\d{3})(?!\w)"),  # United States, alien number
    re.compile(r"(?<![\w/\-])[A-Z]{1,3}\d{6,9}(?![\w/\-])"),  # most passports
    re.compile(r"(?<![\w\-])[A-Z]{2} ?(?:\d{6}|\d\d \d\d \d\d) ?[A-D](?![\w\-])"),  # United Kingdom, insurance
)


def numbers_of_documents(text: str, country: str | None) -> Iterator[Span]:
    """Where ``text`` (legible) holds numbers under which an office keeps a person."""
    yield from _documents(text, country)
    yield from _accounts_at_a_bank(text)
    yield from _UNMISTAKABLE(text, country)
    for shape, is_valid in _CHECKED:
        yield from (match.span() for match in shape.finditer(text) if is_valid(match[0]))
    for line in _MACHINE_READABLE.finditer(text):
        if line[0].count("<") > 1:
            yield line.span()


def _accounts_at_a_bank(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        written = match[0]
        # A word in capitals after the number looks like one more group of it.
        while written and not iban.is_valid(written):
            written = written.rpartition(" ")[0]
        if written:
            yield match.start(), match.start() + len(written)


_LONG = re.compile(r"(?<!\w)(?<!\w[-/_=@#.,])\d{9,20}(?![\w/]|[-.,]\d)")
_OF_A_BOOK = re.compile(r"97[89]\d{10}|(?:19|20)\d{6}(?:\d{4,6})?")


def long_numbers(text: str, _country: str | None) -> Iterator[Span]:
    """Numbers too long to count anything, whatever they are."""
    for match in _LONG.finditer(text):
        if not _OF_A_BOOK.fullmatch(match[0]) and not counts_something(text, *match.span()):
            yield match.span()
