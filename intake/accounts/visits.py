"""Visits: signed-in sessions kept on the server. The cookie holds a random token and nothing else."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import abort, current_app, g, request, session

from intake.foundation import clock

from . import queries, second_factor
from .models import Person, Visit

IDLE = timedelta(minutes=30)
"""A visit is over when nothing came for so long (ASVS 5.0, 7.3.1)."""

LONGEST = timedelta(hours=12)
"""A visit is over after so long in any case (7.3.2)."""

SEEN_EVERY = timedelta(minutes=5)
"""``seen_at`` is written at most so often, so that reading does not write; a visit may end that much earlier."""

_KEY = "visit"


def new_token() -> str:
    """A random token (256 bits) for a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """The SHA-256 of ``token`` in hex: what is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def current() -> Visit | None:
    """The living visit of this request, or None; read once, with one statement, and only for a cookie."""
    if "visit" not in g:
        g.visit = _find()
    found: Visit | None = g.visit
    return found


def own() -> Visit:
    """The living visit of this request, in a view that nobody without one can reach."""
    visit = current()
    if visit is None:
        abort(404)
    return visit


def person() -> Person | None:
    """Whose visit it is, once signed in with everything that is asked of them."""
    visit = current()
    return visit.person if visit is not None and is_complete(visit) else None


def is_complete(visit: Visit) -> bool:
    """Whether nothing is left to prove: the second factor may be."""
    return visit.second_factor_passed or not second_factor.is_asked_of(visit.person)


def is_alive(visit: Visit) -> bool:
    """Whether the visit is neither idle nor too long, and its person still works here."""
    moment = clock.now()
    return visit.person.active and moment - visit.seen_at <= IDLE and moment - visit.started_at <= LONGEST


def is_due_to_be_seen(visit: Visit) -> bool:
    """Whether it is time to write down that the visit goes on."""
    return clock.now() - visit.seen_at > SEEN_EVERY


def remember(token: str) -> None:
    """Give the browser a new session that holds ``token``; nothing of the old one is kept."""
    forget()
    session[_KEY] = token


def digest_in(held: Mapping[str, Any]) -> str | None:
    """The digest of the visit's token that a browser's session ``held``; None where nobody was signed in."""
    token = held.get(_KEY)
    return digest_of(token) if isinstance(token, str) else None


def forget() -> None:
    """Take everything out of the browser's session, and forget what was read for it."""
    session.clear()
    for read_earlier in ("visit", "csrf_token"):
        g.pop(read_earlier, None)


def _find() -> Visit | None:
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    token = session.get(_KEY)
    visit = queries.visit(digest_of(token)) if isinstance(token, str) else None
    return visit if visit is not None and is_alive(visit) else None
