"""The one blueprint of what contributors see."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("submissions", __name__, url_prefix="/<lang>")
