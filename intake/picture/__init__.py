"""The picture of a listening session: who was heard, when and of what, and who was not."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add this feature to ``app``."""
    from . import views  # noqa: PLC0415  # models of this package are read by commands that need no pages

    app.register_blueprint(views.bp)
