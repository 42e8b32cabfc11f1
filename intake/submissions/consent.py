"""Consent: what may be done with somebody's words, as data that every reader obeys.

The effective tier is the lowest of what the contributor gave, the cap that care for the
person concerned sets, and the ceiling of the listening session (DOMAIN C2): the one under
which consent was given, and the one there is now. What a contributor was told does not change
because the session does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from flask import current_app
from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _l

from intake.foundation.i18n import speaking
from intake.foundation.languages import CODES, SOURCE_LANGUAGE
from intake.foundation.vocabularies import label

from .vocabulary import Kind


class Tier(IntEnum):
    """How far words may be used; a higher tier allows what the lower ones allow."""

    COUNTED = 0
    IDEAS = 1
    ANONYMOUS = 2
    ORGANISATION = 3
    NAMED = 4


CAREFUL = _l(
    "Because somebody could be harmed, or a child is concerned, no name and no organisation will be used "
    "for now, whatever you chose."
)
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
    """How consent is asked for: all that a page says about it, which is what its record keeps.

    ``tiers`` are those offered, highest first. ``permissions`` are asked beside them: each is a box of
    the form, a field of ``Consent``, and a column of the submission and of the record. ``notes`` are said
    only where they apply: what was chosen is above the ceiling of the session, or care caps it.
    ``warning`` and ``sure`` are those of the page that asks a second time before more is allowed.
    ``ceiling`` is the one of the session that these words tell of: it is agreed to with them.
    """

    ceiling: int
    intro: Any
    question: Any
    tiers: Mapping[Tier, Any]
    permissions: Mapping[str, Any]
    notes: Mapping[str, Any]
    warning: tuple[Any, ...] = ()
    sure: Any = None

    def wording(self, language: str) -> tuple[str, str]:
        """The exact words in ``language``, as JSON, and their version (12 hex digits)."""
        with speaking(language):
            text = json.dumps(
                {
                    "intro": str(self.intro),
                    "question": str(self.question),
                    "tiers": {str(int(tier)): str(words) for tier, words in self.tiers.items()},
                    **{name: str(words) for name, words in self.permissions.items()},
                    "notes": {when: str(words) for when, words in self.notes.items()},
                    **({"warning": [str(one) for one in self.warning], "sure": str(self.sure)} if self.sure else {}),
                },
                ensure_ascii=False,
                sort_keys=True,
            )
        return text, hashlib.sha256(text.encode()).hexdigest()[:12]

    def version(self, language: str) -> str:
        """The version of the words in ``language``: a page carries it, so that what it said is what is kept."""
        return self.wording(language)[1]

    def language_of(self, version: str, likely: str) -> str | None:
        """The language in which the words have this version; None where they are others by now."""
        return next((one for one in dict.fromkeys((likely, *CODES)) if self.version(one) == version), None)


_OF_CONTRIBUTORS = {
    "publication": _l("You may publish this in the public summary of the session, within the limits I chose above"),
    "follow_up": _l("You may contact me with questions about this submission"),
    "machine_translation": _l("You may let an outside computer program translate this"),
}
_OF_SPEAKERS = {
    "publication": _l("It may be published in the public summary of the session, within this limit"),
    "follow_up": _l("The speaker may be contacted with questions"),
    "machine_translation": _l("An outside computer program may translate it"),
}


PERMISSIONS = tuple(_OF_CONTRIBUTORS)
"""What may be allowed beside a tier, wherever it is asked about."""


def asks_about_machines() -> bool:
    """Whether machine translation is asked about: not where no server could be given anything."""
    return bool(current_app.config["SETTINGS"].translate_url)


def _permissions(words: Mapping[str, Any], *, machines: bool) -> dict[str, Any]:
    return {name: said for name, said in words.items() if machines or name != "machine_translation"}


def asked_of(kind: Kind, ceiling: int, *, machines: bool = False) -> Asked:
    """How consent to a submission of ``kind`` is asked for in a session with this ceiling.

    A rapporteur takes down what the speaker allowed, or what the rule of the session says. With ``machines``
    machine translation is asked about whatever is set.
    """
    is_spoken = kind is Kind.INTERVENTION
    machines = machines or asks_about_machines()
    labels = TIER_NAMES if is_spoken else TIER_LABELS
    # A practice is told to be used (DOMAIN C3).
    lowest = Tier.IDEAS if kind is Kind.PRACTICE else Tier.COUNTED
    return Asked(
        ceiling=ceiling,
        intro=_intro(kind, ceiling),
        question=_l("How may what was said be used?") if is_spoken else _l("How may we use your words?"),
        tiers=_highest_first(labels, lowest),
        permissions=_permissions(_OF_SPEAKERS if is_spoken else _OF_CONTRIBUTORS, machines=machines),
        notes={
            **_above(ceiling),
            "careful": CAREFUL,
        },
    )


def asked_again(ceiling: int, *, promised: int | None = None, for_more: bool = False, machines: bool = False) -> Asked:
    """How a contributor is asked who comes back to change it; ``for_more``: a second time, since it allows more.

    ``promised`` is a lower ceiling that still counts for them, since it was the one when they agreed. Also a practice
    may be counted only, though its form does not offer that. With ``machines`` machine translation is asked about
    whatever is set: what was allowed once can always be taken back.
    """
    return Asked(
        ceiling=ceiling,
        intro=_l(
            "If you allow less, it takes effect at once, in everything we still write. "
            "What is printed already cannot be called back."
        ),
        question=_l("How may we use your words?"),
        tiers=_highest_first(TIER_LABELS, Tier.COUNTED),
        permissions=_permissions(_OF_CONTRIBUTORS, machines=machines or asks_about_machines()),
        notes={**_above(ceiling), **({} if promised is None else {"promised": still_promised(promised)})},
        warning=(
            _l("This allows more than before"),
            _l(
                "Think of everybody who could be recognised by what you wrote. "
                "If you are sure, tick the box below and save again."
            ),
        )
        if for_more
        else (),
        sure=_l("Yes, I allow more than before") if for_more else None,
    )


def _intro(kind: Kind, ceiling: int) -> Any:
    if kind is Kind.INTERVENTION:
        return _l("What the speaker allowed, or what the rule of the session says. In doubt, choose less.")
    if ceiling < Tier.ORGANISATION:
        return _l("You decide. In this session nobody is named in any case: neither people nor organisations.")
    if kind is Kind.PRACTICE:
        return _l("You decide. Most organisations are glad to be named with a practice that works.")
    return _l("You decide, and you can lower it at any time with your receipt code.")


def _above(ceiling: int) -> dict[str, Any]:
    if ceiling < Tier.ORGANISATION:
        return {"above_ceiling": _l("In this session nobody is named: neither people nor organisations.")}
    if ceiling < Tier.NAMED:
        return {"above_ceiling": _l("In this session organisations are named, but no people.")}
    return {}


def limits_of(tier: int, *, cap: int, promised: int | None, ceiling: int) -> list[Any]:
    """Why less than the ``tier`` that was chosen is used, for its contributor; empty where nothing limits it.

    ``cap`` is what care for the person concerned allows, ``promised`` a lower ceiling that still counts, or None,
    ``ceiling`` that of the session.
    """
    found = [CAREFUL] if cap < tier else []
    if promised is not None:
        return [*found, still_promised(promised)]
    return [*found, _above(ceiling)["above_ceiling"]] if ceiling < tier else found


def still_promised(ceiling: int) -> Any:
    """What to say to a contributor for whom this ``ceiling`` still counts, though the session has a higher one now."""
    if ceiling < Tier.ORGANISATION:
        return _l(
            "When you agreed, nobody was named in this session: neither people nor organisations. "
            "For what you sent this still holds, unless you allow more."
        )
    return _l(
        "When you agreed, organisations were named in this session, but no people. "
        "For what you sent this still holds, unless you allow more."
    )


def why_limited(promised: int, ceiling: int) -> Any:
    """Why the ceiling limits what was chosen, for staff: the lower of the one ``promised`` then and that of now."""
    if ceiling <= promised:
        return _above(ceiling)["above_ceiling"]
    if promised < Tier.ORGANISATION:
        return _l(
            "When consent was given, nobody was named in this session: neither people nor organisations. "
            "This still holds for what was sent then."
        )
    return _l(
        "When consent was given, organisations were named in this session, but no people. "
        "This still holds for what was sent then."
    )


def _highest_first(labels: Mapping[Tier, Any], lowest: Tier) -> dict[Tier, Any]:
    return {tier: labels[tier] for tier in sorted(labels, reverse=True) if tier >= lowest}


@dataclass(frozen=True, slots=True)
class Consent:
    """What a contributor agreed to."""

    tier: Tier
    follow_up: bool
    publication: bool
    machine_translation: bool = False

    def permissions(self) -> dict[str, bool]:
        """What is allowed beside the tier, by the names under which it is asked and kept."""
        return {
            "follow_up": self.follow_up,
            "publication": self.publication,
            "machine_translation": self.machine_translation,
        }


def effective(tier: int, cap: int, promised: int, ceiling: int) -> Tier:
    """The tier that counts: ``min`` of the contributor's, the cap, and the session's ceiling then and now.

    ``promised`` is the ceiling under which the contributor agreed, ``ceiling`` the one of today.
    """
    return Tier(min(tier, cap, promised, ceiling))
