"""The process in which one file is cleaned: it may use so much memory and time, and dies alone.

    child.py NAME_OF_THE_KIND < the file > one line of JSON, then the cleaned file
    child.py story < a Word document > one line of JSON, then its words as ``story`` tells them

It reads the package ``files`` alone and nothing else of Intake: what a hostile file could take over here
holds no key, no database and no settings.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

MOST_MEMORY_BYTES = 1_000_000_000
MOST_CPU_SECONDS = 20


def main() -> None:
    """Clean what stands on the standard input."""
    kind = sys.argv[1]
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from files.kinds import Refused  # type: ignore[import-not-found]  # noqa: PLC0415

    clean = _cleaner(kind)
    _bind_hands()
    body = b""
    try:
        as_kind, body, found = clean(sys.stdin.buffer.read(), kind)
        said = {"kind": as_kind, "found": [one.value for one in found]}
    except Refused as refused:
        said = {"refused": refused.why.value}
    except (MemoryError, RecursionError):
        said = {"refused": "bomb"}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + body)


def _cleaner(kind: str) -> Any:
    """What cleans this kind: only that is loaded, before a byte of the file is read."""
    if kind == "pdf":
        from files import pdfs as cleaner  # type: ignore[import-not-found]  # noqa: PLC0415
    elif kind == "story":
        from files import story as cleaner  # noqa: PLC0415
    elif kind == "docx":
        from files import documents as cleaner  # noqa: PLC0415
    elif kind in ("mp3", "m4a", "aac", "amr", "ogg", "wav"):
        from files import sounds as cleaner  # noqa: PLC0415
    else:
        from files import images as cleaner  # noqa: PLC0415
    return cleaner.clean


def _bind_hands() -> None:
    """Whatever a file takes over here opens no other file, no connection and no process, and leaves no core dump."""
    for what, most in (
        (resource.RLIMIT_CPU, MOST_CPU_SECONDS), (resource.RLIMIT_AS, MOST_MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, 0), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
