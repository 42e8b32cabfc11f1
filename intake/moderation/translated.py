"""Translations as they are kept, and set beside the paragraphs of the original.

A translation is of one paragraph of one answer of one revision, into one language, sealed with the text. It is made
of what is read beyond the desk: where words are hidden, of what stands in their place. It belongs to a paragraph by a
keyed digest of those very words: it stands wherever they stand, in a later revision too, and is stale wherever they
were changed or something was hidden in them. Rows are added and never changed, but for being checked once.
Who may read what of it is decided in ``reading``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.foundation import search as folding
from intake.foundation.crypto import keyring
from intake.foundation.database import Base, session
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.types import Moment, one_of
from intake.submissions.models import Submission
from intake.submissions.sealing import open_note, sealed_with_text
from intake.submissions.search import also_found_by
from intake.submissions.services import erased_with_submission

from . import redacted
from .known import Words
from .redacted import Hidden
from .spans import BLOCK

_LEAST_COMMON = 0.3
"""Share of its words that a paragraph has in common with what it was, at least, to be known again."""
_MOST_COMPARED = 2_000
"""Pairs of paragraphs that are compared word by word; of more, only those in the same place are."""


class Origin(StrEnum):
    """Where the words of a translation come from."""

    PERSON = "person"
    TABLE = "table"
    MACHINE = "machine"


class State(StrEnum):
    """How far the translation of a paragraph is."""

    MISSING = "missing"
    DRAFT = "draft"
    CHECKED = "checked"
    STALE = "stale"


@erased_with_submission
class Translation(Base):
    """One paragraph of the answer ``answer`` in another language, as somebody left it.

    ``paragraph`` is the keyed digest of the original's paragraph, ``place`` its number there, from 0; ``words`` holds,
    sealed, the translation and the original that it is of. ``follows`` is the number of the translation in whose
    place it came. ``person_id`` is who wrote it or brought it in; None where a machine made it and nobody touched it.
    """

    __tablename__ = "translation"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        one_of("language", CODES),
        one_of("origin", [origin.value for origin in Origin]),
        sa.CheckConstraint("person_id IS NOT NULL OR origin = 'machine'", name="by_somebody"),
        sa.CheckConstraint("(checked_at IS NULL) = (checked_by_id IS NULL)", name="checked_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    revision: Mapped[int]
    answer: Mapped[str] = mapped_column(sa.String(60))
    place: Mapped[int]
    paragraph: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str] = mapped_column(sa.String(2))
    origin: Mapped[str] = mapped_column(sa.String(10))
    follows: Mapped[int | None]
    words: Mapped[bytes] = mapped_column(sa.LargeBinary)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    checked_at: Mapped[datetime | None] = mapped_column(Moment)


sealed_with_text(Translation.words, "translation", "text", "source")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the original as it is translated: the answer it is of, its number there, its words, their digest.

    Where the same words stand more than once in an answer, each has a digest of its own.
    """

    answer: str
    place: int
    text: Text
    digest: str


@dataclass(frozen=True, slots=True)
class Version:
    """A translation, opened: its words, and those of the original that it was made of."""

    number: int
    revision: int
    answer: str
    place: int
    digest: str
    language: str
    origin: Origin
    follows: int | None
    text: str
    source: str
    person_id: int | None
    at: datetime
    checked_by_id: int | None
    checked_at: datetime | None

    @property
    def is_machine_made(self) -> bool:
        """Whether a machine made it and no person has checked it yet."""
        return self.origin is Origin.MACHINE and self.checked_at is None


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph and what there is of it in the other language; of what is stale, what it was made of is in it.

    ``gives_away`` says that it is stale because it says what is hidden in the original.
    """

    paragraph: Paragraph
    version: Version | None
    state: State
    gives_away: bool = False

    @property
    def seen(self) -> int:
        """The number of the translation, 0 without one, for a form or a table to bring back."""
        return self.version.number if self.version else 0

    @property
    def is_machine_made(self) -> bool:
        """Whether what there is was made by a machine and checked by nobody."""
        return self.version is not None and self.version.is_machine_made


@dataclass(frozen=True, slots=True)
class Beside:
    """A submission and its translation into ``language``, paragraph by paragraph.

    ``left_over`` was translated and stands in the original no more.
    """

    language: str
    pairs: tuple[Pair, ...]
    left_over: tuple[Version, ...] = ()

    def count(self, state: State) -> int:
        """How many paragraphs are so far."""
        return sum(pair.state is state for pair in self.pairs)

    @property
    def is_machine_made(self) -> bool:
        """Whether any of it was made by a machine and checked by nobody."""
        return any(pair.is_machine_made for pair in self.pairs)

    def of(self, answer: str) -> tuple[Pair, ...]:
        """The pairs of one answer, in its order."""
        return tuple(pair for pair in self.pairs if pair.paragraph.answer == answer)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a translation may not say: the words that are ``hidden``, unless they stand ``open`` elsewhere; folded.

    Those that are ``erased`` are known by their digests.
    """

    hidden: tuple[str, ...]
    open: str
    erased: tuple[Words, ...] = ()

    @classmethod
    def of(cls, answers: Mapping[str, object], hidden: Iterable[Hidden]) -> Kept:
        """What is ``hidden`` in ``answers``, as they were written, of one revision."""
        every = list(hidden)
        there = redacted.without(dict(answers), every)
        said = "\n".join(text for text in there.values() if isinstance(text, str))
        words = dict.fromkeys(_folded(one.span.of(answers)) for one in every)
        erased = {Words.hidden(one, "") for one in every if one.erased_at is not None}
        return cls(
            tuple(word for word in words if len(word.replace(" ", "")) >= redacted.LEAST_TELLING),
            _folded(said),
            tuple(one for one in erased if one.is_telling and not one.is_in(said)),
        )

    def is_in(self, text: str) -> bool:
        """Whether ``text`` says any of it, in whatever spelling; in another script it is not known again."""
        if any(one.is_in(text) for one in self.erased):
            return True
        said = f" {_folded(text)} "
        return any(f" {word} " in said and f" {word} " not in f" {self.open} " for word in self.hidden)


def _folded(text: str) -> str:
    return " ".join(folding.words(text))


@dataclass(frozen=True, slots=True)
class Source:
    """What of a revision is translated: texts by answer, and what their translations may not say."""

    revision: int
    texts: Mapping[str, Text]
    kept: Kept


def paragraphs(submission: Submission, source: Mapping[str, Text]) -> Iterator[Paragraph]:
    """The paragraphs of ``source``, texts by answer, as pages show them."""
    for answer, text in source.items():
        before: Counter[str] = Counter()
        parts = (part.strip() for part in text.text.replace("\r\n", "\n").split("\n\n"))
        for place, part in enumerate(part for part in parts if part):
            said = "\x1f".join((submission.reference, answer, str(before[part]), part))
            before[part] += 1
            yield Paragraph(answer, place, Text(part, text.language), keyring().index("paragraph", said))


def rows_of(submissions: Iterable[int]) -> Sequence[Translation]:
    """Every row of these submissions (ids), oldest first, in one statement."""
    sought = sa.select(Translation).where(Translation.submission_id.in_(list(submissions)))
    return session().scalars(sought.order_by(Translation.submission_id, Translation.number)).all()


def opened(submission: Submission, row: Translation) -> Version:
    """``row`` of ``submission`` with its words; raises ``Erased`` when their key is destroyed."""
    words = open_note(submission, "translation", row.number, row.words)
    return Version(
        number=row.number, revision=row.revision, answer=row.answer, place=row.place, digest=row.paragraph,
        language=row.language, origin=Origin(row.origin), follows=row.follows, text=words["text"],
        source=words["source"], person_id=row.person_id, at=row.at, checked_by_id=row.checked_by_id,
        checked_at=row.checked_at,
    )  # fmt: skip


def every(submission: Submission) -> list[Version]:
    """All there ever was, into every language, oldest first."""
    return [opened(submission, row) for row in rows_of([submission.id])]


def beside(submission: Submission, source: Source, language: str, versions: Iterable[Version]) -> Beside:
    """``source`` with what ``versions`` there are of it in ``language``.

    An answer that is written in that language already is no part of it.
    """
    wanted = [one for one in paragraphs(submission, source.texts) if one.text.language != language]
    known = [one for one in versions if one.language == language]
    same = {one.digest: one for one in known}
    standing = [same.get(paragraph.digest) for paragraph in wanted]
    free = _free(known, [one for one in standing if one is not None], source.revision)
    nearest = _nearest([one for one, there in zip(wanted, standing, strict=True) if there is None], free)
    pairs = tuple(
        _pair(one, there, nearest.get(one.digest), source.kept) for one, there in zip(wanted, standing, strict=True)
    )
    taken = {pair.seen for pair in pairs}
    return Beside(language, pairs, tuple(one for one in free if one.number not in taken))


def _pair(paragraph: Paragraph, standing: Version | None, nearest: Version | None, kept: Kept) -> Pair:
    if standing is None:
        return Pair(paragraph, nearest, State.STALE if nearest is not None else State.MISSING)
    if kept.is_in(standing.text):
        return Pair(paragraph, standing, State.STALE, gives_away=True)
    if BLOCK in standing.text:
        return Pair(paragraph, standing, State.STALE)  # words of it were erased
    return Pair(paragraph, standing, State.CHECKED if standing.checked_at else State.DRAFT)


def _free(known: Sequence[Version], standing: Sequence[Version], revision: int) -> list[Version]:
    """The last of each row of versions of which none stands, newest first; nothing of later revisions."""
    known = [one for one in known if one.revision <= revision]
    by_number = {one.number: one for one in known}

    def first(one: Version) -> int:
        while one.follows in by_number:
            one = by_number[one.follows]
        return one.number

    done = {first(one) for one in standing}
    followed = {one.follows for one in known}
    return [one for one in reversed(known) if one.number not in followed and first(one) not in done]


def _nearest(wanted: Sequence[Paragraph], free: Sequence[Version]) -> dict[str, Version]:
    """Of what paragraphs the versions that are ``free`` were made before they were changed, by digest."""
    is_much = len(wanted) * len(free) > _MOST_COMPARED
    found = []
    for paragraph in wanted:
        for turn, one in enumerate(free):
            if one.answer == paragraph.answer and (one.place == paragraph.place or not is_much):
                likeness = _likeness(one.source, paragraph.text.text)
                if likeness >= _LEAST_COMMON:
                    found.append((-likeness, abs(one.place - paragraph.place), turn, paragraph, one))
    nearest: dict[str, Version] = {}
    taken: set[int] = set()
    for *_order, paragraph, one in sorted(found, key=lambda each: each[:3]):
        if paragraph.digest not in nearest and one.number not in taken:
            nearest[paragraph.digest] = one
            taken.add(one.number)
    return nearest


def _likeness(before: str, after: str) -> float:
    matcher = SequenceMatcher(None, before.split(), after.split(), autojunk=False)
    return 0.0 if matcher.quick_ratio() < _LEAST_COMMON else matcher.ratio()


# Searching


def said_in(submission: Submission, rows: Iterable[Translation]) -> Iterator[Text]:
    """The words of the last of each row of versions in ``rows`` of ``submission``, as co-leads read them."""
    versions = [opened(submission, row) for row in rows]
    followed = {one.follows for one in versions}
    for one in versions:
        if one.number not in followed:
            yield Text(one.text, one.language)


class Others:
    """The translations of several submissions (ids), read in one statement once any of them is asked for."""

    def __init__(self, submissions: Iterable[int]) -> None:
        self._ids = tuple(submissions)
        self._rows: dict[int, list[Translation]] | None = None

    def of(self, submission: Submission) -> Iterator[Text]:
        """What is said in the translations of ``submission``: as ``said_in``."""
        yield from said_in(submission, self._rows_of(submission))

    def every(self, submission: Submission) -> list[Version]:
        """All there ever was of ``submission``: as the function of that name."""
        return [opened(submission, row) for row in self._rows_of(submission)]

    def _rows_of(self, submission: Submission) -> Sequence[Translation]:
        if self._rows is None:
            self._rows = {}
            for row in rows_of(self._ids):
                self._rows.setdefault(row.submission_id, []).append(row)
        return self._rows.get(submission.id, ())


@also_found_by
def looked_for(submission: Submission) -> Iterator[str]:
    """By what a submission is found beside its own words: what stands in place of hidden ones, and translations."""
    for one in redacted.every(submission):
        if one.lifted_at is None:
            yield one.instead
    yield from (text.text for text in said_in(submission, rows_of([submission.id])))
