"""Who was not heard from: what a programme asks for, what came, and what was done about the rest."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.foundation import clock
from intake.foundation.database import transaction
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Multilingual
from intake.foundation.vocabularies import vocabulary
from intake.picture.expected import TYPES_OF_AUDIENCE, expected
from tests.forms import form_on, page, send
from tests.moderation.desk import COLLEAGUE, OTHER, WG3, acts, counting, give, held, put_in_state, signed_in, text
from tests.moderation.test_alike import LETTER, together
from tests.picture.test_picture import totals

HERE = "/en/staff/sessions/wg3-2020-06-09/gaps/"


def programme(app: Flask, **fields: Any) -> None:
    """Write into the programme of the session."""
    with app.app_context(), transaction():
        for name, value in fields.items():
            setattr(held(WG3), name, value)


def listed(client: FlaskClient) -> dict[str, list[str]]:
    """The names under each heading."""
    answer = client.get(HERE)
    assert answer.status_code == 200, answer.status
    return {
        table.cssselect("caption")[0].text_content(): [one.text_content() for one in table.cssselect("tbody th a")]
        for table in page(answer).cssselect("table")
    }


def note(client: FlaskClient, gap: str, what: str, words: str = "") -> TestResponse:
    here = f"{HERE}{gap}/"
    return send(client, here, form_on(client.get(here), having="note"), {"note": words, "mark": what})


def wanted(app: Flask) -> dict[tuple[str, str], tuple[str, ...]]:
    with app.test_request_context("/en/"):
        return {(one.axis.value, one.code): one.why for one in expected(held(WG3), "en")}


def test_the_heading_counts_what_is_listed_in_every_language(app: Flask, lead: FlaskClient) -> None:
    for languages in ([], ["es"], ["en", "fr", "es"]):
        programme(app, languages=languages, audience=[])
        number = len(listed(lead).get("Not heard from", []))
        for code in CODES:
            heading = page(lead.get(HERE.replace("/en/", f"/{code}/"))).cssselect("h2")[0].text_content()
            assert heading.endswith(f": {number}"), (code, heading)


def test_every_audience_is_known_and_means_known_kinds() -> None:
    assert TYPES_OF_AUDIENCE.keys() == set(vocabulary("audiences"))
    assert {code for codes in TYPES_OF_AUDIENCE.values() for code in codes} <= set(vocabulary("stakeholder_types"))


def test_what_is_expected_is_named_by_the_programme_and_says_where(app: Flask) -> None:
    programme(
        app, audience=["member_states"], languages=["en"],
        interpretation={"mode": "simultaneous", "from": ["fr"], "to": "en", "scope": None},
        purpose=Multilingual({"en": "Hear women and refugees of Western Africa, and of Tunisia."}),
    )  # fmt: skip
    assert wanted(app) == {
        ("who", "member_state"): ("Audience: Member States",),
        ("region", "011"): ("Named in the purpose",),
        ("region", "015"): ("Named in the purpose",),
        ("group", "women"): ("Named in the purpose",),
        ("group", "refugees"): ("Named in the purpose",),
        ("language", "en"): ("The session is held in this language",),
        ("language", "fr"): ("The session is interpreted from this language",),
        ("language", "es"): ("The form can be filled in in this language",),
        ("language", "ar"): ("The form can be filled in in this language",),
    }


def test_an_audience_at_regional_level_means_every_region_unless_one_is_named(app: Flask) -> None:
    programme(app, audience=["regional_stakeholders"])
    assert sum(axis == "region" for axis, _code in wanted(app)) == 22
    programme(app, audience=["country_stakeholders", "regional_stakeholders", "civil_society"])
    assert wanted(app)["region", "011"] == (
        "Audience: Stakeholders at country level and Stakeholders at regional level",
    )
    assert [len(why) for why in wanted(app).values()] == [1] * len(wanted(app)), "one reason for all audiences"
    programme(app, topic=Multilingual({"es": "Repercusiones en América Latina y el Caribe"}))
    assert {code for axis, code in wanted(app) if axis == "region"} == {"005", "013", "029"}


def test_a_gap_closes_when_something_is_accepted(app: Flask, lead: FlaskClient) -> None:
    one = give(app)
    assert "English" in listed(lead)["Not heard from"]
    put_in_state(app, one, "accepted")
    found = listed(lead)
    assert "English" not in found["Not heard from"]
    assert found["Heard from"] == ["English"]


def test_each_sees_the_gaps_of_what_they_may_read(app: Flask, lead: FlaskClient) -> None:
    put_in_state(app, give(app, organisation="act  alliance"), "accepted")
    assert "English" in listed(lead)["Not heard from"]
    assert listed(signed_in(app, COLLEAGUE))["Heard from"] == ["English"]
    assert signed_in(app, OTHER).get(HERE).status_code == 404


def test_who_was_heard_is_counted_as_organisations_and_texts_too(app: Flask, lead: FlaskClient) -> None:
    given = [give(app, what_happened=LETTER, organisation=name) for name in ("MSF", "MSF", None, "IDC")]
    together(app, given[0], given[1])
    for one in given[:3]:
        put_in_state(app, one, "accepted")
    [heard] = page(lead.get(HERE)).xpath("//table[caption='Heard from']")
    over, under = ([(cell.text_content(), cell.get("colspan")) for cell in row] for row in heard.cssselect("thead tr"))
    assert over == [("Who", None), ("Received", None), ("Accepted", "3")]
    assert [words for words, _span in under] == ["Submissions", "Submissions", "Organisations", "Distinct texts"]
    assert [cell.text_content() for cell in heard.cssselect("tbody td.number")] == ["4", "3", "1", "2"]
    assert totals(lead, f"{HERE}language/en/") == {
        "Received": [("4", "Submissions"), ("2", "Organisations"), ("3", "Distinct texts")],
        "Accepted": [("3", "Submissions"), ("1", "Organisation"), ("2", "Distinct texts")],
    }
    with counting(app) as few:
        lead.get(HERE)
    programme(app, languages=["en", "fr", "es"], audience=["civil_society"])
    put_in_state(app, give(app, language="es", stakeholder_type="civil_society"), "accepted")
    with counting(app) as many:
        lead.get(HERE)
    assert len(many) == len(few)


def test_whoever_is_missing_stands_under_what_they_are_with_the_reasons_below(app: Flask, lead: FlaskClient) -> None:
    programme(app, languages=["es"], audience=["civil_society"])
    [missing] = page(lead.get(HERE)).xpath("//table[caption='Not heard from']")
    kinds = {body.cssselect("th[scope=rowgroup]")[0].text_content(): body for body in missing.cssselect("tbody")}
    assert list(kinds) == ["Kind of contributor", "Language"]
    named, reasons = kinds["Language"].cssselect("tr")[3:5]
    assert named.cssselect("th a")[0].text_content() == "French"
    assert reasons.text_content().strip() == "The form can be filled in in this language"
    assert reasons.cssselect("td")[0].get("colspan") == "3"


def test_who_was_invited_is_one_record_that_all_see(app: Flask, lead: FlaskClient) -> None:
    assert note(lead, "language/es", "invited", "Red Andina").status_code == 303
    colleague = signed_in(app, COLLEAGUE)
    assert listed(colleague)["Seen to, not heard yet"] == ["Spanish"]
    assert all(words in text(colleague.get(HERE)) for words in ("Invited", "Lead", "Red Andina"))
    assert acts(app, WG3)[-1][0] == "gap.invited"
    assert note(colleague, "language/es", "open").status_code == 303
    assert "Spanish" in listed(lead)["Not heard from"]


def test_a_gap_is_set_aside_only_with_a_reason(lead: FlaskClient) -> None:
    answer = note(lead, "language/ar", "not_relevant")
    assert answer.status_code == 422
    assert "Please say why" in text(answer)
    assert note(lead, "language/ar", "not_relevant", "Heard in another session.").status_code == 303
    assert listed(lead)["Seen to, not heard yet"] == ["Arabic"]


@pytest.mark.parametrize("gap", ["language/xx", "who/migrant_led", "nothing/es"])
def test_nothing_is_noted_of_what_nobody_asks_for(lead: FlaskClient, gap: str) -> None:
    assert lead.get(f"{HERE}{gap}/").status_code == 404


def test_an_invitation_speaks_four_languages_and_names_the_place_and_the_day(app: Flask, lead: FlaskClient) -> None:
    programme(app, date=clock.day(clock.now()) + timedelta(days=9))
    tree = page(lead.get(f"{HERE}language/es/"))
    texts = {code: tree.cssselect(f"#invitation-{code} div")[0] for code in CODES}
    for code, one in texts.items():
        assert one.get("lang", "en") == code
        assert f"/{code}/sessions/wg3-2020-06-09/" in one.text_content()
    assert "Regular pathways" in texts["en"].text_content()
    assert "Spanish" in texts["en"].text_content()
    assert "espagnol" in texts["fr"].text_content()
    assert "مسارات الهجرة النظامية" in texts["ar"].text_content()
    assert "before the session on" in texts["en"].text_content()
    programme(app, date=clock.day(clock.now()) - timedelta(days=1))
    assert "The session is open now" in text(lead.get(f"{HERE}language/es/"))


def test_the_list_is_taken_along_without_its_figures(app: Flask, lead: FlaskClient) -> None:
    put_in_state(app, give(app), "accepted")
    note(lead, "language/es", "invited", "=1+1")
    answer = send(lead, HERE, form_on(lead.get(HERE), action="/export/csv/"))
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row[:4] + row[4:5] + row[6:] for row in rows[1:3]] == [
        ["language", "English", "The form can be filled in in this language", "yes", "", ""],
        ["language", "French", "The form can be filled in in this language", "no", "", ""],
    ]
    assert rows[3][4:] == ["invited", clock.day(clock.now()).isoformat(), "'=1+1"]
    assert acts(app, WG3)[-1][0] == "gap.export"
