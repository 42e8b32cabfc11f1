"""Mail that could not be sent comes to an end, and news can be taken back alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

_DAYS = 7


def upgrade() -> None:
    """Add the columns; what waits already has as long from now on, and is news where it is about a submission."""
    op.add_column("outgoing_mail", sa.Column("news", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("outgoing_mail", sa.Column("erase_after", sa.DateTime(timezone=True), nullable=True))
    mail = sa.table(
        "outgoing_mail", sa.column("news", sa.Boolean), sa.column("about"),
        sa.column("erase_after", sa.DateTime(timezone=True)),
    )  # fmt: skip
    op.execute(mail.update().values(erase_after=datetime.now(UTC) + timedelta(days=_DAYS)))
    op.execute(mail.update().where(mail.c.about.is_not(None)).values(news=sa.true()))
    op.create_index(op.f("ix_outgoing_mail_erase_after"), "outgoing_mail", ["erase_after"])
