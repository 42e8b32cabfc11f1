"""Translations in a digest: beside the original, checked, of nothing that the original may not say."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask

from intake.digests import queries, services
from intake.digests.document import Document, Quotation
from intake.digests.models import Digest
from intake.foundation.database import session, transaction
from intake.moderation import services as desk_services
from intake.moderation import translation
from intake.submissions import services as submissions
from intake.submissions.consent import Consent, Tier
from intake.submissions.vocabulary import Kind
from tests.digests.reading import facts, in_all_formats, section, statements
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, WG3, found, give, held, somebody
from tests.moderation.translating import ENGLISH, hide, serving, told, use, whole, write

NEVER = "zqdraft"


@pytest.fixture(autouse=True)
def a_desk(app: Flask) -> None:
    desk.set_up(app)


def accept(app: Flask, reference: str) -> None:
    with app.app_context(), transaction():
        desk_services.decide(found(reference), "accept", somebody(), version=found(reference).version)


def compiled(app: Flask) -> int:
    with app.app_context(), transaction():
        return services.compile_digest(held(WG3)).version


def digest(version: int) -> Digest:
    made = queries.digest_of(held(WG3), version)
    assert made is not None
    return made


def document(app: Flask, version: int, language: str = "en") -> Document:
    with app.app_context():
        return services.document(digest(version), language)


def quotations(made: Document) -> list[tuple[str, str, str]]:
    return [
        (str(one.text), str(one.translation.text), str(one.translation.by))
        for one in made.blocks
        if isinstance(one, Quotation) and one.translation
    ]


def words_of(made: Document) -> str:
    rows = [row for block in made.blocks for row in getattr(block, "rows", ())]
    cells = [str(part) for _label, values in (row for row in rows if isinstance(row[1], tuple)) for part in values]
    return "\n".join([*cells, *(part for one in quotations(made) for part in one)])


def test_it_stands_beside_the_original_in_every_format(app: Flask) -> None:
    reference = told(app)
    write(app, reference, *ENGLISH, checked=True)
    accept(app, reference)
    version = compiled(app)
    with app.app_context():
        original = str(submissions.current_answers(found(reference))["what_happened"])
        by_format = in_all_formats(digest(version))
    assert set(quotations(document(app, version))) == {(original, "\n\n".join(ENGLISH), "Translation: Lead")}
    for name, content in by_format.items():
        for said in (ENGLISH[1], "أغلقوا الحدود", "Translation: "):
            assert said in content, (name, said)
    (row,) = csv.DictReader(io.StringIO(by_format["csv"]))
    assert row["translations"] == "what_happened: " + "\n\n".join(ENGLISH) + "\n(Translation: Lead)"
    (entry,) = json.loads(by_format["json"])["entries"]
    assert [(one["question"], one["text"]["language"]) for one in entry["translations"]] == [("what_happened", "en")]
    assert quotations(document(app, version, "fr")) == quotations(document(app, version, "ar")) == []


def test_it_is_said_who_answers_for_it(app: Flask) -> None:
    reference = told(app, machine_translation=True)
    write(app, reference, *ENGLISH)
    with serving() as server, app.app_context():
        use(app, server.url)
        about, lead = found(reference), somebody()
        with transaction():
            given = translation.give_to_machine(about, lead, 1, "fr")
        made, _failed = translation.ask_machine(given, "fr")
        with transaction():
            translation.keep_of_machine(about, lead, 1, "fr", made)
    for target in ("en", "fr"):
        drafts = {pair.seen for pair in whole(app, reference, target).pairs}
        with app.app_context(), transaction():
            translation.check(found(reference), somebody(COLLEAGUE), 1, target, drafts)
    accept(app, reference)
    version = compiled(app)
    assert {by for *_words, by in quotations(document(app, version))} == {"Translation: Lead; checked by Colleague"}
    assert {by for *_words, by in quotations(document(app, version, "fr"))} == {
        "Traduction : une machine ; vérifiée par Colleague"
    }


def test_nothing_that_is_drafted_or_stale_is_used(app: Flask) -> None:
    drafted, half, changed = told(app), told(app), told(app)
    write(app, drafted, *(f"{one} {NEVER}" for one in ENGLISH))
    write(app, half, *(f"{one} {NEVER}" for one in ENGLISH[:2]), checked=True)
    write(app, changed, *ENGLISH, checked=True)
    for reference in (drafted, half, changed):
        accept(app, reference)
    version = compiled(app)
    assert len({original for original, *_rest in quotations(document(app, version))}) == 1
    hide(app, changed, "أمينة")
    assert quotations(document(app, version)) == [], "something was hidden in what it was made of"
    with app.app_context():
        assert not [name for name, content in in_all_formats(digest(version)).items() if NEVER in content]
    write(app, changed, None, "Somebody waited for three days.", checked=True)
    assert quotations(document(app, version)) == [], "what was checked later is for the next digest"
    (said,) = {said for _original, said, _by in quotations(document(app, compiled(app)))}
    assert "Somebody waited" in said
    assert ENGLISH[1] not in said


def test_the_same_freeze_gives_the_same_until_what_it_shows_stands_no_more(app: Flask) -> None:
    reference = told(app)
    accept(app, reference)
    early = compiled(app)
    before = in_formats(app, early)
    write(app, reference, *ENGLISH, checked=True)
    assert in_formats(app, early) == before
    late = compiled(app)
    assert quotations(document(app, late))
    write(app, reference, "They shut it.")
    assert quotations(document(app, late)) == [], "somebody wrote another one that nobody checked yet"


def in_formats(app: Flask, version: int) -> dict[str, str]:
    with app.app_context():
        return in_all_formats(digest(version))


@pytest.mark.parametrize("tier", list(Tier))
def test_consent_counts_for_it_as_for_the_original(app: Flask, tier: Tier) -> None:
    reference = told(app, tier=Tier.NAMED)
    write(app, reference, *ENGLISH, checked=True)
    accept(app, reference)
    version = compiled(app)
    with app.app_context(), transaction():
        submissions.change_consent(found(reference), Consent(tier, False, False), "en")
    made = document(app, version)
    assert bool(quotations(made)) == (tier >= Tier.ANONYMOUS)
    assert (ENGLISH[1] in words_of(made)) == (tier >= Tier.IDEAS)
    with app.app_context():
        read = [name for name, content in in_all_formats(digest(version)).items() if ENGLISH[1] in content]
    assert bool(read) == (tier >= Tier.IDEAS)
    if tier == Tier.IDEAS:
        labels = [label for label in facts(section(made, "themes")) if "Translation" in label]
        assert labels == [f"Do not quote: {reference}, revision 1 – Translation: Lead"]
    with app.app_context(), transaction():
        submissions.withdraw(found(reference))
    assert quotations(document(app, version)) == []


def test_a_practice_has_it_under_each_answer(app: Flask) -> None:
    asked: dict[str, Any] = {"title": "عيادة لا تسأل عن الأوراق", "what_was_done": "نقلنا التسجيل إلى قاعة الانتظار."}
    reference = give(app, kind=Kind.PRACTICE, language="ar", **asked)
    write(app, reference, "A clinic that asks for no papers", checked=True)
    accept(app, reference)
    made = document(app, compiled(app))
    (card,) = [block for block in made.blocks if block.kind == "card"]
    assert str(card.title) == asked["title"]
    rows = {str(label): [str(value) for value in values] for label, values in card.facts.rows}
    (under,) = [label for label in rows if "Translation: Lead" in label]
    assert rows[under] == ["A clinic that asks for no papers"]
    assert [asked["what_was_done"]] in rows.values()


def test_however_many_there_are_it_takes_the_same_statements(app: Flask) -> None:
    counts = []
    for more in (1, 3):
        for _one in range(more):
            reference = told(app)
            write(app, reference, *ENGLISH, checked=True)
            accept(app, reference)
        version = compiled(app)
        with app.app_context(), statements() as seen:
            services.document(digest(version), "en")
            session().rollback()
        counts.append(len(seen))
    assert counts[0] == counts[1]
