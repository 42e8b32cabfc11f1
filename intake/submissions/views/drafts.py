"""Saving a form to come back to, and coming back to it."""

from __future__ import annotations

from contextlib import nullcontext

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.database import forget_journal, transaction
from intake.foundation.errors import RETRY_AFTER_SECONDS
from intake.foundation.identifiers import grouped, new_form_token, receipt_for
from intake.foundation.limits import Limit, Reached
from intake.foundation.security import allow_worker
from intake.programme.models import ListeningSession
from intake.submissions import attachments, drafts
from intake.submissions.forms import UNDER, ReceiptForm, SubmissionForm, words_typed
from intake.submissions.models import Draft
from intake.submissions.paper.left_over import as_typed, left_over_in
from intake.submissions.permits import permit_for
from intake.submissions.sealing import Typed, open_typed

from . import visit
from .blueprint import bp
from .door import ask_again, please_type_the_code
from .steps import (
    DONE,
    closed_page,
    form_page,
    left_over_of,
    mark_doubts,
    of_another_form,
    sent_before,
    too_much_from_here,
)
from .versions import as_saved, differing, fields_of

_OF_NONE = "0"
"""The version of its draft that a page saw which is known to have none: no draft begins with it."""

_APART = "apart"
"""Said under ``UNDER`` by whoever means another form than the one that was saved; anything else means that one."""

_MOST_CHARACTERS = 400_000
"""Of a draft as a whole: several times what fits in the answers of a form."""

new_drafts = Limit(burst=60, seconds_each=10)
"""Drafts begun from one place: a hall of people behind one address does not fill this. Saving one again is free."""


def save(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue:
    """Keep what was typed, as it is, and show the code that leads back to it."""
    typed = _typed(held, form)
    if is_too_long(typed):
        return form_page(
            held, form, problem=_("This is too long to be saved. Nothing was cut: please shorten it.")
        ), 413
    is_new = _saved_before(held, form) is None
    try:
        with new_drafts.taking() if is_new else nullcontext():
            draft, code = _keep(held, form, typed)
    except Reached:
        return form_page(held, form, problem=too_much_from_here()), 429, {"Retry-After": str(RETRY_AFTER_SECONDS)}
    except (drafts.AlreadySent, drafts.AnotherForm) as error:
        form.form_token.data = new_form_token()
        is_sent = isinstance(error, drafts.AlreadySent)
        return form_page(held, form, problem=sent_before() if is_sent else of_another_form()), 409
    except drafts.Overtaken:
        return overtaken(held, form)
    visit.start(draft)
    visit.see(draft)
    return saved_page(draft, code, form.form_token.data)


def saved_page(
    draft: Draft,
    code: str,
    form_token: str,
    confirm: ReceiptForm | None = None,
    problem: str | None = None,
    *,
    of_paper: bool = False,
) -> Response:
    """The page that shows the ``code`` (ungrouped) of a draft; ``confirm`` is how it was typed back.

    From that of a paper one goes on to what was understood of it; the code is typed back at the form's own address.

    A device knows the form by the token under which it came, which is another where it took the place of one.
    """
    page = render_template(
        "submissions/saved.html",
        held=draft.listening_session,
        draft=draft,
        told=dict(fields_of(open_typed(draft))),
        code=grouped(code),
        confirm=confirm or ReceiptForm(formdata=None),
        problem=problem,
        sent_until=drafts.grace_until(draft),
        form_token=form_token,
        of_paper=of_paper,
        confirm_at=form_address(draft) if of_paper else request.path,
        came_under=request.form.get("form_token", ""),
        permit=permit_for(draft),
        mark=visit.mark(draft),
    )
    return allow_worker(make_response(page))


def form_address(draft: Draft) -> str:
    """Where the form of ``draft`` is checked, saved and sent."""
    return url_for("submissions.submit", slug=draft.listening_session.slug, kind=draft.kind)


def is_too_long(typed: Typed) -> bool:
    """Whether ``typed`` is more than a draft holds."""
    return sum(len(name) + len(value) for name, value in typed) > _MOST_CHARACTERS


def _typed(held: ListeningSession, form: SubmissionForm) -> Typed:
    pairs = [(name, value) for name, value in request.form.items(multi=True) if name in form and name != "csrf_token"]
    answers = [(name, value) for name, value in pairs if name not in ("form_token", "saved")]
    return [*answers, *as_typed(left_over_of(held, form, unseen=True)), ("form_token", form.form_token.data)]


def _keep(held: ListeningSession, form: SubmissionForm, typed: Typed) -> tuple[Draft, str]:
    with transaction():
        return drafts.save(
            typed,
            held,
            form.kind,
            form_token=form.form_token.data,
            interface_language=i18n.language().code,
            seen=seen_by(held, form),
        )


def seen_by(held: ListeningSession, form: SubmissionForm) -> int | None:
    """Which version of its draft ``form`` saw: as its page says, else what this browser saw last."""
    return form.saw() or visit.seen_of(_saved_before(held, form))


def _saved_before(held: ListeningSession, form: SubmissionForm) -> Draft | None:
    return drafts.of_form(form.form_token.data, held, form.kind)


def overtaken(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue:
    """The form with what was typed here, and what else was saved under its code since."""
    there = _saved_before(held, form)
    other = []
    if there is not None:
        form.see(there)
        other = differing(as_saved(there, held), form)
    problem = _(
        "This was saved from another place since. What you wrote here is below. "
        "If you save or send it now, it takes the place of the other."
    )
    return form_page(held, form, problem=problem, other=other), 409


def saved_apart(held: ListeningSession, form: SubmissionForm) -> ResponseReturnValue | None:
    """The form once more, where this browser saved one a while ago under a code that its page does not know of.

    Whoever goes back from the page with the code comes to an empty form with a token of its own: what they type
    there would become a second draft under a code that nobody told them of. But it may as well be the next person
    at a device that is shared. So nothing of what was saved is on the page, and it is replaced only by whoever types
    its code. None where that is not so, or where it was said which of the two it is; the form then goes under the
    code that was meant.
    """
    draft = None if form.of_staff or form.saw() is not None else visit.own_draft()
    if draft is None or not drafts.is_of(draft, held, form.kind):
        return None
    before = as_saved(draft, held)
    known, meant, typed = before.form_token.data, request.form.get(UNDER), ReceiptForm()
    if form.form_token.data == known:
        return None
    if meant == _APART and typed.is_empty():
        form.saved.data = _OF_NONE
        return None
    # Nobody writes the same words as somebody else by chance; a form without any says nothing of whose it is.
    is_same = typed.says(receipt_for(known)) if meant else _says_anything() and not differing(before, form)
    if is_same:
        form.form_token.data, form.saved.data = known, str((meant and visit.seen_of(draft)) or draft.version)
        return None
    if meant:
        wrong = _("This is not the code under which it was saved. Please compare it with your note, group by group.")
        typed.code.errors = [please_type_the_code() if typed.is_empty() else wrong]
    visit.see(draft)
    problem = _(
        "A form was saved in this browser a short while ago, under a code. What you wrote now is not saved and not "
        "sent yet: please say first which of the two it is."
    )
    return form_page(held, form, problem=problem, which=typed, apart=_APART, is_apart=meant in (None, _APART)), 409


def _says_anything() -> bool:
    return bool(words_typed(request.form.items(multi=True)))


@bp.get("/receipt/draft/")
@guards.public
def draft() -> ResponseReturnValue:
    """The form as it was saved, to go on writing."""
    found = visit.own_draft()
    if found is None:
        return ask_again()
    held = found.listening_session
    pairs = open_typed(found)
    left_over = left_over_in(pairs)
    form = as_saved(found, held)
    if not held.is_open and not drafts.may_still_be_sent(found):
        return closed_page(held, form, typed=True, left_over=left_over)
    visit.see(found)
    mark_doubts(form, left_over)
    return form_page(
        held,
        form,
        draft=found,
        done=DONE.get(visit.told()),
        sent_until=drafts.grace_until(found),
        left_over=left_over,
        action=form_address(found),
        no_longer_asked=words_typed((name, value) for name, value in fields_of(pairs) if name not in form),
    )


@bp.route("/receipt/draft/delete/", methods=["GET", "POST"])
@guards.public
def delete_draft() -> ResponseReturnValue:
    """Delete what was saved, at once and for good."""
    found = visit.own_draft()
    if request.method == "POST" and visit.is_gone():
        visit.end()
        return redirect(url_for("submissions.draft_deleted"))
    if found is None:
        return ask_again()
    if request.method != "POST":
        return render_template("submissions/delete_draft.html", draft=found, held=found.listening_session)
    visit.leave_mark(found)
    stored = [file.stored for file in attachments.of(found)]
    with transaction():
        drafts.remove(found.receipt_digest)
    forget_journal()
    attachments.forget(stored)
    visit.end()
    return redirect(url_for("submissions.draft_deleted"))


@bp.get("/receipt/draft/deleted/")
@guards.public
def draft_deleted() -> ResponseReturnValue:
    """Nothing is left of it."""
    return render_template("submissions/draft_deleted.html", gone=visit.take_mark())
