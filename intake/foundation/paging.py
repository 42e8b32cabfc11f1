"""Keyset paging: the next page starts after the last row seen, however many came before."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

Row = TypeVar("Row")

_LONGEST = 200
ID_BOUND = 2**31
"""No row has this number or a greater one: PostgreSQL refuses to compare it with an id."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of a row in a list ordered by ``(moment, id)``, or by ``(turn, moment, id)`` where it has parts."""

    moment: datetime
    id: int
    turn: int = 0

    def encode(self) -> str:
        """As one word for an address."""
        raw = json.dumps([self.moment.isoformat(), self.id, *([self.turn] if self.turn else [])]).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str | None) -> Cursor | None:
        """What ``encode`` wrote; None for nothing or for anything else."""
        if not text or len(text) > _LONGEST:
            return None
        try:
            moment, number, *turn = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            found = cls(datetime.fromisoformat(moment).astimezone(UTC), int(number), *map(int, turn[:1]))
        except (ValueError, TypeError, OverflowError, binascii.Error):
            return None
        return found if 0 <= found.id < ID_BOUND and 0 <= found.turn < ID_BOUND else None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list and where the following ones begin (None on the last page)."""

    rows: Sequence[Row]
    next: Cursor | None
