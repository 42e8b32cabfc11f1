"""A translation server that speaks the LibreTranslate API: off unless an installation names one.

``POST /translate`` with ``q`` (a list), ``source``, ``target``, ``format`` and, where one is kept, ``api_key``
answers ``translatedText``, a list of the same length (https://docs.libretranslate.com/api/operations/translate/).
Whoever calls this gives a text away: what may be given is decided in ``moderation.reading`` and nowhere else.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from flask import current_app

PATIENCE_SECONDS = 25
"""For everything that is asked in one go: somebody waits for it before a page."""
_SECONDS_OF_SILENCE = 10
_MOST_AT_ONCE = 4_000
"""Code points of one request: servers refuse long ones, and what came before a failure is kept."""
_MOST_BYTES = 2_000_000
_PIECE = 65_536


class NoServer(Exception):
    """No server is named in the settings."""


class Failed(Exception):
    """The server gave no translation; ``status`` is what it answered, None where it did not."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Translated:
    """What came back, in the order of what was asked; shorter than that where ``failed`` says why it ended."""

    texts: Sequence[str]
    failed: Failed | None = None


def is_on() -> bool:
    """Whether this installation names a server."""
    return bool(current_app.config["SETTINGS"].translate_url)


def translate(texts: Sequence[str], source: str, target: str) -> Translated:
    """``texts`` from the BCP 47 language ``source`` ("und": for the server to tell) into ``target``.

    Takes ``PATIENCE_SECONDS`` at the most, however slowly the server speaks.

    Raises:
        NoServer: the settings name none.
    """
    settings = current_app.config["SETTINGS"]
    if not settings.translate_url:
        raise NoServer
    until, found = time.monotonic() + PATIENCE_SECONDS, list[str]()
    said = {"source": "auto" if source == "und" else source, "target": target, "format": "text"}
    if settings.translate_key:
        said["api_key"] = settings.translate_key
    for batch in _batches(texts):
        try:
            found += _asked(settings.translate_url, {**said, "q": batch}, until)
        except Failed as failed:
            return Translated(found, failed)
    return Translated(found)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch, length = list[str](), 0
    for text in texts:
        if batch and length + len(text) > _MOST_AT_ONCE:
            yield batch
            batch, length = [], 0
        batch.append(text)
        length += len(text)
    if batch:
        yield batch


def _asked(url: str, said: dict[str, object], until: float) -> list[str]:
    parts = urlsplit(url)
    patience = min(_SECONDS_OF_SILENCE, until - time.monotonic())
    if patience <= 0:
        raise Failed
    connection = _connection(parts, patience)
    try:
        connection.connect()
        with _bell(connection.sock, until):
            connection.request(
                "POST", parts.path.rstrip("/") + "/translate", json.dumps(said).encode(),
                {"Content-Type": "application/json", "Accept": "application/json"},
            )  # fmt: skip
            with connection.getresponse() as answer:
                body = _heard(answer)
    except (OSError, HTTPException) as error:
        raise Failed from error
    finally:
        connection.close()
    return _read(body, said["q"])


def _heard(answer: HTTPResponse) -> bytes:
    # Only an answer of this very address counts: what another one would do with the text is not known.
    if answer.status != 200:
        raise Failed(answer.status)
    body = bytearray()
    while piece := answer.read1(_PIECE):
        body += piece
        if len(body) > _MOST_BYTES:
            raise Failed
    return bytes(body)


def _connection(parts: SplitResult, patience: float) -> HTTPConnection:
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(parts.hostname or "", parts.port, timeout=patience, context=context)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=patience)


@contextlib.contextmanager
def _bell(line: socket.socket, until: float) -> Iterator[None]:
    """Hang up at that moment: silence is counted anew with each byte, and one that drips would be heard for ever."""

    def hang_up() -> None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, until - time.monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read(body: bytes, asked: object) -> list[str]:
    try:
        texts = json.loads(body)["translatedText"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Failed from error
    is_whole = isinstance(texts, list) and isinstance(asked, list) and len(texts) == len(asked)
    if not is_whole or not all(isinstance(text, str) for text in texts):
        raise Failed
    return texts
