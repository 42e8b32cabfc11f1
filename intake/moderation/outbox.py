"""The outbox: a question to a contributor is written, held, read by somebody, and only then sent.

There is one held question of a submission at a time. It is sealed with the text until it is sent; then it is
the message that the contributor reads, and nothing else. Where the submission moved on meanwhile, the question
stays here and says so: nothing leaves by itself, and nothing is lost by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from intake.accounts.models import Person
from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.submissions.models import Message, Submission
from intake.submissions.screening import Finding, Rule, screen
from intake.submissions.sealing import open_answers, open_message, open_note, seal_note, sealed_with_text
from intake.submissions.services import tell_there_is_news
from intake.submissions.showing import written
from intake.submissions.vocabulary import State
from intake.submissions.workflow import MOVES, IllegalMove

from . import reading, services
from .known import Words
from .models import HeldQuestion, QuestionState, is_asked, is_held

SHOWN = 50
"""The longest of each list that a page shows."""

ASKABLE = MOVES["ask"].origins
"""From where a question may leave."""

_WHAT = "question"

sealed_with_text(HeldQuestion.body, _WHAT, "words")


class Stale(Exception):
    """The held question is no longer as it was seen: somebody changed, sent or discarded it, or wrote one."""


class NeedsAnother(Exception):
    """Whoever wrote it cannot be the one who sends it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A question in the outbox, opened: its words, who wrote them, and whether it may leave from where things stand."""

    question: HeldQuestion
    words: Text
    by: str
    may_leave: bool

    @property
    def mark(self) -> str:
        """What says of a page which question it shows, and how that stood."""
        return _mark(self.question)

    @property
    def submission(self) -> Submission:
        """What it is about."""
        return self.question.submission

    @property
    def read_since(self) -> bool:
        """Whether it was written after the submission's latest version was there."""
        return self.question.revision == self.submission.revisions[-1].number


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that was sent and has no answer: its words, who sent it, and what became of the one reminder.

    ``reminded_at`` is None until it was its turn, ``reached`` whether a mail could be posted then. By whom and
    with which reminder is not known of what was asked before there was an outbox.
    """

    submission: Submission
    words: Text | None
    by: str | None
    reminded_at: datetime | None
    reached: bool
    remind_on: datetime | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """What lies in the outbox of somebody: the oldest of each, and how many there are in all.

    ``gone`` are questions they wrote themselves about what is no longer on their desk.
    """

    waiting: Sequence[Held]
    stuck: Sequence[Held]
    unanswered: Sequence[Unanswered]
    held_in_all: int
    unanswered_in_all: int
    overdue: int
    gone: int


def held_for(submission: Submission, person: Person) -> Held | None:
    """The question that is held about ``submission``; raises ``Unreadable`` when that does not exist for ``person``."""
    reading.must_be_readable(submission, person)
    found = _held(submission)
    return None if found is None else _opened(found)


def discarded_last(submission: Submission, person: Person) -> Held | None:
    """The last question about ``submission``, if it was discarded; raises like ``held_for``."""
    reading.must_be_readable(submission, person)
    sought = sa.select(HeldQuestion).where(HeldQuestion.submission_id == submission.id)
    found = session().scalars(sought.order_by(HeldQuestion.number.desc()).limit(1)).first()
    return _opened(found) if found is not None and found.state == QuestionState.DISCARDED else None


def hold_question(
    submission: Submission, person: Person, *, seen: str, words: str, language: str, template_id: int | None = None
) -> None:
    """Put ``words`` into the outbox, in place of the held question that was ``seen`` (its mark, empty for none).

    Whoever was on the submission is no longer: it waits for the question to be read.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        ClaimedByOther: somebody else is on it.
        IllegalMove: nothing can be asked from where it stands.
        Stale: another question is held by now, or the one seen is not any more.
    """
    services.hold(submission, person)
    if submission.state not in ASKABLE:
        raise IllegalMove("ask")
    found = _held(submission)
    if (_mark(found) if found else "") != seen:
        raise Stale(submission.reference)
    question = found or HeldQuestion(submission_id=submission.id, number=_next_number(submission), version=0)
    question.body = seal_note(submission, _WHAT, question.number, {"words": words})
    question.language, question.template_id = language, template_id
    question.revision, question.version = submission.revisions[-1].number, question.version + 1
    question.written_by_id, question.written_at = person.id, clock.now()
    session().add(question)
    session().flush()
    services.release(submission, person)
    register.record(
        "question.change" if found else "question.hold", submission.reference, person_id=person.id,
        question=question.number,
    )  # fmt: skip


def send(submission: Submission, person: Person, *, seen: str, version: int) -> None:
    """Let the held question that was ``seen`` leave; the submission was last seen as ``version``.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        ClaimedByOther: somebody else is on it.
        Overtaken: the submission was changed since it was seen.
        IllegalMove: nothing can be asked from where it stands.
        Stale: the question is not as it was seen.
        NeedsAnother: they wrote it themselves, and here that is not enough.
    """
    services.hold(submission, person)
    question = _seen(submission, seen)
    if must_be_another(question, person):
        raise NeedsAnother(submission.reference)
    words = _words(submission, question)
    services.carry_out(submission, "ask", person, version=version, words=words, language=question.language)
    question.state, question.body = QuestionState.SENT, None
    # The same moment on both sides says which question it is that is open.
    question.ended_by_id, question.ended_at = person.id, submission.asked_at or clock.now()
    session().flush()


def discard(submission: Submission, person: Person, *, seen: str) -> None:
    """Take the held question that was ``seen`` out of the outbox; whoever writes the next one is offered its words.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        Stale: the question is not as it was seen.
    """
    services.keep_still(submission, person)
    question = _seen(submission, seen)
    _end(question, person)
    register.record("question.discard", submission.reference, person_id=person.id, question=question.number)


def must_be_another(question: HeldQuestion, person: Person) -> bool:
    """Whether ``person``, who wrote it, has to leave reading and sending to somebody else."""
    required: bool = current_app.config["SETTINGS"].second_reader_required
    return required and question.written_by_id == person.id


def findings(submission: Submission, person: Person, words: str) -> tuple[Finding, ...]:
    """What in the ``words`` of a question could show who somebody is, also what is hidden of the submission.

    Contacts are not compared with: what is found would tell who the contributor is.

    Raises:
        Unreadable: the submission does not exist for ``person``.
    """
    hidden = tuple(_hidden_words(submission, person))

    def repeated(text: str, _country: str | None) -> Iterator[tuple[int, int]]:
        for word in hidden:
            yield from word.places(text)

    rule = Rule(
        "hidden", _l("Words that are hidden from others"), _l("Leave them out: somebody else may see the question."),
        repeated, direction="auto",
    )  # fmt: skip
    return screen(words, submission.country, also=(rule,))


def _hidden_words(submission: Submission, person: Person) -> Iterator[Words]:
    revisions = {one.number: one for one in submission.revisions}
    for hidden in reading.hidden_in(submission, person):
        if hidden.lifted_at is None and (revision := revisions.get(hidden.span.revision)) is not None:
            words = Words.hidden(hidden, hidden.span.of(open_answers(submission, revision)))
            if words.is_telling:
                yield words


def outbox_of(person: Person) -> Outbox:
    """What lies in the outbox of ``person``: the oldest first."""
    held = _visible_held(person)
    opened = [_opened(one) for one in held]
    unanswered, overdue, asked = _unanswered(person)
    return Outbox(
        waiting=[one for one in opened if one.may_leave][:SHOWN],
        stuck=[one for one in opened if not one.may_leave][:SHOWN],
        unanswered=unanswered,
        held_in_all=len(opened),
        unanswered_in_all=asked,
        overdue=overdue,
        gone=len(_gone(person)),
    )


def have_seen_gone(person: Person) -> None:
    """Tell ``person`` no more of questions of their own about what is no longer on their desk."""
    for question in _gone(person):
        _end(question, person)
        register.record(
            "question.discard", question.submission.reference, person_id=person.id, question=question.number
        )


_COUNTED_TO = 500


def _visible_held(person: Person) -> Sequence[HeldQuestion]:
    sought = (
        sa.select(HeldQuestion)
        .join(Submission, Submission.id == HeldQuestion.submission_id)
        .where(is_held())
        .options(joinedload(HeldQuestion.submission), joinedload(HeldQuestion.written_by))
        .with_hint(HeldQuestion, "INDEXED BY ix_held_question_waiting", "sqlite")
    )
    visible = reading.visible(sought, person).order_by(HeldQuestion.written_at, HeldQuestion.submission_id)
    return session().scalars(visible.limit(_COUNTED_TO)).unique().all()


def _unanswered(person: Person) -> tuple[list[Unanswered], int, int]:
    """The questions asked longest ago without an answer, how many are overdue, and how many there are in all."""
    kept = current_app.config["SETTINGS"]
    is_this = sa.and_(
        HeldQuestion.submission_id == Submission.id,
        HeldQuestion.state == QuestionState.SENT,
        HeldQuestion.ended_at == Submission.asked_at,
    )
    sought = (
        sa.select(Submission, HeldQuestion, Person.name)
        .outerjoin(HeldQuestion, is_this)
        .outerjoin(Person, Person.id == HeldQuestion.ended_by_id)
        .where(is_asked())
    )
    visible = reading.visible(sought, person).order_by(Submission.asked_at, Submission.id)
    found = session().execute(visible.limit(_COUNTED_TO)).all()
    cut = clock.now() - timedelta(days=kept.answer_days)
    overdue = sum(1 for row in found if row.Submission.asked_at <= cut)
    shown = found[:SHOWN]
    said = _questions_of([row.Submission for row in shown])
    days = kept.remind_days
    return (
        [
            Unanswered(
                row.Submission,
                said.get(row.Submission.id),
                row.name,
                row.HeldQuestion.reminded_at if row.HeldQuestion else None,
                reached=bool(row.HeldQuestion and row.HeldQuestion.reached),
                remind_on=row.Submission.asked_at + timedelta(days=days)
                if row.HeldQuestion and days and _may_be_reminded(row.Submission)
                else None,
            )
            for row in shown
        ],
        overdue,
        len(found),
    )


def _questions_of(submissions: Sequence[Submission]) -> Mapping[int, Text]:
    """The last message to the contributor of each, which is what was asked."""
    by_id = {one.id: one for one in submissions}
    sought = sa.select(Message).where(Message.submission_id.in_(by_id), Message.from_contributor.is_(False))
    last = {one.submission_id: one for one in session().scalars(sought.order_by(Message.number))}
    return {number: written(open_message(by_id[number], message), message.language) for number, message in last.items()}


def _gone(person: Person) -> Sequence[HeldQuestion]:
    own = sa.select(HeldQuestion).where(is_held(), HeldQuestion.written_by_id == person.id).limit(_COUNTED_TO)
    found = session().scalars(own).all()
    about = {one.submission_id for one in found}
    there = set(session().scalars(reading.visible(sa.select(Submission.id), person).where(Submission.id.in_(about))))
    return [one for one in found if one.submission_id not in there]


def remind_next() -> bool:
    """Remind the contributor of the oldest question that is due for it; whether there was one.

    Once for each question, by the mail that says only that there is news, and never where somebody may be in
    danger or a child is alone: there a person decides whether a mail may come.
    """
    days = current_app.config["SETTINGS"].remind_days
    if not days:
        return False
    due = (
        sa.select(HeldQuestion)
        .join(Submission, Submission.id == HeldQuestion.submission_id)
        .where(
            HeldQuestion.state == QuestionState.SENT, HeldQuestion.reminded_at.is_(None),
            HeldQuestion.ended_at <= clock.now() - timedelta(days=days),
            Submission.state == State.QUESTION_ASKED, Submission.asked_at == HeldQuestion.ended_at,
            Submission.danger_now.is_(False), Submission.child_alone.is_(False),
        )
        .order_by(HeldQuestion.ended_at, HeldQuestion.id)
    )  # fmt: skip
    question = session().scalars(due.limit(1)).first()
    if question is None:
        return False
    submission = question.submission
    # Whoever answers, decides or withdraws at this moment comes before or after; so does another worker.
    session().refresh(submission, with_for_update={"of": Submission})
    session().refresh(question)
    is_open = submission.state == State.QUESTION_ASKED and submission.asked_at == question.ended_at
    if is_open and question.reminded_at is None:
        question.reminded_at, question.reached = clock.now(), tell_there_is_news(submission)
        session().flush()
        register.record("question.remind", submission.reference, question=question.number)
    return True


def _may_be_reminded(submission: Submission) -> bool:
    return submission.follow_up and not (submission.danger_now or submission.child_alone)


def _held(submission: Submission) -> HeldQuestion | None:
    sought = sa.select(HeldQuestion).where(HeldQuestion.submission_id == submission.id, is_held())
    return session().scalars(sought.execution_options(populate_existing=True)).one_or_none()


def _seen(submission: Submission, mark: str) -> HeldQuestion:
    found = _held(submission)
    if found is None or _mark(found) != mark:
        raise Stale(submission.reference)
    return found


def _mark(question: HeldQuestion) -> str:
    return f"{question.number}.{question.version}"


def _next_number(submission: Submission) -> int:
    last = sa.select(sa.func.coalesce(sa.func.max(HeldQuestion.number), 0))
    return 1 + session().execute(last.where(HeldQuestion.submission_id == submission.id)).scalar_one()


def _end(question: HeldQuestion, person: Person) -> None:
    question.state, question.ended_by_id, question.ended_at = QuestionState.DISCARDED, person.id, clock.now()
    session().flush()


def _words(submission: Submission, question: HeldQuestion) -> str:
    note: dict[str, Any] = open_note(submission, _WHAT, question.number, question.body or b"")
    return str(note["words"])


def _opened(question: HeldQuestion) -> Held:
    submission = question.submission
    return Held(
        question,
        written(_words(submission, question), question.language),
        question.written_by.name,
        submission.state in ASKABLE,
    )
