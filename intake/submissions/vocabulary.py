"""The words of a submission: kinds, states, channels."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext


class Kind(StrEnum):
    """What somebody tells a listening session."""

    TESTIMONY = "testimony"
    PRACTICE = "practice"
    INTERVENTION = "intervention"


KIND_LABELS = {
    Kind.TESTIMONY: _l("Testimony"),
    Kind.PRACTICE: _l("Practice example"),
    Kind.INTERVENTION: _l("Intervention"),
}
LETTER = {Kind.TESTIMONY: "T", Kind.PRACTICE: "P", Kind.INTERVENTION: "I"}
WRITTEN = (Kind.TESTIMONY, Kind.PRACTICE)
"""The kinds a contributor writes; an intervention is recorded by a rapporteur."""


class State(StrEnum):
    """Where a submission stands; the legal moves are in ``submissions.workflow``."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    QUESTION_ASKED = "question_asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SAFEGUARDING = "safeguarding"


STATE_LABELS = {
    State.SUBMITTED: _l("Received"),
    State.IN_REVIEW: _l("Being read"),
    State.QUESTION_ASKED: _l("Question asked"),
    State.ACCEPTED: _l("Accepted"),
    State.DECLINED: _l("Not accepted"),
    State.WITHDRAWN: _l("Withdrawn"),
    State.SAFEGUARDING: _l("Safeguarding"),
}


COUNT_LABELS = {
    State.SUBMITTED: lazy_pgettext("count", "Received"),
    State.IN_REVIEW: lazy_pgettext("count", "Being read"),
    State.QUESTION_ASKED: lazy_pgettext("count", "Question asked"),
    State.ACCEPTED: lazy_pgettext("count", "Accepted"),
    State.DECLINED: lazy_pgettext("count", "Not accepted"),
    State.WITHDRAWN: lazy_pgettext("count", "Withdrawn"),
    State.SAFEGUARDING: lazy_pgettext("count", "Safeguarding"),
}
"""The states under a number of submissions: in most languages the words agree with it."""


class Channel(StrEnum):
    """How a submission reached us."""

    FORM = "form"
    FLOOR = "floor"
    EXAMPLE = "example"


class ContactReason(StrEnum):
    """Why somebody opens the contacts: what the register keeps of it."""

    QUESTION = "question"
    CONSENT = "consent"
    DANGER = "danger"
    ASKED = "asked"
