"""A copy of one's own answers: the page, and the PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pypdf
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from intake.foundation.config import Settings
from intake.foundation.database import session, transaction
from intake.foundation.identifiers import grouped
from intake.foundation.languages import CODES
from intake.foundation.post import OutgoingMail, deliver_due
from intake.submissions.models import Submission
from intake.submissions.proof import read_signed_receipt, signed_receipt
from intake.submissions.views.receipt import mails, mails_from_here
from tests import builders
from tests.forms import form_on, page, post_form
from tests.installation import application

DOOR, MINE, COPY, FILE = "/en/receipt/", "/en/receipt/submission/", "/en/receipt/copy/", "/en/receipt/copy/file"
ARABIC = "أغلقوا الحدود"
HOSTILE = '*bold* #panic("no") $x$ `raw` <label> @ref \\ \u202eturned\u202c "quoted" // end'


def kept(app: Flask, client: FlaskClient, **answers: str) -> None:
    with app.app_context(), transaction():
        builders.submission(builders.listening_session(), token=builders.TOKEN, tier=3, **answers)
    assert post_form(client, DOOR, {"code": builders.CODE}, having="code").status_code == 302


def read(pdf: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return reader, "".join(one.extract_text() for one in reader.pages)


def test_the_page_shows_everything_and_can_be_printed(app: Flask, client: FlaskClient) -> None:
    kept(app, client, contributor_name="Amal Example")
    shown = page(client.get(COPY)).xpath("string(//main)")
    for words in ("They closed the border", "Amal Example", "WG3-2020-06-09/T-001", "Proof that you submitted"):
        assert words in shown
    assert builders.CODE not in shown


def test_it_says_why_less_is_used_than_was_allowed(app: Flask, client: FlaskClient) -> None:
    kept(app, client, recognition_harm="yes")
    careful, in_session = "Because somebody could be harmed", "In this session nobody is named"
    for place in (MINE, COPY):
        shown = page(client.get(place)).xpath("string(//main)")
        assert careful in shown
        assert in_session not in shown
    with app.app_context(), transaction():
        session().scalars(sa.select(Submission)).one().listening_session.consent_ceiling = 2
    for place in (MINE, COPY):
        assert in_session in page(client.get(place)).xpath("string(//main)")
    assert careful in " ".join(read(client.get(FILE).data)[1].split())


@pytest.mark.parametrize("language", CODES)
def test_the_file_holds_the_answers_and_says_nothing_else(app: Flask, client: FlaskClient, language: str) -> None:
    kept(app, client, organisation="Maison Ouverte")
    response = client.get(FILE.replace("/en/", f"/{language}/"))
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == "attachment; filename=copy.pdf"
    reader, text = read(response.data)
    assert "They closed the border on the day my permit ended." in " ".join(text.split())
    assert "Maison Ouverte" in text
    assert (reader.root_object["/Lang"], reader.root_object["/MarkInfo"]["/Marked"]) == (language, True)
    assert b"<pdfuaid:part>1<" in response.data
    assert {name: str(value).strip() for name, value in (reader.metadata or {}).items()} == {
        "/Title": "Intake", "/Creator": "Intake",
    }  # fmt: skip
    for unsaid in (b"Typst", b"ModifyDate", b"CreateDate", b"CreationDate"):
        assert unsaid not in response.data


def test_words_are_never_markup(app: Flask, client: FlaskClient) -> None:
    kept(app, client, what_happened=HOSTILE + "\n\n" + ARABIC)
    response = client.get(FILE)
    text = " ".join(read(response.data)[1].split())
    for words in ('*bold* #panic("no") $x$ `raw` <label> @ref', '"quoted" // end', "turned"):
        assert words in text
    assert "\u202e" not in text


def test_a_letter_that_no_font_has_keeps_nobody_from_a_copy(app: Flask, client: FlaskClient) -> None:
    kept(app, client, what_happened="Before \ue123 and after, long enough to be kept.")
    response = client.get(FILE)
    assert response.status_code == 200
    assert "and after" in read(response.data)[1]


def test_the_signed_receipt_on_paper_can_be_typed_off(app: Flask, client: FlaskClient) -> None:
    kept(app, client)
    text = read(client.get(FILE).data)[1]
    with app.app_context():
        signed = signed_receipt(session().query(Submission).one())
        squeezed = "".join(text.split())
        assert signed in squeezed
        assert read_signed_receipt(squeezed[squeezed.index(signed) :][: len(signed)])


def test_without_the_code_there_is_no_copy(client: FlaskClient) -> None:
    for url in (COPY, FILE):
        assert client.get(url).headers["Location"] == DOOR


@pytest.fixture
def mailing(settings: Settings) -> Iterator[Flask]:
    """An installation that can send mail."""
    with application(replace(settings, smtp_url="smtp://127.0.0.1:25")) as app:
        yield app


def waiting(app: Flask) -> list[OutgoingMail]:
    with app.app_context():
        return list(session().scalars(sa.select(OutgoingMail)))


def test_the_signed_receipt_is_mailed_and_the_mail_gives_nothing_away(mailing: Flask) -> None:
    client = mailing.test_client()
    kept(mailing, client, contributor_name="Amal Example")
    done = post_form(client, COPY, {"email": "amal@example.org"}, having="email")
    assert done.headers["Location"] == COPY
    assert "on its way" in page(client.get(COPY)).text_content()
    (mail,) = waiting(mailing)
    said = mail.subject + mail.body
    for secret in ("WG3", "border", "Amal", "amal", builders.CODE, grouped(builders.CODE), "submi"):
        assert secret not in said
    assert b"amal@example.org" not in (mail.recipient or b"")
    proof = mail.body.split("\n\n")[-1]
    with mailing.app_context():
        assert read_signed_receipt(proof).reference == "WG3-2020-06-09/T-001"
        assert deliver_due(lambda _message: None) == 1
    (mail,) = waiting(mailing)
    assert (mail.recipient, mail.body) == (None, "")


def test_a_wrong_address_comes_back_and_many_mails_are_refused(mailing: Flask) -> None:
    client = mailing.test_client()
    kept(mailing, client)
    wrong = post_form(client, COPY, {"email": "amal at example"}, having="email")
    assert wrong.status_code == 422
    assert form_on(wrong, having="email").fields["email"] == "amal at example"
    answers = [post_form(client, COPY, {"email": "amal@example.org"}, having="email") for _ in range(4)]
    assert [one.status_code for one in answers] == [302, 302, 302, 429]
    assert form_on(answers[-1], having="email").fields["email"] == "amal@example.org"
    assert len(waiting(mailing)) == 3


@pytest.mark.parametrize("full", ["address", "place"])
def test_an_address_and_a_place_have_had_enough_whatever_the_submission(mailing: Flask, full: str) -> None:
    client = mailing.test_client()
    kept(mailing, client)
    with mailing.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        while mails.take("amal@example.org") if full == "address" else mails_from_here.take():
            pass
    refused = post_form(client, COPY, {"email": "amal@example.org"}, having="email")
    assert (refused.status_code, len(waiting(mailing))) == (429, 0)
    other = "somebody@example.org"
    if full == "address":
        assert post_form(client, COPY, {"email": other}, having="email").status_code == 302


def test_who_cannot_send_mail_offers_none(app: Flask, client: FlaskClient) -> None:
    kept(app, client)
    assert not page(client.get(COPY)).xpath("//input[@name='email']")
