"""Word documents of strangers: what the format does not know, or nobody sees, does not come along."""

from __future__ import annotations

import io
import re
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from lxml import etree
from PIL import Image

from intake.foundation.files.bookmarks import Bookmarks
from intake.foundation.files.instructions import Instructions
from intake.foundation.files.kinds import Found, Refusal, Refused
from intake.foundation.files.word_format import Styles, kept_value
from intake.foundation.files.workshop import clean
from tests.foundation.test_files import (
    MARK,
    RELATIONS,
    SECRET,
    STORY,
    STORY_NAMES,
    TYPES,
    field,
    instead_of_the_words,
    paragraph,
    photograph,
    piece,
    put,
    replaced,
    story_of,
    with_body,
    word,
)
from tests.provision.documents import Poppler, Soffice

OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MICROSOFT = b"http://schemas.microsoft.com/office/2011/relationships/"
MC = b'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
WPS = b'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
DRAWING = b'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
PLACED = b'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
VML = b'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
BOX = (
    b"<mc:AlternateContent " + MC + b'><mc:Choice Requires="wps" ' + WPS + b"><w:drawing><wp:inline " + PLACED
    + b'><wp:extent cx="2000000" cy="600000"/><wp:docPr id="7" name="%s"/><a:graphic ' + DRAWING
    + b'><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
    + b'<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="600000"/></a:xfrm>'
    + b'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:t>In a box'
    + b"</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>"
    + b"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape " + VML + b"><v:textbox><w:txbxContent><w:p><w:r><w:t>"
    + b"%s</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>"
).replace(b"%s", SECRET)  # fmt: skip


def members(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def marked(body: bytes) -> list[str]:
    """The parts that hold the marker, or are named after it."""
    return [name for name, data in members(body).items() if SECRET in data or SECRET.decode() in name]


def related(kind: bytes, target: bytes, *, identity: bytes = b"rId90", mode: bytes = b"") -> Callable[..., None]:
    told = b' TargetMode="' + mode + b'"' if mode else b""
    one = b'<Relationship Id="%b" Type="%b" Target="%b"%b/></Relationships>' % (identity, kind, target, told)
    return replaced(RELATIONS, b"</Relationships>", one)


def together(*changes: Callable[[dict[str, bytes]], None]) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        for each in changes:
            each(parts)

    return change


def named_after_it(parts: dict[str, bytes]) -> None:
    """The picture in the document, its relation and its part called by the marker."""
    picture = next(name for name in parts if name.startswith("word/media/"))
    named = f"word/media/{SECRET.decode()}.jpg"
    parts[named] = parts.pop(picture)
    parts[RELATIONS] = parts[RELATIONS].replace(
        picture.removeprefix("word/").encode(), named.removeprefix("word/").encode()
    )
    identity = re.search(rb'r:embed="(\w+)"', parts[STORY])[1]  # type: ignore[index]
    parts[STORY] = parts[STORY].replace(b'r:embed="' + identity, b'r:embed="' + SECRET)
    parts[RELATIONS] = parts[RELATIONS].replace(b'Id="' + identity + b'"', b'Id="' + SECRET + b'"')


MARKED_PART = b"<x>" + SECRET + b"</x>"
NOTES = (
    b'<w:footnotes xmlns:w="' + STORY_NAMES + b'"><w:footnote w:id="1"><w:p>' + piece(b"seen below")
    + b'</w:p></w:footnote><w:footnote w:id="2"><w:p>' + piece(SECRET) + b"</w:p></w:footnote></w:footnotes>"
)  # fmt: skip
HEADER = b'<w:hdr xmlns:w="' + STORY_NAMES + b'"><w:p>' + piece(SECRET) + b"</w:p></w:hdr>"
MATHS = b'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
LISTS = (
    b'<w:numbering xmlns:w="'
    + STORY_NAMES
    + b'"><w:abstractNum w:abstractNumId="70"><w:lvl w:ilvl="0"><w:lvlText w:val="'
    b'%b %%1"/></w:lvl><w:lvl w:ilvl="1"><w:lvlText w:val="%b(%%2)"/></w:lvl></w:abstractNum><w:num w:numId="70">'
    b'<w:abstractNumId w:val="70"/><w:lvlOverride w:ilvl="2"><w:lvl w:ilvl="2"><w:lvlText w:val="%b"/></w:lvl>'
    b"</w:lvlOverride></w:num></w:numbering>"
)


def formula(made: bytes) -> Callable[[dict[str, bytes]], None]:
    """A formula in which a piece says the marker."""
    words = made % (b"<m:r><m:t>" + SECRET + b"</m:t></m:r>")
    return instead_of_the_words(b"<w:t>a</w:t></w:r><m:oMath " + MATHS + b">" + words + b"</m:oMath><w:r>")


def merged(upper: bytes, lower: bytes) -> bytes:
    """A table of two cells, of which the lower one says the marker."""
    cells = (b"<w:tc><w:tcPr>%b</w:tcPr><w:p>%b</w:p></w:tc>" % each for each in ((upper, b""), (lower, piece(SECRET))))
    return b"<w:tbl>" + b"".join(b"<w:tr>" + cell + b"</w:tr>" for cell in cells) + b"</w:tbl>"


CARRIERS: dict[str, Callable[[dict[str, bytes]], None]] = {
    "tasks": together(
        put("word/documenttasks/documenttasks1.xml", MARKED_PART),
        related(MICROSOFT + b"documenttasks", b"documenttasks/documenttasks1.xml"),
    ),
    "labels": put("docMetadata/LabelInfo.xml", MARKED_PART),
    "recipients": together(
        put("word/recipientData.xml", MARKED_PART), related(OFFICE + b"recipientData", b"recipientData.xml")
    ),
    "extensions": put("word/webextensions/webextension1.xml", MARKED_PART),
    "what was thought of it": together(
        put("word/intelligence2.xml", MARKED_PART), related(MICROSOFT + b"intelligence", b"intelligence2.xml")
    ),
    "data": put("customXml/item9.xml", MARKED_PART),
    "people": together(put("word/people.xml", MARKED_PART), related(MICROSOFT + b"people", b"people.xml")),
    "settings of pages": together(
        put("word/webSettings2.xml", MARKED_PART), related(OFFICE + b"webSettings", b"webSettings2.xml")
    ),
    "a part nobody points to": put("word/header9.xml", HEADER),
    "a part named after somebody": put("word/" + SECRET.decode() + ".xml", MARKED_PART),
    "an address nobody points to": related(OFFICE + b"hyperlink", b"mailto:" + SECRET, mode=b"External"),
    "a path nobody points to": related(OFFICE + b"hyperlink", b"file:///C:/" + SECRET, mode=b"External"),
    "a picture nobody points to": together(
        put("word/media/image9.jpg", photograph()), related(OFFICE + b"image", b"media/image9.jpg")
    ),
    "names of a picture": named_after_it,
    "a type": replaced(TYPES, b"</Types>", b'<Default Extension="x" ContentType="a/' + SECRET + b'"/></Types>'),
    "an unknown element": instead_of_the_words(b"<w:t>a</w:t></w:r><w:r><w:unknown>" + SECRET + b"</w:unknown>"),
    "an unknown attribute": instead_of_the_words(b'<w:t w:unknown="' + SECRET + b'">a</w:t>'),
    "an unknown value": instead_of_the_words(b'<w:br w:type="' + SECRET + b'"/><w:t>a</w:t>'),
    "an unknown namespace": instead_of_the_words(b'<w:t>a</w:t><x:y xmlns:x="' + SECRET + b'">' + SECRET + b"</x:y>"),
    "a prefix": instead_of_the_words(b'<w:t xmlns:' + SECRET[:6] + b'="' + SECRET + b'">a</w:t>'),
    "text beside the elements": instead_of_the_words(b"<w:t>a</w:t>" + SECRET),
    "deleted text": instead_of_the_words(b"<w:t>a</w:t><w:delText>" + SECRET + b"</w:delText>"),
    "words among properties": instead_of_the_words(b"<w:rPr><w:t>" + SECRET + b"</w:t></w:rPr><w:t>a</w:t>"),
    "an identifier of Word": instead_of_the_words(
        b'<w:t xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" w14:paraId="' + SECRET + b'">a</w:t>'
    ),
    "a tag of another program": instead_of_the_words(
        b'<w:t>a</w:t></w:r><w:smartTag w:uri="' + SECRET + b'" w:element="x"><w:r><w:t>b</w:t></w:r></w:smartTag><w:r>'
    ),
    "what old programs draw instead": instead_of_the_words(BOX),
    "a style": with_body(styles=b'<w:style w:styleId="%b"><w:name w:val="%b"/></w:style>' % (SECRET, SECRET)),
    "a note nobody points to": together(
        put("word/footnotes.xml", NOTES), related(OFFICE + b"footnotes", b"footnotes.xml"),
        instead_of_the_words(b'<w:t>a</w:t><w:footnoteReference w:id="1"/>'),
    ),
    "a header of no page": together(
        put("word/header1.xml", HEADER), related(OFFICE + b"header", b"header1.xml"),
        replaced(STORY, b"<w:pgSz", b'<w:headerReference w:type="even" r:id="rId90"/><w:pgSz'),
    ),
    "a field told something": instead_of_the_words(
        b'<w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText><w:t>' + SECRET
        + b'</w:t><w:fldChar w:fldCharType="separate"/><w:t>7</w:t><w:fldChar w:fldCharType="end"/>'
    ),
    "a phantom of a formula": formula(b'<m:phant><m:phantPr><m:show m:val="0"/></m:phantPr><m:e>%b</m:e></m:phant>'),
    "a limit of a sum that is not shown": formula(
        b'<m:nary><m:naryPr><m:subHide m:val="1"/></m:naryPr><m:sub>%b</m:sub><m:sup/><m:e/></m:nary>'
    ),
    "the degree of a root that is not shown": formula(
        b'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg>%b</m:deg><m:e/></m:rad>'
    ),
    "a drawing that is not shown": instead_of_the_words(
        b"<w:t>a</w:t>" + BOX.replace(b'<wp:docPr id="7"', b'<wp:docPr hidden="1" id="7"').replace(b"In a box", SECRET)
    ),
    "a shape that is not shown": instead_of_the_words(
        b"<w:t>a</w:t>"
        + BOX.replace(b"<wps:cNvSpPr", b'<wps:cNvPr id="1" name="a" hidden="true"/><wps:cNvSpPr').replace(
            b"In a box", SECRET
        )
    ),
    "an old drawing that is not shown": instead_of_the_words(
        b"<w:t>a</w:t><w:pict><v:shape " + VML + b' style="width:9pt;visibility:hidden"><v:textbox><w:txbxContent><w:p>'
        + piece(SECRET) + b"</w:p></w:txbxContent></v:textbox></v:shape></w:pict>"
    ),
    "words along no line": instead_of_the_words(
        b"<w:t>a</w:t><w:pict><v:shape " + VML + b'><v:textpath on="f" string="' + SECRET + b'"/></v:shape></w:pict>'
    ),
    "what separates notes": together(
        put("word/footnotes.xml", NOTES.replace(b'w:id="2"', b'w:type="continuationNotice" w:id="2"')),
        related(OFFICE + b"footnotes", b"footnotes.xml"),
    ),
    "a level of a list that nobody uses": put("word/numbering.xml", LISTS % (SECRET, b"", SECRET)),
    "what was not chosen from a list": instead_of_the_words(
        b'<w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="' + SECRET
        + b'"/><w:listEntry w:val="chosen"/></w:ddList></w:ffData></w:fldChar><w:instrText>FORMDROPDOWN</w:instrText>'
        + MARK % b"separate" + MARK % b"end"
    ),
    "a cell under another one": with_body(merged(b'<w:vMerge w:val="restart"/>', b"<w:vMerge/>")),
    "a language": instead_of_the_words(b'<w:rPr><w:lang w:val="SE-%b"/></w:rPr><w:t>a</w:t>' % SECRET),
    "the style of an old drawing": instead_of_the_words(
        b"<w:pict><v:rect " + VML + b' id="%b" style="width:9pt;%b:x" o:gfxdata="%b" path="%b"/></w:pict>'
        % (SECRET, SECRET, SECRET, SECRET)
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CARRIERS)
def test_what_the_format_does_not_know_or_nobody_sees_does_not_come_along(what: str) -> None:
    original = word(CARRIERS[what])
    assert marked(original)
    kept = clean(original, "a.docx").body
    assert not marked(kept)
    assert len(docx.Document(io.BytesIO(kept)).inline_shapes) >= 1


def test_only_what_the_text_leads_to_is_kept_under_names_that_say_nothing() -> None:
    assert set(members(clean(word(CARRIERS["names of a picture"]), "a.docx").body)) == {
        "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml",
        "word/settings.xml", "word/fontTable.xml", "word/numbering.xml", "word/theme/theme1.xml",
        "word/media/image1.jpeg",
    }  # fmt: skip


@pytest.mark.parametrize("upper", [b"", b'<w:gridSpan w:val="2"/>', b"<w:vMerge/>"])
def test_a_cell_that_only_says_it_goes_on_is_seen(upper: bytes) -> None:
    assert marked(clean(word(with_body(merged(upper, b"<w:vMerge/>"))), "a.docx").body) == [STORY]


def test_words_of_a_level_that_is_used_stay() -> None:
    used = b'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="70"/></w:numPr></w:pPr></w:p>'
    lists = put("word/numbering.xml", LISTS % (b"Article", b"Annex ", b"Elm Road"))
    kept = members(clean(word(together(lists, with_body(used))), "a.docx").body)["word/numbering.xml"]
    assert re.findall(rb'lvlText w:val="([^"]*)"', kept) == [b"Article %1", b"%2", b""]


def test_words_that_were_left_out_are_told() -> None:
    assert Found.HIDDEN in clean(word(CARRIERS["deleted text"]), "a.docx").found


LINK = b'<w:t>a</w:t></w:r><w:hyperlink r:id="rId92"><w:r><w:t>%s</w:t></w:r></w:hyperlink><w:r>'


@pytest.mark.parametrize(
    ("target", "shown", "is_kept"),
    [
        (b"mailto:" + SECRET + b"@example.org", b"write to us", False),
        (b"mailto:us@example.org?subject=" + SECRET, b"us@example.org", False),
        (b"mailto:us@example.org", b"us@example.org", True),
        (b"https://example.org/" + SECRET, b"our report", False),
        (b"https://www.example.org/report/", b"Example.org/report", True),
        (b"HTTPS://example.org", b"example.org", True),
        (b"HTTPS://example.org/" + SECRET, b"our report", False),
        (b"tel:" + SECRET, b"call us", False),
        (b"ftp://example.org/" + SECRET, b"our report", False),
        (b"file:///C:/Users/" + SECRET, b"our report", False),
        (b"www.example.org/" + SECRET, b"our report", False),
        (SECRET + b".docx", b"annex", False),
        (b"#" + SECRET, b"above", False),
        (b"javascript:" + SECRET, b"press here", False),
    ],
)
def test_an_address_that_a_link_does_not_show_is_gone_and_told(target: bytes, shown: bytes, is_kept: bool) -> None:
    leads = related(OFFICE + b"hyperlink", target, identity=b"rId92", mode=b"External")
    kept = clean(word(together(leads, instead_of_the_words(LINK % shown))), "a.docx")
    parts = members(kept.body)
    assert (Found.LINKS in kept.found) is not is_kept
    assert any(target in part for part in parts.values()) is is_kept
    assert shown in parts[STORY]
    assert is_kept or not marked(kept.body)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("image(1).png", "image(1).png"), ("Foto från Åsa.png", "Foto från Åsa.png"), ("صورة.png", "صورة.png"),
        ("image 1.png", "image%201.png"), ("image%201.png", "image%201.png"), ("a+b,c&'~.png", "a+b,c&amp;'~.png"),
    ],
)  # fmt: skip
def test_a_picture_may_be_called_anything(name: str, called: str) -> None:
    def change(parts: dict[str, bytes]) -> None:
        picture = next(name for name in parts if name.startswith("word/media/"))
        parts[f"word/media/{name}"] = parts.pop(picture)
        replaced(RELATIONS, picture.removeprefix("word/").encode(), f"media/{called}".encode())(parts)

    kept = clean(word(change), "a.docx").body
    assert [name for name in members(kept) if "media" in name] == ["word/media/image1.jpeg"]
    assert len(docx.Document(io.BytesIO(kept)).inline_shapes) == 1


def test_what_a_printer_was_told_is_left_out() -> None:
    assert not marked(clean(word(put("word/printerSettings/printerSettings1.bin", SECRET)), "a.docx").body)


def test_an_address_that_a_field_does_not_show_is_gone() -> None:
    kept = clean(word(instead_of_the_words(field(b'HYPERLINK "mailto:' + SECRET + b'"', shown=b"us"))), "a.docx")
    assert not marked(kept.body)
    assert b">us<" in members(kept.body)[STORY]


SPANISH = """\\@ "d' de 'MMMM' de 'yyyy\""""


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (" PAGE ", "PAGE"), (r"page\* MERGEFORMAT", r"PAGE \* MERGEFORMAT"), ("PAGE at 12 Elm Road", None),
        (r"PAGE \* Elm", None), (r"PAGE \# Elm", None), ("PAGE\n", "PAGE"), ("PAGER", None), ("", None),
        ("= 1 + 1", None),
        (r' TOC \o "1-3" \h \z \u ', r'TOC \o "1-3" \h \z \u'), (r"TOC \f jane", None),
        (r"TOC \f C \l 1-4", r"TOC \f C \l 1-4"),
        (r'TOC \h \z \t "House,2,Unknown,1"', r'TOC \h \z \t "Style 1,2"'), (r'TOC \t "Elm Road"', "TOC"),
        (r'TOC \h \z \c "Figure"', r'TOC \h \z \c "Figure"'),
        (r"SEQ Figure \* ARABIC", r"SEQ Figure \* ARABIC"), ("SEQ Équation", "SEQ Équation"), ("SEQ شكل", "SEQ شكل"),
        ("SEQ Jane_Doe_A1234567", "SEQ Series1"), (r"SEQ Table \s 1 \r 2", r"SEQ Table \s 1 \r 2"),
        ('STYLEREF "House"', 'STYLEREF "Style 1"'), ('STYLEREF "heading 1"', 'STYLEREF "heading 1"'),
        (r"STYLEREF 1 \s", r"STYLEREF 1 \s"), ('STYLEREF "Jane Doe"', None),
        (r"PAGEREF _Toc12 \h", r"PAGEREF _Toc12 \h"), (r'REF Jane \d "-" \w', r'REF b1 \d "-" \w'),
        ("REF Jane Doe", None),
        (r'HYPERLINK \l "Jane"', r'HYPERLINK \l "b1"'), ('HYPERLINK "https://elm.example/"', None),
        (r'HYPERLINK \l "Jane" \o "Elm Road" \t "_blank"', r'HYPERLINK \l "b1"'),
        (r'DATE \@ "d MMMM yyyy"', r'DATE \@ "d MMMM yyyy"'), (f"DATE {SPANISH} ", f"DATE {SPANISH}"),
        (r'TIME \@ "h:mm am/pm"', r'TIME \@ "h:mm am/pm"'), (r"""DATE \@ "'Elm Road'" """, None),
        (r'SYMBOL 252 \f "Wingdings" \s 10', r'SYMBOL 252 \f "Wingdings" \s 10'), (r'SYMBOL 252 \f "Elm"', None),
        ("SYMBOL Elm", None),
        (r"EQ \f(1;2)", None), ("EQ Elm Road (1)", None),
        ("FORMTEXT", "FORMTEXT"), ("FORMTEXT Elm", None), ('QUOTE "Elm"', None), ('XE "Elm"', None), ("PAGE \\", None),
    ],
)  # fmt: skip
def test_a_field_is_told_what_its_code_knows_and_nothing_else(told: str, written: str | None) -> None:
    styles = Styles([("a", "House"), ("b", "heading 1")])
    assert Instructions(Bookmarks(), styles).written(told) == written


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (r" EQ \f(1;2) ", "(1;2)"), (r"EQ \o\al(\s\up9(a),b)", "((a),b)"),
        (r"eq \* jc2 \* hps16 \o(\s\up 9(a),b)", "((a),b)"),
        (r"EQ \b\lc\[\rc\](x)", "(x)"), (r"EQ \f(1\,5;\(2)", "(1,5;(2)"), (r"EQ \x(1), \x(2)", "(1), (2)"),
        ("EQ Elm Road (1)", ""), ("EQ (1) Elm Road", ""), (r"EQ \q(Elm Road)", ""), (r"EQ \x(\q(Elm Road))", ""),
        (r"EQ \s\up999(Elm Road)", ""), ("EQ Elm Road", ""), ("EQ (Elm", ""), ("EQ Elm)", ""), ("EQ )(", ""),
        ("EQ", ""),
        (f"EQ ({'a' * 1_000})", ""), ("EQUAL (1)", ""), ("PAGE", ""),
    ],
)  # fmt: skip
def test_a_formula_in_the_old_way_shows_its_words_to_everybody(told: str, shown: str) -> None:
    assert Instructions(Bookmarks(), Styles([])).shown(told) == shown


EQUATION = rb"EQ \f(1;" + SECRET + b")"
SIMPLE_EQUATION = b"</w:r><w:fldSimple w:instr='" + EQUATION + b"'/><w:r>"


@pytest.mark.parametrize("written", [MARK % b"begin" + b"<w:instrText>" + EQUATION + b"</w:instrText>" + MARK % b"end",
                                     SIMPLE_EQUATION])  # fmt: skip
def test_the_words_of_a_formula_are_no_instruction_afterwards(written: bytes) -> None:
    kept = clean(word(instead_of_the_words(b"<w:t>a</w:t>" + written + b"<w:t>b</w:t>")), "a.docx")
    story = etree.fromstring(members(kept.body)[STORY])
    assert [one.text for one in story.iter("{*}t")] == ["a", "(1;" + SECRET.decode() + ")", "b"]
    assert not [*story.iter("{*}instrText", "{*}fldSimple", "{*}fldChar")]
    assert Found.FIELDS in kept.found


def in_one_paragraph(*pieces: bytes) -> bytes:
    """Many pieces in one paragraph, not packed, so that they are no bomb."""
    parts = members(word(instead_of_the_words(b"</w:r>" + b"".join(pieces) + b"<w:r>")))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return written.getvalue()


RUN = b"<w:r>%b</w:r>"
TOLD = MARK % b"begin" + b"<w:instrText>PAGE</w:instrText>" + MARK % b"separate"
SHOWN = b"<w:t>9</w:t>"


@pytest.mark.parametrize(
    "pieces",
    [
        (RUN % (TOLD * 20_000), RUN % (SHOWN * 20_000), RUN % (MARK % b"end" * 20_000)),
        (b'<w:fldSimple w:instr="PAGE Elm">' + RUN % SHOWN + b"</w:fldSimple>",) * 60_000,
        (RUN % SHOWN,) * 80_000,
        (RUN % (b"<w:rPr><w:vanish/></w:rPr>" + SHOWN) + b"a tail of the piece",) * 60_000,
        (b'<w:fldSimple w:instr="EQ ' + b"(" * 490 + b")" * 490 + b'"/>',) * 8_000,
    ],
    ids=["fields in each other", "fields that go", "runs", "hidden runs", "formulas"],
)
def test_a_paragraph_with_very_much_in_it_is_cleaned_in_time(
    pieces: tuple[bytes, ...],
) -> None:
    body = in_one_paragraph(*pieces)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert clean(body, "a.docx").kind.name == "docx"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 8


@pytest.mark.parametrize(("told", "written"), [(b"SEQ Elm_Road", "SEQ Series1"), (b"PAGE Elm_Road", None)])
def test_a_field_that_says_more_leaves_what_it_showed(told: bytes, written: str | None) -> None:
    simple = b'<w:t>a</w:t></w:r><w:fldSimple w:instr="%b"><w:r><w:t>9</w:t></w:r></w:fldSimple><w:r>' % told
    for each in (field(told, shown=b"9"), simple):
        kept = clean(word(instead_of_the_words(each)), "a.docx")
        story = etree.fromstring(members(kept.body)[STORY])
        instructions = [one.text for one in story.iter("{*}instrText")]
        instructions += [one.attrib.values()[0] for one in story.iter("{*}fldSimple")]
        assert instructions == ([] if written is None else [written])
        assert (Found.FIELDS in kept.found) is (written is None)
        assert "9" in [one.text for one in story.iter("{*}t")]


def test_a_field_that_is_told_twice_leaves_what_it_showed() -> None:
    twice = (
        b'<w:t>a</w:t></w:r><w:fldSimple w:instr="PAGE" instr="' + SECRET + b'">' + piece(b"9") + b"</w:fldSimple><w:r>"
    )
    assert not marked(clean(word(instead_of_the_words(twice)), "a.docx").body)


@pytest.mark.parametrize(
    "told",
    [
        field(b"PAGE ", shown=SECRET) + b"<w:instrText>PAGE</w:instrText>", b"<w:t>" + SECRET + b"</w:t>",
        b'<w:sym w:font="' + SECRET + b'" w:char="F0FC"/>', BOX,
        b"</w:r><w:fldSimple w:instr='PAGE'><w:r><w:t>" + SECRET + b"</w:t></w:r></w:fldSimple><w:r>",
        b"</w:r><w:fldSimple w:instr='EQ (" + SECRET + b")'/><w:r>", field(b"EQ (" + SECRET + b")"),
    ],
)  # fmt: skip
def test_what_stands_where_a_field_is_told_what_to_do_is_gone(told: bytes) -> None:
    written = (
        MARK % b"begin" + b"<w:instrText>REF Jane </w:instrText>" + told + MARK % b"separate" + b"<w:t>shown</w:t>"
        + MARK % b"end" + b"<w:t>after</w:t>"
    )  # fmt: skip
    kept = members(clean(word(instead_of_the_words(written)), "a.docx").body)[STORY]
    assert not [each for each in (SECRET, b"In a box", b"F0FC") if each in kept]
    assert [one.text for one in etree.fromstring(kept).iter("{*}t")] == ["shown", "after"]


def test_a_table_of_contents_keeps_its_levels(tmp_path: Path, soffice: Soffice, poppler: Poppler) -> None:
    contents = field(rb'TOC \o "1-3" \h \z \u', shown=b"What we saw 1")
    (tmp_path / "kept.docx").write_bytes(
        clean(word(with_body(paragraph(b"<w:r>" + contents + b"</w:r>"))), "a.docx").body
    )
    assert rb'TOC \o "1-3" \h \z \u' in members((tmp_path / "kept.docx").read_bytes())[STORY]
    assert "What we saw 1" in poppler.text(soffice.convert(tmp_path / "kept.docx", "pdf", tmp_path), "-layout")


def halves() -> bytes:
    held, written = Image.new("RGB", (200, 100), (10, 200, 30)), io.BytesIO()
    held.paste((250, 10, 10), (100, 0, 200, 100))
    held.save(written, "JPEG", quality=95)
    return written.getvalue()


@pytest.mark.parametrize("written", [b'<a:srcRect r="50000"/>', b'<a:srcRect r="50%"/>'])
def test_the_half_of_a_picture_that_is_cut_off_is_gone(written: bytes) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts[next(name for name in parts if name.startswith("word/media/"))] = halves()
        replaced(STORY, b"<a:stretch>", written + b"<a:stretch>")(parts)

    kept = members(clean(word(change), "a.docx").body)
    with Image.open(io.BytesIO(kept["word/media/image1.jpeg"])) as image:
        assert image.size == (100, 100)
        assert image.convert("RGB").getextrema()[0][1] < 60
    assert b"srcRect" not in kept[STORY]


def test_the_half_of_a_picture_that_an_old_drawing_cuts_off_is_gone() -> None:
    identity = re.search(rb'r:embed="(\w+)"', story_of(word()))[1]  # type: ignore[index]
    drawn = (
        b"<w:pict><v:shape " + VML + b'><v:imagedata r:id="' + identity + b'" cropright="32768f"/></v:shape></w:pict>'
    )

    def change(parts: dict[str, bytes]) -> None:
        parts[next(name for name in parts if name.startswith("word/media/"))] = halves()
        instead_of_the_words(drawn)(parts)

    kept = members(clean(word(change), "a.docx").body)
    sizes = {Image.open(io.BytesIO(kept[name])).size for name in kept if name.startswith("word/media/")}
    assert sizes == {(100, 100), (200, 100)}  # the other one is shown whole elsewhere
    assert b"crop" not in kept[STORY]


def test_a_diagram_that_would_be_lost_is_refused() -> None:
    chart = b'<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>'
    drawn = (
        b"<w:drawing><wp:inline " + PLACED + b"><a:graphic " + DRAWING + b"><a:graphicData>" + chart
        + b"</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        clean(word(instead_of_the_words(drawn)), "a.docx")
    assert refused.value.why is Refusal.DRAWN


def as_word_on_the_web_saves_it(parts: dict[str, bytes]) -> None:
    """The part with the text under another name, which only the relation of the archive tells."""
    for name in list(parts):
        parts[name.replace("/document.xml", "/document2.xml")] = parts.pop(name)
    replaced("_rels/.rels", b"word/document.xml", b"word/document2.xml")(parts)
    replaced(TYPES, b"/word/document.xml", b"/word/document2.xml")(parts)


def test_the_text_is_found_whatever_its_part_is_called() -> None:
    kept = members(clean(word(as_word_on_the_web_saves_it), "a.docx").body)
    assert b"What happened." in kept[STORY]
    assert not [name for name in kept if "document2" in name]
    assert b"document2" not in b"".join(kept.values())
    assert "word/media/image1.jpeg" in kept


def whole_document() -> bytes:
    """A document with all that people use."""
    document, written = docx.Document(), io.BytesIO()
    document.add_heading("What we saw", level=1)
    document.add_paragraph("First point", style="List Bullet")
    document.add_paragraph("Second point", style="List Number")
    table = document.add_table(rows=2, cols=2, style="Table Grid")
    table.cell(0, 0).text, table.cell(1, 1).text = "Upper cell", "Lower cell"
    document.sections[0].header.paragraphs[0].text = "Above each page"
    document.sections[0].footer.paragraphs[0].text = "Below each page"
    document.add_paragraph("").add_run("Bold words").bold = True
    document.add_paragraph("قلنا ما حدث")
    document.add_picture(io.BytesIO(photograph()))
    document.add_paragraph("What happened.")
    document.save(written)
    parts = members(written.getvalue())
    together(
        put("word/footnotes.xml", NOTES), related(OFFICE + b"footnotes", b"footnotes.xml", identity=b"rId91"),
        related(OFFICE + b"hyperlink", b"https://example.org/", identity=b"rId92", mode=b"External"),
        instead_of_the_words(
            b'<w:t>What happened.</w:t><w:footnoteReference w:id="1"/></w:r><w:hyperlink r:id="rId92"><w:r><w:t>a link'
            b"</w:t></w:r></w:hyperlink><w:r>",),
        with_body(paragraph(b"<w:r>" + BOX + b"</w:r>")),
    )(parts)  # fmt: skip
    kinds = parts[TYPES].replace(
        b"</Types>",
        b'<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'wordprocessingml.footnotes+xml"/></Types>',
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name, data in (parts | {TYPES: kinds}).items():
            packed.writestr(name, data)
    return written.getvalue()


SEEN = (
    "What we saw", "First point", "Second point", "Upper cell", "Lower cell", "Above each page", "Below each page",
    "Bold words", "What happened.", "seen below", "a link", "In a box",
)  # fmt: skip


def test_a_document_looks_in_libreoffice_as_it_did(tmp_path: Path, soffice: Soffice, poppler: Poppler) -> None:
    texts = []
    for name, body in (("before", whole_document()), ("after", clean(whole_document(), "a.docx").body)):
        (tmp_path / f"{name}.docx").write_bytes(body)
        texts.append(poppler.text(soffice.convert(tmp_path / f"{name}.docx", "pdf", tmp_path), "-layout"))
    assert texts[0] == texts[1]
    assert not [words for words in SEEN if words not in texts[1]]


def test_a_document_as_libreoffice_writes_it_is_kept(tmp_path: Path, soffice: Soffice, poppler: Poppler) -> None:
    (tmp_path / "one.docx").write_bytes(whole_document())
    (tmp_path / "again").mkdir()
    body = soffice.convert(tmp_path / "one.docx", "docx", tmp_path / "again").read_bytes()
    (tmp_path / "kept.docx").write_bytes(clean(body, "a.docx").body)
    text = poppler.text(soffice.convert(tmp_path / "kept.docx", "pdf", tmp_path), "-layout")
    assert not [words for words in SEEN if words not in text]
    assert len(docx.Document(tmp_path / "kept.docx").inline_shapes) >= 1


@pytest.mark.parametrize("attribute", ["path", "adj", "style", "strokeweight"])
def test_a_value_that_is_long_is_judged_at_once(attribute: str) -> None:
    assert not kept_value("v:shape", attribute, "1" * 50_000 + "§")
    assert not kept_value("v:f", "eqn", "sum 1 " * 10_000 + "§")
