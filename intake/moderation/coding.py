"""Excerpts: passages of what was told, found in the text and never retyped, with what they are about.

An excerpt stays with the revision in which it was found. Who coded it, and when, is kept; every change of its
codes is a line of the register, and one that was removed is kept as removed. The memo beside it is sealed with
the text, and everything here goes when the submission is erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from intake.accounts.models import Person
from intake.foundation import clock, register
from intake.foundation.database import Base, session
from intake.foundation.multilingual import Text
from intake.foundation.types import Moment, one_of
from intake.foundation.vocabularies import label, vocabulary
from intake.submissions.models import Revision, Submission
from intake.submissions.sealing import open_answers, open_memo, seal_memo, sealed_with_text
from intake.submissions.services import erased_with_submission

from . import codebook, reading, spans
from .codebook import Book
from .models import CodingAfresh, SecondCoding, SecondCodingItem, coded_afresh_by
from .spans import Span


class Axis(StrEnum):
    """What is said of a passage."""

    THEME = "theme"
    KIND = "kind"
    GROUP = "population_group"
    OBJECTIVE = "gcm_objective"
    ADDRESSEE = "addressee"


VOCABULARY_OF_AXIS = {
    Axis.KIND: "excerpt_kinds",
    Axis.GROUP: "population_groups",
    Axis.OBJECTIVE: "gcm_objectives",
    Axis.ADDRESSEE: "addressees",
}
"""Where the codes of each axis come from; the themes are those of the session's code book."""

Codes = Mapping[Axis, Iterable[str]]

MOST_PLACES = 30
"""Words that stand in an answer more often are no passage: whoever pasted them is asked for more of it."""
_AROUND = 60


@erased_with_submission
class Excerpt(Base):
    """The code points ``start`` up to ``end`` of the answer ``name`` of one revision, as one person coded them.

    ``afresh`` says that the person saw nobody else's codes. ``version`` counts changes.
    """

    __tablename__ = "excerpt"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        sa.UniqueConstraint("person_id", "submission_id", "revision", "name", "start", "end"),
        sa.CheckConstraint('"start" >= 0 AND "end" > "start"', name="span"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removal_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    revision: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(60))
    start: Mapped[int]
    end: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    afresh: Mapped[bool] = mapped_column(default=False)
    memo: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    codes: Mapped[list[ExcerptCode]] = relationship(
        order_by="ExcerptCode.id", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def span(self) -> Span:
        """Where its words stand."""
        return Span(self.revision, self.name, self.start, self.end)

    def coded(self, axis: Axis) -> list[str]:
        """Its codes on ``axis``, as they were given."""
        return [one.code for one in self.codes if one.axis == axis]


sealed_with_text(Excerpt.memo, "memo")


class ExcerptCode(Base):
    """One thing that is said of a passage."""

    __tablename__ = "excerpt_code"
    __table_args__ = (
        sa.UniqueConstraint("excerpt_id", "axis", "code"),
        sa.Index("ix_excerpt_code_code", "axis", "code"),
        one_of("axis", [axis.value for axis in Axis]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    excerpt_id: Mapped[int] = mapped_column(sa.ForeignKey("excerpt.id", ondelete="CASCADE"))
    axis: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(60))


class AlreadyCoded(Exception):
    """The person coded this passage before, in another way: ``number`` says which excerpt it is."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Changed(Exception):
    """The excerpt was changed or removed since it was seen; nothing was done."""


class NoSuchExcerpt(LookupError):
    """For this person there is no such excerpt, or none that they may change."""


class NotCoded(ValueError):
    """A passage without a theme, or without its kind, says nothing."""


@dataclass(frozen=True, slots=True)
class DigestExcerpt:
    """A passage as a digest may use it; ``may_be_quoted`` says whether in quotation marks."""

    reference: str
    span: Span
    text: Text
    may_be_quoted: bool
    codes: Mapping[Axis, tuple[str, ...]]


# Reading


def is_coding_afresh(submission: Submission, person: Person) -> bool:
    """Whether ``person`` must not see now what others made of ``submission``."""
    row = session().get(CodingAfresh, (submission.id, person.id))
    return row is not None and row.done_at is None


def is_in_sample(submission: Submission, person: Person) -> bool:
    """Whether ``person`` codes it as one of a sample: then it is done when all of them are."""
    sought = (
        sa.select(SecondCodingItem.submission_id)
        .join(SecondCoding, SecondCoding.id == SecondCodingItem.second_coding_id)
        .where(
            SecondCodingItem.submission_id == submission.id,
            SecondCoding.coder_id == person.id,
            SecondCoding.done_at.is_(None),
        )
    )
    return session().scalar(sought.limit(1)) is not None


def may_code_afresh(submission: Submission, person: Person) -> bool:
    """Whether ``person`` coded nothing of ``submission`` yet."""
    own = sa.select(Excerpt.id).where(Excerpt.submission_id == submission.id, Excerpt.person_id == person.id)
    row = session().get(CodingAfresh, (submission.id, person.id))
    return row is None and session().scalar(own.limit(1)) is None


def unseen(person: Person) -> sa.ColumnElement[bool]:
    """The condition that an ``Excerpt`` is by somebody else, and ``person`` is coding that submission afresh."""
    return _unseen_by(sa.literal(person.id))


def unseen_by_me() -> sa.ColumnElement[bool]:
    """``unseen`` for whoever asks (``me``), in a statement that is kept."""
    return _unseen_by(sa.bindparam("me", type_=sa.Integer))


def _unseen_by(who: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.and_(Excerpt.person_id != who, Excerpt.submission_id.in_(coded_afresh_by(who)))


def excerpts_of(submission: Submission, person: Person) -> Sequence[Excerpt]:
    """Every excerpt of ``submission`` that ``person`` may see, removed ones too, in the order of the text.

    Raises:
        Unreadable: it does not exist for ``person``.
    """
    reading.must_be_readable(submission, person)
    sought = sa.select(Excerpt).where(Excerpt.submission_id == submission.id, ~unseen(person))
    sought = sought.options(selectinload(Excerpt.codes))
    return session().scalars(sought.order_by(Excerpt.revision, Excerpt.name, Excerpt.start, Excerpt.id)).all()


def find(submission: Submission, person: Person, number: int) -> Excerpt:
    """The excerpt ``number`` of ``submission``; raises ``NoSuchExcerpt`` when there is none for ``person``."""
    found = next((one for one in excerpts_of(submission, person) if one.number == number), None)
    if found is None:
        raise NoSuchExcerpt(number)
    return found


def may_change(excerpt: Excerpt, person: Person) -> bool:
    """Whether ``person`` may: what was coded afresh stays its coder's, or it would no longer be."""
    return not excerpt.afresh or excerpt.person_id == person.id


def memo_of(submission: Submission, excerpt: Excerpt) -> str:
    """What was noted beside it, empty without; raises ``Erased`` when its key is destroyed."""
    return open_memo(submission, excerpt.number, excerpt.memo)


def in_words(axis: Axis, code: str, book: Book, reader: str) -> Text:
    """What ``code`` is called, with the number that people know it by."""
    if axis is Axis.THEME:
        return book.called(code, reader)
    called = label(VOCABULARY_OF_AXIS[axis], code, reader)
    term = vocabulary(VOCABULARY_OF_AXIS[axis]).get(code)
    return called._replace(text=f"{term.number}. {called.text}") if term is not None and term.number else called


def codes_now(excerpt: Excerpt, book: Book) -> dict[Axis, tuple[str, ...]]:
    """The codes of ``excerpt`` as they are read today: merged themes as what they were merged into, each once."""
    themes = dict.fromkeys(book.now(code) for code in excerpt.coded(Axis.THEME))
    others = {axis: set(excerpt.coded(axis)) for axis in VOCABULARY_OF_AXIS}
    ordered = {
        axis: tuple(code for code in vocabulary(name) if code in others[axis])
        for axis, name in VOCABULARY_OF_AXIS.items()
    }
    return {axis: tuple(themes) if axis is Axis.THEME else ordered[axis] for axis in Axis}


def places(submission: Submission, person: Person, number: int, passage: str, *, answer: str = "") -> list[Span]:
    """Everywhere that ``passage`` stands in what was told in revision ``number``, or in one ``answer`` of it.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        Ambiguous: it stands in an answer more often than ``MOST_PLACES``.
    """
    revision = next((one for one in submission.revisions if one.number == number), None)
    if revision is None:
        return []
    names = [shown.question.name for shown, _pieces in reading.told(submission, person, revision, person.language)]
    answers = open_answers(submission, revision)
    return [
        span for name in names if answer in ("", name) for span in _places(passage, str(answers[name]), number, name)
    ]


def _places(passage: str, text: str, revision: int, name: str) -> list[Span]:
    try:
        return [spans.find(passage, text, revision=revision, name=name)]
    except spans.NotThere:
        return []
    except spans.Ambiguous as found:
        if found.times > MOST_PLACES:
            raise
        return [spans.find(passage, text, revision=revision, name=name, nth=nth) for nth in range(found.times)]


def around(submission: Submission, person: Person, span: Span) -> Text:
    """The words of ``span`` with some before and after; raises ``Unreadable`` like ``places``."""
    revision = next(one for one in submission.revisions if one.number == span.revision)
    length = len(str(open_answers(submission, revision).get(span.name, "")))
    wider = Span(span.revision, span.name, max(0, span.start - _AROUND), min(length, span.end + _AROUND))
    return reading.passage(submission, revision, wider, reading.reach_of(person))


def place_in(excerpt: Excerpt, submission: Submission, revision: Revision) -> Span:
    """Where the words of ``excerpt`` stand in another ``revision``.

    Raises:
        NotThere: they do not any more.
        Ambiguous: they do more than once.
    """
    was = next(one for one in submission.revisions if one.number == excerpt.revision)
    passage = excerpt.span.of(open_answers(submission, was))
    text = str(open_answers(submission, revision).get(excerpt.name, ""))
    return spans.find(passage, text, revision=revision.number, name=excerpt.name)


# Acting


def add(submission: Submission, person: Person, span: Span, codes: Codes, *, memo: str = "") -> Excerpt:
    """Code the passage at ``span``; the same passage coded by the same person in the same way is one excerpt.

    Codes that no vocabulary holds are left out.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        NotThere: there are no such words.
        NotCoded: no theme, or no kind.
        AlreadyCoded: the person coded this passage in another way before.
    """
    _hold(submission, person)
    revision = next((one for one in submission.revisions if one.number == span.revision), None)
    if revision is None:
        raise spans.NotThere(span.name)
    span.of(open_answers(submission, revision))
    book = codebook.book_of(submission.listening_session_id)
    wanted = _wanted(codes, book, ())
    before = _same(submission, person.id, span)
    if before is not None and before.removed_at is None:
        if {axis: set(found) for axis, found in codes_now(before, book).items()} == wanted and (
            memo_of(submission, before) == memo
        ):
            return before
        raise AlreadyCoded(before.number)
    made = before or _new(submission, person.id, span)
    made.removed_at, made.removed_by_id, made.version = None, None, made.version + (before is not None)
    made.afresh = made.afresh or is_coding_afresh(submission, person)
    given, _taken = _set_codes(made, wanted, book)
    made.memo = seal_memo(submission, made.number, memo) if memo else None
    session().flush()
    _record("add_excerpt", submission, person, made, given=given)
    return made


def change(submission: Submission, person: Person, number: int, codes: Codes, *, memo: str, seen: int) -> Excerpt:
    """Say something else of the passage of the excerpt ``number``, last seen as version ``seen``.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        NoSuchExcerpt: there is none, or it is not for ``person`` to change.
        Changed: it was changed or removed meanwhile.
        NotCoded: no theme, or no kind.
    """
    excerpt = _hold_excerpt(submission, person, number, seen)
    if excerpt.removed_at is not None:
        raise Changed(number)
    book = codebook.book_of(submission.listening_session_id)
    given, taken = _set_codes(excerpt, _wanted(codes, book, excerpt.coded(Axis.THEME)), book)
    is_other_memo = memo != memo_of(submission, excerpt)
    if is_other_memo:
        excerpt.memo = seal_memo(submission, number, memo) if memo else None
    if given or taken or is_other_memo:
        excerpt.version += 1
        _record("change_excerpt", submission, person, excerpt, given=given, taken=taken)
    session().flush()
    return excerpt


def remove(submission: Submission, person: Person, number: int, *, seen: int) -> None:
    """Take the excerpt ``number`` out; it is kept as removed. Raises like ``change``."""
    excerpt = _hold_excerpt(submission, person, number, seen)
    if excerpt.removed_at is not None:
        raise Changed(number)
    excerpt.removed_at, excerpt.removed_by_id = clock.now(), person.id
    excerpt.version += 1
    session().flush()
    _record("remove_excerpt", submission, person, excerpt)


def put_back(submission: Submission, person: Person, number: int, *, seen: int) -> None:
    """Undo ``remove``. Raises like ``change``."""
    excerpt = _hold_excerpt(submission, person, number, seen)
    if excerpt.removed_at is None:
        raise Changed(number)
    excerpt.removed_at = excerpt.removed_by_id = None
    excerpt.version += 1
    session().flush()
    _record("put_back_excerpt", submission, person, excerpt)


def move(submission: Submission, person: Person, number: int, *, seen: int) -> Excerpt:
    """Code the same words in the revision that is read now, as they were coded; the old excerpt stays where it is.

    It stays the work of whoever coded it; the register says who moved it.

    Raises:
        NotThere: the words stand there no more.
        Ambiguous: they stand there more than once.
        Others like ``change``.
    """
    old = _hold_excerpt(submission, person, number, seen)
    if old.removed_at is not None:
        raise Changed(number)
    span = place_in(old, submission, reading.shown_revision(submission))
    before = _same(submission, old.person_id, span)
    if before is not None and before.removed_at is None:
        return before
    made = before or _new(submission, old.person_id, span)
    made.removed_at, made.removed_by_id, made.version = None, None, made.version + (before is not None)
    made.afresh = old.afresh
    _set_codes(made, {axis: set(old.coded(axis)) for axis in Axis}, Book({}))
    memo = memo_of(submission, old)
    made.memo = seal_memo(submission, made.number, memo) if memo else None
    session().flush()
    _record("move_excerpt", submission, person, made, old=number)
    return made


def code_afresh(submission: Submission, person: Person) -> None:
    """Hide from ``person`` what others made of ``submission`` until ``done_afresh``.

    Raises:
        Unreadable: it does not exist for ``person``.
        NotCoded: they coded something of it already.
    """
    _hold(submission, person)
    if is_coding_afresh(submission, person):
        return
    if not may_code_afresh(submission, person):
        raise NotCoded(submission.reference)
    session().add(CodingAfresh(submission_id=submission.id, person_id=person.id, started_at=clock.now()))
    session().flush()
    register.record("submission.code_afresh", submission.reference, person_id=person.id)


def done_afresh(submission: Submission, person: Person) -> None:
    """Let ``person`` see what others made of it, unless it is one of a sample that they are not done with.

    Raises:
        Unreadable: it does not exist for them.
    """
    _hold(submission, person)
    if is_in_sample(submission, person):
        return
    row = session().get(CodingAfresh, (submission.id, person.id))
    if row is None or row.done_at is not None:
        return
    row.done_at = clock.now()
    session().flush()
    register.record("submission.done_afresh", submission.reference, person_id=person.id)


def excerpts_for_digest(submission: Submission) -> tuple[DigestExcerpt, ...]:
    """The passages of the accepted revision that a digest may use, each once, in the order of the text.

    None of an answer that it may not use, and none at all where it may use no words. No memo, nor who coded.
    """
    sought = (
        sa.select(Excerpt)
        .where(
            Excerpt.submission_id == submission.id,
            Excerpt.revision == submission.accepted_revision,
            Excerpt.removed_at.is_(None),
        )
        .order_by(Excerpt.name, Excerpt.start, Excerpt.id)
        .options(selectinload(Excerpt.codes))
    )
    book = codebook.book_of(submission.listening_session_id)
    by_span: dict[Span, dict[Axis, dict[str, None]]] = {}
    for one in session().scalars(sought):
        codes = by_span.setdefault(one.span, {axis: {} for axis in Axis})
        for axis, given in codes_now(one, book).items():
            codes[axis].update(dict.fromkeys(given))
    quote = vocabulary("consent_tiers")[str(int(submission.effective_tier))].quote
    return tuple(
        DigestExcerpt(
            submission.reference, span, text, quote, {axis: tuple(given) for axis, given in by_span[span].items()}
        )
        for span, text in reading.passages_for_digest(submission, by_span)
    )


# Parts of the above


def _hold(submission: Submission, person: Person) -> None:
    """Keep the submission still until the transaction ends, unless it is no longer there for ``person``."""
    session().refresh(submission, with_for_update={"of": Submission})
    reading.must_be_readable(submission, person)


def _hold_excerpt(submission: Submission, person: Person, number: int, seen: int) -> Excerpt:
    _hold(submission, person)
    excerpt = find(submission, person, number)
    if not may_change(excerpt, person):
        raise NoSuchExcerpt(number)
    if excerpt.version != seen:
        raise Changed(number)
    return excerpt


def _same(submission: Submission, person_id: int, span: Span) -> Excerpt | None:
    sought = sa.select(Excerpt).where(
        Excerpt.submission_id == submission.id,
        Excerpt.person_id == person_id,
        Excerpt.revision == span.revision,
        Excerpt.name == span.name,
        Excerpt.start == span.start,
        Excerpt.end == span.end,
    )
    return session().scalars(sought).one_or_none()


def _new(submission: Submission, person_id: int, span: Span) -> Excerpt:
    last = session().scalar(sa.select(sa.func.max(Excerpt.number)).where(Excerpt.submission_id == submission.id))
    made = Excerpt(
        submission_id=submission.id, number=(last or 0) + 1, revision=span.revision, name=span.name,
        start=span.start, end=span.end, person_id=person_id, at=clock.now(), version=1, afresh=False,
    )  # fmt: skip
    session().add(made)
    return made


def _wanted(codes: Codes, book: Book, held: Iterable[str]) -> dict[Axis, set[str]]:
    """What may be given of ``codes``; a split theme only where it is ``held`` already."""
    themes = {entry.code for entry in book.choosable()} | {book.now(code) for code in held}
    wanted = {axis: set(codes.get(axis, ())) & set(vocabulary(name)) for axis, name in VOCABULARY_OF_AXIS.items()}
    wanted[Axis.THEME] = {book.now(code) for code in codes.get(Axis.THEME, ())} & themes
    if not wanted[Axis.THEME] or len(wanted[Axis.KIND]) != 1:
        raise NotCoded
    return wanted


def _set_codes(excerpt: Excerpt, wanted: Mapping[Axis, set[str]], book: Book) -> tuple[list[str], list[str]]:
    """Give ``excerpt`` the codes ``wanted``; returns what was given and what was taken.

    A code that was merged stays as it was given while what it is read as is wanted.
    """
    left = {axis: set(codes) for axis, codes in wanted.items()}
    kept, taken = [], []
    for one in excerpt.codes:
        axis = Axis(one.axis)
        as_read = book.now(one.code) if axis is Axis.THEME else one.code
        if as_read in wanted[axis]:
            kept.append(one)
            left[axis].discard(as_read)
        else:
            taken.append(f"{axis}:{one.code}")
    new = [(axis, code) for axis in Axis for code in sorted(left[axis])]
    excerpt.codes = kept + [ExcerptCode(axis=axis.value, code=code) for axis, code in new]
    return [f"{axis}:{code}" for axis, code in new], taken


def _record(
    verb: str,
    submission: Submission,
    person: Person,
    excerpt: Excerpt,
    *,
    given: Sequence[str] = (),
    taken: Sequence[str] = (),
    **detail: int,
) -> None:
    told = {"given": given, "taken": taken}
    register.record(
        f"submission.{verb}",
        submission.reference,
        person_id=person.id,
        excerpt=excerpt.number,
        revision=excerpt.revision,
        **detail,
        **{name: " ".join(map(_for_good, codes)) for name, codes in told.items() if codes},
    )


def _for_good(code: str) -> str:
    """``code`` as the register may keep it: who somebody is, is erased with the rest."""
    axis, _, _code = code.partition(":")
    return axis if axis == Axis.GROUP else code
