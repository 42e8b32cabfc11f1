"""A number in an address that no row can have: nothing is there, and nothing breaks."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from intake.accounts.permissions import Role
from intake.foundation.database import transaction
from tests import builders
from tests.forms import post_form
from tests.installation import browser_of

NUMBERS = ("2147483648", str(2**63), "9" * 5000)
"""One more than an id can be on PostgreSQL, than SQLite takes, and than Python turns into a number."""

OTHERS = {"lang": "en", "slug": "wg3", "format_name": "json"}


@pytest.fixture
def everybody(app: Flask) -> dict[str, FlaskClient]:
    """Who may use any of the rules, by what else they need; and the reference of something to be there."""
    with app.app_context(), transaction():
        group = builders.working_group("WG3")
        held = builders.listening_session("WG3", group=group)
        OTHERS["reference"] = builders.submission(held, token=builders.TOKEN).reference
        roles = [(Role.SECRETARIAT, None), (Role.CO_LEAD, group), (Role.DRAFTER, group)]
        staff = builders.person("all@example.org", *roles).id
    contributor = app.test_client()
    post_form(contributor, "/en/receipt/", {"code": builders.CODE}, having="code")
    return {"staff": browser_of(app, staff), "contributor": contributor}


def test_it_is_not_there(app: Flask, everybody: dict[str, FlaskClient]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if numbers_of(rule)]
    assert len(rules) >= 7
    for rule in rules:
        for number in NUMBERS:
            path = path_of(app, rule, number)
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                for who, browser in everybody.items():
                    found = browser.open(path, method=method).status_code
                    assert found == 404, f"{method} {rule.rule} {number[:20]} {who}: {found}"


def numbers_of(rule: Rule) -> list[str]:
    return [name for name, one in rule._converters.items() if isinstance(one, IntegerConverter)]


def path_of(app: Flask, rule: Rule, number: str) -> str:
    with app.test_request_context():
        place = {name: OTHERS[name] for name in rule.arguments - {*numbers_of(rule)}}
        path = url_for(rule.endpoint, **place, **dict.fromkeys(numbers_of(rule), 1234567))
    return path.replace("1234567", number)
