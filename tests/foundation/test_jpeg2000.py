"""JPEG 2000 in a PDF: its pixels as they were, and nothing that stands around or between them."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from intake.foundation.files import jpeg2000
from intake.foundation.files.kinds import Refused
from intake.foundation.files.workshop import clean
from tests.foundation.test_files import SECRET, box, pdf_with, shows
from tests.foundation.test_pdf_files import unpacked

COMMENT = b"\xff\x64" + struct.pack(">HH", 4 + len(SECRET), 1) + SECRET
TILE_PART = b"\xff\x90\0\x0a"


def noise(mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((40, 24), 90).convert(mode)


def written(image: Image.Image, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, "JPEG2000", comment=SECRET, irreversible=False, **options)
    return made.getvalue()


def codestream(image: Image.Image | None = None, **options: Any) -> bytes:
    return written(image or noise(), no_jp2=True, **options)


def in_each_tile_part(body: bytes) -> bytes:
    """``body`` with a comment in the head of each part of a tile too."""
    at, made = body.index(TILE_PART), body[: body.index(TILE_PART)]
    while body[at : at + 4] == TILE_PART:
        length = int.from_bytes(body[at + 6 : at + 10])
        made += body[at : at + 6] + (length + len(COMMENT)).to_bytes(4) + body[at + 10 : at + 12] + COMMENT
        made += body[at + 12 : at + length]
        at += length
    return made + body[at:]


def of_no_told_length(body: bytes) -> bytes:
    at = body.index(TILE_PART)
    return body[: at + 6] + bytes(4) + body[at + 10 :]


def with_a_profile(body: bytes) -> bytes:
    """The box of colours says them by a profile, which tells who made it, and other boxes hold notes."""
    colours = box(b"colr", b"\1\0\0\0\0\0\x10")
    assert colours in body
    profile = box(b"colr", b"\2\0\0" + bytes(16) + b"RGB " + SECRET)
    head = body.index(b"jp2h") - 4
    end = head + int.from_bytes(body[head : head + 4])
    inner = body[head + 8 : end].replace(colours, profile) + box(b"uuid", SECRET)
    return body[:head] + box(b"jp2h", inner) + box(b"uuid", SECRET) + body[end:] + box(b"xml ", SECRET)


CARRIERS = {
    "a comment": codestream(),
    "comments of tiles": in_each_tile_part(codestream(tile_size=(16, 16))),
    "what follows": codestream() + SECRET,
    "what follows a last part of no told length": of_no_told_length(codestream()) + SECRET + b"\xff\xd9",
    "lengths that save searching": in_each_tile_part(codestream(plt=True)),
    "a file": written(noise()),
    "a file with notes and a profile": with_a_profile(written(noise())),
    "clear parts": written(noise("RGBA")),
    "greys": written(noise("L")),
}


@pytest.mark.parametrize("what", CARRIERS)
def test_a_picture_keeps_its_pixels_alone(what: str) -> None:
    original = CARRIERS[what]
    assert SECRET in original
    kept = clean(pdf_with(shows(original, "/JPXDecode")), "a.pdf").body
    assert SECRET not in unpacked(kept)
    left: Any = PdfReader(io.BytesIO(kept)).pages[0]["/Resources"]
    with (
        Image.open(io.BytesIO(original)) as before,
        Image.open(io.BytesIO(left["/XObject"]["/I"]._data)) as after,
    ):
        assert (after.mode, after.tobytes()) == (before.mode, before.tobytes())


def test_one_that_was_cut_short_is_kept_as_far_as_it_goes() -> None:
    kept = jpeg2000.bare(codestream()[:-300])
    assert SECRET not in kept
    assert jpeg2000.bare(kept) == kept


@pytest.mark.parametrize("body", [b"", b"\xff\x4f", b"\xff\x4f\xff\x90", codestream()[:60], written(noise())[:60]])
def test_one_that_is_damaged_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        jpeg2000.bare(body)
