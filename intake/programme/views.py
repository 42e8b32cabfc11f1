"""The programme in public: the list, one page for each listening session, its date for a calendar; and its desk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from intake.accounts import guards
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong, what_went_wrong
from intake.foundation.i18n import language
from intake.foundation.languages import CODES
from intake.foundation.security import cacheable

from . import queries, services
from .calendar import calendar as calendar_of
from .forms import ReferralForm
from .lookup import NoSuchSession
from .models import ListeningSession, ReferralContact
from .vocabulary import CHATHAM_HOUSE_TIER, FIELD_LABELS, HIGHEST_TIER, SessionState
from .words import last_date_change, moves, spoken_there

bp = Blueprint("programme", __name__, url_prefix="/<lang>")

KEPT_SECONDS = 60
_MOST_KEPT_PAGES = 300
_NO_GROUP = "none"
_CALM = frozenset({SessionState.TBD, SessionState.PIPELINE})


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader wants to see; empty: everything. ``group`` is a code, or "none" for entries without one."""

    series: str = ""
    group: str = ""
    language: str = ""
    open_only: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.group or self.language or self.open_only)

    def shows(self, held: ListeningSession) -> bool:
        """Whether ``held`` is wanted."""
        code = held.working_group.code if held.working_group else _NO_GROUP
        return (
            self.group in ("", code)
            and (not self.language or self.language in spoken_there(held))
            and (held.is_open or not self.open_only)
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the programme page; ``calm`` ones step back."""

    anchor: str
    title: Any
    entries: Sequence[ListeningSession]
    calm: bool = False


@bp.get("/")
@guards.public
def index() -> ResponseReturnValue:
    """The programme: open for input first, then by date, then what is not decided yet."""
    wanted = _wanted(request.args)
    return _kept(wanted, lambda: _programme_page(wanted))


@bp.get("/sessions/<slug>/")
@guards.public
def listening_session(slug: str) -> ResponseReturnValue:
    """Everything there is to know before taking part, as a concept note would say it."""
    return _kept(slug, lambda: _session_page(slug))


@bp.get("/sessions/<slug>/calendar.ics")
@guards.public
def calendar(slug: str) -> ResponseReturnValue:
    """The date for a calendar program."""
    held = queries.whole_session(slug)
    if held is None:
        raise NoSuchSession
    try:
        content = calendar_of(held)
    except ValueError:
        abort(404)
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{held.slug}.ics"'
    return cacheable(response, seconds=KEPT_SECONDS)


@bp.get("/staff/programme/")
@guards.staff("programme.manage")
def desk() -> str:
    """The programme as the secretariat needs it: what is missing, and what changed."""
    programmes = [(series, queries.whole_programme(series)) for series in queries.all_series()]
    return render_template(
        "programme/desk.html",
        programmes=programmes,
        gaps=_gaps,
        revisions=queries.latest_revisions(),
        changed_fields=lambda revision: [label for field, label in FIELD_LABELS.items() if field in revision.changes],
    )


def _kept(key: Any, render: Callable[[], str]) -> ResponseReturnValue:
    """The page, rendered once for all strangers and kept until the programme changes."""
    if guards.current_person() is not None:
        return Response(render())
    kept: dict[Any, tuple[bytes, str]] = current_app.extensions.setdefault("programme.pages", {})
    whole_key = (queries.version(), request.endpoint, language().code, key)
    if whole_key not in kept:
        body = render().encode()
        if len(kept) >= _MOST_KEPT_PAGES:
            kept.clear()
        kept[whole_key] = body, hashlib.sha256(body).hexdigest()[:32]
    body, etag = kept[whole_key]
    response = Response(body)
    response.set_etag(etag)
    return cacheable(response, seconds=KEPT_SECONDS)


def _wanted(given: MultiDict[str, str]) -> Filter:
    """The filter in an address; what it cannot mean is left out, so that a stale link still shows something."""
    if not given:
        return Filter()
    groups = {group.code for group in queries.working_groups()} | {_NO_GROUP}
    series = {one.slug for one in queries.all_series()}
    return Filter(
        series=_one_of(given.get("series"), series),
        group=_one_of(given.get("group"), groups),
        language=_one_of(given.get("language"), CODES),
        open_only=given.get("open") == "1",
    )


def _one_of(text: str | None, known: Iterable[str]) -> str:
    return text if text is not None and text in known else ""


def _programme_page(wanted: Filter) -> str:
    all_series = queries.all_series()
    series = next((one for one in all_series if one.slug == wanted.series), next(iter(all_series), None))
    entries = queries.programme(series) if series else []
    return render_template(
        "programme/index.html",
        series=series,
        all_series=all_series,
        sections=_sections([held for held in entries if wanted.shows(held)]),
        total=len(entries),
        wanted=wanted,
        groups=_groups(entries),
        no_group=_NO_GROUP,
        spoken=[code for code in CODES if any(code in spoken_there(held) for held in entries)],
    )


def _groups(entries: Iterable[ListeningSession]) -> list[Any]:
    groups = {held.working_group.code: held.working_group for held in entries if held.working_group}
    return [groups[code] for code in sorted(groups)]


def _sections(entries: Sequence[ListeningSession]) -> list[Section]:
    """Each entry once: where somebody who wants to take part would look for it."""
    parts: dict[str, list[ListeningSession]] = {"open": [], "dates": [], "undated": [], "pipeline": []}
    for held in entries:
        parts[_part(held)].append(held)
    for dated in ("open", "dates"):
        parts[dated].sort(key=lambda held: (held.date is None, held.date or 0, held.position))
    return [
        Section("open", _l("Open for input"), parts["open"]),
        Section("dates", _l("Other dates") if parts["open"] else _l("Dates"), parts["dates"]),
        Section("undated", _l("Date to be decided"), parts["undated"], calm=True),
        Section("pipeline", _l("In preparation"), parts["pipeline"], calm=True),
    ]


def _part(held: ListeningSession) -> str:
    if held.is_open:
        return "open"
    if held.state == SessionState.PIPELINE:
        return "pipeline"
    return "dates" if held.date and held.state != SessionState.TBD else "undated"


def _session_page(slug: str) -> str:
    held = queries.whole_session(slug)
    if held is None:
        raise NoSuchSession
    return render_template(
        "programme/listening_session.html",
        held=held,
        moves=moves(held),
        moved=last_date_change(held),
        chatham_house=held.ceiling <= CHATHAM_HOUSE_TIER,
        ceiling=str(held.ceiling) if held.ceiling < HIGHEST_TIER else None,
    )


@bp.get("/help/")
@guards.public
def help_by_country() -> ResponseReturnValue:
    """Where somebody in danger can turn to, by country."""
    return render_template("programme/help.html", contacts=queries.referral_contacts())


@bp.get("/staff/referral/")
@guards.staff("programme.manage")
def referral() -> ResponseReturnValue:
    """The contacts that people in danger are shown."""
    return render_template("programme/referral.html", contacts=queries.referral_contacts())


@bp.route("/staff/referral/add/", methods=["GET", "POST"])
@guards.staff("programme.manage")
@gives_back
def add_referral() -> ResponseReturnValue:
    """Add a contact."""
    return _referral_form(ReferralContact(), ReferralForm())


@bp.route("/staff/referral/<int:identity>/", methods=["GET", "POST"])
@guards.staff("programme.manage")
@gives_back
def change_referral(identity: int) -> ResponseReturnValue:
    """Change a contact, or say that it is right as it is."""
    contact = queries.referral_contact(identity) or abort(404)
    return _referral_form(contact, ReferralForm(contact))


def _referral_form(contact: ReferralContact, form: ReferralForm) -> ResponseReturnValue:
    if request.method != "POST" or went_wrong():
        problem = what_went_wrong() if went_wrong() else None
        return render_template("programme/referral_form.html", form=form, contact=contact, problem=problem)
    if not form.validate():
        return render_template("programme/referral_form.html", form=form, contact=contact), 422
    with transaction():
        services.keep_referral_contact(contact, guards.signed_in().id, **form.columns())
    flash(_("Kept. It is shown from now on."), "done")
    return redirect(url_for("programme.referral"), 303)


@bp.post("/staff/referral/<int:identity>/remove/")
@guards.staff("programme.manage")
def remove_referral(identity: int) -> ResponseReturnValue:
    """Remove a contact."""
    contact = queries.referral_contact(identity) or abort(404)
    with transaction():
        services.remove_referral_contact(contact, guards.signed_in().id)
    flash(_("Removed."), "done")
    return redirect(url_for("programme.referral"), 303)


def _gaps(held: ListeningSession) -> dict[str, list[Any]]:
    """What nobody has said of ``held`` yet, and by language what is not translated: labels of fields."""
    unknown = {
        "date": held.date or held.standing, "topic": held.topic, "purpose": held.purpose,
        "format": held.formats, "audience": held.audience, "languages": held.languages,
        "guiding_questions": held.questions, "organisers": held.organisers or held.working_group,
    }  # fmt: skip
    found = {"": [FIELD_LABELS[field] for field, known in unknown.items() if not known]}
    for code in CODES:
        lacking = [
            FIELD_LABELS[field]
            for field, texts in (
                ("topic", [held.topic]),
                ("purpose", [held.purpose]),
                ("guiding_questions", [question.text for question in held.questions]),
            )
            if any(text and code in text.missing() for text in texts)
        ]
        if lacking:
            found[code] = lacking
    return found
