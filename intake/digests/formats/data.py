"""JSON: the whole document as data, for programs; shape in ``digest.schema.json``.

Keys stand in a fixed order, one block or entry per line, so that two versions of a
digest can be compared line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from intake.digests.document import (
    Block,
    Bullets,
    Card,
    Document,
    Entry,
    Facts,
    Heading,
    Paragraph,
    Quotation,
    Table,
    Translation,
    Words,
)
from intake.foundation.multilingual import Text
from intake.foundation.plain import plain

from .table import question_names

SCHEMA_VERSION = 2
"""Grows with every change that a program reading the version before could stumble over."""

Json = Mapping[str, Any]

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def write(document: Document, out: BinaryIO) -> None:
    """Write ``document`` as one JSON object, streamed: an item per line, never the whole in memory."""
    names = question_names(document)
    lines = [f"{_encode(name)}:{_encode(value)}" for name, value in _head(document, names).items()]
    out.write(("{\n" + ",\n".join(lines)).encode())
    _write_list(out, "blocks", map(_block, document.blocks))
    _write_list(out, "entries", (_entry(entry, names) for entry in document.entries))
    out.write(b"\n}\n")


def _write_list(out: BinaryIO, name: str, items: Iterable[Json]) -> None:
    out.write(f",\n{_encode(name)}:[".encode())
    out.writelines(f"{',' if number else ''}\n{_encode(item)}".encode() for number, item in enumerate(items))
    out.write(b"\n]")


def _head(document: Document, names: tuple[str, ...]) -> Json:
    return {
        "format": "intake-digest",
        "schema_version": SCHEMA_VERSION,
        "identifier": plain(document.identifier),
        "version": document.version,
        "language": document.language,
        "title": _text(document.title),
        "subtitle": _text(document.subtitle),
        "issued": document.issued.isoformat(),
        "freeze": document.freeze,
        "footer": _texts(document.footer),
        "questions": list(names),
    }


def _block(block: Block) -> Json:
    return {"kind": block.kind, **_content(block)}


def _content(block: Block) -> Json:
    match block:
        case Heading():
            return {"level": block.level, "anchor": block.anchor, "text": _text(block.text)}
        case Paragraph():
            return {"role": block.role, "text": _text(block.text)}
        case Facts():
            return {"rows": _facts(block)}
        case Bullets():
            return {"items": _texts(block.items)}
        case Table():
            return _table(block)
        case Quotation():
            return {"text": _text(block.text), **_source(block), "translation": _translation(block.translation)}
        case Card():
            return {"title": _text(block.title), **_source(block), "facts": _facts(block.facts)}


def _source(block: Quotation | Card) -> Json:
    return {
        "attribution": _text(block.attribution),
        "reference": plain(block.reference),
        "revision": block.revision,
        "tier": block.tier,
    }


def _facts(facts: Facts) -> list[Json]:
    return [{"label": _text(label), "values": _texts(values)} for label, values in facts.rows]


def _table(table: Table) -> Json:
    return {
        "caption": _text(table.caption),
        "head": _texts(table.head),
        "rows": [[_text(cell) if isinstance(cell, Text) else cell for cell in row] for row in table.rows],
        "note": _text(table.note) if table.note else None,
    }


def _entry(entry: Entry, names: tuple[str, ...]) -> Json:
    return {
        "reference": plain(entry.reference),
        "revision": entry.revision,
        "kind": entry.kind,
        "language": entry.language,
        "tier": entry.tier,
        "received": entry.received.isoformat(),
        "stakeholder_type": _optional(entry.stakeholder_type),
        "country": _optional(entry.country),
        "subregion": _optional(entry.subregion),
        "person": _optional(entry.person),
        "organisation": _optional(entry.organisation),
        "attribution": _text(entry.attribution),
        "themes": list(entry.themes),
        "objectives": list(entry.objectives),
        "groups": list(entry.groups),
        "translations": [
            {"question": name, **_translated(entry.translations[name])} for name in names if name in entry.translations
        ],
        "answers": [_answer(name, *entry.answers[name]) for name in names if name in entry.answers],
    }


def _answer(name: str, label: Text, text: Text) -> Json:
    return {"question": name, "label": _text(label), "text": _text(text)}


def _translation(found: Translation | None) -> Json | None:
    return _translated(found) if found else None


def _translated(found: Translation) -> Json:
    return {"text": _text(found.text), "by": _text(found.by)}


def _text(text: Words) -> Json:
    return {"text": plain(text.text), "language": text.language}


def _texts(texts: Iterable[Words]) -> list[Json]:
    return [_text(text) for text in texts]


def _optional(text: str | None) -> str | None:
    return None if text is None else plain(text)
