from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.foundation.identifiers import (
    ALPHABET,
    MistypedReceipt,
    grouped,
    is_form_token,
    new_form_token,
    read_receipt,
    receipt_for,
)

CODE = receipt_for("x" * 43)


def test_a_code_is_long_enough_to_be_unguessable() -> None:
    bits_in_each_symbol = 5
    assert len(ALPHABET) == 2**bits_in_each_symbol
    assert (len(CODE) - 1) * bits_in_each_symbol >= 112


def test_one_form_has_one_code_and_two_forms_have_two() -> None:
    first, second = new_form_token(), new_form_token()
    assert is_form_token(first)
    assert receipt_for(first) == receipt_for(first) != receipt_for(second)


@pytest.mark.parametrize(
    "written",
    [
        grouped(CODE),
        grouped(CODE).lower(),
        CODE.replace("0", "O").replace("1", "l"),
        "\u202b " + " ".join(CODE) + " \u202c\u200f",
        CODE.translate({ord("0") + n: chr(0x0660 + n) for n in range(10)}),
        CODE.translate({ord("0") + n: chr(0x06F0 + n) for n in range(10)}),
        grouped(CODE).replace("-", "–"),
    ],
)
def test_a_code_is_understood_however_it_was_written_down(written: str) -> None:
    assert read_receipt(written) == CODE


@given(st.integers(0, 24), st.sampled_from(ALPHABET))
def test_any_single_wrong_symbol_is_told(place: int, symbol: str) -> None:
    if CODE[place] == symbol:
        return
    with pytest.raises(MistypedReceipt):
        read_receipt(CODE[:place] + symbol + CODE[place + 1 :])


@pytest.mark.parametrize("typed", ["", "abc", CODE[:-1], CODE + "0", "é" * 25, "²" * 25, "\x00"])
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(MistypedReceipt):
        read_receipt(typed)


@pytest.mark.parametrize("token", ["", "short", "x" * 42, "x" * 44, "é" * 43, "x" * 42 + "/"])
def test_a_form_token_that_could_be_guessed_is_none(token: str) -> None:
    assert not is_form_token(token)
