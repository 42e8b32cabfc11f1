"""Files of contributors: kept with a draft or a submission, given over when it is sent, gone when it is erased."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError

from intake.foundation import clock, register
from intake.foundation.crypto import keyring, new_key, open_bytes_with, open_kept, open_with, seal_bytes_with, seal_with
from intake.foundation.database import session
from intake.foundation.files.kinds import BY_NAME, LARGEST_TOTAL_BYTES, MOST_FILES, Kind
from intake.foundation.files.scanning import Scan
from intake.foundation.files.store import store
from intake.foundation.files.workshop import CleanFile

from .models import Attachment, Draft, Submission
from .workflow import TAKES_FILES

_SWEPT_AFTER_SECONDS = 3_600
_SWEPT_AT_ONCE = 500


class TooMany(Exception):
    """There are as many files as may be, or they are too large together."""


class NotNow(Exception):
    """What was decided takes no further file."""


class Gone(Exception):
    """The draft is not there any more: it was sent or deleted meanwhile."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the store, and does not belong to anything yet."""

    file: CleanFile
    name: str
    stored: str
    key: bytes
    digest: str
    scan: Scan


def digest_of(body: bytes) -> str:
    """The keyed digest of a file as it was sent."""
    return keyring().index("file", hashlib.sha256(body).hexdigest())


def put(file: CleanFile, *, name: str, digest: str, scan: Scan) -> Stored:
    """Seal ``file`` under a key of its own and put it into the store.

    Raises:
        OSError: it could not be kept, and nothing of it was.
    """
    key = new_key()
    stored = store().put(seal_bytes_with(key, file.body, "attachment", "body"))
    return Stored(file, name, stored, key, digest, scan)


def has(owner: Draft | Submission, digest: str) -> bool:
    """Whether the very same file is there already."""
    return any(one.digest == digest for one in of(owner))


def add(owner: Draft | Submission, new: Stored) -> None:
    """Let ``owner`` have the file.

    Raises:
        TooMany: the limits are reached.
        NotNow: the submission is decided.
        Gone: the draft was sent or deleted.
    """
    _lock(owner)
    if isinstance(owner, Submission) and owner.state not in TAKES_FILES:
        raise NotNow(owner.reference)
    held = of(owner)
    if len(held) >= MOST_FILES or sum(one.size for one in held) + len(new.file.body) > LARGEST_TOTAL_BYTES:
        raise TooMany
    is_draft = isinstance(owner, Draft)
    session().add(
        Attachment(
            draft_id=owner.id if is_draft else None,
            submission_id=None if is_draft else owner.id,
            kind=new.file.kind.name,
            size=len(new.file.body),
            stored=new.stored,
            key=keyring().seal(new.key, "attachment", "key", new.stored),
            name=seal_with(new.key, new.name, "attachment", "name"),
            found=[one.value for one in new.file.found],
            scan=new.scan.value,
            digest=new.digest,
            added_at=clock.now(),
        )
    )
    if isinstance(owner, Submission):
        owner.version += 1
        register.record("submission.attach", owner.reference)
    session().flush()


def of(owner: Draft | Submission) -> Sequence[Attachment]:
    """The files of a draft or a submission, oldest first."""
    column = Attachment.draft_id if isinstance(owner, Draft) else Attachment.submission_id
    return session().scalars(sa.select(Attachment).where(column == owner.id).order_by(Attachment.id)).all()


def one_of(owner: Draft | Submission, identity: int) -> Attachment | None:
    """The file with this id, if it is the owner's."""
    return next((one for one in of(owner) if one.id == identity), None)


def kind_of(attachment: Attachment) -> Kind:
    """Its kind."""
    return BY_NAME[attachment.kind]


def read(attachment: Attachment) -> bytes:
    """Its bytes.

    Raises:
        OSError: the store does not give them.
    """
    return open_bytes_with(_key(attachment), store().get(attachment.stored), "attachment", "body")


def name_of(attachment: Attachment) -> str:
    """What the contributor called it."""
    return open_with(_key(attachment), attachment.name, "attachment", "name")


def remove(owner: Draft | Submission, attachment: Attachment) -> None:
    """Take the file away; its bytes go by ``forget`` once that is committed.

    Raises:
        Gone: the draft was sent or deleted.
    """
    _lock(owner)
    session().execute(sa.delete(Attachment).where(Attachment.id == attachment.id))
    if isinstance(owner, Submission):
        owner.version += 1
        register.record("submission.detach", owner.reference)
    session().flush()


def forget(stored: Iterable[str]) -> None:
    """Forget the bytes of files whose rows are gone for good; what fails is swept up later: it has no key any more."""
    for name in stored:
        with suppress(OSError):
            store().remove(name)


def _lock(owner: Draft | Submission) -> None:
    try:
        session().refresh(owner, with_for_update={"of": type(owner)})
    except InvalidRequestError as error:
        raise Gone from error


def give_over(draft: Draft, submission: Submission) -> None:
    """The files of what is sent now are the submission's."""
    session().execute(
        sa.update(Attachment)
        .where(Attachment.draft_id == draft.id)
        .values(draft_id=None, submission_id=submission.id)
        .execution_options(synchronize_session=False)
    )


def erase_of(submission: Submission) -> None:
    """Destroy the keys of its files, and with them the files."""
    session().execute(sa.delete(Attachment).where(Attachment.submission_id == submission.id))


def sweep() -> int:
    """Forget the bytes that no row names; returns how many files.

    Never within a transaction that removes rows: were it rolled back, rows would be left without
    their files. What was written within the last hour may be about to get its row.
    """
    before, count = time.time() - _SWEPT_AFTER_SECONDS, 0
    old = (name for name, at in store().names() if at < before)
    while some := list(islice(old, _SWEPT_AT_ONCE)):
        named = set(session().scalars(sa.select(Attachment.stored).where(Attachment.stored.in_(some))))
        for name in set(some) - named:
            store().remove(name)
            count += 1
    return count


def _key(attachment: Attachment) -> bytes:
    return open_kept(attachment.key, "attachment", "key", attachment.stored)
