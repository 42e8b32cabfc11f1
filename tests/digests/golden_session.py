"""A listening session with everything in it: all tiers, four languages, and what must not get through.

Every name and every text holds a word of its own (a canary), so that a test can say exactly
what got through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from intake.accounts.models import Person
from intake.accounts.permissions import Role
from intake.foundation.database import session
from intake.moderation.models import Coding, Scheme
from intake.programme.models import ListeningSession, Organiser, Sitting, WorkingGroupCoLead
from intake.submissions import services, workflow
from intake.submissions.consent import Tier
from intake.submissions.models import Submission
from intake.submissions.vocabulary import Kind
from tests import builders

CODE = "WG3-2020-06-09"
SLUG = CODE.lower()
WHEN = datetime(2020, 6, 9, 14, 30, tzinfo=UTC)

ARABIC = "أُغلقت الحدود في اليوم الذي انتهت فيه إقامتي.\nلم يخبرنا أحد إلى أين نذهب، ثم وجدنا رقم MSF."
FRENCH = "On m’a demandé mes papiers avant de me demander où j’avais mal."
SPANISH = "¿Quién va al hospital si en la puerta está la policía? Nosotros no."


@dataclass(frozen=True)
class Golden:
    """The session and its people."""

    held: ListeningSession
    lead: Person
    by_canary: dict[str, Submission]


def golden() -> Golden:
    """The session, inside the caller's transaction."""
    group = builders.working_group("WG3")
    group.name = {"en": "Regular Pathways", "fr": "Filières régulières", "ar": "مسارات الهجرة النظامية"}
    act, ohchr = builders.organisation("ACT Alliance"), builders.organisation("OHCHR")
    group.co_leads = [WorkingGroupCoLead(organisation=ohchr, position=1)]
    held = builders.listening_session(
        CODE, group=group, date=date(2020, 6, 9), time_zone="Europe/Zurich", sitting_count=2,
        topic={"en": "Regular pathways in a pandemic", "fr": "Filières régulières en temps de pandémie",
               "ar": "مسارات الهجرة النظامية في زمن الجائحة"},
        purpose={"en": "To hear what became of regular pathways."},
        formats=["listening_session"], audience=["civil_society", "un_networks"], languages=["en", "fr", "es"],
        interpretation={"mode": "ad_hoc_by_secretariat", "from": ["fr", "es"], "to": "en",
                        "scope": {"en": "brief interventions"}},
        questions=({"en": "What changed at the border?", "ar": "ما الذي تغير على الحدود؟"},
                   {"en": "What would you ask of governments?"}),
    )  # fmt: skip
    held.organisers = [Organiser(organisation=act, position=1)]
    held.sittings = [Sitting(position=1, starts_at=WHEN, time_zone="Europe/Zurich")]
    held.series.footer = {"en": "References to Kosovo: see resolution 1244 (1999)."}
    lead = builders.person("lead@example.org", (Role.CO_LEAD, group))
    session().flush()
    return Golden(held, lead, _submissions(held, lead))


def _submissions(held: ListeningSession, lead: Person) -> dict[str, Submission]:
    made: dict[str, Submission] = {}

    def add(canary: str, *, themes: tuple[str, ...] = (), accept: bool = True, **fields: Any) -> Submission:
        made[canary] = submit(held, canary, **fields)
        if accept:
            accepted(made[canary], lead)
        code(made[canary], lead, themes)
        return made[canary]

    add(
        "named",
        tier=4,
        stakeholder_type="women_led",
        country="SN",
        guiding_1="The queue at the border was the border.",
        themes=("gender", "people_on_the_move"),
    )
    add(
        "association",
        tier=3,
        stakeholder_type="women_led",
        country="ML",
        language="fr",
        what_happened=FRENCH,
        what_would_help="Une carte pour tout le monde.",
        themes=("gender",),
    )
    add(
        "unnamed",
        tier=2,
        stakeholder_type="women_led",
        country="GH",
        language="es",
        what_happened=SPANISH,
        guiding_1="Pagamos tres veces.",
        themes=("gender",),
    )
    add("alone", tier=2, stakeholder_type="workers", country="LB", language="ar", what_happened=ARABIC)
    add(
        "idea",
        tier=1,
        stakeholder_type="workers",
        country="JO",
        guiding_1="Idea answer of the person called idea.",
        themes=("people_on_the_move",),
    )
    add("counted", tier=0, stakeholder_type="faith_based", country="MX", guiding_1="Counted answer.")
    add("capped", tier=4, country="FR", recognition_harm="yes")
    add("gone", tier=4, country="FR")
    services.withdraw(made["gone"])
    add("refused", tier=4, accept=False)
    workflow.make(made["refused"], "decline", version=made["refused"].version, person_id=lead.id, reason="No.")
    add("waiting", tier=4, accept=False)
    add(
        "practised",
        kind=Kind.PRACTICE,
        tier=3,
        country="PT",
        gcm_objectives=["gcm15"],
        themes=("access_to_services",),
        partners="The city of partnerpractised.",
        links="https://linkpractised.example.org",
        lessons="Begin with the receptionist.",
        population_groups=["women", "children"],
        people_reached=1200,
    )
    add(
        "quiet",
        kind=Kind.PRACTICE,
        tier=2,
        country="MA",
        language="ar",
        title="عيادة لا تسأل عن الأوراق",
        partners="partnerquiet",
        links="https://linkquiet.example.org",
        stakeholder_type="local_authority",
    )
    add("hinted", kind=Kind.PRACTICE, tier=1, country="KE", title="A night school hinted")
    add(
        "floor",
        kind=Kind.INTERVENTION,
        tier=4,
        intervention_type="floor",
        point="recommendation",
        summary="She asked for one permit for all.",
        exact_words="One permit. One counter. One week.",
        interpreted=True,
        stakeholder_type="member_state",
        country="TN",
        themes=("regular_pathways",),
    )
    return made


def submit(held: ListeningSession, canary: str, *, kind: Kind = Kind.TESTIMONY, **fields: Any) -> Submission:
    """A submission whose names are ``nameX`` and ``orgX``, and whose main text ends with ``textX``."""
    main = {Kind.TESTIMONY: "what_happened", Kind.PRACTICE: "what_was_done", Kind.INTERVENTION: "summary"}[kind]
    begun = fields.pop(main, "It happened like this.")
    who = (
        {"speaker": f"name{canary}", "entity": f"org{canary}"}
        if kind is Kind.INTERVENTION
        else {"contributor_name": f"name{canary}", "organisation": f"org{canary}", "email": f"mail{canary}@example.org"}
    )
    made = builders.submission(held, kind=kind, **{main: f"{begun} text{canary}", **who, **fields})
    made.received_at = WHEN
    return made


def accepted(submission: Submission, lead: Person) -> Submission:
    """``submission``, accepted in its latest revision."""
    number = submission.revisions[-1].number
    workflow.make(submission, "accept", version=submission.version, person_id=lead.id, accepted_revision=number)
    return submission


def code(submission: Submission, lead: Person, themes: tuple[str, ...]) -> None:
    """Give ``submission`` these themes."""
    for theme in themes:
        session().add(
            Coding(submission_id=submission.id, scheme=Scheme.THEME, code=theme, person_id=lead.id, at=WHEN)
        )  # fmt: skip
    session().flush()


TIER_OF = {
    "named": Tier.NAMED, "association": Tier.ORGANISATION, "unnamed": Tier.ANONYMOUS, "alone": Tier.ANONYMOUS,
    "idea": Tier.IDEAS, "counted": Tier.COUNTED, "capped": Tier.ANONYMOUS, "practised": Tier.ORGANISATION,
    "quiet": Tier.ANONYMOUS, "hinted": Tier.IDEAS, "floor": Tier.NAMED,
}  # fmt: skip
"""What counts for each accepted submission of the golden session."""
