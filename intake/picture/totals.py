"""Submissions counted in three ways: each for itself, as organisations, and as distinct texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake.moderation.alike import texts_among


@dataclass(frozen=True, slots=True)
class Totals:
    """Submissions, counted in each way that there is; None is not to be told.

    ``texts``: those that people put together, because they say nearly the same, are one.
    """

    submissions: int
    organisations: int | None = None
    texts: int | None = None


def totals(rows: Sequence[Any], together: Mapping[str, int]) -> Totals:
    """Those of ``rows`` (of ``digests.queries.COUNTED``); ``together`` is ``alike.groups_in`` of their session."""
    return Totals(
        submissions=len(rows),
        organisations=len({row.organisation_index for row in rows} - {None}),
        texts=texts_among((row.reference for row in rows), together),
    )
