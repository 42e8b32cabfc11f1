"""Where files lie: a folder and an object store behave the same, also when they cannot."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import Flask

from intake.foundation.config import Settings
from intake.foundation.database import transaction
from intake.foundation.files import store as stores
from intake.foundation.files.store import Bucket, Store
from intake.submissions import attachments
from tests import builders
from tests.forms import fields, form_on, page, post_form
from tests.foundation.test_files import picture
from tests.installation import application
from tests.provision import NotAvailableError
from tests.provision.fixtures import not_here
from tests.provision.s3 import KEY, SECRET, S3Server, serving

SEALED = bytes(range(256)) * 1_000
DOOR, FILES = "/en/receipt/", "/en/receipt/files/"


@dataclass
class Kept:
    """A store, and the folder in which its files lie in the end."""

    store: Store
    folder: Path
    server: S3Server | None = None

    def full(self) -> None:
        """Let it take nothing more."""
        if self.server:
            self.server.manner = "full"
        else:
            self.folder.rename(self.folder.with_name("away"))
            self.folder.write_bytes(b"")

    def well(self) -> None:
        """Let it work again."""
        if self.server:
            self.server.manner = "well"
        else:
            self.folder.unlink()
            self.folder.with_name("away").rename(self.folder)


@pytest.fixture
def s3_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """An S3 of its own, whose credentials are in the environment."""
    if find_spec("minio") is None:
        not_here(NotAvailableError("the extra s3", "pip install minio"))
    for name in [name for name in os.environ if name.startswith(("AWS_", "MINIO_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with serving(tmp_path / "bucket") as server:
        yield server


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    app, folder = Flask("stores"), tmp_path / "files"
    folder.mkdir(mode=0o700)
    server = request.getfixturevalue("s3_server") if request.param == "bucket" else None
    stores.init_app(app, server.url if server else None, folder)
    return Kept(app.extensions["files"], server.folder if server else folder, server)


def test_what_is_put_is_got_and_can_be_removed(kept: Kept) -> None:
    names = {kept.store.put(body): body for body in (SEALED, b"", b"\r\n", *(bytes([n]) for n in range(5)))}
    assert {name: kept.store.get(name) for name in names} == names
    listed = dict(kept.store.names())
    assert set(listed) == set(names) == {path.name for path in kept.folder.iterdir()}
    assert all(abs(at - (kept.folder / name).stat().st_mtime) < 2 for name, at in listed.items())
    assert {(len(name), name.isalnum()) for name in names} == {(40, True)}
    for name in names:
        kept.store.remove(name)
        kept.store.remove(name)
    assert list(kept.store.names()) == list(kept.folder.iterdir()) == []


def test_what_is_not_there_is_said(kept: Kept) -> None:
    with pytest.raises(OSError, match=r"\w"):
        kept.store.get(stores.new_name())


def test_what_cannot_be_put_leaves_nothing(kept: Kept) -> None:
    name = kept.store.put(SEALED)
    kept.full()
    with pytest.raises(OSError, match=r"\w"):
        kept.store.put(SEALED)
    kept.well()
    assert [path.name for path in kept.folder.iterdir()] == [name]
    assert kept.store.get(kept.store.put(b"again")) == b"again"


def test_half_an_object_is_not_given(s3_server: S3Server, kept_in_bucket: Store) -> None:
    name = kept_in_bucket.put(SEALED)
    s3_server.manner = "cut"
    with pytest.raises(OSError, match=r"\w"):
        kept_in_bucket.get(name)


def test_a_store_that_is_away_is_said_at_once_of_everything(s3_server: S3Server, kept_in_bucket: Store) -> None:
    name = kept_in_bucket.put(SEALED)
    s3_server.manner = "away"
    for ask in (lambda: kept_in_bucket.put(b""), lambda: kept_in_bucket.get(name), lambda: kept_in_bucket.remove(name),
                lambda: list(kept_in_bucket.names())):  # fmt: skip
        with pytest.raises(OSError, match=r"\w"):
            ask()
    s3_server.manner = "well"
    assert kept_in_bucket.get(name) == SEALED


@pytest.mark.parametrize(("variable", "why"), [
    ("AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch"), ("AWS_ACCESS_KEY_ID", "InvalidAccessKeyId"),
])  # fmt: skip
def test_who_has_not_the_key_is_refused(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, variable: str, why: str
) -> None:
    monkeypatch.setenv(variable, "another")
    app = Flask("stores")
    stores.init_app(app, s3_server.url, Path("none"))
    with pytest.raises(OSError, match="S3Error"):
        app.extensions["files"].put(SEALED)
    assert s3_server.refused == [why]
    assert list(s3_server.folder.iterdir()) == []


@pytest.fixture
def kept_in_bucket(s3_server: S3Server) -> Store:
    app = Flask("stores")
    stores.init_app(app, s3_server.url, Path("none"))
    store: Bucket = app.extensions["files"]
    return store


@pytest.fixture(params=["folder", "bucket"])
def installed(request: pytest.FixtureRequest, settings: Settings) -> Iterator[tuple[Flask, Path, S3Server | None]]:
    """An installation with either store, and where its files lie."""
    server = request.getfixturevalue("s3_server") if request.param == "bucket" else None
    with application(replace(settings, files_url=server.url if server else None)) as app:
        yield app, server.folder if server else settings.instance / "files", server


def test_a_file_travels_through_either_store(installed: tuple[Flask, Path, S3Server | None]) -> None:
    app, folder, server = installed
    with app.app_context(), transaction():
        builders.submission(builders.listening_session(), token=builders.TOKEN)
    client = app.test_client()
    assert post_form(client, DOOR, {"code": builders.CODE}, having="code").status_code == 302

    def add(colour: str) -> int:
        token = fields(form_on(client.get(FILES), having="csrf_token"))["csrf_token"][0]
        sent = {"csrf_token": token, "files": (io.BytesIO(picture("PNG", (len(colour), 9))), f"{colour}.png")}
        return client.post(FILES, data=sent, content_type="multipart/form-data").status_code

    assert add("red") == 200
    [path] = folder.iterdir()
    assert b"PNG" not in path.read_bytes(), "it lies there sealed"
    link = page(client.get(FILES)).xpath("string(//ul[@class='plain-list']//a/@href)")
    assert client.get(link).data.startswith(b"\x89PNG")

    if server:
        server.manner = "full"
        assert add("green") == 503
        server.manner = "away"
        assert client.get(link).status_code == 503
        server.manner = "well"
        assert [one.name for one in folder.iterdir()] == [path.name]

    with app.app_context():
        old, young = (stores.store().put(b"of nobody") for _ in range(2))
        for name in (old, path.name):
            os.utime(folder / name, (0, 0))
        assert attachments.sweep() == 1
    assert {one.name for one in folder.iterdir()} == {path.name, young}
    remove = form_on(client.get(FILES), action="/remove/")
    assert client.post(remove.get("action"), data=fields(remove)).status_code == 303
    assert {one.name for one in folder.iterdir()} == {young}
