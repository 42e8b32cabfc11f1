"""Templates of questions: what is asked again and again, in words that were found for it, side by side in languages.

The secretariat keeps those for everybody, co-leads those of their working group or session. A set comes with
Intake; each of it is added once, and then belongs to whoever keeps it. Nothing is deleted: what is retired is
offered no more, and every change is kept with what stood there before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from intake.accounts.models import Person
from intake.accounts.permissions import PERMISSIONS, Scope, may
from intake.accounts.scopes import EVERYWHERE, Reach
from intake.foundation import clock, register
from intake.foundation.config import PACKAGE
from intake.foundation.database import session
from intake.foundation.multilingual import Multilingual
from intake.submissions.models import Submission

from .models import QuestionTemplate, QuestionTemplateChange, TemplateAct

KEEP = "question.keep"
"""The permission to keep templates."""

_PROVIDED = PACKAGE / "moderation" / "data" / "question_templates.json"
_LONGEST_HISTORY = 100


class Changed(Exception):
    """The template was changed since it was seen; nothing was done."""


class CannotKeep(Exception):
    """They do not keep templates there."""


class Change(NamedTuple):
    """One change of a template; ``who`` is None for what came with Intake."""

    act: TemplateAct
    at: datetime
    who: str | None
    old: dict[str, Multilingual]
    new: dict[str, Multilingual]


class _Place(NamedTuple):
    """Somewhere templates may be kept, to ask ``may`` about."""

    scope: Scope


def provide() -> int:
    """Add what comes with Intake and was never added here; returns how many."""
    if not (missing := _never_added()):
        return 0
    # The register puts writers in line: of two that begin at once the second finds what the first added.
    register.record("question_template.provide", "question_template", count=len(missing))
    missing = _never_added()
    for one in missing:
        title, text = Multilingual(one["title"]), Multilingual(one["text"])
        template = QuestionTemplate(origin=one["origin"], title=title, text=text, retired=False)
        session().add(template)
        session().flush()
        _note(template, None, TemplateAct.ADD, old={}, new={"title": title, "text": text})
    return len(missing)


def _never_added() -> list[dict[str, Any]]:
    there = set(session().scalars(sa.select(QuestionTemplate.origin).where(QuestionTemplate.origin.is_not(None))))
    return [one for one in _provided() if one["origin"] not in there]


@lru_cache(maxsize=1)
def _provided() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_PROVIDED.read_text(encoding="utf-8"))
    return found


def for_submission(submission: Submission) -> Sequence[QuestionTemplate]:
    """The templates that are offered to whoever asks about ``submission``: the own ones first."""
    held = submission.listening_session
    here = sa.or_(
        _is_shared(),
        QuestionTemplate.listening_session_id == held.id,
        QuestionTemplate.working_group_id == held.working_group_id,
    )
    sought = sa.select(QuestionTemplate).where(here, QuestionTemplate.retired.is_(False))
    return session().scalars(sought.order_by(sa.case((_is_shared(), 1), else_=0), QuestionTemplate.id)).all()


def kept_by(person: Person) -> Sequence[QuestionTemplate]:
    """Every template that ``person`` reads: those for everybody, and those of where they keep some."""
    reaches = _reaches(person)
    here = [_is_shared(), QuestionTemplate.working_group_id.in_({reach.working_group_id for reach in reaches} - {None})]
    here.append(QuestionTemplate.listening_session_id.in_({one.listening_session_id for one in reaches} - {None}))
    sought = sa.select(QuestionTemplate)
    if EVERYWHERE not in reaches:
        sought = sought.where(sa.or_(*here))
    return session().scalars(sought.order_by(QuestionTemplate.retired, QuestionTemplate.id)).all()


def places(person: Person) -> list[Reach]:
    """Where ``person`` keeps templates: everywhere (for everybody), in working groups, in listening sessions."""
    return sorted(_reaches(person), key=lambda reach: (reach.working_group_id or 0, reach.listening_session_id or 0))


def _reaches(person: Person) -> set[Reach]:
    return {held.reach for role, held in person.role_scopes if role in PERMISSIONS[KEEP].roles}


def find(identity: int, person: Person) -> QuestionTemplate | None:
    """The template, if ``person`` reads it."""
    found = session().get(QuestionTemplate, identity)
    if found is None:
        return None
    is_shared = found.working_group_id is found.listening_session_id is None
    return found if may(person, KEEP, None if is_shared else found) else None


def history(template: QuestionTemplate) -> list[Change]:
    """What was changed, the newest first."""
    sought = (
        sa.select(QuestionTemplateChange, Person.name)
        .outerjoin(Person, Person.id == QuestionTemplateChange.person_id)
        .where(QuestionTemplateChange.template_id == template.id)
        .order_by(QuestionTemplateChange.id.desc())
    )
    return [
        Change(TemplateAct(row.act), row.at, name, _texts(row.old), _texts(row.new))
        for row, name in session().execute(sought.limit(_LONGEST_HISTORY))
    ]


def add(person: Person, where: Reach, *, title: Multilingual, text: Multilingual) -> QuestionTemplate:
    """A new template, kept ``where``.

    Raises:
        CannotKeep: they keep none there.
        ValueError: without a title or without a text.
    """
    _must_be_whole(title, text)
    template = QuestionTemplate(
        working_group_id=where.working_group_id, listening_session_id=where.listening_session_id,
        title=title, text=text, retired=False,
    )  # fmt: skip
    _must_keep(person, template)
    session().add(template)
    session().flush()
    _note(template, person, TemplateAct.ADD, old={}, new={"title": title, "text": text})
    return template


def change(template: QuestionTemplate, person: Person, *, seen: int, title: Multilingual, text: Multilingual) -> None:
    """Let ``template``, last seen as version ``seen``, say something else; the same words change nothing.

    Raises:
        CannotKeep: they do not keep it.
        Changed: somebody changed it meanwhile.
        ValueError: without a title or without a text.
    """
    _must_be_whole(title, text)
    _hold(template, person, seen)
    pairs = {"title": (template.title, title), "text": (template.text, text)}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not changed:
        return
    template.title, template.text, template.version = title, text, template.version + 1
    old, new = ({name: pair[side] for name, pair in changed.items()} for side in (0, 1))
    _note(template, person, TemplateAct.CHANGE, old=old, new=new)


def retire(template: QuestionTemplate, person: Person, *, seen: int, retired: bool = True) -> None:
    """Offer ``template``, last seen as version ``seen``, no more, or again.

    Raises:
        CannotKeep: they do not keep it.
        Changed: somebody changed it meanwhile.
    """
    _hold(template, person, seen)
    if template.retired != retired:
        template.retired, template.version = retired, template.version + 1
        _note(template, person, TemplateAct.RETIRE if retired else TemplateAct.RESTORE, old={}, new={})


def _is_shared() -> sa.ColumnElement[bool]:
    return sa.and_(QuestionTemplate.working_group_id.is_(None), QuestionTemplate.listening_session_id.is_(None))


def _hold(template: QuestionTemplate, person: Person, seen: int) -> None:
    session().refresh(template, with_for_update=True)
    _must_keep(person, template)
    if template.version != seen:
        raise Changed(template.id)


def _must_keep(person: Person, template: QuestionTemplate) -> None:
    if not may(person, KEEP, _Place(template.scope)):
        raise CannotKeep


def _must_be_whole(title: Multilingual, text: Multilingual) -> None:
    if not title or not text:
        raise ValueError("a template has a title and a text")


def _note(
    template: QuestionTemplate,
    person: Person | None,
    act: TemplateAct,
    *,
    old: dict[str, Multilingual],
    new: dict[str, Multilingual],
) -> None:
    who = person.id if person else None
    session().add(
        QuestionTemplateChange(
            template_id=template.id, at=clock.now(), person_id=who, act=act,
            old={name: dict(words) for name, words in old.items()},
            new={name: dict(words) for name, words in new.items()},
        )
    )  # fmt: skip
    session().flush()
    register.record(f"question_template.{act.value}", str(template.id), person_id=who)


def _texts(side: dict[str, Any]) -> dict[str, Multilingual]:
    return {name: Multilingual(words) for name, words in side.items()}
