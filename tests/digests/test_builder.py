from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from intake.digests import services
from intake.digests.builder import build
from intake.digests.document import Card, Document, Facts, Heading, Quotation
from intake.digests.gate import let_through
from intake.digests.models import Digest
from intake.foundation.database import transaction
from intake.foundation.languages import CODES
from intake.submissions import services as submissions
from intake.submissions.consent import Consent, Tier
from tests import builders
from tests.digests.golden_session import ARABIC, CODE, FRENCH, SPANISH, Golden, golden
from tests.digests.reading import facts, figures, quoted, said, section, tables


def compiled() -> tuple[Golden, Digest]:
    with transaction():
        made = golden()
        return made, services.compile_digest(made.held)


@pytest.fixture
def document(documents: dict[str, Document]) -> Document:
    """The digest of the golden session in English."""
    return documents["en"]


def test_the_sections_are_those_of_a_digest(document: Document) -> None:
    assert [block.anchor for block in document.blocks if isinstance(block, Heading) and block.level == 1] == [
        "passport", "who-we-heard", "questions", "themes", "practices", "quotations", "method",
    ]  # fmt: skip
    anchors = [block.anchor for block in document.blocks if isinstance(block, Heading)]
    assert len(anchors) == len(set(anchors))


def test_the_passport_says_what_it_is_of(document: Document) -> None:
    told = facts(section(document, "passport"))
    assert told["Topic"] == ("Regular pathways in a pandemic",)
    assert told["Date"] == ("9 June 2020",)
    assert told["Working group"] == ("WG3 – Regular Pathways",)
    assert (told["Co-leads"], told["Organisers"]) == (("OHCHR",), ("ACT Alliance",))
    assert told["Languages"] == ("English", "French", "Spanish")
    assert told["Interpretation"] == (
        "Interpretation as needed, by the secretariat, from French, Spanish into English", "brief interventions",
    )  # fmt: skip
    assert told["Digest"] == (f"{CODE}/D-1",)
    assert (told["Received by the cut-off day"], told["Accepted, and so in this digest"]) == (("14",), ("11",))
    assert told["Removed since the freeze"] == ("0",)
    assert told["Fingerprint of the freeze (SHA-256)"] == (document.freeze,)
    assert said(section(document, "passport"), "lead") == [
        "Views of contributors, not of the Network. Not a representative sample."
    ]
    assert str(document.footer[0]).startswith("References to Kosovo")


def test_every_table_says_what_its_n_is_and_adds_up_to_it(document: Document) -> None:
    kinds, types, regions, languages, tiers, themes = tables(document)
    assert str(kinds.caption) == "Submissions by kind (received: n = 14; accepted: n = 11)"
    assert figures(kinds) == {
        "Testimony": (10, 7), "Practice example": (3, 3), "Intervention": (1, 1), "All kinds": (14, 11),
    }  # fmt: skip
    for table in (types, regions, languages, tiers):
        assert "(n = 11)" in str(table.caption)
        assert sum(n for (n,) in figures(table).values()) == 11
    together = "Taken together, so that nobody can be singled out: Americas, Asia, Europe"
    assert figures(regions) == {"Africa": (6,), together: (5,)}
    assert sorted(figures(types).values()) == [(1,), (10,)]
    assert str(regions.note) == "No accepted submissions from: Oceania."
    assert figures(languages) == {"English": (7,), "French": (1,), "Spanish": (1,), "Arabic": (2,)}
    assert [n for (n,) in figures(tiers).values()] == [2, 2, 4, 2, 1]
    assert "n = 6 that have a theme" in str(themes.caption)
    assert list(figures(themes).values()) == [(1,), (1,), (3,), (2,)]


def test_a_guiding_question_holds_its_answers(document: Document) -> None:
    under = section(document, "guiding-1")
    assert [str(block.text) for block in under if isinstance(block, Quotation)] == [
        "The queue at the border was the border.", "Pagamos tres veces.",
    ]  # fmt: skip
    assert facts(under) == {f"Do not quote: {CODE}/T-005, revision 1": ("Idea answer of the person called idea.",)}
    assert said(under, "note")[0] == "3 submissions, 2 may be quoted, 1 gives ideas only"
    assert said(section(document, "guiding-2"), "empty") == [
        "No accepted submission that may be read answers this question."
    ]


def test_a_theme_holds_what_is_coded_with_it(document: Document) -> None:
    gender = quoted(section(document, "theme-gender"))
    assert all(f"text{canary}" in gender for canary in ("named", "association", "unnamed"))
    assert "textalone" not in gender
    assert "textalone" in quoted(section(document, "theme-none"))
    on_the_move = section(document, "theme-people_on_the_move")
    assert "textidea" not in quoted(on_the_move)
    assert any("textidea" in values[0] for values in facts(on_the_move).values())


def test_an_intervention_is_told_by_the_rapporteur_and_quoted_by_the_exact_words(document: Document) -> None:
    under = section(document, "theme-regular_pathways")
    (quotation,) = (block for block in under if isinstance(block, Quotation))
    assert str(quotation.text) == "One permit. One counter. One week."
    assert str(quotation.attribution) == "namefloor, orgfloor (heard through interpretation)"
    assert facts(under) == {
        f"namefloor, orgfloor: {CODE}/I-001, revision 1": ("She asked for one permit for all. textfloor",)
    }


def test_practices_are_cards_within_their_consent(document: Document) -> None:
    under = section(document, "practices")
    open_card, quiet_card = (block for block in under if isinstance(block, Card))
    assert str(open_card.attribution) == "orgpractised, Portugal"
    told = {str(label): [str(value) for value in values] for label, values in open_card.facts.rows}
    assert told["Which objectives of the Global Compact for Migration does it serve?"] == ["Access to basic services"]
    assert told["Which groups of people is this about?"] == ["Women", "Children"]
    assert told["What would you tell someone who wants to do the same?"] == ["Begin with the receptionist."]
    assert (quiet_card.title.language, str(quiet_card.attribution), quiet_card.tier) == ("ar", "a contributor", 2)
    ideas = facts([block for block in under if isinstance(block, Facts)])
    assert any("A night school hinted" in values for values in ideas.values())


def test_the_quotation_bank_goes_by_tier(document: Document) -> None:
    for tier in (4, 3, 2):
        bank = [block for block in section(document, f"quotations-{tier}") if isinstance(block, Quotation)]
        assert bank
        assert {block.tier for block in bank} == {tier}
    whole = quoted(section(document, "quotations"))
    assert all(words in whole for words in (ARABIC, FRENCH, SPANISH))
    assert "textidea" not in whole
    assert "textcounted" not in whole
    assert "textpractised" not in whole


@pytest.mark.parametrize("language", CODES)
def test_words_keep_their_language_and_labels_take_the_readers(documents: dict[str, Document], language: str) -> None:
    document = documents[language]
    languages = {str(block.text): block.text.language for block in document.blocks if isinstance(block, Quotation)}
    assert languages[f"{ARABIC} textalone"] == "ar"
    assert languages[f"{SPANISH} textunnamed"] == "es"
    assert {block.caption.language for block in tables(document)} == {language}
    assert document.title.language == (language if language in ("en", "fr", "ar") else "en")


def test_what_fell_is_counted_without_its_words(app: Flask) -> None:
    with app.app_context():
        made, digest = compiled()
        with transaction():
            submissions.withdraw(made.by_canary["named"])
            submissions.change_consent(made.by_canary["association"], Consent(Tier.IDEAS, False, False), "fr")
        document = services.document(digest, "en")
    passport = section(document, "passport")
    assert facts(passport)["Removed since the freeze"] == ("1",)
    assert said(passport, "body") == [
        "1 submission has been removed since the freeze: compile again.",
        "The consent to 1 submission was lowered since the freeze; this text obeys it.",
    ]
    assert len(document.entries) == 10
    assert figures(tables(document)[0])["All kinds"] == (14, 11)
    assert "textassociation" not in quoted(document)


def test_a_digest_of_nothing_says_why_each_section_is_empty(app: Flask) -> None:
    with app.app_context():
        with transaction():
            held = builders.listening_session("S-NOTHING", topic={}, standing=True)
            digest = services.compile_digest(held)
        document = services.document(digest, "en")
    assert str(document.title) == "Listening session S-NOTHING"
    assert facts(section(document, "passport"))["Date"] == ("Always open",)
    for anchor in ("who-we-heard", "questions", "themes", "practices"):
        assert len(said(section(document, anchor), "empty")) == 1
    assert len(said(section(document, "quotations"), "empty")) == 3
    assert document.entries == ()


def test_it_is_pure(app: Flask) -> None:
    with app.app_context():
        digest = compiled()[1]
        entries, frozen = let_through(digest.frozen), digest.frozen
        assert build(frozen, entries, "fr") == build(frozen, entries, "fr")
        fewer = build(frozen, [replace(entry, answers={}) for entry in entries[:2]], "fr")
        assert len(fewer.entries) == 2


def test_an_entry_tells_of_its_contributor_what_its_tier_allows(app: Flask) -> None:
    with app.app_context():
        made, digest = compiled()
        references = {submission.reference: canary for canary, submission in made.by_canary.items()}
        rows = {references[entry.reference]: entry for entry in services.document(digest, "en").entries}

    def who(canary: str) -> tuple[str | None, ...]:
        entry = rows[canary]
        return entry.person, entry.organisation, entry.country, entry.stakeholder_type, entry.subregion

    assert who("named") == ("namenamed", "orgnamed", "SN", "women_led", "011")
    assert who("association") == (None, "orgassociation", "ML", "women_led", "011")
    assert who("unnamed") == who("alone") == who("idea") == who("counted") == (None,) * 5
    assert rows["counted"].answers == {}
    assert (rows["counted"].themes, rows["counted"].groups) == ((), ())
    assert set(rows["quiet"].answers).isdisjoint({"country", "stakeholder_type", "partners", "links"})
    assert (rows["practised"].groups, rows["practised"].objectives) == (("children", "women"), ("gcm15",))
