"""One way to commit; what cannot be kept now is given back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import make_url

from intake.foundation import database, migrate
from intake.foundation.config import Settings
from intake.foundation.database import engine, session, transaction
from intake.programme.models import WorkingGroup
from intake.submissions.models import Submission
from tests import builders
from tests.builders import TESTIMONY
from tests.forms import form_on, page, send
from tests.installation import application
from tests.provision.postgres import ThrowawayServer

FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"


def groups() -> int:
    return session().scalar(sa.select(sa.func.count()).select_from(WorkingGroup)) or 0


def test_a_clean_exit_commits_and_an_exception_does_not(app: Flask) -> None:
    with app.app_context():
        with transaction():
            builders.working_group("WG1")
        with pytest.raises(ZeroDivisionError), transaction():
            builders.working_group("WG2")
            1 / 0  # noqa: B018
    with app.app_context():
        assert groups() == 1


def test_transactions_do_not_nest(app: Flask) -> None:
    with app.app_context(), transaction(), pytest.raises(RuntimeError), transaction():
        raise AssertionError("never reached")


def test_sqlite_is_durable_and_holds_foreign_keys(app: Flask) -> None:
    with app.app_context(), engine().connect() as connection:
        if engine().dialect.name != "sqlite":
            assert connection.execute(sa.text("SHOW synchronous_commit")).scalar_one() in ("on", "off")
            return
        read = {name: connection.execute(sa.text(f"PRAGMA {name}")).scalar_one() for name in PRAGMAS}
        assert read == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_parameters_never_reach_an_error(app: Flask) -> None:
    with app.app_context(), pytest.raises(sa.exc.DBAPIError) as caught:
        session().execute(sa.text("SELECT * FROM nothing WHERE word = :word"), {"word": "a secret"})
    assert "a secret" not in str(caught.value)


def test_while_another_holds_the_database_the_text_comes_back(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        if engine().dialect.name != "sqlite":
            return  # a lock on the whole database is SQLite's way; PostgreSQL's is tried below
        with transaction():
            builders.listening_session()
        path = Path(str(make_url(app.config["SETTINGS"].database_url).database))
    typed = {**TESTIMONY, "consent_tier": "2", "guiding": ""}
    check = send(client, FORM, form_on(client.get(FORM), having="consent_tier"), typed)
    form = form_on(check, having="form_token")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        busy = send(client, FORM, form, {"step": "send"})
        other.rollback()
    assert busy.status_code == 503
    assert int(busy.headers["Retry-After"]) > 0
    assert TESTIMONY["what_happened"] in busy.get_data(as_text=True)
    again = form_on(busy, having="consent_tier")
    healed = send(client, FORM, form_on(send(client, FORM, again), having="form_token"), {"step": "send"})
    assert healed.status_code == 200
    with app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(Submission)) == 1


def test_while_postgresql_is_down_the_text_comes_back_and_it_heals(
    own_postgres: ThrowawayServer, tmp_path: Path
) -> None:
    url = own_postgres.fresh()
    settings = Settings.from_environment({"INTAKE_INSTANCE": str(tmp_path), "INTAKE_DATABASE_URL": url})
    with application(settings) as app:
        with app.app_context():
            migrate.upgrade(engine())
            with transaction():
                builders.listening_session()
        client = app.test_client()
        typed = {**TESTIMONY, "consent_tier": "2"}
        form = form_on(send(client, FORM, form_on(client.get(FORM), having="consent_tier"), typed), having="form_token")
        own_postgres.stop("immediate")
        down = send(client, FORM, form, {"step": "send"})
        assert (down.status_code, "Retry-After" in down.headers) == (503, True)
        assert TESTIMONY["what_happened"] in page(down).text_content()
        own_postgres.start()
        again = form_on(down, having="form_token")
        assert send(client, FORM, again, {"step": "send"}).status_code == 200
        with app.app_context():
            assert session().scalar(sa.select(sa.func.count()).select_from(Submission)) == 1


def test_what_a_crash_of_postgresql_in_the_middle_of_a_request_leaves(
    own_postgres: ThrowawayServer, tmp_path: Path
) -> None:
    url = own_postgres.fresh()
    settings = Settings.from_environment({"INTAKE_INSTANCE": str(tmp_path), "INTAKE_DATABASE_URL": url})
    with application(settings) as app:
        crashes: list[str] = []

        def crash() -> None:
            session().execute(sa.text("SELECT 1"))
            own_postgres.stop("immediate")
            own_postgres.start()

        @app.before_request
        def before() -> None:
            if crashes == ["before"]:
                crash()

        @app.after_request
        def after(response: Response) -> Response:
            if crashes == ["after"]:
                crash()
            return response

        with app.app_context():
            migrate.upgrade(engine())
            with transaction():
                builders.listening_session()
        client = app.test_client()
        typed = {**TESTIMONY, "consent_tier": "2"}
        form = form_on(send(client, FORM, form_on(client.get(FORM), having="consent_tier"), typed), having="form_token")
        crashes[:] = ["before"]
        cut = send(client, FORM, form, {"step": "send"})
        assert cut.status_code == 503
        assert form_on(cut, having="consent_tier").fields["what_happened"].strip() == TESTIMONY["what_happened"]
        crashes[:] = ["after"]
        receipt = send(client, FORM, form, {"step": "send"})
        assert (receipt.status_code, len(page(receipt).cssselect(".receipt .code"))) == (200, 1)


def test_only_operational_faults_mean_try_again() -> None:
    assert database.is_unavailable(sa.exc.OperationalError("", {}, Exception()))
    assert not database.is_unavailable(sa.exc.IntegrityError("", {}, Exception()))
    assert not database.is_unavailable(ValueError())
