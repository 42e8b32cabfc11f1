"""A form for what left the desk while it was filled in: nothing typed is lost, and nothing is told to anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.moderation import coding, conflicts, redaction
from intake.moderation import services as desk_services
from intake.moderation.coding import Axis
from intake.moderation.redacted import Category
from intake.moderation.redaction import Wish
from intake.moderation.spans import Span
from intake.programme.models import WorkingGroup
from intake.submissions import services as submissions
from tests import builders
from tests.forms import fields, form_on, page, send
from tests.installation import browser_of
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, OTHER, columns, found, give, signed_in, somebody, text, url

TOLD = "They crossed zqriver at night, and nobody came."
PAGES = ("", "question/", "protect/", "excerpts/", "excerpts/1/", "translation/fr/write/", "alike/")
GUARD = "guard@example.org"
HANDED_ON = "in the hands of people who are trained to protect"


def told(app: Flask) -> str:
    """A testimony with everything on it that has a form: somebody else is on nothing of it."""
    reference = give(app, what_happened=TOLD)
    with app.app_context(), transaction():
        about, lead = found(reference), somebody()
        codes = {Axis.THEME: ["gender"], Axis.KIND: ["challenge"]}
        coding.add(about, lead, Span(1, "what_happened", 0, 4), codes, memo="")
        wish = Wish(Span(1, "what_happened", 5, 12), Category.NAME, "name", "")
        redaction.hide(about, lead, [wish], seen=redaction.seen_as(about))
    return reference


def trained(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        third = session().scalars(sa.select(WorkingGroup).where(WorkingGroup.code == "WG3")).one()
        identity = builders.person(GUARD, (Role.SAFEGUARDING, third)).id
    return browser_of(app, identity)


def hand_on(app: Flask, reference: str) -> None:
    with app.app_context(), transaction():
        version = found(reference).version
        desk_services.decide(
            found(reference), "safeguard", somebody(COLLEAGUE), version=version, words="Their zqworry."
        )


def forms(client: FlaskClient, reference: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Every form about a submission that takes words: where it goes, what it holds, its fields for words."""
    for tail in PAGES:
        shown = client.get(url(reference, tail))
        assert shown.status_code == 200, (tail, shown.status)
        for form in page(shown).forms:
            action = form.get("action") or url(reference, tail)
            words = form.xpath(".//textarea/@name | .//input[@type='text' or not(@type)]/@name")
            if (form.method or "GET").upper() == "POST" and reference in action and words:
                yield action, fields(form), words


def test_whatever_was_typed_into_any_form_comes_back(app: Flask, lead: FlaskClient) -> None:
    trained(app)
    reference = told(app)
    every = list(forms(lead, reference))
    hand_on(app, reference)
    seen = set()
    for action, filled, words in every:
        typed = {name: f"Typed into {name}." for name in words}
        answer = lead.post(action, data={**filled, **typed})
        assert answer.status_code == 409, action
        shown = text(answer)
        assert [name for name, said in typed.items() if said not in shown] == [], action
        assert HANDED_ON in shown
        assert "zqriver" not in shown
        assert "zqworry" not in shown
        seen.add(action.partition("?")[0].rstrip("/").rpartition("/")[2])
    assert seen >= {"decline", "safeguard", "question", "protect", "add", "1", "write"}
    assert columns(app, reference, "state") == ("safeguarding",)
    assert lead.get(url(reference)).status_code == 404, "asked for, it is as if it were not there"


def test_acts_without_words_are_told_too(app: Flask, lead: FlaskClient) -> None:
    trained(app)
    reference = give(app)
    shown = lead.get(url(reference))
    every = [form_on(shown, action=tail) for tail in ("/claim/", "/decide/accept/", "/code/")]
    hand_on(app, reference)
    for form in every:
        answer = send(lead, url(reference), form)
        assert (answer.status_code, HANDED_ON in text(answer)) == (409, True)


def test_a_page_that_was_open_for_too_long_loses_nothing_either(app: Flask, lead: FlaskClient) -> None:
    trained(app)
    reference = give(app)
    form = form_on(lead.get(url(reference)), action="/decide/decline/")
    hand_on(app, reference)
    answer = send(lead, url(reference), form, {"words": "Not about migration.", "csrf_token": "old"},
                  headers={"Sec-Fetch-Site": "same-origin"})  # fmt: skip
    assert answer.status_code == 409
    assert "Not about migration." in text(answer)


def test_who_takes_care_of_it_too_is_led_there(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    form = form_on(lead.get(url(reference)), action="/decide/decline/")
    hand_on(app, reference)
    answer = send(lead, url(reference), form, {"words": "Not about migration."})
    assert answer.status_code == 409
    assert f"/en/staff/care/{reference}/" in {one.get("href") for one in page(answer).iter("a")}


def test_who_never_had_it_is_told_nothing(app: Flask, lead: FlaskClient) -> None:
    trained(app)
    reference = give(app)
    data = {**fields(form_on(lead.get(url(reference)), action="/decide/decline/")), "words": "Not about migration."}
    decline, nowhere = url(reference, "decide/decline/"), url("WG3-2020-06-09/T-999", "decide/decline/")
    outside = signed_in(app, OTHER)
    hand_on(app, reference)
    token = page(outside.get(desk.QUEUE)).xpath("//input[@name='csrf_token']/@value")[0]
    missing = outside.post(nowhere, data={**data, "csrf_token": token})
    answer = outside.post(decline, data={**data, "csrf_token": token})
    assert (answer.status_code, text(answer)) == (404, text(missing))
    with app.app_context(), transaction():
        own = conflicts.With(submission=found(reference))
        conflicts.declare(somebody(LEAD), somebody(COLLEAGUE), own, "Their own story.")
    answer = lead.post(decline, data=data)
    assert (answer.status_code, text(answer)) == (404, text(missing)), "whoever keeps apart from it knows nothing of it"
    assert lead.post(nowhere, data=data).status_code == 404


def test_what_came_with_danger_was_never_on_the_desk(app: Flask, lead: FlaskClient) -> None:
    guard = trained(app)
    reference, other = give(app, danger_now="yes"), give(app)
    data = fields(form_on(lead.get(url(other)), action="/decide/accept/"))
    assert lead.post(url(reference, "decide/accept/"), data=data).status_code == 404
    form = form_on(guard.get(f"/en/staff/care/{reference}/"), action="/return/")
    assert send(guard, "/", form, {"words": "They are safe now."}).status_code == 303
    hand_on(app, reference)
    answer = lead.post(url(reference, "decide/accept/"), data=data)
    assert (answer.status_code, HANDED_ON in text(answer)) == (409, True), "it stood there meanwhile"


def test_who_took_care_of_it_gets_their_words_back(app: Flask) -> None:
    guard = trained(app)
    reference = give(app, danger_now="yes", what_happened=TOLD)
    there, asking = f"/en/staff/care/{reference}/", url(reference, "question/")
    writing = form_on(guard.get(there), action="/write/")
    question = form_on(guard.get(asking), having="words")
    with app.app_context(), transaction():
        version = found(reference).version
        desk_services.decide(found(reference), "return", somebody(GUARD), version=version, words="Safe.")
    for address, form in ((there, writing), (asking, question)):
        answer = send(guard, address, form, {"words": "They rang on Monday."})
        assert answer.status_code == 409
        assert "They rang on Monday." in text(answer)
        assert "This is not on your desk any more." in text(answer)
        assert "zqriver" not in text(answer)
    assert guard.get(there).status_code == 404


def test_flagged_at_the_same_moment(app: Flask) -> None:
    trained(app)
    for _round in range(desk.ROUNDS):
        reference, start = give(app), Barrier(2)

        def decide(email: str, verb: str, words: str, reference: str = reference, start: Barrier = start) -> Any:
            client = signed_in(app, email)
            form = form_on(client.get(url(reference)), action=f"/decide/{verb}/")
            start.wait()
            return send(client, url(reference), form, {"words": words})

        with ThreadPoolExecutor(2) as pool:
            declined = pool.submit(decide, LEAD, "decline", "Not about migration.")
            pool.submit(decide, COLLEAGUE, "safeguard", "I am worried.").result()
            answer = declined.result()
        state = columns(app, reference, "state")[0]
        assert (answer.status_code, state) in {(303, "declined"), (409, "safeguarding")}
        if state == "safeguarding":
            assert "Not about migration." in html.document_fromstring(answer.get_data(as_text=True)).text_content()


# Withdrawn meanwhile

WITHDRAWN = "its contributor has withdrawn it"


def test_what_was_typed_about_one_that_is_withdrawn_comes_back(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    every = list(forms(lead, reference))
    without_words = [form_on(lead.get(url(reference)), action=tail) for tail in ("/claim/", "/decide/accept/")]
    desk.withdraw(app, reference)
    for action, filled, words in every:
        typed = {name: f"Typed into {name}." for name in words}
        answer = lead.post(action, data={**filled, **typed})
        assert answer.status_code == 409, action
        shown = text(answer)
        assert [name for name, said in typed.items() if said not in shown] == [], action
        assert WITHDRAWN in shown
        assert "zqriver" not in shown
    for form in without_words:
        answer = send(lead, url(reference), form)
        assert (answer.status_code, WITHDRAWN in text(answer)) == (409, True)
    assert columns(app, reference, "state") == ("withdrawn",)
    assert lead.get(url(reference)).status_code == 404, "asked for, it is as if it were not there"


def test_that_it_is_withdrawn_is_told_to_nobody_else_and_not_for_ever(app: Flask, lead: FlaskClient) -> None:
    reference, own, apart = give(app), give(app, organisation="ACT Alliance"), give(app)
    data = {**fields(form_on(lead.get(url(reference)), action="/decide/decline/")), "words": "Not about migration."}
    outside = signed_in(app, OTHER)
    token = page(outside.get(desk.QUEUE)).xpath("//input[@name='csrf_token']/@value")[0]
    with app.app_context(), transaction():
        conflicts.declare(somebody(LEAD), somebody(COLLEAGUE), conflicts.With(submission=found(apart)), "A friend.")
    for one in (reference, own, apart):
        desk.withdraw(app, one)
    missing = lead.post(url("WG3-2020-06-09/T-999", "decide/decline/"), data=data)
    foreign = outside.post(url(reference, "decide/decline/"), data={**data, "csrf_token": token})
    assert (foreign.status_code, text(foreign)) == (404, text(missing))
    for one in (own, apart):
        answer = lead.post(url(one, "decide/decline/"), data=data)
        assert (answer.status_code, text(answer)) == (404, text(missing))
    assert lead.post(url(reference, "decide/decline/"), data=data).status_code == 409
    desk.change(app, reference, erase_after=clock.now())
    with app.app_context(), transaction():
        assert submissions.erase_due() == 1
    assert lead.post(url(reference, "decide/decline/"), data=data).status_code == 404


def test_what_was_withdrawn_on_the_safeguarding_desk_is_told_there_only(app: Flask, lead: FlaskClient) -> None:
    guard = trained(app)
    reference, other = give(app, danger_now="yes", what_happened=TOLD), give(app)
    data = fields(form_on(lead.get(url(other)), action="/decide/accept/"))
    there = f"/en/staff/care/{reference}/"
    writing = form_on(guard.get(there), action="/write/")
    desk.withdraw(app, reference)
    answer = send(guard, there, writing, {"words": "They rang on Monday."})
    assert answer.status_code == 409
    assert "They rang on Monday." in text(answer)
    assert WITHDRAWN in text(answer)
    assert "zqriver" not in text(answer)
    assert lead.post(url(reference, "decide/accept/"), data=data).status_code == 404, "it was never on the queue"
