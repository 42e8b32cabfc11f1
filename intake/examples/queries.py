"""Finding what is an example, and removing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from intake.accounts.models import Invitation, Membership, Organisation, Person, Visit
from intake.digests.models import Digest
from intake.foundation.database import session
from intake.moderation.models import Coding, HeldQuestion, QuestionTemplate, QuestionTemplateChange
from intake.moderation.redacted import Redaction, Withholding
from intake.programme.models import (
    Document,
    ListeningSession,
    Organiser,
    Output,
    ReferralContact,
    Series,
    SessionDocument,
    SessionOutput,
    WorkingGroup,
    WorkingGroupCoLead,
)
from intake.submissions.models import ConsentRecord, Decision, Message, ReferenceCounter, Revision, Submission

_OF_A_SUBMISSION = (HeldQuestion, Redaction, Withholding, Coding, Message, Decision, ConsentRecord, Revision)


def is_empty() -> bool:
    """Whether there is no series, no person and no submission."""
    return not any(session().execute(sa.select(model.id).limit(1)).first() for model in (Series, Person, Submission))


def mark_example(slug: str) -> Sequence[ListeningSession]:
    """Mark a series as an example; returns its entries."""
    series = session().scalars(sa.select(Series).where(Series.slug == slug)).one()
    series.example = True
    return series.listening_sessions


def add_contacts(contacts: Iterable[ReferralContact]) -> None:
    """Keep where people of the examples can turn to."""
    session().add_all(contacts)
    session().flush()


def contact(name: str) -> ReferralContact:
    """The example contact of this name; raises ``NoResultFound`` where there is none."""
    return (
        session().scalars(sa.select(ReferralContact).where(ReferralContact.example, ReferralContact.name == name)).one()
    )


def people() -> Sequence[Person]:
    """The example people, in the order they were made."""
    return session().scalars(sa.select(Person).where(Person.example).order_by(Person.id)).all()


def places(person: Person) -> set[str]:
    """Codes of the working groups and listening sessions in which ``person`` holds a role."""
    groups = {m.working_group_id for m in person.memberships}
    held = {m.listening_session_id for m in person.memberships}
    codes = session().scalars(sa.select(WorkingGroup.code).where(WorkingGroup.id.in_(groups))).all()
    more = session().scalars(sa.select(ListeningSession.code).where(ListeningSession.id.in_(held))).all()
    return {*codes, *more}


def remove_all() -> int:
    """Delete every example row and what hangs on it; returns the number of submissions.

    Submissions first and their rows before them: the database refuses to delete a record
    whose submission is not an example, and asks while the submission is still there.
    """
    database = session()
    brought = _brought_along()
    examples = sa.select(Submission.id).where(Submission.example)
    for model in _OF_A_SUBMISSION:
        database.execute(sa.delete(model).where(model.submission_id.in_(examples)))
    removed = database.execute(sa.delete(Submission).where(Submission.example))
    held = _example_sessions()
    database.execute(sa.delete(Digest).where(Digest.listening_session_id.in_(held)))
    database.execute(sa.delete(ReferenceCounter).where(ReferenceCounter.listening_session_id.in_(held)))
    database.execute(sa.delete(ReferralContact).where(ReferralContact.example))
    _remove_people()
    for one in database.scalars(sa.select(Series).where(Series.example)):
        database.delete(one)
    database.flush()
    _remove_orphans(brought)
    return int(removed.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has one


@dataclass(frozen=True, slots=True)
class _Brought:
    """Ids of what the examples use and somebody else may use as well."""

    groups: Sequence[int]
    documents: Sequence[int]
    outputs: Sequence[int]
    organisations: Sequence[int]


def _example_sessions() -> sa.Select[int]:
    series = sa.select(Series.id).where(Series.example)
    return sa.select(ListeningSession.id).where(ListeningSession.series_id.in_(series))


def _brought_along() -> _Brought:
    held = _example_sessions()
    group = sa.select(ListeningSession.working_group_id).where(ListeningSession.id.in_(held))
    groups = [found for found in session().scalars(group.distinct()) if found is not None]
    named: sa.CompoundSelect[Any] = sa.union(
        sa.select(Organiser.organisation_id).where(Organiser.listening_session_id.in_(held)),
        sa.select(WorkingGroupCoLead.organisation_id).where(WorkingGroupCoLead.working_group_id.in_(groups)),
        sa.select(Person.organisation_id).where(Person.example, Person.organisation_id.is_not(None)),
    )
    return _Brought(
        groups=groups,
        documents=_linked(SessionDocument.document_id, SessionDocument.listening_session_id),
        outputs=_linked(SessionOutput.output_id, SessionOutput.listening_session_id),
        organisations=[row[0] for row in session().execute(named)],
    )


def _linked(thing: InstrumentedAttribute[int], held: InstrumentedAttribute[int]) -> Sequence[int]:
    return session().scalars(sa.select(thing).where(held.in_(_example_sessions()))).all()


def _remove_people() -> None:
    database = session()
    gone = sa.select(Person.id).where(Person.example)
    for model in (Membership, Visit, Invitation):
        database.execute(sa.delete(model).where(model.person_id.in_(gone)))
    by_them = QuestionTemplateChange.person_id.in_(gone)
    database.execute(sa.update(QuestionTemplateChange).where(by_them).values(person_id=None))
    database.execute(sa.delete(Person).where(Person.example))


def _remove_orphans(brought: _Brought) -> None:
    """Of what the examples brought along, remove what nobody else names."""
    database = session()
    used = sa.union(
        sa.select(ListeningSession.working_group_id).where(ListeningSession.working_group_id.is_not(None)),
        sa.select(Membership.working_group_id).where(Membership.working_group_id.is_not(None)),
    )
    groups = sa.select(WorkingGroup.id).where(WorkingGroup.id.in_(brought.groups), WorkingGroup.id.not_in(used))
    for of_group in (WorkingGroupCoLead, QuestionTemplate):
        database.execute(sa.delete(of_group).where(of_group.working_group_id.in_(groups)))
    database.execute(sa.delete(WorkingGroup).where(WorkingGroup.id.in_(groups)))
    named: sa.CompoundSelect[Any] = sa.union(
        sa.select(Organiser.organisation_id),
        sa.select(WorkingGroupCoLead.organisation_id),
        sa.select(Person.organisation_id).where(Person.organisation_id.is_not(None)),
    )
    for model, ids, still in (
        (Document, brought.documents, sa.select(SessionDocument.document_id)),
        (Output, brought.outputs, sa.select(SessionOutput.output_id)),
        (Organisation, brought.organisations, named),
    ):
        database.execute(sa.delete(model).where(model.id.in_(ids), model.id.not_in(still)))
