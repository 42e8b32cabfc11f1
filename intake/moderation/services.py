"""What a moderator does: claim, decide, code, open the contacts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from intake.accounts.models import Person
from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.foundation.types import Moment
from intake.foundation.vocabularies import vocabulary
from intake.submissions import attachments, questionnaire, safeguarding, services, workflow
from intake.submissions.consent import Tier
from intake.submissions.models import Attachment, Submission
from intake.submissions.questionnaire import Kept, questions
from intake.submissions.sealing import open_answers, open_contact
from intake.submissions.showing import show
from intake.submissions.vocabulary import Kind, State
from intake.submissions.workflow import MODERATOR, MOVES, WAITING, IllegalMove, Move, Overtaken

from . import reading
from .codebook import book_of
from .models import VOCABULARY_OF, Coding, Scheme

CLAIM_LASTS = timedelta(minutes=30)

_TAKEN_WITH_A_CLAIM = "start"
_NO_DECISIONS = frozenset({_TAKEN_WITH_A_CLAIM, "undo"})
_LEAVES_THE_CLAIM = frozenset({"lift_cap", "tell", "seen"})


class ClaimedByOther(Exception):
    """Somebody else is on it; ``name`` says who, ``until`` how long at the most."""

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(name)
        self.name = name
        self.until = until


def claimed_by_other(submission: Submission, person: Person) -> ClaimedByOther | None:
    """Who else is on ``submission`` now, or None."""
    other = submission.claimed_by
    if other is None or other.id == person.id or submission.claimed_until is None:
        return None
    return ClaimedByOther(other.name, submission.claimed_until) if submission.claimed_until > clock.now() else None


def claim(submission: Submission, person: Person) -> None:
    """Take ``submission`` in hand for ``CLAIM_LASTS``, or for as long again; what was only received is being read.

    Raises:
        ClaimedByOther: somebody else was first.
        IllegalMove: it waits for nothing any more.
    """
    moment = clock.now()
    is_free = sa.or_(
        Submission.claimed_until.is_(None),
        Submission.claimed_until <= moment,
        Submission.claimed_by_id == person.id,
    )
    taken = session().execute(
        sa.update(Submission)
        .where(Submission.id == submission.id, Submission.state.in_(WAITING), is_free)
        .values(claimed_by_id=person.id, claimed_until=_no_shorter(person, moment + CLAIM_LASTS))
        .execution_options(synchronize_session=False)
    )
    session().refresh(submission)
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
        raise claimed_by_other(submission, person) or IllegalMove("claim")
    if submission.state == State.SUBMITTED:
        workflow.make(submission, _TAKEN_WITH_A_CLAIM, version=submission.version, person_id=person.id)


def _no_shorter(person: Person, until: datetime) -> sa.ColumnElement[datetime]:
    """``until``, or the end of a claim of ``person``'s own that lasts longer, as one that was handed over does."""
    is_longer = sa.and_(Submission.claimed_by_id == person.id, Submission.claimed_until > until)
    return sa.case((is_longer, Submission.claimed_until), else_=sa.literal(until, Moment))


def release(submission: Submission, person: Person) -> None:
    """Give back one's own claim; somebody else's, or none, stays as it is."""
    session().execute(
        sa.update(Submission)
        .where(Submission.id == submission.id, Submission.claimed_by_id == person.id)
        .values(claimed_by_id=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    session().refresh(submission)


def open_decisions(submission: Submission) -> list[Move]:
    """What a moderator can decide from where ``submission`` stands, in the order of the table."""
    moves = workflow.open_moves(submission, MODERATOR)
    return [move for move in moves if move.verb not in _NO_DECISIONS and not _is_kept_by_care(move, submission)]


def _is_kept_by_care(move: Move, submission: Submission) -> bool:
    """The cap stays for good where a child is concerned, or may be (DOMAIN C2)."""
    return move.verb == "lift_cap" and may_concern_a_child(submission)


def may_concern_a_child(submission: Submission) -> bool:
    """Whether the contributor said in any version that it is, or may be, about a child: an earlier one may stand."""
    return any(questionnaire.may_concern_a_child(open_answers(submission, one)) for one in submission.revisions)


def decide(
    submission: Submission, verb: str, person: Person, *, version: int, words: str = "", language: str | None = None
) -> None:
    """Make the move ``verb`` on a submission last seen as ``version``; what is to be held is made in the outbox alone.

    ``words`` are the reason, or what is said to the contributor, in ``language`` (default:
    the person's own).

    Raises:
        Unreadable: it does not exist for ``person``.
        ClaimedByOther: somebody else is on it.
        Overtaken: it was changed since it was seen.
        IllegalMove: the table does not allow it from where the submission stands, or it is to be held.
    """
    if (move := MOVES.get(verb)) is None or move.held:
        raise IllegalMove(verb)
    carry_out(submission, verb, person, version=version, words=words, language=language)


def carry_out(
    submission: Submission, verb: str, person: Person, *, version: int, words: str = "", language: str | None = None
) -> None:
    """As ``decide``, for the outbox as well."""
    hold(submission, person)
    if submission.version != version:
        raise Overtaken(submission.reference)
    move = next((move for move in open_decisions(submission) if move.verb == verb), None)
    if move is None or bool(move.words) != bool(words):
        raise IllegalMove(verb)
    changes = _further_changes(submission, move)
    workflow.make(submission, verb, version=version, person_id=person.id, reason=words, **changes)
    if verb == "safeguard":
        safeguarding.tell(submission)
    if move.told:
        services.add_message(submission, words, language or person.language, person_id=person.id)
        services.tell_there_is_news(submission)


def _further_changes(submission: Submission, move: Move) -> dict[str, Any]:
    changes: dict[str, Any] = {"message_waiting": False}  # whoever decides has read it
    if move.verb not in _LEAVES_THE_CLAIM:
        changes |= {"claimed_by_id": None, "claimed_until": None}
    latest = submission.revisions[-1]
    if move.verb == "accept" or (move.unseats and not submission.is_kept_back):
        changes |= services.described_by(submission, latest)
    if move.verb == "accept":
        changes["accepted_revision"] = latest.number
    if move.verb == "lift_cap":
        changes["tier_cap"] = Tier.NAMED
    return changes


def keep_still(submission: Submission, person: Person) -> None:
    """Read the row again and hold it until the transaction ends, whoever is on it.

    Raises:
        Unreadable: it does not exist for ``person``.
    """
    session().refresh(submission, with_for_update={"of": Submission})
    reading.must_be_readable(submission, person)


def hold(submission: Submission, person: Person) -> None:
    """As ``keep_still``, for whoever wants to change something.

    Raises:
        Unreadable: it does not exist for ``person``.
        ClaimedByOther: somebody else is on it.
    """
    keep_still(submission, person)
    if (other := claimed_by_other(submission, person)) is not None:
        raise other


def code(submission: Submission, person: Person, *, themes: Iterable[str], objectives: Iterable[str]) -> None:
    """Set the themes and the objectives of ``submission``; codes that its code book or vocabulary lacks are left out.

    Raises:
        Unreadable: it does not exist for ``person``.
        ClaimedByOther: somebody else is on it.
    """
    hold(submission, person)
    known = book_of(submission.listening_session_id).entries
    _set_codes(submission, person, Scheme.THEME, set(themes) & known.keys())
    known_objectives = vocabulary(VOCABULARY_OF[Scheme.GCM_OBJECTIVE]).keys()
    _set_codes(submission, person, Scheme.GCM_OBJECTIVE, set(objectives) & known_objectives)
    register.record("submission.code", submission.reference, person_id=person.id)


def _set_codes(submission: Submission, person: Person, scheme: Scheme, codes: set[str]) -> None:
    own = sa.and_(Coding.submission_id == submission.id, Coding.scheme == scheme)
    session().execute(sa.delete(Coding).where(own, Coding.code.not_in(codes)))
    already = set(session().scalars(sa.select(Coding.code).where(own)))
    moment = clock.now()
    for new in sorted(codes - already):
        session().add(Coding(submission_id=submission.id, scheme=scheme, code=new, person_id=person.id, at=moment))
    session().flush()


def read_file(submission: Submission, person: Person, identity: int) -> tuple[Attachment, bytes] | None:
    """A file of ``submission`` and its bytes, or None; to be given out once ``record_opening`` is committed.

    Outside of a transaction: a store may take its time, in which nobody else could write.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        OSError: the store does not give it.
    """
    found = next((one for one in reading.files(submission, person) if one.id == identity), None)
    return None if found is None else (found, attachments.read(found))


def record_opening(submission: Submission, person: Person, identity: int) -> None:
    """Leave a line in the register: ``person`` opens a file.

    Raises:
        Unreadable: it does not exist for them, or was withdrawn meanwhile.
    """
    keep_still(submission, person)
    register.record("submission.open_file", submission.reference, person_id=person.id, file=identity)


def reveal_contact(submission: Submission, person: Person, *, reason: str, reader: str) -> list[tuple[Text, Text]]:
    """Who the contributor is, as (label in the language ``reader``, answer); leaves a line in the register.

    ``reason`` is a code, not words: the register is never erased.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        Erased: the contacts are destroyed.
    """
    keep_still(submission, person)
    revision = submission.revisions[-1]
    held = open_contact(submission, revision)
    register.record("submission.reveal_contact", submission.reference, person_id=person.id, reason=reason)
    asked = [question for question in questions(Kind(submission.kind)) if question.kept is Kept.CONTACT]
    return [
        (reading.contact_label(question.name, question.label, reader), value)
        for question in asked
        for value in show(question, held.get(question.name), written_in=revision.language, reader=reader)
    ]
