"""Text of a Word document that is there and not to be seen, also where only its style says so.

What is not to be seen goes, and so does what says so: whatever should have been missed is seen by everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_OFF = frozenset({"0", "false", "off"})
_OF_WORD = "wordprocessingml"
_UNSEEN, _UNSEEN_IN_BROWSERS = "vanish", "webHidden"
_MARKS = ("{*}vanish", "{*}webHidden", "{*}specVanish")
_BITS = {"firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80, "lastColumn": 0x100, "noHBand": 0x200,
         "noVBand": 0x400}  # fmt: skip
"""What the look of a table says, as numbers where it is written as one."""
_CORNERS = {("firstRow", "firstCol"): "nwCell", ("firstRow", "lastCol"): "neCell", ("lastRow", "firstCol"): "swCell",
            ("lastRow", "lastCol"): "seCell"}  # fmt: skip
_LIMITS = {"subHide": "sub", "supHide": "sup", "degHide": "deg"}
"""What a formula says of its parts that are not shown, and which part that is."""
_INVISIBLE = re.compile(r"(?:^|;)\s*visibility\s*:\s*hidden")


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str
    whole: Any

    @property
    def properties(self) -> Any:
        return self.whole.find("{*}rPr")

    def in_part(self, part: str) -> Any:
        """What it says of a part of a table; of the whole one for none."""
        if not part:
            return self.whole
        return next((one for one in self.whole.findall("{*}tblStylePr") if _told(one, "type") == part), None)


class Hidden:
    """What the styles of a document say of being seen; ``styles`` is the root of that part, if there is one."""

    def __init__(self, styles: Any = None) -> None:
        self._styles: dict[str, _Style] = {}
        self._defaults: dict[str, str] = {}
        self._hides: dict[tuple[str, str], bool] = {}
        self._rows: dict[Any, dict[Any, int]] = {}
        self._paragraphs: dict[Any, str] = {}
        self._everywhere: Any = None
        for one in styles if styles is not None else ():
            if _name(one) == "docDefaults":
                self._everywhere = one.find("{*}rPrDefault/{*}rPr")
            elif _name(one) == "style":
                identity = _told(one, "styleId")
                self._styles[identity] = _Style(_told(one.find("{*}basedOn")), one)
                if _told(one, "default") not in {"", *_OFF}:
                    self._defaults[_told(one, "type")] = identity

    def pieces(self, root: Any) -> list[Any]:
        """What in ``root`` is not to be seen: pieces of text, rows of tables, and what is drawn."""
        for paragraph in root.iter("{*}p"):
            if any("PAGEREF" in (told.text or "") for told in paragraph.iter("{*}instrText")):
                _show_numbers(paragraph)
        rows = [row for row in root.iter("{*}tr") if self._is_hidden_row(row)]
        runs = [run for run in root.iter("{*}r") if self._is_hidden(run)]
        return [*rows, *runs, *_covered(root), *_of_formulas(root), *_drawn(root)]

    def unmark(self, root: Any) -> None:
        """Take out of ``root`` what hides; marks of paragraphs may stay hidden, for they hold no words."""
        for one in list(root.iter("{*}lvl")):
            if _said(one.find("{*}rPr"), _UNSEEN):
                _empty(one.find("{*}lvlText"))
        for mark in list(root.iter(*_MARKS, "{*}hidden")):
            around = [_name(one) for one in mark.iterancestors()][:3]
            is_of_style = _name(mark) == "hidden" and around[:1] == ["trPr"]
            if is_of_style or (around[:1] == ["rPr"] and around[1:] != ["pPr", "p"]):
                mark.getparent().remove(mark)

    def _is_hidden_row(self, row: Any) -> bool:
        directly = _said(row.find("{*}trPr"), "hidden")
        table = next(row.iterancestors("{*}tbl"), None)
        if directly is not None or table is None:
            return bool(directly)
        style = self._style_of(table)
        if not self._may_hide(style, "hidden"):
            return False
        return self._of_table(style, [*self._parts_by_rows(table, row), ""], "trPr", "hidden")

    def _is_hidden(self, run: Any) -> bool:
        return any(self._says(run, name) for name in (_UNSEEN, _UNSEEN_IN_BROWSERS))

    def _says(self, run: Any, name: str) -> bool:
        directly = next((said for one in run.iterfind("{*}rPr") if (said := _said(one, name)) is not None), None)
        if directly is not None:
            return directly
        if _OF_WORD not in run.tag:
            return False
        # Two styles that both hide show it again: so does Word.
        by_styles = sum(self._of_style(style, name) for style in self._styles_of(run)) + self._by_table(run, name)
        return bool(_said(self._everywhere, name)) or by_styles % 2 == 1

    def _styles_of(self, run: Any) -> Iterator[str]:
        yield _told(run.find("{*}rPr/{*}rStyle")) or self._defaults.get("character", "")
        paragraph = next(run.iterancestors("{*}p"), None)
        if paragraph is not None and paragraph not in self._paragraphs:  # it may have many runs
            self._paragraphs[paragraph] = _told(paragraph.find("{*}pPr/{*}pStyle"))
        yield self._paragraphs.get(paragraph) or self._defaults.get("paragraph", "")

    def _by_table(self, run: Any, name: str) -> bool:
        cell = next(run.iterancestors("{*}tc"), None)
        row = next(cell.iterancestors("{*}tr"), None) if cell is not None else None
        table = next(row.iterancestors("{*}tbl"), None) if row is not None else None
        style = self._style_of(table) if table is not None else ""
        if not self._may_hide(style, name):
            return False
        by_rows = self._parts_by_rows(table, row)
        by_columns = _parts_by_columns(table, row, cell, self._band_of(table, "Col"))
        corners = [
            named for (of_row, of_column), named in _CORNERS.items() if {of_row, of_column} <= {*by_rows, *by_columns}
        ]
        edges = [one for one in (*by_columns, *by_rows) if not one.startswith("band")]
        bands = [one for one in (*by_rows, *by_columns) if one.startswith("band")]
        return self._of_table(style, [*corners, *edges, *bands, "wholeTable", ""], "rPr", name)

    def _may_hide(self, style: str, name: str) -> bool:
        if (style, name) not in self._hides:
            named = (one.whole.find(f".//{{*}}{name}") for one in self._chain(style))
            self._hides[style, name] = any(one is not None for one in named)
        return self._hides[style, name]

    def _style_of(self, table: Any) -> str:
        return _told(table.find("{*}tblPr/{*}tblStyle")) or self._defaults.get("table", "")

    def _band_of(self, table: Any, of: str) -> int:
        """How many rows or columns are one band."""
        told = [one.whole.find(f"{{*}}tblPr/{{*}}tblStyle{of}BandSize") for one in self._chain(self._style_of(table))]
        return max(1, _number(_told(next((one for one in told if one is not None), None))))

    def _parts_by_rows(self, table: Any, row: Any) -> list[str]:
        """To which parts of ``table`` the row belongs, as styles call them."""
        if table not in self._rows:
            rows = (one for one in table.iter("{*}tr") if next(one.iterancestors("{*}tbl")) is table)
            self._rows[table] = {one: number for number, one in enumerate(rows)}
        rows_of_it = self._rows[table]
        return _parts(rows_of_it[row], len(rows_of_it), self._band_of(table, "Row"), "Row", [
            _looks(table, row, name) for name in ("firstRow", "lastRow", "noHBand")
        ])  # fmt: skip

    def _of_table(self, style: str, parts: list[str], kind: str, name: str) -> bool:
        """What a style of tables says, of its ``parts`` the one that counts most first."""
        for part in parts:
            for one in self._chain(style):
                told = one.in_part(part)
                if told is not None and (said := _said(told.find(f"{{*}}{kind}"), name)) is not None:
                    return said
        return False

    def _of_style(self, identity: str, name: str) -> bool:
        said = (_said(style.properties, name) for style in self._chain(identity))
        return next((one for one in said if one is not None), False)

    def _chain(self, identity: str) -> Iterator[_Style]:
        """The style and those that it is based on."""
        seen = set[str]()
        while identity in self._styles and identity not in seen:
            seen.add(identity)
            yield self._styles[identity]
            identity = self._styles[identity].based_on


def _covered(root: Any) -> Iterator[Any]:
    """What stands in cells over which another one is drawn."""
    if next(root.iter("{*}vMerge", "{*}hMerge"), None) is None:
        return
    begun, ends = set[tuple[Any, int]](), dict[Any, int]()
    for cell in root.iter("{*}tc"):
        row: Any = next(cell.iterancestors("{*}tr"), None)
        table = next(row.iterancestors("{*}tbl"), None) if row is not None else None
        if table is None:
            continue
        at = ends.get(row, _number(_told(row.find("{*}trPr/{*}gridBefore"))))
        ends[row] = at + max(1, _number(_told(cell.find("{*}tcPr/{*}gridSpan"))))
        is_covered = False
        for name, key in ("vMerge", (table, at)), ("hMerge", (row, 0)):
            mark = cell.find("{*}tcPr/{*}" + name)
            if mark is None:
                begun.discard(key)
            elif _told(mark) == "restart":
                begun.add(key)
            else:
                is_covered |= key in begun
        if is_covered:
            yield from (run for run in cell.iter("{*}r") if any(_name(one) != "rPr" for one in run))


def _of_formulas(root: Any) -> Iterator[Any]:
    for phantom in root.iter("{*}phant"):
        if _said(phantom.find("{*}phantPr"), "show") is False:
            yield from phantom.iter("{*}r")
    for mark in root.iter(*(f"{{*}}{name}" for name in _LIMITS)):
        part = mark.getparent().getparent().find("{*}" + _LIMITS[_name(mark)])
        if part is not None and _told(mark) not in _OFF:
            yield from part.iter("{*}r")


def _drawn(root: Any) -> Iterator[Any]:
    for one in root.iter("{*}docPr", "{*}cNvPr"):
        if _told(one, "hidden") not in {"", *_OFF}:
            around = [each for each in one.iterancestors() if _name(each) in ("wsp", "pic", "wgp", "wpc", "drawing")]
            is_one_of_many = any(_name(each) in ("wgp", "wpc") for each in around[1:])
            yield from around[:1] if is_one_of_many else around[-1:]
    for one in root.iter("{urn:schemas-microsoft-com:vml}*"):
        if _INVISIBLE.search(one.get("style") or ""):
            yield one


def _looks(table: Any, row: Any, name: str) -> bool:
    look = row.find("{*}tblPrEx/{*}tblLook")
    look = table.find("{*}tblPr/{*}tblLook") if look is None else look
    plainly = _told(look, name)
    return plainly not in _OFF if plainly else bool(_number(_told(look), 16) & _BITS[name])


def _parts_by_columns(table: Any, row: Any, cell: Any, band: int) -> list[str]:
    """To which parts of ``table`` the column of the cell belongs."""
    cells = [one for one in row.iter("{*}tc") if next(one.iterancestors("{*}tr")) is row]
    widths = [max(1, _number(_told(one.find("{*}tcPr/{*}gridSpan")))) for one in cells]
    before, after = (_number(_told(row.find(f"{{*}}trPr/{{*}}grid{side}"))) for side in ("Before", "After"))
    at, whole = cells.index(cell), before + sum(widths) + after
    first = before + sum(widths[:at])
    is_last = at == len(cells) - 1 and not after
    return _parts(whole - 1 if is_last and first else first, whole, band, "Col", [
        _looks(table, row, name) for name in ("firstColumn", "lastColumn", "noVBand")
    ])  # fmt: skip


def _parts(at: int, count: int, band: int, of: str, looks: list[bool]) -> list[str]:
    has_first, has_last, has_no_bands = looks
    parts = [f"first{of}"] if has_first and at == 0 else []
    parts += [f"last{of}"] if has_last and at == count - 1 else []
    if not has_no_bands and not parts:
        number = (at - has_first) // band % 2 + 1
        parts.append(f"band{number}{'Horz' if of == 'Row' else 'Vert'}")
    return parts


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


def _number(told: str, base: int = 10) -> int:
    try:
        return int(told, base)
    except ValueError:
        return 0


def _empty(told: Any) -> None:
    for key in told.attrib if told is not None else ():
        if key.rpartition("}")[2] == "val":
            told.set(key, "")
