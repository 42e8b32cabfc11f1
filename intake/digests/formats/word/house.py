"""The house template of Word documents: styles, fonts, page and settings for one language.

Built with python-docx from its own empty document, of which nothing visible stays.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import docx
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.rel import Relationships
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Twips
from lxml import etree

from intake.foundation.languages import CODES, Direction, direction_of

from .styles import ARABIC_FONT, INDENT, LATIN_FONT, PAGE_HEIGHT, PAGE_WIDTH, SIDE, default_languages, styles

# Where the first choice is missing, the first of these that is there stands in.
_OTHER_NAMES = {
    LATIN_FONT: "Carlito,Noto Sans,Segoe UI",
    ARABIC_FONT: "Noto Sans Arabic,Sakkal Majalla,Arial",
}

OWN_PARTS = ("docProps/core.xml", "word/header1.xml", "word/footer1.xml", "word/document.xml")
"""Parts that say something about one document; the template leaves them out."""

# Parts of python-docx's empty document that say who made it or serve other programs.
_UNWANTED = (
    RT.THEME,
    RT.CUSTOM_XML,
    RT.WEB_SETTINGS,
    RT.THUMBNAIL,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
)


@dataclass(frozen=True, slots=True)
class Template:
    """``parts``: name and bytes of everything common to all documents of a language, in package order.

    ``section`` is the ``w:sectPr`` that closes the body: page, margins, header and footer.
    """

    parts: tuple[tuple[str, bytes], ...]
    section: bytes


@lru_cache(maxsize=len(CODES))
def house_template(language: str) -> Template:
    """The template for documents in interface language ``language``, built once."""
    document = docx.Document()
    _drop_unwanted(document.part.rels)
    _drop_unwanted(document.part.package.rels)
    direction = direction_of(language)
    _refill(document.styles.element, styles(language, direction))
    _refill(document.settings.element, _settings(language, direction))
    _refill(document.part.numbering_part.element, _numbering())
    _set_page(document.sections[0])
    section = _section_properties(document.element.body.sectPr, direction)
    saved = io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as package:
        parts = {name: package.read(name) for name in package.namelist() if name not in OWN_PARTS}
    parts["word/fontTable.xml"] = _font_table()
    parts["docProps/app.xml"] = _application()
    return Template(tuple(parts.items()), etree.tostring(section))


def _drop_unwanted(relationships: Relationships) -> None:
    for key in [key for key, rel in relationships.items() if rel.reltype in _UNWANTED]:
        del relationships[key]


def _refill(root: BaseOxmlElement, children: Iterable[str]) -> None:
    for child in list(root):
        root.remove(child)
    for xml in children:
        root.append(_parse(xml))


def _parse(xml: str) -> BaseOxmlElement:
    """One element from XML of this module, which never holds anybody's text."""
    end = min(at for at in (xml.find(" "), xml.find("/>"), xml.find(">")) if at > 0)
    return parse_xml(f"{xml[:end]} {nsdecls('w')}{xml[end:]}")


def _numbering() -> Iterator[str]:
    yield (
        '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="\u2022"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{INDENT}" w:hanging="{INDENT}"/></w:pPr></w:lvl></w:abstractNum>'
    )
    yield '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'


def _settings(language: str, direction: Direction) -> Iterator[str]:
    latin, arabic = default_languages(language, direction == "rtl")
    compatibility = "http://schemas.microsoft.com/office/word"
    yield '<w:zoom w:percent="100"/>'
    yield '<w:defaultTabStop w:val="720"/>'
    yield '<w:characterSpacingControl w:val="doNotCompress"/>'
    # 15 is Word 2013 and later: without it a document opens in compatibility mode.
    yield (
        "<w:compat>"
        f'<w:compatSetting w:name="compatibilityMode" w:uri="{compatibility}" w:val="15"/>'
        f'<w:compatSetting w:name="enableOpenTypeFeatures" w:uri="{compatibility}" w:val="1"/>'
        "</w:compat>"
    )
    yield f'<w:themeFontLang w:val="{latin}" w:bidi="{arabic}"/>'
    yield '<w:decimalSymbol w:val="."/>'
    yield '<w:listSeparator w:val=","/>'


def _set_page(section: Section) -> None:
    section.page_width, section.page_height = Twips(PAGE_WIDTH), Twips(PAGE_HEIGHT)
    section.left_margin = section.right_margin = Twips(SIDE)
    section.top_margin, section.bottom_margin = Twips(1700), Twips(1560)
    section.header_distance, section.footer_distance = Twips(800), Twips(680)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False


def _section_properties(properties: BaseOxmlElement, direction: Direction) -> BaseOxmlElement:
    # Marks of the editing sessions in which the empty document was made.
    properties.attrib.clear()
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    if direction == "rtl":
        properties.append(_parse("<w:bidi/>"))
    return properties


def _font_table() -> bytes:
    root = _parse("<w:fonts/>")
    for name, family, charset in ((LATIN_FONT, "swiss", "00"), (ARABIC_FONT, "roman", "B2")):
        root.append(
            _parse(
                f'<w:font w:name="{name}"><w:altName w:val="{_OTHER_NAMES[name]}"/>'
                f'<w:charset w:val="{charset}"/><w:family w:val="{family}"/>'
                '<w:pitch w:val="variable"/></w:font>'
            )
        )
    return part(root)


def _application() -> bytes:
    properties = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    root = etree.Element(f"{{{properties}}}Properties", nsmap={None: properties})
    etree.SubElement(root, f"{{{properties}}}Application").text = "Intake"
    return part(root)


def part(root: etree._Element) -> bytes:
    """The bytes of a part of the package."""
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content
