"""The command ``intake``: thin words around services."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from intake import create_app
from intake.accounts.commands import person
from intake.digests.commands import digest
from intake.examples import loader
from intake.foundation import catalogues, migrate, post, register
from intake.foundation.config import SETTINGS, Settings, SettingsError
from intake.foundation.crypto import Keyring, KeyringError
from intake.foundation.database import engine, make_engine, transaction
from intake.programme.commands import programme
from intake.submissions import services as submissions

AppFactory = Callable[[], Flask]

_POLL_SECONDS = 2.0


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _app() -> Flask:
    try:
        return create_app(_settings())
    except KeyringError as error:
        raise click.ClickException(f"{error} (on a new installation run: intake setup)") from error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="intake")
@click.pass_context
def main(context: click.Context) -> None:
    """Listening sessions: from the programme to a digest."""
    context.obj = _app


@main.command()
@click.option("--settings", "show_settings", is_flag=True, help="List every setting instead.")
def setup(*, show_settings: bool) -> None:
    """Make the instance folder, the keys and the database, or bring them up to date."""
    if show_settings:
        for setting in SETTINGS:
            click.echo(f"{setting.variable:28} {setting.meaning} Default: {setting.default}.")
        return
    _set_up(_settings())
    click.echo("Ready.")


def _set_up(settings: Settings) -> Flask:
    catalogues.compile_stale()
    fresh = not (settings.instance / "keyring.json").exists()
    if fresh and _database_has_data(settings):
        raise click.ClickException("the database holds data but its keyring is missing; restore keyring.json")
    Keyring.create(settings.instance / "keyring.json")
    app = create_app(settings)
    with app.app_context():
        migrate.upgrade(engine(), copies=settings.instance / "copies")
    return app


def _database_has_data(settings: Settings) -> bool:
    return migrate.current(make_engine(settings.database_url)) is not None


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--with-examples", is_flag=True, help="Load the example programme into an empty instance.")
def run(*, port: int, host: str, workers: int, with_examples: bool) -> None:
    """Set up, then serve and deliver mail until stopped."""
    _check_port(host, port)
    os.environ.setdefault("INTAKE_BASE_URL", f"http://{host}:{port}")
    settings = _settings()
    app = _set_up(settings)
    if with_examples:
        _load_examples(app, settings)
    _tell_addresses(app, settings)
    deliverer = subprocess.Popen([sys.executable, "-m", "intake", "worker", "--until-parent-ends"])
    try:
        _serve(host, port, workers)
    finally:
        deliverer.terminate()
        deliverer.wait(timeout=30)


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} on {host} cannot be used ({error.strerror}). "
                f"Choose another one: make run PORT={port + 1}, or: intake run --port {port + 1}"
            ) from error


def _serve(host: str, port: int, workers: int) -> None:
    Granian(
        "intake:create_app", address=host, port=port, interface=Interfaces.WSGI, factory=True,
        workers=workers, blocking_threads=8, backlog=1024, log_access=False, respawn_failed_workers=True,
    ).serve()  # fmt: skip


def _load_examples(app: Flask, settings: Settings) -> None:
    if urlsplit(settings.base_url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise click.ClickException("the examples have known sign-ins: only on this machine, never in public")
    with app.app_context():
        if loader.is_empty():
            with transaction():
                loaded = loader.load()
            click.echo(f"Loaded the example programme: {loaded.sessions} entries, {loaded.submissions} submissions.")


def _tell_addresses(app: Flask, settings: Settings) -> None:
    click.echo(f"\nIntake is on {settings.base_url}")
    with app.app_context():
        sign_ins = loader.sign_ins()
    if sign_ins:
        click.echo(
            f"Staff sign in on {settings.base_url}/en/staff/sign-in/ (examples; remove them: intake demo --remove)"
        )
        for email, roles, password in sign_ins:
            click.echo(f"  {email:36} {password}  {roles}")
    click.echo("Stop with Ctrl-C.\n", nl=True)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due, then end.")
@click.option("--until-parent-ends", is_flag=True, hidden=True)
@click.pass_obj
def worker(app_factory: AppFactory, *, once: bool, until_parent_ends: bool) -> None:
    """Deliver mail and erase what is due, until stopped."""
    app = app_factory()
    parent = os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        _work(app)
        if once or (until_parent_ends and os.getppid() != parent):
            return
        time.sleep(_POLL_SECONDS)


def _work(app: Flask) -> None:
    with app.app_context():
        try:
            if app.config["SETTINGS"].smtp_url:
                post.deliver_due()
            with transaction():
                submissions.erase_due()
        except Exception as error:  # noqa: BLE001  # a worker that dies delivers nothing; the next round tries again
            app.logger.warning("the worker waits: %s", type(error).__name__)


@main.command()
@click.option("--remove", is_flag=True, help="Remove every example, and nothing else.")
@click.pass_obj
def demo(app_factory: AppFactory, *, remove: bool) -> None:
    """Load the example programme into an empty instance, or remove it."""
    app = app_factory()
    with app.app_context():
        if remove:
            with transaction():
                removed = loader.remove()
            click.echo(f"Removed {removed} example submissions and the example programme.")
            return
        if not loader.is_empty():
            raise click.ClickException("this instance has data of its own: examples are not mixed in")
        with transaction():
            loaded = loader.load()
        click.echo(f"Loaded {loaded.sessions} entries and {loaded.submissions} submissions.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def verify(app_factory: AppFactory, *, as_json: bool) -> None:
    """Check that the register is whole; name the first broken line."""
    with app_factory().app_context():
        broken = register.first_broken_line()
    if as_json:
        click.echo(json.dumps({"register": {"first_broken_line": broken}}))
    elif broken is None:
        click.echo("The register is whole.")
    else:
        click.echo(f"The register is broken at line {broken}.", err=True)
    sys.exit(0 if broken is None else 1)


for command in (person, programme, digest):
    main.add_command(command)
