"""What people are told about their files: what is taken, why one is not, and what was taken out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from intake.foundation.files.kinds import LARGEST_FILE_BYTES, LARGEST_TOTAL_BYTES, MOST_FILES, Found, Refusal
from intake.foundation.files.scanning import Scan

_MB = 1_000_000

LIMITS = _l(
    "Photos, PDF, Word documents or sound: up to %(most)s files of %(each)s MB each, %(all)s MB in all.",
    most=MOST_FILES, each=LARGEST_FILE_BYTES // _MB, all=LARGEST_TOTAL_BYTES // _MB,
)  # fmt: skip

TOO_MANY = _l("There are too many files, or they are too large together.")
NOT_LOOKED_INTO = _l("We look into so many files at once and no more. Please add this one again.")

REFUSALS = {
    Refusal.UNKNOWN: _l("We do not take this kind of file. Photos, PDF, Word documents and sound are fine."),
    Refusal.NAME: _l("This file is not what its name says. Please save it again with the program that made it."),
    Refusal.EMPTY: _l("This file is empty."),
    Refusal.LARGE: _l("This file is too large: %(most)s MB at the most.", most=LARGEST_FILE_BYTES // _MB),
    Refusal.DAMAGED: _l("We cannot read this file: it is damaged, or not what it seems to be."),
    Refusal.DIMENSIONS: _l("This picture has too many pixels. Please make it smaller first."),
    Refusal.BOMB: _l("This file unpacks to far too much. Please send a simpler one."),
    Refusal.ENCRYPTED: _l("This file is locked with a password. Please save it without one."),
    Refusal.MACROS: _l("This document holds programs (macros). Please save it as a document without them."),
    Refusal.EMBEDDED: _l("This document holds other files or loads something from elsewhere. Please take that out."),
    Refusal.TRACKED: _l("This document shows who changed what. Please accept or reject all changes first."),
    Refusal.SLOW: _l("This file is too complicated for us. Please send a simpler one."),
    Refusal.TELEPHONE_PICTURE: _l("We cannot read pictures of this kind (HEIC). Please save it as JPEG and add that."),
    Refusal.FILM: _l("This is a film, or holds more than sound. Please add the sound alone, or a photo."),
    Refusal.OLD_WORD: _l("This is an old kind of Word document (.doc). Please save it as .docx or PDF and add that."),
    Refusal.LAID_OVER: _l("This PDF has fields or drawings that would be lost. Please print it into a new PDF first."),
    Refusal.LAYERS: _l("This PDF has hidden layers. Please print it into a new PDF first."),
    Refusal.LONG: _l("This holds more words than we can keep. Nothing of it was kept: please shorten it."),
    Refusal.DRAWN: _l("This document holds a chart or a diagram. Please put it in as a picture, or save it as PDF."),
    Refusal.EDITED: _l(
        "This sound was edited, and parts that nobody hears may still be in the file. "
        "Please save it again as a new file and add that."
    ),
    Refusal.MALWARE: _l("A virus scanner found something in this file. It was not kept."),
}  # fmt: skip

FOUND = {
    Found.PLACE: _l("where the picture was taken"),
    Found.CAMERA: _l("camera, day and time"),
    Found.AUTHOR: _l("author and program"),
    Found.COMMENTS: _l("comments"),
    Found.ACTIONS: _l("scripts and forms"),
    Found.ATTACHED: _l("attached files"),
    Found.TAGS: _l("title, names and other notes in the sound file"),
    Found.SHRUNK: _l("pixels beyond 2,400 on a side"),
    Found.FRAMES: _l("all pictures but the first"),
    Found.LINKS: _l("links"),
    Found.FIELDS: _l("what other programs had put in"),
    Found.HIDDEN: _l("hidden text"),
    Found.UNHEARD: _l("sound that was cut off and still in the file"),
    Found.UNCUT: _l("the cropping of pages: what it hid can now be seen"),
}

SCANS = {Scan.CLEAN: _l("Scanned for viruses"), Scan.NOT_SCANNED: _l("Not scanned for viruses")}

KINDS = {
    "jpeg": _l("Picture"), "png": _l("Picture"), "webp": _l("Picture"), "gif": _l("Picture"),
    "pdf": _l("PDF document"), "docx": _l("Word document"),
    "mp3": _l("Sound"), "m4a": _l("Sound"), "aac": _l("Sound"), "amr": _l("Sound"),
    "ogg": _l("Sound"), "wav": _l("Sound"),
}  # fmt: skip
