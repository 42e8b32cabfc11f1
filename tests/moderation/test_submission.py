"""One submission: what its page shows, claims, and every decision that can be made or not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from intake.accounts.models import Visit
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.foundation.post import OutgoingMail
from intake.moderation import queries, services
from intake.moderation.services import CLAIM_LASTS, ClaimedByOther
from intake.submissions.models import Decision, Revision
from intake.submissions.questionnaire import LANGUAGES_OF_ANSWERS
from intake.submissions.sealing import open_answers, open_message, open_reason, seal_answers
from intake.submissions.services import answer
from intake.submissions.vocabulary import Kind
from intake.submissions.workflow import IllegalMove, Overtaken
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import (
    COLLEAGUE,
    QUEUE,
    act,
    acts,
    change,
    columns,
    decide,
    give,
    offered,
    put_in_state,
    signed_in,
    text,
    url,
)  # fmt: skip

REASON = "It tells of another programme; <b>please</b> send it there."


# What the page shows


def test_the_original_is_set_apart_in_its_own_language(app: Flask, lead: FlaskClient) -> None:
    words = "أغلقوا الحدود يوم انتهت إقامتي.\n\nثم بقيت <img src=x onerror=alert(1)> هناك."
    reference = give(app, language="ar", what_happened=words)
    shown = lead.get(url(reference))
    original = page(shown).cssselect(".words")[0]
    assert (original.get("lang"), original.get("dir")) == ("ar", "rtl")
    assert [one.text for one in original.cssselect("p")] == words.split("\n\n")
    assert "<img src=x" not in shown.get_data(as_text=True)


def test_it_says_what_is_known(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, tier=4, recognition_harm="unsure", danger_now="yes", follow_up=True)
    shown = text(lead.get(url(reference)))
    for words in (
        "Testimony", reference, "Received", "Regular pathways", "English", "Tunisia", ":00 UTC",
        "Somebody may be in danger now", "Chosen Named", "What applies Anonymous quotation",
        "Somebody could be harmed if they were recognised.", "In the public summary Yes", "Questions by e-mail Allowed",
    ):  # fmt: skip
        assert words in shown


@pytest.mark.parametrize(("guardian", "alone"), [("alone", True), ("child", True), ("both", False)])
def test_it_says_why_a_child_alone_is_to_be_read_first(
    app: Flask, lead: FlaskClient, guardian: str, *, alone: bool
) -> None:
    shown = text(lead.get(url(give(app, about_child="yes", guardian=guardian))))
    assert ("A child is told of, and no parent or guardian agreed" in shown) is alone


def test_it_tells_of_characters_that_turn_the_direction(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="They said \u202eyllaitnedifnoc\u202c that it was over.")
    assert "change its direction" in text(lead.get(url(reference)))
    assert "change its direction" not in text(lead.get(url(give(app))))


def test_contacts_are_nowhere_on_the_page(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, contributor_name="Yusra Example", email="yusra@example.org", organisation="Linha Aberta")
    for address in (QUEUE, url(reference)):
        shown = lead.get(address).get_data(as_text=True)
        assert not [secret for secret in ("Yusra", "yusra@", "Linha") if secret in shown]
    assert "The contributor left: Name Organisation E-mail" in text(lead.get(url(reference)))


def test_statements_of_a_page_do_not_grow_with_the_queue(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    lead.get(url(reference))
    with desk.counting(app) as few:
        lead.get(url(reference))
    for _number in range(8):
        give(app, desk.WG3_LATER)
    with desk.counting(app) as lots:
        lead.get(url(reference))
    assert len(lots) == len(few)


# Moves

MODERATORS = {
    "submitted": {"accept", "decline", "safeguard", "tell"},
    "in_review": {"accept", "decline", "safeguard", "tell"},
    "question_asked": {"accept", "decline", "safeguard", "tell"},
    "accepted": {"reopen", "safeguard", "tell"},
    "declined": {"reopen", "tell"},
    "safeguarding": {"return"},  # on a desk of its own
}
LEADS_TO = {
    "accept": "accepted", "decline": "declined", "safeguard": "safeguarding",
    "reopen": "in_review", "return": "in_review",
}  # fmt: skip


def test_the_page_offers_the_legal_moves_only(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    for state, verbs in MODERATORS.items():
        put_in_state(app, reference, state)
        assert state == "safeguarding" or offered(lead.get(url(reference))) == verbs


@pytest.mark.parametrize("state", MODERATORS)
def test_legal_moves_are_made_and_others_are_not(app: Flask, state: str) -> None:
    reference = give(app)
    for verb in (*LEADS_TO, "start", "lift_cap", "answer", "withdraw"):
        put_in_state(app, reference, state)
        with app.app_context():
            try:
                with transaction():
                    submission = desk.found(reference)
                    words = "Because." if verb not in ("accept", "start") else ""
                    services.decide(submission, verb, desk.somebody(), version=submission.version, words=words)
                made = True
            except IllegalMove:
                made = False
        assert made is (verb in MODERATORS[state]), verb
        assert columns(app, reference, "state") == (LEADS_TO[verb] if made else state,)


def test_accepting_says_which_revision(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    decided = decide(lead, reference, "accept")
    assert decided.status_code == 303
    assert "Accepted." in lead.get(decided.headers["Location"]).get_data(as_text=True)
    assert columns(app, reference, "state", "accepted_revision", "version") == ("accepted", 1, 2)
    assert decide(lead, reference, "reopen", "Read too fast.").status_code == 303
    assert columns(app, reference, "state", "accepted_revision") == ("in_review", None)


def test_a_decision_is_a_record(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    decide(lead, reference, "decline", REASON)
    with app.app_context():
        submission = desk.found(reference)
        (made,) = submission.decisions
        assert (made.verb, made.from_state, made.to_state, made.revision) == ("decline", "submitted", "declined", 1)
        assert made.person_id == desk.somebody().id
        assert open_reason(submission, made) == REASON
        for change_it in (sa.update(Decision).values(verb="accept"), sa.delete(Decision)):
            with pytest.raises(DBAPIError), transaction() as database:
                database.execute(change_it)
    assert [line[0] for line in acts(app, reference)] == ["submission.receive", "submission.decline"]
    shown = lead.get(url(reference))
    assert REASON in text(shown)
    assert "<b>please</b>" not in shown.get_data(as_text=True)


@pytest.mark.parametrize("verb", ["decline", "tell"])
def test_what_is_said_to_the_contributor_waits_behind_the_receipt(app: Flask, lead: FlaskClient, verb: str) -> None:
    reference = give(app, follow_up=True, email="yusra@example.org", language="ar")
    act(lead, reference, f"decide/{verb}/", {"words": "هل كان ذلك مكتوبًا؟", "language": "ar"})
    with app.app_context():
        submission = desk.found(reference)
        (message,) = submission.messages
        assert open_message(submission, message) == "هل كان ذلك مكتوبًا؟"
        assert (message.language, message.from_contributor) == ("ar", False)
        mail = session().scalars(sa.select(OutgoingMail)).one()
        assert "مكتوب" not in mail.subject + mail.body
        assert reference not in mail.subject + mail.body
    said = page(lead.get(url(reference))).cssselect(".thread .words")[0]
    assert (said.get("lang"), said.get("dir")) == ("ar", "rtl")


def test_an_answer_stands_under_the_question(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    desk.ask(lead, reference, "When was that?")
    with app.app_context(), transaction():
        answer(desk.found(reference), "In April.", "en")
    thread = [item.text_content() for item in page(lead.get(url(reference))).cssselect(".thread > li")]
    assert "Lead" in thread[0]
    assert "When was that?" in thread[0]
    assert "The contributor" in thread[1]
    assert "In April." in thread[1]
    assert offered(lead.get(url(reference))) == MODERATORS["in_review"]


def test_words_that_cannot_be_kept_come_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    for typed in ("", "   \n ", "x" * 3001, "bell \x07"):
        refused = act(lead, reference, "decide/decline/", {"words": typed})
        assert refused.status_code == 422
        (field,) = page(refused).cssselect("#decline-words")
        assert (field.text or "").strip() == typed.replace("\x07", "").strip()
        assert page(refused).cssselect("#decline-words-error")
        assert page(refused).cssselect(".summary a[href='#decline-words']")
    assert columns(app, reference, "state", "version") == ("submitted", 1)


def test_lifting_the_cap_leaves_the_contributors_own_choice(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, tier=4, recognition_harm="yes")
    assert "lift_cap" in offered(lead.get(url(reference)))
    assert decide(lead, reference, "lift_cap", "We talked; she wants to be named.").status_code == 303
    with app.app_context():
        assert desk.found(reference).effective_tier == 4
    assert "lift_cap" not in offered(lead.get(url(reference)))


@pytest.mark.parametrize("about_child", ["yes", "unsure"])
def test_the_cap_stays_where_a_child_is_concerned(app: Flask, lead: FlaskClient, about_child: str) -> None:
    reference = give(app, tier=4, recognition_harm="yes", about_child=about_child)
    shown = lead.get(url(reference))
    assert "lift_cap" not in offered(shown)
    assert "about a child" in text(shown)
    form = form_on(shown, action="/decide/decline/")
    form.set("action", url(reference, "decide/lift_cap/"))
    assert send(lead, url(reference), form, {"words": "Because."}).status_code == 409
    assert columns(app, reference, "tier_cap") == (2,)


# Two people at once


def test_a_decision_on_what_was_changed_is_refused_and_says_what_changed(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    seen = form_on(lead.get(url(reference)), action="/decide/decline/")
    desk.ask(signed_in(app, COLLEAGUE), reference, "When was that?")
    overtaken = send(lead, url(reference), seen, {"words": REASON})
    assert overtaken.status_code == 409
    assert "Ask a question · Colleague" in text(overtaken)
    assert page(overtaken).cssselect("#decline-words")[0].text.strip() == REASON
    assert columns(app, reference, "state") == ("question_asked",)
    again = send(lead, url(reference), form_on(overtaken, action="/decide/decline/"))
    assert again.status_code == 303
    assert columns(app, reference, "state") == ("declined",)


def test_words_for_a_move_that_is_closed_now_are_kept_to_copy(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    seen = form_on(lead.get(url(reference)), action="/decide/decline/")
    decide(signed_in(app, COLLEAGUE), reference, "accept")
    overtaken = send(lead, url(reference), seen, {"words": REASON})
    assert overtaken.status_code == 409
    assert REASON in text(overtaken)
    assert "Accept · Colleague" in text(overtaken)
    assert columns(app, reference, "state") == ("accepted",)


def test_a_decision_without_a_version_decides_nothing(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    for version in ("", "0", "x", "²", "9" * 40):
        assert act(lead, reference, "decide/accept/", {"version": version}).status_code == 409
    assert columns(app, reference, "state") == ("submitted",)


def both(app: Flask, reference: str, doing: Any) -> list[str]:
    """What comes of two co-leads doing something to one submission at the same moment."""

    def one(email: str) -> str:
        with app.app_context():
            try:
                with transaction():
                    doing(desk.found(reference), desk.somebody(email))
            except (Overtaken, IllegalMove, ClaimedByOther) as error:
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, (desk.LEAD, COLLEAGUE)))


def test_of_two_decisions_one_is_made(app: Flask) -> None:
    for _round in range(5):
        reference = give(app)
        outcome = both(app, reference, lambda one, who: services.decide(one, "accept", who, version=1))
        assert sorted(outcome) in (["Overtaken", "done"], ["IllegalMove", "done"])
        with app.app_context():
            assert [made.verb for made in desk.found(reference).decisions] == ["accept"]


def test_of_two_claims_one_wins(app: Flask) -> None:
    for _round in range(5):
        reference = give(app)
        assert sorted(both(app, reference, services.claim)) == ["ClaimedByOther", "done"]
        with app.app_context():
            assert [made.verb for made in desk.found(reference).decisions] == ["start"]


# Claims


def test_a_claim_says_who_is_on_it_and_ends_by_itself(app: Flask, lead: FlaskClient) -> None:
    reference, colleague = give(app), signed_in(app, COLLEAGUE)
    assert act(lead, reference, "claim/").status_code == 303
    assert columns(app, reference, "state") == ("in_review",)
    (until,) = columns(app, reference, "claimed_until")
    assert timedelta() < until - clock.now() <= CLAIM_LASTS
    assert "You are on it" in text(lead.get(url(reference)))
    shown = colleague.get(url(reference))
    assert "Lead is on it" in text(shown)
    assert offered(shown) == set()
    change(app, reference, claimed_until=clock.now() - timedelta(seconds=1))
    assert offered(colleague.get(url(reference))) == MODERATORS["in_review"]
    assert act(colleague, reference, "claim/").status_code == 303


def test_what_somebody_else_is_on_is_not_decided_and_the_words_come_back(app: Flask, lead: FlaskClient) -> None:
    reference, colleague = give(app), signed_in(app, COLLEAGUE)
    shown = lead.get(url(reference))
    act(colleague, reference, "claim/")
    refused = send(lead, url(reference), form_on(shown, action="/decide/decline/"), {"words": REASON})
    assert refused.status_code == 409
    assert "Colleague is on it" in text(refused)
    assert page(refused).cssselect("#decline-words")[0].text.strip() == REASON
    assert send(lead, url(reference), form_on(shown, action="/claim/")).status_code == 409
    assert send(lead, url(reference), form_on(shown, action="/code/")).status_code == 409
    assert columns(app, reference, "state") == ("in_review",)


def test_a_claim_is_renewed_and_given_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    act(lead, reference, "claim/")
    change(app, reference, claimed_until=clock.now() + timedelta(minutes=2))
    act(lead, reference, "claim/")
    assert columns(app, reference, "claimed_until")[0] - clock.now() > timedelta(minutes=25)
    act(lead, reference, "release/")
    assert columns(app, reference, "claimed_by_id", "claimed_until") == (None, None)


def test_nobody_gives_back_anothers_claim(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    act(lead, reference, "claim/")
    with app.app_context(), transaction():
        services.release(desk.found(reference), desk.somebody(COLLEAGUE))
    assert columns(app, reference, "claimed_by_id") != (None,)


def test_deciding_gives_the_claim_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    act(lead, reference, "claim/")
    decide(lead, reference, "accept")
    assert columns(app, reference, "claimed_by_id", "state") == (None, "accepted")


def test_what_is_decided_cannot_be_claimed(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    form = form_on(lead.get(url(reference)), action="/claim/")
    put_in_state(app, reference, "accepted")
    assert send(lead, url(reference), form).status_code == 409


# Codes


def test_themes_and_objectives_are_set_and_replaced(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    first = {"themes": ["regular_pathways", "no_such_theme"], "objectives": ["gcm05", "gcm07"]}
    assert act(lead, reference, "code/", first).status_code == 303
    shown = page(lead.get(url(reference)))
    assert {box.get("value") for box in shown.cssselect("input[type=checkbox][checked]")} == {
        "regular_pathways", "gcm05", "gcm07",
    }  # fmt: skip
    act(lead, reference, "code/", {"themes": ["future_of_mobility"], "objectives": ["gcm07"]})
    with app.app_context():
        assert {scheme.value: codes for scheme, codes in queries.codes_of(desk.found(reference)).items()} == {
            "theme": ("future_of_mobility",), "gcm_objective": ("gcm07",),
        }  # fmt: skip
    assert [line[0] for line in acts(app, reference)].count("submission.code") == 2


# Contacts

CONTACT = {"contributor_name": "Yusra Example", "email": "yusra@example.org"}


def test_opening_the_contact_leaves_a_line_in_the_register(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, **CONTACT)
    opened = act(lead, reference, "contact/", {"reason": "danger"})
    assert opened.status_code == 200
    assert "Name Yusra Example E-mail yusra@example.org" in text(opened)
    with app.app_context():
        person_id = desk.somebody().id
    assert acts(app, reference)[-1] == ("submission.reveal_contact", person_id, {"reason": "danger"})
    assert "Yusra" not in lead.get(url(reference)).get_data(as_text=True)


@pytest.mark.parametrize("typed", [{}, {"reason": "curiosity"}, {"reason": "question"}])
def test_without_a_reason_that_holds_nothing_is_opened(app: Flask, lead: FlaskClient, typed: dict[str, str]) -> None:
    reference = give(app, follow_up=False, **CONTACT)
    refused = act(lead, reference, "contact/", typed)
    assert refused.status_code == 422
    assert "the register keeps the reason" in text(refused)
    assert "Yusra" not in refused.get_data(as_text=True)
    assert [line[0] for line in acts(app, reference)] == ["submission.receive"]


def test_a_question_is_a_reason_where_it_was_allowed(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, follow_up=True, **CONTACT)
    assert "Yusra" in act(lead, reference, "contact/", {"reason": "question"}).get_data(as_text=True)


def test_contacts_ask_for_a_fresh_proof(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, **CONTACT)
    form = form_on(lead.get(url(reference)), action="/contact/")
    with app.app_context(), transaction() as database:
        database.execute(sa.update(Visit).values(confirmed_at=clock.now() - timedelta(minutes=16)))
    held_up = send(lead, url(reference), form, {"reason": "danger"})
    assert "Yusra" not in held_up.get_data(as_text=True)
    assert [line[0] for line in acts(app, reference)] == ["submission.receive"]


def test_the_speaker_of_an_intervention_is_a_contact(app: Flask, lead: FlaskClient) -> None:
    about = {"entity": "A State", "speaker": "Ms Example", "summary": "All permits were extended.", "point": "practice"}
    reference = give(app, kind=Kind.INTERVENTION, **about)
    assert "Ms Example" not in lead.get(url(reference)).get_data(as_text=True)
    assert "Ms Example" in act(lead, reference, "contact/", {"reason": "consent"}).get_data(as_text=True)


# What goes wrong


def test_a_page_left_open_too_long_changes_nothing_and_keeps_the_words(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, **CONTACT)
    act(lead, reference, "claim/")
    before = columns(app, reference, "state", "version", "claimed_by_id")
    typed = {"words": REASON, "version": "2", "decided": "1", "language": "fr", "reason": "danger"}
    for tail in ("claim/", "release/", "decide/accept/", "code/", "contact/", "decide/decline/"):
        refused = lead.post(url(reference, tail), data=typed)
        assert refused.status_code == 400
        assert "please send it again" in text(refused)
        assert columns(app, reference, "state", "version", "claimed_by_id") == before
    assert page(refused).cssselect("#decline-words")[0].text.strip() == REASON
    assert send(lead, url(reference), form_on(refused, action="/decide/decline/")).status_code == 303
    with app.app_context():
        assert desk.found(reference).messages[0].language == "fr"


def test_after_a_decision_the_next_one_is_at_hand(app: Flask, lead: FlaskClient) -> None:
    first, second, third = give(app), give(app), give(app)
    for days_ago, reference in enumerate((third, second, first)):
        desk.received(app, reference, days_ago=days_ago)
    act(signed_in(app, COLLEAGUE), second, "claim/")
    decided = decide(lead, first, "accept")
    assert decided.headers["Location"] == url(third)
    assert f"Accepted. Decided: {first}. Next: {third}." in lead.get(url(third)).get_data(as_text=True)
    decided = decide(lead, third, "accept")
    assert decided.headers["Location"] == QUEUE
    assert f"Decided: {third}. It was the last one in this list." in lead.get(QUEUE).get_data(as_text=True)


def test_filters_stay_while_one_reads(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    give(app, kind=Kind.PRACTICE)
    link = page(lead.get(f"{QUEUE}?kind=testimony")).cssselect(".queue > li > a")[0].get("href")
    shown = lead.get(link)
    assert desk.listed(shown) == [reference]
    decided = send(lead, link, form_on(shown, action="/decide/accept/?kind=testimony"))
    assert decided.headers["Location"].endswith("?kind=testimony")


def test_there_is_no_such_decision(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    form = form_on(lead.get(url(reference)), action="/decide/accept/")
    for verb in ("answer", "withdraw", "x", "start/x"):
        form.set("action", url(reference, f"decide/{verb}/"))
        assert send(lead, url(reference), form).status_code in {404, 405}
    assert columns(app, reference, "state", "version") == ("submitted", 1)


def test_looking_changes_nothing(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    for tail in ("claim/", "release/", "decide/accept/", "code/", "contact/"):
        assert lead.get(url(reference, tail)).status_code in {404, 405}
    assert columns(app, reference, "state", "version") == ("submitted", 1)


def test_it_tells_what_could_show_who_somebody_is(app: Flask, lead: FlaskClient) -> None:
    told = text(lead.get(url(give(app, what_happened="Please call my sister, +216 71 123 456, she knows more."))))
    assert "This could show who somebody is A telephone number : +216 71 123 456" in told
    assert "This could show" not in text(lead.get(url(give(app))))


# Languages of what is typed and shown


def spoken(one: Any, page_language: str = "en") -> tuple[str, str]:
    return one.get("lang", page_language), one.get("dir")


def test_short_answers_names_and_openings_are_in_the_language_of_their_script(app: Flask, lead: FlaskClient) -> None:
    about = {
        "title": "خط ساخن",
        "place": "ريف حلب",
        "organisation": "جمعية نخلة الجسر",
        "contributor_name": "أمل 3 حسن",
    }
    reference = give(app, kind=Kind.PRACTICE, what_was_done="مكتب قريب", **about)
    shown = page(act(lead, reference, "contact/", {"reason": "danger"}))
    for words in (*about.values(), "focal@example.org"):
        found = [one for one in shown.cssselect("main bdi") if one.text == words]
        assert {spoken(one) for one in found} == {("und", "ltr") if "@" in words else ("ar", "rtl")}
    assert {spoken(one) for one in shown.cssselect(".queue .opening")} == {("ar", "rtl")}


def test_what_was_kept_without_a_language_of_its_own_is_shown_in_that_of_its_script(
    app: Flask, lead: FlaskClient
) -> None:
    reference = give(app, what_would_help="مكتب قريب")
    with app.app_context(), transaction():
        submission = desk.found(reference)
        answers = open_answers(submission, submission.revisions[0])
        assert answers.pop(LANGUAGES_OF_ANSWERS) == {"what_would_help": "ar"}
        sealed = seal_answers(submission, 2, answers)
        session().add(Revision(submission=submission, number=2, at=clock.now(), language="en", answers=sealed))
    shown = page(lead.get(url(reference)))
    (old,) = (one for one in shown.cssselect(".words") if one.text_content().strip() == "مكتب قريب")
    assert spoken(old) == ("ar", "rtl")


def test_the_language_of_a_message_is_that_of_the_page_until_somebody_chooses(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    for language in ("en", "ar"):
        form = form_on(lead.get(url(reference, language=language)), action="/decide/tell/")
        assert form.fields["language"] == language
        options = [(one.get("value"), one.get("lang"), one.get("dir")) for one in form.cssselect("option")]
        assert ("ar", "ar", "rtl") in options
        assert ("fr", "fr", "ltr") in options


def test_arabic_typed_under_another_language_is_arabic_everywhere(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    words = "متى؟"
    desk.ask(lead, reference, words)
    assert decide(lead, reference, "safeguard", "خطر").status_code == 303
    with app.app_context():
        assert desk.found(reference).messages[0].language == "ar"
    shown = page(lead.get(f"/en/staff/care/{reference}/"))
    said = shown.cssselect(".thread .words")
    reasons = shown.get_element_by_id("history").getparent().cssselect(".words")
    assert [one.text_content().strip() for one in (*said, *reasons)] == [words, words, "خطر"]
    assert {spoken(one) for one in (*said, *reasons)} == {("ar", "rtl")}


def test_a_reason_is_in_the_language_of_who_gave_it(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        desk.somebody(COLLEAGUE).language = "fr"
    decide(signed_in(app, COLLEAGUE), reference, "safeguard", "Danger.")
    care = f"/en/staff/care/{reference}/"
    send(lead, care, form_on(lead.get(care), action="/return/"), {"words": "Calme."})
    act(lead, reference, "decide/decline/", {"words": "Merci.", "language": "es"})
    reasons = page(lead.get(url(reference))).get_element_by_id("history").getparent().cssselect(".words")
    assert [spoken(one)[0] for one in reasons] == ["fr", "en", "es"]


def test_words_that_found_no_form_any_more_are_given_back_in_their_language(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    form = form_on(lead.get(url(reference)), action="/decide/decline/")
    decide(signed_in(app, COLLEAGUE), reference, "decline", "لا علاقة له بالجلسة")
    told = page(send(lead, url(reference), form, {"words": "شكرا"})).cssselect(".notice .words")
    assert [(one.text_content().strip(), *spoken(one)) for one in told] == [
        ("لا علاقة له بالجلسة", "ar", "rtl"), ("شكرا", "ar", "rtl"),
    ]  # fmt: skip
