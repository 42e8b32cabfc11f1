"""What contributors see: the form, the check page, the receipt, and the way back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import DBAPIError, IntegrityError

from intake.accounts import guards
from intake.foundation import clock, i18n
from intake.foundation.crypto import keyring
from intake.foundation.database import forget_journal, transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.identifiers import MistypedReceipt, grouped, new_form_token, read_receipt, receipt_for
from intake.foundation.multilingual import Multilingual
from intake.foundation.security import accepts, csrf
from intake.foundation.texts import has_direction_controls
from intake.programme.lookup import session_or_404
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug, session_version, version_of

from . import queries, services
from .consent import OF_CONTRIBUTORS, TIER_LABELS, Tier, asked_of, offered
from .forms import (
    GUESS,
    AmendmentForm,
    AnswerForm,
    ConsentForm,
    ReceiptForm,
    SubmissionForm,
    amendment_class,
    form_class,
    tier_choices,
)
from .models import Submission
from .questionnaire import questions, sections
from .screening import screen_answers
from .sealing import open_message
from .showing import show_all
from .vocabulary import WRITTEN, Channel, Kind, State
from .workflow import CONTRIBUTOR, IllegalMove, Overtaken, open_moves

bp = Blueprint("submissions", __name__, url_prefix="/<lang>")

LARGEST_FORM_BYTES = 8_000_000
"""Everything a person can type, however it is encoded; what is longer is not typed."""

_CSRF_SLOT, _TOKEN_SLOT = "\x00csrf\x00", "\x00token\x00"
_MOST_BLANK_PAGES = 200
_blank_pages: dict[tuple[Any, ...], str] = {}

_LONGEST_CODE = 19
_OURS = frozenset({"csrf_token", "form_token", "step", "seen"})
"""Fields that no contributor types."""

_VISIT_KEY = "receipt"
_VISIT_MINUTES = 30


@bp.route("/sessions/<slug>/submit/<kind>", methods=["GET", "POST"], strict_slashes=False)
@guards.public
@gives_back
@accepts(LARGEST_FORM_BYTES)
def submit(slug: str, kind: str) -> ResponseReturnValue:
    """The form, the check page and the receipt of one submission."""
    if kind not in WRITTEN:
        abort(404)
    if request.method != "POST" and (kept := _kept_blank_page(slug, Kind(kind))):
        return kept
    return _form_steps(session_or_404(slug), Kind(kind))


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
    return _form_steps(held, Kind.INTERVENTION)


@bp.get("/staff/record/")
@guards.staff("intervention.record")
def record_index() -> ResponseReturnValue:
    """The listening sessions in which the signed-in person may record."""
    held = queries.sessions_to_record(guards.current_person())
    return render_template("submissions/record_index.html", sessions=held)


def _form_steps(held: ListeningSession, kind: Kind) -> ResponseReturnValue:
    form = _form(held, kind)
    if request.method != "POST":
        return _closed(held, form) if _is_closed(held, kind) else _blank_page(held, form)
    if went_wrong():
        return _form_page(held, form, problem=_what_went_wrong())
    step = request.form.get("step")
    if _is_closed(held, kind):
        return (step == "send" and _receipt_again(held, form)) or _closed(held, form)
    if step == "edit":
        return _form_page(held, form)
    if not form.validate():
        return _form_page(held, form), 422
    if step != "send":
        return _check_page(held, form)
    return _send(held, form)


def _form(held: ListeningSession, kind: Kind) -> SubmissionForm:
    return form_class(kind, _guiding(held))()


def _guiding(held: ListeningSession) -> tuple[tuple[int, Multilingual], ...]:
    return tuple((question.position, question.text) for question in held.questions)


def _kept_blank_page(slug: str, kind: Kind) -> str | None:
    """The empty form of a session as it was rendered for a stranger before, with tokens of its own."""
    if guards.current_person():
        return None
    kept = _blank_pages.get((session_version(slug), kind, i18n.language().code))
    return kept and kept.replace(_CSRF_SLOT, generate_csrf()).replace(_TOKEN_SLOT, new_form_token())


def _blank_page(held: ListeningSession, form: SubmissionForm) -> str:
    """The empty form. For strangers it differs only in its two tokens, so it is rendered once and kept."""
    rendered = _form_page(held, form)
    if not guards.current_person():
        if len(_blank_pages) >= _MOST_BLANK_PAGES:
            _blank_pages.clear()
        key = (version_of(held), form.kind, i18n.language().code)
        _blank_pages[key] = rendered.replace(generate_csrf(), _CSRF_SLOT).replace(form.form_token.data, _TOKEN_SLOT)
    return rendered


def _is_closed(held: ListeningSession, kind: Kind) -> bool:
    return kind in WRITTEN and not held.is_open


def _what_went_wrong() -> str:
    if went_wrong() == 503:
        return _("We could not keep it just now. Your text is still here: please send it again in a minute.")
    return _("This page was open for a long time. Your text is still here: please send it again.")


def _form_page(held: ListeningSession, form: SubmissionForm, problem: str | None = None) -> str:
    return render_template("submissions/form.html", held=held, form=form, problem=problem)


def _closed(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue:
    typed = request.method == "POST"
    return render_template("submissions/closed.html", held=held, form=form, typed=typed), 409


def _check_page(held: ListeningSession, form: SubmissionForm | AmendmentForm) -> str:
    filled = form.filled()
    guessed = form.guessed_language()
    chosen = form.language.data
    if chosen == GUESS:
        form.language.data = filled.language
    return render_template(
        "submissions/check.html",
        held=held,
        form=form,
        filled=filled,
        guessed=chosen == GUESS,
        doubt=guessed if chosen != GUESS and guessed and guessed != chosen else None,
        shown=show_all(form.sections(), filled.shown(), written_in=filled.language, reader=i18n.language().code),
        tier=asked_of(filled.kind).tiers[filled.consent.tier],
        screened=screen_answers(questions(form.kind, form.guiding), filled.answers),
        turns=any(has_direction_controls(v) for v in filled.answers.values() if isinstance(v, str)),
        carried=_carried(form),
    )


def _carried(form: FlaskForm) -> list[tuple[str, str]]:
    """Every value of the form as hidden fields carry it to the next step."""
    pairs: list[tuple[str, str]] = []
    for field in form:
        if field.name == "csrf_token" or field.data in (None, "", [], False):
            continue
        values = field.data if isinstance(field.data, list) else ["y" if field.data is True else field.data]
        pairs.extend((field.name, str(value)) for value in values)
    return pairs


def _receipt_again(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue | None:
    """The receipt of a form that was kept while the session was open and whose answer got lost on the way."""
    try:
        found = form.validate() and services.sent_before(form.filled(), held, form.form_token.data)
    except services.AlreadySent:
        return None
    return _receipt_page(held, found, receipt_for(form.form_token.data)) if found else None


def _send(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue:
    try:
        try:
            submission, code = _keep(held, form)
        except IntegrityError:
            # The same form came twice at once, or two first references met: the other one is there now.
            submission, code = _keep(held, form)
    except services.AlreadySent:
        form.form_token.data = new_form_token()
        problem = _(
            "This form was sent before, and that submission is unchanged. "
            "If you send it now, it becomes a second submission with a receipt of its own."
        )
        return _form_page(held, form, problem=problem), 409
    return _receipt_page(held, submission, code)


def _receipt_page(held: ListeningSession, submission: Submission, code: str) -> ResponseReturnValue:
    if submission.kind == Kind.INTERVENTION:
        return render_template("submissions/recorded.html", held=held, submission=submission)
    return render_template(
        "submissions/receipt.html",
        held=held,
        submission=submission,
        code=grouped(code),
        days=_retention_days(),
    )


def _keep(held: ListeningSession, form: SubmissionForm) -> tuple[Submission, str]:
    person = guards.current_person() if form.kind is Kind.INTERVENTION else None
    with transaction():
        return services.submit(
            form.filled(),
            held,
            form_token=form.form_token.data,
            interface_language=i18n.language().code,
            channel=Channel.FLOOR if person else Channel.FORM,
            recorded_by_id=person.id if person else None,
        )


def _retention_days() -> int:
    days: int = current_app.config["SETTINGS"].retention_days
    return days


@bp.route("/receipt/", methods=["GET", "POST"])
@guards.public
@gives_back
def receipt_door() -> ResponseReturnValue:
    """Where a receipt code opens the way to one's own submission."""
    form = ReceiptForm()
    if request.method != "POST":
        return render_template("submissions/door.html", form=form)
    if went_wrong():
        return render_template("submissions/door.html", form=form, problem=_what_went_wrong())
    if not (form.code.data or "").strip():
        return _door_closed(form, _("Please type your receipt code."))
    try:
        code = read_receipt(form.code.data or "")
    except MistypedReceipt:
        return _door_closed(form, _("This cannot be a receipt code. Please compare it with your note, group by group."))
    found = services.find_by_receipt(code)
    if found is None:
        return _door_closed(
            form, _("We find nothing under this code. It may be mistyped, or what was here is withdrawn.")
        )
    session[_VISIT_KEY] = {
        "digest": keyring().index("receipt", code),
        "since": int(clock.now().timestamp()),
        "visits": found.receipt_visits,
    }
    return redirect(url_for("submissions.mine"))


def _door_closed(form: ReceiptForm, message: str) -> ResponseReturnValue:
    form.code.errors = [message]
    return render_template("submissions/door.html", form=form), 422


def _own_submission() -> Submission | None:
    """The submission whose receipt was shown in this visit, for as long as the visit lasts."""
    held = session.get(_VISIT_KEY)
    if not held or clock.now().timestamp() - held["since"] > _VISIT_MINUTES * 60:
        session.pop(_VISIT_KEY, None)
        return None
    found = services.find_by_receipt_digest(held["digest"])
    return found if found is not None and found.receipt_visits == held.get("visits") else None


@bp.get("/receipt/submission/")
@guards.public
def mine() -> ResponseReturnValue:
    """One's own submission: where it stands, what was asked, what was agreed."""
    submission = _own_submission()
    if submission is None:
        return redirect(url_for("submissions.receipt_door"))
    return _mine_page(submission, AnswerForm())


def _mine_page(submission: Submission, form: AnswerForm, problem: str | None = None) -> str:
    return render_template(
        "submissions/mine.html",
        submission=submission,
        held=submission.listening_session,
        form=form,
        problem=problem,
        messages=[(message, open_message(submission, message)) for message in submission.messages],
        shown=show_all(
            sections(Kind(submission.kind), _guiding(submission.listening_session)),
            services.current_answers(submission),
            written_in=submission.revisions[-1].language,
            reader=i18n.language().code,
        ),
        tier=TIER_LABELS[Tier(submission.consent_tier)],
        asked=submission.state == State.QUESTION_ASKED,
        may={move.verb for move in open_moves(submission, CONTRIBUTOR)},
        days=_retention_days(),
    )


@bp.post("/receipt/answer/")
@guards.public
@gives_back
@accepts(LARGEST_FORM_BYTES)
def answer() -> ResponseReturnValue:
    """Answer the question that was asked."""
    form = AnswerForm()
    submission = _own_submission()
    if submission is None:
        return _come_back_first()
    if went_wrong():
        return _mine_page(submission, form, problem=_what_went_wrong())
    if not form.validate():
        return _mine_page(submission, form), 422
    try:
        with transaction():
            services.answer(submission, form.answer.kept, i18n.language().code)
    except (IllegalMove, Overtaken):
        return _mine_page(submission, form, problem=_("No question is open any more. Your words are still here.")), 409
    return redirect(url_for("submissions.mine"))


@bp.route("/receipt/change/", methods=["GET", "POST"])
@guards.public
@gives_back
@accepts(LARGEST_FORM_BYTES)
def amend() -> ResponseReturnValue:
    """Change what one said: the same questions, the same check, a new revision."""
    submission = _own_submission()
    if submission is None:
        return _come_back_first()
    if "amend" not in {move.verb for move in open_moves(submission, CONTRIBUTOR)}:
        return redirect(url_for("submissions.mine"))
    kind, guiding = Kind(submission.kind), _guiding(submission.listening_session)
    form = amendment_class(kind, guiding)(submission, services.current_answers(submission))
    step = request.form.get("step")
    if went_wrong():
        return _amend_page(submission, form, problem=_what_went_wrong())
    if request.method != "POST" or step == "edit":
        return _amend_page(submission, form)
    if not form.validate():
        return _amend_page(submission, form), 422
    if step != "send":
        return _check_page(submission.listening_session, form)
    try:
        with transaction():
            services.amend(submission, form.filled(), seen=form.seen_revision())
    except services.OrganisationStands:
        form["organisation"].errors = [
            _("This cannot change once it was accepted. For another organisation, withdraw and send it anew.")
        ]
        return _amend_page(submission, form), 422
    except (IllegalMove, Overtaken):
        form.seen.data = str(submission.revisions[-1].number)
        problem = _("This was changed in another place meanwhile. What you wrote is here: send it if it shall count.")
        return _amend_page(submission, form, problem=problem), 409
    return redirect(url_for("submissions.mine"))


def _amend_page(submission: Submission, form: AmendmentForm, problem: str | None = None) -> str:
    return render_template(
        "submissions/amend.html",
        submission=submission,
        held=submission.listening_session,
        form=form,
        problem=problem,
    )


def _come_back_first() -> ResponseReturnValue:
    """The door, for somebody whose visit is over; what they typed meanwhile is on it, to be kept."""
    if request.method != "POST":
        return redirect(url_for("submissions.receipt_door"))
    fields = request.form.items(multi=True)
    typed = [value for name, value in fields if name not in _OURS and (" " in value or len(value) > _LONGEST_CODE)]
    return render_template("submissions/door.html", form=ReceiptForm(), kept=typed), 422


@bp.route("/receipt/consent/", methods=["GET", "POST"])
@guards.public
def consent() -> ResponseReturnValue:
    """Change what was agreed: less counts at once, more after a second look."""
    submission = _own_submission()
    if submission is None:
        return redirect(url_for("submissions.receipt_door"))
    form = ConsentForm(data=_present_consent(submission))
    # Also a practice may be counted only, though its form does not offer that.
    form.consent_tier.choices = tier_choices(OF_CONTRIBUTORS, offered(Kind.TESTIMONY))
    if request.method != "POST" or not form.validate():
        return _consent_page(submission, form), 422 if form.errors else 200
    try:
        with transaction():
            services.change_consent(submission, form.consent(), i18n.language().code, confirmed=bool(form.sure.data))
    except services.NotConfirmed:
        return _consent_page(submission, form, wider=True), 422
    return redirect(url_for("submissions.mine"))


def _consent_page(submission: Submission, form: ConsentForm, *, wider: bool = False) -> str:
    return render_template(
        "submissions/consent.html", form=form, submission=submission, held=submission.listening_session, wider=wider
    )


def _present_consent(submission: Submission) -> dict[str, Any]:
    return {
        "consent_tier": str(submission.consent_tier),
        "follow_up": submission.follow_up,
        "publication": submission.publication,
    }


@bp.route("/receipt/withdraw/", methods=["GET", "POST"])
@guards.public
def withdraw() -> ResponseReturnValue:
    """Withdraw, without a reason."""
    submission = _own_submission()
    if submission is None:
        return redirect(url_for("submissions.receipt_door"))
    if request.method != "POST":
        return render_template(
            "submissions/withdraw.html", submission=submission, form=FlaskForm(), days=_retention_days()
        )
    with transaction():
        services.withdraw(submission)
    forget_journal()
    session.pop(_VISIT_KEY, None)
    return redirect(url_for("submissions.withdrawn"))


@bp.get("/receipt/withdrawn/")
@guards.public
def withdrawn() -> ResponseReturnValue:
    """What withdrawing did."""
    return render_template("submissions/withdrawn.html", days=_retention_days())


@bp.post("/leave/")
@csrf.exempt  # it only forgets; a token that has run out must not keep anybody here
@guards.public
def leave() -> ResponseReturnValue:
    """Leave quickly: end this visit, here and on the server, and show a page that says nothing."""
    held = session.get(_VISIT_KEY)
    session.clear()
    if held:
        try:
            with transaction():
                services.end_receipt_visits(held["digest"])
        except DBAPIError:
            pass  # whatever happens to the database, nobody is kept here: the cookie is gone
    return redirect(url_for("submissions.left"), 303)


@bp.get("/leave/")
@guards.public
def left() -> ResponseReturnValue:
    """A page that says nothing, after which the browser keeps nothing of us."""
    response = make_response(render_template("submissions/left.html"))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
