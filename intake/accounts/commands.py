"""The commands about people: ``intake person …``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask

from intake.foundation.database import transaction
from intake.foundation.languages import CODES, SOURCE_LANGUAGE

from . import queries, scopes, services
from .models import Person
from .permissions import Role
from .services import Grant, Refused

AppFactory = Callable[[], Flask]


def _role(written: str) -> tuple[Role, str | None]:
    """``drafter``, or ``co_lead:WG3`` with the code of a working group or the slug of a listening session."""
    role, _colon, where = written.partition(":")
    try:
        return Role(role.replace("-", "_")), where or None
    except ValueError:
        raise click.BadParameter(f"{role} is none of {', '.join(Role)}") from None


@contextmanager
def _work(app_factory: AppFactory) -> Iterator[None]:
    """One unit of work in the application; what is refused ends the command with exit code 1."""
    try:
        with app_factory().app_context(), transaction():
            yield
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused


def _grant(role: Role, where: str | None) -> Grant:
    reach = scopes.EVERYWHERE if where is None else scopes.find(where)
    if reach is None:
        raise Refused(f"there is no working group and no listening session called {where}")
    return Grant(role, *reach)


def _tell_invitation(name: str, link: str) -> None:
    hours = services.INVITATION_LASTS.total_seconds() / 3600
    click.echo(f"Give this link to {name} alone. It works once, for {hours:.0f} hours:")
    click.echo(link)


@click.group()
def person() -> None:
    """People who work with Intake: add, invite, give and take roles."""


@person.command()
@click.argument("email")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option("--organisation", help="Found under any of its spellings, or added.")
@click.option(
    "--role",
    "roles",
    type=_role,
    metavar="ROLE[:WHERE]",
    multiple=True,
    help="drafter, co_lead:WG3 …; may be repeated.",
)
@click.option("--language", type=click.Choice(CODES), default=SOURCE_LANGUAGE.code, show_default=True)
@click.pass_obj
def add(
    app_factory: AppFactory,
    *,
    email: str,
    name: str,
    organisation: str | None,
    roles: tuple[tuple[Role, str | None], ...],
    language: str,
) -> None:
    """Add somebody with the address EMAIL, and print the link by which they set a password."""
    if organisation is None and any(role is Role.CO_LEAD for role, _where in roles):
        raise click.UsageError(
            "a co-lead needs --organisation: nobody moderates what their own organisation sent, so it has to be known"
        )
    with _work(app_factory):
        grants = [_grant(*role) for role in roles]
        added = services.add_person(email, name, grants, organisation=organisation, language=language)
        name, link = added.name, services.invitation_link(added, services.invite(added))
    _tell_invitation(name, link)


@person.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def list_(app_factory: AppFactory, *, as_json: bool) -> None:
    """List everybody, with what they may do."""
    with _work(app_factory):
        people = [_described(one) for one in queries.people()]
    if as_json:
        click.echo(json.dumps(people, ensure_ascii=False, indent=1))
        return
    for one in people:
        roles = ", ".join(role["role"] + (f":{role['where']}" if role["where"] else "") for role in one["roles"])
        state = "" if one["active"] else "  (deactivated)"
        click.echo(f"{one['email']}  {one['name']}  {roles or 'no role'}{state}")


def _described(one: Person) -> dict[str, Any]:
    return {
        "email": one.email,
        "name": one.name,
        "organisation": one.organisation.name if one.organisation else None,
        "language": one.language,
        "active": one.active,
        "example": one.example,
        "password": one.password_hash is not None,
        "second_factor": one.totp_secret is not None,
        "roles": [{"role": held.role, "where": scopes.name(held.reach)} for held in one.memberships],
    }


@person.group("role")
def role_group() -> None:
    """Give and take roles."""


@role_group.command("add")
@click.argument("email")
@click.argument("role", type=_role, metavar="ROLE[:WHERE]")
@click.pass_obj
def add_role(app_factory: AppFactory, *, email: str, role: tuple[Role, str | None]) -> None:
    """Give ROLE (drafter, co_lead:WG3 …) to the person with the address EMAIL."""
    with _work(app_factory):
        services.grant(services.person_called(email), _grant(*role))


@role_group.command("remove")
@click.argument("email")
@click.argument("role", type=_role, metavar="ROLE[:WHERE]")
@click.pass_obj
def remove_role(app_factory: AppFactory, *, email: str, role: tuple[Role, str | None]) -> None:
    """Take ROLE from the person with the address EMAIL, as of now."""
    with _work(app_factory):
        services.revoke(services.person_called(email), _grant(*role))


@person.command()
@click.argument("email")
@click.pass_obj
def deactivate(app_factory: AppFactory, *, email: str) -> None:
    """Sign the person out everywhere and let them in no more; what they did stays theirs."""
    with _work(app_factory):
        services.deactivate(services.person_called(email))


@person.command()
@click.argument("email")
@click.pass_obj
def activate(app_factory: AppFactory, *, email: str) -> None:
    """Let somebody deactivated in again."""
    with _work(app_factory):
        services.activate(services.person_called(email))


@person.command()
@click.argument("email")
@click.pass_obj
def invite(app_factory: AppFactory, *, email: str) -> None:
    """Print a new link by which the person sets a password; earlier links end."""
    with _work(app_factory):
        invited = services.person_called(email)
        name, link = invited.name, services.invitation_link(invited, services.invite(invited))
    _tell_invitation(name, link)


@person.command("reset-second-factor")
@click.argument("email")
@click.pass_obj
def reset_second_factor(app_factory: AppFactory, *, email: str) -> None:
    """Forget the person's authenticator app (a lost telephone); they set up another when they sign in."""
    with _work(app_factory):
        services.reset_second_factor(services.person_called(email))
