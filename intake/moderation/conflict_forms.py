"""The form by which a conflict of interest is declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, StopValidation

from intake.accounts.models import Person
from intake.accounts.services import one_line
from intake.foundation.i18n import language as interface_language
from intake.programme.models import ListeningSession
from intake.submissions.forms import Answered
from intake.submissions.questionnaire import Form, Need, Question

LONGEST_REASON = 1_000
_LONGEST_REFERENCE = 60


def _called(held: ListeningSession, reader: str) -> str:
    return f"{held.code} · {held.topic.in_language(reader).text}" if held.topic else held.code


class ConflictForm(FlaskForm):
    """With what, and why; ``person`` is asked of the secretariat alone."""

    person = SelectField(_l("Whose it is"), validate_choice=False)
    organisation = StringField(_l("An organisation"))
    listening_session = SelectField(_l("Or a whole listening session"), validate_choice=False)
    submission = StringField(
        _l("Or one submission"), description=_l("Its reference, as it stands above its text."), render_kw={"dir": "ltr"}
    )
    reason = TextAreaField(
        _l("Why?"),
        description=_l("One or two sentences. You and the secretariat read them, nobody else."),
        validators=[
            DataRequired(_l("Please say why in a sentence.")),
            Answered(Question("reason", "", Form.PROSE, Need.REQUIRED, limit=LONGEST_REASON)),
        ],
    )

    def __init__(self, sessions: Sequence[ListeningSession], people: Sequence[Person] | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sessions = {str(one.id): one for one in sessions}
        self.people = {str(one.id): one for one in people or ()}
        reader, nothing = interface_language().code, SelectChoice("", gettext("Please choose"))
        self.listening_session.choices = [
            nothing, *(SelectChoice(number, _called(one, reader)) for number, one in self.sessions.items())
        ]  # fmt: skip
        self.person.choices = [nothing, *(SelectChoice(number, one.name) for number, one in self.people.items())]
        if people is None:
            del self.person

    def validate_person(self, field: Field) -> None:
        """One of those offered."""
        if field.data not in self.people:
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def validate_organisation(self, field: Field) -> None:
        """A name in one line; and of the three ways to say with what, one."""
        if field.data and one_line(field.data) is None:
            raise StopValidation(gettext("Please write a name of up to 200 characters in one line."))
        chosen = [one for one in (field, self.listening_session, self.submission) if (one.data or "").strip()]
        if len(chosen) != 1:
            raise StopValidation(gettext("Please name one: an organisation, a listening session or a submission."))

    def validate_listening_session(self, field: Field) -> None:
        """One of those offered, or none."""
        if field.data and field.data not in self.sessions:
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def reference(self) -> str:
        """The reference that was typed."""
        return (self.submission.data or "").strip().upper()[:_LONGEST_REFERENCE]
