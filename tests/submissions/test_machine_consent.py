"""Whether an outside program may be given a text: asked only where there is one, allowed by nothing but a tick."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.foundation.database import session, transaction
from intake.programme.models import ListeningSession
from intake.submissions import services
from intake.submissions.consent import Consent, Tier, asked_of
from intake.submissions.models import ConsentRecord, Submission
from intake.submissions.own_copy import agreed
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.builders import CODE, TOKEN
from tests.forms import form_on, page, post_form, send
from tests.moderation.translating import use
from tests.submissions.test_form import FORM, checked, sent

CONSENT = "/en/receipt/consent/"
WORDS = "You may let an outside computer program translate this"


@pytest.fixture
def held(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session("WG3-2020-06-09")


def kept(app: Flask) -> tuple[bool, list[bool], str]:
    with app.app_context():
        one = session().scalars(sa.select(Submission)).one()
        records = session().scalars(sa.select(ConsentRecord).order_by(ConsentRecord.id)).all()
        return one.machine_translation, [record.machine_translation for record in records], records[-1].wording


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(("is_on", "ticked", "allowed"), [(1, "y", True), (1, "", False), (0, "y", False)])
def test_only_a_tick_allows_it_and_only_where_it_is_asked(
    app: Flask, client: FlaskClient, is_on: int, ticked: str, allowed: bool
) -> None:
    use(app, "http://127.0.0.1:9" if is_on else None)
    further: dict[str, Any] = {"machine_translation": ticked} if ticked else {}
    assert bool(page(client.get(FORM)).cssselect("#machine_translation")) is bool(is_on)
    assert (WORDS in checked(client, FORM, **further).get_data(as_text=True)) is allowed
    sent(client, FORM, **further)
    now, records, words = kept(app)
    assert (now, records) == (allowed, [allowed])
    assert ("machine_translation" in json.loads(words)) is bool(is_on)


def test_the_wording_has_another_version_where_it_is_asked(app: Flask) -> None:
    with app.test_request_context("/en/"):
        use(app, None)
        before = asked_of(Kind.TESTIMONY, Tier.NAMED).version("en")
        use(app, "http://127.0.0.1:9")
        words, version = asked_of(Kind.TESTIMONY, Tier.NAMED).wording("en")
    assert version != before
    assert json.loads(words)["machine_translation"] == WORDS


def test_it_can_be_taken_back_and_given_behind_the_receipt(app: Flask, client: FlaskClient) -> None:
    use(app, "http://127.0.0.1:9")
    with app.app_context(), transaction():
        builders.submission(builders.listening_session(), token=TOKEN, machine_translation=True)
    post_form(client, "/en/receipt/", {"code": CODE}, having="code")
    with app.app_context():
        assert WORDS in [str(one) for one in agreed(session().scalars(sa.select(Submission)).one())]
    form = form_on(client.get(CONSENT), having="consent_tier")
    assert form.fields["machine_translation"] == "y"
    # What is allowed already can be taken back where nobody asks for it any more.
    use(app, None)
    shown = client.get(CONSENT)
    form = form_on(shown, having="consent_tier")
    form.fields["machine_translation"] = None
    assert send(client, CONSENT, form).status_code == 302
    assert kept(app)[:2] == (False, [True, False])
    assert not page(client.get(CONSENT)).cssselect("#machine_translation")
    use(app, "http://127.0.0.1:9")
    form = form_on(client.get(CONSENT), having="consent_tier")
    wider = send(client, CONSENT, form, {"machine_translation": "y"})
    assert wider.status_code == 422
    assert kept(app)[0] is False
    assert send(client, CONSENT, form_on(wider, having="sure"), {"sure": "y"}).status_code == 302
    assert kept(app)[0] is True


def test_what_was_sent_before_it_was_asked_keeps_its_digest(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session()
        made = builders.submission(held, token=TOKEN)
        again = builders.submission(held, token=TOKEN)
        assert again.id == made.id
        with pytest.raises(services.AlreadySent):
            builders.submission(held, token=TOKEN, machine_translation=True)
        assert session().scalars(sa.select(ListeningSession)).one() is held
        assert not services.is_wider(Consent(Tier(2), False, True), made)
