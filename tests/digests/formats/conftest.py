"""The smallest application the formats run in: templates and languages, no database."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from intake.digests.document import Document
from intake.digests.formats import FORMATS

ROOT = Path(__file__).resolve().parents[3]

Write = Callable[[str, Document], bytes]


@pytest.fixture
def bare_app(tmp_path: Path) -> Iterator[Flask]:
    """In an application context; ``tmp_path/translations`` is where it looks for catalogues."""
    app = Flask("formats", template_folder=str(ROOT / "templates"))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(tmp_path / "translations")
    Babel(app, default_locale="en")
    with app.app_context():
        yield app


@pytest.fixture
def write(bare_app: Flask) -> Write:
    """The bytes of a document in the format of that name."""

    def written(name: str, document: Document) -> bytes:
        out = io.BytesIO()
        with bare_app.app_context():
            FORMATS[name].write(document, out)
        assert not out.closed
        return out.getvalue()

    return written
