"""What is asked of whoever sends while very much is sent: a puzzle for the browser, or a little patience.

A puzzle belongs to one form and is signed, so that nothing is kept of it here. Whoever solves it may send that one
form; so may whoever sends it back after ``WAIT_SECONDS``, as soon as it is their turn. No third party has a part in it,
and nothing about the sender is kept: asked is everybody, for as long as the whole installation takes in more than its
setting says, and whoever sends from where very much came from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature

from intake.foundation import clock
from intake.foundation.security import signer

from .queries import received_since

WAIT_SECONDS = 20
BITS = 16
"""Zero bits at the head of the digest that solves a puzzle: some 65,000 tries, a second or a few of a telephone."""

_VALID_SECONDS = 3600
_LONGEST_SOLUTION = 12


def is_ever_asked() -> bool:
    """Whether this installation asks for puzzles at all."""
    return bool(current_app.config["SETTINGS"].busy_per_minute)


def is_asked() -> bool:
    """Whether so much was received within a minute that a puzzle comes before the next submission."""
    most: int = current_app.config["SETTINGS"].busy_per_minute
    return is_ever_asked() and received_since(clock.now() - timedelta(minutes=1), most) >= most


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A puzzle as a page carries it, and when (seconds since 1970) it was given."""

    text: str
    given: int

    @classmethod
    def fresh(cls, form_token: str) -> Puzzle:
        """A new one for the form with this token."""
        given = int(clock.now().timestamp())
        return cls(signer("puzzle").dumps([given, _fingerprint(form_token)]), given)

    @classmethod
    def returned(cls, text: str, form_token: str) -> Puzzle | None:
        """The puzzle that came back as ``text``; None when it is not of this form, or too old."""
        try:
            given, fingerprint = signer("puzzle").loads(text)
        except BadSignature:
            return None
        puzzle = cls(text, given)
        return puzzle if fingerprint == _fingerprint(form_token) and puzzle._age() < _VALID_SECONDS else None

    def seconds_left(self) -> int:
        """Seconds until it needs no solution any more."""
        return max(0, WAIT_SECONDS - self._age())

    def is_solved_by(self, solution: str) -> bool:
        """Whether the digest of this puzzle and ``solution`` begins with enough zero bits."""
        if not solution.isascii() or not solution.isdecimal() or len(solution) > _LONGEST_SOLUTION:
            return False
        digest = hashlib.sha256(f"{self.text}:{solution}".encode()).digest()
        return int.from_bytes(digest) < 1 << (256 - BITS)

    def _age(self) -> int:
        return int(clock.now().timestamp()) - self.given


def _fingerprint(form_token: str) -> str:
    return hashlib.sha256(form_token.encode()).hexdigest()[:32]
