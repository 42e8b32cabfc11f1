"""Text of a Word document that is there and not to be seen, also where only its style says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_OFF = frozenset({"0", "false", "off"})
_OF_WORD = "wordprocessingml"
_UNSEEN, _UNSEEN_IN_BROWSERS = "vanish", "webHidden"


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str
    properties: Any


class Hidden:
    """What the styles of a document say of being seen; ``styles`` is the root of that part, if there is one."""

    def __init__(self, styles: Any = None) -> None:
        self._styles: dict[str, _Style] = {}
        self._defaults: dict[str, str] = {}
        self._everywhere: Any = None
        for one in styles if styles is not None else ():
            if _name(one) == "docDefaults":
                self._everywhere = one.find("{*}rPrDefault/{*}rPr")
            elif _name(one) == "style":
                identity = _told(one, "styleId")
                self._styles[identity] = _Style(_told(one.find("{*}basedOn")), one.find("{*}rPr"))
                if _told(one, "default") not in {"", *_OFF}:
                    self._defaults[_told(one, "type")] = identity

    def pieces(self, root: Any) -> list[Any]:
        """What in ``root`` is not to be seen: pieces of text, and rows of tables."""
        for paragraph in root.iter("{*}p"):
            if any("PAGEREF" in (told.text or "") for told in paragraph.iter("{*}instrText")):
                _show_numbers(paragraph)
        rows = [row for row in root.iter("{*}tr") if _said(row.find("{*}trPr"), "hidden")]
        return rows + [run for run in root.iter("{*}r") if self._is_hidden(run)]

    def _is_hidden(self, run: Any) -> bool:
        return any(self._says(run, name) for name in (_UNSEEN, _UNSEEN_IN_BROWSERS))

    def _says(self, run: Any, name: str) -> bool:
        directly = next((said for one in run.iterfind("{*}rPr") if (said := _said(one, name)) is not None), None)
        if directly is not None:
            return directly
        if _OF_WORD not in run.tag:
            return False
        # Two styles that both hide show it again: so does Word.
        by_styles = sum(self._of_style(style, name) for style in self._styles_of(run))
        return bool(_said(self._everywhere, name)) or by_styles % 2 == 1

    def _styles_of(self, run: Any) -> Iterator[str]:
        yield _told(run.find("{*}rPr/{*}rStyle")) or self._defaults.get("character", "")
        paragraph = next(run.iterancestors("{*}p"), None)
        named = _told(paragraph.find("{*}pPr/{*}pStyle")) if paragraph is not None else ""
        yield named or self._defaults.get("paragraph", "")
        table = next(run.iterancestors("{*}tbl"), None)
        if table is not None:
            yield _told(table.find("{*}tblPr/{*}tblStyle")) or self._defaults.get("table", "")

    def _of_style(self, identity: str, name: str) -> bool:
        seen = set[str]()
        while identity in self._styles and identity not in seen:
            seen.add(identity)
            style = self._styles[identity]
            if (said := _said(style.properties, name)) is not None:
                return said
            identity = style.based_on
        return False


def _show_numbers(paragraph: Any) -> None:
    """The numbers of pages in a table of contents are seen on pages, if not in browsers: they are not hidden."""
    for mark in list(paragraph.iter("{*}" + _UNSEEN_IN_BROWSERS)):
        mark.getparent().remove(mark)


def _said(properties: Any, name: str) -> bool | None:
    mark = properties.find("{*}" + name) if properties is not None else None
    return None if mark is None else _told(mark) not in _OFF


def _name(one: Any) -> str:
    return one.tag.rpartition("}")[2] if isinstance(one.tag, str) else ""


def _told(one: Any, name: str = "val") -> str:
    if one is None:
        return ""
    return next((value for key, value in one.attrib.items() if key.rpartition("}")[2] == name), "")
