"""Fields of Word documents: places that a program fills in when it opens the document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from .bookmarks import Bookmarks
from .kinds import Refusal, Refused

_HARMLESS = frozenset({
    "PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "TOC", "REF", "PAGEREF", "NOTEREF", "STYLEREF", "SEQ", "SYMBOL",
    "EQ", "DATE", "TIME", "HYPERLINK", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN",
})  # fmt: skip
_LOADS = frozenset({
    "DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "LINK", "IMPORT", "DATABASE", "MACROBUTTON",
    "RD", "EMBED", "CONTROL", "PRINT", "GOTOBUTTON",
})  # fmt: skip

_LEADS_ELSEWHERE = re.compile(r"(?i)\s*HYPERLINK\s+[^\s\\]")
"""Its words stay; an address that they do not show does not."""


@dataclass(slots=True)
class _Field:
    """One field: its marks, what it is told to do, and what it shows before it is done."""

    marks: list[Any] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unseen: list[Any] = field(default_factory=list)
    is_shown: bool = False


def keep_harmless(root: Any, bookmarks: Bookmarks) -> int:
    """Leave of every other field only what it showed last; returns how many those were.

    What the harmless ones point to is called as ``bookmarks`` call it.

    Raises:
        Refused: a field runs something, or loads it from elsewhere.
    """
    count, open_ones = 0, list[_Field]()
    for one in list(root.iter("{*}fldChar", "{*}instrText", "{*}t", "{*}fldSimple")):
        name = etree.QName(one).localname
        if name == "fldSimple":
            count += _unwrapped(one, bookmarks)
        elif name == "fldChar":
            count += _at_mark(one, open_ones, bookmarks)
        elif open_ones and not open_ones[-1].is_shown:
            (open_ones[-1].marks if name == "instrText" else open_ones[-1].unseen).append(one)
            open_ones[-1].told.append(one.text or "")
        elif name == "instrText":
            one.getparent().remove(one)
    for left_open in open_ones:
        count += _ended(left_open, bookmarks)
    return count


def _at_mark(one: Any, open_ones: list[_Field], bookmarks: Bookmarks) -> int:
    kind = next((value for key, value in one.attrib.items() if key.endswith("}fldCharType")), "")
    if kind == "begin":
        open_ones.append(_Field([one]))
    elif open_ones:
        open_ones[-1].marks.append(one)
        open_ones[-1].is_shown = True
        if kind == "end":
            return _ended(open_ones.pop(), bookmarks)
    return 0


def _ended(ended: _Field, bookmarks: Bookmarks) -> int:
    if _is_harmless("".join(ended.told)):
        pieces = [one for one in ended.marks if etree.QName(one).localname == "instrText"]
        told = bookmarks.in_field("".join(one.text or "" for one in pieces))
        for one in pieces:
            one.text, told = told, ""
        for one in ended.unseen:
            one.getparent().remove(one)
        return 0
    for one in (*ended.marks, *ended.unseen):
        one.getparent().remove(one)
    return 1


def _unwrapped(one: Any, bookmarks: Bookmarks) -> int:
    key = next((key for key in one.attrib if key.endswith("}instr")), None)
    if key is not None and _is_harmless(one.attrib[key]):
        one.set(key, bookmarks.in_field(one.attrib[key]))
        return 0
    parent, at = one.getparent(), one.getparent().index(one)
    parent[at : at + 1] = list(one)
    return 1


def _is_harmless(told: str) -> bool:
    verb = (told.split() or [""])[0].upper()
    if verb in _LOADS:
        raise Refused(Refusal.EMBEDDED)
    return verb in _HARMLESS and not _LEADS_ELSEWHERE.match(told)
