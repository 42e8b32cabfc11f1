"""PDF of strangers: what its pages do not need to look as they do does not come along."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
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

from intake.foundation.files.kinds import Found
from intake.foundation.files.workshop import clean
from tests.foundation.test_files import SECRET, drawn_by, draws, pdf_with
from tests.foundation.test_word_files import SEEN, whole_document
from tests.provision.documents import Poppler, Soffice

Change = Callable[[PdfWriter, Any], None]
WORDS = TextStringObject(SECRET.decode())


def unpacked(body: bytes) -> bytes:
    """The bytes of the file, and what every stream in it unpacks to."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(body)))
    streams = [one.get_data() for one in writer._objects if isinstance(one, StreamObject)]
    return b"\n".join([body, *streams, *(str(one).encode() for one in writer._objects)])


def dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def stream(data: bytes, **entries: Any) -> StreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    for name, value in entries.items():
        made[NameObject(f"/{name}")] = value
    return made.flate_encode()


def named(name: str) -> NameObject:
    return NameObject(f"/{name}")


def picture(*, of: Any = None, data: bytes = b"\x01") -> StreamObject:
    return stream(
        data, Subtype=named("Image"), Width=NumberObject(1), Height=NumberObject(1), BitsPerComponent=NumberObject(8),
        ColorSpace=of if of is not None else named("DeviceGray"),
    )  # fmt: skip


def an_unused_picture(writer: PdfWriter, page: Any) -> None:
    pictures = dictionary(I=writer._add_object(picture()), J=writer._add_object(picture(data=SECRET)))
    draws(b"/I Do", XObject=pictures)(writer, page)


def a_picture_of_another_page(writer: PdfWriter, page: Any) -> None:
    """Two pages share a list of what they call by name; each calls only its own."""
    shared = writer._add_object(
        dictionary(XObject=dictionary(I=writer._add_object(picture()), J=writer._add_object(picture(data=b"\x02"))))
    )
    other = writer.add_blank_page(200, 200)
    for each, content in ((page, b"/I Do"), (other, b"/#4A Do")):
        each[named("Contents")] = writer._add_object(stream(content))
        each[named("Resources")] = shared


def a_profile(writer: PdfWriter, page: Any) -> None:
    profile = writer._add_object(stream(b"acsp desc" + SECRET, N=NumberObject(3)))
    space = ArrayObject([named("ICCBased"), profile])
    pictures = dictionary(I=writer._add_object(picture(of=space, data=b"\1\2\3")))
    draws(b"/C cs 1 0 0 sc /I Do", XObject=pictures, ColorSpace=dictionary(C=space))(writer, page)


def a_font(writer: PdfWriter, page: Any) -> None:
    program = writer._add_object(stream(b"\0\1\0\0", Metadata=writer._add_object(stream(SECRET))))
    letters = writer._add_object(stream(b"% " + SECRET + b"\nbegincmap endcmap"))
    descriptor = dictionary(Type=named("FontDescriptor"), FontFamily=WORDS, FontFile2=program)
    font = dictionary(
        Type=named("Font"), Subtype=named("TrueType"), BaseFont=named("A"), Name=named(SECRET.decode()), Author=WORDS,
        FontDescriptor=writer._add_object(descriptor), ToUnicode=letters,
    )  # fmt: skip
    draws(b"BT /F 9 Tf (a) Tj ET", Font=dictionary(F=writer._add_object(font)))(writer, page)


def in_the_catalogue(writer: PdfWriter, page: Any) -> None:
    draws(b"q Q")(writer, page)
    for name in ("Secret", "PieceInfo", "Metadata", "Lang", "Names", "StructTreeRoot"):
        writer.root_object[named(name)] = writer._add_object(dictionary(A=WORDS))


def on_the_page(writer: PdfWriter, page: Any) -> None:
    draws(b"q Q")(writer, page)
    for name in ("Secret", "PieceInfo", "Metadata", "AF", "AA", "Thumb", "B", "Tabs"):
        page[named(name)] = writer._add_object(dictionary(A=WORDS))


def among_states(writer: PdfWriter, page: Any) -> None:
    draws(b"/G gs", ExtGState=dictionary(G=dictionary(LW=NumberObject(1), Author=WORDS, BM=WORDS)))(writer, page)


def among_mixtures(writer: PdfWriter, page: Any) -> None:
    notes = dictionary(Colorants=dictionary(A=WORDS))
    mixing = dictionary(FunctionType=NumberObject(2), N=NumberObject(1), Domain=ArrayObject([NumberObject(0)] * 2))
    space = ArrayObject([named("DeviceN"), ArrayObject([named("A")]), named("DeviceGray"), mixing, notes])
    draws(b"/C cs 1 scn", ColorSpace=dictionary(C=space))(writer, page)


def behind_what_draws(writer: PdfWriter, page: Any) -> None:
    draws(b"q Q")(writer, page)
    page["/Contents"].get_object()._data += SECRET


def behind_a_picture(writer: PdfWriter, page: Any) -> None:
    one = picture()
    one._data += SECRET
    draws(b"/I Do", XObject=dictionary(I=writer._add_object(one)))(writer, page)


CARRIERS: dict[str, Change] = {
    "a picture that is not drawn": an_unused_picture, "the profile of a picture": a_profile, "a font": a_font,
    "the catalogue": in_the_catalogue, "the page": on_the_page, "a state": among_states, "a mixture": among_mixtures,
    "what stands behind the drawing": behind_what_draws, "what stands behind a picture": behind_a_picture,
}  # fmt: skip


@pytest.mark.parametrize("what", CARRIERS)
def test_what_a_page_does_not_need_does_not_come_along(what: str) -> None:
    original = pdf_with(CARRIERS[what])
    assert SECRET in unpacked(original)
    kept = clean(original, "a.pdf").body
    assert SECRET not in unpacked(kept)
    assert drawn_by(kept)


@pytest.mark.parametrize(("way", "data"), [("ASCII85Decode", b"!!~>"), ("ASCIIHexDecode", b"01>")])
def test_behind_the_letters_that_a_picture_is_written_in_stands_nothing(way: str, data: bytes) -> None:
    def change(writer: PdfWriter, page: Any) -> None:
        one = picture()
        one._data, one[named("Filter")] = data + SECRET, ArrayObject([named(way)])
        draws(b"/I Do", XObject=dictionary(I=writer._add_object(one)))(writer, page)

    assert SECRET in pdf_with(change)
    kept = clean(pdf_with(change), "a.pdf").body
    assert SECRET not in kept
    assert data in kept


def test_a_profile_leaves_its_colours() -> None:
    left: Any = PdfReader(io.BytesIO(clean(pdf_with(a_profile), "a.pdf").body)).pages[0]["/Resources"]
    assert (left["/ColorSpace"]["/C"], left["/XObject"]["/I"]["/ColorSpace"]) == ("/DeviceRGB", "/DeviceRGB")


def test_pages_that_share_a_list_each_keep_what_they_call() -> None:
    pages = PdfReader(io.BytesIO(clean(pdf_with(a_picture_of_another_page), "a.pdf").body)).pages
    assert [set(page["/Resources"]["/XObject"]) for page in pages] == [{"/I"}, {"/J"}]  # type: ignore[index]


def test_what_lies_outside_the_cut_is_shown_and_told() -> None:
    def change(writer: PdfWriter, page: Any) -> None:
        draws(b"BT (" + SECRET + b") Tj ET")(writer, page)
        page[named("CropBox")] = ArrayObject([NumberObject(value) for value in (0, 0, 50, 50)])

    kept = clean(pdf_with(change), "a.pdf")
    assert kept.found == (Found.UNCUT,)
    page = PdfReader(io.BytesIO(kept.body)).pages[0]
    assert tuple(page.cropbox) == tuple(page.mediabox) == (0, 0, 200, 200)
    assert clean(pdf_with(draws(b"q Q")), "a.pdf").found == ()


@pytest.mark.parametrize("way", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_opens_without_a_password_is_kept_without_any(way: str, tmp_path: Path, poppler: Poppler) -> None:
    def change(writer: PdfWriter, page: Any) -> None:
        font = dictionary(Type=named("Font"), Subtype=named("Type1"), BaseFont=named("Helvetica"))
        draws(b"BT /F 12 Tf 20 100 Td (What happened.) Tj ET", Font=dictionary(F=font))(writer, page)
        writer.add_metadata({"/Author": WORDS})
        writer.encrypt("", "owner", algorithm=way)

    kept = clean(pdf_with(change), "a.pdf")
    assert kept.found == (Found.AUTHOR,)
    assert not PdfReader(io.BytesIO(kept.body)).is_encrypted
    assert SECRET not in unpacked(kept.body)
    (tmp_path / "kept.pdf").write_bytes(kept.body)
    assert poppler.text(tmp_path / "kept.pdf", "-layout").strip() == "What happened."


@pytest.mark.parametrize(("owner", "begins"), [("owner41", rb"/O <00"), ("owner543", rb"/O <..00")])
def test_a_sum_that_looks_like_words_in_wide_letters_loses_no_page(owner: str, begins: bytes) -> None:
    def change(writer: PdfWriter, page: Any) -> None:
        draws(b"(What happened.) Tj")(writer, page)
        writer.encrypt("", owner, algorithm="RC4-40")

    made = pdf_with(change)
    assert re.search(begins, made)
    page = PdfReader(io.BytesIO(clean(made, "a.pdf").body)).pages[0]
    assert page["/Contents"].get_object().get_data() == b"(What happened.) Tj"


def in_pieces(*pieces: bytes, shared: bytes = b"") -> Change:
    """A page drawn by streams one behind the other; ``shared``: by another one before them, as is a second page."""

    def change(writer: PdfWriter, page: Any) -> None:
        first = [writer._add_object(stream(shared))] if shared else []
        page[named("Contents")] = ArrayObject(first + [writer._add_object(stream(each)) for each in pieces])
        if shared:
            other = writer.add_blank_page(200, 200)
            other[named("Contents")] = ArrayObject([*first, writer._add_object(stream(b"2 w"))])

    return change


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [
        ((b"/P << /MCID 0 ", b">> BDC 0 0 9 9 re f EMC"), b"/P <<>> BDC 0 0 9 9 re f EMC"),
        ((b"/P << /A (" + SECRET + b") ", b" /B 1 >> BDC EMC"), b"/P <<>> BDC EMC"),
        ((b"BI /W 1 /H 1 /BPC 8 /CS /G ", b"ID x EI Q"), b"BI \n/W 1\n/H 1\n/BPC 8\n/CS /G\n ID x\nEI Q"),
    ],
)
def test_what_draws_a_page_in_pieces_is_read_as_one(pieces: tuple[bytes, ...], kept: bytes) -> None:
    assert drawn_by(clean(pdf_with(in_pieces(*pieces)), "a.pdf").body) == kept


def test_pages_that_share_a_piece_each_keep_what_they_draw() -> None:
    body = clean(pdf_with(in_pieces(b"/P << /MCID 0 ", b">> BDC EMC", shared=b"1 w")), "a.pdf").body
    pages = PdfReader(io.BytesIO(body)).pages
    assert [page.get_contents().get_data().splitlines() for page in pages] == [  # type: ignore[union-attr]
        [b"1 w", b"/P <<>> BDC EMC"], [b"1 w", b"2 w"],
    ]  # fmt: skip


def test_a_pdf_as_libreoffice_writes_it_looks_as_it_did(tmp_path: Path, soffice: Soffice, poppler: Poppler) -> None:
    (tmp_path / "one.docx").write_bytes(whole_document())
    before = soffice.convert(tmp_path / "one.docx", "pdf", tmp_path)
    after = tmp_path / "kept.pdf"
    after.write_bytes(clean(before.read_bytes(), "a.pdf").body)
    text = poppler.text(after, "-layout")
    assert text == poppler.text(before, "-layout")
    assert not [words for words in SEEN if words not in text]
    is_same = shown(poppler, before, tmp_path) == shown(poppler, after, tmp_path)
    assert is_same


def shown(poppler: Poppler, pdf: Path, folder: Path) -> bytes:
    subprocess.run(  # noqa: S603  # our own file
        [str(poppler.pdftoppm), "-r", "50", "-singlefile", str(pdf), str(folder / pdf.stem)], check=True
    )
    return (folder / f"{pdf.stem}.ppm").read_bytes()
