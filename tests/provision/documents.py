"""LibreOffice and Poppler, which open our documents as a reader would, and letters to show them in."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.provision import NotAvailableError
from tests.provision.machine import answer, first_on_path, install_packages

OFFICE = "LibreOffice"
POPPLER = "Poppler"
FONTS = "Noto fonts"

_OFFICE_NAMES = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
_ARABIC = "Noto Naskh Arabic"
_CONVERT_TIMEOUT = 180


@dataclass(frozen=True, slots=True)
class Soffice:
    """LibreOffice Writer without a window."""

    path: Path
    version: str

    def convert(self, document: Path, to: str, folder: Path) -> Path:
        """``document`` as ``to`` (``pdf``, ``txt:Text``, ``docx`` …) in ``folder``, with its own profile.

        Raises ``RuntimeError`` with what LibreOffice said when no file came of it.
        """
        done = subprocess.run(
            [
                self.path,
                f"-env:UserInstallation={(folder / '.soffice').as_uri()}",
                *("--headless", "--norestore", "--convert-to", to, "--outdir", folder, document),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_CONVERT_TIMEOUT,
            check=False,
        )
        made = folder / f"{document.stem}.{to.partition(':')[0]}"
        if not made.exists():
            raise RuntimeError(f"LibreOffice made no {made.name}: {done.stdout}{done.stderr}")
        return made


@dataclass(frozen=True, slots=True)
class Poppler:
    """Poppler's readers of PDF."""

    pdftotext: Path
    pdftoppm: Path
    version: str

    def text(self, pdf: Path, *options: str) -> str:
        """The words of ``pdf`` in UTF-8, pages parted by form feeds; ``options`` as ``-layout``."""
        done = subprocess.run(
            [self.pdftotext, "-enc", "UTF-8", *options, pdf, "-"],
            capture_output=True,
            check=True,
            timeout=120,
        )
        return done.stdout.decode()

    def pages(self, pdf: Path, folder: Path, *, dpi: int = 72) -> list[Path]:
        """A PNG of every page, in order."""
        stem = folder / pdf.stem
        subprocess.run([self.pdftoppm, "-png", "-r", str(dpi), pdf, stem], capture_output=True, check=True, timeout=300)
        return sorted(folder.glob(f"{pdf.stem}-*.png"))


def find_soffice() -> Soffice:
    """Raises ``NotAvailableError``."""
    path = first_on_path(_OFFICE_NAMES)
    if path is None:
        raise NotAvailableError(OFFICE, "no soffice on PATH")
    # Debian packages Writer apart; without it LibreOffice starts and can open no document.
    if sys.platform == "linux" and not (path.resolve().parent / "libswlo.so").exists():
        raise NotAvailableError(OFFICE, f"{path} comes without Writer")
    version = answer([path, "--version"])
    if version is None:
        raise NotAvailableError(OFFICE, f"{path} does not start")
    return Soffice(path, version)


def find_poppler() -> Poppler:
    """Raises ``NotAvailableError``."""
    pdftotext, pdftoppm = first_on_path(["pdftotext"]), first_on_path(["pdftoppm"])
    if pdftotext is None or pdftoppm is None:
        raise NotAvailableError(POPPLER, "no pdftotext and pdftoppm on PATH")
    return Poppler(pdftotext, pdftoppm, (answer([pdftotext, "-v"]) or "").partition("\n")[0])


def find_fonts() -> str:
    """The Noto family for Arabic: every reader's letters look the same in it. Raises ``NotAvailableError``."""
    if answer(["fc-list", _ARABIC, "family"]):
        return _ARABIC
    raise NotAvailableError(FONTS, f"fontconfig knows no {_ARABIC}")


def provide_soffice() -> Soffice:
    """Find it, else install it. Raises ``NotAvailableError`` with why it could not."""
    try:
        return find_soffice()
    except NotAvailableError as error:
        _install(error, "libreoffice-writer-nogui")
        return find_soffice()


def provide_poppler() -> Poppler:
    """Find it, else install it. Raises ``NotAvailableError`` with why it could not."""
    try:
        return find_poppler()
    except NotAvailableError as error:
        _install(error, "poppler-utils")
        return find_poppler()


def provide_fonts() -> str:
    """Find one, else install some. Raises ``NotAvailableError`` with why it could not."""
    try:
        return find_fonts()
    except NotAvailableError as error:
        _install(error, "fonts-noto-core", "fontconfig")
        return find_fonts()


def _install(missing: NotAvailableError, *packages: str) -> None:
    if refusal := install_packages(*packages):
        raise NotAvailableError(missing.thing, f"{missing.reason}; package: {refusal}") from missing
