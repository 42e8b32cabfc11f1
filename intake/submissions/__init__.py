"""What contributors say: questions, consent, submissions, receipts."""

from __future__ import annotations

from flask import Flask

from intake.foundation import leaving


def init_app(app: Flask) -> None:
    """Add this feature to ``app``."""
    # Imported here, because the models of this package are read by commands that need no pages.
    from . import views, words  # noqa: PLC0415

    app.register_blueprint(views.bp)
    leaving.write_down_by(app, views.leaving.write_down)
    app.context_processor(words.template_words)
