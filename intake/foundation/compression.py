"""Answers made small: a form has to come through a thin line (DESIGN, budgets: 14 kB with all its parts).

Written here and not taken from an extension, because what never changes is made smaller than an
extension would: style sheets and scripts are compressed once, as hard as it goes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import lru_cache

import brotli
from flask import Flask, Response, request

# Brotli first, which knows the words of web pages: a form is an eighth smaller than by zstd. A window of 64 kB
# holds any page of ours, and a larger one costs more time to set up than the compressing takes.
_QUICKLY, _HARD, _WINDOW_BITS = 6, 11, 16
_LEAST_BYTES = 500
_WORTH_IT = frozenset({"text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml", "application/json"})
_COMPRESS: dict[str, Callable[[bytes, bool], bytes]] = {
    "br": lambda body, hard: brotli.compress(body, quality=_HARD if hard else _QUICKLY, lgwin=_WINDOW_BITS),
    "gzip": lambda body, hard: gzip.compress(body, 9 if hard else 6, mtime=0),
}


def init_app(app: Flask) -> None:
    """Compress what is worth it, as the browser accepts it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in _WORTH_IT or response.status_code in (204, 304) or response.is_streamed:
        return _static(response) if response.status_code == 200 and request.endpoint == "static" else response
    response.vary.add("Accept-Encoding")
    encoding = _accepted()
    if encoding and not response.content_encoding and len(response.get_data()) >= _LEAST_BYTES:
        _encode(response, encoding, _COMPRESS[encoding](response.get_data(), False))
    return response


def _static(response: Response) -> Response:
    """A part of every page: small, the same for everybody, and asked for once by each browser."""
    if response.mimetype not in _WORTH_IT:
        return response
    response.direct_passthrough = False
    encoding = _accepted()
    response.vary.add("Accept-Encoding")
    if response.mimetype == "text/css":
        response.set_data(_without_comments(response.get_data()))
    if encoding:
        _encode(response, encoding, _smallest(response.get_data(), encoding))
    return response


@lru_cache(maxsize=64)
def _smallest(body: bytes, encoding: str) -> bytes:
    return _COMPRESS[encoding](body, True)


@lru_cache(maxsize=8)
def _without_comments(sheet: bytes) -> bytes:
    """What a style sheet says to its readers stays here: nobody waits for it on a thin line."""
    return re.sub(rb"/\*.*?\*/\s*", b"", sheet, flags=re.DOTALL)


def _encode(response: Response, encoding: str, body: bytes) -> None:
    response.set_data(body)
    response.headers["Content-Encoding"] = encoding
    etag, _is_weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same page, and not the same bytes


def _accepted() -> str | None:
    """The best of ours that the browser takes."""
    accepted = request.accept_encodings
    return next((name for name in _COMPRESS if accepted[name] > 0), None)
