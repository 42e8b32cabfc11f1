"""Who a quotation is attributed to: never more than its consent tier allows (DOMAIN D5).

An anonymous contributor is called by kind and area, and both are widened until at least
``ENOUGH`` submitters of the digest share them (DOMAIN C2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import label, wider

from .document import Line
from .wording import listed, listed_line

ENOUGH = 3
"""Submitters who share what is said of an anonymous one (DOMAIN C2)."""

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


@dataclass(frozen=True, slots=True)
class Member:
    """A submission as it counts for anonymity; ``submitter`` is the same for one who submitted twice."""

    submitter: str
    stakeholder_type: str | None
    area: str | None


def strata(members: Mapping[str, Member]) -> dict[str, Stratum]:
    """For each member the narrowest stratum that at least ``ENOUGH`` submitters share."""
    sharing: dict[Stratum, set[str]] = defaultdict(set)
    for member in members.values():
        for stratum in _widening(member):
            sharing[stratum].add(member.submitter)
    return {name: _first_shared(member, sharing) for name, member in members.items()}


def _widening(member: Member) -> Iterator[Stratum]:
    area = member.area
    while area is not None:
        yield Stratum(member.stakeholder_type, area)
        area = wider(area)
    yield Stratum(member.stakeholder_type, None)


def _first_shared(member: Member, sharing: Mapping[Stratum, set[str]]) -> Stratum:
    shared = (stratum for stratum in _widening(member) if len(sharing[stratum]) >= ENOUGH)
    return next(shared, Stratum(None, None))


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
