"""Finding what is an example, and removing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from intake.accounts.models import Invitation, Membership, Organisation, Person, Visit
from intake.digests.models import Digest
from intake.foundation.database import session
from intake.moderation.models import Coding
from intake.programme.models import (
    Document,
    ListeningSession,
    Organiser,
    Output,
    Series,
    SessionDocument,
    SessionOutput,
    WorkingGroup,
    WorkingGroupCoLead,
)
from intake.submissions.models import ConsentRecord, Decision, Message, ReferenceCounter, Revision, Submission

_OF_A_SUBMISSION = (Coding, Message, Decision, ConsentRecord, Revision)


def is_empty() -> bool:
    """Whether there is no series, no person and no submission."""
    return not any(session().execute(sa.select(model.id).limit(1)).first() for model in (Series, Person, Submission))


def mark_example(slug: str) -> Sequence[ListeningSession]:
    """Mark a series as an example; returns its entries."""
    series = session().scalars(sa.select(Series).where(Series.slug == slug)).one()
    series.example = True
    return series.listening_sessions


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
    examples = sa.select(Submission.id).where(Submission.example)
    for model in _OF_A_SUBMISSION:
        database.execute(sa.delete(model).where(model.submission_id.in_(examples)))
    removed = database.execute(sa.delete(Submission).where(Submission.example))
    series = sa.select(Series.id).where(Series.example)
    held = sa.select(ListeningSession.id).where(ListeningSession.series_id.in_(series))
    database.execute(sa.delete(Digest).where(Digest.listening_session_id.in_(held)))
    database.execute(sa.delete(ReferenceCounter).where(ReferenceCounter.listening_session_id.in_(held)))
    _remove_people()
    for one in database.scalars(sa.select(Series).where(Series.example)):
        database.delete(one)
    database.flush()
    _remove_orphans()
    return int(removed.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has one


def _remove_people() -> None:
    database = session()
    gone = sa.select(Person.id).where(Person.example)
    for model in (Membership, Visit, Invitation):
        database.execute(sa.delete(model).where(model.person_id.in_(gone)))
    database.execute(sa.delete(Person).where(Person.example))


def _remove_orphans() -> None:
    """What only the examples used: groups, documents, outputs and organisations nobody names any more."""
    database = session()
    used = sa.select(ListeningSession.working_group_id).where(ListeningSession.working_group_id.is_not(None))
    orphans = sa.select(WorkingGroup.id).where(
        WorkingGroup.id.not_in(used),
        WorkingGroup.id.not_in(sa.select(Membership.working_group_id).where(Membership.working_group_id.is_not(None))),
    )
    database.execute(sa.delete(WorkingGroupCoLead).where(WorkingGroupCoLead.working_group_id.in_(orphans)))
    database.execute(sa.delete(WorkingGroup).where(WorkingGroup.id.in_(orphans)))
    database.execute(sa.delete(Document).where(Document.id.not_in(sa.select(SessionDocument.document_id))))
    database.execute(sa.delete(Output).where(Output.id.not_in(sa.select(SessionOutput.output_id))))
    named: sa.CompoundSelect[Any] = sa.union(
        sa.select(Organiser.organisation_id),
        sa.select(WorkingGroupCoLead.organisation_id),
        sa.select(Person.organisation_id).where(Person.organisation_id.is_not(None)),
    )
    database.execute(sa.delete(Organisation).where(Organisation.id.not_in(named)))
