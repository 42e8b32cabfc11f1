"""The queue and the search of a desk that holds very many submissions.

    python -m bench.queue [--rows 1000000] [--requests 40] [--folder FOLDER] [--only PART]

Goal (DESIGN, budgets): at most 6 statements for the queue page, and a p95 at a million rows that is at
most twice that at a thousand. The rows are invented, in four languages, sealed and entered in the index
as real ones are; all of them are moderated by the one who asks. Printed are, at 1,000 rows and at
``--rows`` in turn, p50 and p95 of a page, CPU of this process and the number of statements; the peer in
the same run is the reading of the 50 oldest rows by a statement written by hand. ``INTAKE_DATABASE_URL``
names an empty database of PostgreSQL, beside which there is one with ``_few`` behind its name; without
it both are made in SQLite. To write a million rows takes a quarter of an hour: ``--folder`` keeps what was
made there (with SQLite), and measures it again when it is named once more; ``--only`` measures the pages
whose name holds its words.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event

from intake import create_app
from intake.accounts import services as accounts
from intake.accounts.models import Membership, Person
from intake.accounts.permissions import Role
from intake.foundation import clock, migrate
from intake.foundation.config import Settings
from intake.foundation.crypto import FILE_NAME, Keyring
from intake.foundation.database import engine, transaction
from intake.foundation.languages import CODES
from intake.moderation.models import Coding, Scheme
from intake.programme.models import ListeningSession, Series, WorkingGroup
from intake.programme.vocabulary import SessionState
from intake.submissions.models import Revision, Submission
from intake.submissions.sealing import give_keys, seal_answers
from intake.submissions.search import SearchEntry, digests, mark
from intake.submissions.vocabulary import Kind, State

URL = "INTAKE_DATABASE_URL"
FEW = 1_000
SESSIONS = 5
AT_ONCE = 2_000
STATES = {
    State.SUBMITTED: 35, State.IN_REVIEW: 10, State.QUESTION_ASKED: 5, State.ACCEPTED: 35, State.DECLINED: 12,
    State.SAFEGUARDING: 1, State.WITHDRAWN: 2,
}  # fmt: skip
COMMON = {
    "en": "border permit work family rights police detention school doctor documents",
    "fr": "frontière permis travail famille droits police détention école médecin papiers",
    "es": "frontera permiso trabajo familia derechos policía detención escuela médico papeles",
    "ar": "الحدود الإقامة العمل الأسرة الحقوق الشرطة الاحتجاز المدرسة الطبيب الأوراق",
}
_WRITTEN = "all-rows-are-written"
RARE = 20_000
"""Invented words beside the common ones, of which each stands in few texts."""
THEMES = ("alternatives_to_detention", "regular_pathways")
COUNTRIES = ("TN", "PT", "MX", "KE", "LB", "PH", "DE", "PE", None)
WHO = ("civil_society", "migrant_led", None, None)

QUEUES = {
    "all that waits": "",
    "one session": "session=bench-1",
    "one language": "language=ar",
    "kind and language": "kind=practice&language=es",
    "unclaimed": "claimed=nobody",
    "mine": "claimed=me",
    "going stale": "due=late",
    "older than 30 days": "age=30",
    "one region": "region=015",
    "kind of contributor": "who=civil_society",
    "a theme": "theme=alternatives_to_detention",
    "accepted": "state=accepted",
    "last changed": "order=changed",
    "nothing fits": "who=un_agency&kind=practice",
}
SEARCHES = {"a common word": "border", "two common words": "border family", "common in Arabic": "الحدود",
            "a rare word": "word77", "a phrase": "\"border permit\"", "no such word": "zzzzz"}  # fmt: skip


class Writer:
    """Writes invented submissions as the form would have made them, many in one statement."""

    def __init__(self, sessions: list[ListeningSession], person: int) -> None:
        self._random = random.Random(20200609)  # noqa: S311  # for invented rows
        self._sessions = [(one.id, one.code) for one in sessions]
        self._person = person
        self._known: dict[str, list[str]] = {}
        self._written = 0

    def write_up_to(self, count: int) -> None:
        """Write until there are ``count``."""
        while self._written < count:
            size = min(AT_ONCE, count - self._written)
            rows = [self._row(self._written + number) for number in range(size)]
            with transaction() as database:
                for table, column in ((Submission, 0), (Revision, 1), (SearchEntry, 2), (Coding, 3)):
                    found = [one[column] for one in rows if one[column]]
                    if found:
                        database.execute(sa.insert(table), found)
            self._written += size
            _say(f"\r{self._written:,} rows")
        _say("\n")

    def _row(self, number: int) -> tuple[dict[str, Any], ...]:
        draw, identity = self._random, number + 1
        place, code = self._sessions[number % SESSIONS]
        kind = Kind.PRACTICE if draw.random() < 0.2 else Kind.TESTIMONY
        language = draw.choice(CODES)
        state = draw.choices(list(STATES), list(STATES.values()))[0]
        moment = clock.now() - timedelta(minutes=draw.randrange(60 * 24 * 60))
        reference = f"{code}/{kind.value[0].upper()}-{number:07d}"
        sealed = Submission(reference=reference)
        give_keys(sealed)
        text = self._text(language)
        claimed = state is State.IN_REVIEW and draw.random() < 0.2
        row = {
            "id": identity, "reference": reference, "listening_session_id": place, "kind": kind, "state": state,
            "received_at": moment, "changed_at": moment, "language": language, "interface_language": language,
            "country": draw.choice(COUNTRIES), "stakeholder_type": draw.choice(WHO), "consent_tier": 2,
            "danger_now": draw.random() < 0.01, "text_key": sealed.text_key,
            "contact_key": None if state is State.WITHDRAWN else sealed.contact_key,
            "accepted_revision": 1 if state is State.ACCEPTED else None,
            "claimed_by_id": self._person if claimed else None,
            "claimed_until": clock.now() + timedelta(days=1) if claimed else None,
        }  # fmt: skip
        name = "what_happened" if kind is Kind.TESTIMONY else "what_was_done"
        revision = {
            "submission_id": identity, "number": 1, "at": moment, "language": language,
            "answers": seal_answers(sealed, 1, {name: text}), "contact": None,
        }  # fmt: skip
        is_there = state is not State.WITHDRAWN
        found = {"submission_id": identity, "words": " ".join([mark(place), *self._digests(text)])} if is_there else {}
        theme = {
            "submission_id": identity, "scheme": Scheme.THEME, "code": draw.choice(THEMES),
            "person_id": self._person, "at": moment,
        }  # fmt: skip
        return row, revision, found, theme if draw.random() < 0.05 else {}

    def _text(self, language: str) -> str:
        common, draw = COMMON[language].split(), self._random
        rare = (f"word{int(draw.paretovariate(0.6)) % RARE}" for _number in range(20))
        return " ".join([*draw.choices(common, k=20), *rare])

    def _digests(self, text: str) -> Iterator[str]:
        for word in text.split():
            if word not in self._known:
                self._known[word] = digests(word)
            yield from self._known[word]


def _say(words: str) -> None:
    sys.stderr.write(words)
    sys.stderr.flush()


def set_up(app: Flask) -> Writer:
    """One working group, its sessions and its co-lead."""
    with app.app_context(), transaction() as database:
        group = WorkingGroup(code="WG3", name={"en": "Bench"})
        series = Series(slug="bench", title={"en": "Bench"}, year=2020, host={}, note={}, footer={})
        sessions = [
            ListeningSession(
                series=series, position=number, slug=f"bench-{number}", code=f"BENCH-{number}",
                state=SessionState.OPEN, working_group=group, changed_at=clock.now(), topic={"en": f"Topic {number}"},
                purpose={},
            )
            for number in range(SESSIONS)
        ]  # fmt: skip
        person = Person(email="lead@example.org", name="Lead", language="en", created_at=clock.now())
        database.add_all([group, *sessions, person])
        database.flush()
        person.memberships.append(Membership(role=Role.CO_LEAD, working_group_id=group.id))
        return Writer(sessions, person.id)


def measure(asks: list[Callable[[], Any]], requests: int) -> list[tuple[float, float, float]]:
    """For each of ``asks``, median and 95th percentile in milliseconds, and mean CPU of this process.

    They take turns, so that what else the machine does falls on all of them.
    """
    taken: list[list[float]] = [[] for _ask in asks]
    cpu = [0.0 for _ask in asks]
    for number in range(requests + 1):
        for place, ask in enumerate(asks):
            start, before = time.perf_counter(), time.process_time()
            ask()
            if number:  # the first one warms up
                taken[place].append((time.perf_counter() - start) * 1000)
                cpu[place] += (time.process_time() - before) * 1000 / requests
    return [
        (statistics.median(times), statistics.quantiles(times, n=20)[-1], spent)
        for times, spent in zip(taken, cpu, strict=True)
    ]


BY_HAND = """SELECT * FROM submission JOIN revision ON revision.submission_id = submission.id
WHERE listening_session_id = 1 AND state IN ('submitted', 'in_review', 'question_asked')
ORDER BY received_at, submission.id LIMIT 50"""


@dataclass
class Desk:
    """An application with so many rows, and a browser in which its co-lead is signed in."""

    app: Flask
    client: FlaskClient
    token: str
    statements: list[str] = field(default_factory=list)

    def by_hand(self) -> None:
        """Read 50 rows as one would who knows the database."""
        with self.app.app_context(), engine().connect() as connection:
            connection.exec_driver_sql(BY_HAND).all()

    def queue(self, query: str) -> None:
        """Ask for the queue."""
        _answered(self.client.get, f"/en/staff/queue/?{query}")

    def search(self, words: str) -> None:
        """Look for words."""
        _answered(self.client.post, "/en/staff/search/", data={"csrf_token": self.token, "sought": words})

    def count(self, ask: Callable[[], None]) -> int:
        """How many statements read something for it."""
        ask()
        self.statements.clear()
        ask()
        return sum("SELECT" in one for one in self.statements)


@contextmanager
def desk(count: int, url: str | None, folder: Path | None = None) -> Iterator[Desk]:
    """A desk with ``count`` rows; gone afterwards, unless it is kept in ``folder``."""
    with ExitStack() as until:
        place = folder / f"{count}" if folder else Path(until.enter_context(tempfile.TemporaryDirectory()))
        is_there = (place / _WRITTEN).exists()
        if not is_there:
            place.mkdir(parents=True, exist_ok=True)
            Keyring.create(place / FILE_NAME)
        app = create_app(_settings(place, url))
        with app.app_context():
            migrate.upgrade(engine())
        if not is_there:
            writer = set_up(app)
            with app.app_context():
                writer.write_up_to(count)
            (place / _WRITTEN).touch()
        with app.app_context(), transaction() as database:
            visit_token = accounts.start_visit(database.scalars(sa.select(Person.id)).one())
            if engine().dialect.name == "postgresql":  # which does that by itself, sooner or later
                database.execute(sa.text("ANALYZE"))
        client = app.test_client()
        with client.session_transaction() as visit:
            visit["visit"] = visit_token
        shown = html.document_fromstring(client.get("/en/staff/search/").get_data(as_text=True))
        made = Desk(app, client, shown.cssselect("form.search input[name=csrf_token]")[0].get("value"))
        with app.app_context():
            note = made.statements.append
            event.listen(engine(), "before_cursor_execute", lambda _c, _k, statement, *_rest: note(statement))
        yield made
        with app.app_context():
            engine().dispose()


def figures(desks: list[Desk], requests: int, only: str = "") -> dict[str, list[tuple[float, ...]]]:
    """What every page whose name holds ``only`` takes at each desk: p50, p95, CPU, statements."""
    pages: dict[str, Callable[[Desk], Callable[[], None]]] = {"50 rows by hand": lambda one: one.by_hand}
    for name, query in QUEUES.items():
        pages[f"queue: {name}"] = partial(_asking, Desk.queue, query)
    for name, words in SEARCHES.items():
        pages[f"search: {name}"] = partial(_asking, Desk.search, words)
    found: dict[str, list[tuple[float, ...]]] = {}
    for name, make in pages.items():
        if only not in name:
            continue
        asks = [make(one) for one in desks]
        counts = [one.count(ask) for one, ask in zip(desks, asks, strict=True)]
        found[name] = [(*taken, count) for taken, count in zip(measure(asks, requests), counts, strict=True)]
    return found


def _asking(how: Callable[[Desk, str], None], words: str, one: Desk) -> Callable[[], None]:
    return partial(how, one, words)


def _answered(ask: Callable[..., Any], url: str, **options: Any) -> None:
    response = ask(url, **options)
    if response.status_code != 200:
        raise SystemExit(f"{url}: {response.status}")


def main() -> int:
    """Measure and print; 1 when a page misses a goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    url = os.environ.get(URL)
    if url and asked.folder:
        parser.error("--folder keeps what SQLite holds")
    with (
        desk(FEW, f"{url}_few" if url else None, asked.folder) as few,
        desk(asked.rows, url, asked.folder) as many,
    ):
        return _print(figures([few, many], asked.requests, asked.only), asked.rows)


def _settings(instance: Path, url: str | None) -> Settings:
    given = {"INTAKE_INSTANCE": str(instance), "INTAKE_SECOND_FACTOR": "optional"}
    return Settings.from_environment(given | ({URL: url} if url else {}))


def _print(found: dict[str, list[tuple[float, ...]]], rows: int) -> int:
    missed = []
    head = f"{'':32}{f'{FEW:,} rows: p50 p95 CPU':>28}{f'{rows:,} rows: p50 p95 CPU':>34}{'ratio':>8}{'statements':>12}"
    print(f"{head} (ms)")
    for name, (few, many) in found.items():
        ratio = many[1] / few[1]
        print(
            f"{name:32}{few[0]:12.1f}{few[1]:8.1f}{few[2]:8.1f}{many[0]:18.1f}{many[1]:8.1f}{many[2]:8.1f}"
            f"{ratio:8.1f}{many[3]:12.0f}"
        )
        if name.startswith(("queue", "search")) and (ratio > 2 or many[3] > 6):
            missed.append(name)
    print("missed: " + (", ".join(missed) or "none"))
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
