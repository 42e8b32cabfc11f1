"""Erasing hidden words for good: one person asks for it, a second one does it, and nobody can undo it.

What is hidden can be shown again, and lies in every copy of the database with a key that opens it. Where that is too
dangerous, its words are erased: wherever they stand in the submission as words of their own, and wherever the same
words are hidden (``known``), in every version, message, note and translation, a block stands for each of their letters,
so that every passage that is cited stays where it is. All that is sealed with the text is sealed anew, and the old key
is gone. Who may ask and who may agree is one permission; that they are two, the database itself insists on. By keyed
digests the words are known again (``known``): what warned of them before goes on warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from intake.accounts.models import Person
from intake.accounts.permissions import may
from intake.foundation import clock, register
from intake.foundation.database import session
from intake.submissions import search, sketches
from intake.submissions.models import Submission
from intake.submissions.sealing import Place, open_note, seal_anew, seal_note, texts_of

from . import handover, reading, redacted, redaction, translated
from .known import Said, Words
from .redacted import Erasure, Hidden, Outcome
from .redaction import Stale
from .services import keep_still
from .spans import BLOCK, Span

MAY = "submission.protect"
"""The permission to hide words, to ask that they be erased, and to agree."""


class StandsOpen(Exception):
    """The words stand ``times`` where they are not hidden: they have to be hidden there first."""

    def __init__(self, times: int) -> None:
        super().__init__(times)
        self.times = times


class NeedsAnother(Exception):
    """Whoever asked for it cannot be the one who does it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """That words be erased: who wants it, since when, and why."""

    person_id: int
    at: datetime
    reason: str


def asked_for(submission: Submission) -> Mapping[int, Asked]:
    """Which redactions of ``submission`` somebody wants to be erased, by their numbers."""
    return {
        one.redaction: Asked(one.asked_by_id, one.asked_at, _reason(submission, one))
        for one in redacted.erasures_of(submission)
        if one.outcome is None
    }


def erased_by(submission: Submission) -> Mapping[int, tuple[int, int]]:
    """Who asked, and who did it, for each redaction of ``submission`` whose words are erased: ids of people."""
    # Words that stand in several places are erased at once, whichever of them was asked for.
    done = {
        one.ended_at: (one.asked_by_id, one.ended_by_id)
        for one in redacted.erasures_of(submission)
        if one.outcome == Outcome.ERASED and one.ended_by_id is not None
    }
    return {row.number: done[row.erased_at] for row in redacted.rows_of(submission) if row.erased_at in done}


def places(submission: Submission, person: Person, number: int) -> list[Span]:
    """Where the words of redaction ``number`` stand in any version of ``submission``: what would be erased.

    Wherever the same words are hidden, the whole of what is hidden there goes, a comma and all.

    Raises:
        Unreadable: it does not exist for ``person``.
        Stale: the redaction does not stand, or its words are erased.
    """
    hidden = _standing(submission, number)
    words = _words(submission, person, hidden)
    found = {hidden.span, *_hidden_as(submission, person, words)}
    for revision in submission.revisions:
        for name, text in reading.own_answers(submission, person, revision.number).items():
            found.update(words.spans(str(text), revision=revision.number, name=name))
    return list(_outermost(found))


def _outermost(spans: Iterable[Span]) -> Iterator[Span]:
    """Those of ``spans`` that lie in no other one, in their order."""
    last = None
    for one in sorted(spans, key=lambda one: (one.revision, one.name, one.start, -one.end)):
        if last is None or not _covers(last, one):
            last = one
            yield one


def _hidden_as(submission: Submission, person: Person, words: Words) -> list[Span]:
    """Where just these words are hidden."""
    every = [one.span for one in redacted.every(submission) if one.lifted_at is None and one.erased_at is None]
    return [one for one in every if words.are_all_of(_said(submission, person, one))]


def elsewhere(submission: Submission, person: Person, number: int, found: list[Span]) -> int:
    """In how many messages, notes and translations they stand beside the ``places`` that were ``found``; raises so."""
    words = _words(submission, person, _standing(submission, number))
    blot = _Blot(words, found, _told(submission, words))
    held = {(place.what, place.number) for place, text in texts_of(submission)
            if place.what != "answers" and blot.of(place, text) != text}  # fmt: skip
    return len(held)


def times_open(submission: Submission, person: Person, number: int, found: Iterable[Span]) -> int:
    """How many of the ``places`` that were ``found`` are not hidden, though somebody beyond the desk could read them.

    Raises as ``places``.
    """
    read = {submission.revisions[-1].number, submission.accepted_revision}
    hidden = [one.span for one in redacted.every(submission) if one.lifted_at is None]
    # Of «القاهرة» it is enough that «قاهرة» is hidden.
    same = _hidden_as(submission, person, _words(submission, person, _standing(submission, number)))
    return sum(
        one.revision in read
        and not any(_covers(other, one) for other in hidden)
        and not any(_covers(one, other) for other in same)
        for one in found
    )


def _must_be_hidden(submission: Submission, person: Person, number: int, found: Iterable[Span]) -> None:
    if times := times_open(submission, person, number, found):
        raise StandsOpen(times)


def who_could_agree(submission: Submission, person: Person) -> list[Person]:
    """Who else moderates ``submission``, by name: one of them has to agree to what ``person`` asks for."""
    others = handover.colleagues(person, [submission.listening_session])
    return [one for one in others if may(one, MAY, submission) and reading.reach_of(one).covers(submission)]


def ask(submission: Submission, person: Person, number: int, reason: str, *, seen: str) -> None:
    """Ask that the words of redaction ``number`` be erased; asked twice, it is asked once.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        ClaimedByOther: somebody else is on it.
        Stale: the redactions are not as they were ``seen``, or it does not stand.
        StandsOpen: the words stand elsewhere and are not hidden there.
    """
    redaction.hold_as_seen(submission, person, seen)
    _must_be_hidden(submission, person, number, places(submission, person, number))
    if number in asked_for(submission):
        return
    last = 1 + max((one.number for one in redacted.erasures_of(submission)), default=0)
    session().add(
        Erasure(
            submission_id=submission.id, number=last, redaction=number, asked_by_id=person.id, asked_at=clock.now(),
            note=seal_note(submission, "erasure", last, {"reason": reason}),
        )
    )  # fmt: skip
    session().flush()
    register.record("submission.ask_erasure", submission.reference, person_id=person.id, redaction=number)


def keep(submission: Submission, person: Person, number: int) -> None:
    """Do not erase what somebody asked for: whoever asked takes it back, or a second person does not agree.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        Stale: nobody asks for it any more.
    """
    keep_still(submission, person)
    request = _request(submission, number)
    request.outcome, request.ended_by_id, request.ended_at = Outcome.KEPT, person.id, clock.now()
    session().flush()
    register.record("submission.keep_words", submission.reference, person_id=person.id, redaction=number)


def erase(submission: Submission, person: Person, number: int, *, seen: str) -> None:
    """Erase the words of redaction ``number`` for good, as somebody else asked for, whoever is on the submission.

    Raises:
        Unreadable: the submission does not exist for ``person``.
        Stale: the redactions are not as they were ``seen``, or nobody asks for it any more.
        NeedsAnother: ``person`` asked for it.
        StandsOpen: the words stand elsewhere and are not hidden there.
    """
    keep_still(submission, person)
    redaction.must_be_as_seen(submission, seen)
    request = _request(submission, number)
    if request.asked_by_id == person.id:
        raise NeedsAnother(number)
    found = places(submission, person, number)
    _must_be_hidden(submission, person, number, found)
    words, moment = _words(submission, person, _standing(submission, number)), clock.now()
    request.outcome, request.ended_by_id, request.ended_at = Outcome.UNDER_WAY, person.id, moment
    session().flush()
    _erase_everywhere(submission, person, words, found, moment)
    _end_others(submission, person, moment)
    request.outcome = Outcome.ERASED
    session().flush()
    sketches.enter(submission, search.enter(submission))
    register.record(
        "submission.erase_words", submission.reference, person_id=person.id, redaction=number, passages=len(found)
    )


@dataclass(frozen=True, slots=True)
class _Blot:
    """What becomes of each text: blocks stand where ``words`` did, in the answers at the places ``found``.

    ``told`` are the numbers of translations that go as a whole.
    """

    words: Words
    found: list[Span]
    told: frozenset[int]

    def of(self, place: Place, text: str) -> str:
        """``text``, which stands at ``place``, without them."""
        spans = [one for one in self.found if place.what == "answers" and (one.revision, one.name) == place[1:]]
        if place.what == "translation" and place.number in self.told:
            spans = [Span(0, "", 0, len(text))]
        return _blotted(text, [*spans, *self.words.spans(text, revision=0, name="")])


def _told(submission: Submission, words: Words) -> frozenset[int]:
    """Translations that say the words, or were made where they stood open: in another script nobody finds them there.

    Of words that lie across paragraphs, a translation is of a part: any two that follow one another tell it.
    """
    parts = [words, *(Words(words.keys[at : at + 2]) for at in range(len(words.keys) - 1))]
    return frozenset(
        one.number
        for one in translated.every(submission)
        if any(part.is_in(text) for text in map(Said.of, (one.source, one.text)) for part in parts)
    )


def _erase_everywhere(
    submission: Submission, person: Person, words: Words, found: list[Span], moment: datetime
) -> None:
    """Put blocks for ``words`` wherever they stand, under a new key."""
    rows = [
        (row, _known_by(words, _said(submission, person, row.span)))
        for row in redacted.rows_of(submission)
        if row.erased_at is None and any(_covers(one, row.span) for one in found)
    ]
    seal_anew(submission, _Blot(words, found, _told(submission, words)).of)
    versions = {one.revision for one in found}
    for revision in submission.revisions:
        if revision.number in versions:
            revision.erased_at = moment
    for row, digests in rows:
        row.erased_at = moment
        redacted.know_again(submission, row, digests)
    session().flush()


def _known_by(words: Words, said: str) -> tuple[str, ...]:
    """The keyed digests by which what was ``said`` where ``words`` are erased is known again."""
    return (Words.of(said) if words.are_all_of(said) else words).digests


def _end_others(submission: Submission, person: Person, moment: datetime) -> None:
    """End what was asked for the same words where they stand elsewhere: they are erased there as well."""
    erased = {row.number for row in redacted.rows_of(submission) if row.erased_at is not None}
    for one in redacted.erasures_of(submission):
        if one.outcome is None and one.redaction in erased:
            one.outcome, one.ended_by_id, one.ended_at = Outcome.KEPT, person.id, moment
    session().flush()


def _blotted(text: str, spans: list[Span]) -> str:
    characters = list(text)
    for one in spans:
        for at in range(one.start, one.end):
            # Where lines and words end stays: translations are of paragraphs, and a page must find where to wrap.
            characters[at] = text[at] if text[at].isspace() else BLOCK
    return "".join(characters)


def _covers(outer: Span, inner: Span) -> bool:
    is_same = (outer.revision, outer.name) == (inner.revision, inner.name)
    return is_same and outer.start <= inner.start and inner.end <= outer.end


def _words(submission: Submission, person: Person, hidden: Hidden) -> Words:
    """What ``hidden`` hides, read with all else that is hidden: that may tell which letters are no part of a name."""
    said = _said(submission, person, hidden.span)
    words = Words.of(said)
    for one in redacted.every(submission):
        if one.lifted_at is None and one.erased_at is None:
            words = words.read_with(said, _said(submission, person, one.span))
    return words


def _said(submission: Submission, person: Person, span: Span) -> str:
    return span.of(reading.own_answers(submission, person, span.revision))


def _standing(submission: Submission, number: int) -> Hidden:
    found = next((one for one in redacted.every(submission) if one.number == number), None)
    if found is None or found.lifted_at is not None or found.erased_at is not None:
        raise Stale(submission.reference)
    return found


def _reason(submission: Submission, request: Erasure) -> str:
    return str(open_note(submission, "erasure", request.number, request.note)["reason"])


def _request(submission: Submission, number: int) -> Erasure:
    sought = sa.select(Erasure).where(
        Erasure.submission_id == submission.id, Erasure.redaction == number, Erasure.outcome.is_(None)
    )
    found = session().scalars(sought).one_or_none()
    if found is None:
        raise Stale(submission.reference)
    return found
