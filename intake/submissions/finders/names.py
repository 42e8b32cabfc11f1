"""Where a text holds names of people: after a title, after "my name is", and an Arabic kunya.

Arabic writes no capitals. What follows a title is a name if it is a usual one, or if
nothing about it says that it is a verb, an adjective or one of the small words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from intake.foundation.legible import legible, pattern

from . import ARABIC, CAPITAL, CAPITALISED, Span, matching

_OFFICES = (
    r"(?i:(?:vice|co)?-?(?:presid|chair|minist|secret|ambass|amb(?:aj|as)|embaj|moderat|moderad|modérat|speaker|direct"
    r"|rapporteur|relator|commission|comision|excellenc|excelenc|judge|juge|juez|jueza|mayor\b|maire\b|alcald|préfet"
    r"|gobern|govern|gouvern|prime|premier|primer|general\b|général|coordinat|coordinad|delegat|délégu|delegad"
    r"|consul|cónsul|deputy|senator|sénat|senador|diputad|député|doctor|docteur|professeur|profesor|sherpa)"
    r"|madam|madame|bosco\b|the\b|and\b)"
)
_HONORIFICS = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Dra|Prof|Sr|Sra|Srta|Mme|Mmes|Mlle|Me|Lic|Ing|Hon|Pr)\.?|M\.|D\.|D\.?ª"
    r"|(?:[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|[Mm]aître|[Dd]octeur|[Dd]octor|[Dd]octora|[Pp]rofessor|[Pp]rofesseur"
    r"|[Pp]rofesora?|[Ll]icenciad[oa]|[Ss]eñor|[Ss]eñora|[Ss]eñorita|[Dd]on|[Dd]oña|SR|SRA|MR|MRS|MME)\.?"
)
_PARTICLE = r"(?:(?:al|el|ben|bin|bint|ibn|ould|van|von|dos|da|del|de los|Al|El)[ \-])"
_FULL_NAME = (
    rf"(?:{CAPITAL}\. ?){{0,2}}{_PARTICLE}?(?!{_OFFICES}){CAPITALISED}"
    rf"(?: {_PARTICLE}?(?!{_OFFICES}){CAPITALISED}){{0,3}}"
)
_TITLED = pattern(rf"(?<![\w.])(?:{_HONORIFICS}) {{1,2}}(?P<found>{_FULL_NAME})(?!\w)")
_INTRODUCED = pattern(
    rf"(?<!\w)(?i:my (?:full )?name is|(?:his|her) name (?:is|was)|je m'appelle|mon nom est|son nom est"
    rf"|me llamo|mi nombre es|su nombre es) (?P<found>{_FULL_NAME})(?!\w)"
)


def _words(name: str) -> frozenset[str]:
    """The words of a list in ``data``, as legible texts spell them."""
    return frozenset(legible((_DATA / name).read_text(encoding="utf-8")).text.split())


_DATA = Path(__file__).parents[1] / "data"
_WITH_DOTS = _words("given_names_ar.txt")
_GIVEN = _WITH_DOTS | {name.replace("ى", "ي") for name in _WITH_DOTS}
"""Usual given names; along the Nile and in haste, ى at the end is written with its dots or without."""
_NOT_A_NAME = _words("no_names_ar.txt")
_LINKS = frozenset(legible("بن ابن بنت ولد آل عبد أبو أبا أم بو").text.split())
_AR_HONORIFICS = (
    r"(?:(?:و|ب|ل|ف|ك)?(?:السيدة|السيد|للسيدة|للسيد|الأستاذة|الأستاذ|للأستاذ|الدكتورة|الدكتور|للدكتورة|للدكتور|الآنسة|الشيخ"
    r"|المهندسة|المهندس|المحامية|المحامي|الحاجة|الحاج)|د\.|أ\.|م\.)"
)
_NEXT_WORDS = rf"{ARABIC}{{2,15}}(?: {ARABIC}{{2,15}}){{0,4}}(?!{ARABIC})"
_AR_TITLED = pattern(rf"(?<![\w.]){_AR_HONORIFICS} {{0,2}}(?P<found>{_NEXT_WORDS})")
_AR_INTRODUCED = pattern(
    rf"(?<!\w)(?:و|أنا )?(?:اسمي|اسمه|اسمها|واسمي|اسم(?:ه|ها)? الكامل)(?: هو| هي)? (?P<found>{_NEXT_WORDS})"
)
_KUNYA = pattern(rf"(?<!\w)(?:و|ل|ب)?(?P<found>(?:أم|أبو|أبا) (?P<child>{ARABIC}{{2,15}}))(?!{ARABIC})")
_WORD = re.compile(r"\S+")


def names(text: str, country: str | None) -> Iterator[Span]:
    """Where ``text`` (legible) names people."""
    yield from matching(_TITLED, _INTRODUCED)(text, country)
    for sought in (_AR_TITLED, _AR_INTRODUCED):
        for match in sought.finditer(text):
            if length := _arabic_name(match["found"]):
                yield match.start("found"), match.start("found") + length
    yield from (match.span("found") for match in _KUNYA.finditer(text) if match["child"] in _GIVEN)


def _arabic_name(words: str) -> int:
    """How many characters of ``words`` are a name: one or two words, and what links them (بن، عبد، ال)."""
    end = names = 0
    for place, word in enumerate(_WORD.finditer(words)):
        if names == 2 or not _could_be_a_name(word[0], first=place == 0):
            break
        if word[0] not in _LINKS:
            names, end = names + 1, word.end()
    return end


def _could_be_a_name(word: str, *, first: bool) -> bool:
    if word in _GIVEN or word in _LINKS:
        return True
    if word in _NOT_A_NAME:
        return False
    if word.startswith("ال"):
        # After a title an adjective has the article as well (السيدة المسنة); after a given name, a family's name.
        return not first
    # Verbs, which Arabic tells from names by no capital: those of the present, "she did", and "… us, them, her".
    if word[0] in "يت" or word.endswith(("ت", "نا", "هم", "ها")):
        return False
    # What begins like a small word joined to the next is none where it ends like a family's name, or begins like one.
    return word[0] not in "نسوفبلك" or (len(word) > 3 and word.endswith("ي")) or word.startswith(("بو", "بن"))
