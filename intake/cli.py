"""The command ``intake``: thin words around services."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from intake import create_app
from intake.accounts.commands import person
from intake.digests.commands import digest
from intake.examples import loader
from intake.foundation import catalogues, leaving, migrate, post, register, rotation
from intake.foundation.config import SETTINGS, Settings, SettingsError, alone_with
from intake.foundation.crypto import FILE_NAME, Keyring, KeyringError, keyring
from intake.foundation.database import engine, forget_journal, is_unavailable, make_engine, transaction
from intake.moderation import outbox, question_templates, to_do
from intake.programme.commands import programme
from intake.submissions import attachments, drafts, search, sketches
from intake.submissions import services as submissions

AppFactory = Callable[[], Flask]

_POLL_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 60.0
_SWEEP_EVERY_SECONDS = 3_600.0
_LOOK_SECONDS, _RESTART_SECONDS, _PATIENCE_SECONDS = 0.5, 5.0, 5
_SETTLE_SECONDS = 60
"""In which every request that began with an older keyring has ended."""
_FINISH = "intake keys rotate --go-on"
_THREADS = 256
_ENTERED_AT_ONCE = 200
"""Threads of each server process: a client that stalls holds one, and two hundred may stall (SECURITY, reliability)."""
_IN_PUBLIC = (
    "the examples have known sign-ins: only on this machine, never in public (remove them: intake demo --remove)"
)


def _app() -> Flask:
    try:
        return create_app(Settings.from_environment())
    except KeyringError as error:
        raise click.ClickException(f"{error} (on a new installation run: intake setup)") from error


class _Commands(click.Group):
    """Commands whose database may not answer, or whose settings do not do: told in a sentence, not in a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; such a fault ends it with a word on what to do."""
        try:
            return super().invoke(context)
        except (SettingsError, KeyringError) as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(
                f"the database does not answer or has no tables yet ({type(error.orig).__name__}). "
                "Is it running, and was `intake setup` run?"
            ) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="intake")
@click.pass_context
def main(context: click.Context) -> None:
    """Listening sessions: from the programme to a digest."""
    os.umask(0o077)  # whatever is written belongs to this installation alone
    context.obj = _app


@main.command()
@click.option("--settings", "show_settings", is_flag=True, help="List every setting instead.")
def setup(*, show_settings: bool) -> None:
    """Make the instance folder, the keys and the database, or bring them up to date."""
    if show_settings:
        for setting in SETTINGS:
            click.echo(f"{setting.variable:28} {setting.meaning} Default: {setting.default}.")
        return
    _set_up(Settings.from_environment())
    click.echo("Ready.")


def _set_up(settings: Settings) -> Flask:
    catalogues.compile_stale()
    fresh = not (settings.instance / FILE_NAME).exists()
    if fresh and _database_has_data(settings):
        raise click.ClickException("the database holds data but its keyring is missing; restore keyring.json")
    Keyring.create(settings.instance / FILE_NAME)
    app = create_app(settings)
    with app.app_context():
        migrate.upgrade(engine(), copies=settings.instance / "copies")
        with transaction():
            question_templates.provide()
    return app


def _database_has_data(settings: Settings) -> bool:
    bound = make_engine(settings.database_url)
    try:
        return migrate.current(bound) is not None
    finally:
        bound.dispose()


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--with-examples", is_flag=True, help="Load the example programme into an empty instance.")
def run(*, port: int, host: str, workers: int, with_examples: bool) -> None:
    """Set up, then serve and deliver mail until stopped."""
    _check_port(host, port)
    if "INTAKE_BASE_URL" not in os.environ:
        if host in ("0.0.0.0", "::"):  # noqa: S104  # refused, not bound
            raise click.ClickException("say by which address people reach it: INTAKE_BASE_URL=https://…")
        os.environ["INTAKE_BASE_URL"] = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    settings = Settings.from_environment()
    app = _set_up(settings)
    _keep_examples_private(app, settings, host, wanted=with_examples)
    if with_examples:
        _load_examples(app)
    _tell_addresses(app, settings)
    with _worker_beside():
        _serve(host, port, workers)


@contextmanager
def _worker_beside() -> Iterator[None]:
    """A worker for as long as the server runs: it comes again when it dies, so that nothing due is forgotten."""
    over = threading.Event()

    def keep() -> None:
        while not over.is_set():
            # -P: the folder that somebody stands in must not lend its modules to the worker.
            command = [sys.executable, "-P", "-m", "intake", "worker", "--until-parent-ends"]
            with subprocess.Popen(command) as process:  # noqa: S603  # our own command
                while process.poll() is None and not over.wait(_LOOK_SECONDS):
                    pass
                _end(process)
            if process.returncode == 0:
                return  # it was told to stop, as Ctrl-C tells every process of a terminal
            if not over.wait(_RESTART_SECONDS):
                click.echo("The worker ended; it is started again.", err=True)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
        workers=workers, blocking_threads=_THREADS, backlog=1024, log_access=False, respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE_SECONDS,
    ).serve()  # fmt: skip


def _load_examples(app: Flask) -> None:
    with app.app_context():
        if loader.is_empty():
            with transaction():
                loaded = loader.load()
            click.echo(f"Loaded the example programme: {loaded.sessions} entries, {loaded.submissions} submissions.")


def _keep_examples_private(app: Flask, settings: Settings, host: str, *, wanted: bool) -> None:
    with app.app_context():
        if wanted or loader.sign_ins():
            try:
                loader.check_private(host, urlsplit(settings.base_url).hostname)
            except loader.InPublic as error:
                raise click.ClickException(_IN_PUBLIC) from error


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
    """Deliver mail, remind of what waits and erase what is due, until stopped."""
    parent = os.getppid()
    app = app_factory()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    pause, sweep_at = _POLL_SECONDS, 0.0
    while True:
        done = _work(app)
        if time.monotonic() >= sweep_at:
            done = _sweep(app) and done
            sweep_at = time.monotonic() + _SWEEP_EVERY_SECONDS
        if once:
            sys.exit(0 if done else 1)
        if until_parent_ends and os.getppid() != parent:
            return
        pause = _POLL_SECONDS if done else min(pause * 2, _LONGEST_PAUSE_SECONDS)
        time.sleep(pause)


def _work(app: Flask) -> bool:
    """Do what is due, each kind of work for itself; False when some of it has to wait."""
    with app.app_context():
        return all([_tried(app, "mail", _deliver), _tried(app, "erasure", _erase)])


def _tried(app: Flask, what: str, work: Callable[[], object]) -> bool:
    try:
        work()
    except Exception as error:  # noqa: BLE001  # a worker that dies does nothing; the next round tries again
        app.logger.warning("%s waits: %s", what, type(error).__name__)
        return False
    return True


def _deliver() -> None:
    post.erase_due()
    if current_app.config["SETTINGS"].smtp_url:
        post.deliver_due()


def _erase() -> None:
    """Erase all that is due, each for itself: what cannot be erased holds nothing else up, and is told each time."""
    due: list[Callable[[], int]] = [partial(submissions.erase_due, one) for one in submissions.due_for_erasure()]
    failed = list[Exception]()
    for erase in (drafts.erase_due, leaving.erase_due, *due):
        try:
            with transaction():
                erase()
        except Exception as error:
            if is_unavailable(error):
                raise
            failed.append(error)
    forget_journal()
    for one in failed:
        current_app.logger.error("erasing fails, and what was promised is overdue: %s", type(one).__name__)
    if failed:
        raise failed[0]


def _enter() -> None:
    for enter_missing in (search.enter_missing, sketches.enter_missing):
        entered = 1
        while entered:
            with transaction():
                entered = enter_missing(_ENTERED_AT_ONCE)


def _remind() -> None:
    is_one = True
    while is_one:
        with transaction():
            is_one = outbox.remind_next()


def _tell() -> None:
    for person_id in to_do.people_to_tell():
        with transaction():
            to_do.tell(person_id)


def _sweep(app: Flask) -> bool:
    """Once an hour, since it looks at everything there is; False when some of it has to wait."""
    with app.app_context():
        works = {"sweeping": attachments.sweep, "search": _enter, "reminders": _remind, "news of the desk": _tell}
        done = [_tried(app, what, work) for what, work in works.items()]  # each, also where one before it has to wait
    return all(done)


@main.command()
@click.option("--remove", is_flag=True, help="Remove the examples, and what was sent to their sessions.")
@click.pass_obj
def demo(app_factory: AppFactory, *, remove: bool) -> None:
    """Load the example programme into an empty instance, or remove it."""
    app = app_factory()
    with app.app_context():
        if remove:
            try:
                with transaction():
                    removed = loader.remove()
            except IntegrityError as error:
                raise click.ClickException("something of your own refers to an example; nothing was removed") from error
            click.echo(
                f"Removed the example programme, its people and the {removed} submissions to it, yours among them."
                if removed
                else "There are no examples here."
            )
            return
        if not loader.is_empty():
            raise click.ClickException("this instance has data of its own: examples are not mixed in")
        try:
            with transaction():
                loaded = loader.load()
        except loader.InPublic as error:
            raise click.ClickException(_IN_PUBLIC) from error
        click.echo(f"Loaded {loaded.sessions} entries and {loaded.submissions} submissions.")


def _read_head(_context: click.Context, _option: click.Parameter, said: str | None) -> register.Head | None:
    try:
        return register.read_head(said) if said is not None else None
    except ValueError as error:
        raise click.BadParameter("a head is a number, a colon and 64 hexadecimal digits") from error


@main.command()
@click.option("--head", "kept", metavar="NUMBER:HASH", callback=_read_head, help="A head that was printed before.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def verify(app_factory: AppFactory, *, kept: register.Head | None, as_json: bool) -> None:
    """Check that the register is whole; name the first broken line.

    The head that is printed says how far it goes. Kept elsewhere and given with --head, it finds lines that were cut
    off or written anew by somebody who has the database in their hands.
    """
    with app_factory().app_context():
        broken, head = register.first_broken_line(kept), register.head()
    if as_json:
        click.echo(json.dumps({"register": {"first_broken_line": broken, "head": str(head) if head else None}}))
    elif broken is None:
        click.echo(f"The register is whole. Its head: {head}" if head else "The register is whole: nothing is in it.")
    else:
        click.echo(f"The register is broken at line {broken}.", err=True)
    sys.exit(0 if broken is None else 1)


@main.group()
def keys() -> None:
    """Keys that everything is sealed with: list them, change to a new one, remove old ones."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def list_keys(app_factory: AppFactory, *, as_json: bool) -> None:
    """List the keys, and how much is sealed with each."""
    with app_factory().app_context():
        ring, used = keyring(), rotation.rows_by_key()
    found = [{"key": name, "active": name == ring.active, "values": used[name]} for name in ring.keys]
    if as_json:
        click.echo(json.dumps(found))
        return
    for one in found:
        click.echo(
            f"{one['key']:6} {one['values']:8} values{'  (new values are sealed with it)' if one['active'] else ''}"
        )


@keys.command()
@click.option("--go-on", is_flag=True, help="Make no new key: finish what an earlier call left.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def rotate(app_factory: AppFactory, *, go_on: bool, as_json: bool) -> None:
    """Make a new key and seal everything anew with it, while the server goes on working.

    It may be stopped at any moment: --go-on finishes it. The old key stays until it is removed. A server
    that runs takes the new key up by itself.
    """
    with app_factory().app_context(), _alone_with_keys() as path:
        ring = Keyring.load(path)
        rotation.check_complete(ring)
        if not go_on:
            ring = ring.with_new_key()
            ring.save(path)
        with transaction():
            register.record("keys.rotate", ring.active)
        for one in rotation.sealed_columns():
            _reseal(one)
        left = sum(count for name, count in rotation.rows_by_key().items() if name != ring.active)
    if as_json:
        click.echo(json.dumps({"active": ring.active, "left": left}))
    elif not left:
        click.echo(f"Everything is sealed with {ring.active}.")
    else:
        click.echo(f"Left with an older key, since they came in meanwhile: {left} values. Run `{_FINISH}`.", err=True)
    sys.exit(1 if left else 0)


@contextmanager
def _alone_with_keys() -> Iterator[Path]:
    """The keyring's file, which no other process changes meanwhile; says so when it has to wait for one."""
    path = current_app.config["SETTINGS"].instance / FILE_NAME
    with alone_with(path, waits=lambda: click.echo("The keys are being changed by another: waiting.", err=True)):
        yield path


def _reseal(one: rotation.SealedColumn) -> None:
    after: int | None = 0
    while after is not None:
        with transaction():
            after = rotation.reseal_some(one, after)


@keys.command("remove")
@click.argument("key")
@click.pass_obj
def remove_key(app_factory: AppFactory, key: str) -> None:
    """Remove a KEY that nothing is sealed with any more. Copies of the database from before then stay closed."""
    with app_factory().app_context(), _alone_with_keys() as path:
        ring = Keyring.load(path)
        if key not in ring.keys:
            raise click.ClickException(f"there is no key {key}; there are {', '.join(ring.keys)}")
        rotation.check_complete(ring)
        # Inside: on SQLite nobody writes between the look and the deed, elsewhere the time to settle makes sure.
        with transaction():
            if key == ring.active or rotation.is_used(key):
                raise click.ClickException(f"{key} is in use: first run `intake keys rotate`")
            if time.time() - path.stat().st_mtime < _SETTLE_SECONDS:
                raise click.ClickException(f"the keys were changed just now: try again in {_SETTLE_SECONDS} seconds")
            register.record("keys.remove", key)
            ring.without(key).save(path)
    click.echo(f"{key} is removed. Keep a copy of the new keyring apart from the database's.")


for command in (person, programme, digest):
    main.add_command(command)
