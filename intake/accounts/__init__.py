"""Staff: people, the organisations they belong to, what they may do, and how they sign in."""

from __future__ import annotations

from typing import Any

from flask import Flask, g

from . import guards, views
from .permissions import Thing, may


def init_app(app: Flask) -> None:
    """Add this feature to ``app``: first who is calling is found out, then whether they may."""
    app.register_blueprint(views.bp)
    guards.init_app(app, views.ask_to_sign_in, views.ask_to_confirm)
    app.context_processor(_template_context)


def _template_context() -> dict[str, Any]:
    """``person``, who is signed in or None, and ``may(permission, thing)`` for them."""
    person = g.get("person")

    def person_may(permission: str, thing: Thing | None = None) -> bool:
        return may(person, permission, thing)

    return {"person": person, "may": person_may}
