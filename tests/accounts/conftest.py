"""Pages of their own for the tests of guards: a page to read, a form, and a page behind a fresh proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Blueprint, Flask, render_template_string, request
from flask.typing import ResponseReturnValue

from intake.accounts import guards
from intake.foundation.config import Settings
from intake.foundation.errors import gives_back, went_wrong
from tests.installation import application

FORM = """<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<textarea name="note">{{ note }}</textarea><button name="act" value="keep">Keep</button></form>"""


def trial() -> Blueprint:
    """Staff pages under /<lang>/staff/trial/."""
    pages = Blueprint("trial", __name__, url_prefix="/<lang>/staff/trial")

    @pages.get("/queue/")
    @guards.staff("queue.read")
    def queue() -> ResponseReturnValue:
        return f"the queue of {guards.signed_in().name}"

    @pages.get("/digest/")
    @guards.staff("digest.read")
    def digest() -> ResponseReturnValue:
        return "the digest"

    @pages.route("/note/", methods=["GET", "POST"])
    @guards.staff("digest.read")
    @gives_back
    def note() -> ResponseReturnValue:
        if request.method == "GET" or went_wrong():
            return render_template_string("the note " + FORM, note=request.form.get("note", ""))
        return "kept: " + request.form["note"] + " " + request.form.get("act", "")

    @pages.route("/contact/", methods=["GET", "POST"])
    @guards.staff("digest.read")
    def contact() -> ResponseReturnValue:
        guards.require_fresh(minutes=15)
        if request.method == "GET":
            return render_template_string("the contact " + FORM)
        return "revealed because " + request.form["note"]

    return pages


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with the trial pages."""
    app.register_blueprint(trial())
    return app


@pytest.fixture
def strict_app(settings: Settings) -> Iterator[Flask]:
    """The same where everybody must have a second factor."""
    with application(replace(settings, second_factor_required=True)) as app:
        app.register_blueprint(trial())
        yield app
