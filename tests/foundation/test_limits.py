"""How often somebody may try: counted at once, by places nobody can be found by, and never emptied by midnight."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask

from intake.foundation import clock, limits
from intake.foundation.limits import Limit, Reached

HERE = "203.0.113.9"
NOON = datetime(2020, 6, 9, 12, tzinfo=UTC)


@pytest.fixture
def app() -> Flask:
    """Limits need an application to count in, and nothing of ours."""
    return Flask(__name__)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    now(monkeypatch, NOON)


def now(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def taken(app: Flask, limit: Limit, times: int = 1, *, address: str = HERE) -> int:
    """How many of so many tries from ``address`` get through."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        return sum(limit.take() for _ in range(times))


def test_of_many_that_come_at_once_no_more_get_through_than_may(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_now() -> datetime:
        time.sleep(0.001)  # in which another one comes
        return NOON

    monkeypatch.setattr(clock, "now", slow_now)
    limit, together, through = Limit(3, 60), Barrier(16), list[int]()

    def come() -> None:
        together.wait()
        through.append(taken(app, limit))

    threads = [Thread(target=come) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(through) == 3


def test_what_fails_was_no_try_and_where_one_has_to_wait_nothing_is_counted(app: Flask) -> None:
    limit = Limit(2, 60)
    with app.test_request_context():
        for _ in range(5):
            with suppress(ZeroDivisionError), limit.taking("a"):
                raise ZeroDivisionError
        assert limit.take("a")
        assert limit.take("a")
        for _ in range(5):
            with pytest.raises(Reached), limit.taking("b", "a"):
                pytest.fail("there is no room in one of them")
        assert [limit.take("b") for _ in range(3)] == [True, True, False]


def test_an_address_of_the_old_kind_inside_one_of_the_new_is_itself(app: Flask) -> None:
    limit = Limit(2, 60)
    assert taken(app, limit, 3, address="::ffff:203.0.113.9") == 2
    assert taken(app, limit, address=HERE) == 0
    assert taken(app, limit, address="::ffff:198.51.100.7") == 1


def test_who_has_many_networks_has_not_so_many_times_as_much(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limit(2, 60)
    through = [taken(app, limit, 3, address=f"2001:db8:0:{number:x}::1") for number in range(30)]
    assert through == [2] * 16 + [0] * 14
    assert taken(app, limit, address="2001:db8:1::1") == 1
    now(monkeypatch, NOON + timedelta(seconds=60))
    assert taken(app, limit, 40, address="2001:db8:0:ff::1") == 2


def test_midnight_empties_nothing_and_the_key_of_the_day_goes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    limit, midnight = Limit(3, 3600), datetime(2020, 6, 10, tzinfo=UTC)
    now(monkeypatch, midnight - timedelta(seconds=1))
    assert taken(app, limit, 4) == 3
    day = app.extensions["limits"][limit]
    now(monkeypatch, midnight)
    assert taken(app, limit) == 0
    now(monkeypatch, midnight + timedelta(hours=1))
    assert taken(app, limit, 2) == 1
    next_day = app.extensions["limits"][limit]
    assert next_day.key != day.key
    assert next_day.place(HERE) not in day.levels
    assert next_day.before is day
    now(monkeypatch, midnight + timedelta(hours=3))
    taken(app, limit)
    assert next_day.before is None


def test_only_so_many_places_are_remembered(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_PLACES", 3)
    limit = Limit(2, 60)
    for number in range(9):
        taken(app, limit, address=f"203.0.113.{number}")
    assert len(app.extensions["limits"][limit].levels) == 3
