"""Search: every spelling finds every other on both engines, in one's own reach only, and nothing is kept to be read."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.foundation.database import session, transaction
from intake.moderation import queries
from intake.moderation.queries import PAGE_SIZE
from intake.submissions import search, services
from intake.submissions.models import Submission
from tests import builders
from tests.forms import form_on, page, post_form, send
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, WG3_LATER, WG6, found, give, put_in_state, signed_in

SEARCH = "/en/staff/search/"

SAME = (
    # Arabic: the article and what is written onto it, hamza, alef, yeh, teh marbuta, marks, tatweel, digits
    ("الحدود", "حدود"), ("والحدود", "الحدود"), ("بالحدود", "حدود"), ("للحدود", "الحدود"), ("فالحدود", "حدود"),
    ("أطفال", "اطفال"), ("إقامة", "اقامة"), ("آمن", "امن"), ("مأوى", "ماوى"), ("مأوى", "مأوي"),
    ("هجرة", "هجره"), ("الهجرة", "هجره"), ("مسؤول", "مسوول"), ("رئيس", "رييس"), ("سماء", "سما"),
    ("مُهاجِر", "مهاجر"), ("مهـــاجر", "مهاجر"), ("١٨٧١", "1871"), ("۱۸۷۲", "1872"), ("کرونا", "كرونا"),
    ("مصری", "مصري"), ("ٱلبيت", "البيت"), ("شيءٌ", "شيء"),
    # Arabic: a lam that is the word's own, with and without the article and what is written onto it
    ("اللاجئين", "لاجئين"), ("للاجئين", "اللاجئين"), ("للاجئين", "لاجئين"), ("وللاجئين", "اللاجئين"),
    ("باللاجئين", "للاجئين"), ("لللاجئين", "اللاجئين"), ("للاجئات", "لاجئات"), ("للاجئ", "لاجئ"),
    ("للاجئة", "اللاجئة"), ("اللاجئون", "لاجئون"), ("لاجئون", "لاجيون"), ("للّاجِئِينَ", "اللاجئين"),
    ("للجنة", "اللجنة"), ("للجنة", "لجنة"), ("وللجنة", "واللجنة"), ("للجان", "اللجان"), ("للغة", "اللغة"),
    ("للغة", "لغة"), ("باللغة", "للغة"), ("للغات", "اللغات"), ("للجوء", "اللجوء"), ("للجوء", "لجوء"),
    ("للقاء", "اللقاء"), ("للقاء", "لقاء"), ("للقاءات", "اللقاءات"), ("للبنان", "لبنان"), ("لليبيا", "ليبيا"),
    ("للوائح", "اللوائح"), ("للائحة", "لائحة"), ("للحم", "لحم"), ("لليل", "الليل"), ("للمرأة", "المرأة"),
    ("وللنساء", "نساء"),
    # Arabic: where a hamza sits before waw
    ("مسؤول", "مسئول"), ("مسئول", "مسوول"), ("مَسْئُول", "مسؤول"), ("المسئولية", "مسؤولية"), ("للمسئولين", "المسؤولين"),
    ("شؤون", "شئون"), ("الشئون", "للشؤون"), ("شُئُونُنا", "شؤوننا"), ("رؤوف", "رئوف"),
    # Arabic: a hamza on the line that others set on the letter behind it
    ("رؤوس", "رءوس"), ("الرءوس", "رؤوس"), ("رُءُوس", "رووس"), ("جاءوا", "جاؤوا"), ("يقرءون", "يقرؤون"),
    ("مسءول", "مسئول"), ("مرءوسين", "مرؤوسين"), ("جزءين", "جزئين"), ("رءيس", "رئيس"), ("شيءين", "شيئين"),
    # French
    ("école", "ecole"), ("ÉCOLE", "école"), ("l’eau", "eau"), ("d'asile", "asile"), ("cœur", "coeur"),
    ("garçon", "garcon"), ("Noël", "noel"), ("sans-papiers", "sans papiers"), ("où", "ou"),
    # Spanish
    ("niño", "nino"), ("NIÑO", "niño"), ("detención", "detencion"), ("pingüino", "pinguino"), ("¿Cuándo?", "cuando"),
    ("migración", "MIGRACION"),
    # English, and names
    ("Detention", "detention"), ("co-operation", "co operation"), ("“border”", "border"), ("naïve", "naive"),
    ("Türkiye", "turkiye"), ("Kadıköy", "kadikoy"), ("Łódź", "lodz"), ("straße", "strasse"), ("café", "cafe\u0301"),
    ("ﬁle", "file"), ("ＢＯＲＤＥＲ", "border"),
)  # fmt: skip
"""Two spellings of one word, or of a few words: each finds the other."""

DIFFERENT = (
    ("حدود", "حدد"), ("هجرة", "هاجر"), ("طفل", "طفلة"), ("عمل", "عامل"), ("بيت", "بنت"), ("سجن", "سجل"),
    ("الله", "له"), ("مال", "مالك"), ("ألم", "لم"), ("1873", "1874"),
    ("لجنة", "جنة"), ("اللجنة", "الجنة"), ("لله", "له"), ("لله", "لهم"), ("لحدود", "لدود"), ("للجنود", "لجنة"),
    ("للجاني", "لجان"), ("للجانب", "اللجان"), ("لغة", "لغو"), ("لبنان", "بنان"), ("للبنات", "لبنان"), ("لبن", "للبنين"),
    ("لقاء", "لقاح"), ("للأجيال", "اللاجئين"), ("للأجور", "لاجئ"), ("اللقب", "القلب"), ("للقلب", "لقب"),
    ("مسؤول", "مسيل"), ("ناشئون", "ناشون"), ("شؤون", "شجون"), ("رئيس", "رؤوس"),
    ("رءوس", "روس"), ("رءوس", "رئيس"), ("جزءين", "جزين"), ("سوء", "سوي"), ("جزء", "جزر"),
    ("école", "école2"), ("eau", "eaux"), ("niño", "niña"), ("año", "mano"), ("pais", "paisaje"), ("cœur", "cour"),
    ("border", "boarder"), ("detention", "detentions"), ("ship", "shop"), ("work", "worker"), ("camp", "campaign"),
    ("asylum", "asile"),
)  # fmt: skip
"""Two words that are not the same: neither finds the other."""


def look(client: FlaskClient, words: str, query: str = "", **further: Any) -> TestResponse:
    return post_form(client, SEARCH + query, {"sought": words, **further}, having="sought")


def hits(client: FlaskClient, words: str, query: str = "") -> list[str]:
    return desk.listed(look(client, words, query))


def references(words: str) -> set[str]:
    """What the co-lead finds, inside an application context."""
    lead = desk.somebody(LEAD)
    page_of = queries.search(lead, queries.sessions_moderated(lead), search.Sought.read(words), queries.Filters(), None)
    return {row.submission.reference for row in page_of.rows}


def test_every_spelling_finds_every_other(app: Flask) -> None:
    said = [[give(app, what_happened=f"It was about {word} that day.") for word in pair] for pair in SAME]
    with app.app_context():
        for pair, given in zip(SAME, said, strict=True):
            for word in pair:
                assert set(given) <= references(word), pair


def test_what_is_another_word_is_not_found(app: Flask) -> None:
    said = [[give(app, what_happened=f"It was said of {word} that day.") for word in pair] for pair in DIFFERENT]
    with app.app_context():
        for (one, other), (first, second) in zip(DIFFERENT, said, strict=True):
            assert second not in references(one), (one, other)
            assert first not in references(other), (one, other)


def test_the_newest_comes_first_with_the_passage_that_was_looked_for(app: Flask, lead: FlaskClient) -> None:
    old = give(app, what_happened="So much was said before anybody spoke of the lighthouse, and nobody listened then.")
    new = give(app, WG3_LATER, what_happened="A lighthouse stood there, unlit.")
    answered = look(lead, "LIGHTHOUSE")
    assert desk.listed(answered) == [new, old]
    assert "… " in page(answered).xpath("(//p[@class='opening'])[2]")[0].text_content()
    assert "lighthouse" in page(answered).xpath("(//p[@class='opening'])[2]")[0].text_content()


def test_all_the_words_must_be_there_and_a_phrase_in_its_order(app: Flask, lead: FlaskClient) -> None:
    both = give(app, what_happened="The border guard closed the border gate at night.")
    give(app, what_happened="The border stayed open, the guard went home early.")
    assert hits(lead, "gate border") == [both]
    assert hits(lead, '"border guard"') == [both]
    assert hits(lead, "«border guard»") == [both]
    assert hits(lead, '"guard border"') == []
    assert hits(lead, '"border') == hits(lead, "border")


def test_a_search_stays_in_ones_own_reach(app: Flask) -> None:
    ours = give(app, what_happened="Tell nobody of the windmill on the hill.")
    own = give(app, what_happened="We at ACT saw the windmill burn down.", organisation="ACT Alliance")
    theirs = give(app, WG6, what_happened="The windmill is where they were held.")
    gone = give(app, what_happened="The windmill again, and then we left.")
    with app.app_context(), transaction():
        services.withdraw(found(gone))
    assert hits(signed_in(app, LEAD), "windmill") == [ours]
    assert hits(signed_in(app, COLLEAGUE), "windmill") == [own, ours]
    assert hits(signed_in(app, LEAD), "windmill", f"?session={WG6.lower()}") == []
    assert theirs not in look(signed_in(app, LEAD), "windmill").get_data(as_text=True)


def test_it_is_found_in_every_state_and_filters_narrow_it(app: Flask, lead: FlaskClient) -> None:
    accepted, waiting = (
        give(app, what_happened="A lantern in every window."),
        give(app, what_happened="No lantern....."),
    )
    put_in_state(app, accepted, "accepted")
    assert hits(lead, "lantern") == [waiting, accepted]
    assert hits(lead, "lantern", "?state=accepted") == [accepted]
    assert hits(lead, "lantern", f"?session={WG3_LATER.lower()}") == []


def test_nobody_is_found_by_who_they_are(app: Flask, lead: FlaskClient) -> None:
    give(app, contributor_name="Zenobia Example", organisation="Lighthouse Keepers", email="zenobia@example.org")
    for word in ("zenobia", "keepers", "example.org"):
        assert hits(lead, word) == []


def test_what_was_changed_is_found_by_its_new_words(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="They spoke of oranges all day long.")
    with app.app_context(), transaction():
        kept = found(reference)
        filled = services.Filled(kept.kind, "en", {**builders.TESTIMONY, "what_happened": "Of lemons, rather."}, None)  # type: ignore[arg-type]  # consent stays
        services.amend(kept, filled, seen=1)
    assert hits(lead, "lemons") == [reference]
    assert hits(lead, "oranges") == []


def test_no_word_lies_in_the_index_and_none_stays_after_a_withdrawal(app: Flask) -> None:
    reference = give(app, what_happened="Where the pomegranate grows.")
    with app.app_context():
        [entry] = session().scalars(sa.select(search.SearchEntry.words))
        assert "pomegranate" not in entry
        assert set(entry.split()[1]) <= set("abcdefghijklmnop")
        with transaction():
            services.withdraw(found(reference))
        assert session().scalars(sa.select(search.SearchEntry.words)).all() == []


def test_what_came_before_there_was_an_index_is_entered(app: Flask, lead: FlaskClient) -> None:
    reference = give(app, what_happened="From before the upgrade.")
    with app.app_context():
        with transaction() as database:
            database.execute(sa.delete(search.SearchEntry))
        assert hits(lead, "upgrade") == []
        with transaction():
            assert search.enter_missing(10) == 1
            assert search.enter_missing(10) == 0
    assert hits(lead, "upgrade") == [reference]


@pytest.mark.parametrize(
    "typed", ['"', "((", "a OR", "NOT", "*", "s1 OR s2", "\u202e", "' --", "x" * 500, "", " ", "،"]
)
def test_whatever_is_typed_is_only_words(app: Flask, lead: FlaskClient, typed: str) -> None:
    give(app)
    answered = look(lead, typed)
    assert answered.status_code == 200
    assert desk.listed(answered) == []


def test_pages_follow_one_another(app: Flask, lead: FlaskClient) -> None:
    given = [give(app, what_happened=f"Number {number} of the caravan.") for number in range(PAGE_SIZE + 3)]
    first = look(lead, "caravan")
    assert desk.listed(first) == given[:2:-1]
    second = send(lead, SEARCH, form_on(first, having="before"))
    assert desk.listed(second) == given[2::-1]
    assert not page(second).xpath("//input[@name='before']")


def test_words_are_never_in_an_address(app: Flask, lead: FlaskClient) -> None:
    give(app, what_happened="The caravan went on.")
    answered = look(lead, "caravan")
    assert not any("caravan" in href for href in page(answered).xpath("//@href | //@action"))
    assert "caravan" not in answered.headers.get("Location", "")


def test_the_number_of_statements_is_fixed(app: Flask, lead: FlaskClient) -> None:
    give(app, what_happened="The caravan went on.")
    look(lead, "caravan")
    with desk.counting(app) as one:
        look(lead, "caravan")
    for _ in range(10):
        give(app, what_happened="The caravan went on.")
    with desk.counting(app) as many:
        look(lead, "caravan")
    assert len(one) == len(many)


def test_submissions_that_are_gone_leave_the_index_to_the_database(app: Flask) -> None:
    give(app)
    with app.app_context(), transaction() as database:
        count = sa.select(sa.func.count()).select_from(search.SearchEntry)
        assert database.scalar(count) == database.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
