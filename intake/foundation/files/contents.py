"""What draws a page of a PDF: without comments, notes on its parts, and what stands around pictures in its midst."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

from pypdf.errors import PyPdfError
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from . import embedded, jpeg2000
from .kinds import Refusal, Refused

BARED: dict[str, Callable[[bytes], bytes]] = {
    "/DCTDecode": embedded.bare_jpeg, "/DCT": embedded.bare_jpeg, "/JPXDecode": jpeg2000.bare,
}  # fmt: skip
"""How pictures that can hold notes are made to hold none, by the way they are packed."""

_SPACE = rb"\0\t\n\f\r "
_ALONE = rb"(?<![^" + _SPACE + rb"()<>\[\]{}%])"
_TOKEN = re.compile(rb"%[^\r\n]*|\(|<<|<[^<>]*>|>>|" + _ALONE + rb"BI(?=[" + _SPACE + rb"/])")
_IN_WORDS = re.compile(rb"\\.|[()]", re.DOTALL)
_DATA = re.compile(rb"(?<![^" + _SPACE + rb"()<>\[\]{}])ID[" + _SPACE + rb"]")
_END = re.compile(rb"[" + _SPACE + rb"]?EI(?=\Z|[" + _SPACE + rb"](?:[\0\t\n\f\r -~]{10}|[\0\t\n\f\r -~]{0,9}\Z))")
"""Where the bytes of a picture end: what follows is again the text that draws."""

_OF_A_PICTURE = frozenset({
    "/BPC", "/CS", "/D", "/DP", "/F", "/H", "/IM", "/I", "/W", "/L", "/BitsPerComponent", "/ColorSpace", "/Decode",
    "/DecodeParms", "/Filter", "/Height", "/ImageMask", "/Interpolate", "/Width", "/Length", "/Intent",
})  # fmt: skip
_IN_FULL = {
    "/AHx": "/ASCIIHexDecode", "/A85": "/ASCII85Decode", "/LZW": "/LZWDecode", "/Fl": "/FlateDecode",
    "/RL": "/RunLengthDecode",
}  # fmt: skip


def bare(drawn: bytes) -> bytes:
    """What draws the same as ``drawn`` and says nothing else.

    Raises:
        Refused: it is damaged, so that nobody knows where words and pictures in it end.
    """
    pieces, kept, at, depth = list[bytes](), 0, 0, 0
    while found := _TOKEN.search(drawn, at):
        token, at = found[0], found.end()
        if token == b"(":
            at = _after_words(drawn, at)
        elif token == b"<<":
            if not depth:
                pieces.append(drawn[kept:at])
            depth += 1
        elif token == b">>" and depth:
            depth -= 1
            if not depth:
                kept = found.start()
        elif not depth and token[:1] in b"%B":
            pieces.append(drawn[kept : found.start()])
            if token == b"BI":
                picture, at = _picture(drawn, at)
                pieces.append(picture)
            kept = at
    if depth:
        raise Refused(Refusal.DAMAGED)
    return b"".join((*pieces, drawn[kept:]))


def _after_words(drawn: bytes, at: int) -> int:
    depth = 1
    while depth:
        found = _IN_WORDS.search(drawn, at)
        if found is None:
            raise Refused(Refusal.DAMAGED)
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        at = found.end()
    return at


def _picture(drawn: bytes, at: int) -> tuple[bytes, int]:
    """The picture in the midst of the page that begins before ``at``, bare, and where the page goes on."""
    starts = _DATA.search(drawn, at)
    if starts is None:
        raise Refused(Refusal.DAMAGED)
    told = DictionaryObject.read_from_stream(io.BytesIO(b"<<" + drawn[at : starts.start()] + b" >>"), None)
    for name in set(told) - _OF_A_PICTURE:
        del told[name]
    packed: Any = told.get("/F", told.get("/Filter", ArrayObject()))
    filters = list(packed) if isinstance(packed, ArrayObject) else [packed]
    how = BARED.get(filters[-1]) if filters else None
    for ends in _END.finditer(drawn, starts.end()):
        data = drawn[starts.end() : ends.start()]
        if how is not None:
            try:
                data = how(decoded(data, filters[:-1]))
            except (Refused, PyPdfError, ValueError):
                continue  # these two letters stood in the picture
            for name in ("/Filter", "/DP", "/DecodeParms", "/L", "/Length"):
                told.pop(NameObject(name), None)
            told[NameObject("/F")] = filters[-1]
        settings = io.BytesIO()
        told.write_to_stream(settings)
        return b"BI " + settings.getvalue()[2:-2] + b" ID " + data + b"\nEI", ends.end()
    raise Refused(Refusal.DAMAGED)


def decoded(data: bytes, filters: list[Any]) -> bytes:
    """``data`` unpacked from ``filters``."""
    if not filters:
        return data
    wrapped = StreamObject()
    wrapped._data = data  # noqa: SLF001  # the bytes as they are, not decoded
    wrapped[NameObject("/Filter")] = ArrayObject(NameObject(_IN_FULL.get(name, name)) for name in filters)
    return decode_stream_data(wrapped)
