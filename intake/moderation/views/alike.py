"""Submissions that say nearly the same: what looks alike, what differs, and what people put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake.accounts import guards
from intake.accounts.models import Person
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.texts import number_in
from intake.moderation import alike as likeness
from intake.moderation import reading
from intake.moderation.difference import Differing, differing
from intake.moderation.filters import Filters
from intake.moderation.forms import JoinForm, OrganiserForm, SeenForm
from intake.moderation.reading import Reading
from intake.submissions.models import Submission
from intake.submissions.workflow import Overtaken

from .answering import Trouble, found_or_404, left_or_404, what_went_wrong
from .blueprint import bp


@bp.get("/submissions/<reference:reference>/alike/")
@guards.staff("submission.read")
def alike(reference: str) -> ResponseReturnValue:
    """What says nearly the same as a submission, and what differs."""
    found = found_or_404(reference, "submission.read")
    sought = (request.args.get("with") or "").strip()
    if sought and _other(sought, found) is None:
        return _page(found, trouble=Trouble(_("Nothing else that you may read has this reference.")))
    return _page(found, _other(sought, found))


@bp.post("/submissions/<reference:reference>/alike/join/")
@guards.staff("submission.decide")
@gives_back
def join_alike(reference: str) -> ResponseReturnValue:
    """Put another submission together with this one."""
    found, form = found_or_404(reference, "submission.decide"), JoinForm()
    other = _other(form.other.data or "", found)
    if went_wrong():
        return _page(found, other, trouble=what_went_wrong())
    if other is None:
        return _page(
            found, trouble=Trouble(_("Nothing was changed: nothing else that you may read has this reference."))
        ), 422
    guards.require("submission.decide", other)
    return _done(
        reference,
        lambda person: likeness.join(found, other, person, as_seen=form.seen.data or ""),
        _("They are together now. Each of them keeps its own decision."),
    )


@bp.post("/submissions/<reference:reference>/alike/part/")
@guards.staff("submission.decide")
@gives_back
def part_alike(reference: str) -> ResponseReturnValue:
    """Take this one out of its group."""
    return _act(reference, likeness.part, _("It is by itself again."))


@bp.post("/submissions/<reference:reference>/alike/dissolve/")
@guards.staff("submission.decide")
@gives_back
def dissolve_alike(reference: str) -> ResponseReturnValue:
    """Part the whole group."""
    return _act(reference, likeness.dissolve, _("They are all by themselves again."))


@bp.post("/submissions/<reference:reference>/alike/pick/")
@guards.staff("submission.decide")
@gives_back
def pick_alike(reference: str) -> ResponseReturnValue:
    """Let this one stand for its group."""
    return _act(reference, likeness.pick, _("This text stands for all of them now."))


@bp.post("/submissions/<reference:reference>/alike/organiser/")
@guards.staff("submission.decide")
@gives_back
def organiser_alike(reference: str) -> ResponseReturnValue:
    """Say whose campaign it is."""
    found, person = found_or_404(reference, "submission.decide"), guards.signed_in()
    form = OrganiserForm(likeness.organisers(person))
    if went_wrong():
        return _page(found, organiser=form, trouble=what_went_wrong())
    if not form.validate():
        return _page(found, organiser=form), 422
    chosen = int(form.organiser.data) if form.organiser.data else None
    return _done(
        reference,
        lambda person: likeness.say_organiser(found, person, chosen, as_seen=form.seen.data or ""),
        _("Saved."),
    )


def _act(reference: str, verb: Callable[..., None], said: str) -> ResponseReturnValue:
    found, form = found_or_404(reference, "submission.decide"), SeenForm()
    if went_wrong():
        return _page(found, trouble=what_went_wrong())
    return _done(reference, lambda person: verb(found, person, as_seen=form.seen.data or ""), said)


def _done(reference: str, act: Callable[[Person], None], said: str) -> ResponseReturnValue:
    """Do it, and go back to where it is to be seen; or say why nothing was done."""
    try:
        with transaction():
            act(guards.signed_in())
    except (Overtaken, likeness.NotAlike):
        changed = Trouble(_("Nothing was changed: what is together was changed while you were looking at it."))
        return _page(found_or_404(reference, "submission.decide"), trouble=changed), 409
    except reading.Unreadable:
        left_or_404(reference, "submission.decide")
    flash(said, "done")
    return redirect(url_for("moderation.alike", reference=reference, **Filters.read(request.args).arguments()), 303)


def _other(reference: str, found: Submission) -> Submission | None:
    """The submission called ``reference``, if it is another one that the signed-in person reads."""
    # PostgreSQL takes no NUL for text.
    other = reading.find(reference, guards.signed_in()) if reference.isprintable() else None
    return None if other is None or other.id == found.id else other


@dataclass(frozen=True, slots=True)
class Compared:
    """A submission beside another one: how much they share (None where nobody reckoned it), and what differs.

    ``seen`` is the mark with which they can be put together.
    """

    submission: Submission
    differing: tuple[Differing, ...]
    seen: str = ""
    alike: float | None = None


def _page(
    found: Submission,
    chosen: Submission | None = None,
    *,
    organiser: OrganiserForm | None = None,
    trouble: Trouble | None = None,
) -> str:
    """The page; ``chosen`` is compared as well, though nothing suggests it."""
    person, reader, filters = guards.signed_in(), i18n.language().code, Filters.read(request.args)
    known = likeness.of(found, person)
    own, seen = reading.read(found, person, reader), likeness.seen(found, person)
    group = known.group
    standing = likeness.standing(found, group, person) if group else None
    others, more = likeness.members(found, group, person, after=_starts_after()) if group else ((), False)
    stands = reading.read(standing, person, reader) if standing else None
    return render_template(
        "moderation/alike.html",
        submission=found,
        filters=filters,
        group=group,
        seen=seen,
        standing=standing,
        stands=stands,
        members=[_compared(one, stands, person) for one in others] if stands else [],
        more=others[-1].id if more else None,
        organiser=organiser or _organiser_form(group, person, seen),
        suggestions=list(_suggested(found, known.suggestions, own, person)),
        chosen=_beside(found, chosen, own, person) if chosen else None,
        trouble=trouble,
    )


def _starts_after() -> int:
    return number_in(request.args.get("after_member")) or 0


def _suggested(
    found: Submission, suggested: Iterable[likeness.Suggestion], own: Reading, person: Person
) -> Iterable[Compared]:
    for one in suggested:
        other = reading.find(one.reference, person)
        if other is not None:
            yield _beside(found, other, own, person, one.alike)


def _beside(found: Submission, other: Submission, own: Reading, person: Person, alike: float | None = None) -> Compared:
    compared = _compared(other, own, person)
    return Compared(other, compared.differing, likeness.seen(found, person, other), alike)


def _compared(one: Submission, with_: Reading, person: Person) -> Compared:
    return Compared(one, tuple(differing(with_, reading.read(one, person, i18n.language().code))))


def _organiser_form(group: likeness.Group | None, person: Person, seen: str) -> OrganiserForm | None:
    if group is None:
        return None
    data = {"organiser": str(group.organiser_id or ""), "seen": seen}
    return OrganiserForm(likeness.organisers(person), formdata=None, data=data)
