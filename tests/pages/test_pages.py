"""The front door, the pages about Intake, and what every answer carries."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake.foundation.database import Base
from intake.foundation.languages import CODES
from intake.pages.privacy import NOT_ABOUT_PEOPLE, STORED
from tests.forms import page

ABOUT = ("about", "privacy", "accessibility")


@pytest.mark.parametrize(
    ("asked", "language"),
    [("ar", "ar"), ("fr-CA,fr;q=0.9,en;q=0.5", "fr"), ("de", "en"), ("", "en"), ("es-419", "es"), ("*", "en")],
)
def test_the_front_door_leads_to_the_readers_language(client: FlaskClient, asked: str, language: str) -> None:
    response = client.get("/", headers={"Accept-Language": asked})
    assert (response.status_code, response.headers["Location"]) == (302, f"/{language}/")
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("name", ABOUT)
def test_the_pages_about_intake_stand_in_every_language(client: FlaskClient, language: str, name: str) -> None:
    response = client.get(f"/{language}/{name}/")
    assert response.status_code == 200
    assert page(response).get("lang") == language
    again = client.get(f"/{language}/{name}/", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_privacy_page_names_every_field_that_is_stored_about_people(client: FlaskClient) -> None:
    named = {column for group in STORED for item in group.items for column in item.columns}
    stored = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        if table.name not in NOT_ABOUT_PEOPLE
        for column in table.columns
    }
    assert named == stored
    shown = {code.text_content() for code in page(client.get("/en/privacy/")).cssselect("code")}
    assert shown == stored


def test_monitors_are_told_that_it_lives(client: FlaskClient) -> None:
    assert client.get("/healthz").get_data(as_text=True) == "ok\n"


def test_a_weakness_can_be_reported(client: FlaskClient) -> None:
    text = client.get("/.well-known/security.txt").get_data(as_text=True)
    assert text.startswith("Contact: mailto:")
    assert "Expires: " in text


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path", ["/en/", "/en/about/", "/en/receipt/", "/en/nothing/", "/healthz", "/en/staff/sign-in/"]
)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "Server" not in response.headers or "werkzeug" not in response.headers["Server"].lower()


@pytest.mark.parametrize("path", ["/en/receipt/", "/en/staff/sign-in/", "/en/nothing/"])
def test_dynamic_pages_are_never_kept(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_a_strange_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/en/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "POST"])
def test_methods_that_nothing_takes_are_refused(client: FlaskClient, method: str) -> None:
    assert client.open("/en/about/", method=method).status_code in (400, 405)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize(("path", "status"), [("nowhere/", 404), ("sessions/none/", 404)])
def test_an_error_is_told_in_the_readers_language(client: FlaskClient, language: str, path: str, status: int) -> None:
    response = client.get(f"/{language}/{path}")
    assert response.status_code == status
    root = page(response)
    assert (root.get("lang"), root.get("dir")) == (language, "rtl" if language == "ar" else "ltr")
    assert root.cssselect("main a"), "there is a way on"


def test_an_unknown_language_is_not_there(client: FlaskClient) -> None:
    assert client.get("/de/").status_code == 404


def test_no_rule_answers_without_saying_who_may(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        assert rule.endpoint == "static" or getattr(view, "access", None), rule


@pytest.mark.parametrize(
    "path",
    ["/en/sessions/%00/", "/en/sessions/a%00b/submit/testimony", "/en/?group=%00", "/en/sessions/%00/calendar.ics"],
)
def test_a_control_character_in_an_address_is_nothing(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["intake.css", "desks.css", "contributor.js", "icon.svg"])
def test_the_parts_of_a_page_are_kept_for_good_and_tell_nothing(client: FlaskClient, name: str) -> None:
    with client.get(f"/static/{name}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
