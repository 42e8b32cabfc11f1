"""The one blueprint of the desk, and how its addresses name a submission."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.routing import PathConverter

from intake.submissions.vocabulary import LETTER

bp = Blueprint("moderation", __name__, url_prefix="/<lang>/staff")


class ReferenceConverter(PathConverter):
    """A reference in an address: what cannot be one is not taken for one, whatever follows it."""

    regex = rf"[^/].*?/[{''.join(LETTER.values())}]-\d+"
