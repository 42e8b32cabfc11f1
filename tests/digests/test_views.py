from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.accounts.permissions import Role
from intake.digests import services
from intake.digests.formats import FORMATS
from intake.digests.models import Digest
from intake.foundation.database import session, transaction
from intake.foundation.register import RegisterLine
from intake.submissions import services as submissions
from intake.submissions.models import Submission
from tests import builders
from tests.digests.conftest import SignIn
from tests.digests.golden_session import CODE, SLUG, accepted, submit
from tests.digests.reading import everything, statements
from tests.forms import form_on, page, post_form, send

DESK = "/en/staff/digests/"
COMPILE = f"{DESK}{SLUG}/"
FIRST = f"{DESK}{SLUG}/1/"


@pytest.fixture
def drafter(golden_there: None, app: Flask, sign_in: SignIn) -> FlaskClient:  # noqa: ARG001
    """Somebody who drafts for the golden session, beside which there is one of another group."""
    with app.app_context(), transaction():
        other = builders.listening_session("WG6-2020-05-07", group=builders.working_group("WG6"))
        submit(other, "elsewhere")
    return sign_in(Role.DRAFTER, "WG3")


@pytest.fixture
def compiled(drafter: FlaskClient) -> FlaskClient:
    """A drafter who has compiled the first digest."""
    assert post_form(drafter, DESK, action=COMPILE).status_code == 303
    return drafter


def words(client: FlaskClient, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status)
    return " ".join(page(response).text_content().split())


def register_lines(app: Flask) -> list[RegisterLine]:
    with app.app_context():
        found = sa.select(RegisterLine).where(RegisterLine.act.startswith("digest.")).order_by(RegisterLine.number)
        return list(session().scalars(found))


def test_the_desk_lists_what_the_drafter_drafts_for(drafter: FlaskClient) -> None:
    text = words(drafter, DESK)
    assert "Regular pathways in a pandemic" in text
    assert "14 received 11 accepted" in text
    assert "Compile the first digest" in text
    assert "WG6-2020-05-07" not in text


@pytest.mark.usefixtures("drafter")
def test_the_desk_of_somebody_who_drafts_for_all(sign_in: SignIn) -> None:
    text = words(sign_in(Role.DRAFTER, None), DESK)
    assert CODE in text
    assert "WG6-2020-05-07" in text
    assert "A digest can be compiled once a submission is accepted." in text


def test_an_empty_desk_says_what_would_fill_it(app: Flask, sign_in: SignIn) -> None:
    with app.app_context(), transaction():
        builders.listening_session(CODE)
    assert "There is nothing to compile yet." in words(sign_in(Role.DRAFTER, None), DESK)


def test_compiling_shows_the_digest_and_the_desk_knows_it(app: Flask, compiled: FlaskClient) -> None:
    text = words(compiled, FIRST)
    assert f"{CODE}/D-1" in text
    assert "The queue at the border was the border." in text
    assert "textcounted" not in text
    assert "Digest 1: Regular pathways in a pandemic · compiled on" in words(compiled, DESK)
    assert [(line.act, line.person_id is not None) for line in register_lines(app)] == [("digest.compile", True)]


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_the_digest_is_shown_in_the_readers_language(compiled: FlaskClient, language: str) -> None:
    document = page(compiled.get(FIRST.replace("/en/", f"/{language}/"))).get_element_by_id("digest")
    assert (document.get("lang"), document.get("dir")) == (language, "rtl" if language == "ar" else "ltr")
    spoken = {quote.get("lang", language) for quote in document.iter("blockquote")}
    assert {"es", "ar", "fr"} <= spoken


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_download_is_a_sealed_off_attachment_and_is_recorded(app: Flask, compiled: FlaskClient, name: str) -> None:
    response = post_form(compiled, FIRST, {"language": "ar"}, action="/docx") if name == "docx" else None
    if response is None:
        form = form_on(compiled.get(FIRST), action="/docx")
        response = compiled.post(f"{FIRST}{name}", data={"csrf_token": form.fields["csrf_token"], "language": "ar"})
    assert response.status_code == 200
    headers = response.headers
    assert headers["Content-Disposition"] == f'attachment; filename="{CODE}_D-1_ar.{name}"'
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == FORMATS[name].media_type
    assert "textnamed" in everything(response.data)
    line = register_lines(app)[-1]
    assert (line.act, line.subject) == ("digest.export", f"{CODE}/D-1")
    assert line.person_id is not None
    assert line.detail["sha256"] == hashlib.sha256(response.data).hexdigest()
    assert (line.detail["format"], line.detail["language"], line.detail["items"]) == (name, "ar", 11)


def test_a_get_takes_nothing_out(app: Flask, compiled: FlaskClient) -> None:
    before = len(register_lines(app))
    compiled.get(FIRST)
    assert compiled.get(f"{FIRST}docx").status_code == 405
    assert compiled.get(COMPILE).status_code == 405
    assert len(register_lines(app)) == before


@pytest.mark.parametrize("url", [COMPILE, f"{FIRST}docx"])
def test_without_a_token_nothing_happens(app: Flask, compiled: FlaskClient, url: str) -> None:
    before = len(register_lines(app))
    assert compiled.post(url, data={}).status_code == 400
    assert len(register_lines(app)) == before


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.DRAFTER, "WG6"), (Role.CO_LEAD, "WG3"), (Role.RAPPORTEUR, None), (Role.SECRETARIAT, None)],
)
@pytest.mark.usefixtures("compiled")
def test_for_everybody_else_there_is_no_digest(sign_in: SignIn, role: Role, where: str | None) -> None:
    other = sign_in(role, where)
    data = {"csrf_token": _token(other)}
    assert other.get(FIRST).status_code == 404
    assert other.post(COMPILE, data=data).status_code == 404
    assert other.post(f"{FIRST}json", data=data).status_code == 404
    assert CODE not in other.get(DESK).get_data(as_text=True)


def _token(client: FlaskClient) -> str:
    response = client.get("/en/staff/me/")
    token: str = form_on(response, having="csrf_token").fields["csrf_token"]
    return token


@pytest.mark.usefixtures("compiled")
def test_strangers_are_asked_to_sign_in(client: FlaskClient) -> None:
    for url in (DESK, FIRST):
        response = client.get(url)
        assert "textnamed" not in response.get_data(as_text=True)
        assert response.status_code in (302, 303, 401)


@pytest.mark.parametrize("url", [f"{DESK}nowhere/1/", f"{DESK}{SLUG}/2/", f"{DESK}{SLUG}/0/"])
def test_what_is_not_there_is_not_found(compiled: FlaskClient, url: str) -> None:
    assert compiled.get(url).status_code == 404


@pytest.mark.parametrize(("name", "language"), [("exe", "en"), ("docx", "xx")])
def test_an_unknown_format_or_language_is_not_found(compiled: FlaskClient, name: str, language: str) -> None:
    data = {"csrf_token": _token(compiled), "language": language}
    assert compiled.post(f"{FIRST}{name}", data=data).status_code == 404


def test_a_withdrawal_counts_on_the_page_at_once(app: Flask, compiled: FlaskClient) -> None:
    with app.app_context(), transaction() as database:
        named = database.scalars(sa.select(Submission).where(Submission.reference == f"{CODE}/T-001")).one()
        submissions.withdraw(named)
    text = words(compiled, FIRST)
    assert "The queue at the border was the border." not in text
    assert "1 submission has been removed since the freeze: compile again." in text


def test_a_second_version_is_listed_beside_the_first(compiled: FlaskClient) -> None:
    post_form(compiled, DESK, action=COMPILE)
    text = words(compiled, f"{DESK}{SLUG}/2/")
    assert "Digest 1" in text
    assert "Digest 2" in text


def test_pages_ask_as_many_questions_for_many_as_for_one(app: Flask, compiled: FlaskClient) -> None:
    def counted() -> tuple[int, int]:
        with app.app_context(), statements() as on_desk:
            compiled.get(DESK)
        with app.app_context():
            latest = session().scalar(sa.select(sa.func.max(Digest.version)))
            with statements() as on_page:
                compiled.get(f"{DESK}{SLUG}/{latest}/")
        return len(on_desk), len(on_page)

    before = counted()
    with app.app_context(), transaction():
        lead = builders.person("another@example.org")
        held = session().scalars(sa.select(Digest)).one().listening_session
        group = held.working_group
        for n in range(4):
            accepted(submit(held, f"more{n}", tier=4), lead)
            accepted(submit(builders.listening_session(f"S-{n}", group=group), f"other{n}"), lead)
        services.compile_digest(held)
    assert counted() == before


def test_the_form_of_the_digest_page_can_be_sent_as_it_stands(compiled: FlaskClient) -> None:
    form = form_on(compiled.get(FIRST), action="/docx")
    assert send(compiled, FIRST, form).data.startswith(b"PK")
