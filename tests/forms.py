"""Posting a form as a browser does: the page is fetched, its fields are kept, and what is typed is added."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse


def page(response: TestResponse) -> Any:
    """The parsed page of ``response``."""
    return html.document_fromstring(response.get_data(as_text=True))


def fields(form: Any) -> dict[str, list[str]]:
    """What a browser would send for ``form`` as it stands."""
    areas = set(form.xpath(".//textarea/@name"))
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(_as_sent(value) if name in areas else value)
    for apart in form.xpath("//select[@form=$id]", id=form.get("id", "")):
        values.setdefault(apart.name, []).append(apart.value)
    return values


def _as_sent(area: str) -> str:
    """A browser drops the line break after ``<textarea>`` and sends every other one as CR LF."""
    return area.replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")


def form_on(response: TestResponse, *, having: str | None = None, action: str | None = None) -> Any:
    """The form of a page that has a field called ``having``, or whose action ends with ``action``."""
    for form in page(response).forms:
        if "leave" in (form.get("action") or ""):
            continue
        if having is not None and having not in form.fields:
            continue
        if action is not None and not (form.get("action") or "").endswith(action):
            continue
        return form
    raise AssertionError("no such form on the page")


def post_form(
    client: FlaskClient,
    url: str,
    typed: dict[str, Any] | None = None,
    *,
    having: str | None = None,
    action: str | None = None,
    **options: Any,
) -> TestResponse:
    """Fetch ``url``, fill its form with ``typed`` and post it where it goes."""
    response = client.get(url)
    assert response.status_code == 200, response.status
    return send(client, url, form_on(response, having=having, action=action), typed, **options)


def send(client: FlaskClient, url: str, form: Any, typed: dict[str, Any] | None = None, **options: Any) -> TestResponse:
    """Post ``form``, found on the page ``url``, with ``typed`` added to what it holds."""
    return client.post(form.get("action") or url, data={**fields(form), **(typed or {})}, **options)
