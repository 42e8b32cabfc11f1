from __future__ import annotations

import stat
from pathlib import Path

import pytest

from intake.foundation.config import SETTINGS, Settings, SettingsError

README = Path(__file__).resolve().parents[2] / "README.md"


def read(tmp_path: Path, **given: str) -> Settings:
    return Settings.from_environment({"INTAKE_INSTANCE": str(tmp_path), **given})


def test_an_unknown_setting_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="INTAKE_DATABSE_URL"):
        read(tmp_path, INTAKE_DATABSE_URL="sqlite:///x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTAKE_DATABASE_URL", "mysql://x"),
        ("INTAKE_BASE_URL", "intake.example.org"),
        ("INTAKE_BASE_URL", "https://intake.example.org/below"),
        ("INTAKE_SMTP_URL", "http://mail"),
        ("INTAKE_SECOND_FACTOR", "maybe"),
        ("INTAKE_RETENTION_DAYS", "a month"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, **{name: value})


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 43
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_postgresql_address_may_be_written_as_people_write_it(tmp_path: Path) -> None:
    for written in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        assert read(tmp_path, INTAKE_DATABASE_URL=written).database_url == "postgresql+psycopg://u@h/d"


def test_every_setting_stands_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    assert [setting.variable for setting in SETTINGS if f"`{setting.variable}`" not in text] == []
