"""Files behind the receipt: adding, looking at and removing one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import SEEK_END
from typing import Any

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from intake.accounts import guards
from intake.foundation.bodies import accepts
from intake.foundation.database import forget_journal, transaction
from intake.foundation.errors import MESSAGES, RETRY_AFTER_SECONDS, gives_back, went_wrong, what_went_wrong
from intake.foundation.files import downloads
from intake.foundation.files.kinds import ACCEPTED, LARGEST_TOTAL_BYTES, MOST_FILES, Found, Refused
from intake.foundation.files.scanning import scan
from intake.foundation.files.workshop import clean
from intake.foundation.limits import Limit
from intake.submissions import attachments
from intake.submissions.attachments import Gone, NotNow, Stored, TooMany
from intake.submissions.file_words import FOUND, KINDS, LIMITS, NOT_LOOKED_INTO, REFUSALS, TOO_MANY
from intake.submissions.models import Attachment, Draft, Submission
from intake.submissions.workflow import TAKES_FILES

from . import visit
from .blueprint import bp
from .door import ask_again
from .steps import too_much_from_here

ROOM_FOR_THE_REST = 2_000_000
MOST_LOOKED_INTO = 2 * MOST_FILES
"""Files of one request that are cleaned, kept or refused: enough for a mistake with each that is kept."""
_LONGEST_NAME = 200
_LATER = {"Retry-After": str(RETRY_AFTER_SECONDS)}

files_sent = Limit(burst=120, seconds_each=5)
"""Files from one place, whether kept or refused: to look into one costs much more than to send it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: its name as it came, why it was not kept (empty: it was), whether to try it later."""

    name: str
    why_not: Any = ""
    is_for_later: bool = False


@bp.route("/receipt/files/", methods=["GET", "POST"])
@guards.public
@gives_back
@accepts(LARGEST_TOTAL_BYTES + ROOM_FOR_THE_REST, only_if=visit.is_on)
def files() -> ResponseReturnValue:
    """The files of what was saved or sent, and adding to them."""
    owner = _owner()
    if owner is None:
        return ask_again()
    if request.method != "POST":
        return _page(owner)
    if went_wrong():
        return _page(owner, problem=what_went_wrong())
    sent = [one for one in request.files.getlist("files") if one.filename]
    if not sent:
        return _page(owner, problem=_("Please choose a file first.")), 422
    if files_sent.is_reached():
        return _page(owner, problem=too_much_from_here()), 429, _LATER
    told = list(_taken_in_turn(sent))
    owner = _owner()
    if owner is None:
        return ask_again()
    status = 503 if any(one.is_for_later for one in told) else 422 if any(one.why_not for one in told) else 200
    return _page(owner, told=told), status, _LATER if status == 503 else {}


def add(owner: Draft | Submission, sent: FileStorage) -> Told:
    """Clean the file that was ``sent`` and let ``owner`` have it, once, or tell why not."""
    name = _shown_name(sent.filename or "")
    if not files_sent.take():
        return Told(name, too_much_from_here(), is_for_later=True)
    body = sent.read()
    digest = attachments.digest_of(body)
    if attachments.has(owner, digest):
        return Told(name)
    try:
        file = clean(body, name)
        scanned = scan(file.body, current_app.config["SETTINGS"].clamd_url)
        new = attachments.put(file, name=name, digest=digest, scan=scanned)
    except Refused as refused:
        return Told(name, REFUSALS[refused.why])
    except TimeoutError:
        return Told(name, _("Many files are coming in just now. Please try again later."), is_for_later=True)
    except OSError:
        return Told(name, _("There is no room to keep it just now. Please try again later."), is_for_later=True)
    why_not = _taken_by(owner, new)
    if why_not is not None:
        attachments.forget([new.stored])
    return why_not or Told(name)


def _taken_by(owner: Draft | Submission, new: Stored) -> Told | None:
    """Let ``owner`` have the file: None when it has it now, else what to tell, and the bytes are nobody's."""
    try:
        with transaction():
            attachments.add(owner, new)
    except IntegrityError:
        return Told(new.name)  # the same file came twice at once: the other one is there now
    except TooMany:
        return Told(new.name, TOO_MANY)
    except NotNow:
        return Told(new.name, _("A decision was made meanwhile, so no more files can be added."))
    except Gone:
        return Told(new.name, MESSAGES[409][1], is_for_later=True)
    return None


def _taken_in_turn(sent: list[FileStorage]) -> Iterator[Told]:
    """What becomes of each file that was ``sent``, in turn.

    Only what is kept needs room: a file that is refused takes none from the next. What there is no room for
    is not looked into at all, and of one request no more than ``MOST_LOOKED_INTO``, whatever becomes of them.
    """
    looked_into = 0
    for one in sent:
        # Looked for anew each time: while one file is cleaned, a draft may be sent and be a submission.
        owner = _owner()
        if owner is None:
            return
        if _is_there(owner, one):
            yield add(owner, one)
        elif not _has_room(owner, one):
            yield Told(_shown_name(one.filename or ""), TOO_MANY)
        elif looked_into == MOST_LOOKED_INTO:
            yield Told(_shown_name(one.filename or ""), NOT_LOOKED_INTO)
        else:
            looked_into += 1
            yield add(owner, one)


def _is_there(owner: Draft | Submission, sent: FileStorage) -> bool:
    body = sent.read()
    sent.seek(0)
    return attachments.has(owner, attachments.digest_of(body))


def _has_room(owner: Draft | Submission, sent: FileStorage) -> bool:
    held = attachments.of(owner)
    size = sent.seek(0, SEEK_END)
    sent.seek(0)
    return len(held) < MOST_FILES and sum(one.size for one in held) + size <= LARGEST_TOTAL_BYTES


def _shown_name(given: str) -> str:
    """The last part of a file's name, without characters that could disturb a page or a path."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-_LONGEST_NAME:]


@bp.post("/receipt/files/<int:identity>/remove/")
@guards.public
def remove_file(identity: int) -> ResponseReturnValue:
    """Remove a file, at once and for good."""
    owner = _owner()
    if owner is None:
        return ask_again()
    found = attachments.one_of(owner, identity)
    if found is not None:
        _remove(owner, found)
    return redirect(url_for("submissions.files"), 303)


def _remove(owner: Draft | Submission, found: Attachment) -> None:
    stored = found.stored
    try:
        with transaction():
            attachments.remove(owner, found)
    except Gone:
        return  # it was sent or deleted meanwhile: the page that follows shows what there is
    forget_journal()
    attachments.forget([stored])


@bp.get("/receipt/files/<int:identity>/")
@guards.public
def own_file(identity: int) -> ResponseReturnValue:
    """One's own file, as it is kept."""
    owner = _owner()
    if owner is None:
        return ask_again()
    found = attachments.one_of(owner, identity) or abort(404)
    kind = attachments.kind_of(found)
    try:
        body = attachments.read(found)
    except OSError:
        abort(503)
    return downloads.attachment(body, kind, f"file-{found.id}")


def _owner() -> Draft | Submission | None:
    return visit.own_submission() or visit.own_draft()


def _page(owner: Draft | Submission, *, problem: str | None = None, told: list[Told] | None = None) -> str:
    held = attachments.of(owner)
    is_open = isinstance(owner, Draft) or owner.state in TAKES_FILES
    return render_template(
        "submissions/files.html",
        form=FlaskForm(formdata=None),
        owner=owner,
        held=owner.listening_session,
        is_draft=isinstance(owner, Draft),
        files=[(one, attachments.name_of(one), [FOUND[Found(code)] for code in one.found]) for one in held],
        kinds=KINDS,
        may_add=is_open and len(held) < MOST_FILES,
        is_open=is_open,
        limits=LIMITS,
        accepted=ACCEPTED,
        problem=problem,
        told=told or [],
    )
