"""Texts that say nearly the same: suggested in one's own reach only, put together by people, never dropped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Route
from werkzeug.test import TestResponse

from intake.foundation.database import session, transaction
from intake.moderation import alike, reading
from intake.moderation.alike import LikenessGroup, LikenessMember
from intake.submissions import services, sketches
from intake.submissions.sketches import Sketch, SketchBand
from intake.submissions.workflow import Overtaken
from tests import builders
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import (
    COLLEAGUE,
    LEAD,
    WG3,
    WG3_LATER,
    WG6,
    acts,
    found,
    give,
    signed_in,
    somebody,
    text,
    url,
)

LETTER = (
    "We the undersigned ask all governments to open regular pathways for domestic workers, to end detention at the "
    "border for good, and to let families who were parted by the closing of the frontier live together again without "
    "a fee, an interview or a proof of income, because nobody should have to choose between a wage and a child."
)
OTHER_LETTER = LETTER.replace("domestic workers", "seasonal workers in agriculture") + " Thank you for reading this."
ARABIC = (
    "نحن الموقعين أدناه نطلب من جميع الحكومات أن تفتح مسارات نظامية للعاملات في المنازل وأن تنهي الاحتجاز على الحدود "
    "نهائيا وأن تسمح للأسر التي فرقها إغلاق الحدود بأن تعيش معا من جديد دون رسوم أو مقابلة أو إثبات للدخل لأن أحدا لا "
    "ينبغي أن يختار بين الأجر والطفل"
)
UNLIKE = (
    "My brother worked on a ship when the harbours closed. For eleven weeks nobody told the crew where they would be "
    "let ashore, and when he came home the company said that his contract had ended in the month before."
)


def suggested(app: Flask, reference: str, email: str = LEAD) -> list[str]:
    with app.app_context():
        return [one.reference for one in alike.of(found(reference), somebody(email)).suggestions]


def compare(client: FlaskClient, reference: str, query: str = "", language: str = "en") -> TestResponse:
    answered = client.get(url(reference, f"alike/{query}", language))
    assert answered.status_code == 200, answered.status
    return answered


def put_together(client: FlaskClient, one: str, other: str) -> TestResponse:
    shown = compare(client, one, f"?with={other}")
    form = next(form for form in page(shown).forms if form.fields.get("other") == other)
    return send(client, url(one, "alike/"), form)


def press(client: FlaskClient, reference: str, tail: str, on: str | None = None, **typed: Any) -> TestResponse:
    """Press the button on the page of ``on`` that does something with ``reference``."""
    return send(
        client,
        url(on or reference, "alike/"),
        form_on(compare(client, on or reference), action=f"{reference}/alike/{tail}/"),
        typed,
    )


def group(app: Flask, reference: str, email: str = LEAD) -> alike.Group | None:
    with app.app_context():
        return alike.of(found(reference), somebody(email)).group


def together(app: Flask, *references: str, email: str = LEAD) -> None:
    with app.app_context():
        for other in references[1:]:
            with transaction():
                person, one, two = somebody(email), found(references[0]), found(other)
                alike.join(one, two, person, as_seen=alike.seen(one, person, two))


# Found as they come


@pytest.mark.parametrize(("one", "other"), [(LETTER, LETTER), (LETTER, OTHER_LETTER), (ARABIC, ARABIC)])
def test_what_is_nearly_the_same_is_suggested_newest_first(app: Flask, one: str, other: str) -> None:
    first, second = give(app, what_happened=one), give(app, WG3_LATER, what_happened=other)
    give(app, what_happened=UNLIKE)
    third = give(app, what_happened=other)
    assert suggested(app, third) == [second, first]
    assert suggested(app, first) == [third, second]


def test_ways_of_writing_do_not_matter(app: Flask) -> None:
    first = give(app, what_happened=LETTER)
    other = give(app, what_happened=LETTER.upper().replace(",", " –"))
    arabic = give(app, language="ar", what_happened=ARABIC)
    spelled = give(app, language="ar", what_happened=ARABIC.replace("أ", "ا").replace("إ", "ا"))
    assert suggested(app, other) == [first]
    assert suggested(app, spelled) == [arabic]


def test_short_texts_and_other_texts_are_not(app: Flask) -> None:
    _first, last = give(app), give(app)
    give(app, what_happened=LETTER)
    assert suggested(app, last) == []
    assert suggested(app, give(app, what_happened=UNLIKE)) == []


def test_at_most_ten_are_suggested_however_many_there_are(app: Flask, lead: FlaskClient) -> None:
    given = [give(app, what_happened=LETTER) for _ in range(25)]
    assert suggested(app, given[-1]) == given[-2:-12:-1]
    links = page(lead.get(url(given[-1]))).xpath("//section[@aria-labelledby='alike']//ul//a/bdi/text()")
    assert links == given[-2:-12:-1]


def test_two_statements_find_them(app: Flask) -> None:
    given = [give(app, what_happened=LETTER) for _ in range(12)]
    with app.app_context():
        person, submission = somebody(), found(given[-1])
        reading.reach_of(person)
        with desk.counting(app) as statements:
            alike.of(submission, person)
    assert len(statements) == 2


def test_no_word_lies_in_a_sketch_and_it_is_the_same_everywhere(app: Flask) -> None:
    for _ in range(2):
        give(app, what_happened=LETTER)
    with app.app_context():
        one, other = session().execute(sa.select(Sketch.signature, Sketch.text_digest)).all()
        assert one == other
        assert len(one.signature) == 512
        # Without the key of this installation, its text makes another sketch.
        plain = sketches.signature_of(LETTER.lower().split())
        assert plain is not None
        assert sketches.similarity(plain, one.signature) < 0.1
    # What is stored would be worth nothing, if a later version of the library reckoned otherwise.
    known = sketches.signature_of([f"word{number}" for number in range(20)])
    assert known is not None
    assert known[:12].hex() == "d5ef97c357d834c0b03838c1"


def test_a_change_is_sketched_anew_and_stays_where_it_was_put(app: Flask) -> None:
    first, second, last = (give(app, what_happened=LETTER) for _ in range(3))
    together(app, first, second)
    with app.app_context(), transaction():
        kept = found(second)
        filled = services.Filled(kept.kind, "en", {**builders.TESTIMONY, "what_happened": UNLIKE}, None)  # type: ignore[arg-type]  # consent stays
        services.amend(kept, filled, seen=1)
    assert suggested(app, last) == [first]
    assert group(app, second) is not None
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(SketchBand)) == 3 * sketches.BANDS


def test_what_came_before_there_were_sketches_is_entered(app: Flask) -> None:
    first, short = give(app, what_happened=LETTER), give(app)
    with app.app_context():
        with transaction() as database:
            database.execute(sa.delete(Sketch))
            assert database.scalar(sa.select(sa.func.count()).select_from(SketchBand)) == 0
        with transaction():
            assert sketches.enter_missing(1) == 1
            assert sketches.enter_missing(10) == 1
            assert sketches.enter_missing(10) == 0
    assert suggested(app, give(app, what_happened=LETTER)) == [first]
    assert suggested(app, short) == []


# In one's own reach


def hidden_elsewhere(app: Flask) -> str:
    return give(app, WG6, what_happened=LETTER)


def hidden_own(app: Flask) -> str:
    return give(app, what_happened=LETTER, organisation="ACT Alliance")


def hidden_withdrawn(app: Flask) -> str:
    reference = give(app, what_happened=LETTER)
    desk.withdraw(app, reference)
    return reference


HIDDEN = [hidden_elsewhere, hidden_own, hidden_withdrawn]


@pytest.mark.parametrize("make", HIDDEN)
def test_what_one_does_not_read_is_no_hint(app: Flask, lead: FlaskClient, make: Callable[[Flask], str]) -> None:
    one, other = give(app, what_happened=LETTER), give(app, what_happened=OTHER_LETTER)
    addresses = [url(one), url(one, "alike/"), url(other, "alike/")]
    before = [text(lead.get(address)) for address in addresses]
    for _ in range(22):
        hidden = make(app)
    assert [text(lead.get(address)) for address in addresses] == before
    told, nothing = (text(compare(lead, one, f"?with={there}")) for there in (hidden, f"{WG3}/T-9999"))
    assert told == nothing
    assert "Nothing else that you may read has this reference." in told


def test_a_group_is_for_each_what_they_read_of_it(app: Flask, lead: FlaskClient) -> None:
    own = give(app, what_happened=LETTER, organisation="ACT Alliance")
    one, other = (give(app, what_happened=LETTER, organisation=name) for name in ("Linha Aberta", "Migrante"))
    alone = text(compare(lead, one))
    together(app, own, one, email=COLLEAGUE)
    assert text(compare(lead, one)) == alone
    assert group(app, one) is None
    assert put_together(lead, one, other).status_code == 303
    seen, all_of_it = group(app, one), group(app, one, COLLEAGUE)
    assert (seen and seen.submissions, seen and seen.organisations) == (2, 2)
    assert (all_of_it and all_of_it.submissions, all_of_it and all_of_it.organisations) == (3, 3)
    # What stands for all of them is another one for whoever does not read it.
    with app.app_context():
        assert seen is not None
        assert all_of_it is not None
        assert [seen.stands_for_all, all_of_it.stands_for_all] == [found(one).id, found(own).id]
    shown = compare(lead, one).get_data(as_text=True)
    assert own not in shown
    assert press(lead, one, "dissolve").status_code == 303
    assert group(app, own, COLLEAGUE) is None


def test_what_others_do_with_what_one_does_not_read_changes_no_mark(app: Flask) -> None:
    own = give(app, what_happened=LETTER, organisation="ACT Alliance")
    one, other = give(app, what_happened=LETTER), give(app, what_happened=LETTER)
    together(app, one, other)

    def mark() -> str:
        with app.app_context():
            return alike.seen(found(one), somebody())

    before = mark()
    with app.app_context(), transaction():
        database, group_id = session(), session().scalars(sa.select(LikenessGroup.id)).one()
        submission, person = found(own), somebody(COLLEAGUE)
        moment = submission.received_at
        database.add(
            LikenessMember(
                submission_id=submission.id, group_id=group_id, person_id=person.id, at=moment, changed_at=moment
            )
        )
    assert mark() == before


def test_the_own_organisation_is_not_named_as_organiser(app: Flask) -> None:
    one, other = give(app, what_happened=LETTER), give(app, what_happened=LETTER)
    together(app, one, other)
    colleague = signed_in(app, COLLEAGUE)
    with app.app_context():
        alliance = {name: number for number, name in alike.organisers(somebody(COLLEAGUE))}["ACT Alliance"]
        assert "ACT Alliance" not in {name for _number, name in alike.organisers(somebody())}
    assert press(colleague, one, "organiser", organiser=str(alliance)).status_code == 303
    assert "Who organised it ACT Alliance" in text(compare(colleague, one))
    assert "ACT Alliance" not in text(compare(signed_in(app), one))


# What people do


def test_people_put_together_pick_take_out_and_part(app: Flask, lead: FlaskClient) -> None:
    one, two, three = (give(app, what_happened=LETTER, organisation=name) for name in ("Linha Aberta", "Migrante", ""))
    answered = put_together(lead, three, one)
    assert answered.status_code == 303
    assert "They are together now." in lead.get(answered.headers["Location"]).get_data(as_text=True)
    assert suggested(app, three) == [two]
    assert put_together(lead, two, three).status_code == 303
    told = text(compare(lead, one))
    assert "Submissions 3 Organisations 2 Submissions without an organisation 1" in told
    assert "Different wordings 1 Who organised it Not known" in told
    assert f"Stands for all: {one}" in told
    assert press(lead, two, "pick", on=one).status_code == 303
    assert f"Stands for all: {two}" in text(compare(lead, one))
    assert press(lead, two, "part", on=one).status_code == 303
    assert f"Stands for all: {one}" in text(compare(lead, one))
    assert suggested(app, two) == [three]
    assert press(lead, one, "dissolve").status_code == 303
    assert [group(app, reference) for reference in (one, two, three)] == [None] * 3
    with app.app_context():
        assert session().scalars(sa.select(LikenessMember.submission_id)).all() == []
        assert session().scalars(sa.select(LikenessGroup.id)).all() == []
        assert {found(reference).state for reference in (one, two, three)} == {"submitted"}
    person = acts(app, one)[-1][1]
    assert [(act, who) for act, who, _detail in acts(app, one)[1:]] == [("submission.dissolve_group", person)]
    assert [act for act, *_ in acts(app, two)[1:]] == [
        "submission.put_together", "submission.stand_for_group", "submission.take_out",
    ]  # fmt: skip
    assert acts(app, three)[1] == ("submission.put_together", person, {"other": one})


def test_groups_are_joined_and_of_another_group_one_is_suggested(app: Flask, lead: FlaskClient) -> None:
    one, two, three, four = (give(app, what_happened=LETTER) for _ in range(4))
    together(app, one, two)
    together(app, three, four)
    assert suggested(app, one) == [four]
    assert put_together(lead, one, four).status_code == 303
    assert (found_group := group(app, three)) is not None
    assert found_group.submissions == 4
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(LikenessGroup)) == 1


def test_what_differs_is_told_by_words_too_in_its_own_direction(app: Flask, lead: FlaskClient) -> None:
    one = give(app, language="ar", what_happened=ARABIC)
    two = give(app, language="ar", what_happened=ARABIC.replace("للعاملات في المنازل", "للعمال الموسميين"))
    shown = page(compare(lead, one))
    [paragraph] = shown.xpath("//p[@class='words'][ins]")
    assert (paragraph.get("lang"), paragraph.get("dir")) == ("ar", "rtl")
    assert [" ".join(gone.text_content().split()) for gone in paragraph.iter("del")] == [
        "Left out: للعاملات في المنازل End of what was left out."
    ]
    assert [" ".join(new.text_content().split()) for new in paragraph.iter("ins")] == [
        "Added: للعمال الموسميين End of what was added."
    ]
    assert {(one.get("lang"), one.get("dir")) for one in paragraph.iter("span")} == {("en", "ltr")}
    assert "…" in paragraph.text_content()
    together(app, one, two)
    in_arabic = page(compare(lead, one, language="ar"))
    assert in_arabic.get("dir") == "rtl"
    assert in_arabic.xpath("//p[@class='words']/ins")


def test_another_language_is_shown_whole(app: Flask, lead: FlaskClient) -> None:
    one, two = give(app, what_happened=LETTER), give(app, language="ar", what_happened=ARABIC)
    shown = compare(lead, one, f"?with={two}")
    assert f"Another text: {ARABIC}" in text(shown)
    assert not page(shown).xpath("//main//del")


def test_pages_of_a_large_group_follow_one_another(app: Flask, lead: FlaskClient) -> None:
    given = [give(app, what_happened=LETTER) for _ in range(alike.PAGE_SIZE + 4)]
    together(app, *given)
    first = page(compare(lead, given[0]))
    assert first.xpath("//h4//a//text()") == given[1 : alike.PAGE_SIZE + 1]
    [onward] = first.xpath("//a[@rel='next']/@href")
    assert page(lead.get(onward)).xpath("//h4//a//text()") == given[alike.PAGE_SIZE + 1 :]
    assert lead.get(url(given[0], "alike/?after_member=" + "9" * 30)).status_code == 200


def test_whoever_saw_something_else_changes_nothing(app: Flask, lead: FlaskClient) -> None:
    one, two, three = (give(app, what_happened=LETTER) for _ in range(3))
    together(app, one, two)
    shown = compare(lead, one)
    acts_seen = [form_on(shown, action=f"/alike/{tail}/") for tail in ("join", "part", "dissolve", "organiser")]
    together(app, one, three, email=COLLEAGUE)
    for form in acts_seen:
        answered = send(lead, url(one, "alike/"), form)
        assert answered.status_code == 409
        assert "what is together was changed while you were looking at it" in text(answered)
    assert (found_group := group(app, one)) is not None
    assert found_group.submissions == 3


@pytest.mark.parametrize("tail", ["join", "part", "dissolve", "pick", "organiser"])
def test_a_form_that_is_too_old_comes_back(app: Flask, lead: FlaskClient, tail: str) -> None:
    one, two, _three = (give(app, what_happened=LETTER) for _ in range(3))
    together(app, one, two)
    form = form_on(compare(lead, one), action=f"/alike/{tail}/")
    answered = send(lead, url(one, "alike/"), form, {"csrf_token": "old"})
    assert answered.status_code == 400
    assert "This page was open for a long time." in text(answered)


def test_nothing_comes_of_what_no_page_offers(app: Flask, lead: FlaskClient) -> None:
    one, two = give(app, what_happened=LETTER), give(app, what_happened=LETTER)
    elsewhere = give(app, WG6, what_happened=LETTER)
    shown = compare(lead, one)
    form = form_on(shown, action="/alike/join/")
    for other in (elsewhere, one, f"{WG3}/T-999", "", "\x00", "x" * 5000):
        assert send(lead, url(one, "alike/"), form, {"other": other}).status_code == 422, other
    assert send(lead, url(one, "alike/"), form, {"seen": "0"}).status_code == 409
    together(app, one, two)
    answered = press(lead, one, "organiser", organiser="999")
    assert answered.status_code == 422
    assert "Please choose one of the answers shown." in text(answered)


def test_with_the_withdrawal_everything_about_it_goes_at_once(app: Flask, lead: FlaskClient) -> None:
    one, two = give(app, what_happened=LETTER), give(app, what_happened=LETTER)
    together(app, one, two)
    desk.withdraw(app, one)
    assert group(app, two) is None
    assert one not in compare(lead, two).get_data(as_text=True)
    with app.app_context():
        gone = found(one).id
        for table in (Sketch, SketchBand, LikenessMember):
            assert session().scalars(sa.select(table.submission_id).where(table.submission_id == gone)).all() == []
        with transaction():
            assert sketches.enter_missing(10) == 0


# Counts for a digest


def test_distinct_texts_count_what_stands_together_once(app: Flask) -> None:
    given = [give(app, what_happened=LETTER) for _ in range(4)]
    later = give(app, WG3_LATER, what_happened=LETTER)
    together(app, given[0], given[1], later)
    with app.app_context():
        here = desk.held(WG3).id
        assert alike.distinct_texts(here, given) == 3
        assert alike.distinct_texts(here, given[1:]) == 3
        assert alike.distinct_texts(here, given[2:]) == 2
        assert alike.distinct_texts(desk.held(WG3_LATER).id, [later]) == 1
        assert alike.distinct_texts(here, []) == 0


# Two at once


def at_once(app: Flask, *acts: Callable[[], None]) -> list[BaseException | None]:
    """Do ``acts`` at the same moment, each in a context of its own; what became of each."""
    outcomes: list[BaseException | None] = [None] * len(acts)
    ready = Barrier(len(acts))

    def run(number: int, act: Callable[[], None]) -> None:
        try:
            with app.app_context():
                ready.wait()
                act()
        except Exception as error:  # noqa: BLE001  # told to the test
            outcomes[number] = error

    threads = [Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def joining(one: str, other: str, email: str, mark: str) -> Callable[[], None]:
    def act() -> None:
        with transaction():
            alike.join(found(one), found(other), somebody(email), as_seen=mark)

    return act


def test_of_two_who_group_at_once_one_wins_and_the_other_is_told(app: Flask) -> None:
    one, two, three = (give(app, what_happened=LETTER) for _ in range(3))
    for number in range(desk.ROUNDS):
        with app.app_context():
            lead, colleague = somebody(), somebody(COLLEAGUE)
            first = alike.seen(found(one), lead, found(two))
            second = alike.seen(found(three), colleague, found(one))
        told = at_once(app, joining(one, two, LEAD, first), joining(three, one, COLLEAGUE, second))
        assert sorted(type(error).__name__ for error in told) == ["NoneType", "Overtaken"], (number, told)
        members = group(app, one)
        assert members is not None
        assert members.submissions == 2
        with app.app_context(), transaction():
            person = somebody()
            alike.dissolve(found(one), person, as_seen=alike.seen(found(one), person))


def test_grouping_never_brings_back_what_is_withdrawn_meanwhile(app: Flask) -> None:
    one = give(app, what_happened=LETTER)
    for _number in range(desk.ROUNDS):
        other = give(app, what_happened=LETTER)
        with app.app_context():
            mark = alike.seen(found(one), somebody(), found(other))
        told = at_once(app, joining(one, other, LEAD, mark), partial(desk.withdraw, app, other))
        assert told[1] is None
        assert told[0] is None or isinstance(told[0], reading.Unreadable | Overtaken)
        assert group(app, one) is None
        with app.app_context():
            assert session().get(LikenessMember, found(other).id) is None


# The page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_for_axe_to_find(app: Flask, lead: FlaskClient, browser: Browser, language: str) -> None:
    one, two = give(app, what_happened=LETTER), give(app, what_happened=OTHER_LETTER)
    give(app, language="ar", what_happened=ARABIC)
    give(app, what_happened=LETTER + " And do it now, please, before another winter comes.")
    together(app, one, two)

    def serve(route: Route) -> None:
        with lead.get(route.request.url.removeprefix("http://localhost")) as answered:
            route.fulfill(status=answered.status_code, headers=dict(answered.headers), body=answered.get_data())

    shown = browser.new_page(viewport={"width": 360, "height": 800})
    shown.route("**/*", serve)
    for tail in ("", "alike/"):
        shown.goto("http://localhost" + url(one, tail, language))
        assert not shown.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert [violation["id"] for violation in Axe().run(shown).response["violations"]] == []
    shown.close()
