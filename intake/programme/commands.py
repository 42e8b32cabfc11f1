"""The commands of the programme: import, export."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import click
from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from intake.foundation import register
from intake.foundation.database import transaction
from intake.foundation.i18n import speak
from intake.foundation.languages import CODES, SOURCE_LANGUAGE

from . import exporter, importer, queries
from .importer import Outcome
from .models import Series
from .problems import Refused

AppFactory = Callable[[], Flask]


@click.group()
def programme() -> None:
    """Take a programme over from a file, or write it to one."""


@programme.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--series", help="Slug or title of the series, for a file that does not name it.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as JSON.")
@click.option("--language", type=click.Choice(CODES), default=SOURCE_LANGUAGE.code, help="Language of the messages.")
@click.pass_obj
def import_(
    app_factory: AppFactory, *, file: BinaryIO, series: str | None, dry_run: bool, as_json: bool, language: str
) -> None:
    """Take over the programme in FILE (JSON, CSV or XLSX; "-" for standard input), all of it or nothing.

    An entry is known again by its slug or code, else by its position. Entries that are not in
    FILE stay as they are. Exit code 1 and a list of all problems when anything is wrong.
    """
    with app_factory().app_context():
        speak(language)
        try:
            outcome = _bring_in(file.read(), series, dry_run=dry_run)
        except Refused as refused:
            _tell_problems(refused, as_json=as_json)
            sys.exit(1)
        _tell(outcome, dry_run=dry_run, as_json=as_json)


def _bring_in(data: bytes, series: str | None, *, dry_run: bool) -> Outcome:
    found = importer.read(data)
    with transaction() as database:
        outcome = importer.bring_in(found, series=series)
        if dry_run:
            database.rollback()
    return outcome


def _tell_problems(refused: Refused, *, as_json: bool) -> None:
    if as_json:
        problems = [
            {"row": one.row, "column": one.column, "value": one.value, "reason": str(one.reason)}
            for one in refused.problems
        ]
        click.echo(json.dumps({"problems": problems}, ensure_ascii=False))
        return
    for problem in refused.problems:
        click.echo(str(problem), err=True)
    count = len(refused.problems)
    told = ngettext("Nothing was imported: %(num)s problem.", "Nothing was imported: %(num)s problems.", count)
    click.echo(told, err=True)


def _tell(outcome: Outcome, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        content = {
            "series": outcome.series, "added": outcome.added, "changed": outcome.changed,
            "unchanged": outcome.unchanged, "lifted": outcome.lifted, "dry_run": dry_run,
        }  # fmt: skip
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    for code in outcome.added:
        click.echo(f"new      {code}")
    for code, fields in outcome.changed.items():
        click.echo(f"changed  {code}: {', '.join(fields)}")
    for code in outcome.lifted:
        click.echo(_("%(code)s: what was sent before stays under the old limit of consent.", code=code))
    click.echo(
        _(
            "%(series)s: %(added)s new, %(changed)s changed, %(same)s unchanged",
            series=outcome.series, added=len(outcome.added), changed=len(outcome.changed), same=outcome.unchanged,
        )
    )  # fmt: skip
    if dry_run:
        click.echo(_("Nothing was kept: this was a trial."))


@programme.command("export")
@click.option("--format", "kind", type=click.Choice(exporter.KINDS), help="Default: the ending of -o, or json.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: standard output.")
@click.option("--series", help="Slug of the series; needed when there are several.")
@click.pass_obj
def export(app_factory: AppFactory, *, kind: str | None, output: Path | None, series: str | None) -> None:
    """Write a programme as JSON, CSV or XLSX; importing that file again changes nothing."""
    ending = output.suffix.lstrip(".").lower() if output else ""
    kind = kind or (ending if ending in exporter.KINDS else "json")
    if output is None and kind == "xlsx" and sys.stdout.isatty():
        raise click.UsageError("a workbook is no text: name a file with -o")
    with app_factory().app_context():
        chosen = _the_series(series)
        content = exporter.export(chosen, kind)
        with transaction():
            register.record("programme.exported", chosen.slug, format=kind)
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from error


def _the_series(slug: str | None) -> Series:
    there = {series.slug: series for series in queries.all_series()}
    if slug is None and len(there) == 1:
        return next(iter(there.values()))
    if not there:
        raise click.ClickException("there is no programme yet")
    if slug not in there:
        raise click.UsageError(f"choose with --series one of: {', '.join(there)}")
    return there[slug]
