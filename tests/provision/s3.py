"""A store that speaks S3 on loopback: objects are files in a folder, and every request must be signed rightly.

It reckons each signature (AWS Signature Version 4) anew from what it received, by the published steps and not by
the client's code, and refuses what was signed with another key or changed on the way.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

Manner = Literal["well", "full", "cut", "away"]
KEY, SECRET, BUCKET = "the-key-of-the-tests", "the-secret-of-the-tests", "intake-files"
PAGE = 3
"""Names on a page of a list: few, so that there are several pages."""


class S3Server(ThreadingHTTPServer):
    """The server. ``manner``: ``full`` refuses what it has read, ``cut`` ends an answer half way, ``away`` hangs up."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.manner: Manner = "well"
        self.refused: list[str] = []
        folder.mkdir()

    @property
    def url(self) -> str:
        """What ``INTAKE_FILES_URL`` says for it."""
        return f"s3://{BUCKET}?endpoint=http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(folder: Path) -> Iterator[S3Server]:
    """A server in a thread, whose objects lie in ``folder``."""
    with S3Server(folder) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3Server

    def log_message(self, *_said: object) -> None:
        pass

    def do_PUT(self) -> None:
        self._answer()

    do_GET = do_DELETE = do_HEAD = do_PUT  # noqa: N815

    def _answer(self) -> None:
        if self.server.manner == "away":
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket, _, name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        if why := self._distrust(body):
            self.server.refused.append(why)
            self._error(403, why)
        elif bucket != BUCKET or "/" in name or name.startswith("."):
            self._error(404, "NoSuchBucket")
        elif self.server.manner == "full" and self.command == "PUT":
            self._error(507, "InsufficientStorage")
        elif not name:
            self._list()
        else:
            self._one(self.server.folder / name, body)

    def _one(self, path: Path, body: bytes) -> None:
        if self.command == "PUT":
            path.write_bytes(body)
            self._send(200, b"", ETag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')
        elif self.command == "DELETE":
            path.unlink(missing_ok=True)
            self._send(204, b"")
        elif not path.is_file():
            self._error(404, "NoSuchKey")
        else:
            kept = path.read_bytes()
            self._send(200, kept, **{"Last-Modified": format_datetime(_changed(path), usegmt=True)})

    def _list(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        after = asked.get("continuation-token", asked.get("start-after", asked.get("marker", "")))
        names = sorted(path.name for path in self.server.folder.iterdir() if path.name > after)
        shown, more = names[:PAGE], len(names) > PAGE
        said = "".join(_listed(self.server.folder / name) for name in shown)
        token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        head = f"<Name>{BUCKET}</Name><KeyCount>{len(shown)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
        self._send(200, _xml("ListBucketResult", head + token + said))

    def _error(self, status: int, code: str) -> None:
        self._send(status, _xml("Error", f"<Code>{code}</Code><Message>{code}</Message>"))

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/xml" if body.startswith(b"<?xml") else "binary/octet-stream")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.server.manner == "cut" and self.command == "GET":
            body, self.close_connection = body[: len(body) // 2], True
        self.wfile.write(body)

    def _distrust(self, body: bytes) -> str:
        """Why this request is not to be trusted; empty when it is signed as it should be."""
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        if scheme != "AWS4-HMAC-SHA256":
            return "AccessDenied"
        told = dict(part.strip().split("=", 1) for part in rest.split(","))
        key, day, region, service, _end = told["Credential"].split("/")
        if key != KEY:
            return "InvalidAccessKeyId"
        if self.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return "XAmzContentSHA256Mismatch"
        parts = urlsplit(self.path)
        query = sorted(parse_qsl(parts.query, keep_blank_values=True))
        signed = told["SignedHeaders"].split(";")
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
            return "AccessDenied"
        canonical = "\n".join([
            self.command, quote(unquote(parts.path), safe="/-_.~"),
            "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query),
            *(f"{name}:{' '.join(self.headers[name].split())}" for name in signed), "",
            told["SignedHeaders"], self.headers["x-amz-content-sha256"],
        ])  # fmt: skip
        scope = f"{day}/{region}/{service}/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, digest])
        made = f"AWS4{SECRET}".encode()
        for part in (day, region, service, "aws4_request", to_sign):
            made = hmac.new(made, part.encode(), hashlib.sha256).digest()
        return "" if hmac.compare_digest(made.hex(), told["Signature"]) else "SignatureDoesNotMatch"


def _listed(path: Path) -> str:
    at, size = f"{_changed(path):%Y-%m-%dT%H:%M:%S.000Z}", path.stat().st_size
    return f"<Contents><Key>{escape(path.name)}</Key><LastModified>{at}</LastModified><Size>{size}</Size></Contents>"


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def _xml(name: str, inner: str) -> bytes:
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{namespace}">{inner}</{name}>'.encode()
