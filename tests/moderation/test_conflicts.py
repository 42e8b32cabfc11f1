"""Declared conflicts of interest: nothing of it exists for who declared one; colleagues go on; nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts.models import Conflict
from intake.accounts.permissions import Role, may
from intake.digests import queries as digests
from intake.digests.services import compile_digest
from intake.foundation.database import session, transaction
from intake.foundation.register import RegisterLine
from intake.moderation import conflicts
from intake.moderation import services as desk_services
from intake.submissions import services as submissions
from tests import builders
from tests.forms import form_on, page, send
from tests.installation import browser_of
from tests.moderation.desk import (
    COLLEAGUE,
    LEAD,
    OTHER,
    QUEUE,
    WG3,
    columns,
    found,
    give,
    held,
    listed,
    signed_in,
    somebody,
    text,
    url,
)

PAGE = "/en/staff/conflicts/"
SECRETARIAT = "secretariat@example.org"


@pytest.fixture
def secretariat(app: Flask) -> FlaskClient:
    """A browser in which somebody of the secretariat is signed in."""
    with app.app_context(), transaction():
        identity = builders.person(SECRETARIAT, (Role.SECRETARIAT, None)).id
    return browser_of(app, identity)


def declare(client: FlaskClient, **typed: Any) -> TestResponse:
    """Fill in the form, and send it."""
    return send(client, PAGE, form_on(client.get(PAGE), having="reason"), {"reason": "My sister works there.", **typed})


def test_what_a_conflict_is_with_is_gone_for_who_declared_it_alone(app: Flask, lead: FlaskClient) -> None:
    apart, kept = give(app, organisation="Linha Aberta"), give(app)
    assert listed(lead.get(QUEUE)) == [apart, kept]
    assert declare(lead, organisation="Linha  aberta").status_code == 303
    assert listed(lead.get(QUEUE)) == [kept]
    assert lead.get(url(apart)).status_code == 404
    assert listed(signed_in(app, COLLEAGUE).get(QUEUE)) == [apart, kept]
    assert "My sister works there." in text(lead.get(PAGE))
    assert "My sister" not in text(signed_in(app, COLLEAGUE).get(PAGE))


def test_a_conflict_with_one_submission_or_a_whole_session(app: Flask, lead: FlaskClient) -> None:
    apart, kept, later = give(app), give(app), give(app, "WG3-2020-07-14")
    about = lead.get(url(apart))
    assert f"about={apart.replace('/', '%2F')}" in about.get_data(as_text=True) or f"about={apart}" in str(about.data)
    assert declare(lead, submission=apart.lower()).status_code == 303
    assert listed(lead.get(QUEUE)) == [kept, later]
    with app.app_context():
        whole = str(held(WG3).id)
    assert declare(lead, listening_session=whole).status_code == 303
    assert listed(lead.get(QUEUE)) == [later]
    assert lead.get(f"/en/staff/code-book/{WG3.lower()}/").status_code == 404
    with app.app_context():
        assert not may(somebody(), "queue.read", held(WG3))
        assert not may(somebody(), "submission.decide", found(kept))
        assert may(somebody(COLLEAGUE), "submission.decide", found(kept))


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"organisation": "A", "submission": "B"},
        {"organisation": "x" * 201},
        {"submission": "WG3-2020-06-09/T-999"},
        {"organisation": "A", "reason": ""},
        {"organisation": "A", "listening_session": "999"},
    ],
)
def test_what_is_not_whole_is_not_taken(app: Flask, lead: FlaskClient, typed: dict[str, str]) -> None:
    answer = declare(lead, **typed)
    assert answer.status_code == 422
    with app.app_context():
        assert session().scalars(sa.select(Conflict)).all() == []


def test_what_somebody_does_not_read_is_not_told_from_what_is_not_there(app: Flask, lead: FlaskClient) -> None:
    elsewhere = give(app, "WG6-2020-06-18")
    answers = [declare(lead, submission=one) for one in (elsewhere, "WG6-2020-06-18/T-999")]
    assert [one.status_code for one in answers] == [422, 422]
    assert text(answers[0]) == text(answers[1])


def test_a_claim_is_given_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        desk_services.claim(found(reference), somebody())
    declare(lead, submission=reference)
    assert columns(app, reference, "claimed_by_id", "claimed_until") == (None, None)


def test_the_secretariat_records_and_ends(app: Flask, lead: FlaskClient, secretariat: FlaskClient) -> None:
    reference = give(app)
    with app.app_context():
        whose = str(somebody().id)
    assert declare(secretariat, submission=reference, person=whose).status_code == 303
    assert declare(secretariat, submission=reference, person=whose).status_code == 409
    assert listed(lead.get(QUEUE)) == []
    assert page(lead.get(PAGE)).cssselect("form[action$='/end/']") == []
    with app.app_context():
        identity = session().scalars(sa.select(Conflict.id)).one()
    token = dict(form_on(lead.get(PAGE), having="reason").form_values())["csrf_token"]
    assert lead.post(f"{PAGE}{identity}/end/", data={"csrf_token": token}).status_code == 404
    shown = secretariat.get(PAGE)
    assert send(secretariat, f"{PAGE}{identity}/end/", form_on(shown, action="/end/")).status_code == 303
    assert listed(lead.get(QUEUE)) == [reference]
    assert "ended on" in text(lead.get(PAGE))
    with app.app_context():
        lines = session().scalars(sa.select(RegisterLine).where(RegisterLine.act.like("conflict.%"))).all()
        by = somebody(SECRETARIAT).id
        assert [(one.act, one.subject, one.person_id) for one in lines] == [
            ("conflict.declare", f"person:{whose}", by),
            ("conflict.end", f"person:{whose}", by),
        ]
        assert reference not in str([one.detail for one in lines]), "whom it is about goes with the submission"


def test_the_reason_is_sealed_and_goes_with_the_submission(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    declare(lead, submission=reference)
    with app.app_context(), transaction() as database:
        assert b"sister" not in database.scalars(sa.select(Conflict.reason)).one()
        submissions.withdraw(found(reference))
        found(reference).erase_after = found(reference).received_at
        database.flush()
        submissions.erase_due()
        assert database.scalars(sa.select(Conflict)).all() == []


def test_what_nobody_can_read_is_counted_for_the_secretariat(app: Flask, secretariat: FlaskClient) -> None:
    reference, other = give(app), give(app, "WG6-2020-06-18")
    assert "Nobody can read this" not in text(secretariat.get(PAGE))
    declare(signed_in(app, LEAD), submission=reference)
    assert "Nobody can read this" not in text(secretariat.get(PAGE))
    declare(signed_in(app, COLLEAGUE), submission=reference)
    with app.app_context():
        everything = str(held("WG6-2020-06-18").id)
    declare(signed_in(app, OTHER), listening_session=everything)
    with app.app_context():
        assert {one.listening_session.code: one.number for one in conflicts.nobody_reads()} == {
            WG3: 1, "WG6-2020-06-18": 1,
        }  # fmt: skip
    shown = text(secretariat.get(PAGE))
    assert "Nobody can read this" in shown
    assert reference not in shown.partition("Declared")[0]
    assert other not in shown


def test_a_digest_that_holds_it_is_kept_from_a_drafter(app: Flask) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        desk_services.decide(found(reference), "accept", somebody(), version=1)
        drafter = builders.person("drafter@example.org", (Role.DRAFTER, None))
        identity = drafter.id
        compile_digest(held(WG3), person_id=identity)
    client = browser_of(app, identity)
    address = f"/en/staff/digests/{WG3.lower()}/1/"
    assert client.get(address).status_code == 200
    with app.app_context(), transaction():
        what = conflicts.With(submission=found(reference))
        conflicts.declare(somebody("drafter@example.org"), somebody("drafter@example.org"), what, "Mine.")
    assert client.get(address).status_code == 404
    assert client.post(f"{address}json").status_code in (400, 404)
    with app.app_context():
        drafter = somebody("drafter@example.org")
        assert digests.desk(drafter) == []
        assert digests.versions_of(held(WG3), drafter) == []
