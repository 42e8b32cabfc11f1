"""Every text of a digest is in its own language: on the page, and in the files that leave the house."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from lxml import etree, html

from intake.accounts.permissions import Role
from intake.digests import services
from intake.digests.document import Bullets, Card, Document, Facts, Quotation
from intake.digests.freeze import TEMPLATE
from intake.digests.models import Digest
from intake.foundation.database import session, transaction
from intake.programme.models import Organiser
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.digests.conftest import SignIn
from tests.digests.golden_session import CODE, SLUG, accepted, code

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ASSOCIATION, TITLE, SPEAKER, SHORT = "جمعية نخلة الجسر", "خط هاتفي", "أمل 3 حسن", "نعم، قليلا"
TOLD = "أغلقوا الحدود يوم انتهت إقامتي ولم يخبرنا أحد."


@pytest.fixture
def digest(app: Flask) -> Iterator[Digest]:
    """A digest of an English practice and an English intervention full of Arabic, and an Arabic testimony."""
    with app.app_context():
        with transaction():
            held = builders.listening_session(CODE, group=builders.working_group("WG3"), questions=({"en": "What?"},))
            lead = builders.person("lead@example.org", (Role.CO_LEAD, held))
            held.organisers = [Organiser(organisation=builders.organisation("UNHCR"), position=1)]
            practice = builders.submission(
                held, kind=Kind.PRACTICE, tier=3, organisation=ASSOCIATION, title=TITLE, country="IQ", lessons=SHORT
            )
            code(practice, lead, ("gender",))
            spoken = builders.submission(
                held, kind=Kind.INTERVENTION, tier=4, speaker=SPEAKER, entity="Maison Ouverte", interpreted=True,
                summary="She asked for one counter.", exact_words=SHORT, country="IQ",
            )  # fmt: skip
            code(spoken, lead, ("gender",))
            told = builders.submission(
                held, language="ar", tier=4, what_happened=TOLD, contributor_name="Amal", organisation="Maison (2)",
                country="SY", guiding_1="Yes.",
            )  # fmt: skip
            session().flush()
            for one in (practice, spoken, told):
                accepted(one, lead)
            made = services.compile_digest(held)
        yield made


def blocks(document: Document, kind: type) -> list[Any]:
    return [block for block in document.blocks if isinstance(block, kind)]


def test_an_attribution_is_pieces_in_their_own_languages(digest: Digest) -> None:
    document = services.document(digest, "en")
    (card,) = blocks(document, Card)
    assert card.attribution.pieces == ((ASSOCIATION, "ar"), (", ", "en"), ("Iraq", "en"))
    assert card.title == (TITLE, "ar")
    quotation = next(one for one in blocks(document, Quotation) if str(one.text) == SHORT)
    assert quotation.text.language == "ar"
    assert quotation.attribution.pieces == (
        (SPEAKER, "ar"), (", ", "en"), ("Maison Ouverte", "en"), (" (heard through interpretation)", "en"),
    )  # fmt: skip


def test_in_an_arabic_digest_latin_names_and_codes_are_in_no_language(digest: Digest) -> None:
    document = services.document(digest, "ar")
    attributions = [one.attribution.pieces for one in blocks(document, Quotation)]
    assert (("Amal", "und"), ("، ", "ar"), ("Maison (2)", "und"), ("، ", "ar")) in [
        pieces[:4] for pieces in attributions
    ]
    assert ("Yes.", "und") in [one.text for one in blocks(document, Quotation)]
    values = {value for facts in blocks(document, Facts) for _label, row in facts.rows for value in row}
    assert {(f"{CODE}/D-1", "und"), (document.freeze, "und"), ("UNHCR", "und")} <= values
    assert any(value.text.startswith(f"{TEMPLATE} / ") and value.language == "und" for value in values)


def test_mentions_and_labels_carry_the_languages_of_what_they_name(digest: Digest) -> None:
    document = services.document(digest, "en")
    ((mention,),) = (one.items for one in blocks(document, Bullets))
    assert mention.pieces == ((TITLE, "ar"), (" (", "en"), (f"{CODE}/P-001", "und"), (")", "en"))
    labels = [label for facts in blocks(document, Facts) for label, _values in facts.rows]
    (retold,) = (label for label in labels if str(label).startswith(SPEAKER))
    assert retold.pieces[0] == (SPEAKER, "ar")
    assert str(retold) == f"{SPEAKER}, Maison Ouverte: {CODE}/I-001, revision 1"


def marked(root: Any, words: str) -> set[tuple[str, str]]:
    """The language and direction of every element that says exactly ``words``."""
    found = [one for one in root.iter() if isinstance(one.tag, str) and (one.text or "").strip() == words]
    assert found, words
    return {
        tuple(next(up.get(name) for up in (one, *one.iterancestors()) if up.get(name)) for name in ("lang", "dir"))
        for one in found
    }


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("where", ["page", "html"])
def test_on_a_page_every_name_has_its_own_language_and_direction(
    digest: Digest, sign_in: SignIn, where: str, language: str
) -> None:
    if where == "page":
        client = sign_in(Role.DRAFTER, "WG3")
        content = client.get(f"/{language}/staff/digests/{SLUG}/1/").data
    else:
        content = services.export(digest, "html", language).content
    root = html.document_fromstring(content.decode())
    cards = root.cssselect("article.card .source")
    assert " ".join(cards[0].text_content().split()).startswith(
        f"{ASSOCIATION}, Iraq " if language == "en" else f"{ASSOCIATION}، العراق "
    )
    for words in (ASSOCIATION, SPEAKER) if language == "en" else ():
        assert marked(root, words) == {("ar", "rtl")}
    for words in (TITLE, SHORT):
        assert marked(root, words) == {("ar", "rtl")}
    if language == "ar":
        assert marked(root, "Amal") == {("und", "ltr")}
        assert marked(root, services.document(digest, "ar").freeze) == {("und", "ltr")}


def runs(content: bytes) -> list[tuple[str, bool, dict[str, str]]]:
    """The runs of a Word document: words, whether right to left, languages by kind."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    return [
        (
            "".join(each.text or "" for each in run.iter(f"{W}t")),
            run.find(f"{W}rPr/{W}rtl") is not None,
            {
                name.removeprefix(W): value
                for each in run.findall(f"{W}rPr/{W}lang")
                for name, value in each.attrib.items()
            },
        )
        for run in body.iter(f"{W}r")
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_in_word_every_name_is_a_run_of_its_own_language(digest: Digest, language: str) -> None:
    found = runs(services.export(digest, "docx", language).content)
    for words in (ASSOCIATION, TITLE, SPEAKER, SHORT):
        mine = [run for run in found if run[0] == words]
        assert mine, words
        assert all(run[1:] == (True, {"bidi": "ar"}) for run in mine), words
    assert not [run for run in found if "und" in run[2].values()]
    freeze = services.document(digest, language).freeze
    assert [run[1:] for run in found if run[0] == freeze] == [(False, {})]
    if language == "ar":
        for words in ("Amal", "Maison (2)"):
            mine = [run for run in found if run[0] == words]
            assert mine, words
            assert all(run[1:] == (False, {}) for run in mine)


def test_data_and_tables_hold_the_line_as_one_text(digest: Digest) -> None:
    entries = json.loads(services.export(digest, "json", "en").content)["entries"]
    assert entries[0]["attribution"]["language"] == "en"
    assert f"{ASSOCIATION}, Iraq" in [entry["attribution"]["text"] for entry in entries]
    assert f"{ASSOCIATION}, Iraq" in services.export(digest, "csv", "en").content.decode("utf-8-sig")
