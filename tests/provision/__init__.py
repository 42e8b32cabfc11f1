"""What the tests need from the machine: PostgreSQL, an SMTP server, a browser, document programs.

Every module finds its thing, some install it, and each says in words why it could not.
``python -m tests.provision`` does so for all of them; ``fixtures`` hands them to the tests.
"""

from __future__ import annotations


class NotAvailableError(Exception):
    """This machine has no ``thing``; ``reason`` says what was tried, in one line.

    ``asked_for`` when somebody named the thing in the environment: then its absence is a mistake,
    and nothing is skipped for it.
    """

    def __init__(self, thing: str, reason: str, *, asked_for: bool = False) -> None:
        super().__init__(f"{thing}: {reason}")
        self.thing = thing
        self.reason = reason
        self.asked_for = asked_for
