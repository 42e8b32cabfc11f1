"""The safeguarding desk: its queue, one submission, and the page where the secretariat names who is trained."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.accounts import services as accounts
from intake.accounts.permissions import Role
from intake.accounts.scopes import name as name_of_scope
from intake.accounts.services import Grant
from intake.foundation import i18n
from intake.foundation.bodies import LARGEST_FORM_BYTES, accepts
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.multilingual import Text
from intake.foundation.paging import Cursor
from intake.foundation.vocabularies import label
from intake.moderation import care as desk
from intake.moderation import outbox, queries, reading, services
from intake.moderation.care import CARE, NAME, Waiting
from intake.moderation.care_forms import KIND_LABELS, CareForm, ReturnForm, TrainedForm
from intake.moderation.forms import ContactForm
from intake.moderation.models import CareKind
from intake.programme.queries import referral_contacts, working_groups
from intake.submissions import file_words
from intake.submissions.models import Submission
from intake.submissions.workflow import MOVES, IllegalMove, Overtaken

from .answering import Trouble, left_or_404, what_went_wrong
from .blueprint import bp
from .opening import open_attachment, open_contact


@bp.get("/care/")
@guards.staff(CARE)
def care() -> ResponseReturnValue:
    """What waits on the safeguarding desk."""
    after = Cursor.decode(request.args.get("after"))
    page = desk.queue(guards.signed_in(), after)
    if after is not None and not page.rows:
        return redirect(url_for("moderation.care"), 303)  # what came after is done by now
    return render_template("moderation/care.html", page=page, is_later=after is not None, age=_age)


@bp.get("/care/<reference:reference>/")
@guards.staff(CARE)
def care_submission(reference: str) -> ResponseReturnValue:
    """One submission that is with safeguarding, with all that was done."""
    return _page(_found_or_404(reference))


@bp.post("/care/<reference:reference>/write/")
@guards.staff(CARE)
@gives_back
@accepts(LARGEST_FORM_BYTES)
def write_care(reference: str) -> ResponseReturnValue:
    """Write down a referral, an outcome or a note."""
    found = _found_or_404(reference)
    form = CareForm(referral_contacts(found.country))
    if went_wrong():
        return _page(found, writing=form, trouble=what_went_wrong())
    if not form.validate():
        return _page(found, writing=form), 422
    try:
        with transaction():
            contact = form.contacts.get(form.contact.data or "")
            desk.write(found, guards.signed_in(), CareKind(form.kind.data), form.words.kept, contact)
    except (reading.Unreadable, IllegalMove):
        left_or_404(reference, CARE)
    flash(_("It is written down."), "done")
    return _to(reference)


@bp.post("/care/<reference:reference>/contact/")
@guards.staff(CARE)
@gives_back
def care_contact(reference: str) -> ResponseReturnValue:
    """Open the contacts, once and on this page only; the register keeps who and why."""
    return open_contact(lambda: _found_or_404(reference), _page)


@bp.post("/care/<reference:reference>/files/<int:identity>/")
@guards.staff(CARE)
def care_file(reference: str, identity: int) -> ResponseReturnValue:
    """A file that came with it; the register keeps who opened it."""
    return open_attachment(_found_or_404(reference), identity)


@bp.post("/care/<reference:reference>/return/")
@guards.staff(CARE)
@gives_back
@accepts(LARGEST_FORM_BYTES)
def return_from_care(reference: str) -> ResponseReturnValue:
    """Give it back to the ordinary queue, with the reason."""
    found = _found_or_404(reference)
    form = ReturnForm(found)
    if went_wrong():
        return _page(found, returning=form, trouble=what_went_wrong())
    if not form.validate():
        return _page(found, returning=form), 422
    try:
        with transaction():
            services.decide(found, "return", guards.signed_in(), version=form.seen(), words=form.words.kept)
    except Overtaken:
        found = _found_or_404(reference)
        form.version.data = str(found.version)
        return _page(found, returning=form, trouble=_changed_meanwhile()), 409
    except (reading.Unreadable, IllegalMove):
        left_or_404(reference, CARE)
    flash(str(MOVES["return"].done), "done")
    return redirect(url_for("moderation.care"), 303)


@bp.post("/care/<reference:reference>/seen/")
@guards.staff(CARE)
def care_seen(reference: str) -> ResponseReturnValue:
    """The new message was read."""
    found = _found_or_404(reference)
    try:
        with transaction():
            services.decide(found, "seen", guards.signed_in(), version=found.version)
    except (IllegalMove, Overtaken, reading.Unreadable):
        flash(_("Nothing was changed: it no longer needs a decision."), "warn")
    return _to(reference)


@bp.route("/trained/", methods=["GET", "POST"])
@guards.staff(NAME)
@gives_back
def trained() -> ResponseReturnValue:
    """Who is trained for safeguarding; the secretariat names them here."""
    form = TrainedForm(desk.people(), working_groups())
    if went_wrong() or request.method != "POST":
        return _trained(form, what_went_wrong() if went_wrong() else None)
    if not form.validate():
        return _trained(form), 422
    with transaction():
        person = accounts.person_called(form.people[form.person.data].email)
        given = Grant(Role.SAFEGUARDING, *form.reaches[form.where.data or ""])
        accounts.grant(person, given, by=guards.signed_in().id)
    flash(_("They are named. What is with safeguarding is on their desk."), "done")
    return redirect(url_for("moderation.trained"), 303)


@bp.post("/trained/<int:trained>/end/")
@guards.staff(NAME)
def end_trained(trained: int) -> ResponseReturnValue:
    """Let somebody take care of it no more."""
    held = next(((person, one) for person, one in desk.trained() if one.id == trained), None)
    if held is None:
        abort(404)
    email, reach = held[0].email, held[1].reach
    with transaction():
        taken = Grant(Role.SAFEGUARDING, *reach)
        accounts.revoke(accounts.person_called(email), taken, by=guards.signed_in().id)
    flash(_("They are trained for it no more."), "done")
    return redirect(url_for("moderation.trained"), 303)


def _found_or_404(reference: str) -> Submission:
    found = reading.find_in_care(reference, guards.signed_in())
    if found is None:
        left_or_404(reference, CARE)
    guards.require(CARE, found)
    return found


def _to(reference: str) -> ResponseReturnValue:
    return redirect(url_for("moderation.care_submission", reference=reference), 303)


def _changed_meanwhile() -> Trouble:
    return Trouble(_("Nothing was done: this was changed while you were looking at it. Please look again."))


def _age(one: Waiting) -> str:
    if not one.days:
        return _("since today")
    return ngettext("waits for %(num)s day", "waits for %(num)s days", one.days)


def _trained(form: TrainedForm, trouble: Trouble | None = None) -> str:
    return render_template(
        "moderation/trained.html",
        form=form,
        rows=[(person, held, name_of_scope(held.reach)) for person, held in desk.trained()],
        untrained=desk.untrained(),
        trouble=trouble,
    )


def _page(
    found: Submission,
    *,
    writing: CareForm | None = None,
    returning: ReturnForm | None = None,
    contact: ContactForm | None = None,
    opened: list[tuple[Text, Text]] | None = None,
    trouble: Trouble | None = None,
) -> str:
    person, reader = guards.signed_in(), i18n.language().code
    thread, history = reading.thread(found, person), reading.history(found, person)
    contacts = referral_contacts(found.country)
    return render_template(
        "moderation/care_submission.html",
        submission=found,
        held=found.listening_session,
        reading=reading.read(found, person, reader),
        entry=reading.entry(found, person, reader),
        files=reading.files(found, person),
        file_words=file_words,
        country=label("countries", found.country, reader) if found.country else None,
        contacts=contacts,
        records=desk.records(found, person),
        kind_labels=KIND_LABELS,
        held_question=outbox.held_for(found, person),
        thread=thread,
        history=history,
        names=queries.names_of({one.person_id for one, _text in thread} | {one.person_id for one, _text in history}),
        labels={verb: move.label for verb, move in MOVES.items()},
        writing=writing or CareForm(contacts, formdata=None, data={"kind": CareKind.REFERRAL.value}),
        returning=returning or ReturnForm(found, formdata=None),
        contact=contact or ContactForm(found, formdata=None),
        opened=opened,
        plain=FlaskForm(formdata=None),
        trouble=trouble,
    )
