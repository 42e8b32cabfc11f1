"""What contributors are told of the register: a plain subset of it, in four languages, and nothing of others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake.digests import services as digests
from intake.foundation import clock, register
from intake.foundation.database import transaction
from intake.foundation.i18n import speaking
from intake.foundation.languages import CODES
from intake.moderation import services as moderation
from intake.moderation import translation
from intake.submissions.happened import TOLD, WHY_OPENED, Told, steps
from intake.submissions.vocabulary import ContactReason
from tests import builders
from tests.acts import Unread, in_source, written
from tests.forms import form_on, page, post_form, send
from tests.moderation import desk
from tests.moderation.translating import ENGLISH, hide, write

DOOR, MINE = "/en/receipt/", "/en/receipt/submission/"
NAMED = "Amal of Maison Ouverte saw it. The border closed at noon, and Karim was left behind."


@pytest.fixture
def reference(app: Flask) -> str:
    desk.set_up(app)
    return desk.give(app, token=builders.TOKEN, what_happened=NAMED, email="amal@example.org", follow_up=True)


@pytest.fixture
def contributor(app: Flask, reference: str) -> FlaskClient:  # noqa: ARG001  # there is something to come back to
    visitor = app.test_client()
    assert post_form(visitor, DOOR, {"code": builders.CODE}, having="code").status_code == 302
    return visitor


def listed(contributor: FlaskClient, language: str = "en") -> list[str]:
    """What the page says that happened, without the days."""
    shown = page(contributor.get(MINE.replace("/en/", f"/{language}/")))
    return [one.text_content() for one in shown.cssselect("[aria-labelledby=happened] li p:not(.hint)")]


def begin(app: Flask, reference: str) -> None:
    with app.app_context(), transaction():
        moderation.claim(desk.found(reference), desk.somebody())


def decide(app: Flask, reference: str, verb: str, words: str = "") -> None:
    with app.app_context(), transaction():
        one = desk.found(reference)
        moderation.decide(one, verb, desk.somebody(), version=one.version, words=words)


def test_every_kind_of_line_is_told_or_kept_from_contributors_on_purpose() -> None:
    acts = written()
    assert {act: acts[act] for act in acts.keys() - TOLD.keys()} == {}, "say in TOLD what contributors read of it"
    assert TOLD.keys() - acts.keys() == set(), "nothing writes it any more"
    assert set(WHY_OPENED) == set(ContactReason)


def test_a_kind_that_cannot_be_read_from_the_source_is_no_way_around() -> None:
    head = "from intake.foundation import register\n"
    assert in_source(f"{head}register.record('submission.shred', x)", "intake.new") == {"submission.shred"}
    inside = "def one(x, act):\n    register.record(f'submission.{act}', x)\n"
    assert in_source(f"{head}{inside}one(1, 'burn')\none(2, 'hide')\n", "intake.new") == {
        "submission.burn", "submission.hide",
    }  # fmt: skip
    for unread in ("register.record(made.act, x)", "register.record(act(), x)", inside):
        with pytest.raises(Unread):
            in_source(head + unread, "intake.new")


def test_what_happened_stands_behind_the_receipt_the_newest_last(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    assert listed(contributor) == ["We received it."]
    lead = desk.signed_in(app)
    begin(app, reference)
    hide(app, reference, "Amal")
    hide(app, reference, "Karim")
    write(app, reference, ENGLISH[0], target="fr", checked=True)
    shown = send(lead, desk.url(reference), form_on(lead.get(desk.url(reference)), action="/contact/"),
                 {"reason": "question"})  # fmt: skip
    assert "amal@example.org" in desk.text(shown)
    decide(app, reference, "accept")
    other = desk.give(app)
    with app.app_context(), transaction():
        made = digests.compile_digest(desk.held(desk.WG3), person_id=desk.somebody().id)
        for _twice in range(2):
            digests.record_export(digests.export(made, "csv", "en"))
    assert listed(contributor) == [
        "We received it.",
        "The working group began to read it.",
        "2 passages were hidden, to protect people.",
        "Words of it were translated into French.",
        "Your contact details were opened: to ask you something, as you allowed.",
        "It was accepted.",
        "It went into version 1 of the digest, within your consent.",
        "Version 1 of the digest was taken out as a file.",
    ]
    days = page(contributor.get(MINE)).cssselect("[aria-labelledby=happened] li .hint")
    assert len({day.text_content() for day in days}) == 1
    assert not any(":" in day.text_content() for day in days), "days, no times"
    section = page(contributor.get(MINE)).cssselect("[aria-labelledby=happened]")[0].text_content()
    for kept in ("Lead", "ACT", "Amal", "Karim", other):
        assert kept not in section


def test_nothing_of_others_is_told(app: Flask, reference: str, contributor: FlaskClient) -> None:
    other = desk.give(app)
    decide(app, other, "accept")
    hide(app, other, "border")
    with app.app_context(), transaction():
        digests.compile_digest(desk.held(desk.WG3))  # without this one, which nobody accepted
        register.record("submission.put_together", reference, other=other)
    assert listed(contributor) == ["We received it."]


def test_a_reference_that_begins_like_another_is_not_taken_for_it(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    longer = f"{reference}0"
    other = desk.give(app)
    desk.put_in_state(app, other, "accepted")
    with app.app_context(), transaction():
        desk.found(other).reference = longer
    with app.app_context(), transaction():
        digests.compile_digest(desk.held(desk.WG3))
    assert listed(contributor) == ["We received it."]


def test_lines_of_an_example_that_had_the_same_reference_are_not_told(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    begin(app, reference)
    with app.app_context(), transaction():
        register.record("submission.receive", reference, kind="testimony")
        register.record("submission.accept", reference)
    assert listed(contributor) == ["We received it.", "It was accepted."]


def test_safety_is_told_with_care_and_what_was_done_for_somebody_is_not(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    decide(app, reference, "safeguard", "He may come back for them.")
    with app.app_context(), transaction():
        register.record("safeguarding.referral", reference, record=1)
    decide(app, reference, "return", "They are well.")
    section = page(contributor.get(MINE)).cssselect("[aria-labelledby=happened]")[0].text_content()
    assert "He may come back" not in section
    assert listed(contributor)[1:] == [
        "It was given to people who are trained to protect.",
        "It went back to the working group.",
    ]


def test_days_are_told_apart(
    app: Flask, reference: str, contributor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(app, reference, "Amal")
    later = clock.now().replace(year=clock.now().year + 1)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        hide(app, reference, "Karim")
    assert listed(contributor)[1:] == ["1 passage was hidden, to protect people."] * 2
    with app.app_context():
        days = [step.day for step in steps(desk.found(reference))]
    assert days == sorted(days)
    assert days[-1] == clock.day(later)


def _told() -> Iterator[tuple[str, Told]]:
    yield from ((act, told) for act, told in TOLD.items() if told is not None)


@pytest.mark.parametrize("language", CODES)
def test_every_line_that_is_told_has_words_in_every_language(app: Flask, language: str) -> None:
    holds = {"language": "ar", "reason": "danger"}
    with app.app_context(), speaking("en"):
        english = {
            (act, many): told.words(many, holds.get(told.of, "3")) for act, told in _told() for many in (1, 2, 7)
        }
    with app.app_context(), speaking(language):
        for (act, many), source in english.items():
            told = TOLD[act]
            assert told is not None
            words = told.words(many, holds.get(told.of, "3"))
            assert "%(" not in words
            assert (words == source) is (language == "en"), act


def test_the_page_costs_as_many_statements_whatever_happened(
    app: Flask, reference: str, contributor: FlaskClient
) -> None:
    def statements() -> int:
        with desk.counting(app) as sent:
            contributor.get(MINE)
        return len(sent)

    before = statements()
    for _one in range(20):
        with app.app_context(), transaction():
            register.record("submission.redact", reference, redaction=1)
            register.record("submission.translate", reference, language="fr", paragraphs=1)
    assert statements() == before


def test_after_withdrawing_there_is_nothing_but_the_door(app: Flask, reference: str, contributor: FlaskClient) -> None:
    desk.withdraw(app, reference)
    assert "What happened to it" not in page(contributor.get(MINE)).text_content()


def test_what_leaves_to_be_translated_is_told(app: Flask, reference: str, contributor: FlaskClient) -> None:
    with app.app_context(), transaction():
        assert translation.leave(desk.somebody(), [desk.found(reference)], "ar", "xlsx", "en") is not None
    assert listed(contributor)[1:] == ["It was taken out as a file, to be translated into Arabic."]
