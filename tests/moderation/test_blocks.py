"""Blocks that stand for erased words, once their author changes the text: nobody beyond the desk reads one."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake.digests import queries
from intake.digests import services as digests
from intake.foundation.database import transaction
from intake.foundation.languages import CODES
from intake.moderation import reading, redacted, redaction
from intake.moderation import services as desk_services
from intake.moderation.redacted import Category
from intake.moderation.redaction import PERSON, Wish
from intake.moderation.spans import BLOCK, Span, find
from intake.submissions import services as submissions
from intake.submissions.sealing import open_answers
from tests import builders
from tests.digests.reading import in_all_formats
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import WG3, found, somebody, text, url
from tests.moderation.test_erasing import ask, erase, said_again
from tests.moderation.test_protect import accept, beyond
from tests.moderation.translating import states, write

WHERE = "what_happened"
REST = "من حمص وقد أغلقوا الحدود"
SAID = f"أنا ليلى {REST}"
BLOCKED = f"أنا {BLOCK * 4} {REST}"
FOR_HER = "[الشخص أ]"
LEFT_OUT = "[كلمات محذوفة]"
MINE, CHANGE, COPY = "/receipt/submission/", "/receipt/change/", "/receipt/copy/"


def hide(app: Flask, reference: str, words: str, *, nth: int = 0, stands: str = PERSON) -> None:
    with app.app_context(), transaction():
        one = found(reference)
        said = str(open_answers(one, one.revisions[-1])[WHERE])
        span = find(words, said, revision=one.revisions[-1].number, name=WHERE, nth=nth)
        redaction.hide(one, somebody(), [Wish(span, Category.NAME, stands)], seen=redaction.seen_as(one))


def erased(app: Flask, said: str = SAID, words: str = "ليلى", **about: object) -> str:
    """Something of which ``words`` are erased for good, [Person A] in their place."""
    given = {"language": "ar", "tier": 4, "publication": True, "token": builders.TOKEN, **about}
    reference = desk.give(app, what_happened=said, **given)
    hide(app, reference, words)
    ask(app, reference)
    erase(app, reference)
    return reference


def change(app: Flask, reference: str, said: str, language: str = "ar", **further: str) -> None:
    with app.app_context(), transaction():
        one = found(reference)
        filled = replace(said_again(one, said), language=language)
        filled.answers.update(further)
        submissions.amend(one, filled, seen=one.revisions[-1].number)


def issue(app: Flask) -> dict[str, str]:
    with app.app_context():
        with transaction():
            digests.compile_digest(desk.held(WG3))
        digest = queries.digest_of(desk.held(WG3), 1)
        assert digest is not None
        return in_all_formats(digest, "ar")


def come_back(client: FlaskClient, language: str = "en") -> None:
    door = f"/{language}/receipt/"
    send(client, door, form_on(client.get(door), having="code"), {"code": builders.CODE})


# What goes along


def test_what_is_erased_goes_along_to_a_version_that_leaves_the_blocks(
    app: Flask, client: FlaskClient, lead: FlaskClient
) -> None:
    """As a browser does it: another answer is changed on the page, and nothing else."""
    reference = erased(app)
    come_back(client)
    address = f"/en{CHANGE}"
    form = form_on(client.get(address), having="seen")
    checked = send(client, address, form, {"what_would_help": "جارتي ساعدتني", "step": "check"})
    assert send(client, address, form_on(checked, having="seen"), {"step": "send"}).status_code == 302
    with app.app_context():
        one = found(reference)
        assert open_answers(one, one.revisions[1])[WHERE] == BLOCKED
        (hidden,) = redacted.standing(one, 2)
        (before,) = redacted.standing(one, 1)
        assert (hidden.instead, hidden.span) == (FOR_HER, Span(2, WHERE, 4, 8))
        assert (hidden.known, hidden.erased_at, hidden.alias) == (before.known, before.erased_at, before.alias)
    shown = text(lead.get(url(reference, "protect/")))
    assert f"أنا {FOR_HER} {REST}" in shown
    accept(app, reference)
    assert beyond(app, reference) == f"أنا {FOR_HER} {REST}"
    for name, made in issue(app).items():
        assert BLOCK not in made, name
        assert FOR_HER in made or name == "pdf", name


def test_what_goes_along_is_as_erased_as_it_was(app: Flask) -> None:
    reference = erased(app)
    change(app, reference, BLOCKED + "، وأمي معي")
    change(app, reference, "يومها " + BLOCKED)
    with app.app_context(), transaction():
        one = found(reference)
        (hidden,) = redacted.standing(one, 3)
        assert (hidden.number, hidden.span) == (3, Span(3, WHERE, 10, 14))
        with pytest.raises(redaction.Stale):
            redaction.lift(one, somebody(), 3, seen=redaction.seen_as(one))
        assert redaction.carried(one, somebody()) == []
    # Whoever is called so again gets the same letter.
    change(app, reference, BLOCKED + "، ثم جاءت ليلى")
    hide(app, reference, "ليلى")
    with app.app_context():
        assert [one.instead for one in redacted.standing(found(reference), 4)] == [FOR_HER, FOR_HER]


def test_of_two_people_each_keeps_the_own_letter(app: Flask) -> None:
    reference = desk.give(app, what_happened="Zuhra ran and Salma stayed.")
    for number, words in enumerate(("Zuhra", "Salma"), start=1):
        hide(app, reference, words)
        ask(app, reference, number)
        erase(app, reference, number)
    change(app, reference, f"{BLOCK * 5} stayed.", language="en")
    with app.app_context():
        assert [one.instead for one in redacted.standing(found(reference), 2)] == ["[Person B]"]


def test_what_was_hidden_and_not_erased_is_proposed_as_before(app: Flask) -> None:
    reference = erased(app)
    hide(app, reference, "حمص", stands="place")
    change(app, reference, BLOCKED)
    with app.app_context():
        one = found(reference)
        assert len(redacted.standing(one, 2)) == 1
        assert [each.words for each in redaction.proposals(one, somebody(), 2)] == ["حمص"]


def test_a_translation_of_what_stays_the_same_stands(app: Flask) -> None:
    reference = erased(app)
    write(app, reference, "I am [Person A] from Homs, and they closed the border", None, target="en", checked=True)
    change(app, reference, BLOCKED, what_would_help="جارتي")
    assert states(app, reference, "en")[0] == "checked"


# Whatever happens


def test_no_block_is_quoted_wherever_it_was_put(app: Flask, lead: FlaskClient) -> None:
    """Shortened, put down twice, moved to another answer: nobody can know for whom it stands."""
    reference = erased(app)
    put = f"أنا {BLOCK * 3} {BLOCK}\n{BLOCK * 2} {REST}"
    change(app, reference, put, what_would_help=f"ساعدتني {BLOCK * 4}")
    shown = page(lead.get(url(reference, "protect/"))).xpath("string(//main)")
    assert "nothing is hidden here" not in " ".join(shown.split())
    assert LEFT_OUT in shown
    accept(app, reference)
    with app.app_context():
        one = found(reference)
        answers = reading.answers_for_digest(one)
        assert answers is not None
        assert answers[WHERE] == f"أنا {LEFT_OUT} {REST}"
        assert answers["what_would_help"] == f"ساعدتني {LEFT_OUT}"
        quoted = reading.passage_beyond(one, one.revisions[1], Span(2, WHERE, 0, 6))
        assert quoted is not None
        assert quoted.text == f"أنا {LEFT_OUT}"
        given = reading.to_translate(one, somebody(), 2).texts
        assert BLOCK not in "".join(text.text for text in given.values())
    for name, made in issue(app).items():
        assert BLOCK not in made, name


def test_what_stands_for_words_left_out_speaks_the_language_of_the_answer(app: Flask) -> None:
    reference = erased(app, "Amal took us to Tripoli.", "Amal", language="fr")
    change(app, reference, f"{BLOCK} nous a aidés ce jour-là à partir.", language="fr")
    with app.app_context(), transaction():
        one = found(reference)
        desk_services.decide(one, "accept", somebody(), version=one.version)
    assert beyond(app, reference) == "[mots omis] nous a aidés ce jour-là à partir."


def test_whoever_typed_the_character_where_nothing_was_erased_is_quoted(app: Flask) -> None:
    said = f"They painted {BLOCK * 3} on our door."
    reference = desk.give(app, what_happened=said)
    hide(app, reference, "door", stands="place")
    accept(app, reference)
    assert beyond(app, reference) == said.replace("door", "[place]")


# What the contributor reads


@pytest.mark.parametrize("language", CODES)
def test_the_page_to_change_it_says_beside_the_answer_what_blocks_are(
    app: Flask, client: FlaskClient, language: str
) -> None:
    erased(app)
    come_back(client, language)
    shown = page(client.get(f"/{language}{CHANGE}"))
    (area,) = shown.xpath(f"//textarea[@name='{WHERE}']")
    said = shown.xpath(f"string(//*[@id='{WHERE}-hint'])")
    assert BLOCK in said
    assert f"{WHERE}-hint" in area.get("aria-describedby")
    assert "(█)" not in "".join(shown.xpath("//*[@id='what_would_help-hint']//text()"))
    lead = shown.xpath("string(//p[@class='lead'])")
    if language == "en":
        assert "You can leave the blocks as they are, or write something else over them." in " ".join(said.split())
        assert "overwritten" not in lead
        assert "erased for good to protect somebody" in " ".join(lead.split())


def test_it_is_not_said_that_nothing_is_overwritten_where_the_blocks_are_gone(app: Flask, client: FlaskClient) -> None:
    change(app, erased(app), f"كنا {REST}")
    come_back(client)
    shown = text(client.get(f"/en{CHANGE}"))
    assert "overwritten" not in shown
    assert "(█)" not in shown


def test_nothing_is_said_of_blocks_where_nothing_was_erased(app: Flask, client: FlaskClient) -> None:
    desk.give(app, what_happened=f"They painted {BLOCK} on it.", token=builders.TOKEN)
    come_back(client)
    for address in (MINE, CHANGE, COPY):
        shown = text(client.get(f"/en{address}"))
        assert "erased for good" not in shown
    assert "Nothing you said before is overwritten" in text(client.get(f"/en{CHANGE}"))


@pytest.mark.parametrize("language", CODES)
def test_ones_own_words_and_their_copies_say_what_blocks_are(app: Flask, client: FlaskClient, language: str) -> None:
    erased(app)
    come_back(client, language)
    for address in (MINE, COPY):
        shown = page(client.get(f"/{language}{address}"))
        assert shown.xpath("//main//p[contains(., '(█)')]"), address
    copy = client.get(f"/{language}{COPY}file").get_data()
    read = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(copy)).pages)
    assert read.count(BLOCK) == 5, "four of the name, and the one that is explained"
    if language == "en":
        assert "Blocks (█) stand for words that were erased for good" in " ".join(read.split())


def test_blocks_in_messages_are_explained_there(app: Flask, client: FlaskClient) -> None:
    reference = desk.give(app, what_happened="Zuhra took us.", token=builders.TOKEN)
    with app.app_context(), transaction():
        submissions.write_message(found(reference), "Zuhra is safe now.", "en")
    hide(app, reference, "Zuhra")
    ask(app, reference)
    erase(app, reference)
    change(app, reference, "She took us.", language="en")
    come_back(client)
    shown = page(client.get(f"/en{MINE}"))
    (said,) = shown.xpath("//main//p[contains(., '(█)')]")
    assert said.xpath("ancestor::section/@aria-labelledby") == ["messages"]
