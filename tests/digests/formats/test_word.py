"""DOCX: what Word, LibreOffice and a screen reader are told, and what they make of it."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from lxml import etree

from intake.digests.document import Line
from intake.digests.formats.word.text import Setter, stretches
from intake.foundation.languages import CODES, UNDETERMINED, direction_of
from intake.foundation.multilingual import Text
from tests.digests.formats.conftest import Write
from tests.digests.formats.golden import HOSTILE, TRANSLATED, VOICES, WORDING, golden
from tests.provision.documents import Poppler, Soffice

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ARABIC = re.compile("[\u0620-\u06ff]")
LATIN = re.compile("[A-Za-zÀ-ÿ]")

Open = Callable[[str], dict[str, etree._Element]]


@pytest.fixture
def parts(write: Write) -> Open:
    """All parts of the golden document in a language, parsed, by name."""

    def opened(language: str) -> dict[str, etree._Element]:
        with zipfile.ZipFile(io.BytesIO(write("docx", golden(language)))) as package:
            return {name: etree.fromstring(package.read(name)) for name in package.namelist()}

    return opened


def words(element: etree._Element) -> str:
    return "".join("\t" if each.tag == f"{W}tab" else each.text or "" for each in element.iter(f"{W}t", f"{W}tab"))


def on(element: etree._Element, path: str) -> bool:
    """Whether a switch such as ``w:bidi`` is there and not turned off."""
    found = element.find("/".join(W + step for step in path.split("/")))
    return found is not None and found.get(f"{W}val", "1") not in ("0", "false")


def style_of(paragraph: etree._Element) -> str:
    style: str = paragraph.find(f"{W}pPr/{W}pStyle").get(f"{W}val")
    return style


def paragraphs(body: etree._Element, text: str) -> list[etree._Element]:
    return [each for each in body.iter(f"{W}p") if words(each) == text]


# --- The package ---


@pytest.mark.parametrize("language", CODES)
def test_no_clock_no_person_and_no_machine_is_in_the_package(language: str, write: Write) -> None:
    with zipfile.ZipFile(io.BytesIO(write("docx", golden(language)))) as package:
        members = package.infolist()
    assert members[0].filename == "[Content_Types].xml"
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {(member.create_system, member.extra, member.comment) for member in members} == {(0, b"", b"")}


def test_the_product_made_it_on_the_day_of_issue(write: Write) -> None:
    properties = docx.Document(io.BytesIO(write("docx", golden("fr")))).core_properties
    assert (properties.author, properties.last_modified_by) == ("Intake", "Intake")
    assert properties.title == WORDING["fr"]["title"]
    assert properties.language == "fr"
    assert properties.created == properties.modified == dt.datetime(2020, 6, 12, tzinfo=dt.UTC)
    assert not properties.comments


@pytest.mark.parametrize("language", CODES)
def test_nothing_leads_out_of_the_document(language: str, parts: Open) -> None:
    opened = parts(language)
    relations = [each for name, root in opened.items() if name.endswith(".rels") for each in root]
    assert not [each for each in relations if each.get("TargetMode")]
    assert not [each for each in relations if each.get("Type").endswith(("/hyperlink", "/image", "/attachedTemplate"))]
    links = [each for root in opened.values() for each in root.iter(f"{W}hyperlink")]
    assert links
    assert all(set(link.attrib) == {f"{W}anchor", f"{W}history"} for link in links)


@pytest.mark.parametrize("language", CODES)
def test_only_the_house_has_fields(language: str, parts: Open) -> None:
    opened = parts(language)
    body = opened["word/document.xml"]
    assert [each.text for each in body.iter(f"{W}instrText")] == ['TOC \\o "1-2" \\h \\z']
    assert [each.get(f"{W}fldCharType") for each in body.iter(f"{W}fldChar")] == ["begin", "separate", "end"]
    assert not list(body.iter(f"{W}fldSimple"))
    footer = opened["word/footer1.xml"]
    assert [each.get(f"{W}instr") for each in footer.iter(f"{W}fldSimple")] == [" PAGE ", " NUMPAGES "]


@pytest.mark.parametrize("language", CODES)
def test_hostile_text_is_only_text(language: str, write: Write) -> None:
    read = docx.Document(io.BytesIO(write("docx", golden(language))))
    texts = [paragraph.text for paragraph in read.paragraphs]
    for name in ("markup", "formula", "bidi", "long"):
        assert HOSTILE[name] in texts
    assert "nul bell escape nel" in texts
    assert "line vt ff lone non char tab\tend" in texts


def test_every_style_in_use_is_defined(parts: Open) -> None:
    for language in CODES:
        opened = parts(language)
        defined = {each.get(f"{W}styleId") for each in opened["word/styles.xml"].iter(f"{W}style")}
        named = {
            each.get(f"{W}val")
            for root in opened.values()
            for each in root.iter(f"{W}pStyle", f"{W}tblStyle", f"{W}basedOn", f"{W}next")
        }
        assert named <= defined


def test_styles_have_neither_italics_nor_letter_spacing(parts: Open) -> None:
    for language in CODES:
        styles = parts(language)["word/styles.xml"]
        assert not list(styles.iter(f"{W}i", f"{W}iCs"))
        assert not list(styles.iterfind(f".//{W}rPr/{W}spacing"))


# --- Structure ---


@pytest.mark.parametrize("language", CODES)
def test_headings_are_headings(language: str, write: Write) -> None:
    read = docx.Document(io.BytesIO(write("docx", golden(language))))
    found = [(p.style.name, p.text) for p in read.paragraphs if p.style.name.startswith(("Title", "Heading"))]
    said = WORDING[language]
    assert found[:5] == [
        ("Title", said["title"]),
        ("Heading 1", said["passport"]),
        ("Heading 1", said["people"]),
        ("Heading 1", said["heard"]),
        ("Heading 2", said["question"]),
    ]
    assert ("Heading 3", said["voices"]) in found


def test_the_contents_are_filled_in_and_lead_to_the_headings(parts: Open) -> None:
    body = parts("es")["word/document.xml"]
    field = body.find(f".//{W}sdt")
    links = list(field.iter(f"{W}hyperlink"))
    assert [words(link) for link in links] == [heading.text.text for heading in golden("es").contents()]
    marks = {each.get(f"{W}name"): each.getparent() for each in body.iter(f"{W}bookmarkStart")}
    for link in links:
        assert words(marks[link.get(f"{W}anchor")]) == words(link)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name) for name in marks)
    starts = [each.get(f"{W}id") for each in body.iter(f"{W}bookmarkStart")]
    assert starts == [each.get(f"{W}id") for each in body.iter(f"{W}bookmarkEnd")]
    assert len(set(starts)) == len(starts)


def test_tables_repeat_their_head_and_keep_rows_whole(parts: Open) -> None:
    table = parts("en")["word/document.xml"].findall(f".//{W}tbl")[1]
    rows = table.findall(f"{W}tr")
    assert [on(row, "trPr/tblHeader") for row in rows] == [True, False, False, False]
    assert all(on(row, "trPr/cantSplit") for row in rows)
    facts = parts("en")["word/document.xml"].find(f".//{W}tbl")
    assert not list(facts.iter(f"{W}cantSplit")), "a long answer runs on over the page"
    assert not list(facts.iter(f"{W}trPr")), "the format allows no empty properties"
    assert [words(cell) for cell in rows[1].findall(f"{W}tc")] == [WORDING["en"]["women"], "1,840", "19"]
    assert words(table.getprevious()) == WORDING["en"]["caption"]
    assert style_of(table.getprevious()) == "Caption"
    assert table.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val") == WORDING["en"]["caption"]
    widths = [int(column.get(f"{W}w")) for column in table.iter(f"{W}gridCol")]
    assert sum(widths) == int(table.find(f"{W}tblPr/{W}tblW").get(f"{W}w"))


def test_no_two_tables_touch(parts: Open) -> None:
    """Word makes one table of two that have nothing between them."""
    for table in parts("en")["word/document.xml"].iter(f"{W}tbl"):
        assert table.getnext().tag == f"{W}p"


@pytest.mark.parametrize("language", CODES)
def test_identifier_and_series_stand_on_every_page(language: str, parts: Open) -> None:
    opened = parts(language)
    assert words(opened["word/header1.xml"]).startswith("WG3-2020-06-09/D-2\t")
    lines = [words(line) for line in opened["word/footer1.xml"]]
    assert lines[0] == WORDING[language]["footer"]
    assert lines[-1] == "Page 1 of 1"


# --- Language and direction ---


@pytest.mark.parametrize("language", CODES)
def test_the_document_says_its_language(language: str, parts: Open) -> None:
    opened = parts(language)
    default = opened["word/styles.xml"].find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    theme = opened["word/settings.xml"].find(f"{W}themeFontLang")
    for said in (default, theme):
        assert said.get(f"{W}val") == ("en" if language == "ar" else language), "the language of Latin letters"
        assert said.get(f"{W}bidi") == "ar"
    section = opened["word/document.xml"].find(f"{W}body/{W}sectPr")
    assert on(section, "bidi") == (language == "ar")
    tables = list(opened["word/document.xml"].iter(f"{W}tbl"))
    assert [on(table, "tblPr/bidiVisual") for table in tables] == [language == "ar"] * len(tables)
    normal = opened["word/styles.xml"].find(f"{W}style[@{W}styleId='Normal']")
    assert on(normal, "pPr/bidi") == (language == "ar")


@pytest.mark.parametrize("language", CODES)
def test_every_voice_is_a_paragraph_in_its_own_direction(language: str, parts: Open) -> None:
    body = parts(language)["word/document.xml"]
    for code, text in VOICES.items():
        same = direction_of(code) == direction_of(language)
        for line in text.split("\n"):
            (paragraph,) = paragraphs(body, line)
            assert style_of(paragraph) == ("Quote" if same else "QuoteOpposite")
            assert direction(paragraph, language) == direction_of(code)
            assert set(languages(paragraph)) == {("bidi" if code == "ar" else "val", code)}
        source = paragraph.getnext()
        if code != language:
            assert words(source).endswith(": Awa")
            assert (style_of(source), direction(source, language)) == ("Translated", direction_of(language))
            for line in TRANSLATED[language].split("\n"):
                source = source.getnext()
                assert (words(source), style_of(source)) == (line, "Quote")
            source = source.getnext()
        assert "/T-0" in words(source)
        assert direction(source, language) == direction_of(language)
        alignment = source.find(f"{W}pPr/{W}jc")
        assert alignment is None


def direction(paragraph: etree._Element, language: str) -> str:
    """What a program makes of it: its own word, else that of the document's Normal style."""
    own = paragraph.find(f"{W}pPr/{W}bidi")
    if own is None:
        return direction_of(language)
    return "rtl" if on(paragraph, "pPr/bidi") else "ltr"


def languages(paragraph: etree._Element) -> Iterator[tuple[str, str]]:
    for run in paragraph.iter(f"{W}r"):
        for name, value in run.find(f"{W}rPr/{W}lang").attrib.items():
            yield name.removeprefix(W), value


@pytest.mark.parametrize("language", CODES)
def test_runs_are_right_to_left_where_the_script_is_and_only_there(language: str, parts: Open) -> None:
    opened = parts(language)
    seen = 0
    for name in ("word/document.xml", "word/header1.xml", "word/footer1.xml"):
        for run in opened[name].iter(f"{W}r"):
            text = words(run)
            if on(run, "rPr/rtl"):
                seen += 1
                assert not LATIN.search(text)
            else:
                assert not ARABIC.search(text)
    assert seen


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("plain words", "ltr", [("plain words", False)]),
        ("كلمات", "rtl", [("كلمات", True)]),
        ("", "rtl", []),
        ("12 (34)", "rtl", [("12 (34)", True)]),
        ("قالت UNHCR 2020، ثم", "rtl", [("قالت ", True), ("UNHCR 2020", False), ("، ثم", True)]),
        ("the word سلام عليكم, again", "ltr", [("the word ", False), ("سلام عليكم", True), (", again", False)]),
        ("(WG3-2020/T-1) هنا", "rtl", [("(", True), ("WG3-2020/T-1", False), (") هنا", True)]),
        ("می\u200cخواهم", "rtl", [("می\u200cخواهم", True)]),
    ],
)
def test_text_is_cut_where_its_script_turns(text: str, base: Any, expected: list[tuple[str, bool]]) -> None:
    assert list(stretches(text, base)) == expected
    assert "".join(piece for piece, _ in stretches(text, base)) == text


def test_alignment_in_a_column_of_the_other_direction(parts: Open) -> None:
    """A French name in an Arabic table reads left to right and stands where the column starts."""
    (paragraph,) = paragraphs(parts("ar")["word/document.xml"], "ONG « Étoile »")
    assert direction(paragraph, "ar") == "ltr"
    assert paragraph.find(f"{W}pPr/{W}jc").get(f"{W}val") == "right"


@pytest.mark.parametrize(
    ("language", "base", "line"), [("ar", "rtl", "One line of many."), ("en", "ltr", "سطر من عدة أسطر.")]
)
def test_prose_in_a_column_starts_where_its_own_language_does(language: str, base: Any, line: str) -> None:
    other = "en" if language == "ar" else "ar"
    for made in Setter(base).paragraphs_in_column("Table Text", Text(f"{line}\n{line * 5}", other)):
        assert direction(made, language) == direction_of(other)
        assert made.find(f"{W}pPr/{W}jc") is None


@pytest.mark.parametrize("code", ["5e" * 32, "1 / 6c05a5c931a7", "WG3-2020-06-09/D-2"])
def test_a_code_is_one_run_left_to_right_where_the_column_starts(code: str) -> None:
    (made,) = Setter("rtl").paragraphs_in_column("Table Text", Text(code, UNDETERMINED))
    (run,) = made.iter(f"{W}r")
    assert words(run) == code
    assert not on(run, "rPr/rtl")
    assert run.find(f"{W}rPr/{W}lang") is None, "Word knows no undetermined language"
    assert direction(made, "ar") == "ltr"
    assert made.find(f"{W}pPr/{W}jc").get(f"{W}val") == "right"


@pytest.mark.parametrize("language", CODES)
def test_a_line_in_several_languages_has_runs_of_each(language: str) -> None:
    line = Line((Text("جمعية نخلة", "ar"), Text(", ", language), Text("Amal", UNDETERMINED)), language)
    setter = Setter(direction_of(language))
    made = setter.paragraph("List Bullet", line)
    assert direction(made, language) == direction_of(language)
    name, *_between, latin = made.iter(f"{W}r")
    assert (words(name), on(name, "rPr/rtl")) == ("جمعية نخلة", True)
    assert name.find(f"{W}rPr/{W}lang").attrib == {f"{W}bidi": "ar"}
    assert (words(latin), on(latin, "rPr/rtl"), latin.find(f"{W}rPr/{W}lang")) == ("Amal", False, None)


# --- As its readers open it ---


@pytest.mark.parametrize("language", CODES)
def test_libreoffice_opens_it_with_every_word(
    language: str, write: Write, soffice: Soffice, poppler: Poppler, tmp_path: Path
) -> None:
    file = tmp_path / "digest.docx"
    file.write_bytes(write("docx", golden(language)))
    pdf = soffice.convert(file, "pdf", tmp_path)
    read = _letters(poppler.text(pdf))
    for text in (*WORDING[language].values(), *VOICES.values()):
        assert _letters(text) <= read, text
    assert "WG3-2020-06-09/T-019" in poppler.text(pdf)


def _letters(text: str) -> set[str]:
    """Words as a page of PDF gives them back: vowel marks are drawn apart from their letters, so not those."""
    return {
        word for word in re.findall(r"[\w\u064b-\u0652]{2,}", unicodedata.normalize("NFKC", text)) if word.isalnum()
    }
