"""A second coder who does not see the first: the sample, and how far both agree when it is done.

While somebody codes a sample, nothing that others coded of it exists for them, in no list, count or table
(``coding.unseen``, ``models.codes_unseen``). Agreement is Krippendorff's alpha for nominal data and two coders:
whether a theme was given to a submission or not. What either gave is kept as it was when the second was done, so
that what is changed after talking about it makes nobody agree in retrospect.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

import sqlalchemy as sa
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from intake.accounts.models import Person
from intake.accounts.permissions import may
from intake.foundation import clock, register, sheets
from intake.foundation.database import session
from intake.foundation.multilingual import Text
from intake.programme.models import ListeningSession
from intake.submissions.models import Submission

from . import handover, reading
from .codebook import Book, book_of
from .coding import Axis, Excerpt, ExcerptCode
from .models import CodingAfresh, SecondCoding, SecondCodingItem

MOST = 200
"""Submissions that a sample may have: more than anybody codes twice."""

Given = dict[int, set[tuple[int, str]]]
"""By submission, who gave which theme to it (ids of people, codes)."""


class NotPossible(ValueError):
    """Nobody to ask, nothing to draw from, or that person codes a sample already."""


class Uncoded(Exception):
    """Of the sample, ``references`` have no theme from whoever wants to be done; nothing was done."""

    def __init__(self, references: tuple[str, ...]) -> None:
        super().__init__(len(references))
        self.references = references


@dataclass(frozen=True, slots=True)
class ThemeAgreement:
    """One theme in a sample: given by both, by one of them, by neither; ``alpha`` is None where nothing varies."""

    theme: Text
    both: int
    only_first: int
    only_second: int
    neither: int
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A theme that one of the two gave to a submission."""

    reference: str
    theme: Text
    by_second: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as one reader may see it; ``units`` of its ``size`` exist for them. The rest once it is done."""

    row: SecondCoding
    units: int
    references: tuple[str, ...]
    is_mine: bool
    alpha: float | None = None
    themes: tuple[ThemeAgreement, ...] = ()
    differences: tuple[Difference, ...] = ()


def can_be_asked(held: ListeningSession, person: Person) -> Sequence[Person]:
    """Colleagues of ``person`` who moderate ``held``; nobody who reads its digests, where everybody's codes stand."""
    return [one for one in handover.colleagues(person, [held])
            if may(one, "submission.decide", held) and not may(one, "digest.read", held)]  # fmt: skip


def ask(held: ListeningSession, person: Person, coder: Person, size: int, *, seed: str | None = None) -> SecondCoding:
    """Ask ``coder`` to code ``size`` accepted submissions afresh, chosen at random by ``seed`` (default: a new one).

    They are drawn from those that both may read, that others have coded and ``coder`` has not; if there are fewer,
    all of them.

    Raises:
        NotPossible: ``coder`` cannot be asked, codes a sample of ``held`` already, or there is nothing to draw.
    """
    # Whoever asks meanwhile waits: nobody gets two samples at once.
    session().execute(sa.select(ListeningSession.id).where(ListeningSession.id == held.id).with_for_update())
    if coder.id not in {one.id for one in can_be_asked(held, person)} or _open(held, coder) is not None:
        raise NotPossible(coder.id)
    frame = _frame(held, person, coder)
    if not frame or size < 1:
        raise NotPossible(held.code)
    seed, moment = seed or secrets.token_hex(16), clock.now()
    drawn = draw(frame, size, seed)
    made = SecondCoding(
        listening_session_id=held.id, coder_id=coder.id, asked_by_id=person.id, asked_at=moment, seed=seed,
        size=len(drawn), drawn_from=len(frame), done_at=None,
    )  # fmt: skip
    session().add(made)
    session().flush()
    for submission in drawn:
        session().add(SecondCodingItem(second_coding_id=made.id, submission_id=submission, first=[], second=[]))
        session().add(CodingAfresh(submission_id=submission, person_id=coder.id, started_at=moment))
    session().flush()
    register.record("agreement.ask", held.code, person_id=person.id, coder=coder.id, size=len(drawn), seed=seed)
    return made


def draw(frame: Sequence[int], size: int, seed: str) -> list[int]:
    """``size`` of ``frame``, the same ones for the same ``seed``, in their own order."""
    chosen = Random(seed).sample(sorted(frame), min(size, len(frame), MOST))  # noqa: S311  # kept, so that it can be drawn again
    return sorted(chosen)


def done(held: ListeningSession, coder: Person, *, uncoded: int = 0) -> bool:
    """Keep what both gave, and let ``coder`` see the rest; False where they code no sample.

    Nobody can tell one that was forgotten from one in which there is no theme: so ``coder`` says how many are left
    ``uncoded``.

    Raises:
        Uncoded: there are others, or another number.
    """
    session().execute(sa.select(ListeningSession.id).where(ListeningSession.id == held.id).with_for_update())
    row = _open(held, coder)
    if row is None:
        return False
    items = session().scalars(sa.select(SecondCodingItem).where(SecondCodingItem.second_coding_id == row.id)).all()
    numbers = [item.submission_id for item in items]
    given = _given(numbers)
    left = _uncoded(numbers, given, coder)
    if len(left) not in (0, uncoded):
        raise Uncoded(left)
    row.done_at = clock.now()
    for item in items:
        item.first = sorted({code for who, code in given.get(item.submission_id, ()) if who != coder.id})
        item.second = sorted({code for who, code in given.get(item.submission_id, ()) if who == coder.id})
    session().execute(
        sa.update(CodingAfresh)
        .where(CodingAfresh.person_id == coder.id, CodingAfresh.submission_id.in_(numbers))
        .values(done_at=row.done_at)
    )
    session().flush()
    register.record("agreement.done", held.code, person_id=coder.id, size=len(items))
    return True


def _uncoded(numbers: Sequence[int], given: Given, coder: Person) -> tuple[str, ...]:
    """The references of those of a sample that ``coder`` reads and gave no theme to."""
    coded = [number for number, codes in given.items() if coder.id in {who for who, _code in codes}]
    sought = sa.select(Submission.reference).where(Submission.id.in_(numbers), Submission.id.not_in(coded))
    return tuple(session().scalars(reading.visible(sought, coder).order_by(Submission.id)))


def samples(held: ListeningSession, person: Person, reader: str) -> list[Sample]:
    """The samples of ``held``, newest first, as far as ``person`` reads their submissions."""
    rows = session().scalars(
        sa.select(SecondCoding).where(SecondCoding.listening_session_id == held.id)
        .options(joinedload(SecondCoding.coder)).order_by(SecondCoding.id.desc())
    ).all()  # fmt: skip
    return [_sample(row, person, book_of(held.id), reader) for row in rows]


def _sample(row: SecondCoding, person: Person, book: Book, reader: str) -> Sample:
    sought = (
        sa.select(Submission.reference, SecondCodingItem.first, SecondCodingItem.second)
        .join(SecondCodingItem, SecondCodingItem.submission_id == Submission.id)
        .where(SecondCodingItem.second_coding_id == row.id)
        .order_by(Submission.id)
    )
    found = [(reference, _now(first, book), _now(second, book))
             for reference, first, second in session().execute(reading.visible(sought, person))]  # fmt: skip
    references, is_mine = tuple(reference for reference, _first, _second in found), row.coder_id == person.id
    if row.done_at is None:
        return Sample(row, len(found), references, is_mine)
    pairs = [(first, second) for _reference, first, second in found]
    used = [code for code in book.entries if any(code in first | second for first, second in pairs)]
    return Sample(
        row, len(found), references, is_mine,
        alpha=_alpha([(code in first, code in second) for code in used for first, second in pairs]),
        themes=tuple(_of_theme(book.called(code, reader), [(code in a, code in b) for a, b in pairs]) for code in used),
        differences=tuple(
            Difference(reference, book.called(code, reader), code in second)
            for reference, first, second in found for code in used if code in first ^ second
        ),
    )  # fmt: skip


def _now(codes: Iterable[str], book: Book) -> set[str]:
    return {book.now(code) for code in codes}


def _of_theme(theme: Text, given: Sequence[tuple[bool, bool]]) -> ThemeAgreement:
    return ThemeAgreement(
        theme, given.count((True, True)), given.count((True, False)), given.count((False, True)),
        given.count((False, False)), _alpha(given),
    )  # fmt: skip


def _alpha(given: Sequence[tuple[bool, bool]]) -> float | None:
    """Krippendorff's alpha of what two coders said, one unit each; None where all said the same, or nothing."""
    if len({said for both in given for said in both}) < 2:
        return None
    # A tenth of a second to import, for what few ever ask.
    import krippendorff  # noqa: PLC0415

    data = [[float(said) for said in coder] for coder in zip(*given, strict=True)]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def _open(held: ListeningSession, coder: Person) -> SecondCoding | None:
    sought = sa.select(SecondCoding).where(
        SecondCoding.listening_session_id == held.id, SecondCoding.coder_id == coder.id, SecondCoding.done_at.is_(None)
    )
    return session().scalars(sought).one_or_none()


def _frame(held: ListeningSession, person: Person, coder: Person) -> list[int]:
    """What a sample may be drawn from."""
    by_others = sa.select(Excerpt.submission_id).where(Excerpt.person_id != coder.id, Excerpt.removed_at.is_(None))
    own = sa.select(Excerpt.submission_id).where(Excerpt.person_id == coder.id)
    begun = sa.select(CodingAfresh.submission_id).where(CodingAfresh.person_id == coder.id)
    sought = sa.select(Submission.id).where(
        Submission.listening_session_id == held.id, Submission.accepted_revision.is_not(None),
        Submission.id.in_(by_others), Submission.id.not_in(own), Submission.id.not_in(begun),
    )  # fmt: skip
    return list(session().scalars(reading.visible(reading.visible(sought, person), coder).order_by(Submission.id)))


def _given(submissions: Sequence[int]) -> Given:
    """Who gave which theme to each submission, in the revision that stands of it."""
    sought = (
        sa.select(Excerpt.submission_id, Excerpt.person_id, ExcerptCode.code)
        .join(ExcerptCode, ExcerptCode.excerpt_id == Excerpt.id)
        .join(Submission, Submission.id == Excerpt.submission_id)
        .where(
            Excerpt.submission_id.in_(submissions), Excerpt.removed_at.is_(None),
            Excerpt.revision == reading.stands_as(), ExcerptCode.axis == Axis.THEME.value,
        )
    )  # fmt: skip
    found: Given = {}
    for submission, who, code in session().execute(sought):
        found.setdefault(submission, set()).add((who, code))
    return found


def in_figures(alpha: float | None) -> str:
    """An alpha as it is written; a word where there is none."""
    return _("none") if alpha is None else format_decimal(round(alpha, 2), format="0.00")


def export(held: ListeningSession, person: Person, *, kind: str, reader: str) -> bytes:
    """Every finished sample by theme as a table of ``kind``; leaves a line in the register.

    Raises:
        KeyError: another kind.
    """
    write = {"csv": sheets.as_csv, "xlsx": _as_xlsx}[kind]
    rows = [[sheets.neutral(cell) for cell in row] for row in _lines(samples(held, person, reader))]
    made = write(rows)
    register.record("agreement.export", held.code, person_id=person.id, format=kind, rows=len(rows) - 1)
    return made


def _as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    return sheets.as_xlsx("agreement", rows, [14, 24, 34, 10, 10, 10, 12, 12, 10, 10, 34])


def _lines(every: Iterable[Sample]) -> Iterable[tuple[str, ...]]:
    yield ("done_on", "second_coder", "theme", "units", "coders", "both", "only_first", "only_second", "neither",
           "alpha", "seed")  # fmt: skip
    for one in every:
        if one.row.done_at is None:
            continue
        begins = (one.row.done_at.date().isoformat(), one.row.coder.name)
        for theme in one.themes:
            yield (
                *begins, theme.theme.text, str(one.units), "2", str(theme.both), str(theme.only_first),
                str(theme.only_second), str(theme.neither), "" if theme.alpha is None else f"{theme.alpha:.4f}",
                one.row.seed,
            )  # fmt: skip
        yield (*begins, "*", str(one.units), "2", "", "", "", "", "" if one.alpha is None else f"{one.alpha:.4f}",
               one.row.seed)  # fmt: skip
