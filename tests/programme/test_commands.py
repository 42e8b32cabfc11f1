from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from intake.foundation.database import transaction
from intake.programme import queries as programme_queries
from intake.programme.commands import programme
from tests import builders
from tests.programme.files import EXAMPLE, as_csv, bring_in, records

BAD = as_csv([{"date": "2020-06-04"}, {"date": "June 4th", "format": "teach_in"}])


def run(app: Flask, *arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(programme, arguments, obj=lambda: app, **options)


def test_import_tells_what_it_did(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_bytes(EXAMPLE)
    first, second = run(app, "import", str(file)), run(app, "import", str(file))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "new      WG3-2020-06-09\n" in first.stdout
    assert first.stdout.endswith("mobility-covid-19: 17 new, 0 changed, 0 unchanged\n")
    assert second.stdout == "mobility-covid-19: 0 new, 0 changed, 17 unchanged\n"


def test_import_tells_what_is_wrong(app: Flask) -> None:
    result = run(app, "import", "-", input=BAD)
    first, second, last = result.stderr.splitlines()
    assert result.exit_code == 1
    assert first.startswith('row 3, column date, "June 4th": ')
    assert second.startswith('row 3, column format, "teach_in": ')
    assert last == "Nothing was imported: 2 problems."
    assert records(app) == []


def test_import_as_json(app: Flask) -> None:
    wrong = run(app, "import", "-", "--json", input=BAD)
    right = run(app, "import", "-", "--json", "--series", "Our series", input=as_csv([{"topic": "A"}]))
    assert (wrong.exit_code, right.exit_code) == (1, 0)
    told = [(one["row"], one["column"], one["value"]) for one in json.loads(wrong.stdout)["problems"]]
    assert told == [(3, "date", "June 4th"), (3, "format", "teach_in")]
    assert json.loads(right.stdout) == {
        "series": "our-series", "added": ["S-1"], "changed": {}, "unchanged": 0, "lifted": [], "dry_run": False,
    }  # fmt: skip


def test_a_dry_run_keeps_nothing(app: Flask) -> None:
    result = run(app, "import", "-", "--dry-run", input=EXAMPLE)
    assert result.exit_code == 0
    assert "17 new" in result.stdout
    assert records(app) == []


def test_a_file_that_is_not_there_is_a_mistake_of_usage(app: Flask, tmp_path: Path) -> None:
    assert run(app, "import", str(tmp_path / "none.csv")).exit_code == 2
    assert run(app, "import").exit_code == 2
    assert run(app, "export", "--format", "pdf").exit_code == 2


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_what_is_exported_can_be_imported(app: Flask, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"programme.{kind}"
    assert run(app, "export", "-o", str(file)).exit_code == 0
    assert run(app, "import", str(file)).stdout.endswith("0 new, 0 changed, 17 unchanged\n")
    assert run(app, "export", "--format", kind).stdout_bytes == file.read_bytes()


def test_without_a_programme_there_is_nothing_to_export(app: Flask) -> None:
    assert run(app, "export").exit_code == 1


def test_with_several_series_export_asks_which(app: Flask) -> None:
    bring_in(app, as_csv([{"topic": "A"}]), series="one")
    bring_in(app, as_csv([{"topic": "B"}]), series="two")
    assert run(app, "export").exit_code == 2
    assert json.loads(run(app, "export", "--series", "two").stdout)["series"]["slug"] == "two"


def entry(**values: Any) -> bytes:
    return json.dumps([{"slug": "wg3-2020-06-09", **values}]).encode()


def test_whoever_lifts_a_limit_is_told_what_stays_under_the_old_one(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session(consent_ceiling=2)
        series = held.series.slug
    told = "WG3-2020-06-09: what was sent before stays under the old limit of consent.\n"

    def said(ceiling: int | None, *options: str) -> str:
        file = entry(consent_ceiling=ceiling)
        result = run(app, "import", "-", "--series", series, *options, input=file)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert told not in said(3), "nothing was sent"
    with app.app_context(), transaction():
        builders.submission(programme_queries.session_by_slug("wg3-2020-06-09") or held)
    assert told not in said(2), "a lower one counts for all"
    assert told in said(3)
    assert json.loads(said(None, "--json"))["lifted"] == ["WG3-2020-06-09"]
    assert told not in said(None)


def test_questions_with_answers_are_refused_with_the_reason(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session(questions=({"en": "A?"}, {"en": "B?"}))
        builders.submission(held, guiding_1="An answer.")
        series = held.series.slug
    assert run(app, "import", "-", "--series", series, input=entry(state="scheduled")).exit_code == 0
    result = run(app, "import", "-", "--series", series, input=entry(guiding_questions=[{"en": "B?"}]))
    assert result.exit_code == 1
    assert "people have answered these questions: they stay, new ones come after" in result.stderr
