"""What can be done with a submission: submit, come back, answer, lower consent, withdraw, erase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext

from intake.accounts.models import Organisation
from intake.accounts.organisations import belongs_to, organisation_index
from intake.foundation import clock, register
from intake.foundation.crypto import keyring
from intake.foundation.database import Base, session
from intake.foundation.i18n import speaking
from intake.foundation.identifiers import receipt_for
from intake.foundation.languages import CODES
from intake.foundation.post import post, take_back, take_back_news
from intake.foundation.search import fold
from intake.programme.models import ListeningSession

from . import attachments, safeguarding, search, sketches, workflow
from .consent import CAREFUL_CAP, Asked, Consent, Tier, asked_again, asked_of
from .language_guess import guess_beside
from .models import ConsentRecord, Message, ReferenceCounter, Revision, Submission
from .proof import fingerprint, signed_receipt
from .questionnaire import (
    DECLINED,
    GUIDING_PREFIX,
    LANGUAGES_OF_ANSWERS,
    Kept,
    Question,
    country_of,
    is_child_alone,
    may_be_in_danger,
    needs_care,
    questions,
)
from .sealing import (
    Answers,
    Erased,
    give_keys,
    open_answers,
    open_contact,
    open_entry,
    open_message,
    seal_answers,
    seal_contact,
    seal_entry,
    seal_message,
)
from .vocabulary import LETTER, WRITTEN, Channel, Kind, State


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that passed every check: answers by question, language of the text, consent, and how it came.

    ``told`` are the languages of single answers (a code by question) that somebody corrected.
    """

    kind: Kind
    language: str
    answers: Answers
    consent: Consent
    entry: Answers = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def shown(self) -> Answers:
        """Everything that was answered, with its languages."""
        return {**self.entry, **self.answers, LANGUAGES_OF_ANSWERS: self.languages()}

    def languages(self) -> dict[str, str]:
        """The languages of the author's own words that are not in ``language``, by question.

        Contacts are not among them: a name is told by its script alone, whenever it is shown,
        and nothing about it outlives the key of the contacts.
        """
        found = {
            name: self.told.get(name) or guess_beside(text, self.language)
            for name, text in own_words(self.kind, self.answers).items()
        }
        return {name: code for name, code in found.items() if code != self.language}


def own_words(kind: Kind, answers: Answers) -> dict[str, str]:
    """What the author wrote in words of their own, contacts left out, by question."""
    own = {question.name for question in questions(kind) if _is_own_words(question)}
    return {
        name: text
        for name, text in answers.items()
        if text and text != DECLINED and (name in own or name.startswith(GUIDING_PREFIX))
    }


def _is_own_words(question: Question) -> bool:
    return question.is_prose and question.kept is Kept.TEXT


class AlreadySent(Exception):
    """The form was sent before and is now sent with other words: it would be a second submission."""


class OrganisationStands(Exception):
    """What was accepted comes from an organisation, and its people are kept away from it: that cannot be changed."""


class NotConfirmed(Exception):
    """Allowing more than before needs a fresh confirmation; allowing less never does."""


class Reworded(Exception):
    """Consent was given in other words than those by which it is asked now: nothing would say what was agreed to."""


def submit(
    filled: Filled,
    listening_session: ListeningSession,
    *,
    form_token: str,
    interface_language: str,
    wording: str | None = None,
    channel: Channel = Channel.FORM,
    recorded_by_id: int | None = None,
    received_at: datetime | None = None,
    example: bool = False,
) -> tuple[Submission, str]:
    """Keep a submission; returns it with its receipt code (25 symbols, ungrouped).

    The same ``form_token`` gives the same submission and the same receipt, however often
    it is posted. ``wording`` is the version of the words by which the page asked for consent,
    None where no page did.

    Raises:
        AlreadySent: the form was sent before with other words, or what it became is withdrawn.
        Reworded: consent is asked for in other words by now.
    """
    code = receipt_for(form_token)
    already = sent_before(filled, listening_session, form_token)
    if already is not None:
        return already, code
    asked = asked_of(filled.kind, listening_session.ceiling)
    language = interface_language if wording is None else asked.language_of(wording, interface_language)
    if language is None:
        raise Reworded
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
        danger_now=may_be_in_danger(filled.answers),
        child_alone=is_child_alone(filled.answers),
        consent_tier=filled.consent.tier,
        tier_cap=_careful_cap(filled.answers),
        promised_ceiling=asked.ceiling,
        **filled.consent.permissions(),
        organisation_index=_organisation_index(filled.answers),
        form_digest=_form_digest(form_token),
        sent_digest=_sent_digest(filled, listening_session),
        came_by=filled.entry.get("came_by"),
        # What staff record is not their own: no code of theirs opens it, unless it is to be handed over.
        receipt_digest=receipt_digest(code) if _has_receipt(filled) else None,
        recorded_by_id=recorded_by_id,
        example=example or listening_session.series.example,
    )
    give_keys(submission)
    if filled.entry:
        submission.entry = seal_entry(submission, filled.entry)
    session().add(submission)
    session().flush()
    _add_revision(submission, 1, filled, moment)
    _record_consent(submission, filled.consent, asked, language, moment)
    sketches.enter(submission, search.enter(submission, new=True), new=True)
    register.record("submission.receive", submission.reference, person_id=recorded_by_id, kind=filled.kind)
    session().flush()
    if not example:
        safeguarding.receive(submission)
    return submission, code


def _has_receipt(filled: Filled) -> bool:
    return filled.kind in WRITTEN and (not filled.entry or bool(filled.entry.get("hand_over")))


def sent_before(filled: Filled, listening_session: ListeningSession, form_token: str) -> Submission | None:
    """The submission that this very form became when it was sent before; None when it was not.

    Raises:
        AlreadySent: the form was sent before with other words, or what it became is withdrawn.
    """
    found = sent_with(form_token)
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
    if filled.language == latest.language and filled.answers == before and _is_told(filled, submission):
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
        danger_now=submission.danger_now or may_be_in_danger(filled.answers),
        child_alone=submission.child_alone or is_child_alone(filled.answers),
        organisation_index=(
            submission.organisation_index if is_same_organisation else _organisation_index(filled.answers)
        ),
        **columns,
    )  # fmt: skip
    for act in _ALONG:
        act(submission)
    sketches.enter(submission, search.enter(submission))
    safeguarding.receive(submission)
    return True


def described_by(submission: Submission, revision: Revision) -> dict[str, Any]:
    """The columns by which ``submission`` is found and counted, as ``revision`` says them."""
    return _described(revision.language, open_answers(submission, revision))


def _described(language: str, answers: Answers) -> dict[str, Any]:
    """What of a revision is counted without opening it, as columns."""
    kind_of_contributor = answers.get("stakeholder_type") or None
    return {"language": language, "stakeholder_type": kind_of_contributor, "country": country_of(answers)}


def find_by_receipt_digest(digest: str) -> Submission | None:
    """The submission whose receipt has this keyed digest, unless withdrawn."""
    # The state is asked of the database: what is withdrawn costs the time of what never was.
    sought = sa.select(Submission).where(Submission.receipt_digest == digest, Submission.state != State.WITHDRAWN)
    return session().scalars(sought).one_or_none()


def receipt_digest(code: str) -> str:
    """The keyed digest by which the submission or draft of a receipt code is found."""
    return keyring().index("receipt", code)


def end_receipt_visits(digest: str) -> None:
    """End every visit with this receipt, wherever a copy of its cookie is."""
    session().execute(
        sa.update(Submission)
        .where(Submission.receipt_digest == digest)
        .values(receipt_visits=Submission.receipt_visits + 1)
        .execution_options(synchronize_session=False)
    )


def reply(submission: Submission, body: str, language: str, *, seen: int) -> None:
    """Keep what the contributor writes: as the answer where a question is open, else as a message of their own.

    ``seen`` is the number of messages on the page on which it was written. The same words of theirs after these are
    this very message, sent again because the answer to it was lost: it is kept already.

    Raises:
        IllegalMove: it is withdrawn.
        Overtaken: it was moved at this very moment.
    """
    _lock(submission)
    session().refresh(submission, ["messages"])
    since = [one for one in submission.messages if one.from_contributor and one.number > seen]
    if any(open_message(submission, one) == body for one in since):
        return
    if submission.state == State.QUESTION_ASKED:
        answer(submission, body, language)
    else:
        write_message(submission, body, language)


def answer(submission: Submission, body: str, language: str) -> None:
    """Keep the contributor's answer to the question asked; the submission is back in review.

    Raises:
        IllegalMove: no question is open.
    """
    workflow.make(submission, "answer", version=submission.version, person_id=None)
    add_message(submission, body, language, person_id=None)


def write_message(submission: Submission, body: str, language: str) -> None:
    """Keep what the contributor writes of their own accord; the desk is told that it waits.

    Raises:
        IllegalMove: it is withdrawn.
    """
    _lock(submission)
    if submission.state == State.WITHDRAWN:
        raise workflow.IllegalMove("write")
    add_message(submission, body, language, person_id=None)
    submission.message_waiting = True
    submission.version += 1
    register.record("submission.write", submission.reference)


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


def tell_there_is_news(submission: Submission) -> bool:
    """Post the mail that says only that there is news, where the contributor left an address for it; whether they did.

    Where they allowed no mail, none is posted.
    """
    try:
        address = open_contact(submission, submission.revisions[-1]).get("email")
    except Erased:
        return False
    if not address or not submission.follow_up:
        return False
    language = submission.interface_language
    with speaking(language):
        subject = gettext("There is news for you")
        body = gettext(
            "There is news about your submission. "
            "To see it, open this page and type your receipt code:\n\n%(address)s\n",
            address=address_of("submissions.receipt_door", language),
        )
    post(address, subject, body, about=submission.reference, news=True)
    return True


def mail_signed_receipt(submission: Submission, address: str, language: str) -> None:
    """Post the signed receipt to ``address``; the mail says nothing of what it belongs to, and holds no code.

    Raises:
        Erased: it was withdrawn, so that nobody is written to any more.
    """
    _lock(submission)
    if submission.state == State.WITHDRAWN:
        raise Erased
    with speaking(language):
        subject = gettext("The text you asked for")
        body = gettext(
            "You asked for this text. Whoever holds it can check it on this page:\n\n%(address)s\n\n%(text)s\n",
            address=address_of("submissions.verify", language),
            text="\n".join(wrap(signed_receipt(submission), 64)),
        )
    post(address, subject, body, about=submission.reference)


def address_of(endpoint: str, language: str) -> str:
    """The public address of ``endpoint`` in ``language``, with its host, as it stands in a mail or on paper."""
    # Commands post mail as well, and have no request to build an address from.
    path = current_app.url_map.bind("").build(endpoint, {"lang": language})
    return str(current_app.config["SETTINGS"].base_url + path)


def change_consent(
    submission: Submission, consent: Consent, language: str, *, confirmed: bool = False, asked: Asked | None = None
) -> None:
    """Change what was agreed. Less counts at once, everywhere; more counts in what is compiled from now on.

    Whoever allows more does so under the ceiling of today, which the page told them; for whoever does not, a lower
    one that they were promised stays.

    ``asked`` is how the page asked for it, in ``language``; ``confirmed``: a second time, since it allows more.

    Raises:
        NotConfirmed: it allows more than before, and that was not ``confirmed``.
    """
    moment = clock.now()
    _lock(submission)
    if submission.state == State.WITHDRAWN or consent == submission.consent_within_promise:
        return
    wider = is_wider(consent, submission)
    if wider and not confirmed:
        raise NotConfirmed
    asked = asked or asked_to_change(submission, for_more=confirmed)
    submission.consent_tier = consent.tier
    submission.promised_ceiling = asked.ceiling if wider else min(submission.promised_ceiling, asked.ceiling)
    for name, is_given in consent.permissions().items():
        setattr(submission, name, is_given)
    if not consent.follow_up:
        take_back_news(submission.reference)
    submission.changed_at = moment
    submission.version += 1
    _record_consent(submission, consent, asked, language, moment)
    act = "submission.raise_consent" if wider else "submission.lower_consent"
    register.record(act, submission.reference, tier=int(consent.tier))


def is_wider(consent: Consent, submission: Submission) -> bool:
    """Whether ``consent`` allows anything that the contributor has not allowed so far."""
    so_far = submission.consent_within_promise
    before = so_far.permissions()
    is_more = any(is_given and not before[name] for name, is_given in consent.permissions().items())
    return is_more or consent.tier > so_far.tier


def asked_to_change(submission: Submission, *, for_more: bool = False, machines: bool = False) -> Asked:
    """How the contributor of ``submission`` is asked who comes back, as ``asked_again`` says."""
    ceiling = submission.listening_session.ceiling
    return asked_again(ceiling, promised=submission.held_to, for_more=for_more, machines=machines)


def withdraw(submission: Submission) -> None:
    """Withdraw: out of every desk and export at once, contacts destroyed at once, the text after the stated days.

    Withdrawing twice is withdrawing once, and no decision made meanwhile can stand in its way.
    """
    _lock(submission)
    if submission.state == State.WITHDRAWN:
        return
    days = current_app.config["SETTINGS"].retention_days
    # Before the register, for whose head others wait who hold what goes with the sketch.
    sketches.leave(submission)
    take_back(submission.reference)
    workflow.make(
        submission, "withdraw", version=submission.version, person_id=None,
        contact_key=None, message_waiting=False, child_alone=False, claimed_by_id=None, claimed_until=None,
        erase_after=clock.now() + timedelta(days=days),
    )  # fmt: skip
    search.leave(submission)


_ALONG: list[Callable[[Submission], None]] = []


def goes_along(act: Callable[[Submission], None]) -> Callable[[Submission], None]:
    """Declare that ``act`` is done to a submission that its contributor changed, once the new version is kept."""
    _ALONG.append(act)
    return act


_ERASED_TOO: list[type[Base]] = []


def erased_with_submission(model: type[Base]) -> type[Base]:
    """Declare that the rows of ``model``, which have a ``submission_id``, go when the submission is erased."""
    _ERASED_TOO.append(model)
    return model


def due_for_erasure() -> Sequence[int]:
    """The ids of withdrawn submissions whose stated days are over."""
    return session().scalars(_due(sa.select(Submission.id))).all()


def erase_due(identity: int | None = None) -> int:
    """Erase withdrawn submissions whose stated days are over: the key of the text, and what was counted without it.

    Only the one with the id ``identity``, if that is given. Returns how many. What stays says that something was
    withdrawn and none of its words: reference, session and kind, the languages, when it came and each step was taken,
    and what was agreed to (``pages.privacy`` names the columns).
    """
    due = _due(sa.select(Submission)).with_for_update(of=Submission)
    if identity is not None:
        due = due.where(Submission.id == identity)
    count = 0
    for submission in session().scalars(due):
        submission.text_key = None
        # The form's token stays spent: what a device sends again by itself must not come back as another submission.
        submission.receipt_digest = submission.sent_digest = submission.organisation_index = None
        submission.stakeholder_type = submission.country = submission.came_by = submission.entry = None
        submission.danger_now, submission.tier_cap = False, Tier.NAMED
        attachments.erase_of(submission)
        for model in _ERASED_TOO:
            session().execute(sa.delete(model).where(sa.column("submission_id") == submission.id))
        register.record("submission.erase", submission.reference)
        count += 1
    return count


def _due(some: sa.Select[Any]) -> sa.Select[Any]:
    return some.where(Submission.erase_after <= clock.now(), Submission.text_key.is_not(None))


def current_answers(submission: Submission) -> Answers:
    """Every answer of the latest revision, contacts included: for the contributor's own eyes."""
    return _with_contact(submission, submission.revisions[-1])


def _with_contact(submission: Submission, revision: Revision) -> Answers:
    return {**open_answers(submission, revision), **open_contact(submission, revision)}


def _as_given(answers: Answers) -> Answers:
    # How languages are told may improve between two versions of Intake: that is no change of a contributor's.
    return {name: value for name, value in answers.items() if name != LANGUAGES_OF_ANSWERS}


def _is_told(filled: Filled, submission: Submission) -> bool:
    """Whether every language that ``filled`` corrects is kept that way."""
    kept = current_answers(submission).get(LANGUAGES_OF_ANSWERS, {})
    return all(kept.get(name, filled.language) == code for name, code in filled.told.items())


def corrected_languages(kind: Kind, answers: Answers, written_in: str) -> dict[str, str]:
    """The languages kept for ``answers`` that are not what we should take them for: somebody corrected them."""
    kept = answers.get(LANGUAGES_OF_ANSWERS, {})
    found = {
        name: (kept.get(name, written_in), guess_beside(text, written_in))
        for name, text in own_words(kind, answers).items()
    }
    return {name: told for name, (told, guessed) in found.items() if told != guessed}


def _lock(submission: Submission) -> None:
    """Read the row again and hold it until the end of the transaction."""
    session().refresh(submission, with_for_update={"of": Submission})


def _sent_digest(filled: Filled, listening_session: ListeningSession) -> str:
    return fingerprint(
        listening_session.code,
        filled.kind,
        filled.language,
        filled.answers,
        consent=filled.consent,
        entry=filled.entry,
    )


@dataclass(frozen=True, slots=True)
class Version:
    """A revision as its contributor can prove it: its number, when it was sent, and its fingerprint (64 hex digits).

    Without one where words of it were erased for good: nobody can make it any more.
    """

    number: int
    at: datetime
    fingerprint: str


def versions_of(submission: Submission) -> list[Version]:
    """Every version with the fingerprint of what is kept of it; that of the first is the one in the signed receipt.

    Raises:
        Erased: it was withdrawn.
    """
    sought = sa.select(ConsentRecord).where(ConsentRecord.submission_id == submission.id).order_by(ConsentRecord.id)
    agreed, entry = session().scalars(sought).all(), open_entry(submission)
    code = submission.reference.rpartition("/")[0]  # that of its session when it was sent
    return [
        Version(
            one.number, one.at,
            fingerprint(
                code, submission.kind, one.language, _as_given(_with_contact(submission, one)),
                consent=_agreed_at(one.at, agreed), entry=entry,
            ) if one.erased_at is None else "",
        )
        for one in submission.revisions
    ]  # fmt: skip


def _agreed_at(moment: datetime, records: Sequence[ConsentRecord]) -> Consent:
    """What was agreed to when something was sent at ``moment``."""
    record = next((one for one in reversed(records) if one.at <= moment), records[0])
    return record.consent


def sent_with(form_token: str) -> Submission | None:
    """The submission that the form with this token became, whatever became of that since."""
    sought = sa.select(Submission).where(Submission.form_digest == _form_digest(form_token))
    return session().scalars(sought).one_or_none()


def _form_digest(form_token: str) -> str:
    return keyring().index("form", form_token)


def _next_reference(listening_session: ListeningSession, kind: Kind) -> str:
    """The next free reference, e.g. ``WG3-2020-06-09/T-017``; two writers never get the same."""
    place = {"listening_session_id": listening_session.id, "kind": kind}
    counted = sa.update(ReferenceCounter).filter_by(**place).values(last=ReferenceCounter.last + 1)
    number = session().execute(counted.returning(ReferenceCounter.last)).scalar_one_or_none()
    if number is None:
        session().execute(sa.insert(ReferenceCounter).values(**place, last=1))
        number = 1
    return f"{listening_session.code}/{LETTER[kind]}-{number:03d}"


def _careful_cap(answers: Answers) -> Tier:
    return CAREFUL_CAP if needs_care(answers) else Tier.NAMED


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


def _record_consent(submission: Submission, consent: Consent, asked: Asked, language: str, moment: datetime) -> None:
    words, version = asked.wording(language)
    session().add(
        ConsentRecord(
            submission_id=submission.id, at=moment, tier=consent.tier, **consent.permissions(),
            language=language, wording=words, wording_version=version,
        )
    )  # fmt: skip
