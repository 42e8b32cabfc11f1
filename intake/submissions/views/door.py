"""Where a receipt code opens the way back, and where anybody can have a signed receipt looked at."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.errors import gives_back, went_wrong, what_went_wrong
from intake.foundation.identifiers import MistypedReceipt, read_receipt
from intake.foundation.limits import Limit
from intake.submissions import drafts, services
from intake.submissions.forms import ReceiptForm, VerifyForm, words_typed
from intake.submissions.proof import NotGenuine, legible, read_signed_receipt

from . import visit
from .again import asked_for_patience
from .blueprint import bp

unknown_codes = Limit(burst=30, seconds_each=6)
"""Codes that are whole and open nothing, from one place. A slip of the pen is told by its check symbol and is not
counted: sixty people behind one address do not fill this."""


@bp.context_processor
def _way_back() -> dict[str, str]:
    return {"way_back": services.address_of("submissions.receipt_door", i18n.language().code)}


@bp.route("/receipt/", methods=["GET", "POST"])
@guards.public
@gives_back
def receipt_door() -> ResponseReturnValue:
    """Where a receipt code opens the way to one's own submission."""
    form = ReceiptForm()
    if request.method != "POST":
        return render_template("submissions/door.html", form=form)
    if went_wrong():
        return render_template("submissions/door.html", form=form, problem=what_went_wrong())
    if form.is_empty():
        return _closed(form, please_type_the_code())
    try:
        code = read_receipt(form.code.data or "")
    except MistypedReceipt:
        return _closed(form, _("This cannot be a receipt code. Please compare it with your note, group by group."))
    is_free = unknown_codes.take()
    if not is_free and (page := asked_for_patience(code)):
        # Not looked up yet: whether a code opens something must not be found out any faster than this. A right code
        # opens all the same, a little later: at once where the browser solves the puzzle, else when it is its turn,
        # for which whoever tries codes behind the same address is waited, too.
        return page
    digest = services.receipt_digest(code)
    submission, draft = services.find_by_receipt_digest(digest), drafts.find(digest)
    found = submission or draft
    if found is None:
        return _closed(form, nothing_under_this_code())
    if is_free:
        unknown_codes.give_back()
    visit.start(found)
    return redirect(url_for("submissions.mine" if submission else "submissions.draft"))


def ask_again() -> ResponseReturnValue:
    """The door, for somebody whose visit is over; what they typed meanwhile is on it, to be kept."""
    if request.method != "POST":
        return redirect(url_for("submissions.receipt_door"))
    kept = words_typed(request.form.items(multi=True))
    return render_template("submissions/door.html", form=ReceiptForm(formdata=None), away=True, kept=kept), 422


def please_type_the_code() -> str:
    """What to say where no code was typed."""
    return _("Please type your receipt code.")


def nothing_under_this_code() -> str:
    """What to say where a whole code opens nothing."""
    return _("We find nothing under this code. It may be mistyped, or what was here is withdrawn.")


def _closed(form: ReceiptForm, message: str) -> ResponseReturnValue:
    form.code.errors = [message]
    return render_template("submissions/door.html", form=form), 422


@bp.route("/verify/", methods=["GET", "POST"])
@guards.public
@gives_back
def verify() -> ResponseReturnValue:
    """Whether a signed receipt is genuine, and nothing else."""
    form = VerifyForm()
    if request.method != "POST":
        return render_template("submissions/verify.html", form=form)
    if went_wrong():
        return render_template("submissions/verify.html", form=form, problem=what_went_wrong())
    if not (form.receipt.data or "").strip():
        form.receipt.errors = [_("Please paste the signed receipt.")]
        return render_template("submissions/verify.html", form=form), 422
    try:
        proof = read_signed_receipt(form.receipt.data or "")
    except NotGenuine:
        form.receipt.errors = [_("This receipt was not signed here, or something in it was changed.")]
        return render_template("submissions/verify.html", form=form), 422
    return render_template("submissions/verify.html", form=form, proof=proof, fingerprint=legible(proof.fingerprint))
