"""Answers made small: a form has to come through a thin line (DESIGN, budgets: 14 kB with all its parts)."""

from __future__ import annotations

from flask import Flask
from flask_compress import Compress

# Brotli first, which knows the words of web pages: a form is an eighth smaller than by zstd. A window of 64 kB
# holds any page of ours, and a larger one costs more time to set up than the compressing takes.
_PREFERRED = ["br", "zstd", "gzip"]
_LEVEL, _WINDOW_BITS = 6, 16


def init_app(app: Flask) -> None:
    """Compress what is worth it, as the browser accepts it."""
    app.config.update(COMPRESS_ALGORITHM=_PREFERRED, COMPRESS_ALGORITHM_STREAMING=_PREFERRED)
    app.config.update(COMPRESS_BR_LEVEL=_LEVEL, COMPRESS_BR_WINDOW=_WINDOW_BITS)
    Compress(app)
