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
    """One field: its marks, what it is told to do, and what stands among that; ``is_plain``: no other field does.

    ``within``: the outermost field in whose instruction it stands, if it does.
    """

    marks: list[Any] = field(default_factory=list)
    within: _Field | None = None
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
            count += _unwrapped(one, instructions, is_seen=telling is None)
        elif name == "instrText":
            _add_told(one, telling, is_its_own=telling is not None and telling is open_ones[-1])
        elif telling is not None and name != "rPr" and etree.QName(one.getparent()).localname == "r":
            telling.unseen.append(one)
    while open_ones:
        count += _ended(open_ones.pop(), instructions)
    return count


def _telling(open_ones: list[_Field]) -> _Field | None:
    """The outermost field that is still told what to do: what stands there is not seen."""
    innermost = open_ones[-1] if open_ones else None
    if innermost is None or (innermost.within is None and innermost.is_shown):
        return None
    return innermost.within or innermost


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
        open_ones.append(_Field([one], _telling(open_ones)))
    elif open_ones:
        open_ones[-1].marks.append(one)
        open_ones[-1].is_shown = True
        if kind == "end":
            return _ended(open_ones.pop(), instructions)
    return 0


def _ended(ended: _Field, instructions: Instructions) -> int:
    if ended.within is not None:
        ended.within.unseen += (*ended.marks, *ended.told, *ended.unseen)
        ended.within.is_plain = False
        return 0
    told = "".join(one.text or "" for one in ended.told) if ended.is_plain else ""
    written = _harmless(told, instructions)
    if written is None and (shown := instructions.shown(told)):
        ended.told[0].addprevious(_text(ended.told[0], shown))
    for one in ended.unseen if written is not None else (*ended.marks, *ended.told, *ended.unseen):
        _remove(one)
    if written is None:
        return 1
    for one in ended.told:
        one.text, written = written, ""
    return 0


def _unwrapped(one: Any, instructions: Instructions, *, is_seen: bool) -> int:
    keys = [key for key in one.attrib if key.rpartition("}")[2] == "instr"]
    told = one.attrib[keys[0]] if len(keys) == 1 else ""
    written = _harmless(told, instructions)
    if written is not None:
        one.set(keys[0], written)
        return 0
    if is_seen and (shown := instructions.shown(told)):
        run = one.makeelement(one.tag.replace("fldSimple", "r"))
        run.append(_text(one, shown))
        one.addprevious(run)
    for inner in list(one):
        one.addprevious(inner)
    _remove(one)
    return 1


def _text(like: Any, words: str) -> Any:
    """``words`` as an element of the form of the format that ``like`` is of."""
    made = like.makeelement(like.tag.replace(etree.QName(like).localname, "t"))
    made.text = words
    return made


def _remove(one: Any) -> None:
    if (parent := one.getparent()) is not None:
        parent.remove(one)


def _harmless(told: str, instructions: Instructions) -> str | None:
    if code_of(told) in _LOADS:
        raise Refused(Refusal.EMBEDDED)
    return instructions.written(told)
