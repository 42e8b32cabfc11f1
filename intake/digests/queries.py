"""Reading for digests: figures of the desk, the rows a freeze is made of, the submissions behind an entry."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload, lazyload, subqueryload

from intake.accounts.permissions import Apart, Holder, may
from intake.foundation.database import session
from intake.moderation.models import Coding
from intake.moderation.redaction import Issued
from intake.moderation.translated import Translation
from intake.programme.models import ListeningSession, Series
from intake.submissions.models import Revision, Submission

from .models import Digest, identifier


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A listening session as the drafters' desk lists it; ``latest`` is version and moment of its last digest."""

    held: ListeningSession
    received: int
    accepted: int
    latest: tuple[int, datetime] | None


def desk(holder: Holder | None) -> list[DeskRow]:
    """What ``holder`` may read digests of and has something to read: submissions or a digest already.

    Three statements, however many sessions there are.
    """
    declared = holder.declared if holder else Apart()
    counts, latest = _counts(declared), _latest(declared)
    sought = sa.select(ListeningSession).join(Series).options(joinedload(ListeningSession.working_group))
    in_order = sought.order_by(Series.year.desc().nulls_last(), Series.id.desc(), ListeningSession.position)
    return [
        DeskRow(held, *counts.get(held.id, (0, 0)), latest.get(held.id))
        for held in session().scalars(in_order)
        if (held.id in counts or held.id in latest) and may(holder, "digest.read", held)
    ]


def _counts(declared: Apart) -> dict[int, tuple[int, int]]:
    accepted = sa.func.sum(sa.case((Submission.accepted_revision.is_not(None), 1), else_=0))
    rows = session().execute(
        sa.select(Submission.listening_session_id, sa.func.count(), accepted)
        .where(~_is_apart(declared))
        .group_by(Submission.listening_session_id)
    )
    return {held: (received, accepted) for held, received, accepted in rows}


def _latest(declared: Apart) -> dict[int, tuple[int, datetime]]:
    rows = session().execute(
        sa.select(Digest.listening_session_id, Digest.version, Digest.compiled_at)
        .where(Digest.id.not_in(_kept_from(declared)))
        .order_by(Digest.version)
    )
    return {held: (version, compiled_at) for held, version, compiled_at in rows}


def is_kept_from(digest: Digest, holder: Holder) -> bool:
    """Whether ``digest`` holds something with which ``holder`` has a declared conflict of interest.

    Then all of it is kept from them: a digest without one of its entries would be another one.
    """
    return digest.id in _kept_from(holder.declared, digest.listening_session_id)


def _is_apart(declared: Apart) -> sa.ColumnElement[bool]:
    """The condition on ``Submission`` that a conflict is declared with it, or with the organisation it comes from."""
    its_organisation = sa.func.coalesce(Submission.organisation_index, "").in_(declared.organisations)
    return sa.or_(its_organisation, Submission.id.in_(declared.submissions))


def _kept_from(declared: Apart, listening_session_id: int | None = None) -> set[int]:
    """The ids of the digests, of one session or of all, that hold something with which a conflict is declared."""
    if not declared:
        return set()
    sought = sa.select(Submission.listening_session_id, Submission.reference).where(_is_apart(declared))
    if listening_session_id is not None:
        sought = sought.where(Submission.listening_session_id == listening_session_id)
    apart: dict[int, set[str]] = defaultdict(set)
    for held, reference in session().execute(sought):
        apart[held].add(reference)
    frozen = sa.select(Digest.id, Digest.listening_session_id, Digest.frozen)
    rows = session().execute(frozen.where(Digest.listening_session_id.in_(apart)))
    return {
        identity
        for identity, held, content in rows
        if any(entry["reference"] in apart[held] for entry in content["entries"])
    }


def digest_of(held: ListeningSession, version: int | None = None) -> Digest | None:
    """That version of the digest of ``held``, the latest without one; None when there is none."""
    sought = sa.select(Digest).where(Digest.listening_session_id == held.id)
    if version is not None:
        sought = sought.where(Digest.version == version)
    return session().scalars(sought.order_by(Digest.version.desc()).limit(1)).one_or_none()


def issued_with(submission: Submission, revision: int) -> list[Issued]:
    """The digests that froze ``revision`` of ``submission``, oldest first."""
    sought = sa.select(Digest).where(Digest.listening_session_id == submission.listening_session_id)
    return [
        Issued(digest.identifier, digest.compiled_at)
        for digest in session().scalars(sought.order_by(Digest.version))
        if any(
            (entry["reference"], entry["revision"]) == (submission.reference, revision)
            for entry in digest.frozen["entries"]
        )
    ]


def frozen_with(submission: Submission) -> dict[str, int]:
    """The digests that froze ``submission`` in any revision: identifier and version. What they hold is not read."""
    # Quoted as the freeze quotes it, so that no reference is found in a longer one.
    is_in_it = sa.cast(Digest.frozen, sa.Text).contains(json.dumps(submission.reference), autoescape=True)
    held = submission.listening_session
    sought = sa.select(Digest.version).where(Digest.listening_session_id == held.id, is_in_it)
    return {identifier(held.code, version): version for version in session().scalars(sought.order_by(Digest.version))}


def versions_of(held: ListeningSession, holder: Holder) -> Sequence[tuple[int, datetime]]:
    """Version and moment of every digest of ``held`` that ``holder`` may read, the latest first."""
    rows = session().execute(
        sa.select(Digest.version, Digest.compiled_at)
        .where(Digest.listening_session_id == held.id, Digest.id.not_in(_kept_from(holder.declared, held.id)))
        .order_by(Digest.version.desc())
    )
    return [(version, compiled_at) for version, compiled_at in rows]


COUNTED = (
    Submission.id, Submission.reference, Submission.kind, Submission.state, Submission.accepted_revision,
    Submission.received_at, Submission.language, Submission.stakeholder_type, Submission.country,
    Submission.consent_tier, Submission.tier_cap, Submission.promised_ceiling, Submission.publication,
    Submission.organisation_index,
)  # fmt: skip
"""What of a submission is counted: no words, no names."""


def received(listening_session_id: int, cutoff: datetime, declared: Apart | None = None) -> Sequence[Any]:
    """Every submission to a listening session up to ``cutoff``, as far as it is counted: no words, no names.

    Without those from which somebody is kept apart who ``declared`` a conflict of interest.
    """
    sought = sa.select(*COUNTED).where(
        Submission.listening_session_id == listening_session_id,
        Submission.received_at <= cutoff,
        ~_is_apart(declared or Apart()),
    )
    return session().execute(sought).all()


def next_version(listening_session_id: int) -> int:
    """The version a new digest gets. Whoever compiles meanwhile waits until this transaction ends."""
    session().execute(
        sa.select(ListeningSession.id).where(ListeningSession.id == listening_session_id).with_for_update()
    )
    last = session().scalar(
        sa.select(sa.func.max(Digest.version)).where(Digest.listening_session_id == listening_session_id)
    )
    return 1 + (last or 0)


def codes(listening_session_id: int) -> Mapping[int, Mapping[str, tuple[str, ...]]]:
    """The codes moderators gave to the submissions of a listening session: ``{submission id: {scheme: codes}}``."""
    rows = session().execute(
        sa.select(Coding.submission_id, Coding.scheme, Coding.code)
        .join(Submission, Submission.id == Coding.submission_id)
        .where(Submission.listening_session_id == listening_session_id)
        .order_by(Coding.code)
    )
    found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for submission, scheme, code in rows:
        found[submission][scheme] = (*found[submission].get(scheme, ()), code)
    return found


def checked_translations(listening_session_id: int) -> Mapping[int, Sequence[int]]:
    """The numbers of the translations that somebody checked, of a listening session: ``{submission id: numbers}``."""
    rows = session().execute(
        sa.select(Translation.submission_id, Translation.number)
        .join(Submission, Submission.id == Translation.submission_id)
        .where(Submission.listening_session_id == listening_session_id, Translation.checked_at.is_not(None))
        .order_by(Translation.number)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for submission, number in rows:
        found[submission].append(number)
    return found


def accepted_submissions(code: str) -> Mapping[str, Submission]:
    """The accepted submissions of the listening session ``code`` by reference, with their revisions.

    Three statements, however many there are; moments, which no digest tells, are left unread.
    """
    of_session = sa.select(ListeningSession.id).where(ListeningSession.code == code).scalar_subquery()
    sought = (
        sa.select(Submission)
        .where(Submission.listening_session_id == of_session, Submission.accepted_revision.is_not(None))
        .options(
            lazyload(Submission.listening_session),  # one and the same for all: read once, not with each row
            *map(defer, (Submission.received_at, Submission.changed_at, Submission.claimed_until)),
            subqueryload(Submission.revisions).defer(Revision.at),
        )
    )
    return {found.reference: found for found in session().scalars(sought)}
