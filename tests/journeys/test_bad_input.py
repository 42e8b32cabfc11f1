"""Bad input, as issue and people bring it: each time a clear message in the reader's own language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa
from babel.numbers import format_decimal
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import gettext, ngettext
from werkzeug.test import TestResponse

from intake.foundation.database import transaction
from intake.foundation.i18n import speaking
from intake.foundation.identifiers import new_form_token, receipt_for
from intake.foundation.languages import BY_CODE, CODES
from intake.programme import queries
from intake.programme.commands import programme
from tests import builders
from tests.builders import TESTIMONY
from tests.forms import fields, form_on, page, post_form
from tests.programme.files import EXAMPLE

pytestmark = pytest.mark.parametrize("language", CODES)

Said = Callable[..., str]

SLUG = "wg3-2020-06-09"
STORY = "They closed the border on the day my permit ended."
WITH_A_NUL = "أغلقوا الحدود يوم انتهت إقامتي\x00 ولم يفتحوها"


@pytest.fixture(autouse=True)
def held(app: Flask) -> None:
    with app.app_context(), transaction():
        builders.listening_session()


def form_url(language: str, slug: str = SLUG) -> str:
    return f"/{language}/sessions/{slug}/submit/testimony"


@pytest.fixture
def said(app: Flask, language: str) -> Said:
    """``said(message)``: the message in the reader’s language; in another than English it must be translated."""

    def translated(message: str, plural: str = "", **values: str) -> str:
        texts = []
        for code in (language, "en"):
            with app.test_request_context(), speaking(code):
                texts.append(ngettext(message, plural, 1, **values) if plural else gettext(message, **values))
        assert language == "en" or texts[0] != texts[1]
        return texts[0]

    return translated


def shows(answer: TestResponse, language: str) -> str:
    """What the page says, which is in ``language``."""
    root = page(answer)
    assert (root.get("lang"), root.get("dir")) == (language, BY_CODE[language].direction)
    return " ".join(root.text_content().split())


def test_an_unknown_session(client: FlaskClient, language: str, said: Said) -> None:
    for address in (form_url(language, "no-such-session"), f"/{language}/sessions/no-such-session/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert said("There is no such session") in shows(answer, language)


def test_text_sent_to_an_unknown_session_comes_back(client: FlaskClient, language: str, said: Said) -> None:
    form = form_on(client.get(form_url(language)), having="consent_tier")
    answer = client.post(form_url(language, "no-such-session"), data={**fields(form), "what_happened": STORY})
    assert answer.status_code == 404
    told = shows(answer, language)
    assert said("There is no such session") in told
    assert STORY in told


def test_a_closed_session(app: Flask, client: FlaskClient, language: str, said: Said) -> None:
    with app.app_context(), transaction() as database:
        database.execute(sa.text("UPDATE listening_session SET state = 'closed'"))
    answer = client.get(form_url(language))
    assert answer.status_code == 409
    assert said("This session takes no submissions now") in shows(answer, language)


def test_a_receipt_that_cannot_be_one_and_one_that_is_nobodys(client: FlaskClient, language: str, said: Said) -> None:
    for code, message in (
        ("12345", "This cannot be a receipt code. Please compare it with your note, group by group."),
        (
            receipt_for(new_form_token()),
            "We find nothing under this code. It may be mistyped, or what was here is withdrawn.",
        ),
    ):
        answer = post_form(client, f"/{language}/receipt/", {"code": code}, having="code")
        assert answer.status_code == 422
        assert page(answer).get_element_by_id("code-error").text_content().endswith(said(message))
        assert form_on(answer, having="code").fields["code"] == code


TOO_LONG = "This has %(given)s characters; %(limit)s fit. Nothing was cut: please shorten it."
TAKEN_OUT = (
    "We took out %(num)s character that cannot be kept. Please check the text and send it again.",
    "We took out %(num)s characters that cannot be kept. Please check the text and send it again.",
)
REFUSED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "10,001 characters": ("what_happened", "ص" * 10_001, (TOO_LONG,)),
    "a NUL": ("what_happened", WITH_A_NUL, TAKEN_OUT),
    "a turning character": (
        "contributor_name",
        "Amal \u202egnorw",
        ("This contains hidden characters that change the direction of the text. Please type it again.",),
    ),
    "no country": ("country", "Atlantis", ("We do not know this country. Please choose it from the list.",)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_field_cannot_take(client: FlaskClient, language: str, said: Said, what: str) -> None:
    field, typed, message = REFUSED[what]
    sent = {**TESTIMONY, "consent_tier": "2", field: typed}
    answer = post_form(client, form_url(language), sent, having="consent_tier")
    assert answer.status_code == 422
    shows(answer, language)
    locale = BY_CODE[language].locale
    numbers = {name: format_decimal(n, locale=locale) for name, n in (("given", 10_001), ("limit", 10_000))}
    beside = str(page(answer).get_element_by_id(f"{field}-error").text_content())
    assert beside.endswith(said(*message, **numbers))
    if field != "country":
        assert form_on(answer, having="consent_tier").fields[field].strip() == typed.replace("\x00", "")


def test_a_lone_surrogate(client: FlaskClient, language: str) -> None:
    form = form_on(client.get(form_url(language)), having="consent_tier")
    typed = {**fields(form), **{name: [value] for name, value in TESTIMONY.items()}, "consent_tier": ["2"]}
    typed.pop("what_happened")
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, values in typed.items() for value in values)
    answer = client.post(
        form_url(language),
        data=f"{body}&what_happened={quote_plus(STORY)}%ED%A0%80",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 422
    shows(answer, language)
    assert form_on(answer, having="consent_tier").fields["what_happened"].strip() == STORY


def test_an_import_with_one_bad_row_in_the_middle(app: Flask, language: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(EXAMPLE.replace(b'"2020-06-09"', b'"2020-06-39"', 1))
    done = CliRunner().invoke(programme, ["import", str(bad), "--language", language], obj=lambda: app)
    assert done.exit_code == 1
    assert "2020-06-39" in done.stderr
    english = CliRunner().invoke(programme, ["import", str(bad)], obj=lambda: app)
    assert language == "en" or done.stderr.splitlines()[0] != english.stderr.splitlines()[0]
    with app.app_context():
        assert [series.slug for series in queries.all_series()] == [f"series-{SLUG}"], "nothing was imported"
