"""Settings: one table, read from the environment, refused when unknown."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

PACKAGE = Path(__file__).resolve().parents[1]
PREFIX = "INTAKE_"
TEST_PREFIX = "INTAKE_TEST_"
_SHORTEST_SECRET = 32
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(Exception):
    """A setting is unknown or cannot be understood; the message says which and what is allowed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name without the prefix, default as shown, and meaning."""

    name: str
    default: str
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that holds it."""
        return PREFIX + self.name


SETTINGS: tuple[Setting, ...] = (
    Setting("INSTANCE", "instance/", "Folder of this installation: keys, SQLite database. Made when missing."),
    Setting("DATABASE_URL", "sqlite in the instance folder", "SQLite or PostgreSQL address, as SQLAlchemy writes it."),
    Setting("SECRET_KEY", "made on first run", "Signs cookies and forms. Kept in the instance folder unless set."),
    Setting("SECRET_KEY_FALLBACKS", "none", "Earlier secret keys, comma separated, accepted for signed cookies."),
    Setting("BASE_URL", "http://127.0.0.1:8000", "The public address; https switches on secure cookies and HSTS."),
    Setting("TRUSTED_HOSTS", "host of the base URL", "Host names answered, comma separated."),
    Setting("PROXIES", "0", "Proxies of yours in front: who sends is read from that many X-Forwarded-For entries."),
    Setting("SMTP_URL", "none: mail waits", "smtp://, smtp+starttls:// or smtps://user:password@host:port."),
    Setting("MAIL_FROM", "intake@ the base URL's host", "Sender of every message."),
    Setting("SECOND_FACTOR", "required", "required, or optional: staff without a second factor may sign in."),
    Setting("RETENTION_DAYS", "30", "Days from withdrawal until the text is erased for good."),
    Setting("FILES_URL", "a folder of the instance", "s3://bucket?endpoint=https://… (needs the extra s3)."),
    Setting("CLAMD_URL", "none: not scanned", "A virus scanner: tcp://host:port or unix:/path."),
    Setting("DRAFT_DAYS", "30", "Days after which a form that was saved and not sent is erased."),
    Setting("BUSY_PER_MINUTE", "120", "Submissions a minute from which browsers solve a puzzle first; 0: none."),
    Setting("DECIDE_DAYS", "14", "Days after which a decision on a submission is overdue."),
    Setting("ANSWER_DAYS", "21", "Days after which a question that nobody answered is shown as going stale."),
    Setting("REMIND_DAYS", "14", "Days after which a mail reminds of a question without an answer, once; 0: none."),
    Setting("SECOND_READER", "optional", "required: whoever wrote a question cannot be the one who sends it."),
    Setting("TRANSLATE_URL", "none: off", "A LibreTranslate server: https://…, or http:// on this machine."),
    Setting("TRANSLATE_KEY", "none", "Its API key."),
    Setting("GRACE_HOURS", "72", "Hours after a session closes in which a form saved before may still be sent."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation, checked and typed."""

    instance: Path
    database_url: str
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    base_url: str
    trusted_hosts: tuple[str, ...]
    proxies: int
    smtp_url: str | None
    mail_from: str
    second_factor_required: bool
    retention_days: int
    files_url: str | None
    clamd_url: str | None
    draft_days: int
    grace_hours: int
    busy_per_minute: int
    decide_days: int
    answer_days: int
    remind_days: int
    second_reader_required: bool
    translate_url: str | None = None
    translate_key: str | None = None

    @property
    def secure(self) -> bool:
        """Whether people reach this installation over https."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read ``INTAKE_*``; make the instance folder and its secret key when missing.

        Raises:
            SettingsError: an unknown variable, or a value that cannot be used.
        """
        known = {setting.variable for setting in SETTINGS}
        unknown = sorted(
            name
            for name in environ
            if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known
        )
        if unknown:
            raise SettingsError(f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}")

        def value(name: str) -> str:
            return environ.get(PREFIX + name, "").strip()

        instance = Path(value("INSTANCE") or _default_instance()).expanduser().resolve()
        _make_private_folder(instance)
        base_url = (value("BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
        host = _check_base_url(base_url)
        return cls(
            instance=instance,
            database_url=_database_url(value("DATABASE_URL"), instance),
            secret_key=_checked_secret(value("SECRET_KEY") or _kept_secret(instance / "secret_key")),
            secret_key_fallbacks=_listed(value("SECRET_KEY_FALLBACKS")),
            base_url=base_url,
            trusted_hosts=_listed(value("TRUSTED_HOSTS")) or _hosts_of(host),
            proxies=_whole_number("PROXIES", value("PROXIES") or "0"),
            smtp_url=_check_smtp_url(value("SMTP_URL")),
            mail_from=value("MAIL_FROM") or f"intake@{host}",
            second_factor_required=_choice("SECOND_FACTOR", value("SECOND_FACTOR") or "required"),
            retention_days=_whole_number("RETENTION_DAYS", value("RETENTION_DAYS") or "30"),
            files_url=_one_of_schemes("FILES_URL", value("FILES_URL"), "s3"),
            clamd_url=_one_of_schemes("CLAMD_URL", value("CLAMD_URL"), "tcp", "unix"),
            draft_days=_whole_number("DRAFT_DAYS", value("DRAFT_DAYS") or "30"),
            grace_hours=_whole_number("GRACE_HOURS", value("GRACE_HOURS") or "72"),
            busy_per_minute=_whole_number("BUSY_PER_MINUTE", value("BUSY_PER_MINUTE") or "120"),
            decide_days=_whole_number("DECIDE_DAYS", value("DECIDE_DAYS") or "14"),
            answer_days=_whole_number("ANSWER_DAYS", value("ANSWER_DAYS") or "21"),
            remind_days=_whole_number("REMIND_DAYS", value("REMIND_DAYS") or "14"),
            second_reader_required=_choice("SECOND_READER", value("SECOND_READER") or "optional"),
            translate_url=_private_address("TRANSLATE_URL", value("TRANSLATE_URL")),
            translate_key=value("TRANSLATE_KEY") or None,
        )


def _default_instance() -> Path:
    beside_package = PACKAGE.parent / "instance"
    return beside_package if (PACKAGE.parent / "pyproject.toml").is_file() else Path.cwd() / "instance"


def _make_private_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_uid == os.geteuid():
            path.chmod(0o700)  # a folder that was there already may be open to others
    except OSError as error:
        raise SettingsError(f"{PREFIX}INSTANCE: cannot make the folder {path}: {error.strerror}") from error


def write_once(path: Path, content: str) -> None:
    """Write ``content`` to ``path`` (mode 0600) unless the file is there already.

    Written aside, synced and linked: no other process ever reads half of it, and a kill
    leaves either nothing or the whole.
    """
    aside = _written_aside(path, content)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()
    _sync_folder(path)


def replace_whole(path: Path, content: str) -> None:
    """Put ``content`` (mode 0600, same owner) in the place of the file ``path``, inside ``alone_with(path)``.

    Whoever reads it meanwhile finds the old or the new, never half of one.
    """
    for left_by_a_kill in path.parent.glob(f".{path.name}.*"):
        left_by_a_kill.unlink()  # it holds secrets, and whoever wrote it held the lock that is ours now
    aside = _written_aside(path, content)
    try:
        aside.replace(path)
    except OSError:
        aside.unlink()
        raise
    _sync_folder(path)


@contextlib.contextmanager
def alone_with(path: Path, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Read, change and write the file ``path`` while no other process does; ``waits`` is called if one is at it.

    The lock is on a file beside it, since ``path`` itself is replaced. A killed process loses it at once.
    """
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR)
    try:
        _give_to_owner(descriptor, path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _give_to_owner(descriptor: int, path: Path) -> None:
    """What root writes beside or in place of ``path`` belongs to the account that the server runs under."""
    if os.geteuid() == 0:
        owner = (path if path.exists() else path.parent).stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _written_aside(path: Path, content: str) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    try:
        with os.fdopen(descriptor, "w") as file:
            _give_to_owner(descriptor, path)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        aside.unlink()
        raise
    return aside


def _kept_secret(path: Path) -> str:
    """The secret in ``path``, made by whichever process comes first."""
    if not path.exists():
        write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _checked_secret(secret: str) -> str:
    if len(secret) < _SHORTEST_SECRET:
        raise SettingsError(f"{PREFIX}SECRET_KEY: at least {_SHORTEST_SECRET} characters; is the file cut short?")
    return secret


def _database_url(given: str, instance: Path) -> str:
    if not given:
        return f"sqlite:///{instance / 'intake.sqlite'}"
    for written in ("postgres://", "postgresql://"):
        if given.startswith(written):
            return "postgresql+psycopg://" + given.removeprefix(written)
    if given.startswith(("sqlite:///", "postgresql+psycopg://")):
        return given
    raise SettingsError(f"{PREFIX}DATABASE_URL: starts with sqlite:/// or postgresql://")


def _parts(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _port = parts.port  # asking for it is what checks it
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name}: not an address ({error})") from error
    return parts


def _check_base_url(url: str) -> str:
    parts = _parts("BASE_URL", url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise SettingsError(f"{PREFIX}BASE_URL: a full address such as https://intake.example.org")
    return parts.hostname


def _hosts_of(host: str) -> tuple[str, ...]:
    return (host, "localhost") if host == "127.0.0.1" else (host,)


def _check_smtp_url(url: str) -> str | None:
    parts = _parts("SMTP_URL", url)
    if url and (parts.scheme not in ("smtp", "smtp+starttls", "smtps") or not parts.hostname):
        raise SettingsError(f"{PREFIX}SMTP_URL: smtp://, smtp+starttls:// or smtps:// and a host")
    return url or None


def _one_of_schemes(name: str, url: str, *schemes: str) -> str | None:
    if url and _parts(name, url).scheme not in schemes:
        raise SettingsError(f"{PREFIX}{name}: starts with {' or '.join(f'{scheme}:' for scheme in schemes)}")
    return url or None


def _private_address(name: str, url: str) -> str | None:
    """``url`` of a server that is given people's words: none between here and there may read them."""
    parts = _parts(name, url)
    is_here = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    if url and (not parts.hostname or parts.username or parts.query or not (parts.scheme == "https" or is_here)):
        raise SettingsError(f"{PREFIX}{name}: https:// and a host, or http:// on this machine (127.0.0.1)")
    return url.rstrip("/") or None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _choice(name: str, text: str) -> bool:
    if text not in ("required", "optional"):
        raise SettingsError(f"{PREFIX}{name}: required or optional, not {text!r}")
    return text == "required"


def _whole_number(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 4:
        raise SettingsError(f"{PREFIX}{name}: a whole number, 9999 at the most, not {text[:40]!r}")
    return int(text)


def shipped(folder: str) -> Path:
    """The folder ``templates`` or ``translations``: beside the package in a checkout, inside it in a wheel."""
    inside = PACKAGE / f"_{folder}"
    return inside if inside.is_dir() else PACKAGE.parent / folder
