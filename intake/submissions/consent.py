"""Consent: what may be done with somebody's words, as data that every reader obeys.

The effective tier is the lowest of what the contributor gave, the cap that care for the
person concerned sets, and the ceiling of the listening session (DOMAIN C2).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import IntEnum

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

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

TIER_LABELS = {
    Tier.NAMED: _l("You may use my name and my organisation"),
    Tier.ORGANISATION: _l("You may name my organisation, not me"),
    Tier.ANONYMOUS: _l("You may quote my words without saying who I am"),
    Tier.IDEAS: _l("You may use the ideas, but do not quote me"),
    Tier.COUNTED: _l("Count my submission only; those who write the brief do not see the text"),
}
TIER_NAMES = {
    Tier.NAMED: _l("Named"),
    Tier.ORGANISATION: _l("Organisation only"),
    Tier.ANONYMOUS: _l("Anonymous quotation"),
    Tier.IDEAS: _l("Ideas, no quotation"),
    Tier.COUNTED: _l("Counted only"),
}
TIER_QUESTION = _l("How may we use your words?")
FOLLOW_UP_LABEL = _l("You may contact me with questions about this submission")
PUBLICATION_LABEL = _l("You may publish this, within my choice above, in the public summary of the session")


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


def effective_sql(
    tier: sa.ColumnElement[int], cap: sa.ColumnElement[int], ceiling: sa.ColumnElement[int | None]
) -> sa.ColumnElement[int]:
    """``effective`` as SQL, for filters and figures; a NULL ceiling allows all."""
    top = sa.func.coalesce(ceiling, int(Tier.NAMED))
    lower = sa.case((tier < cap, tier), else_=cap)
    return sa.case((lower < top, lower), else_=top)


def wording(kind: Kind, language: str) -> tuple[str, str]:
    """The exact words by which consent was asked, as JSON, and their version (12 hex digits)."""
    with force_locale(language):
        shown = {
            "question": str(TIER_QUESTION),
            "tiers": {str(int(tier)): str(TIER_LABELS[tier]) for tier in offered(kind)},
            "follow_up": str(FOLLOW_UP_LABEL),
            "publication": str(PUBLICATION_LABEL),
        }
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]
