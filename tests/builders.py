"""Things for tests to stand on, made through the same services that people use."""

from __future__ import annotations

from typing import Any

from intake.accounts.models import Membership, Organisation, Person
from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.database import session
from intake.foundation.identifiers import new_form_token, receipt_for
from intake.programme.models import GuidingQuestion, ListeningSession, Series, WorkingGroup
from intake.programme.vocabulary import SessionState
from intake.submissions import services
from intake.submissions.consent import Consent, Tier
from intake.submissions.models import Submission
from intake.submissions.services import Filled
from intake.submissions.vocabulary import Kind

TOKEN = "token-of-these-tests_0123456789_abcdefghijk"
CODE = receipt_for(TOKEN)
"""A form's token, and the receipt of what is submitted with it."""

TESTIMONY: dict[str, Any] = {
    "story_of": "mine",
    "about_child": "no",
    "what_happened": "They closed the border on the day my permit ended.",
    "country": "TN",
    "happened_when": "April 2020",
    "danger_now": "no",
    "recognition_harm": "no",
}
"""The least that makes a testimony."""

PRACTICE: dict[str, Any] = {
    "title": "A help line in six languages",
    "problem": "People did not know where to go.",
    "what_was_done": "Volunteers answered the telephone in six languages.",
    "since": "2020-04",
    "status": "running",
    "what_changed": "Four hundred people found a doctor.",
    "evidence": ["count"],
    "country": "PT",
    "level": "local",
    "organisation": "Linha Aberta",
    "stakeholder_type": "civil_society",
    "organisation_role": "lead",
    "email": "focal@example.org",
}
"""The least that makes a practice example."""


def organisation(name: str, *aliases: str) -> Organisation:
    """An organisation with its other spellings."""
    made = Organisation(name=name, aliases=list(aliases))
    session().add(made)
    session().flush()
    return made


def working_group(code: str) -> WorkingGroup:
    """A working group."""
    made = WorkingGroup(code=code, name={"en": f"Group {code}"})
    session().add(made)
    session().flush()
    return made


def listening_session(
    code: str = "WG3-2020-06-09",
    *,
    group: WorkingGroup | None = None,
    state: SessionState = SessionState.OPEN,
    questions: tuple[dict[str, str], ...] = (),
    **fields: Any,
) -> ListeningSession:
    """A listening session in a series of its own, open unless said otherwise; the slug is the code in lower case."""
    series = Series(slug=f"series-{code}".lower(), title={"en": "Series"}, year=2020, host={}, note={}, footer={})
    columns: dict[str, Any] = {"topic": {"en": "Regular pathways", "ar": "مسارات الهجرة النظامية"}, "purpose": {}}
    made = ListeningSession(
        series=series, position=1, slug=code.lower(), code=code, state=state, working_group=group,
        changed_at=clock.now(), **(columns | fields),
    )  # fmt: skip
    made.questions = [GuidingQuestion(position=n, text=text) for n, text in enumerate(questions, 1)]
    session().add(made)
    session().flush()
    return made


def person(
    email: str = "lead@example.org",
    *roles: tuple[Role, WorkingGroup | ListeningSession | None],
    of: Organisation | None = None,
    language: str = "en",
) -> Person:
    """Somebody with roles, each in a working group, in a listening session, or everywhere (None)."""
    made = Person(
        email=email,
        name=email.split("@", maxsplit=1)[0].title(),
        organisation=of,
        language=language,
        created_at=clock.now(),
    )
    for role, reach in roles:
        made.memberships.append(
            Membership(
                role=role,
                working_group_id=reach.id if isinstance(reach, WorkingGroup) else None,
                listening_session_id=reach.id if isinstance(reach, ListeningSession) else None,
            )
        )
    session().add(made)
    session().flush()
    return made


def submission(
    held: ListeningSession,
    *,
    kind: Kind = Kind.TESTIMONY,
    language: str = "en",
    tier: int = Tier.ANONYMOUS,
    publication: bool = True,
    follow_up: bool = False,
    machine_translation: bool = False,
    token: str | None = None,
    **answers: Any,
) -> Submission:
    """A submission as the form would make it; ``answers`` add to or replace the least there must be."""
    least = {Kind.TESTIMONY: TESTIMONY, Kind.PRACTICE: PRACTICE, Kind.INTERVENTION: {}}[kind]
    filled = Filled(
        kind=kind,
        language=language,
        answers={**least, **answers},
        consent=Consent(Tier(tier), follow_up, publication, machine_translation),
    )
    made, _code = services.submit(filled, held, form_token=token or new_form_token(), interface_language=language)
    return made
