"""Which cells of a table are taken together so that nobody who is not named can be told from it (DOMAIN D4).

A reader can take from every figure the contributors who are named. What is left of each row
that is shown must be nobody, or ``ENOUGH`` contributors. The rows add up to the n of the
caption, so that subtracting them from it gives no more than they say themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from .attribution import ENOUGH
from .freeze import Cell


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
