"""A form on paper: the Word file to download, and uploading it when it was filled."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.bodies import accepts
from intake.foundation.database import transaction
from intake.foundation.errors import RETRY_AFTER_SECONDS, gives_back, went_wrong, what_went_wrong
from intake.foundation.files.kinds import BY_NAME, Refusal, Refused, recognise
from intake.foundation.identifiers import new_form_token
from intake.foundation.limits import Limit
from intake.programme.lookup import session_or_404
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug, slugs
from intake.submissions import drafts
from intake.submissions.file_words import REFUSALS
from intake.submissions.forms import SubmissionForm
from intake.submissions.paper.blanks import Mark, paper_of
from intake.submissions.paper.left_over import as_typed
from intake.submissions.paper.reading import AnotherForm, Filled, NotThisForm, read_paper
from intake.submissions.paper.writing import written
from intake.submissions.vocabulary import WRITTEN, Kind

from . import visit
from .blueprint import bp
from .drafts import is_too_long, saved_page
from .steps import closed_page, form_of

LARGEST_PAPER_BYTES = 5_000_000
_MOST_MB = LARGEST_PAPER_BYTES // 1_000_000
_ROOM_FOR_THE_REST = 100_000

papers_read = Limit(burst=20, seconds_each=10)
"""Papers that are read for one place: each takes a process of its own. Sixty people behind one address who come within
ten minutes do not fill this."""

_NOT_OURS = frozenset({Refusal.UNKNOWN, Refusal.NAME, Refusal.TELEPHONE_PICTURE, Refusal.FILM, Refusal.EMPTY})


@bp.get("/sessions/<slug>/submit/<kind>/paper/form.docx")
@guards.public
def paper_file(slug: str, kind: str) -> ResponseReturnValue:
    """The Word file, in the language of the page."""
    held, form = _asked(slug, kind)
    if not held.is_open:
        abort(404)
    response: Response = make_response(written(paper_of(held, form, i18n.language().code)))
    response.mimetype = BY_NAME["docx"].media_type
    response.headers["Content-Disposition"] = 'attachment; filename="form.docx"'
    return response


@bp.route("/sessions/<slug>/submit/<kind>/paper/", methods=["GET", "POST"])
@guards.public
@gives_back
@accepts(LARGEST_PAPER_BYTES + _ROOM_FOR_THE_REST)
def paper(slug: str, kind: str) -> ResponseReturnValue:
    """Get the form as a file, or send it back filled: it becomes a draft, to be looked at before anything is sent."""
    held, form = _asked(slug, kind)
    if not held.is_open:
        return closed_page(held, form(formdata=None), typed=False)
    if request.method != "POST":
        return _page(held, form)
    if went_wrong():
        return _page(held, form, problem=what_went_wrong())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(held, form, problem=_("Please choose a file first.")), 422
    return _read(held, form, sent.read())


def _read(held: ListeningSession, form: type[SubmissionForm], body: bytes) -> ResponseReturnValue:
    if len(body) > LARGEST_PAPER_BYTES:
        return _page(held, form, problem=_("This file is too large: %(most)s MB at the most.", most=_MOST_MB)), 422
    try:
        recognise(body, "form.docx")
        # Not before: anything else costs nothing, and takes no place from those who send a form.
        if not papers_read.take():
            problem = _("Many forms came from here just now. Please wait a minute, then send your file again.")
            return _page(held, form, problem=problem), 429, {"Retry-After": str(RETRY_AFTER_SECONDS)}
        filled = read_paper(body, held, form)
    except Refused as refused:
        why = _not_a_form() if refused.why in _NOT_OURS else str(REFUSALS[refused.why])
        return _page(held, form, problem=why), 422
    except NotThisForm:
        return _page(held, form, problem=_not_a_form()), 422
    except AnotherForm as another:
        return _page(held, form, another=another.mark), 422
    except OSError:
        problem = _("We cannot read it just now. Nothing of it was kept: please try again later.")
        return _page(held, form, problem=problem), 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return _draft_of(held, form, filled)


def _not_a_form() -> str:
    return _("This is not the Word file (.docx) from this page. Nothing of it was kept.")


def _asked(slug: str, kind: str) -> tuple[ListeningSession, type[SubmissionForm]]:
    if kind not in WRITTEN:
        abort(404)
    held = session_or_404(slug)
    return held, form_of(held, Kind(kind))


def _draft_of(held: ListeningSession, form: type[SubmissionForm], filled: Filled) -> ResponseReturnValue:
    token = new_form_token()
    typed = [*filled.typed, *as_typed(filled.left_over), ("form_token", token)]
    if is_too_long(typed):
        return _page(held, form, problem=str(REFUSALS[Refusal.LONG])), 413
    with transaction():
        draft, code = drafts.save(typed, held, form.kind, form_token=token, interface_language=i18n.language().code)
    visit.start(draft)
    visit.see(draft)
    older = _("This form has changed since your file was made. Please look at every answer.")
    return saved_page(draft, code, token, problem=older if filled.is_older else None, of_paper=True)


def _page(
    held: ListeningSession, form: type[SubmissionForm], problem: str | None = None, another: Mark | None = None
) -> str:
    """The page; ``another`` says for which other form the file was made that was sent."""
    slug = next((slug for slug in slugs() if another.is_of(slug)), None) if another else None
    return render_template(
        "submissions/paper.html",
        held=held,
        kind=form.kind,
        form=FlaskForm(formdata=None),
        problem=problem,
        another=another,
        most=_MOST_MB,
        belongs_to=session_by_slug(slug) if slug else None,
    )
