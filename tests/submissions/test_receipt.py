"""The way back: the door, one's own submission, answering, lowering consent, withdrawing, leaving."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake import cli
from intake.accounts.models import Person
from intake.accounts.permissions import Role
from intake.foundation import clock, leaving
from intake.foundation.database import engine, session, transaction
from intake.foundation.identifiers import grouped, new_form_token, receipt_for
from intake.foundation.post import OutgoingMail
from intake.foundation.register import RegisterLine
from intake.moderation import services as moderation
from intake.moderation.models import Coding
from intake.submissions import attachments, services, workflow
from intake.submissions.consent import Consent, Tier
from intake.submissions.models import ConsentRecord, Submission
from intake.submissions.sealing import Erased, open_answers, open_contact, open_message
from tests import builders
from tests.builders import CODE, TOKEN
from tests.forms import fields, form_on, page, post_form, send
from tests.installation import browser_of

DOOR, MINE = "/en/receipt/", "/en/receipt/submission/"
FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"


@pytest.fixture
def lead(app: Flask) -> int:
    with app.app_context(), transaction():
        held = builders.listening_session()
        builders.submission(
            held, token=TOKEN, tier=3, publication=True, follow_up=True,
            email="amal@example.org", contributor_name="Amal Example", organisation="Maison Ouverte",
        )  # fmt: skip
        return builders.person("lead@example.org", (Role.CO_LEAD, held)).id


def ask(app: Flask, lead: int, words: str = "In which month was that?") -> None:
    with app.app_context(), transaction():
        kept = session().scalars(sa.select(Submission)).one()
        workflow.make(kept, "ask", version=kept.version, person_id=lead)
        services.add_message(kept, words, "en", person_id=lead)
        services.tell_there_is_news(kept)


def come_back(client: FlaskClient, code: str = CODE) -> int:
    return post_form(client, DOOR, {"code": code}, having="code").status_code


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize(
    "written",
    [CODE, grouped(CODE), grouped(CODE).lower(), f"\u200f{CODE} "],
    ids=["whole", "grouped", "lower case", "pasted"],
)
def test_the_code_opens_ones_own_submission_however_it_is_written(client: FlaskClient, written: str) -> None:
    assert come_back(client, written) == 302
    root = page(client.get(MINE))
    assert "They closed the border" in root.text_content()
    assert "Maison Ouverte" in root.text_content()


@pytest.mark.usefixtures("lead")
def test_a_mistyped_code_is_told_apart_from_an_unknown_one(client: FlaskClient) -> None:
    mistyped = post_form(client, DOOR, {"code": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, having="code")
    unknown = post_form(client, DOOR, {"code": receipt_for(new_form_token())}, having="code")
    assert (mistyped.status_code, unknown.status_code) == (422, 422)
    assert "group by group" in page(mistyped).text_content()
    assert "find nothing under this code" in page(unknown).text_content()


@pytest.mark.usefixtures("lead")
def test_without_the_code_there_is_only_the_door(client: FlaskClient) -> None:
    for url in (MINE, "/en/receipt/consent/", "/en/receipt/withdraw/"):
        response = client.get(url)
        assert (response.status_code, response.headers["Location"]) == (302, DOOR)


@pytest.mark.usefixtures("lead")
def test_a_visit_ends_half_an_hour_after_the_last_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    come_back(client)
    begun = clock.now()
    for minutes, status in ((25, 200), (50, 200), (81, 302)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: begun + timedelta(minutes=minutes))
        assert client.get(MINE).status_code == status


def test_a_question_is_answered_behind_the_receipt(app: Flask, client: FlaskClient, lead: int) -> None:
    ask(app, lead)
    come_back(client)
    assert "In which month was that?" in page(client.get(MINE)).text_content()
    empty = post_form(client, MINE, {"answer": " "}, having="answer")
    assert empty.status_code == 422
    assert post_form(client, MINE, {"answer": "في نيسان 2020"}, having="answer").status_code == 302
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert kept.state == "in_review"
        assert [open_message(kept, message) for message in kept.messages] == [
            "In which month was that?",
            "في نيسان 2020",
        ]
        assert [message.language for message in kept.messages] == ["en", "ar"]
        assert [decision.verb for decision in kept.decisions] == ["ask", "answer"]
    answered = page(client.get(MINE)).cssselect(".thread .mine .words")[0]
    assert (answered.get("lang"), answered.get("dir")) == ("ar", "rtl")


def test_an_answer_in_letters_that_tell_no_language_keeps_that_of_the_page(
    app: Flask, client: FlaskClient, lead: int
) -> None:
    ask(app, lead)
    come_back(client)
    address = MINE.replace("/en/", "/ar/")
    assert post_form(client, address, {"answer": "Idlib"}, having="answer").status_code == 302
    with app.app_context():
        assert session().scalars(sa.select(Submission)).one().messages[-1].language == "ar"
    answered = page(client.get(MINE)).cssselect(".thread .mine .words")[0]
    assert (answered.get("lang"), answered.get("dir")) == ("und", "ltr")


def test_an_answer_that_comes_too_late_arrives_as_a_message(app: Flask, client: FlaskClient, lead: int) -> None:
    ask(app, lead)
    come_back(client)
    form = page(client.get(MINE)).cssselect("form[action$='/answer/']")[0]
    with app.app_context(), transaction():
        kept = session().scalars(sa.select(Submission)).one()
        workflow.make(kept, "decline", version=kept.version, person_id=lead, reason="r")
    typed = {"csrf_token": form.fields["csrf_token"], "answer": "My long answer"}
    response = client.post("/en/receipt/answer/", data=typed)
    assert response.status_code == 302
    assert "My long answer" in page(client.get(MINE)).text_content()
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.state, kept.message_waiting) == ("declined", True)


def test_the_mail_says_only_that_there_is_news(app: Flask, lead: int) -> None:
    ask(app, lead)
    with app.app_context():
        mail = session().scalars(sa.select(OutgoingMail)).one()
        for secret in ("month", "WG3", "Regular", "border", CODE, "Amal"):
            assert secret not in mail.subject + mail.body
        assert "/en/receipt/" in mail.body


@pytest.mark.usefixtures("lead")
def test_consent_can_be_lowered_and_counts_at_once(app: Flask, client: FlaskClient) -> None:
    come_back(client)
    url = "/en/receipt/consent/"
    choices = [box.get("value") for box in page(client.get(url)).cssselect("input[name=consent_tier]")]
    assert choices == ["4", "3", "2", "1", "0"]
    assert post_form(client, url, {"consent_tier": "9"}, having="consent_tier").status_code == 422
    assert post_form(client, url, {"consent_tier": "1"}, having="consent_tier").status_code == 302
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert int(kept.effective_tier) == 1
        assert [record.tier for record in session().scalars(sa.select(ConsentRecord).order_by(ConsentRecord.id))] == [
            3,
            1,
        ]


def test_withdrawing_takes_two_clicks_and_destroys_who_it_was(app: Flask, client: FlaskClient, lead: int) -> None:
    come_back(client)
    assert post_form(client, MINE, {"answer": "One more thing."}, having="answer").status_code == 302
    with app.app_context(), transaction():
        kept, person = session().scalars(sa.select(Submission)).one(), session().get_one(Person, lead)
        moderation.claim(kept, person)
        assert (kept.message_waiting, kept.claimed_by_id) == (True, lead)
    assert post_form(client, "/en/receipt/withdraw/", having="csrf_token").status_code == 302
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.state, kept.contact_key) == ("withdrawn", None)
        assert (kept.message_waiting, kept.claimed_by_id, kept.claimed_until) == (False, None, None)
        with pytest.raises(Erased):
            open_contact(kept, kept.revisions[0])
    assert client.get(MINE).status_code == 302
    response = post_form(client, DOOR, {"code": CODE}, having="code")
    assert "find nothing under this code" in page(response).text_content(), "as if it had never been"


@pytest.mark.usefixtures("lead")
def test_withdrawing_twice_is_withdrawing_once(app: Flask) -> None:
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        for _ in range(2):
            with transaction():
                services.withdraw(kept)
        assert [decision.verb for decision in kept.decisions] == ["withdraw"]


@pytest.mark.usefixtures("lead")
def test_what_was_sent_and_withdrawn_is_not_said_to_be_kept(app: Flask) -> None:
    with app.app_context(), transaction():
        kept = session().scalars(sa.select(Submission)).one()
        services.withdraw(kept)
        with pytest.raises(services.AlreadySent):
            builders.submission(
                kept.listening_session, token=TOKEN, tier=3, publication=True, follow_up=True,
                email="amal@example.org", contributor_name="Amal Example", organisation="Maison Ouverte",
            )  # fmt: skip


@pytest.mark.usefixtures("lead")
def test_lowered_consent_stays_lowered_whoever_else_lowers_it(app: Flask) -> None:
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        with transaction():
            services.change_consent(kept, Consent(Tier(0), follow_up=False, publication=False), "en")
        with pytest.raises(services.NotConfirmed), transaction():
            services.change_consent(kept, Consent(Tier(2), follow_up=False, publication=False), "en")


@pytest.mark.usefixtures("lead")
def test_after_the_stated_days_the_text_is_gone_for_good(app: Flask, client: FlaskClient) -> None:
    come_back(client)
    post_form(client, "/en/receipt/withdraw/", having="csrf_token")
    with app.app_context(), transaction():
        held, lead = session().scalars(sa.select(Submission)).one(), session().scalars(sa.select(Person)).first()
        assert lead is not None
        session().add(Coding(submission_id=held.id, scheme="theme", code="borders", person_id=lead.id, at=clock.now()))
    with app.app_context():
        with transaction():
            assert services.erase_due() == 0
        with transaction() as database:
            database.execute(sa.update(Submission).values(erase_after=clock.now() - timedelta(minutes=1)))
        with transaction():
            assert services.erase_due() == 1
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.text_key, kept.receipt_digest, kept.organisation_index) == (None,) * 3
        assert kept.sent_digest is None
        assert kept.tier_cap == Tier.NAMED
        assert session().scalars(sa.select(Coding)).all() == []
        assert (kept.country, kept.stakeholder_type, kept.came_by, kept.entry, kept.danger_now) == (None,) * 4 + (
            False,
        )
        with pytest.raises(Erased):
            open_answers(kept, kept.revisions[0])
        line = session().scalars(sa.select(RegisterLine).order_by(RegisterLine.number.desc())).first()
        assert line is not None
        assert (line.act, line.subject) == ("submission.erase", kept.reference)


@pytest.mark.usefixtures("lead")
def test_one_that_cannot_be_erased_holds_nobody_else_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context(), transaction():
        held = session().scalars(sa.select(Submission)).one().listening_session
        builders.submission(held)
        for one in session().scalars(sa.select(Submission)):
            services.withdraw(one)
            one.erase_after = clock.now() - timedelta(minutes=1)
    erase_of = attachments.erase_of

    def fails_for_the_first(submission: Submission) -> None:
        if submission.id == 1:
            raise ValueError
        erase_of(submission)

    def rounds() -> tuple[bool, list[bool]]:
        is_done = cli._work(app)
        with app.app_context():
            kept = session().scalars(sa.select(Submission).order_by(Submission.id))
            return is_done, [one.text_key is not None for one in kept]

    with monkeypatch.context() as patched:
        patched.setattr(attachments, "erase_of", fails_for_the_first)
        assert rounds() == (False, [True, False])
    assert rounds() == (True, [False, False])


@pytest.mark.usefixtures("lead")
def test_a_page_of_somebody_else_ends_no_visit(client: FlaskClient) -> None:
    come_back(client)
    for site in ("cross-site", "same-site"):
        response = client.post("/en/leave/", headers={"Sec-Fetch-Site": site})
        assert client.get(response.headers["Location"]).status_code == 200
    assert client.get(MINE).status_code == 200


@pytest.mark.usefixtures("lead")
def test_leaving_forgets_the_visit_and_says_nothing(client: FlaskClient) -> None:
    come_back(client)
    response = client.post("/en/leave/")
    assert response.status_code == 303
    landing = client.get(response.headers["Location"])
    assert "storage" in landing.headers["Clear-Site-Data"]
    assert not any(word in landing.get_data(as_text=True).lower() for word in ("intake", "migra", "listening"))
    assert client.get(MINE).status_code == 302


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "same-origin"])
def test_a_link_and_loading_it_again_empty_nothing(client: FlaskClient, site: str) -> None:
    """A form kept on the device may be waiting to be sent."""
    says = {"Sec-Fetch-Site": site}
    assert "Clear-Site-Data" not in client.get("/en/leave/", headers=says).headers
    left = client.get(client.post("/en/leave/").headers["Location"])
    assert b"left.js" in left.data
    again = client.get("/en/leave/", headers=says)
    assert "Clear-Site-Data" not in again.headers
    assert b"left.js" not in again.data


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_only_our_own_button_empties_what_is_kept(client: FlaskClient, site: str) -> None:
    left = client.get(client.post("/en/leave/", headers={"Sec-Fetch-Site": site}).headers["Location"])
    assert "Clear-Site-Data" not in left.headers


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize("says", [{"Sec-Fetch-Site": "same-origin"}, {}])
def test_after_leaving_the_pages_before_are_not_sent_again(
    app: Flask, client: FlaskClient, says: dict[str, str]
) -> None:
    """Back and "load again" would show the next person every word, and the receipt of the same form."""
    form = form_on(client.get(FORM), having="form_token")
    typed = {**fields(form), "what_happened": "Nobody must read this."}
    plain = app.test_client()
    plain.environ_base.pop("HTTP_SEC_FETCH_SITE", None)
    old = plain.post(FORM, data={**typed, "step": "check"}, headers=says)
    assert b"Nobody must read this." in old.data, "a page that was open for long gives its words back"
    client.post("/en/leave/")
    for step in ("check", "send", "save", "edit"):
        again = plain.post(FORM, data={**typed, "step": step}, headers=says)
        assert again.status_code == 400
        assert b"Nobody must read this." not in again.data
        assert typed["form_token"][0].encode() not in again.data


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize("told", ["never", "without a connection"])
def test_a_browser_that_was_not_told_shows_nothing_either(app: Flask, client: FlaskClient, told: str) -> None:
    """On a slow line the answer never comes, and the cookie stays; without one the page leaves a mark of its own."""
    come_back(client)
    form = form_on(client.get(FORM), having="form_token")
    typed = {**fields(form), "what_happened": "Nobody must read this.", "step": "check"}
    assert b"Nobody must read this." in client.post(FORM, data=typed).data
    if told == "never":
        visit = client.get_cookie("visit")
        assert visit is not None
        other = app.test_client()
        other.set_cookie("visit", visit.value)
        other.post("/en/leave/")
    else:
        client.set_cookie(leaving.MARK, typed["csrf_token"][0])
    again = client.post(FORM, data=typed)
    assert again.status_code == 400
    assert b"Nobody must read this." not in again.data
    assert client.get_cookie(leaving.MARK) is None
    assert client.get(MINE).status_code == 302
    # Whoever begins anew is not locked out.
    fresh = form_on(client.get(FORM), having="form_token")
    assert client.post(FORM, data={**fields(fresh), "step": "check"}).status_code == 422
    assert client.post(FORM, data=typed).status_code == 400


@pytest.mark.usefixtures("lead")
def test_a_mark_that_is_none_of_ours_ends_nothing(client: FlaskClient) -> None:
    """Another application on this host may have a cookie of that name."""
    come_back(client)
    typed = {**fields(form_on(client.get(FORM), having="form_token")), "what_happened": "Mine.", "step": "check"}
    client.set_cookie(leaving.MARK, "1")
    assert b"Mine." in client.post(FORM, data=typed).data
    assert client.get(MINE).status_code == 200


@pytest.mark.usefixtures("lead")
def test_the_mark_of_a_page_that_was_fetched_by_nobody_ends_the_visit_of_its_browser(
    app: Flask, client: FlaskClient
) -> None:
    """The page that a device keeps was asked for as a stranger; a mark that stays ends nothing a second time."""
    kept = form_on(app.test_client().get(FORM), having="form_token")
    come_back(client)
    typed = {**fields(form_on(client.get(FORM), having="form_token")), "what_happened": "Nobody must read this."}
    client.set_cookie(leaving.MARK, fields(kept)["csrf_token"][0])
    again = client.post(FORM, data={**typed, "step": "check"})
    assert again.status_code == 400
    assert b"Nobody must read this." not in again.data
    assert client.get(MINE).status_code == 302
    come_back(client)
    client.set_cookie(leaving.MARK, fields(kept)["csrf_token"][0])
    assert client.get(MINE).status_code == 200


def test_a_mark_ends_the_visit_of_staff_as_well_and_their_words_wait(
    app: Flask, client: FlaskClient, lead: int
) -> None:
    token = fields(form_on(client.get(FORM), having="form_token"))["csrf_token"][0]
    signed_in = browser_of(app, lead)
    assert signed_in.get("/en/staff/me/").status_code == 200
    signed_in.set_cookie(leaving.MARK, token)
    asked = signed_in.post("/en/staff/me/", data={"name": "typed just now"})
    assert page(asked).cssselect("input[type=password]")
    assert page(asked).cssselect("input[name=carried]")[0].get("value")
    assert signed_in.get("/en/staff/me/").status_code == 303


@pytest.mark.usefixtures("lead")
def test_forms_are_told_apart_by_leaving_and_by_nothing_else(app: Flask, client: FlaskClient) -> None:
    """By the name of their first field a browser knows in which form it fills in what was typed before."""

    def named(browser: FlaskClient, url: str = FORM) -> str:
        shown = form_on(browser.get(url), having="csrf_token" if url != FORM else "form_token")
        return str(shown.cssselect("input[disabled]")[0].get("name"))

    first = named(client)
    assert named(app.test_client()) == first, "also where a browser keeps no cookies, or has lost them"
    client.delete_cookie("visit")
    assert named(client) == first
    client.post("/en/leave/")
    second = named(client)
    assert second != first
    assert named(client) == second == named(client, DOOR)
    client.set_cookie(leaving.MARK, fields(form_on(client.get(FORM), having="form_token"))["csrf_token"][0])
    assert named(client) not in (first, second)
    client.set_cookie(leaving.TURN, '"><script>')
    assert named(client) == first


@pytest.mark.parametrize("marks", [[], ["own"], ["planted", "own"], ["planted"]])
def test_whoever_left_and_never_heard_of_it_is_out_everywhere(app: Flask, lead: int, marks: list[str]) -> None:
    """On a slow line the server is told and the browser is not; a mark on a longer path comes before its own."""
    signed_in = browser_of(app, lead)
    form = form_on(signed_in.get(DOOR), having="csrf_token")
    token, before = fields(form)["csrf_token"][0], form.cssselect("input[disabled]")[0].get("name")
    kept = signed_in.get_cookie("visit")
    assert kept is not None
    other = app.test_client()
    other.set_cookie("visit", kept.value)
    other.post("/en/leave/", data={"csrf_token": token})
    cookies = [f"visit={kept.value}", *(f"{leaving.MARK}={token if one == 'own' else 'planted'}" for one in marks)]
    again = app.test_client(use_cookies=False)
    says = {"Cookie": "; ".join(cookies)}
    assert again.get("/en/staff/me/", headers=says).status_code == 303
    shown = form_on(again.get(DOOR, headers=says), having="csrf_token")
    assert shown.cssselect("input[disabled]")[0].get("name") != before


@pytest.mark.parametrize("planted", ["planted", "heard"])
def test_a_planted_mark_hides_no_other_one(app: Flask, client: FlaskClient, lead: int, planted: str) -> None:
    heard = fields(form_on(client.get(FORM), having="form_token"))["csrf_token"][0]
    client.post("/en/leave/")
    signed_in = browser_of(app, lead)
    token = fields(form_on(signed_in.get(DOOR), having="csrf_token"))["csrf_token"][0]
    kept = signed_in.get_cookie("visit")
    assert kept is not None
    first = f"visit={kept.value}; {leaving.MARK}={heard if planted == 'heard' else planted}"
    again = app.test_client(use_cookies=False)
    assert again.get("/en/staff/me/", headers={"Cookie": first}).status_code == 200
    assert again.get("/en/staff/me/", headers={"Cookie": f"{first}; {leaving.MARK}={token}"}).status_code == 303


@pytest.mark.usefixtures("lead")
def test_nobody_fills_the_database_by_leaving(app: Flask) -> None:
    for _number in range(100):
        one = app.test_client()
        token = fields(form_on(one.get(DOOR), having="csrf_token"))["csrf_token"]
        assert one.post("/en/leave/", data={"csrf_token": token}).status_code == 303
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(leaving.LeftVisit)) == 60
    assert one.get_cookie(leaving.MARK) is not None
    assert one.get_cookie("visit") is None
    form = form_on(one.get(FORM), having="form_token")
    assert one.get_cookie(leaving.MARK) is None
    assert one.post(FORM, data={**fields(form), "step": "check"}).status_code == 422, "nobody is kept out by others"


@pytest.mark.usefixtures("lead")
def test_a_mark_counts_where_the_token_of_the_form_is_refused(app: Flask, client: FlaskClient) -> None:
    """Its visit is lost with its cookie, so that the form would be given back as one that was open for long."""
    form = fields(form_on(client.get(FORM), having="form_token"))
    typed = {**form, "what_happened": "Nobody must read this.", "step": "check"}
    plain = app.test_client()
    assert b"Nobody must read this." in plain.post(FORM, data=typed).data
    plain = app.test_client()
    plain.set_cookie(leaving.MARK, form["csrf_token"][0])
    assert b"Nobody must read this." not in plain.post(FORM, data=typed).data


@pytest.mark.usefixtures("lead")
def test_a_browser_without_cookies_leaves_too(app: Flask, client: FlaskClient) -> None:
    form = fields(form_on(client.get(FORM), having="form_token"))
    typed = {**form, "what_happened": "Nobody must read this.", "step": "check"}
    assert b"Nobody must read this." in app.test_client().post(FORM, data=typed).data
    app.test_client().post("/en/leave/", data={"csrf_token": form["csrf_token"]})
    assert b"Nobody must read this." not in app.test_client().post(FORM, data=typed).data


@pytest.mark.usefixtures("lead")
def test_where_it_cannot_be_written_down_that_somebody_left_the_mark_stays(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = fields(form_on(client.get(FORM), having="form_token"))
    with monkeypatch.context() as patched:
        patched.setattr(leaving, "remember", fails)
        left = client.get(client.post("/en/leave/", data={"csrf_token": form["csrf_token"]}).headers["Location"])
    assert "storage" in left.headers["Clear-Site-Data"]
    assert client.get_cookie("visit") is None
    assert client.get_cookie(leaving.MARK) is not None
    client.get(DOOR)
    assert client.get_cookie(leaving.MARK) is None
    again = app.test_client().post(FORM, data={**form, "what_happened": "Nobody must read this.", "step": "check"})
    assert b"Nobody must read this." not in again.data


def fails(*_any: object) -> None:
    raise sa.exc.OperationalError("INSERT", {}, OSError("database or disk is full"))


def test_another_site_ends_no_visit_in_an_old_browser(client: FlaskClient) -> None:
    client.environ_base.pop("HTTP_SEC_FETCH_SITE")
    for origin, sets in (("https://evil.example", False), ("http://localhost", True), ("null", True)):
        assert ("left=1" in str(client.post("/en/leave/", headers={"Origin": origin}).headers)) is sets


@pytest.mark.usefixtures("lead")
def test_visits_that_were_left_are_forgotten_in_the_end(app: Flask, client: FlaskClient) -> None:
    client.get(FORM)
    client.post("/en/leave/")
    with app.app_context(), transaction():
        assert leaving.erase_due() == 0
        session().execute(sa.update(leaving.LeftVisit).values(erase_after=clock.now()))
        assert leaving.erase_due() == 1


@pytest.mark.usefixtures("lead")
def test_leaving_comes_first_on_every_page_of_a_contributor(client: FlaskClient) -> None:
    come_back(client)
    for url in (DOOR, MINE, "/en/receipt/change/", "/en/receipt/consent/", "/en/receipt/withdraw/"):
        root = page(client.get(url))
        first = root.cssselect("a[href], button, input:not([type=hidden]), select, textarea")[0]
        assert first.text_content() == "Leave quickly"
        assert client.get(url).headers["Cache-Control"] == "no-store"
        assert "Regular" not in root.findtext(".//title"), "a neutral title"


@pytest.mark.usefixtures("lead")
def test_a_record_that_was_made_cannot_be_changed(app: Flask) -> None:
    with app.app_context():
        for table in ("revision", "consent_record"):
            with pytest.raises(sa.exc.DBAPIError), transaction() as database:
                database.execute(sa.text(f"UPDATE {table} SET language = 'fr'"))  # noqa: S608
            with pytest.raises(sa.exc.DBAPIError), transaction() as database:
                database.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608


@pytest.mark.usefixtures("lead")
def test_nothing_private_lies_in_the_database_in_clear(app: Flask) -> None:
    with app.app_context(), engine().connect() as connection:
        everything = []
        for table in ("submission", "revision", "consent_record", "outgoing_mail", "register_line"):
            everything += [repr(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]  # noqa: S608
    for secret in ("Amal", "amal@example.org", "Maison", "closed the border", CODE, TOKEN):
        assert not any(secret in row for row in everything)


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize("path", ["withdraw/", "consent/", "change/", "submission/"])
def test_looking_changes_nothing(app: Flask, client: FlaskClient, path: str) -> None:
    come_back(client)
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(f"/en/receipt/{path}", method=method).status_code == 200
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.state, kept.version) == ("submitted", 1)


def test_nobody_who_withdrew_is_written_to(app: Flask, client: FlaskClient, lead: int) -> None:
    ask(app, lead)
    come_back(client)
    post_form(client, "/en/receipt/withdraw/", having="csrf_token")
    with app.app_context():
        assert session().scalars(sa.select(OutgoingMail)).all() == []


def test_nobody_who_does_not_want_it_any_more_is_written_to(app: Flask, client: FlaskClient, lead: int) -> None:
    ask(app, lead)
    with app.app_context(), transaction():
        services.mail_signed_receipt(session().scalars(sa.select(Submission)).one(), "amal@example.org", "en")
    come_back(client)
    url = "/en/receipt/consent/"
    still = {"consent_tier": "1", "follow_up": "y", "publication": []}
    assert post_form(client, url, still, having="consent_tier").status_code == 302
    with app.app_context():
        assert sorted(session().scalars(sa.select(OutgoingMail.news))) == [False, True]
    assert post_form(client, url, {**still, "follow_up": []}, having="consent_tier").status_code == 302
    with app.app_context():
        assert session().scalars(sa.select(OutgoingMail.news)).all() == [False], "what was asked for still leaves"


@pytest.mark.parametrize(
    "doing",
    [
        ("submission/", "answer", "reply"),
        ("change/", "what_happened", "amend"),
        ("copy/", "email", "mail_signed_receipt"),
    ],
)
def test_what_comes_at_the_moment_of_a_withdrawal_is_handed_back_and_nothing_is_done(
    app: Flask, lead: int, monkeypatch: pytest.MonkeyPatch, doing: tuple[str, str, str]
) -> None:
    (url, field, act), client = doing, app.test_client()
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:25")
    ask(app, lead)
    come_back(client)
    words = "amal@example.org" if field == "email" else "One more word that nobody must lose."
    typed = {field: words}
    response = client.get(f"/en/receipt/{url}")
    form = form_on(response, having=field)
    if act == "amend":
        form = form_on(send(client, "/en/receipt/change/", form, {**typed, "step": "check"}), having="seen")
        typed = {"step": "send"}
    real = getattr(services, act)

    def overtaken(submission: Submission, *rest: Any, **further: Any) -> Any:
        # Withdrawn after the page was asked for and before the act: both in the transaction that waits for it.
        services.withdraw(submission)
        session().commit()
        return real(submission, *rest, **further)

    monkeypatch.setattr(services, act, overtaken)
    told = send(client, f"/en/receipt/{url}", form, typed)
    assert told.status_code in (409, 422)
    assert words in page(told).text_content() or words in told.text
    with app.app_context():
        assert session().scalars(sa.select(OutgoingMail)).all() == []
        assert len(session().scalars(sa.select(Submission)).one().revisions) == 1


@pytest.mark.usefixtures("lead")
def test_what_a_withdrawal_destroyed_is_in_no_file(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        key = session().scalars(sa.select(Submission.contact_key)).one()
        is_sqlite = engine().dialect.name == "sqlite"
        file = Path(str(engine().url.database))
    assert key is not None
    come_back(client)
    post_form(client, "/en/receipt/withdraw/", having="csrf_token")
    if is_sqlite:
        files = [path.read_bytes() for path in file.parent.glob(f"{file.name}*")]
        assert files
        assert not any(key in content for content in files)


@pytest.mark.usefixtures("lead")
def test_leaving_ends_the_visit_for_every_copy_of_its_cookie(app: Flask, client: FlaskClient) -> None:
    come_back(client)
    copied = app.test_client()
    with client.session_transaction() as visit, copied.session_transaction() as copy:
        copy.update(visit)
    assert copied.get(MINE).status_code == 200
    client.post("/en/leave/")
    assert copied.get(MINE).status_code == 302
    come_back(client)
    assert client.get(MINE).status_code == 200, "the code opens it again"


@pytest.mark.usefixtures("lead")
def test_nothing_typed_at_the_door_takes_long(client: FlaskClient) -> None:
    began = time.process_time()
    answer = post_form(client, DOOR, {"code": "a" + "\u0315\u0300" * 40_000}, having="code")
    assert answer.status_code == 422
    assert time.process_time() - began < 5, "normalising takes the square of it"
    assert post_form(client, DOOR, {"code": " "}, having="code").status_code == 422


@pytest.mark.usefixtures("lead")
def test_withdrawing_waits_for_nobody_who_reads(app: Flask, client: FlaskClient) -> None:
    come_back(client)
    with app.app_context(), engine().connect() as reader:
        reader.execute(sa.select(Submission.id)).all()
        assert post_form(client, "/en/receipt/withdraw/", having="csrf_token").status_code == 302
    assert client.get(MINE).status_code == 302
