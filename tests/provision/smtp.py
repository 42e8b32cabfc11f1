"""An SMTP server on loopback that keeps what it receives, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Manner(Enum):
    """How the server treats the next message."""

    ACCEPT = "accept"
    """250, and kept."""
    POSTPONE = "postpone"
    """451 to every recipient: try again later."""
    REFUSE = "refuse"
    """550 to every recipient: never."""
    HANG = "hang"
    """The connection is taken and nothing is ever answered."""
    DROP = "drop"
    """The connection breaks after the text was sent: the client cannot know. Nothing is kept."""
    DROP_AFTERWARDS = "drop_afterwards"
    """As DROP, but the message is kept: a client that sends again sends twice."""


_REPLIES = {Manner.POSTPONE: "451 4.3.0 Try again later", Manner.REFUSE: "550 5.1.1 No such mailbox"}


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came, with the addresses of its envelope."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class _Handler:
    """aiosmtpd's hooks; the names are its own."""

    def __init__(self, owner: SMTPServer) -> None:
        self._owner = owner

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        await self._hang_if_told()
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._hang_if_told()
        if refusal := _REPLIES.get(self._owner.manner):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        await self._hang_if_told()
        manner = self._owner.manner
        if manner is not Manner.DROP:
            self._owner.keep(envelope)
        if manner in {Manner.DROP, Manner.DROP_AFTERWARDS} and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK"

    async def _hang_if_told(self) -> None:
        while self._owner.manner is Manner.HANG:  # noqa: ASYNC110 - it is set from another thread
            await asyncio.sleep(0.05)


class SMTPServer:
    """Listens on 127.0.0.1, on a port of the system's choosing that it keeps from ``stop`` to ``start``."""

    def __init__(self) -> None:
        self.manner = Manner.ACCEPT
        self._received: list[Received] = []
        self._news = threading.Condition()
        self.host = "127.0.0.1"
        self.port = _free_port(self.host)
        self._controller: Controller | None = None
        self.start()

    @property
    def url(self) -> str:
        """For ``INTAKE_SMTP_URL``."""
        return f"smtp://{self.host}:{self.port}"

    @property
    def received(self) -> tuple[Received, ...]:
        """What came so far, oldest first."""
        with self._news:
            return tuple(self._received)

    def wait_for(self, count: int, timeout: float = 10) -> tuple[Received, ...]:
        """What came, once that is ``count`` messages; raises ``TimeoutError`` after ``timeout`` seconds."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._received) >= count, timeout):
                raise TimeoutError(f"{len(self._received)} of {count} messages came in {timeout} s")
            return tuple(self._received)

    def start(self) -> None:
        """Listen (again)."""
        self._controller = Controller(
            _Handler(self), hostname=self.host, port=self.port, server_hostname="mail.example.org"
        )
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections, as a mail server that is down."""
        if self._controller is not None:
            self.manner, told = Manner.ACCEPT, self.manner
            self._controller.stop()
            self._controller, self.manner = None, told

    def keep(self, envelope: Envelope) -> None:
        """Called by the handler, on the server's own thread."""
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._news:
            self._received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
            self._news.notify_all()


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
