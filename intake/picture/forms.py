"""The form by which a gap is seen to."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from intake.foundation.texts import clean

_LONGEST = 500


def _stripped(typed: str | None) -> str:
    return clean(typed or "").text.strip()


class MarkForm(FlaskForm):
    """A note on what was done: whom one invited, or why nobody needs to be."""

    note = StringField(
        _l("Note"),
        filters=[_stripped],
        validators=[Length(max=_LONGEST, message=_l("This is too long. Please shorten it."))],
        description=_l("Whom you invited, or why this does not matter here. Please name organisations, not people."),
    )
