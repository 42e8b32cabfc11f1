"""Fresh databases, the same way on both engines."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url


class Databases(Protocol):
    """Makes databases on one engine."""

    @property
    def engine(self) -> str:
        """``sqlite`` or ``postgresql``."""

    def fresh(self, template: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at ``template``.

        Nobody may be connected to ``template`` meanwhile: dispose of the engine first.
        """

    def drop(self, url: str) -> None:
        """Remove a database that ``fresh`` made. What is left over goes at the end of the run."""


class SQLiteDatabases:
    """Files in ``folder``."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    def fresh(self, template: str | None = None) -> str:
        path = self._folder / f"{next(self._numbers)}.sqlite"
        if template:
            with closing(sqlite3.connect(_path(template))) as source, closing(sqlite3.connect(path)) as copy:
                source.backup(copy)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        path = _path(url)
        for part in (path, *path.parent.glob(f"{path.name}-*")):
            part.unlink(missing_ok=True)


def _path(url: str) -> Path:
    return Path(str(make_url(url).database))
