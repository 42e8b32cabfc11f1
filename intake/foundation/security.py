"""What every answer carries and every request is held to: headers, cookies, CSRF, sizes, hosts."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Request, Response, abort, current_app, g, request, url_for
from flask_wtf.csrf import CSRFProtect
from itsdangerous import URLSafeSerializer
from werkzeug.formparser import FormDataParser
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, ValidationError
from werkzeug.wrappers import Response as BaseResponse

from . import bodies
from .config import Settings
from .paging import ID_BOUND

_CSRF_HOURS = 48
_POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{part} 'self'" for part in ("script-src", "style-src", "img-src", "form-action")),
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

_WORKER = "worker.js"
"""The one script that may answer for pages: those that somebody keeps on a device (``submissions/device``)."""

csrf = CSRFProtect()


def signer(purpose: str) -> URLSafeSerializer:
    """What signs short texts that leave the server and come back; the keys before the present one are known too."""
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=purpose)


class _FormParser(FormDataParser):
    """Damaged bytes become U+FFFD, which forms refuse with a message, never literal ``%ED%A0%80``."""

    def _parse_urlencoded(self, stream: Any, mimetype: str, content_length: Any, options: Any) -> Any:
        raw = stream.read().decode("ascii", "replace")
        items = parse_qsl(raw, keep_blank_values=True, errors="replace", max_num_fields=self.max_form_parts)
        return stream, self.cls(items), self.cls()


class IntakeRequest(Request):
    """A request as Intake reads it."""

    form_data_parser_class = _FormParser

    def _get_file_stream(self, *_told: Any, **_more: Any) -> io.BytesIO:
        # Never a temporary file: it would lie on the disk as it was sent.
        return io.BytesIO()


class NumberOfARow(IntegerConverter):
    """``<int:…>`` in every address: a number that a row can have; SQLite fails on others, PostgreSQL on some."""

    regex = r"\d{1,10}"

    def to_python(self, value: str) -> int:
        """The number; nothing is at the address of one that no row can have."""
        number = int(super().to_python(value))
        if number >= ID_BOUND:
            raise ValidationError
        return number


def init_app(app: Flask, settings: Settings) -> None:
    """Configure cookies, CSRF, sizes and hosts, and put the headers on every answer."""
    app.url_map.converters["int"] = NumberOfARow
    app.before_request(_refuse_controls)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SESSION_COOKIE_NAME="__Host-visit" if settings.secure else "visit",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=_CSRF_HOURS),
        WTF_CSRF_TIME_LIMIT=_CSRF_HOURS * 3600,
        WTF_CSRF_SSL_STRICT=False,  # no referrer is ever sent; the token and SameSite carry the check
        MAX_FORM_MEMORY_SIZE=None,
        MAX_FORM_PARTS=2000,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
    )
    bodies.init_app(app)
    app.request_class = IntakeRequest
    if settings.proxies:
        # Only as many entries as there are proxies of ours: whatever stands before them anybody can write.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.after_request(lambda response: _harden(response, secure=settings.secure))
    app.context_processor(lambda: {"asset": asset})


def _refuse_controls() -> None:
    """No address of ours holds a control character; PostgreSQL refuses NUL, SQLite does not."""
    values = (*(request.view_args or {}).values(), *request.args.values())
    if any(unicodedata.category(c) in ("Cc", "Cs") for value in values if isinstance(value, str) for c in value):
        abort(404)


def protect(app: Flask) -> None:
    """Check every form's CSRF token: after who may call has been decided, so that a form can be given back."""
    app.before_request(bodies.bound)  # the check reads the body
    csrf.init_app(app)


def _harden(response: Response, *, secure: bool) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if request.endpoint == "static" and response.status_code in (200, 304):
        # A part of a page is asked for once for good, and opens no window: what only a page needs is left out,
        # since the headers of its parts weigh as much as a fifth of a form.
        headers["Content-Security-Policy"] = "default-src 'none'"
        if request.path.endswith(f"/{_WORKER}"):
            headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
            headers["Service-Worker-Allowed"] = "/"
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
        for unneeded in ("Content-Disposition", "Last-Modified", "ETag", "Accept-Ranges"):
            headers.pop(unneeded, None)
        return response
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if not g.get("cacheable"):
        headers["Cache-Control"] = "no-store"
    return response


def allow_worker(response: Response) -> Response:
    """Let this page start the worker that keeps it on the device, and send by a script."""
    response.headers["Content-Security-Policy"] = f"{_POLICY}; worker-src 'self'; connect-src 'self'"
    return response


def cacheable(response: Response, *, seconds: int) -> BaseResponse:
    """Let a page that says the same to everybody be kept for ``seconds`` and asked for by its ETag."""
    g.cacheable = True
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.add_etag()
    return response.make_conditional(request)


@lru_cache(maxsize=64)
def _version(path: Path, _modified: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def asset(name: str) -> str:
    """Address of a static file; it changes with the file, so that browsers may keep it for good."""
    path = Path(current_app.static_folder or "") / name
    return url_for("static", filename=name, v=_version(path, path.stat().st_mtime))
