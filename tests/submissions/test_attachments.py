"""Files behind the receipt: added to a draft, given over, seen by who may, gone when they are erased."""

from __future__ import annotations

import io
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from intake.foundation import clock
from intake.foundation.config import Settings
from intake.foundation.database import engine, session, transaction
from intake.foundation.files.kinds import BY_NAME, Refusal, Refused
from intake.foundation.files.scanning import Scan
from intake.foundation.files.store import Folder, store
from intake.foundation.files.workshop import CleanFile, clean
from intake.foundation.register import RegisterLine
from intake.submissions import attachments, drafts, services, workflow
from intake.submissions.models import Attachment, Draft, Submission
from intake.submissions.views.files import MOST_LOOKED_INTO, files_sent
from tests import builders
from tests.forms import fields, form_on, page, post_form, send
from tests.foundation.test_files import HOSTILE, SECRET, photograph, picture
from tests.moderation import desk

DOOR, FILES = "/en/receipt/", "/en/receipt/files/"
FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"


@pytest.fixture
def reference(app: Flask) -> str:
    desk.set_up(app)
    return desk.give(app, token=builders.TOKEN)


@pytest.fixture
def contributor(app: Flask, reference: str) -> FlaskClient:  # noqa: ARG001  # there is something to come back to
    visitor = app.test_client()
    assert post_form(visitor, DOOR, {"code": builders.CODE}, having="code").status_code == 302
    return visitor


def add(visitor: FlaskClient, *files: tuple[str, bytes]) -> TestResponse:
    token = fields(form_on(visitor.get(FILES), having="csrf_token"))["csrf_token"][0]
    sent = [FileStorage(io.BytesIO(body), name) for name, body in files]
    # The client itself would leave a file of a large one open.
    boundary, encoded = encode_multipart(MultiDict([("csrf_token", token), *(("files", one) for one in sent)]))
    return visitor.post(FILES, data=encoded, content_type=f"multipart/form-data; boundary={boundary}")


def stored(settings: Settings) -> list[Path]:
    folder = settings.instance / "files"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def count(app: Flask) -> int:
    with app.app_context():
        return int(session().scalar(sa.select(sa.func.count()).select_from(Attachment)) or 0)


def test_the_limits_are_said_before_choosing(contributor: FlaskClient) -> None:
    shown = page(contributor.get(FILES)).text_content()
    assert "up to 5 files of 10 MB each, 30 MB in all" in shown


@pytest.mark.parametrize("address", [FILES, f"{FORM}/device"])
def test_that_what_is_covered_is_still_there_is_said_where_files_are_chosen(
    contributor: FlaskClient, address: str
) -> None:
    shown = page(contributor.get(address))
    (field,) = shown.xpath("//input[@type='file']")
    told = " ".join(shown.get_element_by_id(one).text_content() for one in field.get("aria-describedby").split())
    assert "cut off or covered" in told


def test_a_file_is_kept_sealed_and_its_owner_is_told_what_was_taken_out(
    contributor: FlaskClient, settings: Settings
) -> None:
    response = add(contributor, ("My house.JPG", photograph()))
    assert response.status_code == 200
    shown = page(response).text_content()
    assert "My house.JPG" in shown
    assert "where the picture was taken" in shown
    [path] = stored(settings)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"JFIF" not in path.read_bytes()
    url = str(page(response).xpath("//ul[@class='plain-list']//a/@href")[0])
    got = contributor.get(url)
    assert got.data.startswith(b"\xff\xd8\xff")
    assert got.headers["Content-Disposition"].startswith('attachment; filename="file-')
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_refused_says_why_and_the_others_are_kept(app: Flask, contributor: FlaskClient) -> None:
    name, make, _why = HOSTILE["a drawing that can hold scripts"]
    response = add(contributor, (name, make()), ("b.png", picture("PNG")), ("<img src=x>.png", picture("GIF")))
    assert response.status_code == 422
    shown = page(response)
    assert "We do not take this kind of file" in shown.text_content()
    assert "not what its name says" in shown.text_content()
    assert not shown.xpath("//img[@src='x']")
    assert count(app) == 1


def test_a_deleted_draft_leaves_no_bytes(app: Flask, client: FlaskClient, settings: Settings) -> None:
    with app.app_context(), transaction():
        builders.listening_session()
    post_form(client, FORM, {"what_happened": "Not yet.", "step": "save"}, having="what_happened")
    assert add(client, ("a.png", picture("PNG"))).status_code == 200
    assert len(stored(settings)) == 1
    post_form(client, "/en/receipt/draft/delete/", having="csrf_token")
    assert (count(app), stored(settings)) == (0, [])


def test_who_sends_very_many_waits(contributor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    # Held, since one of them is forgotten every few seconds, however long this machine takes.
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    for _ in range(24):
        refused = add(contributor, *[(f"{n}.txt", b"no") for n in range(5)])
    assert refused.status_code == 422
    held_up = add(contributor, ("a.png", picture("PNG")))
    assert held_up.status_code == 429
    assert "Nothing is lost" in page(held_up).text_content()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "C:\\temp\\a.png", "a\x00\x1b\u202eb.png", "\ud800.png", "n" * 900 + ".png"]
)
def test_no_name_disturbs_a_path_or_a_page(contributor: FlaskClient, settings: Settings, name: str) -> None:
    given = name.encode("utf-8", "replace").decode()
    assert add(contributor, (given, picture("PNG"))).status_code == 200
    [path] = stored(settings)
    assert path.name.isalnum()
    shown = page(contributor.get(FILES)).xpath("string(//ul[@class='plain-list']//bdi)")
    assert len(shown) <= 200
    assert "/" not in shown
    assert "\u202e" not in shown


def test_the_same_file_sent_twice_is_kept_once(app: Flask, contributor: FlaskClient, settings: Settings) -> None:
    for _ in range(2):
        assert add(contributor, ("a.png", picture("PNG"))).status_code == 200
    assert (count(app), len(stored(settings))) == (1, 1)


def test_there_is_a_limit_to_how_many(app: Flask, contributor: FlaskClient, settings: Settings) -> None:
    response = add(contributor, *((f"{n}.png", picture("PNG", (n + 1, 9))) for n in range(6)))
    assert response.status_code == 422
    assert "too many files" in page(response).text_content()
    assert (count(app), len(stored(settings))) == (5, 5)


def test_no_file_is_looked_into_for_which_there_is_no_room(
    app: Flask, contributor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned = list[str]()

    def look(body: bytes, name: str) -> CleanFile:
        cleaned.append(name)
        return clean(body, name)

    monkeypatch.setattr("intake.submissions.views.files.clean", look)
    assert add(contributor, ("a.png", picture("PNG"))).status_code == 200
    many = [(f"{n}.png", picture("PNG", (n, 9))) for n in range(1, 141)]
    response = add(contributor, ("a.png", picture("PNG")), *many)
    assert response.status_code == 422
    assert page(response).text_content().count("There are too many files, or they are too large together.") == 136
    assert cleaned == ["a.png", "1.png", "2.png", "3.png", "4.png"]
    assert count(app) == 5


def test_what_is_too_large_together_is_not_looked_into(
    contributor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned = list[str]()

    def look(body: bytes, name: str) -> CleanFile:
        cleaned.append(name)
        return CleanFile(BY_NAME["png"], body, ())

    monkeypatch.setattr("intake.submissions.views.files.clean", look)
    add(contributor, *[(f"{n}.png", bytes([n]) + bytes(9_999_999)) for n in range(3)], ("more.png", b"more"))
    assert cleaned == ["0.png", "1.png", "2.png"]


def test_what_is_refused_takes_no_room_from_the_others(app: Flask, contributor: FlaskClient) -> None:
    bad = [(f"{n}.txt", b"no %d" % n) for n in range(5)]
    good = [(f"{n}.png", picture("PNG", (n + 1, 9))) for n in range(5)]
    response = add(contributor, *bad, *good)
    assert response.status_code == 422
    assert "too many files" not in page(response).text_content()
    assert count(app) == 5


def test_of_one_request_only_so_many_are_looked_into(
    app: Flask, contributor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned = list[str]()

    def look(_body: bytes, name: str) -> CleanFile:
        cleaned.append(name)
        raise Refused(Refusal.DAMAGED)

    monkeypatch.setattr("intake.submissions.views.files.clean", look)
    response = add(contributor, *[(f"{n}.png", b"no %d" % n) for n in range(200)])
    assert response.status_code == 422
    assert cleaned == [f"{n}.png" for n in range(MOST_LOOKED_INTO)]
    shown = page(response).text_content()
    assert shown.count("Please add this one again.") == 200 - MOST_LOOKED_INTO
    assert "too many files" not in shown
    assert count(app) == 0


def test_the_limit_of_a_place_is_asked_for_each_file(
    app: Flask, contributor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert all(files_sent.take() for _ in range(115))
    add(contributor, ("5.txt", b"5"), ("6.txt", b"6"))
    held_up = add(contributor, *[(f"{n}.png", picture("PNG", (n, 9))) for n in range(1, 6)])
    assert held_up.status_code == 503
    assert page(held_up).text_content().count("Nothing is lost: please try again in a minute.") == 2
    assert count(app) == 3


def test_what_comes_at_once_stays_within_the_limits_together(
    app: Flask, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "LARGEST_TOTAL_BYTES", 1_000)
    together = Barrier(3)

    def add_one(number: int) -> bool:
        with app.app_context():
            owner = desk.found(reference)
            file = CleanFile(BY_NAME["png"], bytes(600), ())
            new = attachments.put(file, name="a.png", digest=str(number), scan=Scan.NOT_SCANNED)
            together.wait()
            try:
                with transaction():
                    attachments.add(owner, new)
            except attachments.TooMany:
                return False
            return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(add_one, range(3))) == [False, False, True]
    assert count(app) == 1


def test_a_removed_file_leaves_no_key_behind(app: Flask, contributor: FlaskClient) -> None:
    add(contributor, ("a.png", picture("PNG")))
    with app.app_context():
        key = session().scalars(sa.select(Attachment.key)).one()
        if engine().dialect.name != "sqlite":
            pytest.skip("its journal is the server's")
        database = Path(str(engine().url.database))
    files = sorted(database.parent.glob(f"{database.name}*"))
    assert any(key in one.read_bytes() for one in files)
    post_form(contributor, FILES, action="/remove/")
    assert not any(key in one.read_bytes() for one in files)


def test_files_of_a_draft_go_with_what_is_sent(app: Flask, client: FlaskClient, reference: str) -> None:
    typed = {**builders.TESTIMONY, "consent_tier": "2"}
    saved = post_form(client, FORM, {**typed, "step": "save"}, having="what_happened")
    assert saved.status_code == 200
    assert add(client, ("a.png", picture("PNG"))).status_code == 200
    check = send(client, FORM, form_on(client.get("/en/receipt/draft/"), having="what_happened"), {"step": "check"})
    assert "a.png" in page(check).xpath("string(//section[h2='Files that go along'])")
    sent = send(client, FORM, form_on(check, having="form_token"), {"step": "send"})
    assert sent.status_code == 200
    with app.app_context():
        [one] = session().scalars(sa.select(Attachment))
        assert one.draft_id is None
        assert one.submission_id != desk.found(reference).id


def test_a_deleted_draft_takes_its_files_along(
    app: Flask, client: FlaskClient, reference: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_form(client, FORM, {**builders.TESTIMONY, "step": "save"}, having="what_happened")
    add(client, ("a.png", picture("PNG")))
    assert reference
    moment = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: moment)
    hour_ago = time.time() - 4_000
    os.utime(stored(settings)[0], (hour_ago, hour_ago))
    with app.app_context(), transaction():
        assert drafts.erase_due() == 1
    with app.app_context():
        assert attachments.sweep() == 1
    assert (count(app), stored(settings)) == (0, [])


def test_the_desk_opens_it_and_the_register_keeps_who_did(app: Flask, reference: str, contributor: FlaskClient) -> None:
    add(contributor, ("Amal.png", picture("PNG")))
    lead, url = desk.signed_in(app), f"/en/staff/submissions/{reference}/"
    shown = lead.get(url)
    assert "Not scanned for viruses" in page(shown).text_content()
    assert "Amal" not in page(shown).text_content()
    form = next(form for form in page(shown).forms if "/files/" in (form.get("action") or ""))
    opened = send(lead, url, form)
    assert opened.data.startswith(b"\x89PNG")
    assert opened.headers["Content-Disposition"].startswith("inline")
    with app.app_context():
        lines = session().scalars(sa.select(RegisterLine).where(RegisterLine.act == "submission.open_file")).all()
        assert [line.subject for line in lines] == [reference]
    stranger = desk.signed_in(app, desk.OTHER)
    token = fields(form)["csrf_token"]
    assert stranger.post(form.get("action"), data={"csrf_token": token}).status_code in (400, 404)


def test_nobody_opens_it_once_it_is_withdrawn_and_then_it_is_erased(
    app: Flask, reference: str, contributor: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(contributor, ("a.png", picture("PNG")))
    lead, url = desk.signed_in(app), f"/en/staff/submissions/{reference}/"
    form = next(form for form in page(lead.get(url)).forms if "/files/" in (form.get("action") or ""))
    with app.app_context(), transaction():
        services.withdraw(desk.found(reference))
    gone = send(lead, url, form)
    assert (gone.status_code, gone.mimetype) == (409, "text/html"), "told that it is withdrawn, and given nothing of it"
    assert contributor.get(FILES).status_code == 302
    hour_ago = time.time() - 4_000
    os.utime(stored(settings)[0], (hour_ago, hour_ago))
    moment = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: moment)
    with app.app_context(), transaction():
        services.erase_due()
    with app.app_context():
        attachments.sweep()
    assert (count(app), stored(settings)) == (0, [])


def test_what_is_decided_takes_no_further_file(app: Flask, reference: str, contributor: FlaskClient) -> None:
    token = fields(form_on(contributor.get(FILES), having="csrf_token"))["csrf_token"][0]
    with app.app_context(), transaction():
        found, lead = desk.found(reference), desk.somebody(desk.LEAD)
        workflow.make(found, "accept", version=found.version, person_id=lead.id, accepted_revision=1)
    sent: dict[str, Any] = {"csrf_token": token, "files": (io.BytesIO(picture("PNG")), "a.png")}
    response = contributor.post(FILES, data=sent, content_type="multipart/form-data")
    assert "no more files can be added" in page(response).text_content()
    assert count(app) == 0


def test_a_file_is_removed_at_once(app: Flask, contributor: FlaskClient, settings: Settings) -> None:
    response = add(contributor, ("a.png", picture("PNG")))
    assert send(contributor, FILES, form_on(response, action="/remove/")).status_code == 303
    assert (count(app), stored(settings)) == (0, [])


def test_removing_is_written_down_and_told_to_whoever_is_deciding(app: Flask, contributor: FlaskClient) -> None:
    response = add(contributor, ("a.png", picture("PNG")))
    reference, before = seen(app)
    send(contributor, FILES, form_on(response, action="/remove/"))
    with app.app_context():
        acts = session().scalars(sa.select(RegisterLine.act).where(RegisterLine.subject == reference)).all()
        assert acts[-2:] == ["submission.attach", "submission.detach"]
    assert seen(app)[1] == before + 1


def seen(app: Flask) -> tuple[str, int]:
    """Reference and version of what has a file."""
    with app.app_context():
        [one] = session().scalars(sa.select(Submission))
        return one.reference, one.version


def test_a_draft_that_is_sent_while_a_file_comes_takes_none(app: Flask, contributor: FlaskClient) -> None:
    assert contributor
    post_form(contributor, FORM, {**builders.TESTIMONY, "step": "save"}, having="what_happened")
    with app.app_context():
        [draft] = session().scalars(sa.select(Draft))
        file = attachments.put(CleanFile(BY_NAME["png"], b"x", ()), name="a", digest="d", scan=Scan.NOT_SCANNED)
        with engine().begin() as elsewhere:
            elsewhere.execute(sa.delete(Draft))
        with pytest.raises(attachments.Gone), transaction():
            attachments.add(draft, file)
    assert count(app) == 0


def test_a_sweep_leaves_what_has_a_row_and_what_may_be_about_to_get_one(
    app: Flask, contributor: FlaskClient, settings: Settings
) -> None:
    add(contributor, ("a.png", picture("PNG")))
    hour_ago, [kept] = time.time() - 4_000, stored(settings)
    os.utime(kept, (hour_ago, hour_ago))
    with app.app_context():
        young, old, aside = (Path(settings.instance / "files" / name) for name in (store().put(b"y"), "old", ".half"))
        for path in (old, aside):
            path.write_bytes(b"x")
            os.utime(path, (hour_ago, hour_ago))
        assert attachments.sweep() == 2
    assert stored(settings) == sorted([kept, young])


def test_a_store_that_does_not_answer_is_said(
    app: Flask, reference: str, contributor: FlaskClient, settings: Settings
) -> None:
    shown = page(add(contributor, ("a.png", picture("PNG"))))
    lead, url = desk.signed_in(app), f"/en/staff/submissions/{reference}/"
    form = next(form for form in page(lead.get(url)).forms if "/files/" in (form.get("action") or ""))
    stored(settings)[0].unlink()
    for response in (contributor.get(str(shown.xpath("//ul[@class='plain-list']//a/@href")[0])), send(lead, url, form)):
        assert response.status_code == 503
        assert response.headers["Retry-After"]
    with app.app_context():
        opened = sa.select(RegisterLine).where(RegisterLine.act == "submission.open_file")
        assert session().scalars(opened).all() == []


def test_nobody_opens_what_came_from_the_own_organisation(app: Flask) -> None:
    desk.set_up(app)
    reference = desk.give(app, token=builders.TOKEN, organisation="ACT Alliance")
    visitor = app.test_client()
    post_form(visitor, DOOR, {"code": builders.CODE}, having="code")
    add(visitor, ("a.png", picture("PNG")))
    with app.app_context():
        identity = session().scalars(sa.select(Attachment.id)).one()
    for email, status in ((desk.LEAD, 404), (desk.COLLEAGUE, 200)):
        reader = desk.signed_in(app, email)
        token = fields(form_on(reader.get(desk.QUEUE), having="csrf_token"))["csrf_token"][0]
        url = f"/en/staff/submissions/{reference}/files/{identity}/"
        assert reader.post(url, data={"csrf_token": token}).status_code == status


def test_nothing_that_was_sent_can_be_found_in_what_is_kept(
    app: Flask, contributor: FlaskClient, settings: Settings
) -> None:
    body = photograph()
    add(contributor, ("Amal at home.jpg", body))
    with app.app_context():
        kept = b"".join(bytes(str(one.__dict__), "utf-8") for one in session().scalars(sa.select(Attachment)))
    files = b"".join(path.read_bytes() for path in settings.instance.rglob("*") if path.is_file())
    for known in (b"Amal at home", SECRET, body[200:240]):
        assert known not in kept
        assert known not in files


def test_more_than_may_be_sent_at_once_is_said_before_it_is_read(contributor: FlaskClient) -> None:
    response = contributor.post(FILES, data=bytes(33_000_000), content_type="multipart/form-data; boundary=x")
    assert response.status_code == 413
    assert "fewer files" in page(response).text_content()


def test_without_a_file_one_is_asked_for(contributor: FlaskClient) -> None:
    assert add(contributor).status_code == 422


def noise() -> bytes:
    """A picture that no format makes small."""
    written = io.BytesIO()
    Image.frombytes("RGB", (200, 200), os.urandom(120_000)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 kB that is full to the last byte."""
    if os.geteuid() != 0:
        pytest.skip("a disk can be made by root alone")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(  # noqa: S603  # a command of ours
        ["/bin/mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        (disk / "filler").write_bytes(bytes(os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize))
        yield disk
    finally:
        subprocess.run(["/bin/umount", str(disk)], check=True)  # noqa: S603


def test_a_full_disk_is_said_and_nothing_is_half_kept(app: Flask, contributor: FlaskClient, full_disk: Path) -> None:
    app.extensions["files"] = Folder(full_disk)
    response = add(contributor, ("a.png", picture("PNG", (400, 400))))
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "no room" in page(response).text_content()
    assert count(app) == 0
    assert [path.name for path in full_disk.iterdir()] == ["filler"]
    (full_disk / "filler").write_bytes(bytes(80_000))
    half = add(contributor, ("small.png", picture("PNG", (10, 10))), ("b.png", noise()))
    assert half.status_code == 503
    assert "small.png" in page(half).xpath("string(//ul[@class='plain-list'])")
    assert "b.png" in page(half).xpath("string(//*[contains(@class, 'notice')])")
    assert count(app) == 1
    (full_disk / "filler").unlink()
    assert add(contributor, ("a.png", picture("PNG", (400, 400)))).status_code == 200
    assert count(app) == 2
