"""What a reader finds in an exported digest, whatever it is wrapped in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from intake.digests import services
from intake.digests.document import Block, Card, Document, Facts, Heading, Paragraph, Quotation, Table
from intake.digests.formats import FORMATS
from intake.digests.models import Digest
from intake.foundation.database import engine


def everything(content: bytes) -> str:
    """All text of an export: of every member where it is a ZIP archive."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "\n".join(package.read(name).decode() for name in package.namelist())


def in_all_formats(digest: Digest, language: str = "en") -> dict[str, str]:
    """All text of ``digest`` by format."""
    return {name: everything(services.export(digest, name, language).content) for name in FORMATS}


def section(document: Document, anchor: str) -> list[Block]:
    """The blocks under the heading called ``anchor``, down to the next heading of its level or above."""
    blocks = iter(document.blocks)
    level = next(block.level for block in blocks if isinstance(block, Heading) and block.anchor == anchor)
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level <= level:
            break
        found.append(block)
    return found


def tables(document: Document) -> list[Table]:
    """Every table, in order."""
    return [block for block in document.blocks if isinstance(block, Table)]


def figures(table: Table) -> dict[str, tuple[int, ...]]:
    """The rows of ``table`` by their names."""
    return {str(row[0]): tuple(cell for cell in row[1:] if isinstance(cell, int)) for row in table.rows}


def quoted(blocks: list[Block] | Document) -> str:
    """Everything that stands as somebody's own words."""
    among = blocks.blocks if isinstance(blocks, Document) else blocks
    words = [str(block.text) for block in among if isinstance(block, Quotation)]
    for block in among:
        if isinstance(block, Card):
            words += [str(block.title), *(str(value) for _label, values in block.facts.rows for value in values)]
    return "\n".join(words)


def facts(blocks: list[Block]) -> dict[str, tuple[str, ...]]:
    """The labelled values among ``blocks``."""
    rows = [row for block in blocks if isinstance(block, Facts) for row in block.rows]
    return {str(label): tuple(map(str, values)) for label, values in rows}


def said(blocks: list[Block], role: str) -> list[str]:
    """The paragraphs of that role."""
    return [str(block.text) for block in blocks if isinstance(block, Paragraph) and block.role == role]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements run meanwhile."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(engine(), "before_cursor_execute", see)
    try:
        yield seen
    finally:
        sa.event.remove(engine(), "before_cursor_execute", see)
