"""How well nearly the same texts are found: the short form of ``python -m bench.alike``."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import alike as bench
from intake.foundation.crypto import FILE_NAME, KEY_BYTES, Keyring
from tests.installation import installation


@pytest.fixture
def known_keys(tmp_path: Path) -> None:
    """The same keys each time: they draw the bands, by which now and then a letter is missed; none of these few is."""
    key = b"\1" * KEY_BYTES
    Keyring("k1", {"k1": key}, key).save(tmp_path / FILE_NAME)


@pytest.mark.usefixtures("known_keys")
def test_what_campaigns_do_to_a_letter_is_seen_through(tmp_path: Path) -> None:
    with installation(tmp_path) as app, app.app_context():
        judged = bench.quality(letters=10)
    assert judged.precision >= 0.99
    assert min(judged.recall[percent] for percent in (0, 2, 5)) >= 0.9


@pytest.mark.usefixtures("known_keys")
def test_what_arrives_among_many_finds_its_campaign(tmp_path: Path) -> None:
    with installation(tmp_path) as app:
        held, lead = bench.set_up(app)
        with app.app_context():
            source = bench.texts(bench.Writer(1))
            bench.fill(held, source, 1, 400)
            cost = bench.arrive(held, source, 401, 40, bench.signed_in(lead))
    # One in ten is part of a campaign; the first of a campaign finds nobody yet.
    assert cost.found == 0.1
