from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.foundation.database import transaction
from intake.foundation.languages import LANGUAGES
from intake.programme import queries, services
from intake.programme.vocabulary import SessionState
from tests.accounts import people
from tests.forms import page
from tests.programme.files import EXAMPLE, bring_in, statements

WG3 = "/en/sessions/regular-pathways-2020-06-09/"


def change(app: Flask, slug: str, **values: Any) -> None:
    with app.app_context(), transaction():
        held = queries.session_by_slug(slug)
        assert held is not None
        services.change_session(held, values)


def entries(client: FlaskClient, url: str) -> dict[str, list[str]]:
    """Titles of the entries of a programme page, by the anchor of their section."""
    response = client.get(url)
    assert response.status_code == 200
    return {
        section.xpath(".//h2/@id")[0]: [link.text_content() for link in section.xpath(".//h3/a")]
        for section in page(response).xpath("//main//section[.//ul[@class='programme']]")
    }


def text(client: FlaskClient, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(page(response).xpath("//main")[0].text_content().split())


# The programme


def test_an_empty_programme_says_what_would_fill_it(client: FlaskClient) -> None:
    assert "There is no programme yet" in text(client, "/en/")


@pytest.mark.usefixtures("programme")
def test_the_page_lists_every_entry_once_where_it_belongs(client: FlaskClient) -> None:
    found = entries(client, "/en/")
    assert {anchor: len(titles) for anchor, titles in found.items()} == {
        "open": 6, "dates": 5, "undated": 2, "pipeline": 4,
    }  # fmt: skip
    assert list(found) == ["open", "dates", "undated", "pipeline"]
    assert found["open"][0] == "Safe and Inclusive Access to Services"
    assert found["open"][-1] == "Latin America: Regional impacts and practices"
    assert found["dates"] == [
        "Future of Human Mobility", "Alternatives to Detention",
        "Gender-specific Implications of the COVID-19 Pandemic on Migrants", "COVID-19 and People on the Move",
        "Gender-perspectives on COVID-19 impacts and practices",
    ]  # fmt: skip


@pytest.mark.usefixtures("programme")
def test_counts_are_links_to_what_they_count(client: FlaskClient) -> None:
    tiles = page(client.get("/en/")).xpath("//main//li[@class='tile']")
    assert [(tile.xpath("string(.//b)"), tile.xpath("string(.//a/@href)")) for tile in tiles] == [
        ("6", "#open"), ("5", "#dates"), ("2", "#undated"), ("4", "#pipeline"),
    ]  # fmt: skip


@pytest.mark.usefixtures("programme")
def test_taking_part_is_offered_only_where_it_is_possible(client: FlaskClient) -> None:
    links = page(client.get("/en/")).xpath("//a[contains(@href, '#take-part')]/@href")
    assert len(links) == 6
    assert f"{WG3}#take-part" in links


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("group=WG2", 3),
        ("group=none", 12),
        ("group=WG2&open=1", 1),
        ("language=es", 2),
        ("language=fr", 1),
        ("open=1", 6),
        ("language=fr&group=WG2", 0),
        ("group=WG99&language=xx&open=yes&series=nowhere", 17),
    ],
)
def test_the_page_can_be_narrowed(client: FlaskClient, query: str, count: int) -> None:
    assert sum(map(len, entries(client, f"/en/?{query}").values())) == count


@pytest.mark.usefixtures("programme")
def test_an_empty_choice_shows_the_way_back(client: FlaskClient) -> None:
    assert "No session matches" in text(client, "/en/?language=fr&group=WG2")


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: str(language.code))
def test_the_page_speaks_each_language(client: FlaskClient, language: Any) -> None:
    root = page(client.get(f"/{language.code}/"))
    assert (root.get("lang"), root.get("dir")) == (language.code, language.direction)
    assert len(root.xpath("//li[contains(@class, 'entry')]")) == 17
    assert root.xpath("//main//*[@lang and @lang != $code]", code=language.code) == []


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("url", ["/en/", "/ar/", WG3, "/en/sessions/pipeline-to-be-decided/"])
def test_what_is_unknown_is_never_none(client: FlaskClient, url: str) -> None:
    found = text(client, url)
    assert "None" not in found
    assert "null" not in found.replace("'null'", "").replace("«null»", "")


def test_the_latest_series_comes_first_and_the_others_can_be_chosen(app: Flask, client: FlaskClient) -> None:
    for slug, year in (("old", 2019), ("new", 2021)):
        entry = {"topic": f"Of the {slug}", "slug": slug, "code": slug, "date": f"{year}-05-01"}
        series = {"slug": slug, "year": year, "title": slug}
        bring_in(app, json.dumps({"series": series, "entries": [entry, {}]}).encode())
    assert "Of the new" in text(client, "/en/")
    assert "Of the old" in text(client, "/en/?series=old")
    assert "Of the new" not in text(client, "/en/?series=old")


# One listening session


@pytest.mark.usefixtures("programme")
def test_a_session_page_says_what_there_is_to_know(client: FlaskClient) -> None:
    found = text(client, WG3)
    for part in (
        "Regular pathways", "Tuesday, 9 June 2020", "Open for input", "Gather input for a policy brief",
        "How have admission and stay policies changed", "Regular Pathways for Migrants in Vulnerable Situations",
        "ACT Alliance", "Stakeholders at country level", "from French and Spanish into English",
        "brief questions or interventions", "Concept note", "Adapting to Migrants' Needs", "WG3-2020-06-09",
    ):  # fmt: skip
        assert part in found


@pytest.mark.usefixtures("programme")
def test_there_are_two_clear_ways_to_take_part(client: FlaskClient) -> None:
    links = page(client.get(WG3)).xpath("//section[@id='take-part']//h3/a/@href")
    assert [link.rstrip("/") for link in links] == [f"{WG3}submit/testimony", f"{WG3}submit/practice"]
    assert all(client.get(link, follow_redirects=True).status_code == 200 for link in links)


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("state", [state for state in SessionState if state is not SessionState.OPEN])
def test_a_session_that_is_not_open_says_so_kindly(app: Flask, client: FlaskClient, state: SessionState) -> None:
    change(app, "regular-pathways-2020-06-09", state=state)
    section = page(client.get(WG3)).xpath("//section[@id='take-part']")[0]
    assert section.xpath(".//a[contains(@href, '/submit/')]") == []
    assert section.xpath(".//a[contains(@href, 'open=1')]")


@pytest.mark.usefixtures("programme")
def test_the_chatham_house_rule_is_explained(client: FlaskClient) -> None:
    assert "Chatham House Rule" in text(client, "/en/sessions/human-trafficking-2020-07-09/")
    assert "Chatham House Rule" not in text(client, WG3)


@pytest.mark.usefixtures("programme")
def test_another_limit_of_consent_is_told_in_its_own_words(app: Flask, client: FlaskClient) -> None:
    change(app, "regular-pathways-2020-06-09", consent_ceiling=3)
    assert "You may name my organisation, not me" in text(client, WG3)


@pytest.mark.usefixtures("programme")
def test_a_date_that_moved_is_told_and_kept(app: Flask, client: FlaskClient) -> None:
    assert "has changed" not in text(client, WG3)
    change(app, "regular-pathways-2020-06-09", date="2020-06-16")
    found = text(client, WG3)
    assert "It was 9 June 2020 and is now 16 June 2020." in found
    assert "Date: 9 June 2020, now 16 June 2020" in found


@pytest.mark.usefixtures("programme")
def test_text_in_another_language_is_marked(app: Flask, client: FlaskClient) -> None:
    change(app, "regular-pathways-2020-06-09", state="scheduled")
    change(app, "regular-pathways-2020-06-09", purpose={"en": "Only English"}, guiding_questions=[{"es": "¿Por qué?"}])
    main = page(client.get(WG3.replace("/en/", "/ar/"))).xpath("//main")[0]
    assert main.xpath(".//div[@lang='en' and @dir='ltr']/p/text()") == ["Only English"]
    assert main.xpath(".//li/bdi[@lang='es' and @dir='ltr']/text()") == ["¿Por qué?"]
    [note] = main.xpath(".//li[contains(., '¿Por qué?')]/span[@class='note']")
    assert "الإسبانية" in note.text_content()


@pytest.mark.usefixtures("programme")
def test_people_and_empty_roles(app: Flask, client: FlaskClient) -> None:
    change(app, "people-on-the-move-2020-06-17", people=[
        {"role": "speaker", "name": "António Vitorino"}, {"role": "discussant", "name": None},
    ])  # fmt: skip
    found = text(client, "/en/sessions/people-on-the-move-2020-06-17/")
    assert "Speaker: António Vitorino" in found
    assert "Discussant: To be decided" in found


@pytest.mark.usefixtures("programme")
def test_sittings_are_told_in_the_time_of_the_session(app: Flask, client: FlaskClient) -> None:
    times = {"starts_at": "2020-06-09T14:00+02:00", "minutes": 90, "time_zone": "Europe/Zurich", "language": "fr",
             "link": "https://x.example/join"}  # fmt: skip
    change(app, "regular-pathways-2020-06-09", sitting_times=[times])
    found = text(client, WG3)
    assert "14:00" in found
    assert "90 minutes" in found
    link = page(client.get(WG3)).xpath("//a[@href='https://x.example/join']")[0]
    assert "noreferrer" in link.get("rel")


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} %(num)s"


def test_nothing_in_a_programme_becomes_markup(app: Flask, client: FlaskClient) -> None:
    named = {"topic": HOSTILE, "purpose": HOSTILE, "guiding_questions": [HOSTILE], "organisers": [HOSTILE[:200]],
             "people": [{"role": "speaker", "name": HOSTILE[:200]}], "slug": "hostile", "state": "open",
             "interpretation": {"mode": "none", "scope": HOSTILE},
             "outputs": [{"kind": "policy_brief", "title": HOSTILE}],
             "documents": [{"kind": "report", "role": "subject", "title": HOSTILE}]}  # fmt: skip
    series = {"slug": "s", "title": HOSTILE, "host": HOSTILE, "note": HOSTILE, "footer": HOSTILE}
    bring_in(app, json.dumps({"series": series, "entries": [named, {"topic": "Other"}]}).encode())
    change(app, "hostile", topic={"en": HOSTILE + "!"})
    for url in ("/en/", "/fr/", "/en/sessions/hostile/", "/ar/sessions/hostile/"):
        response = client.get(url)
        body = response.get_data(as_text=True)
        assert response.status_code == 200
        assert "<script" not in body
        assert "<img src=x" not in body
        assert "{{ 7*7 }}" in page(response).text_content()


@pytest.mark.parametrize("url", ["/en/sessions/nowhere/", "/xx/", "/xx/sessions/nowhere/"])
def test_what_is_not_there_is_not_found(client: FlaskClient, url: str) -> None:
    assert client.get(url).status_code == 404


# Speed


@pytest.mark.parametrize("url", ["/en/", "/en/?group=none&language=es&open=1"])
def test_the_list_asks_as_much_for_one_entry_as_for_seventeen(app: Flask, url: str) -> None:
    one = json.loads(EXAMPLE)
    one["entries"] = [entry | {"related": []} for entry in one["entries"] if entry["position"] == 13]
    bring_in(app, json.dumps(one).encode())
    with statements(app) as for_one:
        app.test_client().get(url)
    bring_in(app, EXAMPLE)
    with statements(app) as for_many:
        app.test_client().get(url)
    assert len(for_one) == len(for_many) <= 6


@pytest.mark.usefixtures("programme")
def test_a_session_page_asks_no_more_for_a_full_one(app: Flask, client: FlaskClient) -> None:
    with statements(app) as for_an_empty_one:
        client.get("/en/sessions/pipeline-to-be-decided/")
    with statements(app) as for_a_full_one:
        client.get(WG3)
    with statements(app) as for_one_without_a_group:
        client.get("/en/sessions/gender-perspectives-2020-06-18/")
    assert len(for_a_full_one) - len(for_an_empty_one) <= 1
    assert len(for_one_without_a_group) <= len(for_a_full_one) <= 14


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("url", ["/en/", "/en/?open=1", WG3, f"{WG3}calendar.ics"])
def test_a_page_that_did_not_change_is_not_sent_again(app: Flask, client: FlaskClient, url: str) -> None:
    first = client.get(url)
    etag = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    assert "Set-Cookie" not in first.headers
    assert client.get(url, headers=etag).status_code == 304
    change(app, "regular-pathways-2020-06-09", topic={"en": "Another topic"})
    again = client.get(url, headers=etag)
    assert (again.status_code, b"Another topic" in again.get_data()) == (200, True)


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_neither_is_a_compressed_one(client: FlaskClient, encoding: str) -> None:
    first = client.get("/en/", headers={"Accept-Encoding": encoding})
    assert first.headers["Content-Encoding"] == encoding
    again = client.get("/en/", headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.usefixtures("programme")
def test_a_page_that_was_rendered_is_kept(app: Flask, client: FlaskClient) -> None:
    client.get("/en/")
    with statements(app) as asked:
        client.get("/en/")
    assert len(asked) == 1


@pytest.mark.usefixtures("programme")
def test_a_renamed_group_is_seen_at_once(app: Flask, client: FlaskClient) -> None:
    client.get(WG3)
    content = {"working_groups": [{"code": "WG3", "name": "Renamed group"}], "entries": []}
    bring_in(app, json.dumps(content).encode())
    assert "Renamed group" in text(client, WG3)


# The desk


@pytest.mark.usefixtures("programme")
def test_the_desk_is_for_the_secretariat(app: Flask, client: FlaskClient) -> None:
    assert client.get("/en/staff/programme/").status_code in (302, 303)
    people.add(app, "drafter@example.org", (Role.DRAFTER, None))
    people.sign_in(client, "drafter@example.org")
    assert client.get("/en/staff/programme/").status_code == 404


@pytest.mark.usefixtures("programme")
def test_the_desk_shows_what_is_missing_and_what_changed(app: Flask, client: FlaskClient) -> None:
    people.add(app, "office@example.org", (Role.SECRETARIAT, None))
    people.sign_in(client, "office@example.org")
    change(app, "regular-pathways-2020-06-09", purpose={"en": "New purpose"})
    response = client.get("/en/staff/programme/")
    rows = [" ".join(row.text_content().split()) for row in page(response).xpath("//tbody/tr")]
    assert len(rows) == 17
    assert all(f"{name}: Purpose" in rows[4] for name in ("French", "Spanish", "Arabic"))
    assert "Topic" in rows[16]
    assert "no-store" in response.headers["Cache-Control"]
    [change_shown] = page(response).xpath("//ul[@class='queue']/li")
    assert "Purpose" in change_shown.text_content()


@pytest.mark.usefixtures("programme")
def test_public_pages_are_not_kept_for_those_who_are_signed_in(app: Flask, client: FlaskClient) -> None:
    people.add(app, "office@example.org", (Role.SECRETARIAT, None))
    people.sign_in(client, "office@example.org")
    assert client.get("/en/").headers["Cache-Control"] == "no-store"
