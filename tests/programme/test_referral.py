"""Where somebody in danger can turn to: kept by the secretariat, shown at once, those of the country first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.programme.models import ReferralContact
from intake.programme.reaching import ways_to
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.installation import browser_of

DESK, ADD = "/en/staff/referral/", "/en/staff/referral/add/"
FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"
TUNIS: dict[str, Any] = {
    "country": "TN", "name": "Example Help Line", "telephone": "+216 00 000 000", "address": "help.example.org",
    "helps_en": "Shelter and a lawyer", "helps_ar": "مأوى ومحامٍ",
}  # fmt: skip


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        builders.listening_session()
        person_id = builders.person("office@example.org", (Role.SECRETARIAT, None)).id
    return browser_of(app, person_id)


def add(office: FlaskClient, **changes: Any) -> None:
    assert post_form(office, ADD, {**TUNIS, **changes}, having="name").status_code == 303


def test_those_of_the_country_are_shown_first_and_at_once(office: FlaskClient, client: FlaskClient) -> None:
    add(office, country="", name="Anywhere Example", helps_ar="")
    add(office, country="FR", name="Paris Example")
    add(office)
    typed = {**builders.TESTIMONY, "danger_now": "yes", "consent_tier": "2", "step": "check"}
    check = post_form(client, FORM, typed, having="what_happened")
    names = page(check).xpath("//ul[@class='contacts']/li/b/text()")
    assert names == ["Example Help Line", "Anywhere Example"]
    receipt = send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    assert page(receipt).xpath("//ul[@class='contacts']/li/b/text()") == names
    assert "Shelter and a lawyer" in page(receipt).text_content()
    arabic = page(client.get("/ar/help/"))
    assert arabic.xpath("//ul[@class='contacts']/li/b/text()") == ["Paris Example", "Example Help Line", names[1]]
    assert "مأوى ومحامٍ" in arabic.text_content()


def test_every_way_to_reach_them_is_a_link_of_its_kind(office: FlaskClient, client: FlaskClient) -> None:
    add(office, telephone="+44 (0)20 7946 0123; 112", address="https://example.org/a?b=<c, help@example.org at noon")
    found = page(client.get("/en/help/")).xpath("//ul[@class='contacts']")[0]
    links = {str(one.get("href")): (one.text_content(), one.get("rel"), one.get("class")) for one in found.iter("a")}
    assert links == {
        "tel:+442079460123": ("+44 (0)20 7946 0123", None, "button plain"),
        "tel:112": ("112", None, "button plain"),
        "https://example.org/a?b=<c": ("example.org/a?b=<c", "noreferrer", "button plain"),
        "mailto:help@example.org": ("help@example.org", None, "button plain"),
    }
    assert "at noon" in found.text_content()


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("+216 00 000 000 (24 h)", "tel:+21600000000"),
        ("Day and night 24/7: +44 1632 960001", "tel:+441632960001"),
        ("(202) 555-0143", "tel:2025550143"),
        ("٠١٦٣٢ ٩٦٠٠٠١", "tel:01632960001"),
        ("0" * 40, None),
        ("*124#", None),
        ("at the door", None),
    ],
)
def test_a_number_is_dialled_as_it_is_meant(typed: str, dialled: str | None) -> None:
    assert [(way.text, way.href) for way in ways_to(typed, "")] == [(typed, dialled)]


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "data:text/html,x", "12 Example Street", "//example.org"])
def test_what_is_no_address_is_no_link(typed: str) -> None:
    assert [(way.text, way.href) for way in ways_to("", typed)] == [(typed, None)]


def test_the_languages_spoken_there_and_the_day_of_the_last_check_are_shown(
    app: Flask, office: FlaskClient, client: FlaskClient
) -> None:
    add(office, languages=["fr", "ar"], other_languages="ti, FA ti")
    with app.app_context(), transaction():
        contact = session().scalars(sa.select(ReferralContact)).one()
        assert contact.languages == ["fr", "ar", "ti", "fa"]
        contact.checked_on = date(2020, 6, 9)
    said = page(client.get("/en/help/")).xpath("//ul[@class='contacts']")[0].text_content()
    assert "They speak French, Arabic, Tigrinya and Persian." in said
    assert "Last checked on 9 June 2020." in said
    assert "9 يونيو 2020" in page(client.get("/ar/help/")).text_content()
    form = form_on(office.get(str(page(office.get(DESK)).xpath("//table//a/@href")[0])), having="name")
    assert form.fields["other_languages"] == "ti, fa"
    assert {box.get("value") for box in form.xpath(".//input[@name='languages'][@checked]")} == {"fr", "ar"}


def test_one_that_nobody_checked_for_a_year_is_marked_until_somebody_does(app: Flask, office: FlaskClient) -> None:
    add(office)
    assert "Check again" not in office.get(DESK).get_data(as_text=True)
    with app.app_context(), transaction():
        contact = session().scalars(sa.select(ReferralContact)).one()
        contact.checked_on = clock.day(clock.now()) - timedelta(days=366)
        contact.example = True
    desk = office.get(DESK)
    assert [mark.text_content() for mark in page(desk).xpath("//table//*[@class='tag ask']")] == ["Check again"]
    url = str(page(desk).xpath("//table//a/@href")[0])
    assert send(office, url, form_on(office.get(url), having="name")).status_code == 303
    assert "Check again" not in office.get(DESK).get_data(as_text=True)
    with app.app_context():
        assert not session().scalars(sa.select(ReferralContact)).one().example, "it is the secretariat's own now"


def test_nothing_is_shown_to_who_is_in_no_danger(office: FlaskClient, client: FlaskClient) -> None:
    add(office)
    check = post_form(client, FORM, {**builders.TESTIMONY, "consent_tier": "2", "step": "check"}, having="country")
    assert "Example Help Line" not in page(check).text_content()


def test_a_contact_is_changed_and_removed(app: Flask, office: FlaskClient, client: FlaskClient) -> None:
    add(office)
    url = str(page(office.get(DESK)).xpath("//table//a/@href")[0])
    form = form_on(office.get(url), having="name")
    assert form.fields["helps_ar"].strip() == TUNIS["helps_ar"]
    assert send(office, url, form, {"name": "New name"}).status_code == 303
    assert "New name" in page(client.get("/en/help/")).text_content()
    assert send(office, url, form_on(office.get(url), action="/remove/")).status_code == 303
    assert "No contacts are listed yet" in page(client.get("/en/help/")).text_content()
    with app.app_context():
        assert session().query(ReferralContact).count() == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"telephone": "", "address": ""}, "telephone"),
        ({"helps_en": "", "helps_ar": ""}, "helps_en"),
        ({"country": "XX"}, "country"),
        ({"name": "a\u202eb"}, "name"),
        ({"address": "x" * 301}, "address"),
        ({"languages": "xx"}, "languages"),
        ({"other_languages": "fa, zzz"}, "other_languages"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_typed_text_stays(
    office: FlaskClient, wrong: dict[str, str], field: str
) -> None:
    response = post_form(office, ADD, {**TUNIS, **wrong}, having="name")
    assert response.status_code == 422
    assert page(response).xpath(f"//p[@id='{field}-error']")
    kept = form_on(response, having="name").fields
    assert kept["name"] == {**TUNIS, **wrong}["name"]


def test_only_the_secretariat_keeps_them(app: Flask, office: FlaskClient) -> None:
    add(office)
    with app.app_context(), transaction():
        lead = builders.person("lead@example.org", (Role.DRAFTER, None)).id
    assert browser_of(app, lead).get(DESK).status_code == 404
