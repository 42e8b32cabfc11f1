"""A co-lead sees the own groups' submissions and nothing from the own organisation: not it, not its count."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.models import Organisation
from intake.foundation.database import session, transaction
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import LEAD, QUEUE, WG3, WG6, change, give, put_in_state, signed_in, url, withdraw

MISSING = f"{WG3}/T-999"


def of_another_group(app: Flask) -> str:
    return give(app, WG6)


def of_the_own_organisation(app: Flask) -> str:
    return give(app, organisation="act  alliance")


def of_the_own_organisation_by_another_name(app: Flask) -> str:
    return give(app, organisation="ACT")


def of_a_branch_of_the_own_organisation(app: Flask) -> str:
    return give(app, organisation="A.C.T. Alliance, Geneva office")


def under_a_name_that_became_known_later(app: Flask) -> str:
    reference = give(app, organisation="Action by Churches Together")
    with app.app_context(), transaction():
        alliance = session().scalars(sa.select(Organisation).where(Organisation.name == "ACT Alliance")).one()
        alliance.aliases = [*alliance.aliases, "Action by Churches Together"]
    return reference


def withdrawn(app: Flask) -> str:
    reference = give(app)
    withdraw(app, reference)
    return reference


def missing(_app: Flask) -> str:
    return MISSING


FORBIDDEN = [
    of_another_group, of_the_own_organisation, of_the_own_organisation_by_another_name,
    of_a_branch_of_the_own_organisation, under_a_name_that_became_known_later, withdrawn, missing,
]  # fmt: skip
ACTS = ["claim/", "release/", "decide/accept/", "decide/decline/", "code/", "contact/"]


@pytest.mark.parametrize("make", FORBIDDEN)
def test_forbidden_and_missing_are_the_same_page(app: Flask, lead: FlaskClient, make: Callable[[Flask], str]) -> None:
    reference = make(app)
    answer, nothing = lead.get(url(reference)), lead.get(url(MISSING))
    assert answer.status_code == nothing.status_code == 404
    assert answer.get_data(as_text=True).replace(reference, MISSING) == nothing.get_data(as_text=True)


@pytest.mark.parametrize("make", FORBIDDEN)
def test_nothing_can_be_done_with_it(app: Flask, lead: FlaskClient, make: Callable[[Flask], str]) -> None:
    own, reference = give(app), make(app)
    form = form_on(lead.get(url(own)), action="/claim/")
    with app.app_context():
        before = [] if reference == MISSING else row(reference)
    for tail in ACTS:
        form.set("action", url(reference, tail))
        typed = {"words": "Because.", "version": "1", "reason": "danger"}
        # Of what was withdrawn they are told so, and nothing else: it stood on their desk.
        expected = 409 if make is withdrawn else 404
        assert send(lead, url(own), form, typed).status_code == expected, tail
    with app.app_context():
        assert before == ([] if reference == MISSING else row(reference))


def row(reference: str) -> list[object]:
    submission = desk.found(reference)
    return [submission.state, submission.version, submission.claimed_by_id, len(submission.decisions)]


@pytest.mark.parametrize("make", FORBIDDEN[:-1])
def test_lists_and_counts_do_not_change(app: Flask, lead: FlaskClient, make: Callable[[Flask], str]) -> None:
    give(app)
    addresses = [QUEUE, f"{QUEUE}?state=submitted", f"{QUEUE}?session={WG6.lower()}"]
    before = [desk.text(lead.get(address)) for address in addresses]
    make(app)
    assert [desk.text(lead.get(address)) for address in addresses] == before


def test_what_is_one_co_leads_own_is_anothers_to_read(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, organisation="ACT Alliance")
    assert desk.listed(lead.get(QUEUE)) == []
    assert desk.listed(signed_in(app, desk.COLLEAGUE).get(QUEUE)) == [reference]


def test_a_withdrawn_submission_leaves_the_desk_at_once(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    assert desk.listed(lead.get(QUEUE)) == [reference]
    withdraw(app, reference)
    assert desk.listed(lead.get(QUEUE)) == []
    assert lead.get(url(reference)).status_code == 404
    assert "withdrawn" not in {option.get("value") for option in page(lead.get(QUEUE)).iter("option")}


def test_safeguarding_leaves_the_ordinary_queue(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    put_in_state(app, reference, "safeguarding")
    assert desk.listed(lead.get(QUEUE)) == []
    assert desk.listed(lead.get(f"{QUEUE}?state=safeguarding")) == []
    assert lead.get(url(reference)).status_code == 404


@pytest.mark.parametrize("role", ["secretariat", "rapporteur", "drafter"])
def test_other_roles_have_no_queue(app: Flask, lead: FlaskClient, role: str) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        membership = desk.somebody(LEAD).memberships[0]
        membership.role, membership.working_group_id = role, None
    assert lead.get(QUEUE).status_code == 404
    assert lead.get(url(reference)).status_code == 404


def test_strangers_are_asked_to_sign_in(app: Flask, client: FlaskClient) -> None:
    reference = give(app)
    for address in (QUEUE, url(reference), url(MISSING)):
        answer = client.get(address)
        assert answer.status_code == 303
        assert "/staff/sign-in/" in answer.headers["Location"]


def test_a_co_lead_of_one_session_sees_that_one_only(app: Flask, lead: FlaskClient) -> None:
    here, elsewhere = give(app), give(app, desk.WG3_LATER)
    with app.app_context(), transaction():
        membership = desk.somebody(LEAD).memberships[0]
        membership.listening_session_id, membership.working_group_id = desk.held(WG3).id, None
    assert desk.listed(lead.get(QUEUE)) == [here]
    assert lead.get(url(elsewhere)).status_code == 404


def test_an_organisation_joined_later_counts_at_once(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, organisation="ACT Alliance")
    with app.app_context(), transaction():
        desk.somebody(LEAD).organisation = None
    assert desk.listed(lead.get(QUEUE)) == [reference]
    change(app, reference, organisation_index=None)
    assert desk.listed(lead.get(QUEUE)) == [reference]
