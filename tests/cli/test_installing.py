"""The environment that everything runs in, where it must not be made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("need", ["run", "test"])
def test_the_environment_of_somebody_else_is_not_emptied_through_a_link(tmp_path: Path, need: str) -> None:
    here, theirs = tmp_path / "here", tmp_path / "theirs"
    shutil.copytree(ROOT / "requirements", here / "requirements")
    shutil.copy(ROOT / "pyproject.toml", here)
    (theirs / "bin").mkdir(parents=True)
    (theirs / "bin" / "python").symlink_to(sys.executable)
    (here / ".venv").symlink_to(theirs)
    before = sorted(theirs.rglob("*"))
    for place in ("", str(theirs)):
        if place:  # an environment that was made elsewhere says where
            (theirs / ".installed").mkdir()
            (theirs / ".installed" / "place").write_text(place)
            before = sorted(theirs.rglob("*"))
        done = subprocess.run(  # noqa: S603  # our own command; without a network it could not go far
            [here / "requirements" / "install", need],
            env={"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1", "UV_OFFLINE": "1"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (1, "")
        assert "remove the link" in done.stderr
        assert sorted(theirs.rglob("*")) == before
