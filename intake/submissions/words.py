"""Words about submissions that several pages share."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from .questionnaire import country_of, is_child_alone, may_be_in_danger, needs_care
from .showing import written
from .vocabulary import COUNT_LABELS, KIND_LABELS, STATE_LABELS, Kind, State

HEADINGS = {
    Kind.TESTIMONY: _l("Tell us what happened"),
    Kind.PRACTICE: _l("Share a practice that works"),
    Kind.INTERVENTION: _l("Record an intervention"),
}
_TONES = {
    State.SUBMITTED: "quiet",
    State.IN_REVIEW: "active",
    State.QUESTION_ASKED: "ask",
    State.ACCEPTED: "done",
    State.DECLINED: "closed",
    State.WITHDRAWN: "closed",
    State.SAFEGUARDING: "danger",
}
_MEANINGS = {
    State.SUBMITTED: _l("It is kept safely and waits to be read."),
    State.IN_REVIEW: _l("Somebody of the working group is reading it."),
    State.QUESTION_ASKED: _l("The working group asks you something. Please answer below."),
    State.ACCEPTED: _l("It goes into the digest of the session, within the consent you gave."),
    State.DECLINED: _l("It does not go into the digest. The reason is given below."),
    State.WITHDRAWN: _l("Nobody reads it any more."),
    State.SAFEGUARDING: _l("It is in the hands of people who are trained to protect."),
}


def template_words() -> dict[str, Any]:
    """What templates say about submissions."""
    return {
        "heading": lambda kind: HEADINGS[Kind(kind)],
        "kind_label": lambda kind: KIND_LABELS[Kind(kind)],
        "state_label": lambda state: STATE_LABELS[State(state)],
        "count_label": lambda state: COUNT_LABELS[State(state)],
        "state_tone": lambda state: _TONES[State(state)],
        "state_meaning": lambda state: _MEANINGS[State(state)],
        "written": written,
        "is_child_alone": is_child_alone,
        "may_be_in_danger": may_be_in_danger,
        "needs_care": needs_care,
        "country_of": country_of,
    }
