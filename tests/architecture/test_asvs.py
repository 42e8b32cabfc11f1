"""``docs/asvs.json``: which test or document keeps which requirement of OWASP ASVS 5.0, and what stays open."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT

NAMED = {
    "1.2.1", "1.2.4", "1.2.10", "1.3.3", "1.3.6", "1.3.11", "1.3.12", "2.2.1", "3.3.x", "3.4.x", "3.5.1", "4.1.4",
    "5.x", "6.x", "6.3.8", "6.5.2", "6.5.3", "7.x", "7.5.3", "8.1.1", "8.2.1", "8.2.3", "8.3.2", "8.4.1", "11.3.x",
    "13.3.x", "14.1.1", "14.2.1", "14.2.4", "14.2.6", "14.2.8", "14.3.2", "15.3.3", "16.2.5", "16.4.1", "16.4.2",
    "16.5", "16.5.3",
}  # fmt: skip
"""What the project holds itself to; ``x`` stands for all that apply of a section or chapter."""

WELL_FORMED = re.compile(r"(?:[1-9]|1[0-7])(?:\.[1-9]\d?(?:\.(?:[1-9]\d?|x))?|\.x)")
LEAST_WORDS = 4


def asvs() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(
        (ROOT / "docs/asvs.json").read_text(encoding="utf-8"), object_pairs_hook=_once
    )
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _value in pairs}) == len(pairs), "an id stands there twice"
    return dict(pairs)


def missing(place: str) -> Iterator[str]:
    """Why the test ``path::name``, or the document, cannot be what keeps something."""
    file, _, name = place.partition("::")
    path = ROOT / file
    if not path.is_file() or not path.resolve().is_relative_to(ROOT):
        yield f"{place}: no such file"
    elif path.suffix == ".py":
        if name not in _tests_of(path):
            yield f"{place}: no such test"
    elif name:
        yield f"{place}: a document has no tests"


def _tests_of(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return {one.name for one in body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def test_every_id_is_well_formed_and_one_we_hold_ourselves_to() -> None:
    assert [one for one in asvs() if not WELL_FORMED.fullmatch(one)] == []
    assert set(asvs()) == NAMED


@pytest.mark.parametrize("requirement", sorted(NAMED))
def test_it_is_kept_by_what_exists_or_said_to_be_open(requirement: str) -> None:
    answers = asvs()[requirement]
    assert answers
    places = [one for one in answers if isinstance(one, str)]
    assert [wrong for place in places for wrong in missing(place)] == []
    for still_open in (one for one in answers if not isinstance(one, str)):
        assert set(still_open) == {"open"}
        assert len(still_open["open"].split()) >= LEAST_WORDS, "say why, or which issue"


@pytest.mark.parametrize(
    "place",
    [
        "tests/architecture/test_asvs.py::test_nothing_of_the_kind",
        "tests/architecture/test_asvs.py",
        "tests/architecture/test_none.py::test_it",
        "docs/none.md",
        "ARCHITECTURE.md::test_it",
        "../elsewhere.md",
    ],
)
def test_what_does_not_exist_keeps_nothing(place: str) -> None:
    assert list(missing(place)) != []


@pytest.mark.parametrize("wrong", ["", "6", "0.1.1", "6.5.2.1", "6.x.1", "V6.5.2", "6.05.2", "18.1.1", "6.5.xx"])
def test_an_id_that_cannot_be_one_is_none(wrong: str) -> None:
    assert not WELL_FORMED.fullmatch(wrong)
