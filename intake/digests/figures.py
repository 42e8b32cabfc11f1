"""Who we heard: tables of what was received and accepted, each saying what its n is (DOMAIN D4).

Kind of contributor and region are kept back from who is quoted without a name, so their tables
show no cell that would give them away. Kind of submission, language and tier stand beside every
accepted submission anyway, whatever its tier, in the working edition's data (``document.Entry``) and its
reference: counting them tells drafters nothing that they could not count themselves, so these
tables stay whole. They would not in an edition that does not list its entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from flask_babel import gettext as _

from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import label, vocabulary
from intake.submissions.consent import TIER_NAMES, Tier
from intake.submissions.vocabulary import COUNT_LABELS, KIND_LABELS, Kind, State

from .attribution import may_name
from .disclosure import taken_together
from .document import Block, Heading, Paragraph, Table
from .freeze import Cell, Frozen, cells
from .wording import language_name, listed, number

NOT_SAID = ""


class Spread(NamedTuple):
    """What a table counts by: its caption, what a row is, and the codes of the rows with their words."""

    caption: str
    row: str
    codes: Sequence[tuple[str, Text]]


def who_we_heard(frozen: Frozen, still_named: AbstractSet[str], language: str) -> Iterator[Block]:
    """The figures of the freeze. They stand as frozen, whatever has fallen since.

    ``still_named`` are the references of those who may be named today.
    """
    yield Heading(1, Text(_("Who we heard"), language), "who-we-heard")
    entries = frozen["entries"]
    if not frozen["received"]:
        yield Paragraph(Text(_("Nothing had been received by the cut-off day."), language), "empty")
        return
    named = {entry["reference"] for entry in entries if may_name(entry["tier"])}
    outdated = not named <= still_named
    note = " ".join(_also_counted(frozen, language, outdated=outdated)) if entries else ""
    yield _by_kind(frozen["received"], Counter(entry["kind"] for entry in entries), note, language)
    if not entries:
        nobody = _("Nothing had been accepted by the cut-off day: there is nobody to count here yet.")
        yield Paragraph(Text(nobody, language), "empty")
        return
    n = number(len(entries), language)
    types = [(code, label("stakeholder_types", code, language)) for code in vocabulary("stakeholder_types")]
    by_type = _("Accepted submissions by kind of contributor (n = %(n)s)", n=n)
    counted = cells(frozen, "stakeholder_types")
    yield guarded(Spread(by_type, _("Kind of contributor"), types), counted, language, outdated=outdated)
    continents = [term.code for term in vocabulary("m49_regions").values() if term.kind == "region"]
    regions = [(code, label("m49_regions", code, language)) for code in continents]
    by_region = _("Accepted submissions by region of the country they are about (n = %(n)s)", n=n)
    counted = cells(frozen, "regions")
    yield guarded(Spread(by_region, _("Region"), regions), counted, language, outdated=outdated)
    languages = [(code, language_name(code, language)) for code in CODES]
    by_language = _("Accepted submissions by the language they are written in (n = %(n)s)", n=n)
    written = Counter(entry["language"] for entry in entries)
    yield spread(Spread(by_language, _("Language"), languages), written, language)
    yield _by_tier(Counter(entry["tier"] for entry in entries), n, language)


def _also_counted(frozen: Frozen, language: str, *, outdated: bool) -> Iterator[str]:
    """What was accepted, counted as organisations and as distinct texts."""
    organisations, texts = frozen.get("organisations"), frozen.get("distinct_texts")
    # Counted with somebody who was named and is no longer, it would tell of those who never were.
    if organisations is not None and not outdated:
        yield _("Organisations whose submissions were accepted: n = %(n)s.", n=number(organisations, language))
    # Said only where it tells something: nobody is to wonder what a second figure beside the same one means.
    if texts is not None and texts < len(frozen["entries"]):
        yield _(
            "Distinct texts among those accepted: n = %(texts)s. Submissions that say nearly the same are one text "
            "here.",
            texts=number(texts, language),
        )


def _by_kind(received: Mapping[str, int], accepted: Mapping[str, int], note: str, language: str) -> Table:
    rows = [(Text(str(KIND_LABELS[kind]), language), received.get(kind, 0), accepted.get(kind, 0)) for kind in Kind]
    total = (Text(_("All kinds"), language), sum(received.values()), sum(accepted.values()))
    caption = _(
        "Submissions by kind (received: n = %(received)s; accepted: n = %(accepted)s)",
        received=number(total[1], language), accepted=number(total[2], language),
    )  # fmt: skip
    head = (_("Kind of submission"), _count(State.SUBMITTED), _count(State.ACCEPTED))
    return Table(Text(caption, language), _head(head, language), (*rows, total), Text(note, language) if note else None)


def _by_tier(accepted: Mapping[int, int], n: Text, language: str) -> Table:
    rows = tuple(
        (Text(f"{int(tier)} – {TIER_NAMES[tier]}", language), accepted.get(tier, 0)) for tier in reversed(Tier)
    )
    caption = _("Accepted submissions by consent tier at the freeze (n = %(n)s)", n=n)
    return Table(Text(caption, language), _head((_("Consent tier"), _count(State.ACCEPTED)), language), rows)


def guarded(about: Spread, counted: Mapping[str, Cell], language: str, *, outdated: bool) -> Block:
    """A table from which nobody who is not named can be told, or why there is none."""
    if outdated:
        # The freeze counts somebody as named who is so no longer: it does not say in which cell.
        gone = _(
            "%(table)s: left out, because since the freeze somebody who had agreed to be named has withdrawn or "
            "agrees no longer. Compile again.",
            table=about.caption,
        )  # fmt: skip
        return Paragraph(Text(gone, language), "empty")
    together = taken_together(counted)
    if together is None:
        # Without the note as well: which kinds are silent says which are not.
        few = _(
            "%(table)s: left out, because so few contributors are without a name that it would point at them.",
            table=about.caption,
        )
        return Paragraph(Text(few, language), "empty")
    return spread(about, {code: cell.n for code, cell in counted.items()}, language, together)


def spread(about: Spread, counts: Mapping[str, int], language: str, together: AbstractSet[str] = frozenset()) -> Table:
    """One row for each code that was heard from; the others are named below, so that silence shows.

    Those ``together`` share a row. Its label does not say which of them is small: that would help to tell.
    """
    known = {code for code, _words in about.codes}
    unknown = [(code, Text(code, "en")) for code in sorted(counts.keys() - known - {NOT_SAID})]
    everybody = [*about.codes, *unknown, (NOT_SAID, Text(_("Not said"), language))]
    heard = [(code, words) for code, words in everybody if counts.get(code)]
    rows = [(words, counts[code]) for code, words in heard if code not in together]
    if together:
        names = listed(words for code, words in heard if code in together)
        shared = _("Taken together, so that nobody can be singled out: %(names)s", names=names)
        rows.append((Text(shared, language), sum(counts[code] for code in together)))
    silent = [words.text for code, words in about.codes if not counts.get(code)]
    note = _("No accepted submissions from: %(names)s.", names=listed(silent)) if silent else ""
    head = _head((about.row, _count(State.ACCEPTED)), language)
    return Table(Text(about.caption, language), head, tuple(rows), Text(note, language) if note else None)


def by_theme(frozen: Frozen, language: str) -> Table:
    """How many accepted submissions speak of each theme."""
    counts = Counter(theme for entry in frozen["entries"] for theme in entry["themes"])
    coded = sum(bool(entry["themes"]) for entry in frozen["entries"])
    caption = _("Accepted submissions by theme (n = %(n)s that have a theme)", n=number(coded, language))
    note = _("A submission may have several themes.")
    rows = tuple((label("themes", code, language), counts[code]) for code in in_order(counts))
    return Table(
        Text(caption, language),
        _head((_("Theme"), _count(State.ACCEPTED)), language),
        rows,
        Text(note, language),
    )


def _count(state: State) -> str:
    return str(COUNT_LABELS[state])


def in_order(themes: Iterable[str]) -> list[str]:
    """Theme codes as the vocabulary orders them, others after them."""
    known = {code: place for place, code in enumerate(vocabulary("themes"))}
    return sorted(themes, key=lambda code: (known.get(code, len(known)), code))


def _head(names: Sequence[str], language: str) -> tuple[Text, ...]:
    return tuple(Text(name, language) for name in names)
