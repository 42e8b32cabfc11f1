"""The code book: themes added, renamed, joined, divided, and nothing that was coded rewritten; counts and tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from intake.foundation.database import session, transaction
from intake.foundation.multilingual import Multilingual
from intake.foundation.register import RegisterLine
from intake.foundation.vocabularies import vocabulary
from intake.moderation import codebook
from intake.moderation import services as desk_services
from intake.moderation.codebook import Changed, CodeBookChange, NotPossible
from intake.moderation.coding import ExcerptCode
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, OTHER, WG3, give, put_in_state, signed_in, text, url
from tests.moderation.test_excerpts import PASSAGE, add, amend

BOOK = "/en/staff/sessions/wg3-2020-06-09/"
OTHERS_BOOK = "/en/staff/sessions/wg6-2020-06-18/"


def table(client: FlaskClient, query: str = "") -> dict[str, tuple[str, str]]:
    """Passages and submissions by the name of the theme, as the code book counts them."""
    answer = client.get(f"{BOOK}codes/{query}")
    assert answer.status_code == 200, answer.status
    rows = page(answer).cssselect("tbody tr, tfoot tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    return {name: (passages, submissions) for name, passages, submissions in cells}


def fill(client: FlaskClient, code: str, act: str, **typed: Any) -> TestResponse:
    """Fill one of the forms of a theme's page."""
    here = f"{BOOK}codes/{code}/"
    return send(client, here, form_on(client.get(here), action=f"/{act}/"), typed)


def add_theme(client: FlaskClient, **typed: str) -> str:
    answer = send(client, BOOK, form_on(client.get(f"{BOOK}codes/"), action="/add/"), typed)
    assert answer.status_code == 303, answer.status
    return answer.headers["Location"].rstrip("/").rpartition("/")[2]


def stored(app: Flask) -> list[str]:
    with app.app_context():
        sought = sa.select(ExcerptCode.code).where(ExcerptCode.axis == "theme").order_by(ExcerptCode.id)
        return list(session().scalars(sought))


def said(app: Flask, act: str) -> list[dict[str, Any]]:
    with app.app_context():
        sought = sa.select(RegisterLine.detail).where(RegisterLine.act == act).order_by(RegisterLine.number)
        return list(session().scalars(sought))


# The themes


def test_the_shared_themes_are_there_from_the_start(lead: FlaskClient) -> None:
    counted = table(lead)
    assert len(counted) == len(vocabulary("themes")) + 1
    assert counted["Gender" if "Gender" in counted else next(iter(counted))] == ("0", "0")
    assert counted["All"] == ("0", "0")


def test_an_own_theme_has_a_name_in_four_languages_and_can_be_coded_with(app: Flask, lead: FlaskClient) -> None:
    code = add_theme(
        lead, name_en="Closed borders", name_fr="Frontières fermées", name_ar="حدود مغلقة", definition="Not detention.",
    )  # fmt: skip
    assert code == "own-1"
    reference = give(app)
    assert add(lead, reference, themes=code).status_code == 303
    assert table(lead)["Closed borders"] == ("1", "1")
    arabic = page(lead.get(f"{BOOK.replace('/en/', '/ar/')}codes/{code}/"))
    assert "حدود مغلقة" in arabic.cssselect("h1")[0].text_content()
    assert "Not detention." in text(lead.get(url(reference, "excerpts/"))), "what it means stands beside the box"
    assert [one["code"] for one in said(app, "codebook.add")] == ["own-1"]
    assert "Closed borders" not in text(lead.get("/en/staff/sessions/wg3-2020-07-14/codes/"))


def test_a_theme_without_a_name_is_asked_for_one(lead: FlaskClient) -> None:
    answer = send(lead, BOOK, form_on(lead.get(f"{BOOK}codes/"), action="/add/"), {"definition": "Kept words."})
    assert answer.status_code == 422
    assert "Kept words." in answer.get_data(as_text=True)


def test_a_renamed_theme_is_called_so_everywhere(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference, themes="gender")
    desk.act(lead, reference, "code/", {"themes": ["gender"]})
    old = page(lead.get(f"{BOOK}codes/gender/")).cssselect("h1 bdi")[-1].text_content()
    answer = fill(lead, "gender", "change", name_en="Women and men", definition="Says who is left out.")
    assert answer.status_code == 303
    for address in (url(reference), url(reference, "excerpts/"), f"{BOOK}codes/", f"{BOOK}passages/"):
        assert "Women and men" in text(lead.get(address)), address
    shown = text(lead.get(f"{BOOK}codes/gender/"))
    for words in (old, "Women and men", "Renamed", "Lead", "Says who is left out."):
        assert words in shown
    assert stored(app) == ["gender"]


def test_a_change_seen_on_an_older_version_is_told(app: Flask, lead: FlaskClient) -> None:
    here = f"{BOOK}codes/gender/"
    seen = form_on(lead.get(here), action="/change/")
    fill(signed_in(app, COLLEAGUE), "gender", "change", name_en="First")
    late = send(lead, here, seen, {"name_en": "Second"})
    assert late.status_code == 409
    assert "somebody else changed this" in text(late)
    assert "First" in text(late)
    assert "Second" in late.get_data(as_text=True)
    assert send(lead, here, form_on(late, action="/change/")).status_code == 303
    assert "Second" in table(lead)


def test_joined_themes_count_as_one_and_nothing_is_rewritten(app: Flask, lead: FlaskClient) -> None:
    first, second = give(app), give(app)
    add(lead, first, themes=["gender", "trafficking"])
    add(lead, first, "my permit ended", themes="gender")
    add(lead, second, themes="trafficking")
    assert fill(lead, "gender", "merge", into="trafficking").status_code == 303
    counted = table(lead)
    name = page(lead.get(f"{BOOK}codes/trafficking/")).cssselect("h1 bdi")[-1].text_content()
    assert counted[name] == ("3", "2"), "a passage that had both is one passage"
    assert counted["All"] == ("3", "2")
    assert stored(app) == ["gender", "trafficking", "gender", "trafficking"]
    for code in ("gender", "trafficking"):
        listed = page(lead.get(f"{BOOK}passages/?theme={code}")).cssselect(".passages > li")
        assert len(listed) == 3, "also by the old code"
    boxes = page(lead.get(url(first, "excerpts/"))).cssselect("[name=themes]")
    assert "gender" not in {box.get("value") for box in boxes}
    here = url(first, "excerpts/2/")
    assert send(lead, here, form_on(lead.get(here), having="kind"), {"kind": "practice"}).status_code == 303
    assert stored(app)[2] == "gender", "what was coded before stays as it was"
    assert [(one["code"]) for one in said(app, "codebook.merge")] == ["gender"]


def test_what_was_joined_twice_is_read_as_the_last(app: Flask, lead: FlaskClient) -> None:
    add(lead, give(app), themes="gender")
    own = add_theme(lead, name_en="Everything")
    fill(lead, "gender", "merge", into="trafficking")
    fill(lead, "trafficking", "merge", into=own)
    assert table(lead)["Everything"] == ("1", "1")
    with app.app_context():
        person, held = desk.somebody(), desk.held(WG3)
        for code, into in (("gender", own), (own, "gender"), (own, own), (own, "nothing")):
            with pytest.raises(NotPossible), transaction():
                seen = codebook.book_of(held.id).entries[code].version
                codebook.merge(held, person, code, into=into, seen=seen)


def test_a_divided_theme_leaves_what_was_coded_to_be_sorted(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference, themes="gender")
    answer = fill(lead, "gender", "split", first="Women", second="Gender identity")
    assert answer.status_code == 303
    counted = table(lead)
    assert {"Women", "Gender identity"} <= set(counted)
    (divided,) = [name for name in counted if "to be sorted" in name]
    assert counted[divided] == ("1", "1")
    assert len(page(lead.get(answer.headers["Location"])).cssselect(".passages > li")) == 1
    boxes = {box.get("value") for box in page(lead.get(url(reference, "excerpts/"))).cssselect("[name=themes]")}
    assert "gender" not in boxes
    assert {"own-1", "own-2"} <= boxes
    here = url(reference, "excerpts/1/")
    form = form_on(lead.get(here), having="kind")
    assert "gender" in {box.get("value") for box in form.cssselect("[name=themes]")}, "it may stay"
    send(lead, here, form, {"themes": "own-1"})
    assert table(lead)["Women"] == ("1", "1")
    with app.app_context():
        history = [(change.act, change.code, who) for change, who in codebook.history(desk.held(WG3))]
    assert history == [("split", "gender", "Lead"), ("add", "own-2", "Lead"), ("add", "own-1", "Lead")]


def test_an_example_is_a_passage_and_goes_with_it(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, organisation="OHCHR")
    add(lead, reference, themes="gender")
    (value,) = [
        option.get("value")
        for option in page(lead.get(f"{BOOK}codes/gender/")).cssselect("[name=example] option")
        if reference in option.text_content()
    ]
    fill(lead, "gender", "change", example=value)
    example = ".words"
    assert page(lead.get(f"{BOOK}codes/gender/")).cssselect(example)[0].text_content().strip() == PASSAGE
    kin = signed_in(app, COLLEAGUE).get(f"{BOOK}codes/gender/")
    assert PASSAGE not in text(kin), "it comes from the reader's own organisation"
    assert reference not in kin.get_data(as_text=True)
    desk.withdraw(app, reference)
    assert PASSAGE not in lead.get(f"{BOOK}codes/gender/").get_data(as_text=True)


# Counting


def test_each_figure_leads_to_its_passages(app: Flask, lead: FlaskClient) -> None:
    first, second = give(app), give(app)
    add(lead, first, themes="gender", kind="practice")
    add(lead, first, "my permit ended", themes="gender", kind="challenge", groups="women")
    add(lead, second, themes="gender", kind="challenge", addressees="states")
    add(signed_in(app, COLLEAGUE), second, themes="gender", kind="practice")
    for query, figures in (
        ("", ("3", "2")), ("?kind=challenge", ("2", "2")), ("?population_group=women", ("1", "1")),
        ("?addressee=states", ("1", "1")), ("?gcm_objective=gcm01", ("0", "0")), ("?kind=nonsense", ("3", "2")),
    ):  # fmt: skip
        assert table(lead, query)["All"] == figures, query
    links = [link.get("href") for link in page(lead.get(f"{BOOK}codes/?kind=challenge")).cssselect("td a")]
    assert links
    for link in links:
        listed = page(lead.get(link)).cssselect(".passages > li")
        assert len(listed) == 2, link


def test_what_is_taken_out_or_no_longer_stands_is_not_counted(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    add(lead, reference)
    put_in_state(app, reference, "accepted")
    amend(app, reference, what_happened="Nothing of what I said before holds any more, I am sorry.")
    assert table(lead)["All"] == ("1", "1"), "what was accepted stands until it is decided"
    desk.change(app, reference, accepted_revision=2, state="accepted")
    assert table(lead)["All"] == ("0", "0")
    add(lead, reference, "I am sorry")
    assert table(lead)["All"] == ("1", "1")
    here = url(reference, "excerpts/")
    send(lead, here, form_on(lead.get(here), action="2/remove/"))
    assert table(lead)["All"] == ("0", "0")


def test_lists_page_on_and_statements_do_not_grow(app: Flask, lead: FlaskClient, monkeypatch: Any) -> None:
    monkeypatch.setattr("intake.moderation.coded.PAGE_SIZE", 2)
    monkeypatch.setattr("intake.moderation.coded.listed.__kwdefaults__", {"count": 2})
    add(lead, give(app))
    lead.get(f"{BOOK}passages/")
    with desk.counting(app) as few:
        lead.get(f"{BOOK}passages/")
    references = [give(app) for _number in range(4)]
    for reference in references:
        add(lead, reference)
    with desk.counting(app) as lots:
        first = lead.get(f"{BOOK}passages/")
    assert len(lots) == len(few)
    found, answer = [], first
    while True:
        found += [link.text_content() for link in page(answer).cssselect(".passages .card-title")]
        onward = page(answer).cssselect(".pager .onward")
        if not onward:
            break
        answer = lead.get(onward[0].get("href"))
    assert len(found) == 5
    assert found[1:] == references


# Who sees it


def of_another_group(app: Flask) -> str:
    return give(app, desk.WG6)


def of_the_own_organisation(app: Flask) -> str:
    return give(app, organisation="act  alliance")


def withdrawn(app: Flask) -> str:
    reference = give(app)
    add(signed_in(app, COLLEAGUE), reference, themes="gender")
    desk.withdraw(app, reference)
    return reference


@pytest.mark.parametrize("make", [of_another_group, of_the_own_organisation, withdrawn])
def test_nothing_counts_or_shows_what_one_may_not_read(app: Flask, lead: FlaskClient, make: Any) -> None:
    add(lead, give(app), themes="trafficking")
    addresses = [f"{BOOK}codes/", f"{BOOK}passages/", f"{BOOK}codes/gender/", f"{BOOK}passages/?theme=gender"]
    before = [text(lead.get(address)) for address in addresses]
    exported = take(lead, "csv")
    reference = make(app)
    if make is not withdrawn:
        add(signed_in(app, OTHER if make is of_another_group else COLLEAGUE), reference, themes="gender")
    assert [text(lead.get(address)) for address in addresses] == before
    assert take(lead, "csv") == exported


def test_another_groups_code_book_is_not_there(app: Flask, lead: FlaskClient) -> None:
    for tail in ("codes/", "codes/gender/", "passages/"):
        assert lead.get(OTHERS_BOOK + tail).status_code == 404
    form = form_on(lead.get(f"{BOOK}codes/"), action="/add/")
    for tail in ("codes/add/", "codes/gender/change/", "codes/gender/merge/", "codes/gender/split/"):
        form.set("action", OTHERS_BOOK + tail)
        assert send(lead, BOOK, form, {"name_en": "Theirs"}).status_code == 404
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(CodeBookChange)) == 0


# Taking it along


def take(client: FlaskClient, kind: str, query: str = "") -> list[list[str]]:
    here = f"{BOOK}passages/{query}"
    answer = send(client, here, form_on(client.get(here), action=f"/export/{kind}/{query}"))
    assert answer.status_code == 200, answer.status
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(answer.get_data()))
    assert all(cell.data_type != "f" for row in book.active for cell in row)
    return [[str(cell.value or "") for cell in row] for row in book.active]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_table_is_safe_and_the_register_keeps_that_it_was_taken(app: Flask, lead: FlaskClient, kind: str) -> None:
    reference = give(app, what_happened='=HYPERLINK("https://example.org") said the border guard to us.')
    add(lead, reference, '=HYPERLINK("https://example.org") said', memo="Never leaves.", groups=["women", "girls"])
    head, row = take(lead, kind)
    told = dict(zip(head, row, strict=True))
    assert told["passage"] == '\'=HYPERLINK("https://example.org") said'
    assert (told["reference"], told["kind"], told["population_group"]) == (reference, "Challenge", "Women | Girls")
    assert (told["themes_as_coded"], told["coded_by"]) == ("regular_pathways", "Lead")
    assert "Never leaves." not in " ".join(row)
    assert said(app, "codebook.export") == [{"format": kind, "rows": 1}]


def as_a_whole(app: Flask, reference: str, *themes: str, objectives: Iterable[str] = ()) -> None:
    with app.app_context(), transaction():
        desk_services.code(desk.found(reference), desk.somebody(), themes=themes, objectives=objectives)


def test_what_is_coded_as_a_whole_has_a_line_of_its_own(app: Flask, lead: FlaskClient) -> None:
    assert "/export/" not in lead.get(f"{BOOK}passages/").get_data(as_text=True), "there is nothing yet"
    both, whole = give(app), give(app, tier=0)
    add(lead, both, themes="trafficking")
    as_a_whole(app, both, "gender", "trafficking", objectives=["gcm07"])
    as_a_whole(app, whole, "people_on_the_move")
    head, *rows = take(lead, "csv")
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(one["reference"], bool(one["excerpt"])) for one in lines] == [(both, False), (whole, False), (both, True)]
    first = lines[0]
    assert (first["themes_as_coded"], first["coded_by"], first["state"]) == ("gender|trafficking", "Lead", "submitted")
    assert first["gcm_objective"].startswith("7. ")
    assert {first[name] for name in ("passage", "start", "end", "answer", "kind", "revision")} == {""}
    assert [row[0] for row in take(lead, "csv", "?theme=gender")[1:]] == [both]
    assert [row[0] for row in take(lead, "csv", "?gcm_objective=gcm07")[1:]] == [both]
    assert [row[0] for row in take(lead, "csv", "?theme=people_on_the_move")[1:]] == [whole]
    assert len(take(lead, "csv", "?kind=challenge")) == 2, "a whole submission is of no kind"
    fill(lead, "gender", "merge", into="people_on_the_move")
    assert [row[0] for row in take(lead, "csv", "?theme=people_on_the_move")[1:]] == [both, whole]
    assert dict(zip(head, take(lead, "csv")[1], strict=True))["themes_as_coded"] == "gender|trafficking"


@pytest.mark.parametrize("make", [of_another_group, of_the_own_organisation])
def test_no_line_tells_of_what_one_may_not_read(app: Flask, lead: FlaskClient, make: Any) -> None:
    as_a_whole(app, give(app), "trafficking")
    before = take(lead, "csv")
    reference = make(app)
    with app.app_context(), transaction():
        other = desk.somebody(OTHER if make is of_another_group else COLLEAGUE)
        desk_services.code(desk.found(reference), other, themes=["gender"], objectives=())
    handed = give(app)
    as_a_whole(app, handed, "gender")
    desk.decide(lead, handed, "safeguard", "I am worried.")
    assert take(lead, "csv") == before


def test_words_that_may_only_be_counted_do_not_leave(app: Flask, lead: FlaskClient) -> None:
    add(lead, give(app, tier=0), themes="gender")
    add(lead, give(app), "my permit ended", themes="trafficking")
    head, *rows = take(lead, "csv")
    assert [row[head.index("passage")] for row in rows] == ["", "my permit ended"]
    assert len(take(lead, "csv", "?theme=gender")) == 2


# At once


@pytest.mark.parametrize("start", [0, 1])
def test_of_two_changes_at_once_one_wins_and_the_other_is_told(app: Flask, lead: FlaskClient, start: int) -> None:
    if start:
        fill(lead, "gender", "change", name_en="Before")

    def change(who: str) -> str:
        with app.app_context():
            person = desk.somebody(who)
            try:
                with transaction():
                    held = desk.held(WG3)
                    codebook.change(
                        held, person, "gender", seen=seen, name=Multilingual(f"{who} {seen}"),
                        definition=Multilingual(), example=None,
                    )  # fmt: skip
            except Changed:
                return "told"
            return who

    for _round in range(15):
        with app.app_context():
            seen = codebook.book_of(desk.held(WG3).id).entries["gender"].version
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(change, (LEAD, COLLEAGUE)))
        (won,) = [one for one in outcomes if one != "told"]
        with app.app_context():
            entry = codebook.book_of(desk.held(WG3).id).entries["gender"]
        assert (entry.name["en"], entry.version) == (f"{won} {seen}", seen + 1)


def test_two_join_each_with_the_other_at_once(app: Flask) -> None:
    def merge(pair: tuple[str, str]) -> bool:
        with app.app_context():
            person = desk.somebody()
            try:
                with transaction():
                    codebook.merge(desk.held(WG3), person, pair[0], into=pair[1], seen=0)
            except (Changed, NotPossible):
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(merge, [("gender", "trafficking"), ("trafficking", "gender")]))
    assert sorted(outcomes) == [False, True], "never a ring"
    with app.app_context():
        book = codebook.book_of(desk.held(WG3).id)
    assert book.now("gender") == book.now("trafficking")
