"""The port for a translation server: off unless named, bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from intake.foundation import translator
from intake.foundation.config import Settings, SettingsError
from tests.moderation.translating import Server, serving, use


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


def test_it_is_off_unless_a_server_is_named(app: Flask) -> None:
    with app.app_context():
        assert not translator.is_on()
        with pytest.raises(translator.NoServer):
            translator.translate(["Hello"], "en", "fr")


def test_the_server_is_asked_as_the_api_says(app: Flask, server: Server) -> None:
    use(app, server.url + "/base", "a-key")
    with app.app_context():
        answer = translator.translate(["مرحبا", "b"], "ar", "en")
    assert (list(answer.texts), answer.failed) == (["[en] مرحبا", "[en] B"], None)
    assert server.paths == ["/base/translate"]
    assert server.asked == [{"q": ["مرحبا", "b"], "source": "ar", "target": "en", "format": "text", "api_key": "a-key"}]


def test_long_texts_go_in_several_requests_and_what_came_before_a_failure_is_kept(app: Flask, server: Server) -> None:
    use(app, server.url)
    texts = ["a" * 3_000, "b" * 3_000, "c" * 9_000]
    with app.app_context():
        assert len(translator.translate(texts, "und", "en").texts) == 3
        assert [len(one["q"]) for one in server.asked] == [1, 1, 1]
        assert server.asked[0]["source"] == "auto"
        server.answer = lambda said: (500, b"{}") if said["q"][0][0] == "b" else (200, _same(said))
        cut_off = translator.translate(texts, "und", "en")
    assert list(cut_off.texts) == texts[:1]
    assert cut_off.failed is not None
    assert cut_off.failed.status == 500


def _same(said: dict[str, list[str]]) -> bytes:
    return json.dumps({"translatedText": said["q"]}).encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b'{"error": "no key"}'), (302, b""), (200, b"<html>"), (200, b'{"translatedText": "one text"}'),
        (200, b'{"translatedText": ["one", "two"]}'), (200, b'{"translatedText": [1]}'), (200, b"[]"),
        (200, b'{"translatedText": ["' + b"a" * 2_100_000 + b'"]}'),
    ],
    ids=["refused", "sent elsewhere", "no answer", "not a list", "another number", "no text", "no object", "too much"],
)  # fmt: skip
def test_whatever_else_it_answers_is_no_translation(app: Flask, server: Server, status: int, body: bytes) -> None:
    use(app, server.url)
    server.answer = lambda _said: (status, body)
    with app.app_context():
        answer = translator.translate(["Hello"], "en", "fr")
    assert list(answer.texts) == []
    assert answer.failed is not None
    assert answer.failed.status == (status if status != 200 else None)
    assert len(server.asked) == 1


def test_a_server_that_drips_or_is_not_there_is_not_waited_for(
    app: Flask, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translator, "PATIENCE_SECONDS", 0.4)
    use(app, server.url)
    server.drips = True
    server.answer = lambda _said: (200, b'{"translatedText": ["' + b"a" * 1_000 + b'"]}')
    since = time.monotonic()
    with app.app_context():
        assert translator.translate(["Hello"], "en", "fr").failed is not None
        use(app, "http://127.0.0.1:9")
        assert translator.translate(["Hello"], "en", "fr").failed is not None
    assert time.monotonic() - since < 3


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("https://translate.example.org", True), ("https://translate.example.org/api/", True),
        ("http://127.0.0.1:5000", True), ("http://localhost:5000", True), ("http://[::1]:5000", True),
        ("http://translate.example.org", False), ("http://127.0.0.1.example.org", False), ("ftp://127.0.0.1", False),
        ("https://user:word@translate.example.org", False), ("https://translate.example.org/?key=a", False),
        ("https://", False), ("translate.example.org", False), ("http://10.0.0.1:5000", False),
    ],
)  # fmt: skip
def test_only_https_or_this_machine(tmp_path: Path, address: str, is_taken: bool) -> None:
    environment = {"INTAKE_INSTANCE": str(tmp_path), "INTAKE_TRANSLATE_URL": address}
    if is_taken:
        assert Settings.from_environment(environment).translate_url == address.rstrip("/")
        return
    with pytest.raises(SettingsError, match="TRANSLATE_URL"):
        Settings.from_environment(environment)
