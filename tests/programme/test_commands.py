from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from intake.programme.commands import programme
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
        "series": "our-series", "added": ["S-1"], "changed": {}, "unchanged": 0, "dry_run": False,
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
