"""Permits to add files: what a device holds while the files of something that was received have not gone yet.

The receipt code stays with its person: a permit opens nothing and changes nothing. It is covered, so that nothing
in it is to be read, names one draft or submission, and ends after ``DAYS``, or when a visit with the receipt is left
in a hurry. All that it tells is what adding a file tells: whether there was room for it, and the very same file
needs none. A device must learn that what it sends again, since the answer was lost, is there.
"""

from __future__ import annotations

import base64
import json

from intake.foundation import clock
from intake.foundation.crypto import SealError, keyring

from . import drafts, services
from .models import Draft, Submission

DAYS = 7
_PURPOSE = "permit to add files"
_SECONDS_A_DAY = 86_400


def permit_for(found: Draft | Submission) -> str:
    """A permit to add files to ``found``, from now on."""
    held = json.dumps([_PURPOSE, found.receipt_digest, found.receipt_visits, _now()])
    return base64.urlsafe_b64encode(keyring().cover(held)).decode()


def owner_under(permit: str) -> Draft | Submission | None:
    """The draft or submission to which ``permit`` may add files; None when it is not ours, or over."""
    try:
        purpose, digest, visits, given = json.loads(keyring().uncover(base64.urlsafe_b64decode(permit)))
    except (SealError, ValueError, TypeError):
        return None
    if purpose != _PURPOSE:
        return None
    found = services.find_by_receipt_digest(digest) or drafts.find(digest)
    is_over = _now() - given > DAYS * _SECONDS_A_DAY
    return None if found is None or is_over or found.receipt_visits != visits else found


def _now() -> int:
    return int(clock.now().timestamp())
