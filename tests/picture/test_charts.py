"""Charts: drawn from both sides, said in words, and nothing in them that a page's policy refuses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from lxml import etree

from intake.foundation.vocabularies import vocabulary
from intake.picture.areas import MIDDLE, WORDS
from intake.picture.charts import WIDTH, Bar, Chart, Dot
from intake.picture.timeline import MOST, stretches

ROWS = [Bar("One <script>", 10, 4, "4 of 10"), Bar("Two", 5, 0, "0 of 5"), Bar("None", 0, None, "0")]


def rects(svg: str) -> list[tuple[str, float, float]]:
    """Kind, left edge and width of everything drawn as a rectangle."""
    tree = etree.fromstring(svg)
    return [(one.get("class"), float(one.get("x")), float(one.get("width"))) for one in tree.iter("rect")]


def texts(svg: str) -> dict[str, tuple[str, float]]:
    return {one.text: (one.get("text-anchor"), float(one.get("x"))) for one in etree.fromstring(svg).iter("text")}


@pytest.mark.parametrize("draw", [Chart.bars, Chart.columns])
def test_a_chart_from_the_right_is_the_mirror_of_one_from_the_left(draw: object) -> None:
    left = draw(Chart("a", "A", "b"), ROWS)  # type: ignore[operator]
    right = draw(Chart("a", "A", "b", rtl=True), ROWS)  # type: ignore[operator]
    mirrored = [(kind, pytest.approx(WIDTH - x - width, abs=0.2), width) for kind, x, width in rects(left)]
    assert rects(right) == mirrored
    other = {"start": "end", "end": "start", "middle": "middle"}
    assert texts(right) == {
        words: (other[anchor], pytest.approx(WIDTH - x, abs=0.2)) for words, (anchor, x) in texts(left).items()
    }


def test_a_chart_is_named_and_described_and_carries_no_style() -> None:
    svg = Chart("who", "By <kind>", "The most: A & B").bars(ROWS)
    tree = etree.fromstring(svg)
    title, about = tree[0], tree[1]
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
    assert (title.text, about.text) == ("By <kind>", "The most: A & B")
    assert "style" not in svg
    assert {"One <script>", "4 of 10"} <= texts(svg).keys()


def test_a_part_is_as_long_as_it_is_of_its_whole() -> None:
    (_k, _x, whole), (_l, _y, part), (_m, _z, half), _none = rects(Chart("a", "A", "b").bars(ROWS))
    assert part == pytest.approx(whole * 0.4, abs=0.2)
    assert half == pytest.approx(whole / 2, abs=0.2)


def test_every_area_has_its_place_on_the_map_and_all_of_its_dot() -> None:
    areas = vocabulary("m49_regions")
    assert MIDDLE.keys() == set(areas)
    assert WORDS.keys() == {code for code, term in areas.items() if term.kind == "region"}
    svg = Chart("map", "M", "d").dots([Dot(code, *at, 9, "9") for code, at in MIDDLE.items()], [])
    for circle in etree.fromstring(svg).iter("circle"):
        x, y, radius = (float(circle.get(name)) for name in ("cx", "cy", "r"))
        assert radius <= x <= WIDTH - radius
        assert radius <= y <= 185 - radius


def test_a_map_is_the_same_from_both_sides() -> None:
    dots = [Dot("Caribbean", *MIDDLE["029"], 3, "3")]
    assert Chart("map", "M", "d").dots(dots, dots) == Chart("map", "M", "d", rtl=True).dots(dots, dots)


@pytest.mark.parametrize("days", [1, 20, 31, 200, 211, 900, 930, 9000, 40000])
def test_time_is_cut_into_no_more_stretches_than_there_is_room_for(app: Flask, days: int) -> None:
    first = date(1920, 2, 29)
    known = [first, first + timedelta(days=days // 2), first + timedelta(days=days)]
    with app.test_request_context("/en/"):
        found, lies_in = stretches(known, "en")
    assert days > 11000 or len(found) <= MOST
    assert {lies_in(day) for day in known} <= {one.begins for one in found}
    assert [one.begins for one in found] == sorted({one.begins for one in found})
