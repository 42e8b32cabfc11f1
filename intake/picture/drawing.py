"""Tables of a picture, each with the chart that shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup

from intake.digests.document import Paragraph, Table
from intake.digests.figures import NOT_SAID, Spread
from intake.digests.wording import language_name, listed
from intake.foundation import clock
from intake.foundation.languages import BY_CODE, CODES
from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import label, subregion_of, vocabulary
from intake.moderation.codebook import Book
from intake.moderation.filters import SHOWN_STATES, regions
from intake.submissions.vocabulary import COUNT_LABELS, KIND_LABELS, STATE_LABELS, Kind, State

from .areas import MIDDLE, WORDS
from .charts import Bar, Chart, Dot
from .timeline import stretches


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is of, and its figures; None is too few to be told."""

    label: Text
    numbers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A table with the chart of it. ``head`` names the rows first; without rows ``note`` says why there are none."""

    name: str
    title: str
    head: tuple[Text, ...]
    rows: tuple[Row, ...] = ()
    note: str = ""
    chart: Markup | None = None
    legend: str = ""
    is_heat: bool = False

    @property
    def most(self) -> int:
        """The largest of its figures."""
        return max((n or 0 for row in self.rows for n in row.numbers), default=0)


def is_accepted(row: Any) -> bool:
    """Whether something of it stands accepted."""
    return row.accepted_revision is not None


def terms(name: str, reader: str) -> list[tuple[str, Text]]:
    """The codes of a vocabulary with their words."""
    return [(code, label(name, code, reader)) for code in vocabulary(name)]


def languages(reader: str) -> list[tuple[str, Text]]:
    """The codes of the languages of Intake with their names."""
    return [(code, language_name(code, reader)) for code in CODES]


class Drawn:
    """Tables and their charts in the language ``reader``."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self.rtl = BY_CODE[reader].direction == "rtl"

    def states(self, rows: Sequence[Any]) -> Figure:
        """How far everything is."""
        found = Counter(State(row.state) for row in rows)
        named = [(self._here(STATE_LABELS[state]), found[state]) for state in SHOWN_STATES if found[state]]
        head = (_("State"), COUNT_LABELS[State.SUBMITTED])
        return self._single("state", _("How far it is read"), head, named)

    def totals(self, submissions: int, organisations: int | None, texts: int | None) -> Figure:
        """What was accepted in all, counted in each way that may be told."""
        found = ((_("Submissions"), submissions), (_("Organisations"), organisations), (_("Distinct texts"), texts))
        rows = [(self._here(words), (n,)) for words, n in found if n is not None]
        return self._figure("total", _("In all"), self._head(_("Counted as"), COUNT_LABELS[State.ACCEPTED]), rows)

    def kinds(self, rows: Sequence[Any]) -> Figure:
        """What was received and accepted, by kind."""
        found = [(self._here(KIND_LABELS[kind]), [row for row in rows if row.kind == kind]) for kind in Kind]
        named = [(words, len(some), sum(map(is_accepted, some))) for words, some in found if some]
        return self._double("kind", _("By kind of submission"), _("Kind of submission"), named)

    def over_time(self, rows: Sequence[Any], *, both: bool) -> Figure:
        """When everything came; with ``both`` also how much of it was accepted."""
        title, head = _("Over time"), _("Received in")
        days = [(clock.day(row.received_at), row) for row in rows]
        every, lies_in = stretches((day for day, _row in days), self.reader)
        whole = Counter(lies_in(day) for day, _row in days)
        part = Counter(lies_in(day) for day, row in days if is_accepted(row))
        here = [(self._here(one.label), whole[one.begins], part[one.begins]) for one in every]
        bars = [self._bar(words.text, n, accepted if both else None, short=True) for words, n, accepted in here]
        largest = max(here, key=lambda one: one[1], default=None)
        about = self._most(largest[0].text, largest[1]) if largest else ""
        chart = Chart("time", title, about, self.rtl).columns(bars) if here else None
        kept = [one for one in here if one[1]]
        if both:
            return self._figure("time", title, self._double_head(head), [(w, (n, a)) for w, n, a in kept], chart,
                                legend=self._legend())  # fmt: skip
        return self._figure("time", title, self._head(head, COUNT_LABELS[State.ACCEPTED]),
                            [(words, (n,)) for words, n, _accepted in kept], chart)  # fmt: skip

    def spread(
        self, name: str, about: Spread, rows: Sequence[Any], code_of: Callable[[Any], str | None]
    ) -> Figure:  # fmt: skip
        """How much of each code was received and accepted, and of which there was nothing."""
        whole = Counter(code_of(row) or NOT_SAID for row in rows)
        part = Counter(code_of(row) or NOT_SAID for row in rows if is_accepted(row))
        everybody = [*about.codes, (NOT_SAID, self._here(_("Not said")))]
        heard = [(words, whole[code], part[code]) for code, words in everybody if whole[code]]
        silent = [words for code, words in about.codes if not whole[code]]
        note = _("Nothing received: %(names)s.", names=listed(silent)) if silent and heard else ""
        return self._double(name, about.caption, about.row, heard, note)

    def on_map(self, rows: Sequence[Any]) -> Figure:
        """Of which areas what was told is, as dots where they lie."""
        areas = [(code, label("m49_regions", code, self.reader)) for code in regions()]

        def area(row: Any) -> str | None:
            return subregion_of(row.country) if row.country else None

        table = self.spread("region", Spread(_("By region"), _("Region"), areas), rows, area)
        found = Counter(area(row) for row in rows)
        dots = [self._dot(words.text, MIDDLE[code], found[code]) for code, words in areas if found[code]]
        words = [self._dot(label("m49_regions", code, self.reader).text, at, 0) for code, at in WORDS.items()]
        about = _("A map without borders: a dot for each region, larger where more was received.")
        chart = Chart("region", table.title, about).dots(dots, words) if dots else None
        return Figure(table.name, table.title, table.head, table.rows, table.note, chart, legend=about)

    def groups(self, pairs: Iterable[tuple[int, str, str | None]], least: int = 0) -> Figure:
        """Of how many submissions passages are about which group of people; fewer than ``least`` are not told."""
        found = Counter(group for _one, group in {(one, group) for one, _theme, group in pairs} if group)
        named = [(words, found[code]) for code, words in terms("population_groups", self.reader) if found[code]]
        title, note = _("By group of people"), _("As passages were coded. A submission can be about several groups.")
        if least:
            head = self._head(_("Whom it is about"), _("Submissions"))
            return self._figure("group", title, head, [(words, (_told(n, least),)) for words, n in named], note=note)
        return self._single("group", title, (_("Whom it is about"), _("Submissions")), named, note)

    def themes_by_group(self, pairs: Iterable[tuple[int, str, str | None]], book: Book, least: int = 0) -> Figure:
        """In how many submissions a passage is about a theme and about a group of people."""
        found = Counter((theme, group) for _one, theme, group in pairs if group)
        themes = [entry.code for entry in book.standing() if any(theme == entry.code for theme, _group in found)]
        groups = [(code, words) for code, words in terms("population_groups", self.reader)
                  if any(group == code for _theme, group in found)]  # fmt: skip
        head = (self._here(_("Theme")), *(words for _code, words in groups))
        rows = [
            (book.called(theme, self.reader), tuple(_told(found[theme, code], least) for code, _words in groups))
            for theme in themes
        ]
        note = _("In how many submissions a passage is about both. The darker a field, the more there are.")
        return self._figure("heat", _("Theme by group of people"), head, rows, note=note, is_heat=True)

    def as_digest(self, name: str, title: str, block: object) -> Figure:
        """A table as a digest has it, or the reason why there is none."""
        if isinstance(block, Paragraph):
            return Figure(name, title, (), note=block.text.text)
        if not isinstance(block, Table):
            raise TypeError(type(block).__name__)
        found = [(words, n) for words, n in block.rows if isinstance(words, Text) and isinstance(n, int)]
        head = (block.head[0].text, block.head[1].text)
        return self._single(name, title, head, found, block.note.text if block.note else "")

    def _single(
        self, name: str, title: str, head: tuple[str, object], named: Sequence[tuple[Text, int]], note: str = ""
    ) -> Figure:
        bars = [self._bar(words.text, n, None) for words, n in named]
        largest = max(named, key=lambda one: one[1], default=None)
        about = self._most(largest[0].text, largest[1]) if largest else ""
        chart = Chart(name, title, about, self.rtl).bars(bars) if bars else None
        return self._figure(name, title, self._head(*head), [(words, (n,)) for words, n in named], chart, note=note)

    def _double(
        self, name: str, title: str, head: str, named: Sequence[tuple[Text, int, int]], note: str = ""
    ) -> Figure:
        bars = [self._bar(words.text, n, accepted) for words, n, accepted in named]
        largest = max(named, key=lambda one: one[1], default=None)
        about = self._most(largest[0].text, largest[1]) if largest else ""
        chart = Chart(name, title, about, self.rtl).bars(bars) if bars else None
        rows = [(words, (n, accepted)) for words, n, accepted in named]
        return self._figure(name, title, self._double_head(head), rows, chart, note=note, legend=self._legend())

    def _figure(
        self, name: str, title: str, head: tuple[Text, ...], rows: Sequence[tuple[Text, tuple[int | None, ...]]],
        chart: Markup | None = None, *, note: str = "", legend: str = "", is_heat: bool = False,
    ) -> Figure:  # fmt: skip
        if not rows:
            return Figure(name, title, head, note=_("There is nothing to count here yet."))
        return Figure(
            name, title, head, tuple(Row(*row) for row in rows), note, chart, legend if chart else "", is_heat
        )

    def _bar(self, words: str, whole: int, part: int | None, *, short: bool = False) -> Bar:
        said = format_decimal(whole)
        if part is not None and not short:
            said = _("%(accepted)s of %(received)s", accepted=format_decimal(part), received=said)
        return Bar(words, whole, part, said)

    def _dot(self, words: str, at: tuple[int, int], n: int) -> Dot:
        return Dot(words, at[0], at[1], n, format_decimal(n))

    def _most(self, words: str, n: int) -> str:
        return _("The most: %(name)s, %(number)s. Every figure is in the table.", name=words, number=format_decimal(n))

    def _legend(self) -> str:
        return _("The whole bar is what was received, the filled part what was accepted.")

    def _head(self, *names: object) -> tuple[Text, ...]:
        return tuple(self._here(name) for name in names)

    def _double_head(self, first: str) -> tuple[Text, ...]:
        return self._head(first, COUNT_LABELS[State.SUBMITTED], COUNT_LABELS[State.ACCEPTED])

    def _here(self, words: object) -> Text:
        return Text(str(words), self.reader)


def _told(n: int, least: int) -> int | None:
    """``n``, unless it is small enough to point at somebody."""
    return None if 0 < n < least else n
