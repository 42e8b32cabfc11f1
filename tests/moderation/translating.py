"""What the tests of translations stand on: a text, its translation, and a real little translation server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.foundation.database import transaction
from intake.moderation import reading, redaction, translation
from intake.moderation.redacted import Category
from intake.moderation.redaction import Wish as HideWish
from intake.moderation.spans import find
from intake.moderation.translated import Beside
from intake.moderation.translation import Wish
from tests.forms import form_on, page, send
from tests.moderation.desk import LEAD, found, give, somebody, url

WHERE = "what_happened"
ARABIC = "أغلقوا الحدود يوم انتهى تصريحي.\n\nانتظرت أمينة أمام المكتب ثلاثة أيام.\n\nلم يسألنا أحد شيئا."
ENGLISH = ("They closed the border on the day my permit ended.", "She waited for three days.", "Nobody asked us.")


def told(app: Flask, said: str = ARABIC, **about: Any) -> str:
    """A testimony in Arabic of three paragraphs."""
    return give(app, language="ar", what_happened=said, **about)


def whole(app: Flask, reference: str, target: str = "en", who: str = LEAD) -> Beside:
    """The latest revision beside its translation."""
    with app.app_context():
        one = found(reference)
        return reading.translation(one, somebody(who), reading.shown_revision(one).number, target)


def states(app: Flask, reference: str, target: str = "en") -> list[str]:
    """How far each paragraph is."""
    return [pair.state.value for pair in whole(app, reference, target).pairs]


def write(
    app: Flask, reference: str, *texts: str | None, target: str = "en", checked: bool = False, who: str = LEAD
) -> None:
    """Translate the first paragraphs; None leaves one out."""
    pairs = whole(app, reference, target, who).pairs
    wishes = [
        Wish(pair.paragraph.digest, pair.seen, text)
        for pair, text in zip(pairs, texts, strict=False)
        if text is not None
    ]
    with app.app_context(), transaction():
        one = found(reference)
        number = reading.shown_revision(one).number
        translation.save(one, somebody(who), number, target, wishes, checked=checked)


def hide(app: Flask, reference: str, words: str, stands: str = "name") -> None:
    """Hide a passage of what happened, in the latest revision."""
    with app.app_context(), transaction():
        one, lead = found(reference), somebody()
        number = one.revisions[-1].number
        text = reading.own_answers(one, lead, number)[WHERE]
        span = find(words, text, revision=number, name=WHERE)
        redaction.hide(one, lead, [HideWish(span, Category.NAME, stands)], seen=redaction.seen_as(one))


def address(reference: str, tail: str = "", target: str = "en", language: str = "en") -> str:
    """The address of a translation, or of something done with it."""
    return url(reference, f"translation/{target}/{tail}", language)


def areas(response: TestResponse) -> list[str]:
    """The names of the fields in which translations are written, in the order of the page."""
    return [area.get("name") for area in page(response).cssselect("textarea")]


def typed(client: FlaskClient, reference: str, *texts: str, button: str = "", target: str = "en") -> TestResponse:
    """Write the first paragraphs on the page, as a browser does."""
    shown = client.get(address(reference, "write/", target))
    assert shown.status_code == 200, shown.status
    data: dict[str, Any] = dict(zip(areas(shown), texts, strict=False))
    form = form_on(shown, action="/write/")
    return send(client, address(reference, "write/", target), form, data | ({button: "1"} if button else {}))


@dataclass
class Server:
    """A translation server: what it was asked, and what it answers."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], tuple[int, bytes]] = lambda said: (200, in_capitals(said))
    drips: bool = False


def in_capitals(said: dict[str, Any]) -> bytes:
    """What the server makes of a text: something that can be told from it."""
    return json.dumps({"translatedText": [f"[{said['target']}] {text.upper()}" for text in said["q"]]}).encode()


@contextmanager
def serving() -> Iterator[Server]:
    """A server on this machine that speaks the LibreTranslate API."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.asked.append(said)
            made.paths.append(self.path)
            status, body = made.answer(said)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            if made.drips:
                for byte in body:
                    if gone.wait(0.05):
                        return
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
            else:
                self.wfile.write(body)

        def log_message(self, *_told: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                time.sleep(0)

    gone = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Server(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        gone.set()
        server.shutdown()
        server.server_close()
        thread.join()


def use(app: Flask, url: str | None, key: str | None = None) -> None:
    """Let the application name this translation server."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], translate_url=url, translate_key=key)
