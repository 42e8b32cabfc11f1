"""Bookmarks of a Word document: people and programs name them, and what points to them only needs the same name."""

from __future__ import annotations

import re

_OF_WORD_ITSELF = re.compile(r"_(?:Toc|Ref|Hlk|Hlt|GoBack|top)\d*")
_POINTS = re.compile(r'(?i)(^\s*(?:PAGEREF|NOTEREF|REF)\s+|\\[lb]\s+)(?:"([^"]*)"|([^\s"\\]+))')
_TIP = re.compile(r'(?i)\\o\s+(?:"[^"]*"|[^\s"\\]+)')


class Bookmarks:
    """The bookmarks of one document, by the names they have afterwards."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}

    def name(self, given: str) -> str:
        """The name for what was called ``given``, which says nothing."""
        if _OF_WORD_ITSELF.fullmatch(given):
            return given
        return self._named.setdefault(given.lower(), f"b{len(self._named) + 1}")

    def in_field(self, told: str) -> str:
        """What a field is told to do, with these names and without what is shown when a mouse rests on it."""
        pointed = _POINTS.sub(lambda found: f'{found[1]}"{self.name(found[2] or found[3] or "")}"', told)
        return _TIP.sub("", pointed)
