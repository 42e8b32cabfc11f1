"""An acknowledged submission outlives a server that is killed: the short form of ``python -m bench.killed``."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import killed
from tests.provision.postgres import ThrowawayServer


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_was_acknowledged_is_there_once_after_every_kill(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = None
    if engine == "postgresql":
        server: ThrowawayServer = request.getfixturevalue("own_postgres")
        url = server.fresh()
    outcome = killed.campaign(tmp_path, url, posts=80, kills=3, connections=4, workers=1, seconds=300)
    assert outcome.failures() == []
    assert (outcome.posts, outcome.kills) == (80, 3)
    assert outcome.retried, "no kill met a post: nothing was tried"
