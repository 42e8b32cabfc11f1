"""``intake person …``"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from intake.accounts import scopes
from intake.accounts.commands import person
from intake.accounts.scopes import Reach
from intake.foundation.database import session, transaction
from intake.foundation.register import RegisterLine, first_broken_line
from tests import builders
from tests.accounts.people import TOTP_SECRET, add, read, sign_in

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """The command, as the shell would call it, in an installation with the working group WG3."""
    with app.app_context(), transaction():
        group_id = builders.working_group("WG3").id
    reaches = {"WG3": Reach(working_group_id=group_id)}
    names = {reach: code for code, reach in reaches.items()}
    scopes.register(app, reaches.get, names.__getitem__)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(person, arguments, obj=lambda: app)

    return invoke


def listed(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("list", "--json").stdout)
    return found


def test_the_first_person_comes_in_by_a_link(app: Flask, run: Run) -> None:
    added = run("add", "Amal@Example.org", "--name", "Amal N.", "--organisation", "APRRN", "--language", "fr",
                "--role", "secretariat", "--role", "co-lead:WG3")  # fmt: skip
    assert added.exit_code == 0, added.output
    link = added.stdout.strip().splitlines()[-1]
    assert app.test_client().get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert listed(run) == [
        {
            "email": "amal@example.org",
            "name": "Amal N.",
            "organisation": "APRRN",
            "language": "fr",
            "active": True,
            "example": False,
            "password": False,
            "second_factor": False,
            "roles": [{"role": "secretariat", "where": None}, {"role": "co_lead", "where": "WG3"}],
        }
    ]
    assert run("list").stdout == "amal@example.org  Amal N.  secretariat, co_lead:WG3\n"


def test_there_is_nobody_to_begin_with(run: Run) -> None:
    assert listed(run) == []


def test_an_organisation_is_known_under_its_other_spellings(app: Flask, run: Run) -> None:
    with app.app_context(), transaction():
        builders.organisation("Asia Pacific Refugee Rights Network", "APRRN")
    for number, spelling in enumerate(
        ("aprrn", "Asia Pacific Refugee Rights Network (APRRN)", "ASIA-PACIFIC REFUGEE RIGHTS NETWORK")
    ):
        assert run("add", f"p{number}@example.org", "--name", "P", "--organisation", spelling).exit_code == 0
    assert {one["organisation"] for one in listed(run)} == {"Asia Pacific Refugee Rights Network"}


def test_a_co_lead_needs_an_organisation_to_be_kept_away_from(run: Run) -> None:
    refused = run("add", "p@example.org", "--name", "P", "--role", "co_lead:WG3")
    assert refused.exit_code == 2
    assert "--organisation" in refused.output
    assert listed(run) == []


REFUSED = [
    ("add", "no address", "--name", "P"),
    ("add", "lead@example.org", "--name", "P"),
    ("add", "LEAD@EXAMPLE.ORG", "--name", "P"),
    ("add", "p@example.org", "--name", " "),
    ("add", "p@example.org", "--name", "P", "--organisation", "O", "--role", "co_lead"),
    ("add", "p@example.org", "--name", "P", "--organisation", "O", "--role", "co_lead:WG99"),
    ("role", "add", "nobody@example.org", "drafter"),
    ("role", "remove", "lead@example.org", "secretariat"),
    ("deactivate", "nobody@example.org"),
    ("invite", "nobody@example.org"),
    ("reset-second-factor", "lead@example.org"),
]


def test_what_is_refused_changes_nothing_and_says_why(app: Flask, run: Run) -> None:
    add(app)
    before = listed(run)
    for arguments in REFUSED:
        refused = run(*arguments)
        assert (refused.exit_code, refused.stdout) == (1, ""), arguments
        assert refused.stderr.startswith("Error: ")
    assert listed(run) == before


@pytest.mark.parametrize("arguments", [("add", "p@example.org"), ("role", "add", "p@example.org", "king"), ("fly",)])
def test_what_cannot_be_understood_is_another_exit_code(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(person, arguments).exit_code == 2


def test_roles_come_and_go(app: Flask, run: Run) -> None:
    add(app)
    assert run("role", "add", "lead@example.org", "co_lead:WG3").exit_code == 0
    assert run("role", "add", "lead@example.org", "co_lead:WG3").exit_code == 0
    assert run("role", "remove", "lead@example.org", "drafter").exit_code == 0
    assert listed(run)[0]["roles"] == [{"role": "co_lead", "where": "WG3"}]


def test_deactivated_people_are_listed_as_such_and_can_come_back(app: Flask, run: Run) -> None:
    add(app)
    assert run("deactivate", "lead@example.org").exit_code == 0
    assert run("list").stdout.endswith("drafter  (deactivated)\n")
    assert sign_in(app.test_client()).status_code == 422
    assert run("invite", "lead@example.org").exit_code == 1
    assert run("activate", "lead@example.org").exit_code == 0
    assert sign_in(app.test_client()).status_code == 303


def test_a_second_factor_is_reset(app: Flask, run: Run) -> None:
    person_id = add(app, totp=TOTP_SECRET)
    assert run("reset-second-factor", "lead@example.org").exit_code == 0
    assert read(app, person_id).totp_secret is None


def test_what_the_command_does_stands_in_the_register(app: Flask, run: Run) -> None:

    run("add", "amal@example.org", "--name", "Amal N.", "--role", "drafter")
    run("role", "add", "amal@example.org", "co_lead:WG3")
    run("role", "remove", "amal@example.org", "drafter")
    run("deactivate", "amal@example.org")
    with app.app_context():
        lines = session().scalars(sa.select(RegisterLine).order_by(RegisterLine.number)).all()
        assert [line.act for line in lines] == [
            "person.add", "person.grant", "person.invite", "person.grant", "person.revoke",
            "visit.end_all", "person.deactivate",
        ]  # fmt: skip
        assert "amal" not in json.dumps([line.detail for line in lines]).lower()
        assert first_broken_line() is None
