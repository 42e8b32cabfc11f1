"""CSV: what a spreadsheet and a statistics package make of it."""

from __future__ import annotations

import csv
import dataclasses
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.digests.document import Entry
from intake.digests.formats.table import COLUMNS
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from intake.foundation.sheets import neutral
from tests.digests.formats.conftest import Write
from tests.digests.formats.golden import HOSTILE, QUESTIONS, VOICES, golden

STARTERS = "=+-@\t\r\n\x00＝＋－＠﹦﹢﹣﹫−"


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def test_the_header_is_the_same_in_every_language(write: Write) -> None:
    heads = {tuple(rows(write("csv", golden(language)))[0]) for language in CODES}
    assert heads == {(*COLUMNS, *QUESTIONS, "undeclared")}


def test_there_is_a_column_for_every_field_of_an_entry_and_no_other() -> None:
    fields = [field.name for field in dataclasses.fields(Entry) if field.name != "answers"]
    assert fields == list(COLUMNS)


def test_one_row_per_entry_with_what_the_entry_holds(write: Write) -> None:
    head, *lines = rows(write("csv", golden("en")))
    records = [dict(zip(head, line, strict=True)) for line in lines]
    assert len(records) == len(golden("en").entries)
    first, last = records[0], records[-1]
    assert first["reference"] == "WG3-2020-06-09/T-016"
    assert (first["revision"], first["tier"], first["received"]) == ("1", "4", "2020-06-09")
    assert (first["country"], first["person"], first["organisation"]) == ("SN", "Awa Ndiaye", "Étoile")
    assert (first["themes"], first["groups"]) == ("access|fear", "women|children")
    assert first["what_happened"] == VOICES["en"]
    assert first["what_would_help"] == first["never_answered"] == ""
    assert [value for value in last.values() if value] == [
        "WG3-2020-06-09/T-120", "1", "practice", "ar", "0", "2020-06-11",
    ]  # fmt: skip


def test_it_is_rfc_4180_in_utf_8_with_a_byte_order_mark(write: Write) -> None:
    content = write("csv", golden("ar"))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    text = content.decode("utf-8-sig")
    assert text.endswith('"\r\n')
    assert text.count('"\r\n"') == len(golden("ar").entries)
    assert "\x00" not in text


@pytest.mark.parametrize("space", ["", " ", "   ", "\u00a0", "\u200b", "\u200f", "\ufeff", "\u3000", "\x01", "\ud800"])
@pytest.mark.parametrize("starter", STARTERS)
def test_nothing_starts_a_formula(starter: str, space: str) -> None:
    assert neutral(f"{space}{starter}1+1").startswith("'")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1 + 1 = 2", "1 + 1 = 2"),
        ("a@b.example", "a@b.example"),
        ("الأردن", "الأردن"),
        ("", ""),
        ("   ", "   "),
        ("first\nsecond", "first\nsecond"),
        ("well; and then", "well; and then"),
        ("a-b; c=d", "a-b; c=d"),
    ],
)
def test_other_words_stay_as_they_were_written(cell: str, expected: str) -> None:
    assert neutral(cell) == expected


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r\n", "; ", ";;", "\n\t"])
@pytest.mark.parametrize("starter", "=+-@＝＋－＠")
def test_nothing_starts_a_formula_where_another_separator_would_cut(starter: str, separator: str) -> None:
    assert neutral(f"well{separator}{starter}SUM(A1)") == f"well{separator}'{starter}SUM(A1)"


@given(st.text(alphabet=st.sampled_from([*STARTERS, *" \u200b\x01\ufffeab;,'\"\u00a0"]), max_size=12))
def test_no_cut_of_any_text_starts_a_formula(text: str) -> None:
    safe = neutral(text)
    for cut in (safe, *safe.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";")):
        assert not cut.lstrip(" \u00a0").startswith(tuple(STARTERS))


def test_headers_and_every_column_are_guarded(write: Write) -> None:
    document = golden("en")
    bad = "=1+1"
    entry = dataclasses.replace(
        document.entries[0],
        **dict.fromkeys(("reference", "kind", "stakeholder_type", "country", "subregion", "person"), bad),
        organisation=bad,
        attribution=Text(bad, "en"),
        themes=(bad, bad),
        objectives=(bad,),
        groups=(bad,),
        answers={bad: (Text(bad, "en"), Text(bad, "en"))},
    )
    head, line = rows(write("csv", dataclasses.replace(document, entries=(entry,), questions=("@name",))))
    assert head[-2:] == ["'@name", "'=1+1"]
    assert not [cell for cell in (*head, *line) if cell.startswith(("=", "@"))]


def test_one_poisoned_entry_does_not_stop_the_others(write: Write) -> None:
    head, *lines = rows(write("csv", golden("en")))
    texts = [line[head.index("what_happened")] for line in lines[-1 - len(HOSTILE) : -1]]
    assert texts[0] == HOSTILE["markup"]
    assert texts[1] == "'" + HOSTILE["formula"].replace("; @SUM", "; '@SUM")
    assert texts[2] == HOSTILE["bidi"]
    assert texts[3] == "nul bell escape nel\x85line vt ff lone non char tab\tend"
    assert texts[4] == HOSTILE["long"]
