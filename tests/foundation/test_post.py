from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.foundation import clock, post
from intake.foundation.database import engine, session, transaction
from tests.provision.smtp import Manner, SMTPServer


def waiting(app: Flask, count: int = 1) -> None:
    with app.app_context(), transaction():
        for _ in range(count):
            post.post("reader@example.org", "There is news", "Open the page.")


def test_a_message_leaves_after_commit_and_its_address_is_destroyed(app: Flask) -> None:
    waiting(app)
    sent: list[EmailMessage] = []
    with app.app_context():
        assert post.deliver_due(sent.append) == 1
        assert post.deliver_due(sent.append) == 0
        row = session().scalars(sa.select(post.OutgoingMail)).one()
        assert (row.recipient, row.body, row.sent_at is not None) == (None, "", True)
    assert [message["To"] for message in sent] == ["reader@example.org"]


def test_an_address_is_never_in_the_database_in_clear(app: Flask) -> None:
    waiting(app)
    with app.app_context(), engine().connect() as connection:
        row = connection.execute(sa.text("SELECT recipient FROM outgoing_mail")).scalar_one()
    assert b"reader@example.org" not in bytes(row)


def test_a_message_that_cannot_leave_waits_longer_each_time(app: Flask) -> None:
    waiting(app)

    def refuse(_message: EmailMessage) -> None:
        raise OSError

    with app.app_context():
        assert post.deliver_due(refuse) == 0
        row = session().scalars(sa.select(post.OutgoingMail)).one()
        assert row.attempts == 1
        assert row.due > clock.now()
        assert row.sent_at is None
        assert post.deliver_due(refuse) == 0, "it is not due again at once"


def test_what_is_rolled_back_is_never_sent(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            post.post("reader@example.org", "There is news", "Open the page.")
            1 / 0  # noqa: B018
        assert post.deliver_due(lambda _message: None) == 0


@pytest.mark.parametrize(("recipient", "subject"), [("a@b.org\nBcc: c@d.org", "s"), ("a@b.org", "s\r\nX: y")])
def test_a_header_cannot_be_smuggled_in(app: Flask, recipient: str, subject: str) -> None:
    with app.app_context(), transaction(), pytest.raises(ValueError, match="line break"):
        post.post(recipient, subject, "body")


def test_a_message_reaches_a_real_mail_server(app: Flask, smtp_server: SMTPServer) -> None:
    through(app, smtp_server)
    waiting(app, 3)
    with app.app_context():
        assert post.deliver_due() == 3
    received = [one.message for one in smtp_server.wait_for(3)]
    assert {message["To"] for message in received} == {"reader@example.org"}
    assert len({message["Message-ID"] for message in received}) == 3
    assert all(message["Auto-Submitted"] == "auto-generated" for message in received)


@pytest.mark.parametrize("manner", [Manner.POSTPONE, Manner.REFUSE, Manner.DROP])
def test_a_mail_server_that_fails_costs_nothing(app: Flask, smtp_server: SMTPServer, manner: Manner) -> None:
    through(app, smtp_server)
    waiting(app)
    smtp_server.manner = manner
    with app.app_context():
        assert post.deliver_due() == 0
        row = session().scalars(sa.select(post.OutgoingMail)).one()
        assert (row.sent_at, row.attempts) == (None, 1)
        assert row.recipient is not None


def test_an_address_that_is_refused_for_days_is_forgotten(
    app: Flask, smtp_server: SMTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(app, smtp_server)
    waiting(app)
    smtp_server.manner = Manner.REFUSE
    begun = clock.now()
    with app.app_context():
        for day in range(7):
            monkeypatch.setattr(clock, "now", lambda day=day: begun + timedelta(days=2 * day))
            assert session().scalars(sa.select(post.OutgoingMail)).one().recipient is not None
            assert post.deliver_due() == 0
        assert session().scalars(sa.select(post.OutgoingMail)).all() == []


def test_what_cannot_leave_goes_after_some_days_address_and_all(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(app)
    begun = clock.now()
    with app.app_context():
        for hours, left in ((-1, 1), (1, 0)):
            monkeypatch.setattr(clock, "now", lambda hours=hours: begun + timedelta(days=post.DAYS_KEPT, hours=hours))
            assert post.erase_due() == 1 - left
            assert len(session().scalars(sa.select(post.OutgoingMail)).all()) == left


def through(app: Flask, server: SMTPServer) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url=server.url)
