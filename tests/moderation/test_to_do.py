"""The mail that says there is something to do: wanted, once a day, and without a word of anybody's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.models import Person
from intake.accounts.permissions import Role
from intake.cli import _sweep
from intake.foundation import clock, post
from intake.foundation.database import session, transaction
from intake.foundation.post import OutgoingMail
from intake.moderation import to_do
from tests import builders
from tests.accounts.people import kept
from tests.forms import post_form
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, OTHER, ask, change, give, hold, signed_in
from tests.provision.smtp import SMTPServer

Clock = Callable[[float, int], datetime]
ME = "/en/staff/me/"


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let so many days pass, and let it be an hour (UTC); it is before anybody signs in, as visits of the night end."""
    begun = datetime.now(UTC)

    def at(days: float, hour: int = 12) -> datetime:
        moment = (begun + timedelta(days=days)).replace(hour=hour)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    at(0)
    return at


def want(app: Flask, *emails: str, language: str = "en") -> None:
    with app.app_context(), transaction() as database:
        chosen = sa.update(Person).where(Person.email.in_(emails))
        database.execute(chosen.values(wants_mail=True, language=language))


def late(app: Flask, where: str = desk.WG3, **about: object) -> str:
    reference = give(app, where, **about)
    change(app, reference, received_at=clock.now() - timedelta(days=20))
    return reference


def mails(app: Flask) -> int:
    with app.app_context():
        return len(session().scalars(sa.select(OutgoingMail)).all())


def test_it_holds_figures_and_nothing_else(app: Flask, lead: FlaskClient, smtp_server: SMTPServer, at: Clock) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url=smtp_server.url)
    asked = give(app)
    ask(lead, asked, "When was that?")
    at(25, 12)
    held = give(app)
    hold(signed_in(app), held, "Where was that?")
    for _number in range(2):
        late(app)
    want(app, LEAD)
    assert _sweep(app)
    with app.app_context():
        assert post.deliver_due() == 1
    ((one,),) = (smtp_server.wait_for(1),)
    assert one.recipients == (LEAD,)
    body = one.message.get_content()
    assert one.message["Subject"] == "There is something to do"
    assert [line for line in body.splitlines() if line.startswith("- ")] == [
        "- 2 decisions are overdue",
        "- 1 question has had no answer for too long",
        "- 1 question waits in the outbox until somebody has read it",
    ]
    assert "http://127.0.0.1:8000/en/staff/queue/" in body
    for word in (asked, held, "WG3", "Lead", "Regular pathways", "border", "When was that"):
        assert word not in body


@pytest.mark.parametrize(
    ("language", "line"),
    [("fr", "2 décisions sont en retard"), ("es", "2 decisiones están atrasadas"), ("ar", "قراران متأخران")],
)
def test_it_is_in_their_language(app: Flask, at: Clock, language: str, line: str) -> None:
    at(0, 12)
    for _number in range(2):
        late(app)
    want(app, LEAD, language=language)
    assert _sweep(app)
    with app.app_context():
        body = session().scalars(sa.select(OutgoingMail.body)).one()
    assert f"- {line}" in body
    assert f"/{language}/staff/queue/" in body


def test_once_a_day_at_the_most_and_only_while_something_is_to_do(app: Flask, at: Clock) -> None:
    want(app, LEAD)
    at(1, 6)
    assert _sweep(app)
    assert mails(app) == 0, "nothing is to do"
    reference = late(app)
    for hour, sent in ((7, 1), (8, 1), (23, 1)):
        at(1, hour)
        assert _sweep(app)
        assert mails(app) == sent
    for day, hour, sent in ((2, 4, 1), (2, 5, 2), (2, 9, 2)):
        at(day, hour)
        assert _sweep(app)
        assert mails(app) == sent
    desk.put_in_state(app, reference, "accepted")
    at(3, 9)
    assert _sweep(app)
    assert mails(app) == 2


def test_only_those_who_want_it_and_only_about_what_is_theirs(app: Flask, at: Clock) -> None:
    at(0, 12)
    with app.app_context(), transaction():
        builders.person("rapporteur@example.org", (Role.RAPPORTEUR, None))
        builders.person("former@example.org", (Role.CO_LEAD, desk.held(desk.WG3))).active = False
    want(app, LEAD, OTHER, "rapporteur@example.org", "former@example.org")
    late(app, organisation="ACT Alliance")  # the lead's own organisation's
    assert _sweep(app)
    assert mails(app) == 0
    want(app, COLLEAGUE)
    assert _sweep(app)
    assert mails(app) == 1


def test_several_workers_tell_once(app: Flask, at: Clock) -> None:
    want(app, LEAD, COLLEAGUE)
    late(app)
    for day in range(1, desk.ROUNDS + 1):
        at(day, 12)
        start = Barrier(3)

        def work(start: Barrier = start) -> bool:
            start.wait()
            return _sweep(app)

        with ThreadPoolExecutor(3) as pool:
            assert all(one.result() for one in [pool.submit(work) for _number in range(3)])
        assert mails(app) == 2 * day


def test_a_worker_that_dies_before_it_is_kept_leaves_the_day_open(app: Flask, at: Clock) -> None:
    at(1, 12)
    want(app, LEAD)
    late(app)
    with app.app_context():
        (person_id,) = to_do.people_to_tell()
        with pytest.raises(ZeroDivisionError), transaction():
            to_do.tell(person_id)
            1 / 0  # noqa: B018
    assert mails(app) == 0
    assert _sweep(app)
    assert mails(app) == 1


def test_people_choose_on_their_own_page(app: Flask, lead: FlaskClient) -> None:
    def wanted(email: str = LEAD) -> bool:
        with app.app_context():
            return desk.somebody(email).wants_mail

    assert not wanted()
    post_form(lead, ME, {"wants_mail": "y"}, having="wants_mail")
    assert wanted()
    shown = lead.get(ME).get_data(as_text=True)
    assert 'name="wants_mail"' in shown
    form = {"name": "Lead", "language": "en"}
    post_form(lead, ME, {**form, "wants_mail": None}, having="wants_mail")
    assert not wanted()


def test_who_has_no_desk_is_not_asked(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.person("drafter@example.org", (Role.DRAFTER, None)).password_hash = kept()
    drafter = signed_in(app, "drafter@example.org")
    assert "wants_mail" not in drafter.get(ME).get_data(as_text=True)
    post_form(drafter, ME, {"wants_mail": "y"}, having="name")
    with app.app_context():
        assert not desk.somebody("drafter@example.org").wants_mail
