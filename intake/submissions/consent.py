"""Consent: what may be done with somebody's words, as data that every reader obeys.

The effective tier is the lowest of what the contributor gave, the cap that care for the
person concerned sets, and the ceiling of the listening session (DOMAIN C2).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import IntEnum

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
TIER_QUESTION = _l("How may we use your words?")
FOLLOW_UP_LABEL = _l("You may contact me with questions about this submission")
PUBLICATION_LABEL = _l("You may publish this in the public summary of the session, within the limits I chose above")


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
    with speaking(language):
        shown = {
            "question": str(TIER_QUESTION),
            "tiers": {str(int(tier)): str(TIER_LABELS[tier]) for tier in offered(kind)},
            "follow_up": str(FOLLOW_UP_LABEL),
            "publication": str(PUBLICATION_LABEL),
        }
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]
