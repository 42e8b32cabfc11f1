"""Guards: every view says who may call it, or the application does not start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, make_response, request
from flask.typing import ResponseReturnValue

from intake.foundation import clock

from . import visits
from .models import Person
from .permissions import PERMISSIONS, Thing, may

View = TypeVar("View", bound=Callable[..., Any])
Answer = Callable[[], ResponseReturnValue]

PUBLIC = "public"
"""Anybody, without an account."""

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
"""What a rule may answer to; changes are POST only."""


class UndeclaredAccess(Exception):
    """A view does not say who may call it, or its rule takes a method that nothing here takes."""


@dataclass(frozen=True, slots=True)
class _Answers:
    """What a view's caller is told who must sign in, or prove again who they are."""

    sign_in: Answer
    confirm: Answer


def public(view: View) -> View:
    """Anybody may call ``view``."""
    return _declare(view, PUBLIC)


def staff(permission: str) -> Callable[[View], View]:
    """Only somebody signed in who has ``permission`` (over anything) may call the view.

    A view about one thing asks ``require(permission, thing)`` as well.

    Raises:
        UndeclaredAccess: the permission is not in the table.
    """
    if permission not in PERMISSIONS:
        raise UndeclaredAccess(permission)

    def declare(view: View) -> View:
        @wraps(view)
        def held(*args: Any, **kwargs: Any) -> Any:
            # Held here as well: giving typed text back calls a view past all that runs before a request.
            if not may(current_person(), permission):
                abort(404)
            return view(*args, **kwargs)

        return _declare(cast(View, held), permission)

    return declare


def _declare(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]  # a mark on the function, read below
    return view


def require(permission: str, thing: Thing) -> None:
    """Go on only if the signed-in person has ``permission`` over ``thing``.

    Forbidden and missing are the same answer: a difference would tell what exists.
    """
    if not may(current_person(), permission, thing):
        abort(404)


def require_fresh(minutes: int = 15) -> None:
    """Go on only if the signed-in person proved who they are within the last ``minutes``.

    Otherwise the request ends with the page that asks for it, and goes on from there; what
    a POST brought is kept on that page.
    """
    visit = visits.current()
    if visit is None or clock.now() - visit.confirmed_at > timedelta(minutes=minutes):
        abort(make_response(_answers().confirm()))


def current_person() -> Person | None:
    """The signed-in person, or None.

    A snapshot, detached from the database session: keep ``id``, change nothing on it.
    """
    return visits.person()


def signed_in() -> Person:
    """The signed-in person, in a view that nobody else can reach."""
    person = current_person()
    if person is None:
        abort(404)
    return person


def init_app(app: Flask, ask_to_sign_in: Answer, ask_to_confirm: Answer) -> None:
    """Hold every request to what its view declares; the two answer those who are held."""
    app.extensions["guards"] = _Answers(ask_to_sign_in, ask_to_confirm)

    def hold() -> ResponseReturnValue | None:
        endpoint = request.endpoint or ""
        view = current_app.view_functions.get(endpoint)
        if view is None or (access := access_of(view, endpoint)) == PUBLIC:
            return None
        if current_person() is None:
            return ask_to_sign_in()
        if not may(current_person(), access):
            abort(404)
        return None

    app.before_request(hold)


def _answers() -> _Answers:
    found: _Answers = current_app.extensions["guards"]
    return found


def access_of(view: Callable[..., Any], endpoint: str) -> str:
    """What ``view`` declares: ``PUBLIC`` or a permission.

    Raises:
        UndeclaredAccess: it declares nothing.
    """
    if endpoint == "static":
        return PUBLIC
    access: str | None = getattr(view, "access", None)
    if access is None:
        raise UndeclaredAccess(f"the view {endpoint} does not say who may call it")
    return access


def check_declared(app: Flask) -> None:
    """Stop the start unless every view says who may call it and no rule takes an unknown method.

    Raises:
        UndeclaredAccess: naming the first view that does not.
    """
    for endpoint, view in app.view_functions.items():
        access_of(view, endpoint)
    for rule in app.url_map.iter_rules():
        if not METHODS.issuperset(rule.methods or ()):
            raise UndeclaredAccess(f"the rule {rule.rule} takes a method that nothing here takes")
