"""The interface language: the first part of every address, never guessed from a cookie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import flask
from flask import Flask, abort, g, request, url_for
from flask_babel import Babel, force_locale, refresh

from .config import shipped
from .languages import BY_CODE, CODES, LANGUAGES, SOURCE_LANGUAGE, Language, locale_of
from .multilingual import Multilingual, Text


def init_app(app: Flask) -> None:
    """Serve every address under ``/<language>/`` and give templates what they need to speak."""
    # A relative folder would be looked up inside the package, where nothing is found and nobody told.
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(shipped("translations"))
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE_LANGUAGE.locale
    Babel(app, locale_selector=lambda: language().locale, timezone_selector=lambda: "UTC")
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_give_language)
    app.context_processor(_template_context)


def language() -> Language:
    """The language of this request or job."""
    found: Language = g.get("language") or SOURCE_LANGUAGE
    return found


def speak(code: str) -> None:
    """Use the language ``code`` for the rest of this application context (jobs, commands, errors)."""
    g.language = BY_CODE[code]
    refresh()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Use the language ``code`` inside the block: what leaves the process may not be in the reader's."""
    with force_locale(locale_of(code)):
        yield


@contextmanager
def as_in(code: str) -> Iterator[None]:
    """Be in the language ``code`` inside the block, as if its page were asked for."""
    before = language().code
    speak(code)
    try:
        yield
    finally:
        speak(before)


def in_this_language(text: Multilingual) -> Text:
    """The reader's version of ``text``, with the language it is really in."""
    return text.in_language(language().code)


def negotiated() -> Language:
    """The best of our languages for the browser's ``Accept-Language``."""
    best = request.accept_languages.best_match(CODES, default=SOURCE_LANGUAGE.code)
    return BY_CODE[best or SOURCE_LANGUAGE.code]


def from_path() -> Language:
    """The language a path begins with, else the negotiated one: for pages outside any route."""
    first = urlsplit(request.path).path.strip("/").split("/", 1)[0]
    return BY_CODE.get(first) or negotiated()


def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is None or "lang" not in values:
        return
    code = values.pop("lang")
    if code not in BY_CODE:
        abort(404)
    g.language = BY_CODE[code]


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and flask.current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = language().code


def switch_language_url(code: str) -> str:
    """This page in another language; the programme when the page has no address of its own."""
    endpoint, arguments = request.endpoint, request.view_args or {}
    if endpoint is None or not flask.current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        return url_for("programme.index", lang=code)
    rule = request.url_rule
    if rule is not None and "GET" not in (rule.methods or ()):
        return url_for("programme.index", lang=code)
    return url_for(endpoint, **{**arguments, "lang": code})


def _template_context() -> dict[str, Any]:
    return {
        "language": language(),
        "languages": LANGUAGES,
        "switch_language_url": switch_language_url,
        "in_this_language": in_this_language,
    }
