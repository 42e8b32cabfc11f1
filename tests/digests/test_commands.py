from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from intake.digests.commands import digest
from intake.foundation import register
from tests.digests.golden_session import CODE, SLUG

pytestmark = pytest.mark.usefixtures("golden_there")


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(digest, arguments, obj=lambda: app)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_compile_says_what_it_froze(app: Flask) -> None:
    first = run(app, "compile", SLUG)
    assert first.exit_code == 0
    assert first.output.startswith(f"{CODE}/D-1: 11 accepted submissions, freeze ")
    told = json.loads(run(app, "compile", SLUG, "--json").output)
    assert (told["digest"], told["version"], told["entries"]) == (f"{CODE}/D-2", 2, 11)
    assert len(told["freeze"]) == 64


def test_export_writes_a_file_only_its_owner_reads(app: Flask, here: Path) -> None:
    run(app, "compile", SLUG)
    result = run(app, "export", SLUG, "--language", "ar")
    assert result.exit_code == 0
    written = here / f"{CODE}_D-1_ar.docx"
    assert written.read_bytes().startswith(b"PK")
    assert written.stat().st_mode & 0o777 == 0o600
    with app.app_context():
        assert register.first_broken_line() is None


def test_export_of_a_version_to_a_place_of_ones_own(app: Flask, here: Path) -> None:
    run(app, "compile", SLUG)
    run(app, "compile", SLUG)
    result = run(app, "export", SLUG, "--version", "1", "--format", "json", "-o", "out.json", "--json")
    told = json.loads(result.stderr)
    assert (told["digest"], told["file"], told["entries"]) == (f"{CODE}/D-1", "out.json", 11)
    assert json.loads((here / "out.json").read_bytes())["version"] == 1


def test_export_to_standard_output(app: Flask, here: Path) -> None:
    run(app, "compile", SLUG)
    result = run(app, "export", SLUG, "--format", "csv", "-o", "-")
    assert result.exit_code == 0
    assert result.stdout_bytes.decode("utf-8-sig").startswith('"reference"')
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("compile", "nowhere"), 1),
        (("export", "nowhere"), 1),
        (("export", SLUG), 1),
        (("compile",), 2),
        (("export", SLUG, "--format", "exe"), 2),
        (("export", SLUG, "--language", "xx"), 2),
        (("export", SLUG, "--version", "0"), 2),
    ],
)
def test_exit_codes(app: Flask, arguments: tuple[str, ...], code: int) -> None:
    assert run(app, *arguments).exit_code == code


def test_a_version_that_is_not_there_and_a_place_that_is_not_there(app: Flask) -> None:
    run(app, "compile", SLUG)
    assert run(app, "export", SLUG, "--version", "7").exit_code == 1
    result = run(app, "export", SLUG, "-o", "no/such/folder.docx")
    assert result.exit_code == 1
    assert "cannot be written" in result.output
