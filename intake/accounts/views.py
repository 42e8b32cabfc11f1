"""Signing in and out, the second factor, invitations, and people's own page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.exc import DBAPIError

from intake.foundation import clock, i18n
from intake.foundation.database import is_unavailable, transaction
from intake.foundation.errors import gives_back, went_wrong

from . import guards, onward, passwords, queries, second_factor, services, visits
from .forms import (
    AccountForm,
    ChangePasswordForm,
    CodeForm,
    ConfirmForm,
    ConfirmWithCodeForm,
    NewPasswordForm,
    SignInForm,
)
from .models import Visit
from .onward import Onward
from .permissions import ROLE_LABELS, Role, may
from .scopes import name as name_of_scope

bp = Blueprint("accounts", __name__, url_prefix="/<lang>/staff")


@bp.before_app_request
def find_visit() -> None:
    """Know who is calling before anything else is decided."""
    g.pop("visit", None)
    g.person = None
    if request.endpoint == "static":
        return
    visit = visits.current()
    g.person = visits.person()
    if visit is not None and visits.is_due_to_be_seen(visit):
        _mark_seen(visit)


def _mark_seen(visit: Visit) -> None:
    try:
        with transaction():
            services.mark_seen(visit)
    except DBAPIError as error:
        # Reading goes on where writing cannot: the visit only ends the earlier.
        if not is_unavailable(error):
            raise


# Signing in


@bp.route("/sign-in/", methods=["GET", "POST"])
@guards.public
@gives_back
def sign_in() -> ResponseReturnValue:
    """Ask who somebody is, and begin their visit."""
    going = onward.from_form()
    if request.method != "POST" and guards.current_person() is not None:
        return _arrive(going)
    form = SignInForm()
    if not _is_sent(form):
        return _page("sign_in", going, form=form)
    person_id = _prove(queries.credentials(services.normal_email(form.email.data or "")), form.password.data or "")
    if person_id is None:
        return _page("sign_in", going, form=form, refused=True)
    return _begin(person_id, going)


@bp.route("/second-factor/", methods=["GET", "POST"])
@guards.public
@gives_back
def second_factor_code() -> ResponseReturnValue:
    """Ask for a code of the authenticator app."""
    going, visit = onward.from_form(), visits.current()
    if visit is None or visits.is_complete(visit) or visit.person.totp_secret is None:
        return _continue(going)
    form = CodeForm()
    if not _is_sent(form):
        return _page("second_factor", going, form=form)
    with transaction():
        token = services.pass_second_factor(visit, form.code.data or "")
    if token is None:
        current_app.logger.warning("code refused: person %s", visit.person_id)
        return _page("second_factor", going, form=form, refused=True)
    visits.remember(token)
    return _continue(going)


@bp.route("/second-factor/set-up/", methods=["GET", "POST"])
@guards.public
@gives_back
def second_factor_setup() -> ResponseReturnValue:
    """Show what an authenticator app needs, and take its first code."""
    going, visit = onward.from_form(), _may_set_up()
    if visit is None:
        return _continue(going)
    form = CodeForm()
    secret = second_factor.grouped(second_factor.secret_offered_to(visit.token_digest))
    if not _is_sent(form):
        return _page("second_factor_setup", going, form=form, secret=secret)
    with transaction():
        token = services.set_second_factor(visit, form.code.data or "")
    if token is None:
        return _page("second_factor_setup", going, form=form, secret=secret, refused=True)
    visits.remember(token)
    flash(_("Your authenticator app is set up. From now on you are asked for a code when you sign in."), "done")
    return _continue(going)


@bp.get("/second-factor/set-up/code.svg")
@guards.public
def second_factor_picture() -> ResponseReturnValue:
    """The QR code of the page above: a file of its own, because pages hold no picture inside."""
    visit = _may_set_up()
    if visit is None:
        abort(404)
    secret = second_factor.secret_offered_to(visit.token_digest)
    return Response(second_factor.picture(secret, visit.person.email), mimetype="image/svg+xml")


@bp.route("/confirm/", methods=["GET", "POST"])
@guards.staff("account.use")
@gives_back
def confirm() -> ResponseReturnValue:
    """Ask somebody signed in to prove again who they are."""
    going, visit = onward.from_form(), visits.own()
    form = _confirm_form(visit)
    if not _is_sent(form):
        return _page("confirm", going, form=form)
    token = None
    if _prove(queries.credentials_of(visit.person_id), form.password.data or "") is not None:
        with transaction():
            token = services.confirm(visit, form.code.data or "" if "code" in form else "")
    if token is None:
        return _page("confirm", going, form=form, refused=True)
    visits.remember(token)
    return _continue(going)


@bp.post("/sign-out/")
@guards.public
def sign_out() -> ResponseReturnValue:
    """End the visit on the server, and what the browser keeps of it."""
    visit = visits.current()
    if visit is not None:
        with transaction():
            services.end_visit(visit)
    return _leave(_("You are signed out."))


@bp.route("/welcome/<token>/", methods=["GET", "POST"])
@guards.public
@gives_back
def set_password(token: str) -> ResponseReturnValue:
    """Let somebody invited choose a password. Looking at the page uses nothing up."""
    invitation = queries.invitation(visits.digest_of(token))
    if invitation is None:
        return render_template("accounts/welcome_over.html"), 404
    invited = invitation.person
    form = NewPasswordForm(services.known_about(invited))
    if not _is_sent(form):
        return _page("welcome", Onward(), form=form, invited=invited)
    kept = passwords.hashed(form.password.data or "")
    with transaction():
        person_id = services.use_invitation(token, kept)
    if person_id is None:
        return render_template("accounts/welcome_over.html"), 404
    return _begin(person_id, Onward())


# Their own page


@bp.get("/")
@guards.staff("account.use")
def home() -> ResponseReturnValue:
    """The page where somebody's work is."""
    return redirect(onward.home_of(guards.signed_in()), 303)


@bp.route("/me/", methods=["GET", "POST"])
@guards.staff("account.use")
@gives_back
def me() -> ResponseReturnValue:
    """Somebody's own page: name, language, roles, and ways to stay safe."""
    person = guards.signed_in()
    form = AccountForm(data={"name": person.name, "language": person.language, "wants_mail": person.wants_mail})
    if not may(person, "queue.read"):
        del form.wants_mail
    if not _is_sent(form):
        roles = [(ROLE_LABELS[Role(held.role)], name_of_scope(held.reach)) for held in person.memberships]
        here_and_elsewhere = queries.visits_of(person.id, seen_since=clock.now() - visits.IDLE)
        return _page("me", Onward(), form=form, roles=roles, visits=here_and_elsewhere)
    with transaction():
        services.change_account(
            person.id, name=form.name.data or "", language=form.language.data,
            wants_mail=bool(form.wants_mail.data) if "wants_mail" in form else person.wants_mail,
        )  # fmt: skip
    i18n.speak(form.language.data)
    flash(_("Your changes are kept."), "done")
    return redirect(url_for("accounts.me", lang=form.language.data), 303)


@bp.route("/me/password/", methods=["GET", "POST"])
@guards.staff("account.use")
@gives_back
def change_password() -> ResponseReturnValue:
    """Choose another password; the present one is asked for."""
    person, visit = guards.signed_in(), visits.own()
    form = ChangePasswordForm(services.known_about(person))
    if not _is_sent(form):
        return _page("password", Onward(), form=form)
    if _prove(queries.credentials_of(person.id), form.current.data or "") is None:
        return _page("password", Onward(), form=form, refused=True)
    kept = passwords.hashed(form.password.data or "")
    with transaction():
        token = services.change_password(visit, kept)
    visits.remember(token)
    flash(_("Your password is changed, and your other sessions are ended."), "done")
    return redirect(url_for("accounts.me"), 303)


@bp.post("/me/end-sessions/")
@guards.staff("account.use")
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here as well."""
    person = guards.signed_in()
    with transaction():
        services.end_visits(person.id, by=person.id)
    return _leave(_("You are signed out everywhere."))


# What guards answer


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a stranger to sign in; a form that was sent waits there."""
    return _ask("sign_in", onward.interrupted())


def ask_to_confirm() -> ResponseReturnValue:
    """Send somebody to prove again who they are; a form that was sent waits there."""
    return _ask("confirm", onward.interrupted())


def _ask(page: str, going: Onward) -> ResponseReturnValue:
    visit = visits.current()
    if visit is not None and not visits.is_complete(visit):
        return _continue(going)
    if going.carried is None:
        return redirect(url_for(f"accounts.{page}", next=going.next), 303)
    form = SignInForm(formdata=None) if visit is None else _confirm_form(visit, formdata=None)
    return _page(page, going, form=form, held_up=True)


# Steps


def _prove(known: queries.Credentials | None, password: str) -> int | None:
    """The person's id when ``password`` is theirs; None for anything else, after the same work.

    The attempt is counted before the password is looked at, in a transaction of its own:
    checking takes too long to keep others from writing meanwhile.
    """
    with transaction():
        counted = services.count_attempt(known.person_id if known else None)
    right = passwords.is_right(password, known.password_hash if known else None)
    if known and counted and right and known.active:
        return known.person_id
    current_app.logger.warning("password refused: person %s", known.person_id if known else "unknown")
    return None


def _begin(person_id: int, going: Onward) -> ResponseReturnValue:
    with transaction():
        token = services.start_visit(person_id, instead_of=visits.current())
    visits.remember(token)
    return _continue(going)


def _continue(going: Onward) -> ResponseReturnValue:
    """What comes next: signing in, the second factor, or what the person came for."""
    visit = visits.current()
    if visit is None:
        return redirect(url_for("accounts.sign_in", next=going.next), 303)
    if visits.is_complete(visit):
        return _arrive(going)
    if visit.person.totp_secret is None:
        return redirect(url_for("accounts.second_factor_setup", next=going.next), 303)
    if going.carried is None:
        return redirect(url_for("accounts.second_factor_code", next=going.next), 303)
    return _page("second_factor", going, form=CodeForm(formdata=None))


def _arrive(going: Onward) -> ResponseReturnValue:
    person = g.person = guards.signed_in()
    if going.next is not None and going.carried is not None:
        return render_template("accounts/kept.html", going=going, home=onward.home_of(person))
    return redirect(going.next or onward.home_of(person), 303)


def _leave(message: str) -> ResponseReturnValue:
    visits.forget()
    flash(message, "done")
    answer = redirect(url_for("accounts.sign_in"), 303)
    # Not "storage": the desk keeps nothing there, and a form that somebody keeps on this device is not ours to remove.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _may_set_up() -> Visit | None:
    """The visit in which an app may be set up: everything else is proved, and lately."""
    visit = visits.current()
    if visit is None:
        return None
    if visits.is_complete(visit):
        guards.require_fresh()
        return visit
    return visit if visit.person.totp_secret is None else None


def _confirm_form(visit: Visit, **options: Any) -> ConfirmForm:
    kind = ConfirmForm if visit.person.totp_secret is None else ConfirmWithCodeForm
    return kind(**options)


def _is_sent(form: FlaskForm) -> bool:
    return request.method == "POST" and went_wrong() is None and bool(form.validate())


def _page(name: str, going: Onward, *, form: FlaskForm, **shown: Any) -> ResponseReturnValue:
    wrong = shown.get("refused") or form.errors
    page = render_template(f"accounts/{name}.html", going=going, form=form, **shown)
    return page, 422 if wrong else 200
