"""The forms of the programme's desk."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput

from intake.foundation.i18n import language
from intake.foundation.languages import CODES, LANGUAGES, SOURCE_LANGUAGE, name_of
from intake.foundation.multilingual import Text
from intake.foundation.texts import clean, has_direction_controls
from intake.foundation.vocabularies import options

from .models import ReferralContact

_LONGEST = {"name": 200, "telephone": 100, "address": 300, "other_languages": 100}
_LINES = ("name", "telephone", "address")
_LONGEST_HELP = 500
EVERYWHERE = ""


class ReferralForm(FlaskForm):
    """One place where somebody in danger can turn to."""

    country = SelectField(_l("Country"), validate_choice=False)
    name = StringField(_l("Name"))
    telephone = StringField(_l("Telephone"), render_kw={"dir": "ltr"})
    address = StringField(_l("Web address or e-mail"), render_kw={"dir": "ltr"})
    languages = SelectMultipleField(_l("Languages spoken there"), option_widget=CheckboxInput(), validate_choice=False)
    other_languages = StringField(
        _l("Other languages spoken there"),
        description=_l("Their codes (ISO 639), for example: fa for Persian, ti for Tigrinya."),
        render_kw={"dir": "ltr"},
    )

    def __init__(self, contact: ReferralContact | None = None, **kwargs: Any) -> None:
        super().__init__(data={} if contact is None else _held(contact), **kwargs)
        self.languages.choices = [SelectChoice(one.code, Text(one.endonym, one.code)) for one in LANGUAGES]
        self.country.choices = [
            SelectChoice(EVERYWHERE, gettext("Every country")),
            *(SelectChoice(code, label) for code, label in options("countries", language().code)),
        ]

    def validate_country(self, field: Field) -> None:
        """A country of the list, or every one."""
        if all(choice.value != (field.data or "") for choice in field.choices):
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def validate_name(self, field: Field) -> None:
        """There must be one."""
        if not (field.data or "").strip():
            raise StopValidation(gettext("Please fill this in."))
        _check_line(field)

    def validate_telephone(self, field: Field) -> None:
        """One way to reach them is enough, and there must be one."""
        if not (field.data or "").strip() and not (self.address.data or "").strip():
            raise StopValidation(gettext("Please give a telephone number or an address."))
        _check_line(field)

    def validate_address(self, field: Field) -> None:
        """One line."""
        _check_line(field)

    def validate_languages(self, field: Field) -> None:
        """Of ours."""
        if not set(field.data or ()) <= set(CODES):
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def validate_other_languages(self, field: Field) -> None:
        """Codes of languages that have a name: a mistyped one would tell nobody anything."""
        _check_line(field)
        for code in _codes_in(field.data):
            if name_of(code, SOURCE_LANGUAGE.code) == code:
                raise StopValidation(gettext("This is no code of a language: %(code)s", code=code))

    def columns(self) -> dict[str, Any]:
        """What to keep; call after ``validate()`` said yes."""
        texts = {one.code: (self[f"helps_{one.code}"].data or "").strip() for one in LANGUAGES}
        lines = {name: " ".join((self[name].data or "").split()) for name in _LINES}
        spoken = dict.fromkeys([*(self.languages.data or ()), *_codes_in(self.other_languages.data)])
        return {
            "country": self.country.data or None, "helps_with": {c: t for c, t in texts.items() if t},
            "languages": list(spoken), **lines,
        }  # fmt: skip


def _held(contact: ReferralContact) -> dict[str, Any]:
    spoken = contact.languages or ()
    return {
        **{name: getattr(contact, name) or "" for name in ("country", *_LINES)},
        **{f"helps_{code}": text for code, text in contact.helps_with.items()},
        "languages": [code for code in spoken if code in CODES],
        "other_languages": ", ".join(code for code in spoken if code not in CODES),
    }


def _codes_in(text: str | None) -> list[str]:
    return [code.lower() for code in re.split(r"[\s,;،؛]+", text or "") if code]


def _check_line(field: Field) -> None:
    text = field.data or ""
    if len(text) > _LONGEST[field.name] or clean(text).removed or has_direction_controls(text):
        raise StopValidation(gettext("This is too long, or holds characters that cannot be kept."))


def _check_help(form: ReferralForm, field: Field) -> None:
    text = field.data or ""
    if len(text) > _LONGEST_HELP or clean(text).removed:
        raise StopValidation(gettext("This is too long, or holds characters that cannot be kept."))
    first = f"helps_{LANGUAGES[0].code}"
    if field.name == first and not any((form[f"helps_{one.code}"].data or "").strip() for one in LANGUAGES):
        raise StopValidation(gettext("Please say, in at least one language, what this contact helps with."))


for _one in LANGUAGES:
    setattr(
        ReferralForm,
        f"helps_{_one.code}",
        TextAreaField(
            _l("What they help with (%(language)s)", language=_one.endonym),
            validators=[_check_help],
            render_kw={"rows": 2, "lang": _one.code, "dir": _one.direction},
        ),
    )
