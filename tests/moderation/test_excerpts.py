"""Excerpts: passages found in the text and never retyped, with their codes, who gave them, and what became of them."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.moderation import coding, reading
from intake.moderation.coding import Axis, Excerpt, ExcerptCode
from intake.moderation.spans import NotThere, Span
from intake.submissions import services
from intake.submissions.models import Submission
from intake.submissions.sealing import open_answers
from intake.submissions.services import Filled, current_answers
from intake.submissions.vocabulary import Kind
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, OTHER, acts, give, put_in_state, signed_in, text, url

ARABIC = "أغلقوا الحدود يوم انتهت إقامتي. ثم بقيت هناك ثلاثة أشهر بلا عمل."
CODES = {"themes": "regular_pathways", "kind": "challenge"}
PASSAGE = "closed the border"


def add(client: FlaskClient, reference: str, passage: str = PASSAGE, **typed: Any) -> TestResponse:
    """Code a passage as a browser without JavaScript does: pasted."""
    here = url(reference, "excerpts/")
    form = form_on(client.get(here), having="passage")
    return send(client, here, form, {"passage": passage, **CODES, **typed})


def press(client: FlaskClient, reference: str, tail: str) -> TestResponse:
    """Press a button of the page of passages."""
    here = url(reference, "excerpts/")
    return send(client, here, form_on(client.get(here), action=tail))


def shown(client: FlaskClient, reference: str) -> TestResponse:
    answer = client.get(url(reference, "excerpts/"))
    assert answer.status_code == 200, answer.status
    return answer


def passages(response: TestResponse) -> list[str]:
    return [one.text_content().strip() for one in page(response).cssselect(".passages .words")]


def amend(app: Flask, reference: str, **answers: Any) -> None:
    """Change it as its contributor."""
    with app.app_context(), transaction():
        found = desk.found(reference)
        revision = found.revisions[-1]
        filled = Filled(Kind(found.kind), revision.language, {**current_answers(found), **answers}, None)
        assert services.amend(found, filled, seen=revision.number)


def excerpts(app: Flask, reference: str) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """Number, words and codes of what is kept of a submission, removed ones too."""
    with app.app_context():
        found = desk.found(reference)
        by_number = {one.number: open_answers(found, one) for one in found.revisions}
        rows = session().scalars(sa.select(Excerpt).where(Excerpt.submission_id == found.id).order_by(Excerpt.number))
        return [
            (one.number, one.span.of(by_number[one.revision]), [(code.axis, code.code) for code in one.codes])
            for one in rows
        ]


# Coding


def test_a_pasted_passage_is_kept_as_a_place_with_its_codes(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    answer = add(
        lead, reference, "closed  the\nborder", groups=["women", "youth"], objectives="gcm05", addressees="states",
        memo="Ask her about April.",
    )  # fmt: skip
    assert answer.status_code == 303
    assert excerpts(app, reference) == [
        (
            1,
            PASSAGE,
            [
                ("theme", "regular_pathways"), ("kind", "challenge"), ("population_group", "women"),
                ("population_group", "youth"), ("gcm_objective", "gcm05"), ("addressee", "states"),
            ],
        )
    ]  # fmt: skip
    there = shown(lead, reference)
    assert [one.text_content() for one in page(there).cssselect("mark")] == [PASSAGE]
    for words in ("Regular pathways", "Challenge", "Women", "5. Regular pathways", "States", "Ask her", "Lead"):
        assert words in text(there), words
    assert acts(app, reference)[-1][0] == "submission.add_excerpt"


def test_the_register_keeps_what_changed_but_not_whom_it_is_about(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference, groups="lgbti", memo="Secret.")
    here = url(reference, "excerpts/1/")
    form = form_on(lead.get(here), having="kind")
    assert send(lead, here, form, {"themes": ["gender"], "kind": "practice"}).status_code == 303
    given, changed = acts(app, reference)[-2:]
    assert given[2] == {
        "excerpt": 1, "revision": 1, "given": "theme:regular_pathways kind:challenge population_group",
    }  # fmt: skip
    assert changed[0] == "submission.change_excerpt"
    assert changed[2]["given"] == "theme:gender kind:practice"
    assert changed[2]["taken"] == "theme:regular_pathways kind:challenge"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"passage": "They opened it."}, "We do not find these words"),
        ({"passage": ""}, "Please select a passage"),
        ({"themes": []}, "choose one theme"),
        ({"kind": "poem"}, "choose one of the answers"),
    ],
)
def test_what_is_missing_is_asked_and_nothing_is_lost(
    app: Flask, lead: FlaskClient, typed: dict[str, Any], said: str
) -> None:
    reference = give(app)
    answer = add(lead, reference, **{"memo": "A long note.", **typed})
    assert answer.status_code == 422
    assert said in text(answer)
    assert "A long note." in answer.get_data(as_text=True)
    assert excerpts(app, reference) == []


def test_words_that_stand_twice_are_asked_about(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="They came at night. We ran. They came at night again, with dogs.")
    asked = add(lead, reference, "They came at night")
    assert asked.status_code == 422
    choices = page(asked).cssselect("[name=which]")
    assert len(choices) == 2
    form = form_on(asked, having="which")
    assert send(lead, url(reference), form, {"which": "1"}).status_code == 303
    with app.app_context():
        assert session().scalars(sa.select(Excerpt)).one().start == 28


def test_what_the_script_fills_in_says_which_one_is_meant(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="They came at night. We ran. They came at night again.")
    assert add(lead, reference, "They came at night", answer="what_happened", nth="1").status_code == 303
    with app.app_context():
        assert session().scalars(sa.select(Excerpt)).one().start == 28
    form = page(shown(lead, reference)).cssselect("form[data-passage]")[0]
    assert {"answer", "passage", "nth"} <= set(form.fields)
    assert page(shown(lead, reference)).cssselect("[data-answer=what_happened]")


def test_a_word_that_stands_very_often_is_no_passage(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="no " * 40)
    assert "very often" in text(add(lead, reference, "no"))


def test_arabic_stays_arabic_from_right_to_left(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, language="ar", what_happened=ARABIC)
    here = url(reference, "excerpts/", language="ar")
    form = form_on(lead.get(here), having="passage")
    assert send(lead, here, form, {"passage": "بقيت هناك ثلاثة أشهر", **CODES}).status_code == 303
    kept = page(lead.get(here)).cssselect(".passages .words")[0]
    assert kept.text_content().strip() == "بقيت هناك ثلاثة أشهر"
    assert (page(lead.get(here)).get("dir"), kept.get("dir")) == ("rtl", "rtl")
    assert "صعوبة" in text(lead.get(here))


def test_a_passage_pasted_in_another_normal_form_is_found(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, language="fr", what_happened="Ils ont fermé la frontière le jour même, sans rien dire.")
    assert add(lead, reference, unicodedata.normalize("NFD", "fermé la frontière")).status_code == 303
    assert excerpts(app, reference)[0][1] == "fermé la frontière"


def test_overlapping_passages_are_both_marked_and_the_text_stays_whole(app: Flask, lead: FlaskClient) -> None:
    story = "They closed the border.\n\nThen nobody came <b>for days</b>."
    reference = give(app, what_happened=story)
    add(lead, reference, "closed the border. Then nobody")
    add(lead, reference, "the border")
    told = page(shown(lead, reference)).cssselect("[data-answer=what_happened]")[0]
    assert [one.text_content() for one in told.cssselect("p")] == story.split("\n\n")
    assert "".join(one.text_content() for one in told.cssselect("mark")) == "closed the border.Then nobody"


def test_the_same_passage_by_the_same_person_is_one_excerpt(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference)
    assert add(lead, reference).status_code == 303, "sent twice"
    again = add(lead, reference, kind="practice", memo="Or is it?")
    assert again.status_code == 409
    assert "You coded this passage before" in text(again)
    assert "Or is it?" in again.get_data(as_text=True)
    assert send(lead, url(reference), form_on(again, having="kind")).status_code == 303
    assert excerpts(app, reference) == [(1, PASSAGE, [("theme", "regular_pathways"), ("kind", "practice")])]
    add(signed_in(app, COLLEAGUE), reference)
    assert len(excerpts(app, reference)) == 2, "what another person codes is another one"


def test_what_was_taken_out_is_kept_and_can_come_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference)
    assert press(lead, reference, "1/remove/").status_code == 303
    assert page(shown(lead, reference)).cssselect("mark") == []
    assert passages(shown(lead, reference)) == [PASSAGE]
    assert press(lead, reference, "1/put-back/").status_code == 303
    assert len(page(shown(lead, reference)).cssselect("mark")) == 1
    press(lead, reference, "1/remove/")
    assert add(lead, reference, kind="practice").status_code == 303, "coded anew after it was taken out"
    assert excerpts(app, reference) == [(1, PASSAGE, [("theme", "regular_pathways"), ("kind", "practice")])]
    verbs = [line[0] for line in acts(app, reference)]
    assert verbs[-4:] == [
        "submission.remove_excerpt", "submission.put_back_excerpt", "submission.remove_excerpt",
        "submission.add_excerpt",
    ]  # fmt: skip


def test_a_change_on_an_older_version_is_told_and_loses_nothing(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference)
    here = url(reference, "excerpts/1/")
    colleague = signed_in(app, COLLEAGUE)
    seen = form_on(lead.get(here), having="kind")
    send(colleague, here, form_on(colleague.get(here), having="kind"), {"kind": "practice"})
    late = send(lead, here, seen, {"kind": "recommendation", "memo": "My own words."})
    assert late.status_code == 409
    assert "somebody else changed this" in text(late)
    assert "Practice" in text(late), "as it is now"
    assert "My own words." in late.get_data(as_text=True)
    assert send(lead, here, form_on(late, having="kind")).status_code == 303
    assert excerpts(app, reference)[0][2] == [("theme", "regular_pathways"), ("kind", "recommendation")]


# Versions of the text


def test_passages_stay_with_their_version_and_move_when_they_still_stand(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference, memo="Keep this.")
    add(lead, reference, "the day my permit ended")
    add(lead, reference, "on the")
    amend(app, reference, what_happened="They closed the border on the week before. It was on the coast.")
    there = shown(lead, reference)
    assert page(there).cssselect("mark") == []
    for said in ("still stand", "do not stand in this version any more", "more than once in this version"):
        assert said in text(there)
    assert press(lead, reference, "1/move/").status_code == 303
    assert [one.text_content() for one in page(shown(lead, reference)).cssselect("mark")] == [PASSAGE]
    kept = excerpts(app, reference)
    assert (kept[0][1:], kept[3][0]) == (kept[3][1:], 4)
    assert text(shown(lead, reference)).count("Keep this.") == 2
    assert acts(app, reference)[-1][2] == {"excerpt": 4, "revision": 2, "old": 1}


def test_a_text_amended_while_it_is_coded_keeps_the_passage_with_what_was_seen(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    here = url(reference, "excerpts/")
    seen = form_on(lead.get(here), having="passage")
    amend(app, reference, what_happened="Something else altogether happened to us there.")
    assert send(lead, here, seen, {"passage": PASSAGE, **CODES}).status_code == 303
    with app.app_context():
        assert session().scalars(sa.select(Excerpt.revision)).one() == 1
    assert "do not stand in this version any more" in text(shown(lead, reference))


# Who sees it


def of_another_group(app: Flask) -> str:
    return give(app, desk.WG6)


def of_the_own_organisation(app: Flask) -> str:
    return give(app, organisation="act  alliance")


@pytest.mark.parametrize("make", [of_another_group, of_the_own_organisation])
def test_what_one_may_not_read_one_may_not_code(app: Flask, lead: FlaskClient, make: Any) -> None:
    own, reference = give(app), make(app)
    reader = signed_in(app, OTHER if make is of_another_group else COLLEAGUE)
    add(reader, reference)
    add(lead, own)
    for tail in ("excerpts/", "excerpts/1/", "excerpts/afresh/"):
        assert lead.get(url(reference, tail)).status_code == 404
    form = form_on(lead.get(url(own, "excerpts/")), having="passage")
    for tail in ("add/", "1/", "1/remove/", "1/put-back/", "1/move/", "afresh/", "done/"):
        form.set("action", url(reference, f"excerpts/{tail}"))
        typed = {"passage": PASSAGE, "version": "1", **CODES}
        assert send(lead, url(own), form, typed).status_code == 404, tail
    assert len(excerpts(app, reference)) == 1


def test_withdrawn_is_gone_at_once_and_erased_with_the_text(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference, memo="A note.", groups="women")
    desk.withdraw(app, reference)
    assert lead.get(url(reference, "excerpts/")).status_code == 404
    desk.change(app, reference, erase_after=clock.now())
    with app.app_context(), transaction():
        assert services.erase_due() == 1
        for table in (Excerpt, ExcerptCode):
            assert session().scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_memo_is_sealed_with_the_text(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference, memo="Plain as day.")
    with app.app_context():
        kept = session().scalars(sa.select(Excerpt)).one()
        assert kept.memo is not None
        assert b"Plain" not in kept.memo
        assert coding.memo_of(desk.found(reference), kept) == "Plain as day."


# A second coder, blind to the first


def test_whoever_codes_afresh_sees_nobody_elses_codes_until_done(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference, memo="Mine alone.")
    desk.act(lead, reference, "code/", {"themes": ["gender"]})
    second = signed_in(app, COLLEAGUE)
    begin = url(reference, "excerpts/afresh/")
    assert send(second, begin, form_on(second.get(begin), action="/afresh/")).status_code == 303
    blind = shown(second, reference)
    assert "Mine alone." not in text(blind)
    assert page(blind).cssselect("mark") == []
    assert second.get(url(reference, "excerpts/1/")).status_code == 404
    assert "Gender" not in text(second.get(url(reference)))
    book = "/en/staff/sessions/wg3-2020-06-09/"
    assert passages(second.get(f"{book}passages/")) == []
    assert "Regular pathways 0 0" in text(second.get(f"{book}codes/"))
    add(second, reference, "my permit ended")
    assert passages(second.get(f"{book}passages/")) == ["my permit ended"]
    assert press(second, reference, "/done/").status_code == 303
    assert set(passages(shown(second, reference))) == {PASSAGE, "my permit ended"}
    assert lead.get(url(reference, "excerpts/2/")).status_code == 404, "what was coded afresh stays its coder's"
    assert second.get(url(reference, "excerpts/2/")).status_code == 200
    assert "coded this already" in text(lead.get(begin))


# For the digest


@pytest.mark.parametrize(("tier", "told", "quoted"), [(0, False, False), (1, True, False), (2, True, True)])
def test_a_digest_gets_what_consent_allows_of_the_accepted_version(
    app: Flask, lead: FlaskClient, tier: int, *, told: bool, quoted: bool
) -> None:
    reference = give(app, tier=tier)
    add(lead, reference, memo="Never told.", groups="women")
    add(signed_in(app, COLLEAGUE), reference, themes="gender")
    with app.app_context():
        assert coding.excerpts_for_digest(desk.found(reference)) == (), "not accepted yet"
    put_in_state(app, reference, "accepted")
    with app.app_context():
        found = coding.excerpts_for_digest(desk.found(reference))
        assert [(one.text.text, one.may_be_quoted) for one in found] == ([(PASSAGE, quoted)] if told else [])
        if told:
            assert found[0].codes[Axis.THEME] == ("regular_pathways", "gender")
            assert "Never told." not in repr(found)
    desk.withdraw(app, reference)
    with app.app_context():
        assert coding.excerpts_for_digest(desk.found(reference)) == ()


def test_a_digest_gets_no_passage_of_a_version_that_is_not_accepted(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    put_in_state(app, reference, "accepted")
    add(lead, reference)
    amend(app, reference, what_happened="They closed the border on a Monday, and then came back.")
    add(lead, reference, "then came back")
    with app.app_context():
        found = coding.excerpts_for_digest(desk.found(reference))
        assert [(one.span.revision, one.text.text) for one in found] == [(1, PASSAGE)]


# What always holds


def test_an_excerpt_outside_its_text_is_refused(app: Flask) -> None:
    reference = give(app)
    codes = {Axis.THEME: ["gender"], Axis.KIND: ["practice"]}
    for span in (Span(1, "what_happened", 0, 10_000), Span(9, "what_happened", 0, 3), Span(1, "nothing", 0, 3)):
        with app.app_context(), pytest.raises(NotThere), transaction():
            coding.add(desk.found(reference), desk.somebody(), span, codes)
    with app.app_context(), pytest.raises(DBAPIError), transaction() as database:
        database.execute(sa.insert(Excerpt).values(
            submission_id=desk.found(reference).id, number=1, revision=1, name="a", start=3, end=3,
            person_id=desk.somebody().id, at=clock.now(), afresh=False, version=1,
        ))  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_the_words_of_an_excerpt_are_always_those_of_the_stored_answer(app: Flask, data: st.DataObject) -> None:
    alphabet = st.sampled_from("ab .\n" + "\u0627\u0644\u0652\u064b\u06cc\u200f\U0001f469\u200d")
    story = "x" + data.draw(st.text(alphabet, min_size=30, max_size=90)) + "x"
    reference = give(app, what_happened=story)
    with app.app_context():
        held = str(open_answers(desk.found(reference), desk.found(reference).revisions[-1])["what_happened"])
    start = data.draw(st.integers(0, len(held) - 1))
    passage = held[start : data.draw(st.integers(start + 1, len(held)))]
    with app.app_context(), transaction():
        found, person = desk.found(reference), desk.somebody()
        try:
            there = coding.places(found, person, 1, passage, answer="what_happened")
        except coding.spans.Ambiguous:
            return
        codes = {Axis.THEME: ["gender"], Axis.KIND: ["practice"]}
        made = [coding.add(found, person, span, codes) for span in there]
        assert bool(made) is bool(passage.split())
        told = reading.told(found, person, found.revisions[-1], "en", [one.span for one in made])
        assert {shown.question.name: "".join(text for _span, text in pieces) for shown, pieces in told}[
            "what_happened"
        ] == held
    for _number, words, _codes in excerpts(app, reference):
        assert "".join(words.split()) == "".join(passage.split())
        assert words in held


# At once


def code_at_once(app: Flask, reference: str, who: str) -> int:
    with app.app_context():
        person = desk.somebody(who)
        with transaction():
            found = desk.found(reference)
            (span,) = coding.places(found, person, 1, PASSAGE)
            return coding.add(found, person, span, {Axis.THEME: ["gender"], Axis.KIND: ["practice"]}).number


@pytest.mark.parametrize("people", [(LEAD, COLLEAGUE), (LEAD, LEAD)])
def test_two_at_once_code_the_same_passage(app: Flask, people: tuple[str, str]) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)
        with ThreadPoolExecutor(2) as pool:
            numbers = list(pool.map(partial(code_at_once, app, reference), people))
        assert sorted(numbers) == ([1, 2] if len(set(people)) == 2 else [1, 1])
        assert len(excerpts(app, reference)) == len(set(people))


def test_nothing_is_coded_of_what_is_withdrawn_at_that_moment(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)

        def code(reference: str = reference) -> bool:
            try:
                return code_at_once(app, reference, LEAD) == 1
            except reading.Unreadable:
                return False

        with ThreadPoolExecutor(2) as pool:
            coded, gone = pool.submit(code), pool.submit(desk.withdraw, app, reference)
            gone.result()
        with app.app_context():
            found = desk.found(reference)
            assert found.state == "withdrawn"
            assert coding.excerpts_for_digest(found) == ()
            rows = session().scalar(sa.select(sa.func.count()).where(Excerpt.submission_id == found.id))
            assert rows == int(coded.result()), "told truly whether it was kept"
            with pytest.raises(reading.Unreadable):
                coding.excerpts_of(found, desk.somebody())


def test_of_two_changes_at_once_one_wins_and_the_other_is_told(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference)

    def change(kind: str) -> str:
        with app.app_context():
            try:
                with transaction():
                    codes = {Axis.THEME: ["gender"], Axis.KIND: [kind]}
                    coding.change(desk.found(reference), desk.somebody(), 1, codes, memo="", seen=version)
            except coding.Changed:
                return "told"
            return kind

    for _round in range(desk.ROUNDS):
        with app.app_context():
            version = session().scalars(sa.select(Excerpt.version)).one()
            now = next(code for axis, code in excerpts(app, reference)[0][2] if axis == "kind")
        others = [kind for kind in ("challenge", "practice", "recommendation") if kind != now]
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(change, others))
        (won,) = [one for one in outcomes if one != "told"]
        assert ("kind", won) in excerpts(app, reference)[0][2]


def test_statements_do_not_grow_with_the_passages(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="one two three four five six seven eight nine ten")
    add(lead, reference, "one")
    shown(lead, reference)
    with desk.counting(app) as few:
        shown(lead, reference)
    for word in ("two", "three", "four", "five"):
        add(lead, reference, word)
    with desk.counting(app) as lots:
        shown(lead, reference)
    assert len(lots) == len(few)


def test_typed_text_comes_back_when_the_token_is_old(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    answer = add(lead, reference, memo="Not to be lost.", csrf_token="old")
    assert answer.status_code == 400
    assert "Not to be lost." in answer.get_data(as_text=True)
    assert PASSAGE in answer.get_data(as_text=True)


def test_it_is_reached_from_the_submission(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    links = {link.get("href") for link in page(lead.get(url(reference))).cssselect("nav.tools a")}
    assert {url(reference, "excerpts/"), url(reference, "excerpts/afresh/")} <= links


def test_rows_hold_no_words(app: Flask, lead: FlaskClient) -> None:
    add(lead, give(app), memo="permit")
    with app.app_context():
        kept = session().execute(sa.select(Excerpt.__table__)).mappings().one()
        assert all("border" not in str(value) and "permit" not in str(value) for value in kept.values())
        assert session().scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
