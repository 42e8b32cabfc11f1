"""Sealing what people wrote under their submission's own keys, and opening it again.

Whether somebody may read it is not decided here: staff read through
``moderation.reading``, contributors through their receipt.
"""

from __future__ import annotations

import json
from typing import Any

from intake.foundation.crypto import keyring, new_key, open_kept, open_with, seal_with

from .models import Decision, Draft, Message, Revision, Submission

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


def _seal(submission: Submission, key: str, plain: str, what: str, number: int) -> bytes:
    return seal_with(_key(submission, key), plain, what, submission.reference, str(number))


def _open(submission: Submission, key: str, sealed: bytes, what: str, number: int) -> str:
    return open_with(_key(submission, key), sealed, what, submission.reference, str(number))
