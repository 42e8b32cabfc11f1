"""A desk to test at: two working groups, their co-leads, and what people told their sessions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event
from werkzeug.test import TestResponse

from intake.accounts.models import Person
from intake.accounts.permissions import Role
from intake.foundation import clock
from intake.foundation.database import engine, session, transaction
from intake.foundation.register import RegisterLine
from intake.programme.models import ListeningSession
from intake.submissions import services
from intake.submissions.models import Submission
from tests import builders
from tests.accounts.people import kept
from tests.forms import form_on, page, send
from tests.installation import browser_of

LEAD = "lead@example.org"
"""Co-lead of WG3, of ACT Alliance."""
COLLEAGUE = "colleague@example.org"
"""Co-lead of WG3, of OHCHR."""
OTHER = "other@example.org"
"""Co-lead of WG6."""

WG3, WG3_LATER, WG6 = "WG3-2020-06-09", "WG3-2020-07-14", "WG6-2020-06-18"
QUEUE = "/en/staff/queue/"
ROUNDS = int(os.environ.get("INTAKE_TEST_ROUNDS", "10"))
"""How often a race is run; 200 for a whole evening's certainty."""


def set_up(app: Flask) -> None:
    """The groups, their sessions and their co-leads."""
    with app.app_context(), transaction():
        third, sixth = builders.working_group("WG3"), builders.working_group("WG6")
        builders.listening_session(WG3, group=third, questions=({"en": "What changed?", "ar": "ما الذي تغير؟"},))
        builders.listening_session(WG3_LATER, group=third, topic={"en": "Alternatives to detention"})
        builders.listening_session(WG6, group=sixth)
        alliance, office = builders.organisation("ACT Alliance", "ACT"), builders.organisation("OHCHR")
        for email, group, organisation in (
            (LEAD, third, alliance), (COLLEAGUE, third, office), (OTHER, sixth, None),
        ):  # fmt: skip
            builders.person(email, (Role.CO_LEAD, group), of=organisation).password_hash = kept()


def signed_in(app: Flask, email: str = LEAD) -> FlaskClient:
    """A browser in which ``email`` is signed in."""
    with app.app_context():
        person_id = somebody(email).id
    return browser_of(app, person_id)


def give(app: Flask, where: str = WG3, **about: Any) -> str:
    """Submit something to the session with the code ``where``; returns its reference."""
    with app.app_context(), transaction():
        return builders.submission(held(where), **about).reference


def held(code: str) -> ListeningSession:
    """The session with this code, inside an application context."""
    return session().scalars(sa.select(ListeningSession).where(ListeningSession.code == code)).one()


def found(reference: str) -> Submission:
    """The submission, inside an application context."""
    return session().scalars(sa.select(Submission).where(Submission.reference == reference)).one()


def somebody(email: str = LEAD) -> Person:
    """The person, inside an application context."""
    return session().scalars(sa.select(Person).where(Person.email == email)).one()


def withdraw(app: Flask, reference: str) -> None:
    """Withdraw as its contributor."""
    with app.app_context(), transaction():
        services.withdraw(found(reference))


def change(app: Flask, reference: str, **columns: Any) -> None:
    """Write ``columns`` into the row of a submission."""
    with app.app_context(), transaction() as database:
        database.execute(sa.update(Submission).where(Submission.reference == reference).values(**columns))


def put_in_state(app: Flask, reference: str, state: str) -> None:
    """Let a submission stand in ``state``."""
    change(
        app, reference, state=state, accepted_revision=1 if state == "accepted" else None,
        asked_at=clock.now() if state == "question_asked" else None,
    )  # fmt: skip


def received(app: Flask, reference: str, *, days_ago: int) -> datetime:
    """Let a submission have come so many days ago."""
    moment = clock.now() - timedelta(days=days_ago)
    change(app, reference, received_at=moment)
    return moment


def columns(app: Flask, reference: str, *names: str) -> tuple[Any, ...]:
    """What some columns of a submission hold now."""
    with app.app_context():
        submission = found(reference)
        return tuple(getattr(submission, name) for name in names)


def acts(app: Flask, reference: str) -> list[tuple[str, int | None, dict[str, Any]]]:
    """What the register holds about a submission: act, person, detail."""
    with app.app_context():
        lines = session().scalars(
            sa.select(RegisterLine).where(RegisterLine.subject == reference).order_by(RegisterLine.number)
        )
        return [(line.act, line.person_id, line.detail) for line in lines]


def url(reference: str, tail: str = "", language: str = "en") -> str:
    """The address of a submission's page, or of something done with it."""
    return f"/{language}/staff/submissions/{reference}/{tail}"


def act(client: FlaskClient, reference: str, tail: str, typed: dict[str, Any] | None = None) -> TestResponse:
    """Fill the form of a submission's page that goes to ``tail``, and send it."""
    shown = client.get(url(reference))
    assert shown.status_code == 200, shown.status
    return send(client, url(reference), form_on(shown, action=f"/{tail}"), typed)


def hold(client: FlaskClient, reference: str, words: str, **typed: Any) -> TestResponse:
    """Put a question into the outbox as a browser does."""
    shown = client.get(url(reference, "question/"))
    assert shown.status_code == 200, shown.status
    return send(client, url(reference, "question/"), form_on(shown, having="words"), {"words": words, **typed})


def let_go(client: FlaskClient, reference: str) -> TestResponse:
    """Read the question that is held, and send it."""
    shown = client.get(url(reference, "question/read/"))
    assert shown.status_code == 200, shown.status
    return send(client, url(reference, "question/read/"), form_on(shown, action="/question/send/"))


def ask(client: FlaskClient, reference: str, words: str, **typed: Any) -> None:
    """Write a question, read it and send it."""
    assert hold(client, reference, words, **typed).status_code == 303
    assert let_go(client, reference).status_code == 303


def decide(client: FlaskClient, reference: str, verb: str, words: str = "") -> TestResponse:
    """Make a decision as a browser does."""
    return act(client, reference, f"decide/{verb}/", {"words": words} if words else None)


def listed(response: TestResponse) -> list[str]:
    """The references in the list of a page, in its order."""
    assert response.status_code == 200, response.status
    return [link.text_content() for link in page(response).cssselect(".queue > li > a")]


def text(response: TestResponse) -> str:
    """What a page says, in one line."""
    main = html.document_fromstring(response.get_data(as_text=True)).cssselect("main")[0]
    return " ".join(" ".join(main.itertext()).split())


def offered(response: TestResponse) -> set[str]:
    """The verbs that a submission's page offers."""
    actions = [form.get("action") or "" for form in page(response).forms]
    return {action.split("?")[0].rstrip("/").rpartition("/")[2] for action in actions if "/decide/" in action}


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        bound = engine()
    event.listen(bound, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(bound, "before_cursor_execute", note)
