"""Translations: beside the original, paragraph by paragraph, and nothing that is hidden comes back through them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.moderation import reading, redaction, translation
from intake.moderation import services as desk_services
from intake.moderation.translated import Kept, Translation
from intake.moderation.translation import GivesAway, Meanwhile, Wish
from intake.submissions import services as submissions
from intake.submissions.consent import Consent, Tier
from intake.submissions.services import Filled
from intake.submissions.vocabulary import Kind
from tests.forms import form_on, page, post_form, send
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, OTHER, ROUNDS, WG6, acts, found, give, signed_in, somebody, text
from tests.moderation.translating import (
    ARABIC,
    ENGLISH,
    WHERE,
    Server,
    address,
    areas,
    hide,
    serving,
    states,
    told,
    typed,
    use,
    whole,
    write,
)  # fmt: skip

SEARCH = "/en/staff/search/"


def accept(app: Flask, reference: str) -> None:
    with app.app_context(), transaction():
        one = found(reference)
        desk_services.decide(one, "accept", somebody(), version=one.version)


def amend(app: Flask, reference: str, said: str) -> None:
    with app.app_context(), transaction():
        one = found(reference)
        answers = {**submissions.current_answers(one), WHERE: said}
        filled = Filled(Kind.TESTIMONY, "ar", answers, Consent(Tier.ANONYMOUS, False, True))
        submissions.amend(one, filled, seen=one.revisions[-1].number)


def for_digest(app: Flask, reference: str) -> str | None:
    with app.app_context():
        found_there = reading.translation_for_digest(found(reference), "en").get(WHERE)
        return found_there.text.text if found_there else None


# Side by side


def test_the_original_and_its_translation_stand_side_by_side_in_their_own_directions(
    app: Flask, lead: FlaskClient
) -> None:
    reference = told(app)
    assert typed(lead, reference, *ENGLISH[:2]).status_code == 303
    shown = lead.get(address(reference))
    pairs = page(shown).cssselect(".beside-it")
    assert [pair.cssselect(".words")[0].get("dir") for pair in pairs] == ["rtl"] * 3
    assert [pair.cssselect(".words")[0].get("lang") for pair in pairs] == ["ar"] * 3
    assert [[said.text_content().strip() for said in pair.cssselect(".words")] for pair in pairs] == [
        [*both] for both in zip(ARABIC.split("\n\n")[:2], ENGLISH[:2], strict=True)
    ] + [[ARABIC.split("\n\n")[2]]]
    assert [pair.cssselect(".words")[1].get("dir") for pair in pairs[:2]] == ["ltr"] * 2
    assert states(app, reference) == ["draft", "draft", "missing"]
    assert "Lead" in text(shown)
    assert "0 of 3 checked" in text(lead.get(desk.url(reference)))


def test_who_checked_it_is_kept_and_said(app: Flask) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH)
    colleague = signed_in(app, COLLEAGUE)
    form = form_on(colleague.get(address(reference)), action="/check/")
    one = form.cssselect("button[name=one]")[1].get("value")
    answer = send(colleague, address(reference), form, {"one": one}, follow_redirects=True)
    assert "Checked by Colleague" in text(answer)
    assert states(app, reference) == ["draft", "checked", "draft"]
    form = form_on(colleague.get(address(reference)), action="/check/")
    assert send(colleague, address(reference), form).status_code == 303
    assert states(app, reference) == ["checked"] * 3
    assert [act for act, _who, _detail in acts(app, reference)][-3:] == [
        "submission.translate", "submission.check_translation", "submission.check_translation",
    ]  # fmt: skip


def test_written_and_checked_in_one_go(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    typed(lead, reference, *ENGLISH, button="checked")
    assert states(app, reference) == ["checked"] * 3
    typed(lead, reference, "They shut the border.")
    assert states(app, reference) == ["draft", "checked", "checked"]
    assert len(versions(app)) == 4


def versions(app: Flask) -> list[Translation]:
    with app.app_context():
        return list(session().scalars(sa.select(Translation).order_by(Translation.number)))


def test_an_answer_in_that_language_is_not_translated_into_it(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    shown = lead.get(address(reference))
    assert "in this language already" in text(shown)
    assert states(app, reference, "ar") == ["missing"]


def test_what_is_for_moderation_only_is_no_part_of_it(app: Flask) -> None:
    reference = told(app, place="صفاقس", what_would_help="محام واحد.")
    assert {pair.paragraph.answer for pair in whole(app, reference).pairs} == {WHERE, "what_would_help"}


def test_nothing_typed_is_lost_and_a_mistake_stands_beside_its_field(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    answer = typed(lead, reference, "One", "bad \x01 sign", "Three")
    assert answer.status_code == 422
    shown = page(answer)
    assert [area.text.strip() for area in shown.cssselect("textarea")] == ["One", "bad  sign", "Three"]
    assert len(shown.cssselect(".wrong textarea[aria-invalid]")) == 1
    assert typed(lead, reference, "x" * 20_001).status_code == 422
    assert typed(lead, reference).status_code == 422
    assert states(app, reference) == ["missing"] * 3


def test_a_translation_is_sealed_and_goes_with_the_text(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH, checked=True)
    [row, *_more] = versions(app)
    assert b"border" not in row.words
    with app.app_context():
        dump = repr(session().execute(sa.text("SELECT * FROM translation")).all())
        dump += repr(session().execute(sa.text("SELECT words FROM search_entry")).all())
        assert "border" not in dump
        assert row.paragraph not in dump.replace(repr(row.paragraph), "")
    desk.withdraw(app, reference)
    with app.app_context():
        assert session().execute(sa.text("SELECT count(*) FROM search_entry")).scalar() == 0
    with app.app_context(), transaction():
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now.replace(year=now.year + 1))
        assert submissions.erase_due() == 1
    assert versions(app) == []


def test_the_database_lets_nobody_change_what_was_translated(app: Flask) -> None:
    reference = told(app)
    write(app, reference, ENGLISH[0], checked=True)
    for change in ("origin = 'table'", "place = 3", "checked_at = NULL, checked_by_id = NULL"):
        with app.app_context(), pytest.raises(DBAPIError), transaction() as database:
            database.execute(sa.text(f"UPDATE translation SET {change}"))  # noqa: S608  # of this test


# Stale


def test_what_did_not_change_stays_translated_and_what_changed_says_how(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH, checked=True)
    first, second, third = ARABIC.split("\n\n")
    amend(app, reference, "\n\n".join(["فقرة جديدة تماما هنا.", first, second.replace("ثلاثة", "أربعة"), third]))
    assert states(app, reference) == ["missing", "checked", "stale", "checked"]
    shown = page(lead.get(address(reference)))
    stale = shown.cssselect(".beside-it")[2]
    assert "أربعة" in stale.cssselect("ins")[0].text_content()
    assert "ثلاثة" in stale.cssselect("del")[0].text_content()
    assert ENGLISH[1] in stale.text_content()
    form_page = lead.get(address(reference, "write/"))
    area = page(form_page).cssselect("textarea")[2]
    assert area.text.strip() == ENGLISH[1]
    # It is enough to say that it fits; left as it is, nothing is kept.
    assert typed(lead, reference).status_code == 422
    name = area.get("name").replace("text-", "fits-")
    assert (
        send(lead, address(reference, "write/"), form_on(form_page, action="/write/"), {name: "y"}).status_code == 303
    )
    assert states(app, reference) == ["missing", "checked", "draft", "checked"]


def test_a_paragraph_that_is_taken_back_finds_its_translation_again(app: Flask) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH)
    amend(app, reference, ARABIC.replace("ثلاثة", "أربعة"))
    write(app, reference, None, "She waited for four days.", None)
    amend(app, reference, ARABIC)
    assert states(app, reference) == ["draft"] * 3
    there = whole(app, reference)
    assert [pair.version.text for pair in there.pairs if pair.version] == list(ENGLISH)
    assert there.left_over == ()


def test_the_same_paragraph_twice_has_two_translations(app: Flask) -> None:
    reference = told(app, "نعم.\n\nقالوا ذلك مرة أخرى.\n\nنعم.")
    write(app, reference, "Yes.", "They said it again.", "Indeed.")
    assert [pair.version and pair.version.text for pair in whole(app, reference).pairs] == [
        "Yes.", "They said it again.", "Indeed.",
    ]  # fmt: skip


def test_a_paragraph_that_is_gone_leaves_its_translation_in_the_record(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH)
    amend(app, reference, ARABIC.split("\n\n")[0] + "\n\nفقرة أخرى عن شيء مختلف كل الاختلاف.")
    assert states(app, reference) == ["draft", "missing"]
    assert ENGLISH[2] in text(lead.get(address(reference)))
    assert len(whole(app, reference).left_over) == 2


# What is hidden stays hidden


def test_hiding_makes_stale_and_showing_again_brings_back(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    write(app, reference, ENGLISH[0], "Amina waited.", ENGLISH[2], checked=True)
    hide(app, reference, "أمينة")
    assert states(app, reference) == ["checked", "stale", "checked"]
    source = page(lead.get(address(reference))).cssselect(".beside-it .words")[2].text_content()
    assert "أمينة" not in source
    assert "[" in source
    with app.app_context(), transaction():
        one = found(reference)
        redaction.lift(one, somebody(), 1, seen=redaction.seen_as(one))
    assert states(app, reference) == ["checked"] * 3


def test_what_is_hidden_cannot_be_written_into_a_translation(app: Flask, lead: FlaskClient) -> None:
    reference = give(
        app, what_happened="Amina Haddad took us there.\n\nThe guard in Tripoli beat us.\n\nTripoli again."
    )
    hide(app, reference, "Amina Haddad")
    answer = typed(lead, reference, "AMINA HÁDDAD nous a conduits.", "x", "y", target="fr")
    assert answer.status_code == 422
    assert "says what is hidden" in text(answer)
    assert page(answer).cssselect(".wrong textarea")[0].text.strip() == "AMINA HÁDDAD nous a conduits."
    assert states(app, reference, "fr") == ["missing"] * 3
    assert typed(lead, reference, "[nom] nous a conduits.", "x", "y", target="fr").status_code == 303


def test_what_is_hidden_later_makes_every_translation_stale_that_says_it(app: Flask) -> None:
    reference = give(app, what_happened="Amina Haddad took us there.\n\nThe guard beat us on the road.")
    write(app, reference, "Quelqu’un nous a conduits.", "Le garde nous a battus, Amina Haddad et moi.",
          target="fr", checked=True)  # fmt: skip
    accept(app, reference)
    hide(app, reference, "Amina Haddad")
    assert states(app, reference, "fr") == ["stale", "stale"]
    with app.app_context():
        assert reading.translation_for_digest(found(reference), "fr") == {}


def test_words_that_stand_open_elsewhere_are_no_secret() -> None:
    kept = Kept(("tripoli", "amina haddad"), "we came to tripoli")
    assert kept.is_in("… Amina  HADDAD …")
    assert not kept.is_in("Tripoli")
    assert not kept.is_in("Amina")


# Digests


def test_a_digest_gets_whole_checked_answers_and_nothing_else(app: Flask) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH, checked=True)
    assert for_digest(app, reference) is None
    accept(app, reference)
    assert for_digest(app, reference) == "\n\n".join(ENGLISH)
    write(app, reference, None, "Somebody waited.", None)
    assert for_digest(app, reference) is None
    write(app, reference, None, "Someone waited.", None, checked=True)
    assert for_digest(app, reference) == "\n\n".join([ENGLISH[0], "Someone waited.", ENGLISH[2]])
    # What was accepted stands, with its translation, while a change waits.
    amend(app, reference, ARABIC.replace("ثلاثة", "أربعة"))
    assert states(app, reference) == ["checked", "stale", "checked"]
    assert for_digest(app, reference) is not None
    desk.change(app, reference, consent_tier=0)
    assert for_digest(app, reference) is None


# Two at once


def test_two_on_the_same_paragraph_lose_nothing(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    opened = lead.get(address(reference, "write/"))
    typed(signed_in(app, COLLEAGUE), reference, "Theirs.")
    mine = {areas(opened)[0]: "Mine.", areas(opened)[2]: "Also mine."}
    answer = send(lead, address(reference, "write/"), form_on(opened, action="/write/"), mine)
    assert answer.status_code == 409
    shown = page(answer)
    assert "Theirs." in shown.cssselect(".beside-it")[0].cssselect(".words")[1].text_content()
    assert [area.text.strip() for area in shown.cssselect("textarea")] == ["Mine.", "", "Also mine."]
    assert states(app, reference) == ["draft", "missing", "missing"]
    assert send(lead, address(reference, "write/"), form_on(answer, action="/write/")).status_code == 303
    assert [pair.version and pair.version.text for pair in whole(app, reference).pairs] == ["Mine.", None, "Also mine."]
    assert len(versions(app)) == 3


def test_a_mistake_beside_a_meanwhile_does_not_hide_it(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    opened = lead.get(address(reference, "write/"))
    typed(signed_in(app, COLLEAGUE), reference, "Theirs.")
    wrong = {areas(opened)[0]: "Mine.", areas(opened)[2]: "bad \x01"}
    answer = send(lead, address(reference, "write/"), form_on(opened, action="/write/"), wrong)
    assert answer.status_code == 422
    assert send(lead, address(reference, "write/"), form_on(answer, action="/write/")).status_code == 409


def test_what_was_typed_beside_a_paragraph_that_changed_is_handed_back(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    opened = lead.get(address(reference, "write/"))
    amend(app, reference, ARABIC.replace("أغلقوا", "فتحوا"))
    answer = send(lead, address(reference, "write/"), form_on(opened, action="/write/"), {areas(opened)[0]: "Mine."})
    assert answer.status_code == 409
    assert "Mine." in text(answer)


def test_a_draft_that_was_changed_meanwhile_is_not_checked(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH)
    form = form_on(lead.get(address(reference)), action="/check/")
    write(app, reference, "Another.", who=COLLEAGUE)
    assert send(lead, address(reference), form).status_code == 409
    assert states(app, reference) == ["draft"] * 3


def test_of_two_at_the_same_moment_one_is_kept_and_the_other_told(app: Flask) -> None:
    for _round in range(ROUNDS):
        reference = told(app)
        digest = whole(app, reference).pairs[0].paragraph.digest

        def at_once(who: str, reference: str = reference, digest: str = digest) -> str:
            try:
                with app.app_context(), transaction():
                    one = found(reference)
                    translation.save(one, somebody(who), 1, "en", [Wish(digest, 0, who)], checked=False)
            except Meanwhile:
                return "told"
            return who

        with ThreadPoolExecutor(2) as pool:
            outcomes = sorted(pool.map(at_once, [LEAD, COLLEAGUE]))
        assert outcomes.count("told") == 1
        kept = whole(app, reference).pairs[0].version
        assert kept is not None
        assert kept.text in outcomes


# Who


def test_nobody_else_comes_near_it(app: Flask) -> None:
    own = told(app, organisation="act alliance")
    elsewhere = told(app)
    for who, reference in ((LEAD, own), (OTHER, elsewhere)):
        client = signed_in(app, who)
        for tail in ("", "write/"):
            assert client.get(address(reference, tail)).status_code == 404
    write(app, own, "Hidden from kin", who=COLLEAGUE)
    assert found_by(signed_in(app), "kin") == []
    assert found_by(signed_in(app, COLLEAGUE), "kin") == [own]


def found_by(client: FlaskClient, words: str) -> list[str]:
    return desk.listed(post_form(client, SEARCH, {"sought": words}, having="sought"))


def test_search_finds_translations_and_what_stands_in_place_of_hidden_words(app: Flask, lead: FlaskClient) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH)
    answer = post_form(lead, SEARCH, {"sought": "border"}, having="sought")
    assert desk.listed(answer) == [reference]
    opening = page(answer).cssselect(".opening bdi, .opening")[-1]
    assert "closed the border" in opening.text_content()
    write(app, reference, "They shut the frontier.")
    assert found_by(lead, "border") == []
    assert found_by(lead, "frontier") == [reference]
    assert found_by(lead, '"frontier she"') == []
    hide(app, reference, "أمينة", "person")
    assert found_by(lead, "الشخص") == [reference]
    give(app, WG6, what_happened="A frontier of another group, closed for good.")
    assert found_by(lead, "frontier") == [reference]
    assert found_by(lead, "أغلقوا") == [reference]


# A machine


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    with serving() as made:
        use(app, made.url)
        yield made


def test_a_machine_drafts_what_is_missing_and_that_is_said_until_somebody_checked_it(
    app: Flask, lead: FlaskClient, server: Server
) -> None:
    reference = told(app, machine_translation=True, place="صفاقس", email="amal@example.org")
    write(app, reference, ENGLISH[0])
    hide(app, reference, "أمينة")
    answer = send(
        lead, address(reference), form_on(lead.get(address(reference)), action="/machine/"), follow_redirects=True
    )
    assert answer.status_code == 200
    given = repr(server.asked)
    assert len(server.asked[0]["q"]) == 2
    assert "أمينة" not in given
    assert "صفاقس" not in given
    assert "amal" not in given
    there = whole(app, reference).pairs
    assert [pair.is_machine_made for pair in there] == [False, True, True]
    assert [pair.version and pair.version.person_id for pair in there[1:]] == [None, None]
    assert text(answer).count("Machine-made, checked by nobody") == 2
    assert "Machine-made, checked by nobody" in text(lead.get(desk.url(reference)))
    # Whoever changes it without checking it leaves it marked.
    typed(lead, reference, ENGLISH[0], "Somebody waited.")
    assert [pair.is_machine_made for pair in whole(app, reference).pairs] == [False, True, True]
    assert "By a machine, changed by Lead" in text(lead.get(address(reference)))
    typed(lead, reference, ENGLISH[0], "Somebody waited.", ENGLISH[2], button="checked")
    assert not whole(app, reference).is_machine_made
    accept(app, reference)
    with app.app_context():
        told_there = reading.translation_for_digest(found(reference), "en")[WHERE]
    assert told_there.by_machine
    told_acts = [act for act, _who, _detail in acts(app, reference)]
    assert told_acts.index("submission.give_to_machine") < told_acts.index("submission.machine_translation")


@pytest.mark.parametrize(
    "about",
    [{}, {"machine_translation": True, "tier": 0},
     {"machine_translation": True, "state": "declined"}],
    ids=["not asked", "only counted", "declined"],
)  # fmt: skip
def test_no_text_is_given_to_a_machine_whose_author_did_not_allow_it(
    app: Flask, lead: FlaskClient, server: Server, about: dict[str, object]
) -> None:
    state = about.get("state")
    allowed = told(app, machine_translation=True)
    reference = told(app, **{name: value for name, value in about.items() if name != "state"})
    if state:
        desk.put_in_state(app, reference, str(state))
    shown = lead.get(address(reference))
    assert "No machine outside gets it" in text(shown)
    assert not page(shown).cssselect("form[action*=machine]")
    form = form_on(lead.get(address(allowed)), action="/machine/")
    form.set("action", address(reference, "machine/"))
    assert send(lead, address(reference), form).status_code == 409
    assert server.asked == []
    assert states(app, reference) == ["missing"] * 3


def test_consent_that_is_taken_back_while_the_machine_works_keeps_its_draft_away(
    app: Flask, lead: FlaskClient, server: Server
) -> None:
    reference = told(app, machine_translation=True)
    usual = server.answer

    def meanwhile(said: dict[str, object]) -> tuple[int, bytes]:
        desk.change(app, reference, machine_translation=False)
        return usual(said)

    server.answer = meanwhile
    assert send(lead, address(reference), form_on(lead.get(address(reference)), action="/machine/")).status_code == 409
    assert states(app, reference) == ["missing"] * 3


def test_a_server_that_fails_is_told_and_loses_nothing(app: Flask, lead: FlaskClient, server: Server) -> None:
    reference = told(app, machine_translation=True)
    server.answer = lambda _said: (429, b"{}")
    answer = send(lead, address(reference), form_on(lead.get(address(reference)), action="/machine/"))
    assert answer.status_code == 502
    assert "refused (429). Nothing was drafted." in text(answer)
    assert states(app, reference) == ["missing"] * 3


def test_without_a_server_there_is_no_port(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, machine_translation=True)
    shown = lead.get(address(reference))
    assert not page(shown).cssselect("form[action*=machine]")
    form = form_on(shown, action="/check/")
    form.set("action", address(reference, "machine/"))
    assert send(lead, address(reference), form).status_code == 404


@pytest.mark.usefixtures("server")
def test_a_machine_never_takes_the_place_of_what_people_wrote(app: Flask, lead: FlaskClient) -> None:
    reference = told(app, machine_translation=True)
    write(app, reference, *ENGLISH, checked=True)
    amend(app, reference, ARABIC.replace("ثلاثة", "أربعة"))
    assert not page(lead.get(address(reference))).cssselect("form[action*=machine]")


# Services


def test_only_what_stands_can_be_checked_and_nothing_hidden_kept(app: Flask) -> None:
    reference = give(app, what_happened="Amina Haddad took us there.\n\nThe guard beat us.")
    hide(app, reference, "Amina Haddad")
    with app.app_context(), pytest.raises(GivesAway), transaction():
        one, digest = found(reference), whole(app, reference, "fr").pairs[0].paragraph.digest
        translation.save(one, somebody(), 1, "fr", [Wish(digest, 0, "Amina Haddad")], checked=True)
    with app.app_context(), pytest.raises(Meanwhile), transaction():
        translation.check(found(reference), somebody(), 1, "fr", [1])
    with app.app_context(), pytest.raises(reading.Unreadable), transaction():
        translation.check(found(reference), somebody(OTHER), 1, "fr", [1])


def test_the_list_of_hits_reads_translations_in_one_statement(app: Flask, lead: FlaskClient) -> None:
    counts = []
    for many in (1, 8):
        for _one in range(many):
            write(app, told(app), *ENGLISH)
        with desk.counting(app) as statements:
            assert len(found_by(lead, "border")) >= many
        counts.append(len(statements))
    assert counts[0] == counts[1]
