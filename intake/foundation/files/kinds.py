"""What may be sent, in one table, and the words for what is refused or was taken out.

This package is also read by the child process that cleans a file (``child.py``), which loads
nothing else of Intake: modules that it reads import only the standard library and their own format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

LARGEST_FILE_BYTES = 10_000_000
MOST_FILES = 5
LARGEST_TOTAL_BYTES = 30_000_000


class Refusal(StrEnum):
    """Why a file is not taken."""

    UNKNOWN = "unknown"
    NAME = "name"
    EMPTY = "empty"
    LARGE = "large"
    DAMAGED = "damaged"
    DIMENSIONS = "dimensions"
    BOMB = "bomb"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    EMBEDDED = "embedded"
    TRACKED = "tracked"
    SLOW = "slow"
    MALWARE = "malware"
    TELEPHONE_PICTURE = "telephone_picture"
    FILM = "film"
    OLD_WORD = "old_word"
    LAID_OVER = "laid_over"
    LAYERS = "layers"
    LONG = "long"
    DRAWN = "drawn"
    EDITED = "edited"


class Found(StrEnum):
    """What a file held beside its content, and holds no more."""

    PLACE = "place"
    CAMERA = "camera"
    AUTHOR = "author"
    COMMENTS = "comments"
    ACTIONS = "actions"
    ATTACHED = "attached"
    TAGS = "tags"
    SHRUNK = "shrunk"
    FRAMES = "frames"
    LINKS = "links"
    FIELDS = "fields"
    HIDDEN = "hidden"
    UNCUT = "uncut"
    UNHEARD = "unheard"


class Refused(Exception):  # what happened, not an error of ours
    """The file is not taken; ``why`` says the reason."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, the endings its name may have (the first is used), and how to know it."""

    name: str
    media_type: str
    endings: tuple[str, ...]
    is_it: Callable[[bytes], bool]

    @property
    def is_image(self) -> bool:
        """Whether it is shown on a page."""
        return self.media_type.startswith("image/")


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda body: body.startswith(magic)


def _is_mpeg(body: bytes) -> bool:
    return body.startswith(b"ID3") or (len(body) > 2 and body[0] == 0xFF and body[1] & 0xE6 in (0xE2, 0xE4, 0xE6))


KINDS: tuple[Kind, ...] = (
    Kind("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe"), _starts(b"\xff\xd8\xff")),
    Kind("png", "image/png", ("png",), _starts(b"\x89PNG\r\n\x1a\n")),
    Kind("webp", "image/webp", ("webp",), lambda body: body[:4] == b"RIFF" and body[8:12] == b"WEBP"),
    Kind("gif", "image/gif", ("gif",), _starts(b"GIF87a", b"GIF89a")),
    Kind("pdf", "application/pdf", ("pdf",), _starts(b"%PDF-")),
    Kind(
        "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",),
        _starts(b"PK\x03\x04"),
    ),
    Kind("mp3", "audio/mpeg", ("mp3",), _is_mpeg),
    # Many recorders call sound alone .3gp or .mp4: whether it is a film shows only in its tracks.
    Kind("m4a", "audio/mp4", ("m4a", "mp4", "3gp", "3gpp", "3ga", "3g2"), lambda body: body[4:8] == b"ftyp"),
    Kind("aac", "audio/aac", ("aac",), lambda body: len(body) > 2 and body[0] == 0xFF and body[1] & 0xF6 == 0xF0),
    Kind("amr", "audio/amr", ("amr", "awb"), _starts(b"#!AMR\n", b"#!AMR-WB\n")),
    Kind("ogg", "audio/ogg", ("ogg", "oga", "opus"), _starts(b"OggS")),
    Kind("wav", "audio/wav", ("wav",), lambda body: body[:4] == b"RIFF" and body[8:12] == b"WAVE"),
)  # fmt: skip

_BRANDS_OF_PICTURES = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})
_ENDINGS_OF_FILMS = frozenset({"mov", "m4v", "avi", "mkv", "webm", "mpg", "mpeg", "wmv"})
_ENDINGS_WITH_MACROS = frozenset({"docm", "dotm"})


def _well_known(body: bytes, ending: str) -> Refusal | None:
    """Why a kind of file that people often have is not taken, and what to do instead."""
    if body[4:8] == b"ftyp" and body[8:12] in _BRANDS_OF_PICTURES:
        return Refusal.TELEPHONE_PICTURE
    if body[4:12] == b"ftypqt  " or ending in _ENDINGS_OF_FILMS:
        return Refusal.FILM
    if body.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and ending in ("doc", "dot", "docx"):
        return Refusal.OLD_WORD
    if ending in _ENDINGS_WITH_MACROS:
        return Refusal.MACROS
    return None


BY_NAME = {kind.name: kind for kind in KINDS}
ENDINGS = frozenset(f".{ending}" for kind in KINDS for ending in kind.endings)
ACCEPTED = ",".join([*(kind.media_type for kind in KINDS), *sorted(ENDINGS)])
"""What a browser is told to offer. Some telephones go by the type, and then turn their own pictures into JPEG."""


def recognise(body: bytes, name: str) -> Kind:
    """The kind of ``body`` by its content, with which the ending of ``name`` has to agree.

    Raises:
        Refused: it is of no kind that is taken, or calls itself something else.
    """
    if not body:
        raise Refused(Refusal.EMPTY)
    if len(body) > LARGEST_FILE_BYTES:
        raise Refused(Refusal.LARGE)
    ending = name.rpartition(".")[2].lower()
    if why := _well_known(body, ending):
        raise Refused(why)
    kind = next((kind for kind in KINDS if kind.is_it(body)), None)
    is_another_archive = kind is BY_NAME["docx"] and f".{ending}" not in ENDINGS
    if kind is None or is_another_archive:
        raise Refused(Refusal.UNKNOWN)
    if ending not in kind.endings:
        raise Refused(Refusal.NAME)
    return kind
