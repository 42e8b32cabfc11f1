"""What stands around the body of a Word document: header, footer, and its properties."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from lxml import etree

from intake.digests.document import Document
from intake.digests.formats.wording import day_of_issue
from intake.foundation.multilingual import Text
from intake.foundation.plain import plain

from .house import part
from .text import Setter, element

_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DC = "http://purl.org/dc/elements/1.1/"
_TERMS = "http://purl.org/dc/terms/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def header(document: Document) -> bytes:
    """Identifier and day of issue, on every page."""
    setter = Setter(document.direction)
    line = setter.empty("Header")
    setter.write_code(line, document.identifier)
    line.append(element("r", element("tab")))
    setter.write(line, Text(day_of_issue(document), document.language))
    return part(element("hdr", line))


def footer(document: Document) -> bytes:
    """The footer of the series and the page number, on every page."""
    setter = Setter(document.direction)
    lines = [line for text in document.footer for line in setter.paragraphs("Footer", text)]
    return part(element("ftr", *lines, _page_number(document, setter)))


def _page_number(document: Document, setter: Setter) -> etree._Element:
    line = setter.empty("Footer", align="right")
    wording = _("Page %(page)s of %(pages)s", page="{PAGE}", pages="{NUMPAGES}")
    for piece in re.split(r"(\{[A-Z]+\})", wording):
        if piece in ("{PAGE}", "{NUMPAGES}"):
            field = element("fldSimple", instr=f" {piece[1:-1]} ")
            setter.write_code(field, "1")
            line.append(field)
        elif piece:
            setter.write(line, Text(piece, document.language))
    return line


def core_properties(document: Document) -> bytes:
    """Title, language and the day of issue; made by the product, not by a person."""
    prefixes = {"cp": _CORE, "dc": _DC, "dcterms": _TERMS, "xsi": _XSI}
    root = etree.Element(f"{{{_CORE}}}coreProperties", nsmap=prefixes)
    for namespace, name, text in (
        (_DC, "title", document.title.text),
        (_DC, "creator", "Intake"),
        (_DC, "identifier", document.identifier),
        (_DC, "language", document.language),
        (_CORE, "lastModifiedBy", "Intake"),
        (_CORE, "revision", "1"),
        (_CORE, "version", str(document.version)),
    ):
        etree.SubElement(root, f"{{{namespace}}}{name}").text = plain(text)
    for name in ("created", "modified"):
        moment = etree.SubElement(root, f"{{{_TERMS}}}{name}", {f"{{{_XSI}}}type": "dcterms:W3CDTF"})
        moment.text = f"{document.issued.isoformat()}T00:00:00Z"
    return part(root)
