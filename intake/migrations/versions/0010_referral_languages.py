"""Which languages are spoken where somebody can turn to; contacts that come with the examples go with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("referral_contact", sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("referral_contact", sa.Column("example", sa.Boolean(), nullable=False, server_default=sa.false()))
