"""Translating: written and checked by people, brought back in tables, drafted by a machine where that is allowed.

Everything is done on the translation as it was seen: of two at once one is kept, the other is told and loses nothing.
What is kept is described in ``translated``; what there is to translate, and what of it may go where, in ``reading``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from intake.accounts.models import Person
from intake.accounts.permissions import may
from intake.foundation import clock, register, translator
from intake.foundation.database import session
from intake.foundation.languages import CODES
from intake.foundation.texts import balanced, clean
from intake.submissions import search
from intake.submissions.models import Submission
from intake.submissions.sealing import seal_note

from . import reading, redaction
from .bilingual import FORMATS, MOST_ROWS, Leaving, Row
from .services import keep_still
from .translated import Beside, Origin, Pair, Paragraph, State, Translation
from .translated import Kept as KeptBack

MAY = "submission.translate"
LONGEST = 20_000
"""Code points of one translated paragraph; twice what the longest answer may have."""


class Meanwhile(Exception):
    """Something else was kept, or the original changed, since it was seen; nothing was done. ``digests`` says where."""

    def __init__(self, digests: Iterable[str]) -> None:
        self.digests = frozenset(digests)
        super().__init__(len(self.digests))


class GivesAway(Exception):
    """A translation says what is hidden in the original; nothing was done. ``digests`` says which."""

    def __init__(self, digests: Iterable[str]) -> None:
        self.digests = frozenset(digests)
        super().__init__(len(self.digests))


class NotAllowed(Exception):
    """The text may not be given to anybody outside, or not to a machine."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to stand beside the paragraph with this ``digest``; ``seen`` is the number of what stood there."""

    digest: str
    seen: int
    text: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A paragraph and what stands beside it, of a revision of a submission."""

    submission: Submission
    revision: int
    pair: Pair

    def is_of(self, row: Row) -> bool:
        """Whether ``row`` left with this paragraph, as it stands now."""
        paragraph, key = self.pair.paragraph, row.key
        return key is not None and paragraph.answer == key.answer and paragraph.digest.startswith(key.digest)


def as_kept(text: str) -> str:
    """``text`` as it can be kept: without what no document can hold, every turn of the direction closed."""
    return balanced(clean(text).text.strip())


# Writing and checking


def save(
    submission: Submission, person: Person, revision: int, language: str, wishes: Sequence[Wish], *, checked: bool
) -> None:
    """Keep what ``person`` wrote, as a draft or as ``checked`` by them.

    Raises:
        Unreadable: it does not exist for ``person``, or has no such revision.
        Meanwhile: a paragraph or its translation is not as it was seen.
        GivesAway: a translation says what is hidden in the original.
    """
    keep_still(submission, person)
    whole = reading.translation(submission, person, revision, language)
    there = {pair.paragraph.digest: pair for pair in whole.pairs}
    changed = [one.digest for one in wishes if one.digest not in there or there[one.digest].seen != one.seen]
    if changed:
        raise Meanwhile(changed)
    kept = reading.to_translate(submission, person, revision).kept
    if hidden := [one.digest for one in wishes if kept.is_in(one.text)]:
        raise GivesAway(hidden)
    for number, one in enumerate(wishes, _last(submission) + 1):
        pair = there[one.digest]
        # What a machine drafted stays its draft until somebody says that they checked it, whatever they change.
        origin = Origin.MACHINE if pair.is_machine_made else Origin.PERSON
        made = _new(_Place(submission, revision, pair), language, number, one.text, origin)
        made.person_id = person.id
        if checked:
            made.checked_by_id, made.checked_at = person.id, made.at
        session().add(made)
    _kept(submission, "translate", person, language, len(wishes), revision=revision, checked=int(checked))


def check(submission: Submission, person: Person, revision: int, language: str, numbers: Iterable[int]) -> int:
    """Take down that ``person`` checked these drafts; returns how many.

    Raises:
        Unreadable: it does not exist for ``person``, or has no such revision.
        Meanwhile: one of them is no draft any more, or not what stands beside the original.
    """
    keep_still(submission, person)
    whole = reading.translation(submission, person, revision, language)
    drafts = {pair.seen for pair in whole.pairs if pair.state is State.DRAFT}
    wanted = set(numbers)
    if not wanted or wanted - drafts:
        raise Meanwhile(pair.paragraph.digest for pair in whole.pairs if pair.seen in wanted - drafts)
    session().execute(
        sa.update(Translation)
        .where(Translation.submission_id == submission.id, Translation.number.in_(wanted))
        .where(Translation.checked_at.is_(None))
        .values(checked_at=clock.now(), checked_by_id=person.id)
    )
    _record(submission, "check_translation", person, language, len(wanted), revision=revision)
    return len(wanted)


def _new(place: _Place, language: str, number: int, text: str, origin: Origin) -> Translation:
    paragraph = place.pair.paragraph
    words = {"text": text, "source": paragraph.text.text}
    return Translation(
        submission_id=place.submission.id, number=number, revision=place.revision, answer=paragraph.answer,
        place=paragraph.place, paragraph=paragraph.digest, language=language, origin=origin.value,
        follows=place.pair.seen or None, words=seal_note(place.submission, "translation", number, words),
        at=clock.now(),
    )  # fmt: skip


def _last(submission: Submission) -> int:
    last = sa.select(sa.func.max(Translation.number)).where(Translation.submission_id == submission.id)
    return session().scalar(last) or 0


def _kept(submission: Submission, act: str, person: Person, language: str, count: int, **detail: int | str) -> None:
    session().flush()
    search.enter(submission)
    _record(submission, act, person, language, count, **detail)


def _record(submission: Submission, act: str, person: Person, language: str, count: int, **detail: int | str) -> None:
    register.record(
        f"submission.{act}", submission.reference, person_id=person.id, language=language, paragraphs=count, **detail
    )


# Machines


def wanted_of_machine(whole: Beside) -> list[Paragraph]:
    """What a machine may draft of ``whole``: never in place of what people wrote."""
    return [pair.paragraph for pair in whole.pairs if _is_for_machines(pair)]


def _is_for_machines(pair: Pair) -> bool:
    is_its_own = pair.state is State.STALE and pair.is_machine_made
    return pair.state is State.MISSING or (is_its_own and pair.version is not None and pair.version.person_id is None)


def give_to_machine(submission: Submission, person: Person, revision: int, language: str) -> list[Paragraph]:
    """What may be given to the translation server now; leaves a line in the register before anything leaves.

    Raises:
        Unreadable: it does not exist for ``person``, or has no such revision.
        NotAllowed: its author did not allow it, or nothing of it may leave.
    """
    keep_still(submission, person)
    if not reading.may_be_given_to_machines(submission) or is_open_again(submission, person):
        raise NotAllowed(submission.reference)
    whole = reading.translation(submission, person, revision, language, outside=True)
    paragraphs = wanted_of_machine(whole)
    if paragraphs:
        _record(submission, "give_to_machine", person, language, len(paragraphs), revision=revision)
    return paragraphs


def ask_machine(
    paragraphs: Sequence[Paragraph], language: str
) -> tuple[list[tuple[Paragraph, str]], translator.Failed | None]:
    """What the server makes of ``paragraphs``, and why it ended early. Outside of a transaction: it takes time.

    Raises:
        NoServer: the settings name none.
    """
    found: list[tuple[Paragraph, str]] = []
    for source in dict.fromkeys(one.text.language for one in paragraphs):
        asked = [one for one in paragraphs if one.text.language == source]
        answer = translator.translate([one.text.text for one in asked], source, language)
        found += zip(asked, answer.texts, strict=False)
        if answer.failed is not None:
            return found, answer.failed
    return found, None


def keep_of_machine(
    submission: Submission, person: Person, revision: int, language: str, found: Sequence[tuple[Paragraph, str]]
) -> int:
    """Keep what the server made as drafts of a machine, where still nothing else stands; returns how many.

    Raises:
        Unreadable: it does not exist for ``person``, or has no such revision.
        NotAllowed: it was allowed when it was given, and is not any more.
    """
    keep_still(submission, person)
    if not reading.may_be_given_to_machines(submission):
        raise NotAllowed(submission.reference)
    whole = reading.translation(submission, person, revision, language)
    there = {pair.paragraph.digest: pair for pair in whole.pairs if _is_for_machines(pair)}
    texts = {one.digest: kept for one, text in found if one.digest in there and (kept := as_kept(text)[:LONGEST])}
    for number, (digest, text) in enumerate(texts.items(), _last(submission) + 1):
        session().add(_new(_Place(submission, revision, there[digest]), language, number, text, Origin.MACHINE))
    if texts:
        _kept(submission, "machine_translation", person, language, len(texts), revision=revision)
    return len(texts)


# Tables


class Stays(StrEnum):
    """Why a submission does not leave."""

    NOT_ALLOWED = "not allowed"
    CARRIED = "carried"
    NOTHING = "nothing"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Looked:
    """A submission that was asked for, and why it does not leave; None where it does.

    ``proposed`` is how many passages should perhaps be hidden first.
    """

    submission: Submission
    whole: Beside
    stays: Stays | None
    proposed: int = 0


def among(person: Person, references: Iterable[str], ids: Iterable[int] = ()) -> list[Submission]:
    """Those submissions, by reference or by id, that are for ``person`` to translate; the others are not there."""
    asked = sa.or_(Submission.reference.in_(list(references)), Submission.id.in_(list(ids)))
    sought = reading.visible(sa.select(Submission), person).where(asked).order_by(Submission.received_at, Submission.id)
    return [one for one in session().scalars(sought) if may(person, MAY, one)]


def look(person: Person, submissions: Iterable[Submission], language: str) -> list[Looked]:
    """Which of ``submissions`` may leave to be translated into ``language``, in their order.

    Raises:
        Unreadable: one does not exist for ``person``.
    """
    found, room = [], MOST_ROWS
    for one in submissions:
        revision = reading.shown_revision(one).number
        whole = reading.translation(one, person, revision, language, outside=True)
        stays = _stays(one, person, whole, room)
        room -= len(whole.pairs) if stays is None else 0
        proposed = len(redaction.proposals(one, person, revision)) if stays in (None, Stays.CARRIED) else 0
        found.append(Looked(one, whole, stays, proposed))
    return found


def _stays(submission: Submission, person: Person, whole: Beside, room: int) -> Stays | None:
    if not reading.may_leave(submission):
        return Stays.NOT_ALLOWED
    if is_open_again(submission, person):
        return Stays.CARRIED
    if not whole.pairs:
        return Stays.NOTHING
    return Stays.FULL if len(whole.pairs) > room else None


def is_open_again(submission: Submission, person: Person) -> bool:
    """Whether words stand open in the latest version that were hidden in an earlier one: nothing leaves until then."""
    return any(one.times for one in redaction.carried(submission, person))


def leave(
    person: Person, submissions: Sequence[Submission], language: str, kind: str, reader: str
) -> tuple[bytes, str, str] | None:
    """The table of what may leave of ``submissions``: bytes, ending, media type; None where nothing may.

    Leaves a line in the register for each that is in it. Labels in the language ``reader``. Raises as ``look``, and:
        KeyError: another kind than those of ``FORMATS``.
    """
    write = FORMATS[kind].write
    for one in sorted(submissions, key=lambda each: each.id):
        keep_still(one, person)
    going = [one for one in look(person, submissions, language) if one.stays is None]
    if not going:
        return None
    leaving = [
        Leaving(
            one.submission.reference,
            {name: label.text for name, label in reading.labels(one.submission, reader).items()},
            one.whole.pairs,
        )
        for one in going
    ]
    body, ending, media_type = write(leaving, language)
    digest = hashlib.sha256(body).hexdigest()
    for gone in going:
        count = len(gone.whole.pairs)
        _record(gone.submission, "export_translation", person, language, count, format=kind, sha256=digest)
    return body, ending, media_type


class Fate(StrEnum):
    """What became of a line that came back."""

    TAKEN = "taken"
    SAME = "same"
    EMPTY = "empty"
    STALE = "stale"
    MEANWHILE = "meanwhile"
    HIDDEN = "hidden"
    LONG = "long"
    UNKNOWN = "unknown"
    HELD = "held"


_HOLDS_BACK = frozenset({Fate.STALE, Fate.MEANWHILE, Fate.HIDDEN, Fate.LONG, Fate.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line that came back, and what became of it."""

    row: Row
    fate: Fate


def take(person: Person, rows: Sequence[Row], *, partly: bool = False) -> list[Outcome]:
    """Keep what came back as drafts, brought in by ``person``; what became of each of ``rows``, in their order.

    Of a submission all is taken or nothing, unless ``partly``; what is here already, or was left empty, holds nothing
    back. A submission that is not for ``person`` to translate is as unknown as one that is not there.
    """
    fates: dict[int, Fate] = {}
    by_submission: dict[str, list[Row]] = {}
    for row in rows:
        if row.key is None:
            fates[row.number] = Fate.UNKNOWN
        else:
            by_submission.setdefault(row.key.reference, []).append(row)
    found = {reference: reading.find(reference, person) for reference in by_submission}
    there = [one for one in found.values() if one is not None and may(person, MAY, one)]
    for submission in sorted(there, key=lambda one: one.id):
        keep_still(submission, person)
        fates |= _take(submission, person, by_submission[submission.reference], partly=partly)
    return [Outcome(row, fates.get(row.number, Fate.UNKNOWN)) for row in rows]


def _take(submission: Submission, person: Person, rows: Sequence[Row], *, partly: bool) -> dict[int, Fate]:
    places = {code: _places(submission, person, code) for code in CODES if any(_into(row) == code for row in rows)}
    kept = {one.number: reading.to_translate(submission, person, one.number).kept for one in submission.revisions}
    fates: dict[int, Fate] = {}
    taken: dict[tuple[str, str], tuple[Row, _Place]] = {}
    for row in rows:
        here = places.get(_into(row), [])
        place = next((one for one in here if one.is_of(row)), None)
        is_known = any(row.key and one.pair.paragraph.answer == row.key.answer for one in here)
        fate = _fate(row, place, kept) if is_known else Fate.UNKNOWN
        if place is not None and fate is Fate.TAKEN:
            first, _where = taken.setdefault((_into(row), place.pair.paragraph.digest), (row, place))
            fate = fate if first is row else Fate.MEANWHILE
        fates[row.number] = fate
    if not partly and not _HOLDS_BACK.isdisjoint(fates.values()):
        return {number: Fate.HELD if fate is Fate.TAKEN else fate for number, fate in fates.items()}
    _add_taken(submission, person, list(taken.values()))
    return fates


def _into(row: Row) -> str:
    return row.key.language if row.key else ""


def _places(submission: Submission, person: Person, language: str) -> list[_Place]:
    """Every paragraph that may be translated: of the revision that is read now, and of the one that stands accepted."""
    numbers = dict.fromkeys([reading.shown_revision(submission).number, submission.accepted_revision])
    found = []
    for number in numbers:
        if number is not None:
            whole = reading.translation(submission, person, number, language)
            found += [_Place(submission, number, pair) for pair in whole.pairs]
    return found


def _fate(row: Row, place: _Place | None, kept: Mapping[int, KeptBack]) -> Fate:
    text = as_kept(row.text)
    if not text:
        return Fate.EMPTY
    if place is None:
        return Fate.STALE
    pair = place.pair
    if pair.version is not None and pair.version.text == text and pair.state is not State.STALE:
        return Fate.SAME
    if row.key is None or pair.seen != row.key.seen:
        return Fate.MEANWHILE
    if kept[place.revision].is_in(text):
        return Fate.HIDDEN
    return Fate.LONG if len(text) > LONGEST else Fate.TAKEN


def _add_taken(submission: Submission, person: Person, taken: Sequence[tuple[Row, _Place]]) -> None:
    counts: dict[str, int] = {}
    for number, (row, place) in enumerate(taken, _last(submission) + 1):
        language = _into(row)
        made = _new(place, language, number, as_kept(row.text), Origin.TABLE)
        made.person_id = person.id
        session().add(made)
        counts[language] = counts.get(language, 0) + 1
    for language, count in counts.items():
        _kept(submission, "return_translation", person, language, count)
