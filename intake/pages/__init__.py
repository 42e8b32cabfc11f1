"""Pages that belong to no feature: the front door, about, privacy, accessibility, health."""

from __future__ import annotations

from flask import Flask

from . import views


def init_app(app: Flask) -> None:
    """Add this feature to ``app``."""
    app.register_blueprint(views.bp)
    app.register_blueprint(views.front)
