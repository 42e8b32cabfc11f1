"""Which text of a submission exists for whom: the one read path of staff.

A moderator reads what lies in the own reach, never what comes from the own organisation,
never what was withdrawn; contacts are not text and are not read here. A digest gets the
accepted revision of what may be used, and of who said it only what the effective tier
tells (DOMAIN C2, D5). Everything that shows a submission to staff asks this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from intake.accounts.models import Person
from intake.accounts.permissions import PERMISSIONS
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.foundation.texts import has_direction_controls
from intake.foundation.vocabularies import subregion_of
from intake.programme.models import ListeningSession
from intake.submissions.consent import Tier
from intake.submissions.language_guess import guess_beside
from intake.submissions.models import Decision, Message, Revision, Submission
from intake.submissions.questionnaire import (
    DECLINED,
    LANGUAGES_OF_ANSWERS,
    MAIN_PROSE,
    Form,
    Kept,
    Use,
    questions,
    sections,
)
from intake.submissions.screening import Screened, screen_answers
from intake.submissions.sealing import Answers, Erased, open_answers, open_contact, open_message, open_reason
from intake.submissions.showing import Shown, language_of, show_all, words, written
from intake.submissions.vocabulary import Kind, State
from intake.submissions.workflow import STANDING

Statement = TypeVar("Statement", bound=sa.Select[*tuple[Any, ...]])

OPENING_LENGTH = 160
"""Code points of a submission's text that a list shows."""

_TELLS_WHERE = frozenset({"country"})
_TELLS_WHO = frozenset({"links", "partners"})
"""Answers that name the organisation though they are no contact: web addresses, who worked together."""


_CONTACT_LABELS = {
    "contributor_name": _l("Name"),
    "organisation": _l("Organisation"),
    "email": _l("E-mail"),
}


class Unreadable(LookupError):
    """For this person the submission does not exist."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a moderator reads of one revision.

    ``answers`` holds what was answered, in the order of the form: words as written, choices
    in the reader's language. ``contact_held`` are the labels of the contacts there are, not
    the contacts. ``turns`` says that the text holds characters that turn the writing direction,
    ``screened`` what in it could show who somebody is.
    """

    revision: int
    language: str
    answers: tuple[Shown, ...]
    contact_held: tuple[Text, ...]
    turns: bool
    screened: tuple[Screened, ...] = ()

    @property
    def title(self) -> Text | None:
        """What the author called it."""
        return next((one.values[0] for one in self.answers if one.question.use is Use.TITLE), None)

    @property
    def prose(self) -> tuple[Shown, ...]:
        """What was told at length."""
        return tuple(one for one in self.answers if one.question.form is Form.PROSE)

    @property
    def facts(self) -> tuple[Shown, ...]:
        """Everything else that was answered."""
        rest = (one for one in self.answers if one.question.form is not Form.PROSE)
        return tuple(one for one in rest if one.question.use is not Use.TITLE)


@dataclass(frozen=True, slots=True)
class Identity:
    """What may be told of who said something; None where the tier tells nothing, or nothing is known.

    ``country`` is an alpha-2 code, ``subregion`` an M49 code. ``stakeholder_type`` and
    ``subregion`` are given from tier 1 on: whether so few share them that they point to
    somebody is for the digest to see, which knows the others.
    """

    person: str | None = None
    organisation: str | None = None
    country: str | None = None
    stakeholder_type: str | None = None
    subregion: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far somebody reads as a moderator; two with the same reach get the same statements.

    ``own`` are the blind indexes of the organisations whose submissions they do not read.
    """

    everywhere: bool
    working_groups: tuple[int, ...]
    listening_sessions: tuple[int, ...]
    own: tuple[str, ...]

    def covers(self, submission: Submission) -> bool:
        """Whether ``submission`` exists for them: ``visible_within`` for one that is at hand."""
        held = submission.listening_session
        is_there = (
            self.everywhere
            or held.working_group_id in self.working_groups
            or submission.listening_session_id in self.listening_sessions
        )
        is_own = submission.organisation_index in self.own
        return is_there and not is_own and submission.state != State.WITHDRAWN


def reach_of(person: Person) -> Reach:
    """How far ``person`` reads: the permission ``submission.read`` as numbers."""
    reaches = [reach for role, reach in person.role_scopes if role in PERMISSIONS["submission.read"].roles]
    groups = {reach.working_group_id for reach in reaches}
    listening_sessions = {reach.listening_session_id for reach in reaches}
    return Reach(
        everywhere=any(reach.working_group_id is reach.listening_session_id is None for reach in reaches),
        working_groups=tuple(sorted(one for one in groups if one is not None)),
        listening_sessions=tuple(sorted(one for one in listening_sessions if one is not None)),
        own=tuple(sorted(person.organisation_indexes)),
    )


def moderated(reach: Reach) -> sa.ColumnElement[bool]:
    """The condition on ``ListeningSession`` that it lies in ``reach``."""
    if reach.everywhere:
        return sa.true()
    return sa.or_(
        ListeningSession.working_group_id.in_(reach.working_groups),
        ListeningSession.id.in_(reach.listening_sessions),
    )


def visible(statement: Statement, person: Person) -> Statement:
    """``statement`` over ``Submission``, narrowed to what ``person`` may read as a moderator."""
    return visible_within(statement, reach_of(person))


def visible_within(statement: Statement, reach: Reach) -> Statement:
    """``visible`` for everybody who reaches as far as ``reach``."""
    there = sa.select(ListeningSession.id).where(moderated(reach)).correlate(None)
    return statement.where(
        Submission.listening_session_id.in_(there),
        sa.or_(Submission.organisation_index.is_(None), Submission.organisation_index.not_in(reach.own)),
        Submission.state != State.WITHDRAWN,
    )


def is_readable(submission: Submission, person: Person) -> bool:
    """Whether ``submission`` exists for ``person`` as a moderator: ``visible`` for one that is at hand."""
    return reach_of(person).covers(submission)


def find(reference: str, person: Person) -> Submission | None:
    """The submission called ``reference``, if it exists for ``person``."""
    sought = visible(sa.select(Submission), person).where(Submission.reference == reference)
    return session().scalars(sought).one_or_none()


def read(submission: Submission, person: Person, reader: str, *, accepted: bool = False) -> Reading:
    """The latest revision as ``person`` may read it, or the ``accepted`` one; choices in the language ``reader``.

    Where an earlier revision was kept, that one is what there is to read.

    Raises:
        Unreadable: it does not exist for them.
    """
    if not is_readable(submission, person):
        raise Unreadable(submission.reference)
    is_accepted = accepted or submission.is_kept_back
    revision = (_accepted(submission) if is_accepted else None) or submission.revisions[-1]
    answers = open_answers(submission, revision)
    asked = sections(Kind(submission.kind), _guiding(submission))
    return Reading(
        revision=revision.number,
        language=revision.language,
        answers=tuple(
            one
            for _section, shown in show_all(asked, answers, written_in=revision.language, reader=reader)
            for one in shown
        ),
        contact_held=tuple(_contact_held(submission, revision, reader)),
        screened=tuple(screen_answers(questions(Kind(submission.kind), _guiding(submission)), answers).values()),
        turns=any(has_direction_controls(value) for value in answers.values() if isinstance(value, str)),
    )


def opening(submission: Submission, revision: Revision, reach: Reach) -> Text:
    """The first ``OPENING_LENGTH`` code points of the text, on one line, in its own language.

    Raises:
        Unreadable: it does not lie in ``reach``.
    """
    if not reach.covers(submission):
        raise Unreadable(submission.reference)
    answers, name = open_answers(submission, revision), MAIN_PROSE[Kind(submission.kind)]
    line = " ".join(str(answers.get(name, ""))[: 4 * OPENING_LENGTH].split())
    shown = line if len(line) <= OPENING_LENGTH else line[: OPENING_LENGTH - 1].rstrip() + "…"
    return written(shown, language_of(answers, name, revision.language))


def thread(submission: Submission, person: Person) -> list[tuple[Message, Text]]:
    """What was asked and answered, oldest first; raises ``Unreadable`` like ``read``."""
    if not is_readable(submission, person):
        raise Unreadable(submission.reference)
    return [(message, written(open_message(submission, message), message.language)) for message in submission.messages]


def history(submission: Submission, person: Person) -> list[tuple[Decision, Text]]:
    """Every decision with its reason, oldest first; raises ``Unreadable`` like ``read``.

    No language is kept with a reason: it is that of the message which said the same to the
    contributor, else what its words tell beside the language of whoever decided.
    """
    if not is_readable(submission, person):
        raise Unreadable(submission.reference)
    said = {open_message(submission, message): message.language for message in submission.messages}
    spoken = _languages_of({decision.person_id for decision in submission.decisions})
    reasons = ((decision, open_reason(submission, decision)) for decision in submission.decisions)
    return [
        (decision, typed(reason, said.get(reason) or spoken.get(decision.person_id) or person.language))
        for decision, reason in reasons
    ]


def _languages_of(people: set[int | None]) -> dict[int | None, str]:
    sought = sa.select(Person.id, Person.language).where(Person.id.in_(people - {None}))
    return {row.id: row.language for row in session().execute(sought)}


def typed(text: str, stated: str) -> Text:
    """What somebody typed at a desk, in the language its words tell, else in the one ``stated``."""
    return Text(text, guess_beside(text, stated))


def answers_for_digest(submission: Submission) -> Answers | None:
    """The answers of the accepted revision that a digest may use; None when it may use none of its text.

    Nothing below tier 1, nothing of which no revision stands accepted now, no contact, no answer given for
    moderation only; below tier 3 nothing that says in which country or with which partners.
    ``LANGUAGES_OF_ANSWERS`` says which of them are in another language than the submission.
    """
    revision = _accepted(submission)
    if revision is None or submission.effective_tier < Tier.IDEAS:
        return None
    withheld = frozenset() if submission.effective_tier >= Tier.ORGANISATION else _TELLS_WHERE | _TELLS_WHO
    asked = questions(Kind(submission.kind), _guiding(submission))
    allowed = {q.name for q in asked if q.use is not Use.NONE and q.kept is Kept.TEXT} - withheld
    answers = open_answers(submission, revision)
    languages = {name: code for name, code in answers.get(LANGUAGES_OF_ANSWERS, {}).items() if name in allowed}
    used = {name: value for name, value in answers.items() if name in allowed and value != DECLINED}
    return {**used, LANGUAGES_OF_ANSWERS: languages} if languages else used


def identity_for_digest(submission: Submission) -> Identity:
    """Of who said it, what the effective tier tells: 4 the person, 3 organisation and country, 1 type and subregion.

    The ceiling of the listening session is part of the effective tier: under the Chatham
    House Rule neither organisation nor country is told, whatever was agreed.
    """
    revision = _accepted(submission)
    tier = submission.effective_tier
    if revision is None or tier < Tier.IDEAS:
        return Identity()
    told = _contact(submission, revision) if tier >= Tier.ORGANISATION else {}
    # The country of an intervention is the one spoken of, not the speaker's.
    country = submission.country if submission.kind != Kind.INTERVENTION else None
    return Identity(
        person=(told.get("contributor_name") or told.get("speaker")) if tier >= Tier.NAMED else None,
        organisation=told.get("organisation") or told.get("entity"),
        country=country if tier >= Tier.ORGANISATION else None,
        stakeholder_type=submission.stakeholder_type,
        subregion=subregion_of(country) if country else None,
    )


def _accepted(submission: Submission) -> Revision | None:
    if submission.state not in STANDING or submission.text_key is None:
        return None
    return next((r for r in submission.revisions if r.number == submission.accepted_revision), None)


def _guiding(submission: Submission) -> tuple[tuple[int, Any], ...]:
    return tuple((question.position, question.text) for question in submission.listening_session.questions)


def _contact(submission: Submission, revision: Revision) -> Answers:
    try:
        return open_contact(submission, revision)
    except Erased:
        return {}


def contact_label(name: str, asked: Any, reader: str) -> Text:
    """What staff call the contact ``name``, which was ``asked`` in words for the contributor."""
    return words(_CONTACT_LABELS.get(name, asked), reader)


def _contact_held(submission: Submission, revision: Revision, reader: str) -> Iterable[Text]:
    held = _contact(submission, revision)
    for question in questions(Kind(submission.kind)):
        if question.kept is Kept.CONTACT and held.get(question.name):
            yield contact_label(question.name, question.label, reader)
