"""Where the bytes of files lie: a folder of the installation, or an object store where there are several machines.

A store sees only encrypted bytes under random names. A file is written before the row that names it
and removed after the row is gone: what no row names is swept away by the worker.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask, current_app

from intake.foundation.config import PREFIX, SettingsError

_NAME_BYTES = 20
_AWS = "https://s3.amazonaws.com"
_CONNECT_SECONDS, _READ_SECONDS, _RETRIES = 5, 20, 2
"""Somebody waits for the answer: a store that is away is said, not waited for."""


class Store(Protocol):
    """Encrypted files by their random names."""

    def put(self, body: bytes) -> str:
        """Keep ``body`` durably; returns its name. Raises ``OSError`` when it cannot be kept."""

    def get(self, name: str) -> bytes:
        """The bytes kept under ``name``; raises ``OSError`` when they are not there."""

    def remove(self, name: str) -> None:
        """Forget ``name``; it may be forgotten already."""

    def names(self) -> Iterator[tuple[str, float]]:
        """Every name, with when it was written (seconds since 1970)."""


def new_name() -> str:
    """A random name, which says nothing."""
    return secrets.token_hex(_NAME_BYTES)


class Folder:
    """Files in a folder that only this installation reads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, body: bytes) -> str:
        """Written aside, synced, and named only then: nobody ever finds half of it."""
        self._path.mkdir(mode=0o700, exist_ok=True)
        name = new_name()
        aside = self._path / f".{name}"
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(self._path / name)
            self._sync()
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        return name

    def _sync(self) -> None:
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, name: str) -> bytes:
        """The whole file."""
        return (self._path / name).read_bytes()

    def remove(self, name: str) -> None:
        """Unlinked."""
        (self._path / name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, float]]:
        """Also what was left aside by a kill."""
        for path in self._path.iterdir() if self._path.is_dir() else ():
            with suppress(FileNotFoundError):  # removed meanwhile
                yield path.name, path.stat().st_mtime


class Bucket:
    """Files in a bucket of an S3-compatible store.

    Its credentials come from where AWS's own tools look for them: the environment, the file of the account,
    the role of the machine.
    """

    def __init__(self, endpoint: str, bucket: str) -> None:
        try:
            from minio import Minio, error  # noqa: PLC0415  # only where it is used: an extra
            from minio.credentials import providers  # noqa: PLC0415
            from urllib3 import PoolManager, Retry, Timeout  # noqa: PLC0415
            from urllib3.exceptions import HTTPError  # noqa: PLC0415
        except ImportError as missing:
            raise SettingsError(
                f"{PREFIX}FILES_URL: an object store needs the extra: pip install intake[s3]"
            ) from missing

        http = PoolManager(timeout=Timeout(_CONNECT_SECONDS, read=_READ_SECONDS), retries=Retry(_RETRIES))
        looked_for = (providers.EnvAWSProvider(), providers.AWSConfigProvider(), providers.IamAwsProvider(
            http_client=http
        ))  # fmt: skip
        parts = urlsplit(endpoint)
        try:
            self._client = Minio(
                endpoint=parts.netloc, secure=parts.scheme == "https",
                region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
                credentials=providers.ChainedProvider(list(looked_for)), http_client=http,
            )  # fmt: skip
        except ValueError as wrong:
            raise SettingsError(f"{PREFIX}FILES_URL: {wrong}") from wrong
        self._bucket = bucket
        self._failures = (error.MinioException, HTTPError, ValueError)

    def put(self, body: bytes) -> str:
        """Kept once the store says so."""
        name = new_name()
        with self._as_os_errors():
            self._client.put_object(bucket_name=self._bucket, object_name=name, data=BytesIO(body), length=len(body))
        return name

    def get(self, name: str) -> bytes:
        """The whole object; one that ends too soon is not given."""
        with self._as_os_errors():
            answer = self._client.get_object(bucket_name=self._bucket, object_name=name)
            try:
                body: bytes = answer.read()
            finally:
                answer.close()
                answer.release_conn()
        return body

    def remove(self, name: str) -> None:
        """Deleted."""
        with self._as_os_errors():
            self._client.remove_object(bucket_name=self._bucket, object_name=name)

    def names(self) -> Iterator[tuple[str, float]]:
        """Page by page."""
        with self._as_os_errors():
            for one in self._client.list_objects(bucket_name=self._bucket):
                yield one.object_name, one.last_modified.timestamp()

    @contextmanager
    def _as_os_errors(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise OSError(type(error).__name__) from error


def init_app(app: Flask, url: str | None, folder: Path) -> None:
    """Give ``app`` its store: ``s3://bucket`` or ``s3://bucket?endpoint=https://…``, else the ``folder``."""
    if url is None:
        app.extensions["files"] = Folder(folder)
        return
    parts = urlsplit(url)
    app.extensions["files"] = Bucket(parts.query.removeprefix("endpoint=") or _AWS, parts.netloc)


def store() -> Store:
    """The store of the current application."""
    found: Store = current_app.extensions["files"]
    return found
