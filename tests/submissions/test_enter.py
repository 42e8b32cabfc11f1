"""On behalf: what came by telephone, e-mail, on paper or by voice, entered by staff under their name."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.foundation.database import session, transaction
from intake.submissions import services
from intake.submissions.models import Submission
from intake.submissions.sealing import open_entry
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.installation import browser_of

FORM = "/en/staff/sessions/wg3-2020-06-09/enter/testimony"
CALLED: dict[str, Any] = {
    **builders.TESTIMONY, "came_by": "telephone", "consent_given": "spoken", "consent_tier": "1",
    "interpreter": "Somebody, Tigrinya and English", "taken_by": "Night shift",
}  # fmt: skip


@pytest.fixture
def rapporteur(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        held = builders.listening_session(group=builders.working_group("WG3"))
        who = builders.person("fatimata@example.org", (Role.RAPPORTEUR, held.working_group)).id
        builders.person("lead@example.org", (Role.CO_LEAD, held.working_group))
    return browser_of(app, who)


def enter(rapporteur: FlaskClient, **typed: Any) -> TestResponse:
    check = post_form(rapporteur, FORM, {**CALLED, **typed, "step": "check"}, having="came_by")
    assert check.status_code == 200, page(check).xpath("string(//div[@class='summary'])")
    assert "By telephone" in page(check).text_content()
    return send(rapporteur, FORM, form_on(check, having="form_token"), {"step": "send"})


def kept() -> Submission:
    return session().scalars(sa.select(Submission)).one()


def test_it_is_asked_as_of_somebody_who_writes_down_what_another_says(rapporteur: FlaskClient) -> None:
    asked = " ".join(page(rapporteur.get(FORM)).xpath("string(//main)").split())
    assert "In which language do you write it down?" in asked
    assert "It is their own story" in asked
    for words in ("do you write?", "my own story", "asked me", "our organisation sees"):
        assert words not in asked, words


def test_it_is_kept_with_how_it_came_and_shown_so_on_the_desk(app: Flask, rapporteur: FlaskClient) -> None:
    done = enter(rapporteur)
    assert not page(done).cssselect(".receipt")
    with app.app_context():
        made = kept()
        assert (made.came_by, made.receipt_digest, made.kind) == ("telephone", None, "testimony")
        assert open_entry(made)["interpreter"] == CALLED["interpreter"]
        assert b"Tigrinya" not in (made.entry or b"")
        lead = session().query(builders.Person).filter_by(email="lead@example.org").one().id
    shown = page(browser_of(app, lead).get("/en/staff/submissions/WG3-2020-06-09/T-001/")).text_content()
    for words in (
        "Entered for somebody",
        "Fatimata",
        "By telephone",
        "Tigrinya",
        "Night shift",
        "I read the choices out",
    ):
        assert words in shown, words


def test_the_code_is_handed_over_only_if_wanted_and_opens_the_way_back(app: Flask, rapporteur: FlaskClient) -> None:
    done = enter(rapporteur, hand_over="y")
    code = str(page(done).xpath("string(//p[@class='code'])"))
    person = app.test_client()
    assert post_form(person, "/en/receipt/", {"code": code}, having="code").status_code == 302
    mine = page(person.get("/en/receipt/submission/")).text_content()
    assert builders.TESTIMONY["what_happened"] in mine
    assert "Night shift" not in mine


def test_who_takes_a_call_sees_at_once_where_help_is(rapporteur: FlaskClient) -> None:
    assert not page(enter(rapporteur)).cssselect(".notice.danger:not(.at-once)")
    assert page(enter(rapporteur, danger_now="unsure")).cssselect(".notice.danger:not(.at-once)")
    assert "with special care" in page(enter(rapporteur, about_child="yes", guardian="alone")).text_content()


def test_what_staff_changed_since_is_never_silently_dropped(app: Flask, rapporteur: FlaskClient) -> None:
    check = post_form(rapporteur, FORM, {**CALLED, "step": "check"}, having="came_by")
    form = form_on(check, having="form_token")
    assert [send(rapporteur, FORM, form, {"step": "send"}).status_code for _ in range(2)] == [200, 200]
    told = send(rapporteur, FORM, form, {"step": "send", "taken_by": "Day shift"})
    assert told.status_code == 409
    assert form_on(told, having="came_by").fields["taken_by"] == "Day shift"
    with app.app_context():
        assert open_entry(kept())["taken_by"] == "Night shift"
        (first,) = services.versions_of(kept())
        assert first.fingerprint == kept().sent_digest


def test_how_it_came_has_to_be_said(rapporteur: FlaskClient) -> None:
    response = post_form(rapporteur, FORM, {**CALLED, "came_by": "", "step": "check"}, having="came_by")
    assert response.status_code == 422
    assert page(response).xpath("//p[@id='came_by-error']")


def test_it_can_be_entered_after_the_session_closed_and_by_no_stranger(
    app: Flask, client: FlaskClient, rapporteur: FlaskClient
) -> None:
    with app.app_context(), transaction():
        session().query(builders.ListeningSession).one().state = "closed"
    assert enter(rapporteur).status_code == 200
    assert client.get(FORM).status_code in (302, 303)


@pytest.mark.parametrize(("guardian", "status"), [("", 422), ("no", 422), ("child", 200), ("both", 200)])
def test_about_a_child_a_guardian_is_asked_for(rapporteur: FlaskClient, guardian: str, status: int) -> None:
    typed = {**CALLED, "about_child": "yes", "guardian": guardian, "step": "check"}
    response = post_form(rapporteur, FORM, typed, having="came_by")
    assert response.status_code == status
    if status == 422:
        assert page(response).xpath("//p[@id='guardian-error']")
