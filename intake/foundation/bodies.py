"""Large bodies: who may send one, and how many lie in memory at once.

What is sent lies in memory before a view sees it. Bodies up to the general bound need no more room than the threads
of a process have; larger ones share a room of their own, and where that is full the answer is 503 before anything is
read. A body that stalls keeps its part for as long as its connection stays open: it holds up large ones alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request

LARGEST_BODY_BYTES = 1_000_000
"""Bound of any body but one with words at length: ``max_content_length`` holds urlencoded bodies too."""

LARGEST_FORM_BYTES = 8_000_000
"""Everything a person can type, however it is encoded; what is longer is not typed."""

ROOM_BYTES = 200_000_000
"""Of all the larger bodies that one server process takes in at the same time."""

View = TypeVar("View", bound=Callable[..., Any])


def accepts(largest_body_bytes: int, *, only_if: Callable[[], bool] | None = None) -> Callable[[View], View]:
    """Declare that a view takes bodies of up to ``largest_body_bytes`` instead of the general bound.

    With ``only_if``, only where that is so: it is asked before any of the body is read, and may end the request.
    """

    def declare(view: View) -> View:
        view.largest_body_bytes = largest_body_bytes  # type: ignore[attr-defined]  # a mark, read below
        view.only_if = only_if  # type: ignore[attr-defined]
        return view

    return declare


def init_app(app: Flask) -> None:
    """Give ``app`` its room for large bodies: ``bound`` takes a part of it, the end of a request gives it back."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    app.extensions["bodies"] = _Room()
    app.teardown_request(_leave)


def bound() -> None:
    """Bound the body of this request; to be called before anything of it is read."""
    view = current_app.view_functions.get(request.endpoint or "")
    largest, only_if = getattr(view, "largest_body_bytes", None), getattr(view, "only_if", None)
    if request.method != "POST" or largest is None or not (only_if is None or only_if()):
        return
    request.max_content_length = largest
    size = largest if request.content_length is None else request.content_length
    if LARGEST_BODY_BYTES < size <= largest:
        if not _room().take(size):
            abort(503)
        g.body_bytes = size


def _leave(_error: BaseException | None) -> None:
    _room().give_back(g.pop("body_bytes", 0))


class _Room:
    def __init__(self) -> None:
        self._lock, self._taken = threading.Lock(), 0

    def take(self, size: int) -> bool:
        with self._lock:
            has_room = self._taken + size <= ROOM_BYTES
            self._taken += size if has_room else 0
            return has_room

    def give_back(self, size: int) -> None:
        with self._lock:
            self._taken -= size


def _room() -> _Room:
    found: _Room = current_app.extensions["bodies"]
    return found
