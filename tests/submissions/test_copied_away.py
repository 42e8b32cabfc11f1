"""Whoever copies the database and the files away finds no address, name, number or code in them by its bytes."""

from __future__ import annotations

import base64
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import docx
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.foundation.config import Settings
from intake.foundation.database import Base, engine, transaction
from intake.submissions import services
from tests import builders
from tests.forms import fields, form_on, page, post_form, send
from tests.foundation.test_files import SECRET, photograph
from tests.installation import application, browser_of
from tests.moderation import desk
from tests.provision.databases import Databases
from tests.provision.postgres import ThrowawayServer
from tests.submissions.test_paper import filled

FORM = "/en/sessions/wg3-2020-06-09/submit/{kind}"
PAPER = "/en/sessions/wg3-2020-06-09/submit/testimony/paper/"
ENTER = "/en/staff/sessions/wg3-2020-06-09/enter/testimony"
DOOR, MINE, FILES, COPY = "/en/receipt/", "/en/receipt/submission/", "/en/receipt/files/", "/en/receipt/copy/"
DELETE = "/en/receipt/draft/delete/"
SECRETS = {
    "e-mail": "Zuhra.Qandil@Secret-Mail.example",
    "local part": "zuhra.qandil",
    "e-mail of a mail": "only.once@other-mail.example",
    "name": "Zoé Qandîl-Förhåt",
    "name in parts": unicodedata.normalize("NFD", "Inès Åkerström"),
    "Arabic name": "أُمَيمة القنديل",
    "organisation": "Collectif Xyloglyphe d’Été",
    "partner": "Fondation Brückenbaum",
    "telephone": "+216 98 765 432",
    "telephone from abroad": "00216.98.765.432",
    "telephone in brackets": "(98) 765-432",
    "telephone in Arabic digits": "٩٨ ٧٦٥ ٤٣٢",
    "telephone without spaces": "+21698765432",
    "place": "Qalb-al-Wadi quay",
    "words": "the wall behind the laundry",
    "Arabic words": "الجدار خلف المغسلة",
    "changed words": "no, the wall beside the bakery",
    "message": "a second wall was built",
    "message of the desk": "we have seen the photograph of it",
    "reason": "it names a living witness",
    "file name": "xyloglyphe-house-é",
    "words in a file": "statement of the night porter",
    "hidden in a photograph": SECRET.decode(),
    "draft": "half a sentence about the quay",
    "draft that was deleted": "something I would rather not have said",
    "paper": "written with a pencil at noon",
    "who took it": "Night shift Ouardia",
    "interpreter": "Tesfalem, Tigrinya and English",
}
CONTROL = "Regular pathways"
"""What is published, and must be found by the same search: else it would find nothing ever."""


def variants(secret: str) -> set[str]:
    """The ways in which somebody could have normalised it before it was stored."""
    digits = "".join(str(unicodedata.digit(one)) for one in secret if one.isdigit())
    found = {secret, secret.replace(" ", ""), secret.replace("-", ""), digits, digits[-8:]}
    return {
        unicodedata.normalize(form, text) for text in found for form in ("NFC", "NFD", "NFKD") if len(text) >= 8
    }  # fmt: skip


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "Latin 1": lambda text: text.encode("latin-1", "replace"),
    "hex": lambda text: text.encode().hex().encode(),
    "percent": lambda text: b"".join(b"%%%02X" % one for one in text.encode()),
    "JSON": lambda text: text.encode("ascii", "backslashreplace"),
}


def spellings(secret: str) -> Iterator[bytes]:
    """The bytes of ``secret`` in the ways in which they could lie there, ASCII letters small."""
    for text in variants(secret):
        for cased in {text, text.lower(), text.upper()}:
            yield from {encoding(cased).lower() for encoding in ENCODINGS.values()}


def spellings_in_base64(secret: str) -> Iterator[bytes]:
    """Its middle in base64, wherever it stands among what surrounds it."""
    for text in variants(secret):
        for cased in {text, text.lower(), text.upper()}:
            raw = cased.encode()
            for skipped in range(3):
                whole = raw[skipped:][: (len(raw) - skipped) // 3 * 3]
                yield base64.b64encode(whole)
                yield base64.urlsafe_b64encode(whole)


@dataclass
class Copies:
    """What somebody has who copied everything but the keys, as it is and in small letters."""

    content: dict[tuple[str, bytes], bytes] = field(default_factory=dict)

    def take(self, copied: Iterable[tuple[str, bytes]]) -> None:
        for name, data in copied:
            if (name, data) not in self.content:
                self.content[name, data] = data.lower()

    def where(self, secret: str) -> set[str]:
        small, exact = set(spellings(secret)), set(spellings_in_base64(secret))
        return {
            name
            for (name, data), lower in self.content.items()
            if any(one in lower for one in small) or any(one in data for one in exact)
        }


@dataclass
class Thief:
    """Somebody who copies the installation away while people write to it."""

    app: Flask
    settings: Settings
    databases: Databases
    copies: Copies = field(default_factory=Copies)
    since: str = ""

    def begin(self) -> None:
        if isinstance(self.databases, ThrowawayServer):
            self.since = self._ask("SELECT pg_current_wal_lsn()::text")[0][0]

    def copy(self) -> None:
        """Every file of the installation but its keys, the database and its journal; of PostgreSQL, every row."""
        with self.app.app_context():
            url = engine().url
        if url.drivername == "sqlite":
            for path in Path(str(url.database)).parent.glob(f"{Path(str(url.database)).name}*"):
                self.copies.take([(path.name, path.read_bytes())])
        else:
            for table in Base.metadata.sorted_tables:
                rows = self._ask(f'SELECT * FROM "{table.name}"')  # noqa: S608  # our own table
                self.copies.take((table.name, b"\n".join(map(_bytes, row))) for row in rows)
            self._copy_journal()
        for path in self.settings.instance.rglob("*"):
            if path.is_file() and path.name not in ("keyring.json", "secret_key"):
                self.copies.take([(path.name, path.read_bytes())])

    def _copy_journal(self) -> None:
        if not isinstance(self.databases, ThrowawayServer):
            return
        at = "SELECT file_name, file_offset FROM pg_walfile_name_offset(CAST(:at AS pg_lsn))"
        now = self._ask("SELECT pg_current_wal_lsn()::text")[0][0]
        [(begin, start)], [(end, stop)] = self._ask(at, at=self.since), self._ask(at, at=now)
        for path in sorted((self.databases.data / "pg_wal").glob("0*")):
            if begin <= path.name <= end:
                data = path.read_bytes()[: stop if path.name == end else None]
                self.copies.take([("pg_wal", data[start if path.name == begin else 0 :])])

    def _ask(self, statement: str, **values: Any) -> list[Any]:
        with self.app.app_context(), engine().connect() as connection:
            return list(connection.execute(sa.text(statement), values))


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


@pytest.fixture
def thief(settings: Settings, databases: Databases) -> Iterator[Thief]:
    with application(replace(settings, smtp_url="smtp://127.0.0.1:25")) as app:
        found = Thief(app, settings, databases)
        found.begin()
        yield found


@pytest.fixture
def codes(thief: Thief) -> list[str]:
    """Everything that people enter, in every place that takes something; returns the receipt codes."""
    app = thief.app
    client = app.test_client()
    desk.set_up(app)
    told = f"I saw {SECRETS['words']}, {SECRETS['Arabic words']}. Call {SECRETS['telephone']}."
    about = {
        "contributor_name": SECRETS["name"], "organisation": SECRETS["organisation"], "email": SECRETS["e-mail"],
        "place": SECRETS["place"], "consent_tier": "4", "follow_up": "y", "language": "en",
    }  # fmt: skip
    testimony = {
        **builders.TESTIMONY, **about, "what_happened": told, "happened_when": SECRETS["telephone in Arabic digits"],
        "what_would_help": f"Ask {SECRETS['name in parts']} under {SECRETS['telephone from abroad']}.",
        "guiding_1": f"{SECRETS['Arabic name']}, {SECRETS['telephone in brackets']}",
    }  # fmt: skip
    practice = {**builders.PRACTICE, **about, "problem": told, "partners": SECRETS["partner"]}
    practice["title"] = SECRETS["telephone without spaces"]
    found = [_send(client, "practice", practice), _send(client, "testimony", testimony)]
    _behind_the_receipt(client, found[-1])
    thief.copy()
    _at_the_desk(app)
    thief.copy()
    found += _drafts(app.test_client(), testimony, thief)
    return found


def _behind_the_receipt(client: FlaskClient, code: str) -> None:
    assert post_form(client, DOOR, {"code": code}, having="code").status_code == 302
    assert post_form(client, MINE, {"answer": f"And {SECRETS['message']}."}, having="answer").status_code == 302
    at = "/en/receipt/change/"
    check = post_form(client, at, {"what_happened": f"Or {SECRETS['changed words']}."}, having="seen")
    assert send(client, at, form_on(check, having="seen"), {"step": "send"}).status_code == 302
    mailed = post_form(client, COPY, {"email": SECRETS["e-mail of a mail"]}, having="email")
    assert mailed.headers["Location"] == COPY
    written, document = io.BytesIO(), docx.Document()
    document.add_paragraph(SECRETS["words in a file"])
    document.save(written)
    for name, body in ((f"{SECRETS['file name']}.jpg", photograph()), ("statement.docx", written.getvalue())):
        token = fields(form_on(client.get(FILES), having="csrf_token"))["csrf_token"][0]
        sent: dict[str, Any] = {"csrf_token": token, "files": (io.BytesIO(body), name)}
        assert client.post(FILES, data=sent, content_type="multipart/form-data").status_code == 200


def _at_the_desk(app: Flask) -> None:
    reference = "WG3-2020-06-09/T-001"
    with app.app_context(), transaction():
        services.tell_there_is_news(desk.found(reference))
        rapporteur = builders.person("rapporteur@example.org", (Role.RAPPORTEUR, desk.held(desk.WG3))).id
    lead = desk.signed_in(app)
    assert desk.act(lead, reference, "contact/", {"reason": "question"}).status_code == 200
    assert desk.decide(lead, reference, "tell", SECRETS["message of the desk"]).status_code == 303
    assert desk.decide(lead, reference, "safeguard", SECRETS["reason"]).status_code == 303
    called = {
        **builders.TESTIMONY, "came_by": "telephone", "consent_given": "spoken", "consent_tier": "1",
        "taken_by": SECRETS["who took it"], "interpreter": SECRETS["interpreter"],
    }  # fmt: skip
    staff = browser_of(app, rapporteur)
    check = post_form(staff, ENTER, {**called, "step": "check"}, having="came_by")
    assert send(staff, ENTER, form_on(check, having="form_token"), {"step": "send"}).status_code == 200


def _drafts(client: FlaskClient, testimony: dict[str, Any], thief: Thief) -> Iterator[str]:
    form = FORM.format(kind="testimony")
    for words in ("draft that was deleted", "draft"):
        saved = {**testimony, "what_happened": SECRETS[words], "step": "save"}
        yield _code(post_form(client, form, saved, having="what_happened"))
        thief.copy()
        if words == "draft that was deleted":
            assert post_form(client, DELETE, having="csrf_token").status_code == 302
    written = filled(client, {**testimony, "what_happened": SECRETS["paper"]}, "en", "testimony")
    token = fields(form_on(client.get(PAPER), having="csrf_token"))["csrf_token"][0]
    sent: dict[str, Any] = {"csrf_token": token, "file": (io.BytesIO(written), "form.docx")}
    yield _code(client.post(PAPER, data=sent, content_type="multipart/form-data"))
    assert SECRETS["paper"] in page(client.get("/en/receipt/draft/")).text_content()
    thief.copy()


def _send(client: FlaskClient, kind: str, typed: dict[str, Any]) -> str:
    return _code(post_form(client, FORM.format(kind=kind), {**typed, "step": "send"}, having="form_token"))


def _code(response: Any) -> str:
    code = str(page(response).xpath("string(//p[@class='code'])"))
    assert code, page(response).xpath("string(//div[@class='summary'])")
    return code


def test_nothing_that_was_entered_is_found_by_its_bytes(thief: Thief, codes: list[str]) -> None:
    copies = thief.copies
    published = copies.where(CONTROL)
    assert published, "the search finds what is there"
    if isinstance(thief.databases, ThrowawayServer):
        assert "pg_wal" in published, "the journal is among it"
    names = {name for name, _data in copies.content}
    assert len([name for name in names if name.isalnum() and len(name) == 40]) >= 2, "the files are among it"
    assert len(codes) == 5
    found = {what: copies.where(secret) for what, secret in SECRETS.items()}
    found |= {code: copies.where(code) for code in codes}
    assert {what: places for what, places in found.items() if places} == {}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_the_search_finds_it_in_every_spelling(secret: str) -> None:
    for text in (secret, unicodedata.normalize("NFC", secret), secret.upper(), secret.replace(" ", "")):
        ways = {name: encoding(text) for name, encoding in ENCODINGS.items() if name != "Latin 1" or text.isascii()}
        ways |= {f"base64 after {n}": base64.b64encode(bytes(n) + text.encode() + b"end") for n in range(3)}
        for way, data in ways.items():
            copies = Copies()
            copies.take([("there", b"before" + data + b"after")])
            assert copies.where(secret) == {"there"}, way
