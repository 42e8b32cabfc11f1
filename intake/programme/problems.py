"""What is wrong with a file: each problem names row, column and value, and says why in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """``row`` counts as a spreadsheet does (the head is row 1), in JSON the entries from 1; None: the whole file.

    ``value`` is what stands there, cut after 60 characters; ``reason`` is translated when it is printed.
    """

    row: int | None
    column: str | None
    value: str
    reason: Any

    def __str__(self) -> str:
        if self.row is None and self.column is None:
            return str(self.reason)
        if self.row is None:
            return _(
                'column %(column)s, "%(value)s": %(reason)s',
                column=self.column, value=self.value, reason=self.reason,
            )  # fmt: skip
        if self.column is None:
            return _("row %(row)s: %(reason)s", row=self.row, reason=self.reason)
        return _(
            'row %(row)s, column %(column)s, "%(value)s": %(reason)s',
            row=self.row, column=self.column, value=self.value, reason=self.reason,
        )  # fmt: skip


class Refused(Exception):
    """Nothing of a file was taken over; ``problems`` is everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file where problems are noted."""

    row: int | None
    column: str
    problems: list[Problem]

    def complain(self, value: Any, reason: Any) -> None:
        """Note that ``value`` cannot be taken, because of ``reason`` (lazily translated)."""
        self.problems.append(Problem(self.row, self.column, shown(value), reason))


def shown(value: Any) -> str:
    """``value`` in one short line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
