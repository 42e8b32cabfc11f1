"""The picture of a session: what each may count there, what of it may leave, and that nothing small points at one."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from tests.forms import form_on, page, send
from tests.moderation.desk import COLLEAGUE, OTHER, WG3, acts, counting, give, put_in_state, received, signed_in, text
from tests.moderation.test_alike import LETTER, together
from tests.moderation.test_excerpts import add

HERE = "/en/staff/sessions/wg3-2020-06-09/picture/"


def tables(client: FlaskClient, url: str = HERE) -> dict[str, dict[str, tuple[str, ...]]]:
    """The figures by the name of their table and their row."""
    answer = client.get(url)
    assert answer.status_code == 200, answer.status
    return {
        table.cssselect("caption")[0].text_content().strip(): {
            " ".join(row[0].text_content().split()): tuple(cell.text_content() for cell in row[1:])
            for row in table.cssselect("tbody tr")
        }
        for table in page(answer).cssselect("table")
    }


def taken(client: FlaskClient, kind: str = "csv") -> TestResponse:
    return send(client, HERE, form_on(client.get(HERE), action=f"/export/{kind}/"))


def rows(client: FlaskClient) -> list[list[str]]:
    answer = taken(client)
    assert answer.status_code == 200, answer.status
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def accepted(app: Flask, number: int = 1, **about: Any) -> list[str]:
    made = [give(app, **about) for _n in range(number)]
    for one in made:
        put_in_state(app, one, "accepted")
    return made


def test_a_desk_counts_what_was_received_and_accepted(app: Flask, lead: FlaskClient) -> None:
    accepted(app, 2, country="TN", stakeholder_type="migrant_led")
    received(app, give(app, country="MX", language="es", what_happened="Cerraron la frontera ese día."), days_ago=3)
    found = tables(lead)
    assert found["By language"] == {"English": ("2", "2"), "Spanish": ("1", "0")}
    assert found["By region"] == {"Central America": ("1", "0"), "Northern Africa": ("2", "2")}
    assert found["By kind of contributor"] == {
        "Migrant-led or diaspora association": ("2", "2"),
        "Not said": ("1", "0"),
    }
    assert found["How far it is read"] == {"Received": ("1",), "Accepted": ("2",)}
    assert sorted(found["Over time"].values()) == [("1", "0"), ("2", "2")]
    assert "Nothing received: Civil society organisation" in text(lead.get(HERE))


def totals(client: FlaskClient, url: str = HERE) -> dict[str, list[tuple[str, str]]]:
    """The figures at the top, by the heading under which they stand: number and of what."""
    answer = client.get(url)
    assert answer.status_code == 200, answer.status
    return {
        one.cssselect("h2")[0].text_content().strip(): [
            (tile.cssselect("b")[0].text_content(), tile.cssselect("span")[0].text_content())
            for tile in one.cssselect("ul.tiles > li")
        ]
        for one in page(answer).cssselect(".totals > section")
    }


def test_at_the_top_it_is_counted_as_submissions_organisations_and_texts(app: Flask, lead: FlaskClient) -> None:
    given = [give(app, what_happened=LETTER, organisation=name) for name in ("MSF", "msf", "MSF ", None, "IDC")]
    give(app, organisation="ACT Alliance")  # the lead's own
    together(app, given[0], given[1], given[3])
    for one in given[:3]:
        put_in_state(app, one, "accepted")
    found = totals(lead)
    assert found["Accepted"] == [("3", "Submissions"), ("1", "Organisation"), ("2", "Distinct texts")]
    assert found["Received"] == [
        ("5", "Submissions"), ("2", "Organisations"), ("3", "Distinct texts"), ("3", "Read to the end"),
    ]  # fmt: skip
    assert totals(signed_in(app, COLLEAGUE))["Received"][:2] == [("6", "Submissions"), ("3", "Organisations")]


@pytest.mark.parametrize("reader", ["fr", "es", "ar"])
def test_in_every_language_each_three_figures_have_a_heading_of_their_own(
    app: Flask, lead: FlaskClient, reader: str
) -> None:
    accepted(app)
    received, taken_up = totals(lead, HERE.replace("/en/", f"/{reader}/")).items()
    assert received[0] != taken_up[0]
    assert [words for _n, words in received[1][:3]] == [words for _n, words in taken_up[1]]
    assert len({words for _n, words in received[1]}) == 4


@pytest.mark.parametrize(
    ("reader", "named"),
    [
        ("en", ["Submission Organisation Distinct text", *["Submissions Organisations Distinct texts"] * 2]),
        ("fr", ["Contribution Organisation Texte distinct", *["Contributions Organisations Textes distincts"] * 2]),
        ("es", ["Contribución Organización Texto distinto", *["Contribuciones Organizaciones Textos distintos"] * 2]),
        ("ar", ["مساهمة منظمة نص مختلف", "مساهمتان منظمتان نصان مختلفان", "مساهمات منظمات نصوص مختلفة"]),
    ],
)
def test_what_is_counted_is_named_as_many_as_it_is(
    app: Flask, lead: FlaskClient, reader: str, named: list[str]
) -> None:
    for name, words in zip(("MSF", "IDC", "Caritas"), named, strict=True):
        give(app, organisation=name)
        received = next(iter(totals(lead, HERE.replace("/en/", f"/{reader}/")).values()))
        assert " ".join(of for _n, of in received[:3]) == words


def test_beyond_the_desk_organisations_are_told_where_they_point_at_nobody(
    app: Flask, lead: FlaskClient, drafter: FlaskClient
) -> None:
    for name in ("MSF", "IDC"):
        accepted(app, organisation=name)
    told = "The number of organisations is left out"
    assert totals(drafter) == {
        "Received": [("2", "Submissions")], "Accepted": [("2", "Submissions"), ("2", "Distinct texts")],
    }  # fmt: skip
    assert told in text(drafter.get(HERE))
    assert ["In all", "Organisations", "Accepted", "2"] not in rows(lead)
    accepted(app, organisation="Caritas")
    assert totals(drafter)["Accepted"] == [("3", "Submissions"), ("3", "Organisations"), ("3", "Distinct texts")]
    assert told not in text(drafter.get(HERE))
    assert rows(lead)[1:4] == [
        ["In all", what, "Accepted", "3"] for what in ("Submissions", "Organisations", "Distinct texts")
    ]


def test_an_empty_session_says_so(lead: FlaskClient) -> None:
    assert tables(lead) == {}
    assert "There is nothing to count here yet." in text(lead.get(HERE))


def test_each_counts_only_what_they_may_read(app: Flask, lead: FlaskClient) -> None:
    give(app)
    give(app, organisation="act  alliance")
    assert tables(lead)["By language"] == {"English": ("1", "0")}, "not what comes from the own organisation"
    assert tables(signed_in(app, COLLEAGUE))["By language"] == {"English": ("2", "0")}
    assert signed_in(app, OTHER).get(HERE).status_code == 404


def test_passages_are_counted_by_theme_and_group(app: Flask, lead: FlaskClient) -> None:
    first, second = give(app), give(app)
    for one, group in ((first, "women"), (second, "women"), (second, "children")):
        client = lead if group == "women" else signed_in(app, COLLEAGUE)
        assert add(client, one, population_groups="", groups=group).status_code == 303
    found = tables(lead)
    assert found["By group of people"] == {"Women": ("2",), "Children": ("1",)}
    assert found["Theme by group of people"] == {"Regular pathways": ("2", "1")}


def test_a_drafter_reads_no_figure_that_points_at_somebody(app: Flask, drafter: FlaskClient) -> None:
    accepted(app, 4, country="TN", stakeholder_type="migrant_led")
    accepted(app, 3, country="MX", stakeholder_type="faith_based")
    accepted(app, 1, country="JP", stakeholder_type="nhri")
    give(app)
    found = tables(drafter)
    together = "Taken together, so that nobody can be singled out"
    assert {name.partition(":")[0]: n for name, n in found["By kind of contributor"].items()} == {
        "Migrant-led or diaspora association": ("4",), together: ("4",),
    }  # fmt: skip
    assert {name.partition(":")[0]: n for name, n in found["By region"].items()} == {"Africa": ("4",), together: ("4",)}
    assert "By group of people" not in found
    assert "How far it is read" not in found


def test_no_table_is_shown_to_a_drafter_where_everything_is_small(app: Flask, drafter: FlaskClient) -> None:
    accepted(app, 2, country="TN", stakeholder_type="migrant_led")
    found = tables(drafter)
    assert "By kind of contributor" not in found
    assert "so few contributors are without a name" in text(drafter.get(HERE))


def test_what_a_desk_takes_along_is_told_as_in_a_digest(app: Flask, lead: FlaskClient) -> None:
    for one in accepted(app, 2, country="TN", stakeholder_type="migrant_led"):
        assert add(lead, one, groups="women").status_code == 303
    give(app, country="MX", stakeholder_type="faith_based")
    found = rows(lead)
    assert found[0] == ["table", "row", "figure", "number"]
    assert ["By language", "English", "Accepted", "2"] in found
    assert ["By group of people", "Women", "Submissions", "fewer than 3"] in found
    assert ["Theme by group of people", "Regular pathways", "Women", "fewer than 3"] in found
    words = " ".join(cell for line in found for cell in line)
    assert "Faith" not in words
    assert "Migrant-led" not in words
    assert acts(app, WG3)[-1][0] == "picture.export"


def test_the_tables_come_as_a_workbook_too(app: Flask, lead: FlaskClient) -> None:
    accepted(app)
    answer = taken(lead, "xlsx")
    sheet = load_workbook(io.BytesIO(answer.get_data())).active
    assert sheet is not None
    assert [[cell.value or "" for cell in line] for line in sheet.iter_rows()] == rows(lead)


@pytest.mark.parametrize("reader", ["en", "ar"])
def test_every_chart_has_its_table_and_stands_on_its_side(app: Flask, lead: FlaskClient, reader: str) -> None:
    accepted(app, 2, country="TN", stakeholder_type="migrant_led")
    answer = lead.get(HERE.replace("/en/", f"/{reader}/"))
    charts = page(answer).cssselect("svg.chart")
    assert len(charts) == 5
    for chart in charts:
        assert chart.getnext().xpath("following-sibling::details//table") or chart.getnext().cssselect("table")
        assert chart.get("direction") == "ltr"
    bars = page(answer).cssselect("#who ~ svg rect.whole")
    assert {one.get("x") == "0" for one in bars} == {reader == "en"}
    assert " style=" not in answer.get_data(as_text=True)


def test_as_many_statements_whatever_there_is(app: Flask, lead: FlaskClient) -> None:
    accepted(app)
    with counting(app) as few:
        lead.get(HERE)
    accepted(app, 9, country="TN")
    with counting(app) as many:
        lead.get(HERE)
    assert len(many) == len(few)
