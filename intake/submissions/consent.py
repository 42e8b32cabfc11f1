"""Consent: what may be done with somebody's words, as data that every reader obeys.

The effective tier is the lowest of what the contributor gave, the cap that care for the
person concerned sets, and the ceiling of the listening session (DOMAIN C2).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _l

from intake.foundation.i18n import speaking
from intake.foundation.languages import SOURCE_LANGUAGE
from intake.foundation.vocabularies import label

from .vocabulary import Kind


class Tier(IntEnum):
    """How far words may be used; a higher tier allows what the lower ones allow."""

    COUNTED = 0
    IDEAS = 1
    ANONYMOUS = 2
    ORGANISATION = 3
    NAMED = 4


UNANSWERED = Tier.IDEAS
CAREFUL_CAP = Tier.ANONYMOUS
"""The cap where being recognised could cause harm, or a child is concerned (DOMAIN C2)."""


def _label(tier: Tier) -> str:
    locale = get_locale()
    return label("consent_tiers", str(int(tier)), locale.language if locale else SOURCE_LANGUAGE.code).text


TIER_LABELS = {tier: LazyString(_label, tier) for tier in Tier}
"""What each tier allows, in the contributor's words; the vocabulary holds them in every language."""

TIER_NAMES = {
    Tier.NAMED: _l("Named"),
    Tier.ORGANISATION: _l("Organisation only"),
    Tier.ANONYMOUS: _l("Anonymous quotation"),
    Tier.IDEAS: _l("Ideas, no quotation"),
    Tier.COUNTED: _l("Counted only"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How consent is asked for: the question, what each tier is called, and the two permissions beside it."""

    question: Any
    tiers: Mapping[Tier, Any]
    publication: Any
    follow_up: Any


OF_CONTRIBUTORS = Asked(
    _l("How may we use your words?"),
    TIER_LABELS,
    _l("You may publish this in the public summary of the session, within the limits I chose above"),
    _l("You may contact me with questions about this submission"),
)
OF_SPEAKERS = Asked(
    _l("How may what was said be used?"),
    TIER_NAMES,
    _l("It may be published in the public summary of the session, within this limit"),
    _l("The speaker may be contacted with questions"),
)
"""A rapporteur takes down what the speaker allowed, or what the rule of the session says."""


def asked_of(kind: Kind) -> Asked:
    """How consent to a submission of ``kind`` is asked for."""
    return OF_SPEAKERS if kind is Kind.INTERVENTION else OF_CONTRIBUTORS


def offered(kind: Kind) -> tuple[Tier, ...]:
    """The tiers a form of ``kind`` offers, highest first; a practice is told to be used (DOMAIN C3)."""
    lowest = Tier.IDEAS if kind is Kind.PRACTICE else Tier.COUNTED
    return tuple(tier for tier in sorted(Tier, reverse=True) if tier >= lowest)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a contributor agreed to."""

    tier: Tier
    follow_up: bool
    publication: bool


def effective(tier: int, cap: int, ceiling: int) -> Tier:
    """The tier that counts: ``min`` of the contributor's, the cap and the session's ceiling."""
    return Tier(min(tier, cap, ceiling))


def wording(kind: Kind, language: str) -> tuple[str, str]:
    """The exact words by which consent was asked, as JSON, and their version (12 hex digits)."""
    asked = asked_of(kind)
    with speaking(language):
        shown = {
            "question": str(asked.question),
            "tiers": {str(int(tier)): str(asked.tiers[tier]) for tier in offered(kind)},
            "follow_up": str(asked.follow_up),
            "publication": str(asked.publication),
        }
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]
