"""What a picture counts: submissions as their desk or the drafters may count them, and what was coded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from intake.accounts.models import Person
from intake.digests import queries as digests
from intake.foundation import clock
from intake.foundation.database import session
from intake.moderation import coded, reading
from intake.moderation.codebook import Book
from intake.moderation.coding import Axis, Excerpt, ExcerptCode
from intake.programme.models import ListeningSession
from intake.submissions.models import Submission

from .models import GapMark


def of_desk(held: ListeningSession, person: Person) -> Sequence[Any]:
    """Rows of ``digests.queries.COUNTED`` for what ``person`` reads of ``held`` as a moderator: one statement."""
    counted = sa.select(*digests.COUNTED).where(Submission.listening_session_id == held.id)
    return session().execute(reading.visible(counted, person)).all()


def beyond(held: ListeningSession, person: Person) -> Sequence[Any]:
    """The same rows for everything that came to ``held``, as the drafter ``person`` counts it, whoever sent it."""
    return digests.received(held.id, clock.now(), person.declared)


def coded_groups(held: ListeningSession, person: Person, book: Book) -> Sequence[tuple[int, str, str | None]]:
    """For each passage of a theme that ``person`` may see: submission, theme as it is read now, group or None."""
    of_group = aliased(ExcerptCode)
    statement = (
        sa.select(Excerpt.submission_id, ExcerptCode.code, of_group.code)
        .join(ExcerptCode, sa.and_(ExcerptCode.excerpt_id == Excerpt.id, ExcerptCode.axis == Axis.THEME.value))
        .outerjoin(of_group, sa.and_(of_group.excerpt_id == Excerpt.id, of_group.axis == Axis.GROUP.value))
        .distinct()
    )
    rows = session().execute(coded.standing(statement, held, person))
    return list({(submission, book.now(theme), group): None for submission, theme, group in rows})


def marks(held: ListeningSession) -> dict[tuple[str, str], GapMark]:
    """What was noted last about each gap of ``held``, by axis and code."""
    sought = sa.select(GapMark).where(GapMark.listening_session_id == held.id).order_by(GapMark.id)
    return {(one.axis, one.code): one for one in session().scalars(sought.options(joinedload(GapMark.person)))}


def add(mark: GapMark) -> None:
    """Keep a note."""
    session().add(mark)
    session().flush()
