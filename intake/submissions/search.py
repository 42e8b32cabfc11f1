"""Finding submissions by their words, without keeping the words.

A row of ``search_entry`` holds, of every word that staff may read, a keyed digest: the index
finds a word and tells none. A copy of the database gives away nothing that was written, and
nothing is left to read in the pages that an index leaves behind. The digests are letters
alone, which SQLite's FTS5 and PostgreSQL's ``tsvector`` cut alike: both find the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Mapped, mapped_column

from intake.foundation import search
from intake.foundation.crypto import keyring
from intake.foundation.database import Base, session

from .models import Revision, Submission
from .questionnaire import own_words
from .sealing import open_answers
from .vocabulary import Kind, State

Statement = TypeVar("Statement", bound=sa.Select[*tuple[Any, ...]])

MOST_WORDS = 12
"""Words of one search; what is typed beyond them narrows nothing."""

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_PHRASE_OR_WORD = re.compile(r"[\"«“„]([^\"»”“„]*)[\"»”“]|(\S+)")
_WINDOW = 5_000
_DIGEST_LETTERS = 14
"""56 bits: among ten million different words two meet once in a thousand installations."""


class SearchEntry(Base):
    """The words of one submission, each as its keyed digest, behind the mark of its listening session."""

    __tablename__ = "search_entry"

    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(sa.Text)


_ALSO: list[Callable[[Submission], Iterable[str]]] = []


def also_found_by(texts: Callable[[Submission], Iterable[str]]) -> Callable[[Submission], Iterable[str]]:
    """Declare that a submission is found by these ``texts`` of it too: they lie above what contributors write."""
    _ALSO.append(texts)
    return texts


def enter(submission: Submission, *, new: bool = False) -> list[str]:
    """Make ``submission`` found by the words of its latest revision, of the one that stands accepted, and what else is.

    Of a ``new`` one there is nothing else. Returns the words of the latest revision as ``words_of`` does.
    """
    latest = submission.revisions[-1]
    shown = {latest.number, submission.accepted_revision}
    words = {one.number: words_of(submission, one) for one in submission.revisions if one.number in shown}
    own, also = mark(submission.listening_session_id), () if new else _ALSO
    # The mark between two texts: no phrase is found that begins in one and ends in the other.
    further = ([own, *digests(text)] for texts in also for text in texts(submission))
    entered = chain([own], *words.values(), *further)
    leave(submission)
    session().add(SearchEntry(submission_id=submission.id, words=" ".join(entered)))
    session().flush()
    return words[latest.number]


def words_of(submission: Submission, revision: Revision) -> list[str]:
    """The words that somebody wrote in ``revision``, in order, as the index holds them."""
    answers = open_answers(submission, revision)
    return digests("\n".join(str(answers[name]) for name in own_words(Kind(submission.kind), answers)))


def enter_missing(count: int) -> int:
    """Enter at most ``count`` submissions that are not in the index, as after an upgrade; returns how many."""
    there = sa.select(SearchEntry.submission_id).where(SearchEntry.submission_id == Submission.id)
    missing = sa.select(Submission).where(Submission.state != State.WITHDRAWN, ~there.exists()).limit(count)
    found = session().scalars(missing.order_by(Submission.id.desc())).all()
    for submission in found:
        enter(submission)
    return len(found)


def leave(submission: Submission) -> None:
    """Make ``submission`` found by nothing."""
    session().execute(sa.delete(SearchEntry).where(SearchEntry.submission_id == submission.id))


def mark(listening_session_id: int) -> str:
    """The word that stands for a listening session, so that the index itself narrows to some of them."""
    return f"s{listening_session_id}"


def digests(text: str) -> list[str]:
    """The words of ``text`` in order, as the index holds them."""
    return [keyring().index("search", word)[:_DIGEST_LETTERS].translate(_LETTERS) for word in search.words(text)]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: groups of words (as digests) that must all be there, those of a group one after the other."""

    groups: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, typed: str) -> Sought:
        """What somebody typed: words, and phrases in quotation marks of any kind."""
        parts = (phrase or word for phrase, word in _PHRASE_OR_WORD.findall(typed))
        groups, room = [], MOST_WORDS
        for part in parts:
            group = tuple(digests(part)[:room])
            room -= len(group)
            if group:
                groups.append(group)
        return cls(tuple(groups))

    def __bool__(self) -> bool:
        return bool(self.groups)

    def is_in(self, word: str) -> bool:
        """Whether ``word`` is, or holds, one of the words looked for."""
        return not {one for group in self.groups for one in group}.isdisjoint(digests(word))


def found_by(
    statement: Statement, sought: Sought, listening_sessions: Iterable[int], *, since: int = 0, before: int | None
) -> Statement:
    """``statement`` over ``Submission``, narrowed to what holds ``sought`` in ``listening_sessions``, newest first.

    Only ids above ``since`` and below ``before`` are looked at.
    """
    marks = [mark(one) for one in listening_sessions]
    if _is_postgresql():
        asked = "&".join([f"({'|'.join(marks)})", *(f"({'<->'.join(group)})" for group in sought.groups)])
        entry = sa.table("search_entry", sa.column("submission_id"), sa.column("search_words"))
        number, holds = entry.c.submission_id, entry.c.search_words.op("@@")(sa.cast(asked, TSQUERY))
    else:
        asked = " AND ".join([f"({' OR '.join(marks)})", *(f"({' + '.join(group)})" for group in sought.groups)])
        entry = sa.table("search_words", sa.column("rowid"), sa.column("search_words"))
        # Ordered by the index's own number, it gives the newest first and stops where enough is found.
        number, holds = entry.c.rowid, entry.c.search_words.op("MATCH")(asked)
    statement = statement.join(entry, number == Submission.id).where(holds).order_by(number.desc())
    if since:
        statement = statement.where(number > since)
    return statement if before is None else statement.where(number < before)


def windows(before: int | None) -> Iterator[int]:
    """From which id on to look, newest first: what is not found among the newest is looked for among all.

    PostgreSQL gathers all that holds a word before it gives the newest: of a common one, far too much.
    """
    if _is_postgresql():
        last = before or session().execute(sa.select(sa.func.max(SearchEntry.submission_id))).scalar() or 0
        if last > _WINDOW:
            yield last - _WINDOW
    yield 0


def _is_postgresql() -> bool:
    return session().get_bind().dialect.name == "postgresql"
