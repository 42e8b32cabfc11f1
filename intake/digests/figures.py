"""Who we heard: tables of what was received and accepted, each saying what its n is (DOMAIN D4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from flask_babel import gettext as _

from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import label, vocabulary
from intake.submissions.consent import TIER_NAMES, Tier
from intake.submissions.vocabulary import COUNT_LABELS, KIND_LABELS, Kind, State

from .document import Block, Heading, Paragraph, Table
from .freeze import Frozen
from .wording import language_name, listed, number

NOT_SAID = ""


def who_we_heard(frozen: Frozen, language: str) -> Iterator[Block]:
    """The figures of the freeze. They stand as frozen, whatever has fallen since."""
    yield Heading(1, Text(_("Who we heard"), language), "who-we-heard")
    entries = frozen["entries"]
    if not frozen["received"]:
        yield Paragraph(Text(_("Nothing had been received by the cut-off day."), language), "empty")
        return
    yield _by_kind(frozen["received"], Counter(entry["kind"] for entry in entries), language)
    if not entries:
        nobody = _("Nothing had been accepted by the cut-off day: there is nobody to count here yet.")
        yield Paragraph(Text(nobody, language), "empty")
        return
    n = number(len(entries), language)
    types = [(code, label("stakeholder_types", code, language)) for code in vocabulary("stakeholder_types")]
    yield _spread(
        _("Accepted submissions by kind of contributor (n = %(n)s)", n=n), _("Kind of contributor"),
        types, frozen["stakeholder_types"], language,
    )  # fmt: skip
    continents = [term.code for term in vocabulary("m49_regions").values() if term.kind == "region"]
    yield _spread(
        _("Accepted submissions by region of the country they are about (n = %(n)s)", n=n), _("Region"),
        [(code, label("m49_regions", code, language)) for code in continents], frozen["regions"], language,
    )  # fmt: skip
    yield _spread(
        _("Accepted submissions by the language they are written in (n = %(n)s)", n=n), _("Language"),
        [(code, language_name(code, language)) for code in CODES],
        Counter(entry["language"] for entry in entries), language,
    )  # fmt: skip
    yield _by_tier(Counter(entry["tier"] for entry in entries), n, language)


def _by_kind(received: Mapping[str, int], accepted: Mapping[str, int], language: str) -> Table:
    rows = [(Text(str(KIND_LABELS[kind]), language), received.get(kind, 0), accepted.get(kind, 0)) for kind in Kind]
    total = (Text(_("All kinds"), language), sum(received.values()), sum(accepted.values()))
    caption = _(
        "Submissions by kind (received: n = %(received)s; accepted: n = %(accepted)s)",
        received=number(total[1], language), accepted=number(total[2], language),
    )  # fmt: skip
    head = (_("Kind of submission"), _count(State.SUBMITTED), _count(State.ACCEPTED))
    return Table(Text(caption, language), _head(head, language), (*rows, total))


def _by_tier(accepted: Mapping[int, int], n: Text, language: str) -> Table:
    rows = tuple(
        (Text(f"{int(tier)} – {TIER_NAMES[tier]}", language), accepted.get(tier, 0)) for tier in reversed(Tier)
    )
    caption = _("Accepted submissions by consent tier at the freeze (n = %(n)s)", n=n)
    return Table(Text(caption, language), _head((_("Consent tier"), _count(State.ACCEPTED)), language), rows)


def _spread(
    caption: str, name: str, codes: Sequence[tuple[str, Text]], counts: Mapping[str, int], language: str
) -> Table:
    """One row for each code that was heard from; the others are named below, so that silence shows."""
    rows = [(words, counts[code]) for code, words in codes if counts.get(code)]
    known = dict(codes)
    rows += [(Text(code, "en"), n) for code, n in sorted(counts.items()) if code != NOT_SAID and code not in known]
    if counts.get(NOT_SAID):
        rows.append((Text(_("Not said"), language), counts[NOT_SAID]))
    silent = [words.text for code, words in codes if not counts.get(code)]
    note = _("No accepted submissions from: %(names)s.", names=listed(silent)) if silent else ""
    head = _head((name, _count(State.ACCEPTED)), language)
    return Table(Text(caption, language), head, tuple(rows), Text(note, language) if note else None)


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
