"""What happens to people's accounts: signing in and out, second factors, passwords, invitations, roles.

All of it takes part in the transaction of its caller, and leaves a line in the register.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import gettext

from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.i18n import speaking
from intake.foundation.languages import CODES
from intake.foundation.post import post
from intake.foundation.texts import clean, has_direction_controls

from . import passwords, queries, second_factor
from .models import Invitation, Membership, Organisation, Person, Visit
from .organisations import recognise
from .permissions import Role
from .scopes import EVERYWHERE, Reach
from .visits import LONGEST, digest_of, new_token

LONGEST_EMAIL = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, with its brackets)."""

FREE_ATTEMPTS = 4
"""Attempts to sign in that cost nothing but the attempt."""

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=5)
"""Enough to make guessing hopeless (under 300 a day); short enough that nobody can be shut out for long."""

INVITATION_LASTS = timedelta(hours=48)


class Refused(Exception):
    """What was asked for cannot be done; the message says why, for whoever runs the command."""


class Grant(NamedTuple):
    """A role and how far it reaches: one working group, one listening session, or everywhere (both None)."""

    role: Role
    working_group_id: int | None = None
    listening_session_id: int | None = None

    @property
    def reach(self) -> Reach:
        """How far the role reaches."""
        return Reach(self.working_group_id, self.listening_session_id)


# Signing in


def normal_email(typed: str) -> str:
    """``typed`` as addresses are kept and compared; what is no address is left as it is, in lower case."""
    if len(typed) > LONGEST_EMAIL:
        return typed[:LONGEST_EMAIL].lower()
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return typed.strip().lower()


def delay_after(attempts: int) -> timedelta:
    """How long after so many attempts in a row the next one is not looked at."""
    beyond = attempts - FREE_ATTEMPTS
    if beyond <= 0:
        return timedelta()
    return min(FIRST_DELAY * 2 ** min(beyond - 1, 16), LONGEST_DELAY)


def count_attempt(person_id: int | None) -> bool:
    """Count an attempt to prove who one is, before it is looked at; False while a delay runs.

    Counted beforehand, so that a hundred attempts at once are a hundred. Writes as much
    for somebody who does not exist (None), or is delayed, as for anybody.
    """
    database, moment = session(), clock.now()
    may_try = sa.or_(Person.locked_until.is_(None), Person.locked_until <= moment)
    counted = (
        sa.update(Person)
        .where(Person.id == (person_id or 0), may_try)
        .values(failed_attempts=Person.failed_attempts + 1)
        .returning(Person.failed_attempts)
    )
    attempts = database.execute(counted).scalar_one_or_none()
    if attempts is None:
        anybody = sa.select(sa.func.min(Person.id)).scalar_subquery()
        unchanged = sa.update(Person).where(Person.id == anybody).values(failed_attempts=Person.failed_attempts)
        database.execute(unchanged)
        return False
    delay = delay_after(attempts)
    database.execute(
        sa.update(Person).where(Person.id == person_id).values(locked_until=moment + delay if delay else None)
    )
    return True


def start_visit(person_id: int, *, instead_of: Visit | None = None) -> str:
    """Begin a visit for somebody who gave the right password; returns the token for the cookie.

    The visit the browser had until now ends. Where a second factor is asked for, the new
    one opens nothing until ``pass_second_factor``.
    """
    database, moment = session(), clock.now()
    over = Visit.started_at < moment - LONGEST
    database.execute(sa.delete(Visit).where(sa.or_(over, Visit.id == instead_of.id) if instead_of else over))
    token = new_token()
    database.add(
        Visit(
            token_digest=digest_of(token), person_id=person_id, second_factor_passed=False,
            started_at=moment, seen_at=moment, confirmed_at=moment,
        )
    )  # fmt: skip
    if not second_factor.is_asked_of(queries.person_by_id(person_id)):
        _proved(person_id)
        register.record("visit.start", _subject(person_id), person_id=person_id)
    return token


def pass_second_factor(visit: Visit, typed: str) -> str | None:
    """Complete ``visit`` with a code; returns its new token, or None for a code that is not accepted."""
    if not count_attempt(visit.person_id) or not _accept_code(visit.person_id, typed):
        return None
    _proved(visit.person_id)
    register.record("visit.start", _subject(visit.person_id), person_id=visit.person_id)
    return _renew(visit, second_factor_passed=True, confirmed_at=clock.now())


def confirm(visit: Visit, typed: str) -> str | None:
    """Take down that the person of ``visit`` gave the right password again, and the code where one is asked for.

    Returns the visit's new token, or None for a code that is not accepted.
    """
    if visit.person.totp_secret is not None and not _accept_code(visit.person_id, typed):
        return None
    _proved(visit.person_id)
    return _renew(visit, confirmed_at=clock.now())


def mark_seen(visit: Visit) -> None:
    """Take down that ``visit`` goes on."""
    session().execute(sa.update(Visit).where(Visit.id == visit.id).values(seen_at=clock.now()))


def end_visit(visit: Visit) -> None:
    """Sign out: whoever holds a copy of the cookie is signed out as well."""
    session().execute(sa.delete(Visit).where(Visit.id == visit.id))


def end_visit_with(digest: str) -> None:
    """Sign out whoever holds the token with this ``digest``, as somebody leaves quickly."""
    session().execute(sa.delete(Visit).where(Visit.token_digest == digest))


def end_visits(person_id: int, *, but: Visit | None = None, by: int | None = None) -> None:
    """End every visit of a person, except perhaps one."""
    ended = sa.delete(Visit).where(Visit.person_id == person_id)
    session().execute(ended if but is None else ended.where(Visit.id != but.id))
    register.record("visit.end_all", _subject(person_id), person_id=by)


def _renew(visit: Visit, **changes: datetime | bool) -> str:
    """A new token for ``visit``: a cookie copied before is worth nothing after."""
    token = new_token()
    session().execute(
        sa.update(Visit)
        .where(Visit.id == visit.id)
        .values(token_digest=digest_of(token), seen_at=clock.now(), **changes)
    )
    return token


def _proved(person_id: int) -> None:
    session().execute(sa.update(Person).where(Person.id == person_id).values(failed_attempts=0, locked_until=None))


def _accept_code(person_id: int, typed: str) -> bool:
    """Whether ``typed`` is a code of the person's, never taken before: two who send it at once are one."""
    sealed = queries.person_by_id(person_id).totp_secret
    if sealed is None:
        return False
    step = second_factor.matching_step(second_factor.unseal(person_id, sealed), typed, clock.now())
    if step is None:
        return False
    taken = (
        sa.update(Person)
        .where(Person.id == person_id, Person.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Person.id)
    )
    return session().execute(taken).scalar_one_or_none() is not None


# What people set themselves


def set_second_factor(visit: Visit, typed: str) -> str | None:
    """Set up the app that was offered during ``visit``, proved by a code of it; ends the person's other visits.

    Returns the visit's new token, or None for a code that does not fit.
    """
    secret = second_factor.secret_offered_to(visit.token_digest)
    step = second_factor.matching_step(secret, typed, clock.now())
    if step is None:
        return None
    person = queries.person_by_id(visit.person_id)
    person.totp_secret = second_factor.seal(person.id, secret)
    person.totp_last_step = step
    _proved(person.id)
    end_visits(person.id, but=visit, by=person.id)
    register.record("person.set_second_factor", _subject(person.id), person_id=person.id)
    with speaking(person.language):
        _tell(person, gettext("Your authenticator app was set up"))
    return _renew(visit, second_factor_passed=True)


def change_password(visit: Visit, password_hash: str) -> str:
    """Keep a new password; ends the person's other visits, and returns the new token of this one."""
    person = queries.person_by_id(visit.person_id)
    _keep_password(person, password_hash)
    end_visits(person.id, but=visit, by=person.id)
    return _renew(visit)


def use_invitation(token: str, password_hash: str) -> int | None:
    """Keep the password of somebody invited; returns their id, or None when the link works no more.

    The link works once; every visit and every other link of the person ends, and so does a
    delay for wrong attempts.
    """
    found = queries.invitation(digest_of(token))
    if found is None:
        return None
    used = (
        sa.update(Invitation)
        .where(Invitation.id == found.id, Invitation.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(Invitation.person_id)
    )
    person_id = session().execute(used).scalar_one_or_none()
    if person_id is not None:
        person = found.person
        session().execute(sa.delete(Invitation).where(Invitation.person_id == person_id, Invitation.id != found.id))
        _keep_password(person, password_hash)
        _proved(person_id)
        end_visits(person_id, by=person_id)
    return person_id


def change_account(person_id: int, *, name: str, language: str, wants_mail: bool = False) -> None:
    """Keep another name and language, and whether they want a mail a day when something is to be done.

    Raises:
        Refused: no name, or a language Intake does not speak.
    """
    person = queries.person_by_id(person_id)
    person.name = _name(name)
    person.language = _language(language)
    person.wants_mail = wants_mail
    register.record("person.change", _subject(person_id), person_id=person_id)


def _keep_password(person: Person, password_hash: str) -> None:
    first = person.password_hash is None
    person.password_hash = password_hash
    register.record("person.set_password", _subject(person.id), person_id=person.id)
    if not first:
        with speaking(person.language):
            _tell(person, gettext("Your password was changed"))


def _tell(person: Person, subject: str) -> None:
    """Post a notice to somebody whose way of signing in changed (ASVS 5.0, 6.3.7); none to example people."""
    if not person.example:
        body = gettext("If this was not you, tell the secretariat at once: they can end every session of yours.")
        post(person.email, subject, body + "\n")


# What the secretariat does


def add_person(
    email: str,
    name: str,
    roles: Iterable[tuple[Role, int | None, int | None]] = (),
    *,
    organisation: str | None = None,
    language: str = "en",
    password: str | None = None,
    example: bool = False,
) -> Person:
    """Add somebody; without a password they need an invitation (``invite``) to set one.

    ``roles`` are (role, id of the working group, id of the listening session), the ids None
    for everywhere. ``organisation`` is found under any of its spellings, or added.

    Raises:
        Refused: not an address, taken, no name, an unknown language, a role without its
            scope, or a password that is easily guessed.
    """
    person = Person(
        email=_checked_email(email),
        name=_name(name),
        language=_language(language),
        organisation=organisation_called(organisation) if organisation else None,
        example=example,
        created_at=clock.now(),
    )
    if password is not None:
        complaint = passwords.problem(password, known_about(person))
        if complaint is not None:
            raise Refused(str(complaint))
        person.password_hash = passwords.hashed(password)
    session().add(person)
    session().flush()
    register.record("person.add", _subject(person.id))
    for role in roles:
        grant(person, Grant(*role))
    return person


def person_called(email: str) -> Person:
    """The person with this address, however it is written.

    Raises:
        Refused: there is none.
    """
    person = queries.person(normal_email(email))
    if person is None:
        raise Refused(f"nobody here has the address {email}")
    return person


def organisation_called(name: str) -> Organisation:
    """The organisation that ``name`` is a spelling of; added when there is none yet.

    Raises:
        Refused: no name.
    """
    known = {organisation.name: organisation for organisation in queries.organisations()}
    official = recognise(_name(name), ((one.name, one.aliases) for one in known.values()))
    if official not in known:
        known[official] = Organisation(name=official, aliases=[])
        session().add(known[official])
        session().flush()
    return known[official]


def grant(person: Person, given: Grant, *, by: int | None = None) -> None:
    """Give a role; one held already is left as it is. ``by`` is the id of who gives it, None for a command.

    Raises:
        Refused: a co-lead who leads nothing in particular.
    """
    if given.role is Role.CO_LEAD and given.reach == EVERYWHERE:
        raise Refused("a co-lead leads a working group or a listening session: name it")
    if _held(person, given) is None:
        person.memberships.append(
            Membership(
                role=given.role,
                working_group_id=given.working_group_id,
                listening_session_id=given.listening_session_id,
            )
        )
        session().flush()
        _record_role("person.grant", person, given, by)


def revoke(person: Person, taken: Grant, *, by: int | None = None) -> None:
    """Take a role away; it opens nothing from the next request on. ``by`` as in ``grant``.

    Raises:
        Refused: the person does not hold it.
    """
    held = _held(person, taken)
    if held is None:
        raise Refused(f"{person.email} does not hold this role")
    person.memberships.remove(held)
    session().flush()
    _record_role("person.revoke", person, taken, by)


def deactivate(person: Person) -> None:
    """Let somebody work here no more: their visits and invitations end at once, what they did stays theirs."""
    person.active = False
    session().execute(sa.delete(Invitation).where(Invitation.person_id == person.id))
    end_visits(person.id)
    register.record("person.deactivate", _subject(person.id))


def activate(person: Person) -> None:
    """Let somebody work here again."""
    person.active = True
    register.record("person.activate", _subject(person.id))


def invite(person: Person) -> str:
    """A new invitation for somebody, by which they set a password; returns its token. Earlier ones end.

    Raises:
        Refused: the person works here no more.
    """
    if not person.active:
        raise Refused(f"{person.email} is deactivated")
    token = new_token()
    session().execute(sa.delete(Invitation).where(Invitation.person_id == person.id))
    expires_at = clock.now() + INVITATION_LASTS
    session().add(Invitation(token_digest=digest_of(token), person_id=person.id, expires_at=expires_at))
    register.record("person.invite", _subject(person.id))
    return token


def invitation_link(person: Person, token: str) -> str:
    """The address to send to somebody invited."""
    settings = current_app.config["SETTINGS"]
    scheme, _separator, host = settings.base_url.partition("://")
    addresses = current_app.url_map.bind(host, url_scheme=scheme)
    return addresses.build("accounts.set_password", {"lang": person.language, "token": token}, force_external=True)


def reset_second_factor(person: Person) -> None:
    """Forget somebody's authenticator app (a lost telephone): they set up another when they sign in next.

    Raises:
        Refused: none is set up.
    """
    if person.totp_secret is None:
        raise Refused(f"{person.email} has no second factor")
    person.totp_secret = None
    person.totp_last_step = 0
    end_visits(person.id)
    register.record("person.reset_second_factor", _subject(person.id))
    with speaking(person.language):
        _tell(person, gettext("Your authenticator app was removed"))


def known_about(person: Person) -> list[str]:
    """What a stranger could know of somebody: no password is made of it."""
    return [person.email, person.name, *([person.organisation.name] if person.organisation else [])]


def _held(person: Person, sought: Grant) -> Membership | None:
    for membership in person.memberships:
        if Grant(Role(membership.role), *membership.reach) == sought:
            return membership
    return None


def _record_role(act: str, person: Person, which: Grant, by: int | None) -> None:
    register.record(act, _subject(person.id), person_id=by, **which._asdict())


def _subject(person_id: int) -> str:
    return f"person:{person_id}"


def _checked_email(typed: str) -> str:
    try:
        email = validate_email(typed.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Refused(f"{typed} is no e-mail address: {error}") from error
    if queries.person(email) is not None:
        raise Refused(f"somebody here has the address {email} already")
    return email


def one_line(typed: str) -> str | None:
    """``typed`` as a name is kept: 1 to 200 characters in one line; None when it cannot be one."""
    name = " ".join(clean(typed).text.split())
    return name if 0 < len(name) <= 200 and not has_direction_controls(name) else None


def _name(typed: str) -> str:
    name = one_line(typed)
    if name is None:
        raise Refused("a name has 1 to 200 characters in one line, and none that turn the writing direction")
    return name


def _language(code: str) -> str:
    if code not in CODES:
        raise Refused(f"the languages are {', '.join(CODES)}, not {code}")
    return code
