"""PDF: its pages written into a new document, without author, history, scripts, forms and attached files."""

from __future__ import annotations

import encodings.utf_16_be
import encodings.utf_16_le  # noqa: F401  # of words in PDF; loaded before the child's hands are bound, as is the next one
import io
import zlib
from collections.abc import Callable
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf._crypt_providers import _fallback  # noqa: F401  # for machines whose libraries forbid old ways to lock
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from . import contents
from .kinds import Found, Refusal, Refused
from .pdf_format import Keeper, Unpacking

MOST_PAGES = 500
_MOST_OBJECTS = 100_000
_NOTES = {
    **dict.fromkeys(
        ("/Text", "/Popup", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret"), Found.COMMENTS
    ),
    **dict.fromkeys(("/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"), Found.ATTACHED),
    "/Link": Found.LINKS,
}
"""What lies over a page and may be left out; anything else there may be what somebody wanted to say."""


def clean(body: bytes, _kind: str) -> tuple[str, bytes, list[Found]]:
    """The document made anew, and what it held beside its pages.

    Raises:
        Refused: locked with a password, damaged, far too large, or it would not show the same without what is left out.
    """
    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused(Refusal.ENCRYPTED)  # others only ask not to be printed or changed, and open for anybody
        if not 0 < len(reader.pages) <= MOST_PAGES:
            raise Refused(Refusal.BOMB if len(reader.pages) else Refusal.DAMAGED)
        found = _hidden_in(reader)
        found += [Found.UNCUT] if _is_cut(reader) else []
        return "pdf", _anew(reader), found
    except LimitReachedError as error:
        raise Refused(Refusal.BOMB) from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, AssertionError) as error:
        raise Refused(Refusal.DAMAGED) from error
    except RecursionError as error:
        raise Refused(Refusal.BOMB) from error


def _anew(reader: PdfReader) -> bytes:
    writer, unpacking, alone = PdfWriter(), Unpacking(), dict[int, bool]()
    keeper = Keeper(unpacking)
    for page in reader.pages:
        _join_drawing(page, alone, unpacking)
        keeper.keep(page)
    for stream in {id(one): one for one in keeper.drawing}.values():
        _bare_drawing(stream, unpacking)
    for page in reader.pages:
        writer.add_page(page)  # and what it leads to, nothing else
    writer.metadata = None
    writer.add_metadata({"/Producer": "Intake"})
    if len(writer._objects) > _MOST_OBJECTS:  # noqa: SLF001  # the library offers no other way to them
        raise Refused(Refusal.BOMB)
    for one in writer._objects:  # noqa: SLF001
        if isinstance(one, StreamObject) and "/Filter" in one:
            _bare_picture(one)
            _cut_tail(one)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _join_drawing(page: Any, alone: dict[int, bool], unpacking: Unpacking) -> None:
    """Make one stream of those that draw ``page`` where one of them ends in the midst of something.

    Pages often share some of them, so others stay as they are. ``alone`` remembers which can be read alone.
    """
    listed: Any = page.get("/Contents", ArrayObject()).get_object()
    streams = [one.get_object() for one in listed] if isinstance(listed, ArrayObject) else []
    streams = [one for one in streams if isinstance(one, StreamObject)]
    for one in streams:
        if id(one) not in alone:
            alone[id(one)] = _is_read_alone(unpacking.data_of(one))
    if len(streams) > 1 and not all(alone[id(one)] for one in streams):
        joined = StreamObject()
        joined._data = b"\n".join(map(unpacking.data_of, streams))  # noqa: SLF001
        page[NameObject("/Contents")] = joined


def _is_read_alone(drawn: bytes) -> bool:
    try:
        contents.bare(drawn)
    except Refused:
        return False
    return True


def _is_cut(reader: PdfReader) -> bool:
    """Whether a page shows less than is on it. All of it is shown then, so that nothing stays hidden."""
    return any(
        abs(shown - whole) > 1
        for page in reader.pages
        for shown, whole in zip(page.cropbox, page.mediabox, strict=True)
    )


def _bare_drawing(stream: Any, unpacking: Unpacking) -> None:
    bare = contents.bare(
        unpacking.data_of(stream)
    )  # packed anew in any case: bytes may stand behind the end of what was packed
    for name in ("/DecodeParms", "/DL"):
        stream.pop(NameObject(name), None)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream._data = zlib.compress(bare)  # noqa: SLF001


def _bare_picture(one: StreamObject) -> None:
    told: Any = one["/Filter"]
    filters = [name.get_object() for name in told] if isinstance(told, ArrayObject) else [told]
    bare = contents.BARED.get(filters[-1]) if filters else None
    if bare is None:
        return
    if len(filters) > 1:
        one._data = contents.decoded(one._data, filters[:-1])  # noqa: SLF001
        one[NameObject("/Filter")] = filters[-1]
        one.pop(NameObject("/DecodeParms"), None)
    one._data = bare(one._data)  # noqa: SLF001


def _cut_tail(one: StreamObject) -> None:
    """Leave out of a stream what stands behind the end of what is packed: no reader goes on there."""
    told: Any = one["/Filter"]
    outermost = told[0].get_object() if isinstance(told, ArrayObject) and told else told
    cut = _PACKED_UNTIL.get(outermost)
    if cut is not None:
        one._data = cut(one._data)  # noqa: SLF001


def _until_end_of_flate(data: bytes) -> bytes:
    unpacking, left = zlib.decompressobj(), data
    try:
        while left and not unpacking.eof:
            unpacking.decompress(left, _PIECE_BYTES)
            left = unpacking.unconsumed_tail
    except zlib.error:
        return data  # readers show of it what they can
    return data[: len(data) - len(unpacking.unused_data)]


def _until(mark: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[: data.index(mark) + len(mark)] if mark in data else data


_PIECE_BYTES = 1_000_000
_PACKED_UNTIL: dict[str, Callable[[bytes], bytes]] = {
    "/FlateDecode": _until_end_of_flate, "/Fl": _until_end_of_flate, "/ASCIIHexDecode": _until(b">"),
    "/AHx": _until(b">"), "/ASCII85Decode": _until(b"~>"), "/A85": _until(b"~>"),
}  # fmt: skip
"""What ends a stream, by the outermost way it is packed in."""


def _hidden_in(reader: PdfReader) -> list[Found]:
    root: Any = reader.trailer["/Root"].get_object()
    _refuse_layers(root)
    names: Any = root.get("/Names", DictionaryObject()).get_object()
    found = {_NOTES[kind] for page in reader.pages for kind in _laid_over(page)}
    if any(key != "/Producer" for key in (reader.metadata or ())) or "/Metadata" in root:
        found.add(Found.AUTHOR)
    opens = root.get("/OpenAction", ArrayObject()).get_object()  # a list is only the page to show first
    if {"/AA", "/AcroForm"} & set(root) or "/JavaScript" in names or isinstance(opens, DictionaryObject):
        found.add(Found.ACTIONS)
    if "/EmbeddedFiles" in names or "/AF" in root or any("/AF" in page for page in reader.pages):
        found.add(Found.ATTACHED)
    return sorted(found)


def _laid_over(page: Any) -> list[str]:
    kinds = [str(one.get_object().get("/Subtype")) for one in page.get("/Annots", ArrayObject()).get_object() or ()]
    if set(kinds) - set(_NOTES):
        raise Refused(Refusal.LAID_OVER)
    return kinds


def _refuse_layers(root: Any) -> None:
    """Without the list of layers, those that were hidden would be seen."""
    layers: Any = root.get("/OCProperties", DictionaryObject()).get_object()
    shown: Any = layers.get("/D", DictionaryObject()).get_object()
    if shown.get("/BaseState") == "/OFF" or shown.get("/OFF", ArrayObject()).get_object():
        raise Refused(Refusal.LAYERS)
