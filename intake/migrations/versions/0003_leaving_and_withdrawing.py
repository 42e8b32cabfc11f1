"""What leaving and withdrawing need: whose news a mail tells, and which visits with a receipt are over.

An organiser may be no organisation with a name ("others"): it has a label in several languages.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the three columns."""
    op.add_column("outgoing_mail", sa.Column("about", sa.String(length=60), nullable=True))
    op.create_index("ix_outgoing_mail_about", "outgoing_mail", ["about"])
    op.add_column("submission", sa.Column("receipt_visits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("organisation", sa.Column("label", sa.JSON(), nullable=False, server_default="{}"))
