"""A small disk of its own, to be filled to the last byte. Only root can make one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.provision import NotAvailableError

THING = "a disk to fill"
MEGABYTES = 256
"""Room for a PostgreSQL, with its programs where the server's account cannot read ours."""


class Disk:
    """A tmpfs, mounted at ``path`` until ``close``.

    Raises ``NotAvailableError`` where none can be mounted.
    """

    def __init__(self) -> None:
        if os.geteuid() != 0:
            raise NotAvailableError(THING, "only root can make one")
        self.path = Path(tempfile.mkdtemp(prefix="intake-disk-"))
        size = f"size={MEGABYTES}m,mode=0711"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.path)], check=False, capture_output=True, text=True
        )
        if done.returncode:
            self.path.rmdir()
            raise NotAvailableError(THING, done.stderr.strip() or "none can be mounted")
        self._filler = self.path / "filler"

    def fill(self) -> None:
        """Leave not a byte."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (1_048_576, 4_096):
                with suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def make_room(self) -> None:
        """Take away what ``fill`` put there."""
        self._filler.unlink()

    def close(self) -> None:
        """Unmount it, with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)
        self.path.rmdir()
