"""Asking a virus scanner, where there is one: clamd's INSTREAM, over a socket of this machine or of another."""

from __future__ import annotations

import socket
from enum import StrEnum
from urllib.parse import urlsplit

from .kinds import Refusal, Refused

_TIMEOUT_SECONDS = 20
_PIECE = 65_536


class Scan(StrEnum):
    """What a scanner said of a file that was kept."""

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"


def scan(body: bytes, url: str | None) -> Scan:
    """Have ``body`` looked at by the clamd at ``url`` (``tcp://host:port`` or ``unix:/path``).

    Without one, or when it does not answer, the file is kept and said to be not scanned.

    Raises:
        Refused: something was found.
    """
    if url is None:
        return Scan.NOT_SCANNED
    try:
        answer = _ask(body, url)
    except OSError:
        return Scan.NOT_SCANNED
    if answer.endswith("FOUND"):
        raise Refused(Refusal.MALWARE)
    return Scan.CLEAN if answer.endswith("OK") else Scan.NOT_SCANNED


def _ask(body: bytes, url: str) -> str:
    with _connection(url) as connection:
        connection.sendall(b"zINSTREAM\0")
        for at in range(0, len(body), _PIECE):
            piece = body[at : at + _PIECE]
            connection.sendall(len(piece).to_bytes(4) + piece)
        connection.sendall(bytes(4))
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    return answer.decode("ascii", "replace").strip("\0\n ")


def _connection(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_TIMEOUT_SECONDS)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=_TIMEOUT_SECONDS)
