"""PDF: a Typst template of the package, the content as data, fonts of our own.

What people wrote reaches the template as JSON and is set as text: nothing in it can become markup. The fonts
come with the package; what they do not hold (a script that Intake does not speak) is set in a font of the
system, where there is one.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from .config import PACKAGE

_FONTS = PACKAGE / "foundation" / "data" / "fonts"
_ACCESSIBLE: list[typst.PDFStandard] = ["ua-1"]
_UNDRAWN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
"""Embeddings, overrides and isolates: each text stands in a direction of its own, and Typst would draw them.
And the space without a width, which PDF/UA does not take."""
_MAKER = re.compile(rb"(?<=/Creator\()Typst [\d.]+(?=\))|(?<=<xmp:CreatorTool>)Typst [\d.]+(?=<)")


def typeset(template: Path, content: dict[str, Any]) -> bytes:
    """The PDF that ``template`` makes of ``content``, which it reads as JSON from ``sys.inputs.content``.

    It is PDF/UA-1, unless a letter is in no font at hand: then it is tagged all the same, and the letter
    is a box. It tells no time and no maker but the product.

    Raises:
        typst.TypstError: the template is wrong, or lacks something that PDF/UA asks for.
    """
    inputs = {"content": _UNDRAWN.sub("", json.dumps(content, ensure_ascii=False))}
    try:
        made = _compiled(template, inputs, _ACCESSIBLE)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        made = _compiled(template, inputs, [])
    return _MAKER.sub(lambda found: b"Intake".ljust(len(found[0])), made)  # of the same length: a PDF counts bytes


def _compiled(template: Path, inputs: dict[str, str], standards: list[typst.PDFStandard]) -> bytes:
    return typst.compile(str(template), font_paths=_fonts(), format="pdf", sys_inputs=inputs, pdf_standards=standards)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The fonts, looked for once: those of the system are many."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(_FONTS)])
