"""Which cells of a table are taken together so that nobody who is not named can be told from it (DOMAIN D4).

A reader can take from every figure the contributors who are named. What is left of each row
that is shown must be nobody, or ``ENOUGH`` contributors. The rows add up to the n of the
caption, so that subtracting them from it gives no more than they say themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from .attribution import ENOUGH, may_name
from .freeze import Cell


def counted(
    accepted: Iterable[Any], code_of: Callable[[Any], str | None], tier_of: Callable[[Any], int]
) -> dict[str, Cell]:
    """The cells of a table of what was ``accepted`` (rows of ``queries.COUNTED``), by the code of each row."""
    found: dict[str, Cell] = {}
    known: set[str] = set()
    for row in accepted:
        code = code_of(row) or ""
        n, unnamed, contributors = found.get(code, (0, 0, 0))
        if not may_name(tier_of(row)):
            contributor = row.organisation_index or row.reference
            unnamed, contributors = unnamed + 1, contributors + (contributor not in known)
            known.add(contributor)
        found[code] = Cell(n + 1, unnamed, contributors)
    return found


def organisations(accepted: Iterable[Any], tier_of: Callable[[Any], int]) -> int | None:
    """How many organisations are behind what was ``accepted`` (rows as for ``counted``); None if it may not be told.

    A reader takes those away that are named. What is left must be nobody, or ``ENOUGH`` organisations; and as many
    contributors must be of none, where there is one of those, since whoever counts the one has the other as well.
    """
    named, unnamed, alone = set[str](), set[str](), 0
    for row in accepted:
        if may_name(tier_of(row)):
            named |= {row.organisation_index} - {None}
        elif row.organisation_index is None:
            alone += 1
        else:
            unnamed.add(row.organisation_index)
    is_told = (not unnamed or len(unnamed - named) >= ENOUGH) and (not alone or alone >= ENOUGH)
    return len(named | unnamed) if is_told else None


def taken_together(cells: Mapping[str, Cell]) -> AbstractSet[str] | None:
    """The codes whose cells make one row, none where all may stand alone; None when no table may be shown.

    One small cell takes the smallest of the others along: alone it could be had by subtraction.
    """
    hiding = {code: cell.contributors for code, cell in cells.items() if cell.unnamed}
    together = {code for code, contributors in hiding.items() if contributors < ENOUGH}
    others = sorted(hiding.keys() - together, key=lambda code: (hiding[code], cells[code].n, code))
    while together and others and _sum(hiding, together) < ENOUGH:
        together.add(others.pop(0))
    return None if together and _sum(hiding, together) < ENOUGH else together


def _sum(hiding: Mapping[str, int], codes: AbstractSet[str]) -> int:
    return sum(hiding[code] for code in codes)
