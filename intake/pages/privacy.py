"""What is stored about people, said field by field; a test holds this list against the schema.

``STORED`` names every column that holds something about a person; ``NOT_ABOUT_PEOPLE``
names the tables that hold none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

Words = Any


@dataclass(frozen=True, slots=True)
class Item:
    """Something stored: what, why and for how long, and the columns that hold it (``table.column``)."""

    what: Words
    why: Words
    kept: Words
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items about the same people."""

    title: Words
    items: tuple[Item, ...]


def _columns(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())


_AS_LONG_AS_SUBMISSION = _l("As long as the submission; erased with it.")

STORED: tuple[Group, ...] = (
    Group(_l("If you submit something"), (
        Item(_l("What you write, in every version; encrypted with its own key"),
             _l("It is what the working group asks for."),
             _l("Until you withdraw it; then erased within the days stated above."),
             _columns("revision", "id submission_id number at language answers") + _columns("submission", "text_key")),
        Item(_l("Your name, organisation and e-mail, if you give them; encrypted with a second key"),
             _l("To name you if you wish, and to tell you that there is news."),
             _l("Until you withdraw; then destroyed at once."),
             _columns("revision", "contact") + _columns("submission", "contact_key")),
        Item(_l("Session, kind, state, languages, kind of organisation, country, whether somebody is in danger"),
             _l("To read it in the right place and to count without reading."),
             _l("The count stays after a withdrawal, without the content."),
             _columns("submission", "id reference listening_session_id kind state channel received_at changed_at "
                      "version language interface_language stakeholder_type country danger_now accepted_revision "
                      "claimed_by_id claimed_until recorded_by_id example erase_after receipt_visits")
             + _columns("reference_counter", "listening_session_id kind last")),
        Item(_l("What you agreed to, when, and in which words we asked"),
             _l("So that nothing is used beyond it."), _AS_LONG_AS_SUBMISSION,
             _columns("submission", "consent_tier tier_cap follow_up publication")
             + _columns("consent_record", "id submission_id at tier follow_up publication language")
             + _columns("consent_record", "wording wording_version")),
        Item(_l("Fingerprints of your receipt code, of the form, and of your organisation’s name, but not the code"),
             _l("To let you come back, to count a form sent twice only once, and so that your own organisation does "
                "not decide on your submission."),
             _l("Erased with the text."),
             _columns("submission", "receipt_digest form_digest sent_digest organisation_index")),
        Item(_l("Questions to you and your answers, decisions and their reasons; encrypted with the text"),
             _l("So that every decision can be explained."), _AS_LONG_AS_SUBMISSION,
             _columns("message", "id submission_id number at from_contributor person_id language body")
             + _columns("decision", "id submission_id number at person_id verb from_state to_state revision reason")),
        Item(_l("The themes that moderators gave it, and the digests that it went into, by its reference only"),
             _l("So that every figure and quotation can be traced."),
             _l("For good: they hold none of your words."),
             _columns("coding", "id submission_id scheme code person_id at")
             + _columns("digest", "id listening_session_id version compiled_at compiled_by_id cutoff frozen freeze")),
        Item(_l("A mail that waits to be sent to you; it says only that there is news"),
             _l("To tell you."), _l("Your address is destroyed once the mail has left."),
             _columns("outgoing_mail", "id message_id recipient subject body due attempts sent_at about")),
    )),
    Group(_l("If you work with Intake"), (
        Item(_l("Your name, e-mail, language, organisation and roles"),
             _l("So that you, and only you, can do your work here."), _l("Until the secretariat removes you."),
             _columns("person", "id email name language organisation_id active example created_at")
             + _columns("membership", "id person_id role working_group_id listening_session_id")),
        Item(_l("A fingerprint of your password, the encrypted key of your authenticator app, and failed attempts"),
             _l("To know that it is you."), _l("Until you change them."),
             _columns("person", "password_hash totp_secret totp_last_step failed_attempts locked_until")
             + _columns("invitation", "id token_digest person_id expires_at used_at")),
        Item(_l("Your visits: when they began, and when you were last seen"),
             _l("To end them after half an hour without activity."), _l("Until they end."),
             _columns("visit", "id token_digest person_id started_at seen_at confirmed_at second_factor_passed")),
        Item(_l("A register of what you decide, open and export"),
             _l("So that nobody can act unseen."), _l("For good."),
             _columns("register_line", "number at act subject person_id detail hash")
             + _columns("register_head", "id number hash")),
    )),
)  # fmt: skip

NOT_ABOUT_PEOPLE = frozenset(
    {
        "alembic_version", "document", "guiding_question", "listening_session", "organisation", "organiser", "output",
        "series", "session_document", "session_output", "session_person", "session_relation", "session_revision",
        "sitting", "working_group", "working_group_co_lead",
    }
)  # fmt: skip
"""The published programme: it names only people who hold a public role in it."""
