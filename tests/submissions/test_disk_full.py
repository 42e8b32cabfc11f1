"""A disk that is full to the last byte: what is sent is given back, nothing is half kept, and it heals by itself."""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.foundation import migrate
from intake.foundation.config import Settings
from intake.foundation.database import engine, session, transaction
from intake.foundation.files.store import store
from intake.submissions import attachments
from intake.submissions.models import Attachment, Draft, Revision, Submission
from tests import builders
from tests.forms import fields, form_on, page, post_form, send
from tests.foundation.test_files import picture
from tests.installation import application
from tests.provision.disk import Disk

FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"
DRAFT, FILES = "/en/receipt/draft/", "/en/receipt/files/"
BEFORE = "A draft from before."
LONG = "They closed the border on the day my permit ended. " * 180
TYPED: dict[str, Any] = {**builders.TESTIMONY, "what_happened": LONG.strip(), "consent_tier": "2", "guiding_1": ""}


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, disk: Disk, tmp_path: Path) -> Iterator[Flask]:
    """An installation with its database on that disk; of SQLite its files and keys too, as they lie beside it."""
    given = {"INTAKE_INSTANCE": str(disk.path)}
    if request.param == "postgresql":
        given = {
            "INTAKE_INSTANCE": str(tmp_path),
            "INTAKE_DATABASE_URL": request.getfixturevalue("postgres_on_disk").fresh(),
        }
    with application(Settings.from_environment(given)) as app:
        with app.app_context():
            migrate.upgrade(engine())
            with transaction():
                builders.listening_session(questions=({"en": "What works?"},))
        yield app


@pytest.fixture
def writer(installed: Flask) -> FlaskClient:
    """Somebody who saved a draft while there was room."""
    client: FlaskClient = installed.test_client()
    saved = post_form(client, FORM, {**TYPED, "what_happened": BEFORE, "step": "save"}, having="country")
    assert saved.status_code == 200
    return client


def counts(app: Flask) -> dict[str, int]:
    """How many rows there are of what somebody can send or save."""
    with app.app_context():
        asked = {table.__name__: sa.select(sa.func.count()).select_from(table) for table in (
            Submission, Revision, Draft, Attachment
        )}  # fmt: skip
        return {name: found for name, one in asked.items() if (found := session().scalar(one))}


def stored(app: Flask) -> int:
    """How many files are left in the store once it was swept, much later."""
    folder = app.config["SETTINGS"].instance / "files"
    for path in folder.iterdir() if folder.is_dir() else ():
        os.utime(path, (0, 0))
    with app.app_context():
        attachments.sweep()
        return len(list(store().names()))


def assert_whole(app: Flask) -> None:
    """No page of the database is damaged; PostgreSQL would have refused to read it."""
    with app.app_context():
        url = engine().url
    if url.drivername == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def draft_of(client: FlaskClient) -> str:
    return fields(form_on(client.get(DRAFT), having="what_happened"))["what_happened"][0]


@pytest.mark.parametrize("step", ["send", "save"])
def test_what_is_sent_or_saved_comes_back_and_is_kept_once_there_is_room(
    installed: Flask, writer: FlaskClient, disk: Disk, step: str
) -> None:
    # Somewhere else: who comes back to the browser of a draft is asked which of two forms it is.
    sender = installed.test_client()
    form = form_on(sender.get(FORM), having="what_happened")
    disk.fill()
    refused = send(sender, FORM, form, {**TYPED, "step": step})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert "could not keep it just now" in page(refused).text_content()
    again = form_on(refused, having="what_happened")
    assert fields(again)["what_happened"] == [TYPED["what_happened"]]
    assert draft_of(writer) == BEFORE, "what is kept can be read meanwhile"
    disk.make_room()
    assert counts(installed) == {"Draft": 1}
    assert_whole(installed)
    assert draft_of(writer) == BEFORE
    kept = send(sender, FORM, again, {"step": step})
    assert kept.status_code == 200
    assert page(kept).cssselect(".code")
    assert counts(installed) == ({"Draft": 1, "Submission": 1, "Revision": 1} if step == "send" else {"Draft": 2})


def test_a_draft_that_cannot_be_saved_anew_stays_as_it_was(installed: Flask, writer: FlaskClient, disk: Disk) -> None:
    form = form_on(writer.get(DRAFT), having="what_happened")
    disk.fill()
    refused = send(writer, DRAFT, form, {"what_happened": LONG.strip(), "step": "save"})
    assert refused.status_code == 503
    again = form_on(refused, having="what_happened")
    assert fields(again)["what_happened"] == [LONG.strip()]
    disk.make_room()
    assert draft_of(writer) == BEFORE
    assert send(writer, DRAFT, again, {"step": "save"}).status_code == 200
    assert draft_of(writer) == LONG.strip()
    assert counts(installed) == {"Draft": 1}
    assert_whole(installed)


def test_a_file_is_not_half_kept_and_can_be_sent_again(installed: Flask, writer: FlaskClient, disk: Disk) -> None:
    disk.fill()
    refused = upload(writer)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert page(refused).cssselect(".notice.warn")
    disk.make_room()
    assert counts(installed) == {"Draft": 1}
    assert stored(installed) == 0
    assert upload(writer).status_code == 200
    assert counts(installed) == {"Draft": 1, "Attachment": 1}
    assert stored(installed) == 1
    assert draft_of(writer) == BEFORE
    assert_whole(installed)


def upload(client: FlaskClient) -> TestResponse:
    token = fields(form_on(client.get(FILES), having="csrf_token"))["csrf_token"][0]
    sent = {"csrf_token": token, "files": (io.BytesIO(picture("PNG")), "house.png")}
    return client.post(FILES, data=sent, content_type="multipart/form-data")
