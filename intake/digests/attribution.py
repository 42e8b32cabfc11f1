"""Who a quotation is attributed to: never more than its consent tier allows (DOMAIN D5).

An anonymous contributor is called by kind and area, and both are widened until at least
``ENOUGH`` submitters of the digest who are not named either are called the same (DOMAIN C2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import label, vocabulary, wider

from .document import Line
from .wording import listed, listed_line

ENOUGH = 3
"""Submitters without a name who share what is said of one of them (DOMAIN C2)."""

_ANYBODY = _l("a contributor")
_KINDS = {
    "migrant_led": _l("a migrant-led or diaspora association"),
    "civil_society": _l("a civil society organisation"),
    "women_led": _l("a women-led organisation"),
    "youth_led": _l("a youth-led organisation"),
    "faith_based": _l("a faith-based organisation"),
    "workers": _l("a workers’ organisation or trade union"),
    "employers": _l("an employers’ organisation"),
    "nhri": _l("a national human rights institution"),
    "local_authority": _l("a local authority or city"),
    "community": _l("a local community group"),
    "private_sector": _l("a private company"),
    "academia": _l("an academic or research institution"),
    "media": _l("a media organisation"),
    "parliament": _l("a parliamentarian"),
    "red_cross": _l("a Red Cross or Red Crescent society"),
    "frontline": _l("a front-line service provider"),
    "member_state": _l("a government"),
    "un_entity": _l("a United Nations entity"),
    "igo": _l("an intergovernmental organisation"),
    "individual": _l("an individual"),
    "other": _ANYBODY,
}


class Stratum(NamedTuple):
    """What may be said of an anonymous contributor: a stakeholder type and an M49 area; None is anybody, anywhere."""

    stakeholder_type: str | None
    area: str | None


ANYBODY = Stratum(None, None)
"""Said of somebody of whom nothing may be said."""


@dataclass(frozen=True, slots=True)
class Member:
    """A submission without a name, as it counts for anonymity.

    ``submitter`` is the same for one who submitted twice. ``speaks``: it is an intervention, which has no
    area of its own, because its country is the one spoken of.
    """

    submitter: str
    stakeholder_type: str | None
    area: str | None
    speaks: bool = False


def may_name(tier: int) -> bool:
    """Whether the organisation, at least, may be told at ``tier``."""
    return "organisation" in vocabulary("consent_tiers")[str(int(tier))].attribution


def strata(members: Mapping[str, Member]) -> dict[str, Stratum]:
    """For each member the narrowest stratum in which it stands among ``ENOUGH`` submitters.

    ``members`` are those without a name only: whoever is named hides nobody. It is not enough that
    others would fit the words; they must be called by them. Were three "women-led, Western Africa"
    and a fourth "women-led, Africa", the fourth would stand alone. So who does not fill a stratum takes
    the smallest of its neighbours along into the wider one, and whatever is said of one member of a
    stratum is as true of every other: no table can tell them apart.
    """
    found: dict[str, Stratum] = {}
    _settle(members, (), found)
    return {name: found[name] for name in members}


def _settle(members: Mapping[str, Member], here: tuple[Stratum, ...], found: dict[str, Stratum]) -> None:
    """Give each of ``members``, who share the strata ``here``, this last one or a narrower one."""
    loose: dict[str, Member] = {}
    narrower: dict[Stratum, dict[str, Member]] = defaultdict(dict)
    for name, member in members.items():
        steps = _narrowing(member)
        into = narrower[steps[len(here)]] if len(steps) > len(here) else loose
        into[name] = member
    standing = sorted(narrower.items(), key=lambda item: (_submitters(item[1].values()), *map(str, item[0])))
    while standing and (_submitters(standing[0][1].values()) < ENOUGH or not _among_enough(loose.values(), here)):
        loose.update(standing.pop(0)[1])
    found.update(dict.fromkeys(loose, here[-1] if here else ANYBODY))
    for stratum, sharing in standing:
        _settle(sharing, (*here, stratum), found)


def _narrowing(member: Member) -> tuple[Stratum, ...]:
    """What may be said of ``member``, from its kind alone to its kind in the smallest area."""
    areas: list[str | None] = [None]
    area = member.area
    while area is not None:
        areas.insert(1, area)
        area = wider(area)
    return tuple(Stratum(member.stakeholder_type, area) for area in areas)


def _among_enough(loose: Iterable[Member], here: tuple[Stratum, ...]) -> bool:
    """Whether those of whom no more is said than ``here`` hide each other."""
    loose = list(loose)
    writers = [member for member in loose if not member.speaks]
    if here and writers and _submitters(writers) < ENOUGH:
        # Of a speaker no area is ever told: that none is told hides only those of whom it might have been.
        return False
    return not loose or _submitters(loose) >= ENOUGH


def _submitters(members: Iterable[Member]) -> int:
    return len({member.submitter for member in members})


def anonymous(stratum: Stratum, language: str) -> str:
    """A stratum in words, in the current locale, which is ``language``."""
    who = str(_KINDS.get(stratum.stakeholder_type or "", _ANYBODY))
    return listed((who, label("m49_regions", stratum.area, language))) if stratum.area else who


def named(person: Text | None, organisation: Text | None, stratum: Stratum, country: str | None, language: str) -> Line:
    """Names as far as they are given, each in its own language; somebody who gave none is called by kind."""
    called = Text(anonymous(Stratum(stratum.stakeholder_type, None), language), language)
    names = [name for name in (person, organisation) if name] or [called]
    where = [label("countries", country, language)] if country else []
    return listed_line((*names, *where), language)
