"""What is hidden of a submission: its redactions as they are kept, and its text with them.

A redaction is a passage of one answer of one revision, and what stands in its place wherever the text
goes beyond the desk. The revision itself is never touched: a redaction that is lifted gives back what was written.
Who may read which of the two is decided in ``reading``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from intake.foundation import clock
from intake.foundation.database import Base, session
from intake.foundation.i18n import speaking
from intake.foundation.languages import CODES
from intake.foundation.types import Moment, one_of
from intake.submissions import blocks
from intake.submissions.models import Revision, Submission
from intake.submissions.sealing import Answers, open_answers, open_note, seal_note, sealed_with_text
from intake.submissions.services import goes_along
from intake.submissions.showing import language_of, written

from .spans import NotThere, Span

LEAST_TELLING = 3
"""Letters of hidden words, at least, by which they are known elsewhere: fewer stand in other texts by chance."""


LEFT_OUT = "left_out", _l("words left out")
"""What stands for words of which nothing is said but that they are not there: its code, and its words."""


class Category(StrEnum):
    """What kind of thing is hidden."""

    NAME = "name"
    PLACE = "place"
    CONTACT = "contact"
    DOCUMENT = "document"
    HEALTH = "health"
    OTHER = "other"


class Redaction(Base):
    """A passage that is hidden beyond the desk, or was, until it was lifted. Nothing else of it ever changes.

    It lies between the code points ``begins`` and ``ends`` of the answer ``answer`` of the revision ``revision``;
    ``erased_at`` says that its words are erased for good.
    ``note`` holds the category, what stands in its place and the reason, sealed with the text: it speaks of
    what was written.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        sa.CheckConstraint("begins >= 0 AND begins < ends", name="passage"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    revision: Mapped[int]
    answer: Mapped[str] = mapped_column(sa.String(60))
    begins: Mapped[int]
    ends: Mapped[int]
    note: Mapped[bytes] = mapped_column(sa.LargeBinary)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def span(self) -> Span:
        """Where it lies."""
        return Span(self.revision, self.answer, self.begins, self.ends)


class Withholding(Base):
    """A file that nobody but co-leads may have, or might not, until it was given back; ``reason`` is sealed."""

    __tablename__ = "withholding"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        sa.CheckConstraint("(given_back_at IS NULL) = (given_back_by_id IS NULL)", name="given_back_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    attachment_id: Mapped[int] = mapped_column(sa.ForeignKey("attachment.id", ondelete="CASCADE"), index=True)
    reason: Mapped[bytes] = mapped_column(sa.LargeBinary)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    given_back_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    given_back_at: Mapped[datetime | None] = mapped_column(Moment)


sealed_with_text(Redaction.note, "redaction", "reason")
sealed_with_text(Withholding.reason, "withholding", "reason")


class Outcome(StrEnum):
    """What became of the wish that words be erased; ``UNDER_WAY`` only inside the transaction that erases them.

    ``KEPT`` says that nothing was erased by this wish: by another one for the same words it may have been.
    """

    UNDER_WAY = "under_way"
    ERASED = "erased"
    KEPT = "kept"


class Erasure(Base):
    """The wish of one person that the words of a redaction be erased for good, and what a second one made of it.

    ``redaction`` is its number, ``note`` holds why, sealed with the text. While it is under way the database lets
    records of the submission be sealed anew, and at no other time.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        one_of("outcome", [outcome.value for outcome in Outcome]),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
        sa.CheckConstraint("(ended_by_id IS NULL) = (ended_at IS NULL)", name="ended_by_somebody"),
        sa.CheckConstraint("outcome IS NULL OR outcome = 'kept' OR ended_by_id <> asked_by_id", name="two_people"),
        sa.Index("ix_erasure_open", "submission_id", "redaction", unique=True,
                 sqlite_where=sa.text("outcome IS NULL"), postgresql_where=sa.text("outcome IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    redaction: Mapped[int]
    note: Mapped[bytes] = mapped_column(sa.LargeBinary)
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(sa.String(10))
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


sealed_with_text(Erasure.note, "erasure", "reason")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A redaction, opened: ``instead`` stands in its place, ``alias`` counts the people or places it names.

    ``known`` are the keyed digests of its words, once they are erased (``known.Words``).
    """

    number: int
    span: Span
    category: Category
    instead: str
    stands: str
    alias: int | None
    reason: str
    person_id: int
    at: datetime
    lifted_at: datetime | None
    erased_at: datetime | None = None
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, with the redaction that hides it, or None."""

    text: str
    hidden: Hidden | None


Passage = tuple[tuple[Piece, ...], ...]
"""A text in paragraphs, each in pieces."""


class Standing:
    """The redactions that stand on the submissions of some listening sessions, read in one statement.

    ``as_of`` is when something was issued: what stood then stands in it for good, also where it was lifted since.
    """

    def __init__(self, listening_sessions: Collection[int], as_of: datetime | None = None) -> None:
        self._of_sessions = frozenset(listening_sessions)
        self._rows: dict[int, list[Redaction]] = {}
        sought = sa.select(Redaction).join(Submission, Submission.id == Redaction.submission_id)
        here = Submission.listening_session_id.in_(self._of_sessions)
        stood = sa.and_(Redaction.at <= as_of, Redaction.lifted_at > as_of) if as_of else sa.false()
        for row in session().scalars(sought.where(here, sa.or_(Redaction.lifted_at.is_(None), stood))):
            self._rows.setdefault(row.submission_id, []).append(row)

    def on(self, submission: Submission, revision: int) -> list[Hidden]:
        """Those on a revision of ``submission``, in the order of the text.

        Raises:
            LookupError: it is of another listening session; so nobody takes "not asked for" for "not hidden".
        """
        if submission.listening_session_id not in self._of_sessions:
            raise LookupError(submission.reference)
        opened = _opened(submission, (one for one in self._rows.get(submission.id, ()) if one.revision == revision))
        found = [one for one in opened if one.lifted_at is None]
        for one in opened:
            if one.lifted_at is not None:  # where another one covers part of it now, only the rest: none overlap
                found += [replace(one, span=part) for part in one.span.outside([other.span for other in found])]
        return sorted(found, key=lambda one: one.span)


def every(submission: Submission) -> list[Hidden]:
    """All redactions of ``submission``, of every revision, also those that were lifted, in the order of the text."""
    return _opened(submission, rows_of(submission))


def standing(submission: Submission, revision: int) -> list[Hidden]:
    """The redactions that stand on a revision of ``submission``, in the order of the text."""
    of_it = (one for one in rows_of(submission) if one.revision == revision and one.lifted_at is None)
    return _opened(submission, of_it)


def rows_of(submission: Submission) -> Sequence[Redaction]:
    """The rows of all redactions of ``submission``, oldest first."""
    sought = sa.select(Redaction).where(Redaction.submission_id == submission.id)
    return session().scalars(sought.order_by(Redaction.number)).all()


def withholdings_of(submission: Submission) -> Sequence[Withholding]:
    """Every time a file of ``submission`` was withheld, oldest first."""
    sought = sa.select(Withholding).where(Withholding.submission_id == submission.id)
    return session().scalars(sought.order_by(Withholding.number)).all()


def erasures_of(submission: Submission) -> Sequence[Erasure]:
    """Every time that somebody asked for words of ``submission`` to be erased, oldest first."""
    sought = sa.select(Erasure).where(Erasure.submission_id == submission.id)
    return session().scalars(sought.order_by(Erasure.number)).all()


def withheld(submission: Submission) -> frozenset[int]:
    """The ids of those files of ``submission`` that are withheld now."""
    return frozenset(one.attachment_id for one in withholdings_of(submission) if one.given_back_at is None)


def _opened(submission: Submission, rows: Iterable[Redaction]) -> list[Hidden]:
    return sorted((_open(submission, row) for row in rows), key=lambda one: (one.span, one.number))


def know_again(submission: Submission, row: Redaction, known: Iterable[str]) -> None:
    """Keep in the note of ``row`` by which keyed digests its words are known, now that they are erased."""
    note = open_note(submission, "redaction", row.number, row.note)
    row.note = seal_note(submission, "redaction", row.number, {**note, "known": list(known)})


def _open(submission: Submission, row: Redaction) -> Hidden:
    note = open_note(submission, "redaction", row.number, row.note)
    return Hidden(
        number=row.number, span=row.span, category=Category(note["category"]), instead=note["instead"],
        stands=note["stands"], alias=note["alias"], reason=note["reason"], person_id=row.person_id, at=row.at,
        lifted_at=row.lifted_at, erased_at=row.erased_at,
        known=tuple(note.get("known", ())),
    )  # fmt: skip


@goes_along
def _go_along(submission: Submission) -> None:
    """Let what is erased go along to the version that was just made of the one before, where its blocks still stand."""
    if not blocks.has_erased(submission):
        return
    before, latest = submission.revisions[-2:]
    rows = rows_of(submission)
    texts, changed = open_answers(submission, before), open_answers(submission, latest)
    number = max((row.number for row in rows), default=0)
    erased = [row for row in rows if row.revision == before.number and row.erased_at and not row.lifted_at]
    for name in sorted({row.answer for row in erased}):
        here = sorted((row for row in erased if row.answer == name), key=lambda row: row.begins)
        for row, begins, ends in _moved(submission, here, str(texts.get(name, "")), str(changed.get(name, ""))):
            number += 1
            note = open_note(submission, "redaction", row.number, row.note)
            session().add(
                Redaction(
                    submission_id=submission.id, number=number, revision=latest.number, answer=name, begins=begins,
                    ends=ends, note=seal_note(submission, "redaction", number, note), person_id=row.person_id,
                    at=clock.now(), erased_at=row.erased_at,
                )
            )  # fmt: skip
    session().flush()


def _moved(
    submission: Submission, rows: Sequence[Redaction], text: str, changed: str
) -> Iterator[tuple[Redaction, int, int]]:
    """Those of ``rows``, erased in an answer, whose blocks still stand in what it was ``changed`` to, and where."""
    opened = [_open(submission, row) for row in rows]

    def is_same(one: int, other: int) -> bool:
        return (opened[one].instead, opened[one].known) == (opened[other].instead, opened[other].known)

    places = [(row.begins, row.ends) for row in rows]
    for at, (begins, ends) in sorted(blocks.moved(places, text, changed, is_same).items()):
        yield rows[at], begins, ends


def with_blocks(submission: Submission, revision: Revision, answers: Answers, hidden: Iterable[Hidden]) -> list[Hidden]:
    """``hidden`` of a revision, and the blocks in ``answers`` that none of it covers, so that nobody reads them beyond.

    They stand for words that were erased, of which it is not known any more what they were: in a version of
    earlier days, or where their author put them elsewhere. How long they are tells of whom they speak.
    """
    found = list(hidden)
    if not blocks.has_erased(submission):
        return found
    taken = [one.span for one in found]
    for name, text in answers.items():
        if isinstance(text, str):
            bare = [part for start, end in blocks.words_of_blocks(text)
                    for part in Span(revision.number, name, start, end).outside(taken)]  # fmt: skip
            language = written(text, language_of(answers, name, revision.language)).language
            found += [_left_out(part, language, revision.at) for part in bare if blocks.BLOCK in part.of(answers)]
    return sorted(found, key=lambda one: one.span)


def _left_out(span: Span, language: str, at: datetime) -> Hidden:
    code, words = LEFT_OUT
    with speaking(language if language in CODES else "en"):
        instead = f"[{words}]"
    return Hidden(
        number=0, span=span, category=Category.OTHER, instead=instead, stands=code, alias=None, reason="", person_id=0,
        at=at, lifted_at=None,
    )  # fmt: skip


def without(answers: Answers, hidden: Iterable[Hidden]) -> Answers:
    """``answers`` of one revision with what stands in place of each passage that is ``hidden`` in it.

    Raises:
        NotThere: an answer does not reach as far as a passage in it: nothing is shown then.
    """
    changed = dict(answers)
    # From the end backwards: what is put in moves only what comes after it.
    for one in sorted(hidden, key=lambda hidden: hidden.span, reverse=True):
        text = changed.get(one.span.name)
        if not isinstance(text, str) or one.span.end > len(str(answers[one.span.name])):
            raise NotThere(one.span.name)
        changed[one.span.name] = text[: one.span.start] + one.instead + text[one.span.end :]
    return changed


def within(span: Span, answers: Answers, hidden: Iterable[Hidden]) -> str:
    """The words of ``span``, with what stands in place of each passage that is ``hidden``, be it only in part in it.

    Raises:
        NotThere: the answer is not that long.
    """
    text = span.of(answers)
    for one in sorted(hidden, key=lambda hidden: hidden.span, reverse=True):
        if one.span.overlaps(span):
            start, end = max(one.span.start, span.start) - span.start, min(one.span.end, span.end) - span.start
            text = text[:start] + one.instead + text[end:]
    return text


def pieces(text: str, hidden: Iterable[Hidden]) -> Iterator[Piece]:
    """``text`` of one answer in pieces, each with the redaction that hides it; joined again they are ``text``."""
    at = 0
    for one in hidden:
        if at < one.span.start:
            yield Piece(text[at : one.span.start], None)
        yield Piece(text[one.span.start : one.span.end], one)
        at = one.span.end
    if at < len(text):
        yield Piece(text[at:], None)


def paragraphs(text: str, hidden: Iterable[Hidden]) -> Passage:
    """``text`` of one answer as pages show it: in paragraphs, with what is ``hidden`` in it (in its order)."""
    found: list[list[Piece]] = [[]]
    for piece in pieces(text, hidden):
        first, *later = piece.text.replace("\r\n", "\n").split("\n\n")
        found[-1].append(Piece(first, piece.hidden))
        found += [[Piece(one, piece.hidden)] for one in later]
    return tuple(tuple(one for one in paragraph if one.text) for paragraph in found if _says_something(paragraph))


def _says_something(paragraph: Iterable[Piece]) -> bool:
    return any(piece.text.strip() for piece in paragraph)


def by_answer(hidden: Iterable[Hidden]) -> Mapping[str, list[Hidden]]:
    """``hidden`` by the names of the answers."""
    found: dict[str, list[Hidden]] = {}
    for one in hidden:
        found.setdefault(one.span.name, []).append(one)
    return found
