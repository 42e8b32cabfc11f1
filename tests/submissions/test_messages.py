"""Messages both ways: the contributor writes of their own accord, and the desk answers without a decision."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.foundation.database import session, transaction
from intake.foundation.post import OutgoingMail
from intake.submissions import services
from intake.submissions.models import Message
from intake.submissions.views.receipt import writings
from intake.submissions.vocabulary import State
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.moderation import desk

DOOR, MINE = "/en/receipt/", "/en/receipt/submission/"
WORDS = "One more thing: it was reopened in May."


@pytest.fixture
def reference(app: Flask) -> str:
    desk.set_up(app)
    return desk.give(app, token=builders.TOKEN, email="amal@example.org", follow_up=True)


@pytest.fixture
def contributor(app: Flask, reference: str) -> FlaskClient:  # noqa: ARG001  # there is something to come back to
    visitor = app.test_client()
    assert post_form(visitor, DOOR, {"code": builders.CODE}, having="code").status_code == 302
    return visitor


def write(contributor: FlaskClient, words: str = WORDS) -> None:
    assert post_form(contributor, MINE, {"answer": words}, having="answer").status_code == 302


def listed(lead: FlaskClient, flag: str = "") -> list[str]:
    response = lead.get(f"{desk.QUEUE}{'?flag=' + flag if flag else ''}")
    return [str(row) for row in page(response).xpath("//ol[@class='queue']/li/a/bdi/text()")]


def test_a_message_waits_on_the_desk_until_somebody_has_read_it(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    lead = desk.signed_in(app)
    assert listed(lead, "message") == []
    write(contributor)
    assert listed(lead, "message") == [reference]
    assert "New message" in page(lead.get(desk.QUEUE)).text_content()
    url = f"/en/staff/submissions/{reference}/"
    shown = lead.get(url)
    assert WORDS in page(shown).text_content()
    assert send(lead, url, form_on(shown, action="/seen/")).status_code == 303
    assert listed(lead, "message") == []
    with app.app_context():
        assert desk.found(reference).state == State.SUBMITTED


def test_who_writes_very_much_waits_and_keeps_the_words(app: Flask, reference: str, contributor: FlaskClient) -> None:
    with app.app_context():
        while writings.take(reference):
            pass
    refused = post_form(contributor, MINE, {"answer": WORDS}, having="answer")
    assert refused.status_code == 429
    assert form_on(refused, having="answer").fields["answer"].strip() == WORDS
    with app.app_context():
        assert desk.found(reference).messages == []


def test_also_what_is_decided_may_be_written_about(app: Flask, reference: str, contributor: FlaskClient) -> None:
    with app.app_context(), transaction():
        about = desk.found(reference)
        about.accepted_revision = 1
        about.state = State.ACCEPTED
    write(contributor)
    lead = desk.signed_in(app)
    assert listed(lead) == []
    assert listed(lead, "message") == [reference]


def test_the_desk_answers_without_deciding_and_mail_says_only_that_there_is_news(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    write(contributor)
    lead, url = desk.signed_in(app), f"/en/staff/submissions/{reference}/"
    form = form_on(lead.get(url), action="/tell/")
    assert send(lead, url, form, {"words": "Thank you, noted.", "language": "en"}).status_code == 303
    assert listed(lead, "message") == []
    assert "Thank you, noted." in page(contributor.get(MINE)).text_content()
    with app.app_context():
        mail = session().scalars(sa.select(OutgoingMail)).one()
        assert mail.about == reference
        assert desk.found(reference).state == State.SUBMITTED


def test_an_empty_message_is_asked_for_and_a_withdrawn_one_takes_none(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    empty = post_form(contributor, MINE, {"answer": "  "}, having="answer")
    assert empty.status_code == 422
    form = form_on(contributor.get(MINE), having="answer")
    with app.app_context(), transaction():
        services.withdraw(desk.found(reference))
    kept = send(contributor, MINE, form, {"answer": WORDS})
    assert kept.status_code == 422
    assert WORDS in page(kept).text_content()


def test_a_message_gets_the_advice_of_the_form_and_is_never_held_back(app: Flask, contributor: FlaskClient) -> None:
    def sent_so_far() -> int:
        with app.app_context():
            return session().scalar(sa.select(sa.func.count()).select_from(Message)) or 0

    words = "Call me on +216 20 123 456, at night."
    advised = post_form(contributor, MINE, {"answer": words}, having="answer")
    assert (advised.status_code, sent_so_far()) == (200, 0)
    assert page(advised).xpath("//mark/text()") == ["+216 20 123 456"]
    assert "A telephone number" in page(advised).cssselect(".found")[0].text_content()
    form = form_on(advised, having="answer")
    assert form.fields["answer"].strip() == words
    another = send(contributor, MINE, form, {"answer": f"{words} Or write to amal@example.org."})
    assert len(page(another).xpath("//mark")) == 2, "what was not advised on yet"
    assert sent_so_far() == 0
    assert send(contributor, MINE, form_on(another, having="answer"), {"answer": "At night."}).status_code == 302
    assert send(contributor, MINE, form).status_code == 302, "it is only advice"
    assert sent_so_far() == 2


def test_nobody_of_another_group_is_told(app: Flask, reference: str, contributor: FlaskClient) -> None:
    write(contributor)
    assert reference not in listed(desk.signed_in(app, desk.OTHER), "message")
    assert "New message" not in page(desk.signed_in(app, desk.OTHER).get(desk.QUEUE)).xpath("string(//main/p)")


@pytest.mark.parametrize(
    ("flag", "words", "told"),
    [
        ("danger", "Possible danger", {"danger_now": "yes"}),
        ("child", "Child without a guardian’s agreement", {"about_child": "yes", "guardian": "alone"}),
    ],
)
def test_danger_is_offered_first_and_so_is_a_child_alone(
    app: Flask, reference: str, flag: str, words: str, told: dict[str, str]
) -> None:
    lead = desk.signed_in(app)
    assert "read this first" not in page(lead.get(desk.QUEUE)).text_content()
    other = desk.give(app, **told)
    queue = page(lead.get(desk.QUEUE))
    assert [one.text_content() for one in queue.cssselect(".first")] == [f"{words} Please read this first."]
    assert [one.text_content() for one in queue.cssselect(".queue .tag.danger")] == [words]
    assert listed(lead, flag) == [other]
    assert listed(lead) == [reference, other]


def test_what_is_sent_again_because_the_answer_was_lost_is_kept_once(app: Flask, contributor: FlaskClient) -> None:
    form = form_on(contributor.get(MINE), having="answer")
    for _time in range(2):
        assert send(contributor, MINE, form, {"answer": WORDS}).status_code == 302
    with app.app_context():
        assert len(session().scalars(sa.select(Message)).all()) == 1
    write(contributor)
    with app.app_context():
        assert len(session().scalars(sa.select(Message)).all()) == 2, "who writes it on a new page means it"


def test_an_answer_sent_again_is_no_message_of_its_own(app: Flask, reference: str, contributor: FlaskClient) -> None:
    desk.ask(desk.signed_in(app), reference, "When was that?")
    form = form_on(contributor.get(MINE), having="answer")
    for _time in range(2):
        assert send(contributor, MINE, form, {"answer": "In May."}).status_code == 302
    with app.app_context():
        found = desk.found(reference)
        assert [one.from_contributor for one in found.messages] == [False, True]
        assert found.state == State.IN_REVIEW
        assert not found.message_waiting
