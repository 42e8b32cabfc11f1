"""What holds for every format alike."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from intake.digests.document import Document
from intake.digests.formats import FORMATS, filename
from intake.foundation.languages import CODES
from intake.foundation.multilingual import Text
from tests.digests.formats.conftest import Write
from tests.digests.formats.golden import VOICES, golden

NAMES = ["docx", "html", "csv", "json"]

# An hour and a minute, as in 09:30 or T09:30: finer than a day.
CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b|T\d{2}:\d{2}")


def everything(name: str, content: bytes) -> str:
    """All characters of an export, the members of an archive unpacked."""
    if name != "docx":
        return content.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "\n".join(package.read(member).decode("utf-8") for member in package.namelist())


@pytest.mark.usefixtures("bare_app")
def test_there_are_four_formats_and_each_is_found_by_its_name() -> None:
    assert list(FORMATS) == NAMES
    assert all(each.name == name == each.extension for name, each in FORMATS.items())
    assert all(str(each.label) for each in FORMATS.values())


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("name", NAMES)
def test_the_same_document_gives_the_same_bytes(name: str, language: str, write: Write) -> None:
    assert write(name, golden(language)) == write(name, golden(language))


@pytest.mark.parametrize("name", ["csv", "json"])
def test_the_order_in_which_answers_were_put_in_does_not_show(name: str, write: Write) -> None:
    document = golden("en")
    turned = tuple(
        dataclasses.replace(entry, answers=dict(reversed(entry.answers.items()))) for entry in document.entries
    )
    assert write(name, document) == write(name, dataclasses.replace(document, entries=turned))


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_finer_than_a_day(name: str, language: str, write: Write) -> None:
    text = everything(name, write(name, golden(language)))
    assert set(CLOCK.findall(text)) <= {"T00:00", "00:00"}


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("name", NAMES)
def test_every_voice_is_there_in_its_own_language(name: str, language: str, write: Write) -> None:
    text = re.sub(r"<[^>]*>", "", everything(name, write(name, golden(language))))
    for voice in VOICES.values():
        for line in voice.splitlines():
            assert line.replace('"', '\\"' if name == "json" else '"') in text


@pytest.mark.parametrize("name", NAMES)
def test_a_document_with_nothing_in_it_can_be_written(name: str, write: Write) -> None:
    empty = dataclasses.replace(golden("ar"), subtitle=Text("", "ar"), footer=(), blocks=(), entries=(), questions=())
    assert write(name, empty)


def test_file_names_are_neutral_ascii() -> None:
    document = golden("ar")
    assert filename(document, FORMATS["docx"]) == "WG3-2020-06-09_D-2_ar.docx"
    assert filename(document, FORMATS["json"]) == "WG3-2020-06-09_D-2_ar.json"


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("../../etc/passwd", "etc_passwd_en.csv"),
        ("جلسة/D-1", "D-1_en.csv"),
        ("a\r\nSet-Cookie: x", "a_Set-Cookie_x_en.csv"),
        ('x"; filename="y.exe', "x_filename_y_exe_en.csv"),
    ],
)
def test_no_identifier_makes_a_dangerous_file_name(identifier: str, expected: str) -> None:
    document = dataclasses.replace(golden("en"), identifier=identifier)
    assert filename(document, FORMATS["csv"]) == expected


@pytest.mark.parametrize("name", ["docx", "html"])
def test_what_a_format_says_itself_is_in_the_language_of_the_document(name: str, write: Write, tmp_path: Path) -> None:
    words = {
        "Contents": "المحتويات",
        "revision %(number)s": "النسخة %(number)s",
        "consent tier %(tier)s": "درجة الموافقة %(tier)s",
        "Page %(page)s of %(pages)s": "صفحة %(page)s من %(pages)s",
    }
    _install(words, tmp_path / "translations")
    arabic = everything(name, write(name, golden("ar")))
    assert "المحتويات" in arabic
    assert "النسخة 1" in arabic
    assert "Contents" not in arabic.replace('"Table of Contents"', "").replace("sdtContent", "")
    assert "revision 1" not in arabic
    assert "Contents" in everything(name, write(name, golden("en")))


def _install(words: dict[str, str], folder: Path) -> None:
    catalogue = Catalog(locale="ar")
    for message, translation in words.items():
        catalogue.add(message, translation)
    target = folder / "ar" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)


def test_a_format_leaves_the_document_as_it_was(write: Write) -> None:
    document: Document = golden("fr")
    for name in NAMES:
        write(name, document)
    assert document == golden("fr")
