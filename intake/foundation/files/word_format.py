"""What the format of Word documents knows: which elements and attributes there are, and what their values may be.

Read from ``word_format.txt``, which is made from the schemas of ECMA-376 (transitional) and of [MS-ODRAWXML].
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_A = "http://schemas.openxmlformats.org/drawingml/2006/"
_OFFICE = "http://schemas.microsoft.com/office/word/2010/"
_STRICT = "http://purl.oclc.org/ooxml/"
NAMESPACES = {
    "w": _W, "r": _R, "a": f"{_A}main", "pic": f"{_A}picture", "wp": f"{_A}wordprocessingDrawing",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml", "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word", "w14": f"{_OFFICE}wordml",
    "wps": f"{_OFFICE}wordprocessingShape", "wpg": f"{_OFFICE}wordprocessingGroup",
    "wpc": f"{_OFFICE}wordprocessingCanvas", "xml": "http://www.w3.org/XML/1998/namespace",
}  # fmt: skip
_STRICT_NAMESPACES = {
    "w": f"{_STRICT}wordprocessingml/main", "r": f"{_STRICT}officeDocument/relationships",
    "a": f"{_STRICT}drawingml/main", "pic": f"{_STRICT}drawingml/picture",
    "wp": f"{_STRICT}drawingml/wordprocessingDrawing", "m": f"{_STRICT}officeDocument/math",
}  # fmt: skip
PREFIXES = {uri: prefix for each in (NAMESPACES, _STRICT_NAMESPACES) for prefix, uri in each.items()}
"""The short names of the namespaces that are kept, in both forms of the format."""

ATTRIBUTES: dict[str, frozenset[str]] = {}
"""Of an element: its attributes, those of another namespace with their prefix."""
CHILDREN: dict[str, frozenset[str]] = {}
"""Of an element: what may stand in it."""
_VALUES, _STYLES = set[str](), set[str]()

_NUMBER = r"[-+]?\d{1,20}(?:\.\d{1,10})?(?:pt|mm|cm|in|pc|pi|px|%|f|fd)?|[-+]?\.\d{1,10}"
_PLAIN = re.compile(rf"{_NUMBER}|#?[0-9A-Fa-f]{{3,20}}|#?[0-9A-Fa-f]{{6}} \[\d{{1,5}}\]|[tf]")
_FONT = re.compile(r"[\w .\-]{1,40}")
_LANGUAGE = re.compile(r"x-none|[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?")
_GUIDE = re.compile(r"[A-Za-z]{1,8}\d{0,4}")
_FORMULA = re.compile(
    r"(?:val|\*/|\+-|\+/|\?:|abs|at2|cat2|cos|max|min|mod|pin|sat2|sin|sqrt|tan)"
    r"(?: (?:-?\d+|[A-Za-z]{1,8}\d{0,4})){1,3}"
)
_PICTURE = re.compile(r"Picture \d{0,10}")
_BOOKMARK = re.compile(r"b\d+|_(?:Toc|Ref|Hlk|Hlt|GoBack|top)\d*")
_SHAPE = re.compile(r"#?_x0000_[a-z]{1,2}\d{1,10}")
_OF_VML = re.compile(r"(?:[-\d.@#,; ]|(?<![a-z])[a-z]{1,4}(?![a-z]))*")
_VML_WORDS = re.compile(
    r"(?:[-\d.@#, ]|(?<![A-Za-z])(?:val|sum|prod|product|mid|abs|min|max|if|mod|atan2|sin|cos|cosatan2|sinatan2|sqrt"
    r"|sumangle|ellipse|tan|width|height|pixelWidth|pixelHeight|pixelLineWidth|lineDrawn|xcenter|ycenter|topLeft"
    r"|bottomRight|center)(?![A-Za-z]))*"
)
_SIGN = re.compile(r".{0,2}", re.DOTALL)
_SHOWN = re.compile(r".{0,60}", re.DOTALL)
_OTHER = {
    **dict.fromkeys(
        ("w:rFonts ascii", "w:rFonts hAnsi", "w:rFonts cs", "w:rFonts eastAsia", "w:font name", "w:sym font",
         "w14:checkedState font", "w14:uncheckedState font", "m:mathFont val", "a:latin typeface", "a:ea typeface",
         "a:cs typeface", "a:sym typeface", "a:font typeface", "a:buFont typeface"), _FONT,
    ),
    **dict.fromkeys(
        ("w:lang val", "w:lang eastAsia", "w:lang bidi", "w:themeFontLang val", "w:themeFontLang eastAsia",
         "w:themeFontLang bidi", "w:lid val"), _LANGUAGE,
    ),
    **dict.fromkeys(("w:bookmarkStart name", "w:hyperlink anchor", "w:name val"), _BOOKMARK),
    **dict.fromkeys(
        (f"{space}:{name} name" for space, name in (
            ("wp", "docPr"), ("pic", "cNvPr"), ("wps", "cNvPr"), ("wpg", "cNvPr"), ("a", "cNvPr"))), _PICTURE,
    ),
    **dict.fromkeys(("m:chr val", "m:begChr val", "m:endChr val", "m:sepChr val", "w:decimalSymbol val",
                     "w:listSeparator val"), _SIGN),
    **dict.fromkeys(("w:lvlText val", "w:listEntry val", "v:textpath string"), _SHOWN),
    "w:fldSimple instr": re.compile(r".*", re.DOTALL),  # as ``instructions`` wrote it
    "w:numFmt format": re.compile(r"(?:[^\W\d_]{1,3}|\d{1,5})(?:, (?:[^\W\d_]{1,3}|\d{1,5})){0,5}(?:, \.\.\.)?"),
    "a:font script": re.compile(r"[A-Z][a-z]{3}"),
    "a:graphicData uri": re.compile("|".join(re.escape(uri) for uri in PREFIXES)),
    "a:gd name": _GUIDE, "a:gd fmla": _FORMULA,
    **{f"a:{one}": _GUIDE for one in (
        "pt x", "pt y", "pos x", "pos y", "arcTo wR", "arcTo hR", "arcTo stAng", "arcTo swAng", "rect l", "rect t",
        "rect r", "rect b", "cxn ang", "ahXY gdRefX", "ahXY gdRefY", "ahXY minX", "ahXY maxX", "ahXY minY",
        "ahXY maxY", "ahPolar gdRefR", "ahPolar gdRefAng", "ahPolar minR", "ahPolar maxR", "ahPolar minAng",
        "ahPolar maxAng")},
    "w:compatSetting uri": re.compile(r"http://schemas\.microsoft\.com/office/word"),
    "w:compatSetting name": re.compile(
        r"compatibilityMode|overrideTableStyleFontSizeAndJustification|enableOpenTypeFeatures|doNotFlipMirrorIndents"
        r"|differentiateMultirowTableHeaders|useWord2013TrackBottomHyphenation|allowHyphenationAtTrackBottom"
    ),
    "v:shapetype id": _SHAPE, "v:shape type": _SHAPE,
    **{f"v:{one}": _OF_VML for one in ("shape path", "shapetype path", "path v", "path limo")},
    "v:f eqn": _VML_WORDS, "v:h position": _VML_WORDS, "v:h polar": _VML_WORDS,
}  # fmt: skip
_ANY_OF_VML = re.compile(r"[-\d.,;@#%fptincm ]{1,200}")
"""Sizes and places, many in one value."""
_OF_A_STYLE = re.compile(
    r"(?:position|width|height|left|top|margin(?:-(?:left|top|right|bottom))?|z-index|rotation|flip|text-align"
    r"|v-text-anchor|font-size|mso-wrap-(?:style|distance-\w+)|mso-position-(?:horizontal|vertical)(?:-relative)?"
    r"|mso-(?:width|height)-(?:percent|relative)|mso-fit-shape-to-text|layout-flow|mso-layout-flow-alt)"
    r":(?:-?[\d.]+(?:pt|in|cm|mm|px|%)?|absolute|relative|static|center|left|right|top|middle|bottom|inside|outside"
    r"|text|page|margin|char|line|column|square|none|t|f|x|y|xy|vertical|horizontal|vertical-ideographic|bottom-to-top"
    r"|(?:left|right|top|bottom|inner|outer)-margin(?:-area)?)"
)


def _read() -> None:
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        name, *rest = line.split()
        if name == "=":
            _VALUES.update(rest)
        elif name == "~":
            _STYLES.update(one.lower() for one in line[2:].split("|"))
        elif name != "#":
            own, prefix = line.partition(" > ")[0].split()[1:], name.partition(":")[0]
            inner = line.partition(" > ")[2].split()
            ATTRIBUTES[name] = frozenset(own)
            CHILDREN[name] = frozenset(one if ":" in one else f"{prefix}:{one}" for one in inner)


_read()  # before the child's hands are bound


def kept_value(element: str, attribute: str, value: str) -> str | None:
    """What is kept of ``value``: all of what the format knows, None of what could be anything."""
    if element == "a:fillRect" and value.startswith("-"):
        return None  # it would hide the edges of the picture
    other = _OTHER.get(f"{element} {attribute}")
    if other is not None and other.fullmatch(value):
        return value
    if element.startswith("v:"):
        if attribute == "style":
            stated = (one.strip() for one in value.split(";"))
            return ";".join(one for one in stated if _OF_A_STYLE.fullmatch(one))
        if _ANY_OF_VML.fullmatch(value):
            return value
    return value if not value or value in _VALUES or _PLAIN.fullmatch(value) else None


class Styles:
    """The styles of a document by the names they have afterwards: those of Word itself keep theirs."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        """``named``: the identifier and the name of each."""
        self._names: dict[str, str] = {}
        self._identities: dict[str, str] = {}
        self._called: dict[str, str] = {}
        for identity, name in named:
            number = len(self._names) + 1
            is_known = name.lower().removesuffix(" char") in _STYLES
            self._names.setdefault(identity, name if is_known else f"Style {number}")
            given = re.sub(r"\W", "", name.title()) if is_known else f"s{number}"
            taken = given in self._identities.values()
            self._identities.setdefault(identity, f"{given}{number}" if taken else given)
            self._called.setdefault(name.casefold(), self._names[identity])

    def identity(self, given: str) -> str | None:
        """Of the style that was ``given``; None where there is none."""
        return self._identities.get(given)

    def name(self, given: str) -> str:
        """Of the style whose identifier was ``given``."""
        return self._names.get(given, "")

    def named(self, name: str) -> str | None:
        """What the style is called that was called ``name``; None where there is none."""
        return self._called.get(name.casefold())
