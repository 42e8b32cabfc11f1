"""JSON: the document as data, in the shape its schema promises."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from intake.digests import formats
from intake.digests.document import Block, Document, Entry
from intake.foundation.languages import CODES
from tests.digests.formats.conftest import Write
from tests.digests.formats.golden import HOSTILE, QUESTIONS, VOICES, golden

SCHEMA = json.loads(Path(formats.__file__).with_name("digest.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(SCHEMA)
    return Draft202012Validator(SCHEMA)


def data(write: Write, document: Document) -> Any:
    return json.loads(write("json", document))


@pytest.mark.parametrize("language", CODES)
def test_it_is_what_the_schema_says(language: str, write: Write, validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(data(write, golden(language)))) == []


def test_the_schema_refuses_what_is_not_declared(write: Write, validator: Draft202012Validator) -> None:
    for place in ("", "entries", "blocks"):
        made = data(write, golden("en"))
        (made[place][0] if place else made)["email"] = "somebody"
        assert not validator.is_valid(made)


def test_the_schema_knows_every_block_and_every_field_of_an_entry() -> None:
    kinds = {block.kind for block in Block.__args__}
    assert {
        definition["$ref"].rpartition("/")[2] for definition in SCHEMA["properties"]["blocks"]["items"]["oneOf"]
    } == kinds
    assert set(SCHEMA["$defs"]["entry"]["properties"]) == {field.name for field in dataclasses.fields(Entry)}
    assert set(SCHEMA["properties"]) - {"format", "schema_version"} == {
        field.name for field in dataclasses.fields(Document)
    }


def test_words_are_written_as_they_are(write: Write) -> None:
    content = write("json", golden("ar")).decode("utf-8")
    assert "\\u06" not in content
    made = json.loads(content)
    answers = {entry["language"]: entry["answers"][0]["text"]["text"] for entry in made["entries"][:4]}
    assert answers == VOICES


def test_answers_stand_in_declared_order(write: Write) -> None:
    made = data(write, golden("en"))
    assert made["questions"] == [*QUESTIONS, "undeclared"]
    assert [answer["question"] for answer in made["entries"][0]["answers"]] == ["what_happened", "guiding_1"]


def test_one_poisoned_entry_does_not_stop_the_others(write: Write) -> None:
    people = [entry["person"] for entry in data(write, golden("en"))["entries"][4:-1]]
    assert people[:3] == [HOSTILE["markup"], HOSTILE["formula"], HOSTILE["bidi"]]
    assert people[3] == "nul bell escape nel\x85line vt ff lone non char tab\tend"


def test_an_item_stands_on_a_line_of_its_own(write: Write) -> None:
    document = golden("en")
    lines = write("json", document).decode("utf-8").split("\n")
    assert sum(line.startswith('{"kind":') for line in lines) == len(document.blocks)
    assert sum(line.startswith('{"reference":') for line in lines) == len(document.entries)
