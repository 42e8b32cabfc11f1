"""Answers made small: what is compressed, how hard, and that nothing is changed by it."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from intake.foundation.security import asset

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("encoding", sorted(UNPACK))
def test_a_page_comes_back_whole(client: FlaskClient, encoding: str) -> None:
    plain = client.get("/en/about/")
    small = client.get("/en/about/", headers={"Accept-Encoding": encoding})
    assert small.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(plain.data) / 2
    assert len(UNPACK[encoding](small.data)) == len(plain.data)


@pytest.mark.parametrize(
    ("accepted", "used"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("zstd", None)],
)
def test_the_smallest_that_the_browser_takes(client: FlaskClient, accepted: str, used: str | None) -> None:
    response = client.get("/en/about/", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == used


def test_a_style_sheet_comes_as_it_is_written_but_for_what_it_says_to_its_readers(client: FlaskClient) -> None:
    with client.application.test_request_context():
        address = asset("intake.css")
    written = Path(client.application.static_folder or "", "intake.css").read_text()
    with client.get(address) as plain, client.get(address, headers={"Accept-Encoding": "br"}) as small:
        assert brotli.decompress(small.data) == plain.data
        assert len(small.data) < len(plain.data) / 3
        sent = plain.get_data(as_text=True)
    assert "/*" in written
    assert "/*" not in sent
    kept = iter(written.splitlines())
    assert all(line in kept for line in sent.splitlines()), "every rule, in its order"
    assert small.headers["Cache-Control"].endswith("immutable")


def test_an_error_and_a_download_stay_what_they_are(client: FlaskClient) -> None:
    missing = client.get("/en/nowhere/", headers={"Accept-Encoding": "br"})
    assert missing.status_code == 404
    assert b"</html>" in brotli.decompress(missing.data)
    head = client.head("/en/about/", headers={"Accept-Encoding": "br"})
    assert head.data == b""
