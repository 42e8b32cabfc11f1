"""What contributors see when they came back: their submission, and everything they may do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps

from flask import Response, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.database import forget_journal, transaction
from intake.foundation.errors import RETRY_AFTER_SECONDS, gives_back, went_wrong, what_went_wrong
from intake.foundation.limits import Limit, Reached
from intake.foundation.security import signer
from intake.submissions import blocks, drafts, happened, services
from intake.submissions.consent import Consent
from intake.submissions.forms import (
    AddressForm,
    AmendmentForm,
    AnswerForm,
    ConsentForm,
    amendment_class,
    consent_form_class,
    words_typed,
)
from intake.submissions.models import Submission
from intake.submissions.own_copy import FILE_NAME, agreed, as_pdf, blocks_explained, fingerprints
from intake.submissions.proof import picture, signed_receipt
from intake.submissions.questionnaire import Section, sections
from intake.submissions.screening import Screened, screen_answers
from intake.submissions.sealing import Erased, open_message
from intake.submissions.showing import Shown, show_all
from intake.submissions.vocabulary import Kind, State
from intake.submissions.workflow import CONTRIBUTOR, IllegalMove, Overtaken, open_moves

from . import visit
from .blueprint import bp
from .door import ask_again
from .steps import DONE, check_page, guiding, retention_days, too_much_from_here

_AN_HOUR = 3600
_LATER = {"Retry-After": str(RETRY_AFTER_SECONDS)}
mails = Limit(burst=3, seconds_each=_AN_HOUR)
"""Mails with the signed receipt of one submission, or to one address: enough for oneself, too few to trouble others."""
mails_from_here = Limit(burst=20, seconds_each=_AN_HOUR / 20)
"""The same from one place."""
writings = Limit(burst=30, seconds_each=300)
"""Messages and changes behind one receipt: people read all of them."""


def of_own_submission(view: Callable[[Submission], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Call ``view`` with the submission of this visit; without one, or once it is withdrawn, there is only the door."""

    @wraps(view)
    def called() -> ResponseReturnValue:
        submission = visit.own_submission()
        try:
            return ask_again() if submission is None else view(submission)
        except Erased:
            return ask_again()  # it was withdrawn in another place meanwhile; what was typed is handed back

    return called


def _typed() -> list[str]:
    return words_typed(request.form.items(multi=True))


@bp.get("/receipt/submission/")
@guards.public
@of_own_submission
def mine(submission: Submission) -> ResponseReturnValue:
    """One's own submission: where it stands, what was asked, what was agreed."""
    return _mine_page(submission, AnswerForm())


def _mine_page(
    submission: Submission,
    form: AnswerForm,
    problem: str | None = None,
    kept: list[str] | None = None,
    screened: Mapping[str, Screened] | None = None,
) -> str:
    """The page; ``kept`` are words that cannot be taken any more, to be kept by whoever wrote them.

    ``screened`` is what in the message could show who somebody is.
    """
    asked = submission.state == State.QUESTION_ASKED
    if not form.seen.data:
        form.sees(len(submission.messages))
    if not asked:
        form.answer.label.text = _("Your message")
    messages = [(message, open_message(submission, message)) for message in submission.messages]
    return render_template(
        "submissions/mine.html",
        submission=submission,
        held=submission.listening_session,
        form=form,
        problem=problem,
        kept=kept,
        done=DONE.get(visit.told()),
        screened=screened,
        signed=signed_receipt(submission),
        versions=fingerprints(submission),
        messages=messages,
        blocks_in_messages=blocks_explained(submission, [body for _message, body in messages]),
        blocks_explained=blocks_explained(submission, services.current_answers(submission).values()),
        shown=_shown(submission),
        agreed=agreed(submission),
        happened=happened.steps(submission),
        asked=asked,
        may={move.verb for move in open_moves(submission, CONTRIBUTOR)},
        days=retention_days(),
    )


def _shown(submission: Submission) -> Iterator[tuple[Section, tuple[Shown, ...]]]:
    return show_all(
        sections(Kind(submission.kind), guiding(submission.listening_session)),
        services.current_answers(submission),
        written_in=submission.revisions[-1].language,
        reader=i18n.language().code,
    )


@bp.get("/receipt/copy/")
@guards.public
@of_own_submission
def own_copy(submission: Submission) -> ResponseReturnValue:
    """One's own answers as a page to be printed."""
    return _copy_page(submission, AddressForm())


def _copy_page(submission: Submission, form: AddressForm, problem: str | None = None) -> str:
    signed = signed_receipt(submission)
    return render_template(
        "submissions/own_copy.html",
        submission=submission,
        form=form,
        problem=problem,
        mailed=session.pop("mailed", False),
        can_mail=bool(signed and current_app.config["SETTINGS"].smtp_url),
        held=submission.listening_session,
        shown=_shown(submission),
        agreed=agreed(submission),
        blocks_explained=blocks_explained(submission, services.current_answers(submission).values()),
        signed=signed,
        versions=fingerprints(submission),
        picture=picture(signed) if signed else None,
    )


@bp.get("/receipt/copy/file")
@guards.public
@of_own_submission
def own_copy_file(submission: Submission) -> ResponseReturnValue:
    """The same as a file to be kept."""
    response = Response(as_pdf(submission, _shown(submission)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename={FILE_NAME}"
    return response


@bp.post("/receipt/copy/mail/")
@guards.public
@gives_back
@of_own_submission
def mail_receipt(submission: Submission) -> ResponseReturnValue:
    """Send the signed receipt to an address that is kept no longer than the mail takes."""
    if not current_app.config["SETTINGS"].smtp_url:
        abort(404)
    form = AddressForm()
    if went_wrong():
        return _copy_page(submission, form, problem=what_went_wrong())
    if not form.validate():
        return _copy_page(submission, form), 422
    to = form.email.kept
    try:
        with mails_from_here.taking(), mails.taking(submission.reference, to), transaction():
            services.mail_signed_receipt(submission, to, i18n.language().code)
    except Reached:
        problem = _("The receipt was sent several times just now. Please wait an hour and try again.")
        return _copy_page(submission, form, problem=problem), 429, {"Retry-After": str(_AN_HOUR)}
    session["mailed"] = True
    return redirect(url_for("submissions.own_copy"))


@bp.post("/receipt/answer/")
@guards.public
@gives_back
@accepts(LARGEST_FORM_BYTES)
@of_own_submission
def answer(submission: Submission) -> ResponseReturnValue:
    """Answer the question that was asked, or write of one's own accord."""
    form = AnswerForm()
    if went_wrong():
        return _mine_page(submission, form, problem=what_went_wrong())
    if not form.validate():
        return _mine_page(submission, form), 422
    screened = screen_answers([form.question], {form.question.name: form.answer.kept, "country": submission.country})
    if screened and not form.is_advised():
        form.advise()
        return _mine_page(submission, form, screened=screened)
    try:
        with writings.taking(submission.reference), transaction():
            services.reply(submission, form.answer.kept, i18n.language().code, seen=form.messages_seen())
    except Reached:
        return _mine_page(submission, form, problem=too_much_from_here()), 429, _LATER
    except (IllegalMove, Overtaken):
        problem = _("This was changed in another place meanwhile. Your words are still here: please send them again.")
        return _mine_page(submission, form, problem=problem), 409
    return redirect(url_for("submissions.mine", _anchor="messages"))


@bp.route("/receipt/change/", methods=["GET", "POST"])
@guards.public
@gives_back
@accepts(LARGEST_FORM_BYTES)
@of_own_submission
def amend(submission: Submission) -> ResponseReturnValue:
    """Change what one said: the same questions, the same check, a new revision."""
    if "amend" not in {move.verb for move in open_moves(submission, CONTRIBUTOR)}:
        if request.method != "POST":
            return redirect(url_for("submissions.mine"))
        return _mine_page(submission, AnswerForm(formdata=None), kept=_typed()), 409
    kind, asked = Kind(submission.kind), guiding(submission.listening_session)
    form = amendment_class(kind, asked)(submission, services.current_answers(submission))
    step = request.form.get("step")
    if went_wrong():
        return _amend_page(submission, form, problem=what_went_wrong())
    if request.method != "POST" or step == "edit":
        return _amend_page(submission, form)
    if not form.validate():
        return _amend_page(submission, form), 422
    if step != "send":
        return check_page(submission.listening_session, form)
    filled = form.filled()
    try:
        with writings.taking(submission.reference), transaction():
            is_changed = services.amend(submission, filled, seen=form.seen_revision())
    except Reached:
        return _amend_page(submission, form, problem=too_much_from_here()), 429, _LATER
    except services.OrganisationStands:
        form["organisation"].errors = [
            _(
                "The organisation cannot change once the submission is accepted. "
                "For another one, withdraw it and send it again."
            )
        ]
        return _amend_page(submission, form), 422
    except (IllegalMove, Overtaken):
        form.seen.data = str(submission.revisions[-1].number)
        problem = _(
            "This was changed in another place meanwhile. What you wrote is here: send it if you want it to count."
        )
        return _amend_page(submission, form, problem=problem), 409
    # Where the answer to it was lost it is sent again, and is the latest already.
    is_kept = is_changed or form.seen_revision() < submission.revisions[-1].number
    visit.tell("changed" if is_kept else "unchanged")
    return redirect(url_for("submissions.mine"))


def _amend_page(submission: Submission, form: AmendmentForm, problem: str | None = None) -> str:
    return render_template(
        "submissions/amend.html",
        submission=submission,
        held=submission.listening_session,
        form=form,
        problem=problem,
        has_erased=blocks.has_erased(submission),
    )


@bp.route("/receipt/consent/", methods=["GET", "POST"])
@guards.public
@of_own_submission
def consent(submission: Submission) -> ResponseReturnValue:
    """Change what was agreed: less counts at once, more after a second look."""
    agreed_so_far = submission.consent_within_promise
    form = consent_form_class()(data={"consent_tier": str(int(agreed_so_far.tier)), **agreed_so_far.permissions()})
    first, second = (
        services.asked_to_change(submission, for_more=more, machines=agreed_so_far.machine_translation)
        for more in (False, True)
    )
    form.ask(first)
    if request.method != "POST" or not form.validate():
        return _consent_page(submission, form), 422 if form.errors else 200
    version, likely = form.wording.data or "", i18n.language().code
    on_page = next(((one, code) for one in (first, second) if (code := one.language_of(version, likely))), None)
    if on_page is None:
        form.ask_anew()
        return _consent_page(submission, form), 422
    asked, language = on_page
    # That somebody is sure counts only on the page that asks for it.
    to = form.consent()
    is_sure = asked is second and bool(form.sure.data) and request.form.get("asked") == _asked(submission, to)
    try:
        with transaction():
            services.change_consent(submission, to, language, confirmed=is_sure, asked=asked)
    except services.NotConfirmed:
        form.ask(second)
        form.sure.data = False
        return _consent_page(submission, form, asked=_asked(submission, to)), 422
    visit.tell("consent")
    return redirect(url_for("submissions.mine"))


def _asked(submission: Submission, to: Consent) -> str:
    """What the page that asks whether somebody is sure says of itself: of which change, and of which state before.

    Nothing else counts as sure: a confirmation that no page asked for is none.
    """
    said = [submission.reference, submission.version, int(to.tier), to.permissions()]
    return str(signer("asked whether more is allowed").dumps(said))


def _consent_page(submission: Submission, form: ConsentForm, *, asked: str = "") -> str:
    """The page; ``asked`` where it asks whether somebody is sure."""
    form.shows(i18n.language().code)
    return render_template(
        "submissions/consent.html", form=form, submission=submission, held=submission.listening_session, asked=asked
    )


@bp.route("/receipt/withdraw/", methods=["GET", "POST"])
@guards.public
def withdraw() -> ResponseReturnValue:
    """Withdraw, without a reason. Whoever asks again, because the answer was lost, reads that it is withdrawn."""
    if request.method == "POST" and visit.is_gone():
        visit.end()
        return redirect(url_for("submissions.withdrawn"))
    return _withdraw()


@of_own_submission
def _withdraw(submission: Submission) -> ResponseReturnValue:
    if request.method != "POST":
        return render_template(
            "submissions/withdraw.html", submission=submission, form=FlaskForm(), days=retention_days()
        )
    visit.leave_mark(submission)
    with transaction():
        drafts.remove(submission.receipt_digest or "")
        services.withdraw(submission)
    forget_journal()
    visit.end()
    return redirect(url_for("submissions.withdrawn"))


@bp.get("/receipt/withdrawn/")
@guards.public
def withdrawn() -> ResponseReturnValue:
    """What withdrawing did."""
    return render_template("submissions/withdrawn.html", days=retention_days(), gone=visit.take_mark())
