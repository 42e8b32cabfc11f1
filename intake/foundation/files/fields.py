"""Fields of Word documents: places that a program fills in when it opens the document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from .instructions import Instructions, code_of
from .kinds import Refusal, Refused

_LOADS = frozenset({
    "DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "LINK", "IMPORT", "DATABASE", "MACROBUTTON",
    "RD", "EMBED", "CONTROL", "PRINT", "GOTOBUTTON",
})  # fmt: skip


@dataclass(slots=True)
class _Field:
    """One field: its marks, what it is told to do, and what stands among that; ``is_plain``: no other field does."""

    marks: list[Any] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    unseen: list[Any] = field(default_factory=list)
    is_shown: bool = False
    is_plain: bool = True


def keep_harmless(root: Any, instructions: Instructions) -> int:
    """Leave of every other field only what it showed last; returns how many those were.

    The harmless ones are told what they are told as ``instructions`` write it. Whatever else stands where a field is
    told what to do is seen by nobody and goes, also other fields.

    Raises:
        Refused: a field runs something, or loads it from elsewhere.
    """
    count, open_ones = 0, list[_Field]()
    for one in list(root.iter(etree.Element)):
        name, telling = etree.QName(one).localname, _telling(open_ones)
        if name == "fldChar":
            count += _at_mark(one, open_ones, instructions)
        elif name == "fldSimple":
            count += _unwrapped(one, instructions)
        elif name == "instrText":
            _add_told(one, telling, is_its_own=telling is not None and telling is open_ones[-1])
        elif telling is not None and name != "rPr" and etree.QName(one.getparent()).localname == "r":
            telling.unseen.append(one)
    while open_ones:
        count += _ended(open_ones.pop(), _telling(open_ones), instructions)
    return count


def _telling(open_ones: list[_Field]) -> _Field | None:
    """The outermost field that is still told what to do: what stands there is not seen."""
    return next((one for one in open_ones if not one.is_shown), None)


def _add_told(one: Any, telling: _Field | None, *, is_its_own: bool) -> None:
    if telling is None:
        _remove(one)
    elif is_its_own:
        telling.told.append(one)
    else:
        telling.unseen.append(one)


def _at_mark(one: Any, open_ones: list[_Field], instructions: Instructions) -> int:
    kind = next((value for key, value in one.attrib.items() if key.endswith("}fldCharType")), "")
    if kind == "begin":
        open_ones.append(_Field([one]))
    elif open_ones:
        open_ones[-1].marks.append(one)
        open_ones[-1].is_shown = True
        if kind == "end":
            return _ended(open_ones.pop(), _telling(open_ones), instructions)
    return 0


def _ended(ended: _Field, within: _Field | None, instructions: Instructions) -> int:
    """``within``: the field in whose instruction this one stands."""
    if within is not None:
        within.unseen += (*ended.marks, *ended.told, *ended.unseen)
        within.is_plain = False
        return 0
    written = _harmless("".join(one.text or "" for one in ended.told), instructions) if ended.is_plain else None
    for one in ended.unseen if written is not None else (*ended.marks, *ended.told, *ended.unseen):
        _remove(one)
    if written is None:
        return 1
    for one in ended.told:
        one.text, written = written, ""
    return 0


def _unwrapped(one: Any, instructions: Instructions) -> int:
    keys = [key for key in one.attrib if key.rpartition("}")[2] == "instr"]
    written = _harmless(one.attrib[keys[0]], instructions) if len(keys) == 1 else None
    if written is not None:
        one.set(keys[0], written)
        return 0
    parent, at = one.getparent(), one.getparent().index(one)
    parent[at : at + 1] = list(one)
    return 1


def _remove(one: Any) -> None:
    if (parent := one.getparent()) is not None:
        parent.remove(one)


def _harmless(told: str, instructions: Instructions) -> str | None:
    if code_of(told) in _LOADS:
        raise Refused(Refusal.EMBEDDED)
    return instructions.written(told)
