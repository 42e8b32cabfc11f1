"""The form for a weak connection: it can be kept on the device, with its files, and then works without one."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from intake.accounts import guards
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.errors import gives_back
from intake.foundation.files.kinds import ACCEPTED, LARGEST_FILE_BYTES, LARGEST_TOTAL_BYTES, MOST_FILES, Refusal
from intake.foundation.security import allow_worker
from intake.submissions import drafts
from intake.submissions.file_words import LIMITS, REFUSALS, TOO_MANY
from intake.submissions.forms import SubmissionForm
from intake.submissions.models import Draft, Submission
from intake.submissions.permits import DAYS, owner_under
from intake.submissions.questionnaire import Need, questions

from .blueprint import bp
from .files import ROOM_FOR_THE_REST, add
from .form import written

_FILES = {
    "limits": LIMITS, "accepted": ACCEPTED, "days": DAYS,
    "most": MOST_FILES, "each": LARGEST_FILE_BYTES, "all": LARGEST_TOTAL_BYTES,
    "large": REFUSALS[Refusal.LARGE], "empty": REFUSALS[Refusal.EMPTY], "many": TOO_MANY,
}  # fmt: skip
"""What the device has to know about files before the server sees them."""


@bp.context_processor
def _device() -> dict[str, Any]:
    return {
        "device": request.endpoint == "submissions.device",
        "device_files": _FILES,
        "grace_hours": drafts.grace_hours(),
        "draft_days": drafts.days_kept(),
        "needed": needed,
    }


def needed(form: SubmissionForm) -> list[dict[str, Any]]:
    """What has to be answered before ``form`` can be taken, as the device can tell without us.

    ``least`` counts characters; ``only`` is the other question and its answers that make this one apply.
    """
    asked = [question for question in questions(form.kind) if question.need is not Need.OPTIONAL]
    return [
        *({"name": one.name, "least": one.least or 1, "only": one.only_if and (one.only_if[0], sorted(one.only_if[1]))}
          for one in asked),
        {"name": form.consent_tier.name, "least": 1, "only": None},
    ]  # fmt: skip


@bp.route("/sessions/<slug>/submit/<kind>/device", methods=["GET", "POST"])
@guards.public
@gives_back
@accepts(LARGEST_FORM_BYTES)
def device(slug: str, kind: str) -> ResponseReturnValue:
    """The same steps as at the form's own address, with a script that keeps it on the device if somebody wants that."""
    return allow_worker(make_response(written(slug, kind)))


def _owner() -> Draft | Submission:
    return owner_under(request.headers.get("X-Permit", "")) or abort(404)


@bp.post("/receipt/files/device/")
@guards.public
@accepts(LARGEST_FILE_BYTES + ROOM_FOR_THE_REST, only_if=lambda: bool(_owner()))
def device_file() -> ResponseReturnValue:
    """One file that was kept on a device, added with a permit. What else is there is not shown."""
    owner = _owner()
    told = add(owner, request.files.get("file") or abort(404))
    if told.is_for_later:
        abort(503)
    return jsonify(taken=not told.why_not, why=str(told.why_not))
