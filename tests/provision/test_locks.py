"""What is installed is what was looked at: versions and hashes, few of them, from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_AT_RUN_TIME = 45


def locked(name: str) -> dict[str, str]:
    """Package to the rest of its entry: version, marker, hashes."""
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    joined = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    entries = re.split(r"\n(?=\S)", joined)
    return dict(re.split(r"(?===)", entry, maxsplit=1) for entry in entries)


def wanted(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


@pytest.mark.parametrize("name", ["run.txt", "test.txt", "build.txt"])
def test_every_package_has_a_version_and_hashes_and_no_address(name: str) -> None:
    assert "://" not in (ROOT / "requirements" / name).read_text()
    assert not [
        package
        for package, rest in locked(name).items()
        if not re.match(r"==\S+( ;.*)? \\\n\s+--hash=sha256:[0-9a-f]{64}", rest)
    ]


def test_the_locks_answer_what_the_project_declares() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = declared["project"]
    run, test, build = (locked(f"{name}.txt") for name in ("run", "test", "build"))
    assert {wanted(line) for line in project["dependencies"]} <= run.keys()
    assert {wanted(line) for line in project["optional-dependencies"]["test"]} <= test.keys()
    assert {wanted(line) for line in declared["build-system"]["requires"]} <= build.keys()


def test_the_tests_run_with_what_is_installed_at_run_time() -> None:
    run, test, build = (locked(f"{name}.txt") for name in ("run", "test", "build"))
    assert run.items() <= test.items()
    assert {package: test[package] for package in build} == build


def test_few_packages_at_run_time() -> None:
    assert len(locked("run.txt")) <= MOST_AT_RUN_TIME
