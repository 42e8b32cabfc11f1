"""How often somebody may try: a bucket for each place that tries, by which nobody can be found.

A place is the sender's address under a key that is made anew every day, lives in memory and is never
written. What was counted on the day before goes on counting until it would have been forgotten anyhow, and
its key is dropped with it: neither the address nor anything that outlives that is kept. Each server process
counts for itself; what is allowed is small enough to be allowed once for each of them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, request

from . import clock

_MOST_PLACES = 50_000
_OF_IPV6 = ((64, 1), (48, 16))
"""Whoever has one IPv6 address has all that share its first 64 bits; many have the 65,536 such networks that share
the first 48: for all of those together goes what is allowed to so many places."""


class Reached(Exception):
    """Somebody has to wait; nothing was counted."""


@dataclass(frozen=True, slots=True)
class _Bucket:
    """Whose tries it counts, and how many times that of a single place it holds."""

    name: str
    size: int = 1


@dataclass(slots=True)
class _Day:
    """The key of a day, and the level of each bucket with the moment (seconds) it was last looked at.

    ``before`` is the day before, for as long as something that was counted then is not forgotten: up to ``until``.
    """

    day: date
    before: _Day | None = None
    until: float = 0.0
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    levels: OrderedDict[bytes, tuple[float, float]] = field(default_factory=OrderedDict)

    def place(self, name: str) -> bytes:
        return hmac.new(self.key, name.encode(), hashlib.sha256).digest()

    def last_seen(self, name: str) -> tuple[float, float]:
        found = self.levels.get(self.place(name))
        return found or (self.before.last_seen(name) if self.before else (0.0, 0.0))


class Limit:
    """At most ``burst`` tries at once from one place; each is forgotten after ``seconds_each``."""

    def __init__(self, burst: int, seconds_each: float) -> None:
        self._burst, self._seconds_each = burst, seconds_each
        self._lock = threading.Lock()

    def is_reached(self) -> bool:
        """Whether the sender of this request has to wait just now; whoever goes by it may be one of many."""
        with self._lock:
            return not self._has_room(self._today(), _buckets(None))

    def take(self, *of: str) -> bool:
        """Count one more try of the sender of this request, or of each that is named; False where one has to wait.

        Looked at and counted at once: of many that come together no more get through than may.
        """
        with self._lock:
            today, buckets = self._today(), [bucket for name in of or (None,) for bucket in _buckets(name)]
            has_room = self._has_room(today, buckets)
            if has_room:
                self._add(today, buckets, 1)
            return has_room

    def give_back(self, *of: str) -> None:
        """A try that ``take`` counted was none."""
        with self._lock:
            self._add(self._today(), [bucket for name in of or (None,) for bucket in _buckets(name)], -1)

    @contextmanager
    def taking(self, *of: str) -> Iterator[None]:
        """Count one more try for what the block does; it was none when the block raises.

        Raises:
            Reached: the sender of this request, or one of those named, has to wait.
        """
        if not self.take(*of):
            raise Reached
        try:
            yield
        except BaseException:
            self.give_back(*of)
            raise

    def _has_room(self, today: _Day, buckets: list[_Bucket]) -> bool:
        return all(self._level(today, one) <= self._burst * one.size - 1 for one in buckets)

    def _add(self, today: _Day, buckets: list[_Bucket], tries: int) -> None:
        for one in buckets:
            place = today.place(one.name)
            today.levels[place] = (max(0.0, self._level(today, one) + tries), clock.now().timestamp())
            today.levels.move_to_end(place)
        while len(today.levels) > _MOST_PLACES:
            today.levels.popitem(last=False)

    def _level(self, today: _Day, bucket: _Bucket) -> float:
        """How full the bucket is now."""
        level, since = today.last_seen(bucket.name)
        return max(0.0, level - (clock.now().timestamp() - since) * bucket.size / self._seconds_each)

    def _today(self) -> _Day:
        # With the application, not with this object: two applications in one process count apart.
        days: dict[Limit, _Day] = current_app.extensions.setdefault("limits", {})
        now = clock.now()
        held = days.get(self)
        if held is None or held.day != clock.day(now):
            all_forgotten = now.timestamp() + self._burst * self._seconds_each
            held = days[self] = _Day(clock.day(now), before=held, until=all_forgotten)
        if held.before is not None:
            held.before.before = None
            held.before = held.before if now.timestamp() < held.until else None
        return held


def _buckets(of: str | None) -> list[_Bucket]:
    """What a try of ``of``, or of the sender of this request, is counted in."""
    if of is not None:
        return [_Bucket(of)]
    address = request.remote_addr or ""
    try:
        held = ip_address(address)
    except ValueError:
        return [_Bucket(address)]
    if isinstance(held, IPv6Address) and held.ipv4_mapped is None:
        return [_Bucket(str(ip_network((held, bits), strict=False)), size) for bits, size in _OF_IPV6]
    return [_Bucket(str(getattr(held, "ipv4_mapped", None) or held))]
