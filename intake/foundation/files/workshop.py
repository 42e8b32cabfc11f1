"""Cleaning a file in a process of its own, before anything of it is kept."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .kinds import BY_NAME, LARGEST_FILE_BYTES, Found, Kind, Refusal, Refused, recognise

_CHILD = Path(__file__).with_name("child.py")
_PATIENCE_SECONDS = 40
_AT_ONCE = threading.BoundedSemaphore(2)
"""Files that one server process has cleaned at the same time: each may take the memory that ``child`` allows."""


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file as it may be kept: its kind (another one than it came as, perhaps), bytes, and what was taken out."""

    kind: Kind
    body: bytes
    found: tuple[Found, ...]


def clean(body: bytes, name: str) -> CleanFile:
    """``body``, which came under ``name``, made anew.

    Raises:
        Refused: it is not taken.
        TimeoutError: too many files are being cleaned; an ``OSError``, as when there is no room.
    """
    said, cleaned = _by_child(body, recognise(body, name).name)
    if len(cleaned) > LARGEST_FILE_BYTES:
        raise Refused(Refusal.LARGE)
    return CleanFile(BY_NAME[said["kind"]], cleaned, tuple(Found(one) for one in said["found"]))


def words_of(body: bytes) -> dict[str, Any]:
    """The words of the Word document ``body`` and where they stand, as ``story`` tells them.

    Raises:
        Refused: it is no Word document, or is not taken.
        TimeoutError: as ``clean``.
    """
    if recognise(body, "form.docx") is not BY_NAME["docx"]:
        raise Refused(Refusal.UNKNOWN)
    _said, words = _by_child(body, "story")
    told: dict[str, Any] = json.loads(words)
    return told


def _by_child(body: bytes, task: str) -> tuple[dict[str, Any], bytes]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
        raise TimeoutError("too many files at once")
    try:
        said, made = _asked_of_child(body, task)
    finally:
        _AT_ONCE.release()
    if "refused" in said:
        raise Refused(Refusal(said["refused"]))
    return said, made


def _asked_of_child(body: bytes, task: str) -> tuple[dict[str, Any], bytes]:
    command = [sys.executable, "-I", str(_CHILD), task]
    try:
        done = subprocess.run(  # noqa: S603  # our own program; the file is its input
            command, input=body, capture_output=True, timeout=_PATIENCE_SECONDS, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(Refusal.SLOW) from error
    if done.returncode != 0:
        raise Refused(Refusal.SLOW if done.returncode < 0 else Refusal.DAMAGED)
    said, _line_end, cleaned = done.stdout.partition(b"\n")
    return json.loads(said), cleaned
