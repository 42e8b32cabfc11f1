"""Words that are erased for good: by two people, from everywhere, and from every copy that is made from then on."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from intake.foundation.crypto import SealError, open_kept, open_with
from intake.foundation.database import Base, session, transaction
from intake.moderation import codebook, coding, conflicts, erasing, outbox, reading, redacted, redaction
from intake.moderation import services as desk_services
from intake.moderation.erasing import NeedsAnother, StandsOpen
from intake.moderation.known import Said, Words
from intake.moderation.redacted import Category, Erasure
from intake.moderation.redaction import Stale, Wish
from intake.moderation.spans import BLOCK, Span, find
from intake.moderation.translation import GivesAway, is_open_again
from intake.submissions import happened
from intake.submissions import services as submissions
from intake.submissions.models import Decision, Message, Revision, Submission
from intake.submissions.sealing import open_answers, sealed_texts
from intake.submissions.services import Filled, versions_of
from intake.submissions.vocabulary import Kind
from tests.forms import form_on, send
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, acts, found, give, signed_in, somebody, text, url
from tests.moderation.test_races import at_once, winners
from tests.moderation.test_search import hits
from tests.moderation.translating import states, write

NAME = "Zuhra Qandil"
SAID = f"{NAME} took us to Tripoli. The guard beat her.\n\nThen Zuhra\nQandil was never seen again."
WHERE = "what_happened"
BLOCKS = "".join(one if one.isspace() else BLOCK for one in NAME)


@pytest.fixture
def colleague(app: Flask) -> FlaskClient:
    return signed_in(app, COLLEAGUE)


def hide_all(app: Flask, reference: str, words: str = NAME) -> None:
    """Hide the words wherever they stand in the latest version."""
    with app.app_context(), transaction():
        one = found(reference)
        number = one.revisions[-1].number
        answers = reading.own_answers(one, somebody(), number)
        for name, said in answers.items():
            for nth in range(str(said).replace("\n", " ").count(words)):
                span = find(words, str(said), revision=number, name=name, nth=nth)
                redaction.hide(one, somebody(), [Wish(span, Category.NAME, "name", f"She is {words}.")],
                               seen=redaction.seen_as(one))  # fmt: skip


def hide(app: Flask, reference: str, *passages: tuple[int, int]) -> None:
    """Hide passages of the first version: of each, where it begins and how long it is."""
    with app.app_context(), transaction():
        one = found(reference)
        for start, length in passages:
            wish = Wish(Span(1, WHERE, start, start + length), Category.NAME, "name")
            redaction.hide(one, somebody(), [wish], seen=redaction.seen_as(one))


def starts(said: str, words: str) -> list[tuple[int, int]]:
    """Every place of ``words`` in ``said``, also inside of others."""
    return [(at, len(words)) for at in range(len(said)) if said.startswith(words, at)]


def erase_by_two(app: Flask, reference: str, number: int = 1) -> None:
    ask(app, reference, number)
    erase(app, reference, number)


def left(app: Flask, reference: str) -> str:
    with app.app_context():
        one = found(reference)
        return str(open_answers(one, one.revisions[0])[WHERE])


def told(app: Flask, said: str = SAID) -> str:
    reference = give(app, what_happened=said)
    hide_all(app, reference)
    return reference


def ask(app: Flask, reference: str, number: int = 1, email: str = LEAD) -> None:
    with app.app_context(), transaction():
        one = found(reference)
        erasing.ask(one, somebody(email), number, f"{NAME} has family there.", seen=redaction.seen_as(one))


def erase(app: Flask, reference: str, number: int = 1, email: str = COLLEAGUE) -> None:
    with app.app_context(), transaction():
        one = found(reference)
        erasing.erase(one, somebody(email), number, seen=redaction.seen_as(one))


def everything_sealed(app: Flask, reference: str) -> list[str]:
    """All that is sealed with the text of a submission, opened."""
    with app.app_context():
        one = found(reference)
        key = open_kept(one.text_key or b"", "submission", "text_key", reference)
        return [
            open_with(key, getattr(row, each.column.key), each.what, reference, str(0 if row is one else row.number))
            for each in sealed_texts()
            for row in each.rows(one)
        ]


def said_again(one: Submission, said: str) -> Filled:
    return Filled(Kind.TESTIMONY, "en", {**submissions.current_answers(one), WHERE: said}, None)  # type: ignore[arg-type]


def press(client: FlaskClient, reference: str, step: str, typed: dict[str, Any] | None = None) -> TestResponse:
    """Decide on the page as a browser does."""
    address = url(reference, "protect/1/erase/")
    shown = client.get(address)
    assert shown.status_code == 200, shown.status
    return send(client, address, form_on(shown, having="seen"), {**(typed or {}), "step": step})


# Two people


def test_one_asks_and_another_one_does_it(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    reference = told(app)
    asked = press(lead, reference, "ask", {"reason": "Her family lives there."})
    assert asked.status_code == 303
    assert "somebody else who moderates this submission has to agree" in lead.get(asked.location).get_data(as_text=True)
    own = lead.get(url(reference, "protect/1/erase/"))
    assert "You asked for this" in text(own)
    assert 'value="erase"' not in own.get_data(as_text=True)
    refused = press(lead, reference, "erase")
    assert refused.status_code == 409
    assert NAME in " ".join(everything_sealed(app, reference))

    assert "asks you to decide" not in text(lead.get("/en/staff/queue/"))
    assert "asks you to decide whether hidden words are erased for good" in text(colleague.get("/en/staff/queue/"))
    shown = text(colleague.get(url(reference, "protect/1/erase/")))
    assert "Her family lives there." in shown
    assert "all 2 places" in shown
    assert "from 2 messages, notes and translations, too" in shown, "of two redactions the reasons"
    assert press(colleague, reference, "erase").status_code == 303
    done = text(colleague.get(url(reference, "protect/")))
    assert "Erased for good" in done
    assert BLOCKS in done
    assert "Qandil" not in done
    assert "asks you to decide" not in text(colleague.get("/en/staff/queue/"))
    what = [act for act, _who, _detail in acts(app, reference)]
    assert what[-2:] == ["submission.ask_erasure", "submission.erase_words"]


def test_nobody_erases_alone_whatever_way_they_take(app: Flask) -> None:
    reference = told(app)
    with pytest.raises(Stale):
        erase(app, reference)
    ask(app, reference)
    with pytest.raises(NeedsAnother):
        erase(app, reference, email=LEAD)
    # Not even past our own code.
    with app.app_context(), pytest.raises(DBAPIError), transaction():
        one = found(reference)
        session().execute(
            sa.update(Erasure).where(Erasure.submission_id == one.id)
            .values(outcome="erased", ended_by_id=Erasure.asked_by_id, ended_at=Erasure.asked_at)
        )  # fmt: skip


def test_what_is_asked_can_be_taken_back_or_refused(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    reference = told(app)
    for client in (lead, colleague):
        ask(app, reference)
        assert press(client, reference, "keep").status_code == 303
        assert "Somebody wants this erased" not in text(client.get(url(reference, "protect/")))
        with pytest.raises(Stale):
            erase(app, reference)
    ask(app, reference)
    with app.app_context(), transaction():
        one = found(reference)
        redaction.lift(one, somebody(), 1, seen=redaction.seen_as(one))
    with pytest.raises(Stale):
        erase(app, reference)
    assert NAME in " ".join(everything_sealed(app, reference))


def test_words_that_stand_open_are_hidden_first(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened=SAID)
    with app.app_context(), transaction():
        one = found(reference)
        span = find(NAME, SAID, revision=1, name=WHERE, nth=0)
        redaction.hide(one, somebody(), [Wish(span, Category.NAME, "name")], seen=redaction.seen_as(one))
    shown = lead.get(url(reference, "protect/1/erase/"))
    assert "In 1 place they are not hidden yet" in text(shown)
    with pytest.raises(StandsOpen):
        ask(app, reference)


def test_nothing_is_done_on_what_changed_meanwhile(app: Flask, lead: FlaskClient, colleague: FlaskClient) -> None:
    reference = told(app)
    address = url(reference, "protect/1/erase/")
    form = form_on(lead.get(address), having="seen")
    with app.app_context(), transaction():
        one = found(reference)
        span = find("guard", SAID, revision=1, name=WHERE)
        redaction.hide(one, somebody(), [Wish(span, Category.OTHER, "left_out")], seen=redaction.seen_as(one))
    late = send(lead, address, form, {"reason": "Kept in the form.", "step": "ask"})
    assert late.status_code == 409
    assert "Kept in the form." in text(late)
    # What is erased already is nothing to decide on.
    ask(app, reference)
    form = form_on(colleague.get(address), having="seen")
    erase(app, reference)
    assert send(colleague, address, form, {"step": "erase"}).status_code == 409
    assert colleague.get(address).status_code == 404
    assert lead.get(url(reference, "protect/99/erase/")).status_code == 404


def test_who_could_agree_is_said_before_and_after_it_is_asked(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    address = url(reference, "protect/1/erase/")
    with app.app_context():
        name = somebody(COLLEAGUE).name
    before = text(lead.get(address))
    assert press(lead, reference, "ask").status_code == 303
    for shown in (before, text(lead.get(address))):
        assert "omebody else who moderates this submission has to agree" in shown
        assert f"One person could agree: {name}" in shown
        assert "Nobody could agree" not in shown


@pytest.mark.parametrize("why", ["conflict", "left"])
def test_where_nobody_could_agree_it_is_said_and_recorded_all_the_same(app: Flask, lead: FlaskClient, why: str) -> None:
    reference = told(app)
    with app.app_context(), transaction():
        other = somebody(COLLEAGUE)
        if why == "left":
            other.active = False
        else:
            conflicts.declare(other, other, conflicts.With(submission=found(reference)), "They are my cousin.")
    shown = text(lead.get(url(reference, "protect/1/erase/")))
    assert "Nobody could agree now" in shown
    assert "The secretariat can appoint a second co-lead." in shown
    assert "could agree:" not in shown
    assert press(lead, reference, "ask").status_code == 303
    assert "Nobody could agree now" in text(lead.get(url(reference, "protect/1/erase/")))


def test_what_stays_and_who_reads_it_is_said(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    shown = text(lead.get(url(reference, "protect/1/erase/")))
    assert "The contact that the contributor gave stays: name, organisation and e-mail address." in shown
    assert "written in another script, in another order or as part of a longer word" in shown
    assert "Files stay, and so do exports made before and backups." in shown
    assert "whatever spelling" not in shown
    for one in (shown, text(lead.get(url(reference, "protect/")))):
        assert "people trained for safeguarding" in one
        assert "but co-leads" not in one


# Everywhere


def test_every_place_in_which_the_words_stand_is_emptied(app: Flask, lead: FlaskClient) -> None:
    """What a version, a message, a decision, a memo, a hand-over, a question and a translation say of it."""
    reference = give(app, what_happened=SAID)
    with app.app_context(), transaction():
        one, person = found(reference), somebody()
        desk_services.claim(one, person)
        theme = next(iter(codebook.book_of(one.listening_session_id).choosable())).code
        codes = {coding.Axis.THEME: {theme}, coding.Axis.KIND: {"challenge"}}
        coding.add(one, person, Span(1, WHERE, 30, 40), codes, memo=f"This is about {NAME}.")
    # Translated while it stood open, into a script in which nobody would find it.
    write(app, reference, "أخذتنا زهرة قنديل إلى طرابلس.", None, target="ar")
    desk.ask(lead, reference, f"Where was {NAME} seen last?")
    with app.app_context(), transaction():
        submissions.answer(found(reference), f"Nobody saw {NAME} again.", "en")
    hide_all(app, reference)
    desk.hold(lead, reference, "When was that, and who told you?")
    ask(app, reference)
    before = everything_sealed(app, reference)
    assert sum("Qandil" in one for one in before) >= 6
    erase(app, reference)
    after = everything_sealed(app, reference)
    assert len(after) == len(before)
    assert not [one for one in after if "Qandil" in one or "Zuhra" in one or "زهرة" in one]
    with app.app_context():
        one = found(reference)
        said = open_answers(one, one.revisions[0])[WHERE]
        assert said == SAID.replace(NAME, BLOCKS).replace("Zuhra\nQandil", "█████\n██████")
        assert len(said) == len(SAID)
        assert [each.instead for each in redacted.standing(one, 1)] == ["[name]", "[name]"]
        assert reading.own_answers(one, somebody(), 1)[WHERE] == said


def test_what_was_sealed_before_opens_with_no_key_that_is_left(app: Flask) -> None:
    reference = told(app)
    ask(app, reference)
    with app.app_context():
        one = found(reference)
        copied = {each.column: [getattr(row, each.column.key) for row in each.rows(one)] for each in sealed_texts()}
        old = open_kept(one.text_key or b"", "submission", "text_key", reference)
    erase(app, reference)
    with app.app_context():
        one = found(reference)
        new = open_kept(one.text_key or b"", "submission", "text_key", reference)
        assert new != old
        (answers,) = copied[Revision.answers]
        with pytest.raises(SealError):
            open_with(new, answers, "answers", reference, "1")
        for each in sealed_texts():
            for row in each.rows(one):
                with pytest.raises(SealError):
                    open_with(old, getattr(row, each.column.key), each.what, reference, str(getattr(row, "number", 0)))


def test_everything_that_is_sealed_beside_a_submission_is_declared() -> None:
    """Or it would be left under a key that is gone."""
    declared = {(one.column.class_.__tablename__, one.column.key) for one in sealed_texts()}
    others = {
        # Of the contributor's identity; what the keyring seals; a sketch is of digests.
        ("revision", "contact"), ("submission", "text_key"), ("submission", "contact_key"),
        ("attachment", "key"), ("attachment", "name"), ("conflict", "reason"), ("sketch", "signature"),
    }  # fmt: skip
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary) and (table.name == "submission" or "submission_id" in table.columns)
    }
    assert sealed == declared | others


def test_it_is_found_by_these_words_no_more_and_stays_hidden_in_a_digest(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    with app.app_context(), transaction():
        one = found(reference)
        desk_services.decide(one, "accept", somebody(), version=one.version)
    assert hits(lead, "Qandil") == [reference]
    ask(app, reference)
    erase(app, reference)
    assert hits(lead, "Qandil") == []
    assert hits(lead, "Tripoli") == [reference]
    with app.app_context():
        answers = reading.answers_for_digest(found(reference))
        assert answers is not None
        assert answers[WHERE].count("[name]") == 2
        assert BLOCK not in answers[WHERE]


def test_it_cannot_be_shown_again(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    ask(app, reference)
    erase(app, reference)
    shown = lead.get(url(reference, "protect/"))
    assert "Show it again" not in text(shown)
    with app.app_context(), pytest.raises(Stale), transaction():
        one = found(reference)
        redaction.lift(one, somebody(), 1, seen=redaction.seen_as(one))


def test_a_later_version_is_to_be_looked_at(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    ask(app, reference)
    erase(app, reference)
    with app.app_context(), transaction():
        one = found(reference)
        submissions.amend(one, said_again(one, SAID), seen=1)
    assert "Words were erased for good in an earlier version" in text(lead.get(url(reference, "protect/")))


# What is known again, though nobody can read it


def test_other_spellings_go_and_longer_words_stay(app: Flask) -> None:
    said = "أخذنا علي إلى السوق. السلام عليكم، ثم ذهب عَليّ."
    reference = give(app, what_happened=said, language="ar")
    hide(app, reference, (said.index("علي"), 3), (said.index("عَليّ"), 5))
    with app.app_context(), transaction():
        one = found(reference)
        submissions.write_message(one, "علينا أن نجد علي.", "ar")
    ask(app, reference)
    erase(app, reference)
    with app.app_context():
        one = found(reference)
        assert open_answers(one, one.revisions[0])[WHERE] == "أخذنا ███ إلى السوق. السلام عليكم، ثم ذهب █████."
    assert "علينا أن نجد ███." in everything_sealed(app, reference)


def test_a_translation_that_says_them_stays_out_of_digests(app: Flask) -> None:
    """It says them where the original does not, so that only they tell that it gives somebody away."""
    reference = give(app, what_happened=f"{NAME} took us to Tripoli.\n\nThen she was never seen again.")
    write(app, reference, None, "ZUHRA QANDIL was not seen again, in French.", target="fr", checked=True)
    hide_all(app, reference)
    assert states(app, reference, "fr")[1] == "stale"
    ask(app, reference)
    erase(app, reference)
    assert states(app, reference, "fr")[1] == "stale"
    with pytest.raises(GivesAway):
        write(app, reference, None, "Zuhra Qandîl was not seen again, in French.", target="fr")
    write(app, reference, None, "She was not seen again, in French.", target="fr", checked=True)
    assert states(app, reference, "fr")[1] == "checked"


def test_a_version_that_says_them_again_is_told_and_they_are_proposed(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    ask(app, reference)
    erase(app, reference)
    with app.app_context(), transaction():
        one = found(reference)
        submissions.amend(one, said_again(one, "Then ZUHRA qandil came back."), seen=1)
    for page_of in (url(reference), url(reference, "protect/")):
        shown = text(lead.get(page_of))
        assert "ZUHRA qandil : stands here 1 time, not hidden" in shown
    with app.app_context():
        one = found(reference)
        assert is_open_again(one, somebody()), "it leaves to no translator"
        (proposal,) = [each for each in redaction.proposals(one, somebody(), 2) if "ZUHRA" in each.words]
        assert proposal.wish.category is Category.NAME
        assert "hidden" in {each.rule.name for each in outbox.findings(one, somebody(), "Where is Zuhra Qandil?")}


def test_the_same_person_keeps_the_same_letter(app: Flask) -> None:
    reference = give(app, what_happened="Zuhra met Amal.")
    with app.app_context(), transaction():
        one = found(reference)
        for name in ("Zuhra", "Amal"):
            span = find(name, "Zuhra met Amal.", revision=1, name=WHERE)
            redaction.hide(one, somebody(), [Wish(span, Category.NAME, redaction.PERSON)], seen=redaction.seen_as(one))
    ask(app, reference, 2)
    erase(app, reference, 2)
    with app.app_context(), transaction():
        one = found(reference)
        submissions.amend(one, said_again(one, "AMAL came back."), seen=1)
        span = find("AMAL", "AMAL came back.", revision=2, name=WHERE)
        redaction.hide(one, somebody(), [Wish(span, Category.NAME, redaction.PERSON)], seen=redaction.seen_as(one))
        assert [each.instead for each in redacted.standing(one, 2)] == ["[Person B]"]


def test_a_comma_that_is_hidden_with_them_goes_too(app: Flask) -> None:
    said = "We saw Zuhra, and then Zuhra."
    reference = give(app, what_happened=said)
    with app.app_context(), transaction():
        one = found(reference)
        for start, end in ((7, 13), (23, 28)):
            wish = Wish(Span(1, WHERE, start, end), Category.NAME, "name")
            redaction.hide(one, somebody(), [wish], seen=redaction.seen_as(one))
    ask(app, reference, 2)
    erase(app, reference, 2)
    with app.app_context():
        one = found(reference)
        assert open_answers(one, one.revisions[0])[WHERE] == "We saw ██████ and then █████."
        assert all(row.erased_at is not None for row in redacted.rows_of(one))


def test_what_is_asked_for_twice_ends_for_both(app: Flask, colleague: FlaskClient) -> None:
    reference = told(app)
    ask(app, reference, 1)
    ask(app, reference, 2)
    erase(app, reference, 2)
    assert "asks you to decide" not in text(colleague.get("/en/staff/queue/"))
    with app.app_context():
        one = found(reference)
        assert erasing.asked_for(one) == {}
        assert erasing.erased_by(one)[1] == erasing.erased_by(one)[2]


def test_a_larger_passage_does_not_take_the_place_of_what_is_erased(app: Flask) -> None:
    reference = told(app)
    ask(app, reference)
    erase(app, reference)
    with app.app_context(), pytest.raises(redaction.Overlapping), transaction():
        one = found(reference)
        wish = Wish(Span(1, WHERE, 0, 30), Category.OTHER, "left_out")
        redaction.hide(one, somebody(), [wish], seen=redaction.seen_as(one), merge=True)


def test_words_of_an_earlier_version_are_found_and_erased(
    app: Flask, lead: FlaskClient, colleague: FlaskClient
) -> None:
    reference = give(app, what_happened=SAID)
    with app.app_context(), transaction():
        one = found(reference)
        submissions.amend(one, said_again(one, "Nothing of her."), seen=1)
    earlier = url(reference, "protect/?revision=1")
    assert "revision=1" in lead.get(url(reference, "protect/")).get_data(as_text=True)
    form = form_on(lead.get(earlier), having="passage")
    assert send(lead, earlier, form, {"passage": "guard", "category": "other"}).status_code == 303
    assert "Erase it for good" in text(lead.get(earlier))
    assert press(lead, reference, "ask").status_code == 303
    assert press(colleague, reference, "erase").status_code == 303
    assert not [one for one in everything_sealed(app, reference) if "guard" in one]


def test_words_across_paragraphs_go_from_translations_of_either(app: Flask) -> None:
    said = "Then we saw Zuhra\n\nQandil of Tripoli again."
    reference = give(app, what_happened=said)
    write(app, reference, "Nous avons vu Zuhra.", "Qandil de Tripoli.", target="fr")
    with app.app_context(), transaction():
        one = found(reference)
        wish = Wish(Span(1, WHERE, said.index("Zuhra"), said.index(" again")), Category.NAME, "name")
        redaction.hide(one, somebody(), [wish], seen=redaction.seen_as(one))
    ask(app, reference)
    erase(app, reference)
    assert not [one for one in everything_sealed(app, reference) if "Qandil" in one and "family" not in one]


# The same words, however they are written

AMINA = "أنا أمينة. جاءت وأمينة ولأمينة معنا. قالوا لأمينة إن بأمينة مرضا. رأيت أمينة، فأمينة صديقتي."
BARE = AMINA.replace("أمينة", "█████")


def test_what_is_attached_to_a_name_in_arabic_does_not_keep_it(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened=AMINA, language="ar")
    hide(app, reference, *starts(AMINA, "أمينة"))
    assert "all 7 places" in text(lead.get(url(reference, "protect/1/erase/")))
    erase_by_two(app, reference)
    assert left(app, reference) == BARE
    assert "Show it again" not in text(lead.get(url(reference, "protect/")))
    with app.app_context():
        assert all(row.erased_at is not None for row in redacted.rows_of(found(reference)))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_whichever_is_hidden_with_what_is_attached_all_go(app: Flask, number: int) -> None:
    """Whole words are hidden, as a double click selects them; it does not matter which of them is asked for."""
    for said, words, after in (
        (
            "رأيت أمينة. جاءت وأمينة. قالوا لأمينة.",
            ("أمينة", "وأمينة", "لأمينة"),
            "رأيت █████. جاءت ██████. قالوا ██████.",
        ),
        ("رأيت علي. جاء وعلي. قالوا لعلي.", ("علي", "وعلي", "لعلي"), "رأيت ███. جاء ████. قالوا ████."),
    ):
        reference = give(app, what_happened=said, language="ar")
        hide(app, reference, *((said.index(f" {word}.") + 1, len(word)) for word in words))
        erase_by_two(app, reference, number)
        assert left(app, reference) == after


def test_with_an_article_what_is_attached_is_told_as_well(app: Flask) -> None:
    said = "مع الحسن والحسن وبالحسن وللحسن كالحسن فالحسن، لا المحسن ولا حسناء."
    reference = give(app, what_happened=said, language="ar")
    hide(app, reference, *starts(said, "الحسن"), (said.index("وللحسن"), 6))
    erase_by_two(app, reference)
    assert left(app, reference) == "مع █████ و█████ وب█████ ██████ ك█████ ف█████، لا المحسن ولا حسناء."


def test_an_article_beside_what_is_hidden_is_no_open_place(app: Flask) -> None:
    said = "من القاهرة إلى قاهرة المعز وبالقاهرة."
    reference = give(app, what_happened=said, language="ar")
    hide(app, reference, *starts(said, "قاهرة"))
    erase_by_two(app, reference)
    assert "قاهرة" not in left(app, reference)


@pytest.mark.parametrize(
    ("said", "hidden", "also"),
    [
        ("معي تصريح. قال وتصريح.", "تصريح", "تصريح"),
        ("Call +41 79 123 45 67 or +41791234567.", "+41 79 123 45 67", "41791234567"),
        ("Call +41791234567 or (+41) 79-123.45.67 now.", "+41791234567", "41) 79-123.45.67"),
        ("اتصل ٠٧٩ ١٢٣ ٤٥ ٦٧ أو 0791234567.", "٠٧٩ ١٢٣ ٤٥ ٦٧", "0791234567"),
        ("Passport AB 123 456, that is ab123456.", "AB 123 456", "ab123456"),
        ("We saw Fatou. Then Fa\u00adtou\u200f left.", "Fatou", "Fa\u00adtou"),
        ("We saw Fa\u200btou. Then Fatou left.", "Fa\u200btou", "Fatou"),
    ],
)
def test_what_would_be_proposed_is_counted_refused_and_proposed_again(
    app: Flask, lead: FlaskClient, said: str, hidden: str, also: str
) -> None:
    reference = give(app, what_happened=said, language="ar" if "ا" in said else "en")
    hide(app, reference, (said.index(hidden), len(hidden)))

    def proposed(number: int = 1) -> list[str]:
        with app.app_context():
            label = ("The same words are hidden elsewhere", "Hidden in the version before")
            every = redaction.proposals(found(reference), somebody(), number)
            return [one.words for one in every if str(one.label) in label]

    assert proposed() == [also]
    assert "In 1 place they are not hidden yet" in text(lead.get(url(reference, "protect/1/erase/")))
    with pytest.raises(StandsOpen):
        ask(app, reference)
    hide(app, reference, (said.rindex(also), len(also)))
    assert proposed() == []
    erase_by_two(app, reference)
    after = left(app, reference)
    assert len(after) == len(said)
    assert also not in after
    assert hidden not in after
    with app.app_context(), transaction():
        submissions.amend(found(reference), said_again(found(reference), said), seen=1)
    assert len(proposed(2)) == 2, "by their digests"


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("رأيت كريم. ريم هناك.", "كريم"),
        ("بنت سامي. أمي هناك.", "سامي"),
        ("جاء علي. السلام عليكم، وعلينا.", "علي"),
        ("Then Amina, and Aminata and Jasamina.", "Amina"),
        ("We were 12345 and 123456, or A12345 in 12 3456.", "12345"),
        ("Room 34, not 3, 4 and not 345.", "34"),
    ],
)
def test_no_part_of_another_word_goes(app: Flask, said: str, hidden: str) -> None:
    reference = give(app, what_happened=said, language="en" if said.isascii() else "ar")
    at = said.index(hidden)
    hide(app, reference, (at, len(hidden)))
    erase_by_two(app, reference)
    blotted = "".join(one if one.isspace() else BLOCK for one in hidden)
    assert left(app, reference) == said[:at] + blotted + said[at + len(hidden) :]


def test_what_is_hidden_inside_a_longer_word_goes_as_well(app: Flask) -> None:
    said = "Amina came. It was Aminas house, and Aminata was there."
    reference = give(app, what_happened=said)
    hide(app, reference, (0, 5), (said.index("Aminas"), 5))
    erase_by_two(app, reference)
    assert left(app, reference) == "█████ came. It was █████s house, and Aminata was there."


@pytest.mark.parametrize(
    ("said", "words", "times"),
    [
        ("我认识王芳。昨天王芳来了。", "王芳", 2),
        ("เมื่อวานสมชายมา แล้วสมชายไป", "สมชาย", 2),
        ("सीता आई। सात लोग थे, सीता भी।", "सीता", 2),
        ("রহিমা এল। রহিম নয়।", "রহিমা", 1),
    ],
)
def test_words_are_found_in_scripts_without_spaces_and_with_vowels_that_are_marks(
    said: str, words: str, times: int
) -> None:
    assert [said[start:end] for start, end in Words.of(words).places(said)] == [words] * times


def test_a_long_text_is_read_in_reasonable_time() -> None:
    """Of everything that is hidden, which may be much, it is asked in one text of the greatest length."""
    said = ("قالت وأمينة في اليوم " + " ".join(map(str, range(40))) + " إن الرسالة وصلت كلها. ") * 700
    said = said[:100_000]
    began = perf_counter()
    read = Said.of(said)
    hidden = [Words.of(one) for one in ("أمينة", "لأمينة معنا", "12 34 56", *(f"كلمة{n}" for n in range(200)))]
    assert [len(list(one.places(read))) for one in hidden[:2]] == [said.count("وأمينة"), 0]
    for one in hidden:
        list(one.places(read))
    assert perf_counter() - began < 5


# The contributor


def test_the_contributor_is_told_and_the_fingerprint_is_not_made_of_what_is_left(app: Flask) -> None:
    reference = told(app)
    with app.app_context():
        assert versions_of(found(reference))[0].fingerprint
    ask(app, reference)
    with app.test_request_context("/en/"):
        assert not [one.words for one in happened.steps(found(reference)) if "eras" in one.words]
    erase(app, reference)
    with app.test_request_context("/en/"):
        one = found(reference)
        assert [step.words for step in happened.steps(one)][-1] == "2 passages were erased for good, to protect people."
        assert versions_of(one)[0].fingerprint == ""
        assert BLOCKS in submissions.current_answers(one)[WHERE]


# Records


@pytest.mark.parametrize(("model", "column"), [(Revision, "answers"), (Message, "body"), (Decision, "reason")])
def test_outside_an_erasure_records_stay_as_they_are(app: Flask, model: Any, column: str) -> None:
    reference = told(app)
    with app.app_context(), transaction():
        one = found(reference)
        submissions.write_message(one, "There is more.", "en")
        session().flush()
        desk_services.decide(one, "decline", somebody(), version=one.version, words="It is about something else.")
    ask(app, reference)
    with app.app_context(), pytest.raises(DBAPIError, match="is a record"), transaction():
        one = found(reference)
        session().execute(sa.update(model).where(model.submission_id == one.id).values({column: b"\x01\x00changed"}))


def test_whose_wish_it_is_never_changes(app: Flask) -> None:
    reference = told(app)
    ask(app, reference)
    with app.app_context():
        other = somebody(COLLEAGUE).id
    with app.app_context(), pytest.raises(DBAPIError, match="is a record"), transaction():
        session().execute(sa.update(Erasure).values(asked_by_id=other))


def test_an_erasure_that_ended_stays_as_it_ended(app: Flask) -> None:
    reference = told(app)
    ask(app, reference)
    erase(app, reference)
    for change in ({"outcome": "kept"}, {"ended_by_id": None}, {"redaction": 2}, {"note": b"x"}, {"asked_by_id": 1}):
        with app.app_context(), pytest.raises(DBAPIError), transaction():
            session().execute(sa.update(Erasure).values(change))


# At the same moment


def test_to_erase_against_to_show_again(app: Flask) -> None:
    """Seen as they stood before: either the words are gone, or they are shown and nothing is erased."""
    for _round in range(desk.ROUNDS):
        reference = told(app)
        ask(app, reference)
        with app.app_context():
            seen = redaction.seen_as(found(reference))

        def lifting(submission: Submission, seen: str = seen) -> object:
            return redaction.lift(submission, somebody(LEAD), 1, seen=seen)

        def doing(submission: Submission, seen: str = seen) -> object:
            return erasing.erase(submission, somebody(COLLEAGUE), 1, seen=seen)

        outcomes = at_once(app, reference, lifting, doing)
        assert winners(outcomes) == 1
        is_there = any("Qandil" in one for one in everything_sealed(app, reference))
        assert is_there is isinstance(outcomes[1], Stale)


def test_to_erase_against_an_amendment(app: Flask) -> None:
    """Whatever comes first, nothing stays under a key that is gone, and no version is lost."""
    for _round in range(desk.ROUNDS):
        reference = told(app)
        ask(app, reference)
        with app.app_context():
            one = found(reference)
            seen = redaction.seen_as(one)
            filled = said_again(one, "Nothing more.")

        def amending(submission: Submission, filled: Any = filled) -> object:
            return submissions.amend(submission, filled, seen=1)

        def doing(submission: Submission, seen: str = seen) -> object:
            return erasing.erase(submission, somebody(COLLEAGUE), 1, seen=seen)

        outcomes = at_once(app, reference, amending, doing)
        assert not isinstance(outcomes[0], Exception)
        opened = everything_sealed(app, reference)
        assert any("Nothing more." in one for one in opened)
        assert any("Qandil" in one for one in opened) is isinstance(outcomes[1], Stale)
