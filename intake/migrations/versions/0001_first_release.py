"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_mail_message_id")),
    )
    op.create_index(
        "ix_outgoing_mail_waiting",
        "outgoing_mail",
        ["due"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "output",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_output")),
    )
    op.create_table(
        "register_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_register_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_head")),
    )
    op.create_table(
        "register_line",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_register_line")),
    )
    op.create_index(op.f("ix_register_line_act"), "register_line", ["act"], unique=False)
    op.create_index(op.f("ix_register_line_subject"), "register_line", ["subject"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("host", sa.JSON(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("footer", sa.JSON(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    op.create_table(
        "working_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_group")),
        sa.UniqueConstraint("code", name=op.f("uq_working_group_code")),
    )
    op.create_table(
        "listening_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.String(length=60), nullable=True),
        sa.Column("topic", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.JSON(), nullable=False),
        sa.Column("working_group_id", sa.Integer(), nullable=True),
        sa.Column("formats", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("interpretation", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sitting_count", sa.Integer(), nullable=True),
        sa.Column("consent_ceiling", sa.Integer(), nullable=True),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('pipeline', 'tbd', 'scheduled', 'open', 'closed', 'digest_issued', 'archived')",
            name=op.f("ck_listening_session_state"),
        ),
        sa.CheckConstraint("consent_ceiling BETWEEN 0 AND 4", name=op.f("ck_listening_session_consent_ceiling")),
        sa.CheckConstraint("sitting_count >= 0", name=op.f("ck_listening_session_sitting_count")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_listening_session_series_id_series"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id"], ["working_group.id"], name=op.f("fk_listening_session_working_group_id_working_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening_session")),
        sa.UniqueConstraint("code", name=op.f("uq_listening_session_code")),
        sa.UniqueConstraint("series_id", "position", name=op.f("uq_listening_session_series_id_position")),
        sa.UniqueConstraint("slug", name=op.f("uq_listening_session_slug")),
    )
    op.create_index(op.f("ix_listening_session_series_id"), "listening_session", ["series_id"], unique=False)
    op.create_index(
        op.f("ix_listening_session_working_group_id"), "listening_session", ["working_group_id"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language IN ('en', 'fr', 'es', 'ar')", name=op.f("ck_person_language")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "working_group_co_lead",
        sa.Column("working_group_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_working_group_co_lead_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id"],
            ["working_group.id"],
            name=op.f("fk_working_group_co_lead_working_group_id_working_group"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("working_group_id", "organisation_id", name=op.f("pk_working_group_co_lead")),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("compiled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compiled_by_id", sa.Integer(), nullable=True),
        sa.Column("cutoff", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen", sa.JSON(), nullable=False),
        sa.Column("freeze", sa.String(length=64), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_digest_version")),
        sa.ForeignKeyConstraint(["compiled_by_id"], ["person.id"], name=op.f("fk_digest_compiled_by_id_person")),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_digest_listening_session_id_listening_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("listening_session_id", "version", name=op.f("uq_digest_listening_session_id_version")),
    )
    op.create_table(
        "guiding_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_guiding_question_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guiding_question")),
        sa.UniqueConstraint(
            "listening_session_id", "position", name=op.f("uq_guiding_question_listening_session_id_position")
        ),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitation_token_digest")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("working_group_id", sa.Integer(), nullable=True),
        sa.Column("listening_session_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role <> 'co_lead' OR working_group_id IS NOT NULL OR listening_session_id IS NOT NULL",
            name=op.f("ck_membership_co_leads_lead_something"),
        ),
        sa.CheckConstraint(
            "role IN ('secretariat', 'co_lead', 'rapporteur', 'drafter')", name=op.f("ck_membership_role")
        ),
        sa.CheckConstraint(
            "working_group_id IS NULL OR listening_session_id IS NULL", name=op.f("ck_membership_one_scope")
        ),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_membership_listening_session_id_listening_session"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id"], ["working_group.id"], name=op.f("fk_membership_working_group_id_working_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "organiser",
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_organiser_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organiser_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("listening_session_id", "organisation_id", name=op.f("pk_organiser")),
    )
    op.create_table(
        "reference_counter",
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_reference_counter_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listening_session_id", "kind", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "session_document",
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_session_document_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_session_document_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listening_session_id", "document_id", name=op.f("pk_session_document")),
    )
    op.create_table(
        "session_output",
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("output_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_session_output_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["output_id"], ["output.id"], name=op.f("fk_session_output_output_id_output")),
        sa.PrimaryKeyConstraint("listening_session_id", "output_id", name=op.f("pk_session_output")),
    )
    op.create_table(
        "session_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_session_person_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_person")),
    )
    op.create_index(
        op.f("ix_session_person_listening_session_id"), "session_person", ["listening_session_id"], unique=False
    )
    op.create_table(
        "session_relation",
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_id"],
            ["listening_session.id"],
            name=op.f("fk_session_relation_from_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_id"],
            ["listening_session.id"],
            name=op.f("fk_session_relation_to_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("from_id", "to_id", name=op.f("pk_session_relation")),
    )
    op.create_table(
        "session_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_session_revision_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_revision_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_revision")),
        sa.UniqueConstraint(
            "listening_session_id", "number", name=op.f("uq_session_revision_listening_session_id_number")
        ),
    )
    op.create_table(
        "sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("time_zone", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_sitting_listening_session_id_listening_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
        sa.UniqueConstraint("listening_session_id", "position", name=op.f("uq_sitting_listening_session_id_position")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("listening_session_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("interface_language", sa.String(length=2), nullable=False),
        sa.Column("stakeholder_type", sa.String(length=40), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("danger_now", sa.Boolean(), nullable=False),
        sa.Column("consent_tier", sa.Integer(), nullable=False),
        sa.Column("tier_cap", sa.Integer(), nullable=False),
        sa.Column("follow_up", sa.Boolean(), nullable=False),
        sa.Column("publication", sa.Boolean(), nullable=False),
        sa.Column("organisation_index", sa.String(length=64), nullable=True),
        sa.Column("form_digest", sa.String(length=64), nullable=True),
        sa.Column("receipt_digest", sa.String(length=64), nullable=True),
        sa.Column("sent_digest", sa.String(length=64), nullable=True),
        sa.Column("text_key", sa.LargeBinary(), nullable=True),
        sa.Column("contact_key", sa.LargeBinary(), nullable=True),
        sa.Column("erase_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_revision", sa.Integer(), nullable=True),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.CheckConstraint("channel IN ('form', 'floor', 'example')", name=op.f("ck_submission_channel")),
        sa.CheckConstraint(
            "interface_language IN ('en', 'fr', 'es', 'ar')", name=op.f("ck_submission_interface_language")
        ),
        sa.CheckConstraint("kind IN ('testimony', 'practice', 'intervention')", name=op.f("ck_submission_kind")),
        sa.CheckConstraint("language IN ('en', 'fr', 'es', 'ar')", name=op.f("ck_submission_language")),
        sa.CheckConstraint(
            "state <> 'accepted' OR accepted_revision IS NOT NULL", name=op.f("ck_submission_accepted_says_what")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR contact_key IS NULL", name=op.f("ck_submission_withdrawn_forgets_who")
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'in_review', 'question_asked', 'accepted', 'declined', 'withdrawn', 'safeguarding')",
            name=op.f("ck_submission_state"),
        ),
        sa.CheckConstraint(
            "text_key IS NOT NULL OR state = 'withdrawn'", name=op.f("ck_submission_only_withdrawn_is_erased")
        ),
        sa.CheckConstraint(
            "(claimed_by_id IS NULL) = (claimed_until IS NULL)", name=op.f("ck_submission_claim_is_whole")
        ),
        sa.CheckConstraint("consent_tier IN (0, 1, 2, 3, 4)", name=op.f("ck_submission_consent_tier")),
        sa.CheckConstraint("tier_cap IN (0, 1, 2, 3, 4)", name=op.f("ck_submission_tier_cap")),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["person.id"], name=op.f("fk_submission_claimed_by_id_person")),
        sa.ForeignKeyConstraint(
            ["listening_session_id"],
            ["listening_session.id"],
            name=op.f("fk_submission_listening_session_id_listening_session"),
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_submission_recorded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("form_digest", name=op.f("uq_submission_form_digest")),
        sa.UniqueConstraint("receipt_digest", name=op.f("uq_submission_receipt_digest")),
        sa.UniqueConstraint("reference", name=op.f("uq_submission_reference")),
    )
    op.create_index(
        "ix_submission_desk",
        "submission",
        ["listening_session_id", "state", "received_at", "id", "organisation_index"],
        unique=False,
    )
    op.create_index(op.f("ix_submission_erase_after"), "submission", ["erase_after"], unique=False)
    op.create_index("ix_submission_queue", "submission", ["listening_session_id", "received_at", "id"], unique=False)
    op.create_index("ix_submission_state", "submission", ["state", "received_at", "id"], unique=False)
    op.create_index(
        "ix_submission_waiting",
        "submission",
        ["listening_session_id", "received_at", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('submitted', 'in_review', 'question_asked')"),
        postgresql_where=sa.text("state IN ('submitted', 'in_review', 'question_asked')"),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_factor_passed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_visit_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_visit_token_digest")),
    )
    op.create_index(op.f("ix_visit_person_id"), "visit", ["person_id"], unique=False)
    op.create_table(
        "coding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("scheme IN ('theme', 'gcm_objective')", name=op.f("ck_coding_scheme")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coding_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_coding_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding")),
        sa.UniqueConstraint("submission_id", "scheme", "code", name=op.f("uq_coding_submission_id_scheme_code")),
    )
    op.create_table(
        "consent_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("follow_up", sa.Boolean(), nullable=False),
        sa.Column("publication", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("wording_version", sa.String(length=12), nullable=False),
        sa.CheckConstraint("tier IN (0, 1, 2, 3, 4)", name=op.f("ck_consent_record_tier")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_consent_record_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_record")),
    )
    op.create_index(op.f("ix_consent_record_submission_id"), "consent_record", ["submission_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "from_state IN ('submitted', 'in_review', 'question_asked', 'accepted', 'declined', 'withdrawn', 'safeguarding')",
            name=op.f("ck_decision_from_state"),
        ),
        sa.CheckConstraint(
            "to_state IN ('submitted', 'in_review', 'question_asked', 'accepted', 'declined', 'withdrawn', 'safeguarding')",
            name=op.f("ck_decision_to_state"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_decision_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_decision_submission_id_number")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_contributor", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_message_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_message_submission_id_number")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("language IN ('en', 'fr', 'es', 'ar')", name=op.f("ck_revision_language")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_revision_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_revision_submission_id_number")),
    )
