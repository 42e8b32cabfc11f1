"""Several at once: looked at before, done as one is done, and put back; what others changed meanwhile is left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.digests.services import compile_digest
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.foundation.multilingual import Multilingual
from intake.foundation.post import OutgoingMail
from intake.moderation import bulk, codebook, conflicts, queries, services
from intake.moderation.models import Scheme
from intake.submissions.models import Submission
from intake.submissions.sealing import open_message
from tests import builders
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, QUEUE, WG6, act, change, columns, decide, give, signed_in, url

THEME = "alternatives_to_detention"


@pytest.fixture
def colleague(app: Flask) -> FlaskClient:
    """A browser in which the other co-lead of WG3 is signed in."""
    return signed_in(app, COLLEAGUE)


def ticks(app: Flask, *references: str) -> list[str]:
    return [f"{number}.{version}" for number, version in (columns(app, one, "id", "version") for one in references)]


def preview(app: Flask, client: FlaskClient, what: str, *references: str, **typed: Any) -> TestResponse:
    """Tick some in the queue, choose what to do, and look what will happen."""
    form = form_on(client.get(QUEUE), having="shown")
    return send(client, QUEUE, form, {"item": ticks(app, *references), "act": what, **typed})


def do(client: FlaskClient, shown: TestResponse, **typed: Any) -> TestResponse:
    """Press the button of the page that says what will happen; returns the page that says what happened."""
    assert shown.status_code == 200, shown.status
    answer = send(client, QUEUE, form_on(shown, having="act"), {"ready": "yes", **typed})
    assert answer.status_code == 303, answer.status
    return client.get(answer.headers["Location"])


def undo(client: FlaskClient, done: TestResponse) -> TestResponse:
    form = form_on(done, action="/undo/")
    answer = send(client, QUEUE, form)
    assert answer.status_code == 303, answer.status
    return client.get(answer.headers["Location"])


def row(app: Flask, reference: str) -> tuple[Any, ...]:
    return columns(app, reference, "state", "claimed_by_id", "claimed_until", "accepted_revision", "message_waiting")


def themes(app: Flask, reference: str) -> tuple[str, ...]:
    with app.app_context():
        return queries.codes_of(desk.found(reference))[Scheme.THEME]


def person_id(app: Flask, email: str) -> int:
    with app.app_context():
        return desk.somebody(email).id


def test_nothing_is_done_before_it_was_looked_at(app: Flask, lead: FlaskClient) -> None:
    first, second = give(app), give(app)
    before = row(app, first), row(app, second)
    shown = preview(app, lead, "claim", first, second)
    assert "Nothing is done yet. It will be done to 2 of 2." in desk.text(shown)
    assert (row(app, first), row(app, second)) == before


def test_all_on_the_page_are_one_tick(app: Flask, lead: FlaskClient) -> None:
    references = [give(app) for _number in range(3)]
    shown = preview(app, lead, "claim", all="yes")
    assert "It will be done to 3 of 3." in desk.text(shown)
    do(lead, shown)
    assert {columns(app, one, "claimed_by_id") for one in references} == {(person_id(app, LEAD),)}


def test_without_a_tick_one_is_asked_for(app: Flask, lead: FlaskClient) -> None:
    give(app)
    answer = preview(app, lead, "claim")
    assert answer.status_code == 303
    assert "Please tick something first" in lead.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize("what", ["claim", "release", "hand", "theme", "spam"])
def test_each_act_is_done_recorded_and_undone(app: Flask, lead: FlaskClient, what: str) -> None:
    received, read = give(app), give(app)
    asked = give(app, follow_up=True, email="yusra@example.org", kind="practice")
    act(lead, read, "claim/")
    desk.ask(lead, asked, "Where was that?")
    if what == "release":
        for one in (received, asked):
            act(lead, one, "claim/")
    references = [received, asked] if what == "claim" else [received, read, asked]
    before = {one: row(app, one) for one in references}
    colleague = person_id(app, COLLEAGUE)
    said = {"hand": {"colleague": str(colleague), "note": "Yours?"}, "theme": {"theme": THEME}}.get(what, {})
    done = do(lead, preview(app, lead, what, *references), **said)
    assert f"Done to {len(references)}." in desk.text(done)
    for one in references:
        state, holder = columns(app, one, "state", "claimed_by_id")
        match what:
            case "claim":
                assert holder == person_id(app, LEAD)
            case "release":
                assert holder is None
            case "hand":
                assert holder == colleague
            case "theme":
                assert themes(app, one) == (THEME,)
            case "spam":
                assert state == "declined"
        assert f"bulk.{what}" in [line[0] for line in desk.acts(app, one)]
    undone = undo(lead, done)
    assert "It was undone." in desk.text(undone)
    assert {one: row(app, one) for one in references} == before
    assert {themes(app, one) for one in references} == {()}
    assert "bulk.undo" in [line[0] for line in desk.acts(app, received)]
    assert lead.get(QUEUE).status_code == 200


def test_what_speaks_against_it_is_said_before_and_left(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    free, theirs, decided = give(app), give(app), give(app)
    act(colleague, theirs, "claim/")
    decide(lead, decided, "accept")
    shown = preview(app, lead, "claim", free, theirs, decided)
    said = desk.text(shown)
    assert "It will be done to 1 of 3." in said
    assert f"{theirs} · Left as it is: Somebody else is on it. Colleague" in said
    assert f"{decided} · Left as it is: It no longer waits for a decision." in said
    do(lead, shown)
    assert columns(app, theirs, "claimed_by_id") == (person_id(app, COLLEAGUE),)


def test_what_changed_since_it_was_looked_at_is_left_and_told(
    app: Flask, lead: FlaskClient, colleague: FlaskClient
) -> None:
    changed, claimed, free, gone = give(app), give(app), give(app), give(app)
    shown = preview(app, lead, "spam", changed, claimed, free, gone)
    decide(colleague, changed, "accept")
    act(colleague, claimed, "claim/")
    change(app, claimed, version=1)
    desk.withdraw(app, gone)
    said = desk.text(do(lead, shown))
    assert "Done to 1." in said
    assert f"{changed} · It was changed since you looked at it." in said
    assert f"{claimed} · Somebody else is on it." in said
    assert gone not in said
    assert [columns(app, one, "state")[0] for one in (changed, free)] == ["accepted", "declined"]


def test_nothing_of_others_can_be_ticked(app: Flask, lead: FlaskClient) -> None:
    own = give(app)
    hidden = [give(app, WG6), give(app, organisation="ACT Alliance")]
    shown = preview(app, lead, "spam", own, *hidden)
    assert not any(one in shown.get_data(as_text=True) for one in hidden)
    said = desk.text(do(lead, shown, item=ticks(app, own, *hidden)))
    assert "Done to 1." in said
    assert not any(one in said for one in hidden)
    assert {columns(app, one, "state")[0] for one in hidden} == {"submitted"}


def test_an_undo_leaves_what_was_changed_since(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    changed, left = give(app), give(app)
    done = do(lead, preview(app, lead, "spam", changed, left))
    decide(colleague, changed, "reopen", "That is no spam.")
    said = desk.text(undo(lead, done))
    assert f"{changed} · Left as it is: It was changed since you looked at it." in said
    assert f"{left} · put back" in said
    assert [columns(app, one, "state")[0] for one in (changed, left)] == ["in_review", "submitted"]


def test_after_a_day_nothing_is_undone(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    done = do(lead, preview(app, lead, "spam", reference))
    with app.app_context(), transaction() as database:
        database.execute(sa.update(bulk.BulkAct).values(at=clock.now() - bulk.UNDO_WITHIN - timedelta(minutes=1)))
    assert send(lead, QUEUE, form_on(done, action="/undo/")).status_code == 409
    assert columns(app, reference, "state") == ("declined",)


def test_nobody_undoes_what_another_did(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    done = do(lead, preview(app, lead, "claim", give(app)))
    form = form_on(done, action="/undo/")
    assert colleague.get(form.get("action").replace("undo/", "")).status_code == 404
    own = form_on(do(colleague, preview(app, colleague, "claim", give(app))), action="/undo/")
    own.set("action", form.get("action"))
    assert send(colleague, QUEUE, own).status_code == 404


def test_contributors_of_spam_read_why_in_their_language(app: Flask, lead: FlaskClient) -> None:
    english, arabic = give(app), give(app, language="ar", follow_up=True, email="yusra@example.org")
    done = do(lead, preview(app, lead, "spam", english, arabic))
    with app.app_context():
        messages = [(one.language, open_message(desk.found(arabic), one)) for one in desk.found(arabic).messages]
        assert messages == [("ar", bulk.standard_reason("ar"))]
        assert desk.found(english).messages[0].language == "en"
    undo(lead, done)
    with app.app_context():
        assert len(desk.found(arabic).messages) == 2
        assert session().scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 2


def test_own_words_are_sent_instead(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    do(lead, preview(app, lead, "spam", reference), words="Ce n’est pas pour nous.", language="fr")
    with app.app_context():
        message = desk.found(reference).messages[0]
        assert (message.language, open_message(desk.found(reference), message)) == ("fr", "Ce n’est pas pour nous.")


def test_handing_on_does_not_tell_from_what_a_colleague_is_kept_apart(
    app: Flask, lead: FlaskClient, colleague: FlaskClient
) -> None:
    with app.app_context(), transaction():
        theirs = desk.somebody(COLLEAGUE)
        conflicts.declare(theirs, theirs, conflicts.With(organisation="Linha Aberta"), "A friend.")
    apart, declared, open_to_them = give(app, organisation="OHCHR"), give(app, organisation="Linha Aberta"), give(app)
    references = [apart, declared, open_to_them]
    chosen = str(person_id(app, COLLEAGUE))
    first = preview(app, lead, "hand", *references)
    assert "nobody is told which that is. What they have not seen to is free again after 3 days." in desk.text(first)
    shown = send(lead, QUEUE, form_on(first, having="act"), {"colleague": chosen, "note": "She speaks Dari."})
    assert "It will be done to 3 of 3." in desk.text(shown)
    done = do(lead, shown)
    assert "Done to 3." in desk.text(done)
    held = {one: columns(app, one, "state", "version", "claimed_by_id") for one in references}
    assert len(set(held.values())) == 1, "of all three the giver finds the same"
    beside = {one: desk.text(lead.get(url(one))).count("Colleague") for one in references}
    assert len(set(beside.values())) == 1
    assert set(beside.values()) != {0}
    assert [[line[0] for line in desk.acts(app, one)][-2:] for one in references] == [
        ["submission.hand_over", "bulk.hand"]
    ] * 3
    theirs_shown = desk.text(colleague.get(QUEUE))
    assert f"Lead handed this to you: {open_to_them}" in theirs_shown
    assert not any(one in theirs_shown for one in (apart, declared))
    assert {colleague.get(url(one)).status_code for one in (apart, declared)} == {404}
    with app.app_context(), transaction() as database:
        database.execute(sa.update(Submission).values(claimed_until=clock.now() - timedelta(minutes=1)))
    assert set(desk.listed(lead.get(f"{QUEUE}?claimed=nobody"))) == set(references)


def test_what_was_handed_to_somebody_kept_apart_is_taken_back_like_the_rest(app: Flask, lead: FlaskClient) -> None:
    references = [give(app, organisation="OHCHR"), give(app)]
    before = [row(app, one) for one in references]
    done = do(lead, preview(app, lead, "hand", *references), colleague=str(person_id(app, COLLEAGUE)))
    said = desk.text(undo(lead, done))
    assert all(f"{one} · put back" in said for one in references)
    assert [row(app, one) for one in references] == before


def test_a_colleague_of_another_session_or_who_is_on_it_gets_nothing(
    app: Flask, lead: FlaskClient, colleague: FlaskClient
) -> None:
    reference = give(app)
    act(colleague, reference, "claim/")
    before = row(app, reference)
    shown = preview(app, lead, "hand", reference)
    again = send(lead, QUEUE, form_on(shown, having="act"), {"colleague": str(person_id(app, COLLEAGUE))})
    assert "This colleague is on it already, or does not moderate this session." in desk.text(again)
    forced = {"colleague": str(person_id(app, COLLEAGUE)), "item": ticks(app, reference)}
    none = send(lead, QUEUE, form_on(shown, having="act"), {**forced, "ready": "yes"})
    assert none.status_code == 409
    assert "Nothing was done" in desk.text(none)
    other = send(
        lead,
        QUEUE,
        form_on(shown, having="act"),
        {**forced, "colleague": str(person_id(app, desk.OTHER)), "ready": "yes"},
    )
    assert other.status_code == 422
    assert row(app, reference) == before
    with app.app_context(), transaction():
        role = desk.somebody(desk.OTHER).memberships[0]
        place = {"working_group_id": role.working_group_id, "listening_session_id": role.listening_session_id}
        me = desk.somebody()
        me.memberships.append(type(role)(role=Role.CO_LEAD, **place))
        session().flush()
    of_others = give(app, WG6)
    shown = preview(app, lead, "hand", of_others)
    again = send(lead, QUEUE, form_on(shown, having="act"), {"colleague": str(person_id(app, COLLEAGUE))})
    assert "or does not moderate this session." in desk.text(again)


def test_whoever_gets_it_and_whoever_loses_it_are_told(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    with app.app_context(), transaction():
        group = desk.somebody().memberships[0].working_group_id
        third = builders.person("third@example.org")
        third.memberships.append(type(desk.somebody().memberships[0])(role=Role.CO_LEAD, working_group_id=group))
        session().flush()
        third_id = third.id
    reference = give(app)
    act(colleague, reference, "claim/")
    do(lead, preview(app, lead, "hand", reference), colleague=str(third_id), note="She speaks Dari.")
    assert f"Lead took this over from you: {reference}" in desk.text(colleague.get(QUEUE))
    receiving = signed_in(app, "third@example.org")
    assert f"Lead handed this to you: {reference}" in desk.text(receiving.get(QUEUE))
    assert "She speaks Dari." in desk.text(receiving.get(url(reference)))
    act(receiving, reference, "told/")
    assert "handed this to you" not in desk.text(receiving.get(QUEUE))
    assert "She speaks Dari." not in desk.text(receiving.get(url(reference)))


def test_the_note_is_unreadable_once_it_is_withdrawn(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    reference = give(app)
    do(lead, preview(app, lead, "hand", reference), colleague=str(person_id(app, COLLEAGUE)), note="She speaks Dari.")
    with app.app_context():
        kept = session().connection().exec_driver_sql("SELECT note FROM handover").scalar()
        assert b"Dari" not in bytes(kept or b"")
    desk.withdraw(app, reference)
    assert reference not in colleague.get(QUEUE).get_data(as_text=True)


def test_typed_words_come_back_when_the_page_was_open_too_long(app: Flask, lead: FlaskClient) -> None:
    shown = preview(app, lead, "spam", give(app))
    answer = send(lead, QUEUE, form_on(shown, having="act"), {"ready": "yes", "words": "Ours.", "csrf_token": "old"})
    assert answer.status_code == 400
    assert "Ours." in answer.get_data(as_text=True)


def left(app: Flask, lead: FlaskClient, what: str, **typed: Any) -> TestResponse:
    """Press the button for two that both leave after they were looked at: one is decided, one withdrawn."""
    decided, withdrawn = give(app), give(app)
    shown = preview(app, lead, what, decided, withdrawn)
    decide(signed_in(app, COLLEAGUE), decided, "accept")
    desk.withdraw(app, withdrawn)
    answer = send(lead, QUEUE, form_on(shown, having="act"), {"ready": "yes", **typed})
    assert answer.status_code == 409
    assert "Nothing was done" in desk.text(answer)
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(bulk.BulkAct)) == 0
    return answer


def test_a_note_outlives_what_it_was_typed_for(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    chosen = str(person_id(app, COLLEAGUE))
    answer = left(app, lead, "hand", colleague=chosen, note="She speaks Dari.")
    form = form_on(answer, having="note")
    assert (form.fields["note"], form.fields["colleague"]) == ("She speaks Dari.", chosen)
    again = send(lead, QUEUE, form)
    assert form_on(again, having="note").fields["note"] == "She speaks Dari."
    without = form_on(send(lead, QUEUE, form, {"item": []}), having="note")
    assert without.fields["note"] == "She speaks Dari."
    used = send(lead, QUEUE, form, {"item": ticks(app, one := give(app)), "ready": "yes"})
    assert used.status_code == 303
    assert "She speaks Dari." in desk.text(colleague.get(url(one)))


def test_words_to_contributors_outlive_what_they_were_typed_for(app: Flask, lead: FlaskClient) -> None:
    answer = left(app, lead, "spam", words="Ce n’est pas pour nous.", language="fr")
    form = form_on(answer, having="words")
    assert (form.fields["words"].strip(), form.fields["language"]) == ("Ce n’est pas pour nous.", "fr")
    assert "The contributors will read" not in desk.text(answer)


def test_after_nothing_was_done_it_is_looked_at_afresh(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    references = [give(app), give(app)]
    shown = preview(app, lead, "spam", *references)
    for one in references:
        act(colleague, one, "claim/")
        act(colleague, one, "release/")
    own = {"words": "Ce n’est pas pour nous.", "language": "fr"}
    answer = send(lead, QUEUE, form_on(shown, having="act"), {"ready": "yes", **own})
    assert answer.status_code == 409
    assert "Nothing was done" in desk.text(answer)
    assert "Nothing is done yet" not in desk.text(answer)
    assert desk.text(answer).count("It was changed since you looked at it.") == 2
    again = send(lead, QUEUE, form_on(answer, having="act"))
    assert "Nothing is done yet. It will be done to 2 of 2." in desk.text(again)
    assert form_on(again, having="act").fields["words"].strip() == own["words"]
    assert "Done to 2." in desk.text(do(lead, again))


def test_where_a_colleague_can_take_none_another_one_can_be_chosen(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    act(signed_in(app, COLLEAGUE), reference, "claim/")
    form = form_on(preview(app, lead, "hand", reference), having="act")
    none = send(lead, QUEUE, form, {"colleague": str(person_id(app, COLLEAGUE)), "note": "Yours?"})
    again = form_on(none, having="act")
    assert again.fields["note"] == "Yours?"
    assert "It will be done to 1 of 1." in desk.text(send(lead, QUEUE, again, {"colleague": ""}))


def offered(shown: TestResponse) -> dict[str, str]:
    """The names of the themes that can be given, by their codes."""
    options = page(shown).cssselect("select[name=theme] option")
    return {one.get("value"): one.text_content() for one in options if one.get("value")}


def test_the_themes_of_one_session_are_those_of_its_code_book(app: Flask, lead: FlaskClient) -> None:
    first, second, later = give(app), give(app), give(app, desk.WG3_LATER)
    with app.app_context(), transaction():
        here, me = desk.held(desk.WG3), desk.somebody()
        renamed = Multilingual({"ar": "النساء المتنقلات"})
        codebook.change(here, me, "gender", seen=0, name=renamed, definition=Multilingual(), example=None)
        codebook.merge(here, me, THEME, into="gender", seen=0)
        own = codebook.add(here, me, Multilingual({"en": "Boats"}), Multilingual())
        parted = codebook.add(here, me, Multilingual({"en": "Camps"}), Multilingual())
        codebook.split(here, me, parted, names=[Multilingual({"en": one}) for one in ("Tents", "Walls")], seen=1)
    shown = preview(app, lead, "theme", first, second)
    assert {THEME, parted}.isdisjoint(offered(shown))
    assert {"Boats", "Tents", "Walls", "النساء المتنقلات"} <= set(offered(shown).values())
    [arabic] = page(shown).cssselect("option[value=gender]")
    assert (arabic.get("lang"), arabic.get("dir")) == ("ar", "rtl")
    done = do(lead, shown, theme=own)
    assert {themes(app, one) for one in (first, second)} == {(own,)}
    for said in (done, lead.get("/en/staff/queue/several/done/")):
        assert "Add a theme: Boats" in desk.text(said)
    again = preview(app, lead, "theme", first, theme=own)
    assert "It has this theme already." in desk.text(again)
    together = preview(app, lead, "theme", first, later)
    assert THEME in offered(together)
    assert own not in offered(together)
    forced = send(lead, QUEUE, form_on(together, having="act"), {"ready": "yes", "theme": own})
    assert forced.status_code == 422
    assert themes(app, later) == ()


def test_a_theme_that_is_read_as_this_one_is_this_one(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        services.code(desk.found(reference), desk.somebody(), themes=[THEME], objectives=())
        codebook.merge(desk.held(desk.WG3), desk.somebody(), THEME, into="gender", seen=0)
    assert "It has this theme already." in desk.text(preview(app, lead, "theme", reference, theme="gender"))


def test_a_theme_of_its_own_stays_when_the_others_are_chosen_and_is_in_no_digest(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        own = codebook.add(desk.held(desk.WG3), desk.somebody(), Multilingual({"en": "Boats"}), Multilingual())
    do(lead, preview(app, lead, "theme", reference), theme=own)
    form = form_on(lead.get(url(reference)), having="objectives")
    assert send(lead, url(reference), form, {"themes": [own, "gender"]}).status_code == 303
    assert themes(app, reference) == ("gender", own)
    decide(lead, reference, "accept")
    with app.app_context(), transaction():
        [entry] = compile_digest(desk.held(desk.WG3)).frozen["entries"]
    assert entry["themes"] == ["gender"], "a digest has no name for it"


def test_the_list_of_acts_takes_as_many_statements_whatever_there_is(app: Flask, lead: FlaskClient) -> None:
    do(lead, preview(app, lead, "theme", give(app)), theme=THEME)
    with desk.counting(app) as few:
        lead.get("/en/staff/queue/several/done/")
    for _number in range(3):
        do(lead, preview(app, lead, "theme", give(app)), theme=THEME)
    with desk.counting(app) as many:
        lead.get("/en/staff/queue/several/done/")
    assert len(many) == len(few)
