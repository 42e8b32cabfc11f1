"""The examples: what they show, that they are valid, and that they go without a trace."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.accounts.models import Organisation, Person
from intake.accounts.permissions import ROLE_LABELS
from intake.examples import loader
from intake.foundation.database import Base, session, transaction
from intake.foundation.languages import CODES
from intake.foundation.vocabularies import subregion_of
from intake.moderation import care
from intake.programme.models import ListeningSession, ReferralContact, WorkingGroup
from intake.programme.reaching import ways_to
from intake.submissions.forms import form_class
from intake.submissions.models import Submission
from intake.submissions.questionnaire import DECLINED
from intake.submissions.vocabulary import Kind, State
from tests import builders
from tests.installation import Origin, origin_of
from tests.provision.databases import Databases

KEPT_FOR_FICTION = r"tel:(\+44|0)(2079460|1632960)\d{3}|tel:\+1\d{3}55501\d\d|tel:0199\d{6}|mailto:\w+@example\.org|https://[\w-]+\.example\.org"
"""Numbers by Ofcom, the North American numbering plan and Arcep; addresses by RFC 2606."""

LEFT_BEHIND = {"register_line", "register_head", "alembic_version"}


@pytest.fixture(scope="session")
def with_examples(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    def fill(app: Flask) -> None:
        with app.app_context(), transaction():
            loader.load()

    return origin_of(databases, migrated_url, tmp_path_factory.mktemp("examples"), fill)


@pytest.fixture
def origin(request: pytest.FixtureRequest, origin: Origin) -> Origin:
    ready: Origin = request.getfixturevalue("with_examples") if "examples" in request.fixturenames else origin
    return ready


@pytest.fixture
def examples(app: Flask) -> Flask:
    """The application with the examples in it."""
    return app


def test_the_examples_show_everything_there_is(examples: Flask) -> None:
    with examples.app_context():
        found = session().scalars(sa.select(Submission)).all()
        assert len(found) >= 40
        assert {one.kind for one in found} == set(Kind)
        assert {one.state for one in found} == set(State)
        assert {one.language for one in found} == set(CODES)
        assert {one.consent_tier for one in found} == {0, 1, 2, 3, 4}
        assert len({one.stakeholder_type for one in found}) >= 10
        assert len({subregion_of(one.country) for one in found if one.country}) >= 10
        assert all(one.example for one in found)
        assert session().scalar(sa.select(sa.func.count()).select_from(ListeningSession)) == 17
        roles = Counter(role for _, held, _ in loader.sign_ins() for role in held.split(", "))
        assert {str(label) for label in ROLE_LABELS.values()} <= set(roles)
        assert len(loader.sign_ins()) >= 5


def test_what_may_be_dangerous_is_on_the_desk_of_somebody_who_is_trained(examples: Flask) -> None:
    with examples.app_context():
        (trained,) = [person for person, _held in care.trained()]
        waiting = [one.submission for one in care.queue(trained).rows]
        flagged = session().scalars(sa.select(Submission).where(Submission.state == State.SAFEGUARDING)).all()
        assert {one.reference for one in waiting} == {one.reference for one in flagged}
        assert len(waiting) >= 2
        done = [len(care.records(one, trained)) for one in waiting]
        contacts = [record.contact for one in waiting for record in care.records(one, trained) if record.contact]
        leads = session().scalars(sa.select(Person).where(Person.example, Person.id != trained.id)).all()
        assert [lead.email for lead in leads if care.queue(lead).rows] == []
    assert min(done) == 0, "one is there to begin with"
    assert max(done) >= 2
    assert contacts


def test_nobody_is_reached_by_the_help_contacts_of_the_examples(examples: Flask) -> None:
    with examples.app_context():
        contacts = session().scalars(sa.select(ReferralContact)).all()
    assert len(contacts) >= 4
    assert {one.country is None for one in contacts} == {True, False}
    assert {one.is_to_be_checked for one in contacts} == {True, False}
    for one in contacts:
        assert re.search("example|exemple|مثال", one.name, re.IGNORECASE)
        assert set(one.helps_with) == set(CODES)
        for way in ways_to(one.telephone, one.address):
            assert re.fullmatch(KEPT_FOR_FICTION, way.href or ""), way.href


def test_every_example_would_pass_the_form(examples: Flask) -> None:
    wrong: list[tuple[str, Any]] = []
    content = json.loads((loader._HERE / "submissions.json").read_text(encoding="utf-8"))
    with examples.app_context():
        held = {one.position: one for one in session().scalars(sa.select(ListeningSession))}
        for example in content["submissions"]:
            questions = tuple((q.position, q.text) for q in held[example["session"]].questions)
            data = _as_posted(example["answers"])
            with examples.test_request_context("/", method="POST", data=data):
                form = form_class(Kind(example["kind"]), questions)(meta={"csrf": False})
                if not form.validate():
                    wrong.append((example["key"], form.errors))
    assert wrong == []


def _as_posted(answers: dict[str, Any]) -> dict[str, Any]:
    posted = {name: value for name, value in answers.items() if value is not None and value is not False}
    if posted.get("happened_when") == DECLINED:
        posted["happened_when"] = ""
        posted["happened_when_declined"] = "y"
    return {name: "y" if value is True else value for name, value in posted.items()}


def test_removing_leaves_nothing_of_them(examples: Flask) -> None:
    with examples.app_context():
        with transaction():
            assert loader.remove() >= 40
        left = {
            table.name: session().scalar(sa.select(sa.func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
        assert {name: count for name, count in left.items() if count and name not in LEFT_BEHIND} == {}
        assert loader.sign_ins() == []


def test_an_instance_with_data_of_its_own_is_left_alone(app: Flask) -> None:
    with app.app_context():
        assert loader.is_empty()
        with transaction():
            builders.person("own@example.org")
        assert not loader.is_empty()


def test_removing_spares_what_is_not_an_example(examples: Flask) -> None:
    with examples.app_context():
        with transaction():
            builders.organisation("An organisation of its own")
            builders.working_group("WG9")
            own = builders.listening_session("WG9-2026-01-01")
            reference = builders.submission(own).reference
            builders.person("own@example.org")
            session().add(ReferralContact(name="Own", helps_with={"en": "Shelter"}, checked_on=date(2020, 6, 9)))
        with transaction():
            loader.remove()
        assert session().scalars(sa.select(ReferralContact.name)).all() == ["Own"]
        assert session().scalars(sa.select(Submission.reference)).all() == [reference]
        assert session().scalars(sa.select(Organisation.name)).all() == ["An organisation of its own"]
        assert session().scalars(sa.select(WorkingGroup.code)).all() == ["WG9"]


def test_what_a_newcomer_sends_to_an_example_goes_with_the_examples(examples: Flask) -> None:
    with examples.app_context():
        with transaction():
            held = session().scalars(sa.select(ListeningSession).where(ListeningSession.position == 5)).one()
            assert builders.submission(held).example
        with transaction():
            loader.remove()
        assert session().scalars(sa.select(Submission)).all() == []


def test_the_examples_are_only_for_this_machine(app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url="https://intake.example.org")
    with app.app_context(), pytest.raises(loader.InPublic), transaction():
        loader.load()
