"""Protecting people: what is hidden is read by co-leads alone, and nothing that was written is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given as supposing
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.digests import services as digests
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.moderation import reading, redacted, redaction
from intake.moderation import services as desk_services
from intake.moderation.redacted import Category, Hidden, Redaction, Withholding, paragraphs, pieces, without
from intake.moderation.redaction import BY_RULE, STANDS, USUAL, Overlapping, Stale, Wish
from intake.moderation.services import ClaimedByOther
from intake.moderation.spans import NotThere, Span, find
from intake.submissions import services as submissions
from intake.submissions.models import Attachment, Submission
from intake.submissions.screening import RULES
from intake.submissions.services import Filled
from intake.submissions.vocabulary import Kind
from intake.submissions.workflow import IllegalMove, Overtaken
from tests import builders
from tests.digests.reading import in_all_formats
from tests.forms import form_on, page, send
from tests.installation import browser_of
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, WG3, acts, found, give, signed_in, somebody, text, url

SAID = "Amina took us to Tripoli. In Tripoli the guard beat Amina, and her telephone +216 20 123 456 was lost."
WHERE = "what_happened"


def told(app: Flask, said: str = SAID, **about: Any) -> str:
    return give(app, what_happened=said, **about)


def hide(client: FlaskClient, reference: str, words: str, **typed: Any) -> TestResponse:
    """Fill the form of the page that hides words, as a browser does."""
    address = url(reference, "protect/")
    form = form_on(client.get(address), having="passage")
    return send(client, address, form, {"passage": words, "category": "name", **typed})


def accept(app: Flask, reference: str) -> None:
    with app.app_context(), transaction():
        one = found(reference)
        desk_services.decide(one, "accept", somebody(), version=one.version)


def amend(app: Flask, reference: str, said: str) -> None:
    with app.app_context(), transaction():
        _amend(found(reference), said)


def _amend(one: Submission, said: str) -> None:
    filled = Filled(Kind.TESTIMONY, "en", {**submissions.current_answers(one), WHERE: said}, None)  # type: ignore[arg-type]
    submissions.amend(one, filled, seen=one.revisions[-1].number)


def beyond(app: Flask, reference: str) -> str:
    """What a digest is given of the story."""
    with app.app_context():
        answers = reading.answers_for_digest(found(reference))
        assert answers is not None
        return str(answers[WHERE])


# Hiding and showing again


def test_hidden_words_go_nowhere_and_come_back_when_they_are_shown_again(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    accept(app, reference)
    assert hide(lead, reference, "guard", reason="He would be known.").status_code == 303
    assert beyond(app, reference) == SAID.replace("guard", "[name]")
    shown = lead.get(url(reference, "protect/"))
    assert "He would be known." in text(shown)
    assert [mark.text_content().split(":")[-1].split()[0] for mark in page(shown).cssselect(".sides mark")] == ["guard"]
    read = lead.get(url(reference))
    assert [mark.text_content() for mark in page(read).cssselect(".words mark")] == [
        "[hidden from others: guard end of what is hidden]"
    ]
    again = form_on(shown, action="/protect/lift/")
    assert send(lead, url(reference, "protect/"), again).status_code == 303
    assert beyond(app, reference) == SAID
    assert "1 passage was hidden once" in text(lead.get(url(reference, "protect/")))
    assert [act for act, _who, _detail in acts(app, reference)][-2:] == ["submission.redact", "submission.lift"]


def test_words_that_stand_there_twice_ask_which(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    accept(app, reference)
    asked = hide(lead, reference, "Tripoli", category="place", stands="town")
    assert asked.status_code == 422
    assert "more than once" in text(asked)
    form = form_on(asked, having="passage")
    assert len(form.inputs["nth"]) == 2
    assert send(lead, url(reference, "protect/"), form, {"nth": "1"}).status_code == 303
    assert "took us to Tripoli. In [town] the" in beyond(app, reference)
    # The same words elsewhere are proposed, not hidden unasked.
    shown = lead.get(url(reference, "protect/"))
    assert "The same words are hidden elsewhere" in text(shown)


@pytest.mark.parametrize("typed", [{"passage": "Benghazi"}, {"passage": ""}, {"category": "x"}, {"stands": "x"}])
def test_what_cannot_be_hidden_is_told_and_comes_back(app: Flask, lead: FlaskClient, typed: dict[str, str]) -> None:
    reference = told(app)
    refused = hide(lead, reference, "guard", **{"reason": "Because.", **typed})
    assert refused.status_code == 422
    assert page(refused).cssselect("[name=reason]")[0].text.strip() == "Because."
    with app.app_context():
        assert redacted.rows_of(found(reference)) == []


def test_what_overlaps_is_refused_or_hidden_as_one_passage(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    accept(app, reference)
    assert hide(lead, reference, "the guard beat").status_code == 303
    refused = hide(lead, reference, "beat Amina", stands="person")
    assert refused.status_code == 409
    assert "part of these words is hidden already" in text(refused)
    form = form_on(refused, having="passage")
    merged = send(lead, url(reference, "protect/"), form, {"merge": "1"})
    assert merged.status_code == 303
    assert "In Tripoli [Person A], and her" in beyond(app, reference)


def test_adjacent_passages_do_not_overlap(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, "AminataDiallo spoke of the border that was closed.")
    accept(app, reference)
    assert hide(lead, reference, "Aminata").status_code == 303
    assert hide(lead, reference, "Diallo", stands="left_out").status_code == 303
    assert beyond(app, reference) == "[name][words left out] spoke of the border that was closed."


def test_the_same_words_get_the_same_letter_in_the_language_of_the_text(app: Flask, lead: FlaskClient) -> None:
    said = "جاءت أمينة إلى الحدود مع سالم. قال سالم إن أمينة لم تعد، ثم جاء رجل آخر."
    reference = give(app, language="ar", what_happened=said)
    accept(app, reference)
    for words, nth in (("أمينة", 0), ("سالم", 1), ("سالم", 0), ("أمينة", 1)):
        assert hide(lead, reference, words, nth=str(nth), stands="person").status_code == 303
    expected = said.replace("أمينة", "[الشخص أ]").replace("سالم", "[الشخص ب]")
    assert beyond(app, reference) == expected


def test_a_page_that_was_open_for_long_hides_nothing_and_loses_nothing(app: Flask, lead: FlaskClient) -> None:
    reference, address = told(app), ""
    address = url(reference, "protect/")
    form = form_on(lead.get(address), having="passage")
    assert hide(lead, reference, "guard").status_code == 303
    late = send(lead, address, form, {"passage": "her telephone", "category": "contact", "reason": "Mine."})
    assert late.status_code == 409
    assert "something else was changed here meanwhile" in text(late)
    again = form_on(late, having="passage")
    assert again.fields["passage"].strip() == "her telephone"
    assert send(lead, address, again).status_code == 303


def test_somebody_else_is_on_it(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    assert desk.act(signed_in(app, COLLEAGUE), reference, "claim/").status_code == 303
    refused = hide(lead, reference, "guard")
    assert refused.status_code == 409
    assert "Colleague is on it" in text(refused)


def test_an_expired_token_gives_the_words_back(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    answer = hide(lead, reference, "guard", csrf_token="")
    assert answer.status_code == 400
    assert form_on(answer, having="passage").fields["passage"].strip() == "guard"


def test_a_redaction_is_a_record(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    hide(lead, reference, "guard")
    for change in (sa.update(Redaction).values(begins=0), sa.delete(Redaction)):
        with app.app_context(), pytest.raises(DBAPIError, match="is a record"), transaction() as database:
            database.execute(change)
    with app.app_context(), transaction() as database:
        database.execute(sa.update(Redaction).values(lifted_at=clock.now(), lifted_by_id=somebody().id))
    with app.app_context(), pytest.raises(DBAPIError, match="is a record"), transaction() as database:
        database.execute(sa.update(Redaction).values(lifted_at=None, lifted_by_id=None))


def test_nothing_about_the_words_lies_open_in_the_database(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    hide(lead, reference, "guard", category="health", reason="Because of an illness.")
    with app.app_context():
        rows = session().execute(sa.text("SELECT * FROM redaction")).all()
        lines = [detail for act, _who, detail in acts(app, reference) if act == "submission.redact"]
    assert not any(word in repr(rows) + repr(lines) for word in ("guard", "health", "illness"))


# What is proposed


def test_every_rule_says_what_it_is_and_what_stands_instead() -> None:
    assert set(BY_RULE) == {rule.name for rule in RULES}
    assert set(USUAL) == set(Category)
    assert {stands for _category, stands in BY_RULE.values()} | set(USUAL.values()) <= set(STANDS)


def test_what_the_rules_find_is_hidden_by_one_press(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    accept(app, reference)
    shown = lead.get(url(reference, "protect/"))
    form = form_on(shown, action="/protect/proposed/")
    (button,) = page(shown).cssselect("button[name=one]")
    assert send(lead, url(reference, "protect/"), form, {"one": button.get("value")}).status_code == 303
    assert beyond(app, reference) == SAID.replace("+216 20 123 456", "[telephone number]")


def test_several_are_seen_before_they_are_hidden(app: Flask, lead: FlaskClient) -> None:
    said = "Write to amina@example.org or call +216 20 123 456 about the border."
    reference, address = told(app, said), ""
    accept(app, reference)
    address = url(reference, "protect/")
    seen = send(lead, address, form_on(lead.get(address), action="/protect/proposed/"), {"preview": "1"})
    assert seen.status_code == 200
    assert "Write to [e-mail address] or call [telephone number] about the border." in text(seen)
    assert beyond(app, reference) == said
    assert send(lead, address, form_on(seen, action="/protect/proposed/"), {"sure": "1"}).status_code == 303
    assert beyond(app, reference) == "Write to [e-mail address] or call [telephone number] about the border."


def test_nothing_ticked_hides_nothing_and_what_is_not_offered_is_not_hidden(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    address = url(reference, "protect/")
    form = form_on(lead.get(address), action="/protect/proposed/")
    assert send(lead, address, form, {"chosen": []}).status_code == 422
    assert send(lead, address, form, {"one": "what_happened:0:5"}).status_code == 409
    with app.app_context():
        assert redacted.rows_of(found(reference)) == []


# A new version


def test_a_new_version_is_not_accepted_unseen(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    hide(lead, reference, "guard")
    hide(lead, reference, "was lost", category="other")
    hide(lead, reference, "Tripoli", nth="0", category="place", stands="town")
    accept(app, reference)
    amend(app, reference, SAID.replace(" was lost", " is gone") + " The guard laughed.")
    assert "[town]" in beyond(app, reference)  # what was accepted stands, with what is hidden in it
    read = text(lead.get(url(reference))).replace(" :", ":")
    assert "Look at this one before you accept it" in read
    assert "guard: stands here 2 times, not hidden" in read
    assert "Tripoli: stands here 2 times, not hidden" in read
    assert "was lost: no longer stands here word for word" in read
    shown = lead.get(url(reference, "protect/"))
    assert "Hidden in the version before" in text(shown)
    # The old version still shows what is hidden in it.
    assert "[town]" in text(lead.get(url(reference, "protect/?revision=1")))


def test_what_stands_once_in_the_new_version_is_proposed_and_covers_it(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    hide(lead, reference, "guard", stands="person")
    accept(app, reference)
    amend(app, reference, "Nobody helped. A guard at the gate beat her, we saw it.")
    address = url(reference, "protect/")
    form = form_on(lead.get(address), action="/protect/proposed/")
    seen = send(lead, address, form, {"preview": "1"})
    assert send(lead, address, form_on(seen, action="/protect/proposed/"), {"sure": "1"}).status_code == 303
    assert "before you accept it" not in text(lead.get(url(reference)))
    accept(app, reference)
    assert beyond(app, reference) == "Nobody helped. A [Person A] at the gate beat her, we saw it."


def test_the_same_words_are_not_shown_twice(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    address, every = url(reference, "protect/"), "All of it, word for word"
    before = text(lead.get(address))
    assert every in before
    assert before.count("took us to Tripoli") == 1
    assert hide(lead, reference, "guard").status_code == 303
    after = text(lead.get(address))
    assert every not in after
    assert after.count("took us to Tripoli") == 2


def test_what_was_issued_is_told(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    accept(app, reference)
    assert "A digest already used this version" not in text(lead.get(url(reference, "protect/")))
    with app.app_context(), transaction():
        digests.compile_digest(desk.held(WG3))
    assert f"{WG3}/D-1" in text(lead.get(url(reference, "protect/")))


# Files


def test_a_file_is_withheld_and_given_back(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    with app.app_context(), transaction() as database:
        database.add(_file(found(reference)))
    address = url(reference, "protect/")
    withhold = form_on(lead.get(address), action="/withhold/")
    assert send(lead, address, withhold, {"reason": "A face is seen."}).status_code == 303
    assert send(lead, address, withhold, {"reason": "A face is seen."}).status_code == 409
    assert "A face is seen." in text(lead.get(address))
    assert "Withheld from others" in text(lead.get(url(reference)))
    with app.app_context():
        assert len(redacted.withheld(found(reference))) == 1
    assert send(lead, address, form_on(lead.get(address), action="/give-back/")).status_code == 303
    with app.app_context():
        assert redacted.withheld(found(reference)) == frozenset()
        assert len(redacted.withholdings_of(found(reference))) == 1
    with app.app_context(), transaction() as database:  # the contributor may still take the file away
        database.execute(sa.delete(Attachment))
    with app.app_context():
        assert session().scalars(sa.select(Withholding)).all() == []


def _file(one: Submission) -> Attachment:
    return Attachment(
        submission_id=one.id, kind="png", size=12, stored="a" * 32, key=b"k", name=b"n", found=[], scan="clean",
        digest="d", added_at=clock.now(),
    )  # fmt: skip


def test_no_drafter_gets_a_file_or_a_page_of_this_desk(app: Flask) -> None:
    reference = told(app)
    with app.app_context(), transaction() as database:
        database.add(_file(found(reference)))
        drafter = builders.person("drafter@example.org", (Role.DRAFTER, None)).id
    with app.app_context():
        identity = session().scalars(sa.select(Attachment.id)).one()
    client = browser_of(app, drafter)
    assert client.get(url(reference, "protect/")).status_code == 404
    assert client.get(url(reference)).status_code == 404
    assert client.get(url(reference, f"files/{identity}/")).status_code in (404, 405)


# What reaches a digest


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_word_that_is_hidden_is_in_no_byte_of_any_format(app: Flask, lead: FlaskClient, language: str) -> None:
    canary = "zyxcanaryword"
    reference = told(app, f"They closed it. {canary} was there that day. Nobody came.", publication=True, tier=4)
    practice = give(app, kind=Kind.PRACTICE, title=f"{canary} and the help line", tier=4)
    accept(app, reference)
    accept(app, practice)
    with app.app_context(), transaction():
        digest = digests.compile_digest(desk.held(WG3))
        number = digest.version
    with app.app_context():
        assert all(canary in made for name, made in _formats(number, language).items() if name != "pdf")
    assert hide(lead, reference, canary).status_code == 303
    assert hide(lead, practice, canary, answer="title").status_code == 303
    with app.app_context():
        for name, made in _formats(number, language).items():
            assert canary not in made.lower(), name
            assert "[name]" in made or name == "pdf"


def test_what_was_hidden_when_a_digest_was_issued_stays_hidden_in_it(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, "The zyxguard at the gate beat her.", publication=True, tier=4)
    accept(app, reference)
    assert hide(lead, reference, "zyxguard at").status_code == 303
    with app.app_context(), transaction():
        digests.compile_digest(desk.held(WG3))
    with app.app_context():
        issued = _document(1)
    address = url(reference, "protect/")
    assert f"Issued while this was hidden: {WG3}/D-1 . Shown again, it stays hidden there" in text(lead.get(address))
    assert send(lead, address, form_on(lead.get(address), action="/protect/lift/")).status_code == 303
    with app.app_context(), transaction():
        digests.compile_digest(desk.held(WG3))
    with app.app_context():
        assert _document(1) == issued
        assert "zyxguard" not in issued
        assert "zyxguard at the gate" in _document(2)
        assert all("zyxguard" not in made for made in _formats(1, "en").values())
    assert hide(lead, reference, "at the gate").status_code == 303
    assert f"hidden: {WG3}/D-" not in text(lead.get(address)), "those were issued before"
    with app.app_context():
        assert "The [name][name] beat her." in _document(1)
        assert "The zyxguard [name] beat her." in _document(2)


def _document(version: int) -> str:
    return _formats(version, "en")["docx"]


def _formats(version: int, language: str) -> dict[str, str]:
    from intake.digests import queries  # noqa: PLC0415

    digest = queries.digest_of(desk.held(WG3), version)
    assert digest is not None
    return in_all_formats(digest, language)


SECRETS = st.text(st.characters(min_codepoint=0x10000, max_codepoint=0x10FFF, exclude_categories=["Cs"]), min_size=1)
OPEN = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n é\u0301أ"))


def _hidden(span: Span, instead: str) -> Hidden:
    return Hidden(1, span, Category.NAME, instead, "name", None, "", 1, clock.now(), None)


@supposing(st.lists(st.tuples(OPEN, SECRETS, st.sampled_from(["[name]", "[الشخص أ]", "[town]", ""]))), OPEN)
def test_no_hidden_code_point_is_left_and_nothing_else_changes(parts: list[tuple[str, str, str]], last: str) -> None:
    written, expected, hidden = "", "", []
    for before, secret, instead in parts:
        start = len(written) + len(before)
        written += before + secret
        expected += before + instead
        hidden.append(_hidden(Span(1, "a", start, start + len(secret)), instead))
    written, expected = written + last, expected + last
    answers = {"a": written, "b": written}
    left = without(answers, reversed(hidden))
    assert left == {"a": expected, "b": written}
    assert not any(ord(character) >= 0x10000 for character in left["a"])
    assert answers["a"] == written == "".join(piece.text for piece in pieces(written, hidden))
    assert without(answers, []) == answers
    shown = "".join(piece.text for paragraph in paragraphs(written, hidden) for piece in paragraph)
    assert "".join(shown.split()) == "".join(written.split())


def test_a_text_that_ends_before_the_passage_is_not_shown() -> None:
    for answers in ({"a": "short"}, {}, {"a": 7}):
        with pytest.raises(NotThere):
            without(answers, [_hidden(Span(1, "a", 3, 9), "[name]")])


@pytest.mark.parametrize("words", ["دكتور أحمد", "👩‍👩‍👧", "élan", "line one\r\n\r\nline two"])
def test_what_a_digest_gets_is_exact_to_the_code_point(app: Flask, words: str) -> None:
    reference = told(app, f"Before it, so it began: {words}, and after.")
    accept(app, reference)
    with app.app_context(), transaction():
        one, lead = found(reference), somebody()
        kept = str(reading.own_answers(one, lead, 1)[WHERE])
        span = find(words, kept, revision=1, name=WHERE)
        redaction.hide(one, lead, [Wish(span, Category.OTHER, "left_out")], seen=redaction.seen_as(one))
    assert beyond(app, reference) == f"{kept[: span.start]}[words left out]{kept[span.end :]}"
    with app.app_context(), transaction():
        one = found(reference)
        redaction.lift(one, somebody(), 1, seen=redaction.seen_as(one))
    assert beyond(app, reference) == kept


# Two at once


def both(app: Flask, reference: str, *doing: tuple[str, Callable[[Submission], None]]) -> list[str]:
    """What comes of several people doing something to one submission at the same moment."""

    def one(what: tuple[str, Callable[[Submission], None]]) -> str:
        with app.app_context():
            try:
                with transaction():
                    what[1](found(reference))
            except (Overtaken, IllegalMove, ClaimedByOther, Stale, Overlapping) as error:
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(len(doing)) as pool:
        return list(pool.map(one, doing))


def _hiding(email: str, words: str, seen: str, revision: int = 1) -> tuple[str, Callable[[Submission], None]]:
    def doing(one: Submission) -> None:
        who = somebody(email)
        kept = str(reading.own_answers(one, who, revision)[WHERE])
        span = find(words, kept, revision=revision, name=WHERE)
        redaction.hide(one, who, [Wish(span, Category.NAME, "name")], seen=seen)

    return email, doing


def test_of_two_who_hide_at_once_one_is_told(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = told(app)
        with app.app_context():
            seen = redaction.seen_as(found(reference))
        outcome = both(app, reference, _hiding(LEAD, "the guard beat", seen), _hiding(COLLEAGUE, "guard", seen))
        assert sorted(outcome) == ["Stale", "done"]
        with app.app_context():
            assert len(redacted.rows_of(found(reference))) == 1


def test_hiding_against_a_new_version_loses_neither(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = told(app)
        with app.app_context():
            seen = redaction.seen_as(found(reference))
        new = ("", lambda one: _amend(one, f"{SAID} More of it."))
        hidden, amended = both(app, reference, _hiding(LEAD, "guard", seen), new)
        assert amended == "done"
        assert hidden in ("done", "Stale")
        with app.app_context():
            one = found(reference)
            assert [revision.number for revision in one.revisions] == [1, 2]
            assert len(redacted.standing(one, 1)) == (hidden == "done")
            assert redacted.standing(one, 2) == []
            assert len(redaction.carried(one, somebody())) == (hidden == "done")
