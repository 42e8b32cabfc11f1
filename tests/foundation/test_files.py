"""Files of strangers: the hostile ones refused with their reason, the others made anew without what they hide."""

from __future__ import annotations

import io
import re
import socket
import stat
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from mutagen.aac import AAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from PIL import Image, ImageChops, ImageStat, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from intake.foundation import files
from intake.foundation.files import workshop
from intake.foundation.files.embedded import bare_jpeg
from intake.foundation.files.kinds import Found, Refusal, Refused
from intake.foundation.files.scanning import Scan, scan
from intake.foundation.files.store import Folder
from intake.foundation.files.workshop import clean

CHILD = Path(files.__file__).with_name("child.py")
SECRET = b"SECRET-5551234"
FRAME = bytes([0xFF, 0xFB, 0x90, 0x00]) + bytes(413)
"""A silent frame of MPEG layer III, 128 kbit/s at 44.1 kHz."""


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 200), **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (10, 200, 30)).save(written, kind, **options)
    return written.getvalue()


def photograph() -> bytes:
    """A JPEG with a camera, a place, a comment and XMP, lying on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = SECRET.decode(), 6
    exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 48.0, 1.0), 3: "E", 4: (10.0, 10.0, 0.0)})
    return picture(exif=exif, comment=SECRET, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>")


def word(change: Callable[[dict[str, bytes]], None] = lambda _parts: None) -> bytes:
    """A Word document with an author and a photograph; ``change`` alters its parts."""
    document, written = docx.Document(), io.BytesIO()
    document.core_properties.author = SECRET.decode()
    document.add_paragraph("What happened.")
    document.add_picture(io.BytesIO(photograph()))
    document.save(written)
    with zipfile.ZipFile(written) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    return packed_of(parts)


def packed_of(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return written.getvalue()


def put(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({name: data})


def replaced(name: str, before: bytes, after: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        assert before in parts[name]
        parts[name] = parts[name].replace(before, after, 1)

    return change


def pdf(*, password: str = "") -> bytes:
    """A PDF with an author, a script and an attached file."""
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": SECRET.decode()})
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.add_attachment("hidden.txt", SECRET)
    if password:
        writer.encrypt(password)
    writer.write(written)
    return written.getvalue()


def pdf_with(change: Callable[[PdfWriter, Any], None]) -> bytes:
    """A PDF of one page; ``change`` alters it."""
    writer, written = PdfWriter(), io.BytesIO()
    change(writer, writer.add_blank_page(200, 200))
    writer.write(written)
    return written.getvalue()


def laid_over(kind: str, **more: Any) -> Callable[[PdfWriter, Any], None]:
    """Something that lies over the page."""

    def change(writer: PdfWriter, page: Any) -> None:
        names = {"/Type": NameObject("/Annot"), "/Subtype": NameObject(kind), "/Contents": TextStringObject("words")}
        one = DictionaryObject({NameObject(name): value for name, value in {**names, **more}.items()})
        one[NameObject("/Rect")] = ArrayObject([NumberObject(0)] * 4)
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(one)])

    return change


def shows(data: bytes, *filters: str) -> Callable[[PdfWriter, Any], None]:
    """A picture on the page, packed as it is."""

    def change(writer: PdfWriter, page: Any) -> None:
        one = StreamObject()
        one._data = data
        one[NameObject("/Subtype")] = NameObject("/Image")
        one[NameObject("/Filter")] = ArrayObject([NameObject(name) for name in filters])
        drawn = DictionaryObject({NameObject("/I"): writer._add_object(one)})
        draws(b"/I Do", XObject=drawn)(writer, page)

    return change


def bring_a_file(writer: PdfWriter, page: Any) -> None:
    """A file attached to the page itself."""
    body = DecodedStreamObject()
    body.set_data(SECRET)
    files = DictionaryObject({NameObject("/F"): writer._add_object(body)})
    one = DictionaryObject({NameObject("/F"): TextStringObject("a.txt"), NameObject("/EF"): files})
    page[NameObject("/AF")] = ArrayObject([writer._add_object(one)])


def hide_a_layer(writer: PdfWriter, _page: Any) -> None:
    hidden = ArrayObject([writer._add_object(DictionaryObject())])
    shown = DictionaryObject({NameObject("/OFF"): hidden})
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject({NameObject("/D"): shown})


def objects_of(body: bytes) -> bytes:
    """Everything a PDF holds, unpacked as far as it is packed by the PDF itself."""
    reader = PdfReader(io.BytesIO(body))
    writer = PdfWriter(clone_from=reader)
    return b"".join(
        str(one).encode() + (one._data if isinstance(one, StreamObject) else b"") for one in writer._objects
    )


def wav(*extra: bytes) -> bytes:
    chunks = [
        b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8),
        *extra,
        b"data" + struct.pack("<I", 4) + b"abcd",
    ]
    inner = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def box(name: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return struct.pack(">I", 8 + len(body)) + name + body


AMR = b"#!AMR\n" + b"\x04" + bytes(range(12)) + b"\x7c" + b"\x3c" + b"s" * 30 + b"\xf0"
"""A sound of a recorder: three frames, of which the one in the middle is silent."""


def adts(data: bytes, *, marks: int = 0, sums: int = 0) -> bytes:
    """A frame of AAC; ``marks``: bits that say whose it is; ``sums``: how many of two bytes."""
    length = 7 + 2 * sums + len(data)
    head = [0xFF, 0xF0 | (not sums), 0x50 | marks & 2, 0x80 | marks & 0x3C | length >> 11, length >> 3 & 0xFF,
            (length & 7) << 5 | (0 if marks else 0x1F), (0 if marks else 0xFC) | max(sums - 1, 0)]  # fmt: skip
    return bytes(head) + b"ss" * sums + data


def track(of: bytes) -> bytes:
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), of, bytes(12), SECRET)))


def with_tracks(*tracks: bytes, end: bytes = b"") -> bytes:
    return box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", *tracks) + box(b"mdat", b"sound") + end


def opus(*, streams: int = 1) -> bytes:
    """An Ogg file with a note of who made it, and another note behind that."""
    head = b"OpusHead\1\1" + struct.pack("<HIhB", 0, 48_000, 0, 0)
    vendor, note = SECRET, b"ARTIST=" + SECRET
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<II", 1, len(note)) + note
    written = b""
    for number, packet in enumerate((head, tags + b"\1" + SECRET, b"\xfc\xff\xfe")):
        for serial in range(streams):
            page = OggPage()
            page.packets, page.serial, page.sequence, page.position = [packet], serial, number, 960 * (number == 2)
            page.first, page.last = number == 0, number == 2
            written += page.write()
    return written


def rescanned(times: int) -> bytes:
    """A photograph whose last scan comes again and again."""
    whole = picture(size=(4_000, 4_000), progressive=True)
    return whole[:-2] + whole[whole.rindex(b"\xff\xda") : -2] * times + whole[-2:]


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge_png(width: int, height: int) -> bytes:
    """A PNG that says it is huge, in a few bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def linked() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        link = zipfile.ZipInfo("word/document.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
        packed.writestr("[Content_Types].xml", "<Types/>")
    return written.getvalue()


TYPES, STORY, RELATIONS = "[Content_Types].xml", "word/document.xml", "word/_rels/document.xml.rels"
MAIN_TYPE = b"wordprocessingml.document.main+xml"
MACRO_TYPE = b"application/vnd.ms-word.document.macroEnabled.main+xml"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><d>&b;</d>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
STORY_NAMES = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_NAMES = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
WORDS = b"<w:t>What happened.</w:t>"
MARK = b'<w:fldChar w:fldCharType="%s"/>'


def instead_of_the_words(new: bytes) -> Callable[[dict[str, bytes]], None]:
    return replaced(STORY, WORDS, new)


def field(*told: bytes, shown: bytes = b"") -> bytes:
    """A field as Word writes it, whose instruction may come in pieces."""
    pieces = b"".join(b"<w:instrText>" + one + b"</w:instrText>" for one in told)
    return MARK % b"begin" + pieces + MARK % b"separate" + b"<w:t>" + shown + b"</w:t>" + MARK % b"end"


def strictly_changed(parts: dict[str, bytes]) -> None:
    instead_of_the_words(b'<w:ins w:author="A"><w:t>W</w:t></w:ins>')(parts)
    parts[STORY] = parts[STORY].replace(STORY_NAMES, STRICT_NAMES)


def settings(*inner: bytes) -> Callable[[dict[str, bytes]], None]:
    """Settings with something in them, and a template on the machine of whoever wrote it."""
    relation = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
        b' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"'
        b' Target="file:///C:/Users/' + SECRET + b'/a.dotx" TargetMode="External"/></Relationships>'
    )
    root = b'<w:settings xmlns:w="' + STORY_NAMES + b'" xmlns:n="n">' + b"".join(inner) + b"</w:settings>"
    return lambda parts: parts.update({"word/settings.xml": root, "word/_rels/settings.xml.rels": relation})


IMAGE_FROM_ELSEWHERE = (
    b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
    b' Target="http://example.org/seen.png" TargetMode="External"/></Relationships>'
)

HOSTILE: dict[str, tuple[str, Callable[[], bytes], Refusal]] = {
    "an empty file": ("a.jpg", lambda: b"", Refusal.EMPTY),
    "a file that is too large": ("a.jpg", lambda: b"\xff\xd8\xff" + bytes(10_000_001), Refusal.LARGE),
    "a page called a picture": ("a.jpg", lambda: b"<html><script>alert(1)</script>", Refusal.UNKNOWN),
    "a drawing that can hold scripts": ("a.svg", lambda: b"<svg onload='alert(1)'/>", Refusal.UNKNOWN),
    "a program": ("a.exe", lambda: b"MZ\x90\0" + bytes(100), Refusal.UNKNOWN),
    "an old Word document": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Refusal.OLD_WORD),
    "a picture as some telephones take it": (
        "a.HEIC", lambda: box(b"ftyp", b"heic\0\0\0\0mif1") + bytes(99), Refusal.TELEPHONE_PICTURE,
    ),
    "another archive": ("a.odt", lambda: packed_of({"mimetype": b"application/x"}), Refusal.UNKNOWN),
    "a document whose name allows macros": ("a.docm", word, Refusal.MACROS),
    "a picture under another ending": ("a.png", picture, Refusal.NAME),
    "a picture called a page": ("a.jpg.html", picture, Refusal.NAME),
    "a truncated picture": ("a.jpg", lambda: photograph()[:900], Refusal.DAMAGED),
    "a picture of garbage": ("a.png", lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 500, Refusal.DAMAGED),
    "a picture of huge dimensions": ("a.png", lambda: huge_png(50_000, 50_000), Refusal.DIMENSIONS),
    "a picture just beyond the limit": ("a.png", lambda: huge_png(8_000, 5_001), Refusal.DIMENSIONS),
    "a PDF with a password": ("a.pdf", lambda: pdf(password="x"), Refusal.ENCRYPTED),
    "a PDF that draws without end": (
        "a.pdf",
        lambda: pdf_with(draws(b"q Q " * 16_000_000)),
        Refusal.BOMB,
    ),
    "a photograph that is decoded over and over": ("a.jpg", lambda: rescanned(2_000), Refusal.BOMB),
    "a PDF without pages": ("a.pdf", lambda: b"%PDF-1.7\n%%EOF", Refusal.DAMAGED),
    "a truncated PDF": ("a.pdf", lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj", Refusal.DAMAGED),
    "an archive called a document": ("a.docx", lambda: packed_of({"a.txt": b"x"}), Refusal.UNKNOWN),
    "an archive with a way out": ("a.docx", lambda: word(put("../../evil.xml", b"<x/>")), Refusal.DAMAGED),
    "an archive with an absolute path": ("a.docx", lambda: word(put("/etc/evil.xml", b"<x/>")), Refusal.DAMAGED),
    "an archive with control characters": ("a.docx", lambda: word(put("word/a\x1b.xml", b"<x/>")), Refusal.DAMAGED),
    "an archive with a symbolic link": ("a.docx", linked, Refusal.DAMAGED),
    "an archive that is a bomb": ("a.docx", lambda: word(put("word/a.xml", bytes(9_000_000))), Refusal.BOMB),
    "an archive of thousands": ("a.docx", lambda: packed_of({f"{n}.xml": b"" for n in range(2_001)}), Refusal.BOMB),
    "a document with macros": ("a.docx", lambda: word(put("word/vbaProject.bin", b"x")), Refusal.MACROS),
    "a document that allows macros": (
        "a.docx",
        lambda: word(replaced(TYPES, b"application/vnd.openxmlformats-officedocument." + MAIN_TYPE, MACRO_TYPE)),
        Refusal.MACROS,
    ),
    "a document in a document": ("a.docx", lambda: word(put("word/embeddings/a.xlsx", b"PK")), Refusal.EMBEDDED),
    "a document with ActiveX": ("a.docx", lambda: word(put("word/activeX/activeX1.xml", b"<x/>")), Refusal.EMBEDDED),
    "a document that loads a picture": (
        "a.docx", lambda: word(replaced(RELATIONS, b"</Relationships>", IMAGE_FROM_ELSEWHERE)), Refusal.EMBEDDED,
    ),
    "a document that runs a command": (
        "a.docx",
        lambda: word(instead_of_the_words(field(b"DDEAUTO cmd"))),
        Refusal.EMBEDDED,
    ),
    "a document that runs a command in pieces": (
        "a.docx", lambda: word(instead_of_the_words(field(b" DD", b"EAUTO cmd"))), Refusal.EMBEDDED,
    ),
    "a document that runs a command at once": (
        "a.docx", lambda: word(instead_of_the_words(b'<w:fldSimple w:instr="dde cmd"/>')), Refusal.EMBEDDED,
    ),
    "a document with tracked changes": (
        "a.docx", lambda: word(instead_of_the_words(b'<w:ins w:author="A"><w:t>W</w:t></w:ins>')), Refusal.TRACKED,
    ),
    "a document with a tracked cell": (
        "a.docx", lambda: word(instead_of_the_words(b'<w:cellIns w:author="A"/>')), Refusal.TRACKED,
    ),
    "a document with tracked changes in the strict form": ("a.docx", lambda: word(strictly_changed), Refusal.TRACKED),
    "a document with a page in it": ("a.docx", lambda: word(instead_of_the_words(b"<w:altChunk/>")), Refusal.EMBEDDED),
    "a PDF that is filled in": (
        "a.pdf", lambda: pdf_with(laid_over("/Widget", **{"/V": TextStringObject("x")})), Refusal.LAID_OVER,
    ),
    "a PDF with words over its page": ("a.pdf", lambda: pdf_with(laid_over("/FreeText")), Refusal.LAID_OVER),
    "a PDF with hidden layers": ("a.pdf", lambda: pdf_with(hide_a_layer), Refusal.LAYERS),
    "a film called a sound": ("a.mp4", lambda: with_tracks(track(b"soun"), track(b"vide")), Refusal.FILM),
    "a film of a telephone": ("a.3gp", lambda: with_tracks(track(b"soun"), track(b"vide")), Refusal.FILM),
    "a sound of a recorder with a frame of no type": ("a.amr", lambda: AMR + b"\x64" + SECRET, Refusal.DAMAGED),
    "a sound of a recorder without a sound": ("a.amr", lambda: b"#!AMR\n\x7c\x7c", Refusal.DAMAGED),
    "a sound of a recorder with several sums": ("a.aac", lambda: adts(b"sound", sums=2) * 3, Refusal.DAMAGED),
    "a sound in boxes with another beside it": (
        "a.m4a", lambda: with_tracks(track(b"soun"), track(b"soun")), Refusal.FILM,
    ),
    "a film": ("a.mov", lambda: box(b"ftyp", b"qt  \0\0\0\0") + bytes(99), Refusal.FILM),
    "a sound with another beside it": ("a.ogg", lambda: opus(streams=2), Refusal.FILM),
    "a sound packed as nobody knows": (
        "a.wav", lambda: wav().replace(b"\x10\0\0\0\1\0", b"\x10\0\0\0\x55\0"), Refusal.DAMAGED,
    ),
    "a sound without a sound": ("a.wav", lambda: wav()[:-12] + b"data\0\0\0\0", Refusal.DAMAGED),
    "a document with entities that grow": ("a.docx", lambda: word(put("word/styles.xml", ENTITIES)), Refusal.BOMB),
    "a document that reads files": ("a.docx", lambda: word(put("word/styles.xml", OUTSIDE)), Refusal.BOMB),
    "a sound without frames": ("a.mp3", lambda: b"ID3\3\0\0\0\0\0\1x" + b"<script>" * 50, Refusal.DAMAGED),
    "a sound whose boxes lie": ("a.m4a", lambda: box(b"ftyp", b"M4A ") + b"\xff\xff\xff\xffmoov", Refusal.DAMAGED),
    "a sound that is none": ("a.ogg", lambda: b"OggS" + bytes(200), Refusal.DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_could_do_harm_is_refused_with_its_reason(what: str) -> None:
    name, make, why = HOSTILE[what]
    with pytest.raises(Refused) as refused:
        clean(make(), name)
    assert refused.value.why == why


def test_a_photograph_forgets_place_camera_and_comments_and_stands_upright() -> None:
    original = photograph()
    assert SECRET in original
    kept = clean(original, "IMG 1.JPG")
    assert {Found.PLACE, Found.CAMERA, Found.COMMENTS} <= set(kept.found)
    assert SECRET not in kept.body
    with Image.open(io.BytesIO(kept.body)) as image:
        assert image.size == (200, 300)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def large(size: tuple[int, int], **options: Any) -> bytes:
    """A photograph of a large sensor: a red stripe at its left, lying on its side."""
    held, written, exif = Image.new("RGB", size, (10, 200, 30)), io.BytesIO(), Image.Exif()
    held.paste((250, 10, 10), (0, 0, size[0] // 10, size[1]))
    exif[0x010F], exif[0x0112] = SECRET.decode(), 6
    held.save(written, "JPEG", exif=exif, **options)
    return written.getvalue()


@pytest.mark.parametrize(
    ("size", "kept"),
    [((8_160, 6_120), (1_800, 2_400)), ((9_600, 9_600), (2_400, 2_400)), ((16_320, 12_240), (1_800, 2_400))],
)
def test_a_photograph_of_a_large_sensor_is_taken_at_a_smaller_size(
    size: tuple[int, int], kept: tuple[int, int]
) -> None:
    made = clean(large(size), "a.jpg")
    assert {Found.CAMERA, Found.SHRUNK} == set(made.found)
    with Image.open(io.BytesIO(made.body)) as image:
        assert image.size == kept
        assert image.getpixel((kept[0] // 2, kept[1] // 20))[0] > 200  # type: ignore[index]
        assert image.getpixel((kept[0] // 2, kept[1] // 5))[0] < 60  # type: ignore[index]


def test_a_photograph_of_a_large_sensor_with_another_one_behind_it_is_taken() -> None:
    held, written = Image.new("RGB", (8_160, 6_120), (10, 200, 30)), io.BytesIO()
    held.save(written, "MPO", save_all=True, append_images=[held.resize((100, 100))])
    kept = clean(written.getvalue(), "a.jpg")
    assert {Found.FRAMES, Found.SHRUNK} <= set(kept.found)
    with Image.open(io.BytesIO(kept.body)) as image:
        assert (image.size, image.format) == ((2_400, 1_800), "JPEG")


@pytest.mark.parametrize(("size", "is_progressive"), [((8_160, 6_120), True), ((16_400, 12_300), False)])
def test_a_photograph_that_would_need_too_much_memory_is_refused(size: tuple[int, int], is_progressive: bool) -> None:
    with pytest.raises(Refused) as refused:
        clean(large(size, progressive=is_progressive), "a.jpg")
    assert refused.value.why is Refusal.DIMENSIONS


def noise(*, progressive: bool) -> bytes:
    written = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(written, "JPEG", comment=SECRET, progressive=progressive)
    return written.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photograph_that_was_cut_short_is_kept_as_far_as_it_came(progressive: bool) -> None:
    whole = noise(progressive=progressive)
    kept = clean(whole[:-200], "a.jpg")
    assert SECRET not in kept.body
    with Image.open(io.BytesIO(kept.body)) as after, Image.open(io.BytesIO(whole)) as before:
        assert after.size == before.size
        upper = ImageChops.difference(*(one.convert("L").crop((0, 0, 300, 180)) for one in (after, before)))
        assert ImageStat.Stat(upper).mean[0] < 30


def test_a_photograph_of_which_hardly_anything_came_is_refused() -> None:
    whole = noise(progressive=False)
    for body in (whole[: len(whole) // 3], whole[: whole.index(b"\xff\xda") + 20]):
        with pytest.raises(Refused) as refused:
            clean(body, "a.jpg")
        assert refused.value.why is Refusal.DAMAGED


def test_what_a_picture_holds_behind_its_pixels_is_told_too() -> None:
    whole = picture("PNG")
    kept = clean(whole[:-12] + png_chunk(b"tEXt", b"Author\0" + SECRET) + whole[-12:], "a.png")
    assert kept.found == (Found.COMMENTS,)
    assert SECRET not in kept.body


def test_what_grew_when_it_was_made_anew_is_too_large_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "LARGEST_FILE_BYTES", 100)
    with pytest.raises(Refused) as refused:
        clean(picture(), "a.jpg")
    assert refused.value.why is Refusal.LARGE


def test_a_deep_grey_scan_stays_grey() -> None:
    written = io.BytesIO()
    Image.new("I;16", (9, 9), 40_000).save(written, "PNG")
    with Image.open(io.BytesIO(clean(written.getvalue(), "a.png").body)) as image:
        assert image.convert("L").getpixel((4, 4)) == 40_000 // 256


@pytest.mark.parametrize("alpha", [0, 1, 7])
@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("WEBP", "webp")])
def test_what_a_picture_shows_under_clear_glass_is_gone(kind: str, ending: str, alpha: int) -> None:
    marker = (201, 17, 99)
    held, written = Image.new("RGBA", (40, 40), (*marker, alpha)), io.BytesIO()
    held.paste((10, 200, 30, 255), (0, 0, 20, 40))
    held.save(written, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    with Image.open(io.BytesIO(written.getvalue())) as before:
        assert bytes(marker) in before.tobytes()
    with Image.open(io.BytesIO(clean(written.getvalue(), f"a.{ending}").body)) as kept:
        assert kept.getpixel((0, 0)) == (10, 200, 30, 255)
        assert {kept.getpixel((x, y)) for x in range(20, 40) for y in range(40)} == {(0, 0, 0, 0)}


def test_a_colour_that_a_gif_calls_clear_is_gone() -> None:
    marker, written = (201, 17, 99), io.BytesIO()
    held = Image.new("P", (8, 8), 1)
    held.putpalette([0, 0, 0, *marker, 10, 200, 30])
    held.putpixel((0, 0), 2)
    held.save(written, "GIF", transparency=1)
    assert bytes(marker) in written.getvalue()
    with Image.open(io.BytesIO(clean(written.getvalue(), "a.gif").body)) as kept:
        assert bytes(marker) not in kept.convert("RGBA").tobytes()


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04" + SECRET, b"%PDF-1.7 " + SECRET])
@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_picture_that_is_also_something_else_is_only_a_picture(kind: str, ending: str, tail: bytes) -> None:
    kept = clean(picture(kind) + tail, f"a.{ending}")
    assert tail not in kept.body
    assert kept.kind.is_image


def test_a_png_loses_its_texts_and_a_large_one_its_size() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode())
    kept = clean(picture("PNG", (2_600, 100), pnginfo=texts), "a.png")
    assert set(kept.found) == {Found.COMMENTS, Found.SHRUNK}
    assert SECRET not in kept.body
    with Image.open(io.BytesIO(kept.body)) as image:
        assert image.size[0] == 2_400


def test_a_pdf_keeps_its_pages_and_nothing_else() -> None:
    original = pdf()
    kept = clean(original + b"\n<script>" + SECRET, "a.PDF")
    assert {Found.AUTHOR, Found.ACTIONS, Found.ATTACHED} == set(kept.found)
    for hidden in (SECRET, b"JavaScript", b"alert", b"<script>", b"hidden.txt"):
        assert hidden not in kept.body
    reader = PdfReader(io.BytesIO(kept.body))
    assert len(reader.pages) == 1
    assert dict(reader.metadata or {}) == {"/Producer": "Intake"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (laid_over("/Text"), Found.COMMENTS),
        (laid_over("/Link"), Found.LINKS),
        (laid_over("/FileAttachment"), Found.ATTACHED),
        (bring_a_file, Found.ATTACHED),
    ],
)
def test_what_lies_over_a_page_is_taken_out_and_told(change: Callable[[PdfWriter, Any], None], found: Found) -> None:
    kept = clean(pdf_with(change), "a.pdf")
    assert kept.found == (found,)
    for hidden in (b"words", SECRET, b"/Annots", b"/EF"):
        assert hidden not in objects_of(kept.body)


def test_a_picture_in_a_pdf_says_nothing_however_it_is_packed() -> None:
    photo, written = photograph(), io.BytesIO()
    Image.new("RGB", (9, 9)).save(written, "JPEG2000")
    drawn = written.getvalue() + box(b"xml ", SECRET)
    for change in (
        shows(photo, "/DCTDecode"),
        shows(zlib.compress(photo, 0), "/FlateDecode", "/DCTDecode"),
        shows(photo.hex().encode() + b">", "/ASCIIHexDecode", "/DCTDecode"),
        shows(drawn, "/JPXDecode"),
    ):
        kept = clean(pdf_with(change), "a.pdf").body
        assert SECRET not in objects_of(kept)
        assert SECRET.hex().encode() not in objects_of(kept)
        left: Any = PdfReader(io.BytesIO(kept)).pages[0]["/Resources"]
        with Image.open(io.BytesIO(left["/XObject"]["/I"]._data)) as image:
            image.load()


def draws(content: bytes, **resources: Any) -> Callable[[PdfWriter, Any], None]:
    """A page drawn by ``content``."""

    def change(writer: PdfWriter, page: Any) -> None:
        stream = DecodedStreamObject()
        stream.set_data(content)
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
        named = {NameObject(f"/{name}"): value for name, value in resources.items()}
        page[NameObject("/Resources")] = DictionaryObject(named)

    return change


def drawn_by(body: bytes) -> bytes:
    """What draws the first page."""
    contents = PdfReader(io.BytesIO(body)).pages[0].get_contents()
    assert contents is not None
    return contents.get_data()


def inline(data: bytes, filters: bytes, more: bytes = b"") -> bytes:
    return b"BI /W 300 /H 200 /BPC 8 /CS /RGB /F " + filters + more + b" ID " + data + b"\nEI"


def test_a_picture_in_the_midst_of_a_page_says_nothing_however_it_is_packed() -> None:
    photo = photograph()
    secret_of_it = b" /Author (" + SECRET + b")"
    for picture_of_it in (
        inline(photo, b"/DCT"),
        inline(photo, b"[/DCTDecode]", secret_of_it),
        inline(photo, b"/D#43T"),
        inline(photo.hex().encode() + b">", b"[/AHx /DCT]", b" /DP [null null]"),
        inline(zlib.compress(photo, 0), b"[/Fl /DCT]"),
    ):
        kept = drawn_by(clean(pdf_with(draws(b"q 9 0 0 9 0 0 cm " + picture_of_it + b" Q\n(EI) Tj")), "a.pdf").body)
        assert SECRET not in kept
        assert SECRET.hex().encode() not in kept
        assert kept.endswith(b"\nEI Q\n(EI) Tj")
        jpeg = kept[kept.index(b"\xff\xd8") : kept.rindex(b"\nEI ")]
        with Image.open(io.BytesIO(jpeg)) as image:
            image.load()


@pytest.mark.parametrize(
    ("drawn", "kept"),
    [
        (b"q % " + SECRET + b"\n1 0 0 rg (50% \\) %(a) (%b)) Tj", b"q \n1 0 0 rg (50% \\) %(a) (%b)) Tj"),
        (b"/P <</MCID 0 /A <41>>> BDC (<<a>>) Tj EMC", b"/P <<>> BDC (<<a>>) Tj EMC"),
        (b"/P<</A(>> " + SECRET + b")/B<</C[<42>]>>>>BDC EMC /BI gs", b"/P<<>>BDC EMC /BI gs"),
        (b"BI /W 2 /H 2 /BPC 8 /CS /G ID (%<< EI Q\n", b"BI \n/W 2\n/H 2\n/BPC 8\n/CS /G\n ID (%<<\nEI Q\n"),
        (b"[<41> -3 (b)] TJ >> q", b"[<41> -3 (b)] TJ >> q"),
    ],
)
def test_what_draws_a_page_says_nothing_else(drawn: bytes, kept: bytes) -> None:
    assert drawn_by(clean(pdf_with(draws(drawn)), "a.pdf").body).strip() == kept.strip()


def test_what_draws_a_page_and_does_not_end_is_refused() -> None:
    for drawn in (b"(" + SECRET, b"/P << BDC", b"BI /W 1", b"BI /F /DCT ID " + photograph()[:60] + b" EI"):
        with pytest.raises(Refused) as refused:
            clean(pdf_with(draws(drawn)), "a.pdf")
        assert refused.value.why is Refusal.DAMAGED


def test_what_a_function_says_beside_its_program_is_gone() -> None:
    def change(writer: PdfWriter, page: Any) -> None:
        told = DecodedStreamObject()
        told.set_data(b"{ % " + SECRET + b"\n dup }")
        told[NameObject("/FunctionType")] = NumberObject(4)
        names = map(NameObject, ("/Separation", "/Spot", "/DeviceGray"))
        space = ArrayObject([*names, writer._add_object(told)])
        draws(b"/C cs 1 scn", ColorSpace=DictionaryObject({NameObject("/C"): space}))(writer, page)

    made = pdf_with(change)
    assert SECRET in objects_of(made)
    page: Any = PdfReader(io.BytesIO(clean(made, "a.pdf").body)).pages[0]
    assert page["/Resources"]["/ColorSpace"]["/C"][3].get_object().get_data().split() == [b"{", b"dup", b"}"]


def test_what_a_page_calls_by_name_has_nothing_but_its_name() -> None:
    words = TextStringObject(SECRET.decode())
    noted = DictionaryObject({NameObject("/Author"): words})
    properties = DictionaryObject({NameObject("/MC0"): noted})
    change = draws(b"/Span /MC0 BDC q Q EMC", Secret=words, Properties=properties, Font=DictionaryObject())
    kept = clean(pdf_with(change), "a.pdf").body
    assert SECRET not in objects_of(kept)
    left: Any = PdfReader(io.BytesIO(kept)).pages[0]["/Resources"]
    assert left == {"/Properties": {"/MC0": {}}}


def test_a_drawing_that_is_used_again_says_nothing_either() -> None:
    def change(writer: PdfWriter, page: Any) -> None:
        form = DecodedStreamObject()
        form.set_data(b"q % " + SECRET + b"\nQ")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/Author")] = TextStringObject(SECRET.decode())
        draws(b"/F Do", XObject=DictionaryObject({NameObject("/F"): writer._add_object(form)}))(writer, page)

    kept = clean(pdf_with(change), "a.pdf").body
    assert SECRET not in objects_of(kept)
    left: Any = PdfReader(io.BytesIO(kept)).pages[0]["/Resources"]
    assert left["/XObject"]["/F"].get_data() == b"q \nQ"


def test_a_pdf_that_is_also_an_archive_is_only_a_pdf() -> None:
    kept = clean(pdf_with(lambda _writer, _page: None) + packed_of({"a.txt": SECRET}), "a.pdf")
    assert not zipfile.is_zipfile(io.BytesIO(kept.body))


def test_a_jpeg_in_a_document_keeps_its_pixels_alone() -> None:
    thumbnail = b"JFIF\0\1\1\0\0\1\0\1\1\1" + SECRET[:3]
    whole = picture(progressive=True, comment=SECRET)
    beside = whole[:2] + b"\xff\xe0" + struct.pack(">H", 2 + len(thumbnail)) + thumbnail + whole[20:]
    bare = bare_jpeg(beside + photograph())
    assert SECRET[:3] not in bare
    assert bare.endswith(b"\xff\xd9")
    assert bare.count(b"\xff\xd8") == 1
    with Image.open(io.BytesIO(bare)) as kept, Image.open(io.BytesIO(whole)) as before:
        assert kept.tobytes() == before.tobytes()


def test_behind_the_tables_of_a_jpeg_stands_nothing() -> None:
    whole = picture(progressive=True)
    made, at = whole[:2], 2
    while whole[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(whole[at + 2 : at + 4])
        made += whole[at : at + 2] + (end - at - 2 + len(SECRET)).to_bytes(2) + whole[at + 4 : end] + SECRET
        at = end
    assert made.count(SECRET) > 3
    bare = bare_jpeg(made + whole[at:])
    assert SECRET not in bare
    with Image.open(io.BytesIO(bare)) as kept, Image.open(io.BytesIO(whole)) as before:
        assert kept.tobytes() == before.tobytes()


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_sound_whose_length_was_never_written_is_kept_without_what_follows(size: int) -> None:
    note = b"IART" + struct.pack("<I", len(SECRET)) + SECRET + b"\0" * (len(SECRET) % 2)
    notes = b"LIST" + struct.pack("<I", 4 + len(note)) + b"INFO" + note
    unsized = wav()[:-8] + struct.pack("<I", size) + b"abLISTcd"
    for body in (unsized + notes, unsized + notes + notes):
        kept = clean(body, "a.wav").body
        assert SECRET not in kept
        assert kept.endswith(struct.pack("<I", 8) + b"abLISTcd")
    assert clean(unsized, "a.wav").body.endswith(b"abLISTcd")


def test_a_word_document_says_nothing_of_where_it_was_written() -> None:
    named = replaced(STORY, b"<pic:cNvPr ", b'<pic:cNvPr descr="C:\\' + SECRET + b'" title="" ')

    def change(parts: dict[str, bytes]) -> None:
        named(parts)
        settings(b'<n:docId n:val="' + SECRET + b'"/>', b"<w:embedRegular/>")(parts)
        parts["word/fonts/font1.odttf"] = b"MZ" + SECRET
        parts["word/media/image1.jpg"] = picture() + SECRET

    kept = clean(word(change), "a.docx")
    with zipfile.ZipFile(io.BytesIO(kept.body)) as packed:
        assert not [name for name in packed.namelist() if SECRET in packed.read(name)]
    assert len(docx.Document(io.BytesIO(kept.body)).inline_shapes) == 1


def test_a_word_document_loads_no_picture_from_elsewhere() -> None:
    drawn = (
        b'<w:pict xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        b"<v:imagedata"
        b' src="http://example.org/a" o:href="http://example.org/b"/></w:pict>'
    )
    kept = clean(word(instead_of_the_words(drawn)), "a.docx")
    with zipfile.ZipFile(io.BytesIO(kept.body)) as packed:
        assert b"example.org" not in packed.read(STORY)


def test_fields_of_other_programs_leave_what_they_showed_and_hidden_text_goes() -> None:
    hidden = b"<w:t>a</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>" + SECRET + b"</w:t></w:r><w:r>"
    of_others = field(b"ADDIN ", SECRET, shown=b"(Amal 2020)") + b'<w:fldSimple w:instr="AUTHOR"><w:r/></w:fldSimple>'
    kept = clean(word(instead_of_the_words(hidden + of_others + field(b"PAGE", shown=b"7"))), "a.docx")
    assert {Found.FIELDS, Found.HIDDEN} <= set(kept.found)
    with zipfile.ZipFile(io.BytesIO(kept.body)) as packed:
        story = packed.read(STORY)
    assert SECRET not in story
    assert b"(Amal 2020)" in story
    assert (story.count(b"instrText"), story.count(b"fldChar ")) == (2, 3)


def piece(words: bytes, *properties: bytes) -> bytes:
    return b"<w:r><w:rPr>" + b"".join(properties) + b"</w:rPr><w:t>" + words + b"</w:t></w:r>"


def paragraph(*inner: bytes, style: bytes = b"") -> bytes:
    named = b'<w:pPr><w:pStyle w:val="' + style + b'"/></w:pPr>' if style else b""
    return b"<w:p>" + named + b"".join(inner) + b"</w:p>"


def with_body(*inner: bytes, styles: bytes = b"") -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        replaced(STORY, b"<w:sectPr", b"".join(inner) + b"<w:sectPr")(parts)
        replaced("word/styles.xml", b"</w:styles>", styles + b"</w:styles>")(parts)

    return change


def style(name: bytes, inner: bytes, *, kind: bytes = b"paragraph", on: bytes = b"") -> bytes:
    based = b'<w:basedOn w:val="' + on + b'"/>' if on else b""
    head = b'<w:style w:type="' + kind + b'" w:styleId="' + name + b'"><w:name w:val="' + name + b'"/>'
    return head + based + b"<w:rPr>" + inner + b"</w:rPr></w:style>"


def story_of(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return packed.read(STORY)


HIDES = b"<w:vanish/>"
STYLES = (
    style(b"Hides", HIDES), style(b"Below", b"", on=b"Hides"), style(b"Shows", b'<w:vanish w:val="0"/>', on=b"Hides"),
    style(b"Letters", HIDES, kind=b"character"), style(b"Browsers", b"<w:webHidden/>"),
)  # fmt: skip
TABLE_STYLES = (
    b'<w:style w:type="table" w:styleId="Parts"><w:name w:val="Parts"/><w:tblStylePr w:type="firstRow"><w:rPr>'
    b'<w:vanish/></w:rPr></w:tblStylePr><w:tblStylePr w:type="band2Horz"><w:rPr><w:webHidden/></w:rPr></w:tblStylePr>'
    b'<w:tblStylePr w:type="lastCol"><w:rPr><w:vanish/></w:rPr></w:tblStylePr><w:tblStylePr w:type="seCell"><w:rPr>'
    b'<w:vanish w:val="0"/></w:rPr></w:tblStylePr><w:tblStylePr w:type="lastRow"><w:trPr><w:hidden/></w:trPr>'
    b'</w:tblStylePr></w:style>'
    b'<w:style w:type="table" w:styleId="On"><w:name w:val="On"/><w:basedOn w:val="Parts"/></w:style>'
    b'<w:style w:type="table" w:styleId="Whole"><w:name w:val="Whole"/><w:rPr><w:vanish/></w:rPr></w:style>'
)  # fmt: skip
LEVEL = b'<w:rPr><w:vanish/></w:rPr><w:lvlText w:val="' + SECRET + b'"/>'
OF_LETTERS = b'<w:rStyle w:val="Letters"/>'
A_ROW = b"<w:tr><w:trPr>%s</w:trPr><w:tc>" + paragraph(piece(SECRET)) + b"</w:tc></w:tr>"


@pytest.mark.parametrize(
    ("written", "is_seen"),
    [
        (paragraph(piece(SECRET), style=b"Hides"), False),
        (paragraph(piece(SECRET), style=b"Below"), False),
        (paragraph(piece(SECRET), style=b"Browsers"), False),
        (paragraph(piece(SECRET, OF_LETTERS)), False),
        (paragraph(piece(SECRET, b"<w:webHidden/>")), False),
        (b"<w:tbl>" + A_ROW % b"<w:hidden/>" + b"</w:tbl>", False),
        (b"<w:tbl>" + A_ROW % b"" + b"</w:tbl>", True),
        (paragraph(piece(SECRET), style=b"Shows"), True),
        (paragraph(piece(SECRET, b'<w:vanish w:val="false"/>'), style=b"Hides"), True),
        (paragraph(piece(SECRET, OF_LETTERS), style=b"Hides"), True),
        (paragraph(piece(SECRET, b"<w:webHidden/>"), b"<w:r>" + field(b"PAGEREF _Toc1") + b"</w:r>"), True),
    ],
)
def test_text_is_hidden_where_its_style_says_so(written: bytes, is_seen: bool) -> None:
    kept = clean(word(with_body(written, styles=b"".join(STYLES))), "a.docx")
    assert (SECRET in story_of(kept.body), Found.HIDDEN in kept.found) == (is_seen, not is_seen)
    assert docx.Document(io.BytesIO(kept.body)).paragraphs[0].text == "What happened."


def table(style_of_it: bytes, look: bytes, rows: int = 4, columns: int = 2) -> bytes:
    """A table whose cells are called by where they are."""
    cells = [[b"<w:tc>" + paragraph(piece(b"r%dc%d" % (row, column))) + b"</w:tc>" for column in range(columns)]
             for row in range(rows)]  # fmt: skip
    head = b'<w:tblPr><w:tblStyle w:val="' + style_of_it + b'"/>' + look + b"</w:tblPr>"
    return b"<w:tbl>" + head + b"".join(b"<w:tr>" + b"".join(row) + b"</w:tr>" for row in cells) + b"</w:tbl>"


@pytest.mark.parametrize(
    ("style_of_it", "look", "seen"),
    [
        (b"Parts", b'<w:tblLook w:firstRow="1" w:noHBand="1"/>', "r1c0 r1c1 r2c0 r2c1 r3c0 r3c1"),
        (b"On", b'<w:tblLook w:val="0220"/>', "r1c0 r1c1 r2c0 r2c1 r3c0 r3c1"),
        (b"On", b'<w:tblLook w:val="0220" w:firstRow="0"/>', "r0c0 r0c1 r1c0 r1c1 r2c0 r2c1 r3c0 r3c1"),
        (b"Parts", b'<w:tblLook w:firstRow="1"/>', "r1c0 r1c1 r3c0 r3c1"),
        (b"Parts", b'<w:tblLook w:lastColumn="1" w:noHBand="1"/>', "r0c0 r1c0 r2c0 r3c0"),
        (b"Parts", b'<w:tblLook w:lastRow="1" w:noHBand="1"/>', "r0c0 r0c1 r1c0 r1c1 r2c0 r2c1"),
        (b"Whole", b"", ""),
    ],
)
def test_text_is_hidden_where_a_part_of_its_table_says_so(style_of_it: bytes, look: bytes, seen: str) -> None:
    written = with_body(table(style_of_it, look), paragraph(piece(b"after")), styles=TABLE_STYLES)
    kept = clean(word(written), "a.docx")
    shown = re.findall(r">(r\dc\d|after)<", story_of(kept.body).decode())
    assert shown == [*seen.split(), "after"]
    assert (Found.HIDDEN in kept.found) is (len(shown) < 9)
    assert b"anish" not in b"".join(parts_of(kept.body).values())


def parts_of(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_what_is_hidden_everywhere_or_before_a_paragraph_is_gone() -> None:
    def change(parts: dict[str, bytes]) -> None:
        with_body(paragraph(piece(SECRET)), paragraph(piece(b"seen", b'<w:vanish w:val="0"/>')))(parts)
        replaced("word/styles.xml", b"<w:rPrDefault><w:rPr>", b"<w:rPrDefault><w:rPr><w:vanish/>")(parts)
        replaced("word/numbering.xml", b"<w:lvlText ", LEVEL + b"<w:lvlText ")(parts)

    kept = parts_of(clean(word(change), "a.docx").body)
    assert not [name for name, data in kept.items() if SECRET in data or b"<w:vanish" in data]
    assert b">seen<" in kept[STORY]


def test_a_mark_of_a_paragraph_may_stay_hidden() -> None:
    written = b"<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>" + piece(b"seen") + b"</w:p>"
    kept = clean(word(with_body(written)), "a.docx")
    assert b"<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>" in story_of(kept.body)
    assert Found.HIDDEN not in kept.found


def test_a_word_document_names_nobody_in_what_only_programs_read() -> None:
    control = (
        b'<w:sdt><w:sdtPr><w:alias w:val="%(s)s"/><w:tag w:val="%(s)s"/><w:dataBinding w:xpath="/%(s)s"/></w:sdtPr>'
        b"<w:sdtContent>" + piece(b"chosen") + b"</w:sdtContent></w:sdt>"
    )
    marked = b'<w:bookmarkStart w:id="9" w:name="%(s)s"/><w:bookmarkEnd w:id="9"/>'
    marked_by_word = b'<w:bookmarkStart w:id="8" w:name="_Toc12"/><w:bookmarkEnd w:id="8"/>'
    link = b'<w:hyperlink w:anchor="%(s)s" w:tooltip="%(s)s">' + piece(b"there") + b"</w:hyperlink>"
    fields_of_it = (
        field(b"REF ", SECRET, b" \\h", shown=b"there"),
        field(b'HYPERLINK \\l "' + SECRET + b'" \\o "' + SECRET + b'"', shown=b"too"),
        b'<w:fldSimple w:instr="PAGEREF ' + SECRET + b'"/>',
    )
    told = paragraph(*(one.replace(b"%(s)s", SECRET) for one in (control, marked, marked_by_word, link)))
    described = replaced(STORY, b"<wp:docPr ", b'<wp:docPr descr="' + SECRET + b'" title="' + SECRET + b'" ')

    def change(parts: dict[str, bytes]) -> None:
        with_body(told, paragraph(b"<w:r>" + b"".join(fields_of_it[:2]) + b"</w:r>", fields_of_it[2]))(parts)
        described(parts)
        settings(
            b'<w:writeProtection w:userName="' + SECRET + b'"/>',
            b'<w:activeWritingStyle w:appName="' + SECRET + b'"/>',
        )(parts)

    kept = clean(word(change), "a.docx")
    assert Found.HIDDEN in kept.found
    with zipfile.ZipFile(io.BytesIO(kept.body)) as packed:
        assert not [name for name in packed.namelist() if SECRET in packed.read(name)]
    story = story_of(kept.body)
    for still_there in (
        b'w:name="b1"', b'w:name="_Toc12"', b'w:anchor="b1"', b"REF b1 \\h", b'HYPERLINK \\l "b1"', b">chosen<",
        b'instr="PAGEREF b1"',
    ):  # fmt: skip
        assert still_there in story
    assert len(docx.Document(io.BytesIO(kept.body)).inline_shapes) == 1


def test_a_word_document_keeps_its_text_and_pictures_without_author_and_camera() -> None:
    kept = clean(word(put("word/comments.xml", b"<c>" + SECRET + b"</c>")) + SECRET, "My story.docx")
    assert {Found.AUTHOR, Found.COMMENTS} == set(kept.found)
    with zipfile.ZipFile(io.BytesIO(kept.body)) as packed:
        assert not [name for name in packed.namelist() if SECRET in packed.read(name)]
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"rsid" not in packed.read(STORY)
    assert SECRET not in kept.body
    document = docx.Document(io.BytesIO(kept.body))
    assert document.paragraphs[0].text == "What happened."
    assert len(document.inline_shapes) == 1


def test_a_sound_keeps_its_frames_alone() -> None:
    tagged = b"ID3\x03\0\0\0\0\0\x0e" + SECRET + FRAME * 3 + b"TAG" + SECRET + b"<script>"
    kept = clean(tagged, "a.mp3")
    assert (kept.body, kept.found) == (FRAME * 3, (Found.TAGS,))
    plain = clean(wav(b"LIST" + struct.pack("<I", len(SECRET)) + SECRET), "a.wav")
    assert plain.body == wav()


def test_a_sound_of_a_voice_recorder_keeps_its_frames_alone() -> None:
    marked = b"#!AMR\n" + b"\x87" + bytes(range(11)) + b"\x0b" + b"\xff" + AMR[20:-1] + b"\xff"
    kept = clean(marked + b"\x3ccut", "memo.amr")
    assert (kept.kind.name, kept.body, kept.found) == ("amr", AMR[:18] + b"\x0a" + AMR[19:], (Found.TAGS,))
    wide = b"#!AMR-WB\n" + b"\x04" + b"s" * 16 + b"\xf0" + b"\x4c" + bytes(5)
    assert clean(wide, "memo.awb").body == wide
    summed = adts(b"one", marks=0x3E) + adts(b"two", sums=1) + b"TAG" + SECRET + adts(b"three") * 2
    kept = clean(summed, "memo.aac")
    assert (kept.kind.name, kept.body) == ("aac", adts(b"one") + adts(b"two") + adts(b"three") * 2)
    assert AAC(io.BytesIO(kept.body)).info.sample_rate == 44_100


@pytest.mark.parametrize("name", ["memo.3gp", "memo.3gpp", "memo.mp4", "memo.m4a"])
@pytest.mark.parametrize("packed", [b"mp4a", b"samr", b"sawb"])
def test_a_sound_alone_is_no_film_whatever_its_recorder_calls_it(name: str, packed: bytes) -> None:
    recorded = playable(hidden=True).replace(b"mp4a", packed).replace(b"M4A \0", b"3gp4\0", 1)
    kept = clean(recorded, name)
    assert kept.kind.name == "m4a"
    assert SECRET not in kept.body
    assert kept.body.endswith(b"mdatsound")
    assert kept.body[8:12] == b"3gp4"


def heard(data: bytes, *, before: int = 0, behind: bytes = b"") -> bytes:
    """A frame whose sound is ``data``, and begins ``before`` bytes earlier."""
    told = before << 247 | len(data) * 8 << (256 - 20 - 12)
    frame = FRAME[:4] + told.to_bytes(32) + data[before:] + behind
    return frame.ljust(len(FRAME), b"\0")


def test_of_a_frame_only_what_is_heard_is_kept() -> None:
    sound = bytes(range(1, 101))
    signed = heard(sound, behind=b"LAME3.100" + SECRET)
    assert clean(signed * 3, "a.mp3").body == heard(sound) * 3
    ends = FRAME[:-4] + sound[:4]
    kept = clean(FRAME + ends + heard(sound, before=4) + signed, "a.mp3").body
    assert kept == FRAME + ends + heard(sound, before=4) + heard(sound)


def test_an_overview_of_a_sound_says_how_long_it_is_and_not_who_packed_it() -> None:
    tag = b"Xing" + struct.pack(">III", 15, 9, 9) + bytes(104) + b"LAME3.100" + SECRET
    overview = (FRAME[:36] + tag).ljust(len(FRAME), b"\0")
    kept = clean(overview + FRAME * 77, "a.mp3").body
    assert kept[36:52] == b"Xing" + struct.pack(">III", 3, 77, 78 * len(FRAME))
    assert not [secret for secret in (SECRET, b"LAME") if secret in kept]
    assert MP3(io.BytesIO(kept)).info.length == pytest.approx(2, abs=0.05)


def test_the_head_of_an_ogg_ends_where_it_says_all() -> None:
    page = OggPage(io.BytesIO(opus()))
    head = OggPage()
    head.packets, head.serial, head.first = [page.packets[0] + SECRET], 0, True
    kept = clean(head.write() + opus()[page.size :], "a.opus").body
    assert SECRET not in kept
    assert OggPage(io.BytesIO(kept)).packets == page.packets


@pytest.mark.parametrize(("way", "kept"), [(3, 18), (6, 18), (0x11, 20)])
def test_a_wav_says_how_it_is_packed_and_no_more(way: int, kept: int) -> None:
    told = struct.pack("<HHIIHHHH", way, 1, 8000, 8000, 1, 8, 2, 505) + SECRET
    inner = b"WAVEfmt " + struct.pack("<I", len(told)) + told + b"data" + struct.pack("<I", 4) + b"abcd"
    body = clean(b"RIFF" + struct.pack("<I", len(inner)) + inner, "a.wav").body
    assert SECRET not in body
    assert body[16:20] == struct.pack("<I", kept)


def test_a_sound_goes_on_after_a_fault_in_its_midst() -> None:
    kept = clean(FRAME * 3 + b"TAG" + SECRET + FRAME * 5 + b"ID3\3\0\0\0\0\0\x0e" + SECRET + FRAME * 2, "a.mp3")
    assert kept.body == FRAME * 10


def test_a_sound_in_boxes_keeps_only_the_boxes_it_needs() -> None:
    whole = playable(hidden=False) + box(b"xxxx", SECRET)
    kept = clean(whole, "a.m4a")
    assert SECRET not in kept.body
    assert (kept.body, kept.found) == (clean(playable(), "a.m4a").body, (Found.TAGS,))
    again = clean(kept.body, "a.m4a")
    assert (again.body, again.found) == (kept.body, ())


TIMES = struct.pack(">II", 3_700_000_000, 3_700_000_000)
LAID = box(b"stsz", bytes(4), struct.pack(">III", 0, 1, 5)), box(b"stco", bytes(4), struct.pack(">II", 1, 36))
"""How long the pieces of a sound are, and where they lie: one, of five bytes."""


def edit(duration: int, start: int, rate: int = 1 << 16) -> bytes:
    """A part that is played: how long, in thousandths of a second, and from where, in ticks of the sound."""
    return struct.pack(">IiI", duration, start, rate)


def playable(
    *laid: bytes, hidden: bool = False, data: bytes = b"sound", runs: tuple[int, ...] = (1, 1, 1), more: bytes = b"",
    edits: tuple[bytes, ...] = (), entry: bytes = b"",
) -> bytes:  # fmt: skip
    """A second of sound in boxes, ``laid`` where the tables say; ``hidden``: with something hidden in each of them.

    ``edits``: the parts of it that are played; ``entry``: says how it is packed.
    """
    secrets = box(b"Xtra", SECRET) + box(b"\xa9xyz", SECRET) + box(b"udta", SECRET) if hidden else b""
    tail = SECRET if hidden else b""
    setup = bytes([0x05, 2, 0x12, 0x10])
    decoder = bytes([0x04, 13 + len(setup), 0x40, 0x15]) + bytes(11) + setup
    noted = bytes([0x43, len(tail)]) + tail if hidden else b""
    inner = bytes(3) + decoder + bytes([0x06, 1, 2]) + noted
    esds = box(b"esds", bytes(4), bytes([0x03, len(inner)]), inner, tail)
    sampled = struct.pack(">HHHHI", 2, 16, 0, 0, 44_100 << 16)
    entry = entry or box(b"mp4a", bytes(7), b"\1", bytes(8), sampled, esds, secrets)
    listed = box(b"edts", box(b"elst", bytes(4), struct.pack(">I", len(edits)), *edits)) if edits else b""
    source = box(b"url ", b"\0\0\0\1", tail)
    table = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        box(b"stts", bytes(4), struct.pack(">III", 1, 1, 44_100), tail),
        box(b"stsc", bytes(4), struct.pack(f">{1 + len(runs)}I", len(runs) // 3, *runs), tail),
        *(struct.pack(">I", len(one) + len(tail)) + one[4:] + tail for one in laid or LAID),
        secrets,
    )
    media = box(
        b"mdia",
        box(b"mdhd", bytes(4), TIMES, struct.pack(">II", 44_100, 44_100), b"\x15\xc7\0\0", tail),
        box(b"hdlr", bytes(8), b"soun", bytes(12), tail),
        box(b"minf", box(b"smhd", bytes(8), tail), box(b"dinf", box(b"dref", bytes(7), b"\1", source)), table, secrets),
        secrets,
    )
    overview = box(b"mvhd", bytes(4), TIMES, struct.pack(">II", 1_000, 1_000), bytes(80), tail)
    head = box(b"tkhd", bytes(4), TIMES, bytes(72), tail)
    return (
        box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom")
        + box(b"mdat", data)
        + box(b"moov", overview, box(b"trak", head, listed, media, secrets), box(b"meta", tail), secrets, more)
    )


def test_of_each_box_of_a_sound_only_what_playing_needs_is_kept() -> None:
    whole = playable(hidden=True)
    kept = clean(whole, "a.m4a")
    assert SECRET not in kept.body
    assert not [name for name in (TIMES, b"Xtra", b"\xa9xyz", b"udta", b"meta") if name in kept.body]
    assert (kept.body, kept.found) == (clean(playable(), "a.m4a").body, (Found.TAGS,))
    for body in (whole, kept.body, clean(playable(hidden=False), "a.m4a").body):
        info = MP4(io.BytesIO(body)).info
        assert (info.length, info.channels, info.sample_rate) == (1, 2, 44_100)
        assert info.codec == "mp4a.40.2"
    assert kept.body.endswith(b"mdatsound")


def words(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


SIZES = box(b"stsz", bytes(4), words(0, 4, 2, 2, 2, 2))
LAID_OUT: dict[str, tuple[tuple[bytes, ...], tuple[int, ...], bytes]] = {
    "two by two": ((SIZES, box(b"stco", bytes(4), words(2, 38, 44))), (1, 2, 1), b"..abcd..efgh.."),
    "one, then three": ((SIZES, box(b"stco", bytes(4), words(2, 38, 44))), (1, 1, 1, 2, 3, 1), b"..ab....efghij"),
    "far away": ((SIZES, box(b"co64", bytes(4), words(1, 0, 40))), (1, 4, 1), b"....abcdefgh.."),
    "of one size": (
        (box(b"stsz", bytes(4), words(4, 2)), box(b"stco", bytes(4), words(2, 36, 46))), (1, 1, 1), b"abcd......efgh",
    ),
    "of small sizes": (
        (box(b"stz2", bytes(7), b"\4", words(3), b"\x31\x20"), box(b"stco", bytes(4), words(1, 37))), (1, 3, 1),
        b".abcdef.......",
    ),
    "of sizes of a byte": (
        (box(b"stz2", bytes(7), b"\x08", words(2), b"\3\1"), box(b"stco", bytes(4), words(1, 37))), (1, 2, 1),
        b".abcd.........",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", LAID_OUT)
def test_of_a_sound_in_boxes_only_what_its_tables_point_to_is_kept(how: str) -> None:
    laid, runs, data = LAID_OUT[how]
    whole = playable(*laid, runs=runs, data=data.replace(b".", b"S"))
    kept = clean(whole, "a.m4a").body
    assert kept.endswith(b"mdat" + data.replace(b".", b""))
    assert clean(kept, "a.m4a").body == kept


PLACE = 0xAAAAAAAA


def fragmented(*, flags: int, head: bytes, run: bytes) -> bytes:
    """A sound in a fragment, which ``run`` tells of: five bytes, and others before and behind them."""
    empty = box(b"stsz", bytes(4), words(0, 0)), box(b"stco", bytes(4), words(0))
    usual = box(b"mvex", box(b"trex", bytes(4), words(1, 1, 0, 5, 0)))
    begun = playable(*empty, runs=(), data=b"", more=usual)
    fragment = box(b"moof", box(b"traf", box(b"tfhd", words(flags, 1), head), box(b"trun", run)))
    fragment = fragment.replace(words(PLACE), words(len(fragment) + len(b"....mdatSS")))
    return begun + fragment + box(b"mdat", b"SSsoundSS")


@pytest.mark.parametrize(
    ("flags", "head", "run"),
    [
        (0x20000, b"", words(1, 1, PLACE)),
        (0x20010, words(5), words(1, 1, PLACE)),
        (0x2003A, words(1, 9, 5, 0), words(5, 1, PLACE, 0)),
        (0x20000, b"", words(0x305, 2, PLACE, 0, 9, 2, 9, 3)),
    ],
)
def test_of_a_sound_in_fragments_only_what_they_point_to_is_kept(flags: int, head: bytes, run: bytes) -> None:
    kept = clean(fragmented(flags=flags, head=head, run=run), "a.m4a").body
    assert kept.endswith(b"mdatsound")


@pytest.mark.parametrize(
    "made",
    [
        playable(LAID[0], box(b"stco", bytes(4), words(1, 38))), playable(LAID[0], box(b"stco", bytes(4), words(1, 0))),
        playable(box(b"stsz", bytes(4), words(1, 5)), LAID[1]), playable(LAID[0], LAID[1], LAID[1]), playable(LAID[0]),
        playable(*LAID, runs=()), playable(*LAID, runs=(2, 1, 1)), playable(*LAID, runs=(1, 1, 1, 1, 2, 1)),
        playable(box(b"stsz", bytes(4), words(0, 9, 5)), LAID[1]), playable(*LAID).replace(b"trak", b"free"),
        fragmented(flags=0x20000, head=b"", run=words(1, 1, 600)),
    ],
)  # fmt: skip
def test_a_sound_that_cannot_be_followed_is_refused(made: bytes) -> None:
    with pytest.raises(Refused) as refused:
        clean(made, "a.m4a")
    assert refused.value.why is Refusal.DAMAGED


LETTERS = box(b"stsz", bytes(4), words(2, 10)), box(b"stco", bytes(4), words(1, 36))
SECOND = 44_100


def of_letters(*edits: bytes, packed: bytes = b"mp4a") -> bytes:
    """Ten pieces of a second each, of which ``edits`` are played."""
    made = playable(*LETTERS, runs=(1, 10, 1), data=b"aabbccddeeffgghhiijj", edits=edits)
    return made.replace(b"mp4a", packed)


@pytest.mark.parametrize(
    ("packed", "edits", "kept", "starts"),
    [
        (b"mp4a", [(1_000, 5 * SECOND)], b"ddeeffgghh", [2 * SECOND]),
        (b"mp4a", [(1_500, 5 * SECOND + 9)], b"ddeeffgghhii", [2 * SECOND + 9]),
        (b"mp4a", [(0, 7 * SECOND)], b"ffgghhiijj", [2 * SECOND]),
        (b"mp4a", [(99_000, 7 * SECOND)], b"ffgghhiijj", [2 * SECOND]),
        (b"mp4a", [(1_000, -1), (2_000, 0)], b"aabbccdd", [-1, 0]),
        (b"samr", [(1_000, 5 * SECOND)], b"ff", [0]),
        (b"samr", [(1_000, 0), (1_000, 9 * SECOND)], b"aajj", [0, SECOND]),
        (b"samr", [(1_000, 9 * SECOND), (1_000, 2 * SECOND)], b"ccjj", [SECOND, 0]),
        (b"samr", [(2_000, 0), (2_000, SECOND), (1_000, 99 * SECOND)], b"aabbcc", [0, SECOND]),
    ],
)
def test_what_was_cut_off_a_sound_and_is_still_in_it_is_gone(
    packed: bytes, edits: list[tuple[int, int]], kept: bytes, starts: list[int]
) -> None:
    made = clean(of_letters(*(edit(*one) for one in edits), packed=packed), "a.m4a")
    assert made.body.endswith(b"mdat" + kept)
    assert Found.UNHEARD in made.found
    at = made.body.index(b"elst") + 8
    count = int.from_bytes(made.body[at : at + 4])
    assert [row[1] for row in struct.iter_unpack(">IiI", made.body[at + 4 : at + 4 + 12 * count])] == starts
    again = clean(made.body, "a.m4a")
    assert (again.body, again.found) == (made.body, ())


@pytest.mark.parametrize("edits", [[(8_000, SECOND)], [(7_900, 2 * SECOND + 9)], [(10_000, 0)], [(0, SECOND)], []])
def test_what_encoders_need_around_a_sound_stays(edits: list[tuple[int, int]]) -> None:
    made = clean(of_letters(*(edit(*one) for one in edits)), "a.m4a")
    assert made.body.endswith(b"mdataabbccddeeffgghhiijj")
    assert made.found == (Found.TAGS,)


@pytest.mark.parametrize(
    "edits",
    [
        (edit(1_000, 0, 1 << 17),), (edit(1_000, 0, 0),), (edit(0, 0), edit(1_000, SECOND)),
        (edit(1, 0),) * 10_001,
    ],
)  # fmt: skip
def test_a_sound_of_which_nobody_knows_what_is_heard_is_refused(edits: tuple[bytes, ...]) -> None:
    with pytest.raises(Refused) as refused:
        clean(of_letters(*edits), "a.m4a")
    assert refused.value.why is Refusal.EDITED


def test_a_sound_of_which_nothing_is_heard_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        clean(of_letters(edit(1_000, -1)), "a.m4a")
    assert refused.value.why is Refusal.DAMAGED


def test_what_was_cut_off_a_sound_in_fragments_is_gone() -> None:
    empty = box(b"stsz", bytes(4), words(0, 0)), box(b"stco", bytes(4), words(0))
    usual = box(b"mvex", box(b"trex", bytes(4), words(1, 1, SECOND, 2, 0)))
    begun = playable(*empty, runs=(), data=b"", more=usual, edits=(edit(9, 7 * SECOND),))
    fragment = box(b"moof", box(b"traf", box(b"tfhd", words(0x20000, 1)), box(b"trun", words(1, 10, 60))))
    made = clean(begun + fragment + box(b"mdat", b"aabbccddeeffgghhiijj"), "a.m4a")
    assert made.body.endswith(b"mdatffgghhiijj")  # how long it would be was not known when the list was written
    assert set(made.found) == {Found.TAGS, Found.UNHEARD}


@pytest.mark.parametrize(
    ("name", "at"),
    [
        (b"ftyp", 0), (b"ftyp", 4), (b"ftyp", 8), (b"mvhd", 32), (b"mvhd", 80), (b"tkhd", 24), (b"tkhd", 40),
        (b"tkhd", 76), (b"mp4a", 0), (b"mp4a", 10), (b"esds", 13),
    ],
)  # fmt: skip
def test_what_stands_in_the_numbers_of_a_sound_that_nobody_reads_is_gone(name: bytes, at: int) -> None:
    whole = playable()
    at += whole.index(name) + 4
    marked = whole[:at] + SECRET[:6] + whole[at + 6 :]
    assert SECRET[:4] not in clean(marked, "a.m4a").body


def packed_as(name: bytes, *inner: bytes) -> bytes:
    """How a sound is packed, as a file says it."""
    return box(name, bytes(7), b"\1", bytes(8), struct.pack(">HHHHI", 2, 16, 0, 0, SECOND << 16), *inner)


def set_up(told: bytes, packing: int = 0x40) -> bytes:
    inner = bytes([0x04, 15 + len(told), packing, 0x15]) + bytes(11) + bytes([0x05, len(told)]) + told
    return box(b"esds", bytes(4), bytes([0x03, 3 + len(inner)]), bytes(3), inner)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("1210", "1210"), ("121056e500", "121056e500"), ("1208 56e5a548", "120856e5a54880"),
        ("2b920800", "2b920800"), ("eb8a0800", "eb8a0800"), ("1788 0fa0 0800", "17880fa008"), ("f8e62000", "f8e62000"),
    ],
)  # fmt: skip
def test_of_how_a_sound_is_packed_only_what_a_decoder_reads_is_kept(told: str, kept: str) -> None:
    tail = b"" if told.startswith("f8") else b"\x80" + SECRET
    entry = packed_as(b"mp4a", set_up(bytes.fromhex(told) + tail))
    made = clean(playable(entry=entry), "a.m4a").body
    assert SECRET not in made
    assert bytes([0x05, len(bytes.fromhex(kept))]) + bytes.fromhex(kept) + b"\x06\1\2" in made


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        (packed_as(b"mp4a", set_up(SECRET, 0x6B)), b"\x04\x0d\x6b\x15" + bytes(11) + b"\x06\1\2"),
        (packed_as(b"alac", box(b"alac", b"SECR", bytes(range(24)), SECRET)), box(b"alac", bytes(4), bytes(range(24)))),
        (
            packed_as(b"Opus", box(b"dOps", b"\0\2\1\x38\0\0\xbb\x80\0\0\0", SECRET), box(b"btrt", SECRET)),
            box(b"dOps", b"\0\2\1\x38\0\0\xbb\x80\0\0\0"),
        ),
        (
            packed_as(b"fLaC", box(b"dfLa", bytes(4), b"\0\0\0\x22", b"n" * 18, SECRET + b"..", SECRET)),
            box(b"dfLa", bytes(4), b"\x80\0\0\x22", b"n" * 18, bytes(16)),
        ),
        (packed_as(b"samr", box(b"damr", SECRET[:5] + b"\x81\xff\0\1")), box(b"damr", bytes(5), b"\x81\xff\0\1")),
        (packed_as(b"ac-3", box(b"dac3", b"\x10\x11\x60", SECRET)), box(b"dac3", b"\x10\x11\x60")),
        (packed_as(b"ec-3", box(b"dec3", b"\1\0\x20\x0f\0\0", SECRET)), box(b"dec3", b"\1\0\x20\x0f\0\0")),
        (
            packed_as(b"lpcm", box(b"chan", bytes(4), words(0, 3, 1, 1), SECRET, b"..")),
            box(b"chan", bytes(4), words(0, 3, 1, 1), bytes(16)),
        ),
        (packed_as(b"lpcm", box(b"chan", bytes(4), words(6 << 16, 0, 1, 1), SECRET)),
         box(b"chan", bytes(4), words(6 << 16, 0, 0))),
        (
            packed_as(
                b"mp4a", box(b"wave", box(b"frma", SECRET), box(b"mp4a", SECRET), set_up(b"\x12\x10"), box(bytes(4))),
            ),
            box(b"frma", b"mp4a") + box(b"mp4a", bytes(4)),
        ),
    ],
)  # fmt: skip
def test_of_each_way_to_pack_a_sound_only_its_numbers_are_kept(entry: bytes, kept: bytes) -> None:
    made = clean(playable(entry=entry), "a.m4a").body
    assert SECRET[:5] not in made
    assert kept in made


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (packed_as(b"mp4a", set_up(b"\x12\0" + SECRET)), Refusal.DAMAGED),
        (packed_as(b"mp4a", set_up(b"\xf9\x46" + SECRET)), Refusal.DAMAGED),
        (packed_as(b"mp4a", set_up(SECRET, 0xDD)), Refusal.DAMAGED),
        (packed_as(b"mp4a", box(b"esds")), Refusal.DAMAGED),
    ],
)  # fmt: skip
def test_a_sound_that_says_more_of_how_it_is_packed_is_refused(entry: bytes, why: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        clean(playable(entry=entry), "a.m4a")
    assert refused.value.why is why


MANY = 500_000


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (  # each of many places leads to the whole sound
            lambda: playable(
                box(b"stsz", bytes(4), words(2_000_000, MANY)),
                box(b"stco", bytes(4), words(MANY), words(36) * MANY),
                data=bytes(2_000_000),
            ),
            Refusal.DAMAGED,
        ),
        (lambda: playable() + box(b"free") * MANY, Refusal.SLOW),
        (lambda: playable(box(b"stsz", bytes(4), words(2, 1 << 31)), LAID[1]), Refusal.SLOW),
        (lambda: fragmented(flags=0x20000, head=b"", run=words(1, 1 << 31, PLACE)), Refusal.SLOW),
    ],
)
def test_a_sound_that_would_take_long_is_refused_at_once(made: Callable[[], bytes], why: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        clean(made(), "a.m4a")
    assert refused.value.why is why


def test_a_sound_in_many_places_is_taken() -> None:
    places = box(b"stco", bytes(4), words(MANY), struct.pack(f">{MANY}I", *range(36, 36 + 2 * MANY, 2)))
    data = bytes(range(250)) * (2 * MANY // 250)
    made = playable(box(b"stsz", bytes(4), words(2, MANY)), places, data=data).replace(
        words(1, 1, SECOND), words(1, 1, 9)
    )
    assert clean(made, "a.m4a").body.endswith(b"mdat" + data)


def test_a_sound_packed_in_a_way_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        clean(playable(hidden=False).replace(b"mp4a", b"SECR"), "a.m4a")
    assert refused.value.why is Refusal.DAMAGED


def test_an_ogg_keeps_its_sound_without_any_note() -> None:
    kept = clean(opus() + b"<script>" + SECRET, "a.opus")
    assert SECRET not in kept.body
    assert b"<script>" not in kept.body
    assert kept.found == (Found.TAGS,)
    assert OggOpus(io.BytesIO(kept.body)).info.channels == 1
    assert b"\xfc\xff\xfe" in kept.body


def test_of_sounds_one_behind_the_other_in_an_ogg_none_has_a_note() -> None:
    kept = clean(opus() + opus(), "a.opus").body
    assert SECRET not in kept
    assert b"ARTIST" not in kept
    assert kept == clean(opus(), "a.opus").body * 2


def test_what_a_file_takes_over_opens_no_file_no_connection_and_no_process(tmp_path: Path) -> None:
    secret = tmp_path / "keyring.json"
    secret.write_text("secret")
    tried = (
        "import sys, socket, os\n"
        f"sys.path.insert(0, {str(CHILD.parent)!r})\n"
        "import child; child._bind_hands()\n"
        f"for attempt in (lambda: open({str(secret)!r}), socket.socket, os.pipe):\n"
        "    try: attempt(); print('opened')\n"
        "    except OSError: print('refused')\n"
        "try: bytearray(child.MOST_MEMORY_BYTES); print('taken')\n"
        "except MemoryError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["refused"] * 4


# Where they lie


def test_a_folder_is_for_this_installation_alone(tmp_path: Path) -> None:
    path = tmp_path / "files" / Folder(tmp_path / "files").put(b"sealed")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_an_object_store_without_its_extra_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "minio.py").write_text("raise ImportError")  # as where the extra is not installed
    path = f"{tmp_path}:{Path.cwd()}"
    settings = {"INTAKE_INSTANCE": str(tmp_path / "i"), "INTAKE_FILES_URL": "s3://files", "PYTHONPATH": path}
    done = subprocess.run(  # our own command
        [sys.executable, "-m", "intake", "setup"], env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install intake[s3]")
    assert "Traceback" not in done.stderr


# The scanner


def scanner(answer: bytes) -> tuple[str, list[bytes]]:
    """A server on this machine that speaks as clamd does; returns its address and what it was sent."""
    server, heard = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        connection, _from = server.accept()
        with connection, server:
            received = b""
            while not received.endswith(bytes(4)):
                received += connection.recv(65_536)
            heard.append(received)
            connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return f"tcp://127.0.0.1:{server.getsockname()[1]}", heard


def test_a_scanner_is_asked_where_there_is_one() -> None:
    url, heard = scanner(b"stream: OK\0")
    assert scan(b"harmless", url) is Scan.CLEAN
    assert heard == [b"zINSTREAM\0\0\0\0\x08harmless\0\0\0\0"]
    url, _heard = scanner(b"stream: Eicar-Signature FOUND\0")
    with pytest.raises(Refused) as refused:
        scan(b"harmful", url)
    assert refused.value.why is Refusal.MALWARE


def test_without_one_the_file_is_said_to_be_not_scanned(tmp_path: Path) -> None:
    assert scan(b"x", None) is Scan.NOT_SCANNED
    assert scan(b"x", f"unix:{tmp_path}/nothing") is Scan.NOT_SCANNED
