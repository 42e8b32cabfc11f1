r"""How lists and structured values are written into one cell of a CSV or XLSX file.

* items of a list: ``A | B``, or one on each line; codes and names also ``A; B``
* people: ``speaker: Name``; the name may be missing (``discussant:``)
* documents: ``kind, role, language: title <address>``; language and address may be missing
* outputs: ``kind, status: title``; status and title may be missing
* interpretation: ``mode, fr+es>en: what it covers``
* sittings: ``2020-06-09T14:00+02:00, 120 min, Europe/Zurich, en <address>``; ``tbd`` for one without a time
* a title or text in another language stands in the column of that language, in the same order
* ``\`` before ``| ; \`` takes the sign as it is; ``\n`` is a line break

A syntax reads the cells of one column (by language; the bare column is the source language) into
the JSON shape of ``record``, unchecked, and writes that shape back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake.foundation.languages import CODES, SOURCE_LANGUAGE

Cells = Mapping[str, str]
Written = dict[str, str]

_BARE = SOURCE_LANGUAGE.code
_ADDRESS = re.compile(r"\s*<([^<>\s]*)>$")
_DIRECTIONS = re.compile(r"^(?P<source>[\w+-]*?)(?:>(?P<target>[\w-]*))?$")
_MINUTES = re.compile(r"^(\d+) ?min$")
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-\w+)*$")
_UNDECIDED = "tbd"

_RISKY = "=+-@\t\r\n\0＝＋－＠"
_NEUTRAL = "'"


@dataclass(frozen=True, slots=True)
class Syntax:
    """A way to write a value into cells; ``spoken``: the column comes once for each language."""

    spoken: bool
    read: Callable[[Cells], Any]
    write: Callable[[Any], Written]


def neutral(cell: str) -> str:
    """``cell`` so that no spreadsheet takes it for a formula; ``original`` undoes it."""
    return _NEUTRAL + cell if _looks_risky(cell) else cell


def original(cell: str) -> str:
    """What ``neutral`` was given."""
    return cell[1:] if cell.startswith(_NEUTRAL) and _looks_risky(cell[1:]) else cell


def _looks_risky(cell: str) -> bool:
    start = cell.lstrip(" ")
    return start.startswith(tuple(_RISKY)) or (start.startswith(_NEUTRAL) and _looks_risky(start[1:]))


def split(cell: str, dividers: str = "|") -> list[str]:
    """The items of ``cell``, which are divided by one of ``dividers`` or by line breaks.

    An item between two dividers may be empty; a line break alone divides no empty items.
    """
    items: list[str] = [""]
    by: list[str] = [""]
    escaped = False
    for sign in cell.replace("\r\n", "\n").strip("\n"):
        if escaped:
            items[-1] += "\n" if sign == "n" else sign
        elif sign != "\\" and (sign in dividers or sign == "\n"):
            items.append("")
            by.append(sign)
        elif sign != "\\":
            items[-1] += sign
        escaped = sign == "\\" and not escaped
    by.append("")
    found = [item.strip() for n, item in enumerate(items) if item.strip() or "\n" not in by[n : n + 2]]
    return found if any(found) else []


def joined(items: Iterable[str], divider: str = "|", signs: str = "|") -> str:
    """``items`` in one cell, so that ``split`` with the dividers ``signs`` finds them again."""
    escaped = (_escaped(item, signs) for item in items)
    return (f" {divider} " if divider == "|" else f"{divider} ").join(escaped)


def _escaped(item: str, signs: str) -> str:
    for sign in "\\" + signs:
        item = item.replace(sign, "\\" + sign)
    return item.replace("\n", "\\n")


def _read_plain(cells: Cells) -> Any:
    return cells.get(_BARE) or None


def _write_plain(value: Any) -> Written:
    if value is None:
        return {}
    return {_BARE: ("yes" if value else "no") if isinstance(value, bool) else str(value)}


def _read_list(cells: Cells) -> Any:
    return [item for item in split(cells.get(_BARE, ""), "|;") if item]


def _write_list(value: Any) -> Written:
    return {_BARE: joined(map(str, value), ";", "|;")}


def _read_spoken(cells: Cells) -> Any:
    return dict(cells)


def _write_spoken(value: Any) -> Written:
    return dict(value or {})


def _read_spoken_list(cells: Cells) -> Any:
    columns = {code: split(cell) for code, cell in cells.items()}
    length = max(map(len, columns.values()), default=0)
    rows = ({code: _nth(items, n) for code, items in columns.items()} for n in range(length))
    return [row for row in rows if any(row.values())]


def _write_spoken_list(value: Any) -> Written:
    return {code: joined(row.get(code, "") for row in value) for code in CODES if any(row.get(code) for row in value)}


def _nth(items: Sequence[str], n: int) -> str:
    return items[n] if n < len(items) else ""


def _read_people(cells: Cells) -> Any:
    parted = (item.partition(":") for item in split(cells.get(_BARE, "")) if item)
    return [{"role": role.strip(), "name": name.strip() or None} for role, _, name in parted]


def _write_people(value: Any) -> Written:
    return {_BARE: joined(f"{person['role']}: {person['name'] or ''}".strip() for person in value)}


def titled(*attributes: str, addressed: bool = False) -> Syntax:
    """Things with a title in several languages, ``attributes`` before the colon, maybe an address."""

    def read_one(item: str, titles: Mapping[str, str]) -> dict[str, Any]:
        before, _, title = item.partition(":")
        address = _ADDRESS.search(title) if addressed else None
        parts = [part.strip() for part in before.split(",", len(attributes) - 1)]
        found: dict[str, Any] = {name: part or None for name, part in zip(attributes, parts, strict=False)}
        if addressed:
            found["url"] = (address[1] or None) if address else None
        found["title"] = {_BARE: (title[: address.start()] if address else title).strip(), **titles}
        return found

    def read(cells: Cells) -> Any:
        others = {code: split(cell) for code, cell in cells.items() if code != _BARE}
        return [
            read_one(item, {code: _nth(titles, n) for code, titles in others.items()})
            for n, item in enumerate(split(cells.get(_BARE, "")))
            if item
        ]

    def write_one(thing: Mapping[str, Any]) -> str:
        known = [thing.get(name) or "" for name in attributes]
        while known and not known[-1]:
            known.pop()
        title = (thing["title"] or {}).get(_BARE, "")
        address = thing["url"] if addressed else None
        # A title that itself ends in an address is told apart by an empty one after it.
        after = f" <{address or ''}>" if address or (addressed and _ADDRESS.search(title)) else ""
        return ", ".join(known) + (f": {title}{after}" if title or after else "")

    def write(value: Any) -> Written:
        titles = _write_spoken_list([thing["title"] or {} for thing in value])
        return titles | {_BARE: joined(write_one(thing) for thing in value)}

    return Syntax(True, read, write)


def _read_interpretation(cells: Cells) -> Any:
    if not any(cells.values()):
        return None
    before, _, scope = cells.get(_BARE, "").partition(":")
    mode, _, directions = (part.strip() for part in before.partition(","))
    found: dict[str, Any] = {"mode": mode, "scope": {**cells, _BARE: scope.strip()}}
    matched = _DIRECTIONS.match(directions.replace(" ", ""))
    if matched is None:
        return found | {"from": [directions]}
    source = [code for code in matched["source"].split("+") if code]
    return found | {"from": source, "to": matched["target"] or None}


def _write_interpretation(value: Any) -> Written:
    if value is None:
        return {}
    scope = dict(value["scope"] or {})
    directions = "+".join(value["from"]) + (f">{value['to']}" if value["to"] else "")
    before = f"{value['mode']}, {directions}" if directions else value["mode"]
    return scope | {_BARE: f"{before}: {scope[_BARE]}" if scope.get(_BARE) else before}


def _read_sittings(cells: Cells) -> Any:
    return [_read_sitting(item) for item in split(cells.get(_BARE, "")) if item]


def _read_sitting(item: str) -> dict[str, Any]:
    address = _ADDRESS.search(item)
    found: dict[str, Any] = {"link": address[1] or None} if address else {}
    for part in map(str.strip, (item[: address.start()] if address else item).split(",")):
        if minutes := _MINUTES.match(part):
            found["minutes"] = minutes[1]
        elif "/" in part or part == "UTC":
            found["time_zone"] = part
        elif part != _UNDECIDED and _LANGUAGE.match(part):
            found["language"] = part
        elif part not in ("", _UNDECIDED):
            found["starts_at"] = part
    return found


def _write_sittings(value: Any) -> Written:
    return {_BARE: joined(_write_sitting(sitting) for sitting in value)}


def _write_sitting(sitting: Mapping[str, Any]) -> str:
    minutes = f"{sitting['minutes']} min" if sitting["minutes"] else None
    parts = (sitting["starts_at"] or _UNDECIDED, minutes, sitting["time_zone"], sitting["language"])
    after = f" <{sitting['link']}>" if sitting["link"] else ""
    return ", ".join(part for part in parts if part) + after


PLAIN = Syntax(False, _read_plain, _write_plain)
LIST = Syntax(False, _read_list, _write_list)
SPOKEN = Syntax(True, _read_spoken, _write_spoken)
SPOKEN_LIST = Syntax(True, _read_spoken_list, _write_spoken_list)
PEOPLE = Syntax(False, _read_people, _write_people)
INTERPRETATION = Syntax(True, _read_interpretation, _write_interpretation)
SITTINGS = Syntax(False, _read_sittings, _write_sittings)
