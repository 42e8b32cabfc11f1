"""DOCX: the house template with the document's blocks streamed into it.

The body never stands in memory as a whole: a digest of ten thousand quotations takes no
more than one of ten. Whatever people wrote goes into text nodes only: nothing of it
becomes a field, a link or a relationship.
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from lxml import etree

from intake.digests.document import Document
from intake.foundation.i18n import speaking

from .body import Body
from .house import house_template
from .margins import core_properties, footer, header

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# The earliest moment a member of a ZIP archive can carry.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write(document: Document, out: BinaryIO) -> None:
    """Write ``document`` as a Word document; ``out`` must be seekable."""
    template = house_template(document.language)
    with speaking(document.language), zipfile.ZipFile(out, "w") as package:
        for name, content in template.parts:
            package.writestr(_member(name), content)
        package.writestr(_member("docProps/core.xml"), core_properties(document))
        package.writestr(_member("word/header1.xml"), header(document))
        package.writestr(_member("word/footer1.xml"), footer(document))
        with (
            package.open(_member("word/document.xml"), "w") as stream,
            etree.xmlfile(stream, encoding="UTF-8") as xml,
        ):
            xml.write_declaration(standalone=True)
            Body(document, xml).write(template.section)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _NO_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    # Otherwise the archive tells the operating system it was made on.
    member.create_system = 0
    return member
