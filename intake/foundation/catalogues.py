"""The translation catalogues: extract, update, compile, check.

Run by the makers of Intake (``python -m intake.foundation.catalogues update``) and,
for compiling, before every start; compiled files are not kept in the repository.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from .config import PACKAGE, shipped
from .languages import BY_CODE, LANGUAGES, SOURCE_LANGUAGE

_METHODS_PYTHON = [("**.py", "python")]
_METHODS_TEMPLATES = [("**.html", "jinja2"), ("**.txt", "jinja2")]
_KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None,
    "ngettext": (1, 2), "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in every catalogue's header; a real one would change with every update and say nothing."""
_OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}


def path_of(code: str) -> Path:
    """The catalogue of the language ``code``."""
    return shipped("translations") / code / "LC_MESSAGES" / "messages.po"


def translated() -> Iterator[str]:
    """Codes of the languages that have a catalogue: all but the source language."""
    return (language.code for language in LANGUAGES if language is not SOURCE_LANGUAGE)


def extract() -> Catalog:
    """Every message in the code and the templates, with the file it stands in (no line numbers)."""
    found = Catalog(project="Intake", fuzzy=False)
    for root, methods, prefix in (
        (PACKAGE, _METHODS_PYTHON, "intake"),
        (shipped("templates"), _METHODS_TEMPLATES, "templates"),
    ):
        for name, _line, message, comments, context in extract_from_dir(
            root,
            methods,
            options_map=_OPTIONS,
            keywords=_KEYWORDS,
            directory_filter=lambda _folder: True,  # else _macros would be passed over
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            found.add(message, None, [(f"{prefix}/{name}", 0)], auto_comments=comments, context=context)
    return found


def read(code: str) -> Catalog:
    """The catalogue of ``code``, with the plural header of ``languages.LANGUAGES``."""
    path = path_of(code)
    if not path.is_file():
        return _with_plurals(Catalog(locale=code, fuzzy=False), code)
    with path.open("rb") as file:
        return _with_plurals(read_po(file, locale=code), code)


def _with_plurals(catalogue: Catalog, code: str) -> Catalog:
    # Babel would write its own header; only the numbering declared for the language is gettext's.
    count, expression = (part.split("=", 1)[1] for part in BY_CODE[code].plural_forms.rstrip(";").split("; "))
    vars(catalogue).update(_num_plurals=int(count), _plural_expr=expression)
    return catalogue


def update() -> None:
    """Bring every catalogue up to the messages in use; new ones are empty, unused ones go."""
    template = extract()
    for code in translated():
        catalogue = read(code)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        write(code, catalogue)


def write(code: str, catalogue: Catalog) -> None:
    """Write ``catalogue`` in the one form we keep: sorted, one date for all, no line numbers."""
    catalogue.project, catalogue.version, catalogue.header_comment = "Intake", "1", "# The words of Intake."
    catalogue.last_translator = catalogue.language_team = "The Intake developers"
    catalogue.msgid_bugs_address = "see SECURITY.md and CONTRIBUTING.md"
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    path = path_of(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, _with_plurals(catalogue, code), width=100, sort_output=True, include_lineno=False)


def missing(code: str) -> list[str]:
    """Messages in use that ``code`` lacks, has only in part, or has as fuzzy."""
    catalogue = read(code)
    return [str(m.id) for m in extract() if m.id and not _complete(catalogue.get(m.id, m.context), catalogue)]


def _complete(message: Message | None, catalogue: Catalog) -> bool:
    if message is None or message.fuzzy:
        return False
    if isinstance(message.string, str):
        return bool(message.string.strip())
    forms = message.string or ()
    return len(forms) == catalogue.num_plurals and all(form.strip() for form in forms)


def compile_stale() -> None:
    """Compile each catalogue that is newer than its compiled form; readers never see half a file."""
    for code in translated():
        source, compiled = path_of(code), path_of(code).with_suffix(".mo")
        if not source.is_file() or (compiled.is_file() and compiled.stat().st_mtime >= source.stat().st_mtime):
            continue
        aside = compiled.with_name(f"{compiled.name}.{os.getpid()}")
        with aside.open("wb") as file:
            write_mo(file, read(code))
        aside.replace(compiled)


def _main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_stale()
        case ["check"]:
            lacking = {code: missing(code) for code in translated()}
            for code, messages in lacking.items():
                print(f"{code}: {len(messages)} missing or fuzzy")
                for message in messages:
                    print(f"  {message}")
            return 1 if any(lacking.values()) else 0
        case _:
            print("usage: python -m intake.foundation.catalogues update|compile|check", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
