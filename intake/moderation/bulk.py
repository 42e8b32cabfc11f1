"""One act on several submissions: looked at before, each done as a single act is, kept as one record, undone as one.

There is no second path: each is claimed, handed over, coded or declined by the service that does it
for one. What was changed since it was looked at is left as it is, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.accounts.models import Person
from intake.foundation import clock, register
from intake.foundation.database import Base, session
from intake.foundation.i18n import speaking
from intake.foundation.multilingual import Text
from intake.foundation.types import Moment, one_of
from intake.foundation.vocabularies import label as label_of
from intake.submissions import services as submissions
from intake.submissions import workflow
from intake.submissions.models import Submission
from intake.submissions.vocabulary import State
from intake.submissions.workflow import WAITING, IllegalMove, Overtaken

from . import codebook, coding, handover, queries, reading, services
from .codebook import Book
from .models import VOCABULARY_OF, Scheme
from .services import ClaimedByOther

MOST_AT_ONCE = queries.PAGE_SIZE
UNDO_WITHIN = timedelta(days=1)
_SHOWN = 20


class Act(StrEnum):
    """What can be done to several at once."""

    CLAIM = "claim"
    RELEASE = "release"
    HAND = "hand"
    THEME = "theme"
    SPAM = "spam"


class Skip(StrEnum):
    """Why one of them is left as it is."""

    CHANGED = "changed"
    CLAIMED = "claimed"
    NOT_OPEN = "not_open"
    NOT_YOURS = "not_yours"
    ALREADY = "already"
    CANNOT = "cannot"
    AFRESH = "afresh"


class BulkAct(Base):
    """That somebody did something to several submissions; ``undone_at`` when it was undone."""

    __tablename__ = "bulk_act"
    __table_args__ = (
        one_of("act", [act.value for act in Act]),
        sa.Index("ix_bulk_act_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(sa.String(10))
    theme: Mapped[str | None] = mapped_column(sa.String(40))
    colleague_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)

    colleague: Mapped[Person | None] = relationship(foreign_keys=[colleague_id])

    @property
    def may_be_undone(self) -> bool:
        """Whether it is recent enough, and stands."""
        return self.undone_at is None and clock.now() - self.at < UNDO_WITHIN


class BulkItem(Base):
    """One of them: why it was ``skipped``, or at which ``version`` it stood afterwards and what it was ``before``.

    ``before`` holds states, numbers and times, nothing that anybody wrote. ``kept`` says why an undo left it.
    """

    __tablename__ = "bulk_item"
    __table_args__ = (sa.UniqueConstraint("bulk_act_id", "submission_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_act_id: Mapped[int] = mapped_column(sa.ForeignKey("bulk_act.id", ondelete="CASCADE"))
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    skipped: Mapped[str | None] = mapped_column(sa.String(20))
    version: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    kept: Mapped[str | None] = mapped_column(sa.String(20))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done: with a theme, for a colleague, with a note; or with words to the contributor, in a language.

    ``read_as`` are the codes that the code book reads as the theme.
    Without ``words`` each contributor reads ``standard_reason`` in the own language.
    """

    act: Act
    theme: str | None = None
    read_as: tuple[str, ...] = ()
    colleague: Person | None = None
    note: str = ""
    words: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """A submission, and why it would be, or was, left as it is; ``holder`` is who is on it."""

    submission: Submission
    skip: Skip | None
    holder: str | None


class NothingDone(RuntimeError):
    """Each of those that were chosen was left as it is."""


def standard_reason(language: str) -> str:
    """What the contributor of something declined as spam reads, in ``language``."""
    with speaking(language):
        return _(
            "What you sent seems to be advertising, or was not meant for this session, so it is not taken up. "
            "If that is a mistake, please tell us here."
        )


def _mended_words(language: str) -> str:
    with speaking(language):
        return _("We declined what you sent by mistake. It is back, and somebody will read it. We are sorry.")


Chosen = Mapping[int, int]
"""By the ids of submissions, the version at which each was seen."""


def books_of(person: Person, chosen: Chosen) -> list[Book]:
    """The code books of the listening sessions of ``chosen``."""
    found = session().scalars(_of(person, chosen).with_only_columns(Submission.listening_session_id).distinct())
    return [codebook.book_of(one) for one in found.all()]


def look(person: Person, chosen: Chosen, wanted: Wanted) -> list[Looked]:
    """What would be done to each of ``chosen`` that exists for ``person``, the oldest first."""
    found = session().scalars(_of(person, chosen).order_by(Submission.received_at, Submission.id)).all()
    return [_looked(one, person, chosen[one.id], wanted) for one in found]


def do(person: Person, chosen: Chosen, wanted: Wanted) -> BulkAct:
    """Do it to each of ``chosen`` for which nothing speaks against it; what was done can be undone."""
    held_still = _held_still(person, chosen)
    made = BulkAct(
        person_id=person.id, act=wanted.act, theme=wanted.theme, at=clock.now(), undone_at=None,
        colleague_id=wanted.colleague.id if wanted.colleague else None,
    )  # fmt: skip
    session().add(made)
    session().flush()
    for submission in held_still:
        before = _as_it_is(submission)
        skip = _skipping(submission, person, chosen[submission.id], wanted)
        if skip is None:
            register.record(f"bulk.{wanted.act}", submission.reference, person_id=person.id, bulk=made.id)
        session().add(
            BulkItem(bulk_act_id=made.id, submission_id=submission.id, skipped=skip, version=submission.version,
                     before={} if skip else before, kept=None)
        )  # fmt: skip
        session().flush()
    return made


def must_have_done_any(made: BulkAct) -> None:
    """End what ``made`` did to nobody: raises ``NothingDone`` where each was left as it is."""
    if all(one.skipped is not None for one in _items(made)):
        raise NothingDone


def _of(person: Person, ids: Iterable[int]) -> sa.Select[Submission]:
    return reading.visible(sa.select(Submission), person).where(Submission.id.in_(sorted(ids)[:MOST_AT_ONCE]))


def _held_still(person: Person, ids: Iterable[int]) -> Sequence[Submission]:
    """Those of ``ids`` that exist for ``person``, kept still until the transaction ends.

    All of them first, and always in the same order: the line of the register that an act writes
    keeps every other writer waiting, who may be waiting for one of these.
    """
    sought = _of(person, ids).order_by(Submission.id).with_for_update(of=Submission)
    return session().scalars(sought.execution_options(populate_existing=True)).all()


def _looked(submission: Submission, person: Person, version: int, wanted: Wanted) -> Looked:
    other = services.claimed_by_other(submission, person)
    return Looked(submission, _why_not(submission, person, version, wanted), other.name if other else None)


def _why_not(submission: Submission, person: Person, version: int, wanted: Wanted) -> Skip | None:
    """Why ``submission``, seen as ``version``, is to be left as it is."""
    other = services.claimed_by_other(submission, person)
    is_mine = submission.claimed_by_id == person.id
    if submission.version != version:
        return Skip.CHANGED
    if wanted.act is Act.RELEASE:
        return None if is_mine else Skip.NOT_YOURS
    if wanted.act is not Act.THEME and submission.state not in WAITING:
        return Skip.NOT_OPEN
    if other is not None and wanted.act is not Act.HAND:
        return Skip.CLAIMED
    if wanted.act is Act.THEME and coding.is_coding_afresh(submission, person):
        return Skip.AFRESH
    themes = {wanted.theme, *wanted.read_as}
    if wanted.act is Act.THEME and not themes.isdisjoint(queries.codes_of(submission)[Scheme.THEME]):
        return Skip.ALREADY
    if wanted.colleague is not None and not handover.can_take(submission, wanted.colleague):
        return Skip.CANNOT
    return None


def _skipping(submission: Submission, person: Person, version: int, wanted: Wanted) -> Skip | None:
    """Do it, or say why not."""
    skip = _why_not(submission, person, version, wanted)
    if skip is not None:
        return skip
    try:
        _do_to_one(submission, person, wanted)
    except ClaimedByOther:
        return Skip.CLAIMED
    except Overtaken:
        return Skip.CHANGED
    except IllegalMove:
        return Skip.NOT_OPEN
    except handover.CannotTake:
        return Skip.CANNOT
    return None


def _do_to_one(submission: Submission, person: Person, wanted: Wanted) -> None:
    match wanted.act:
        case Act.CLAIM:
            services.claim(submission, person)
        case Act.RELEASE:
            services.release(submission, person)
        case Act.HAND:
            if wanted.colleague is None:
                raise handover.CannotTake
            handover.hand_to(submission, person, wanted.colleague, note=wanted.note)
        case Act.THEME:
            codes = queries.codes_of(submission)
            _code(submission, person, {*codes[Scheme.THEME], wanted.theme or ""})
        case Act.SPAM:
            words = wanted.words or standard_reason(submission.interface_language)
            language = wanted.language if wanted.words else submission.interface_language
            services.decide(submission, "decline", person, version=submission.version, words=words, language=language)


def _code(submission: Submission, person: Person, themes: Iterable[str]) -> None:
    objectives = queries.codes_of(submission)[Scheme.GCM_OBJECTIVE]
    services.code(submission, person, themes=themes, objectives=objectives)


def _as_it_is(submission: Submission) -> dict[str, Any]:
    return {
        "state": submission.state,
        "accepted_revision": submission.accepted_revision,
        "message_waiting": submission.message_waiting,
        "claimed_by_id": submission.claimed_by_id,
        "claimed_until": submission.claimed_until.isoformat() if submission.claimed_until else None,
    }


def undo(made: BulkAct, person: Person) -> bool:
    """Put back what ``made`` did to each submission that nobody changed since; False when it is too late.

    What is left as it is says so in its ``kept``.
    """
    session().refresh(made, with_for_update={"of": BulkAct})
    if not made.may_be_undone or made.person_id != person.id:
        return False
    items = {one.submission_id: one for one in _items(made) if one.skipped is None}
    for submission in _held_still(person, items):
        item = items[submission.id]
        item.kept = _undone(submission, person, made, item)
        if item.kept is None:
            register.record("bulk.undo", submission.reference, person_id=person.id, bulk=made.id)
    made.undone_at = clock.now()
    session().flush()
    return True


def _undone(submission: Submission, person: Person, made: BulkAct, item: BulkItem) -> Skip | None:
    """Put ``submission`` back, or say why it stays."""
    if submission.version != item.version:
        return Skip.CHANGED
    holder = {Act.CLAIM: person.id, Act.HAND: made.colleague_id}.get(Act(made.act))
    if holder is not None and submission.claimed_by_id != holder:
        return Skip.CHANGED
    if holder is None and services.claimed_by_other(submission, person) is not None:
        return Skip.CLAIMED
    before = item.before
    if made.act == Act.THEME:
        themes = set(queries.codes_of(submission)[Scheme.THEME])
        if made.theme not in themes:
            return Skip.CHANGED
        _code(submission, person, themes - {made.theme})
        return None
    if submission.state != before["state"]:
        _lead_back(submission, person, before)
    if made.act == Act.SPAM:
        submissions.add_message(
            submission, _mended_words(submission.interface_language), submission.interface_language,
            person_id=person.id,
        )  # fmt: skip
        submissions.tell_there_is_news(submission)
    if made.act == Act.HAND and made.colleague_id is not None:
        handover.take_back(submission, person, made.colleague_id)
    until = datetime.fromisoformat(before["claimed_until"]) if before["claimed_until"] else None
    handover.put_back(submission, before["claimed_by_id"], until)
    return None


def _lead_back(submission: Submission, person: Person, before: Mapping[str, Any]) -> None:
    stood = before["accepted_revision"]
    changes: dict[str, Any] = {"accepted_revision": stood, "message_waiting": before["message_waiting"]}
    if stood is not None:
        changes |= submissions.described_by(submission, submission.revisions[stood - 1])
    workflow.make(
        submission, "undo", version=submission.version, person_id=person.id, back_to=State(before["state"]), **changes
    )


def _items(made: BulkAct) -> Sequence[BulkItem]:
    sought = sa.select(BulkItem).where(BulkItem.bulk_act_id == made.id).order_by(BulkItem.submission_id)
    return session().scalars(sought).all()


def find(person: Person, identity: int) -> BulkAct | None:
    """What ``person`` did to several at once, by its number; nobody else's."""
    sought = sa.select(BulkAct).where(BulkAct.id == identity, BulkAct.person_id == person.id)
    return session().scalars(sought).one_or_none()


def latest(person: Person) -> Sequence[BulkAct]:
    """What ``person`` did to several at once, the last first."""
    sought = sa.select(BulkAct).where(BulkAct.person_id == person.id).order_by(BulkAct.id.desc()).limit(_SHOWN)
    return session().scalars(sought).all()


def themes_named(person: Person, acts: Iterable[BulkAct], reader: str) -> dict[int, Text]:
    """By the number of an act that gave a theme, what that is called: by the one code book that all of it lies in."""
    given = {made.id: made.theme for made in acts if made.theme}
    sought = (
        sa.select(BulkItem.bulk_act_id, Submission.listening_session_id).distinct()
        .join(Submission, Submission.id == BulkItem.submission_id).where(BulkItem.bulk_act_id.in_(given))
    )  # fmt: skip
    places: dict[int, list[int]] = {}
    for made, place in session().execute(sought) if given else ():
        places.setdefault(made, []).append(place)
    books = queries.sessions_moderated(person).books if places else {}
    named = {}
    for made, theme in given.items():
        [place, *others] = places.get(made) or [0]
        book = None if others else books.get(place)
        named[made] = book.called(theme, reader) if book else label_of(VOCABULARY_OF[Scheme.THEME], theme, reader)
    return named


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one of them: its reference, and why it was skipped or, in an undo, left as it was."""

    reference: str
    skipped: Skip | None
    kept: Skip | None


def record(made: BulkAct, person: Person) -> list[Done]:
    """What ``made`` did to each submission that still exists for ``person``."""
    sought = sa.select(Submission.reference, BulkItem.skipped, BulkItem.kept)
    sought = sought.join(BulkItem, BulkItem.submission_id == Submission.id).where(BulkItem.bulk_act_id == made.id)
    found = session().execute(reading.visible(sought, person).order_by(Submission.received_at, Submission.id))
    return [
        Done(row.reference, Skip(row.skipped) if row.skipped else None, Skip(row.kept) if row.kept else None)
        for row in found
    ]
