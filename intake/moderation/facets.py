"""How many submissions stand behind each filter of the queue: one statement, whatever there is.

A figure beside a choice says how many of the list would be left with it: the list narrowed by
every other filter. No more than ``COUNTED_TO`` rows are looked at; where there are more, a
figure is the least there is. Of what is decided no index holds what the filters ask for: there the rows are looked at
before anything else narrows them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from intake.accounts.models import Person
from intake.foundation.database import session
from intake.foundation.types import Moment
from intake.foundation.vocabularies import subregion_of
from intake.programme.models import ListeningSession
from intake.submissions.models import Attachment, Submission
from intake.submissions.vocabulary import State

from . import reading
from .coding import Axis, Excerpt, ExcerptCode
from .filters import AGES, Claimed, Filters, Flag
from .models import Coding, HeldQuestion, Scheme, codes_unseen, is_held, is_waiting
from .queries import (
    COUNTED_TO,
    FLAGGED,
    INDEX_OF_FLAG,
    are_due_soon,
    as_read,
    by_index,
    chosen_of,
    claimed,
    counts_now,
    is_late,
    is_stale,
    is_unanswered,
    listed,
    moments,
    narrowing,
)
from .reading import Reach
from .themes import Held

_Select = sa.Select[*tuple[Any, ...]]
_Merged = tuple[int, str, str]

_ALONE: dict[str, dict[str, Any]] = {
    "session": {"listening_session": None},
    "language": {"language": None},
    "kind": {"kind": None},
    "state": {"state": None},
    "flag": {"flag": None},
    "region": {"region": None},
    "who": {"who": None},
    "theme": {"theme": None},
    "group": {"group": None},
    "claimed": {"claimed": None},
    "age": {"age": None},
    "files": {"files": False},
}
"""By the name of a filter in the address, what takes it off."""

DECIDED = (State.ACCEPTED, State.DECLINED)
"""The states that can be asked for and in which nothing waits."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: ``of`` a filter (by its name in the address) and a choice, how many.

    Of the filters in ``more``, or of single choices as (filter, choice), only the least is known. ``first`` are the
    flags to be seen to; the rest is counted to ``COUNTED_TO`` over the whole desk.
    """

    of: Mapping[str, Mapping[str, int]]
    more: frozenset[str | tuple[str, str]]
    first: tuple[Flag, ...]
    mine: int
    unclaimed: int
    stale: int
    overdue: int
    soon: int
    unanswered: int
    held: int


@dataclass(frozen=True, slots=True)
class ToDo:
    """What somebody has to see to: decisions that are overdue, questions without an answer for too long or held."""

    overdue: int
    unanswered: int
    held: int

    def __bool__(self) -> bool:
        return bool(self.overdue or self.unanswered or self.held)


def to_do(person: Person, held: Sequence[ListeningSession]) -> ToDo:
    """What ``person``, who moderates ``held``, has to see to: one statement."""
    statement = sa.union_all(*_of_desk(reading.reach_of(person), tuple(one.id for one in held)))
    found = {key: number for _desk, key, number in session().execute(statement, moments(person, Filters()))}
    return ToDo(found["overdue"], found["unanswered"], found["held"])


def counted(person: Person, held: Held, filters: Filters) -> Counted:
    """What stands behind the filters of ``person``, who moderates ``held``: one statement."""
    plain = as_read(held, filters)
    statement = _counts(
        reading.reach_of(person), tuple(one.id for one in held), chosen_of(held, plain), plain, held.merged()
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for what, key, number in session().execute(statement, moments(person, plain)):
        found[what][key] = number
    slugs = {str(one.id): one.slug for one in held}
    found["session"] = {slugs[key]: number for key, number in found["session"].items()}
    found["region"] = _by_region(found["region"])
    found["theme"] = held.counted({_told_apart(key): number for key, number in found["theme"].items()})
    desk, looked_at = found.pop("desk"), found.pop("looked at", {})
    for facet in _ALONE:
        found.setdefault(facet, {})
    found["state"][""] = found["all"][_base("state", plain)]
    more: set[str | tuple[str, str]] = {what for what in found if found["all"][_base(what, plain)] >= COUNTED_TO}
    if found["flag"][Flag.MESSAGE] >= COUNTED_TO:
        more.add(("flag", Flag.MESSAGE))
    more |= {("state", state) for state, number in looked_at.items() if number >= COUNTED_TO}
    return Counted(
        of=found,
        more=frozenset(more),
        first=tuple(flag for flag in Flag if desk[flag.value]),
        **{name: desk[name] for name in ("mine", "unclaimed", "stale", "overdue", "soon", "unanswered", "held")},
    )


def _told_apart(key: str) -> tuple[int, str]:
    identity, _colon, code = key.partition(":")
    return int(identity), code


def _by_region(countries: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for country, number in countries.items():
        found[subregion_of(country) or ""] += number
    return dict(found)


def _base(facet: str, filters: Filters) -> str:
    """The list in which ``facet`` is counted: one of its own where it narrows, else the one that all others share."""
    apart = _ALONE.get(facet)
    return facet if apart is not None and replace(filters, **apart) != filters else ""


# Making the statement costs far more than asking it.


@lru_cache(maxsize=256)
def _counts(
    reach: Reach, held: tuple[int, ...], chosen: tuple[int, ...], filters: Filters, merged: tuple[_Merged, ...]
) -> sa.CompoundSelect[Any]:
    bases = {"": _window(reach, chosen, filters, "shown")}
    for facet, apart in _ALONE.items():
        if _base(facet, filters):
            where = held if facet == "session" else chosen
            bases[facet] = _window(reach, where, replace(filters, **apart), f"but_{facet}")
    parts = [_figure("all", name, sa.select(sa.func.count()).select_from(base)) for name, base in bases.items()]
    for facet in _ALONE:
        parts += _of_facet(facet, bases[_base(facet, filters)], merged)
    parts += [_of_messages(reach, chosen, filters), *_of_decided(reach, chosen, filters)]
    parts += _of_desk(reach, held)
    return sa.union_all(*parts)


def _window(reach: Reach, chosen: tuple[int, ...], filters: Filters, name: str) -> sa.CTE:
    """At most ``COUNTED_TO`` rows of a list, with all that is counted of them."""
    columns = sa.select(
        Submission.id, Submission.listening_session_id, Submission.language, Submission.kind, Submission.country,
        Submission.stakeholder_type, Submission.received_at, Submission.claimed_by_id, Submission.state,
        *(condition.label(flag.value) for flag, condition in FLAGGED.items()),
        *(claimed(by).label(by.value) for by in Claimed),
    )  # fmt: skip
    here = listed(columns, reach, filters).where(Submission.listening_session_id.in_(chosen))
    return here.limit(COUNTED_TO).cte(name)


def _of_facet(facet: str, base: sa.CTE, merged: tuple[_Merged, ...]) -> Iterator[_Select]:
    grouped = {
        "session": base.c.listening_session_id, "language": base.c.language, "kind": base.c.kind,
        "region": base.c.country, "who": base.c.stakeholder_type, "state": base.c.state,
    }.get(facet)  # fmt: skip
    if grouped is not None:
        key = sa.cast(grouped, sa.String)
        yield sa.select(_said(facet), key, sa.func.count()).where(grouped.is_not(None)).group_by(grouped)
    elif facet == "theme":
        yield _themes(base, merged)
    elif facet == "group":
        found = _passages(base, Axis.GROUP, base.c.id, ExcerptCode.code).distinct().subquery()
        yield sa.select(_said(facet), found.c.code, sa.func.count()).group_by(found.c.code)
    else:
        for key_of_one, condition in _conditions(facet, base).items():
            yield _figure(facet, key_of_one, sa.select(sa.func.count()).select_from(base).where(condition))
    if facet == "claimed":
        by, on_it = base.c.claimed_by_id, base.c[Claimed.SOMEBODY.value].is_(True)
        yield sa.select(_said(facet), sa.cast(by, sa.String), sa.func.count()).where(on_it).group_by(by)


def _themes(base: sa.CTE, merged: tuple[_Merged, ...]) -> _Select:
    """By listening session and theme as it is read now: a submission counts once, wherever the theme was found."""

    def now(code: sa.SQLColumnExpression[str]) -> sa.SQLColumnExpression[str]:
        cases = [(sa.and_(base.c.listening_session_id == one, code == old), new) for one, old, new in merged]
        return sa.case(*cases, else_=code) if cases else code

    whole = sa.select(base.c.id, base.c.listening_session_id, now(Coding.code).label("code")).join(
        base, base.c.id == Coding.submission_id
    )
    whole = whole.where(Coding.scheme == Scheme.THEME, ~codes_unseen())
    in_passages = _passages(base, Axis.THEME, base.c.id, base.c.listening_session_id, now(ExcerptCode.code))
    found = sa.union(whole, in_passages).subquery()
    key = sa.cast(found.c.listening_session_id, sa.String) + ":" + found.c.code
    return sa.select(_said("theme"), key, sa.func.count()).group_by(found.c.listening_session_id, found.c.code)


def _passages(base: sa.CTE, axis: Axis, *columns: sa.SQLColumnExpression[Any]) -> _Select:
    """``columns`` of the passages that count of the submissions in ``base``, with their codes on ``axis``."""
    found = sa.select(*columns).select_from(base).join(Submission, Submission.id == base.c.id)
    found = found.join(Excerpt, Excerpt.submission_id == Submission.id)
    found = found.join(ExcerptCode, ExcerptCode.excerpt_id == Excerpt.id)
    return found.where(ExcerptCode.axis == axis.value, *counts_now())


def _conditions(facet: str, base: sa.CTE) -> dict[str, sa.ColumnElement[bool]]:
    match facet:
        case "flag":
            return {flag.value: base.c[flag.value].is_(True) for flag in Flag if flag is not Flag.MESSAGE}
        case "claimed":
            return {by.value: base.c[by.value].is_(True) for by in Claimed}
        case "age":
            return {str(days): base.c.received_at <= sa.bindparam(f"days_{days}", type_=Moment) for days in AGES}
        case _:
            there = sa.exists().where(Attachment.submission_id == base.c.id).correlate(base)
            return {"yes": there}


def _of_messages(reach: Reach, chosen: tuple[int, ...], filters: Filters) -> _Select:
    """New messages: of what is decided, too, which a list of what waits does not hold."""
    wanted = replace(filters, flag=Flag.MESSAGE)
    here = listed(sa.select(Submission.id), reach, wanted).where(Submission.listening_session_id.in_(chosen))
    here = here if wanted.only_waiting else by_index(here, INDEX_OF_FLAG[Flag.MESSAGE])
    return _figure(
        "flag", Flag.MESSAGE.value, sa.select(sa.func.count()).select_from(here.limit(COUNTED_TO).subquery())
    )


def _of_decided(reach: Reach, chosen: tuple[int, ...], filters: Filters) -> Iterator[_Select]:
    """What is decided, where the list is of what waits: of each state how much was looked at, and what is left."""
    waiting = replace(filters, state=None)
    if not waiting.only_waiting or filters.stale or filters.unanswered:
        return
    # As a figure of each row: as conditions they would be looked for first, in everything that has a theme.
    is_left = sa.and_(sa.true(), *narrowing(waiting)).label("is_left")
    for state in DECIDED:
        here = reading.visible_within(sa.select(is_left), reach)
        here = here.where(Submission.listening_session_id.in_(chosen), Submission.state == state)
        looked_at = by_index(here, "desk").limit(COUNTED_TO).cte(f"decided_{state.value}")
        whole = sa.select(sa.func.count()).select_from(looked_at)
        yield _figure("looked at", state.value, whole)
        yield _figure("state", state.value, whole.where(looked_at.c.is_left.is_(True)))


def _of_desk(reach: Reach, held: tuple[int, ...]) -> Iterator[_Select]:
    """What is the same whatever narrows the list: what is to be seen first, and what is due."""
    all_here = reading.visible_within(sa.select(Submission.id), reach).where(Submission.listening_session_id.in_(held))
    waiting = all_here.where(is_waiting())
    for flag in Flag:
        flagged = (all_here if flag is Flag.MESSAGE else waiting).where(FLAGGED[flag])
        yield _bounded(flag.value, by_index(flagged, INDEX_OF_FLAG[flag]), 1)
    yield _bounded("mine", by_index(waiting.where(claimed(Claimed.ME)), "claimed"), COUNTED_TO)
    yield _bounded("unanswered", by_index(all_here.where(is_unanswered()), "asked"), COUNTED_TO)
    in_outbox = (
        sa.select(Submission.id).join(HeldQuestion, HeldQuestion.submission_id == Submission.id).where(is_held())
        .with_hint(HeldQuestion, "INDEXED BY ix_held_question_waiting", "sqlite")
    )  # fmt: skip
    yield _bounded(
        "held",
        reading.visible_within(in_outbox, reach).where(Submission.listening_session_id.in_(held)),
        COUNTED_TO,
    )
    yield _bounded("soon", sa.select(are_due_soon(waiting).subquery()), COUNTED_TO)
    waiting = by_index(waiting, "waiting")
    yield _bounded("unclaimed", waiting.where(claimed(Claimed.NOBODY)), COUNTED_TO)
    yield _bounded("stale", waiting.where(is_stale()), COUNTED_TO)
    yield _bounded("overdue", waiting.where(is_late()), COUNTED_TO)


def _bounded(key: str, some: _Select, most: int) -> _Select:
    return _figure("desk", key, sa.select(sa.func.count()).select_from(some.limit(most).subquery()))


def _figure(what: str, key: str, number: _Select) -> _Select:
    return sa.select(_said(what), _said(key), number.scalar_subquery())


def _said(words: str) -> sa.ColumnElement[str]:
    return sa.cast(sa.literal(words, literal_execute=True), sa.String)
