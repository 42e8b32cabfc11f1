"""What can be done with a submission: submit, come back, answer, lower consent, withdraw, erase."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext

from intake.accounts.models import Organisation
from intake.accounts.organisations import belongs_to, organisation_index
from intake.foundation import clock, register
from intake.foundation.crypto import keyring
from intake.foundation.database import session
from intake.foundation.i18n import speaking
from intake.foundation.identifiers import receipt_for
from intake.foundation.languages import CODES
from intake.foundation.post import post, take_back
from intake.foundation.search import fold
from intake.foundation.vocabularies import find_country
from intake.programme.models import ListeningSession

from . import workflow
from .consent import CAREFUL_CAP, Consent, Tier, wording
from .language_guess import guess_beside
from .models import ConsentRecord, Message, ReferenceCounter, Revision, Submission
from .questionnaire import DECLINED, GUIDING_PREFIX, LANGUAGES_OF_ANSWERS, Kept, Question, questions
from .sealing import Answers, Erased, give_keys, open_answers, open_contact, seal_answers, seal_contact, seal_message
from .vocabulary import LETTER, WRITTEN, Channel, Kind, State


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that passed every check: answers by question, language of the text, consent."""

    kind: Kind
    language: str
    answers: Answers
    consent: Consent

    def shown(self) -> Answers:
        """The answers with their languages, as a revision keeps them."""
        return {**self.answers, LANGUAGES_OF_ANSWERS: self.languages()}

    def languages(self) -> dict[str, str]:
        """The languages of the author's own words that are not in ``language``, by question.

        Contacts are not among them: a name is told by its script alone, whenever it is shown,
        and nothing about it outlives the key of the contacts.
        """
        own = {question.name for question in questions(self.kind) if _is_own_words(question)}
        found = {
            name: guess_beside(text, self.language)
            for name, text in self.answers.items()
            if text and text != DECLINED and (name in own or name.startswith(GUIDING_PREFIX))
        }
        return {name: code for name, code in found.items() if code != self.language}


def _is_own_words(question: Question) -> bool:
    return question.is_prose and question.kept is Kept.TEXT


class AlreadySent(Exception):
    """The form was sent before and is now sent with other words: it would be a second submission."""


class OrganisationStands(Exception):
    """What was accepted comes from an organisation, and its people are kept away from it: that cannot be changed."""


class NotConfirmed(Exception):
    """Allowing more than before needs a fresh confirmation; allowing less never does."""


def submit(
    filled: Filled,
    listening_session: ListeningSession,
    *,
    form_token: str,
    interface_language: str,
    channel: Channel = Channel.FORM,
    recorded_by_id: int | None = None,
    received_at: datetime | None = None,
    example: bool = False,
) -> tuple[Submission, str]:
    """Keep a submission; returns it with its receipt code (25 symbols, ungrouped).

    The same ``form_token`` gives the same submission and the same receipt, however often
    it is posted.
    """
    code = receipt_for(form_token)
    already = sent_before(filled, listening_session, form_token)
    if already is not None:
        return already, code
    moment = received_at or clock.now()
    submission = Submission(
        reference=_next_reference(listening_session, filled.kind),
        listening_session=listening_session,
        kind=filled.kind,
        channel=channel,
        received_at=moment,
        changed_at=moment,
        **_described(filled.language, filled.answers),
        interface_language=interface_language,
        danger_now=_may_be_in_danger(filled.answers),
        consent_tier=filled.consent.tier,
        tier_cap=_careful_cap(filled.answers),
        follow_up=filled.consent.follow_up,
        publication=filled.consent.publication,
        organisation_index=_organisation_index(filled.answers),
        form_digest=_form_digest(form_token),
        sent_digest=_sent_digest(filled, listening_session),
        # What a rapporteur records is not the rapporteur's own: no code of theirs opens it.
        receipt_digest=_receipt_digest(code) if filled.kind in WRITTEN else None,
        recorded_by_id=recorded_by_id,
        example=example or listening_session.series.example,
    )
    give_keys(submission)
    session().add(submission)
    session().flush()
    _add_revision(submission, 1, filled, moment)
    _record_consent(submission, filled.consent, interface_language, moment)
    register.record("submission.receive", submission.reference, person_id=recorded_by_id, kind=filled.kind)
    session().flush()
    return submission, code


def sent_before(filled: Filled, listening_session: ListeningSession, form_token: str) -> Submission | None:
    """The submission that this very form became when it was sent before; None when it was not.

    Raises:
        AlreadySent: the form was sent before with other words, or what it became is withdrawn.
    """
    found = _by_form(form_token)
    if found is None:
        return None
    if found.state == State.WITHDRAWN or found.sent_digest != _sent_digest(filled, listening_session):
        raise AlreadySent(found.reference)
    return found


def amend(submission: Submission, filled: Filled, *, seen: int) -> bool:
    """Keep ``filled`` as the next revision; what was accepted stands until the new one is decided.

    ``seen`` is the number of the revision that was changed; its consent stays as it is. Returns
    False, and keeps nothing, when nothing was changed. Care only grows: what a moderator has to
    lift stays until then.

    Raises:
        IllegalMove: it cannot be changed from where it stands.
        Overtaken: it was changed since, in another place.
        OrganisationStands: it would come from another organisation than what was accepted.
    """
    _lock(submission)
    if submission.state not in workflow.MOVES["amend"].origins:
        raise workflow.IllegalMove("amend")
    latest = submission.revisions[-1]
    before = _as_given(current_answers(submission))
    if filled.language == latest.language and filled.answers == before:
        return False
    if latest.number != seen:
        raise workflow.Overtaken(submission.reference)
    is_same_organisation = fold(_organisation_of(filled.answers)) == fold(_organisation_of(before))
    if submission.accepted_revision and not is_same_organisation:
        raise OrganisationStands(submission.reference)
    _add_revision(submission, latest.number + 1, filled, clock.now())
    session().flush()
    session().refresh(submission, ["revisions"])
    columns = {} if submission.accepted_revision else _described(filled.language, filled.answers)
    workflow.make(
        submission, "amend", version=submission.version, person_id=None,
        tier_cap=min(submission.tier_cap, _careful_cap(filled.answers)),
        danger_now=submission.danger_now or _may_be_in_danger(filled.answers),
        organisation_index=(
            submission.organisation_index if is_same_organisation else _organisation_index(filled.answers)
        ),
        **columns,
    )  # fmt: skip
    return True


def described_by(submission: Submission, revision: Revision) -> dict[str, Any]:
    """The columns by which ``submission`` is found and counted, as ``revision`` says them."""
    return _described(revision.language, open_answers(submission, revision))


def _described(language: str, answers: Answers) -> dict[str, Any]:
    """What of a revision is counted without opening it, as columns."""
    kind_of_contributor = answers.get("stakeholder_type") or None
    return {"language": language, "stakeholder_type": kind_of_contributor, "country": _country(answers)}


def find_by_receipt(code: str) -> Submission | None:
    """The submission of a receipt code (as ``identifiers.read_receipt`` gives it), unless withdrawn."""
    return find_by_receipt_digest(_receipt_digest(code))


def find_by_receipt_digest(digest: str) -> Submission | None:
    """The submission whose receipt has this keyed digest, unless withdrawn."""
    found = session().scalars(sa.select(Submission).where(Submission.receipt_digest == digest)).one_or_none()
    return found if found is not None and found.state != State.WITHDRAWN else None


def end_receipt_visits(digest: str) -> None:
    """End every visit with this receipt, wherever a copy of its cookie is."""
    session().execute(
        sa.update(Submission)
        .where(Submission.receipt_digest == digest)
        .values(receipt_visits=Submission.receipt_visits + 1)
        .execution_options(synchronize_session=False)
    )


def answer(submission: Submission, body: str, language: str) -> None:
    """Keep the contributor's answer to the question asked; the submission is back in review.

    Raises:
        IllegalMove: no question is open.
    """
    workflow.make(submission, "answer", version=submission.version, person_id=None)
    add_message(submission, body, language, person_id=None)


def add_message(submission: Submission, body: str, language: str, *, person_id: int | None) -> Message:
    """Append a message: from the person ``person_id``, or from the contributor (None).

    ``language`` is the one that was chosen, or the page's: what the words themselves say counts more.
    """
    number = 1 + len(submission.messages)
    told = guess_beside(body, language)
    kept = told if told in CODES else language
    message = Message(
        submission_id=submission.id, number=number, at=clock.now(), from_contributor=person_id is None,
        person_id=person_id, language=kept, body=seal_message(submission, number, body),
    )  # fmt: skip
    session().add(message)
    session().flush()
    session().refresh(submission, ["messages"])
    return message


def tell_there_is_news(submission: Submission) -> None:
    """Post the mail that says only that there is news, where the contributor left an address for it."""
    try:
        address = open_contact(submission, submission.revisions[-1]).get("email")
    except Erased:
        return
    if not address or not submission.follow_up:
        return
    language = submission.interface_language
    with speaking(language):
        subject = gettext("There is news for you")
        body = gettext(
            "There is news about your submission. "
            "To see it, open this page and type your receipt code:\n\n%(address)s\n",
            address=_door_address(language),
        )
    post(address, subject, body, about=submission.reference)


def _door_address(language: str) -> str:
    # Commands post mail as well, and have no request to build an address from.
    path = current_app.url_map.bind("").build("submissions.receipt_door", {"lang": language})
    return str(current_app.config["SETTINGS"].base_url + path)


def change_consent(submission: Submission, consent: Consent, language: str, *, confirmed: bool = False) -> None:
    """Change what was agreed. Less counts at once, everywhere; more counts in what is compiled from now on.

    Raises:
        NotConfirmed: it allows more than before, and that was not ``confirmed``.
    """
    moment = clock.now()
    _lock(submission)
    wider = is_wider(consent, submission)
    if wider and not confirmed:
        raise NotConfirmed
    submission.consent_tier = consent.tier
    submission.follow_up = consent.follow_up
    submission.publication = consent.publication
    submission.changed_at = moment
    submission.version += 1
    _record_consent(submission, consent, language, moment)
    act = "submission.raise_consent" if wider else "submission.lower_consent"
    register.record(act, submission.reference, tier=int(consent.tier))


def is_wider(consent: Consent, submission: Submission) -> bool:
    """Whether ``consent`` allows anything that the contributor has not allowed so far."""
    return (
        consent.tier > submission.consent_tier
        or (consent.follow_up and not submission.follow_up)
        or (consent.publication and not submission.publication)
    )


def withdraw(submission: Submission) -> None:
    """Withdraw: out of every desk and export at once, contacts destroyed at once, the text after the stated days.

    Withdrawing twice is withdrawing once, and no decision made meanwhile can stand in its way.
    """
    _lock(submission)
    if submission.state == State.WITHDRAWN:
        return
    days = current_app.config["SETTINGS"].retention_days
    take_back(submission.reference)
    workflow.make(
        submission, "withdraw", version=submission.version, person_id=None,
        contact_key=None, claimed_by_id=None, claimed_until=None,
        erase_after=clock.now() + timedelta(days=days),
    )  # fmt: skip


def erase_due() -> int:
    """Destroy the text keys of withdrawn submissions whose stated days are over; returns how many."""
    due = sa.select(Submission).where(Submission.erase_after <= clock.now(), Submission.text_key.is_not(None))
    count = 0
    for submission in session().scalars(due):
        submission.text_key = None
        submission.receipt_digest = submission.form_digest = None
        submission.sent_digest = submission.organisation_index = None
        register.record("submission.erase", submission.reference)
        count += 1
    return count


def current_answers(submission: Submission) -> Answers:
    """Every answer of the latest revision, contacts included: for the contributor's own eyes."""
    revision = submission.revisions[-1]
    return {**open_answers(submission, revision), **open_contact(submission, revision)}


def _as_given(answers: Answers) -> Answers:
    # How languages are told may improve between two versions of Intake: that is no change of a contributor's.
    return {name: value for name, value in answers.items() if name != LANGUAGES_OF_ANSWERS}


def _lock(submission: Submission) -> None:
    """Read the row again and hold it until the end of the transaction."""
    session().refresh(submission, with_for_update={"of": Submission})


def _sent_digest(filled: Filled, listening_session: ListeningSession) -> str:
    consent = filled.consent
    said: list[Any] = [listening_session.code, filled.kind, filled.language, filled.answers]
    said += [int(consent.tier), consent.follow_up, consent.publication]
    return keyring().index("sent", json.dumps(said, ensure_ascii=False, sort_keys=True))


def _by_form(form_token: str) -> Submission | None:
    sought = sa.select(Submission).where(Submission.form_digest == _form_digest(form_token))
    return session().scalars(sought).one_or_none()


def _form_digest(form_token: str) -> str:
    return keyring().index("form", form_token)


def _receipt_digest(code: str) -> str:
    return keyring().index("receipt", code)


def _next_reference(listening_session: ListeningSession, kind: Kind) -> str:
    """The next free reference, e.g. ``WG3-2020-06-09/T-017``; two writers never get the same."""
    place = {"listening_session_id": listening_session.id, "kind": kind}
    counted = sa.update(ReferenceCounter).filter_by(**place).values(last=ReferenceCounter.last + 1)
    number = session().execute(counted.returning(ReferenceCounter.last)).scalar_one_or_none()
    if number is None:
        session().execute(sa.insert(ReferenceCounter).values(**place, last=1))
        number = 1
    return f"{listening_session.code}/{LETTER[kind]}-{number:03d}"


def _country(answers: Answers) -> str | None:
    given = answers.get("country")
    return find_country(given) if given and given != DECLINED else None


def _careful_cap(answers: Answers) -> Tier:
    """Tier 2 at most while somebody could be harmed, or where a child is concerned (DOMAIN C2)."""
    careful = {answers.get("recognition_harm"), answers.get("about_child")} & {"yes", "unsure"}
    return CAREFUL_CAP if careful else Tier.NAMED


def _may_be_in_danger(answers: Answers) -> bool:
    """Whether it is to be read first: who is not sure may be right."""
    return answers.get("danger_now") in ("yes", "unsure")


def _organisation_of(answers: Answers) -> str:
    return str(answers.get("organisation") or answers.get("entity") or "")


def _organisation_index(answers: Answers) -> str | None:
    name = _organisation_of(answers)
    if not name:
        return None
    known = session().execute(sa.select(Organisation.name, Organisation.aliases))
    return organisation_index(belongs_to(name, ((row.name, row.aliases) for row in known)))


def _add_revision(submission: Submission, number: int, filled: Filled, moment: datetime) -> None:
    contact_names = {question.name for question in questions(filled.kind) if question.kept is Kept.CONTACT}
    contact = {name: value for name, value in filled.answers.items() if name in contact_names and value}
    text: dict[str, Any] = {name: value for name, value in filled.answers.items() if name not in contact_names}
    text[LANGUAGES_OF_ANSWERS] = filled.languages()
    session().add(
        Revision(
            submission=submission,
            number=number,
            at=moment,
            language=filled.language,
            answers=seal_answers(submission, number, text),
            contact=seal_contact(submission, number, contact) if contact else None,
        )
    )


def _record_consent(submission: Submission, consent: Consent, language: str, moment: datetime) -> None:
    words, version = wording(Kind(submission.kind), language)
    session().add(
        ConsentRecord(
            submission_id=submission.id, at=moment, tier=consent.tier, follow_up=consent.follow_up,
            publication=consent.publication, language=language, wording=words, wording_version=version,
        )
    )  # fmt: skip
