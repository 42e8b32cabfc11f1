"""A question is written, held, read and only then sent; what became of it meanwhile is told, and no word is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.foundation import clock, post
from intake.foundation.database import engine, forget_journal, session, transaction
from intake.foundation.identifiers import grouped
from intake.foundation.multilingual import Multilingual
from intake.foundation.post import OutgoingMail
from intake.moderation import outbox, question_templates, redaction
from intake.moderation.models import HeldQuestion, QuestionTemplate
from intake.moderation.outbox import NeedsAnother, Stale
from intake.moderation.redacted import Category
from intake.moderation.spans import Span
from intake.submissions import services
from intake.submissions.models import Submission
from intake.submissions.sealing import open_message
from intake.submissions.workflow import IllegalMove, Overtaken
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.moderation import desk
from tests.moderation.desk import (
    COLLEAGUE,
    LEAD,
    OTHER,
    QUEUE,
    acts,
    ask,
    columns,
    decide,
    found,
    give,
    held,
    hold,
    let_go,
    signed_in,
    somebody,
    text,
    url,
)  # fmt: skip
from tests.moderation.test_races import at_once, winners
from tests.provision.smtp import SMTPServer

OUTBOX = "/en/staff/outbox/"
WORDS = "When did the border close for you?"


def messages(app: Flask, reference: str) -> list[str]:
    with app.app_context():
        submission = found(reference)
        return [open_message(submission, one) for one in submission.messages]


def mails(app: Flask) -> list[OutgoingMail]:
    with app.app_context():
        return list(session().scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id)))


def question_of(app: Flask, reference: str) -> HeldQuestion:
    with app.app_context():
        sought = sa.select(HeldQuestion).where(HeldQuestion.submission_id == found(reference).id)
        return session().scalars(sought.order_by(HeldQuestion.number.desc()).limit(1)).one()


def days_pass(app: Flask, monkeypatch: pytest.MonkeyPatch, days: float) -> None:  # noqa: ARG001
    moment = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: moment)


def counts(response: TestResponse) -> list[str]:
    return [one.text_content().strip() for one in page(response).cssselect(".tiles b")]


# Written, read, sent


def test_nothing_leaves_before_somebody_has_read_it(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, follow_up=True, email="yusra@example.org")
    shown = lead.get(hold(lead, reference, WORDS).headers["Location"])
    assert (messages(app, reference), mails(app), columns(app, reference, "state")) == ([], [], ("submitted",))
    assert "Nothing has left yet" in shown.get_data(as_text=True)
    assert WORDS in text(shown)
    assert let_go(lead, reference).headers["Location"] == OUTBOX
    assert messages(app, reference) == [WORDS]
    assert [one.about for one in mails(app)] == [reference]
    state, asked_at = columns(app, reference, "state", "asked_at")
    assert (state, asked_at is not None) == ("question_asked", True)
    assert [one[0] for one in acts(app, reference)][-2:] == ["question.hold", "submission.ask"]


def test_it_cannot_be_asked_past_the_outbox(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    form = form_on(lead.get(url(reference)), action="/decide/decline/")
    form.set("action", url(reference, "decide/ask/"))
    assert send(lead, url(reference), form, {"words": WORDS}).status_code == 404
    assert messages(app, reference) == []


def test_held_words_are_sealed_and_gone_once_sent(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, "Was it the harbour of Zarzis?")
    with app.app_context(), engine().connect() as connection:
        rows = list(connection.execute(sa.text("SELECT * FROM held_question")))
        assert "Zarzis" not in repr(rows)
        assert b"Zarzis" not in bytes(rows[0].body)
    let_go(lead, reference)
    assert question_of(app, reference).body is None


def test_it_is_read_as_the_contributor_will_see_it(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, language="ar")
    hold(lead, reference, "متى حدث ذلك؟", language="ar")
    shown = page(lead.get(url(reference, "question/read/")))
    (card,) = shown.cssselect(".card")
    assert (card.get("lang"), card.get("dir")) == ("ar", "rtl")
    assert "الفريق العامل" in card.text_content()
    (words,) = card.cssselect(".words")
    assert (words.get("lang"), words.get("dir"), words.text_content().strip()) == ("ar", "rtl", "متى حدث ذلك؟")


def test_another_language_than_theirs_is_pointed_out(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, language="ar")
    assert form_on(lead.get(url(reference, "question/")), having="words").fields["language"] == "ar"
    hold(lead, reference, WORDS, language="en")
    assert "wrote in another language than this question" in text(lead.get(url(reference, "question/read/")))


def test_words_that_cannot_be_kept_come_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    code = grouped(builders.CODE)
    for typed in ("", "x" * 3001, "bell \x07", f"Is {code} yours?", f"Is {code.lower().replace('-', ' ')} yours?"):
        refused = hold(lead, reference, typed)
        assert refused.status_code == 422, typed
        (field,) = page(refused).cssselect("#words")
        assert (field.text or "").strip() == typed.replace("\x07", "").strip()
        assert page(refused).cssselect("#words-error")
    with app.app_context():
        assert session().scalars(sa.select(HeldQuestion)).all() == []


def test_what_could_show_who_somebody_is_is_marked(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="My cousin Marwa Ben Salah crossed at Ras Ajdir.")
    with app.app_context(), transaction():
        text_there = "My cousin Marwa Ben Salah crossed at Ras Ajdir."
        start = text_there.index("Marwa")
        span = Span(1, "what_happened", start, start + len("Marwa Ben Salah"))
        submission = found(reference)
        wish = redaction.Wish(span, Category.NAME, "name", "")
        redaction.hide(submission, somebody(), [wish], seen=redaction.seen_as(submission))
    hold(lead, reference, "When did MARWA BEN SALAH leave? Write to desk@example.org, please.")
    shown = page(lead.get(url(reference, "question/read/")))
    told = [one.text_content() for one in shown.cssselect(".notice.warn li")]
    assert any("hidden from others" in one and "MARWA BEN SALAH" in one for one in told)
    assert any("e-mail" in one and "desk@example.org" in one for one in told)
    hold(lead, reference, "When did she leave?")
    assert not page(lead.get(url(reference, "question/read/"))).cssselect(".notice.warn")


def test_contacts_cannot_be_guessed_by_asking(app: Flask, lead: FlaskClient) -> None:
    """A finding for a word that only the sealed contacts hold would tell who the contributor is."""
    reference, other = give(app, contributor_name="Quillona", organisation="Vervaine"), give(app)
    read = []
    for one in (reference, other):
        hold(lead, one, "Are you Quillona of Vervaine?")
        read.append(page(lead.get(url(one, "question/read/"))).cssselect(".notice.warn"))
    assert [len(one) for one in read] == [0, 0]


def test_the_writer_gives_the_submission_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    desk.act(lead, reference, "claim/")
    hold(lead, reference, WORDS)
    assert columns(app, reference, "claimed_by_id") == (None,)
    assert let_go(signed_in(app, COLLEAGUE), reference).status_code == 303


def test_whoever_is_on_it_is_not_asked_past(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    colleague = signed_in(app, COLLEAGUE)
    seen = form_on(lead.get(url(reference, "question/")), having="words")
    desk.act(colleague, reference, "claim/")
    refused = send(lead, url(reference, "question/"), seen, {"words": WORDS})
    assert refused.status_code == 409
    assert "Colleague is on it" in text(refused)
    assert WORDS in page(refused).cssselect("#words")[0].text
    hold(colleague, reference, WORDS)
    desk.act(colleague, reference, "claim/")
    assert let_go(lead, reference).status_code == 409
    assert messages(app, reference) == []


def test_where_a_second_reader_is_required_the_writer_cannot_send(app: Flask, lead: FlaskClient) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], second_reader_required=True)
    reference = give(app)
    hold(lead, reference, WORDS)
    shown = lead.get(url(reference, "question/read/"))
    assert "Somebody else has to read it" in text(shown)
    assert not [one for one in page(shown).forms if "send" in (one.get("action") or "")]
    with app.app_context(), pytest.raises(NeedsAnother), transaction():
        outbox.send(found(reference), somebody(), seen="1.1", version=1)
    assert messages(app, reference) == []
    assert let_go(signed_in(app, COLLEAGUE), reference).status_code == 303
    assert messages(app, reference) == [WORDS]


# What happens meanwhile


def test_what_was_decided_meanwhile_keeps_the_question_back(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    seen = form_on(lead.get(url(reference, "question/read/")), action="/question/send/")
    decide(signed_in(app, COLLEAGUE), reference, "accept")
    refused = send(lead, url(reference, "question/read/"), seen)
    assert refused.status_code == 409
    assert "cannot leave any more" in text(refused)
    assert WORDS in text(refused)
    assert messages(app, reference) == []
    assert "was not sent" in text(lead.get(url(reference)))
    shown = lead.get(OUTBOX)
    assert "Cannot leave any more" in text(shown)
    assert WORDS in text(shown)
    form = form_on(lead.get(url(reference, "question/read/")), action="/question/discard/")
    assert send(lead, url(reference, "question/read/"), form).status_code == 303
    assert "Cannot leave any more" not in text(lead.get(OUTBOX))


def test_what_was_withdrawn_meanwhile_is_told_to_the_writer_alone(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    desk.withdraw(app, reference)
    assert let_go_address(lead, reference) == 404
    shown = lead.get(OUTBOX)
    assert "1 question of yours was not sent" in text(shown)
    assert reference not in shown.get_data(as_text=True)
    assert WORDS not in shown.get_data(as_text=True)
    assert counts(shown) == ["0", "0", "0"]
    assert "was not sent" not in text(signed_in(app, COLLEAGUE).get(OUTBOX))
    send(lead, OUTBOX, form_on(shown, action="/outbox/gone/"))
    assert "was not sent" not in text(lead.get(OUTBOX))


def let_go_address(client: FlaskClient, reference: str) -> int:
    return client.get(url(reference, "question/read/")).status_code


def test_what_the_contributor_changed_meanwhile_has_to_be_looked_at(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    seen = form_on(lead.get(url(reference, "question/read/")), action="/question/send/")
    with app.app_context(), transaction():
        answers = {**builders.TESTIMONY, "what_happened": "They closed the border in March."}
        submission = found(reference)
        filled = services.Filled(
            "testimony", "en", answers, services.Consent(services.Tier(2), follow_up=False, publication=True)
        )
        services.amend(submission, filled, seen=1)
    refused = send(lead, url(reference, "question/read/"), seen)
    assert refused.status_code == 409
    assert "The contributor changed the text after this was written" in text(refused)
    assert messages(app, reference) == []
    assert send(lead, url(reference, "question/read/"), form_on(refused, action="/question/send/")).status_code == 303
    assert messages(app, reference) == [WORDS]


def test_a_change_against_a_change_shows_both(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    seen = form_on(lead.get(url(reference, "question/")), having="words")
    assert hold(signed_in(app, COLLEAGUE), reference, "In which month was it?").status_code == 303
    stale = send(lead, url(reference, "question/"), seen, {"words": "On which day was it?"})
    assert stale.status_code == 409
    assert "In which month was it?" in text(stale)
    assert page(stale).cssselect("#words")[0].text.strip() == "On which day was it?"
    assert send(lead, url(reference, "question/"), form_on(stale, having="words")).status_code == 303
    let_go(lead, reference)
    assert messages(app, reference) == ["On which day was it?"]


def test_a_change_of_what_was_sent_meanwhile_keeps_its_words(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    seen = form_on(lead.get(url(reference, "question/")), having="words")
    assert let_go(signed_in(app, COLLEAGUE), reference).status_code == 303
    stale = send(lead, url(reference, "question/"), seen, {"words": "On which day was it?"})
    assert stale.status_code == 409
    assert page(stale).cssselect("#words")[0].text.strip() == "On which day was it?"
    assert messages(app, reference) == [WORDS]


def test_sending_what_was_changed_meanwhile_shows_both(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    seen = form_on(lead.get(url(reference, "question/read/")), action="/question/send/")
    hold(signed_in(app, COLLEAGUE), reference, "In which month was it?")
    stale = send(lead, url(reference, "question/read/"), seen)
    assert stale.status_code == 409
    assert WORDS in text(stale)
    assert "In which month was it?" in text(stale)
    assert messages(app, reference) == []
    assert send(lead, url(reference, "question/read/"), form_on(stale, action="/question/send/")).status_code == 303
    assert messages(app, reference) == ["In which month was it?"]


def test_sending_what_was_sent_meanwhile_says_so(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, follow_up=True, email="yusra@example.org")
    hold(lead, reference, WORDS)
    seen = form_on(lead.get(url(reference, "question/read/")), action="/question/send/")
    let_go(signed_in(app, COLLEAGUE), reference)
    stale = send(lead, url(reference, "question/read/"), seen)
    assert stale.status_code == 409
    assert "What you had read" in text(stale)
    assert messages(app, reference) == [WORDS]
    assert len(mails(app)) == 1


def test_what_was_discarded_is_offered_to_whoever_asks_next(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    form = form_on(lead.get(url(reference, "question/read/")), action="/question/discard/")
    assert send(lead, url(reference, "question/read/"), form).status_code == 303
    assert lead.get(OUTBOX).get_data(as_text=True).count(reference) == 0
    colleague = signed_in(app, COLLEAGUE)
    form = form_on(colleague.get(url(reference, "question/")), having="words")
    used = send(colleague, url(reference, "question/"), form, {"words": "Thank you.", "use": "discarded"})
    assert page(used).cssselect("#words")[0].text.strip().split() == ["Thank", "you.", *WORDS.split()]


@pytest.mark.parametrize("what", ["send", "change", "discard"])
def test_of_two_at_once_one_wins(app: Flask, what: str) -> None:
    """Against a colleague who sends: exactly one message leaves, with the words that were read."""

    def sending(email: str) -> Any:
        return lambda submission: outbox.send(submission, somebody(email), seen="1.1", version=1)

    def against(submission: Submission) -> None:
        if what == "send":
            outbox.send(submission, somebody(), seen="1.1", version=1)
        elif what == "change":
            outbox.hold_question(submission, somebody(), seen="1.1", words="Or later?", language="en")
        else:
            outbox.discard(submission, somebody(), seen="1.1")

    for _round in range(desk.ROUNDS):
        reference = give(app, follow_up=True, email="yusra@example.org")
        with app.app_context(), transaction():
            outbox.hold_question(found(reference), somebody(), seen="", words=WORDS, language="en")
        outcomes = at_once(app, reference, sending(COLLEAGUE), against)
        assert winners(outcomes) == 1, outcomes
        lost = next(one for one in outcomes if isinstance(one, Exception))
        assert isinstance(lost, Stale | Overtaken | IllegalMove)
        is_sent = what == "send" or not isinstance(outcomes[0], Exception)
        assert messages(app, reference) == ([WORDS] if is_sent else [])
        assert len([one for one in mails(app) if one.about == reference]) == is_sent
        assert [one[0] for one in acts(app, reference)].count("submission.ask") == is_sent
        with app.app_context():
            kept = question_of(app, reference)
            assert (kept.state, kept.body is None) == (
                ("sent", True) if is_sent else ("held", False) if what == "change" else ("discarded", False)
            )


def test_sending_against_a_withdrawal_leaves_no_mail(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app, follow_up=True, email="yusra@example.org")
        with app.app_context(), transaction():
            outbox.hold_question(found(reference), somebody(), seen="", words=WORDS, language="en")
        at_once(
            app, reference,
            lambda submission: outbox.send(submission, somebody(COLLEAGUE), seen="1.1", version=1), services.withdraw,
        )  # fmt: skip
        assert columns(app, reference, "state") == ("withdrawn",)
        assert [one for one in mails(app) if one.about == reference] == []


def test_two_who_write_at_once_hold_one(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)

        def writing(email: str, words: str) -> Any:
            return lambda submission: outbox.hold_question(
                submission, somebody(email), seen="", words=words, language="en"
            )

        outcomes = at_once(app, reference, writing(LEAD, "First?"), writing(COLLEAGUE, "Second?"))
        assert winners(outcomes) == 1
        with app.app_context():
            kept = outbox.held_for(found(reference), somebody())
            assert kept is not None
            assert kept.words.text == ("First?" if outcomes[0] is None else "Second?")


# The outbox, and how questions age


def test_the_outbox_counts_and_dates_what_is_in_it(
    app: Flask, lead: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, late, waits = give(app), give(app, desk.WG3_LATER), give(app)
    ask(lead, late, "Long ago?")
    days_pass(app, monkeypatch, 12)
    lead = signed_in(app)
    ask(lead, asked, "Lately?")
    hold(lead, waits, WORDS)
    days_pass(app, monkeypatch, 12)
    lead = signed_in(app)
    shown = lead.get(OUTBOX)
    assert counts(shown) == ["1", "2", "1"]
    rows = [" ".join(row.text_content().split()) for row in page(shown).cssselect(".queue > li")]
    assert rows[0].startswith(f"{waits} waits for 12 days {WORDS} Written by: Lead")
    assert rows[1].startswith(f"{late} no answer for 24 days Long ago? Sent by: Lead")
    assert rows[2].startswith(f"{asked} asked 12 days ago Lately? Sent by: Lead")


def test_the_queue_shows_the_age_of_a_question_and_filters_by_it(
    app: Flask, lead: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, fresh, waits = give(app), give(app), give(app)
    ask(lead, late, "Long ago?")
    days_pass(app, monkeypatch, 21)
    lead = signed_in(app)
    ask(lead, fresh, "Lately?")
    hold(lead, waits, WORDS)
    shown = lead.get(f"{QUEUE}?due=answer")
    assert desk.listed(shown) == [late]
    assert "no answer for 21 days" in text(shown)
    tabs = " ".join(page(shown).cssselect(".tabs")[0].text_content().split())
    assert "Unanswered 1" in tabs
    everything = text(lead.get(QUEUE))
    assert "asked today" in everything
    assert "Question in the outbox" in everything
    assert "1 question waits in the outbox" in everything
    assert "no answer for 21 days" in text(lead.get(url(late)))
    # A change of consent is no answer: the question does not grow younger by it.
    with app.app_context(), transaction():
        services.change_consent(
            found(late), services.Consent(services.Tier(1), follow_up=False, publication=False), "en"
        )
    assert desk.listed(lead.get(f"{QUEUE}?due=answer")) == [late]
    with app.app_context(), transaction():
        services.answer(found(late), "In April.", "en")
    assert desk.listed(lead.get(f"{QUEUE}?due=answer")) == []
    assert columns(app, late, "asked_at") == (None,)


def test_nobody_sees_what_is_not_theirs(app: Flask, lead: FlaskClient) -> None:
    elsewhere, own = give(app, desk.WG6), give(app, organisation="ACT Alliance")
    before = text(lead.get(OUTBOX)), text(lead.get(QUEUE))
    hold(signed_in(app, OTHER), elsewhere, "Canarius?")
    colleague = signed_in(app, COLLEAGUE)
    hold(colleague, own, "Canarius?")
    assert (text(lead.get(OUTBOX)), text(lead.get(QUEUE))) == before
    let_go(colleague, own)
    assert (text(lead.get(OUTBOX)), counts(lead.get(OUTBOX))) == (before[0], ["0", "0", "0"])
    for tail in ("question/", "question/read/"):
        for reference in (elsewhere, own):
            assert lead.get(url(reference, tail)).status_code == 404


def test_statements_do_not_grow_with_the_outbox(app: Flask, lead: FlaskClient) -> None:
    def one_more() -> None:
        hold(lead, give(app), WORDS)
        ask(lead, give(app), WORDS)

    one_more()
    lead.get(OUTBOX)
    with desk.counting(app) as few:
        lead.get(OUTBOX)
    for _number in range(3):
        one_more()
    with desk.counting(app) as lots:
        lead.get(OUTBOX)
    assert len(lots) == len(few)
    assert len(few) <= 10


def test_what_is_held_goes_with_the_submission(app: Flask, lead: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = give(app)
    hold(lead, reference, WORDS)
    desk.withdraw(app, reference)
    days_pass(app, monkeypatch, 40)
    with app.app_context():
        with transaction():
            services.erase_due()
        forget_journal()
        assert session().scalars(sa.select(HeldQuestion)).all() == []


# The reminder


def remind(app: Flask) -> None:
    with app.app_context():
        is_one = True
        while is_one:
            with transaction():
                is_one = outbox.remind_next()


def test_a_contributor_is_reminded_once_by_a_mail_that_says_nothing(
    app: Flask, lead: FlaskClient, smtp_server: SMTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url=smtp_server.url)
    reference = give(app, follow_up=True, email="yusra@example.org", language="ar")
    ask(lead, reference, "متى كان ذلك؟", language="ar")
    remind(app)
    assert len(mails(app)) == 1, "it is too early"
    days_pass(app, monkeypatch, 14)
    for _time in range(2):
        remind(app)
    assert len(mails(app)) == 2
    with app.app_context():
        assert post.deliver_due() == 2
    first, second = (one.message for one in smtp_server.wait_for(2))
    assert first["To"] == second["To"] == "yusra@example.org"
    assert (first["Subject"], first.get_content()) == (second["Subject"], second.get_content())
    assert reference not in second.get_content() + second["Subject"]
    assert "متى" not in second.get_content()
    assert "reminded on" in text(signed_in(app).get(OUTBOX))


@pytest.mark.parametrize(
    "about",
    [
        {"follow_up": False}, {"danger_now": "yes"}, {"danger_now": "unsure"},
        {"about_child": "yes", "guardian": "alone"}, {"email": ""},
    ],
)  # fmt: skip
def test_no_mail_comes_unasked_or_where_it_could_harm(
    app: Flask, lead: FlaskClient, monkeypatch: pytest.MonkeyPatch, about: dict[str, Any]
) -> None:
    reference = give(app, **{"follow_up": True, "email": "yusra@example.org", **about})
    ask(lead, reference, WORDS)
    before = len(mails(app))
    days_pass(app, monkeypatch, 30)
    remind(app)
    assert len(mails(app)) == before
    assert "no reminder" in text(signed_in(app).get(OUTBOX))


def test_no_reminder_comes_once_it_is_answered_or_where_none_is_wanted(
    app: Flask, lead: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, decided = (give(app, follow_up=True, email="yusra@example.org") for _number in range(2))
    for one in (answered, decided):
        ask(lead, one, WORDS)
    with app.app_context(), transaction():
        services.answer(found(answered), "In April.", "en")
    decide(lead, decided, "accept")
    days_pass(app, monkeypatch, 30)
    remind(app)
    assert len(mails(app)) == 2
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], remind_days=0)
    third = give(app, follow_up=True, email="yusra@example.org")
    ask(signed_in(app), third, WORDS)
    days_pass(app, monkeypatch, 30)
    remind(app)
    assert len(mails(app)) == 3


def test_several_workers_remind_once(app: Flask, lead: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    references = [give(app, follow_up=True, email="yusra@example.org") for _number in range(4)]
    for one in references:
        ask(lead, one, WORDS)
    days_pass(app, monkeypatch, 20)

    def work(_submission: Submission) -> object:
        return [outbox.remind_next() for _number in references]

    at_once(app, references[0], work, work, work)
    remind(app)
    assert sorted(one.about or "" for one in mails(app)) == sorted([*references, *references])


# Templates


def template(app: Flask, group: str | None = None, **texts: str) -> int:
    with app.app_context(), transaction():
        made = QuestionTemplate(
            title=Multilingual({code: f"Title {code}" for code in texts}), text=Multilingual(texts), retired=False,
            working_group_id=held(group).working_group_id if group else None,
        )  # fmt: skip
        session().add(made)
        session().flush()
        return made.id


def test_a_template_fills_the_question_in_the_contributors_language(app: Flask, lead: FlaskClient) -> None:
    reference, shared = give(app, language="fr"), template(app, en="When was it?", fr="Quand était-ce\u202f?")
    form = form_on(lead.get(url(reference, "question/")), having="words")
    used = send(lead, url(reference, "question/"), form, {"use": str(shared)})
    filled = form_on(used, having="words")
    assert (filled.fields["words"].strip(), filled.fields["language"]) == ("Quand était-ce\u202f?", "fr")
    assert send(lead, url(reference, "question/"), filled).status_code == 303
    assert question_of(app, reference).template_id == shared


def test_what_was_typed_stays_above_the_template(app: Flask, lead: FlaskClient) -> None:
    reference, shared = give(app), template(app, en="When was it?")
    form = form_on(lead.get(url(reference, "question/")), having="words")
    for _time in range(2):
        used = send(lead, url(reference, "question/"), form, {"words": "Thank you.", "use": str(shared)})
        form = form_on(used, having="words")
        assert form.fields["words"].split() == ["Thank", "you.", "When", "was", "it?"]


def test_a_template_without_their_language_says_so(app: Flask, lead: FlaskClient) -> None:
    reference, shared = give(app, language="ar"), template(app, en="When was it?")
    form = form_on(lead.get(url(reference, "question/")), having="words")
    used = send(lead, url(reference, "question/"), form, {"use": str(shared)})
    assert "not there in العربية yet: it stands here in English" in text(used)
    assert form_on(used, having="words").fields["language"] == "en"


def test_only_what_is_offered_can_be_used(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    other, retired = template(app, desk.WG6, en="Elsewhere?"), template(app, en="Retired?")
    with app.app_context(), transaction() as database:
        database.execute(sa.update(QuestionTemplate).where(QuestionTemplate.id == retired).values(retired=True))
    shown = lead.get(url(reference, "question/"))
    assert "Elsewhere?" not in text(shown)
    assert "Retired?" not in text(shown)
    for one in (other, retired, 999, "x"):
        used = send(lead, url(reference, "question/"), form_on(shown, having="words"), {"use": str(one)})
        assert "not offered any more" in text(used)


def test_what_comes_with_intake_is_whole_and_added_once(app: Flask) -> None:
    with app.app_context():
        for added in (10, 0):
            with transaction():
                assert question_templates.provide() == added
        kept = session().scalars(sa.select(QuestionTemplate)).all()
        assert [one.missing for one in kept] == [()] * 10
        assert len({one.text[code] for one in kept for code in one.text}) == 40


def test_templates_are_added_changed_and_retired_with_their_history(app: Flask, lead: FlaskClient) -> None:
    address = "/en/staff/templates/"
    form = form_on(lead.get(address), having="title_en")
    made = send(lead, address, form, {"title_en": "When", "text_en": "When was it?"}).headers["Location"]
    shown = lead.get(made)
    assert "For whom it is: WG3" in text(shown)
    assert "Missing in: Français · Español · العربية" in text(shown)
    stale = form_on(shown, having="title_en")
    assert post_form(lead, made, {"title_ar": "متى", "text_ar": "متى كان؟"}, having="title_en").status_code == 303
    refused = send(lead, made, stale, {"text_en": "When exactly was it?"})
    assert refused.status_code == 409
    assert "متى كان؟" in text(refused)
    again = form_on(refused, having="title_en")
    assert again.fields["text_en"].strip() == "When exactly was it?"
    assert send(lead, made, again, {"title_ar": "متى", "text_ar": "متى كان؟"}).status_code == 303
    assert post_form(lead, made, action="/retire/").status_code == 303
    history = text(lead.get(made)).partition("What was changed")[2]
    assert [one for one in ("Retired", "Changed", "Added") if one in history] == ["Retired", "Changed", "Added"]
    assert "When was it? When exactly was it?" in history
    assert "Retired" in text(lead.get(address))
    assert post_form(lead, made, action="/restore/").status_code == 303
    reference = give(app)
    assert "When exactly was it?" in text(lead.get(url(reference, "question/")))
    other = give(app, desk.WG6)
    assert "When exactly was it?" not in text(signed_in(app, OTHER).get(url(other, "question/")))


def test_a_template_without_words_comes_back(lead: FlaskClient) -> None:
    address = "/en/staff/templates/"
    refused = send(lead, address, form_on(lead.get(address), having="title_en"), {"title_fr": "Quand"})
    assert refused.status_code == 422
    assert page(refused).cssselect("#text_en-error")
    assert page(refused).cssselect("#title_fr")[0].get("value") == "Quand"


def test_of_two_changes_of_a_template_one_is_kept(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        one = template(app, desk.WG3, en="When?")
        reference = give(app)

        def changing(words: str, one: int = one) -> Any:
            def do(_submission: Submission) -> None:
                found_one = session().get_one(QuestionTemplate, one)
                title = found_one.title
                question_templates.change(found_one, somebody(), seen=1, title=title, text=Multilingual({"en": words}))

            return do

        assert winners(at_once(app, reference, changing("First?"), changing("Second?"))) == 1


def test_a_change_of_the_row_cannot_be_sent_as_another(app: Flask, lead: FlaskClient) -> None:
    """The mark says which question was read: a later one with the same number of changes is not it."""
    reference = give(app)
    hold(lead, reference, WORDS)
    seen = form_on(lead.get(url(reference, "question/read/")), action="/question/send/")
    discard = form_on(lead.get(url(reference, "question/read/")), action="/question/discard/")
    send(lead, url(reference, "question/read/"), discard)
    hold(lead, reference, "Something else?")
    assert send(lead, url(reference, "question/read/"), seen).status_code == 409
    assert messages(app, reference) == []
