"""The schema: head is what the models say, and an upgrade keeps what was there."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from intake.foundation import migrate
from intake.foundation.config import Settings
from intake.foundation.database import engine, make_engine, session, transaction
from intake.submissions.models import Submission
from intake.submissions.sealing import open_answers
from tests import builders
from tests.installation import application


def test_head_is_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert migrate.differences(engine()) == []
        assert migrate.current(engine()) == migrate.head()


def test_an_upgrade_keeps_what_was_there(fresh_database_url: str, tmp_path: Path) -> None:
    bound = make_engine(fresh_database_url)
    migrate.upgrade(bound, "0001")
    bound.dispose()
    settings = Settings.from_environment({"INTAKE_INSTANCE": str(tmp_path), "INTAKE_DATABASE_URL": fresh_database_url})
    with application(settings) as app, app.app_context():
        with transaction():
            held = builders.listening_session()
            reference = builders.submission(held, what_happened="Said before the upgrade.").reference
        migrate.upgrade(engine(), copies=tmp_path / "copies")
        assert migrate.current(engine()) == migrate.head()
        kept = session().scalars(sa.select(Submission).where(Submission.reference == reference)).one()
        assert open_answers(kept, kept.revisions[0])["what_happened"] == "Said before the upgrade."
        assert migrate.differences(engine()) == []
    copies = list((tmp_path / "copies").glob("*.sqlite")) if fresh_database_url.startswith("sqlite") else ["none asked"]
    assert len(copies) == 1, "a SQLite database is copied before it changes"


def test_upgrading_twice_changes_nothing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        migrate.upgrade(engine(), copies=tmp_path / "copies")
        assert not (tmp_path / "copies").exists()
