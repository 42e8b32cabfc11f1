"""The form, the check page and the receipt: one address each for contributors and for rapporteurs."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import IntegrityError

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.database import transaction
from intake.foundation.errors import RETRY_AFTER_SECONDS, gives_back, went_wrong, what_went_wrong
from intake.foundation.identifiers import grouped, new_form_token, receipt_for
from intake.foundation.leaving import fields_of_visit
from intake.foundation.limits import Reached
from intake.foundation.security import allow_worker
from intake.programme.lookup import session_or_404
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug, session_version, version_of
from intake.submissions import drafts, queries, services
from intake.submissions.forms import ReceiptForm, SubmissionForm, entry_class
from intake.submissions.models import Draft, Submission
from intake.submissions.permits import permit_for
from intake.submissions.proof import picture, signed_receipt
from intake.submissions.vocabulary import WRITTEN, Channel, Kind

from . import visit
from .again import asked_to_work, counted, held_up
from .blueprint import bp
from .door import nothing_under_this_code, please_type_the_code
from .drafts import overtaken, save, saved_apart, saved_page, seen_by
from .steps import (
    check_page,
    closed_page,
    form_of,
    form_page,
    guiding,
    is_asked_so,
    left_over_page,
    retention_days,
    sent_before,
    too_much_from_here,
)

_OF_RECEIPT = frozenset({"receipt", "confirm"})
"""The steps that ask for the receipt of what was sent before."""

_VISIT_SLOT, _CSRF_SLOT, _TOKEN_SLOT = "\x00visit\x00", "\x00csrf\x00", "\x00token\x00"
_MOST_BLANK_PAGES = 200


@bp.route("/sessions/<slug>/submit/<kind>", methods=["GET", "POST"], strict_slashes=False)
@guards.public
@gives_back
@accepts(LARGEST_FORM_BYTES)
def submit(slug: str, kind: str) -> ResponseReturnValue:
    """The form, the check page and the receipt of one submission."""
    return written(slug, kind)


@bp.route("/staff/sessions/<slug>/record", methods=["GET", "POST"], strict_slashes=False)
@guards.staff("intervention.record")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def record(slug: str) -> ResponseReturnValue:
    """The same steps for an intervention, recorded by a rapporteur."""
    held = session_by_slug(slug)
    if held is None:
        abort(404)  # as where one may not record: a difference would tell what exists
    guards.require("intervention.record", held)
    return _form_steps(held, form_of(held, Kind.INTERVENTION)())


@bp.route("/staff/sessions/<slug>/enter/<kind>", methods=["GET", "POST"], strict_slashes=False)
@guards.staff("submission.enter")
@gives_back
@accepts(LARGEST_FORM_BYTES)
def enter(slug: str, kind: str) -> ResponseReturnValue:
    """The same steps for what came by telephone, e-mail, on paper or as a voice message, entered by staff."""
    held = session_by_slug(slug)
    if held is None or kind not in WRITTEN:
        abort(404)
    guards.require("submission.enter", held)
    return _form_steps(held, entry_class(Kind(kind), guiding(held), held.ceiling)())


@bp.get("/staff/record/")
@guards.staff("intervention.record")
def record_index() -> ResponseReturnValue:
    """The listening sessions in which the signed-in person may record."""
    held = queries.sessions_to_record(guards.current_person())
    return render_template("submissions/record_index.html", sessions=held)


def written(slug: str, kind: str) -> ResponseReturnValue:
    """Every step of a form that contributors fill, at whichever of its addresses they are."""
    if kind not in WRITTEN:
        abort(404)
    if request.method != "POST" and (kept := _kept_blank_page(slug, Kind(kind))):
        return kept
    held = session_or_404(slug)
    return _form_steps(held, form_of(held, Kind(kind))())


def _form_steps(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue:
    if request.method != "POST":
        return closed_page(held, form, typed=False) if _is_closed(held, form) else _blank_page(held, form)
    step = request.form.get("step")
    if step in _OF_RECEIPT and not form.of_staff:
        return _of_receipt(held, form, step)
    if went_wrong():
        return form_page(held, form, problem=what_went_wrong())
    if page := _held_back(held, form, step):
        return page
    if step == "save" and not form.of_staff:
        return save(held, form)
    if step == "edit":
        return form_page(held, form)
    if not form.validate():
        return form_page(held, form), 422
    if page := left_over_page(held, form):
        return page
    if step != "send":
        return check_page(held, form) if is_asked_so(form) else _asked_anew(held, form)
    return asked_to_work(form) or _send(held, form)


def _held_back(held: ListeningSession, form: SubmissionForm, step: str | None) -> ResponseReturnValue | None:
    """The page that comes before whatever ``step`` asks for: nothing is taken any more, or something must be said."""
    if _is_closed(held, form) and not drafts.may_still_be_sent(drafts.of_form(form.form_token.data, held, form.kind)):
        return (step == "send" and _receipt_again(held, form)) or closed_page(held, form, typed=True)
    return held_up(form) or (step != "edit" and saved_apart(held, form)) or None


def _kept_blank_page(slug: str, kind: Kind) -> str | None:
    """The empty form of a session as it was rendered for a stranger before, with tokens of its own."""
    if guards.current_person():
        return None
    kept = _blank_pages().get((session_version(slug), kind, i18n.language().code, request.endpoint))
    if kept is None:
        return None
    own = kept.replace(_VISIT_SLOT, fields_of_visit()).replace(_CSRF_SLOT, generate_csrf())
    return own.replace(_TOKEN_SLOT, new_form_token())


def _blank_pages() -> dict[tuple[Any, ...], str]:
    # With the application: a page shows its settings, and two applications in one process have their own.
    found: dict[tuple[Any, ...], str] = current_app.extensions.setdefault("blank pages", {})
    return found


def _blank_page(held: ListeningSession, form: SubmissionForm) -> str:
    """The empty form. For strangers it differs only in its visit and two tokens, so it is rendered once and kept.

    Not so the one for the device: it holds the contacts for people in danger, which change.
    """
    rendered = form_page(held, form)
    if not guards.current_person() and request.endpoint == "submissions.submit":
        kept = _blank_pages()
        if len(kept) >= _MOST_BLANK_PAGES:
            kept.clear()
        key = (version_of(held), form.kind, i18n.language().code, request.endpoint)
        everybodys = rendered.replace(fields_of_visit(), _VISIT_SLOT).replace(generate_csrf(), _CSRF_SLOT)
        kept[key] = everybodys.replace(form.form_token.data, _TOKEN_SLOT)
    return rendered


def _asked_anew(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue:
    form.ask_anew()
    return form_page(held, form), 422


def _is_closed(held: ListeningSession, form: SubmissionForm) -> bool:
    return not form.of_staff and not held.is_open


def _receipt_again(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue | None:
    """The receipt of a form that was kept while the session was open and whose answer got lost on the way."""
    try:
        found = form.validate() and services.sent_before(form.filled(), held, form.form_token.data)
    except services.AlreadySent:
        return None
    return _receipt_page(held, found, form.form_token.data) if found else None


def _send(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue:
    try:
        try:
            with counted(form):
                submission = _keep(held, form)
        except IntegrityError:
            # The same form came twice at once, or two first references met: the other one is there now.
            submission = _keep(held, form)
    except Reached:
        return form_page(held, form, problem=too_much_from_here()), 429, {"Retry-After": str(RETRY_AFTER_SECONDS)}
    except services.AlreadySent:
        form.form_token.data = new_form_token()
        return form_page(held, form, problem=sent_before()), 409
    except services.Reworded:
        return _asked_anew(held, form)
    except drafts.Overtaken:
        return overtaken(held, form)
    return _receipt_page(held, submission, form.form_token.data)


def _of_receipt(held: ListeningSession, form: SubmissionForm, step: str) -> ResponseReturnValue:
    """The receipt of what the form with this token became, shown again, or its code typed back; nothing is sent.

    Whoever has the token has the code: it is made of it.
    """
    token, typed_back = form.form_token.data, ReceiptForm()
    code = receipt_for(token)
    found = services.find_by_receipt_digest(services.receipt_digest(code))
    if found is None and step == "confirm" and (draft := drafts.of_form(token, held, form.kind)):
        return _of_saved(draft, token, typed_back)
    if found is None or found.recorded_by_id or found.listening_session_id != held.id:
        form.form_token.data = new_form_token()
        return form_page(held, form, problem=nothing_under_this_code()), 409
    if step == "receipt" or went_wrong():
        return _receipt_page(held, found, token, problem=what_went_wrong() if went_wrong() else None)
    if _is_typed_back(typed_back, code):
        return _confirmed(found, "submissions.mine")
    return _receipt_page(held, found, token, typed_back), 422


def _of_saved(draft: Draft, token: str, typed_back: ReceiptForm) -> ResponseReturnValue:
    """The same of a form that is saved and not sent yet."""
    code = receipt_for(token)
    if went_wrong():
        return saved_page(draft, code, token, problem=what_went_wrong())
    if _is_typed_back(typed_back, code):
        return _confirmed(draft, "submissions.draft")
    return saved_page(draft, code, token, typed_back), 422


def _is_typed_back(typed_back: ReceiptForm, code: str) -> bool:
    """Whether ``code`` was typed; if not, the form says why."""
    if typed_back.says(code):
        return True
    wrong = _("This is not the code above. Please compare it with your note, group by group.")
    typed_back.code.errors = [please_type_the_code() if typed_back.is_empty() else wrong]
    return False


def _confirmed(found: Submission | Draft, endpoint: str) -> ResponseReturnValue:
    visit.start(found)
    visit.tell("confirmed")
    return redirect(url_for(endpoint))


def _receipt_page(
    held: ListeningSession,
    submission: Submission,
    form_token: str,
    confirm: ReceiptForm | None = None,
    problem: str | None = None,
) -> Response | str:
    code = receipt_for(form_token)
    if submission.recorded_by_id:
        handed_over = grouped(code) if submission.receipt_digest else ""
        return render_template("submissions/recorded.html", held=held, submission=submission, code=handed_over)
    signed = signed_receipt(submission)
    page = render_template(
        "submissions/receipt.html",
        held=held,
        submission=submission,
        code=grouped(code),
        signed=signed,
        picture=picture(signed) if signed else None,
        confirm=confirm or ReceiptForm(formdata=None),
        problem=problem,
        days=retention_days(),
        form_token=form_token,
        permit=permit_for(submission),
        mark=visit.mark(submission),
    )
    return allow_worker(make_response(page))


def _keep(held: ListeningSession, form: SubmissionForm) -> Submission:
    person = guards.current_person() if form.of_staff else None
    filled = form.filled()  # before the transaction: telling languages takes time in which nobody else could write
    with transaction():
        submission, _code = services.submit(
            filled,
            held,
            form_token=form.form_token.data,
            interface_language=i18n.language().code,
            wording=form.wording.data or "",
            channel=Channel.FLOOR if form.kind is Kind.INTERVENTION else Channel.FORM,
            recorded_by_id=person.id if person else None,
        )
        drafts.become(submission, seen=seen_by(held, form))
        return submission
