"""HTML: one self-contained file that reads offline and prints well.

Blocks are drawn by the macros the drafters' page uses; nothing in the file is fetched
and nothing in it runs.
"""

from __future__ import annotations

from typing import BinaryIO

from flask import current_app

from intake.digests.document import Document
from intake.foundation.i18n import speaking
from intake.foundation.plain import plain

from .wording import day_of_issue

_TEMPLATE = "digests/export.html"
_PIECES = 200
"""Pieces of markup written at once: few writes, and memory that stays flat."""


def write(document: Document, out: BinaryIO) -> None:
    """Write ``document`` as one page, streamed from the template."""
    with speaking(document.language):
        template = current_app.jinja_env.get_template(_TEMPLATE)
        stream = template.stream(document=document, issued=day_of_issue(document))
        stream.enable_buffering(_PIECES)
        out.writelines(plain(piece).encode() for piece in stream)
