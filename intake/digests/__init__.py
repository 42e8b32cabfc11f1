"""Digests: frozen compilations of what was accepted, and their formats."""

from __future__ import annotations

from flask import Flask

from . import views


def init_app(app: Flask) -> None:
    """Add this feature to ``app``."""
    app.register_blueprint(views.bp)
