from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Event
from werkzeug.test import TestResponse

from intake.foundation.database import transaction
from intake.programme import queries, services
from tests import builders

URL = "/en/sessions/regular-pathways-2020-06-09/calendar.ics"
UNKNOWN = dict.fromkeys(["starts_at", "minutes", "time_zone", "language", "link"])
TIMES = [
    UNKNOWN | {"starts_at": "2020-06-09T14:00+02:00", "minutes": 120, "time_zone": "Europe/Zurich"},
    UNKNOWN | {"starts_at": "2020-06-10T14:00+00:00"},
    UNKNOWN,
]


def events(response: TestResponse) -> list[Event]:
    assert response.status_code == 200
    return list(Calendar.from_ical(response.get_data()).walk("VEVENT"))  # type: ignore[arg-type]


def change(app: Flask, **values: Any) -> None:
    with app.app_context(), transaction():
        held = queries.session_by_slug("regular-pathways-2020-06-09")
        assert held is not None
        services.change_session(held, values)


@pytest.mark.usefixtures("programme")
def test_a_day_without_a_time_is_a_whole_day(client: FlaskClient) -> None:
    response = client.get(URL)
    [event] = events(response)
    assert response.content_type == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="regular-pathways-2020-06-09.ics"'
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2020, 6, 9), date(2020, 6, 10))
    assert (str(event["SUMMARY"]), str(event["UID"])) == ("Regular pathways", "WG3-2020-06-09@127.0.0.1")
    assert str(event["URL"]) == "http://127.0.0.1:8000/en/sessions/regular-pathways-2020-06-09/"
    assert response.get_data().count(b"\r\n") == response.get_data().count(b"\n")


@pytest.mark.usefixtures("programme")
def test_the_summary_speaks_the_language_of_the_page(client: FlaskClient) -> None:
    [event] = events(client.get(URL.replace("/en/", "/ar/")))
    assert str(event["SUMMARY"]) == "مسارات الهجرة النظامية"
    assert event["SUMMARY"].params["LANGUAGE"] == "ar"


@pytest.mark.usefixtures("programme")
def test_sittings_with_a_time_are_events_of_their_own(app: Flask, client: FlaskClient) -> None:
    change(app, sitting_times=TIMES)
    first, second = events(client.get(URL))
    assert first["DTSTART"].dt == datetime(2020, 6, 9, 12, 0, tzinfo=UTC)
    assert first["DTEND"].dt - first["DTSTART"].dt == timedelta(hours=2)
    assert "DTEND" not in second
    assert [str(event["UID"]) for event in (first, second)] == [
        "WG3-2020-06-09-1@127.0.0.1", "WG3-2020-06-09-2@127.0.0.1",
    ]  # fmt: skip


@pytest.mark.usefixtures("programme")
def test_a_date_that_moves_is_the_same_event_later(app: Flask, client: FlaskClient) -> None:
    [before] = events(client.get(URL))
    change(app, date="2020-06-16")
    [after] = events(client.get(URL))
    assert str(after["UID"]) == str(before["UID"])
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt - timedelta(seconds=1)
    assert after["DTSTART"].dt == date(2020, 6, 16)


@pytest.mark.usefixtures("programme")
def test_nobody_is_named(client: FlaskClient) -> None:
    text = client.get("/en/sessions/people-on-the-move-2020-06-17/calendar.ics").get_data(as_text=True)
    assert "Vitorino" not in text
    assert not {"ATTENDEE", "ORGANIZER", "CONTACT"} & set(Calendar.from_ical(text).walk("VEVENT")[0])


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("slug", ["migrant-children-and-youth", "pipeline-to-be-decided", "latin-america", "unknown"])
def test_without_a_date_there_is_no_calendar(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/en/sessions/{slug}/calendar.ics").status_code == 404


def test_a_topic_cannot_write_properties(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        builders.listening_session(topic={"en": "A\nATTENDEE:mailto:x@evil.example; B, \\C"}, date=date(2020, 6, 9))
    [event] = events(client.get("/en/sessions/wg3-2020-06-09/calendar.ics"))
    assert "ATTENDEE" not in event
    assert str(event["SUMMARY"]) == "A\nATTENDEE:mailto:x@evil.example; B, \\C"
