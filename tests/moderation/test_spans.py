"""Passages: found as they were selected or pasted, and kept as places in what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.moderation.spans import Ambiguous, NotThere, Span, find

TEXT = "The border closed.\r\n\r\nI was there; the border\tclosed   again. 👩‍👩‍👧 أغلقوا الحدود."


def found(passage: str, nth: int | None = None) -> str:
    return find(passage, TEXT, revision=1, name="what_happened", nth=nth).of({"what_happened": TEXT})


def test_white_space_of_a_selection_does_not_matter() -> None:
    assert found("closed. I was  there") == "closed.\r\n\r\nI was there"
    assert found("أغلقوا\nالحدود") == "أغلقوا الحدود"
    assert found("👩‍👩‍👧") == "👩‍👩‍👧"


def test_what_stands_there_twice_asks_which() -> None:
    with pytest.raises(Ambiguous) as asked:
        found("border closed")
    assert asked.value.times == 2
    assert found("border closed", 0) == "border closed"
    assert found("border closed", 1) == "border\tclosed"


@pytest.mark.parametrize(("passage", "nth"), [("sea", None), ("", None), (" \n", None), ("border", 2), ("border", -1)])
def test_what_is_not_there_is_not_found(passage: str, nth: int | None) -> None:
    with pytest.raises(NotThere):
        found(passage, nth)


@given(st.text(min_size=1), st.text(), st.text())
def test_whatever_is_selected_is_found_where_it_stands(passage: str, before: str, after: str) -> None:
    text = before + passage + after
    kept = "".join(passage.split())
    if not kept:
        return
    places = []
    for nth in range(len(text)):
        try:
            places.append(find(passage, text, revision=1, name="a", nth=nth))
        except NotThere:
            break
    assert all("".join(span.of({"a": text}).split()) == kept for span in places)
    assert any(span.start <= len(before) + len(passage) and span.end >= len(before) for span in places)


def test_spans_overlap_within_one_answer_of_one_revision() -> None:
    span = Span(1, "a", 3, 6)
    assert span.overlaps(Span(1, "a", 5, 9))
    assert not span.overlaps(Span(1, "a", 6, 9))
    assert not span.overlaps(Span(2, "a", 3, 6))
    assert not span.overlaps(Span(1, "b", 3, 6))


def test_a_span_outside_its_answer_says_so() -> None:
    with pytest.raises(NotThere):
        Span(1, "a", 3, 6).of({"a": "abc"})


@given(st.tuples(st.integers(0, 20), st.integers(1, 20)), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9))))
def test_what_lies_outside_others_is_the_rest_in_order(one: tuple[int, int], others: list[tuple[int, int]]) -> None:
    def span(of: tuple[int, int]) -> Span:
        return Span(1, "what_happened", of[0], of[0] + of[1])

    left = span(one).outside([span(other) for other in others])
    covered = {place for start, length in others for place in range(start, start + length)}
    assert [place for part in left for place in range(part.start, part.end)] == [
        place for place in range(one[0], one[0] + one[1]) if place not in covered
    ]
    assert span(one).outside([Span(2, "what_happened", 0, 90), Span(1, "title", 0, 90)]) == [span(one)]
