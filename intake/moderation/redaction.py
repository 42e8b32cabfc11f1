"""Hiding passages from everybody beyond the desk: proposed by the rules, done and lifted by co-leads.

What is hidden, and what stands in its place, is kept as ``redacted`` describes; nothing that was written is changed.
Everything here is done on the redactions as they were seen: of two at once one is done, the other is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from intake.accounts.models import Person
from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.i18n import speaking
from intake.foundation.languages import CODES
from intake.submissions import search
from intake.submissions.models import Submission
from intake.submissions.sealing import Answers, open_note, seal_note
from intake.submissions.workflow import WAITING

from . import reading, redacted
from .known import Said, Words
from .redacted import Category, Erasure, Hidden, Outcome, Redaction, Withholding
from .services import hold
from .spans import Span

CATEGORY_LABELS = {
    Category.NAME: _l("Name"),
    Category.PLACE: _l("Place"),
    Category.CONTACT: _l("Contact"),
    Category.DOCUMENT: _l("Number of a document or case"),
    Category.HEALTH: _l("Health"),
    Category.OTHER: _l("Something else"),
}

PERSON, PLACE_ALIAS = "person", "alias"
ALIASES = frozenset({PERSON, PLACE_ALIAS})
"""What stands in place of a passage and tells the same one again: Person A, Place A."""

STANDS: dict[str, Any] = {
    "name": _l("name"),
    PERSON: _l("Person A, Person B …: the same name gets the same letter"),
    "organisation": _l("organisation"),
    "place": _l("place"),
    "town": _l("town"),
    "address": _l("address"),
    PLACE_ALIAS: _l("Place A, Place B …: the same place gets the same letter"),
    "telephone": _l("telephone number"),
    "email": _l("e-mail address"),
    "account": _l("account"),
    "document": _l("number of a document"),
    "number": _l("number"),
    "health": _l("details of health"),
    redacted.LEFT_OUT[0]: redacted.LEFT_OUT[1],
}
"""What may stand in place of a passage, by its code; in the text it is in the text's own language."""

USUAL = {
    Category.NAME: "name",
    Category.PLACE: "place",
    Category.CONTACT: "telephone",
    Category.DOCUMENT: "document",
    Category.HEALTH: "health",
    Category.OTHER: "left_out",
}
"""What stands there unless something else is chosen."""

BY_RULE: dict[str, tuple[Category, str]] = {
    "email": (Category.CONTACT, "email"),
    "account": (Category.CONTACT, "account"),
    "document": (Category.DOCUMENT, "document"),
    "coordinates": (Category.PLACE, "place"),
    "telephone": (Category.CONTACT, "telephone"),
    "address": (Category.PLACE, "address"),
    "name": (Category.NAME, "name"),
    "number": (Category.DOCUMENT, "number"),
}
"""What is proposed for what a rule of the screening finds."""

_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ARABIC = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_MOST_PROPOSED = 200
_AROUND = 40
"""Code points that are shown before and after a passage to tell which one is meant."""
_WHERE_ISSUED = "moderation.where_issued"


class Stale(Exception):
    """Something was hidden or given back, or a new version came, since the page was opened; nothing was done."""


class Overlapping(Exception):
    """Part of the passage is hidden already; ``others`` are the redactions that hide it."""

    def __init__(self, others: Sequence[Hidden]) -> None:
        super().__init__(len(others))
        self.others = others


@dataclass(frozen=True, slots=True)
class Wish:
    """A passage to hide: what kind of thing it is, and the code of what is to stand in its place."""

    span: Span
    category: Category
    stands: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A passage that should perhaps be hidden: its words, what is around them, and why.

    ``label`` says what it is. ``is_likely`` says that it is one of those to hide at once with others.
    """

    wish: Wish
    before: str
    words: str
    after: str
    label: Any
    is_likely: bool = True

    @property
    def key(self) -> str:
        """By which a form names it."""
        return f"{self.wish.span.name}:{self.wish.span.start}:{self.wish.span.end}"


@dataclass(frozen=True, slots=True)
class Carried:
    """What was hidden in an earlier version and is not, or not everywhere, in the latest: ``times`` it stands open."""

    words: str
    times: int


def seen_as(submission: Submission) -> str:
    """How the redactions of ``submission`` stand now, for a form to bring back."""
    rows = redacted.rows_of(submission)
    files = redacted.withholdings_of(submission)
    undone = sum(row.lifted_at is not None for row in rows) + sum(one.given_back_at is not None for one in files)
    erased = sum(row.erased_at is not None for row in rows)
    return f"{submission.revisions[-1].number}.{len(rows)}.{len(files)}.{undone}.{erased}"


def hold_as_seen(submission: Submission, person: Person, seen: str) -> None:
    """``services.hold`` for whoever acts on the redactions as they were ``seen``; raises as that and ``Stale``."""
    hold(submission, person)
    must_be_as_seen(submission, seen)


def must_be_as_seen(submission: Submission, seen: str) -> None:
    """Go on only where the redactions stand as they were ``seen``; raises ``Stale``."""
    if seen_as(submission) != seen:
        raise Stale(submission.reference)


def hide(submission: Submission, person: Person, wishes: Iterable[Wish], *, seen: str, merge: bool = False) -> None:
    """Hide passages; with ``merge`` whatever overlaps one is lifted, unless it is erased; both are one passage then.

    Raises:
        Unreadable: it does not exist for ``person``, or has no such revision.
        ClaimedByOther: somebody else is on it.
        Stale: the redactions are not as they were ``seen``.
        Overlapping: part of a passage is hidden already, or by another of the ``wishes``.
        NotThere: an answer does not reach as far as a passage.
    """
    hold_as_seen(submission, person, seen)
    for wish in wishes:
        _hide(submission, person, wish, merge=merge)
    search.enter(submission)


def _hide(submission: Submission, person: Person, wish: Wish, *, merge: bool) -> None:
    span = wish.span
    before = redacted.every(submission)
    others = [one for one in before if one.lifted_at is None and one.span.overlaps(span)]
    # What is erased stays hidden for good: no larger passage takes its place, which could be shown again.
    if others and (not merge or any(one.erased_at is not None for one in others)):
        raise Overlapping(others)
    for one in others:
        _lift(submission, person, one.number)
        span = Span(span.revision, span.name, min(span.start, one.span.start), max(span.end, one.span.end))
    number = 1 + max((one.number for one in before), default=0)
    alias = _alias(submission, person, span, wish.stands, before) if wish.stands in ALIASES else None
    note = {
        "category": wish.category.value, "stands": wish.stands, "alias": alias, "reason": wish.reason,
        "instead": _instead(wish.stands, alias, reading.language_written(submission, person, span.revision, span.name)),
    }  # fmt: skip
    span.of(reading.own_answers(submission, person, span.revision))
    session().add(
        Redaction(
            submission_id=submission.id, number=number, revision=span.revision, answer=span.name, begins=span.start,
            ends=span.end, note=seal_note(submission, "redaction", number, note), person_id=person.id, at=clock.now(),
        )
    )  # fmt: skip
    session().flush()
    register.record("submission.redact", submission.reference, person_id=person.id, redaction=number)


def _alias(submission: Submission, person: Person, span: Span, stands: str, before: Iterable[Hidden]) -> int:
    """The number of the person or place that is named in ``span``: that of the same words, else the next one."""
    known: dict[object, int] = {}
    for one in before:
        if one.stands == stands and one.alias is not None:
            known[_key(Words.hidden(one, _said(submission, person, one.span)), one.span)] = one.alias
    sought = _key(Words.of(_said(submission, person, span)), span)
    return known.get(sought, 1 + max(known.values(), default=-1))


def _key(words: Words, span: Span) -> object:
    # What holds no words, such as a sign, is the same only where it is the same passage.
    return words.digests or span


def _said(submission: Submission, person: Person, span: Span) -> str:
    return span.of(reading.own_answers(submission, person, span.revision))


def _instead(stands: str, alias: int | None, language: str) -> str:
    """What stands in the text, in its own language, in brackets as editors write what is not the author's."""
    with speaking(language if language in CODES else "en"):
        if alias is None:
            return f"[{STANDS[stands]}]"
        letters = _ARABIC if language == "ar" else _LATIN
        letter = letters[alias] if alias < len(letters) else str(alias + 1)
        if stands == PERSON:
            return "[" + gettext("Person %(letter)s", letter=letter) + "]"
        return "[" + gettext("Place %(letter)s", letter=letter) + "]"


def lift(submission: Submission, person: Person, number: int, *, seen: str) -> None:
    """Show the passage of redaction ``number`` again; the redaction stays in the record.

    Raises as ``hide``, and:
        Stale: it does not stand, or its words are erased.
    """
    hold_as_seen(submission, person, seen)
    if any(one.number == number and one.erased_at is not None for one in redacted.rows_of(submission)):
        raise Stale(submission.reference)
    _lift(submission, person, number)
    search.enter(submission)


def _lift(submission: Submission, person: Person, number: int) -> None:
    lifted = session().execute(
        sa.update(Redaction)
        .where(Redaction.submission_id == submission.id, Redaction.number == number, Redaction.lifted_at.is_(None))
        .values(lifted_at=clock.now(), lifted_by_id=person.id)
    )
    if lifted.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
        raise Stale(submission.reference)
    # What is hidden no more, or as part of another passage, is not what somebody asked to have erased.
    session().execute(
        sa.update(Erasure)
        .where(Erasure.submission_id == submission.id, Erasure.redaction == number, Erasure.outcome.is_(None))
        .values(outcome=Outcome.KEPT.value, ended_by_id=person.id, ended_at=clock.now())
    )
    register.record("submission.lift", submission.reference, person_id=person.id, redaction=number)


# What should perhaps be hidden


def proposals(submission: Submission, person: Person, number: int) -> list[Proposal]:
    """What of revision ``number`` should perhaps be hidden, in the order of the answers; nothing that is hidden.

    First what was hidden elsewhere in the submission and stands here open, then what the screening finds.

    Raises:
        Unreadable: it does not exist for ``person``, or has no such revision.
    """
    answers = reading.own_answers(submission, person, number)
    taken = [one.span for one in redacted.standing(submission, number)]
    found = []
    for proposal in (*_again(submission, person, number, answers), *_screened(submission, person, number, answers)):
        if not any(proposal.wish.span.overlaps(span) for span in taken):
            taken.append(proposal.wish.span)
            found.append(proposal)
    order = list(answers)
    return sorted(found, key=lambda one: (order.index(one.wish.span.name), one.wish.span.start))[:_MOST_PROPOSED]


def _screened(submission: Submission, person: Person, number: int, answers: Answers) -> Iterator[Proposal]:
    for name, screened in reading.screened(submission, person, number).items():
        for _words, finding in screened.found:
            wish = Wish(Span(number, name, finding.start, finding.end), *BY_RULE[finding.rule.name])
            yield _proposal(wish, answers, finding.rule.label, is_likely=True)


def _again(submission: Submission, person: Person, number: int, answers: Answers) -> Iterator[Proposal]:
    for one, _words, still_open, _times in _open_places(submission, person, number, answers):
        is_earlier = one.span.revision < number
        label = _l("Hidden in the version before") if is_earlier else _l("The same words are hidden elsewhere")
        for span in still_open:
            wish = Wish(span, one.category, one.stands)
            yield _proposal(wish, answers, label, is_likely=is_earlier and len(still_open) == 1)


def _proposal(wish: Wish, answers: Answers, label: Any, *, is_likely: bool) -> Proposal:
    return Proposal(wish, *around(wish.span, answers), label, is_likely)


def around(span: Span, answers: Answers) -> tuple[str, str, str]:
    """A few words before a passage, the passage, a few words after it."""
    text = str(answers[span.name])
    before, after = text[max(0, span.start - _AROUND) : span.start], text[span.end : span.end + _AROUND]
    return (
        ("…" if span.start > _AROUND else "") + before,
        text[span.start : span.end],
        after + ("…" if span.end + _AROUND < len(text) else ""),
    )


def carried(submission: Submission, person: Person) -> list[Carried]:
    """What was hidden in an earlier version and is not hidden, wherever it stands, in the latest one.

    Nothing while the latest version waits for no decision: it is looked at, or it was not taken. What stands
    there no more, word for word, may be said in other words: it is named as well.

    Raises:
        Unreadable: it does not exist for ``person``.
    """
    latest = submission.revisions[-1].number
    if submission.state not in WAITING or latest == 1:
        return []
    answers = reading.own_answers(submission, person, latest)
    return [
        Carried(words, len(still_open))
        for one, words, still_open, times in _open_places(submission, person, latest, answers)
        if one.span.revision < latest and (still_open or not times)
    ]


def _open_places(
    submission: Submission, person: Person, number: int, answers: Answers
) -> Iterator[tuple[Hidden, str, list[Span], int]]:
    """Each passage that is hidden in this revision or an earlier one, once.

    With its words, where they stand open in ``answers``, and how often they stand there in all.
    """
    every = [one for one in reading.hidden_in(submission, person) if one.lifted_at is None]
    taken = [one.span for one in every if one.span.revision == number]
    read = {name: Said.of(str(text)) for name, text in answers.items()}
    seen: set[object] = set()
    for one in sorted(every, key=lambda one: -one.span.revision):
        if one.span.revision > number:
            continue
        said = _said(submission, person, one.span)
        words = Words.hidden(one, said)
        if not words.keys or words.digests in seen:
            continue
        seen.add(words.digests)
        spans = [span for name, text in read.items() for span in words.spans(text, revision=number, name=name)]
        if one.erased_at is not None:
            if not spans:
                continue  # nobody can be told which words to look for
            said = spans[0].of(answers)
        yield one, said, [span for span in spans if not any(span.overlaps(other) for other in taken)], len(spans)


def preview(submission: Submission, person: Person, wishes: Iterable[Wish]) -> list[Hidden]:
    """``wishes`` as redactions that are not done, to be seen beforehand; people and places get no letter yet."""
    moment = clock.now()
    return [
        Hidden(
            number=0, span=wish.span, category=wish.category, stands=wish.stands, alias=None, reason="",
            person_id=person.id, at=moment, lifted_at=None,
            instead=_instead(
                USUAL[wish.category] if wish.stands in ALIASES else wish.stands, None,
                reading.language_written(submission, person, wish.span.revision, wish.span.name),
            ),
        )
        for wish in wishes
    ]  # fmt: skip


# Files


def withhold(submission: Submission, person: Person, identity: int, reason: str, *, seen: str) -> None:
    """Let nobody but co-leads have the file ``identity``.

    Raises as ``hide``, and:
        LookupError: there is no such file.
    """
    hold_as_seen(submission, person, seen)
    if all(one.id != identity for one in reading.files(submission, person)):
        raise LookupError(identity)
    if identity in redacted.withheld(submission):
        raise Stale(submission.reference)
    number = 1 + len(redacted.withholdings_of(submission))
    session().add(
        Withholding(
            submission_id=submission.id, number=number, attachment_id=identity, person_id=person.id, at=clock.now(),
            reason=seal_note(submission, "withholding", number, {"reason": reason}),
        )
    )  # fmt: skip
    session().flush()
    register.record("submission.withhold", submission.reference, person_id=person.id, file=identity)


def give_back(submission: Submission, person: Person, identity: int, *, seen: str) -> None:
    """Withhold the file ``identity`` no longer; raises as ``withhold``."""
    hold_as_seen(submission, person, seen)
    if all(one.id != identity for one in reading.files(submission, person)):
        raise LookupError(identity)
    given = session().execute(
        sa.update(Withholding)
        .where(Withholding.attachment_id == identity, Withholding.given_back_at.is_(None))
        .values(given_back_at=clock.now(), given_back_by_id=person.id)
    )
    if given.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
        raise Stale(submission.reference)
    register.record("submission.give_back", submission.reference, person_id=person.id, file=identity)


def reasons_withheld(submission: Submission) -> dict[int, str]:
    """Why files are withheld now, by the id of the file."""
    return {
        one.attachment_id: str(open_note(submission, "withholding", one.number, one.reason)["reason"])
        for one in redacted.withholdings_of(submission)
        if one.given_back_at is None
    }


# Where it went


class Issued(NamedTuple):
    """A digest: its public name, and when it was issued."""

    name: str
    at: datetime


def ask_where_issued(app: Flask, ask: Callable[[Submission, int], Sequence[Issued]]) -> None:
    """Let ``ask`` say which frozen digests used a revision: they lie above this desk, which must not know them."""
    app.extensions[_WHERE_ISSUED] = ask


def issued_in(submission: Submission, number: int) -> Sequence[Issued]:
    """The frozen digests that used revision ``number`` of ``submission``."""
    ask: Callable[[Submission, int], Sequence[Issued]] = current_app.extensions[_WHERE_ISSUED]
    return ask(submission, number)
