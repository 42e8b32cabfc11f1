"""Taking a programme over from a file: JSON, CSV or XLSX with the same columns.

Everything is checked first and every problem is told; then all of it is taken over in the
caller's transaction, or nothing. An entry is known again by its slug or code, or, when the
file has neither, by its position in the series; the same file twice changes nothing the
second time. Entries that are not in the file stay as they are; nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from intake.foundation import register
from intake.foundation.languages import CODES, SOURCE_LANGUAGE
from intake.foundation.vocabularies import vocabulary

from . import checks, queries, services
from .cells import original
from .checks import line, listed, spoken, whole
from .columns import BY_NAME, Column, find
from .merging import Given, merge, text
from .models import ListeningSession, Series
from .naming import free, new_code, new_slug
from .problems import Place, Problem, Refused
from .record import Record, record_of, written
from .tables import Table, load

_DEFAULT_SLUG = "programme"
_SERIES = {
    "slug": checks.slug,
    "title": spoken(300, lines=False),
    "host": spoken(500, lines=False),
    "note": spoken(),
    "footer": spoken(),
    "year": whole(1900, 2200),
}
_GROUP = {
    "code": checks.shaped(checks.CODE, 20, _l("write it in letters A–Z and digits, with hyphens between parts")),
    "name": spoken(300, lines=False),
    "since": whole(1900, 2200),
    "until": whole(1900, 2200),
    "co_leads": listed(line()),
}
_ORGANISATION = {"name": line(), "aliases": listed(line()), "label": spoken(200, lines=False)}
_PARTS = ("series", "working_groups", "organisations", "entries")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file: its number for messages, and the checked values of the columns it has."""

    row: int
    values: Given


@dataclass(frozen=True, slots=True)
class Programme:
    """A file that was read and checked, in no relation yet to what the database holds."""

    entries: Sequence[Entry]
    series: Given = field(default_factory=dict)
    working_groups: Sequence[Given] = ()
    organisations: Sequence[Given] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did: codes of new entries, changed ones with their fields, and how many stayed the same.

    ``lifted`` are the codes of those whose limit of consent was lifted though something was sent under it.
    """

    series: str
    added: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]
    unchanged: int
    lifted: tuple[str, ...] = ()


def read(data: bytes) -> Programme:
    """The programme in a JSON, CSV or XLSX file.

    Raises:
        Refused: with every problem the file has in itself.
    """
    found = load(data)
    problems: list[Problem] = []
    programme = _from_table(found, problems) if isinstance(found, Table) else _from_json(found, problems)
    if problems:
        raise Refused(problems)
    return programme


def _from_json(found: Any, problems: list[Problem]) -> Programme:
    content = {"entries": found} if isinstance(found, list) else found
    for unknown in content.keys() - set(_PARTS):
        Place(None, unknown, problems).complain(
            "", _l("this is not known here; known are: %(known)s", known=", ".join(_PARTS))
        )
    if not isinstance(content.get("entries"), list):
        raise Refused([*problems, Problem(None, None, "", _l("the file has no list of entries"))])
    entries = [_json_entry(row, raw, problems) for row, raw in enumerate(content["entries"], 1)]
    series = checks.thing(content.get("series") or {}, Place(None, "series", problems), _SERIES)
    return Programme(
        entries=[entry for entry in entries if entry],
        series=series or {},
        working_groups=_described(content, "working_groups", checks.things(_GROUP, "code"), problems),
        organisations=[
            *_described(content, "organisations", checks.things(_ORGANISATION, "name"), problems),
            *_labelled(content["entries"]),
        ],
    )


def _labelled(entries: Sequence[Any]) -> Iterator[Given]:
    """The organisers that are called something else in every language ("others"), as organisations with a label."""
    for entry in entries:
        for organiser in (isinstance(entry, dict) and entry.get("organisers")) or ():
            if isinstance(organiser, dict) and (name := organiser.get(SOURCE_LANGUAGE.code)):
                yield {"name": name, "label": {code: text for code, text in organiser.items() if code in CODES}}


def _described(content: Given, part: str, check: checks.Check, problems: list[Problem]) -> Sequence[Given]:
    found: Sequence[Given] = check(content.get(part), Place(None, part, problems))
    return found


def _json_entry(row: int, raw: Any, problems: list[Problem]) -> Entry | None:
    if not isinstance(raw, dict):
        problems.append(Problem(row, None, "", _l("an entry should be an object")))
        return None
    for unknown in sorted(raw.keys() - BY_NAME.keys()):
        Place(row, unknown, problems).complain(raw[unknown], _l("there is no column of this name"))
    return _entry(row, {name: value for name, value in raw.items() if name in BY_NAME}, problems)


def _from_table(table: Table, problems: list[Problem]) -> Programme:
    columns = _columns(table, problems)
    entries = []
    for row, cells in table.rows:
        raw: dict[str, Any] = {}
        for column, places in columns.items():
            raw[column.name] = column.syntax.read({code: _cell(cells, n) for code, n in places.items()})
        if len(cells) > len(table.head):
            problems.append(Problem(row, None, "", _l("this row has more cells than there are columns")))
        entries.append(_entry(row, raw, problems))
    return Programme(entries=entries)


def _columns(table: Table, problems: list[Problem]) -> dict[Column, dict[str, int]]:
    """Where each column of the file stands, by language."""
    found: dict[Column, dict[str, int]] = {}
    for n, name in enumerate(map(original, table.head)):
        known = find(name)
        place = Place(1, name.strip() or str(n + 1), problems)
        if known is None:
            if name.strip() or any(_cell(cells, n) for _, cells in table.rows):
                place.complain(name, _l("there is no column of this name"))
            continue
        column, language = known
        if language in found.setdefault(column, {}):
            place.complain(name, _l("this column stands here twice"))
        found[column][language] = n
    for column, languages in found.items():
        if column.headed and SOURCE_LANGUAGE.code not in languages:
            Place(1, column.name, problems).complain("", _l("this column is needed for those in other languages"))
    return found


def _cell(cells: Sequence[str], n: int) -> str:
    return original(cells[n].strip()) if n < len(cells) else ""


def _entry(row: int, raw: Given, problems: list[Problem]) -> Entry:
    values = {name: BY_NAME[name].check(value, Place(row, name, problems)) for name, value in raw.items()}
    _place_in_time(values, Place(row, "sitting_times", problems))
    for name in ("outputs", "documents"):
        _check_repeated(values.get(name) or [], Place(row, name, problems))
    return Entry(row, values)


def _place_in_time(values: dict[str, Any], place: Place) -> None:
    """Give every time of a sitting its offset: its own, its time zone's, or the entry's."""
    for sitting in values.get("sitting_times") or ():
        moment, zone = sitting.get("starts_at"), sitting.get("time_zone")
        if moment is None:
            continue
        around = zone or values.get("time_zone")
        if moment.tzinfo is None and around is None:
            place.complain(moment.isoformat(timespec="minutes"), _l("this time needs a time zone"))
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(str(around)))
        sitting["starts_at"] = written(moment, zone)


def _check_repeated(things: Iterable[Given], place: Place) -> None:
    seen: list[Given] = []
    for thing in things:
        same = {name: value for name, value in thing.items() if name != "role"}
        if any((same.get("title") or {}).values()) and same in seen:
            place.complain(next(filter(None, same["title"].values())), _l("this stands here twice"))
        seen.append(same)


# What follows needs the database.


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which entry of the database each row means, and where it will stand."""

    held: Mapping[int, ListeningSession]
    positions: Mapping[int, int]


def bring_in(
    programme: Programme, *, series: str | None = None, person_id: int | None = None, example: bool = False
) -> Outcome:
    """Take ``programme`` over in the open transaction; all problems are found before anything is written.

    ``series`` is the slug or the title of the series for a file that does not name one. Without
    it, that is the only series there is, or a new one.

    Raises:
        Refused: with every problem; nothing was written.
    """
    slug, described = _which_series(programme, series)
    known = queries.series_by_slug(slug)
    existing = queries.whole_programme(known) if known else []
    plan = _planned(programme, existing)
    before = _shared_names(known)
    kept = services.keep_series(slug, described, example=example)
    for organisation in programme.organisations:
        services.keep_organisation(
            organisation["name"], organisation.get("aliases", ()), label=organisation.get("label")
        )
    for group in programme.working_groups:
        services.keep_working_group(group["code"], _group_values(group))
    outcome = _applied(programme, plan, kept, person_id)
    if _shared_names(kept) != before:
        services.touch(kept)
    if outcome.added or outcome.changed:
        counts = {"added": len(outcome.added), "changed": len(outcome.changed)}
        register.record("programme.imported", kept.slug, person_id=person_id, **counts)
    return outcome


def _which_series(programme: Programme, wanted: str | None) -> tuple[str, dict[str, Any]]:
    """Slug and values of the series to write to."""
    given = dict(programme.series)
    slug = given.pop("slug", None)
    if wanted:
        slug = wanted if checks.SLUG.fullmatch(wanted) else new_slug(wanted, None, _DEFAULT_SLUG)
        if slug != wanted and "title" not in given:
            given["title"] = {SOURCE_LANGUAGE.code: wanted}
    if slug is None:
        there = queries.all_series()
        if len(there) > 1:
            known = ", ".join(one.slug for one in there)
            reason = _l("the file does not say which series it belongs to; there are: %(known)s", known=known)
            raise Refused([Problem(None, None, "", reason)])
        title = (given.get("title") or {}).get(SOURCE_LANGUAGE.code, "")
        slug = there[0].slug if there else new_slug(title, None, _DEFAULT_SLUG)
    before = queries.series_by_slug(slug)
    for name in ("title", "host", "note", "footer"):
        if name in given:
            given[name] = text(dict(getattr(before, name)) if before else None, given[name])
    return slug, given


def _group_values(given: Given) -> dict[str, Any]:
    before = next((group for group in queries.working_groups() if group.code == given["code"]), None)
    values = {name: value for name, value in given.items() if name != "code"}
    if "name" in values:
        values["name"] = text(dict(before.name) if before else None, values["name"])
    return values


def _shared_names(series: Series | None) -> list[Any]:
    """Texts that pages of entries show though they belong to no entry."""
    groups = [(group.code, dict(group.name), [lead.organisation.name for lead in group.co_leads])
              for group in queries.working_groups()]  # fmt: skip
    labels = [(one.name, dict(one.label)) for one in queries.organisations() if one.label]
    return [groups, labels, series and [dict(series.title), dict(series.host), dict(series.note), dict(series.footer)]]


def _planned(programme: Programme, existing: Sequence[ListeningSession]) -> _Plan:
    problems: list[Problem] = []
    held = dict(_matched(programme.entries, existing, problems))
    positions = _positions(programme.entries, held, existing, problems)
    _check_names(programme.entries, held, problems)
    _check_groups(programme, problems)
    _check_related(programme.entries, {*positions.values(), *_left(held, existing)}, problems)
    if problems:
        raise Refused(problems)
    return _Plan(held, positions)


def _matched(
    entries: Sequence[Entry], existing: Sequence[ListeningSession], problems: list[Problem]
) -> Iterator[tuple[int, ListeningSession]]:
    """The entry that each row means, by row; rows that mean none are new."""
    by_name = {("slug", one.slug): one for one in existing} | {("code", one.code): one for one in existing}
    claimed: dict[ListeningSession, int] = {}
    for entry in entries:
        named = [(name, entry.values.get(name)) for name in ("slug", "code")]
        found = next((by_name[name] for name in named if name in by_name), None)
        if found is None:
            continue
        if found in claimed:
            reason = _l("row %(row)s is the same entry", row=claimed[found])
            Place(entry.row, "slug", problems).complain(found.slug, reason)
        claimed[found] = entry.row
        yield entry.row, found
    by_position = {one.position: one for one in existing if one not in claimed}
    for ordinal, entry in enumerate(entries, 1):
        found = by_position.get(entry.values.get("position") or ordinal)
        if found and not _is_named(entry):
            yield entry.row, found


def _is_named(entry: Entry) -> bool:
    return bool(entry.values.get("slug") or entry.values.get("code"))


def _left(held: Mapping[int, ListeningSession], existing: Sequence[ListeningSession]) -> dict[int, ListeningSession]:
    """The entries that the file does not hold, by position."""
    return {one.position: one for one in existing if one not in held.values()}


def _positions(
    entries: Sequence[Entry],
    held: Mapping[int, ListeningSession],
    existing: Sequence[ListeningSession],
    problems: list[Problem],
) -> dict[int, int]:
    """The position each row will have: as it says, as it was, at the end, or (nameless) by its place in the file."""
    left = _left(held, existing)
    found: dict[int, int] = {}
    said = [entry.values.get("position") or 0 for entry in entries]
    highest = max([0, *said, *(one.position for one in existing)])
    for ordinal, entry in enumerate(entries, 1):
        position = entry.values.get("position")
        if position is None and entry.row in held:
            position = held[entry.row].position
        elif position is None and _is_named(entry):
            position = highest = highest + 1
        position = position or ordinal
        place = Place(entry.row, "position", problems)
        if position in found.values():
            place.complain(str(position), _l("another row has this position"))
        elif position in left:
            place.complain(str(position), _l("this is the position of %(code)s", code=left[position].code))
        found[entry.row] = position
    return found


def _check_names(entries: Sequence[Entry], held: Mapping[int, ListeningSession], problems: list[Problem]) -> None:
    """A code never changes, nor does a question that was asked; no two entries share a slug or a code."""
    slugs, codes = queries.taken()
    for entry in entries:
        before = held.get(entry.row)
        asked = entry.values.get("guiding_questions")
        if before is not None and asked is not None and not services.keeps_its_questions(before, asked):
            place = Place(entry.row, "guiding_questions", problems)
            place.complain(asked, _l("people have answered these questions: they stay, new ones come after"))
        for name, used in (("slug", slugs), ("code", codes)):
            given, own = entry.values.get(name), getattr(before, name, None)
            if not given or given == own:
                continue
            place = Place(entry.row, name, problems)
            if name == "code" and own:
                place.complain(given, _l("a code never changes: this entry is %(code)s", code=own))
            elif given in used:
                place.complain(given, _l("another entry has it already"))
            used.add(given)


def _check_groups(programme: Programme, problems: list[Problem]) -> None:
    known = dict.fromkeys(group.code for group in queries.working_groups())
    known |= dict.fromkeys(group["code"] for group in programme.working_groups)
    known |= dict.fromkeys(vocabulary("working_groups"))
    for entry in programme.entries:
        code = entry.values.get("working_group")
        if code and code not in known:
            reason = _l("this is not known here; known are: %(known)s", known=", ".join(known))
            Place(entry.row, "working_group", problems).complain(code, reason)


def _check_related(entries: Sequence[Entry], positions: set[int], problems: list[Problem]) -> None:
    for entry in entries:
        for position in entry.values.get("related") or ():
            if position not in positions:
                place = Place(entry.row, "related", problems)
                place.complain(str(position), _l("there is no entry with this position"))


def _applied(programme: Programme, plan: _Plan, series: Series, person_id: int | None) -> Outcome:
    changed = {held: ["position"] for held in services.move(
        {held: plan.positions[row] for row, held in plan.held.items()}, person_id=person_id
    )}  # fmt: skip
    added = _added(programme, plan, series, person_id)
    lifted = []
    for entry in programme.entries:
        held = plan.held.get(entry.row)
        if held is not None:
            revision = services.change_session(held, merge(record_of(held), entry.values), person_id=person_id)
            if revision is not None:
                changed.setdefault(held, []).extend(revision.changes)
                if services.lifts_ceiling(revision) and queries.is_answered(held):
                    lifted.append(held.code)
    return Outcome(
        series=series.slug,
        added=tuple(held.code for held in added),
        changed={held.code: tuple(fields) for held, fields in changed.items()},
        unchanged=len(programme.entries) - len(added) - len(changed),
        lifted=tuple(lifted),
    )


def _added(programme: Programme, plan: _Plan, series: Series, person_id: int | None) -> list[ListeningSession]:
    slugs, codes = queries.taken()
    for entry in programme.entries:
        slugs.add(entry.values.get("slug") or "")
        codes.add(entry.values.get("code") or "")
    added: dict[ListeningSession, Entry] = {}
    for entry in programme.entries:
        if entry.row not in plan.held:
            values = merge(None, entry.values) | {"position": plan.positions[entry.row]}
            values.pop("related", None)
            added[services.add_session(series, _named(values, slugs, codes), person_id=person_id)] = entry
    # Entries of one file refer to each other: only now are all of them there.
    for held, entry in added.items():
        services.relate(held, entry.values.get("related") or ())
    return list(added)


def _named(values: Record, slugs: set[str], codes: set[str]) -> Record:
    """``values`` of a new entry with the slug and the code it goes by from now on."""
    code = values.get("code") or free(new_code(values), codes)
    title = (values.get("topic") or {}).get(SOURCE_LANGUAGE.code, "")
    slug = values.get("slug") or free(new_slug(title, values.get("date"), code.lower()), slugs)
    slugs.add(slug)
    codes.add(code)
    return {**values, "slug": slug, "code": code}
