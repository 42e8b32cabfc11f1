"""The styles of the house template: calm, generous, one accent; no italics, no letter-spacing.

Type sizes are in half points, distances in twips (1/20 point), as in the format itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from intake.foundation.languages import ARABIC, SOURCE_LANGUAGE, Direction

LATIN_FONT = "Calibri"
ARABIC_FONT = "Noto Naskh Arabic"
ACCENT, INK, MUTED, RULE = "0A4A55", "1D2325", "474C4E", "D0D0C8"

PAGE_WIDTH, PAGE_HEIGHT, SIDE = 11906, 16838, 1588
TEXT_WIDTH = PAGE_WIDTH - 2 * SIDE
"""Length of a line: A4 less side margins of 2.8 cm."""

# Naskh letters look smaller than Latin ones of the same size, and carry more space around them.
_ARABIC_SCALE = 1.16
_ARABIC_LINE = 0.82

INDENT = 284


@dataclass(frozen=True, slots=True)
class _Style:
    """A paragraph style. ``line`` is in 240ths of a line; ``shape`` holds further paragraph properties."""

    name: str
    size: int = 22
    colour: str = INK
    bold: bool = False
    before: int = 0
    after: int = 120
    line: int = 300
    keep_next: bool = False
    numbered: bool = False
    border: str = ""
    tabs: str = ""
    bidi: bool | None = None
    indent: str = ""
    align: str = ""
    outline: int | None = None
    based_on: str = "Normal"


# Names as the format itself spells the styles that programs know.
_BUILT_IN = {
    **{name: name for name in ("Normal", "Title", "Subtitle", "Quote", "List Bullet", "TOC Heading")},
    "Heading 1": "heading 1",
    "Heading 2": "heading 2",
    "Heading 3": "heading 3",
    "TOC 1": "toc 1",
    "TOC 2": "toc 2",
    "Caption": "caption",
    "Header": "header",
    "Footer": "footer",
}


def _border(side: str, size: int, space: int, colour: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'


def _tab(leader: str = "none") -> str:
    return f'<w:tab w:val="right" w:leader="{leader}" w:pos="{TEXT_WIDTH}"/>'


def _paragraph_styles(direction: Direction) -> Iterator[_Style]:
    # Headings by level: size, colour, space before and after.
    headings = ((34, ACCENT, 640, 200), (26, ACCENT, 440, 140), (22, INK, 320, 100))
    yield _Style("Normal", based_on="")
    yield _Style("Title", 56, ACCENT, bold=True, before=480, after=120, line=252, keep_next=True)
    yield _Style("Subtitle", 28, MUTED, after=480, line=276)
    for level, (size, colour, before, after) in enumerate(headings):
        name = f"Heading {level + 1}"
        yield _Style(name, size, colour, True, before, after, 264, keep_next=True, outline=level)
    yield _Style("TOC Heading", 26, INK, bold=True, before=120, after=160, line=264, keep_next=True)
    yield _Style("TOC 1", 22, before=60, after=60, line=264, tabs=_tab("dot"))
    yield _Style("TOC 2", 21, MUTED, after=40, line=264, tabs=_tab("dot"), indent=f'w:left="{INDENT}"')
    yield _Style("Lead", 26, before=200, after=200)
    yield _Style("Note", 18, MUTED, after=200, line=264)
    yield _Style("Empty", 21, MUTED)
    yield _Style("List Bullet", after=60, numbered=True)
    yield _Style("Caption", 21, INK, bold=True, before=280, after=120, line=264, keep_next=True)
    yield _Style("Table Head", 19, MUTED, bold=True, after=0, line=252, keep_next=True)
    yield _Style("Table Text", 20, after=0, line=264)
    yield _Style("Table Number", 20, after=0, line=264, align="right")
    yield _Style("Table Label", 19, MUTED, bold=True, after=0, line=264)
    yield _Style("End", 12, after=0, line=240)
    yield _Style("Label", 19, MUTED, bold=True, before=100, after=20, line=264, keep_next=True)
    top = _border("top", 18, 10, ACCENT)
    yield _Style("Card Title", 26, INK, bold=True, before=440, after=60, line=264, keep_next=True, border=top)
    yield _Style("Card Source", 19, MUTED, after=200, line=264, keep_next=True)
    yield from _quotation_styles(direction)
    yield _Style("Header", 18, MUTED, after=0, line=240, tabs=_tab())
    yield _Style("Footer", 17, MUTED, after=0, line=252, tabs=_tab())


def _quotation_styles(direction: Direction) -> Iterator[_Style]:
    """Quotations in the document's direction, and in the opposite one; the rule stands by the words alone.

    Borders name physical sides of the page (ISO 29500-1, 17.3.1.24), indents and
    alignment in a right-to-left paragraph are counted from its own start: the source
    of a quotation in the other direction is therefore set against the end of its line.
    """
    here, there = ("right", "left") if direction == "rtl" else ("left", "right")
    for name, side, opposite in (("Quote", here, False), ("Quote Opposite", there, True)):
        rule = _border(side, 18, 11, ACCENT)
        bidi = (direction == "ltr") if opposite else None
        yield _Style(name, before=120, after=80, border=rule, bidi=bidi, indent=f'w:left="{INDENT}"')
        yield _Style(
            f"{name} Source", 19, MUTED, after=320, line=264,
            indent=f'w:{"right" if opposite else "left"}="{INDENT}"',
            align="right" if opposite else "",
        )  # fmt: skip
    yield _Style("Translated", 19, MUTED, before=60, after=0, line=264, keep_next=True, indent=f'w:left="{INDENT}"')


def line_height(name: str, direction: Direction) -> int:
    """Line height, in 240ths of a line, of text in ``direction`` under the style ``name``."""
    return _line(_lines()[name], direction)


@cache
def _lines() -> dict[str, int]:
    return {style.name: style.line for style in _paragraph_styles("ltr")}


def _line(line: int, direction: Direction) -> int:
    return round(line * _ARABIC_LINE) if direction == "rtl" else line


def style_id(name: str) -> str:
    """The key under which a paragraph names its style."""
    return name.replace(" ", "")


def styles(language: str, direction: Direction) -> Iterator[str]:
    """Every child of ``w:styles``, as XML, for documents in ``language``."""
    right_to_left = direction == "rtl"
    yield _defaults(language, right_to_left)
    yield (
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
    )
    yield (
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList">'
        '<w:name w:val="No List"/><w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
    )
    for style in _paragraph_styles(direction):
        yield _paragraph_style(style, right_to_left)
    yield from _table_styles()


def _defaults(language: str, right_to_left: bool) -> str:
    latin, arabic = default_languages(language, right_to_left)
    return (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{LATIN_FONT}" w:hAnsi="{LATIN_FONT}" w:eastAsia="{LATIN_FONT}"'
        f' w:cs="{ARABIC_FONT}"/>'
        f'<w:sz w:val="22"/><w:szCs w:val="{_arabic_size(22)}"/>'
        f'<w:lang w:val="{latin}" w:bidi="{arabic}"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )


def default_languages(language: str, right_to_left: bool) -> tuple[str, str]:
    """The languages of Latin and of Arabic script in a document in ``language``: Word asks for one of each."""
    return (SOURCE_LANGUAGE.code, language) if right_to_left else (language, ARABIC)


def _arabic_size(size: int) -> int:
    return round(size * _ARABIC_SCALE)


def _paragraph_style(style: _Style, right_to_left: bool) -> str:
    based_on = style.based_on and f'<w:basedOn w:val="{style.based_on}"/>'
    kind = ' w:default="1"' if not based_on else "" if style.name in _BUILT_IN else ' w:customStyle="1"'
    following = '<w:next w:val="Normal"/>' if style.keep_next else ""
    bold = "<w:b/><w:bCs/>" if style.bold else ""
    return (
        f'<w:style w:type="paragraph"{kind} w:styleId="{style_id(style.name)}">'
        f'<w:name w:val="{_BUILT_IN.get(style.name, style.name)}"/>{based_on}{following}<w:qFormat/>'
        f"<w:pPr>{_paragraph_properties(style, right_to_left)}</w:pPr>"
        f'<w:rPr>{bold}<w:color w:val="{style.colour}"/>'
        f'<w:sz w:val="{style.size}"/><w:szCs w:val="{_arabic_size(style.size)}"/></w:rPr></w:style>'
    )


def _paragraph_properties(style: _Style, right_to_left: bool) -> str:
    """In the order that the schema of the format asks for (ISO 29500-1, CT_PPrBase)."""
    bidi = style.bidi if style.bidi is not None else (True if right_to_left and not style.based_on else None)
    arabic = right_to_left if style.bidi is None else style.bidi
    line = _line(style.line, "rtl" if arabic else "ltr")
    return "".join(
        (
            "<w:keepNext/>" if style.keep_next else "",
            "<w:widowControl/>",
            '<w:numPr><w:numId w:val="1"/></w:numPr>' if style.numbered else "",
            f"<w:pBdr>{style.border}</w:pBdr>" if style.border else "",
            f"<w:tabs>{style.tabs}</w:tabs>" if style.tabs else "",
            "" if bidi is None else f'<w:bidi w:val="{int(bidi)}"/>',
            f'<w:spacing w:before="{style.before}" w:after="{style.after}" w:line="{line}" w:lineRule="auto"/>',
            f"<w:ind {style.indent}/>" if style.indent else "",
            f'<w:jc w:val="{style.align}"/>' if style.align else "",
            "" if style.outline is None else f'<w:outlineLvl w:val="{style.outline}"/>',
        )
    )


def _table_styles() -> Iterator[str]:
    hairlines = [_border(side, 4, 0, RULE) for side in ("top", "bottom", "insideH")]
    strong = f"<w:tcBorders>{_border('bottom', 12, 0, ACCENT)}</w:tcBorders>"
    properties = f'<w:tcPr>{strong}<w:vAlign w:val="bottom"/></w:tcPr>'
    head = f'<w:tblStylePr w:type="firstRow">{properties}</w:tblStylePr>'
    yield (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
    )
    yield _table_style("Intake Table", hairlines[1:], head)
    yield _table_style("Intake Facts", hairlines, "")


def _table_style(name: str, lines: list[str], conditional: str) -> str:
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 70), ("left", 90), ("bottom", 70), ("right", 90))
    )
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{style_id(name)}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f"<w:tblPr><w:tblBorders>{''.join(lines)}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        f"{conditional}</w:style>"
    )
