"""What a contributor was told of the session's ceiling holds, whatever becomes of the ceiling."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.digests import services as digests
from intake.foundation.database import session, transaction
from intake.picture import services as picture
from intake.programme.models import ListeningSession
from intake.programme.services import change_session
from intake.submissions import services, workflow
from intake.submissions.consent import Consent, Tier, effective
from intake.submissions.models import ConsentRecord, Draft, Submission
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.installation import browser_of

FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"
DOOR, DRAFT, CONSENT, MINE = "/en/receipt/", "/en/receipt/draft/", "/en/receipt/consent/", "/en/receipt/submission/"
WHO = {"contributor_name": "Chatham Namedperson", "organisation": "Maison Ouverte"}
PROMISED = "When you agreed, nobody was named in this session"


@pytest.fixture
def lead(app: Flask) -> int:
    """A co-lead of a session under the Chatham House Rule, to which somebody gave their name, and it was accepted."""
    with app.app_context(), transaction():
        held = builders.listening_session(consent_ceiling=2)
        made = builders.submission(held, tier=4, token=builders.TOKEN, **WHO)
        lead = builders.person("lead@example.org", (Role.CO_LEAD, held))
        workflow.make(made, "accept", version=made.version, person_id=lead.id, accepted_revision=1)
        return lead.id


@pytest.fixture
def visitor(client: FlaskClient, lead: int) -> FlaskClient:  # noqa: ARG001  # there is something to come back to
    """The contributor, who came back with the code."""
    assert post_form(client, DOOR, {"code": builders.CODE}, having="code").status_code == 302
    return client


def limit(app: Flask, ceiling: int | None) -> None:
    with app.app_context(), transaction():
        change_session(session().scalars(sa.select(ListeningSession)).one(), {"consent_ceiling": ceiling})


def kept() -> Submission:
    """The submission, inside an application context."""
    return session().scalars(sa.select(Submission)).one()


def stands(app: Flask) -> tuple[int, int, int]:
    """The tier that was chosen, the ceiling that was promised, the tier that counts."""
    with app.app_context():
        return kept().consent_tier, kept().promised_ceiling, int(kept().effective_tier)


def in_digest(app: Flask) -> str:
    with app.app_context():
        with transaction():
            digest = digests.compile_digest(kept().listening_session)
        return digests.export(digest, "json", "en").content.decode()


@pytest.mark.parametrize(
    ("tier", "cap", "promised", "ceiling", "counts"),
    [(4, 4, 4, 4, 4), (4, 4, 2, 4, 2), (4, 4, 4, 2, 2), (4, 2, 3, 4, 2), (1, 4, 2, 4, 1), (4, 4, 0, 4, 0)],
)
def test_the_lowest_counts(tier: int, cap: int, promised: int, ceiling: int, counts: int) -> None:
    assert effective(tier, cap, promised, ceiling) == counts


@pytest.mark.parametrize("ceiling", [3, None])
def test_lifting_the_ceiling_names_nobody_who_was_told_otherwise(app: Flask, lead: int, ceiling: int | None) -> None:
    limit(app, ceiling)
    assert stands(app) == (4, 2, 2)
    text = in_digest(app)
    assert "They closed the border" in text
    assert not re.search("Namedperson|Maison Ouverte", text)
    with app.app_context():
        held = kept().listening_session
        drafter = session().get_one(builders.Person, lead)
        drawn = str(picture.beyond_desk(held, drafter, "en"))
        with transaction():
            kept().promised_ceiling = 4
        assert str(picture.beyond_desk(held, drafter, "en")) != drawn, "the picture tells nobody from another"
    assert "Maison Ouverte" in in_digest(app)


def test_a_lower_ceiling_counts_at_once_and_lifted_again_is_the_one_that_was_promised(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.submission(builders.listening_session(), tier=4, **WHO)
    for ceiling, counts in ((2, 2), (None, 4)):
        limit(app, ceiling)
        assert stands(app) == (4, 4, counts)


def test_staff_read_why(app: Flask, lead: int) -> None:
    with app.app_context():
        reference = kept().reference
    shown = browser_of(app, lead).get(f"/en/staff/submissions/{reference}/")
    assert "In this session nobody is named" in page(shown).text_content()
    limit(app, None)
    text = page(browser_of(app, lead).get(f"/en/staff/submissions/{reference}/")).text_content()
    assert "When consent was given, nobody was named in this session" in text
    with app.app_context(), transaction():
        kept().promised_ceiling = 3
    text = page(browser_of(app, lead).get(f"/en/staff/submissions/{reference}/")).text_content()
    assert "When consent was given, organisations were named in this session, but no people" in text


def test_contributors_read_what_still_holds_and_may_choose_otherwise(app: Flask, visitor: FlaskClient) -> None:
    assert PROMISED not in page(visitor.get(MINE)).text_content()
    limit(app, None)
    assert PROMISED in page(visitor.get(MINE)).text_content()
    shown = page(visitor.get(CONSENT))
    assert PROMISED in shown.text_content()
    assert shown.xpath("//input[@name='consent_tier'][@checked]/@value") == ["2"], "what counts, not what was chosen"
    asked = post_form(visitor, CONSENT, {"consent_tier": "4"}, having="consent_tier")
    assert asked.status_code == 422
    assert stands(app) == (4, 2, 2), "asked a second time first"
    assert send(visitor, CONSENT, form_on(asked, having="sure"), {"sure": "y"}).status_code == 302
    assert stands(app) == (4, 4, 4)
    with app.app_context():
        assert PROMISED in session().scalars(sa.select(ConsentRecord.wording).order_by(ConsentRecord.id)).all()[-1]
    assert PROMISED not in page(visitor.get(MINE)).text_content()
    assert "Namedperson" in in_digest(app)


@pytest.mark.parametrize("typed", [{}, {"publication": ""}, {"consent_tier": "1"}])
def test_whoever_does_not_allow_more_keeps_what_was_promised(
    app: Flask, visitor: FlaskClient, typed: dict[str, Any]
) -> None:
    limit(app, None)
    form = form_on(visitor.get(CONSENT), having="consent_tier")
    if typed.pop("publication", None) is not None:
        form.xpath(".//input[@name='publication']")[0].checked = False
    assert send(visitor, CONSENT, form, typed).status_code == 302
    assert stands(app)[1] == 2
    assert stands(app)[2] <= 2


def test_allowing_more_under_a_lower_ceiling_is_under_that(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.submission(builders.listening_session(), tier=3, publication=False, **WHO)
    limit(app, 2)
    with app.app_context(), transaction():
        services.change_consent(kept(), Consent(Tier.NAMED, False, True), "en", confirmed=True)
    limit(app, None)
    assert stands(app) == (4, 2, 2)


@pytest.mark.usefixtures("lead")
def test_a_draft_is_asked_again_when_the_ceiling_was_lifted(app: Flask, client: FlaskClient) -> None:
    typed = {**builders.TESTIMONY, **WHO, "consent_tier": "4", "publication": "y"}
    post_form(client, FORM, {**typed, "step": "save"}, having="what_happened")
    for language in ("/en/", "/ar/"):  # the same words, whatever the language
        shown = page(client.get(DRAFT.replace("/en/", language)))
        assert shown.xpath("//input[@name='consent_tier'][@checked]/@value") == ["4"]
    limit(app, None)
    there = client.get(DRAFT)
    assert "have changed since" in page(there).get_element_by_id("consent_tier-error").text_content()
    assert not page(there).xpath("//input[@name='consent_tier' or @name='publication'][@checked]")
    form = form_on(there, having="what_happened")
    assert send(client, FORM, form, {"step": "check"}).status_code == 422, "it has to be chosen"
    check = send(client, FORM, form, {"consent_tier": "4", "step": "check"})
    assert send(client, FORM, form_on(check, having="form_token"), {"step": "send"}).status_code == 200
    with app.app_context():
        sent = session().scalars(sa.select(Submission).order_by(Submission.id.desc())).first()
        assert sent is not None
        assert (sent.promised_ceiling, int(sent.effective_tier)) == (4, 4)
        assert session().scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize("step", ["save", "edit", "check"])
def test_no_way_back_to_the_form_takes_the_old_choice_for_the_new_words(
    app: Flask, client: FlaskClient, step: str
) -> None:
    form = form_on(client.get(FORM), having="consent_tier")
    limit(app, None)
    typed = {**builders.TESTIMONY, "what_happened": "", "consent_tier": "4", "step": step}  # cannot be taken as it is
    answered = send(client, FORM, form, typed)
    if step == "save":
        answered = client.get(DRAFT)
    assert not page(answered).xpath("//input[@name='consent_tier'][@checked]")
