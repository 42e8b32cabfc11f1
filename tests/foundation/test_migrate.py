"""The schema: head is what the models say, and an upgrade keeps what was there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.accounts.models import Organisation
from intake.foundation import migrate
from intake.foundation.config import Settings
from intake.foundation.database import engine, make_engine, session
from intake.moderation.alike import LikenessMember
from intake.submissions import search, sketches
from intake.submissions.models import Submission
from intake.submissions.sealing import give_keys, open_answers, seal_answers
from intake.submissions.search import SearchEntry
from intake.submissions.sketches import Sketch
from tests.cli.test_commands import intake
from tests.installation import application

REFERENCE = "S-1/T-001"


def test_head_is_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert migrate.differences(engine()) == []
        assert migrate.current(engine()) == migrate.head()


def test_an_upgrade_keeps_what_was_there(fresh_database_url: str, tmp_path: Path) -> None:
    bound = make_engine(fresh_database_url)
    migrate.upgrade(bound, "0001")
    settings = Settings.from_environment({"INTAKE_INSTANCE": str(tmp_path), "INTAKE_DATABASE_URL": fresh_database_url})
    with application(settings) as app, app.app_context():
        _fill(bound)
        migrate.upgrade(engine(), copies=tmp_path / "copies")
        assert migrate.current(engine()) == migrate.head()
        kept = session().scalars(sa.select(Submission)).one()
        assert (kept.reference, kept.receipt_visits) == (REFERENCE, 0)
        assert kept.promised_ceiling == 3, "the one of its session"
        assert open_answers(kept, kept.revisions[0])["what_happened"] == "Said before the upgrade."
        assert [(one.name, dict(one.label)) for one in session().scalars(sa.select(Organisation))] == [("IDC", {})]
        assert migrate.differences(engine()) == []
    bound.dispose()
    copies = list((tmp_path / "copies").glob("*.sqlite")) if fresh_database_url.startswith("sqlite") else ["none asked"]
    assert len(copies) == 1, "a SQLite database is copied before it changes"


@pytest.mark.parametrize("before", ["0034", "0035"])
def test_words_are_entered_anew_and_what_is_together_stays_so(
    fresh_database_url: str, tmp_path: Path, before: str
) -> None:
    bound = make_engine(fresh_database_url)
    migrate.upgrade(bound, "0001")
    settings = Settings.from_environment({"INTAKE_INSTANCE": str(tmp_path), "INTAKE_DATABASE_URL": fresh_database_url})
    with application(settings) as app, app.app_context():
        _fill(bound)
        migrate.upgrade(engine(), before)
        _insert(bound, _AS_THEY_WERE)
        assert _found("outdated") == [1]
        session().rollback()  # what was read is not kept from changing
        migrate.upgrade(engine(), copies=tmp_path / "copies")
        assert session().scalars(sa.select(SearchEntry.words)).all() == []
        assert _found("outdated") == []
        assert session().scalar(sa.select(Sketch.text_digest)) == "anew" + "b" * 28
        session().rollback()
        done = intake(tmp_path, "worker", "--once", INTAKE_DATABASE_URL=fresh_database_url)
        assert done.returncode == 0, done.stderr
        assert _found(*search.digests("upgrade")) == [1]
        assert str(session().scalar(sa.select(Sketch.text_digest)))[:4] not in {"anew", "bbbb"}
        assert session().scalars(sa.select(LikenessMember.group_id)).all() == [1]
        assert (search.enter_missing(10), sketches.enter_missing(10)) == (0, 0)
    bound.dispose()


_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_AS_THEY_WERE: dict[str, dict[str, Any]] = {
    "person": {
        "id": 1, "email": "a@example.org", "name": "A", "language": "en", "totp_last_step": 0, "failed_attempts": 0,
        "active": True, "example": False, "created_at": _MOMENT,
    },
    "search_entry": {"submission_id": 1, "words": "s1 outdated"},
    "sketch": {"submission_id": 1, "text_digest": "b" * 32},
    "likeness_group": {"id": 1, "opened_at": _MOMENT},
    "likeness_member": {"submission_id": 1, "group_id": 1, "person_id": 1, "at": _MOMENT, "changed_at": _MOMENT},
}  # fmt: skip


def _found(*words: str) -> list[int]:
    sought = search.Sought((words,))
    return list(session().scalars(search.found_by(sa.select(Submission.id), sought, [1], before=None)))


def _fill(bound: sa.Engine) -> None:
    """What the first release would hold, written past the models, which know columns that it had not."""
    submission = Submission(reference=REFERENCE)
    give_keys(submission)
    answers = seal_answers(submission, 1, {"what_happened": "Said before the upgrade."})
    _insert(
        bound,
        {
            "organisation": {"name": "IDC", "aliases": []},
            "series": {"slug": "s", "title": {}, "host": {}, "note": {}, "footer": {}, "example": False},
            "listening_session": {
                "series_id": 1, "position": 1, "slug": "s-1", "code": "S-1", "state": "open", "topic": {},
                "purpose": {}, "formats": [], "audience": [], "languages": [], "standing": False, "changed_at": _MOMENT,
                "consent_ceiling": 3,
            },
            "submission": {
                "reference": REFERENCE, "listening_session_id": 1, "kind": "testimony", "state": "submitted",
                "channel": "form", "received_at": _MOMENT, "changed_at": _MOMENT, "version": 1, "language": "en",
                "interface_language": "en", "danger_now": False, "consent_tier": 2, "tier_cap": 4, "follow_up": False,
                "publication": False, "example": False, "text_key": submission.text_key,
                "contact_key": submission.contact_key,
            },
            "revision": {"submission_id": 1, "number": 1, "at": _MOMENT, "language": "en", "answers": answers},
        },
    )  # fmt: skip


def _insert(bound: sa.Engine, rows: dict[str, dict[str, Any]]) -> None:
    tables = sa.MetaData()
    with bound.begin() as connection:
        tables.reflect(connection)
        for table, row in rows.items():
            connection.execute(sa.insert(tables.tables[table]).values(**row))


def test_upgrading_twice_changes_nothing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        migrate.upgrade(engine(), copies=tmp_path / "copies")
        assert not (tmp_path / "copies").exists()
