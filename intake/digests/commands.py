"""``intake digest``: compile and export from a terminal or a script."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from intake.foundation.database import transaction
from intake.foundation.languages import CODES, SOURCE_LANGUAGE
from intake.programme.models import ListeningSession
from intake.programme.queries import session_by_slug

from . import queries, services
from .formats import FORMATS
from .models import Digest

AppFactory = Callable[[], Flask]


@click.group()
def digest() -> None:
    """Freeze what a listening session accepted, and export it."""


@digest.command("compile")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def compile_command(app_factory: AppFactory, *, slug: str, as_json: bool) -> None:
    """Freeze the accepted submissions of the listening session SLUG as its next digest."""
    with app_factory().app_context():
        held = _session(slug)
        with transaction():
            made = services.compile_digest(held)
            told = {
                "digest": made.identifier,
                "version": made.version,
                "freeze": made.freeze,
                "entries": len(made.frozen["entries"]),
            }
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo("{digest}: {entries} accepted submissions, freeze {freeze}".format_map(told))


@digest.command("export")
@click.argument("slug")
@click.option("--version", type=click.IntRange(min=1), help="Which version.  [default: the latest]")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="docx", show_default=True)
@click.option("--language", type=click.Choice(CODES), default=SOURCE_LANGUAGE.code, show_default=True)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, - for standard output.  [default: named after the digest, in this folder]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Say what was written as JSON, on standard error.")
@click.pass_obj
def export_command(
    app_factory: AppFactory,
    *,
    slug: str,
    version: int | None,
    format_name: str,
    language: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Write a digest of the listening session SLUG to a file; the export is recorded."""
    with app_factory().app_context():
        found = _digest(slug, version)
        try:
            made = services.export(found, format_name, language)
        except services.Damaged as error:
            raise click.ClickException(f"{error} was changed after it was issued: it cannot be exported") from error
        with transaction():
            services.record_export(made)
    target = output or Path(made.filename)
    _write(target, made.content)
    told = {"digest": made.digest, "file": str(target), "entries": made.items, "sha256": made.sha256}
    click.echo(
        json.dumps(told) if as_json else "{file}: {entries} entries, SHA-256 {sha256}".format_map(told), err=True
    )


def _session(slug: str) -> ListeningSession:
    held = session_by_slug(slug)
    if held is None:
        raise click.ClickException(f"there is no listening session {slug!r}")
    return held


def _digest(slug: str, version: int | None) -> Digest:
    found = queries.digest_of(_session(slug), version)
    if found is None:
        which = f"version {version}" if version else "digest"
        raise click.ClickException(f"{slug} has no {which} yet; make one: intake digest compile {slug}")
    return found


def _write(target: Path, content: bytes) -> None:
    if str(target) == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        # Readable by its owner alone: it holds what people said.
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
