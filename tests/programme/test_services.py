from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.foundation import register
from intake.foundation.database import session, transaction
from intake.foundation.register import RegisterLine
from intake.programme import queries, services
from intake.programme.models import GuidingQuestion, Sitting
from intake.programme.record import FIELDS, record_of
from intake.programme.services import CodeIsFixed
from intake.programme.vocabulary import SessionState
from intake.submissions import drafts
from intake.submissions import services as submissions
from intake.submissions.vocabulary import Kind
from tests import builders

OTHER: dict[str, Any] = {
    "position": 4,
    "slug": "elsewhere",
    "state": "closed",
    "date": "2020-06-10",
    "time_zone": "Africa/Tunis",
    "topic": {"en": "Another topic"},
    "working_group": "WG2",
    "organisers": ["FAO", "IDC"],
    "people": [{"role": "discussant", "name": None}],
    "format": ["webinar"],
    "sittings": 2,
    "sitting_times": [
        {"starts_at": "2020-06-10T09:00+01:00", "minutes": 90, "time_zone": "Africa/Tunis", "language": "fr",
         "link": None}
    ],
    "audience": ["civil_society"],
    "purpose": {"ar": "الغرض"},
    "guiding_questions": [{"en": "Why?"}, {"en": "How?"}],
    "languages": ["fr"],
    "interpretation": {"mode": "simultaneous", "from": ["fr"], "to": "en", "scope": None},
    "consent_ceiling": 2,
    "standing": True,
    "outputs": [{"kind": "policy_brief", "title": {"en": "A brief"}, "status": "planned"}],
    "documents": [{"kind": "agenda", "title": None, "role": "announcement", "language": None, "url": "https://x.org/a"}],
    "related": [],
}  # fmt: skip


@pytest.mark.parametrize("field", [field for field in FIELDS if field not in ("code", "related")])
def test_each_field_changes_alone_and_its_revision_tells_how(app: Flask, field: str) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session()
        before = record_of(held)
        revision = services.change_session(held, {field: OTHER[field]})
        assert revision is not None
        assert revision.changes == {field: [before[field], OTHER[field]]}
        session().flush()
        session().expire_all()
        assert record_of(held) == before | {field: OTHER[field]}


def test_what_is_not_different_is_no_change(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session()
        services.change_session(held, {field: OTHER[field] for field in OTHER if field != "position"})
        changed_at = held.changed_at
        assert services.change_session(held, record_of(held)) is None
        assert (len(held.revisions), held.changed_at) == (1, changed_at)


def test_revisions_are_numbered_and_say_who(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session()
        person = builders.person()
        services.change_session(held, {"date": "2020-06-10"}, person_id=person.id)
        services.change_session(held, {"date": "2020-06-11"})
        assert [(one.number, one.person_id) for one in held.revisions] == [(1, person.id), (2, None)]
        lines = session().scalars(sa.select(RegisterLine).order_by(RegisterLine.number)).all()
        assert [(line.act, line.subject, line.detail) for line in lines[-2:]] == [
            ("programme.changed", held.code, {"fields": "date"})
        ] * 2
        assert register.first_broken_line() is None


def test_a_code_never_changes(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session()
        with pytest.raises(CodeIsFixed):
            services.change_session(held, {"code": "OTHER"})


def test_questions_and_sittings_change_in_place(app: Flask) -> None:
    """Answers are kept by question, and what was said by sitting: their rows stay the same rows."""
    with app.app_context(), transaction():
        questions_asked = ({"en": "A?"}, {"en": "B?"}, {"en": "C?"})
        held = builders.listening_session(state=SessionState.SCHEDULED, questions=questions_asked)
        services.change_session(held, {"sitting_times": OTHER["sitting_times"]})
        questions = session().scalars(sa.select(GuidingQuestion.id).order_by(GuidingQuestion.position)).all()
        sittings = session().scalars(sa.select(Sitting.id)).all()
        services.change_session(
            held,
            {"guiding_questions": [{"en": "A, again?"}, {"en": "B?"}],
             "sitting_times": [OTHER["sitting_times"][0] | {"minutes": 60}, OTHER["sitting_times"][0]]},
        )  # fmt: skip
        kept = session().scalars(sa.select(GuidingQuestion.id).order_by(GuidingQuestion.position)).all()
        assert kept == questions[:2]
        assert session().scalars(sa.select(Sitting.id).order_by(Sitting.position)).all()[0] == sittings[0]


@pytest.mark.parametrize(
    "texts", [[], [{"en": "B?"}, {"en": "A?"}], [{"en": "A?"}], [{"en": "Something else?"}, {"en": "B?"}]]
)
def test_questions_that_people_may_have_answered_stay_where_they_are(app: Flask, texts: list[dict[str, str]]) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session(questions=({"en": "A?"}, {"en": "B?"}))
        with pytest.raises(services.QuestionsAreAsked):
            services.change_session(held, {"guiding_questions": texts})
        translated = [{"en": "A?", "fr": "A ?"}, {"en": "B?"}, {"en": "C?"}]
        assert services.change_session(held, {"guiding_questions": translated}) is not None


@pytest.mark.parametrize(
    "texts",
    [
        [{"es": "¿B?"}, {"es": "¿A?"}],
        [{"en": "A?"}, {"en": "B?"}],
        [{"es": "¿A?", "ar": "هل توافقون على نشر أسمائكم؟"}, {"es": "¿B?"}],
        [{}, {"es": "¿B?"}],
    ],
)
def test_questions_without_english_words_stay_as_well(app: Flask, texts: list[dict[str, str]]) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session(questions=({"es": "¿A?", "ar": "أ؟"}, {"es": "¿B?"}))
        with pytest.raises(services.QuestionsAreAsked):
            services.change_session(held, {"guiding_questions": texts})
        added = [{"es": "¿A?", "ar": "أ؟", "fr": "A ?"}, {"es": "¿B?", "en": "B?"}]
        assert services.change_session(held, {"guiding_questions": added}) is not None


def test_related_sessions_are_told_by_position(app: Flask) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session()
        other = services.add_session(
            held.series, {"position": 2, "slug": "two", "code": "TWO", "state": "tbd", "topic": {"en": "Two"}}
        )
        revision = services.change_session(held, {"related": [2]})
        assert revision is not None
        assert revision.changes == {"related": [[], [2]]}
        assert held.related == [other]


def test_any_change_of_the_row_itself_is_noticed(app: Flask) -> None:
    with app.app_context():
        with transaction():
            builders.listening_session()
        before = queries.version()
        with transaction():
            held = queries.session_by_slug("wg3-2020-06-09")
            assert held is not None
            held.state = "closed"
        assert queries.version() != before


@pytest.mark.parametrize("kept", ["submission", "withdrawn", "draft"])
@pytest.mark.parametrize("texts", [[], [{"en": "B?"}, {"en": "A?"}], [{"en": "B?"}]])
def test_questions_that_have_answers_stay_though_the_session_was_put_back(
    app: Flask, kept: str, texts: list[dict[str, str]]
) -> None:
    with app.app_context(), transaction():
        held = builders.listening_session(questions=({"en": "A?"}, {"en": "B?"}))
        if kept == "draft":
            typed = [("guiding_1", "An answer.")]
            drafts.save(typed, held, Kind.TESTIMONY, form_token=builders.TOKEN, interface_language="en")
        else:
            made = builders.submission(held, guiding_1="An answer.")
        if kept == "withdrawn":
            submissions.withdraw(made)
        services.change_session(held, {"state": "scheduled"})
        with pytest.raises(services.QuestionsAreAsked):
            services.change_session(held, {"guiding_questions": texts})
        translated = [{"en": "A?", "fr": "A ?"}, {"en": "B?"}, {"en": "C?"}]
        assert services.change_session(held, {"guiding_questions": translated, "state": "open"}) is not None
