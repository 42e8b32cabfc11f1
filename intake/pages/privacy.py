"""What is stored about people, said field by field; a test holds this list against the schema.

``STORED`` names every column that holds something about a person; ``NOT_ABOUT_PEOPLE``
names the tables that hold none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from intake.foundation.post import DAYS_KEPT

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
             _columns("revision", "id submission_id number at language answers erased_at")
             + _columns("submission", "text_key")),
        Item(_l("Of every word that you write, a fingerprint, but not the word"),
             _l("So that the working group can look for words."),
             _l("Until you withdraw; then destroyed at once."),
             _columns("search_entry", "submission_id words")),
        Item(_l("Fingerprints of what you write by which nearly the same text is found, and with which others people "
                "put it together"),
             _l("So that a text that many send is read with care once, and counted for what it is."),
             _l("Until you withdraw; then destroyed at once."),
             _columns("sketch", "submission_id signature text_digest")
             + _columns("sketch_band", "submission_id value")
             + _columns("likeness_group", "id opened_at")
             + _columns("likeness_member", "submission_id group_id person_id at changed_at picked_at organiser_id")),
        Item(_l("Your name, organisation and e-mail, if you give them; encrypted with a second key"),
             _l("To name you if you wish, and to tell you that there is news."),
             _l("Until you withdraw; then destroyed at once."),
             _columns("revision", "contact") + _columns("submission", "contact_key")),
        Item(_l("Session, kind, state, dates and languages"),
             _l("To read it in the right place and to count without reading."),
             _l("The count stays after a withdrawal, without the content."),
             _columns("submission", "id reference listening_session_id kind state channel received_at changed_at "
                      "version language interface_language accepted_revision "
                      "claimed_by_id claimed_until recorded_by_id example erase_after receipt_visits "
                      "message_waiting asked_at")
             + _columns("reference_counter", "listening_session_id kind last")),
        Item(_l("Kind of organisation, country, whether somebody is in danger, and how it came to us"),
             _l("To read it in the right place and to count without reading."), _AS_LONG_AS_SUBMISSION,
             _columns("submission", "stakeholder_type country danger_now came_by entry")),
        Item(_l("Whether you tell of a child without the agreement of a parent or guardian"),
             _l("To read it before other things, with special care."),
             _l("Until you withdraw it; then erased at once."),
             _columns("submission", "child_alone")),
        Item(_l("What you agreed to, when, and in which words we asked"),
             _l("So that nothing is used beyond it."),
             _l("For good: they hold none of your words."),
             _columns("submission", "consent_tier tier_cap promised_ceiling follow_up publication machine_translation")
             + _columns("consent_record", "id submission_id at tier follow_up publication machine_translation language")
             + _columns("consent_record", "wording wording_version")),
        Item(_l("Fingerprints of your receipt code, of what you sent and of your organisation’s name, but "
                "not the code"),
             _l("To let you come back, to prove what you sent, and so that your own organisation does "
                "not decide on your submission."),
             _l("Erased with the text."),
             _columns("submission", "receipt_digest sent_digest organisation_index")),
        Item(_l("A fingerprint of the random number that your form has"),
             _l("So that nothing that was withdrawn is taken for new when the form is sent again."),
             _l("For good: they hold none of your words."),
             _columns("submission", "form_digest")),
        Item(_l("If you leave quickly: a fingerprint of a random number of that visit"),
             _l("So that nobody who goes back in the browser is shown what you wrote."),
             _l("90 days."),
             _columns("left_visit", "digest erase_after")),
        Item(_l("Questions to you and your answers, and the reasons of decisions; encrypted with the text"),
             _l("So that every decision can be explained."), _AS_LONG_AS_SUBMISSION,
             _columns("message", "body") + _columns("decision", "reason")),
        Item(_l("If somebody may need protection: what people who are trained for it did, to which help they referred "
                "and what came of it; encrypted with the text"),
             _l("So that help is not asked for twice, and not forgotten."), _AS_LONG_AS_SUBMISSION,
             _columns("care_record", "id submission_id number kind contact_id note person_id at")),
        Item(_l("A question to you that was written and not sent yet, encrypted with the text; when it was written, "
                "sent or discarded, by whom, and whether you were reminded of it"),
             _l("So that somebody reads a question with care before it reaches you."), _AS_LONG_AS_SUBMISSION,
             _columns("held_question", "id submission_id number state template_id language body revision "
                      "written_by_id written_at version ended_by_id ended_at reminded_at reached")),
        Item(_l("When a message was written or a decision made, by whom, and which decision"),
             _l("So that nobody can act unseen."), _l("For good: they hold none of your words."),
             _columns("message", "id submission_id number at from_contributor person_id language")
             + _columns("decision", "id submission_id number at person_id verb from_state to_state revision")),
        Item(_l("Which of your words moderators hide from others so that nobody is recognised, and why; encrypted "
                "with the text"),
             _l("To protect you and others."), _AS_LONG_AS_SUBMISSION,
             _columns("redaction", "note") + _columns("withholding", "reason") + _columns("erasure", "note")),
        Item(_l("Where words are hidden or erased, or which file is withheld, when and by whom"),
             _l("So that nobody can act unseen."), _l("For good: they hold none of your words."),
             _columns("redaction", "id submission_id number revision answer begins ends person_id at "
                      "lifted_by_id lifted_at erased_at")
             + _columns("erasure", "id submission_id number redaction asked_by_id asked_at outcome ended_by_id "
                        "ended_at")
             + _columns("withholding", "id submission_id number attachment_id person_id at "
                        "given_back_by_id given_back_at")),
        Item(_l("The themes that moderators gave it"),
             _l("So that every figure and quotation can be traced."), _AS_LONG_AS_SUBMISSION,
             _columns("coding", "id submission_id scheme code person_id at")),
        Item(_l("The digests that it went into, by its reference only"),
             _l("So that every figure and quotation can be traced."),
             _l("For good: they hold none of your words."),
             _columns("digest", "id listening_session_id version compiled_at compiled_by_id cutoff frozen freeze")),
        Item(_l("Where in your text a passage was marked and what it is about; notes on it, encrypted with the text"),
             _l("So that your words are found, counted and quoted where they belong."), _AS_LONG_AS_SUBMISSION,
             _columns("excerpt", "id submission_id number revision name start end person_id at afresh memo version "
                      "removed_at removed_by_id")
             + _columns("excerpt_code", "id excerpt_id axis code")
             + _columns("coding_afresh", "submission_id person_id started_at done_at")
             + _columns("second_coding_item", "second_coding_id submission_id first second")),
        Item(_l("What you wrote in other languages, who translated and who checked it; encrypted with the text"),
             _l("So that people who do not read your language hear you."), _AS_LONG_AS_SUBMISSION,
             _columns("translation", "id submission_id number revision answer place paragraph language origin follows "
                      "words person_id at checked_by_id checked_at")),
        Item(_l("Who handed it to whom, and what they noted; the note is encrypted with the text"),
             _l("So that those who work on it know of each other."), _AS_LONG_AS_SUBMISSION,
             _columns("handover", "id submission_id number told_id by_id given note at seen_at")),
        Item(_l("What was done to several submissions at once, by whom, and how each stood before"),
             _l("So that it can be undone."), _l("For good: they hold none of your words."),
             _columns("bulk_act", "id person_id act theme colleague_id at undone_at")
             + _columns("bulk_item", "id bulk_act_id submission_id skipped version before kept")),
        Item(_l("Files that you add; encrypted, each with its own key, and without what was hidden in them"),
             _l("So that the working group can see or hear them."),
             _l("Until you remove them; otherwise as long as the form or the submission."),
             _columns("attachment", "id draft_id submission_id kind size stored key name found scan digest added_at")),
        Item(_l("A form that you save before you send it; encrypted with its own key"),
             _l("So that you can go on writing later, also on another device."),
             _l("Until you send or delete it; otherwise it is erased on the day stated when you save it."),
             _columns("draft", "id listening_session_id kind interface_language receipt_digest opened_at version "
                      "erase_after key typed receipt_visits")),
        Item(_l("A mail waiting to be sent to you: that there is news or, if you ask for it, the signed receipt"),
             _l("To tell you."),
             lazy_ngettext(
                 "Your address is destroyed once the mail has left, and everything after %(num)s day.",
                 "Your address is destroyed once the mail has left, and everything after %(num)s days.",
                 DAYS_KEPT,
             ),
             _columns("outgoing_mail", "id message_id recipient subject body due attempts sent_at about news "
                      "erase_after")),
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
        Item(_l("Conflicts of interest that you declare: with what, since when and until when, and why; the reason is "
                "encrypted"),
             _l("So that nobody judges what they are close to."),
             _l("For good; one about a single submission is erased with it."),
             _columns("conflict", "id key person_id organisation_id listening_session_id submission_id reason "
                      "declared_at declared_by_id ended_at ended_by_id")),
        Item(_l("Your visits: when they began, and when you were last seen"),
             _l("To end them after half an hour without activity."), _l("Until they end."),
             _columns("visit", "id token_digest person_id started_at seen_at confirmed_at second_factor_passed")),
        Item(_l("Filters of your queue that you save under a name"),
             _l("So that you find them again."), _l("Until you remove them."),
             _columns("saved_filter", "id person_id name query at")),
        Item(_l("A register of what you decide, open and export"),
             _l("So that nobody can act unseen."), _l("For good."),
             _columns("register_line", "number at act subject person_id detail hash")
             + _columns("register_head", "id number hash")),
        Item(_l("What you change in a code book, and when"),
             _l("So that everybody sees how its themes came about."), _l("For good."),
             _columns("code_book_change", "id listening_session_id code at person_id act old new")),
        Item(_l("Which sample you were asked to code a second time, by whom, and when you were done"),
             _l("So that every figure and quotation can be traced."), _l("For good."),
             _columns("second_coding", "id listening_session_id coder_id asked_by_id asked_at seed size drawn_from "
                      "done_at")),
        Item(_l("What you note about who has not been heard from, and when"),
             _l("So that those who work on it know of each other."), _l("For good."),
             _columns("gap_mark", "id listening_session_id axis code mark note person_id at")),
        Item(_l("What you change in the templates of questions, and when"),
             _l("So that everybody sees how they came about."), _l("For good."),
             _columns("question_template_change", "id template_id at person_id act old new")),
        Item(_l("Whether you want a mail when there is something to do, and the day of the last one"),
             _l("To write to you once a day at the most."), _l("Until you change it."),
             _columns("person", "wants_mail mailed_on")),
    )),
)  # fmt: skip

NOT_ABOUT_PEOPLE = frozenset(
    {
        "alembic_version", "code_book_entry", "document", "guiding_question", "listening_session", "organisation",
        "organiser", "output", "question_template",
        "referral_contact", "series", "session_document",
        "session_output", "session_person", "session_relation", "session_revision",
        "sitting", "working_group", "working_group_co_lead",
    }
)  # fmt: skip
"""The published programme: it names only people who hold a public role in it."""
