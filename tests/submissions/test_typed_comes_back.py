"""Whatever is typed into any kind of field comes back as it was typed: after an error, to be changed, from a draft."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.foundation.database import transaction
from intake.foundation.vocabularies import options
from intake.submissions.questionnaire import Form, Need, Question, questions
from intake.submissions.vocabulary import WRITTEN, Kind
from tests import builders
from tests.forms import fields, form_on, page, post_form

URL = "/{language}/sessions/wg3-2020-06-09/submit/{kind}"
DRAFT = "/en/receipt/draft/"
GUIDING = ((1, {"en": "What works?"}),)
MANY_TRIES = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# What no page can hold (controls, surrogates, noncharacters, damaged bytes) is told and taken out: see test_form.
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffd\ufeff\u2028\u2029")
LINES = st.text(CHARACTERS, max_size=80) | st.sampled_from([
    " spaces around ", "<b>&amp;\"'</b>", "\u202eturned\u202c", "a\u200db\u200c", "سنة 2020", "é", "e\u0301", "=1+1",
])  # fmt: skip
PROSE = st.text(CHARACTERS | st.sampled_from("\n\t"), max_size=200) | LINES


def typed_into(question: Question) -> st.SearchStrategy[Any]:
    """What somebody may do with the field of ``question``; an empty text or list is nothing."""
    codes = [code for code, _label in question.options or options(question.vocabulary or "countries", "en")]
    match question.form:
        case Form.PROSE:
            return PROSE
        case Form.ONE:
            return st.sampled_from(["", *codes])
        case Form.MANY:
            return st.lists(st.sampled_from(codes), unique=True).map(lambda some: [one for one in codes if one in some])
        case Form.LIST:
            return st.sampled_from(["", *codes])
        case Form.TICK:
            return st.sampled_from(["", "y"])
        case _:
            return LINES


def filled(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    asked = {one.name: typed_into(one) for one in questions(kind, GUIDING)}  # type: ignore[arg-type]  # its words alone
    boxes = {
        f"{one.name}_declined": st.sampled_from(["", "y"])
        for one in questions(kind)
        if one.need is Need.DECLINABLE and one.form is not Form.LIST
    }
    consent = {"consent_tier": st.sampled_from(["", "1", "2", "3", "4"]), "publication": st.sampled_from(["", "y"])}
    return st.fixed_dictionaries({**asked, **boxes, **consent})


def given_back(shown: dict[str, list[str]]) -> dict[str, Any]:
    return {
        name: values
        for name, values in shown.items()
        if name not in ("csrf_token", "form_token", "language", "saved", "wording") and any(values)
    }


def as_sent(typed: dict[str, Any]) -> dict[str, Any]:
    sent = {name: value if isinstance(value, list) else [value.replace("\n", "\r\n")] for name, value in typed.items()}
    return {name: values for name, values in sent.items() if any(values)}


@pytest.fixture
def browser_at(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        builders.listening_session(questions=(GUIDING[0][1],))
    return app.test_client()


@pytest.mark.parametrize("kind", WRITTEN)
@MANY_TRIES
@given(data=st.data())
def test_after_an_error_to_be_changed_and_from_a_draft(
    browser_at: FlaskClient, kind: Kind, data: st.DataObject
) -> None:
    typed = {name: value for name, value in data.draw(filled(kind)).items() if value}
    url = URL.format(language=data.draw(st.sampled_from(["en", "ar"])), kind=kind)
    for step in ("check", "edit", "save"):
        sent = {
            name: value if isinstance(value, list) else value.replace("\n", "\r\n") for name, value in typed.items()
        }
        # Each in a browser of its own: one that saved a form before is asked which of the two this is.
        browser = browser_at.application.test_client()
        answer = post_form(browser, url, {**sent, "step": step}, having="form_token")
        if step == "check" and not page(answer).xpath(
            "//*[@name='what_happened' or @name='problem'][not(@type='hidden')]"
        ):
            continue  # nothing was wrong
        shown = browser.get(DRAFT) if step == "save" else answer
        assert given_back(fields(form_on(shown, having="form_token"))) == as_sent(typed), step
