"""The one gate between what people wrote and every digest: what of an entry may be used now, and how.

An entry passes while its submission is accepted in the frozen revision. It passes with
the lower of the tier at the freeze and the tier of today: consent lowered or withdrawn
counts at once, consent raised needs a new digest. What a tier allows is read from the
vocabulary ``consent_tiers``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import subregion_of, vocabulary
from intake.moderation import translated
from intake.moderation.queries import names_of
from intake.moderation.reading import (
    TranslatedAnswer,
    answers_for_digest,
    identity_for_digest,
    translation_for_digest,
)
from intake.moderation.redacted import Standing
from intake.submissions.consent import Tier
from intake.submissions.models import Submission
from intake.submissions.questionnaire import LANGUAGES_OF_ANSWERS
from intake.submissions.sealing import Answers
from intake.submissions.showing import language_of, written
from intake.submissions.vocabulary import Kind

from . import queries
from .attribution import ANYBODY, Member, Stratum, may_name, strata
from .freeze import Frozen, told

_POINTS_TO_SOMEBODY = frozenset({"country", "stakeholder_type", "links", "partners"})
"""Answers by which an anonymous contributor is found: kept back where the organisation may not be told."""


@dataclass(frozen=True, slots=True)
class GatedTranslation:
    """An answer in the language of the digest; the names of who translated (no machine has one) and who checked it."""

    text: Text
    translators: tuple[str, ...]
    by_machine: bool
    checkers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GatedEntry:
    """A frozen entry with what may be used of it today.

    Who it comes from: names, country and type as far as ``tier`` allows, else ``stratum``.
    ``answers`` are raw values by question; empty below tier 1. ``translations`` are of those that have one.
    """

    reference: str
    revision: int
    kind: Kind
    language: str
    tier: Tier
    publication: bool
    received: date
    person: str | None
    organisation: str | None
    country: str | None
    stratum: Stratum
    themes: tuple[str, ...]
    objectives: tuple[str, ...]
    groups: tuple[str, ...]
    answers: Answers
    translations: Mapping[str, GatedTranslation] = field(default_factory=dict)

    def written_in(self, name: str) -> str:
        """The language kept for the answer ``name``: the author's own, unless that answer is in another."""
        return language_of(self.answers, name, self.language)

    def words(self, name: str) -> Text:
        """The answer ``name`` in the author's own words, empty without one."""
        return written(str(self.answers.get(name, "")), self.written_in(name))

    @property
    def may_be_quoted(self) -> bool:
        """Whether its words may stand in quotation marks."""
        return vocabulary("consent_tiers")[str(int(self.tier))].quote

    @property
    def gives_ideas(self) -> bool:
        """Whether its words may be read but not quoted."""
        return self.tier == Tier.IDEAS

    @property
    def names_somebody(self) -> bool:
        """Whether the organisation, at least, may be named."""
        return may_name(self.tier)


def let_through(
    frozen: Frozen, language: str | None = None, *, issued: datetime | None = None
) -> tuple[GatedEntry, ...]:
    """The entries of ``frozen`` that may still be used, in their order; what has fallen is not among them.

    With the translations into ``language`` that were checked before the freeze, and still stand checked. What was
    hidden when it was ``issued`` is hidden in it for good.
    """
    accepted = queries.accepted_submissions(frozen["session"]["code"])
    standing = [
        (entry, accepted[entry["reference"]])
        for entry in frozen["entries"]
        if entry["reference"] in accepted and accepted[entry["reference"]].accepted_revision == entry["revision"]
    ]
    unnamed = [submission for entry, submission in standing if not may_name(_tier(entry, submission))]
    shared = strata({submission.reference: _member(submission) for submission in unnamed})
    used = {kind: frozenset(question.name for question in asked) for kind, asked in told(frozen).items()}
    hidden = Standing({submission.listening_session_id for _entry, submission in standing}, issued)
    into = _translated(standing, language, hidden) if language else {}
    passed = (
        _pass(entry, submission, shared.get(submission.reference, ANYBODY), used[Kind(submission.kind)], hidden)
        for entry, submission in standing
    )
    return tuple(_beside(entry, into.get(entry.reference, {})) for entry in passed if entry is not None)


def _beside(entry: GatedEntry, into: Mapping[str, GatedTranslation]) -> GatedEntry:
    """``entry`` with those translations of which the original passed too."""
    return replace(entry, translations={n: one for n, one in into.items() if n in entry.answers}) if into else entry


def _translated(
    standing: Iterable[tuple[Mapping[str, Any], Submission]], language: str, hidden: Standing
) -> dict[str, dict[str, GatedTranslation]]:
    """By reference and question what may be used of translations into ``language``."""
    frozen = {submission: frozenset(entry.get("translations", ())) for entry, submission in standing}
    some = [submission for submission, numbers in frozen.items() if numbers]
    others = translated.Others(submission.id for submission in some)
    found = {
        submission.reference: {
            name: one
            for name, one in translation_for_digest(submission, language, hidden, others).items()
            if one.numbers <= frozen[submission]
        }
        for submission in some
    }
    every = [one for answers in found.values() for one in answers.values()]
    names = names_of({who for one in every for who in one.written_by | one.checked_by}) if every else {}
    return {
        reference: {name: _gated(one, names) for name, one in answers.items()} for reference, answers in found.items()
    }


def _gated(one: TranslatedAnswer, names: Mapping[int, str]) -> GatedTranslation:
    return GatedTranslation(
        one.text,
        tuple(sorted(names[who] for who in one.written_by)),
        one.by_machine,
        tuple(sorted(names[who] for who in one.checked_by)),
    )


def _tier(entry: Mapping[str, Any], submission: Submission) -> Tier:
    return Tier(min(entry["tier"], submission.effective_tier))


def _member(submission: Submission) -> Member:
    return Member(
        submitter=submission.organisation_index or submission.reference,
        stakeholder_type=submission.stakeholder_type,
        area=_comes_from(submission.kind, subregion_of(submission.country or "")),
        speaks=submission.kind == Kind.INTERVENTION,
    )


def _comes_from(kind: str, place: str | None) -> str | None:
    # The country of an intervention is the one spoken of, not the speaker's.
    return None if kind == Kind.INTERVENTION else place


def _pass(
    entry: Mapping[str, Any], submission: Submission, stratum: Stratum, used: frozenset[str], hidden: Standing
) -> GatedEntry | None:
    tier = _tier(entry, submission)
    is_read = tier >= Tier.IDEAS
    answers = answers_for_digest(submission, hidden) if is_read else {}
    if answers is None:
        return None
    return GatedEntry(
        reference=entry["reference"],
        revision=entry["revision"],
        kind=Kind(entry["kind"]),
        language=entry["language"],
        tier=tier,
        publication=entry["publication"] and submission.publication,
        received=date.fromisoformat(entry["received"]),
        **_who(tier, submission, stratum),
        themes=tuple(entry["themes"]) if is_read else (),
        objectives=_with(entry["objectives"], answers.get("gcm_objectives")) if is_read else (),
        groups=_with((), answers.get("population_groups")),
        answers=_usable(tier, answers, used),
    )


def _allowed(tier: Tier) -> tuple[str, ...]:
    return vocabulary("consent_tiers")[str(int(tier))].attribution


def _who(tier: Tier, submission: Submission, stratum: Stratum) -> dict[str, Any]:
    """The fields of a ``GatedEntry`` that say who it comes from."""
    allowed = _allowed(tier)
    if not may_name(tier):
        unnamed = dict.fromkeys(("person", "organisation", "country"))
        return {**unnamed, "stratum": stratum if allowed else ANYBODY}
    identity = identity_for_digest(submission)
    return {
        "person": identity.person if "contributor_name" in allowed else None,
        "organisation": identity.organisation,
        "country": _comes_from(submission.kind, identity.country),
        "stratum": Stratum(identity.stakeholder_type, _comes_from(submission.kind, identity.subregion)),
    }


def _usable(tier: Tier, answers: Answers, used: frozenset[str]) -> Answers:
    """Of ``answers`` those that a digest uses at ``tier``."""
    if not may_name(tier):
        used = used - _POINTS_TO_SOMEBODY
    kept = {name: value for name, value in answers.items() if name in used}
    languages = {name: code for name, code in answers.get(LANGUAGES_OF_ANSWERS, {}).items() if name in kept}
    return {**kept, LANGUAGES_OF_ANSWERS: languages} if languages else kept


def _with(given_by_moderators: Iterable[str], given_by_contributor: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(sorted({*given_by_moderators, *(given_by_contributor or ())}))
