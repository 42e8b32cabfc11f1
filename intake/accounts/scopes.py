"""Where a role holds, in words: working groups and listening sessions belong to a rung above this one.

The rung above says once (``register``) how a code is looked up and how a place is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask, current_app


class Reach(NamedTuple):
    """How far a role reaches: one working group, one listening session, or everywhere (both None)."""

    working_group_id: int | None = None
    listening_session_id: int | None = None


EVERYWHERE = Reach()


@dataclass(frozen=True, slots=True)
class _Scopes:
    find: Callable[[str], Reach | None]
    name: Callable[[Reach], str]


def register(app: Flask, find: Callable[[str], Reach | None], name: Callable[[Reach], str]) -> None:
    """Say how scopes are looked up.

    ``find`` takes the code of a working group or the slug of a listening session and gives
    None for an unknown one; ``name`` gives that code or slug back.
    """
    app.extensions["scopes"] = _Scopes(find, name)


def find(where: str) -> Reach | None:
    """The working group or listening session called ``where``; None when there is none."""
    known: _Scopes | None = current_app.extensions.get("scopes")
    return known.find(where) if known else None


def name(reach: Reach) -> str | None:
    """What ``reach`` is called; None for everywhere."""
    known: _Scopes | None = current_app.extensions.get("scopes")
    return known.name(reach) if known and reach != EVERYWHERE else None
