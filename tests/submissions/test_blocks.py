"""Where the blocks that stand for erased words are, once their author changed the text."""

from __future__ import annotations

import pytest

from intake.submissions.blocks import BLOCK, moved, words_of_blocks

FIVE, SIX = BLOCK * 5, BLOCK * 6


def places(text: str, *blocks: str) -> list[tuple[int, int]]:
    """Where each of ``blocks`` stands in ``text``, one after the other."""
    found, at = [], 0
    for one in blocks:
        at = text.index(one, at)
        found.append((at, at + len(one)))
        at += len(one)
    return found


def nobody_the_same(_one: int, _other: int) -> bool:
    return False


def everybody_the_same(_one: int, _other: int) -> bool:
    return True


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (f"We saw {FIVE} and {SIX}.", f"We saw {FIVE} and {SIX}.", {0: FIVE, 1: SIX}),
        (f"We saw {FIVE} and {SIX}.", f"That day we saw {FIVE}, and later {SIX}!", {0: FIVE, 1: SIX}),
        (f"We saw {FIVE} and {SIX}.", f"We only saw {SIX}.", {1: SIX}),
        (f"We saw {FIVE} and {SIX}.", f"We saw somebody and {SIX}.", {1: SIX}),
        (f"We saw {FIVE} and {SIX}.", f"We saw {BLOCK * 3} and {SIX}.", {1: SIX}),
        (f"We saw {FIVE} and {SIX}.", "We saw nobody.", {}),
        # As long as one another: the words beside them tell.
        (f"{FIVE} ran and {FIVE} stayed.", f"{FIVE} stayed.", {1: FIVE}),
        (f"{FIVE} ran and {FIVE} stayed.", f"{FIVE} ran.", {0: FIVE}),
        # Nothing tells which: neither.
        (f"{FIVE} ran and {FIVE} stayed.", f"Of them {FIVE} is left", {}),
        # One more than there was is nobody's.
        (f"We saw {FIVE} there.", f"We saw {FIVE} there. Yes, {FIVE}.", {0: FIVE}),
    ],
)
def test_what_was_left_is_found_again(before: str, after: str, kept: dict[int, str]) -> None:
    sought = places(before, *(one for one in before.replace(".", "").split() if BLOCK in one))
    found = moved(sought, before, after, nobody_the_same)
    assert {number: after[start:end] for number, (start, end) in found.items()} == kept


def test_words_of_several_blocks_stay_together_or_are_not_found() -> None:
    before = f"{FIVE} {SIX} took us."
    sought = [(0, 12)]
    assert moved(sought, before, f"Then {FIVE}\r\n{SIX} took us.", nobody_the_same) == {0: (5, 18)}
    assert moved(sought, before, f"{FIVE} or {SIX} took us.", nobody_the_same) == {}
    assert moved(sought, before, f"{FIVE} took us.", nobody_the_same) == {}


def test_which_of_two_does_not_matter_where_both_are_the_same_person() -> None:
    before, after = f"{FIVE} ran and {FIVE} stayed.", f"Of them {FIVE} is left"
    assert list(moved([(0, 5), (14, 19)], before, after, everybody_the_same).values()) == [(8, 13)]


def test_blocks_that_are_part_of_a_word_keep_its_rest() -> None:
    assert moved([(4, 9)], f"The {FIVE}s came.", f"Then the {FIVE}s came.", nobody_the_same) == {0: (9, 14)}


def test_nobody_keeps_us_busy_with_blocks() -> None:
    text = f"{BLOCK} " * 10_000
    assert moved([(0, 1)], text, text, nobody_the_same) == {}


def test_blocks_with_nothing_between_them_are_one() -> None:
    text = f"We saw {FIVE} {SIX}, and {BLOCK}\n{BLOCK}s."
    assert [text[start:end] for start, end in words_of_blocks(text)] == [f"{FIVE} {SIX}", f"{BLOCK}\n{BLOCK}"]
