from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from intake.digests import queries, services
from intake.digests.builder import build
from intake.digests.document import Table
from intake.digests.formats import FORMATS
from intake.digests.freeze import by_reference, canonical, fingerprint
from intake.digests.gate import let_through
from intake.digests.models import Digest
from intake.foundation import register
from intake.foundation.database import session, transaction
from intake.foundation.languages import CODES
from intake.foundation.register import RegisterLine
from intake.moderation import alike
from intake.programme.models import ListeningSession
from tests import builders
from tests.digests.golden_session import CODE, WHEN, accepted, golden, submit
from tests.digests.reading import statements
from tests.installation import installation


def exports(digest: Digest) -> dict[tuple[str, str], str]:
    return {(name, code): services.export(digest, name, code).sha256 for name in FORMATS for code in CODES}


def test_same_freeze_same_bytes(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        with transaction():
            digest = services.compile_digest(golden().held)
            freeze = digest.freeze
        first, again = exports(digest), exports(digest)
    with installation(tmp_path / "elsewhere") as other, other.app_context():
        with transaction():
            before = builders.listening_session("S-2020-01-01")
            accepted(submit(before, "earlier"), builders.person("earlier@example.org"))
            digest = services.compile_digest(golden().held)
        assert digest.freeze == freeze
        elsewhere = exports(digest)
    assert first == again == elsewhere
    assert len(set(first.values())) == len(FORMATS) * len(CODES)


def test_a_freeze_holds_nobodys_words_and_nobodys_name(app: Flask) -> None:
    with app.app_context(), transaction():
        made = golden()
        frozen = canonical(services.compile_digest(made.held).frozen).decode()
    for canary in made.by_canary:
        assert not [word for word in ("text", "name", "org", "mail") if f"{word}{canary}" in frozen]
    assert "border was the border" not in frozen


def test_a_freeze_is_what_was_accepted_in_the_order_of_references(app: Flask) -> None:
    with app.app_context(), transaction():
        made = golden()
        frozen = services.compile_digest(made.held).frozen
        references = [entry["reference"] for entry in frozen["entries"]]
        taken = {made.by_canary[canary].reference for canary in ("gone", "refused", "waiting")}
    assert references == sorted(references, key=by_reference)
    assert len(references) == 11
    assert taken.isdisjoint(references)
    assert frozen["received"] == {"testimony": 10, "practice": 3, "intervention": 1}
    assert told(frozen["regions"]) == {"002": (6, 3, 3), "019": (1, 1, 1), "142": (2, 2, 2), "150": (2, 1, 1)}
    assert told(frozen["stakeholder_types"]) == {
        "women_led": (3, 1, 1), "workers": (2, 2, 2), "faith_based": (1, 1, 1), "civil_society": (2, 1, 1),
        "local_authority": (1, 1, 1), "member_state": (1, 0, 0), "": (1, 1, 1),
    }  # fmt: skip
    first = frozen["entries"][0]
    assert first == {
        "reference": f"{CODE}/I-001", "revision": 1, "kind": "intervention", "language": "en", "tier": 4,
        "publication": True, "received": "2020-06-09", "themes": ["regular_pathways"], "objectives": [],
        "translations": [],
    }  # fmt: skip


def test_what_people_put_together_is_one_text_among_those_accepted(app: Flask) -> None:
    with app.app_context():
        with transaction():
            made = golden()
            one, other = (accepted(submit(made.held, f"letter{n}"), made.lead) for n in range(2))
        with transaction():
            alike.join(one, other, made.lead, as_seen=alike.seen(one, made.lead, other))
        with transaction():
            digest = services.compile_digest(made.held)
        assert (len(digest.frozen["entries"]), digest.frozen["distinct_texts"]) == (13, 12)
        [kinds, *_] = [block for block in services.document(digest, "en").blocks if isinstance(block, Table)]
        assert "Distinct texts among those accepted: n = 12." in str(kinds.note)
        old = {name: value for name, value in digest.frozen.items() if name not in {"distinct_texts", "organisations"}}
        [kinds, *_] = [block for block in build(old, let_through(old), "en").blocks if isinstance(block, Table)]
        assert kinds.note is None


def told(cells: dict[str, dict[str, int]]) -> dict[str, tuple[int, ...]]:
    return {code: (cell["n"], cell["unnamed"], cell["contributors"]) for code, cell in cells.items()}


def test_references_sort_by_number() -> None:
    assert sorted(["A/T-1000", "A/T-999", "A/P-002"], key=by_reference) == ["A/P-002", "A/T-999", "A/T-1000"]


def test_the_cutoff_leaves_out_what_came_later(app: Flask) -> None:
    with app.app_context(), transaction():
        made = golden()
        late = accepted(submit(made.held, "late"), made.lead)
        late.received_at = WHEN + timedelta(days=3)
        digest = services.compile_digest(made.held, cutoff=WHEN + timedelta(days=1))
        assert len(digest.frozen["entries"]) == 11
        assert (digest.frozen["cutoff"], digest.cutoff) == ("2020-06-10", WHEN + timedelta(days=1))


def test_versions_count_up_and_the_earlier_ones_stay(app: Flask) -> None:
    with app.app_context():
        with transaction():
            made = golden()
            first = services.compile_digest(made.held)
            before = first.freeze
            accepted(made.by_canary["waiting"], made.lead)
            second = services.compile_digest(made.held)
        assert (first.identifier, second.identifier) == (f"{CODE}/D-1", f"{CODE}/D-2")
        assert first.freeze == before != second.freeze
        assert [version for version, _at in queries.versions_of(first.listening_session, made.lead)] == [2, 1]
        latest = queries.digest_of(first.listening_session)
        assert latest is not None
        assert latest.version == 2
        assert "textwaiting" not in services.export(first, "json", "en").content.decode()


def test_what_was_issued_cannot_be_changed(app: Flask) -> None:
    with app.app_context():
        with transaction():
            digest = services.compile_digest(golden().held)
        with pytest.raises(DBAPIError), transaction() as database:
            database.execute(sa.update(Digest).values(freeze="0" * 64))
        with pytest.raises(DBAPIError), transaction() as database:
            database.execute(sa.delete(Digest))
        digest.frozen = {**digest.frozen, "received": {}}
        with pytest.raises(services.Damaged):
            services.document(digest, "en")
        session().rollback()


def test_compiling_and_exporting_leave_lines_in_the_register(app: Flask) -> None:
    with app.app_context():
        with transaction():
            made = golden()
            digest = services.compile_digest(made.held, person_id=made.lead.id)
        export = services.export(digest, "csv", "fr")
        with transaction():
            services.record_export(export, person_id=1)
        lines = {
            line.act: line for line in session().scalars(sa.select(RegisterLine)) if line.act.startswith("digest.")
        }
        assert lines["digest.compile"].detail == {
            "freeze": digest.freeze, "cutoff": digest.frozen["cutoff"], "items": 11,
        }  # fmt: skip
        assert lines["digest.export"].subject == f"{CODE}/D-1"
        assert lines["digest.export"].detail == {
            "edition": "working", "format": "csv", "language": "fr", "items": 11, "sha256": export.sha256,
        }  # fmt: skip
        assert register.first_broken_line() is None


def test_the_fingerprint_does_not_depend_on_how_json_was_kept() -> None:
    frozen = {"b": [1, {"y": "é", "x": None}], "a": "ع"}
    assert fingerprint(json.loads(json.dumps(frozen))) == fingerprint({"a": "ع", "b": [1, {"x": None, "y": "é"}]})


def test_as_many_statements_for_many_entries_as_for_one(app: Flask) -> None:
    def counted(code: str, entries: int) -> tuple[int, int]:
        with transaction():
            held = builders.listening_session(code, questions=({"en": "What changed?"},))
            lead = builders.person(f"{code}@example.org")
            for n in range(entries):
                accepted(submit(held, f"entry{n}", tier=4, guiding_1="Much."), lead)
            held_id = held.id
        session().expunge_all()
        with statements() as compiling, transaction():
            services.compile_digest(session().get_one(ListeningSession, held_id))
        session().expunge_all()
        digest = session().scalars(sa.select(Digest).where(Digest.listening_session_id == held_id)).one()
        with statements() as exporting:
            services.export(digest, "json", "en")
        return len(compiling), len(exporting)

    with app.app_context():
        assert counted("S-ONE", 1) == counted("S-MANY", 12)
        assert counted("S-MORE", 3)[1] <= 4
