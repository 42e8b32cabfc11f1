"""The one read path: what exists for a moderator, and what a digest may use."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.accounts.permissions import may
from intake.foundation.database import session, transaction
from intake.moderation import reading
from intake.moderation.reading import Identity, answers_for_digest, identity_for_digest
from intake.submissions import services
from intake.submissions.consent import Consent, Tier
from intake.submissions.models import Submission
from intake.submissions.questionnaire import LANGUAGES_OF_ANSWERS
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, OTHER, WG3, WG6, change, give, put_in_state, withdraw

WHO = {
    "contributor_name": "Yusra Example",
    "organisation": "Linha Aberta",
    "email": "yusra@example.org",
    "stakeholder_type": "civil_society",
}


def test_the_query_and_the_permission_agree(app: Flask) -> None:
    for where, about in ((WG3, {}), (WG6, {}), (WG3, {"organisation": "ACT"}), (WG3, {"organisation": "OHCHR"})):
        give(app, where, **about)
    withdraw(app, give(app))
    with app.app_context():
        everything = session().scalars(sa.select(Submission)).all()
        for email in (LEAD, COLLEAGUE, OTHER):
            person = desk.somebody(email)
            seen = set(session().scalars(reading.visible(sa.select(Submission), person)))
            allowed = {one for one in everything if may(person, "submission.read", one) and one.state != "withdrawn"}
            assert seen == allowed
            assert allowed
            assert seen == {one for one in everything if reading.is_readable(one, person)}


def test_a_moderator_reads_words_as_written_and_choices_in_the_own_language(app: Flask) -> None:
    reference = give(
        app, language="ar", what_happened="أغلقوا الحدود يوم انتهت إقامتي.", guiding_1="لا شيء تغير.", **WHO
    )
    with app.app_context():
        read = reading.read(desk.found(reference), desk.somebody(), "en")
    by_name = {one.question.name: one for one in read.answers}
    assert by_name["what_happened"].values[0].language == "ar"
    assert by_name["what_happened"].values[0].direction == "rtl"
    assert by_name["guiding_1"].label.text == "What changed?"
    assert by_name["country"].values == ((("Tunisia", "en")),)
    assert [str(one) for one in read.contact_held] == ["Name", "Organisation", "E-mail"]


def test_contacts_are_not_read(app: Flask) -> None:
    reference = give(app, **WHO)
    with app.app_context():
        read = repr(reading.read(desk.found(reference), desk.somebody(), "en"))
    assert not [value for value in WHO.values() if value in read and value != "civil_society"]


def test_what_does_not_exist_for_somebody_is_not_read(app: Flask) -> None:
    reference = give(app)
    with app.app_context():
        submission, person = desk.found(reference), desk.somebody(OTHER)
        for read in (
            lambda: reading.read(submission, person, "en"),
            lambda: reading.opening(submission, submission.revisions[0], reading.reach_of(person)),
            lambda: reading.thread(submission, person),
            lambda: reading.history(submission, person),
        ):
            with pytest.raises(reading.Unreadable):
                read()


@pytest.mark.parametrize(("length", "whole"), [(160, True), (161, False), (5000, False)])
def test_an_opening_is_one_line_of_bounded_length(app: Flask, length: int, whole: bool) -> None:
    reference = give(app, what_happened="a\n b" + "c" * (length - 3))
    with app.app_context():
        submission = desk.found(reference)
        opening = reading.opening(submission, submission.revisions[0], reading.reach_of(desk.somebody()))
    assert opening.text.startswith("a bcc")
    assert len(opening.text) <= 160
    assert opening.text.endswith("…") is not whole


def for_digest(app: Flask, reference: str) -> tuple[dict[str, Any] | None, Identity]:
    with app.app_context():
        submission = desk.found(reference)
        return answers_for_digest(submission), identity_for_digest(submission)


@pytest.mark.parametrize(
    ("tier", "identity"),
    [
        (4, Identity("Yusra Example", "Linha Aberta", "PT", "civil_society", "039")),
        (3, Identity(None, "Linha Aberta", "PT", "civil_society", "039")),
        (2, Identity(None, None, None, "civil_society", "039")),
        (1, Identity(None, None, None, "civil_society", "039")),
    ],
)
def test_a_digest_learns_of_somebody_what_the_tier_tells(app: Flask, tier: int, identity: Identity) -> None:
    about = WHO | {"links": "https://linha.example", "partners": "Linha Aberta and the city"}
    reference = give(app, kind=Kind.PRACTICE, tier=tier, **about)
    put_in_state(app, reference, "accepted")
    answers, told = for_digest(app, reference)
    assert told == identity
    assert answers is not None
    assert answers["title"] == "A help line in six languages"
    assert not {"contributor_name", "organisation", "email"} & set(answers)
    assert ({"country", "links", "partners"} & set(answers) != set()) is (tier >= 3)


def test_a_digest_gets_no_answer_given_for_moderation_only(app: Flask) -> None:
    reference = give(app, tier=4, place="Sfax", contributor_name="Yusra Example")
    put_in_state(app, reference, "accepted")
    answers, _told = for_digest(app, reference)
    assert set(answers or {}) == {"what_happened", "country"}


def test_counted_only_gives_nothing(app: Flask) -> None:
    reference = give(app, tier=0, **WHO)
    put_in_state(app, reference, "accepted")
    assert for_digest(app, reference) == (None, Identity())


def test_only_what_is_accepted_now_is_given(app: Flask) -> None:
    reference = give(app, tier=4, **WHO)
    for state in ("submitted", "in_review", "question_asked", "declined", "safeguarding"):
        put_in_state(app, reference, state)
        assert for_digest(app, reference) == (None, Identity())


def test_a_withdrawal_counts_at_once(app: Flask) -> None:
    reference = give(app, tier=4, **WHO)
    put_in_state(app, reference, "accepted")
    withdraw(app, reference)
    assert for_digest(app, reference) == (None, Identity())


def test_lowered_consent_counts_at_once(app: Flask) -> None:
    reference = give(app, tier=4, **WHO)
    put_in_state(app, reference, "accepted")
    with app.app_context(), transaction():
        services.change_consent(desk.found(reference), Consent(Tier.COUNTED, False, False), "en")
    assert for_digest(app, reference) == (None, Identity())


def test_the_ceiling_of_the_session_counts(app: Flask) -> None:
    reference = give(app, tier=4, **WHO)
    put_in_state(app, reference, "accepted")
    with app.app_context(), transaction():
        desk.held(WG3).consent_ceiling = 2
    answers, told = for_digest(app, reference)
    assert told == Identity(None, None, None, "civil_society", "015")
    assert answers is not None
    assert "country" not in answers


def test_care_for_the_person_concerned_counts(app: Flask) -> None:
    reference = give(app, tier=4, recognition_harm="unsure", **WHO)
    put_in_state(app, reference, "accepted")
    assert for_digest(app, reference)[1] == Identity(None, None, None, "civil_society", "015")


def test_the_country_spoken_of_is_not_the_speakers(app: Flask) -> None:
    about = {
        "entity": "A State",
        "speaker": "Ms Example",
        "country": "PT",
        "summary": "All were extended.",
        "point": "practice",
    }
    reference = give(app, kind=Kind.INTERVENTION, tier=4, **about)
    put_in_state(app, reference, "accepted")
    answers, told = for_digest(app, reference)
    assert told == Identity("Ms Example", "A State", None, None, None)
    assert answers is not None
    assert answers["country"] == "PT"


def test_a_digest_learns_in_which_language_an_answer_is(app: Flask) -> None:
    reference = give(app, tier=2, what_would_help="ورقة واحدة من البلدين معًا تقول إننا عالقون ولسنا مخالفين.")
    put_in_state(app, reference, "accepted")
    answers, _told = for_digest(app, reference)
    assert answers is not None
    assert answers[LANGUAGES_OF_ANSWERS] == {"what_would_help": "ar"}


def test_the_accepted_revision_is_given_and_no_other(app: Flask) -> None:
    reference = give(app, tier=2)
    change(app, reference, state="accepted", accepted_revision=7)
    assert for_digest(app, reference) == (None, Identity())


def test_somebody_without_roles_sees_nothing(app: Flask) -> None:
    give(app)
    with app.app_context():
        person = builders.person("nobody@example.org")
        assert session().scalars(reading.visible(sa.select(Submission), person)).all() == []
