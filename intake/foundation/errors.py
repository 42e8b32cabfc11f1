"""Error pages: short, in the reader's language, with a way on.

A view that takes people's words declares how it gives them back (``gives_back``), so
that an expired token or a busy database costs nobody what they wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, SecurityError
from wtforms import ValidationError

from .database import is_unavailable, session
from .i18n import from_path
from .leaving import is_of_left_visit

View = TypeVar("View", bound=Callable[..., Any])

RETRY_AFTER_SECONDS = 20
_HOWEVER_OLD_SECONDS = 10 * 365 * 86_400

MESSAGES = {
    400: (_l("We could not read this request"), _l("Please go back, check what you entered and send it again.")),
    401: (_l("Please sign in"), _l("This page is for people who are signed in.")),
    403: (_l("This page is not open to you"), _l("If you think it should be, ask the secretariat.")),
    404: (_l("There is nothing here"), _l("The page may have moved, or the address may be incomplete.")),
    405: (_l("This cannot be done here"), _l("Please start again from the programme.")),
    409: (_l("Somebody was faster"), _l("This was changed while you were looking at it. Please look again.")),
    413: (_l("That is too much at once"), _l("Please send less text, or fewer files.")),
    415: (_l("We cannot read this kind of file"), _l("Please use one of the formats named beside the field.")),
    422: (_l("Something is not right"), _l("Please go back and check what you entered.")),
    429: (_l("That was very fast"), _l("Please wait a minute and try again.")),
    500: (_l("Something went wrong on our side"), _l("It is not your fault. Please try again in a few minutes.")),
    503: (
        _l("We cannot answer right now"),
        _l("If you sent something, please send it again in a minute: it is never kept twice."),
    ),
}  # fmt: skip

_WENT_WRONG = "what_went_wrong"


class NotHere(NotFound):
    """Something particular is not there: says what, and what to do; typed text is handed back."""

    title: Any
    advice: Any


def gives_back(view: View) -> View:
    """Declare that ``view``, called again while ``went_wrong()``, shows what was typed, ready to send."""
    view.gives_back = True  # type: ignore[attr-defined]  # a mark on the function, read below
    return view


def went_wrong() -> int | None:
    """The status (400, 503 …) because of which this request may change nothing, else None."""
    found: int | None = g.get(_WENT_WRONG)
    return found


def what_went_wrong() -> str:
    """What to say above a form that is given back."""
    if went_wrong() == 503:
        return _("We could not keep it just now. Your text is still here: please send it again in a minute.")
    if went_wrong() == 400 and not request.cookies:
        return _(
            "Your browser keeps no cookies for this page, or has lost them. Your text is still here: please allow "
            "them, and send it again."
        )
    if went_wrong() == 400:
        return _("This page was open for a long time. Your text is still here: please send it again.")
    return _("Something went wrong on our side. Your text is still here: please send it again in a minute.")


def is_from_here() -> bool:
    """Whether a page of ours sent this request: the browser says so, or it has this browser's token, however old."""
    if said := request.headers.get("Sec-Fetch-Site"):
        return said == "same-origin"
    try:
        validate_csrf(request.form.get("csrf_token"), time_limit=_HOWEVER_OLD_SECONDS)
    except ValidationError:
        return False
    return True


def init_app(app: Flask) -> None:
    """Answer every error with its page; give typed text back where the view can."""
    app.register_error_handler(CSRFError, lambda _error: _forged_or_old())
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def page(status: int) -> ResponseReturnValue:
    """The page of ``status`` in the language of the address."""
    try:
        _host = request.host
    except SecurityError:
        # Under a host that is not ours no address can be built, so there is no page to draw.
        return Response("Bad request\n", 400, mimetype="text/plain")
    if g.get("language") is None:
        g.language = from_path()
    title, advice = MESSAGES.get(status, MESSAGES[400 if status < 500 else 500])
    response = make_response(render_template("error.html", title=title, advice=advice, status=status), status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _not_here(error: NotHere) -> ResponseReturnValue:
    if typed := _typed():
        return render_template("kept.html", typed=typed, title=error.title, advice=error.advice), 404
    return render_template("error.html", title=error.title, advice=error.advice, status=404), 404


def _forged_or_old() -> ResponseReturnValue:
    """Give a form back only to the page it came from.

    On one that somebody else's page sent, nothing may stand ready to be sent: neither consent that they ticked nor a
    token that they know, of which the receipt code is made.
    """
    try:
        if is_of_left_visit():
            return page(400)  # somebody left quickly, and somebody went back
    except SQLAlchemyError as error:
        _log(error)
        return page(503)
    if is_from_here():
        return _give_back(400)
    view = current_app.view_functions.get(request.endpoint or "")
    if not request.headers.get("Sec-Fetch-Site") and getattr(view, "gives_back", False):
        # A browser that does not say from where (Safari before 16.4), and has lost its cookie: words to be copied.
        title, advice = MESSAGES[400]
        return render_template("kept.html", typed=_typed(), title=title, advice=advice), 400
    return page(400)


def _give_back(status: int) -> ResponseReturnValue:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or view is None or not getattr(view, "gives_back", False) or went_wrong():
        return page(status)
    setattr(g, _WENT_WRONG, status)
    try:
        session().rollback()  # a read that was cut off would refuse every further one
        answer = current_app.ensure_sync(view)(**(request.view_args or {}))
    except HTTPException as error:
        return page(error.code) if error.code else error.get_response()  # a view may end with a page of its own
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not cost the words
        # The view cannot even be drawn now: hand back what was sent, as it was sent.
        _log(error)
        answer = render_template("kept.html", typed=_typed(), title=MESSAGES[503][0])
    response = make_response(answer)
    if 300 <= response.status_code < 400:
        return response  # to where it is asked who one is: no browser follows under another status
    response.status_code = status
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _typed() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    response = make_response(_not_here(error) if isinstance(error, NotHere) else page(error.code))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    if isinstance(error, DataError):
        return _give_back(400)
    if not is_unavailable(error):
        return _unexpected(error)
    _log(error)
    return _give_back(503)


def _unexpected(error: Exception) -> ResponseReturnValue:
    _log(error)
    if current_app.testing:
        raise error
    return _give_back(500)


def _log(error: Exception) -> None:
    if is_unavailable(error):
        current_app.logger.warning("database unavailable: %s", type(getattr(error, "orig", error)).__name__)
        return
    # Only the kind and the place: a message or a value could hold somebody's words.
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    current_app.logger.error("%s at %s", type(error).__name__, place)
