"""Hostile text through every door of a contributor and of a desk: refused in words and given back, or only text."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import docx
import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.digests.formats import FORMATS
from intake.foundation.database import transaction
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.builders import TESTIMONY
from tests.digests import golden_session
from tests.forms import fields, form_on
from tests.hostile import CANARY, HOSTILE, Hostile
from tests.installation import browser_of
from tests.moderation import desk

FORM = "/en/sessions/wg3-2020-06-09/submit/testimony"
DOOR, MINE, DRAFT, CHANGE = "/en/receipt/", "/en/receipt/submission/", "/en/receipt/draft/", "/en/receipt/change/"
COPY, FILE = "/en/receipt/copy/", "/en/receipt/copy/file"
DIGESTS, DIGEST = "/en/staff/digests/", "/en/staff/digests/wg3-2020-06-09/1/"
TOLD = "WG3-2020-06-09/T-001"
STORIES = frozenset(
    {"what_happened", "what_would_help", "guiding_1", "problem", "what_was_done", "answer", "tell-words"}
)
LIMITS = {"place": 100, "happened_when": 100, "contributor_name": 200, "organisation": 200, "title": 120,
          "what_would_help": 5_000, "guiding_1": 3_000, "problem": 1_500, "what_was_done": 3_000, "answer": 5_000,
          "tell-words": 3_000}  # fmt: skip
ASKED = ("what_happened", "what_would_help", "guiding_1", "place", "happened_when", "contributor_name", "organisation")
ASKED_OF_PRACTICE = ("title", "problem", "what_was_done", "place", "organisation")
AGREED = {"consent_tier": "4", "publication": "y", "follow_up": "y", "language": "en"}
RUNS = frozenset({"script", "style", "iframe", "object", "embed", "base", "img", "svg"})
STARTS_A_FORMULA = re.compile(r"[\s\u200b\ufeff\u200e\u200f]*[=+@＝＋－＠-]")
BOTH_ENGINES = [("sqlite", name) for name in HOSTILE] + [
    ("postgresql", name) for name, piece in HOSTILE.items() if piece.story is None and len(piece.typed) < 1_000
]
"""Only what nothing can keep is anything to a database: the rest comes to it as sealed bytes."""
HUGE = 400_000
"""Characters that no draft takes."""


def squeezed(text: str) -> str:
    return " ".join(text.split())


def as_read(piece: Hostile) -> str:
    return piece.typed.decode(errors="replace") if isinstance(piece.typed, bytes) else piece.typed


def kept_in(piece: Hostile, field: str) -> str | None:
    """What ``field`` keeps of it; None where it is refused."""
    kept = {"email": None}.get(field, piece.story if field in STORIES else piece.line)
    return kept if kept is None or len(kept) <= LIMITS.get(field, 10_000) else None


def harmless(response: TestResponse, status: int = 200) -> Any:
    """The page of ``response``, on which the canary is text, or the value of a field, and nothing else."""
    page = response.get_data(as_text=True)
    assert response.status_code == status, squeezed(page)[-1_000:]
    assert CANARY not in str(response.headers)
    return only_text(page)


def only_text(page: str) -> Any:
    root = html.document_fromstring(page)
    for one in root.iter():
        if not isinstance(one.tag, str):
            assert CANARY not in (one.text or ""), "in a comment"
            continue
        assert CANARY.lower() not in one.tag
        assert one.tag not in RUNS or CANARY not in html.tostring(one, encoding="unicode", with_tail=False), one.tag
        for name, value in one.attrib.items():
            assert CANARY.lower() not in name.lower()
            assert not name.startswith("on")
            assert CANARY not in value or (one.tag, name) == ("input", "value"), (one.tag, name)
    return root


def says(root: Any, texts: Iterable[str]) -> None:
    for one in root.iter("p", "div", "li", "dd", "br"):
        one.tail = f" {one.tail or ''}"
    all_of_it = squeezed("".join(root.itertext()))
    for text in texts:
        assert squeezed(text) in all_of_it, text[:200]


def post(client: FlaskClient, form: Any, at: str, typed: dict[str, Any]) -> TestResponse:
    """Send the form as a browser or a script does: also bytes that are no text."""
    body = urlencode({**fields(form), **typed}, doseq=True, encoding="utf-8", errors="surrogatepass")
    return client.post(form.get("action") or at, data=body, content_type="application/x-www-form-urlencoded")


def told_and_given_back(root: Any, piece: Hostile, names: Iterable[str]) -> None:
    """What is refused is told beside its field and on top; what was typed stands in every field."""
    summary = {link.get("href") for link in root.cssselect(".summary a")}
    for name in names:
        field = root.get_element_by_id(name)
        back = field.text if field.tag == "textarea" else field.get("value")
        if kept_in(piece, name) is None:
            assert root.get_element_by_id(f"{name}-error").text_content().strip()
            assert f"#{name}" in summary
            assert squeezed(back) == squeezed(piece.back), name
        else:
            assert field.get("aria-invalid") is None, name
            assert squeezed(back) == squeezed(as_read(piece)), name


def filled(client: FlaskClient, piece: Hostile, names: Iterable[str]) -> dict[str, str]:
    """Fill the form with it everywhere, then only where it is taken; returns what is kept. The visit has begun."""
    form = form_on(client.get(FORM), having="language")
    typed = dict.fromkeys(names, piece.typed)
    wrong = harmless(post(client, form, FORM, {**TESTIMONY, **AGREED, **typed, "email": piece.typed}), 422)
    told_and_given_back(wrong, piece, [*typed, "email"])
    kept = {name: text for name in names if (text := kept_in(piece, name)) is not None}
    typed = {**TESTIMONY, **AGREED, **dict.fromkeys(kept, piece.typed), "email": "a@b.example"}
    checked = post(client, form, FORM, typed)
    says(harmless(checked), kept.values())
    receipt = post(client, form_on(checked, having="form_token"), FORM, {"step": "send"})
    code = str(harmless(receipt).xpath("string(//p[@class='code'])"))
    assert post(client, form_on(client.get(DOOR), having="code"), DOOR, {"code": code}).status_code == 302
    return kept


def behind_the_receipt(client: FlaskClient, piece: Hostile, kept: dict[str, str]) -> None:
    for at in (MINE, COPY):
        says(harmless(client.get(at)), kept.values())
    pdf = client.get(FILE)
    reader = pypdf.PdfReader(io.BytesIO(pdf.data))
    text = "".join("".join(one.extract_text() for one in reader.pages).split())
    assert (CANARY in text) is (CANARY in "".join(kept.values()))
    assert not [one for one in reader.pages if "/Annots" in one]
    assert not {"/OpenAction", "/AA", "/Names"} & set(reader.root_object)

    form = form_on(client.get(MINE), having="answer")
    wrote = post(client, form, MINE, {"answer": piece.typed})
    if (message := kept_in(piece, "answer")) is None:
        told_and_given_back(harmless(wrote, 422), piece, ["answer"])
    else:
        if '<ul class="found">' in wrote.text:  # advice, which holds nobody back
            says(harmless(wrote), [message])
            wrote = post(client, form_on(wrote, having="answer"), MINE, {})
        assert wrote.status_code == 302
        says(harmless(client.get(MINE)), [message])


def amended(client: FlaskClient, piece: Hostile, kept: dict[str, str]) -> None:
    shown = client.get(CHANGE)
    harmless(shown)
    form = form_on(shown, having="seen")
    for name, text in kept.items():
        assert squeezed(form.fields[name]) == squeezed(text)
    typed = dict.fromkeys(kept, piece.typed)
    if piece.story is None and "what_happened" not in kept:
        told_and_given_back(
            harmless(post(client, form, CHANGE, {"what_happened": piece.typed}), 422), piece, ["what_happened"]
        )
    checked = post(client, form, CHANGE, {**typed, "country": "MA"})
    says(harmless(checked), kept.values())
    assert post(client, form_on(checked, having="seen"), CHANGE, {"step": "send"}).status_code == 302
    says(harmless(client.get(MINE)), kept.values())


def saved_and_reopened(client: FlaskClient, piece: Hostile) -> None:
    form = form_on(client.get(FORM), having="language")
    typed = {"what_happened": piece.typed, "contributor_name": piece.typed, "step": "save"}
    saved = post(client, form, FORM, typed)
    if len(piece.typed) > HUGE:
        root = harmless(saved, 413)
        assert root.get_element_by_id("what_happened").text.strip() == piece.typed
        return
    harmless(saved)
    opened = client.get(DRAFT)
    root = harmless(opened)
    for name in ("what_happened", "contributor_name"):
        one = root.get_element_by_id(name)
        back = one.text if one.tag == "textarea" else one.get("value")
        assert holdable(back) == holdable(as_read(piece))
    again = post(client, form_on(opened, having="language"), DRAFT, {"step": "check"})
    told_and_given_back(harmless(again, 422), piece, ["what_happened", "contributor_name"])


def holdable(text: str) -> str:
    """Without what no page can hold."""
    return squeezed(re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0\ufffd-\uffff\U0001fffe\U0001ffff]", "", text))


def at_the_desk(lead: FlaskClient, piece: Hostile, kept: dict[str, str]) -> None:
    harmless(lead.get(desk.QUEUE))
    at = desk.url(TOLD)
    stories = [text for name, text in kept.items() if name in STORIES]
    shown = lead.get(at)
    opened = post(lead, form_on(shown, action="/contact/"), at, {"reason": "consent"})
    says(harmless(opened), [kept[name] for name in ("contributor_name", "organisation") if name in kept])
    wrote = post(lead, form_on(shown, action="/decide/tell/"), at, {"words": piece.typed, "language": "en"})
    if kept_in(piece, "tell-words") is None:
        told_and_given_back(harmless(wrote, 422), piece, ["tell-words"])
    else:
        assert wrote.status_code == 303
        stories.append(str(piece.story))
    says(harmless(lead.get(at)), stories)


def _word(content: bytes, texts: Iterable[str]) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            part = package.read(name).decode()
            assert 'TargetMode="External"' not in part
            assert CANARY not in part or name == "word/document.xml", name
            assert not re.search(rf"<w:(?:instrText|fldSimple)[^<]*{CANARY}", part)
    document = docx.Document(io.BytesIO(content))
    said = squeezed("\n".join(_paragraph(one) for one in document.element.body.iter("{*}p")))
    for text in texts:
        assert squeezed(text) in said, text[:200]


def _paragraph(paragraph: Any) -> str:
    return "".join(one.text or " " for one in paragraph.iter("{*}t", "{*}tab", "{*}br"))


def _table(content: str, texts: Iterable[str]) -> None:
    cells = [cell for row in csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")) for cell in row]
    assert not [cell for cell in cells if STARTS_A_FORMULA.match(cell)]
    bare = {squeezed(cell).replace("'", "") for cell in cells}
    assert {squeezed(text).replace("'", "") for text in texts} <= bare


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    """Somebody who co-leads the group and drafts for it."""
    desk.set_up(app)
    with app.app_context(), transaction():
        both = builders.person("both@example.org", (Role.CO_LEAD, desk.held(desk.WG3)), (Role.DRAFTER, None)).id
    return browser_of(app, both)


@pytest.mark.parametrize(("databases", "name"), BOTH_ENGINES, indirect=["databases"], scope="session")
def test_it_is_refused_in_words_or_is_only_text(app: Flask, client: FlaskClient, lead: FlaskClient, name: str) -> None:
    piece = HOSTILE[name]
    kept = filled(client, piece, ASKED[::5] if len(piece.typed) > HUGE else ASKED)
    behind_the_receipt(client, piece, kept)
    amended(client, piece, kept)
    saved_and_reopened(app.test_client(), piece)
    at_the_desk(lead, piece, kept)


@pytest.fixture
def accepted(app: Flask, lead: FlaskClient) -> dict[str, str]:  # noqa: ARG001  # the desk is set up
    """A testimony and a practice of each piece, accepted; returns the stories and titles by their references and
    fields."""
    texts: dict[str, str] = {}
    with app.app_context(), transaction():
        held, person = desk.held(desk.WG3), desk.somebody()
        for piece in HOSTILE.values():
            for kind, asked in ((Kind.TESTIMONY, ASKED), (Kind.PRACTICE, ASKED_OF_PRACTICE)):
                kept = {name: text for name in asked if (text := kept_in(piece, name)) is not None}
                made = golden_session.accepted(builders.submission(held, kind=kind, tier=4, **kept), person)
                texts |= {
                    f"{made.reference} {name}": text for name, text in kept.items() if name in STORIES | {"title"}
                }
    return texts


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_in_a_digest_it_is_only_text_and_stops_no_other(lead: FlaskClient, accepted: dict[str, str]) -> None:
    for reference in {one.split()[0] for one in accepted}:
        says(harmless(lead.get(desk.url(reference))), [text for one, text in accepted.items() if reference in one])
    form = form_on(lead.get(DIGESTS), action="/wg3-2020-06-09/")
    assert post(lead, form, DIGESTS, {}).status_code == 303
    shown = lead.get(DIGEST)
    says(harmless(shown), accepted.values())
    form = form_on(shown, action="/docx")
    files = {name: lead.post(f"{DIGEST}{name}", data=fields(form)) for name in FORMATS}
    assert {one.status_code for one in files.values()} == {200}
    says(only_text(files["html"].get_data(as_text=True)), accepted.values())
    _word(files["docx"].data, accepted.values())
    _table(files["csv"].get_data(as_text=True), accepted.values())
    answers = [one["text"]["text"] for entry in json.loads(files["json"].data)["entries"] for one in entry["answers"]]
    assert set(accepted.values()) <= set(answers)
