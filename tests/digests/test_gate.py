"""What gets through: every tier, cap, ceiling and later change of mind, in every format."""

from __future__ import annotations

import re
from itertools import product
from typing import NamedTuple

import pytest
from flask import Flask

from intake.digests import queries, services
from intake.digests.gate import let_through
from intake.digests.models import Digest
from intake.foundation.database import session, transaction
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug
from intake.submissions import services as submissions
from intake.submissions import workflow
from intake.submissions.consent import Consent, Tier
from intake.submissions.models import Submission
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.digests.golden_session import SLUG, TIER_OF, accepted, golden, submit
from tests.digests.reading import everything, in_all_formats, quoted

STAYS, LOWERED, WITHDRAWN, REOPENED = "stays", "lowered", "withdrawn", "reopened"


class Case(NamedTuple):
    """One way a submission can stand; ``canary`` is its own word."""

    canary: str
    kind: Kind
    tier: int
    cap: int
    later: str

    def tier_that_counts(self, ceiling: int | None) -> int | None:
        """None when nothing may be used at all."""
        if self.later in (WITHDRAWN, REOPENED):
            return None
        given = max(self.tier - 1, 0) if self.later == LOWERED else self.tier
        return min(given, self.cap, 4 if ceiling is None else ceiling)


CASES = [
    Case(f"canary{n:03d}x", *case)
    for n, case in enumerate(product(Kind, range(5), (2, 4), (STAYS, LOWERED, WITHDRAWN, REOPENED)))
]


def frozen_with_everybody(ceiling: int | None) -> Digest:
    with transaction():
        held = builders.listening_session(consent_ceiling=ceiling)
        lead = builders.person()
        made = {case: _submitted(held, case) for case in CASES}
        for submission in made.values():
            accepted(submission, lead)
        digest = services.compile_digest(held)
        for case, submission in made.items():
            _change(submission, case, lead.id)
    return digest


def _submitted(held: ListeningSession, case: Case) -> Submission:
    practice = {"partners": f"partner{case.canary}", "links": f"https://link{case.canary}.example.org"}
    extra = practice if case.kind is Kind.PRACTICE else {}
    made = submit(held, case.canary, kind=case.kind, tier=case.tier, country="TN", **extra)
    made.tier_cap = case.cap
    return made


def _change(submission: Submission, case: Case, lead: int) -> None:
    if case.later == LOWERED and case.tier > 0:
        submissions.change_consent(submission, Consent(Tier(case.tier - 1), False, False), "en")
    elif case.later == WITHDRAWN:
        submissions.withdraw(submission)
    elif case.later == REOPENED:
        workflow.make(
            submission,
            "reopen",
            version=submission.version,
            person_id=lead,
            reason="Look again.",
            accepted_revision=None,
        )


@pytest.mark.parametrize("ceiling", [None, 2])
def test_nothing_gets_through_that_may_not(app: Flask, ceiling: int | None) -> None:
    with app.app_context():
        digest = frozen_with_everybody(ceiling)
        exported = in_all_formats(digest)
        own_words = quoted(services.document(digest, "en"))
    wrong = []
    for case in CASES:
        tier = case.tier_that_counts(ceiling)
        tier = -1 if tier is None else tier
        shown = {"name": tier >= 4, "org": tier >= 3, "partner": tier >= 3, "link": tier >= 3, "text": tier >= 1}
        if case.kind is not Kind.PRACTICE:
            del shown["partner"], shown["link"]
        for name, text in exported.items():
            wrong += [
                f"{case} {name}: {what}"
                for what, allowed in shown.items()
                if (f"{what}{case.canary}" in text) != allowed
            ]
            wrong += [f"{case} {name}: e-mail"] if f"mail{case.canary}" in text else []
        is_quoted = f"text{case.canary}" in own_words
        # An intervention's main text is the rapporteur's: it is told, never quoted.
        wrong += [f"{case}: quoted"] if is_quoted != (tier >= 2 and case.kind is not Kind.INTERVENTION) else []
    assert wrong == []


def test_the_golden_session_passes_at_the_tiers_that_count(app: Flask) -> None:
    with app.app_context():
        with transaction():
            made = golden()
            digest = services.compile_digest(made.held)
            references = {submission.reference: canary for canary, submission in made.by_canary.items()}
        passed = {references[entry.reference]: entry.tier for entry in let_through(digest.frozen)}
    assert passed == TIER_OF


def test_consent_raised_after_the_freeze_waits_for_the_next(app: Flask) -> None:
    with app.app_context():
        with transaction():
            made = golden()
            digest = services.compile_digest(made.held)
            made.by_canary["capped"].tier_cap = Tier.NAMED
        assert "namecapped" not in everything(services.export(digest, "json", "en").content)
        with transaction():
            held = session_by_slug(SLUG)
            assert held is not None
            later = services.compile_digest(held)
        assert "namecapped" in everything(services.export(later, "json", "en").content)


def test_an_erased_text_is_gone_and_the_rest_stays(app: Flask) -> None:
    with app.app_context():
        with transaction():
            made = golden()
            digest = services.compile_digest(made.held)
            submissions.withdraw(made.by_canary["named"])
            made.by_canary["named"].text_key = None
        text = everything(services.export(digest, "html", "en").content)
    assert "textnamed" not in text
    assert "textassociation" in text


def test_a_stratum_is_shared_by_those_who_still_stand(app: Flask) -> None:
    def called() -> list[str]:
        return [
            str(entry.attribution)
            for entry in services.document(digest, "en").entries
            if entry.reference == made.by_canary["unnamed"].reference
        ]

    with app.app_context():
        with transaction():
            made = golden()
            women = [
                accepted(submit(made.held, name, stakeholder_type="women_led", country="SN"), made.lead)
                for name in ("second", "third")
            ]
            digest = services.compile_digest(made.held)
        assert called() == ["a women-led organisation, Western Africa"]
        with transaction():
            submissions.withdraw(session().get_one(Submission, women[0].id))
        assert called() == ["a contributor"]


def test_an_intervention_is_not_placed_where_it_spoke_of(app: Flask) -> None:
    with app.app_context():
        with transaction():
            digest = services.compile_digest(golden().held)
        floor = next(entry for entry in let_through(digest.frozen) if entry.kind is Kind.INTERVENTION)
    assert (floor.person, floor.organisation, floor.country, floor.stratum.area) == (
        "namefloor",
        "orgfloor",
        None,
        None,
    )


def test_submissions_of_other_sessions_never_get_in(app: Flask) -> None:
    with app.app_context():
        with transaction():
            made = golden()
            other = builders.listening_session("WG6-2020-05-07")
            accepted(submit(other, "faraway", tier=4), made.lead)
            digest = services.compile_digest(made.held)
            assert len(queries.accepted_submissions(other.code)) == 1
        assert "faraway" not in everything(services.export(digest, "json", "en").content)


def test_no_export_tells_of_a_child_without_a_guardian(app: Flask) -> None:
    with app.app_context():
        with transaction():
            held, lead = builders.listening_session(), builders.person()
            alone = builders.submission(held, about_child="yes", guardian="alone")
            assert alone.child_alone
            for submission in (alone, *(builders.submission(held) for _ in range(6))):
                accepted(submission, lead)
            digest = services.compile_digest(held)
        told = in_all_formats(digest)
        with transaction():
            alone.child_alone = False
        assert in_all_formats(digest) == told
        for content in told.values():
            assert not re.search("guardian|child_alone|must not know", content, re.IGNORECASE)
