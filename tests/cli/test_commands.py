"""The command ``intake`` as somebody types it: a process of its own, its words and its exit code."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from intake.cli import main
from intake.foundation.config import SETTINGS


def intake(instance: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
    environment |= {"INTAKE_INSTANCE": str(instance), **settings}
    command = [sys.executable, "-m", "intake", *arguments]
    return subprocess.run(  # noqa: S603  # our own command
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance that was set up."""
    folder = tmp_path_factory.mktemp("instance")
    done = intake(folder, "setup")
    assert (done.returncode, done.stdout) == (0, "Ready.\n"), done.stderr
    return folder


def test_setting_up_twice_changes_nothing(instance: Path) -> None:
    kept = {name: (instance / name).read_bytes() for name in ("secret_key", "keyring.json")}
    assert intake(instance, "setup").returncode == 0
    assert {name: (instance / name).read_bytes() for name in kept} == kept


def test_every_command_explains_itself(instance: Path) -> None:
    listed = intake(instance, "--help").stdout
    for name in ("setup", "run", "worker", "demo", "person", "programme", "digest", "verify"):
        assert name in listed
        told = CliRunner().invoke(main.commands[name], ["--help"])
        assert (told.exit_code, f"Usage: {name}" in told.output) == (0, True)


def test_the_settings_are_listed(instance: Path) -> None:
    listed = intake(instance, "setup", "--settings").stdout
    assert all(setting.variable in listed for setting in SETTINGS)


def test_an_unknown_setting_is_refused(instance: Path) -> None:
    done = intake(instance, "setup", INTAKE_DATABASE_ULR="sqlite:///x")
    assert done.returncode == 1
    assert "INTAKE_DATABASE_ULR" in done.stderr


def test_what_cannot_be_understood_ends_with_2(instance: Path) -> None:
    assert intake(instance, "fly").returncode == 2
    assert intake(instance, "run", "--port", "many").returncode == 2


def test_an_occupied_port_is_named_with_a_way_out(instance: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = intake(instance, "run", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert f"PORT={port + 1}" in done.stderr


def test_without_its_keyring_a_database_with_data_is_not_opened(tmp_path: Path) -> None:
    assert intake(tmp_path, "setup").returncode == 0
    (tmp_path / "keyring.json").unlink()
    for command in (("setup",), ("verify",)):
        done = intake(tmp_path, *command)
        assert done.returncode == 1
        assert "keyring" in done.stderr
    assert not (tmp_path / "keyring.json").exists(), "no new keyring is made over data it cannot open"


def test_the_register_is_verified(instance: Path) -> None:
    done = intake(instance, "verify", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)["register"]
    assert told["first_broken_line"] is None
    assert intake(instance, "verify", "--head", told["head"]).stdout.endswith(f"Its head: {told['head']}\n")
    assert intake(instance, "verify", "--head", f"9{told['head']}").returncode == 1
    assert intake(instance, "verify", "--head", "the head").returncode == 2


def test_examples_come_and_go_and_are_never_mixed_with_other_data(tmp_path: Path) -> None:
    assert intake(tmp_path, "setup").returncode == 0
    assert "17 entries" in intake(tmp_path, "demo").stdout
    assert intake(tmp_path, "demo").returncode == 1, "there is data now"
    assert "Removed" in intake(tmp_path, "demo", "--remove").stdout
    own = intake(tmp_path, "person", "add", "own@example.org", "--name", "Own Person", "--role", "secretariat")
    assert own.returncode == 0, own.stderr
    assert "/welcome/" in own.stdout, "the first person is let in by a one-time link"
    assert intake(tmp_path, "demo").returncode == 1


def test_examples_are_refused_in_public(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    done = intake(tmp_path, "run", "--with-examples", "--port", port, INTAKE_BASE_URL="https://intake.example.org")
    assert done.returncode == 1
    assert "never in public" in done.stderr


def test_a_programme_is_imported_whole_or_not_at_all(tmp_path: Path) -> None:
    assert intake(tmp_path, "setup").returncode == 0
    entries = [
        {"position": n, "topic": f"Topic {n}", "date": "June 4th" if n == 2 else None, "status": "tbd"}
        for n in (1, 2, 3)
    ]
    file = tmp_path / "programme.json"
    file.write_text(json.dumps({"series": {"slug": "s", "title": "S"}, "entries": entries}))
    refused = intake(tmp_path, "programme", "import", str(file))
    assert refused.returncode == 1
    assert all(part in refused.stderr + refused.stdout for part in ("2", "date", "June 4th"))
    entries[1]["date"] = "2020-06-04"
    file.write_text(json.dumps({"series": {"slug": "s", "title": "S"}, "entries": entries}))
    assert intake(tmp_path, "programme", "import", str(file)).returncode == 0
    exported = json.loads(intake(tmp_path, "programme", "export", "--format", "json").stdout)
    assert len(exported["entries"]) == 3, "and nothing of the first attempt"


def test_a_digest_of_a_session_that_is_not_there_is_refused(instance: Path) -> None:
    done = intake(instance, "digest", "compile", "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
