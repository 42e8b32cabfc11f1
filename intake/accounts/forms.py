"""The forms of the account pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, RadioField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, EqualTo, InputRequired

from intake.foundation.languages import CODES, LANGUAGES
from intake.foundation.multilingual import Text

from . import passwords
from .services import one_line


class SignInForm(FlaskForm):
    """Who somebody says they are, and the proof."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Enter your e-mail address."))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(FlaskForm):
    """A code of the authenticator app."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Enter the code."))],
        description=_l("The six figures your authenticator app shows now."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"},
    )


class ConfirmForm(FlaskForm):
    """The proof again, before something that asks for a fresh one."""

    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class ConfirmWithCodeForm(ConfirmForm, CodeForm):
    """The same, of somebody who has a second factor."""


class NewPasswordForm(FlaskForm):
    """A new password, typed twice.

    ``about`` holds what a stranger could know of the person.
    """

    password = PasswordField(
        _l("New password"),
        [InputRequired(_l("Choose a password."))],
        description=_l(
            "At least 15 characters. Four or five words that do not belong together are safe and easy to remember."
        ),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The same password again"),
        [EqualTo("password", _l("The two passwords are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, about: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._about = about

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a password that is too short or easily guessed."""
        complaint = passwords.problem(field.data or "", self._about)
        if complaint is not None:
            raise ValidationError(complaint)


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the present one."""

    current = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Enter your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


class AccountForm(FlaskForm):
    """What people decide about themselves."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter your name."))],
        description=_l("As colleagues see it."),
        render_kw={"autocomplete": "name"},
    )
    language = RadioField(
        _l("Language"),
        [AnyOf(CODES, _l("Choose a language."))],
        choices=[SelectChoice(language.code, Text(language.endonym, language.code)) for language in LANGUAGES],
        validate_choice=False,
        description=_l("The language Intake opens in when you sign in."),
    )
    wants_mail = BooleanField(
        _l("Write to me when there is something to do"),
        description=_l(
            "A mail a day at the most: how many decisions are overdue and how many questions wait. "
            "It says nothing of what people wrote."
        ),
    )

    def validate_name(self, field: StringField) -> None:
        """Refuse what is no name in one line."""
        if one_line(field.data or "") is None:
            raise ValidationError(_l("Please write a name of up to 200 characters in one line."))
