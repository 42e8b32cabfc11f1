"""The forms of the safeguarding desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, StopValidation

from intake.accounts.models import Person
from intake.accounts.scopes import EVERYWHERE, Reach
from intake.foundation.texts import number_in
from intake.programme.models import ReferralContact, WorkingGroup
from intake.submissions.forms import Answered
from intake.submissions.models import Submission
from intake.submissions.questionnaire import Form, Need, Question

from .forms import LONGEST_WORDS
from .models import CareKind

KIND_LABELS = {
    CareKind.REFERRAL: _l("Referred to somebody who helps"),
    CareKind.OUTCOME: _l("What came of it"),
    CareKind.NOTE: _l("A note"),
}


def _prose(name: str, missing: Any) -> list[Any]:
    asked = Question(name, "", Form.PROSE, Need.REQUIRED, limit=LONGEST_WORDS)
    return [DataRequired(missing), Answered(asked)]


class CareForm(FlaskForm):
    """What was done: a referral and to which contact, an outcome, or a note."""

    kind = RadioField(_l("What do you write down?"), validate_choice=False)
    contact = SelectField(_l("To which contact"), validate_choice=False)
    words = TextAreaField(
        _l("In a few words"),
        description=_l("Only those who take care of it read this. It is erased with the submission."),
        validators=_prose("words", _l("Please fill this in.")),
    )

    def __init__(self, contacts: Sequence[ReferralContact], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.contacts = {str(one.id): one for one in contacts}
        self.kind.choices = [SelectChoice(kind.value, label) for kind, label in KIND_LABELS.items()]
        nobody = SelectChoice("", gettext("None of these"))
        self.contact.choices = [nobody, *(SelectChoice(number, one.name) for number, one in self.contacts.items())]

    def validate_kind(self, field: Field) -> None:
        """One of the three."""
        if field.data not in {kind.value for kind in CareKind}:
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def validate_contact(self, field: Field) -> None:
        """One of those offered, or none."""
        if field.data and field.data not in self.contacts:
            raise StopValidation(gettext("Please choose one of the answers shown."))


class ReturnForm(FlaskForm):
    """Why a submission can be handled like any other, as it was seen."""

    version = HiddenField()
    words = TextAreaField(
        _l("Why can it be handled like any other?"),
        description=_l("The co-leads of the session read this."),
        validators=_prose("words", _l("Please fill this in: nothing has been decided yet.")),
    )

    def __init__(self, submission: Submission, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words.id = self.words.label.field_id = "return-words"
        if not self.version.data:
            self.version.data = str(submission.version)

    def seen(self) -> int:
        """The version that was on the page; 0 for what no page holds."""
        return number_in(self.version.data) or 0


class TrainedForm(FlaskForm):
    """Who is trained, and for which working group, or for all."""

    person = SelectField(_l("Who is trained"), validate_choice=False)
    where = SelectField(_l("For which working group"), validate_choice=False)

    def __init__(self, people: Sequence[Person], groups: Sequence[WorkingGroup], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.people = {str(one.id): one for one in people}
        self.reaches = {"": EVERYWHERE, **{one.code: Reach(working_group_id=one.id) for one in groups}}
        nobody = SelectChoice("", gettext("Please choose"))
        self.person.choices = [nobody, *(SelectChoice(number, one.name) for number, one in self.people.items())]
        self.where.choices = [SelectChoice(code, code or gettext("For all of them")) for code in self.reaches]

    def validate_person(self, field: Field) -> None:
        """One of those offered."""
        if field.data not in self.people:
            raise StopValidation(gettext("Please choose one of the answers shown."))

    def validate_where(self, field: Field) -> None:
        """One of those offered."""
        if (field.data or "") not in self.reaches:
            raise StopValidation(gettext("Please choose one of the answers shown."))
