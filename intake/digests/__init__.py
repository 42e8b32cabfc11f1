"""Digests: frozen compilations of what was accepted, and their formats."""

from __future__ import annotations

from flask import Flask

from intake.moderation import redaction
from intake.submissions import happened

from . import queries, views


def init_app(app: Flask) -> None:
    """Add this feature to ``app``."""
    app.register_blueprint(views.bp)
    redaction.ask_where_issued(app, queries.issued_with)
    happened.ask_where_frozen(app, queries.frozen_with)
