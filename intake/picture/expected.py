"""From whom a listening session says it wants to hear: read off its audience, languages, topic, purpose and questions.

Nothing is guessed. What is expected is named by the programme, and each expectation says by which part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from flask_babel import gettext as _

from intake.foundation.languages import CODES, name_of
from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.search import fold
from intake.foundation.vocabularies import countries, label, vocabulary, wider
from intake.moderation.filters import regions
from intake.programme.models import ListeningSession
from intake.programme.words import listing


class Axis(StrEnum):
    """In what somebody can be missing."""

    WHO = "who"
    REGION = "region"
    GROUP = "group"
    LANGUAGE = "language"


_CIVIL_SOCIETY = ("migrant_led", "civil_society", "women_led", "youth_led", "faith_based", "community")
_STAKEHOLDERS = (
    *_CIVIL_SOCIETY, "workers", "employers", "nhri", "local_authority", "private_sector", "academia", "media",
    "parliament", "red_cross", "frontline",
)  # fmt: skip
TYPES_OF_AUDIENCE: Mapping[str, tuple[str, ...]] = {
    "member_states": ("member_state",),
    "civil_society": _CIVIL_SOCIETY,
    "stakeholders": _STAKEHOLDERS,
    "country_stakeholders": _STAKEHOLDERS,
    "regional_stakeholders": _STAKEHOLDERS,
    "network_members": ("un_entity",),
    "un_networks": ("un_entity",),
    "un_regional_networks": ("un_entity",),
    "un_country_networks": ("un_entity",),
    "un_system": ("un_entity",),
    "un_agencies": ("un_entity",),
}
"""Which kinds of contributor an audience means; "stakeholders" are those of the Global Compact, paragraph 44."""

AUDIENCES_OF_ALL_REGIONS = frozenset({"regional_stakeholders", "country_stakeholders", "un_regional_networks"})
"""An audience "at regional level" or "at country level" that names no region means all of them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody from whom a session wants to hear, and the parts of its programme that ask for it, in words."""

    axis: Axis
    code: str
    why: tuple[str, ...]


def expected(held: ListeningSession, reader: str) -> list[Expected]:
    """Everybody from whom ``held`` wants to hear, in the order of the vocabularies; reasons in ``reader``."""
    found: dict[tuple[Axis, str], list[str]] = {}
    for axis, code, why in (*_by_audience(held, reader), *_by_words(held), *_by_language(held)):
        reasons = found.setdefault((axis, code), [])
        if why not in reasons:
            reasons.append(why)
    return [Expected(axis, code, tuple(found[axis, code])) for axis in Axis for code in codes_of(axis)
            if (axis, code) in found]  # fmt: skip


def codes_of(axis: Axis) -> list[str]:
    """Everything that there is on ``axis``."""
    match axis:
        case Axis.LANGUAGE:
            return list(CODES)
        case Axis.REGION:
            return list(regions())
        case Axis.WHO:
            return list(vocabulary("stakeholder_types"))
        case Axis.GROUP:
            return list(vocabulary("population_groups"))


def _by_audience(held: ListeningSession, reader: str) -> Iterator[tuple[Axis, str, str]]:
    audiences = held.audience or ()
    for code in codes_of(Axis.WHO):
        if meant := [one for one in audiences if code in TYPES_OF_AUDIENCE.get(one, ())]:
            yield Axis.WHO, code, _audience(meant, reader)
    names_a_region = any(axis is Axis.REGION for axis, _code, _why in _by_words(held))
    if not names_a_region and (everywhere := [one for one in audiences if one in AUDIENCES_OF_ALL_REGIONS]):
        why = _audience(everywhere, reader)
        for code in codes_of(Axis.REGION):
            yield Axis.REGION, code, why


def _audience(audiences: Iterable[str], reader: str) -> str:
    return _("Audience: %(name)s", name=listing(label("audiences", one, reader) for one in audiences))


def _by_language(held: ListeningSession) -> Iterator[tuple[Axis, str, str]]:
    rule = held.interpretation or {}
    for code in CODES:
        if code in (held.languages or ()):
            yield Axis.LANGUAGE, code, _("The session is held in this language")
        elif code in rule.get("from", ()):
            yield Axis.LANGUAGE, code, _("The session is interpreted from this language")
        else:
            yield Axis.LANGUAGE, code, _("The form can be filled in in this language")


def _by_words(held: ListeningSession) -> Iterator[tuple[Axis, str, str]]:
    """What the topic, the purpose and the questions name, by its name in the language they are written in."""
    yield from _named_in(held.topic, _("Named in the topic"))
    yield from _named_in(held.purpose, _("Named in the purpose"))
    for asked in held.questions:
        yield from _named_in(asked.text, _("Named in question %(number)s", number=asked.position))


def _named_in(text: Multilingual, why: str) -> Iterator[tuple[Axis, str, str]]:
    for language, words in text.items():
        left = f" {fold(words)} "
        for name, meant in _names(language).items():
            if f" {name} " in left:
                # What stands inside a longer name is not named: "Western Africa" is not all of Africa.
                left = left.replace(f" {name} ", " | ")
                yield from ((axis, code, why) for axis, code in meant)


@cache
def _names(language: str) -> Mapping[str, list[tuple[Axis, str]]]:
    """What each name in ``language`` means, the longest names first."""
    found: dict[str, list[tuple[Axis, str]]] = {}

    def add(label: Multilingual, axis: Axis, codes: Iterable[str]) -> None:
        if language in label:
            found.setdefault(fold(label[language]), []).extend((axis, code) for code in codes)

    for code, term in vocabulary("population_groups").items():
        add(term.label, Axis.GROUP, [code])
    for code, term in vocabulary("m49_regions").items():
        add(term.label, Axis.REGION, _areas_in(code))
    for country in countries().values():
        add(country.label, Axis.REGION, [country.subregion])
    return {name: found[name] for name in sorted(found, key=len, reverse=True)}


def _areas_in(code: str) -> list[str]:
    """The smallest areas that lie in ``code``, itself if it is one."""
    return [area for area in regions() if code in _around(area)]


def _around(area: str | None) -> Iterator[str]:
    while area:
        yield area
        area = wider(area)


def called(axis: Axis, code: str, reader: str) -> Text:
    """What is missing, in words."""
    if axis is Axis.LANGUAGE:
        return Text(name_of(code, reader), reader)
    name = {Axis.WHO: "stakeholder_types", Axis.REGION: "m49_regions", Axis.GROUP: "population_groups"}[axis]
    return label(name, code, reader)
