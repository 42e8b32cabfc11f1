"""Which text of a submission exists for whom: the one read path of staff.

A moderator reads what lies in the own reach, never what comes from the own organisation or that
with which they declared a conflict of interest, never what was withdrawn, and nothing that is with
safeguarding: that exists for whoever is trained for it, on a desk of its own (``in_care``). Contacts are not text and
are not read here. Co-leads read what was written, with what is redacted marked in it; beyond the
desk the redacted words do not exist. A digest gets the accepted revision of what may be used, and of
who said it only what the effective tier tells (DOMAIN C2, D5). Everything that shows a submission to
staff asks this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from intake.accounts.models import Membership, Person
from intake.accounts.permissions import PERMISSIONS, Role
from intake.foundation.database import session
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.texts import has_direction_controls
from intake.foundation.vocabularies import subregion_of
from intake.programme.models import ListeningSession
from intake.submissions import attachments, safeguarding
from intake.submissions.consent import Tier
from intake.submissions.language_guess import guess_beside
from intake.submissions.models import Attachment, Decision, Message, Revision, Submission
from intake.submissions.questionnaire import (
    DECLINED,
    ENTRY,
    LANGUAGES_OF_ANSWERS,
    MAIN_PROSE,
    Form,
    Kept,
    Use,
    own_words,
    questions,
    sections,
)
from intake.submissions.screening import Screened, screen_answers
from intake.submissions.sealing import (
    Answers,
    Erased,
    open_answers,
    open_contact,
    open_entry,
    open_message,
    open_reason,
)
from intake.submissions.search import Sought
from intake.submissions.showing import Shown, language_of, show_all, words, written
from intake.submissions.vocabulary import Kind, State
from intake.submissions.workflow import STANDING

from . import redacted, translated
from .redacted import Hidden, Passage, Standing
from .spans import Span
from .translated import Beside, Origin, Source
from .translated import Kept as KeptBack
from .translated import State as TranslationState

Statement = TypeVar("Statement", bound=sa.Select[*tuple[Any, ...]])

OPENING_LENGTH = 160
"""Code points of a submission's text that a list shows."""

_WORDS_BEFORE = 8
"""Words before one that was looked for."""

_TELLS_WHERE = frozenset({"country"})
_TELLS_WHO = frozenset({"links", "partners"})
"""Answers that name the organisation though they are no contact: web addresses, who worked together."""


_CONTACT_LABELS = {
    "contributor_name": _l("Name"),
    "organisation": _l("Organisation"),
    "email": _l("E-mail"),
}


class Unreadable(LookupError):
    """For this person the submission does not exist."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a moderator reads of one revision.

    ``answers`` holds what was answered, in the order of the form: words as written, choices
    in the reader's language. ``contact_held`` are the labels of the contacts there are, not
    the contacts. ``turns`` says that the text holds characters that turn the writing direction,
    ``screened`` what in it could show who somebody is. ``passages`` are the answers, by name, in which
    something is hidden from those beyond the desk.
    """

    revision: int
    language: str
    answers: tuple[Shown, ...]
    contact_held: tuple[Text, ...]
    turns: bool
    screened: tuple[Screened, ...] = ()
    passages: Mapping[str, Passage] = field(default_factory=dict)

    @property
    def title(self) -> Text | None:
        """What the author called it."""
        return next((one.values[0] for one in self.answers if one.question.use is Use.TITLE), None)

    @property
    def prose(self) -> tuple[Shown, ...]:
        """What was told at length."""
        return tuple(one for one in self.answers if one.question.form is Form.PROSE)

    @property
    def facts(self) -> tuple[Shown, ...]:
        """Everything else that was answered."""
        rest = (one for one in self.answers if one.question.form is not Form.PROSE)
        return tuple(one for one in rest if one.question.use is not Use.TITLE)


@dataclass(frozen=True, slots=True)
class Sides:
    """An answer in somebody's own words as each reads it: co-leads, drafters, and the public in the Reflections.

    ``original`` is ``text`` with what is hidden in it; the other two are None where they read nothing of it.
    """

    name: str
    label: Text
    text: Text
    original: Passage
    drafters: Text | None
    public: Text | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What may be told of who said something; None where the tier tells nothing, or nothing is known.

    ``country`` is an alpha-2 code, ``subregion`` an M49 code. ``stakeholder_type`` and
    ``subregion`` are given from tier 1 on: whether so few share them that they point to
    somebody is for the digest to see, which knows the others.
    """

    person: str | None = None
    organisation: str | None = None
    country: str | None = None
    stakeholder_type: str | None = None
    subregion: str | None = None


@dataclass(frozen=True, slots=True)
class Care:
    """How far somebody is trained for safeguarding: everywhere, in working groups, in listening sessions (ids)."""

    everywhere: bool
    working_groups: tuple[int, ...]
    listening_sessions: tuple[int, ...]

    def covers(self, held: ListeningSession) -> bool:
        """Whether ``held`` lies in it."""
        return self.everywhere or held.working_group_id in self.working_groups or held.id in self.listening_sessions


@dataclass(frozen=True, slots=True)
class Reach:
    """How far somebody reads as a moderator; two with the same reach get the same statements.

    ``own`` are the blind indexes of the organisations whose submissions they do not read, their own and those
    with which they declared a conflict of interest; ``sessions_apart`` and ``submissions_apart`` those of such
    conflicts. ``care`` is how far they are trained for safeguarding, None for not at all.
    """

    everywhere: bool
    working_groups: tuple[int, ...]
    listening_sessions: tuple[int, ...]
    own: tuple[str, ...]
    sessions_apart: tuple[int, ...] = ()
    submissions_apart: tuple[int, ...] = ()
    care: Care | None = None

    def moderates(self, held: ListeningSession) -> bool:
        """Whether ``held`` lies in it: ``moderated`` for one that is at hand."""
        is_there = self.everywhere or held.working_group_id in self.working_groups or held.id in self.listening_sessions
        return is_there and held.id not in self.sessions_apart

    def covers(self, submission: Submission) -> bool:
        """Whether ``submission`` exists for them: ``visible_within`` for one that is at hand."""
        is_apart = submission.organisation_index in self.own or submission.id in self.submissions_apart
        if is_apart or submission.state == State.WITHDRAWN:
            return False
        held = submission.listening_session
        return self._cares_for(held) if submission.state == State.SAFEGUARDING else self.moderates(held)

    def _cares_for(self, held: ListeningSession) -> bool:
        if held.id in self.sessions_apart:
            return False
        is_theirs = self.care is not None and self.care.covers(held)
        return is_theirs or (self.moderates(held) and not safeguarding.has_trained(held))


def reach_of(person: Person) -> Reach:
    """How far ``person`` reads: the permission ``submission.read`` as numbers."""
    reads = [reach for role, reach in person.role_scopes if role in PERMISSIONS["submission.read"].roles]
    cares = [reach for role, reach in person.role_scopes if role is Role.SAFEGUARDING]
    apart = person.apart
    everywhere, groups, listening_sessions = _places(reads)
    return Reach(
        everywhere,
        groups,
        listening_sessions,
        own=tuple(sorted(apart.organisations)),
        sessions_apart=tuple(sorted(apart.listening_sessions)),
        submissions_apart=tuple(sorted(apart.submissions)),
        care=Care(*_places(cares)) if cares else None,
    )


def _places(held: Sequence[Membership]) -> tuple[bool, tuple[int, ...], tuple[int, ...]]:
    """Whether roles reach everywhere, and the ids of the working groups and listening sessions that they reach."""
    groups = {one.working_group_id for one in held if one.working_group_id is not None}
    listening_sessions = {one.listening_session_id for one in held if one.listening_session_id is not None}
    everywhere = any(one.working_group_id is one.listening_session_id is None for one in held)
    return everywhere, tuple(sorted(groups)), tuple(sorted(listening_sessions))


def moderated(reach: Reach) -> sa.ColumnElement[bool]:
    """The condition on ``ListeningSession`` that it lies in ``reach``."""
    there = sa.or_(
        ListeningSession.working_group_id.in_(reach.working_groups),
        ListeningSession.id.in_(reach.listening_sessions),
    )
    everything = sa.true() if reach.everywhere else there
    return sa.and_(everything, ListeningSession.id.not_in(reach.sessions_apart)) if reach.sessions_apart else everything


def visible(statement: Statement, person: Person) -> Statement:
    """``statement`` over ``Submission``, narrowed to what ``person`` may read as a moderator."""
    return visible_within(statement, reach_of(person))


def visible_within(statement: Statement, reach: Reach) -> Statement:
    """``visible`` for everybody who reaches as far as ``reach``: nothing of what is with safeguarding."""
    return counted_within(statement, reach).where(Submission.state != State.SAFEGUARDING)


def counted_within(statement: Statement, reach: Reach) -> Statement:
    """``visible_within``, with what is with safeguarding: of that they know how much there is, and nothing else."""
    return _kept_together(statement, moderated(reach), reach)


def _kept_together(statement: Statement, here: sa.ColumnElement[bool], reach: Reach) -> Statement:
    return _not_apart(statement, here, reach).where(Submission.state != State.WITHDRAWN)


def _not_apart(statement: Statement, here: sa.ColumnElement[bool], reach: Reach) -> Statement:
    """``statement`` narrowed to listening sessions ``here`` and to that from which nobody of ``reach`` is kept apart.

    What was withdrawn is among it.
    """
    there = sa.select(ListeningSession.id).where(here).correlate(None)
    statement = statement.where(
        Submission.listening_session_id.in_(there),
        sa.or_(Submission.organisation_index.is_(None), Submission.organisation_index.not_in(reach.own)),
    )
    return statement.where(Submission.id.not_in(reach.submissions_apart)) if reach.submissions_apart else statement


def in_care(statement: Statement, person: Person) -> Statement:
    """``statement`` over ``Submission``, narrowed to what is with safeguarding and ``person`` takes care of.

    They are trained for its session, or moderate it and nobody who works here is trained for it.
    """
    return _cared_for(statement, person).where(Submission.state == State.SAFEGUARDING)


def _cared_for(statement: Statement, person: Person) -> Statement:
    """``in_care``, whether it is with safeguarding now or not."""
    reach = reach_of(person)
    return _kept_together(statement, _cared_for_there(reach), reach)


def _cared_for_there(reach: Reach) -> sa.ColumnElement[bool]:
    """The condition on ``ListeningSession`` that those of ``reach`` take care of what is with safeguarding in it."""
    here = sa.and_(moderated(reach), ~safeguarding.is_trained_there())
    if reach.care is not None:
        places = sa.or_(
            ListeningSession.working_group_id.in_(reach.care.working_groups),
            ListeningSession.id.in_(reach.care.listening_sessions),
        )
        theirs = sa.true() if reach.care.everywhere else places
        here = sa.or_(here, sa.and_(theirs, ListeningSession.id.not_in(reach.sessions_apart)))
    return here


def find_in_care(reference: str, person: Person) -> Submission | None:
    """The submission called ``reference``, if it is with safeguarding and ``person`` takes care of it."""
    sought = in_care(sa.select(Submission), person).where(Submission.reference == reference)
    return session().scalars(sought).one_or_none()


def find_handed_on(reference: str, person: Person) -> Submission | None:
    """The submission called ``reference``, if it stood on the ordinary desk of ``person`` and is with safeguarding now.

    Nothing of its text may be shown to them: it is found to tell them where it is. One that came with danger and went
    to safeguarding at once never stood there.
    """
    moved = _moved(sa.and_(Decision.to_state == State.SAFEGUARDING, Decision.from_state != State.SAFEGUARDING))
    sought = counted_within(sa.select(Submission), reach_of(person)).where(Submission.state == State.SAFEGUARDING)
    return session().scalars(sought.where(Submission.reference == reference, moved.where(~_CAME_WITH_DANGER))).first()


def find_given_back(reference: str, person: Person) -> Submission | None:
    """The submission called ``reference``, if it stood on the safeguarding desk of ``person`` and does so no more.

    As in ``find_handed_on``, nothing of its text may be shown to them.
    """
    moved = _moved(sa.and_(Decision.from_state == State.SAFEGUARDING, Decision.to_state != State.SAFEGUARDING))
    sought = _cared_for(sa.select(Submission), person).where(Submission.state != State.SAFEGUARDING)
    return session().scalars(sought.where(Submission.reference == reference, moved)).first()


def find_withdrawn(reference: str, person: Person) -> Submission | None:
    """The submission called ``reference``, if it stood on a desk of ``person`` until its contributor withdrew it.

    As in ``find_handed_on``, nothing of it may be shown to them. None once its text is erased: nobody has a page of
    it open any more.
    """
    reach = reach_of(person)
    stood = _moved(sa.and_(Decision.from_state != State.SAFEGUARDING, ~_CAME_WITH_DANGER))
    was_in_care = _moved(Decision.from_state == State.SAFEGUARDING)
    for here, was_there in ((moderated(reach), stood), (_cared_for_there(reach), was_in_care)):
        sought = _not_apart(sa.select(Submission), here, reach).where(
            Submission.reference == reference,
            Submission.state == State.WITHDRAWN,
            Submission.text_key.is_not(None),
            was_there,
        )
        if (found := session().scalars(sought).one_or_none()) is not None:
            return found
    return None


_CAME_WITH_DANGER = sa.and_(Decision.number == 1, Decision.verb == "danger")
"""The condition on ``Decision`` that it brought what came with danger to safeguarding at once."""


def _moved(so: sa.ColumnElement[bool]) -> sa.Exists:
    return sa.exists().where(Decision.submission_id == Submission.id, so).correlate(Submission)


def is_readable(submission: Submission, person: Person) -> bool:
    """Whether ``submission`` exists for ``person`` as a moderator: ``visible`` for one that is at hand."""
    return reach_of(person).covers(submission)


def must_be_readable(submission: Submission, person: Person) -> None:
    """Go on only where ``submission`` exists for ``person``.

    Raises:
        Unreadable: it does not.
    """
    if not is_readable(submission, person):
        raise Unreadable(submission.reference)


def find(reference: str, person: Person) -> Submission | None:
    """The submission called ``reference``, if it exists for ``person``."""
    sought = visible(sa.select(Submission), person).where(Submission.reference == reference)
    return session().scalars(sought).one_or_none()


def read(submission: Submission, person: Person, reader: str, *, accepted: bool = False) -> Reading:
    """The latest revision as ``person`` may read it, or the ``accepted`` one; choices in the language ``reader``.

    Where an earlier revision was kept, that one is what there is to read.

    Raises:
        Unreadable: it does not exist for them.
    """
    must_be_readable(submission, person)
    is_accepted = accepted or submission.is_kept_back
    revision = (_accepted(submission) if is_accepted else None) or submission.revisions[-1]
    answers = open_answers(submission, revision)
    hidden = redacted.by_answer(redacted.standing(submission, revision.number))
    asked = sections(Kind(submission.kind), _guiding(submission))
    return Reading(
        revision=revision.number,
        language=revision.language,
        answers=tuple(
            one
            for _section, shown in show_all(asked, answers, written_in=revision.language, reader=reader)
            for one in shown
        ),
        contact_held=tuple(_contact_held(submission, revision, reader)),
        screened=tuple(screen_answers(questions(Kind(submission.kind), _guiding(submission)), answers).values()),
        turns=any(has_direction_controls(value) for value in answers.values() if isinstance(value, str)),
        passages={name: redacted.paragraphs(str(answers[name]), here) for name, here in hidden.items()},
    )


def own_answers(submission: Submission, person: Person, number: int) -> Answers:
    """The answers of revision ``number`` that are in somebody's own words, as they were written.

    Raises:
        Unreadable: the submission does not exist for ``person``, or has no such revision.
    """
    answers = open_answers(submission, _numbered(submission, person, number))
    names = own_words(Kind(submission.kind), answers)
    return {name: answers[name] for name in names if answers[name] not in ("", DECLINED)}


def language_written(submission: Submission, person: Person, number: int, name: str) -> str:
    """The language in which the answer ``name`` of revision ``number`` is written; raises like ``own_answers``."""
    revision = _numbered(submission, person, number)
    answers = open_answers(submission, revision)
    return written(str(answers.get(name, "")), language_of(answers, name, revision.language)).language


def hidden_in(submission: Submission, person: Person) -> list[Hidden]:
    """Every redaction, also of other revisions and those that were lifted; raises ``Unreadable`` like ``read``."""
    must_be_readable(submission, person)
    return redacted.every(submission)


def screened(submission: Submission, person: Person, number: int) -> dict[str, Screened]:
    """What in revision ``number`` could show who somebody is, by answer; raises like ``own_answers``."""
    answers = open_answers(submission, _numbered(submission, person, number))
    return screen_answers(questions(Kind(submission.kind), _guiding(submission)), answers)


def sides(
    submission: Submission, person: Person, reader: str, number: int, also: Iterable[Hidden] = ()
) -> tuple[Sides, ...]:
    """Revision ``number`` as co-leads, drafters and the public read it, were it accepted; labels for ``reader``.

    With what is ``also`` hidden, it is seen before it is done. Raises like ``own_answers``.
    """
    revision = _numbered(submission, person, number)
    answers = open_answers(submission, revision)
    hidden = sorted([*redacted.standing(submission, number), *also], key=lambda one: one.span)
    beyond = redacted.with_blocks(submission, revision, answers, hidden)
    used = _used(submission, redacted.without(answers, beyond))
    is_public = submission.publication and submission.effective_tier >= Tier.ANONYMOUS
    asked = {one.name: one for one in questions(Kind(submission.kind), _guiding(submission))}
    by_answer = redacted.by_answer(hidden)
    found = []
    for name in own_answers(submission, person, number):
        stated = language_of(answers, name, revision.language)
        read_beyond = written(str(used[name]), stated) if name in used else None
        found.append(
            Sides(
                name=name,
                label=words(asked[name].label, reader) if name in asked else Text(name, reader),
                text=written(answers[name], stated),
                original=redacted.paragraphs(answers[name], by_answer.get(name, ())),
                drafters=read_beyond,
                public=read_beyond if is_public else None,
            )
        )
    return tuple(found)


# Translations

MAY_LEAVE = frozenset({State.SUBMITTED, State.IN_REVIEW, State.QUESTION_ASKED, State.ACCEPTED})
"""States of which a text may be given to translators outside: not of what safeguarding holds, nor what was declined."""


@dataclass(frozen=True, slots=True)
class TranslatedAnswer:
    """An answer in another language, every paragraph checked: by whom written (ids; no machine has one) and checked.

    ``numbers`` are those of the translations that it is made of.
    """

    text: Text
    written_by: frozenset[int]
    checked_by: frozenset[int]
    by_machine: bool
    numbers: frozenset[int]


def may_leave(submission: Submission) -> bool:
    """Whether anything of it may be given to translators outside: what is to be counted only is read here only."""
    return submission.state in MAY_LEAVE and submission.effective_tier >= Tier.IDEAS


def may_be_given_to_machines(submission: Submission) -> bool:
    """Whether its author allowed that a program outside gets the text, and it may leave at all."""
    return submission.machine_translation and may_leave(submission)


def to_translate(submission: Submission, person: Person, number: int, *, outside: bool = False) -> Source:
    """What of revision ``number`` is translated: what was told, with what stands in place of hidden words.

    Nothing that is for moderation only; for ``outside`` also nothing that drafters do not read, and nothing at all
    where it may not leave. Raises like ``own_answers``.
    """
    revision = _numbered(submission, person, number)
    answers = open_answers(submission, revision)
    hidden = _hidden_beyond(submission, revision, answers)
    read_there = redacted.without(answers, hidden)
    if outside:
        read_there = _used(submission, read_there) if may_leave(submission) else {}
    return _source(submission, revision, read_there, KeptBack.of(answers, hidden))


def _source(submission: Submission, revision: Revision, answers: Answers, kept: KeptBack) -> Source:
    asked = questions(Kind(submission.kind), _guiding(submission))
    names = [one.name for one in asked if one.is_prose and one.use in (Use.STORY, Use.TITLE)]
    return Source(
        revision.number,
        {
            name: written(answers[name], language_of(answers, name, revision.language))
            for name in names
            if answers.get(name) not in (None, "", DECLINED)
        },
        kept,
    )


def labels(submission: Submission, reader: str) -> dict[str, Text]:
    """What is asked of ``submission``, by answer, for somebody who reads ``reader``."""
    return {one.name: words(one.label, reader) for one in questions(Kind(submission.kind), _guiding(submission))}


def translation(submission: Submission, person: Person, number: int, language: str, *, outside: bool = False) -> Beside:
    """Revision ``number`` beside its translation into ``language``; the rest as ``to_translate``."""
    source = to_translate(submission, person, number, outside=outside)
    return translated.beside(submission, source, language, translated.every(submission))


def translations(submission: Submission, person: Person, number: int) -> list[Beside]:
    """Revision ``number`` beside each language that it is, or could be, translated into; raises as ``own_answers``."""
    source, versions = to_translate(submission, person, number), translated.every(submission)
    found = (translated.beside(submission, source, code, versions) for code in CODES)
    return [one for one in found if one.pairs or one.left_over]


def translation_for_digest(
    submission: Submission, language: str, standing: Standing | None = None, others: translated.Others | None = None
) -> dict[str, TranslatedAnswer]:
    """Of what ``answers_for_digest`` gives, the answers that are translated into ``language`` and checked, whole.

    Nothing of what is stale or only drafted: neither by a machine nor by people. ``standing`` as there, ``others`` in
    the same way.
    """
    revision, answers = _accepted(submission), answers_for_digest(submission, standing)
    if revision is None or answers is None:
        return {}
    own = open_answers(submission, revision)
    hidden = _hidden_beyond(submission, revision, own, standing)
    source = _source(submission, revision, answers, KeptBack.of(own, hidden))
    every = others.every(submission) if others else translated.every(submission)
    whole = translated.beside(submission, source, language, every)
    found = {}
    for name in source.texts:
        versions = [pair.version for pair in whole.of(name) if pair.state is TranslationState.CHECKED and pair.version]
        if versions and len(versions) == len(whole.of(name)):
            found[name] = TranslatedAnswer(
                written("\n\n".join(one.text for one in versions), language),
                frozenset(one.person_id for one in versions if one.person_id is not None),
                frozenset(one.checked_by_id for one in versions if one.checked_by_id is not None),
                any(one.origin is Origin.MACHINE for one in versions),
                frozenset(one.number for one in versions),
            )
    return found


def _numbered(submission: Submission, person: Person, number: int) -> Revision:
    found = next((one for one in submission.revisions if one.number == number), None)
    if found is None or not is_readable(submission, person):
        raise Unreadable(submission.reference)
    return found


def shown_revision(submission: Submission) -> Revision:
    """The revision that ``read`` gives where none is asked for."""
    kept = _accepted(submission) if submission.is_kept_back else None
    return kept or submission.revisions[-1]


def stands_as(of: type[Submission] = Submission) -> sa.ColumnElement[int]:
    """The number of the revision that stands of a ``Submission``: the accepted one, else the latest."""
    latest = sa.select(sa.func.max(Revision.number)).where(Revision.submission_id == of.id)
    return sa.func.coalesce(of.accepted_revision, latest.correlate(of).scalar_subquery())


def told(
    submission: Submission, person: Person, revision: Revision, reader: str, cuts: Iterable[Span] = ()
) -> list[tuple[Shown, list[tuple[Span, str]]]]:
    """What was told at length in ``revision``, each answer in pieces that begin and end where the ``cuts`` do.

    Raises:
        Unreadable: like ``read``.
    """
    must_be_readable(submission, person)
    answers, edges = open_answers(submission, revision), tuple(cuts)
    asked = sections(Kind(submission.kind), _guiding(submission))
    shown = show_all(asked, answers, written_in=revision.language, reader=reader)
    prose = (one for _section, every in shown for one in every if one.question.form is Form.PROSE)
    return [(one, list(_pieces(answers, revision, one.question.name, edges))) for one in prose]


def _pieces(answers: Answers, revision: Revision, name: str, cuts: Iterable[Span]) -> Iterable[tuple[Span, str]]:
    inside = [cut for cut in cuts if (cut.revision, cut.name) == (revision.number, name)]
    length = len(str(answers[name]))
    edges = sorted({0, length, *(cut.start for cut in inside), *(cut.end for cut in inside)})
    for start, end in pairwise(edges):
        span = Span(revision.number, name, start, end)
        yield span, span.of(answers)


def passage(submission: Submission, revision: Revision, span: Span, reach: Reach) -> Text:
    """The words of ``span`` as co-leads read them; raises ``Unreadable`` when they do not lie in ``reach``."""
    if not reach.covers(submission):
        raise Unreadable(submission.reference)
    answers = open_answers(submission, revision)
    return written(span.of(answers), language_of(answers, span.name, revision.language))


def passage_beyond(
    submission: Submission, revision: Revision, span: Span, standing: Standing | None = None
) -> Text | None:
    """The words of ``span`` as they may go beyond the desk; None where the effective tier lets no words go.

    The one point through which the text of a passage passes into tables and digests: whatever is hidden
    of it there is hidden here, in the answers as they were written, in which the span is counted. ``standing``
    as for ``answers_for_digest``.
    """
    if submission.effective_tier < Tier.IDEAS:
        return None
    answers = open_answers(submission, revision)
    hidden = _hidden_beyond(submission, revision, answers, standing)
    return written(redacted.within(span, answers, hidden), language_of(answers, span.name, revision.language))


def files(submission: Submission, person: Person) -> Sequence[Attachment]:
    """The files that came with it; raises ``Unreadable`` like ``read``."""
    must_be_readable(submission, person)
    return attachments.of(submission)


def entry(submission: Submission, person: Person, reader: str) -> tuple[Shown, ...]:
    """How it came, where staff entered it for somebody; raises ``Unreadable`` like ``read``."""
    must_be_readable(submission, person)
    held = open_entry(submission)
    shown = show_all((ENTRY,), held, written_in=submission.revisions[0].language, reader=reader)
    return tuple(one for _section, answered in shown for one in answered)


def opening(
    submission: Submission, revision: Revision, reach: Reach, sought: Sought | None = None, also: Iterable[Text] = ()
) -> Text:
    """At most ``OPENING_LENGTH`` code points of the text, on one line, in its own language: where it begins.

    Where words are ``sought``, the first passage with one of them, else that of a translation (``also``).

    Raises:
        Unreadable: it does not lie in ``reach``.
    """
    if not reach.covers(submission):
        raise Unreadable(submission.reference)
    answers, name = open_answers(submission, revision), MAIN_PROSE[Kind(submission.kind)]
    found = _passage(submission, answers, sought) if sought else None
    if found is not None:
        name, line = found
        return written(line, language_of(answers, name, revision.language))
    for text in also:
        if sought and (there := _around(text.text, sought)) is not None:
            return text._replace(text=there)
    line = " ".join(str(answers.get(name, ""))[: 4 * OPENING_LENGTH].split())
    return written(_cut(line), language_of(answers, name, revision.language))


def _cut(line: str) -> str:
    return line if len(line) <= OPENING_LENGTH else line[: OPENING_LENGTH - 1].rstrip() + "…"


def _passage(submission: Submission, answers: Answers, sought: Sought) -> tuple[str, str] | None:
    """The first answer that holds a word that is ``sought``, and a line of it around that word."""
    for name in own_words(Kind(submission.kind), answers):
        if (line := _around(str(answers[name]), sought)) is not None:
            return name, line
    return None


def _around(text: str, sought: Sought) -> str | None:
    spoken = text.split()
    at = next((place for place, word in enumerate(spoken) if sought.is_in(word)), None)
    if at is None:
        return None
    first = max(0, at - _WORDS_BEFORE)
    return _cut(("… " if first else "") + " ".join(spoken[first : at + OPENING_LENGTH]))


def thread(submission: Submission, person: Person) -> list[tuple[Message, Text]]:
    """What was asked and answered, oldest first; raises ``Unreadable`` like ``read``."""
    must_be_readable(submission, person)
    return [(message, written(open_message(submission, message), message.language)) for message in submission.messages]


def history(submission: Submission, person: Person) -> list[tuple[Decision, Text]]:
    """Every decision with its reason, oldest first; raises ``Unreadable`` like ``read``.

    No language is kept with a reason: it is that of the message which said the same to the
    contributor, else what its words tell beside the language of whoever decided.
    """
    must_be_readable(submission, person)
    said = {open_message(submission, message): message.language for message in submission.messages}
    spoken = _languages_of({decision.person_id for decision in submission.decisions})
    reasons = ((decision, open_reason(submission, decision)) for decision in submission.decisions)
    return [
        (decision, typed(reason, said.get(reason) or spoken.get(decision.person_id) or person.language))
        for decision, reason in reasons
    ]


def _languages_of(people: set[int | None]) -> dict[int | None, str]:
    sought = sa.select(Person.id, Person.language).where(Person.id.in_(people - {None}))
    return {row.id: row.language for row in session().execute(sought)}


def typed(text: str, stated: str) -> Text:
    """What somebody typed at a desk, in the language its words tell, else in the one ``stated``."""
    return Text(text, guess_beside(text, stated))


def answers_for_digest(submission: Submission, standing: Standing | None = None) -> Answers | None:
    """The answers of the accepted revision that a digest may use; None when it may use none of its text.

    Nothing below tier 1, nothing of which no revision stands accepted now, no contact, no answer given for
    moderation only, no redacted word; below tier 3 nothing that says in which country or with which partners.
    ``LANGUAGES_OF_ANSWERS`` says which of them are in another language than the submission. ``standing`` spares
    whoever reads many a statement for each.
    """
    revision = _accepted(submission)
    if revision is None or submission.effective_tier < Tier.IDEAS:
        return None
    answers = open_answers(submission, revision)
    return _used(submission, redacted.without(answers, _hidden_beyond(submission, revision, answers, standing)))


def _hidden_beyond(
    submission: Submission, revision: Revision, answers: Answers, standing: Standing | None = None
) -> list[Hidden]:
    """What of ``answers``, those of a revision, nobody reads beyond the desk; ``standing`` as for a digest."""
    hidden = standing.on(submission, revision.number) if standing else redacted.standing(submission, revision.number)
    return redacted.with_blocks(submission, revision, answers, hidden)


def _used(submission: Submission, answers: Answers) -> Answers:
    """Of ``answers`` those that are used beyond the desk at the tier that counts."""
    if submission.effective_tier < Tier.IDEAS:
        return {}
    withheld = frozenset() if submission.effective_tier >= Tier.ORGANISATION else _TELLS_WHERE | _TELLS_WHO
    asked = questions(Kind(submission.kind), _guiding(submission))
    allowed = {q.name for q in asked if q.use is not Use.NONE and q.kept is Kept.TEXT} - withheld
    languages = {name: code for name, code in answers.get(LANGUAGES_OF_ANSWERS, {}).items() if name in allowed}
    used = {name: value for name, value in answers.items() if name in allowed and value != DECLINED}
    return {**used, LANGUAGES_OF_ANSWERS: languages} if languages else used


def passages_for_digest(submission: Submission, spans: Iterable[Span]) -> Iterator[tuple[Span, Text]]:
    """Those of ``spans`` that lie in what ``answers_for_digest`` gives, with their words."""
    revision, answers = _accepted(submission), answers_for_digest(submission)
    for span in spans:
        if revision is not None and answers is not None and span.revision == revision.number and span.name in answers:
            text = passage_beyond(submission, revision, span)
            if text is not None:
                yield span, text


def identity_for_digest(submission: Submission) -> Identity:
    """Of who said it, what the effective tier tells: 4 the person, 3 organisation and country, 1 type and subregion.

    The ceiling of the listening session is part of the effective tier: under the Chatham
    House Rule neither organisation nor country is told, whatever was agreed.
    """
    revision = _accepted(submission)
    tier = submission.effective_tier
    if revision is None or tier < Tier.IDEAS:
        return Identity()
    told = _contact(submission, revision) if tier >= Tier.ORGANISATION else {}
    # The country of an intervention is the one spoken of, not the speaker's.
    country = submission.country if submission.kind != Kind.INTERVENTION else None
    return Identity(
        person=(told.get("contributor_name") or told.get("speaker")) if tier >= Tier.NAMED else None,
        organisation=told.get("organisation") or told.get("entity"),
        country=country if tier >= Tier.ORGANISATION else None,
        stakeholder_type=submission.stakeholder_type,
        subregion=subregion_of(country) if country else None,
    )


def _accepted(submission: Submission) -> Revision | None:
    if submission.state not in STANDING or submission.text_key is None:
        return None
    return next((r for r in submission.revisions if r.number == submission.accepted_revision), None)


def _guiding(submission: Submission) -> tuple[tuple[int, Any], ...]:
    return tuple((question.position, question.text) for question in submission.listening_session.questions)


def _contact(submission: Submission, revision: Revision) -> Answers:
    try:
        return open_contact(submission, revision)
    except Erased:
        return {}


def contact_label(name: str, asked: Any, reader: str) -> Text:
    """What staff call the contact ``name``, which was ``asked`` in words for the contributor."""
    return words(_CONTACT_LABELS.get(name, asked), reader)


def _contact_held(submission: Submission, revision: Revision, reader: str) -> Iterable[Text]:
    held = _contact(submission, revision)
    for question in questions(Kind(submission.kind)):
        if question.kept is Kept.CONTACT and held.get(question.name):
            yield contact_label(question.name, question.label, reader)
