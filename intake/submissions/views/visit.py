"""The visit with a receipt: until half an hour without activity is over, what lies under the code is one's own."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import session

from intake.foundation import clock
from intake.foundation.crypto import keyring
from intake.submissions import drafts, services
from intake.submissions.models import Draft, Submission

VISIT_KEY = "receipt"
_DRAFTS_SEEN = "drafts"
_GONE = "gone"
_DONE = "done"
_MOST_SEEN = 5
_VISIT_MINUTES = 30
_RENEWED_AFTER_SECONDS = 60

Found = TypeVar("Found", Draft, Submission)


def start(found: Submission | Draft) -> None:
    """Start the visit of whoever showed the code of ``found``."""
    session[VISIT_KEY] = {
        "digest": found.receipt_digest,
        "since": int(clock.now().timestamp()),
        "visits": found.receipt_visits,
    }


def is_on() -> bool:
    """Whether this browser has a visit, which may be over by now: without a look at the database."""
    return VISIT_KEY in session


def _digest() -> str | None:
    held, now = session.get(VISIT_KEY), int(clock.now().timestamp())
    if not held or now - held["since"] > _VISIT_MINUTES * 60:
        session.pop(VISIT_KEY, None)
        return None
    if now - held["since"] > _RENEWED_AFTER_SECONDS:
        session[VISIT_KEY] = {**held, "since": now}
    digest: str = held["digest"]
    return digest


def _if_still_on(found: Found | None) -> Found | None:
    return found if found is not None and found.receipt_visits == session[VISIT_KEY].get("visits") else None


def own_submission() -> Submission | None:
    """The submission whose receipt was shown in this visit, for as long as the visit lasts."""
    digest = _digest()
    return _if_still_on(services.find_by_receipt_digest(digest)) if digest else None


def own_draft() -> Draft | None:
    """The draft whose code was shown in this visit, for as long as the visit lasts."""
    digest = _digest()
    return _if_still_on(drafts.find(digest)) if digest else None


def is_gone() -> bool:
    """Whether what this visit was about is withdrawn or deleted, while the visit lasts."""
    digest = _digest()
    return digest is not None and services.find_by_receipt_digest(digest) is None and drafts.find(digest) is None


def seen_of(draft: Draft | None) -> int | None:
    """Which version of ``draft`` this browser saw last."""
    return _seen().get(draft.receipt_digest) if draft else None


def see(draft: Draft) -> None:
    """Remember that this browser saw the present version of ``draft``."""
    others = {digest: version for digest, version in _seen().items() if digest != draft.receipt_digest}
    latest = dict(list(others.items())[1 - _MOST_SEEN :])
    session[_DRAFTS_SEEN] = {**latest, draft.receipt_digest: draft.version}


def _seen() -> dict[str, Any]:
    found: dict[str, Any] = session.get(_DRAFTS_SEEN, {})
    return found


def mark(found: Submission | Draft) -> str:
    """By what a device knows again what was sent from it; says nothing to anybody, and opens nothing."""
    return keyring().index("device", found.receipt_digest or "")


def leave_mark(found: Submission | Draft) -> None:
    """Let the next page that says that ``found`` is gone tell the device as well."""
    session[_GONE] = mark(found)


def take_mark() -> str:
    """The mark of what is gone, once; empty where there is none."""
    return str(session.pop(_GONE, ""))


def tell(done: str) -> None:
    """Let the next page of one's own submission say that ``done`` is done."""
    session[_DONE] = done


def told() -> str:
    """What was done just now, once; empty where nothing was."""
    return str(session.pop(_DONE, ""))


def end() -> None:
    """End this visit, in this browser."""
    session.pop(VISIT_KEY, None)
