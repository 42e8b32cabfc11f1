"""Finding submissions that say nearly the same, and putting them together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intake.foundation.types import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sketch",
        sa.Column("submission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("text_digest", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_sketch_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_sketch")),
    )  # fmt: skip
    op.create_table(
        "sketch_band",
        sa.Column("submission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["sketch.submission_id"],
            name=op.f("fk_sketch_band_submission_id_sketch"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "value", name=op.f("pk_sketch_band")),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_sketch_band_value_submission_id", "sketch_band", ["value", "submission_id"])
    op.create_table(
        "likeness_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness_group")),
    )
    op.create_table(
        "likeness_member",
        sa.Column("submission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("picked_at", Moment(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["sketch.submission_id"],
            name=op.f("fk_likeness_member_submission_id_sketch"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["likeness_group.id"], name=op.f("fk_likeness_member_group_id_likeness_group")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_likeness_member_person_id_person")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organisation.id"],
            name=op.f("fk_likeness_member_organiser_id_organisation"), ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_likeness_member")),
    )  # fmt: skip
    op.create_index(op.f("ix_likeness_member_group_id"), "likeness_member", ["group_id"])
