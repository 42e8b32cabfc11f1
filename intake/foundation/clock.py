"""Time: always UTC inside; as coarse as the reader needs outside."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def day(moment: datetime) -> date:
    """Day grain (UTC), for public pages and exports: a finer time can identify somebody."""
    return moment.astimezone(UTC).date()


def hour(moment: datetime) -> datetime:
    """Hour grain (UTC), for staff pages."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
