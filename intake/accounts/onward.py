"""Where somebody goes on to once they have signed in, and what they had typed when they were asked to."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from flask import current_app, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.routing import BuildError

from intake.foundation.errors import is_from_here
from intake.foundation.languages import CODES

from .models import Person
from .permissions import Role

HOME_OF_ROLE = {
    Role.SAFEGUARDING: "moderation.care",
    Role.CO_LEAD: "moderation.queue",
    Role.DRAFTER: "digests.desk",
    Role.RAPPORTEUR: "submissions.record_index",
    Role.SECRETARIAT: "programme.desk",
}
"""The page each role works on; whoever holds several starts on the first of them."""

# Backslashes, controls and spaces are read differently by different browsers; dots could climb.
_STAFF_PATH = re.compile(rf"/(?:{'|'.join(CODES)})/staff/[!-\[\]-~]{{0,1000}}", re.ASCII)
_MARK = "onward"
_CARRIED_SECONDS = 48 * 3600
"""As long as the token of a form lasts."""

_SECRETS = frozenset({"password", "again", "current", "code"})


@dataclass(frozen=True, slots=True)
class Onward:
    """Where to go on to.

    ``next`` is a staff page here, or None for the person's own; ``carried`` holds the
    fields (name, value) of a form that was sent there and not taken yet, or None.
    """

    next: str | None = None
    carried: tuple[tuple[str, str], ...] | None = None

    @property
    def carried_as_text(self) -> str:
        """``carried`` as one hidden field holds it from page to page: signed, with where it goes, for this browser."""
        mark = session.setdefault(_MARK, secrets.token_urlsafe(16))
        return _signer().dumps([mark, self.next, self.carried])


def from_form() -> Onward:
    """What an earlier page of ours handed on to this very browser; what anybody else made up is dropped."""
    going = safe_next(request.values.get("next"))
    return Onward(going, _read(request.form.get("carried"), going))


def interrupted() -> Onward:
    """How this request, which was held up, can be taken up again.

    A form is carried along only when it was sent from a page of ours: another site must
    not put words into somebody's hands.
    """
    takes_get = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    if request.method != "POST":
        return Onward(safe_next(request.full_path.removesuffix("?")))
    if _SECRETS.isdisjoint(request.form) and is_from_here():
        fields = request.form.items(multi=True)
        return Onward(safe_next(request.path), tuple(field for field in fields if field[0] != "csrf_token"))
    return Onward(safe_next(request.path) if takes_get else None)


def safe_next(address: str | None) -> str | None:
    """``address`` when it is the path of a staff page here; else None."""
    if not address or not _STAFF_PATH.fullmatch(address) or ".." in address:
        return None
    return address


def home_of(person: Person) -> str:
    """The page where the person's work is, in the person's language."""
    held = {role for role, _reach in person.role_scopes}
    for role, endpoint in HOME_OF_ROLE.items():
        if role in held:
            try:
                return url_for(endpoint, lang=person.language)
            except BuildError:
                continue
    return url_for("accounts.me", lang=person.language)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SETTINGS"].secret_key, salt="carried")


def _read(text: str | None, going: str | None) -> tuple[tuple[str, str], ...] | None:
    try:
        mark, where, fields = _signer().loads(text or "", max_age=_CARRIED_SECONDS)
    except (BadSignature, ValueError):
        return None
    if fields is None or where != going or mark != session.get(_MARK):
        return None
    return tuple((name, value) for name, value in fields)
