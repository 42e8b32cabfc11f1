"""Sketches: by which texts that say nearly the same are found, without the texts.

A sketch is made of the keyed digests of words that the search index holds (``search.words_of``): of
every three that follow one another, MinHash keeps 128 numbers, in which two texts agree about as
often as they share what they are made of. Who holds a copy of the database and no key can try out
no text against it. Numbers are compared in bands: what agrees in a whole band is a candidate, found by an index.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from collections.abc import Iterator, Sequence
from operator import eq

import sqlalchemy as sa
from rensa import RMinHash
from sqlalchemy.orm import Mapped, mapped_column

from intake.foundation.database import Base, session

from . import search
from .models import Submission
from .vocabulary import State

FEWEST_WORDS = 15
"""Shorter texts are alike by chance: they have no sketch."""
BANDS = 16
_NUMBERS, _SEED, _SHINGLE = 128, 1, 3
_PACKED = struct.Struct(f"<{_NUMBERS}I")
_ROWS = 4
"""Numbers of a band. Of texts that share half of what they are made of, 16 bands of 4 find two in three, 16 of 8
one in sixteen (``bench.alike``); every further number makes it less likely that texts meet by chance."""


class Sketch(Base):
    """The sketch of one submission's latest revision.

    ``signature`` are its numbers, None for a text that is too short; ``text_digest`` is equal for equal words, and
    begins with ``anew`` where an upgrade asks for the sketch to be made again (no digit of a digest is an n or w).
    """

    __tablename__ = "sketch"

    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    signature: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    text_digest: Mapped[str] = mapped_column(sa.String(32))


class SketchBand(Base):
    """A band of a sketch, as one number that says which band it is, too."""

    __tablename__ = "sketch_band"
    __table_args__ = (
        sa.Index("ix_sketch_band_value_submission_id", "value", "submission_id"),
        {"sqlite_with_rowid": False},
    )

    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("sketch.submission_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    value: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)


_ANEW = "anew"
_CHANGE = sa.update(Sketch).where(Sketch.submission_id == sa.bindparam("of"))
_ENTER, _ENTER_BANDS = sa.insert(Sketch), sa.insert(SketchBand)
_FORGET_BANDS = sa.delete(SketchBand).where(SketchBand.submission_id == sa.bindparam("of"))


def enter(submission: Submission, words: Sequence[str], *, new: bool = False) -> None:
    """Keep the sketch of ``words``, the keyed digests of ``submission``'s latest revision, or a new one's first."""
    signature, connection = signature_of(words), session().connection()
    columns = {"signature": signature, "text_digest": _text_digest(words)}
    # Changed where it is: with a row that goes and comes again would go which others it was put together with.
    if not new and connection.execute(_CHANGE, {"of": submission.id, **columns}).rowcount:
        connection.execute(_FORGET_BANDS, {"of": submission.id})
    else:
        connection.execute(_ENTER, {"submission_id": submission.id, **columns})
    if signature is not None:
        rows = [{"submission_id": submission.id, "value": value} for value in bands(signature)]
        connection.execute(_ENTER_BANDS, rows)


def enter_missing(count: int) -> int:
    """Enter at most ``count`` submissions that have none or an outdated one, as after an upgrade; returns how many."""
    missing = (
        sa.select(Submission)
        .outerjoin(Sketch, Sketch.submission_id == Submission.id)
        .where(
            Submission.state != State.WITHDRAWN,
            sa.or_(Sketch.submission_id.is_(None), Sketch.text_digest.startswith(_ANEW)),
        )
        .order_by(Submission.id.desc())
        .limit(count)
    )
    found = session().scalars(missing).all()
    for submission in found:
        enter(submission, search.words_of(submission, submission.revisions[-1]))
    return len(found)


def leave(submission: Submission) -> None:
    """Forget the sketch of ``submission``, and with it which others it was put together with."""
    session().execute(sa.delete(Sketch).where(Sketch.submission_id == submission.id))


def signature_of(words: Sequence[str]) -> bytes | None:
    """128 numbers of 32 bits; None for fewer than ``FEWEST_WORDS``."""
    if len(words) < FEWEST_WORDS:
        return None
    sketch = RMinHash(_NUMBERS, _SEED)
    sketch.update(["".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)])
    return _PACKED.pack(*sketch.digest())


def bands(signature: bytes) -> Iterator[int]:
    """The value of each band, a signed 64-bit integer."""
    size = 4 * _ROWS
    for band in range(BANDS):
        digest = hashlib.blake2b(signature[band * size :][:size], digest_size=8, salt=bytes([band])).digest()
        yield int.from_bytes(digest, "little", signed=True)


def similarity(one: bytes, other: bytes) -> float:
    """About how much two texts share of what either is made of, between 0 and 1."""
    return sum(map(eq, array("I", one), array("I", other))) / _NUMBERS


def _text_digest(words: Sequence[str]) -> str:
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).hexdigest()
