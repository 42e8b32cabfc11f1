"""Mail: a row in the transaction of the act it tells of, sent by the worker after commit.

Why rows and a loop and not a job queue: the row must stand in the same transaction
anyway, and a queue beside it would lose the job on a kill. A lease longer than any
sending keeps two workers apart; the Message-ID is fixed when the row is written, so
that a message sent again after a crash is known as the same by whoever receives it.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .crypto import keyring, open_kept
from .database import Base, session, transaction
from .rotation import sealed_by_keyring
from .types import Moment

LEASE = timedelta(minutes=5)
SEND_TIMEOUT_SECONDS = 20
DAYS_KEPT = 7
"""Days after which a message goes, sent or not: no address waits for good where no mail can leave."""

_RETRY_MINUTES = (1, 5, 15, 60, 240, 720, 1440)
_FOR_GOOD = 500
"""Answers of a mail server from here on say that it is no use to try again (RFC 5321, 4.2.1)."""


class OutgoingMail(Base):
    """A message waiting to be sent, or sent; the address is sealed and destroyed once it has left.

    ``about`` is the reference of the submission it belongs to, or None; ``news``: it was not asked
    for, but says that there is news of it.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (sa.Index("ix_outgoing_mail_waiting", "due", sqlite_where=sa.text("sent_at IS NULL"),
                               postgresql_where=sa.text("sent_at IS NULL")),)  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    recipient: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    due: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    about: Mapped[str | None] = mapped_column(sa.String(60), index=True)
    news: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    erase_after: Mapped[datetime | None] = mapped_column(Moment, index=True)


sealed_by_keyring("outgoing_mail", "recipient", row="message_id")


def post(recipient: str, subject: str, body: str, *, about: str | None = None, news: bool = False) -> None:
    """Put a message into the open transaction; it leaves after commit.

    Raises:
        ValueError: a line break in the recipient or the subject.
    """
    if any(c in recipient + subject for c in "\r\n"):
        raise ValueError("a header cannot hold a line break")
    message_id = make_msgid(domain=parseaddr(current_app.config["SETTINGS"].mail_from)[1].rpartition("@")[2])
    sealed = keyring().seal(recipient.encode(), "outgoing_mail", "recipient", message_id)
    session().add(
        OutgoingMail(
            message_id=message_id, recipient=sealed, subject=subject, body=body, due=clock.now(), about=about,
            news=news, erase_after=clock.now() + timedelta(days=DAYS_KEPT),
        )
    )  # fmt: skip


def take_back(*about: str) -> None:
    """Remove every message about these submissions, sent or not: nobody is written to any more."""
    session().execute(sa.delete(OutgoingMail).where(OutgoingMail.about.in_(about)))


def take_back_news(about: str) -> None:
    """Remove the news of this submission that did not leave yet: whoever wrote it is not to be written to any more."""
    unsent = sa.delete(OutgoingMail).where(OutgoingMail.about == about, OutgoingMail.sent_at.is_(None))
    session().execute(unsent.where(OutgoingMail.news))


def erase_due() -> int:
    """Erase every message whose days are over, with the address that it may still hold; returns how many."""
    with transaction() as database:
        erased = database.execute(sa.delete(OutgoingMail).where(OutgoingMail.erase_after <= clock.now()))
    return int(erased.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has one


def deliver_due(send: Callable[[EmailMessage], None] | None = None) -> int:
    """Send what is due, one message a transaction; returns how many left.

    A message that cannot be sent stays and is tried again later, ever more rarely.
    """
    sent = 0
    while (leased := _lease()) is not None:
        try:
            (send or _send_smtp)(_message(leased))
        except smtplib.SMTPRecipientsRefused as refused:
            _refused(leased, refused)
        except (OSError, smtplib.SMTPException) as error:
            _put_back(leased.id, leased.attempts)
            current_app.logger.warning("mail %s waits: %s", leased.id, type(error).__name__)
        else:
            _mark_sent(leased.id)
            sent += 1
    return sent


def _lease() -> OutgoingMail | None:
    moment = clock.now()
    with transaction() as database:
        waiting = sa.select(OutgoingMail.id, OutgoingMail.due).where(
            OutgoingMail.sent_at.is_(None), OutgoingMail.due <= moment
        )
        for identity, due in database.execute(waiting.order_by(OutgoingMail.due).limit(10)):
            taken = database.execute(
                sa.update(OutgoingMail)
                .where(OutgoingMail.id == identity, OutgoingMail.due == due, OutgoingMail.sent_at.is_(None))
                .values(due=moment + LEASE, attempts=OutgoingMail.attempts + 1)
            )
            if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has one
                mail = database.get_one(OutgoingMail, identity)
                database.refresh(mail)
                database.expunge(mail)
                return mail
    return None


def _put_back(identity: int, attempts: int) -> None:
    wait = timedelta(minutes=_RETRY_MINUTES[min(attempts - 1, len(_RETRY_MINUTES) - 1)])
    with transaction() as database:
        database.execute(sa.update(OutgoingMail).where(OutgoingMail.id == identity).values(due=clock.now() + wait))


def _refused(mail: OutgoingMail, refused: smtplib.SMTPRecipientsRefused) -> None:
    """Try again like anything that fails; what is refused for good every time, for days, forgets its address."""
    is_for_good = all(code >= _FOR_GOOD for code, _said in refused.recipients.values())
    if is_for_good and mail.attempts >= len(_RETRY_MINUTES):
        with transaction() as database:
            database.execute(sa.delete(OutgoingMail).where(OutgoingMail.id == mail.id))
        current_app.logger.warning("mail %s is refused for good", mail.id)
    else:
        _put_back(mail.id, mail.attempts)


def _mark_sent(identity: int) -> None:
    with transaction() as database:
        database.execute(
            sa.update(OutgoingMail)
            .where(OutgoingMail.id == identity)
            .values(sent_at=clock.now(), recipient=None, body="")
        )


def _message(mail: OutgoingMail) -> EmailMessage:
    recipient = open_kept(mail.recipient or b"", "outgoing_mail", "recipient", mail.message_id).decode()
    message = EmailMessage()
    message["From"] = current_app.config["SETTINGS"].mail_from
    message["To"] = recipient
    message["Subject"] = mail.subject
    message["Date"] = formatdate(time.time())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def _send_smtp(message: EmailMessage) -> None:
    url = urlsplit(current_app.config["SETTINGS"].smtp_url or "")
    context = ssl.create_default_context()
    secure = url.scheme == "smtps"
    port = url.port or (465 if secure else 587 if "starttls" in url.scheme else 25)
    host = url.hostname or "localhost"
    connection: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, port, timeout=SEND_TIMEOUT_SECONDS, context=context)
        if secure
        else smtplib.SMTP(host, port, timeout=SEND_TIMEOUT_SECONDS)
    )
    with connection:
        if url.scheme == "smtp+starttls":
            connection.starttls(context=context)
        if url.username:
            connection.login(unquote(url.username), unquote(url.password or ""))
        connection.send_message(message)
