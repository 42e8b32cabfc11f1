"""The queue: what waits comes first, the oldest on top; filters, counts, pages; a fixed number of statements."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from intake.foundation import clock
from intake.foundation.config import Settings
from intake.foundation.database import engine, session, transaction
from intake.foundation.files.kinds import BY_NAME
from intake.foundation.files.scanning import Scan
from intake.foundation.files.workshop import CleanFile
from intake.foundation.languages import LANGUAGES
from intake.foundation.multilingual import Multilingual
from intake.foundation.vocabularies import vocabulary
from intake.moderation import codebook, coding, facets, personal, queries, reading
from intake.moderation import services as moderation
from intake.moderation.coding import Axis
from intake.moderation.filters import Filters
from intake.moderation.queries import PAGE_SIZE
from intake.moderation.spans import Span
from intake.submissions import attachments
from intake.submissions.models import Submission
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.forms import form_on, page, send
from tests.moderation import desk
from tests.moderation.desk import LEAD, QUEUE, WG3, WG3_LATER, WG6, change, give, put_in_state, received, url
from tests.moderation.test_conflicts import declare
from tests.moderation.test_erasing import ask as ask_to_erase
from tests.moderation.test_erasing import told as told_and_hidden

OLD = clock.now() - timedelta(days=31)
MOST_STATEMENTS = 6
"""DESIGN, budgets: the queue page."""


def counts(client: FlaskClient, address: str = QUEUE) -> dict[str, str]:
    """The figures on the page by what they count."""
    tiles = page(client.get(address)).cssselect(".tile")
    return {tile.cssselect("span")[0].text_content(): tile.cssselect("b")[0].text_content() for tile in tiles}


def test_the_oldest_that_waits_comes_first(app: Flask, lead: FlaskClient) -> None:
    late, early, between, decided = give(app), give(app, WG3_LATER), give(app), give(app)
    for days_ago, reference in enumerate((late, between, early, decided)):
        received(app, reference, days_ago=days_ago)
    put_in_state(app, between, "question_asked")
    put_in_state(app, decided, "accepted")
    assert desk.listed(lead.get(QUEUE)) == [early, between, late]


def test_filters_narrow_the_list(app: Flask, lead: FlaskClient) -> None:
    plain, arabic = give(app), give(app, language="ar", what_happened="أغلقوا الحدود يوم انتهت إقامتي.")
    practice, later = give(app, kind=Kind.PRACTICE), give(app, WG3_LATER)
    declined = give(app)
    put_in_state(app, declined, "declined")
    for query, expected in {
        "language=ar": [arabic],
        "kind=practice": [practice],
        f"session={WG3_LATER.lower()}": [later],
        "state=declined": [declined],
        f"session={WG3.lower()}&kind=testimony&language=en": [plain],
        "kind=practice&language=ar": [],
        f"session={WG6.lower()}": [],
    }.items():
        assert desk.listed(lead.get(f"{QUEUE}?{query}")) == expected, query


def test_what_no_filter_knows_narrows_nothing(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    for query in ("state=withdrawn", "kind=x", "language=xx", "after=x", "after=bnVsbA"):
        assert desk.listed(lead.get(f"{QUEUE}?{query}")) == [reference], query


def test_counts_are_links_to_what_they_count(app: Flask, lead: FlaskClient) -> None:
    for state in ("submitted", "submitted", "in_review", "accepted", "safeguarding"):
        put_in_state(app, give(app), state)
    put_in_state(app, give(app, WG3_LATER), "accepted")
    assert counts(lead) == {
        "Waiting": "3", "Received": "2", "Being read": "1", "Question asked": "0",
        "Accepted": "2", "Not accepted": "0", "Safeguarding": "1",
    }  # fmt: skip
    narrowed = f"{QUEUE}?session={WG3_LATER.lower()}"
    assert counts(lead, narrowed)["Accepted"] == "1"
    for address in (QUEUE, narrowed):
        for tile in page(lead.get(address)).cssselect(".tile:has(a)"):
            linked = desk.listed(lead.get(tile.cssselect("a")[0].get("href")))
            assert len(linked) == int(tile.cssselect("b")[0].text_content())


def test_progress_counts_what_is_read(app: Flask, lead: FlaskClient) -> None:
    for state in ("submitted", "in_review", "question_asked", "declined", "accepted"):
        put_in_state(app, give(app), state)
    give(app, organisation="ACT Alliance")
    assert "3 of 5 read" in desk.text(lead.get(QUEUE))


def many(app: Flask, count: int) -> list[str]:
    """So many submissions in two sessions, in the order in which they came, some at the same moment."""
    made = []
    with app.app_context(), transaction() as database:
        start = clock.now() - timedelta(days=30)
        for number in range(count):
            submission = builders.submission(desk.held((WG3, WG3, WG3_LATER)[number % 3]))
            moment = start + timedelta(hours=number // 2)
            database.execute(sa.update(Submission).where(Submission.id == submission.id).values(received_at=moment))
            made.append(submission.reference)
    return made


def test_pages_follow_each_other_without_gap_or_repetition(app: Flask, lead: FlaskClient) -> None:
    everything = many(app, 2 * PAGE_SIZE + 7)
    seen: list[str] = []
    address: str | None = QUEUE
    sizes = []
    while address:
        shown = lead.get(address)
        sizes.append(len(desk.listed(shown)))
        seen += desk.listed(shown)
        onward = page(shown).cssselect("a[rel=next]")
        address = onward[0].get("href") if onward else None
    assert seen == everything
    assert sizes == [PAGE_SIZE, PAGE_SIZE, 7]


def test_a_page_stays_in_its_place_when_earlier_ones_are_decided(app: Flask, lead: FlaskClient) -> None:
    everything = many(app, PAGE_SIZE + 3)
    onward = page(lead.get(QUEUE)).cssselect("a[rel=next]")[0].get("href")
    put_in_state(app, everything[0], "declined")
    assert desk.listed(lead.get(onward)) == everything[PAGE_SIZE:]


def test_statements_do_not_grow_with_the_queue(app: Flask, lead: FlaskClient) -> None:
    give(app)
    lead.get(QUEUE)
    with desk.counting(app) as few:
        lead.get(QUEUE)
    for number, reference in enumerate(many(app, PAGE_SIZE + 1)):
        if number % 2:
            change(app, reference, claimed_by_id=1 + number % 3, claimed_until=clock.now() + timedelta(minutes=9))
    with desk.counting(app) as lots:
        assert len(desk.listed(lead.get(QUEUE))) == PAGE_SIZE
    selects = [statement for statement in lots if "SELECT" in statement]
    assert len(selects) == len([statement for statement in few if "SELECT" in statement])
    assert len(selects) <= MOST_STATEMENTS


def test_a_row_tells_what_matters(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, danger_now="yes")
    with app.app_context():
        colleague = desk.somebody(desk.COLLEAGUE).id
    change(app, reference, claimed_by_id=colleague, claimed_until=clock.now() + timedelta(minutes=5))
    row = page(lead.get(QUEUE)).cssselect(".queue > li")[0].text_content()
    assert "Possible danger" in row
    assert "Colleague" in row
    change(app, reference, claimed_until=clock.now() - timedelta(minutes=1))
    assert "Colleague" not in page(lead.get(QUEUE)).cssselect(".queue > li")[0].text_content()


def test_openings_have_their_own_language_and_are_only_text(app: Flask, lead: FlaskClient) -> None:
    words = "<script>alert(1)</script> أغلقوا الحدود يوم انتهت إقامتي في البلد."
    give(app, language="ar", what_happened=words)
    shown = lead.get(QUEUE)
    opening = page(shown).cssselect(".opening")[0]
    assert (opening.get("lang"), opening.get("dir")) == ("ar", "rtl")
    assert opening.text_content() == words
    assert "<script" not in shown.get_data(as_text=True)


def test_times_are_no_finer_than_they_need_be(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    change(app, reference, received_at=clock.now().replace(minute=37, second=41) - timedelta(days=3))
    for address in (QUEUE, url(reference)):
        shown = lead.get(address).get_data(as_text=True)
        assert ":37" not in shown
        assert ":41" not in shown


def test_an_empty_queue_says_what_would_fill_it(app: Flask, lead: FlaskClient) -> None:
    assert "As soon as somebody sends something to one of your sessions" in desk.text(lead.get(QUEUE))
    assert "Nothing fits these filters" in desk.text(lead.get(f"{QUEUE}?kind=practice"))
    with app.app_context(), transaction():
        desk.somebody(LEAD).memberships[0].working_group_id = builders.working_group("WG9").id
    assert "You moderate no session yet" in desk.text(lead.get(QUEUE))


def test_the_desk_speaks_every_language(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    for language in LANGUAGES:
        for address in (f"/{language.code}/staff/queue/", url(reference, language=language.code)):
            root = html.document_fromstring(lead.get(address).get_data(as_text=True))
            assert (root.get("lang"), root.get("dir")) == (language.code, language.direction)


def test_a_filter_names_each_language_in_itself(lead: FlaskClient) -> None:
    options = page(lead.get(QUEUE)).cssselect("#language option")
    assert [(one.get("value"), one.get("lang", "en"), one.get("dir")) for one in options] == [
        ("", "en", "ltr"), ("en", "en", "ltr"), ("fr", "fr", "ltr"), ("es", "es", "ltr"), ("ar", "ar", "rtl"),
    ]  # fmt: skip


def test_every_filter_finds_what_it_says_and_they_combine(app: Flask, lead: FlaskClient) -> None:
    plain = give(app, country="FR")
    tunis = give(app, country="TN", stakeholder_type="civil_society", organisation="Other House", kind=Kind.PRACTICE)
    mine, theirs, asked, filed = (give(app, country="PT") for _number in range(4))
    soon = clock.now() + timedelta(hours=1)
    with app.app_context(), transaction():
        me, colleague = desk.somebody(LEAD).id, desk.somebody(desk.COLLEAGUE).id
        change_themes(plain)
        attachments.add(
            desk.found(filed),
            attachments.put(CleanFile(BY_NAME["wav"], b"RIFF", ()), name="a.wav", digest="a", scan=Scan.NOT_SCANNED),
        )
    change(app, mine, claimed_by_id=me, claimed_until=soon)
    change(app, theirs, claimed_by_id=colleague, claimed_until=soon)
    change(app, filed, claimed_by_id=colleague, claimed_until=clock.now() - timedelta(hours=1))
    received(app, plain, days_ago=15)
    received(app, theirs, days_ago=8)
    change(app, asked, state="question_asked", asked_at=clock.now() - timedelta(days=22), received_at=OLD)
    for query, expected in {
        "region=015": [tunis],
        "who=civil_society": [tunis],
        "theme=alternatives_to_detention": [plain],
        "claimed=me": [mine],
        f"claimed={colleague}": [theirs],
        "claimed=somebody": [theirs, mine],
        "claimed=nobody": [asked, plain, tunis, filed],
        "age=7": [asked, plain, theirs],
        "age=14": [asked, plain],
        "age=30": [asked],
        "files=yes": [filed],
        "due=late": [asked, plain],
        "due=answer": [asked],
        "due=late&claimed=nobody&theme=alternatives_to_detention": [plain],
        "region=039&claimed=nobody": [asked, filed],
    }.items():
        shown = lead.get(f"{QUEUE}?{query}")
        assert desk.listed(shown) == expected, query
        onward = page(shown).cssselect(".queue > li > a")[0].get("href")
        assert dict(parse_qsl(onward.partition("?")[2])) == dict(parse_qsl(query))


def change_themes(reference: str) -> None:
    moderation.code(desk.found(reference), desk.somebody(), themes=["alternatives_to_detention"], objectives=())


def test_figures_beside_filters_are_what_they_lead_to(app: Flask, lead: FlaskClient) -> None:
    give(app, language="ar", danger_now="yes")
    give(app, kind=Kind.PRACTICE, stakeholder_type="civil_society")
    received(app, give(app, WG3_LATER, country="FR"), days_ago=8)
    give(app, organisation="ACT Alliance", country="FR", language="ar")
    for state in ("accepted", "accepted", "declined", "in_review", "question_asked"):
        put_in_state(app, give(app, language="ar" if state == "declined" else "en"), state)
        put_in_state(app, give(app, organisation="ACT Alliance"), state)
    change(app, give(app), message_waiting=True, state="declined")
    for query in (
        "", "language=ar", "kind=testimony&language=en", "who=civil_society&age=7", "claimed=nobody",
        "state=accepted", "state=in_review&language=en", f"session={WG3_LATER.lower()}", "due=late", "flag=message",
        "flag=message&state=declined", "files=yes",
    ):  # fmt: skip
        shown = lead.get(f"{QUEUE}?{query}")
        for select in page(shown).cssselect(".filters select"):
            for option in select.cssselect("option"):
                figure = re.search(r" \((\d+)\)$", option.text_content())
                if figure:
                    chosen = dict(parse_qsl(query)) | {select.get("name"): option.get("value")}
                    found = desk.listed(lead.get(f"{QUEUE}?{urlencode(chosen)}"))
                    assert len(found) == int(figure[1]), (query, chosen)


def states_of(client: FlaskClient, query: str = "") -> dict[str, str]:
    """The figures beside the states that the page offers to filter by, by their values."""
    options = page(client.get(f"{QUEUE}?{query}")).cssselect("#state option")
    found = {one.get("value"): re.search(r" \((\d+\+?)\)$", one.text_content()) for one in options}
    return {value: figure[1] if figure else "" for value, figure in found.items()}


def test_every_state_is_counted_as_the_other_filters_narrow_it(app: Flask, lead: FlaskClient) -> None:
    for state, language in (
        ("submitted", "en"), ("in_review", "en"), ("accepted", "en"), ("accepted", "ar"), ("declined", "ar"),
        ("safeguarding", "ar"),
    ):  # fmt: skip
        put_in_state(app, give(app, language=language), state)
        put_in_state(app, give(app, WG6, language=language), state)
        put_in_state(app, give(app, language=language, organisation="ACT Alliance"), state)
    desk.withdraw(app, give(app))
    plain = {"": "2", "submitted": "1", "in_review": "1", "question_asked": "0", "accepted": "2", "declined": "1"}
    arabic = {"": "0", "submitted": "0", "in_review": "0", "question_asked": "0", "accepted": "1", "declined": "1"}
    assert states_of(lead) == states_of(lead, "state=declined") == plain
    assert states_of(lead, "language=ar") == states_of(lead, "language=ar&state=in_review") == arabic
    one, partner = give(app), give(app, organisation="Linha Aberta")
    for apart in (one, partner):
        put_in_state(app, apart, "declined")
    assert states_of(lead) == plain | {"declined": "3"}
    declare(lead, submission=one)
    declare(lead, organisation="Linha Aberta")
    assert states_of(lead) == plain


def test_of_many_decided_the_least_is_said(app: Flask, lead: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (facets, queries):
        monkeypatch.setattr(module, "COUNTED_TO", 3)
    facets._counts.cache_clear()
    for number in range(4):
        put_in_state(app, give(app, language="ar" if number else "en"), "accepted")
    give(app)
    assert states_of(lead)["accepted"] == "3+"
    assert states_of(lead, "language=en")["accepted"] in {"1+", ""}
    assert states_of(lead)["submitted"] == "1"
    facets._counts.cache_clear()


def test_what_was_changed_last_comes_first_page_by_page(app: Flask, lead: FlaskClient) -> None:
    everything = many(app, PAGE_SIZE + 3)
    for number, reference in enumerate(everything):
        change(app, reference, changed_at=clock.now() - timedelta(hours=number))
    first = lead.get(f"{QUEUE}?order=changed")
    assert desk.listed(first) == everything[:PAGE_SIZE]
    onward = page(first).cssselect("a[rel=next]")[0].get("href")
    assert desk.listed(lead.get(onward)) == everything[PAGE_SIZE:]


def test_dates_are_said_in_words(app: Flask, lead: FlaskClient) -> None:
    fresh, late, silent, amended = give(app), give(app), give(app), give(app)
    received(app, late, days_ago=15)
    received(app, amended, days_ago=40)
    change(app, amended, accepted_revision=1)
    received(app, silent, days_ago=30)
    change(app, silent, state="question_asked", asked_at=clock.now() - timedelta(days=22))
    rows = {
        row.cssselect("a")[0].text_content(): row.text_content()
        for row in page(lead.get(QUEUE)).cssselect(".queue > li")
    }
    assert "due in 14 days" in rows[fresh]
    assert "overdue" in rows[late]
    assert "no answer for 22 days" in rows[silent]
    assert "due in 14 days" in rows[amended], "what stands gives time: a change is counted from when it was made"
    assert "1 is overdue" in desk.text(lead.get(QUEUE))
    tabs = {link.text_content().rsplit(" ", 1)[0]: link for link in page(lead.get(QUEUE)).cssselect(".tabs a")}
    assert set(tabs) == {"Mine", "Unclaimed", "Going stale", "Unanswered"}
    assert desk.listed(lead.get(tabs["Unanswered"].get("href"))) == [silent]
    assert set(desk.listed(lead.get(tabs["Going stale"].get("href")))) == {late, silent}


def test_filters_are_saved_under_a_name_for_oneself(app: Flask, lead: FlaskClient) -> None:
    give(app, language="ar")
    address = f"{QUEUE}?language=ar&claimed=nobody"
    saved = send(lead, address, form_on(lead.get(address), having="name"), {"name": "Arabic, free"})
    assert saved.headers["Location"] == address
    shown = lead.get(QUEUE)
    link = next(link for link in page(shown).cssselect(".tabs a") if link.text_content() == "Arabic, free")
    assert link.get("href") == address
    assert "Arabic, free" not in desk.text(desk.signed_in(app, desk.COLLEAGUE).get(QUEUE))
    gone = send(lead, QUEUE, form_on(shown, action="/forget/"))
    assert gone.status_code == 303
    assert "Arabic, free" not in desk.text(lead.get(QUEUE))


def test_so_many_filters_are_saved_and_no_more(app: Flask, lead: FlaskClient) -> None:
    with app.app_context(), transaction():
        for number in range(personal.MOST_SAVED):
            personal.save(desk.somebody(), f"Filters {number}", Filters(language="ar"))
    address = f"{QUEUE}?kind=practice"
    form = form_on(lead.get(address), having="name")
    refused = send(lead, address, form, {"name": "One more"})
    assert refused.status_code == 422
    assert "One more" in refused.get_data(as_text=True)
    assert send(lead, address, form, {"name": "Filters 3"}).status_code == 303, "the same name is no further one"


def test_what_is_taken_over_goes_with_a_note(app: Flask, lead: FlaskClient) -> None:
    reference, colleague = give(app), desk.signed_in(app, desk.COLLEAGUE)
    desk.act(colleague, reference, "claim/")
    empty = desk.act(lead, reference, "take-over/")
    assert empty.status_code == 422
    assert desk.act(lead, reference, "take-over/", {"note": "You are away."}).status_code == 303
    assert f"Lead took this over from you: {reference}" in desk.text(colleague.get(QUEUE))
    assert "You are away." in desk.text(colleague.get(url(reference)))
    assert "submission.take_over" in [line[0] for line in desk.acts(app, reference)]


def test_no_list_reads_or_sorts_everything(app: Flask, settings: Settings) -> None:
    """Each common filter is read by an index of what waits; what is sorted is bounded by a moment, or a page."""
    is_sqlite = settings.database_url.startswith("sqlite")
    with app.test_request_context("/en/"):
        person = desk.somebody()
        held = queries.sessions_moderated(person)
        reach = reading.reach_of(person)
        for query, index in {
            "": "waiting", "language=ar": "language_waiting", "who=civil_society": "who_waiting",
            "claimed=me": "claimed", "claimed=nobody": "waiting", "due=late": "waiting", "age=7": "waiting",
            "due=answer": "waiting",
            "flag=danger": "danger", "flag=child": "child_alone", "flag=message": "message",
            "order=changed": "changed", "kind=practice": "waiting",
        }.items():  # fmt: skip
            filters = Filters.kept(query)
            for chosen in (tuple(one.id for one in held), (held[0].id,)):
                statement = queries.page_of_queue(reach, chosen, filters, later=False)
                plan = plan_of(statement, queries.moments(person, filters), is_sqlite=is_sqlite)
                assert f"ix_submission_{index}" in plan, (query, plan)
                assert not re.search(r"SCAN submission\b|Seq Scan on submission\b", plan), (query, plan)
                if len(chosen) == 1:
                    assert not re.search(r"ORDER BY|Sort Key", plan), (query, plan)


def test_what_stands_beside_the_list_begins_with_what_somebody_is_told(app: Flask, settings: Settings) -> None:
    """The few hand-overs and erasures lead to their submissions: the other way round every submission is read."""
    if not settings.database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL counts the rows of its tables")
    with app.test_request_context("/en/"):
        person, ran = desk.somebody(), list[tuple[str, Any]]()
        held = queries.sessions_moderated(person)

        def note(_connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
            ran.append((text, values))

        sa.event.listen(engine(), "before_cursor_execute", note)
        personal.own_desk(person, held)
        sa.event.remove(engine(), "before_cursor_execute", note)
        [(text, values)] = ran
        plan = [row[-1] for row in session().connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
    assert [line for line in plan if re.search(r" submission\b", line)] == [
        "SEARCH submission USING INTEGER PRIMARY KEY (rowid=?)"
    ] * 2


def plan_of(statement: sa.Select[Any], values: dict[str, Any], *, is_sqlite: bool) -> str:
    compiled = statement.params(**values).compile(session().get_bind(), compile_kwargs={"literal_binds": True})
    connection = session().connection()
    if is_sqlite:
        return "\n".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}"))
    # So few rows are read fastest from first to last: the question is whether there is another way at all.
    for setting in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
        connection.exec_driver_sql(f"SET LOCAL {setting} = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {compiled}".replace("%", "%%")))


def merged(app: Flask, where: str, code: str, into: str) -> None:
    with app.app_context(), transaction():
        codebook.merge(desk.held(where), desk.somebody(), code, into=into, seen=0)


def coded(app: Flask, reference: str, **codes: str) -> int:
    """Code a passage of it; the number of the excerpt."""
    given = {Axis.KIND: ["challenge"], **{Axis[name.upper()]: [code] for name, code in codes.items()}}
    with app.app_context(), transaction():
        span = Span(1, "what_happened", 0, 4)
        return coding.add(desk.found(reference), desk.somebody(), span, given).number


def themes_of(shown: TestResponse) -> dict[str, str]:
    """The themes that the page offers to filter by, with their figures, by their values."""
    return {one.get("value"): one.text_content() for one in page(shown).cssselect("#theme option") if one.get("value")}


def test_themes_are_named_and_found_through_the_code_books(app: Flask, lead: FlaskClient) -> None:
    here, later, passage = give(app), give(app, WG3_LATER), give(app)
    first, second = "alternatives_to_detention", "gender"
    with app.app_context(), transaction():
        for reference in (here, later):
            change_themes(reference)
        desk_of_session = desk.held(WG3)
        codebook.change(
            desk_of_session, desk.somebody(), second, seen=0, name=Multilingual({"en": "Women on the move"}),
            definition=Multilingual(), example=None,
        )  # fmt: skip
        own = codebook.add(desk_of_session, desk.somebody(), Multilingual({"en": "Boats"}), Multilingual())
        before = desk_of_session.slug
        codebook.add(desk.held(WG3_LATER), desk.somebody(), Multilingual({"en": "Islands"}), Multilingual())
    coded(app, passage, theme=own)
    assert desk.listed(lead.get(f"{QUEUE}?theme={first}")) == [here, later]
    merged(app, WG3, first, second)
    of_first = lead.get(f"{QUEUE}?session={before}")
    offered = themes_of(of_first)
    assert first not in offered, "it is read as another one"
    assert offered[second] == "Women on the move (1)"
    assert offered[f"{before}:{own}"] == "Boats (1)"
    assert "Islands" not in of_first.get_data(as_text=True)
    every = themes_of(lead.get(QUEUE))
    assert every[first].endswith("(1)"), "the other session has it still"
    assert every[second].startswith("Women on the move / ")
    assert every[f"{before}:{own}"] == f"Boats ({WG3}) (1)"
    for query, expected in {
        f"theme={second}": [here],
        f"theme={first}": [here, later],
        f"theme={first}&session={WG3_LATER.lower()}": [later],
        f"theme={first}&session={before}": [here],
        f"theme={before}:{own}": [passage],
        f"theme={WG3_LATER.lower()}:{own}": [],
        f"theme={before}:{own}&session={WG3_LATER.lower()}": [],
        f"theme={before}:own-99": [],
        "theme=own-1": [here, later, passage],
    }.items():
        shown = lead.get(f"{QUEUE}?{query}")
        assert desk.listed(shown) == expected, query
        chosen = [one.get("value") for one in page(shown).cssselect("#theme option[selected]")]
        asked = "" if query == "theme=own-1" else dict(parse_qsl(query))["theme"]
        assert chosen == [asked] or "own-99" in query, "what narrows the list is to be seen"


def test_a_theme_that_was_given_twice_counts_once(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        themes = ["alternatives_to_detention", "gender"]
        moderation.code(desk.found(reference), desk.somebody(), themes=themes, objectives=())
    coded(app, reference, theme="gender")
    merged(app, WG3, "alternatives_to_detention", "gender")
    assert themes_of(lead.get(f"{QUEUE}?session={WG3.lower()}"))["gender"].endswith("(1)")


def test_a_passage_counts_while_it_stands_and_is_seen(app: Flask, lead: FlaskClient) -> None:
    reference, colleague = give(app), desk.signed_in(app, desk.COLLEAGUE)
    number = coded(app, reference, theme="gender")
    address = f"{QUEUE}?theme=gender"
    with app.app_context(), transaction():
        coding.code_afresh(desk.found(reference), desk.somebody(desk.COLLEAGUE))
    for client, expected, figure in ((lead, [reference], "(1)"), (colleague, [], "(0)")):
        assert desk.listed(client.get(address)) == expected
        assert themes_of(client.get(QUEUE))["gender"].endswith(figure)
    with app.app_context(), transaction():
        coding.remove(desk.found(reference), desk.somebody(), number, seen=1)
    assert desk.listed(lead.get(address)) == []
    assert themes_of(lead.get(QUEUE))["gender"].endswith("(0)")


def test_whom_a_passage_is_about_narrows_the_queue_too(app: Flask, lead: FlaskClient) -> None:
    children, women, neither = give(app), give(app, language="ar"), give(app)
    groups = list(vocabulary("population_groups"))
    coded(app, children, theme="gender", group=groups[0])
    number = coded(app, women, theme="gender", group=groups[1])
    coded(app, neither, theme="gender")
    for query, expected in {
        f"group={groups[0]}": [children],
        f"group={groups[1]}": [women],
        f"group={groups[1]}&theme=gender&language=ar": [women],
        f"group={groups[1]}&language=en": [],
        "group=x": [children, women, neither],
    }.items():
        shown = lead.get(f"{QUEUE}?{query}")
        assert desk.listed(shown) == expected, query
        for row in page(shown).cssselect(".queue > li > a"):
            assert (query == "group=x") or dict(parse_qsl(row.get("href").partition("?")[2])) == dict(parse_qsl(query))
    figures = {
        one.get("value"): re.search(r"\((\d+)\)$", one.text_content())
        for one in page(lead.get(f"{QUEUE}?theme=gender")).cssselect("#group option")
    }
    assert [int(figures[code][1]) for code in groups[:3] if figures[code]] == [1, 1, 0]
    address = f"{QUEUE}?group={groups[1]}"
    assert send(lead, address, form_on(lead.get(address), having="name"), {"name": "W"}).headers["Location"] == address
    with app.app_context(), transaction():
        coding.remove(desk.found(women), desk.somebody(), number, seen=1)
    assert desk.listed(lead.get(address)) == []
    for language in LANGUAGES:
        shown = lead.get(f"/{language.code}/staff/queue/")
        assert page(shown).cssselect("label[for=group]")[0].text_content() == {
            "en": "Whom it is about", "fr": "De qui il s’agit", "es": "De quién trata", "ar": "من المعنيّ به",
        }[language.code]  # fmt: skip


@pytest.mark.parametrize("is_empty", [True, False])
def test_every_filter_says_that_nothing_is_found(app: Flask, lead: FlaskClient, is_empty: bool) -> None:
    if not is_empty:
        give(app)
    shown = page(lead.get(QUEUE))
    for name in ("session", "language", "kind", "state", "flag", "region", "who", "theme", "group", "age", "files"):
        words = [one.text_content() for one in shown.cssselect(f"#{name} option") if one.get("value")]
        assert words, name
        assert all(re.search(r"\(\d+\)$", one) for one in words), name
    assert {one.text_content()[-3:] for one in shown.cssselect("#group option") if one.get("value")} == {"(0)"}


def test_whoever_asks_for_two_erasures_in_one_submission_is_named_once(app: Flask) -> None:
    reference, other = told_and_hidden(app), told_and_hidden(app)
    for one, number in ((reference, 1), (other, 1), (reference, 2)):
        ask_to_erase(app, one, number)
    told = desk.text(desk.signed_in(app, desk.COLLEAGUE).get(QUEUE))
    asked = "Lead asks you to decide whether hidden words are erased for good: "
    assert re.findall(f"{asked}(\\S+)", told) == [reference, other]


def test_how_much_each_colleague_is_on_is_counted(app: Flask, lead: FlaskClient) -> None:
    with app.app_context():
        colleague = desk.somebody(desk.COLLEAGUE).id
    for hours in (1, 1, -1):
        change(app, give(app), claimed_by_id=colleague, claimed_until=clock.now() + timedelta(hours=hours))
    options = {one.get("value"): one.text_content() for one in page(lead.get(QUEUE)).cssselect("#claimed option")}
    assert options[str(colleague)] == "Colleague (2)"
    assert options["somebody"].endswith("(2)")
