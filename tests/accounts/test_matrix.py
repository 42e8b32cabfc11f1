"""Who is answered what: every rule and method, everybody who may come, everything that can be asked for.

The requests are built from the application's own rules, so that none can be forgotten, and the answers
are compared with a written table. A rule without a row fails.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from intake.accounts import guards
from intake.accounts import services as accounts
from intake.accounts.models import Person
from intake.accounts.permissions import Role
from intake.digests import services as digests
from intake.foundation import clock
from intake.foundation.config import Settings
from intake.foundation.crypto import keyring
from intake.foundation.database import Base, engine, session, transaction
from intake.foundation.identifiers import new_form_token, receipt_for
from intake.programme.models import ListeningSession
from intake.programme.vocabulary import SessionState
from intake.submissions import services as submissions
from intake.submissions import workflow
from tests import builders
from tests.installation import application
from tests.provision.databases import Databases

ACTORS = (
    "stranger", "secretariat", "co-lead", "other co-lead", "kin co-lead", "rapporteur", "drafter", "deactivated",
    "contributor", "contributor gone",
)  # fmt: skip
"""Who comes. Co-lead, rapporteur and drafter hold their role in WG3, the other co-lead in WG6. The kin co-lead
leads WG3 for the organisation from which a submission came. The deactivated person was a co-lead of WG3 and
still has the cookie. Contributors have typed a receipt; one has withdrawn since."""

SERVED, SIGN_IN, ABSENT, RECEIPT = "+", "?", "-", "r"
"""Answered by the view; asked to sign in; nothing there; asked for the receipt."""

# One column for each actor above, in that order. "read" is GET and HEAD, "act" is POST.
TABLE = """
read front.home                                                 + + + + + + + + + +
read front.security_txt                                         + + + + + + + + + +
read programme.index                                            + + + + + + + + + +
read pages.about                                                + + + + + + + + + +
read pages.accessibility                                        + + + + + + + + + +
act  submissions.leave                                          + + + + + + + + + +
read submissions.left                                           + + + + + + + + + +
read pages.privacy                                              + + + + + + + + + +
read submissions.receipt_door                                   + + + + + + + + + +
act  submissions.receipt_door                                   + + + + + + + + + +
act  submissions.answer                                         r r r r r r r r + r
read submissions.amend                                          r r r r r r r r + r
act  submissions.amend                                          r r r r r r r r + r
read submissions.consent                                        r r r r r r r r + r
act  submissions.consent                                        r r r r r r r r + r
read submissions.mine                                           r r r r r r r r + r
read submissions.withdraw                                       r r r r r r r r + r
act  submissions.withdraw                                       r r r r r r r r + r
read submissions.withdrawn                                      + + + + + + + + + +
read programme.listening_session       open                     + + + + + + + + + +
read programme.listening_session       closed                   + + + + + + + + + +
read programme.listening_session       other group's            + + + + + + + + + +
read programme.listening_session       missing                  - - - - - - - - - -
read programme.calendar                open                     + + + + + + + + + +
read programme.calendar                closed                   + + + + + + + + + +
read programme.calendar                other group's            + + + + + + + + + +
read programme.calendar                missing                  - - - - - - - - - -
read submissions.submit                testimony                + + + + + + + + + +
read submissions.submit                practice                 + + + + + + + + + +
read submissions.submit                intervention             - - - - - - - - - -
read submissions.submit                closed                   + + + + + + + + + +
read submissions.submit                missing                  - - - - - - - - - -
act  submissions.submit                testimony                + + + + + + + + + +
act  submissions.submit                practice                 + + + + + + + + + +
act  submissions.submit                intervention             - - - - - - - - - -
act  submissions.submit                closed                   + + + + + + + + + +
act  submissions.submit                missing                  - - - - - - - - - -
read accounts.confirm                                           ? + + + + + + ? ? ?
act  accounts.confirm                                           ? + + + + + + ? ? ?
read digests.desk                                               ? - - - - - + ? ? ?
act  digests.compile_digest            open                     ? - - - - - + ? ? ?
act  digests.compile_digest            closed                   ? - - - - - + ? ? ?
act  digests.compile_digest            other group's            ? - - - - - - ? ? ?
act  digests.compile_digest            missing                  ? - - - - - - ? ? ?
read digests.digest                    present                  ? - - - - - + ? ? ?
read digests.digest                    other group's            ? - - - - - - ? ? ?
read digests.digest                    missing version          ? - - - - - - ? ? ?
read digests.digest                    missing                  ? - - - - - - ? ? ?
act  digests.download                  present                  ? - - - - - + ? ? ?
act  digests.download                  other group's            ? - - - - - - ? ? ?
act  digests.download                  missing version          ? - - - - - - ? ? ?
act  digests.download                  missing format           ? - - - - - - ? ? ?
read accounts.home                                              ? + + + + + + ? ? ?
read accounts.me                                                ? + + + + + + ? ? ?
act  accounts.me                                                ? + + + + + + ? ? ?
act  accounts.end_sessions                                      ? + + + + + + ? ? ?
read accounts.change_password                                   ? + + + + + + ? ? ?
act  accounts.change_password                                   ? + + + + + + ? ? ?
read programme.desk                                             ? + - - - - - ? ? ?
read moderation.queue                                           ? - + + + - - ? ? ?
read submissions.record_index                                   ? - + + + + - ? ? ?
read accounts.second_factor_code                                ? + + + + + + ? ? ?
act  accounts.second_factor_code                                ? + + + + + + ? ? ?
read accounts.second_factor_setup                               ? + + + + + + ? ? ?
act  accounts.second_factor_setup                               ? + + + + + + ? ? ?
read accounts.second_factor_picture                             - + + + + + + - - -
read submissions.record                open                     ? - + - + + - ? ? ?
read submissions.record                closed                   ? - + - + + - ? ? ?
read submissions.record                other group's            ? - - + - - - ? ? ?
read submissions.record                missing                  ? - - - - - - ? ? ?
act  submissions.record                open                     ? - + - + + - ? ? ?
act  submissions.record                closed                   ? - + - + + - ? ? ?
act  submissions.record                other group's            ? - - + - - - ? ? ?
act  submissions.record                missing                  ? - - - - - - ? ? ?
read accounts.sign_in                                           + + + + + + + + + +
act  accounts.sign_in                                           + + + + + + + + + +
act  accounts.sign_out                                          + + + + + + + + + +
read moderation.submission             own group's              ? - + - + - - ? ? ?
read moderation.submission             from kin                 ? - + - - - - ? ? ?
read moderation.submission             other group's            ? - - + - - - ? ? ?
read moderation.submission             safeguarding             ? - + - + - - ? ? ?
read moderation.submission             withdrawn                ? - - - - - - ? ? ?
read moderation.submission             missing                  ? - - - - - - ? ? ?
act  moderation.claim                  own group's              ? - + - + - - ? ? ?
act  moderation.claim                  from kin                 ? - + - - - - ? ? ?
act  moderation.claim                  other group's            ? - - + - - - ? ? ?
act  moderation.claim                  safeguarding             ? - + - + - - ? ? ?
act  moderation.claim                  withdrawn                ? - - - - - - ? ? ?
act  moderation.claim                  missing                  ? - - - - - - ? ? ?
act  moderation.code                   own group's              ? - + - + - - ? ? ?
act  moderation.code                   from kin                 ? - + - - - - ? ? ?
act  moderation.code                   other group's            ? - - + - - - ? ? ?
act  moderation.code                   safeguarding             ? - + - + - - ? ? ?
act  moderation.code                   withdrawn                ? - - - - - - ? ? ?
act  moderation.code                   missing                  ? - - - - - - ? ? ?
act  moderation.contact                own group's              ? - + - + - - ? ? ?
act  moderation.contact                from kin                 ? - + - - - - ? ? ?
act  moderation.contact                other group's            ? - - + - - - ? ? ?
act  moderation.contact                safeguarding             ? - + - + - - ? ? ?
act  moderation.contact                withdrawn                ? - - - - - - ? ? ?
act  moderation.contact                missing                  ? - - - - - - ? ? ?
act  moderation.decide                 own group's              ? - + - + - - ? ? ?
act  moderation.decide                 from kin                 ? - + - - - - ? ? ?
act  moderation.decide                 other group's            ? - - + - - - ? ? ?
act  moderation.decide                 safeguarding             ? - + - + - - ? ? ?
act  moderation.decide                 withdrawn                ? - - - - - - ? ? ?
act  moderation.decide                 missing                  ? - - - - - - ? ? ?
act  moderation.decide                 contributor's move       ? - - - - - - ? ? ?
act  moderation.decide                 missing move             ? - - - - - - ? ? ?
act  moderation.release                own group's              ? - + - + - - ? ? ?
act  moderation.release                from kin                 ? - + - - - - ? ? ?
act  moderation.release                other group's            ? - - + - - - ? ? ?
act  moderation.release                safeguarding             ? - + - + - - ? ? ?
act  moderation.release                withdrawn                ? - - - - - - ? ? ?
act  moderation.release                missing                  ? - - - - - - ? ? ?
read accounts.set_password             invited                  + + + + + + + + + +
read accounts.set_password             missing                  - - - - - - - - - -
act  accounts.set_password             invited                  + + + + + + + + + +
act  accounts.set_password             missing                  - - - - - - - - - -
read front.health                                               + + + + + + + + + +
read static                            present                  + + + + + + + + + +
read static                            missing                  - - - - - - - - - -
"""

_SUBMISSIONS = ("own group's", "from kin", "other group's", "safeguarding", "withdrawn", "missing")
_MOVES = {
    "contributor's move": {"reference": "own group's", "verb": "withdraw"},
    "missing move": {"reference": "own group's", "verb": "publish"},
}
OBJECTS: dict[frozenset[str], dict[str, dict[str, Any]]] = {
    frozenset(): {"": {}},
    frozenset({"slug"}): {
        "open": {"slug": "wg3-open"},
        "closed": {"slug": "wg3-closed"},
        "other group's": {"slug": "wg6-open"},
        "missing": {"slug": "wg3-none"},
    },
    frozenset({"slug", "kind"}): {
        "testimony": {"slug": "wg3-open", "kind": "testimony"},
        "practice": {"slug": "wg3-open", "kind": "practice"},
        "intervention": {"slug": "wg3-open", "kind": "intervention"},
        "closed": {"slug": "wg3-closed", "kind": "testimony"},
        "missing": {"slug": "wg3-none", "kind": "testimony"},
    },
    frozenset({"slug", "version"}): {
        "present": {"slug": "wg3-open", "version": 1},
        "other group's": {"slug": "wg6-open", "version": 1},
        "missing version": {"slug": "wg3-open", "version": 999},
        "missing": {"slug": "wg3-none", "version": 1},
    },
    frozenset({"slug", "version", "format_name"}): {
        "present": {"slug": "wg3-open", "version": 1, "format_name": "json"},
        "other group's": {"slug": "wg6-open", "version": 1, "format_name": "json"},
        "missing version": {"slug": "wg3-open", "version": 999, "format_name": "json"},
        "missing format": {"slug": "wg3-open", "version": 1, "format_name": "exe"},
    },
    frozenset({"reference"}): {name: {"reference": name} for name in _SUBMISSIONS},
    frozenset({"reference", "verb"}): {name: {"reference": name, "verb": "accept"} for name in _SUBMISSIONS} | _MOVES,
    frozenset({"token"}): {"invited": {"token": "invited"}, "missing": {"token": "x" * 43}},
    frozenset({"filename"}): {"present": {"filename": "intake.css"}, "missing": {"filename": "intake.py"}},
}
"""By the parts of an address, what can be asked for there; the world knows references and invitation."""

TYPED = {"words": "Because.", "version": "1", "reason": "danger", "language": "en", "name": "Somebody"}
"""What is sent with every act: enough for decisions, contacts, downloads and the own page to be carried out."""

SPENDS = {"accounts.sign_out", "accounts.end_sessions", "accounts.me", "submissions.withdraw", "submissions.leave"}
"""After these an actor is made anew."""

RECEIPT_DOOR = "/en/receipt/"

TOKEN = "0123456789abcdef0123456789abcdef01234567"
WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|CREATE|ALTER|DROP"
    r"|WITH\b.*\b(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM))\b",
    re.IGNORECASE | re.DOTALL,
)
SEEN = re.compile(r"\s*UPDATE visit SET seen_at\b")


@dataclass
class World:
    """One application with everything in it that somebody could ask for."""

    app: Flask
    known: dict[str, str] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    _people: dict[str, int] = field(default_factory=dict)
    _visits: dict[str, dict[str, Any]] = field(default_factory=dict)
    _receipt_of_the_gone: str = ""

    def set_up(self) -> None:
        with self.app.app_context(), transaction():
            self._fill()

    def _fill(self) -> None:
        third, sixth = builders.working_group("WG3"), builders.working_group("WG6")
        day = {"date": date(2020, 6, 9)}
        held = builders.listening_session("WG3-OPEN", group=third, **day)
        builders.listening_session("WG3-CLOSED", group=third, state=SessionState.CLOSED, **day)
        elsewhere = builders.listening_session("WG6-OPEN", group=sixth, **day)
        kin = builders.organisation("ACT Alliance", "ACT")
        lead = (Role.CO_LEAD, third)
        for name, roles, organisation in (
            ("secretariat", [(Role.SECRETARIAT, None)], None),
            ("co-lead", [lead], builders.organisation("OHCHR")),
            ("other co-lead", [(Role.CO_LEAD, sixth)], None),
            ("kin co-lead", [lead], kin),
            ("rapporteur", [(Role.RAPPORTEUR, third)], None),
            ("drafter", [(Role.DRAFTER, third)], None),
            ("deactivated", [lead], None),
        ):
            person = builders.person(f"{name.replace(' ', '-')}@example.org", *roles, of=organisation)
            self._people[name] = person.id
        made = {
            "own group's": builders.submission(held, email="somebody@example.org"),
            "from kin": builders.submission(held, organisation="act  alliance"),
            "other group's": builders.submission(elsewhere),
            "safeguarding": builders.submission(held),
            "withdrawn": builders.submission(held),
        }
        self.known = {name: one.reference for name, one in made.items()} | {"missing": "WG3-OPEN/T-999"}
        workflow.make(made["safeguarding"], "safeguard", version=1, person_id=self._people["co-lead"], reason="Danger.")
        submissions.withdraw(made["withdrawn"])
        self._receipt_of_the_gone = self._submitted(held, withdrawn=True)
        for one in (held, elsewhere):
            digests.compile_digest(one, person_id=self._people["drafter"])
        self.known["invited"] = accounts.invite(builders.person("new@example.org"))

    def real(self, parts: dict[str, Any]) -> dict[str, Any]:
        """The parts of an address as they are in this world."""
        return {name: self.known.get(value, value) for name, value in parts.items()}

    def _submitted(self, held: ListeningSession, *, withdrawn: bool = False) -> str:
        """The digest of the receipt of a new submission, which waits for an answer or is withdrawn."""
        token = new_form_token()
        made = builders.submission(held, token=token)
        if withdrawn:
            submissions.withdraw(made)
        else:
            workflow.make(made, "ask", version=1, person_id=self._people["co-lead"], reason="Where?")
        return keyring().index("receipt", receipt_for(token))

    def is_public(self, cell: Cell) -> bool:
        """Whether anybody may know what is there: then a missing thing may say what it would have been."""
        return guards.access_of(self.app.view_functions[cell.rule.endpoint], cell.rule.endpoint) == guards.PUBLIC

    def _visit_of(self, actor: str) -> dict[str, Any]:
        """What the cookie of ``actor`` holds."""
        if actor not in self._visits:
            with self.app.app_context(), transaction():
                self._visits[actor] = self._new_visit(actor)
        return self._visits[actor]

    def _new_visit(self, actor: str) -> dict[str, Any]:
        since = int(clock.now().timestamp())
        if actor == "contributor":
            held = session().scalars(sa.select(ListeningSession).where(ListeningSession.slug == "wg3-open")).one()
            return {"receipt": {"digest": self._submitted(held), "since": since, "visits": 0}}
        if actor == "contributor gone":
            return {"receipt": {"digest": self._receipt_of_the_gone, "since": since, "visits": 0}}
        if actor not in self._people:
            return {}
        token = accounts.start_visit(self._people[actor])
        if actor == "deactivated":
            session().get_one(Person, self._people[actor]).active = False
        return {"visit": token}

    def browser(self, actor: str) -> FlaskClient:
        """A browser with the cookie of ``actor``, and a form's token in it."""
        client = self.app.test_client()
        with self.app.app_context():
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            value = signer.dumps({**self._visit_of(actor), "csrf_token": TOKEN})
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], value)
        return client

    def spent(self, actor: str) -> None:
        """Let ``actor`` come anew, with another visit."""
        self._visits.pop(actor, None)

    def token(self) -> str:
        """The form's token as a page of this visit would carry it."""
        signer: Any = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token")
        return str(signer.dumps(TOKEN))

    def fingerprints(self) -> dict[str, str]:
        """A digest of all rows of every table; when a visit was last seen does not count."""
        with self.app.app_context():
            return {table.name: self._fingerprint(table) for table in Base.metadata.sorted_tables}

    def _fingerprint(self, table: sa.Table) -> str:
        counted = [column for column in table.columns if (table.name, column.name) != ("visit", "seen_at")]
        rows = sorted(repr(tuple(row)) for row in session().execute(sa.select(*counted)))
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """The statements that write, sent to the database meanwhile."""
        del self.statements[:]
        yield self.statements

    def listen(self) -> None:
        with self.app.app_context():
            event.listen(engine(), "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if WRITES.match(statement) and not SEEN.match(statement):
            self.statements.append(statement)


@pytest.fixture(scope="module")
def one_world(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, made once for each engine: what is done in it changes no answer to anybody else."""
    url = databases.fresh(migrated_url)
    instance = tmp_path_factory.mktemp("matrix")
    settings = Settings.from_environment(
        {"INTAKE_INSTANCE": str(instance), "INTAKE_DATABASE_URL": url, "INTAKE_SECOND_FACTOR": "optional"}
    )
    with application(settings) as app:
        made = World(app)
        made.set_up()
        made.listen()
        with app.app_context():
            engine().dispose()
        yield made
    databases.drop(url)


@pytest.fixture
def world(one_world: World) -> Iterator[World]:
    """The world, its connections closed after each test."""
    yield one_world
    with one_world.app.app_context():
        engine().dispose()


@dataclass(frozen=True)
class Cell:
    """One address with one way to ask for it."""

    rule: Rule
    way: str
    name: str
    parts: dict[str, Any]

    @property
    def row(self) -> str:
        """The row of the table it belongs to."""
        return f"{self.way:<5}{self.rule.endpoint:<34}{self.name}".rstrip()

    @property
    def methods(self) -> tuple[str, ...]:
        return ("GET", "HEAD") if self.way == "read" else ("POST",)


def cells(world: World, *ways: str) -> list[Cell]:
    """Every rule of the application in the ways it answers, for everything that can be asked for there."""
    found = []
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        objects = OBJECTS[frozenset(rule.arguments - {"lang"})]
        for way, method in (("read", "GET"), ("act", "POST")):
            if way in ways and method in (rule.methods or ()):
                found += [Cell(rule, way, name, world.real(parts)) for name, parts in objects.items()]
    return found


def address(world: World, cell: Cell, language: str = "en") -> str:
    with world.app.test_request_context():
        values = {**cell.parts, **({"lang": language} if "lang" in cell.rule.arguments else {})}
        built = cell.rule.build(values)
    assert built is not None
    return built[1]


def ask(world: World, actor: str, cell: Cell, method: str, **typed: str) -> TestResponse:
    client, url = world.browser(actor), address(world, cell)
    data = {"csrf_token": world.token(), **TYPED, **typed} if method == "POST" else None
    # With it a held form is known to come from a page of ours, as a browser would say.
    answer = client.open(url, method=method, data=data, headers={"Sec-Fetch-Site": "same-origin"}, buffered=True)
    if method == "POST" and cell.rule.endpoint in SPENDS:
        world.spent(actor)
    return answer


def outcome(answer: TestResponse) -> str:
    """What the answer comes to, in a sign of the table."""
    going = answer.headers.get("Location", "").partition("?")[0]
    here = answer.request.path
    if answer.status_code == 404:
        return ABSENT
    if "Clear-Site-Data" in answer.headers:
        return SERVED  # leaving ends at the door, too
    if going.endswith("/staff/sign-in/") or b'name="carried"' in answer.data:
        return SIGN_IN
    if "/receipt/" in here and (
        going.endswith("/receipt/") or (here != RECEIPT_DOOR and b'name="code"' in answer.data)
    ):
        return RECEIPT
    assert answer.status_code in (200, 302, 303, 409, 422), (answer.request.method, here, answer.status)
    return SERVED


@cache
def table() -> dict[str, str]:
    """The signs of every row."""
    rows = [line.rsplit("  ", 1) for line in TABLE.strip().splitlines()]
    return {row.rstrip(): signs.replace(" ", "") for row, signs in rows}


def plain(answer: TestResponse, cell: Cell) -> tuple[Any, ...]:
    """An answer without the address it was asked at and without what is new every time."""
    text = answer.get_data(as_text=True)
    for part in sorted((str(part) for part in cell.parts.values()), key=len, reverse=True):
        for written in {part, quote(part), quote(part, safe="")}:
            text = text.replace(f"/{written}", "/_")
    text = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", text)
    headers = sorted((name, value) for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length"))
    return answer.status_code, headers, text


def test_the_table_is_complete(world: World) -> None:
    assert [cell.row for cell in cells(world, "read", "act") if cell.row not in table()] == []
    assert set(table()) - {cell.row for cell in cells(world, "read", "act")} == set()
    assert {len(signs) for signs in table().values()} == {len(ACTORS)}


@pytest.mark.parametrize("actor", ACTORS)
def test_reading_is_answered_as_the_table_says_and_changes_nothing(world: World, actor: str) -> None:
    world.browser(actor)
    before = world.fingerprints()
    wrong, absent = [], {}
    for cell in cells(world, "read"):
        for method in cell.methods:
            with world.watched() as written:
                answer = ask(world, actor, cell, method)
            expected = table()[cell.row][ACTORS.index(actor)]
            if outcome(answer) != expected:
                wrong.append(f"{method} {cell.row}: {outcome(answer)} {answer.status}, not {expected}")
            if written:
                wrong.append(f"{method} {cell.row} writes: {written}")
            if answer.status_code == 404 and not world.is_public(cell):
                absent.setdefault((cell.rule.endpoint, method), []).append(plain(answer, cell))
    assert wrong == []
    assert world.fingerprints() == before
    assert [key for key, answers in absent.items() if any(one != answers[0] for one in answers)] == []


@pytest.mark.parametrize("actor", ACTORS)
def test_acting_is_answered_as_the_table_says(world: World, actor: str) -> None:
    wrong, absent = [], {}
    for cell in cells(world, "act"):
        world.browser(actor)
        with world.watched() as written:
            answer = ask(world, actor, cell, "POST")
        expected = table()[cell.row][ACTORS.index(actor)]
        if outcome(answer) != expected:
            wrong.append(f"{cell.row}: {outcome(answer)} {answer.status}, not {expected}")
        if written and expected != SERVED:
            wrong.append(f"{cell.row} writes: {written}")
        if answer.status_code == 404 and not world.is_public(cell):
            absent.setdefault(cell.rule.endpoint, []).append(plain(answer, cell))
    assert wrong == []
    assert [rule for rule, answers in absent.items() if any(one != answers[0] for one in answers)] == []


@pytest.mark.parametrize("actor", ["stranger", "co-lead", "drafter", "contributor"])
def test_an_act_without_its_token_changes_nothing(world: World, actor: str) -> None:
    wrong = []
    for cell in cells(world, "act"):
        world.browser(actor)
        with world.watched() as written:
            answer = ask(world, actor, cell, "POST", csrf_token="")
        if cell.rule.endpoint == "submissions.leave":
            continue  # it asks for no token: one that has run out must not keep anybody here
        refused = answer.status_code in (303, 400, 404) or outcome(answer) == SIGN_IN
        if written or not refused:
            wrong.append(f"{cell.row}: {answer.status} {written}")
    assert wrong == []


@pytest.mark.parametrize("actor", ["stranger", "co-lead"])
def test_a_method_that_no_rule_takes_is_refused(world: World, actor: str) -> None:
    client, wrong = world.browser(actor), []
    for url in sorted({address(world, cell) for cell in cells(world, "read", "act")}):
        with world.watched() as written:
            refused = {method: client.open(url, method=method).status_code for method in ("PUT", "DELETE", "TRACE")}
        if set(refused.values()) != {405} or written:
            wrong.append(f"{url}: {refused} {written}")
    assert wrong == []


def test_a_language_that_is_none_of_ours_is_not_there(world: World) -> None:
    client = world.browser("co-lead")
    urls = [(cell, address(world, cell, "xx")) for cell in cells(world, "read") if "lang" in cell.rule.arguments]
    assert [cell.row for cell, url in urls if client.get(url).status_code != 404] == []
