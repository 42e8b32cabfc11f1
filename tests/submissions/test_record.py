"""What a rapporteur records: the same steps as a form, under the rapporteur's name."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.foundation.database import session, transaction
from intake.submissions.models import Submission
from intake.submissions.sealing import open_answers, open_contact
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.installation import browser_of

FORM = "/en/staff/sessions/wg3-2020-06-09/record"
SAID: dict[str, Any] = {
    "entity": "Maison Ouverte",
    "intervention_type": "floor",
    "point": "challenge",
    "summary": "Nobody answers the telephone of the office that renews permits.",
    "country": "MA",
    "consent_tier": "3",
}


@pytest.fixture
def rapporteurs(app: Flask) -> tuple[int, int]:
    """Two rapporteurs of one session."""
    with app.app_context(), transaction():
        held = builders.listening_session(group=builders.working_group("WG3"))
        builders.listening_session("WG2-2020-05-20", group=builders.working_group("WG2"))
        emails = ("fatimata@example.org", "thibault@example.org")
        first, second = (builders.person(email, (Role.RAPPORTEUR, held.working_group)) for email in emails)
        return first.id, second.id


def test_an_intervention_is_kept_with_who_recorded_it(app: Flask, rapporteurs: tuple[int, int]) -> None:
    rapporteur = browser_of(app, rapporteurs[0])
    check = post_form(rapporteur, FORM, SAID, having="summary")
    assert check.status_code == 200
    done = send(rapporteur, FORM, form_on(check, having="form_token"), {"step": "send"})
    assert "WG3-2020-06-09/I-001" in done.get_data(as_text=True)
    assert not page(done).cssselect(".receipt"), "the speaker's code is not the rapporteur's"
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.kind, kept.channel, kept.recorded_by_id) == ("intervention", "floor", rapporteurs[0])
        assert kept.receipt_digest is None, "no code of the rapporteur's opens it"
        assert open_answers(kept, kept.revisions[0])["summary"] == SAID["summary"]
        assert open_contact(kept, kept.revisions[0]) == {"entity": "Maison Ouverte"}


def test_each_rapporteur_gets_a_page_of_their_own(app: Flask, rapporteurs: tuple[int, int]) -> None:
    first, second = (browser_of(app, one).get(FORM).get_data(as_text=True) for one in rapporteurs)
    assert "Fatimata" in first
    assert "Fatimata" not in second
    assert "Thibault" in second


def test_what_does_not_fit_is_told_and_kept(app: Flask, rapporteurs: tuple[int, int]) -> None:
    answer = post_form(browser_of(app, rapporteurs[0]), FORM, {**SAID, "point": ""}, having="summary")
    assert answer.status_code == 422
    assert form_on(answer, having="summary").fields["summary"].strip() == SAID["summary"]


def test_one_records_in_ones_own_sessions_only(app: Flask, client: FlaskClient, rapporteurs: tuple[int, int]) -> None:
    rapporteur = browser_of(app, rapporteurs[0])
    assert rapporteur.get(FORM.replace("wg3-2020-06-09", "wg2-2020-05-20")).status_code == 404
    listed = rapporteur.get("/en/staff/record/").get_data(as_text=True)
    assert "WG3-2020-06-09" in listed
    assert "WG2-2020-05-20" not in listed
    assert "Sign in" in client.get(FORM, follow_redirects=True).get_data(as_text=True)


def test_a_signed_in_reader_of_the_public_form_leaves_nothing_for_strangers(
    app: Flask, client: FlaskClient, rapporteurs: tuple[int, int]
) -> None:
    public = FORM.replace("/staff", "").replace("/record", "/submit/testimony")
    assert "Your account" in browser_of(app, rapporteurs[0]).get(public).get_data(as_text=True)
    assert "Your account" not in client.get(public).get_data(as_text=True)


def test_a_rapporteur_is_asked_what_the_speaker_allowed(app: Flask, rapporteurs: tuple[int, int]) -> None:
    text = page(browser_of(app, rapporteurs[0]).get(FORM)).text_content()
    assert "How may what was said be used?" in text
    assert "my name" not in text
    assert "Your consent" not in text
