"""Whether a submission that was acknowledged outlives a server that is killed, again and again.

    python -m bench.killed [--posts 5000] [--kills 20] [--connections 8]
                           [--database sqlite|postgresql] [--kill-database]

The shipped start command serves an instance of its own with one open listening session. Visitors
post distinct testimonies while every process of the server is killed at random moments, sometimes
while it starts, and started again. A visitor whose answer was cut off sends the same form again
until there is a receipt. Afterwards every receipt must open exactly the words sent with it, no
words may be there twice, the references count without a gap, the register is whole and the
database sound. ``--kill-database`` crashes PostgreSQL as well.

A killed process leaves what it gave to the system, so this proves the order of commit and answer,
and the finding again; that the disk has it when the power goes rests on ``synchronous = FULL`` and
on PostgreSQL's ``fsync``, which are on here.

Ends with 1 on any loss. It asks nobody but its own server on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import html
import itertools
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from bench.server import KillableServer, lasting_port
from intake.foundation import clock, migrate, register
from intake.foundation.config import PREFIX, Settings
from intake.foundation.database import engine, session, transaction
from intake.foundation.identifiers import read_receipt
from intake.submissions import services
from intake.submissions.models import ReferenceCounter, Submission
from tests import builders
from tests.installation import application
from tests.provision.postgres import ThrowawayServer, start_throwaway

SESSION = "WG3-2020-06-09"
FORM = f"/en/sessions/{SESSION.lower()}/submit/testimony"
DOOR, OWN_PAGE = "/en/receipt/", "/en/receipt/submission/"
ANSWER = "what_happened"

PATIENCE_SECONDS = 90
"""How long a visitor keeps sending one form; longer than the server takes to start, killed meanwhile or not."""

THROUGH_THE_DOOR = 20
"""How many receipts are also opened as their owners would, in the browser."""

_TOKEN = re.compile(r'name="(csrf_token|form_token|wording)"[^>]*? value="([^"]+)"')
_CODE = re.compile(r'<p class="code"[^>]*>(.*?)</p>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_WORDS = ("the border", "closed", "حدود مغلقة", "ma famille", "attend encore", "nadie contesta", "<b>&amp;", "“why”?")
_CHANCE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What one visitor holds: the receipt, the words sent, how often, and when for the last time."""

    code: str
    text: str
    times_sent: int
    last_sent: datetime


@dataclass
class Outcome:
    """What a campaign did and found."""

    posts: int = 0
    unanswered: int = 0
    kills: int = 0
    crashes: int = 0
    seconds: float = 0
    retried: int = 0
    found_again: int = 0
    told_to_wait: int = 0
    duplicates: int = 0
    lost: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def figures(self) -> str:
        """The figures in one line."""
        crashes = f", {self.crashes} crashes of the database" if self.crashes else ""
        return (
            f"{self.posts:,} posts, {self.kills} kills{crashes}, {self.seconds:.0f} seconds; "
            f"{self.retried:,} posts sent again, of which {self.found_again} were kept before their answer got lost; "
            f"{self.told_to_wait} told to wait; {self.duplicates} duplicates, {len(self.lost)} lost"
        )

    def failures(self) -> list[str]:
        """Every way in which the promise was broken, in words; empty when it holds."""
        found = [f"lost: {what}" for what in self.lost] + self.faults
        if self.duplicates:
            found.append(f"{self.duplicates} submissions are there more than once")
        if self.unanswered:
            found.append(f"{self.unanswered} posts got no receipt in {PATIENCE_SECONDS} seconds")
        return found


class Visitor:
    """A browser as far as a form needs one: a connection that is kept, and one cookie."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookie = ""

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and page of ``path``, fetched or, with ``fields``, posted.

        Raises:
            ConnectionRefusedError: nobody is there, so that nothing was sent.
            OSError, HTTPException: the answer was cut off.
        """
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            if self._connection.sock is None:
                self._connection.connect()
            body = None if fields is None else urlencode(fields)
            self._connection.request("GET" if fields is None else "POST", path, body, headers)
            answer = self._connection.getresponse()
            page = answer.read().decode()
        except (OSError, HTTPException):
            self._connection.close()
            raise
        if given := answer.headers["Set-Cookie"]:
            self._cookie = given.partition(";")[0]
        return answer.status, page

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def tokens(page: str) -> dict[str, str]:
    """The hidden tokens of the form on ``page``."""
    return dict(_TOKEN.findall(page))


class Crowd:
    """Visitors who post, each with a connection of its own, until ``posts`` are answered or time is up."""

    def __init__(self, port: int, posts: int, give_up: float) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.unanswered = 0
        self.told_to_wait = 0
        self.faults: list[str] = []
        self.over = threading.Event()
        self._port = port
        self._numbers = iter(range(posts))
        self._give_up = give_up
        self._lock = threading.Lock()

    def visit(self) -> None:
        """What one visitor does: form after form."""
        with closing(Visitor(self._port)) as visitor:
            while (number := self._next()) is not None:
                self._submit(visitor, _distinct_text(number))

    def _next(self) -> int | None:
        with self._lock:
            return None if self.over.is_set() or time.monotonic() > self._give_up else next(self._numbers, None)

    def _submit(self, visitor: Visitor, text: str) -> None:
        patience = time.monotonic() + PATIENCE_SECONDS
        form: dict[str, str] = {}
        times_sent = 0
        while time.monotonic() < patience and not self.over.is_set():
            try:
                form = form or _filled(visitor, text)
                last_sent, times_sent = clock.now(), times_sent + 1
                status, page = visitor.ask(FORM, form)
            except ConnectionRefusedError:
                times_sent -= bool(form)  # it never left
                time.sleep(0.05)
            except (OSError, HTTPException):
                time.sleep(0.01)
            else:
                if status != 503:
                    self._note(status, page, text, times_sent, last_sent)
                    return
                with self._lock:
                    self.told_to_wait += 1
                time.sleep(0.2)
        with self._lock:
            self.unanswered += 1

    def _note(self, status: int, page: str, text: str, times_sent: int, last_sent: datetime) -> None:
        code = _CODE.search(page)
        if status == 200 and code:
            self.acknowledged.append(Acknowledged(_TAG.sub("", code[1]).strip(), text, times_sent, last_sent))
        else:
            heading = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
            self.faults.append(f"answered {status} “{heading[1] if heading else page[:80]}” to form {text[:10]}")


def _filled(visitor: Visitor, text: str) -> dict[str, str]:
    status, page = visitor.ask(FORM)
    found = tokens(page)
    if status != 200 or found.keys() != {"csrf_token", "form_token", "wording"}:
        raise HTTPException(f"no form: {status}")
    return {**builders.TESTIMONY, ANSWER: text, "language": "en", "consent_tier": "2", "step": "send", **found}


def _distinct_text(number: int) -> str:
    """Words that no other form holds, in two scripts, with marks a page must escape, of any length."""
    return f"No. {number:06d}: " + " ".join(_CHANCE.choices(_WORDS, k=_CHANCE.randrange(5, 150)))


def campaign(
    instance: Path, database_url: str | None, *, posts: int, kills: int, connections: int = 8, workers: int = 2,
    seconds: float = 900, database: ThrowawayServer | None = None,
) -> Outcome:  # fmt: skip
    """Post and kill on a new installation in ``instance``, then look at what was kept.

    ``database_url`` None is SQLite in ``instance``; ``database`` is crashed now and then, when given.
    """
    port = lasting_port()
    variables = {
        f"{PREFIX}INSTANCE": str(instance), f"{PREFIX}BASE_URL": f"http://127.0.0.1:{port}",
        f"{PREFIX}BUSY_PER_MINUTE": "0"
    }  # fmt: skip
    if database_url:
        variables[f"{PREFIX}DATABASE_URL"] = database_url
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | variables
    settings = Settings.from_environment(variables)
    with _opened(settings), transaction():
        builders.listening_session(SESSION)
    began = time.monotonic()
    crowd = Crowd(port, posts, began + seconds)
    with KillableServer(environment, port, instance / "log", workers) as server:
        blows = _blows(server, kills, database)
        _post_under(blows, crowd, posts, connections)
        outcome = Outcome(len(crowd.acknowledged), crowd.unanswered, server.kills, seconds=time.monotonic() - began)
        outcome.crashes = kills // 2 if database else 0
        outcome.faults += crowd.faults + _through_the_door(port, crowd.acknowledged)
    outcome.told_to_wait = crowd.told_to_wait
    outcome.faults += [f"the server said: {line}" for line in server.said() if _tells_of_a_fault(line)]
    with _opened(settings):
        _examine(outcome, crowd.acknowledged)
    return outcome


@contextmanager
def _opened(settings: Settings) -> Iterator[Flask]:
    """The application on the campaign's installation, in this process."""
    with application(settings) as app, app.app_context():
        migrate.upgrade(engine())
        yield app


def _blows(server: KillableServer, kills: int, database: ThrowawayServer | None) -> list[Callable[[], None]]:
    """What happens to the server and the database, in random order."""

    def kill() -> None:
        server.kill()
        server.start()

    def kill_it_again_while_it_starts() -> None:
        server.kill()
        server.launch()
        time.sleep(_CHANCE.uniform(0, 3))
        kill()

    def crash() -> None:
        if database is not None:
            database.stop("immediate")
            database.start()

    blows = [kill_it_again_while_it_starts if n % 5 == 4 else kill for n in range(kills)]
    blows += [crash] * (kills // 2 if database else 0)
    _CHANCE.shuffle(blows)
    return blows


def _post_under(blows: list[Callable[[], None]], crowd: Crowd, posts: int, connections: int) -> None:
    """Let the crowd post, and strike at moments spread over the posts at random."""
    moments = sorted(_CHANCE.choices(range(posts - posts // 10), k=len(blows)))
    with ThreadPoolExecutor(connections) as pool:
        visitors = [pool.submit(crowd.visit) for _ in range(connections)]
        try:
            for moment, strike in zip(moments, blows, strict=True):
                while len(crowd.acknowledged) < moment and not all(visitor.done() for visitor in visitors):
                    time.sleep(0.002)
                time.sleep(_CHANCE.uniform(0, 0.05))
                strike()
        except BaseException:
            crowd.over.set()
            raise
        for visitor in visitors:
            visitor.result()


def _tells_of_a_fault(line: str) -> bool:
    return " ERROR in " in line or line.startswith("Traceback ")


def _through_the_door(port: int, acknowledged: list[Acknowledged]) -> list[str]:
    """What is wrong with some of the receipts for somebody who comes back with one in the browser."""
    wrong = []
    for one in _CHANCE.sample(acknowledged, min(THROUGH_THE_DOOR, len(acknowledged))):
        with closing(Visitor(port)) as visitor:
            _, door = visitor.ask(DOOR)
            visitor.ask(DOOR, {"code": one.code, **tokens(door)})
            status, page = visitor.ask(OWN_PAGE)
        if status != 200 or one.text not in html.unescape(page):
            wrong.append(f"the door answers {status} to the receipt of {one.text[:10]}, without its words")
    return wrong


def _examine(outcome: Outcome, acknowledged: list[Acknowledged]) -> None:
    """Hold what visitors were told against what the database has."""
    for one in acknowledged:
        kept = services.find_by_receipt_digest(services.receipt_digest(read_receipt(one.code)))
        if kept is None or services.current_answers(kept)[ANSWER] != one.text:
            outcome.lost.append(one.text[:10] + (" (nothing there)" if kept is None else " (other words)"))
        elif one.times_sent > 1:
            outcome.retried += 1
            outcome.found_again += kept.received_at < one.last_sent
    submissions = session().scalars(sa.select(Submission).order_by(Submission.id)).all()
    times = Counter(services.current_answers(submission)[ANSWER] for submission in submissions)
    outcome.duplicates = times.total() - len(times)
    if len(times) != outcome.posts and not outcome.unanswered:
        outcome.faults.append(f"{len(times)} distinct texts for {outcome.posts} receipts")
    outcome.faults += _gaps(submissions) + _database_faults()
    if (line := register.first_broken_line()) is not None:
        outcome.faults.append(f"the register is broken at line {line}")


def _gaps(submissions: Sequence[Submission]) -> list[str]:
    numbers = sorted(int(submission.reference.rpartition("-")[2]) for submission in submissions)
    last = session().scalar(sa.select(ReferenceCounter.last)) or 0
    if numbers == list(range(1, last + 1)):
        return []
    return [f"{len(numbers)} references, {len(set(numbers))} of them different, for a counter at {last}"]


def _database_faults() -> list[str]:
    if engine().dialect.name != "sqlite":
        return []
    said = itertools.chain.from_iterable(
        session().execute(sa.text(f"PRAGMA {check}")).all() for check in ("integrity_check", "foreign_key_check")
    )
    return [f"SQLite finds: {row}" for row in said if tuple(row) != ("ok",)]


def main() -> int:
    """Run a campaign and print its figures; 1 on any loss."""
    parser = argparse.ArgumentParser(prog="python -m bench.killed", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=5_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=900, help="after which no further form is begun")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kill-database", action="store_true", help="crash PostgreSQL as well")
    asked = parser.parse_args()
    if asked.kill_database and asked.database == "sqlite":
        parser.error("--kill-database goes with --database postgresql: SQLite has no process of its own")
    durable = closing(start_throwaway(durable=True)) if asked.database == "postgresql" else nullcontext()
    with tempfile.TemporaryDirectory() as instance, durable as database:
        outcome = campaign(
            Path(instance), database.fresh() if database else None, posts=asked.posts, kills=asked.kills,
            connections=asked.connections, seconds=asked.seconds, database=database if asked.kill_database else None,
        )  # fmt: skip
    print(f"{asked.database}: {outcome.figures()}")
    failures = outcome.failures()
    for failure in failures[:50]:
        print(f"  {failure}")
    print("no acknowledged submission is lost: " + ("broken" if failures else "kept"))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
