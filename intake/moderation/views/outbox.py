"""The outbox of a working group: what waits to be read before it leaves, and what left and has no answer."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.foundation import clock
from intake.foundation.database import transaction
from intake.moderation import listing, queries
from intake.moderation import outbox as box

from .blueprint import bp


@bp.get("/outbox/")
@guards.staff("queue.read")
def outbox() -> ResponseReturnValue:
    """What is held, what cannot leave any more, and what has no answer yet."""
    person = guards.signed_in()
    return render_template(
        "moderation/outbox.html",
        outbox=box.outbox_of(person),
        shown=box.SHOWN,
        counted_to=queries.COUNTED_TO,
        waits=_waits,
        due=listing.due,
        several=len(queries.sessions_moderated(person)) > 1,
        settings=current_app.config["SETTINGS"],
        plain=FlaskForm(formdata=None),
    )


@bp.post("/outbox/gone/")
@guards.staff("queue.read")
def outbox_gone() -> ResponseReturnValue:
    """The signed-in person knows of the own questions about what is no longer on their desk."""
    with transaction():
        box.have_seen_gone(guards.signed_in())
    return redirect(url_for("moderation.outbox"), 303)


def _waits(since: datetime) -> str:
    days = (clock.now() - since).days
    return ngettext("waits for %(num)s day", "waits for %(num)s days", days) if days else _("since today")
