"""PDF: its pages written into a new document, without author, history, scripts, forms and attached files."""

from __future__ import annotations

import io
import zlib
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from . import contents
from .kinds import Found, Refusal, Refused

MOST_PAGES = 500
_MOST_OBJECTS = 100_000
_OF_A_PAGE = frozenset({
    "/Type", "/Parent", "/Resources", "/Contents", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox",
    "/Rotate", "/Group", "/UserUnit",
})  # fmt: skip
"""What a page needs to look as it does; everything else about it is left out."""
_DROPPED = (
    "/Metadata", "/PieceInfo", "/AF", "/EF", "/AA", "/OpenAction", "/JS", "/Launch", "/OPI", "/Ref", "/Alternates",
    "/LastModified",
)  # fmt: skip
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")
"""In a stream: its bytes are in another file."""
_OF_RESOURCES = frozenset({
    "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/Properties", "/ProcSet",
})  # fmt: skip
_OF_A_STREAM = frozenset({"/Type", "/Subtype", "/Length", "/Filter", "/DecodeParms"})
_BY_SUBTYPE = {
    "/Image": _OF_A_STREAM | {
        "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Intent", "/ImageMask", "/Mask", "/Decode",
        "/Interpolate", "/SMask", "/SMaskInData", "/Matte",
    },
    "/Form": _OF_A_STREAM | {"/FormType", "/BBox", "/Matrix", "/Resources", "/Group"},
}  # fmt: skip
"""What a picture, and a drawing that is used more than once, need to look as they do."""

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
        if reader.is_encrypted:
            raise Refused(Refusal.ENCRYPTED)
        if not 0 < len(reader.pages) <= MOST_PAGES:
            raise Refused(Refusal.BOMB if len(reader.pages) else Refusal.DAMAGED)
        found = _hidden_in(reader)
        return "pdf", _anew(reader), found
    except LimitReachedError as error:
        raise Refused(Refusal.BOMB) from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, AssertionError) as error:
        raise Refused(Refusal.DAMAGED) from error
    except RecursionError as error:
        raise Refused(Refusal.BOMB) from error


def _anew(reader: PdfReader) -> bytes:
    writer = PdfWriter()
    for page in reader.pages:
        for name in set(page) - _OF_A_PAGE:
            del page[name]
        writer.add_page(page)
    writer.metadata = None
    writer.add_metadata({"/Producer": "Intake"})
    if len(writer._objects) > _MOST_OBJECTS:  # noqa: SLF001  # the library offers no other way to them
        raise Refused(Refusal.BOMB)
    for one in writer._objects:  # noqa: SLF001
        if isinstance(one, DictionaryObject):
            _strip(one)
    drawing = {id(stream): stream for one in writer._objects for stream in _drawing(one)}  # noqa: SLF001
    for stream in drawing.values():
        _bare_drawing(stream)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _strip(one: DictionaryObject) -> None:
    for name in (*_DROPPED, *(_ELSEWHERE if isinstance(one, StreamObject) else ())):
        one.pop(NameObject(name), None)
    if isinstance(one, StreamObject) and (needed := _BY_SUBTYPE.get(str(one.get("/Subtype")))):
        for name in set(one) - needed:
            del one[name]
    _strip_resources(one.get("/Resources", DictionaryObject()).get_object())
    for value in one.values():
        _strip_inside(value)
    if isinstance(one, StreamObject) and "/Filter" in one:
        _bare_picture(one)


def _strip_resources(resources: Any) -> None:
    for name in set(resources) - _OF_RESOURCES:
        del resources[name]
    named = resources.get("/Properties", DictionaryObject()).get_object()
    for name in named:
        named[NameObject(name)] = DictionaryObject()  # what draws calls it by its name


def _drawing(one: Any) -> list[StreamObject]:
    """The streams of drawing that ``one`` is or has."""
    if not isinstance(one, DictionaryObject):
        return []
    drawing: list[Any] = [one] if one.get("/Subtype") == "/Form" or one.get("/PatternType") == 1 else []
    if one.get("/Type") == "/Page":
        parts = one.get("/Contents", ArrayObject()).get_object()
        drawing += parts if isinstance(parts, ArrayObject) else [parts]
    drawing += one.get("/CharProcs", DictionaryObject()).get_object().values()
    return [stream for each in drawing if isinstance(stream := each.get_object(), StreamObject)]


def _bare_drawing(stream: Any) -> None:
    drawn = stream.get_data()
    stream.decoded_self = None  # the library would keep it beside the other
    bare = contents.bare(drawn)
    if bare == drawn:
        return
    for name in ("/DecodeParms", "/DL"):
        stream.pop(NameObject(name), None)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream._data = zlib.compress(bare)  # noqa: SLF001


def _strip_inside(value: Any) -> None:
    """What stands inside an object has no number of its own."""
    if isinstance(value, DictionaryObject):
        _strip(value)
    elif isinstance(value, ArrayObject):
        for one in value:
            _strip_inside(one)


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
