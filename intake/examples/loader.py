"""Loading the examples into an empty instance, and removing them without a trace of their content.

The programme is the Network's real one of 2020; the people, what they say and where they find help are
invented. Telephone numbers are of the ranges that Ofcom, Arcep and the North American numbering plan keep
for fiction, addresses are under example.org: nobody is reached by them. Every example row is marked as such.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from intake.accounts import services as accounts
from intake.accounts.models import Person
from intake.accounts.permissions import ROLE_LABELS, Role
from intake.foundation import clock
from intake.foundation.crypto import keyring
from intake.foundation.identifiers import grouped, new_form_token, receipt_for
from intake.moderation import care
from intake.moderation import services as moderation
from intake.moderation.models import CareKind
from intake.programme import importer
from intake.programme.models import ListeningSession, ReferralContact
from intake.submissions import services as submissions
from intake.submissions import workflow
from intake.submissions.consent import Consent, Tier
from intake.submissions.models import Submission
from intake.submissions.questionnaire import DECLINED, DECLINES
from intake.submissions.services import Filled
from intake.submissions.vocabulary import Channel, Kind

from . import queries

_HERE = Path(__file__).parent
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ABOUT_CONSENT = ("consent_tier", "follow_up", "publication")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was loaded."""

    sessions: int
    submissions: int


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_HERE / "submissions.json").read_text(encoding="utf-8"))
    return content


def is_empty() -> bool:
    """Whether the instance holds nothing at all: examples are never mixed with data of its own."""
    return queries.is_empty()


class InPublic(Exception):
    """The examples have known sign-ins: they are only for this machine."""


def check_private(*hosts: str | None) -> None:
    """Go on only if all ``hosts`` are this machine.

    Raises:
        InPublic: somebody else could reach them.
    """
    if not set(hosts) <= _LOOPBACK:
        raise InPublic


def load() -> Loaded:
    """Load programme, people and submissions into the open transaction.

    Raises:
        InPublic: the installation has a public address.
    """
    check_private(urlsplit(current_app.config["SETTINGS"].base_url).hostname)
    outcome = importer.bring_in(importer.read((_HERE / "programme.json").read_bytes()))
    held = {entry.position: entry for entry in queries.mark_example(outcome.series)}
    queries.add_contacts(_contacts())
    people = {person.email: person for person in _people(held)}
    for example in _content()["submissions"]:
        _submit(example, held[example["session"]], people)
    return Loaded(len(held), len(_content()["submissions"]))


def _contacts() -> Iterator[ReferralContact]:
    today = clock.day(clock.now())
    for one in json.loads((_HERE / "contacts.json").read_text(encoding="utf-8")):
        checked_on = today - timedelta(days=one.pop("checked_days_ago"))
        yield ReferralContact(**one, checked_on=checked_on, example=True)


def password() -> str:
    """The password of the example people: of this instance only, the same at every start."""
    return grouped(receipt_for(keyring().index("example", "password")))[:17].lower()


def sign_ins() -> list[tuple[str, str, str]]:
    """E-mail, roles and password of each example person; empty once the examples are removed."""
    return [(person.email, _roles(person), password()) for person in queries.people()]


def remove() -> int:
    """Remove every example row; returns the number of submissions removed."""
    return queries.remove_all()


def _roles(person: Person) -> str:
    held = {Role(membership.role) for membership in person.memberships}
    places = sorted(queries.places(person))
    return ", ".join([*(str(ROLE_LABELS[role]) for role in Role if role in held), *places])


def _people(held: dict[int, ListeningSession]) -> Iterable[Person]:
    groups = {entry.working_group.code: entry.working_group for entry in held.values() if entry.working_group}
    for one in _content()["people"]:
        reaches = [
            (
                Role(role["role"]),
                groups[role["working_group"]].id if role["working_group"] else None,
                held[role["session"]].id if role["session"] else None,
            )
            for role in one["roles"]
        ]
        yield accounts.add_person(
            one["email"], one["name"], reaches,
            organisation=one["organisation"], language=one["language"], password=password(), example=True,
        )  # fmt: skip


def _submit(example: dict[str, Any], held: ListeningSession, people: dict[str, Person]) -> None:
    answers = dict(example["answers"])
    language = answers.pop("language")
    if answers.pop(f"happened_when{DECLINES}", False):
        answers["happened_when"] = DECLINED
    tier, follow_up, publication = (answers.pop(name, False) for name in _ABOUT_CONSENT)
    kind = Kind(example["kind"])
    filled = Filled(kind, language, answers, Consent(Tier(tier), bool(follow_up), bool(publication)))
    submission, _code = submissions.submit(
        filled, held, form_token=new_form_token(), interface_language=example["interface_language"],
        channel=Channel.EXAMPLE, received_at=clock.now() - timedelta(days=example["days_ago"]), example=True,
    )  # fmt: skip
    _moderate(submission, example["moderation"], people)


def _moderate(submission: Submission, done: dict[str, Any], people: dict[str, Person]) -> None:
    state = done["state"]
    if state == "withdrawn":
        submissions.withdraw(submission)
        return
    person = people.get(done["by"] or "")
    if state == "submitted" or person is None:
        return
    _move(submission, "start", person)
    if done.get("question"):
        _move(submission, "ask", person)
        submissions.add_message(submission, done["question"], submission.language, person_id=person.id)
    if done.get("answer"):
        submissions.answer(submission, done["answer"], submission.language)
    match state:
        case "accepted":
            _move(submission, "accept", person, accepted_revision=submission.revisions[-1].number)
            moderation.code(submission, person, themes=done["themes"], objectives=done["objectives"])
        case "declined":
            _move(submission, "decline", person, done["reason"])
            submissions.add_message(submission, done["reason"], submission.language, person_id=person.id)
        case "safeguarding":
            _move(submission, "safeguard", person, done["reason"])
            for one in done.get("care", ()):
                contact = queries.contact(one["contact"]) if one["contact"] else None
                care.write(submission, people[one["by"]], CareKind(one["kind"]), one["words"], contact)


def _move(submission: Submission, verb: str, person: Person, reason: str = "", **changes: Any) -> None:
    if verb == "start" and submission.state != "submitted":
        return
    workflow.make(submission, verb, version=submission.version, person_id=person.id, reason=reason, **changes)
