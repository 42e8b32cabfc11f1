"""Opening what lies closed, contacts and files, in the same way at the ordinary desk and at that of safeguarding."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort
from flask.typing import ResponseReturnValue

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.errors import went_wrong
from intake.foundation.files import downloads
from intake.moderation import reading, services
from intake.moderation.forms import ContactForm
from intake.submissions.attachments import kind_of
from intake.submissions.models import Submission
from intake.submissions.sealing import Erased

from .answering import what_went_wrong


def open_contact(find: Callable[[], Submission], page: Callable[..., str]) -> ResponseReturnValue:
    """Open the contacts, once and on this ``page`` only; the register keeps who and why.

    ``find`` gives the submission, or ends the request where it does not exist for the signed-in person.
    """
    found = find()
    form = ContactForm(found)
    if went_wrong():
        return page(found, contact=form, trouble=what_went_wrong())
    if not form.validate():
        return page(found, contact=form), 422
    guards.require_fresh()
    try:
        with transaction():
            opened = services.reveal_contact(
                found, guards.signed_in(), reason=form.reason.data, reader=i18n.language().code
            )
    except (reading.Unreadable, Erased):
        abort(404)
    return page(find(), opened=opened)


def open_attachment(found: Submission, identity: int) -> ResponseReturnValue:
    """A file, as the contributor's hidden data was taken out of it; the register keeps who opened it."""
    person = guards.signed_in()
    try:
        opened = services.read_file(found, person, identity)
        if opened is None:
            abort(404)
        attachment, body = opened
        kind = kind_of(attachment)
        with transaction():
            services.record_opening(found, person, identity)
    except OSError:
        abort(503)
    except reading.Unreadable:
        abort(404)
    return downloads.attachment(body, kind, f"file-{identity}", inline=True)
