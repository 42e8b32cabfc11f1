"""Sealing what people wrote under their submission's own keys, and opening it again.

Whether somebody may read it is not decided here: staff read through
``moderation.reading``, contributors through their receipt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from intake.foundation.crypto import keyring, new_key, open_kept, open_with, seal_with
from intake.foundation.database import session

from .models import Decision, Draft, Message, Revision, Submission
from .questionnaire import ENTRY, own_words
from .vocabulary import Kind

Answers = dict[str, Any]
"""Answers by the name of their question: str, int, bool or list[str]."""


class Erased(Exception):
    """The key is destroyed: what it sealed no longer exists."""


def give_keys(submission: Submission) -> None:
    """Make the submission's own keys; its reference must be known."""
    for column in ("text_key", "contact_key"):
        setattr(submission, column, keyring().seal(new_key(), "submission", column, submission.reference))


def _key(submission: Submission, column: str) -> bytes:
    wrapped: bytes | None = getattr(submission, column)
    if wrapped is None:
        raise Erased(submission.reference)
    return open_kept(wrapped, "submission", column, submission.reference)


Typed = list[tuple[str, str]]
"""The fields of a form in their order, each as it was typed."""


def new_draft_key(receipt_digest: str) -> bytes:
    """A fresh key for the draft of this receipt, wrapped."""
    return keyring().seal(new_key(), "draft", "key", receipt_digest)


def seal_typed(draft_key: bytes, receipt_digest: str, typed: Typed) -> bytes:
    """``typed`` sealed with the draft's own key."""
    key = open_kept(draft_key, "draft", "key", receipt_digest)
    return seal_with(key, json.dumps(typed, ensure_ascii=False), "draft", "typed", receipt_digest)


def open_typed(draft: Draft) -> Typed:
    """What was typed on the form that ``draft`` keeps."""
    key = open_kept(draft.key, "draft", "key", draft.receipt_digest)
    pairs = json.loads(open_with(key, draft.typed, "draft", "typed", draft.receipt_digest))
    return [(name, value) for name, value in pairs]


def seal_answers(submission: Submission, number: int, answers: Answers) -> bytes:
    """The answers of revision ``number``, sealed with the text key."""
    return _seal(submission, "text_key", json.dumps(answers, ensure_ascii=False), "answers", number)


def seal_entry(submission: Submission, entry: Answers) -> bytes:
    """How it came, sealed with the text key."""
    return _seal(submission, "text_key", json.dumps(entry, ensure_ascii=False), "entry", 0)


def open_entry(submission: Submission) -> Answers:
    """How it came, where staff entered it; empty otherwise. Raises ``Erased`` when its key is destroyed."""
    if submission.entry is None:
        return {}
    entry: Answers = json.loads(_open(submission, "text_key", submission.entry, "entry", 0))
    return entry


def seal_contact(submission: Submission, number: int, contact: Answers) -> bytes:
    """Who the contributor is, as told in revision ``number``, sealed with the contact key."""
    return _seal(submission, "contact_key", json.dumps(contact, ensure_ascii=False), "contact", number)


def seal_message(submission: Submission, number: int, body: str) -> bytes:
    """The body of message ``number``, sealed with the text key."""
    return _seal(submission, "text_key", body, "message", number)


def seal_reason(submission: Submission, number: int, reason: str) -> bytes:
    """The reason of decision ``number``, sealed with the text key."""
    return _seal(submission, "text_key", reason, "reason", number)


def seal_memo(submission: Submission, number: int, memo: str) -> bytes:
    """What a moderator noted beside excerpt ``number``, sealed with the text key."""
    return _seal(submission, "text_key", memo, "memo", number)


def open_memo(submission: Submission, number: int, memo: bytes | None) -> str:
    """What was noted beside excerpt ``number``, empty without; raises ``Erased`` when its key is destroyed."""
    return "" if memo is None else _open(submission, "text_key", memo, "memo", number)


def open_answers(submission: Submission, revision: Revision) -> Answers:
    """The answers of ``revision``.

    Raises:
        Erased: the text key is destroyed.
        SealError: the row was changed or moved.
    """
    answers: Answers = json.loads(_open(submission, "text_key", revision.answers, "answers", revision.number))
    return answers


def open_contact(submission: Submission, revision: Revision) -> Answers:
    """Who the contributor is; empty when they did not say.

    Raises:
        Erased: the contact key is destroyed.
    """
    if revision.contact is None:
        return {}
    contact: Answers = json.loads(_open(submission, "contact_key", revision.contact, "contact", revision.number))
    return contact


def open_message(submission: Submission, message: Message) -> str:
    """The body of ``message``; raises ``Erased`` when its key is destroyed."""
    return _open(submission, "text_key", message.body, "message", message.number)


def open_reason(submission: Submission, decision: Decision) -> str:
    """The reason of ``decision``, empty without one; raises ``Erased`` when its key is destroyed."""
    if decision.reason is None:
        return ""
    return _open(submission, "text_key", decision.reason, "reason", decision.number)


def seal_note(submission: Submission, what: str, number: int, note: dict[str, Any]) -> bytes:
    """What staff note about the text, sealed with the text key; ``what`` and ``number`` say which note it is."""
    return _seal(submission, "text_key", json.dumps(note, ensure_ascii=False), what, number)


def open_note(submission: Submission, what: str, number: int, sealed: bytes) -> dict[str, Any]:
    """A note that ``seal_note`` sealed; raises ``Erased`` when its key is destroyed."""
    note: dict[str, Any] = json.loads(_open(submission, "text_key", sealed, what, number))
    return note


class Place(NamedTuple):
    """Where words stand that are sealed with the text: in which kind of thing, its number, and which part of it.

    ``part`` is the name of an answer or of a part of a note, empty where there is one text only.
    """

    what: str
    number: int
    part: str


Words = Callable[[Submission, dict[str, Any]], Iterable[str]]
"""Which parts of a note are words of somebody, by their names."""


@dataclass(frozen=True, slots=True)
class SealedText:
    """A column whose values the text key of their submission seals, each as ``what`` with the number of its row.

    ``words`` says which parts of such a note are words of somebody; None where all of it is one text.
    """

    column: InstrumentedAttribute[Any]
    what: str
    words: Words | None

    def rows(self, submission: Submission) -> Iterable[Any]:
        """The rows of ``submission`` in which something is sealed."""
        if self.column.class_ is Submission:
            return [submission] if getattr(submission, self.column.key) is not None else []
        of_it = self.column.class_.submission_id == submission.id
        return session().scalars(sa.select(self.column.class_).where(of_it, self.column.is_not(None))).all()

    def changed(self, submission: Submission, number: int, plain: str, change: Callable[[Place, str], str]) -> str:
        """``plain`` with its words as ``change`` gives them back."""
        if self.words is None:
            return change(Place(self.what, number, ""), plain)
        note: dict[str, Any] = json.loads(plain)
        for name in list(self.words(submission, note)):
            note[name] = change(Place(self.what, number, name), note[name])
        return json.dumps(note, ensure_ascii=False)


_SEALED_TEXTS: list[SealedText] = []


def sealed_with_text(column: InstrumentedAttribute[Any], what: str, *words: str, words_of: Words | None = None) -> None:
    """Declare that ``column`` is sealed with the text key as ``what``.

    ``words`` are the parts of such a note that are words of somebody, or ``words_of`` tells them; without either it is
    one text.
    """

    def named(_submission: Submission, note: dict[str, Any]) -> Iterator[str]:
        return (name for name in words if isinstance(note.get(name), str))

    _SEALED_TEXTS.append(SealedText(column, what, words_of or (named if words else None)))


def sealed_texts() -> tuple[SealedText, ...]:
    """Every declared column."""
    return tuple(_SEALED_TEXTS)


sealed_with_text(Revision.answers, "answers", words_of=lambda one, answers: own_words(Kind(one.kind), answers))
sealed_with_text(Submission.entry, "entry", *(question.name for question in ENTRY.questions if question.is_prose))
sealed_with_text(Message.body, "message")
sealed_with_text(Decision.reason, "reason")


def texts_of(submission: Submission) -> Iterator[tuple[Place, str]]:
    """All words of somebody that are sealed with the text, and where they stand; raises ``Erased`` without its key."""
    found: list[tuple[Place, str]] = []

    def note(place: Place, text: str) -> str:
        found.append((place, text))
        return text

    for _one, _row, _number, _plain in _changed(submission, note):
        yield from found
        found.clear()


def _changed(submission: Submission, change: Callable[[Place, str], str]) -> Iterator[tuple[SealedText, Any, int, str]]:
    for one in _SEALED_TEXTS:
        for row in one.rows(submission):
            number = 0 if row is submission else row.number
            plain = _open(submission, "text_key", getattr(row, one.column.key), one.what, number)
            yield one, row, number, one.changed(submission, number, plain, change)


def seal_anew(submission: Submission, change: Callable[[Place, str], str]) -> None:
    """Seal all that is sealed with the text under a new key, with the words that ``change`` gives back.

    The old key is gone with that: what it sealed can be opened nowhere in this database any more. The database lets
    records be sealed anew only while words of the submission are being erased (migration 0033).

    Raises:
        Erased: the key is destroyed.
    """
    changed = list(_changed(submission, change))
    submission.text_key = keyring().seal(new_key(), "submission", "text_key", submission.reference)
    for one, row, number, plain in changed:
        setattr(row, one.column.key, _seal(submission, "text_key", plain, one.what, number))
    session().flush()


def _seal(submission: Submission, key: str, plain: str, what: str, number: int) -> bytes:
    return seal_with(_key(submission, key), plain, what, submission.reference, str(number))


def _open(submission: Submission, key: str, sealed: bytes, what: str, number: int) -> str:
    return open_with(_key(submission, key), sealed, what, submission.reference, str(number))
