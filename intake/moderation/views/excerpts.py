"""Coding what was told: the text with its passages marked, and what each of them is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.accounts.models import Person
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.multilingual import Text
from intake.foundation.texts import number_in
from intake.moderation import codebook, coding, queries, reading, spans
from intake.moderation.codebook import Book
from intake.moderation.coding import Axis, Excerpt
from intake.moderation.coding_forms import CodesForm, ExcerptForm, chosen
from intake.moderation.filters import Filters
from intake.moderation.spans import Span
from intake.submissions.models import Submission
from intake.submissions.showing import Shown

from .answering import Trouble, found_or_404, left_or_404, what_went_wrong
from .blueprint import bp

AXIS_LABELS = {
    Axis.THEME: "themes", Axis.KIND: "kind", Axis.GROUP: "groups", Axis.OBJECTIVE: "objectives",
    Axis.ADDRESSEE: "addressees",
}  # fmt: skip
"""For each axis the field of ``CodesForm`` whose label names it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of an answer; ``marked`` when it lies in an excerpt, ``starts`` are the numbers of those that begin here."""

    text: str
    marked: bool
    starts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Prose:
    """An answer in paragraphs of pieces."""

    name: str
    label: Text
    language: Text
    paragraphs: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class ShownExcerpt:
    """An excerpt as its page shows it; ``stands`` says of one from another version whether it can be moved."""

    excerpt: Excerpt
    text: Text
    codes: list[tuple[str, list[Text]]]
    memo: Text | None
    coder: str
    may_change: bool
    stands: str = ""


@bp.get("/submissions/<reference:reference>/excerpts/")
@guards.staff("submission.read")
def excerpts(reference: str) -> ResponseReturnValue:
    """What was told, with its passages marked, and what they are about."""
    return _page(found_or_404(reference, "submission.read"))


@bp.post("/submissions/<reference:reference>/excerpts/add/")
@guards.staff("submission.decide")
@gives_back
def add_excerpt(reference: str) -> ResponseReturnValue:
    """Code a passage."""
    found, person = found_or_404(reference, "submission.decide"), guards.signed_in()
    book = codebook.book_of(found.listening_session_id)
    form = ExcerptForm(book, _prose_asked(found, person))
    if went_wrong():
        return _page(found, form=form, trouble=what_went_wrong())
    is_valid = form.validate()
    span = _meant(found, person, form) if form.passage.data else None
    if not is_valid or span is None:
        return _page(found, form=form), 422
    try:
        with transaction():
            made = coding.add(found, person, span, form.codes(), memo=form.memo.data or "")
    except coding.AlreadyCoded as before:
        found = found_or_404(reference, "submission.decide")
        return _again(found, before.number, form), 409
    except (reading.Unreadable, spans.NotThere, coding.NotCoded):
        left_or_404(reference, "submission.decide")
    flash(_("The passage is kept."), "done")
    return _back(reference, f"excerpt-{made.number}")


@bp.route("/submissions/<reference:reference>/excerpts/<int:number>/", methods=["GET", "POST"])
@guards.staff("submission.decide")
@gives_back
def excerpt(reference: str, number: int) -> ResponseReturnValue:
    """One excerpt, to say something else of it."""
    found, person = found_or_404(reference, "submission.decide"), guards.signed_in()
    here = _excerpt_or_404(found, person, number)
    book = codebook.book_of(found.listening_session_id)
    if request.method != "POST":
        return _one(found, here, book, _as_it_is(found, here, book))
    form = CodesForm(book, here.coded(Axis.THEME))
    if went_wrong():
        return _one(found, here, book, form, trouble=what_went_wrong())
    if not form.validate():
        return _one(found, here, book, form), 422
    try:
        with transaction():
            coding.change(found, person, number, form.codes(), memo=form.memo.data or "", seen=form.seen())
    except coding.Changed:
        return _changed(reference, number, form), 409
    except (reading.Unreadable, coding.NoSuchExcerpt, coding.NotCoded):
        left_or_404(reference, "submission.decide")
    flash(_("The codes are kept."), "done")
    return _back(reference, f"excerpt-{number}")


@bp.post("/submissions/<reference:reference>/excerpts/<int:number>/remove/")
@guards.staff("submission.decide")
@gives_back
def remove_excerpt(reference: str, number: int) -> ResponseReturnValue:
    """Take an excerpt out; it is kept as removed."""
    return _do(reference, number, coding.remove, _("The passage is taken out. It is kept below."))


@bp.post("/submissions/<reference:reference>/excerpts/<int:number>/put-back/")
@guards.staff("submission.decide")
@gives_back
def put_back_excerpt(reference: str, number: int) -> ResponseReturnValue:
    """Put back what was taken out."""
    return _do(reference, number, coding.put_back, _("The passage is back."))


@bp.post("/submissions/<reference:reference>/excerpts/<int:number>/move/")
@guards.staff("submission.decide")
@gives_back
def move_excerpt(reference: str, number: int) -> ResponseReturnValue:
    """Code the same words in the newer version."""
    return _do(reference, number, coding.move, _("The passage is kept in this version, too."))


@bp.route("/submissions/<reference:reference>/excerpts/afresh/", methods=["GET", "POST"])
@guards.staff("submission.decide")
@gives_back
def code_afresh(reference: str) -> ResponseReturnValue:
    """Code without seeing what others made of it."""
    found, person = found_or_404(reference, "submission.decide"), guards.signed_in()
    trouble = what_went_wrong() if went_wrong() else None
    if request.method == "POST" and trouble is None:
        try:
            with transaction():
                coding.code_afresh(found, person)
        except reading.Unreadable:
            left_or_404(reference, "submission.decide")
        except coding.NotCoded:
            return _afresh(found_or_404(reference, "submission.decide"), person), 409
        return _back(reference)
    return _afresh(found, person, trouble)


@bp.post("/submissions/<reference:reference>/excerpts/done/")
@guards.staff("submission.decide")
@gives_back
def done_afresh(reference: str) -> ResponseReturnValue:
    """Say that one is done, and see what others made of it."""
    found, person = found_or_404(reference, "submission.decide"), guards.signed_in()
    if went_wrong():
        return _page(found, trouble=what_went_wrong())
    try:
        with transaction():
            coding.done_afresh(found, person)
    except reading.Unreadable:
        left_or_404(reference, "submission.decide")
    return _back(reference)


class _Act(Protocol):
    def __call__(self, submission: Submission, person: Person, number: int, *, seen: int) -> object: ...


def _do(reference: str, number: int, act: _Act, said: str) -> ResponseReturnValue:
    """Do something with an excerpt as it was seen, and go back to its page."""
    found, person = found_or_404(reference, "submission.decide"), guards.signed_in()
    _excerpt_or_404(found, person, number)
    if went_wrong():
        return _page(found, trouble=what_went_wrong())
    try:
        with transaction():
            act(found, person, number, seen=number_in(request.form.get("version")) or 0)
    except coding.Changed:
        return _page(found_or_404(reference, "submission.decide"), trouble=_was_changed()), 409
    except (spans.NotThere, spans.Ambiguous):
        trouble = Trouble(_("Nothing was moved: the words no longer stand there once. Please select them again."))
        return _page(found_or_404(reference, "submission.decide"), trouble=trouble), 409
    except (reading.Unreadable, coding.NoSuchExcerpt):
        left_or_404(reference, "submission.decide")
    flash(said, "done")
    return _back(reference)


def _back(reference: str, anchor: str | None = None) -> ResponseReturnValue:
    filters = Filters.read(request.args)
    here = url_for("moderation.excerpts", reference=reference, **filters.arguments(), _anchor=anchor)
    return redirect(here, 303)


def _was_changed() -> Trouble:
    return Trouble(_("Nothing was changed: somebody else changed this passage while you were looking at it."))


def _excerpt_or_404(found: Submission, person: Person, number: int) -> Excerpt:
    try:
        here = coding.find(found, person, number)
    except coding.NoSuchExcerpt:
        abort(404)
    if not coding.may_change(here, person):
        abort(404)
    return here


def _meant(found: Submission, person: Person, form: ExcerptForm) -> Span | None:
    """The place that was meant; None when it has to be asked, and ``form`` asks."""
    nth = number_in(form.which.data) if form.which.data else number_in(form.nth.data)
    number = number_in(form.revision.data) or reading.shown_revision(found).number
    try:
        there = coding.places(found, person, number, form.passage.data, answer=form.answer.data or "")
    except spans.Ambiguous:
        form.refuse(_("These words stand there very often. Please select a longer passage."))
        return None
    if len(there) == 1:
        return there[0]
    if nth is not None and nth < len(there) and (form.which.data or form.answer.data):
        return there[nth]
    if there:
        form.ask_which([(str(n), coding.around(found, person, span)) for n, span in enumerate(there)])
    else:
        form.refuse(_("We do not find these words in the text. Please copy them from it as they stand there."))
    return None


def _prose_asked(found: Submission, person: Person) -> list[Shown]:
    revision = reading.shown_revision(found)
    return [shown for shown, _pieces in reading.told(found, person, revision, i18n.language().code)]


def _page(found: Submission, *, form: ExcerptForm | None = None, trouble: Trouble | None = None) -> str:
    person, reader = guards.signed_in(), i18n.language().code
    book, revision = codebook.book_of(found.listening_session_id), reading.shown_revision(found)
    every = coding.excerpts_of(found, person)
    standing = [one for one in every if one.removed_at is None]
    here = [one for one in standing if one.revision == revision.number]
    told = reading.told(found, person, revision, reader, [one.span for one in here])
    order = {shown.question.name: n for n, (shown, _pieces) in enumerate(told)}
    here.sort(key=lambda one: (order.get(one.name, 0), one.start, one.number))
    if form is None:
        form = ExcerptForm(book, [shown for shown, _pieces in told], formdata=None)
    form.revision.data = form.revision.data or str(revision.number)
    names = queries.names_of({one.person_id for one in every})
    show = _Shower(found, person, book, names)
    return render_template(
        "moderation/excerpts.html",
        submission=found,
        filters=Filters.read(request.args),
        held=found.listening_session,
        prose=[_prose(shown, pieces, here) for shown, pieces in told],
        coded=[show(one) for one in here],
        elsewhere=[show(one, _standing(found, one, here)) for one in standing if one.revision != revision.number],
        removed=[show(one) for one in every if one.removed_at is not None],
        form=form,
        is_afresh=coding.is_coding_afresh(found, person),
        in_sample=coding.is_in_sample(found, person),
        trouble=trouble,
        token=FlaskForm(formdata=None),
    )


def _prose(shown: Shown, pieces: Sequence[tuple[Span, str]], here: Sequence[Excerpt]) -> Prose:
    paragraphs: list[list[Piece]] = [[]]
    for span, text in pieces:
        over = [one for one in here if one.span.overlaps(span)]
        starts = tuple(one.number for one in over if one.start == span.start)
        for n, part in enumerate(text.split("\n\n")):
            if n:
                paragraphs.append([])
            paragraphs[-1].append(Piece(part, bool(over), starts if n == 0 else ()))
    return Prose(shown.question.name, shown.label, shown.values[0], tuple(map(tuple, paragraphs)))


def _standing(found: Submission, excerpt: Excerpt, here: Sequence[Excerpt]) -> str:
    """Whether the words of an excerpt of another version stand in this one: once, often, moved already, or not."""
    try:
        span = coding.place_in(excerpt, found, reading.shown_revision(found))
    except spans.Ambiguous:
        return "often"
    except spans.NotThere:
        return "fell"
    return "moved" if any(one.span == span and one.person_id == excerpt.person_id for one in here) else "once"


@dataclass(frozen=True, slots=True)
class _Shower:
    """Shows the excerpts of one submission."""

    found: Submission
    person: Person
    book: Book
    names: dict[int, str]

    def __call__(self, one: Excerpt, stands: str = "") -> ShownExcerpt:
        reader = i18n.language().code
        revision = next(each for each in self.found.revisions if each.number == one.revision)
        memo = coding.memo_of(self.found, one)
        return ShownExcerpt(
            excerpt=one,
            text=reading.passage(self.found, revision, one.span, reading.reach_of(self.person)),
            codes=_in_words(one, self.book, reader),
            memo=reading.typed(memo, self.person.language) if memo else None,
            coder=self.names[one.person_id],
            may_change=coding.may_change(one, self.person),
            stands=stands,
        )


def _in_words(one: Excerpt, book: Book, reader: str) -> list[tuple[str, list[Text]]]:
    labels = CodesForm(book, formdata=None)
    return [
        (str(labels[AXIS_LABELS[axis]].label.text), [coding.in_words(axis, code, book, reader) for code in codes])
        for axis, codes in coding.codes_now(one, book).items()
        if codes
    ]


def _as_it_is(found: Submission, here: Excerpt, book: Book) -> CodesForm:
    data = chosen(coding.codes_now(here, book), coding.memo_of(found, here), here.version)
    return CodesForm(book, here.coded(Axis.THEME), formdata=None, data=data)


def _one(found: Submission, here: Excerpt, book: Book, form: CodesForm, *, trouble: Trouble | None = None) -> str:
    person = guards.signed_in()
    return render_template(
        "moderation/excerpt.html",
        submission=found,
        filters=Filters.read(request.args),
        held=found.listening_session,
        one=_Shower(found, person, book, queries.names_of({here.person_id}))(here),
        form=form,
        trouble=trouble,
    )


def _again(found: Submission, number: int, typed: ExcerptForm) -> str:
    """The page of an excerpt that is there already, with what was chosen for it now."""
    book, here = codebook.book_of(found.listening_session_id), coding.find(found, guards.signed_in(), number)
    data = chosen(typed.codes(), typed.memo.data or coding.memo_of(found, here), here.version)
    form = CodesForm(book, here.coded(Axis.THEME), formdata=None, data=data)
    trouble = Trouble(_("You coded this passage before. Save what you chose now, or go back and leave it as it was."))
    return _one(found, here, book, form, trouble=trouble)


def _changed(reference: str, number: int, form: CodesForm) -> str:
    """The page that shows an excerpt as it is now, with what was chosen still in the form."""
    found = found_or_404(reference, "submission.decide")
    here = _excerpt_or_404(found, guards.signed_in(), number)
    form.version.data = str(here.version)
    return _one(found, here, codebook.book_of(found.listening_session_id), form, trouble=_was_changed())


def _afresh(found: Submission, person: Person, trouble: Trouble | None = None) -> str:
    return render_template(
        "moderation/excerpts_afresh.html",
        submission=found,
        filters=Filters.read(request.args),
        may_begin=coding.may_code_afresh(found, person),
        is_afresh=coding.is_coding_afresh(found, person),
        trouble=trouble,
    )
