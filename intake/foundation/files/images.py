"""Images: decoded, turned upright, and their pixels copied into a new image that knows nothing of the old file."""

from __future__ import annotations

import io
import warnings
from math import ceil
from typing import Any

from PIL import ExifTags, Image, ImageFile, ImageOps, MpoImagePlugin, WebPImagePlugin  # noqa: F401  # loaded now: see below

from .kinds import Found, Refusal, Refused

MOST_PIXELS = 40_000_000
MOST_PIXELS_OF_JPEG = 200_000_000
"""Of a photograph, which can be decoded at a half, a quarter or an eighth of its size, so that it never needs more
memory than the others. Not of a progressive one: that is held whole in any case."""

LONGEST_SIDE = 2_400
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
_QUALITY = 85
_LEAST_ALPHA = 8
"""Of 255: what is clearer than this nobody sees on any ground."""
_NOTHING_CAME = 128, 128
"""The darkest and the lightest grey that a decoder shows where there is nothing to show."""
_SCAN, _MOST_SCANS = b"\xff\xda", 100
"""A photograph comes in one, or a dozen of ever more detail; each of them is decoded over the whole."""
_KEEPS_PIXELS = frozenset({"png", "gif"})

Image.MAX_IMAGE_PIXELS = MOST_PIXELS_OF_JPEG
Image.preinit()  # what reads a picture is loaded before the child's hands are bound


Sides = tuple[float, float, float, float]
"""Shares of a picture at its left, top, right and bottom."""
_WHOLE: Sides = (0.0, 0.0, 0.0, 0.0)


def clean(body: bytes, kind: str, cut_off: Sides = _WHOLE) -> tuple[str, bytes, list[Found]]:
    """The image made anew without what is ``cut_off``, as the kind it is then, and what it held beside its pixels.

    Raises:
        Refused: damaged, too large when unpacked, or not what it calls itself.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with _decoded(body, kind) as image:
                found = _hidden_in(image)
                return _anew(_cut(image, cut_off) if any(cut_off) else image, kind, found)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Refused(Refusal.DIMENSIONS) from error
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, AttributeError) as error:
            raise Refused(Refusal.DAMAGED) from error


def _decoded(body: bytes, kind: str) -> Any:
    """The image, decoded to its end: texts and EXIF of a PNG may stand behind its pixels.

    A photograph that a full memory or a broken connection cut short is taken where more than its upper half is there,
    for there may be no other. What is missing stays plain grey, which everybody sees who looks at it.
    """
    image = _opened(body, kind)
    try:
        image.load()
    except OSError:
        if kind != "jpeg":
            raise
        ImageFile.LOAD_TRUNCATED_IMAGES = True  # this process has no other file
        image = _opened(body, kind)
        image.load()
        lower = image.crop((0, image.height // 2, *image.size)).convert("L")
        if lower.getextrema() == _NOTHING_CAME:
            raise
    return image


def _opened(body: bytes, kind: str) -> Any:
    """The image, not yet decoded; a large photograph at a smaller size than its own, but not than it will have."""
    image: Any = Image.open(io.BytesIO(body), formats=[_FORMATS[kind]])
    pixels = image.width * image.height
    if kind == "jpeg" and body.count(_SCAN) > _MOST_SCANS:
        raise Refused(Refusal.BOMB)
    if pixels > MOST_PIXELS:
        if pixels > MOST_PIXELS_OF_JPEG or kind != "jpeg" or image.info.get("progressive"):
            raise Refused(Refusal.DIMENSIONS)
        share = (LONGEST_SIDE + 1) / max(image.size)
        image.draft(None, (ceil(image.width * share), ceil(image.height * share)))
        if image.width * image.height > MOST_PIXELS:
            raise Refused(Refusal.DIMENSIONS)
    return image


def _hidden_in(image: Any) -> list[Found]:
    exif = image.getexif()
    found = []
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        found.append(Found.PLACE)
    if len(exif):
        found.append(Found.CAMERA)
    if set(image.info) & {"comment", "xmp", "XML:com.adobe.xmp", "photoshop"} or getattr(image, "text", None):
        found.append(Found.COMMENTS)
    return found


def _anew(image: Any, kind: str, found: list[Found]) -> tuple[str, bytes, list[Found]]:
    if getattr(image, "n_frames", 1) > 1:
        found.append(Found.FRAMES)
    upright = _in_eight_bits(image)
    ImageOps.exif_transpose(upright, in_place=True)
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    as_kind = "png" if kind in _KEEPS_PIXELS or has_alpha else "jpeg"
    mode = "RGBA" if has_alpha else "RGB"
    pixels = upright if upright.mode == mode and "transparency" not in upright.info else upright.convert(mode)
    if max(pixels.size) > LONGEST_SIDE:
        pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        found.append(Found.SHRUNK)
    new = Image.new(pixels.mode, pixels.size)
    new.paste(pixels, mask=_seen(pixels) if has_alpha else None)
    written = io.BytesIO()
    options: dict[str, Any] = {"quality": _QUALITY} if as_kind == "jpeg" else {"optimize": True}
    new.save(written, _FORMATS[as_kind], **options)
    return as_kind, written.getvalue(), found


def _cut(image: Any, cut_off: Sides) -> Any:
    left, top, right, bottom = cut_off
    across, down = image.size
    start = min(ceil(left * across), across - 1), min(ceil(top * down), down - 1)
    end = across - ceil(right * across), down - ceil(bottom * down)
    cut = image.crop((*start, max(end[0], start[0] + 1), max(end[1], start[1] + 1)))
    cut.info.pop("exif", None)  # documents cut pictures as they lie
    return cut


def _seen(pixels: Any) -> Any:
    """Where ``pixels`` are seen: what lies under glass as clear as air may be a picture of its own."""
    return pixels.getchannel("A").point(lambda alpha: 255 if alpha >= _LEAST_ALPHA else 0)


def _in_eight_bits(image: Any) -> Any:
    # Pillow cuts deeper greys off instead of scaling them: a scan would come out white.
    return image.point(lambda grey: grey / 256).convert("L") if image.mode.startswith("I;16") else image
