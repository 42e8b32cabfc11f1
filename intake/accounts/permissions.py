"""Who may do what: one table, one question (``may``).

A permission is one line of ``PERMISSIONS``. A rule says which roles hold it, whether
the role must reach the thing's scope, and whether people of the organisation that the
thing comes from are kept away from it.
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


ROLE_LABELS = {
    Role.SECRETARIAT: _l("Secretariat"),
    Role.CO_LEAD: _l("Co-lead"),
    Role.RAPPORTEUR: _l("Rapporteur"),
    Role.DRAFTER: _l("Drafter"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a thing lies: its listening session, that session's working group, and whose it is.

    ``organisation_index`` is the blind index of the organisation a submission comes from.
    """

    listening_session_id: int | None = None
    working_group_id: int | None = None
    organisation_index: str | None = None


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
    def organisation_indexes(self) -> frozenset[str]:
        """Blind indexes of the organisations the holder belongs to."""


class RoleReach(Protocol):
    """How far a role reaches."""

    def covers(self, scope: Scope) -> bool:
        """Whether it reaches what lies in ``scope``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles that hold a permission; with ``apart`` never over one's own organisation's things.

    With ``anyone`` everybody signed in holds it, even without a role.
    """

    roles: frozenset[Role]
    apart: bool = False
    anyone: bool = False


def _to(*roles: Role, apart: bool = False) -> Rule:
    return Rule(frozenset(roles), apart)


PERMISSIONS: dict[str, Rule] = {
    "account.use": Rule(frozenset(), anyone=True),
    "queue.read": _to(Role.CO_LEAD),
    "submission.read": _to(Role.CO_LEAD, apart=True),
    "submission.decide": _to(Role.CO_LEAD, apart=True),
    "submission.protect": _to(Role.CO_LEAD, apart=True),
    "submission.translate": _to(Role.CO_LEAD, apart=True),
    "submission.reveal_contact": _to(Role.CO_LEAD, apart=True),
    "question.keep": _to(Role.SECRETARIAT, Role.CO_LEAD),
    "intervention.record": _to(Role.RAPPORTEUR, Role.CO_LEAD),
    "submission.enter": _to(Role.RAPPORTEUR, Role.CO_LEAD),
    "picture.read": _to(Role.CO_LEAD, Role.DRAFTER),
    "digest.read": _to(Role.DRAFTER),
    "digest.compile": _to(Role.DRAFTER),
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
    reaches = [reach for role, reach in holder.role_scopes if role in rule.roles]
    if thing is None:
        return bool(reaches)
    scope = thing.scope
    if rule.apart and scope.organisation_index in holder.organisation_indexes:
        return False
    return any(reach.covers(scope) for reach in reaches)
