"""The picture of a listening session as its desk sees it, and as it may be seen beyond.

On the desk every figure counts what its reader may read, through the one read path, and says how much of it was
accepted. Beyond it, for drafters and in every table that is taken along, it is of what was accepted, and who sent
it and from where is told as in a digest: no figure points at anybody who is not named. What a few passages say of
groups of people stays on the desk as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from intake.accounts.models import Person
from intake.digests import figures
from intake.digests.attribution import ENOUGH
from intake.digests.disclosure import counted, organisations
from intake.digests.figures import Spread
from intake.digests.wording import number
from intake.foundation import register, sheets
from intake.foundation.vocabularies import region_of
from intake.moderation.alike import groups_in
from intake.moderation.codebook import book_of
from intake.programme.models import ListeningSession
from intake.submissions.consent import effective
from intake.submissions.vocabulary import State

from . import queries
from .areas import WORDS
from .drawing import Drawn, Figure, is_accepted, languages, terms
from .totals import Totals, totals

FORMATS = {"xlsx": sheets.XLSX, "csv": sheets.CSV}
"""The kinds of file in which the tables can be taken along, by their ending."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was received, read and accepted in all, and the figures."""

    received: Totals
    read: int | None
    accepted: Totals
    figures: tuple[Figure, ...]


def on_desk(held: ListeningSession, person: Person, reader: str) -> Picture:
    """What ``person`` may read of ``held``, in the language ``reader``."""
    rows = queries.of_desk(held, person)
    book = book_of(held.id)
    pairs = queries.coded_groups(held, person, book)
    waiting = sum(row.state in (State.SUBMITTED, State.IN_REVIEW) for row in rows)
    drawn, together = Drawn(reader), groups_in(held.id)
    return Picture(
        received=totals(rows, together),
        read=len(rows) - waiting,
        accepted=totals([row for row in rows if is_accepted(row)], together),
        figures=(
            drawn.states(rows),
            drawn.over_time(rows, both=True),
            drawn.spread("language", Spread(_("By language"), _("Language"), languages(reader)), rows,
                         lambda row: row.language),
            drawn.on_map(rows),
            drawn.spread("who", Spread(_("By kind of contributor"), _("Kind of contributor"),
                                       terms("stakeholder_types", reader)), rows, lambda row: row.stakeholder_type),
            drawn.groups(pairs),
            drawn.themes_by_group(pairs, book),
        ),
    )  # fmt: skip


def beyond_desk(held: ListeningSession, person: Person, reader: str) -> Picture:
    """What drafters may know of ``held``: of what was accepted, as a digest of this moment would tell it."""
    return _beyond(held, queries.beyond(held, person), reader, Drawn(reader))


def _beyond(held: ListeningSession, rows: Sequence[Any], reader: str, drawn: Drawn) -> Picture:
    accepted = [row for row in rows if is_accepted(row)]

    def tier_of(row: Any) -> int:
        return int(effective(row.consent_tier, row.tier_cap, row.promised_ceiling, held.ceiling))

    n = number(len(accepted), reader)
    continents = [(code, words) for code, words in terms("m49_regions", reader) if code in WORDS]
    by_region = Spread(_("Accepted submissions by region (n = %(n)s)", n=n), _("Region"), continents)
    by_type = Spread(
        _("Accepted submissions by kind of contributor (n = %(n)s)", n=n), _("Kind of contributor"),
        terms("stakeholder_types", reader),
    )  # fmt: skip
    by_language = Spread(_("Accepted submissions by language (n = %(n)s)", n=n), _("Language"), languages(reader))
    in_regions = counted(accepted, lambda row: region_of(row.country or ""), tier_of)
    of_types = counted(accepted, lambda row: row.stakeholder_type, tier_of)
    written = figures.spread(by_language, Counter(row.language for row in accepted), reader)
    return Picture(
        # Of whom nothing was accepted, not even how many organisations they are is told.
        received=Totals(len(rows)),
        read=None,
        accepted=replace(totals(accepted, groups_in(held.id)), organisations=organisations(accepted, tier_of)),
        figures=(
            drawn.kinds(rows),
            drawn.over_time(accepted, both=False),
            drawn.as_digest("language", _("By language"), written),
            drawn.as_digest("region", _("By region"), figures.guarded(by_region, in_regions, reader, outdated=False)),
            drawn.as_digest("who", _("By kind of contributor"),
                            figures.guarded(by_type, of_types, reader, outdated=False)),
        ),
    )  # fmt: skip


def export(held: ListeningSession, person: Person, *, on_desk: bool, kind: str, reader: str) -> bytes:
    """The tables of the picture as they may leave, in one table of ``kind``; leaves a line in the register.

    Raises:
        KeyError: another kind.
    """
    drawn = Drawn(reader)
    rows = queries.of_desk(held, person) if on_desk else queries.beyond(held, person)
    picture = _beyond(held, rows, reader, drawn)
    in_all = picture.accepted
    tables = [drawn.totals(in_all.submissions, in_all.organisations, in_all.texts), *picture.figures]
    if on_desk:
        book = book_of(held.id)
        pairs = queries.coded_groups(held, person, book)
        tables += [drawn.groups(pairs, least=ENOUGH), drawn.themes_by_group(pairs, book, least=ENOUGH)]
    table = [[sheets.neutral(cell) for cell in line] for line in _lines(tables)]
    made = _WRITE[kind](table)
    register.record("picture.export", held.code, person_id=person.id, format=kind, rows=len(table) - 1)
    return made


def _as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    return sheets.as_xlsx("picture", rows, [34, 50, 34, 14])


_WRITE: Mapping[str, Callable[[Sequence[Sequence[str]]], bytes]] = {"xlsx": _as_xlsx, "csv": sheets.as_csv}


def _lines(tables: Iterable[Figure]) -> Iterable[tuple[str, ...]]:
    yield ("table", "row", "figure", "number")
    for one in tables:
        if not one.rows:
            yield (one.title, one.note, "", "")
        for row in one.rows:
            for words, n in zip(one.head[1:], row.numbers, strict=True):
                yield (one.title, row.label.text, words.text, _too_few(ENOUGH) if n is None else str(n))


def _too_few(least: int) -> str:
    return _("fewer than %(number)s", number=format_decimal(least))
