"""Handing a file out: as a download with a name of ours, in a page that can do nothing."""

from __future__ import annotations

from flask import Response

from .kinds import Kind


def attachment(body: bytes, kind: Kind, name: str, *, inline: bool = False) -> Response:
    """``body`` as a download called ``name``; only a picture, which we made ourselves, may be shown ``inline``."""
    response = Response(body, mimetype=kind.media_type)
    shown = "inline" if inline and kind.is_image else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{name}.{kind.endings[0]}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
