"""Second thoughts: changing what one said, allowing more or less, and what stands meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.digests import services as digests
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.foundation.register import RegisterLine
from intake.moderation import services as moderation
from intake.submissions import services, workflow
from intake.submissions.consent import Consent, Tier
from intake.submissions.models import ConsentRecord, Revision, Submission
from intake.submissions.sealing import open_answers, open_contact, seal_answers
from intake.submissions.services import Filled
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.installation import browser_of
from tests.submissions.test_form import consent_shown

DOOR, MINE, CHANGE = "/en/receipt/", "/en/receipt/submission/", "/en/receipt/change/"
CONSENT = "/en/receipt/consent/"
BEFORE = "They closed the border on the day my permit ended."
AFTER = "They closed the border a week before my permit ended, not on that day."


@pytest.fixture
def lead(app: Flask) -> int:
    """A co-lead of the session to which something was said; returns the co-lead's id."""
    with app.app_context(), transaction():
        held = builders.listening_session(questions=({"en": "What works?"},))
        builders.submission(
            held, tier=2, email="amal@example.org", contributor_name="Amal", organisation="Maison Ouverte",
            what_happened=BEFORE, population_groups=["women"], happened_when="declined", token=builders.TOKEN,
        )  # fmt: skip
        return builders.person("lead@example.org", (Role.CO_LEAD, held)).id


@pytest.fixture
def visitor(client: FlaskClient, lead: int) -> FlaskClient:  # noqa: ARG001  # there is something to come back to
    """The contributor, who came back with the code."""
    assert post_form(client, DOOR, {"code": builders.CODE}, having="code").status_code == 302
    return client


def kept() -> Submission:
    """The submission, inside an application context."""
    return session().scalars(sa.select(Submission)).one()


def change(client: FlaskClient, **typed: Any) -> TestResponse:
    """Change answers, look at them and send them."""
    check = post_form(client, CHANGE, typed, having="what_happened")
    assert check.status_code == 200
    return send(client, CHANGE, form_on(check, having="seen"), {"step": "send"})


def decide(app: Flask, lead: int, verb: str, words: str = "") -> None:
    with app.app_context(), transaction():
        person = session().get_one(builders.Person, lead)
        moderation.decide(kept(), verb, person, version=kept().version, words=words)


def in_digest(app: Flask) -> str:
    """What a digest compiled now says."""
    with app.app_context():
        with transaction():
            digest = digests.compile_digest(kept().listening_session)
        return digests.export(digest, "json", "en").content.decode()


def test_the_form_holds_what_was_said(visitor: FlaskClient) -> None:
    form = form_on(visitor.get(CHANGE), having="what_happened")
    assert form.fields["what_happened"].strip() == BEFORE
    assert form.fields["country"] == "TN"
    assert form.fields["contributor_name"] == "Amal"
    assert dict(form.form_values())["population_groups"] == "women"
    assert form.fields["happened_when_declined"] == "y"
    assert "consent_tier" not in form.fields, "consent is changed in a place of its own"


def test_what_was_done_is_said_once_and_before_anything_else(visitor: FlaskClient) -> None:
    def told() -> str:
        return str(page(visitor.get(MINE)).xpath("string(//main/h1/following-sibling::*[1])"))

    for act, words in (
        (lambda: change(visitor), "Nothing was changed"),
        (lambda: change(visitor, what_happened=AFTER), "Your change is kept"),
        (lambda: post_form(visitor, CONSENT, {"consent_tier": "1"}, having="consent_tier"), "Your consent is kept"),
    ):
        assert act().headers["Location"] == MINE
        assert words in told()
        assert words not in told()


def test_a_change_is_a_new_revision_and_nothing_is_overwritten(app: Flask, visitor: FlaskClient) -> None:
    assert change(visitor, what_happened=AFTER, contributor_name="Amal B.").status_code == 302
    with app.app_context():
        found = kept()
        assert [revision.number for revision in found.revisions] == [1, 2]
        assert [open_answers(found, one)["what_happened"] for one in found.revisions] == [BEFORE, AFTER]
        assert [open_contact(found, one)["contributor_name"] for one in found.revisions] == ["Amal", "Amal B."]
        assert (found.state, found.consent_tier) == ("submitted", 2)
        assert [(one.verb, one.revision) for one in found.decisions] == [("amend", 2)]
    assert AFTER in page(visitor.get(MINE)).text_content()


def test_sending_it_unchanged_changes_nothing(app: Flask, visitor: FlaskClient) -> None:
    assert change(visitor).status_code == 302
    with app.app_context():
        assert (len(kept().revisions), kept().version) == (1, 1)


def test_what_was_accepted_stands_until_the_change_is_accepted(app: Flask, visitor: FlaskClient, lead: int) -> None:
    decide(app, lead, "accept")
    change(visitor, what_happened=AFTER, country="MA")
    before = in_digest(app)
    assert BEFORE in before
    assert AFTER not in before
    with app.app_context():
        assert (kept().state, kept().accepted_revision, kept().country) == ("submitted", 1, "TN")
    assert "Until the working group has decided" in page(visitor.get(MINE)).text_content()
    decide(app, lead, "accept")
    after = in_digest(app)
    assert AFTER in after
    assert BEFORE not in after
    with app.app_context():
        assert (kept().state, kept().accepted_revision, kept().country) == ("accepted", 2, "MA")


def test_a_moderator_sees_both_versions_and_may_keep_the_earlier(app: Flask, visitor: FlaskClient, lead: int) -> None:
    decide(app, lead, "accept")
    change(visitor, what_happened=AFTER)
    desk = browser_of(app, lead)
    shown = page(desk.get("/en/staff/submissions/WG3-2020-06-09/T-001/")).text_content()
    assert BEFORE in shown
    assert AFTER in shown
    decide(app, lead, "keep", "The first version says it better.")
    assert BEFORE in in_digest(app)
    with app.app_context():
        assert (kept().state, kept().accepted_revision) == ("accepted", 1)
    assert "The first version says it better." in page(visitor.get(MINE)).text_content()


def test_keeping_the_earlier_makes_no_sense_without_one(app: Flask, lead: int) -> None:
    with pytest.raises(workflow.IllegalMove):
        decide(app, lead, "keep", "Why not?")


@pytest.mark.parametrize("verb", ["decline", "safeguard"])
def test_a_change_that_is_turned_down_takes_the_earlier_with_it(
    app: Flask, visitor: FlaskClient, lead: int, verb: str
) -> None:
    decide(app, lead, "accept")
    change(visitor, what_happened=AFTER)
    decide(app, lead, verb, "Not like this.")
    digest = in_digest(app)
    assert BEFORE not in digest
    assert AFTER not in digest


def test_withdrawing_after_a_change_takes_everything(app: Flask, visitor: FlaskClient, lead: int) -> None:
    decide(app, lead, "accept")
    change(visitor, what_happened=AFTER)
    post_form(visitor, "/en/receipt/withdraw/", having="csrf_token")
    digest = in_digest(app)
    assert BEFORE not in digest
    assert AFTER not in digest


def test_care_only_grows(app: Flask, visitor: FlaskClient) -> None:
    change(visitor, recognition_harm="yes")
    with app.app_context():
        assert kept().tier_cap == Tier.ANONYMOUS
    change(visitor, recognition_harm="no", danger_now="yes", about_child="yes", guardian="alone")
    change(visitor, danger_now="no", guardian="both")
    with app.app_context():
        assert (kept().tier_cap, kept().danger_now, kept().child_alone) == (Tier.ANONYMOUS, True, True)


def test_withdrawing_erases_that_a_child_was_alone(app: Flask, visitor: FlaskClient) -> None:
    change(visitor, about_child="yes", guardian="alone")
    post_form(visitor, "/en/receipt/withdraw/", having="csrf_token")
    with app.app_context():
        assert (kept().state, kept().child_alone) == ("withdrawn", False)


def test_a_page_that_was_overtaken_keeps_the_words(app: Flask, visitor: FlaskClient) -> None:
    check = post_form(visitor, CHANGE, {"what_happened": AFTER}, having="what_happened")
    change(visitor, what_happened="Something else that was sent from another page.")
    late = send(visitor, CHANGE, form_on(check, having="seen"), {"step": "send"})
    assert late.status_code == 409
    again = form_on(late, having="what_happened")
    assert again.fields["what_happened"].strip() == AFTER
    check = send(visitor, CHANGE, again, {"step": "check"})
    assert send(visitor, CHANGE, form_on(check, having="seen"), {"step": "send"}).status_code == 302
    with app.app_context():
        assert open_answers(kept(), kept().revisions[-1])["what_happened"] == AFTER


def test_what_does_not_fit_is_told_and_kept(visitor: FlaskClient) -> None:
    answer = post_form(visitor, CHANGE, {"what_happened": "short", "country": "Atlantis"}, having="what_happened")
    assert answer.status_code == 422
    assert "at least 20" in page(answer).get_element_by_id("what_happened-error").text_content()


def test_without_a_visit_what_was_typed_comes_back(visitor: FlaskClient) -> None:
    form = form_on(visitor.get(CHANGE), having="what_happened")
    with visitor.session_transaction() as visit:
        visit.pop("receipt")
    answer = send(visitor, CHANGE, form, {"what_happened": AFTER, "step": "check"})
    assert answer.status_code == 422
    assert AFTER in page(answer).text_content()


def test_what_is_in_the_hands_of_safeguarding_is_not_changed(app: Flask, visitor: FlaskClient, lead: int) -> None:
    decide(app, lead, "safeguard", "Somebody may be in danger.")
    assert visitor.get(CHANGE).status_code == 302
    assert "Change it" not in page(visitor.get(MINE)).text_content()


def test_nobody_is_sure_of_what_no_page_asked(app: Flask, visitor: FlaskClient) -> None:
    more, all_of_it = {"consent_tier": "3"}, {"consent_tier": "4", "publication": "y"}
    assert post_form(visitor, CONSENT, {**more, "sure": "y"}, having="consent_tier").status_code == 422
    asked = form_on(post_form(visitor, CONSENT, more, having="consent_tier"), having="sure")
    again = send(visitor, CONSENT, asked, {**all_of_it, "sure": "y"})
    assert again.status_code == 422, "asked of less than that"
    assert not form_on(again, having="sure").xpath(".//input[@name='sure']/@checked")
    post_form(visitor, CONSENT, {"consent_tier": "1"}, having="consent_tier")
    assert send(visitor, CONSENT, asked, {"sure": "y"}).status_code == 422, "asked before it was lowered"
    with app.app_context():
        assert kept().consent_tier == 1


def test_allowing_more_needs_a_second_look(app: Flask, visitor: FlaskClient) -> None:
    asked = post_form(visitor, CONSENT, {"consent_tier": "4", "publication": "y"}, having="consent_tier")
    assert asked.status_code == 422
    with app.app_context():
        assert kept().consent_tier == 2
    form = form_on(asked, having="sure")
    assert form.fields["consent_tier"] == "4", "what was chosen is still chosen"
    assert send(visitor, CONSENT, form).status_code == 422
    assert send(visitor, CONSENT, form, {"sure": "y"}).status_code == 302
    with app.app_context():
        assert (kept().consent_tier, kept().publication) == (4, True)
        records = session().scalars(sa.select(ConsentRecord).order_by(ConsentRecord.id)).all()
        assert [record.tier for record in records] == [2, 4]
        (first, second) = (json.loads(record.wording) for record in records)
        assert "sure" not in first
    shown = page(asked)
    assert second["sure"] == shown.xpath("string(//label[@for='sure'])")
    notice = shown.xpath("string(//div[contains(@class, 'notice warn')])")
    assert all(words in notice for words in second["warning"])


@pytest.mark.parametrize("more", ["publication", "follow_up"])
def test_one_permission_more_is_more(app: Flask, visitor: FlaskClient, more: str) -> None:
    with app.app_context(), transaction():
        kept().publication = kept().follow_up = False
    fewer = {"consent_tier": "1", more: "y"}  # a lower tier outweighs nothing
    asked = post_form(visitor, CONSENT, fewer, having="consent_tier")
    assert asked.status_code == 422
    with app.app_context():
        assert (kept().consent_tier, kept().publication, kept().follow_up) == (2, False, False)
    assert send(visitor, CONSENT, form_on(asked, having="sure"), {"sure": "y"}).status_code == 302
    with app.app_context():
        assert (kept().consent_tier, getattr(kept(), more)) == (1, True)


def test_nobody_is_sure_of_more_on_a_page_that_did_not_ask(app: Flask, visitor: FlaskClient) -> None:
    asked = post_form(visitor, CONSENT, {"consent_tier": "4", "sure": "y"}, having="consent_tier")
    assert asked.status_code == 422
    old = post_form(visitor, CONSENT, {"consent_tier": "1", "wording": "0123456789ab"}, having="consent_tier")
    assert "have changed since" in page(old).get_element_by_id("consent_tier-error").text_content()
    with app.app_context():
        assert kept().consent_tier == 2


def test_a_change_is_recorded_in_the_words_and_the_language_of_its_page(app: Flask, visitor: FlaskClient) -> None:
    url = CONSENT.replace("/en/", "/fr/")
    shown = consent_shown(page(visitor.get(url)))
    assert post_form(visitor, url, {"consent_tier": "0"}, having="consent_tier").status_code == 302
    with app.app_context():
        records = session().scalars(sa.select(ConsentRecord).order_by(ConsentRecord.id)).all()
        assert [record.language for record in records] == ["en", "fr"]
        assert json.loads(records[1].wording).items() >= shown.items()
        assert list(shown["tiers"]) == ["4", "3", "2", "1", "0"]
        assert kept().version == 2, "whoever decides meanwhile is told that it changed"
        line = session().scalars(sa.select(RegisterLine).order_by(RegisterLine.number.desc())).first()
        assert line is not None
        assert (line.act, line.subject, line.detail) == ("submission.lower_consent", kept().reference, {"tier": 0})


def test_more_consent_counts_in_a_new_digest_only(app: Flask, lead: int) -> None:
    decide(app, lead, "accept")
    with app.app_context():
        with transaction():
            old = digests.compile_digest(kept().listening_session)
        with transaction():
            services.change_consent(kept(), Consent(Tier.NAMED, False, True), "en", confirmed=True)
        assert "Maison Ouverte" not in digests.export(old, "json", "en").content.decode()
    assert "Maison Ouverte" in in_digest(app)


def test_a_language_that_is_told_better_now_is_no_change(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session("WG2-2020-05-20")
        told = {**builders.TESTIMONY, "what_would_help": "مكتب قريب"}
        submission = builders.submission(held, what_would_help="مكتب قريب")
        sealed = seal_answers(submission, 2, told)
        session().add(Revision(submission=submission, number=2, at=clock.now(), language="en", answers=sealed))
        session().flush()
        session().refresh(submission, ["revisions"])
        consent = Consent(Tier.ANONYMOUS, follow_up=False, publication=True)
        assert not services.amend(submission, Filled(Kind.TESTIMONY, "en", told, consent), seen=2)
        assert len(submission.revisions) == 2


@pytest.mark.parametrize("step", ["send", "edit"])
def test_what_was_taken_out_stays_out(app: Flask, visitor: FlaskClient, step: str) -> None:
    emptied = {"contributor_name": "", "organisation": "", "email": "", "population_groups": []}
    check = post_form(visitor, CHANGE, emptied, having="what_happened")
    after = send(visitor, CHANGE, form_on(check, having="seen"), {"step": step})
    if step == "edit":
        form = form_on(after, having="what_happened")
        assert [form.fields[name] or "" for name in ("contributor_name", "organisation", "email")] == [""] * 3
        return
    with app.app_context():
        latest = kept().revisions[-1]
        assert latest.number == 2
        assert open_contact(kept(), latest) == {}
        assert "population_groups" not in open_answers(kept(), latest)


def test_sending_a_change_twice_is_changing_once(app: Flask, visitor: FlaskClient) -> None:
    check = post_form(visitor, CHANGE, {"what_happened": AFTER}, having="what_happened")
    form = form_on(check, having="seen")
    assert [send(visitor, CHANGE, form, {"step": "send"}).status_code for _ in range(2)] == [302, 302]
    with app.app_context():
        assert len(kept().revisions) == 2


def test_a_child_in_an_earlier_version_keeps_the_cap_for_good(app: Flask, visitor: FlaskClient, lead: int) -> None:
    change(visitor, about_child="yes", guardian="both")
    change(visitor, about_child="no")
    with app.app_context(), transaction() as database:
        database.execute(sa.update(Submission).values(consent_tier=4))
    with pytest.raises(workflow.IllegalMove):
        decide(app, lead, "lift_cap", "It says so now.")


def test_what_was_written_while_it_was_handed_on_is_given_back(app: Flask, visitor: FlaskClient, lead: int) -> None:
    form = form_on(visitor.get(CHANGE), having="what_happened")
    decide(app, lead, "safeguard", "I am worried.")
    told = send(visitor, CHANGE, form, {"what_happened": AFTER, "place": "Ceuta", "step": "check"})
    assert told.status_code == 409
    for words in (AFTER, "Ceuta"):
        assert words in page(told).text_content()


def test_the_organisation_of_what_was_accepted_cannot_change(app: Flask, visitor: FlaskClient, lead: int) -> None:
    decide(app, lead, "accept")
    check = post_form(visitor, CHANGE, {"organisation": "Some Village Club"}, having="what_happened")
    refused = send(visitor, CHANGE, form_on(check, having="seen"), {"step": "send"})
    assert refused.status_code == 422
    assert "once the submission is accepted" in page(refused).get_element_by_id("organisation-error").text_content()
    with app.app_context():
        assert len(kept().revisions) == 1
    assert change(visitor, organisation="maison  ouverte", what_happened=AFTER).status_code == 302


def test_after_the_earlier_was_kept_everybody_is_told_so(app: Flask, visitor: FlaskClient, lead: int) -> None:
    decide(app, lead, "accept")
    change(visitor, what_happened=AFTER)
    decide(app, lead, "keep", "The first version says it better.")
    desk = browser_of(app, lead)
    for address in ("/en/staff/submissions/WG3-2020-06-09/T-001/", "/en/staff/queue/?state=accepted"):
        shown = page(desk.get(address)).text_content()
        assert BEFORE in shown
        assert AFTER not in shown
    told = page(visitor.get(MINE)).text_content()
    assert "kept the version it had accepted before" in told
    assert "Until the working group has decided" not in told
    decide(app, lead, "reopen", "Let us look again.")
    with app.app_context():
        assert (kept().state, kept().accepted_revision) == ("in_review", 1)
    decide(app, lead, "accept")
    assert AFTER in in_digest(app)


def test_a_change_turned_down_is_found_by_what_it_says(app: Flask, visitor: FlaskClient, lead: int) -> None:
    decide(app, lead, "accept")
    change(visitor, country="MA")
    decide(app, lead, "decline", "Not like this.")
    with app.app_context():
        assert kept().country == "MA"


def test_a_withdrawal_in_between_wins(app: Flask, visitor: FlaskClient) -> None:
    with app.app_context():
        found = kept()
        answers = services.current_answers(found)
        with transaction():
            services.withdraw(found)
        filled = services.Filled(
            services.Kind.TESTIMONY, "en", {**answers, "what_happened": AFTER}, Consent(Tier(2), False, False)
        )
        with pytest.raises(workflow.IllegalMove), transaction():
            services.amend(found, filled, seen=1)
    assert visitor.get(MINE).status_code == 302


def test_what_is_sent_again_because_the_answer_was_lost_says_what_it_did(visitor: FlaskClient) -> None:
    change = form_on(visitor.get(CHANGE), having="what_happened")
    for _time in range(2):
        send(visitor, CHANGE, change, {"what_happened": AFTER, "step": "send"})
        assert "Your change is kept." in page(visitor.get(MINE)).text_content()
    less = form_on(visitor.get(CONSENT), having="consent_tier")
    for _time in range(2):
        send(visitor, CONSENT, less, {"consent_tier": "1"})
        assert "Your consent is kept." in page(visitor.get(MINE)).text_content()


def test_a_withdrawal_sent_again_because_the_answer_was_lost_says_that_it_is_done(
    app: Flask, visitor: FlaskClient
) -> None:
    form = form_on(visitor.get("/en/receipt/withdraw/"), action="/withdraw/")
    cookie = visitor.get_cookie("visit")
    assert cookie
    for _time in range(2):
        visitor.set_cookie("visit", cookie.value)  # as the browser has it that saw no answer
        gone = send(visitor, "/en/receipt/withdraw/", form)
        assert gone.headers["Location"].endswith("/receipt/withdrawn/")
    stranger = app.test_client()
    assert "/withdrawn/" not in send(stranger, "/en/receipt/withdraw/", form).headers.get("Location", "")
