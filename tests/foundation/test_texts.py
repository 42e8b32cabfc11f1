from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.foundation.texts import (
    DIRECTION_CONTROLS,
    MOST_MARKS,
    Cleaned,
    balanced,
    clean,
    has_direction_controls,
    normal,
    number_in,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0", 0), ("", None), (None, None), ("-1", None), ("٣", None), ("1 ", None), ("²", None),
     ("999999999", 999_999_999), ("1234567890", None), ("123456789abc", None)],
)  # fmt: skip
def test_a_number_in_a_field_is_one_that_a_page_put_there(text: str | None, number: int | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("typed", "kept", "removed"),
    [
        ("a\x00b", "ab", 1),
        ("a\x1bb\x85c", "abc", 2),
        ("line\r\nnext\rlast", "line\nnext\nlast", 0),
        ("tab\there", "tab\there", 0),
        ("\ud800alone", "alone", 1),
        ("\ufffdamaged", "amaged", 1),
        ("\ufdd0\uffff", "", 2),
        ("e\u0301", "é", 0),
        ("a" + "\u0301" * 40, "á" + "\u0301" * 6, 33),
        ("می\u200cخواهم", "می\u200cخواهم", 0),
        ("\u200f\u200e\u061c", "\u200f\u200e\u061c", 0),
    ],
)
def test_only_what_no_document_can_hold_is_taken_out(typed: str, kept: str, removed: int) -> None:
    result = clean(typed)
    assert (result.text, result.removed) == (kept, removed)


@given(st.text())
def test_what_is_kept_can_be_written_and_is_kept_again(typed: str) -> None:
    once = clean(typed).text
    once.encode("utf-8")
    assert clean(once).removed == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202eturned", "\u202eturned\u202c"),
        ("\u202eturned\nnext", "\u202eturned\u202c\nnext"),
        ("lonely\u202c", "lonely"),
        ("\u2067a\u202bb\u2069", "\u2067a\u202bb\u202c\u2069"),
        ("plain", "plain"),
    ],
)
def test_direction_controls_turn_nothing_after_their_paragraph(typed: str, kept: str) -> None:
    assert balanced(typed) == kept


@given(st.text(alphabet=[*DIRECTION_CONTROLS, "a", "\n"]))
def test_balancing_twice_changes_nothing(typed: str) -> None:
    assert balanced(balanced(typed)) == balanced(typed)
    assert not has_direction_controls("plain")


def test_marks_beyond_measure_are_taken_out_before_anything_is_normalised() -> None:
    began = time.process_time()
    assert 80_000 - 40 < clean("a" + "\u0315\u0300" * 40_000).removed <= 80_000 - MOST_MARKS
    assert len(normal("a" + "\u0315\u0300" * 40_000, "NFKC")) < 40
    assert time.process_time() - began < 5, "normalising takes the square of them"


def test_damaged_bytes_in_a_row_are_one_loss() -> None:
    assert clean("a\ufffd\ufffd\ufffdb\ufffdc") == Cleaned("abc", 2)
