"""The programme: series, listening sessions, sittings, working groups, documents and outputs."""

from __future__ import annotations

from flask import Flask

from intake.accounts import scopes


def init_app(app: Flask) -> None:
    """Add this feature to ``app``."""
    # Imported here, because the models of this package are read by commands that need no pages.
    from . import queries, views, words  # noqa: PLC0415

    scopes.register(app, queries.reach_called, queries.name_of_reach)
    app.register_blueprint(views.bp)
    app.context_processor(words.template_words)
