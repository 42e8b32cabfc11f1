"""The listening session that an address names, for every feature whose addresses name one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from intake.foundation.errors import NotHere

from . import queries
from .models import ListeningSession


class NoSuchSession(NotHere):
    """The address names no listening session."""

    title = _l("There is no such session")
    advice = _l("Its address may have changed, or may be incomplete. The programme lists every session.")


def session_or_404(slug: str) -> ListeningSession:
    """The listening session at that address.

    Raises:
        NoSuchSession: there is none.
    """
    held = queries.session_by_slug(slug)
    if held is None:
        raise NoSuchSession
    return held
