"""Bookmarks of a Word document: people and programs name them, and what points to them only needs the same name."""

from __future__ import annotations

import re

_OF_WORD_ITSELF = re.compile(r"_(?:Toc|Ref|Hlk|Hlt|GoBack|top)\d*")


class Bookmarks:
    """The bookmarks of one document, by the names they have afterwards."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}

    def name(self, given: str) -> str:
        """The name for what was called ``given``, which says nothing."""
        if _OF_WORD_ITSELF.fullmatch(given):
            return given
        return self._named.setdefault(given.lower(), f"b{len(self._named) + 1}")
