"""Addresses and codes for entries that come without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from intake.foundation.search import fold

from .checks import LONGEST_CODE, LONGEST_SLUG

_ROOM = 20
_NO_GROUP = "S"


def new_slug(title: str, date: str | None, otherwise: str) -> str:
    """An address of words of ``title`` and ``date``; ``otherwise`` for a title without Latin letters."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    if len(words) > LONGEST_SLUG - _ROOM:
        words = words[: LONGEST_SLUG - _ROOM].rpartition("-")[0] or words[: LONGEST_SLUG - _ROOM]
    return "-".join(part for part in (words, date) if part) if words else otherwise


def new_code(values: Mapping[str, Any]) -> str:
    """The stem of the references of an entry: its group and its date, or its position when it has none.

    Given once, it never changes, though the date may: ``WG3-2020-06-09``, ``WG2-11``, ``S-2020-05-28``.
    """
    return f"{values.get('working_group') or _NO_GROUP}-{values.get('date') or values['position']}"[:LONGEST_CODE]


def free(name: str, taken: set[str]) -> str:
    """``name``, or ``name-2``, ``name-3``, … when it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
