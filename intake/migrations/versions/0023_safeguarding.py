"""People who are trained for safeguarding, and what they write down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ROLES = "role IN ('secretariat', 'co_lead', 'rapporteur', 'drafter', 'safeguarding')"


def upgrade() -> None:
    """Allow the role, and make the table."""
    with op.batch_alter_table("membership") as table:
        table.drop_constraint(op.f("ck_membership_role"), type_="check")
        table.create_check_constraint(op.f("ck_membership_role"), _ROLES)
    op.create_table(
        "care_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('referral', 'outcome', 'note')", name=op.f("ck_care_record_kind")),
        sa.CheckConstraint(
            "kind = 'referral' OR contact_id IS NULL", name=op.f("ck_care_record_only_referrals_have_a_contact")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_care_record_submission_id_submission"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["referral_contact.id"],
            name=op.f("fk_care_record_contact_id_referral_contact"), ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_care_record_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_record")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_care_record_submission_id_number")),
    )  # fmt: skip
