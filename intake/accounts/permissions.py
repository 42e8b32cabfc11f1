"""Who may do what: one table, one question (``may``).

A permission is one line of ``PERMISSIONS``. A rule says which roles hold it, whether
the role must reach the thing's scope, and whether people are kept away from what comes from
their own organisation, and from that with which they have a conflict of interest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from flask_babel import lazy_gettext as _l


class Role(StrEnum):
    """What somebody does here; a person may hold several."""

    SECRETARIAT = "secretariat"
    CO_LEAD = "co_lead"
    RAPPORTEUR = "rapporteur"
    DRAFTER = "drafter"
    SAFEGUARDING = "safeguarding"


ROLE_LABELS = {
    Role.SECRETARIAT: _l("Secretariat"),
    Role.CO_LEAD: _l("Co-lead"),
    Role.RAPPORTEUR: _l("Rapporteur"),
    Role.DRAFTER: _l("Drafter"),
    Role.SAFEGUARDING: _l("Trained for safeguarding"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a thing lies: its listening session, that session's working group, and whose it is.

    ``organisation_index`` is the blind index of the organisation a submission comes from,
    ``submission_id`` the submission itself.
    """

    listening_session_id: int | None = None
    working_group_id: int | None = None
    organisation_index: str | None = None
    submission_id: int | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """From what somebody is kept apart: organisations (blind indexes), listening sessions and submissions (ids)."""

    organisations: frozenset[str] = frozenset()
    listening_sessions: frozenset[int] = frozenset()
    submissions: frozenset[int] = frozenset()

    def covers(self, scope: Scope) -> bool:
        """Whether what lies in ``scope`` is kept from them."""
        return (
            scope.organisation_index in self.organisations
            or scope.listening_session_id in self.listening_sessions
            or scope.submission_id in self.submissions
        )

    def __or__(self, other: Apart) -> Apart:
        """From what either is kept apart."""
        return Apart(
            self.organisations | other.organisations,
            self.listening_sessions | other.listening_sessions,
            self.submissions | other.submissions,
        )

    def __bool__(self) -> bool:
        return bool(self.organisations or self.listening_sessions or self.submissions)


class Thing(Protocol):
    """Anything a permission can be asked about."""

    @property
    def scope(self) -> Scope:
        """Where it lies."""


class Holder(Protocol):
    """Somebody who holds roles: a signed-in person."""

    @property
    def role_scopes(self) -> Iterable[tuple[Role, RoleReach]]:
        """Each role held, with how far it reaches."""

    @property
    def apart(self) -> Apart:
        """From what the holder is kept apart: the own organisation's, and whatever a conflict is declared with."""

    @property
    def declared(self) -> Apart:
        """Of that, with what the holder has a declared conflict of interest."""


class RoleReach(Protocol):
    """How far a role reaches."""

    def covers(self, scope: Scope) -> bool:
        """Whether it reaches what lies in ``scope``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles that hold a permission; ``impartial``: never where the holder declared a conflict of interest.

    With ``apart`` never over one's own organisation's things either. With ``anyone`` everybody
    signed in holds it, even without a role.
    """

    roles: frozenset[Role]
    apart: bool = False
    impartial: bool = False
    anyone: bool = False


def _to(*roles: Role, apart: bool = False, impartial: bool = False) -> Rule:
    return Rule(frozenset(roles), apart, impartial)


PERMISSIONS: dict[str, Rule] = {
    "account.use": Rule(frozenset(), anyone=True),
    "queue.read": _to(Role.CO_LEAD, impartial=True),
    "submission.read": _to(Role.CO_LEAD, apart=True),
    "submission.decide": _to(Role.CO_LEAD, apart=True),
    "submission.protect": _to(Role.CO_LEAD, apart=True),
    "submission.translate": _to(Role.CO_LEAD, apart=True),
    "submission.reveal_contact": _to(Role.CO_LEAD, apart=True),
    "question.ask": _to(Role.CO_LEAD, Role.SAFEGUARDING, apart=True),
    # Co-leads stand in where nobody is trained: which submissions that are, ``moderation.reading`` decides.
    "safeguarding.care": _to(Role.SAFEGUARDING, Role.CO_LEAD, apart=True),
    "safeguarding.name": _to(Role.SECRETARIAT),
    "question.keep": _to(Role.SECRETARIAT, Role.CO_LEAD),
    "intervention.record": _to(Role.RAPPORTEUR, Role.CO_LEAD),
    "submission.enter": _to(Role.RAPPORTEUR, Role.CO_LEAD),
    "picture.read": _to(Role.CO_LEAD, Role.DRAFTER, impartial=True),
    "digest.read": _to(Role.DRAFTER, impartial=True),
    "digest.compile": _to(Role.DRAFTER, impartial=True),
    "conflict.declare": _to(Role.SECRETARIAT, Role.CO_LEAD, Role.DRAFTER),
    "conflict.keep": _to(Role.SECRETARIAT),
    "programme.manage": _to(Role.SECRETARIAT),
}


def may(holder: Holder | None, permission: str, thing: Thing | None = None) -> bool:
    """Whether ``holder`` has ``permission`` over ``thing`` (or over anything at all, without one).

    Raises:
        KeyError: for a permission that is not in the table.
    """
    rule = PERMISSIONS[permission]
    if holder is None or rule.anyone:
        return holder is not None
    if thing is None:
        return any(role in rule.roles for role, _reach in holder.role_scopes)
    scope = thing.scope
    if (rule.apart and holder.apart.covers(scope)) or (rule.impartial and holder.declared.covers(scope)):
        return False
    return reaches(holder, permission, thing)


def reaches(holder: Holder, permission: str, thing: Thing) -> bool:
    """Whether a role of ``holder`` that has ``permission`` reaches ``thing``, whatever they are kept apart from.

    Of this colleagues may be told, as everybody knows who leads what; what ``may`` says beyond it, nobody but the
    holder. It permits nothing.
    """
    roles, scope = PERMISSIONS[permission].roles, thing.scope
    return any(role in roles and reach.covers(scope) for role, reach in holder.role_scopes)
