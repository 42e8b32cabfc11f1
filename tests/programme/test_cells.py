from __future__ import annotations

from typing import Any

import pytest

from intake.foundation.languages import CODES
from intake.programme.cells import joined, neutral, original, split
from intake.programme.columns import BY_NAME, COLUMNS, find, head, heads

NASTY = ["a|b", "c;d", "back\\slash", "two\nlines", "\\n", "ends in \\", "a: b", "<https://x.org>", "", "|", "é ة"]


@pytest.mark.parametrize("dividers", ["|", "|;"])
def test_a_list_survives_its_cell(dividers: str) -> None:
    assert split(joined(NASTY, dividers[-1], dividers), dividers) == NASTY


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("WHO; UN-Habitat", ["WHO", "UN-Habitat"]),
        ("WHO | UN-Habitat", ["WHO", "UN-Habitat"]),
        ("WHO\nUN-Habitat\n", ["WHO", "UN-Habitat"]),
        ("WHO\r\n\r\nUN-Habitat", ["WHO", "UN-Habitat"]),
        ("WHO |\nUN-Habitat", ["WHO", "UN-Habitat"]),
        ("WHO |  | FAO", ["WHO", "", "FAO"]),
        ("", []),
        (" | ", []),
    ],
)
def test_people_write_lists_as_they_like(cell: str, items: list[str]) -> None:
    assert split(cell, "|;") == items


VALUES: list[tuple[str, Any]] = [
    ("position", 7),
    ("standing", True),
    ("date", None),
    ("topic", {"en": "Line one\nline two | with \\ signs", "ar": "مسارات"}),
    ("organisers", ["Women; men", "A | B"]),
    ("people", [{"role": "speaker", "name": "N: N"}, {"role": "discussant", "name": None}]),
    ("guiding_questions", [{"en": "What; and why?", "fr": "Quoi ?"}, {"fr": "Seulement | ici"}, {"en": "Who?"}]),
    ("interpretation", {"mode": "simultaneous", "from": ["es", "en"], "to": None, "scope": {"en": "a: b", "fr": "c"}}),
    ("interpretation", {"mode": "consecutive", "from": ["fr"], "to": "en", "scope": None}),
    ("interpretation", {"mode": "none", "from": [], "to": None, "scope": None}),
    (
        "documents",
        [
            {"kind": "policy_brief", "role": "subject", "language": "en", "url": "https://x.org/a?b=c,d",
             "title": {"en": "COVID-19: a, b & c <2020>", "es": "Título | dos"}},
            {"kind": "report", "role": "record", "language": None, "url": None, "title": {"en": "See <https://x.org>"}},
            {"kind": "slides", "role": "record", "language": None, "url": None, "title": None},
        ],
    ),
    (
        "outputs",
        [
            {"kind": "policy_brief", "status": "drafting", "title": {"fr": "Sans anglais"}},
            {"kind": "reflections", "status": "planned", "title": None},
        ],
    ),
    (
        "sitting_times",
        [
            {"starts_at": "2020-06-09T14:00+02:00", "minutes": 120, "time_zone": "Europe/Zurich", "language": "fr",
             "link": "https://x.org/join?a,b"},
            {"starts_at": None, "minutes": None, "time_zone": None, "language": "es", "link": None},
        ],
    ),
]  # fmt: skip


def without_nothing(value: Any) -> Any:
    """``value`` without what is empty or None: cells cannot tell the two apart, and need not."""
    if isinstance(value, dict):
        kept = {key: without_nothing(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", {}, [])}
    if isinstance(value, list):
        return [without_nothing(item) for item in value]
    return None if value is None else str(value)


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_survives_its_cells(name: str, value: Any) -> None:
    syntax = BY_NAME[name].syntax
    cells = {code: "" for code in CODES if syntax.spoken or code == "en"} | syntax.write(value)
    read = syntax.read(cells)
    expected = "yes" if value is True else value
    assert without_nothing(read) == without_nothing(expected)


@pytest.mark.parametrize("text", ["=1+1", "+33", "-x", "@a", "\tx", "  =x", "＝x", "'=x", "''=x", "'  @x"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text: str) -> None:
    assert neutral(text).startswith("'")
    assert original(neutral(text)) == text


@pytest.mark.parametrize("text", ["plain", "'quoted'", "a=b", "", "’Arabic", "مسارات"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text == original(text)


def test_every_head_finds_its_column() -> None:
    assert [find(head(column, language)) for column, language in heads()] == list(heads())
    assert {column for column, _ in heads()} == set(COLUMNS)


@pytest.mark.parametrize(
    ("written", "name", "language"),
    [
        ("Guiding Questions", "guiding_questions", "en"),
        (" TOPIC (FR) ", "topic", "fr"),
        ("topic_en", "topic", "en"),
        ("Co-leads", "organisers", "en"),
        ("Organizers", "organisers", "en"),
        ("Formats", "format", "en"),
    ],
)
def test_heads_are_folded(written: str, name: str, language: str) -> None:
    assert find(written) == (BY_NAME[name], language)


def test_an_unknown_head_finds_nothing() -> None:
    assert find("topc") is None
    assert find("date_fr") is None
