"""Safeguarding: what may be dangerous leaves every desk for those who are trained, and comes back with a reason."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.database import session, transaction
from intake.foundation.paging import Cursor
from intake.foundation.post import OutgoingMail
from intake.moderation import care, conflicts, reading
from intake.moderation import services as desk_services
from intake.moderation.models import CareKind, CareRecord
from intake.moderation.queries import PAGE_SIZE
from intake.programme.models import ReferralContact, WorkingGroup
from intake.submissions import services as submissions
from intake.submissions.services import Filled
from tests import builders
from tests.forms import form_on, page, send
from tests.installation import browser_of
from tests.moderation import desk
from tests.moderation.desk import (
    COLLEAGUE,
    QUEUE,
    acts,
    columns,
    decide,
    found,
    give,
    listed,
    signed_in,
    somebody,
    text,
    url,
)

CARE, TRAINED = "/en/staff/care/", "/en/staff/trained/"
GUARD = "guard@example.org"


def at(reference: str, tail: str = "") -> str:
    return f"{CARE}{reference}/{tail}"


@pytest.fixture
def guard(app: Flask) -> FlaskClient:
    """A browser in which somebody who is trained for WG3 is signed in."""
    with app.app_context(), transaction():
        third = session().scalars(sa.select(WorkingGroup).where(WorkingGroup.code == "WG3")).one()
        identity = builders.person(GUARD, (Role.SAFEGUARDING, third)).id
    return browser_of(app, identity)


def mails(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.subject, one.body) for one in session().scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id))]


def fill(client: FlaskClient, reference: str, tail: str, **typed: Any) -> Any:
    return send(client, at(reference), form_on(client.get(at(reference)), action=f"/{tail}/"), typed)


def test_danger_goes_to_who_is_trained_and_leaves_every_other_desk(app: Flask, lead: FlaskClient, guard: Any) -> None:
    later, urgent = give(app, what_happened="They follow me."), give(app, danger_now="yes", country="TN")
    assert columns(app, urgent, "state", "danger_now") == ("safeguarding", True)
    decide(lead, later, "safeguard", "I am worried.")
    assert listed(guard.get(CARE)) == [urgent, later], "what is urgent first"
    for tail in ("", "protect/", "excerpts/", "alike/", "question/"):
        assert lead.get(url(urgent, tail)).status_code == 404
    assert lead.get(at(urgent)).status_code == 404
    assert listed(lead.get(QUEUE)) == listed(lead.get(CARE)) == []
    tiles = {one.text_content().strip() for one in page(lead.get(QUEUE)).cssselect(".tile")}
    assert "2 Safeguarding" in tiles
    assert guard.get(QUEUE).status_code == guard.get(url(urgent)).status_code == 404
    with app.app_context():
        assert [one.verb for one in found(urgent).decisions] == ["danger"]
        assert not reading.is_readable(found(urgent), somebody(COLLEAGUE))


def test_it_goes_on_page_by_page(app: Flask, guard: FlaskClient) -> None:
    """In the order of the whole list, also where what is urgent ends in the middle of a page."""
    with app.app_context(), transaction():
        there = desk.held(desk.WG3)
        many = [builders.submission(there, danger_now="yes" if n % 2 else "no").reference for n in range(2 * PAGE_SIZE)]
        for reference in many[::2]:
            desk_services.decide(found(reference), "safeguard", somebody(COLLEAGUE), version=1, words="Look.")
    seen, sizes, at_page, counts = [], [], CARE, []
    while at_page:
        with desk.counting(app) as statements:
            shown = guard.get(at_page)
        counts.append(len(statements))
        sizes.append(len(listed(shown)))
        seen += listed(shown)
        onward = page(shown).cssselect("a[rel=next]")
        at_page = onward[0].get("href") if onward else ""
        if len(sizes) == 1:
            with app.app_context(), transaction():  # what was read before is done meanwhile
                version = found(seen[0]).version
                desk_services.decide(found(seen[0]), "return", somebody(GUARD), version=version, words="Safe.")
    assert seen == [*many[1::2], *many[::2]]
    assert sizes == [PAGE_SIZE, PAGE_SIZE]
    assert max(counts) <= 12
    with app.app_context():
        last = found(seen[-1])
        past = Cursor(clock.now(), last.id, 1).encode()
    assert guard.get(f"{CARE}?after={past}").status_code == 303
    assert listed(guard.get(f"{CARE}?after=nonsense"))[0] == seen[1]


@pytest.mark.usefixtures("guard")
def test_a_mail_says_only_that_something_waits(app: Flask) -> None:
    for _flood in range(3):
        give(app, danger_now="yes", what_happened="They follow me.")
    ((subject, body),) = mails(app)
    assert (subject, "/en/staff/care/" in body) == ("Something waits for you", True)
    assert "WG3" not in body
    assert "follow" not in body


def test_nobody_is_trained_and_nothing_is_out_of_reach(app: Flask, lead: FlaskClient) -> None:
    told, handed = give(app, danger_now="yes"), give(app)
    assert listed(lead.get(QUEUE)) == [told, handed], "co-leads see it first"
    decide(lead, handed, "safeguard", "I am worried.")
    assert listed(lead.get(CARE)) == [handed]
    assert lead.get(at(handed)).status_code == 200
    with app.app_context(), transaction():
        identity = builders.person("office@example.org", (Role.SECRETARIAT, None)).id
        whose = str(builders.person(GUARD).id)
    office = browser_of(app, identity)
    assert "Nobody is trained for these sessions" in text(office.get(TRAINED))
    named = send(office, TRAINED, form_on(office.get(TRAINED), having="where"), {"person": whose, "where": "WG3"})
    assert named.status_code == 303
    assert "Nobody is trained for these sessions" not in text(office.get(TRAINED))
    assert lead.get(at(handed)).status_code == 404
    with app.app_context():
        guard = browser_of(app, somebody(GUARD).id)
    assert listed(guard.get(CARE)) == [handed]
    ended = send(office, TRAINED, form_on(office.get(TRAINED), action="/end/"))
    assert ended.status_code == 303
    assert listed(lead.get(CARE)) == [handed], "nobody is left who is trained"


def test_referrals_outcomes_and_notes_are_written_down(app: Flask, guard: FlaskClient) -> None:
    reference = give(app, danger_now="yes", country="TN")
    with app.app_context(), transaction() as database:
        contact = ReferralContact(
            name="Open Line", country="TN", helps_with={"en": "Shelter"}, checked_on=clock.day(clock.now())
        )
        database.add(contact)
        database.flush()
        number = str(contact.id)
    assert "Open Line" in text(guard.get(at(reference)))
    told = fill(guard, reference, "write", kind="referral", contact=number, words="They will ring on Monday.")
    assert told.status_code == 303
    assert fill(guard, reference, "write", kind="outcome", words="A bed was found.").status_code == 303
    assert fill(guard, reference, "write", kind="outcome", words="").status_code == 422
    shown = text(guard.get(at(reference)))
    assert shown.index("They will ring on Monday.") < shown.index("A bed was found.")
    assert [one[0] for one in acts(app, reference)][-2:] == ["safeguarding.referral", "safeguarding.outcome"]
    with app.app_context(), transaction() as database:
        database.execute(sa.delete(ReferralContact))
        (first, _second) = database.scalars(sa.select(CareRecord).order_by(CareRecord.number))
        assert b"Monday" not in first.note
    assert "Open Line" in text(guard.get(at(reference))), "what it was called stays where somebody was sent there"
    with app.app_context(), transaction():
        submissions.withdraw(found(reference))
        found(reference).erase_after = found(reference).received_at
        session().flush()
        submissions.erase_due()
        assert session().scalars(sa.select(CareRecord)).all() == []


def test_the_contributor_is_answered_through_the_outbox(app: Flask, guard: FlaskClient) -> None:
    reference = give(app, danger_now="yes", email="somebody@example.org", follow_up=True)
    write = url(reference, "question/")
    assert send(guard, write, form_on(guard.get(write), having="words"), {"words": "Is it safe?"}).status_code == 303
    read = url(reference, "question/read/")
    gone = send(guard, read, form_on(guard.get(read), action="/question/send/"))
    assert gone.headers["Location"].endswith(at(reference))
    assert columns(app, reference, "state", "asked_at") == ("safeguarding", None)
    assert "Is it safe?" in text(guard.get(at(reference)))
    assert mails(app)[-1][0] == "There is news for you"
    assert "safe" not in mails(app)[-1][1]
    with app.app_context(), transaction():
        submissions.reply(found(reference), "Yes.", "en", seen=9)
    assert "The contributor wrote to you" in text(guard.get(at(reference)))
    assert fill(guard, reference, "seen").status_code == 303
    assert columns(app, reference, "message_waiting") == (False,)


def test_the_contact_is_opened_with_a_reason(app: Flask, guard: FlaskClient) -> None:
    reference = give(app, danger_now="yes", email="somebody@example.org")
    assert "somebody@example.org" not in text(guard.get(at(reference)))
    assert fill(guard, reference, "contact").status_code == 422
    assert "somebody@example.org" in text(fill(guard, reference, "contact", reason="danger"))
    assert acts(app, reference)[-1][0] == "submission.reveal_contact"
    assert acts(app, reference)[-1][2] == {"reason": "danger"}


def test_it_comes_back_with_a_reason(app: Flask, lead: FlaskClient, guard: FlaskClient) -> None:
    reference = give(app, danger_now="yes")
    form = form_on(guard.get(at(reference)), action="/return/")
    assert send(guard, at(reference), form).status_code == 422
    with app.app_context(), transaction():
        care.write(found(reference), somebody(GUARD), CareKind.NOTE, "Only for those who are trained.")
    assert fill(guard, reference, "return", words="They are safe now.").status_code == 303
    assert columns(app, reference, "state") == ("in_review",)
    shown = text(lead.get(url(reference)))
    assert "They are safe now." in shown
    assert "Only for those" not in shown
    assert guard.get(at(reference)).status_code == 404
    late = send(guard, at(reference), form, {"words": "Again."})
    assert (late.status_code, "Again." in text(late)) == (409, True)


def test_what_is_changed_to_danger_is_handed_on_too(app: Flask, guard: FlaskClient) -> None:
    reference = give(app)
    with app.app_context(), transaction():
        desk_services.decide(found(reference), "accept", somebody(), version=1)
        answers = {**builders.TESTIMONY, "danger_now": "yes"}
        filled = Filled(kind=builders.Kind.TESTIMONY, language="en", answers=answers, consent=found(reference).consent)
        submissions.amend(found(reference), filled, seen=1)
    assert columns(app, reference, "state", "accepted_revision") == ("safeguarding", None)
    assert listed(guard.get(CARE)) == [reference]


def test_what_comes_from_their_own_organisation_is_not_theirs(app: Flask, guard: FlaskClient) -> None:
    with app.app_context(), transaction():
        somebody(GUARD).organisation = builders.organisation("Linha Aberta")
    reference = give(app, danger_now="yes", organisation="Linha Aberta")
    assert guard.get(at(reference)).status_code == 404
    assert mails(app) == []
    assert signed_in(app).get(at(reference)).status_code == 404
    with app.app_context():
        assert [one.number for one in conflicts.nobody_reads()] == [1], "the secretariat is told"


def test_only_who_keeps_the_templates_is_led_to_them(app: Flask, lead: FlaskClient, guard: FlaskClient) -> None:
    in_care, ordinary = give(app, danger_now="yes"), give(app)
    for client, reference, leads_there in ((guard, in_care, False), (lead, ordinary, True)):
        shown = client.get(url(reference, "question/"))
        assert shown.status_code == 200
        assert ("Keep the templates" in text(shown)) is leads_there
