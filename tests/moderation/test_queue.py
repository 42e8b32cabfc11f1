"""The queue: what waits comes first, the oldest on top; filters, counts, pages; a fixed number of statements."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from intake.foundation import clock
from intake.foundation.database import transaction
from intake.foundation.languages import LANGUAGES
from intake.moderation.queries import PAGE_SIZE
from intake.submissions.models import Submission
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.forms import page
from tests.moderation import desk
from tests.moderation.desk import LEAD, QUEUE, WG3, WG3_LATER, WG6, change, give, put_in_state, received, url

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
        for tile in page(lead.get(address)).cssselect(".tile"):
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
    assert "Colleague" not in desk.text(lead.get(QUEUE))


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
