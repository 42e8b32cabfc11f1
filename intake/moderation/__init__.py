"""The desk of the co-leads: the queue, what they may read, what they decide."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add this feature to ``app``."""
    # Imported here, because the models of this package are read by commands that need no pages.
    from . import views  # noqa: PLC0415

    app.url_map.converters["reference"] = views.ReferenceConverter
    app.register_blueprint(views.bp)
