"""Charts as SVG: written on the server, read without colour, without a script and from either side.

A chart says in numbers what it draws, and is named and described for whoever hears it. Where the language runs
from right to left its axes do too: every x is mirrored here and every text is placed by its edge, because what
``direction`` means inside SVG differs between browsers. A map is no axis: east stays right. No style is written
into it, only classes, which the page's policy lets through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup, escape

WIDTH = 340
"""Units across: a telephone's width, so that text is of about the size of the page's there."""

_ROW = 38
_ROOM = 88
"""What is kept free beside the longest bar for its figures."""
_HEIGHT = 132
_FOOT = 22
_HEAD = 20
_NUMBERED = 12
"""So many columns at the most carry each its own figure."""
_MAP_HEIGHT = 185
_NORTHERNMOST, _SOUTHERNMOST = 82, -55
"""Degrees between which people live, as far as a map needs them."""
_LARGEST = 15
_SMALLEST = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One row or column: what it is of, how many in all, how many of these (None: not told), and that in figures."""

    label: str
    whole: int
    part: int | None
    figures: str


@dataclass(frozen=True, slots=True)
class Dot:
    """Something at a place of the earth (degrees east and north): its name, how many, and that in figures."""

    label: str
    east: float
    north: float
    number: int
    figures: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart is called, what it shows in one sentence, and from which side it is read."""

    name: str
    title: str
    description: str
    rtl: bool = False

    def bars(self, rows: Sequence[Bar]) -> Markup:
        """Rows one under the other, each with its words above and its figures at its end."""
        longest = max((row.whole for row in rows), default=0) or 1
        parts = [self._bar(n, row, longest) for n, row in enumerate(rows)]
        return self._svg(len(rows) * _ROW, parts)

    def columns(self, points: Sequence[Bar]) -> Markup:
        """Columns along a line of time, from its beginning."""
        tallest = max((point.whole for point in points), default=0) or 1
        step = WIDTH / max(len(points), 1)
        parts = [self._column(n, point, tallest, step, is_numbered=len(points) <= _NUMBERED or point.whole == tallest)
                 for n, point in enumerate(points)]  # fmt: skip
        parts.append(Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, _HEIGHT, _HEIGHT))
        foot = _HEIGHT + _FOOT - 6
        if points:
            parts.append(self._text(points[0].label, 0, foot))
        if len(points) > 1:
            parts.append(self._text(points[-1].label, WIDTH, foot, end=True))
        return self._svg(_HEIGHT + _FOOT, parts)

    def dots(self, places: Iterable[Dot], names: Iterable[Dot]) -> Markup:
        """Dots where they lie on the earth, larger where there is more; ``names`` stand there as words alone.

        No coast and no border is drawn: whose they are is not for us to say.
        """
        all_of_them = sorted(places, key=lambda one: -one.number)
        largest = max((one.number for one in all_of_them), default=0) or 1
        parts = [Markup('<line class="ground" x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, *[_south(0)] * 2)]
        parts += [Markup('<text class="ground" text-anchor="middle" x="{}" y="{}">{}</text>').format(
            _number(_across(one.east)), _number(_south(one.north)), one.label) for one in names]  # fmt: skip
        parts += [_dot(one, largest) for one in all_of_them]
        return self._svg(_MAP_HEIGHT, parts)

    def _bar(self, n: int, row: Bar, longest: int) -> Markup:
        top, room = n * _ROW, WIDTH - _ROOM
        whole = max(room * row.whole / longest, 1 if row.whole else 0)
        drawn = [self._text(row.label, 0, top + 13), self._rect("whole", 0, top + 18, whole, 14)]
        if row.part:
            drawn.append(self._rect("part", 0, top + 18, max(whole * row.part / row.whole, 1), 14))
        drawn.append(self._text(row.figures, whole + 5, top + 30, kind="figure"))
        return Markup("").join(drawn)

    def _column(self, n: int, point: Bar, tallest: int, step: float, *, is_numbered: bool) -> Markup:
        room = _HEIGHT - _HEAD
        whole = room * point.whole / tallest
        left, width = n * step + step * 0.12, step * 0.76
        drawn = []
        if point.whole:
            drawn.append(self._rect("whole", left, _HEIGHT - whole, width, whole))
        if point.part:
            part = whole * point.part / point.whole
            drawn.append(self._rect("part", left, _HEIGHT - part, width, part))
        if is_numbered and point.whole:
            middle = self._x(left + width / 2)
            drawn.append(
                Markup('<text class="figure" text-anchor="middle" x="{}" y="{}">{}</text>').format(
                    _number(middle), _number(_HEIGHT - whole - 5), point.figures
                )
            )
        return Markup("").join(drawn)

    def _x(self, x: float) -> float:
        return WIDTH - x if self.rtl else x

    def _rect(self, kind: str, x: float, y: float, width: float, height: float) -> Markup:
        left = self._x(x + width) if self.rtl else x
        return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
            kind, _number(left), _number(y), _number(width), _number(height)
        )

    def _text(self, words: str, x: float, y: float, *, end: bool = False, kind: str = "label") -> Markup:
        anchor = "end" if end != self.rtl else "start"
        return Markup('<text class="{}" text-anchor="{}" x="{}" y="{}">{}</text>').format(
            kind, anchor, _number(self._x(x)), _number(y), words
        )

    def _svg(self, height: float, parts: Iterable[Markup]) -> Markup:
        # In the order in which it is written, whatever the page's: what stands where is decided above.
        opening = Markup(
            '<svg class="chart" role="img" direction="ltr" viewBox="0 0 {width} {height}"'
            ' aria-labelledby="{name}-title {name}-about"><title id="{name}-title">{title}</title>'
            '<desc id="{name}-about">{about}</desc>'
        ).format(width=WIDTH, height=_number(height), name=self.name, title=self.title, about=self.description)
        return opening + Markup("").join(parts) + Markup("</svg>")


def _dot(one: Dot, largest: int) -> Markup:
    radius = max(_LARGEST * sqrt(one.number / largest), _SMALLEST)
    x, y = _number(_across(one.east)), _number(_south(one.north))
    return Markup(
        '<g><title>{}</title><circle class="part" cx="{}" cy="{}" r="{}"/>'
        '<text class="inside" text-anchor="middle" x="{}" y="{}">{}</text></g>'
    ).format(f"{one.label}: {one.figures}", x, y, _number(radius), x, _number(_south(one.north) + 4), one.figures)


def _across(east: float) -> float:
    return (east + 180) / 360 * WIDTH


def _south(north: float) -> float:
    return (_NORTHERNMOST - north) / (_NORTHERNMOST - _SOUTHERNMOST) * _MAP_HEIGHT


def _number(value: float) -> str:
    return str(escape(f"{value:.1f}".rstrip("0").rstrip(".")))
