"""Drafts: a form saved to come back to, under the receipt code that its submission will have.

Saving checks nothing but the size; sending checks all. A draft that was opened while its
listening session took submissions may still be sent in the hours of grace after it closed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from intake.foundation import clock
from intake.foundation.database import session, take_turns
from intake.foundation.identifiers import receipt_for
from intake.programme.models import ListeningSession
from intake.programme.queries import closed_at

from . import attachments
from .models import Draft, Submission
from .sealing import Typed, new_draft_key, open_typed, seal_typed
from .services import receipt_digest, sent_with
from .vocabulary import Kind


class AlreadySent(Exception):
    """The form became a submission, which its receipt changes."""


class AnotherForm(Exception):
    """What lies under the form's token is the draft of another form."""


class Overtaken(Exception):
    """The draft was saved from another place since this one last saw it."""


def save(
    typed: Typed,
    listening_session: ListeningSession,
    kind: Kind,
    *,
    form_token: str,
    interface_language: str,
    seen: int | None = None,
) -> tuple[Draft, str]:
    """Keep ``typed`` as it is; returns the draft with its receipt code (25 symbols, ungrouped).

    ``seen`` is the version this browser last saw, None where it saw none.

    Raises:
        AlreadySent: what lies under this token is a submission by now, or was one.
        AnotherForm: it is the draft of another form.
        Overtaken: somebody else saved it since ``seen``.
    """
    code = receipt_for(form_token)
    digest = receipt_digest(code)
    take_turns(digest)
    draft = _locked(digest)
    # Looked for after the turn is ours: who sends the same form at this moment has it until the submission is there.
    if sent_with(form_token) is not None:
        raise AlreadySent
    if draft is not None and not is_of(draft, listening_session, kind):
        raise AnotherForm
    if draft is not None and draft.erase_after <= clock.now():
        session().delete(draft)
        session().flush()
        draft = None
    erase_after = clock.now() + timedelta(days=days_kept())
    if draft is None:
        key = new_draft_key(digest)
        draft = Draft(
            listening_session=listening_session, kind=kind, interface_language=interface_language,
            receipt_digest=digest, opened_at=clock.now(), erase_after=erase_after,
            key=key, typed=seal_typed(key, digest, typed),
        )  # fmt: skip
        session().add(draft)
    else:
        # The same words again are no other place: the answer was lost on the way.
        if draft.version != seen and open_typed(draft) != typed:
            raise Overtaken
        draft.version += 1
        draft.erase_after = erase_after
        draft.interface_language = interface_language
        draft.typed = seal_typed(draft.key, digest, typed)
    session().flush()
    return draft, code


def find(digest: str) -> Draft | None:
    """The draft whose receipt has this keyed digest, unless its time is over."""
    sought = sa.select(Draft).where(Draft.receipt_digest == digest, Draft.erase_after > clock.now())
    return session().scalars(sought).one_or_none()


def of_form(form_token: str, listening_session: ListeningSession, kind: Kind) -> Draft | None:
    """The draft of the form with this token, if it is of this kind and session."""
    found = find(receipt_digest(receipt_for(form_token)))
    return found if found is not None and is_of(found, listening_session, kind) else None


def is_of(draft: Draft, listening_session: ListeningSession, kind: Kind) -> bool:
    """Whether ``draft`` is of the form of ``kind`` in this session."""
    return draft.listening_session_id == listening_session.id and draft.kind == kind


def may_still_be_sent(draft: Draft | None) -> bool:
    """Whether the form may be sent although its session is closed: it was begun before, and the grace is not over."""
    until = None if draft is None else grace_until(draft)
    return until is not None and clock.now() < until


def grace_until(draft: Draft) -> datetime | None:
    """Until when it may be sent although its session is closed; None while that is open, or closed before it began."""
    closed = closed_at(draft.listening_session)
    return closed + timedelta(hours=grace_hours()) if closed is not None and draft.opened_at < closed else None


def grace_hours() -> int:
    """Hours after the closing of a session in which what was saved before may still be sent."""
    hours: int = current_app.config["SETTINGS"].grace_hours
    return hours


def become(submission: Submission, *, seen: int | None) -> None:
    """The draft of what was sent now is erased; visits that were ended with it stay ended.

    Raises:
        Overtaken: somebody saved other words under the same code since ``seen``.
    """
    if submission.receipt_digest is None:
        return
    take_turns(submission.receipt_digest)
    draft = _locked(submission.receipt_digest)
    if draft is not None:
        if draft.version != seen:
            raise Overtaken
        submission.receipt_visits = draft.receipt_visits
        attachments.give_over(draft, submission)
        session().delete(draft)
        session().flush()


def remove(digest: str) -> None:
    """Erase the draft with this receipt, if there is one."""
    session().execute(sa.delete(Draft).where(Draft.receipt_digest == digest))


def end_visits(digest: str) -> None:
    """End every visit with this draft's code, wherever a copy of its cookie is."""
    session().execute(
        sa.update(Draft)
        .where(Draft.receipt_digest == digest)
        .values(receipt_visits=Draft.receipt_visits + 1)
        .execution_options(synchronize_session=False)
    )


def erase_due() -> int:
    """Erase the drafts that nobody came back to; returns how many."""
    # One statement, which asks again after waiting for a row: what is saved at this moment stays.
    erased = session().execute(sa.delete(Draft).where(Draft.erase_after <= clock.now()))
    return int(erased.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has one


def days_kept() -> int:
    """Days after the last saving until a draft is erased."""
    days: int = current_app.config["SETTINGS"].draft_days
    return days


def _locked(digest: str) -> Draft | None:
    sought = sa.select(Draft).where(Draft.receipt_digest == digest)
    return session().scalars(sought.with_for_update(of=Draft)).one_or_none()
