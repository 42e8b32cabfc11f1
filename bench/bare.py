"""The peer of a measurement: a page of Flask and WTForms with as many fields as the form, and nothing else.

It is rendered anew for everybody as their own widgets render it, with a list of 195 to choose from; there is no
database, no translation and no style.
"""

from __future__ import annotations

import secrets

from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

_PAGE = """<!doctype html><html lang="en"><title>Form</title><form method="post">{{ form.csrf_token }}
{% for field in form %}{% if field.name != "csrf_token" %}<p>{{ field.label }} {{ field }}</p>{% endif %}{% endfor %}
<button>Send</button></form></html>"""

_COUNTRIES = [(f"{number:03}", f"Country number {number}") for number in range(195)]
_YES_NO = [("yes", "Yes"), ("no", "No"), ("unsure", "I am not sure")]


class BareForm(FlaskForm):  # type: ignore[misc]  # its module has no types
    """Fields of the kinds that a testimony has."""

    country = SelectField(choices=_COUNTRIES)
    language = RadioField(choices=_COUNTRIES[:5])
    tier = RadioField(choices=_COUNTRIES[:5])
    story_of, about_child, danger, harm = (RadioField(choices=_YES_NO) for _ in range(4))
    happened, help_wanted, guiding = (TextAreaField() for _ in range(3))
    when, place, name, organisation, email = (StringField() for _ in range(5))
    publication, follow_up, declined = (BooleanField() for _ in range(3))


def create_app() -> Flask:
    """An application with that page alone."""
    app = Flask(__name__)
    app.secret_key = secrets.token_hex()
    app.add_url_rule("/", view_func=lambda: render_template_string(_PAGE, form=BareForm()))
    return app
