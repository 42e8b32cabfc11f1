"""What a PDF needs to look as it does: of each kind of object the entries that say how it is drawn (ISO 32000-2).

An entry that is not named here does not come along; what it led to stays behind with it.
"""

from __future__ import annotations

import re
from typing import Any

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NullObject,
    StreamObject,
    TextStringObject,
)

from .kinds import Refusal, Refused

Kind = dict[str, str]
"""Of the entries that are kept the kind of what they lead to; empty for what is plain: numbers, names and lists."""

_WORDS = (TextStringObject, ByteStringObject)

_MOST_DEEP = 60
_MOST_DRAWN_BYTES = 120_000_000
_PROGRAM = 4  # the type of a function that is written like one
_PACKED: Kind = {"/Length": "", "/Filter": "", "/DecodeParms": "packing"}


def _plain(*names: str, **kinds: str) -> Kind:
    return {**{f"/{name}": "" for name in names}, **{f"/{name}": kind for name, kind in kinds.items()}}


KINDS: dict[str, Kind] = {
    "page": _plain("Type", "Parent", "MediaBox", "Rotate", "UserUnit", Contents="contents", Resources="resources",
                   Group="group"),
    "group": _plain("Type", "S", "I", "K", CS="colours"),
    "packing": _plain("Predictor", "Colors", "BitsPerComponent", "Columns", "EarlyChange", "K", "EndOfLine",
                      "EncodedByteAlign", "Rows", "EndOfBlock", "BlackIs1", "DamagedRowsBeforeError", "ColorTransform",
                      JBIG2Globals="packed"),
    "packed": _PACKED,
    "contents": _PACKED,
    "state": _plain("Type", "LW", "LC", "LJ", "ML", "D", "RI", "OP", "op", "OPM", "FL", "SM", "SA", "BM", "CA", "ca",
                    "AIS", "TK", Font="fonted", SMask="soft", TR="function", TR2="function", BG="function",
                    BG2="function", UCR="function", UCR2="function"),
    "soft": _plain("Type", "S", "BC", G="form", TR="function"),
    "function": _PACKED | _plain("FunctionType", "Domain", "Range", "C0", "C1", "N", "Bounds", "Encode", "Size",
                                 "BitsPerSample", "Order", "Decode", Functions="function"),
    "colours": _PACKED | _plain("WhitePoint", "BlackPoint", "Gamma", "Matrix", "Range", "FunctionType", "Domain", "C0",
                                "C1", "N", "Bounds", "Encode", "Size", "BitsPerSample", "Order", "Decode",
                                Functions="function"),
    "pattern": _PACKED | _plain("Type", "PatternType", "PaintType", "TilingType", "BBox", "XStep", "YStep", "Matrix",
                                Resources="resources", Shading="shading", ExtGState="state"),
    "shading": _PACKED | _plain("ShadingType", "Background", "BBox", "AntiAlias", "Coords", "Domain", "Extend",
                                "Matrix", "BitsPerCoordinate", "BitsPerComponent", "BitsPerFlag", "Decode",
                                "VerticesPerRow", ColorSpace="colours", Function="function"),
    "form": _PACKED | _plain("Type", "Subtype", "FormType", "BBox", "Matrix", Resources="resources", Group="group"),
    "picture": _PACKED | _plain("Type", "Subtype", "Width", "Height", "BitsPerComponent", "Intent", "ImageMask",
                                "Decode", "Interpolate", "SMaskInData", "Matte", ColorSpace="colours", Mask="picture",
                                SMask="picture"),
    "font": _plain("Type", "Subtype", "BaseFont", "FirstChar", "LastChar", "Widths", "DW", "W", "DW2", "W2",
                   "FontBBox", "FontMatrix", FontDescriptor="descriptor", Encoding="letters", ToUnicode="letters",
                   DescendantFonts="font", CIDSystemInfo="system", CIDToGIDMap="packed", CharProcs="glyphs",
                   Resources="resources"),
    "system": _plain("Supplement", Registry="text", Ordering="text"),
    "letters": _PACKED | _plain("Type", "BaseEncoding", "Differences", "CMapName", "WMode", CIDSystemInfo="system",
                                UseCMap="letters"),
    "descriptor": _plain("Type", "FontName", "FontStretch", "FontWeight", "Flags", "FontBBox", "ItalicAngle", "Ascent",
                         "Descent", "Leading", "CapHeight", "XHeight", "StemV", "StemH", "AvgWidth", "MaxWidth",
                         "MissingWidth", CharSet="text", FontFile="program", FontFile2="program", FontFile3="program",
                         CIDSet="packed"),
    "program": _PACKED | _plain("Length1", "Length2", "Length3", "Subtype"),
}  # fmt: skip

_RESOURCES = {
    "/ExtGState": "state", "/ColorSpace": "colours", "/Pattern": "pattern", "/Shading": "shading", "/Font": "font",
    "/XObject": "drawn", "/Properties": "nothing",
}  # fmt: skip
_DEVICES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
_NAME = re.compile(rb"/([^\0\t\n\f\r ()<>\[\]{}/%]+)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


class Unpacking:
    """Unpacks what draws, which is read several times, and not more of it than takes some seconds to read."""

    def __init__(self) -> None:
        self._left = _MOST_DRAWN_BYTES

    def data_of(self, stream: StreamObject) -> bytes:
        """What stands in ``stream``.

        Raises:
            Refused: by now it is far too much.
        """
        data = stream.get_data()
        stream.decoded_self = None  # the library would keep it beside the other
        self._left -= len(data)
        if self._left < 0:
            raise Refused(Refusal.BOMB)
        return data


class Keeper:
    """Leaves of what pages lead to what is needed; each object is visited once for each kind."""

    def __init__(self, unpacking: Unpacking) -> None:
        self._unpacking = unpacking
        self.drawing: list[Any] = []
        """The streams that draw, and those that say which letter is which."""
        self._seen = dict[tuple[int, str], Any]()
        self._called = dict[int, set[str]]()

    def keep(self, page: DictionaryObject) -> None:
        """Leave of ``page`` what it needs to look as it does.

        Raises:
            Refused: things lie in each other deeper than anybody draws.
        """
        names = self._names(page.get("/Contents"), page.get("/Resources"), set())
        self._dictionary(page, "page", names, 0)

    def _kept(self, value: Any, kind: str, names: set[str], deep: int) -> Any:
        """What stands in the place of ``value``; None where it is left out."""
        if deep > _MOST_DEEP:
            raise Refused(Refusal.BOMB)
        one = value.get_object() if value is not None else None
        if kind == "resources":
            return self._resources(one, names, deep)
        if isinstance(one, ArrayObject):
            return self._listed(one, kind, names, deep)
        if isinstance(one, DictionaryObject):
            return self._entries(one, kind, names, deep)
        return None if isinstance(one, _WORDS) and not kind else one

    def _listed(self, one: ArrayObject, kind: str, names: set[str], deep: int) -> Any:
        if kind == "colours":
            return self._colours(one, deep)
        if kind == "fonted" and len(one) == 2:
            return ArrayObject([self._kept(one[0], "font", names, deep + 1), one[1]])
        for at, each in enumerate(one):
            kept = self._kept(each, kind, names, deep + 1)
            if kept is not each.get_object():
                one[at] = NullObject() if kept is None else kept
        return one

    def _entries(self, one: DictionaryObject, kind: str, names: set[str], deep: int) -> Any:
        if kind == "drawn":
            kind = {"/Form": "form", "/Image": "picture"}.get(str(one.get("/Subtype")), "")
        if kind == "glyphs" and not isinstance(one, StreamObject):
            for each in one.values():
                self._kept(each, "contents", names, deep + 1)
            return one
        if kind not in KINDS:
            return DictionaryObject() if kind == "nothing" else None
        if (id(one), kind) not in self._seen:
            self._seen[id(one), kind] = one
            self._dictionary(one, kind, self._names_within(one, kind) or names, deep)
        return one

    def _names_within(self, one: DictionaryObject, kind: str) -> set[str]:
        """What ``one`` calls by name, if it draws."""
        glyphs = one.get("/CharProcs", DictionaryObject()).get_object().values() if kind == "font" else ()
        drawing = [one] if kind in ("form", "pattern") else []
        return {name for each in (*drawing, *glyphs) for name in self._names(each, one.get("/Resources"), set())}

    def _dictionary(self, one: DictionaryObject, kind: str, names: set[str], deep: int) -> None:
        is_program = kind in ("function", "colours") and one.get("/FunctionType") == _PROGRAM
        if isinstance(one, StreamObject) and (kind in ("contents", "form", "pattern", "letters") or is_program):
            self.drawing.append(one)
        for key in list(one):
            inner = KINDS[kind].get(key)
            value = one.raw_get(key)
            if inner is None:
                del one[key]
            elif key != "/Parent":
                kept = self._kept(value, inner, names, deep + 1)
                if kept is None:
                    del one[key]
                elif kept is not value.get_object():
                    one[NameObject(key)] = kept

    def _resources(self, one: Any, names: set[str], deep: int) -> DictionaryObject:
        """A list of its own, for many pages may share one, of what is called by its name."""
        kept = DictionaryObject()
        for key, kind in _RESOURCES.items():
            listed: Any = one.get(key, DictionaryObject()).get_object() if isinstance(one, DictionaryObject) else {}
            called = DictionaryObject()
            for name in [name for name in listed if str(name)[1:] in names]:
                value = listed.raw_get(name)
                of_it = self._kept(value, kind, names, deep + 1)
                if of_it is not None:
                    called[NameObject(name)] = value if of_it is value.get_object() else of_it
            if called:
                kept[NameObject(key)] = called
        return kept

    def _colours(self, one: ArrayObject, deep: int) -> Any:
        """A space of colours; of a profile, which tells who made it, only how many colours it mixes."""
        named = str(one[0].get_object()) if one else ""
        if named == "/ICCBased" and len(one) > 1:
            return NameObject(_DEVICES.get(int(one[1].get_object().get("/N", 3)), "/DeviceRGB"))
        kept = ArrayObject()
        for each in one[:4] if named == "/DeviceN" else one:
            value = each.get_object()
            of_it = self._kept(each, "colours", set(), deep + 1) if not isinstance(value, str | bytes) else value
            kept.append(each if of_it is value else of_it)
        return kept

    def _names(self, drawn: Any, resources: Any, seen: set[int]) -> set[str]:
        """The names that ``drawn`` calls, also in what it draws with the same ``resources``."""
        one = drawn.get_object() if drawn is not None else None
        names = set[str]()
        if isinstance(one, ArrayObject):
            for each in one:
                names |= self._names(each, None, seen)
        elif isinstance(one, StreamObject) and id(one) not in seen:
            seen.add(id(one))
            names = set(self._called_in(one))
        listed = resources.get_object() if resources is not None else None
        if not isinstance(listed, DictionaryObject):
            return names
        for key in ("/XObject", "/Pattern", "/Font"):
            for each in listed.get(key, DictionaryObject()).get_object().values():
                other = each.get_object()
                if not isinstance(other, DictionaryObject) or "/Resources" in other:
                    continue
                glyphs = other.get("/CharProcs", DictionaryObject()).get_object().values()
                is_drawing = other.get("/Subtype") == "/Form" or other.get("/PatternType") == 1
                for stream in [*glyphs, *([other] if is_drawing else [])]:
                    names |= self._names(stream, None, seen)
        return names

    def _called_in(self, stream: StreamObject) -> set[str]:
        if id(stream) not in self._called:
            self._called[id(stream)] = {
                _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name).decode("utf-8", "replace")
                for name in set(_NAME.findall(self._unpacking.data_of(stream)))
            }
        return self._called[id(stream)]
