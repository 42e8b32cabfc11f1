"""The code book of a listening session: its themes with what was coded, and how they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from intake.accounts import guards
from intake.foundation import i18n
from intake.foundation.database import transaction
from intake.foundation.errors import gives_back, went_wrong
from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.vocabularies import vocabulary
from intake.moderation import codebook, coded, coding
from intake.moderation.codebook import Act, Book, Changed, Entry, NotPossible
from intake.moderation.coded import FORMATS, Count, Narrowing, Row
from intake.moderation.coding import VOCABULARY_OF_AXIS, Axis
from intake.moderation.coding_forms import ChangeEntryForm, EntryForm, MergeForm, SplitForm
from intake.programme.models import ListeningSession

from .answering import Trouble, session_or_404, what_went_wrong
from .blueprint import bp

AXIS_NAMES = {
    Axis.THEME: _l("Theme"),
    Axis.KIND: _l("Kind"),
    Axis.GROUP: _l("Whom it is about"),
    Axis.OBJECTIVE: _l("Objective"),
    Axis.ADDRESSEE: _l("Who is asked to act"),
}

ACT_LABELS = {
    Act.ADD: _l("Added"),
    Act.RENAME: _l("Renamed"),
    Act.DEFINE: _l("Explained anew"),
    Act.MERGE: _l("Joined with another"),
    Act.SPLIT: _l("Divided in two"),
}

_EXAMPLES = 20
_EXAMPLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme in the table, and how much was coded with it."""

    entry: Entry
    called: Text
    count: Count


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change: what it was, of which theme, from what to what, by whom."""

    label: str
    theme: Text
    old: Sequence[Text]
    new: Sequence[Text]
    at: object
    who: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the filters."""

    name: str
    label: str
    options: list[tuple[str, Text]]
    chosen: str


@bp.get("/sessions/<slug>/codes/")
@guards.staff("queue.read")
def code_book(slug: str) -> ResponseReturnValue:
    """The themes of a session, with how much was coded."""
    return _book_page(session_or_404(slug))


@bp.post("/sessions/<slug>/codes/add/")
@guards.staff("queue.read")
@gives_back
def add_theme(slug: str) -> ResponseReturnValue:
    """A theme of the session's own."""
    held, form = session_or_404(slug), EntryForm()
    if went_wrong():
        return _book_page(held, form=form, trouble=what_went_wrong())
    if not form.validate():
        return _book_page(held, form=form), 422
    with transaction():
        code = codebook.add(held, guards.signed_in(), form.name(), form.define(Multilingual()))
    flash(_("The theme is in the code book."), "done")
    return _to_theme(slug, code)


@bp.get("/sessions/<slug>/codes/<code>/")
@guards.staff("queue.read")
def theme(slug: str, code: str) -> ResponseReturnValue:
    """One theme: what it means, and what can be made of it."""
    held = session_or_404(slug)
    return _theme_page(held, code)


@bp.post("/sessions/<slug>/codes/<code>/change/")
@guards.staff("queue.read")
@gives_back
def change_theme(slug: str, code: str) -> ResponseReturnValue:
    """Give a theme another name, or say anew what it means."""
    held = session_or_404(slug)
    entry = _entry_or_404(held, code)
    form = ChangeEntryForm(_examples(held, code))
    if went_wrong():
        return _theme_page(held, code, change=form, trouble=what_went_wrong())
    if not form.validate():
        return _theme_page(held, code, change=form), 422
    try:
        with transaction():
            codebook.change(
                held, guards.signed_in(), code, seen=form.seen(),
                name=form.name(), definition=form.define(entry.definition), example=form.chosen_example(),
            )  # fmt: skip
    except (Changed, NotPossible):
        held = session_or_404(slug)
        form.version.data = str(_entry_or_404(held, code).version)
        return _theme_page(held, code, change=form, trouble=_was_changed()), 409
    flash(_("The theme is kept as you wrote it."), "done")
    return _to_theme(slug, code)


@bp.post("/sessions/<slug>/codes/<code>/merge/")
@guards.staff("queue.read")
@gives_back
def merge_theme(slug: str, code: str) -> ResponseReturnValue:
    """Read one theme as another from now on."""
    held = session_or_404(slug)
    form = MergeForm(codebook.book_of(held.id), _entry_or_404(held, code))
    if went_wrong():
        return _theme_page(held, code, merge=form, trouble=what_went_wrong())
    try:
        with transaction():
            codebook.merge(held, guards.signed_in(), code, into=form.into.data or "", seen=form.seen())
    except (Changed, NotPossible):
        return _theme_page(session_or_404(slug), code, trouble=_was_changed()), 409
    flash(_("From now on both are one theme. What was coded stays as it was."), "done")
    return _to_theme(slug, form.into.data)


@bp.post("/sessions/<slug>/codes/<code>/split/")
@guards.staff("queue.read")
@gives_back
def split_theme(slug: str, code: str) -> ResponseReturnValue:
    """Make two themes of one."""
    held, form = session_or_404(slug), SplitForm()
    _entry_or_404(held, code)
    if went_wrong():
        return _theme_page(held, code, split=form, trouble=what_went_wrong())
    if not form.validate():
        return _theme_page(held, code, split=form), 422
    try:
        with transaction():
            codebook.split(held, guards.signed_in(), code, names=form.names(), seen=form.seen())
    except (Changed, NotPossible):
        held = session_or_404(slug)
        form.version.data = str(_entry_or_404(held, code).version)
        return _theme_page(held, code, split=form, trouble=_was_changed()), 409
    flash(_("There are two themes now. Please look at each passage that was coded with the old one."), "done")
    return redirect(url_for("moderation.passages", slug=slug, theme=code), 303)


@bp.get("/sessions/<slug>/passages/")
@guards.staff("queue.read")
def passages(slug: str) -> ResponseReturnValue:
    """The passages of a session that were coded so or so."""
    held, person, reader = session_or_404(slug), guards.signed_in(), i18n.language().code
    book = codebook.book_of(held.id)
    narrowing = Narrowing.read(request.args, book)
    rows, after = coded.listed(held, person, book, narrowing)
    return render_template(
        "moderation/passages.html",
        held=held,
        rows=[(row, _codes_of(row, book, reader)) for row in rows],
        after=after,
        is_any_coded=bool(rows) or next(coded.as_a_whole(held, person, book, narrowing), None) is not None,
        narrowing=narrowing,
        choices=_choices(book, narrowing, (*Axis,), reader),
        formats=FORMATS,
        token=FlaskForm(formdata=None),
    )


@bp.post("/sessions/<slug>/passages/export/<format_name>/")
@guards.staff("queue.read")
def export_passages(slug: str, format_name: str) -> ResponseReturnValue:
    """The passages, and what was coded as a whole, as a table. Who takes it out is written down, so this is a POST."""
    held = session_or_404(slug)
    if format_name not in FORMATS:
        abort(404)
    guards.require_fresh()
    book = codebook.book_of(held.id)
    narrowing = Narrowing.read(request.args, book)
    with transaction():
        made = coded.export(held, guards.signed_in(), book, narrowing, kind=format_name, reader=i18n.language().code)
    return _attachment(made, FORMATS[format_name].media_type, f"{held.slug}_passages.{format_name}")


def _attachment(made: bytes, media_type: str, name: str) -> Response:
    response = make_response(made)
    response.content_type = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _entry_or_404(held: ListeningSession, code: str) -> Entry:
    entry = codebook.book_of(held.id).entries.get(code)
    if entry is None:
        abort(404)
    return entry


def _to_theme(slug: str, code: str) -> ResponseReturnValue:
    return redirect(url_for("moderation.theme", slug=slug, code=code), 303)


def _was_changed() -> Trouble:
    return Trouble(_("Nothing was changed: somebody else changed this theme while you were looking at it."))


def _book_page(held: ListeningSession, *, form: EntryForm | None = None, trouble: Trouble | None = None) -> str:
    person, reader = guards.signed_in(), i18n.language().code
    book = codebook.book_of(held.id)
    narrowing = Narrowing.read(request.args, book).without_theme()
    by_theme, in_all = coded.counts(held, person, book, narrowing)
    none = Count()
    return render_template(
        "moderation/codebook.html",
        held=held,
        rows=[
            ThemeRow(entry, book.called(entry.code, reader), by_theme.get(entry.code, none))
            for entry in book.standing()
        ],
        in_all=in_all,
        narrowing=narrowing,
        choices=_choices(book, narrowing, tuple(VOCABULARY_OF_AXIS), reader),
        form=form or EntryForm(formdata=None),
        changes=_changes(held, book, reader),
        trouble=trouble,
    )


def _theme_page(
    held: ListeningSession,
    code: str,
    *,
    change: ChangeEntryForm | None = None,
    merge: MergeForm | None = None,
    split: SplitForm | None = None,
    trouble: Trouble | None = None,
) -> str:
    person, reader = guards.signed_in(), i18n.language().code
    entry, book = _entry_or_404(held, code), codebook.book_of(held.id)
    by_theme, _all = coded.counts(held, person, book, Narrowing())
    new_split = SplitForm(formdata=None, data={"version": str(entry.version)})
    return render_template(
        "moderation/theme.html",
        held=held,
        entry=entry,
        called=book.called(code, reader) if entry.successor is None else entry.name.in_language(reader),
        definition=entry.definition.in_language(reader),
        example=coded.example(held, person, book, entry),
        successor=(book.now(code), book.called(code, reader)) if entry.successor else None,
        merged=[(one.code, one.name.in_language(reader)) for one in book.merged_into(code)],
        count=by_theme.get(code, Count()),
        change=change or ChangeEntryForm.of(entry, _examples(held, code)),
        merge=merge or MergeForm(book, entry, formdata=None),
        split=split or new_split,
        changes=_changes(held, book, reader, code),
        trouble=trouble,
    )


def _examples(held: ListeningSession, code: str) -> list[tuple[str, str]]:
    """The first passages coded with a theme, to choose an example from."""
    person, book = guards.signed_in(), codebook.book_of(held.id)
    rows, _after = coded.listed(held, person, book, Narrowing({Axis.THEME: code}), count=_EXAMPLES)
    return [(str(row.excerpt.id), f"{row.submission.reference}: {_short(row.text.text)}") for row in rows]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLE_LENGTH else line[: _EXAMPLE_LENGTH - 1].rstrip() + "…"


def _codes_of(row: Row, book: Book, reader: str) -> list[tuple[str, list[Text]]]:
    return [
        (str(AXIS_NAMES[axis]), [coding.in_words(axis, code, book, reader) for code in codes])
        for axis, codes in coding.codes_now(row.excerpt, book).items()
        if codes
    ]


def _choices(book: Book, narrowing: Narrowing, axes: Sequence[Axis], reader: str) -> list[Choice]:
    return [
        Choice(
            axis.value,
            str(AXIS_NAMES[axis]),
            [(code, coding.in_words(axis, code, book, reader)) for code in _codes_on(axis, book)],
            narrowing.codes.get(axis, ""),
        )
        for axis in axes
    ]


def _codes_on(axis: Axis, book: Book) -> list[str]:
    if axis is Axis.THEME:
        return [entry.code for entry in book.standing()]
    return list(vocabulary(VOCABULARY_OF_AXIS[axis]))


def _changes(held: ListeningSession, book: Book, reader: str, code: str | None = None) -> list[ChangeRow]:
    def told(side: dict[str, Any]) -> list[Text]:
        texts = [Multilingual(side[name]).in_language(reader) for name in ("name", "definition") if side.get(name)]
        into = side.get("into") or []
        return texts + [_named(book, other, reader) for other in (into if isinstance(into, list) else [into])]

    return [
        ChangeRow(
            str(ACT_LABELS[Act(one.act)]), _named(book, one.code, reader), told(one.old), told(one.new), one.at, name
        )
        for one, name in codebook.history(held, code)
    ]


def _named(book: Book, code: str, reader: str) -> Text:
    """What an entry itself is called, also when it is read as another."""
    entry = book.entries.get(code)
    return entry.name.in_language(reader) if entry else book.called(code, reader)
