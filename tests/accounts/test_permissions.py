"""Who may do what: the whole table, written out a second time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from intake.accounts.permissions import PERMISSIONS, Apart, Role, Scope, may

OWN_GROUP = Scope(listening_session_id=30, working_group_id=3, organisation_index="somebody-else")
OWN_SESSION = Scope(listening_session_id=31, organisation_index="somebody-else")
ELSEWHERE = Scope(listening_session_id=50, working_group_id=5, organisation_index="somebody-else")
OWN_ORGANISATION = Scope(listening_session_id=30, working_group_id=3, organisation_index="ours")
NOBODYS = Scope(listening_session_id=30, working_group_id=3)
NOWHERE = Scope()


@dataclass(frozen=True)
class Reach:
    working_group_id: int | None = None
    listening_session_id: int | None = None

    def covers(self, scope: Scope) -> bool:
        if self.working_group_id is not None:
            return scope.working_group_id == self.working_group_id
        if self.listening_session_id is not None:
            return scope.listening_session_id == self.listening_session_id
        return True


OWN, NONE = Apart(frozenset({"ours"})), Apart()


@dataclass(frozen=True)
class Somebody:
    role_scopes: tuple[tuple[Role, Reach], ...]
    apart: Apart = OWN
    declared: Apart = NONE


@dataclass(frozen=True)
class Something:
    scope: Scope


PEOPLE = {
    "nobody": None,
    "no role": Somebody(()),
    "secretariat": Somebody(((Role.SECRETARIAT, Reach()),)),
    "co-lead of the group": Somebody(((Role.CO_LEAD, Reach(working_group_id=3)),)),
    "co-lead of the session": Somebody(((Role.CO_LEAD, Reach(listening_session_id=31)),)),
    "rapporteur of the group": Somebody(((Role.RAPPORTEUR, Reach(working_group_id=3)),)),
    "rapporteur everywhere": Somebody(((Role.RAPPORTEUR, Reach()),)),
    "drafter everywhere": Somebody(((Role.DRAFTER, Reach()),)),
    "drafter of the session": Somebody(((Role.DRAFTER, Reach(listening_session_id=31)),)),
    "trained in the group": Somebody(((Role.SAFEGUARDING, Reach(working_group_id=3)),)),
}
PLACES = {
    "anything": None,
    "group": OWN_GROUP,
    "session": OWN_SESSION,
    "elsewhere": ELSEWHERE,
    "ours": OWN_ORGANISATION,
    "nobody's": NOBODYS,
    "nowhere": NOWHERE,
}

# One column for each place above, in that order: + may, - may not.
TABLE = """
account.use                nobody                   - - - - - - -
account.use                no role                  + + + + + + +
account.use                secretariat              + + + + + + +
account.use                co-lead of the group     + + + + + + +
account.use                co-lead of the session   + + + + + + +
account.use                rapporteur of the group  + + + + + + +
account.use                rapporteur everywhere    + + + + + + +
account.use                drafter everywhere       + + + + + + +
account.use                drafter of the session   + + + + + + +
account.use                trained in the group     + + + + + + +
queue.read                 nobody                   - - - - - - -
queue.read                 no role                  - - - - - - -
queue.read                 secretariat              - - - - - - -
queue.read                 co-lead of the group     + + - - + + -
queue.read                 co-lead of the session   + - + - - - -
queue.read                 rapporteur of the group  - - - - - - -
queue.read                 rapporteur everywhere    - - - - - - -
queue.read                 drafter everywhere       - - - - - - -
queue.read                 drafter of the session   - - - - - - -
queue.read                 trained in the group     - - - - - - -
submission.read            nobody                   - - - - - - -
submission.read            no role                  - - - - - - -
submission.read            secretariat              - - - - - - -
submission.read            co-lead of the group     + + - - - + -
submission.read            co-lead of the session   + - + - - - -
submission.read            rapporteur of the group  - - - - - - -
submission.read            rapporteur everywhere    - - - - - - -
submission.read            drafter everywhere       - - - - - - -
submission.read            drafter of the session   - - - - - - -
submission.read            trained in the group     - - - - - - -
submission.decide          nobody                   - - - - - - -
submission.decide          no role                  - - - - - - -
submission.decide          secretariat              - - - - - - -
submission.decide          co-lead of the group     + + - - - + -
submission.decide          co-lead of the session   + - + - - - -
submission.decide          rapporteur of the group  - - - - - - -
submission.decide          rapporteur everywhere    - - - - - - -
submission.decide          drafter everywhere       - - - - - - -
submission.decide          drafter of the session   - - - - - - -
submission.decide          trained in the group     - - - - - - -
submission.protect         nobody                   - - - - - - -
submission.protect         no role                  - - - - - - -
submission.protect         secretariat              - - - - - - -
submission.protect         co-lead of the group     + + - - - + -
submission.protect         co-lead of the session   + - + - - - -
submission.protect         rapporteur of the group  - - - - - - -
submission.protect         rapporteur everywhere    - - - - - - -
submission.protect         drafter everywhere       - - - - - - -
submission.protect         drafter of the session   - - - - - - -
submission.protect         trained in the group     - - - - - - -
submission.translate       nobody                   - - - - - - -
submission.translate       no role                  - - - - - - -
submission.translate       secretariat              - - - - - - -
submission.translate       co-lead of the group     + + - - - + -
submission.translate       co-lead of the session   + - + - - - -
submission.translate       rapporteur of the group  - - - - - - -
submission.translate       rapporteur everywhere    - - - - - - -
submission.translate       drafter everywhere       - - - - - - -
submission.translate       drafter of the session   - - - - - - -
submission.translate       trained in the group     - - - - - - -
submission.reveal_contact  nobody                   - - - - - - -
submission.reveal_contact  no role                  - - - - - - -
submission.reveal_contact  secretariat              - - - - - - -
submission.reveal_contact  co-lead of the group     + + - - - + -
submission.reveal_contact  co-lead of the session   + - + - - - -
submission.reveal_contact  rapporteur of the group  - - - - - - -
submission.reveal_contact  rapporteur everywhere    - - - - - - -
submission.reveal_contact  drafter everywhere       - - - - - - -
submission.reveal_contact  drafter of the session   - - - - - - -
submission.reveal_contact  trained in the group     - - - - - - -
intervention.record        nobody                   - - - - - - -
intervention.record        no role                  - - - - - - -
intervention.record        secretariat              - - - - - - -
intervention.record        co-lead of the group     + + - - + + -
intervention.record        co-lead of the session   + - + - - - -
intervention.record        rapporteur of the group  + + - - + + -
intervention.record        rapporteur everywhere    + + + + + + +
intervention.record        drafter everywhere       - - - - - - -
intervention.record        drafter of the session   - - - - - - -
intervention.record        trained in the group     - - - - - - -
submission.enter           nobody                   - - - - - - -
submission.enter           no role                  - - - - - - -
submission.enter           secretariat              - - - - - - -
submission.enter           co-lead of the group     + + - - + + -
submission.enter           co-lead of the session   + - + - - - -
submission.enter           rapporteur of the group  + + - - + + -
submission.enter           rapporteur everywhere    + + + + + + +
submission.enter           drafter everywhere       - - - - - - -
submission.enter           drafter of the session   - - - - - - -
submission.enter           trained in the group     - - - - - - -
question.keep              nobody                   - - - - - - -
question.keep              no role                  - - - - - - -
question.keep              secretariat              + + + + + + +
question.keep              co-lead of the group     + + - - + + -
question.keep              co-lead of the session   + - + - - - -
question.keep              rapporteur of the group  - - - - - - -
question.keep              rapporteur everywhere    - - - - - - -
question.keep              drafter everywhere       - - - - - - -
question.keep              drafter of the session   - - - - - - -
question.keep              trained in the group     - - - - - - -
picture.read               nobody                   - - - - - - -
picture.read               no role                  - - - - - - -
picture.read               secretariat              - - - - - - -
picture.read               co-lead of the group     + + - - + + -
picture.read               co-lead of the session   + - + - - - -
picture.read               rapporteur of the group  - - - - - - -
picture.read               rapporteur everywhere    - - - - - - -
picture.read               drafter everywhere       + + + + + + +
picture.read               drafter of the session   + - + - - - -
picture.read               trained in the group     - - - - - - -
digest.read                nobody                   - - - - - - -
digest.read                no role                  - - - - - - -
digest.read                secretariat              - - - - - - -
digest.read                co-lead of the group     - - - - - - -
digest.read                co-lead of the session   - - - - - - -
digest.read                rapporteur of the group  - - - - - - -
digest.read                rapporteur everywhere    - - - - - - -
digest.read                drafter everywhere       + + + + + + +
digest.read                drafter of the session   + - + - - - -
digest.read                trained in the group     - - - - - - -
digest.compile             nobody                   - - - - - - -
digest.compile             no role                  - - - - - - -
digest.compile             secretariat              - - - - - - -
digest.compile             co-lead of the group     - - - - - - -
digest.compile             co-lead of the session   - - - - - - -
digest.compile             rapporteur of the group  - - - - - - -
digest.compile             rapporteur everywhere    - - - - - - -
digest.compile             drafter everywhere       + + + + + + +
digest.compile             drafter of the session   + - + - - - -
digest.compile             trained in the group     - - - - - - -
conflict.declare           nobody                   - - - - - - -
conflict.declare           no role                  - - - - - - -
conflict.declare           secretariat              + + + + + + +
conflict.declare           co-lead of the group     + + - - + + -
conflict.declare           co-lead of the session   + - + - - - -
conflict.declare           rapporteur of the group  - - - - - - -
conflict.declare           rapporteur everywhere    - - - - - - -
conflict.declare           drafter everywhere       + + + + + + +
conflict.declare           drafter of the session   + - + - - - -
conflict.declare           trained in the group     - - - - - - -
conflict.keep              nobody                   - - - - - - -
conflict.keep              no role                  - - - - - - -
conflict.keep              secretariat              + + + + + + +
conflict.keep              co-lead of the group     - - - - - - -
conflict.keep              co-lead of the session   - - - - - - -
conflict.keep              rapporteur of the group  - - - - - - -
conflict.keep              rapporteur everywhere    - - - - - - -
conflict.keep              drafter everywhere       - - - - - - -
conflict.keep              drafter of the session   - - - - - - -
conflict.keep              trained in the group     - - - - - - -
programme.manage           nobody                   - - - - - - -
programme.manage           no role                  - - - - - - -
programme.manage           secretariat              + + + + + + +
programme.manage           co-lead of the group     - - - - - - -
programme.manage           co-lead of the session   - - - - - - -
programme.manage           rapporteur of the group  - - - - - - -
programme.manage           rapporteur everywhere    - - - - - - -
programme.manage           drafter everywhere       - - - - - - -
programme.manage           drafter of the session   - - - - - - -
programme.manage           trained in the group     - - - - - - -
question.ask               nobody                   - - - - - - -
question.ask               no role                  - - - - - - -
question.ask               secretariat              - - - - - - -
question.ask               co-lead of the group     + + - - - + -
question.ask               co-lead of the session   + - + - - - -
question.ask               rapporteur of the group  - - - - - - -
question.ask               rapporteur everywhere    - - - - - - -
question.ask               drafter everywhere       - - - - - - -
question.ask               drafter of the session   - - - - - - -
question.ask               trained in the group     + + - - - + -
safeguarding.care          nobody                   - - - - - - -
safeguarding.care          no role                  - - - - - - -
safeguarding.care          secretariat              - - - - - - -
safeguarding.care          co-lead of the group     + + - - - + -
safeguarding.care          co-lead of the session   + - + - - - -
safeguarding.care          rapporteur of the group  - - - - - - -
safeguarding.care          rapporteur everywhere    - - - - - - -
safeguarding.care          drafter everywhere       - - - - - - -
safeguarding.care          drafter of the session   - - - - - - -
safeguarding.care          trained in the group     + + - - - + -
safeguarding.name          nobody                   - - - - - - -
safeguarding.name          no role                  - - - - - - -
safeguarding.name          secretariat              + + + + + + +
safeguarding.name          co-lead of the group     - - - - - - -
safeguarding.name          co-lead of the session   - - - - - - -
safeguarding.name          rapporteur of the group  - - - - - - -
safeguarding.name          rapporteur everywhere    - - - - - - -
safeguarding.name          drafter everywhere       - - - - - - -
safeguarding.name          drafter of the session   - - - - - - -
safeguarding.name          trained in the group     - - - - - - -
"""


def rows() -> list[tuple[str, str, str]]:
    found = []
    for line in TABLE.strip().splitlines():
        permission, rest = line.split(maxsplit=1)
        who, signs = rest[:25].strip(), rest[25:]
        found.append((permission, who, signs.strip()))
    return found


@pytest.mark.parametrize(("permission", "who", "signs"), rows())
def test_the_table(permission: str, who: str, signs: str) -> None:
    asked = (None if scope is None else Something(scope) for scope in PLACES.values())
    answered = " ".join("+" if may(PEOPLE[who], permission, thing) else "-" for thing in asked)
    assert answered == signs


def test_the_table_is_complete() -> None:
    assert {(permission, who) for permission, who, _ in rows()} == {(p, w) for p in PERMISSIONS for w in PEOPLE}


def test_a_declared_conflict_keeps_apart_from_what_it_is_with() -> None:
    lead, drafter = ((Role.CO_LEAD, Reach(working_group_id=3)),), ((Role.DRAFTER, Reach()),)
    submission = Scope(listening_session_id=30, working_group_id=3, submission_id=7)
    beside = Scope(listening_session_id=30, working_group_id=3, submission_id=8)
    for apart in (Apart(submissions=frozenset({7})), Apart(listening_sessions=frozenset({30}))):
        assert not may(Somebody(lead, apart, apart), "submission.read", Something(submission))
        assert may(Somebody(lead, apart, apart), "submission.read", Something(beside)) == bool(apart.submissions)
        assert may(Somebody(lead, apart, apart), "submission.enter", Something(submission))
        for permission in ("digest.read", "digest.compile"):
            kept = may(Somebody(drafter, apart, apart), permission, Something(OWN_GROUP))
            assert kept == bool(apart.submissions)
    assert may(Somebody(drafter), "digest.read", Something(OWN_ORGANISATION)), "drafters read what is accepted"


def test_roles_add_up_but_do_not_leak_into_each_other() -> None:
    both = Somebody(((Role.CO_LEAD, Reach(working_group_id=3)), (Role.RAPPORTEUR, Reach(working_group_id=5))))
    assert may(both, "submission.read", Something(OWN_GROUP))
    assert may(both, "intervention.record", Something(ELSEWHERE))
    assert not may(both, "submission.read", Something(ELSEWHERE))


def test_an_unknown_permission_is_an_error_not_a_no() -> None:
    with pytest.raises(KeyError):
        may(PEOPLE["secretariat"], "everything.do")
