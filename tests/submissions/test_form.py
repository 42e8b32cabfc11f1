"""The form: what it refuses, what it keeps, and that nothing typed is ever lost."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.foundation.languages import CODES
from intake.foundation.vocabularies import countries
from intake.programme.models import ReferralContact
from intake.programme.vocabulary import SessionState
from intake.submissions import services
from intake.submissions.models import ConsentRecord, Draft, Revision, Submission
from intake.submissions.questionnaire import LANGUAGES_OF_ANSWERS
from intake.submissions.sealing import open_answers, open_contact
from tests import builders
from tests.builders import PRACTICE, TESTIMONY
from tests.forms import fields, form_on, page, post_form, send
from tests.installation import browser_of

FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"
PRACTICE_FORM = "/en/sessions/wg3-2020-06-09/submit/practice"
ARABIC = "أغلقوا الحدود في اليوم الذي انتهت فيه إقامتي، وبقيت بلا عمل ولا مأوى."


@pytest.fixture(autouse=True)
def held(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session(
            questions=({"en": "How have policies changed?", "fr": "Qu’est-ce qui a changé ?"}, {"en": "What works?"})
        )


def checked(client: FlaskClient, url: str = FORM, **typed: Any) -> TestResponse:
    least = PRACTICE if url.endswith("practice") else TESTIMONY
    return post_form(client, url, {**least, "consent_tier": "2", **typed}, having="consent_tier")


def sent(client: FlaskClient, url: str = FORM, **typed: Any) -> TestResponse:
    check = checked(client, url, **typed)
    assert check.status_code == 200, errors(check)
    return send(client, url, form_on(check, having="form_token"), {"step": "send"})


def code_on(response: TestResponse) -> str:
    return str(page(response).cssselect(".receipt .code")[0].text_content())


def errors(response: TestResponse) -> list[str]:
    return [item.text_content() for item in page(response).cssselect(".summary li")]


def error_at(response: TestResponse, field: str) -> str:
    return str(page(response).get_element_by_id(f"{field}-error").text_content())


def count(app: Flask) -> int:
    with app.app_context():
        return session().scalar(sa.select(sa.func.count()).select_from(Submission)) or 0


def test_a_testimony_is_checked_sent_and_kept_as_written(app: Flask, client: FlaskClient) -> None:
    check = checked(client, what_happened=ARABIC, contributor_name="Amal", organisation="Maison", guiding_1="Nothing.")
    assert count(app) == 0, "checking sends nothing"
    words = page(check).cssselect(".words")[0]
    assert (words.get("lang"), words.get("dir")) == ("ar", "rtl")
    receipt = send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    assert receipt.status_code == 200
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.reference, kept.language, kept.interface_language) == ("WG3-2020-06-09/T-001", "ar", "en")
        assert (kept.country, kept.consent_tier, kept.state) == ("TN", 2, "submitted")
        answers = open_answers(kept, kept.revisions[0])
        assert answers["what_happened"] == ARABIC
        assert answers["guiding_1"] == "Nothing."
        assert "contributor_name" not in answers
        assert open_contact(kept, kept.revisions[0]) == {"contributor_name": "Amal", "organisation": "Maison"}


def test_a_practice_is_kept(app: Flask, client: FlaskClient) -> None:
    objectives = ["gcm15", "gcm05"]
    assert sent(client, PRACTICE_FORM, gcm_objectives=objectives, people_reached="١٬٢٠٠").status_code == 200
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        answers = open_answers(kept, kept.revisions[0])
        assert answers["gcm_objectives"] == ["gcm05", "gcm15"]
        assert answers["people_reached"] == 1200
        assert kept.reference == "WG3-2020-06-09/P-001"


ARABIC_LINES = {
    "what_would_help": "مكتب قريب", "guiding_1": "نعم", "place": "ريف حلب", "happened_when": "ربيع 2020",
    "contributor_name": "أمل 3 حسن", "organisation": "جمعية نخلة الجسر",
}  # fmt: skip


def spoken(root: Any, words: str) -> set[tuple[str, str]]:
    """The language and direction that the pieces of a page which say exactly ``words`` have."""
    found = [one for one in root.cssselect("main *") if one.text == words]
    assert found, words
    return {
        tuple(next(up.get(name) for up in (one, *one.iterancestors()) if up.get(name)) for name in ("lang", "dir"))
        for one in found
    }


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_short_arabic_answers_are_shown_and_kept_as_arabic(app: Flask, client: FlaskClient, language: str) -> None:
    url = FORM.replace("/en/", f"/{language}/")
    check = checked(client, url, language=language, email="amal@example.org", **ARABIC_LINES)
    for words in ARABIC_LINES.values():
        assert spoken(page(check), words) == {("ar", "rtl")}
    assert spoken(page(check), "amal@example.org") == {("und", "ltr")}
    receipt = send(client, url, form_on(check, having="form_token"), {"step": "send"})
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        told = open_answers(kept, kept.revisions[0])[LANGUAGES_OF_ANSWERS]
        assert kept.language == language
        assert told.items() >= dict.fromkeys(("what_would_help", "guiding_1", "place", "happened_when"), "ar").items()
        assert not {"contributor_name", "organisation"} & set(told), "nothing of a name outlives its key"
    post_form(client, f"/{language}/receipt/", {"code": code_on(receipt)}, having="code")
    mine = page(client.get(f"/{language}/receipt/submission/"))
    for words in ARABIC_LINES.values():
        assert spoken(mine, words) == {("ar", "rtl")}


ENGLISH = "There is an office near us now, but nobody in it speaks our language or answers our letters."


def corrected(check: TestResponse) -> dict[str, Any]:
    return {name: one.value for one in page(check).cssselect(".told select") if (name := one.get("id"))}


def test_the_language_of_one_answer_is_corrected_kept_and_corrected_again(app: Flask, client: FlaskClient) -> None:
    check = checked(client, what_happened=ARABIC, language="ar", guiding_1=ENGLISH, place="Idlib")
    assert corrected(check) == {"language-guiding_1": "guiding_1:en"}, "only where it differs, and not of a name"
    assert {one.get("name") for one in page(check).cssselect(".told select, .offered select")} == {"languages"}
    chosen = {"languages": "guiding_1:fr"}
    form = form_on(send(client, FORM, form_on(check, having="form_token"), {**chosen, "step": "edit"}), having="place")
    check = send(client, FORM, form, {"step": "check"})
    assert corrected(check) == {"language-guiding_1": "guiding_1:fr"}
    assert spoken(page(check), ENGLISH) == {("fr", "ltr")}
    receipt = send(client, FORM, form_on(check, having="form_token"), {"step": "send"})

    def kept() -> list[Any]:
        with app.app_context():
            found = session().scalars(sa.select(Submission)).one()
            return [open_answers(found, one)[LANGUAGES_OF_ANSWERS].get("guiding_1") for one in found.revisions]

    assert kept() == ["fr"]
    post_form(client, "/en/receipt/", {"code": code_on(receipt)}, having="code")
    change = "/en/receipt/change/"
    check = post_form(client, change, {"step": "check"}, having="place")
    send(client, change, form_on(check, having="place"), {"step": "send"})
    assert kept() == ["fr"], "nothing was changed"
    send(client, change, form_on(check, having="place"), {"languages": "guiding_1:ar", "step": "send"})
    assert kept() == ["fr", None]
    assert corrected(post_form(client, change, {"step": "check"}, having="place")) == {
        "language-guiding_1": "guiding_1:ar"
    }


def offered(check: TestResponse) -> dict[str, list[str]]:
    """For each answer whose language is only offered to be corrected, the values that can be chosen."""
    found = {}
    for one in page(check).cssselect(".offered select"):
        values = [option.get("value") for option in one.cssselect("option")]
        assert one.value == values[0] == "", "nothing is said unless it is chosen"
        found[values[1].partition(":")[0]] = [value.partition(":")[2] for value in values[1:]]
    return found


def test_the_language_of_every_answer_with_words_can_be_corrected(app: Flask, client: FlaskClient) -> None:
    check = checked(client, what_happened=ARABIC, language="ar", guiding_1="نعم", place="Idlib", happened_when="2020")
    assert offered(check) == {
        "what_happened": ["en", "fr", "es", "und"], "guiding_1": ["en", "fr", "es", "und"],
        "place": ["en", "fr", "es", "ar"],
    }  # fmt: skip
    # A browser sends the empty value of all that were left.
    form = form_on(check, having="form_token")
    check = send(client, FORM, form, {"languages": ["", "guiding_1:und", ""], "step": "check"})
    assert corrected(check) == {"language-guiding_1": "guiding_1:und"}
    send(client, FORM, form_on(check, having="form_token"), {"languages": ["guiding_1:und", ""], "step": "send"})
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        told = open_answers(kept, kept.revisions[0])[LANGUAGES_OF_ANSWERS]
        assert told == {"guiding_1": "und", "place": "und"}


@pytest.mark.parametrize("given", ["guiding_1:de", "contributor_name:fr", "country:fr", "x", ":", "language:ar a:b:c"])
def test_a_language_that_cannot_be_corrected_is_left(app: Flask, client: FlaskClient, given: str) -> None:
    sent(client, what_happened=ARABIC, language="ar", guiding_1=ENGLISH, contributor_name="Amal", languages=given)
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert open_answers(kept, kept.revisions[0])[LANGUAGES_OF_ANSWERS] == {
            "guiding_1": "en",
            "happened_when": "und",
        }


def test_latin_names_among_arabic_are_in_no_language_that_is_known(client: FlaskClient) -> None:
    names = {"contributor_name": "Amal B.", "organisation": "UNHCR", "place": "Idlib"}
    check = page(checked(client, FORM.replace("/en/", "/ar/"), what_happened=ARABIC, language="ar", **names))
    for words in names.values():
        assert spoken(check, words) == {("und", "ltr")}


def test_a_line_that_was_declined_is_in_no_language_of_its_own(app: Flask, client: FlaskClient) -> None:
    sent(client, what_happened=ARABIC, happened_when="", happened_when_declined="y")
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        answers = open_answers(kept, kept.revisions[0])
        assert (answers["happened_when"], answers[LANGUAGES_OF_ANSWERS]) == ("declined", {})


def consent_shown(root: Any) -> dict[str, Any]:
    """What a page says about consent, as its record keeps it."""
    boxes = root.cssselect("input[name=consent_tier]")
    labels = {one.get("for"): one.text_content().strip() for one in root.cssselect("label")}
    return {
        "question": root.xpath("string(//fieldset[@id='consent_tier']/legend)").strip(),
        "tiers": {box.get("value"): labels[box.get("id")] for box in boxes},
        "publication": labels["publication"],
        "follow_up": labels["follow_up"],
    }


@pytest.mark.parametrize("url", [FORM, PRACTICE_FORM])
def test_every_word_by_which_consent_was_asked_is_kept_with_its_language(
    app: Flask, client: FlaskClient, url: str
) -> None:
    url = url.replace("/en/", "/fr/")
    root = page(client.get(url))
    sent(client, url, consent_tier="3", publication="y")
    with app.app_context():
        record = session().scalars(sa.select(ConsentRecord)).one()
        assert (record.tier, record.publication, record.follow_up, record.language) == (3, True, False, "fr")
        kept = json.loads(record.wording)
    shown = consent_shown(root)
    assert all(shown["tiers"].values())
    assert kept.items() >= shown.items()
    assert kept["intro"] in root.xpath("string(//section[@aria-labelledby='section-consent'])")
    assert record.wording_version == form_on(client.get(url), having="wording").fields["wording"]


def test_what_is_said_beside_the_choice_is_kept_too(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as database:
        database.execute(sa.text("UPDATE listening_session SET consent_ceiling = 2"))
    check = checked(client, consent_tier="4", recognition_harm="unsure")
    send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    with app.app_context():
        kept = json.loads(session().scalars(sa.select(ConsentRecord.wording)).one())
    hints = [one.text_content() for one in page(check).cssselect("section.part:last-of-type > p.hint")]
    assert hints == [kept["notes"]["above_ceiling"], kept["notes"]["careful"]]


@pytest.mark.parametrize("step", ["check", "send"])
@pytest.mark.parametrize("version", ["", "0123456789ab"])
def test_consent_given_in_other_words_is_asked_for_again_and_nothing_else_is_lost(
    app: Flask, client: FlaskClient, step: str, version: str
) -> None:
    form = form_on(client.get(FORM), having="consent_tier")
    typed = {**TESTIMONY, "place": "Ceuta", "consent_tier": "3", "publication": "y", "wording": version, "step": step}
    asked = send(client, FORM, form, typed)
    assert asked.status_code == 422
    assert "have changed since" in error_at(asked, "consent_tier")
    again = form_on(asked, having="consent_tier")
    assert again.fields["place"] == "Ceuta"
    assert not page(asked).cssselect("input[name=consent_tier]:checked, input[name=publication]:checked")
    assert count(app) == 0
    check = send(client, FORM, again, {"consent_tier": "2", "step": "check"})
    assert send(client, FORM, form_on(check, having="form_token"), {"step": "send"}).status_code == 200
    with app.app_context():
        assert session().scalars(sa.select(ConsentRecord.tier)).all() == [2]


def test_words_are_kept_in_the_language_in_which_they_were_read(app: Flask, client: FlaskClient) -> None:
    read = form_on(client.get(FORM.replace("/en/", "/es/")), having="wording").fields["wording"]
    sent(client, wording=read)  # as a form that was kept on the device and opened again in another language
    with app.app_context():
        record = session().scalars(sa.select(ConsentRecord)).one()
        assert (record.language, record.wording_version) == ("es", read)


def test_what_was_sent_before_the_words_changed_still_has_its_receipt(client: FlaskClient) -> None:
    form = form_on(checked(client), having="form_token")
    code = code_on(send(client, FORM, form, {"step": "send"}))
    assert code_on(send(client, FORM, form, {"step": "send", "wording": "0123456789ab"})) == code


def test_a_form_posted_twice_is_one_submission_with_one_receipt(app: Flask, client: FlaskClient) -> None:
    form = form_on(checked(client), having="form_token")
    codes = {code_on(send(client, FORM, form, {"step": "send"})) for _ in range(3)}
    assert len(codes) == 1
    assert count(app) == 1


def test_a_form_that_was_changed_and_sent_again_is_never_silently_dropped(app: Flask, client: FlaskClient) -> None:
    form = form_on(checked(client), having="form_token")
    code = code_on(send(client, FORM, form, {"step": "send"}))
    changes = {"what_happened": "Now I say something else altogether."}, {"consent_tier": "0"}, {"language": "fr"}
    for change in changes:
        told = send(client, FORM, form, {"step": "send", **change})
        assert told.status_code == 409
        again = form_on(told, having="consent_tier")
        assert again.fields["form_token"] != form.fields["form_token"]
        for name, value in change.items():
            assert again.fields[name].strip() == value
        assert count(app) == 1
    second = send(client, FORM, form_on(send(client, FORM, again), having="form_token"), {"step": "send"})
    assert code_on(second) != code
    assert count(app) == 2


@pytest.mark.parametrize("step", ["send", "save"])
def test_what_was_erased_does_not_come_back_when_its_form_is_sent_again(
    app: Flask, client: FlaskClient, step: str
) -> None:
    form = form_on(checked(client), having="form_token")
    send(client, FORM, form, {"step": "send"})
    with app.app_context(), transaction():
        kept = session().scalars(sa.select(Submission)).one()
        services.withdraw(kept)
        kept.erase_after = clock.now()
        session().flush()
        assert services.erase_due() == 1
    told = send(client, FORM, form, {"step": step})
    assert told.status_code == 409
    assert form_on(told, having="consent_tier").fields["form_token"] != form.fields["form_token"]
    with app.app_context():
        assert session().scalars(sa.select(Submission.text_key)).all() == [None]
        assert session().scalars(sa.select(Draft)).all() == []


def test_a_form_of_one_session_is_not_taken_for_another(app: Flask, client: FlaskClient) -> None:
    form = form_on(checked(client), having="form_token")
    send(client, FORM, form, {"step": "send"})
    with app.app_context(), transaction():
        builders.listening_session("WG2-2020-05-20")
    form.set("action", FORM.replace("wg3-2020-06-09", "wg2-2020-05-20"))
    assert send(client, FORM, form, {"step": "send"}).status_code == 409


def test_a_receipt_lost_on_the_way_is_given_again_after_the_session_closed(app: Flask, client: FlaskClient) -> None:
    form = form_on(checked(client), having="form_token")
    code = code_on(send(client, FORM, form, {"step": "send"}))
    with app.app_context(), transaction() as database:
        database.execute(sa.text("UPDATE listening_session SET state = 'closed'"))
    again = send(client, FORM, form, {"step": "send"})
    assert (again.status_code, code_on(again)) == (200, code)


def test_a_number_without_end_is_told_and_costs_nothing(client: FlaskClient) -> None:
    response = checked(client, PRACTICE_FORM, people_reached="9" * 5000)
    assert response.status_code == 422
    assert "whole number" in error_at(response, "people_reached")


def test_the_code_itself_is_stored_nowhere(app: Flask, client: FlaskClient) -> None:
    code = code_on(sent(client)).replace("-", "")
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        values = [str(value) for value in vars(kept).values()]
        assert not any(code in value for value in values)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("url", [FORM, PRACTICE_FORM])
def test_the_form_stands_in_every_language(client: FlaskClient, language: str, url: str) -> None:
    response = client.get(url.replace("/en/", f"/{language}/"))
    assert response.status_code == 200
    root = page(response)
    assert (root.get("lang"), root.get("dir")) == (language, "rtl" if language == "ar" else "ltr")
    assert not root.cssselect("input:checked[name=consent_tier]"), "nothing is preselected"


def test_a_form_that_was_kept_is_given_in_its_language_and_to_strangers_alone(app: Flask, client: FlaskClient) -> None:
    for _ in range(2):
        for language in CODES:
            assert page(client.get(FORM.replace("/en/", f"/{language}/"))).get("lang") == language
    kept = app.extensions["blank pages"]
    assert len(kept) == len(CODES), "with the application, whose settings they show"
    kept.clear()
    with app.app_context(), transaction():
        secretary = builders.person("secretariat@example.org", (Role.SECRETARIAT, None)).id
    signed_in = browser_of(app, secretary).get(FORM)
    assert "Your account" in page(signed_in).text_content()
    assert "Your account" not in page(client.get(FORM)).text_content()


def test_spaces_around_an_answer_come_back_from_the_check_page(client: FlaskClient) -> None:
    typed = "  \r\n\tThey closed the border.\r\n\r\nAnd left.  "
    check = checked(client, what_happened=typed, place=" Idlib ")
    back = fields(form_on(send(client, FORM, form_on(check, having="form_token"), {"step": "edit"}), having="place"))
    assert (back["what_happened"], back["place"]) == ([typed], [" Idlib "])


def test_a_guiding_question_without_translation_carries_its_own_language(client: FlaskClient) -> None:
    arabic = page(client.get(FORM.replace("/en/", "/ar/")))
    label = next(one for one in arabic.cssselect("label[for=guiding_2] bdi"))
    assert (label.text_content(), label.get("lang"), label.get("dir")) == ("What works?", "en", "ltr")


TOO_MUCH = "x" * 10_001
REFUSED = [
    ("what_happened", "", "Please answer"),
    ("what_happened", "too short", "at least 20"),
    ("what_happened", TOO_MUCH, "10,001"),
    ("country", "", "Please answer"),
    ("country", "Atlantis", "do not know this country"),
    ("country", "XX", "do not know this country"),
    ("story_of", "nobody", "answers shown"),
    ("story_of", "", "Please answer"),
    ("population_groups", "martians", "answers shown"),
    ("consent_tier", "", "choose how we may use"),
    ("consent_tier", "9", "choose how we may use"),
    ("language", "de", "answers shown"),
    ("email", "not an address", "whole e-mail address"),
    ("email", "a@b@c", "whole e-mail address"),
    ("place", "y" * 101, "101"),
    ("stakeholder_type", "wizard", "answers shown"),
    ("happened_when", "", "Please answer"),
]


@pytest.mark.parametrize(("field", "typed", "message"), REFUSED)
def test_what_does_not_fit_is_told_beside_the_field_and_kept(
    client: FlaskClient, app: Flask, field: str, typed: str, message: str
) -> None:
    response = checked(client, **{field: typed, "guiding_2": "kept all the same"})
    assert response.status_code == 422
    assert message in error_at(response, field)
    assert any(message in line for line in errors(response)), "the summary on top says it as well"
    root = page(response)
    link = root.cssselect(".summary li a")[0].get("href").removeprefix("#")
    assert root.get_element_by_id(link) is not None
    form = form_on(response, having="consent_tier")
    assert form.fields["guiding_2"].strip() == "kept all the same"
    if field in ("what_happened", "email", "place"):
        assert form.fields[field].strip() == typed.strip()
    assert count(app) == 0


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("title", "t" * 121, "121"),
        ("problem", "p" * 1501, "1,501"),
        ("since", "last spring", "2020-04"),
        ("since", "2020-13", "2020-04"),
        ("until", "2020-03", "before the beginning"),
        ("people_reached", "many", "whole number"),
        ("people_reached", "-3", "whole number"),
        ("evidence", [], "Please answer"),
        ("email", "", "Please answer"),
        ("consent_tier", "0", "choose how we may use"),
        ("gcm_objectives", "gcm99", "answers shown"),
    ],
)
def test_a_practice_is_told_what_does_not_fit(client: FlaskClient, field: str, typed: Any, message: str) -> None:
    response = checked(client, PRACTICE_FORM, **{field: typed})
    assert response.status_code == 422
    assert message in error_at(response, field)


@pytest.mark.parametrize("since", ["2020-04", "2020-4", "04/2020", "٢٠٢٠-٠٤", " 4/2020 "])
def test_a_month_is_understood_as_people_write_it(app: Flask, client: FlaskClient, since: str) -> None:
    assert sent(client, PRACTICE_FORM, since=since).status_code == 200
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert open_answers(kept, kept.revisions[0])["since"] == "2020-04"


def test_what_was_typed_when_the_session_closed_is_given_back_to_the_last_word(app: Flask, client: FlaskClient) -> None:
    form = form_on(client.get(FORM.replace("testimony", "practice")), having="title")
    with app.app_context(), transaction() as database:
        database.execute(sa.text("UPDATE listening_session SET state = 'closed'"))
    typed = {**builders.PRACTICE, "title": "Shelter in Madrid", "organisation": "UNHCR", "email": "a@b.org"}
    closed = send(client, FORM.replace("testimony", "practice"), form, {**typed, "step": "check"})
    assert closed.status_code == 409
    for words in ("Shelter in Madrid", "UNHCR", "a@b.org"):
        assert words in page(closed).text_content()


def test_turning_characters_in_a_story_are_kept_closed_and_told(app: Flask, client: FlaskClient) -> None:
    story = "They wrote \u202eTXET\u202c and then \u2067 left it open\nnext line"
    check = checked(client, what_happened=story)
    assert "change its direction" in page(check).text_content()
    send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert open_answers(kept, kept.revisions[0])["what_happened"] == (
            "They wrote \u202eTXET\u202c and then \u2067 left it open\u2069\nnext line"
        )


@pytest.mark.parametrize(
    ("story_of", "agreement", "status"),
    [("mine", "", 200), ("asked", "", 422), ("asked", "spoken", 200), ("organisation", "no_person", 200),
     ("asked", "no", 422)],
)  # fmt: skip
def test_somebody_elses_story_needs_their_agreement(
    client: FlaskClient, story_of: str, agreement: str, status: int
) -> None:
    response = checked(client, story_of=story_of, agreement=agreement)
    assert response.status_code == status
    if agreement == "no":
        assert "ask the person first" in error_at(response, "agreement")


@pytest.mark.parametrize(
    ("typed", "cap"),
    [
        ({}, 4),
        ({"recognition_harm": "yes"}, 2),
        ({"recognition_harm": "unsure"}, 2),
        ({"about_child": "yes", "guardian": "both"}, 2),
    ],
)
def test_care_caps_the_tier(app: Flask, client: FlaskClient, typed: dict[str, str], cap: int) -> None:
    sent(client, consent_tier="4", **typed)
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.consent_tier, kept.tier_cap, int(kept.effective_tier)) == (4, cap, cap)


@pytest.mark.parametrize(("answer", "is_danger"), [("yes", True), ("unsure", True), ("no", False)])
def test_danger_is_flagged_and_answered_with_where_to_turn_on_every_page_at_once(
    app: Flask, client: FlaskClient, answer: str, *, is_danger: bool
) -> None:
    with app.app_context(), transaction():
        for country in ("TN", "FR", None):
            about = {"name": f"Help {country}", "country": country, "helps_with": {"en": "Shelter"}}
            session().add(ReferralContact(**about, checked_on=date(2020, 6, 9)))
    assert not page(client.get(FORM)).cssselect(".notice.danger:not(.at-once)")
    refused = checked(client, danger_now=answer, story_of="")
    assert refused.status_code == 422
    saved = send(client, FORM, form_on(refused, having="consent_tier"), {"step": "save"})
    resumed = client.get("/en/receipt/draft/")
    trapped = send(client, FORM, form_on(resumed, having="consent_tier"), {"homepage": "x"})
    check = send(client, FORM, form_on(resumed, having="consent_tier"), {"story_of": "mine", "step": "check"})
    edited = send(client, FORM, form_on(check, having="form_token"), {"step": "edit"})
    receipt = send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    for shown in (refused, saved, resumed, trapped, check, edited, receipt):
        assert bool(page(shown).cssselect(".notice.danger:not(.at-once)")) is is_danger
        named = page(shown).xpath("//ul[@class='contacts']/li/b/text()")
        assert named == (["Help TN", "Help None"] if is_danger else [])
    with app.app_context():
        assert session().scalars(sa.select(Submission)).one().danger_now is is_danger


def test_who_does_not_name_the_country_is_shown_all_there_is(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        somebody = {"name": "Somebody", "country": "FR", "helps_with": {"en": "Shelter"}}
        session().add(ReferralContact(**somebody, checked_on=date(2020, 6, 9)))
    for country in ("", "declined", "Atlantis"):
        shown = checked(client, danger_now="yes", country=country)
        assert page(shown).xpath("//ul[@class='contacts']"), country


@pytest.mark.parametrize(
    ("about_child", "guardian", "alone"),
    [
        ("yes", "alone", True), ("unsure", "alone", True), ("yes", "child", True), ("yes", "both", False),
        ("yes", "guardian", False), ("yes", "nobody", False), ("no", "alone", False),
    ],
)  # fmt: skip
def test_a_child_without_a_guardian_is_never_refused(
    app: Flask, client: FlaskClient, about_child: str, guardian: str, *, alone: bool
) -> None:
    with app.app_context(), transaction():
        session().add(ReferralContact(name="Somebody", helps_with={"en": "Shelter"}, checked_on=date(2020, 6, 9)))
    check = checked(client, about_child=about_child, guardian=guardian, consent_tier="4")
    assert check.status_code == 200
    receipt = send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    opened = send(client, "/en/receipt/", form_on(receipt, having="code"), {"code": code_on(receipt)})
    for shown in (check, receipt, client.get(opened.headers["Location"])):
        said = page(shown).text_content()
        assert ("read before other things and with special care" in said) is alone
        assert bool(page(shown).xpath("//ul[@class='contacts']")) is alone
        assert not page(shown).cssselect(".notice.danger:not(.at-once)")
    with app.app_context():
        assert session().scalars(sa.select(Submission)).one().child_alone is alone


def test_where_to_turn_is_said_once_though_there_is_danger_too(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        session().add(ReferralContact(name="Somebody", helps_with={"en": "Shelter"}, checked_on=date(2020, 6, 9)))
    check = page(checked(client, about_child="yes", guardian="alone", danger_now="yes"))
    assert "with special care" in check.text_content()
    assert len(check.xpath("//ul[@class='contacts']")) == 1


def test_one_may_rather_not_say(app: Flask, client: FlaskClient) -> None:
    sent(client, country="declined", happened_when="", happened_when_declined="y")
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert kept.country is None
        assert open_answers(kept, kept.revisions[0])["happened_when"] == "declined"


def test_every_country_of_the_list_is_accepted_as_its_un_name_too(client: FlaskClient) -> None:
    for written in ("Türkiye", "Côte d’Ivoire", "بيرو", "Turkey"):
        assert checked(client, country=written).status_code == 200
    assert len(countries()) == len(page(client.get(FORM)).cssselect("select#country option")) - 2


def test_changing_something_brings_everything_back(client: FlaskClient) -> None:
    typed = {"guiding_1": "First\n\nsecond", "population_groups": ["women", "refugees"], "publication": "y"}
    check = checked(client, **typed)
    form = form_on(send(client, FORM, form_on(check, having="form_token"), {"step": "edit"}), having="consent_tier")
    assert form.fields["guiding_1"].replace("\r\n", "\n").strip() == "First\n\nsecond"
    assert {box.get("value") for box in form.cssselect("input[name=population_groups][checked]")} == {
        "women",
        "refugees",
    }
    assert form.fields["publication"] == "y"
    assert form.fields["consent_tier"] == "2"


@pytest.mark.parametrize(
    ("interface", "text", "shown"),
    [("fr", "They closed the border on the day my permit ended.", "en"), ("en", ARABIC, "ar"),
     ("ar", "Cerraron la frontera el mismo día en que venció mi permiso.", "es")],
)  # fmt: skip
def test_the_language_of_the_text_is_guessed_and_can_be_changed(
    client: FlaskClient, interface: str, text: str, shown: str
) -> None:
    check = checked(client, FORM.replace("/en/", f"/{interface}/"), what_happened=text)
    assert form_on(check, having="form_token").fields["language"] == shown
    doubt = checked(client, what_happened=ARABIC, language="fr")
    assert page(doubt).cssselect(".notice.warn")


def test_a_language_that_cannot_be_told_is_no_guess(client: FlaskClient) -> None:
    german = "An dem Tag, an dem meine Erlaubnis ablief, haben sie die Grenze geschlossen."
    french = FORM.replace("/en/", "/fr/")
    check = checked(client, french, what_happened=german)
    told = page(check).text_content()
    assert "Nous n’avons pas pu reconnaître la langue" in told
    assert "Nous pensons" not in told
    form = form_on(check, having="form_token")
    assert form.fields["language"] == "guess"
    back = page(check).cssselect("button[formaction$='#language']")
    assert [button.get("value") for button in back] == ["edit"]
    assert page(send(client, french, form, {"step": "edit"})).cssselect("fieldset#language")
    doubt = checked(client, what_happened=ARABIC, language="fr")
    assert page(doubt).cssselect(".notice.warn button[formaction$='#language']")


def test_a_lost_token_costs_nobody_their_words(app: Flask, client: FlaskClient) -> None:
    form = form_on(client.get(FORM), having="consent_tier")
    stranger = app.test_client()
    response = send(stranger, FORM, form, {**TESTIMONY, "consent_tier": "2", "guiding_1": "still here"})
    assert response.status_code == 400
    again = form_on(response, having="consent_tier")
    assert again.fields["guiding_1"].strip() == "still here"
    assert again.fields["what_happened"].strip() == TESTIMONY["what_happened"]
    assert send(stranger, FORM, again).status_code == 200


FOREIGN = {"Sec-Fetch-Site": "cross-site"}
OLD = {"Sec-Fetch-Site": ""}


@pytest.mark.parametrize("of", [FOREIGN, OLD, {"Sec-Fetch-Site": "same-site"}], ids=str)
@pytest.mark.parametrize("step", ["check", "save", "send", "edit", "confirm"])
def test_a_page_of_somebody_else_prepares_nothing(client: FlaskClient, of: dict[str, str], step: str) -> None:
    """Neither a token whose receipt they know, nor consent that they ticked."""
    typed = {**TESTIMONY, "form_token": builders.TOKEN, "consent_tier": "4", "publication": "y", "step": step}
    answer = client.post(FORM, data=typed, headers=of)
    assert answer.status_code == 400
    assert builders.TOKEN not in answer.text
    assert not page(answer).xpath("//form//*[@name='consent_tier' or @name='form_token' or @name='code']")
    assert (TESTIMONY["what_happened"] in answer.text) is (of == OLD), "an old browser's words are handed back"


def test_a_session_that_is_not_there_says_so(client: FlaskClient) -> None:
    for kind in ("poem", "intervention"):
        assert client.get(FORM.replace("testimony", kind)).status_code == 404
    for url in (FORM.replace("wg3", "wg9"), PRACTICE_FORM.replace("wg3", "wg9")):
        assert client.get(url).status_code == 404


NOT_OPEN = [SessionState.CLOSED, SessionState.TBD, SessionState.PIPELINE, SessionState.ARCHIVED]


@pytest.mark.parametrize("state", NOT_OPEN)
def test_a_session_that_is_not_open_takes_nothing_and_gives_the_words_back(
    app: Flask, client: FlaskClient, state: SessionState
) -> None:
    form = form_on(client.get(FORM), having="consent_tier")
    with app.app_context(), transaction() as database:
        database.execute(sa.text("UPDATE listening_session SET state = :state"), {"state": state.value})
    assert client.get(FORM).status_code == 409
    response = send(client, FORM, form, {**TESTIMONY, "consent_tier": "2"})
    assert response.status_code == 409
    assert TESTIMONY["what_happened"] in page(response).text_content()
    assert count(app) == 0


def test_columns_that_are_not_on_the_form_cannot_be_posted(app: Flask, client: FlaskClient) -> None:
    columns = {column.name: "1" for column in Submission.__table__.columns} | {
        column.name: "1" for column in Revision.__table__.columns
    }
    for asked in (
        "language",
        "country",
        "stakeholder_type",
        "consent_tier",
        "follow_up",
        "publication",
        "answers",
        "danger_now",
    ):
        columns.pop(asked, None)
    sent(client, **columns)
    with app.app_context():
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.state, kept.version, kept.tier_cap, kept.danger_now) == ("submitted", 1, 4, False)
        assert (kept.claimed_by_id, kept.accepted_revision, kept.example) == (None, None, False)


def test_references_count_by_session_and_kind(app: Flask, client: FlaskClient) -> None:
    for url in (FORM, FORM, PRACTICE_FORM):
        sent(client, url)
    with app.app_context():
        references = session().scalars(sa.select(Submission.reference).order_by(Submission.id)).all()
    assert references == ["WG3-2020-06-09/T-001", "WG3-2020-06-09/T-002", "WG3-2020-06-09/P-001"]


def test_too_large_a_body_is_refused_by_every_other_page(client: FlaskClient) -> None:
    response = client.post("/en/receipt/", data={"code": "x" * 1_100_000})
    assert response.status_code == 413


def test_what_could_show_who_somebody_is_is_marked_and_never_blocks(app: Flask, client: FlaskClient) -> None:
    story = "They closed the border. Ask Mr Karim Haddad, or call +216 71 123 456, he saw it all happen."
    check = checked(client, what_happened=story, contributor_name="Mr Karim Haddad")
    root = page(check)
    assert [mark.text_content() for mark in root.cssselect("mark")] == ["Karim Haddad", "+216 71 123 456"]
    assert story in root.text_content(), "marking changes nothing"
    found = [item.text_content() for item in root.cssselect(".found li")]
    assert len(found) == 2
    assert "A telephone number" in found[1]
    assert {button.get("formaction") for button in root.cssselect(".found button")} == {f"{FORM}#what_happened"}
    back = send(client, FORM, form_on(check, having="form_token"), {"step": "edit"})
    assert form_on(back, having="consent_tier").fields["what_happened"].strip() == story
    assert send(client, FORM, form_on(check, having="form_token"), {"step": "send"}).status_code == 200
    assert count(app) == 1


def test_without_anything_to_say_the_check_says_nothing(client: FlaskClient) -> None:
    assert not page(checked(client)).cssselect("mark, .found")
