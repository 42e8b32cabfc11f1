from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from flask import Flask
from openpyxl import load_workbook

from intake.programme import exporter
from intake.programme.columns import head, heads
from tests.programme.files import EXAMPLE, as_csv, bring_in, export, records

POISONED = {
    "position": "1", "slug": "p", "code": "P", "status": "scheduled", "topic": '=HYPERLINK("https://evil.example")',
    "topic_fr": "+cmd|' /C calc'!A0", "organisers": "@SUM(2); -1", "purpose": "'=quoted\nsecond | line ; end\\",
    "guiding_questions": "=A1 \\| B | -C", "date": "2020-06-04",
}  # fmt: skip

# Questions that were asked cannot be blanked; that an export says them is shown with the wild texts.
KEPT = {"position", "slug", "code", "state", "status", "standing", "sitting_times", "guiding_questions"}
BLANK = {head(column, language): "" for column, language in heads() if column.name not in KEPT}


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("kind", exporter.KINDS)
def test_importing_an_export_changes_nothing(app: Flask, kind: str) -> None:
    outcome = bring_in(app, export(app, kind))
    assert (outcome.added, dict(outcome.changed), outcome.unchanged) == ((), {}, 17)


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("kind", exporter.KINDS)
def test_an_export_says_everything(app: Flask, kind: str) -> None:
    before, exported = records(app), export(app, kind)
    blank = [{"code": record["code"], "position": str(record["position"])} | BLANK for record in before]
    bring_in(app, as_csv(blank))
    assert records(app) != before
    bring_in(app, exported)
    assert records(app) == before


@pytest.mark.parametrize("kind", exporter.KINDS)
def test_wild_texts_survive(app: Flask, kind: str) -> None:
    bring_in(app, as_csv([POISONED]), series="s")
    [record] = records(app)
    assert record["organisers"] == ["@SUM(2)", "-1"]
    assert record["guiding_questions"] == [{"en": "=A1 | B"}, {"en": "-C"}]
    assert bring_in(app, export(app, kind)).unchanged == 1
    assert records(app) == [record]


def test_no_cell_of_an_export_is_a_formula(app: Flask) -> None:
    bring_in(app, as_csv([POISONED]), series="s")
    rows = list(csv.reader(io.StringIO(export(app, "csv").decode("utf-8-sig"))))
    assert [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))] == []
    cells = [cell for row in load_workbook(io.BytesIO(export(app, "xlsx"))).active.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert any(cell.value == "'" + POISONED["topic"] for cell in cells)


@pytest.mark.usefixtures("programme")
def test_a_workbook_tells_no_time_and_no_author_but_the_product(app: Flask) -> None:
    first, second = export(app, "xlsx"), export(app, "xlsx")
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count(">Intake</dc:creator>") == 1
    assert core.count("T00:00:00Z") == 2


@pytest.mark.usefixtures("programme")
def test_json_has_the_shape_of_the_example(app: Flask) -> None:
    written, shipped = json.loads(export(app, "json")), json.loads(EXAMPLE)
    assert written["series"] == shipped["series"]
    assert [group["code"] for group in written["working_groups"]] == ["WG2", "WG3", "WG6"]
    for entry, original in zip(written["entries"], shipped["entries"], strict=True):
        compared = {"position", "slug", "code", "status", "state", "date", "topic", "purpose", "guiding_questions",
                    "languages", "audience", "format", "sittings", "related", "interpretation"}  # fmt: skip
        assert {key: entry[key] for key in compared} == {key: original[key] for key in compared}
