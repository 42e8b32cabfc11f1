"""Submissions that say nearly the same: suggested by their sketches, put together by people.

Nothing is declined, hidden or counted less because somebody organised it: a group says that one text came
many times, and from how many. It exists for a person as far as they read its members; what they do not
read changes nothing of what they are shown, so all that is known of a group lies with its members: since
when they are in it, which was picked to stand for them, whose campaign they are part of.
A member's row goes with its sketch, the moment the submission is withdrawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from intake.accounts.models import Organisation, Person
from intake.foundation import clock, register
from intake.foundation.crypto import keyring
from intake.foundation.database import Base, session
from intake.foundation.types import Moment
from intake.submissions.models import Submission
from intake.submissions.sketches import BANDS, Sketch, SketchBand, bands, similarity
from intake.submissions.workflow import Overtaken

from . import reading
from .reading import Reach

SUGGESTED = 10
LEAST_SIMILARITY = 0.5
PAGE_SIZE = 10
_LOOKED_AT = 20
"""Candidates of one band that are looked at, the newest: a campaign of thousands costs no more than one of twenty."""

_Select = sa.Select[*tuple[Any, ...]]


class LikenessGroup(Base):
    """Submissions that say nearly the same. It holds nothing itself: writers stand in line for its row."""

    __tablename__ = "likeness_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Moment)


class LikenessMember(Base):
    """A submission in its group: put there by whom and when, last touched when.

    Of the members that somebody reads, the one that was last picked stands for them, else the earliest.
    ``organiser_id`` is an organisation of the published programme.
    """

    __tablename__ = "likeness_member"

    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("sketch.submission_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("likeness_group.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    picked_at: Mapped[datetime | None] = mapped_column(Moment)
    organiser_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id", ondelete="SET NULL"))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A submission that looks like another; ``alike`` is about how much they share, between 0 and 1."""

    id: int
    reference: str
    alike: float


@dataclass(frozen=True, slots=True)
class Group:
    """A group as somebody sees it: counted as submissions, organisations and distinct texts.

    ``unnamed`` are the submissions that name no organisation. ``stands_for_all`` is the id of the submission
    that represents them, ``organiser`` whose campaign it is, if that is known and not the reader's own organisation.
    """

    submissions: int
    organisations: int
    unnamed: int
    texts: int
    stands_for_all: int
    organiser_id: int | None
    organiser: str | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a submission was put together with, and what looks like it of all that somebody reads, newest first.

    Of each other group only its newest is suggested.
    """

    group: Group | None
    suggestions: tuple[Suggestion, ...]


# What is found.


def of(submission: Submission, person: Person) -> Likeness:
    """What ``submission`` was put together with, and what else looks like it: two statements, three in a group."""
    # Rows alone, past what would make objects of them: that costs more than the finding.
    connection = session().connection()
    own = connection.execute(_OWN, {"own": submission.id}).first()
    if own is None:
        return Likeness(None, ())
    group = group_of(submission, person) if own.group_id is not None else None
    if own.signature is None:
        return Likeness(group, ())
    asked = {f"band_{number}": value for number, value in enumerate(bands(own.signature))}
    asked |= {"own": submission.id, "group": own.group_id}
    found: list[Suggestion] = []
    groups: set[int] = set()
    for one in connection.execute(_candidates(reading.reach_of(person)), asked):
        alike = similarity(own.signature, one.signature)
        if alike < LEAST_SIMILARITY or one.group_id in groups:
            continue
        groups |= {one.group_id} - {None}
        found.append(Suggestion(one.id, one.reference, alike))
    return Likeness(group, tuple(found[:SUGGESTED]))


_OWN = (
    sa.select(Sketch.signature, LikenessMember.group_id)
    .outerjoin(LikenessMember, LikenessMember.submission_id == Sketch.submission_id)
    .where(Sketch.submission_id == sa.bindparam("own"))
)


# Making these statements costs far more than asking them: they are kept for whoever reaches as far.


@lru_cache(maxsize=256)
def _candidates(reach: Reach) -> _Select:
    group = sa.bindparam("group", type_=sa.Integer)
    together = sa.select(LikenessMember.submission_id).where(
        LikenessMember.submission_id == Submission.id, LikenessMember.group_id == group
    )
    others = sa.select(Submission.id).where(
        Submission.id != sa.bindparam("own", type_=sa.Integer), ~together.correlate(Submission).exists()
    )
    # Written once and looked at row by row: made beforehand, it would hold everything that somebody reads.
    readable = reading.visible_within(others, reach).cte("readable").prefix_with("NOT MATERIALIZED")

    def of_band(number: int) -> sa.Select[tuple[int]]:
        newest = (
            sa.select(SketchBand.submission_id)
            .join(readable, readable.c.id == SketchBand.submission_id)
            .where(SketchBand.value == sa.bindparam(f"band_{number}", type_=sa.BigInteger))
            .order_by(SketchBand.submission_id.desc())
            .limit(sa.literal_column(str(_LOOKED_AT)))
            .subquery()
        )
        return sa.select(newest.c.submission_id)

    found = sa.union(*map(of_band, range(BANDS))).subquery()
    return (
        sa.select(Submission.id, Submission.reference, Sketch.signature, LikenessMember.group_id)
        .join(found, found.c.submission_id == Submission.id)
        .join(Sketch, Sketch.submission_id == Submission.id)
        .outerjoin(LikenessMember, LikenessMember.submission_id == Submission.id)
        .order_by(Submission.id.desc())
    )


def group_of(submission: Submission, person: Person) -> Group | None:
    """The group of ``submission``, if ``person`` reads another member of it: one statement."""
    found = session().execute(_size(reading.reach_of(person)), {"of": submission.id}).one()
    if found.submissions < 2:
        return None
    is_own = found.organiser_id == person.organisation_id
    return Group(
        submissions=found.submissions,
        organisations=found.organisations,
        unnamed=found.submissions - found.named,
        texts=found.texts,
        stands_for_all=found.stands_for_all,
        organiser_id=None if is_own else found.organiser_id,
        organiser=None if is_own else found.organiser,
    )


@lru_cache(maxsize=256)
def _size(reach: Reach) -> _Select:
    members = _members(reach)
    counted = sa.select(
        sa.func.count().label("submissions"),
        sa.func.count(sa.distinct(Submission.organisation_index)).label("organisations"),
        sa.func.count(Submission.organisation_index).label("named"),
        sa.func.count(sa.distinct(Sketch.text_digest)).label("texts"),
    )
    counted = reading.visible_within(_of_the_group(counted).join(Sketch, Sketch.submission_id == Submission.id), reach)
    first = members.with_only_columns(Submission.id).order_by(*_STANDS_FIRST).limit(1).scalar_subquery()
    told = (
        members.with_only_columns(Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == LikenessMember.organiser_id)
        .order_by(LikenessMember.changed_at.desc(), LikenessMember.submission_id)
        .limit(1)
        .subquery()
    )
    size = counted.subquery()
    return sa.select(
        *size.c, first.label("stands_for_all"), told.c.id.label("organiser_id"), told.c.name.label("organiser")
    ).select_from(size.outerjoin(told, sa.true()))


_STANDS_FIRST = (LikenessMember.picked_at.desc().nulls_last(), Submission.id)


def _of_the_group(statement: _Select) -> _Select:
    """``statement`` over ``Submission`` and ``LikenessMember``, narrowed to the group of the submission ``of``."""
    own = aliased(LikenessMember)
    group = sa.select(own.group_id).where(own.submission_id == sa.bindparam("of", type_=sa.Integer)).scalar_subquery()
    return (
        statement.select_from(Submission)
        .join(LikenessMember, LikenessMember.submission_id == Submission.id)
        .where(LikenessMember.group_id == group)
    )


def _members(reach: Reach) -> _Select:
    return reading.visible_within(_of_the_group(sa.select(Submission)), reach)


def members(
    submission: Submission, group: Group, person: Person, *, after: int = 0
) -> tuple[Sequence[Submission], bool]:
    """A page of ``group``, that of ``submission``, oldest first; and whether more follow.

    The one that stands for all is not among them.
    """
    sought = _members(reading.reach_of(person)).where(Submission.id > after, Submission.id != group.stands_for_all)
    sought = sought.order_by(Submission.id).limit(PAGE_SIZE + 1)
    found = session().scalars(sought, {"of": submission.id}).all()
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def standing(submission: Submission, group: Group, person: Person) -> Submission:
    """The one that stands for ``group``, that of ``submission``."""
    sought = _members(reading.reach_of(person)).where(Submission.id == group.stands_for_all)
    return session().scalars(sought, {"of": submission.id}).one()


def seen(submission: Submission, person: Person, other: Submission | None = None) -> str:
    """A mark of the group of ``submission``, and of ``other``'s, as ``person`` sees them now.

    It changes with whatever they can see of a group, and with nothing else; nothing can be read in it.
    """
    reach, marks = reading.reach_of(person), []
    for one in filter(None, (submission, other)):
        rows = session().execute(_state(reach), {"of": one.id}).all()
        marks.append([list(map(str, row)) for row in rows] if len(rows) > 1 else [])
    return keyring().index("likeness", repr(marks))[:16]


@lru_cache(maxsize=256)
def _state(reach: Reach) -> _Select:
    columns = (Submission.id, LikenessMember.changed_at)
    return _members(reach).with_only_columns(*columns).order_by(Submission.id)


def distinct_texts(listening_session_id: int, references: Collection[str]) -> int:
    """How many texts the submissions called ``references`` are, of those to one listening session.

    What people put together counts once, wherever the one that stands for it is.
    """
    return texts_among(references, groups_in(listening_session_id))


def groups_in(listening_session_id: int) -> dict[str, int]:
    """The groups of the submissions to a listening session, by reference; what stands alone is not among them."""
    grouped = (
        sa.select(Submission.reference, LikenessMember.group_id)
        .join(LikenessMember, LikenessMember.submission_id == Submission.id)
        .where(Submission.listening_session_id == listening_session_id)
    )
    return {row.reference: row.group_id for row in session().execute(grouped)}


def texts_among(references: Iterable[str], together: Mapping[str, int]) -> int:
    """How many texts the submissions called ``references`` are, of which ``together`` gives the groups."""
    return len({together.get(one, one) for one in references})


# What people do.


def join(submission: Submission, other: Submission, person: Person, *, as_seen: str) -> None:
    """Put ``submission`` and ``other`` together, and with them what either was with already.

    Raises:
        Unreadable: one of them does not exist for ``person``.
        Overtaken: their groups are not ``as_seen`` any more.
        NotAlike: they are one and the same, or one has no words yet to compare.
    """
    if submission.id == other.id:
        raise NotAlike(submission.reference)
    _hold(submission, other, person=person, as_seen=as_seen)
    known = _groups_of(submission, other)
    if len(set(known.values())) == 1 and len(known) == 2:
        return
    group_id = min(known.values(), default=None) or _new_group()
    moment = clock.now()
    for merged in set(known.values()) - {group_id}:
        moved = sa.update(LikenessMember).where(LikenessMember.group_id == merged)
        session().execute(moved.values(group_id=group_id, changed_at=moment), execution_options=_PLAIN)
        session().execute(sa.delete(LikenessGroup).where(LikenessGroup.id == merged), execution_options=_PLAIN)
    for new in (one for one in (submission, other) if one.id not in known):
        if session().scalar(sa.select(Sketch.submission_id).where(Sketch.submission_id == new.id)) is None:
            raise NotAlike(new.reference)
        row = {"submission_id": new.id, "group_id": group_id, "person_id": person.id, "at": moment}
        session().execute(sa.insert(LikenessMember).values(**row, changed_at=moment))
    register.record("submission.put_together", submission.reference, person_id=person.id, other=other.reference)


class NotAlike(ValueError):
    """Two that cannot be put together."""


def part(submission: Submission, person: Person, *, as_seen: str) -> None:
    """Take ``submission`` out of its group.

    Raises:
        Unreadable: it does not exist for ``person``.
        Overtaken: its group is not ``as_seen`` any more, or there is none.
    """
    group_id = _hold_group(submission, person, as_seen)
    _take_out(group_id, LikenessMember.submission_id == submission.id)
    register.record("submission.take_out", submission.reference, person_id=person.id)


def dissolve(submission: Submission, person: Person, *, as_seen: str) -> None:
    """Part all that ``person`` sees of the group of ``submission``; raises as ``part``."""
    group_id = _hold_group(submission, person, as_seen)
    _take_out(group_id, LikenessMember.submission_id.in_(_visible(submission, person)))
    register.record("submission.dissolve_group", submission.reference, person_id=person.id)


def pick(submission: Submission, person: Person, *, as_seen: str) -> None:
    """Let ``submission`` stand for its group; raises as ``part``."""
    _hold_group(submission, person, as_seen)
    moment = clock.now()
    changed = sa.update(LikenessMember).where(LikenessMember.submission_id == submission.id)
    session().execute(changed.values(picked_at=moment, changed_at=moment), execution_options=_PLAIN)
    register.record("submission.stand_for_group", submission.reference, person_id=person.id)


def say_organiser(submission: Submission, person: Person, organisation_id: int | None, *, as_seen: str) -> None:
    """Say whose campaign the group of ``submission`` is, or that nobody knows; raises as ``part``."""
    _hold_group(submission, person, as_seen)
    changed = sa.update(LikenessMember).where(LikenessMember.submission_id.in_(_visible(submission, person)))
    values = {"organiser_id": organisation_id, "changed_at": clock.now()}
    session().execute(changed.values(values), execution_options=_PLAIN)
    register.record("submission.say_organiser", submission.reference, person_id=person.id, organisation=organisation_id)


def organisers(person: Person) -> list[tuple[int, str]]:
    """The organisations of the programme without ``person``'s own, by name: id and name."""
    rows = session().execute(sa.select(Organisation.id, Organisation.name).order_by(Organisation.name))
    return [(row.id, row.name) for row in rows if row.id != person.organisation_id]


_PLAIN = {"synchronize_session": False}


def _hold(*submissions: Submission, person: Person, as_seen: str) -> None:
    """Keep the submissions and their groups still until the transaction ends, if they are as they were seen."""
    for one in sorted(submissions, key=lambda one: one.id):
        session().refresh(one, with_for_update={"of": Submission})
        reading.must_be_readable(one, person)
    held = set(_groups_of(*submissions).values())
    rows = sa.select(LikenessGroup.id).where(LikenessGroup.id.in_(held)).order_by(LikenessGroup.id)
    session().execute(rows.with_for_update())
    # Who held one of them before may have moved its members: then this one did not see what there is.
    is_moved = set(_groups_of(*submissions).values()) != held
    if is_moved or seen(submissions[0], person, *submissions[1:]) != as_seen:
        raise Overtaken(submissions[0].reference)


def _hold_group(submission: Submission, person: Person, as_seen: str) -> int:
    _hold(submission, person=person, as_seen=as_seen)
    if group_of(submission, person) is None:
        raise Overtaken(submission.reference)
    return _groups_of(submission)[submission.id]


def _visible(submission: Submission, person: Person) -> Sequence[int]:
    """The ids of what ``person`` sees of the group of ``submission``."""
    rows = session().execute(_state(reading.reach_of(person)), {"of": submission.id})
    return [row.id for row in rows]


def _groups_of(*submissions: Submission) -> dict[int, int]:
    of = sa.select(LikenessMember.submission_id, LikenessMember.group_id)
    found = session().execute(of.where(LikenessMember.submission_id.in_([one.id for one in submissions])))
    return {row.submission_id: row.group_id for row in found}


def _new_group() -> int:
    made = LikenessGroup(opened_at=clock.now())
    session().add(made)
    session().flush()
    return made.id


def _take_out(group_id: int, which: sa.ColumnElement[bool]) -> None:
    """Delete these members, and a group in which fewer than two are left."""
    of_it = LikenessMember.group_id == group_id
    session().execute(sa.delete(LikenessMember).where(of_it, which), execution_options=_PLAIN)
    left = session().scalar(sa.select(sa.func.count()).select_from(LikenessMember).where(of_it)) or 0
    if left < 2:
        session().execute(sa.delete(LikenessMember).where(of_it), execution_options=_PLAIN)
        session().execute(sa.delete(LikenessGroup).where(LikenessGroup.id == group_id), execution_options=_PLAIN)
