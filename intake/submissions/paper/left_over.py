"""What of a paper could not be taken as an answer: kept with the draft's words, shown until somebody has seen to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from intake.submissions.sealing import Typed

_FIELD = "left_over:"


class Why(StrEnum):
    """Why a blank was not filled as it stands on the paper."""

    CHANGED = "changed"
    MARK = "mark"
    TWICE = "twice"
    BESIDE = "beside"
    COUNTRY = "country"
    NO_PLACE = "no_place"
    NOT_ASKED = "not_asked"
    PICTURE = "picture"
    STRUCK = "struck"


WORDS = {
    Why.CHANGED: _l("The boxes of this question were changed: please tick them again."),
    Why.MARK: _l("We are not sure what is ticked here: please choose again."),
    Why.TWICE: _l("More than one box was ticked: please choose one."),
    Why.BESIDE: _l("Something was written beside the boxes: please tick the one that fits."),
    Why.COUNTRY: _l("We do not know this country. Please choose it from the list."),
    Why.NO_PLACE: _l("This stood outside the frames."),
    Why.NOT_ASKED: _l("This is no longer asked."),
    Why.PICTURE: _l("A picture stood here. We cannot read pictures."),
    Why.STRUCK: _l("This was crossed out, so we did not take it as your answer."),
}


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Words as they stood on the paper, the field they stood at (empty: at none), and why they are not its answer."""

    words: str
    why: Why
    name: str = ""

    @property
    def reason(self) -> str:
        """Why, in the language of the page."""
        return str(WORDS[self.why])


def as_typed(left_over: list[LeftOver]) -> Typed:
    """As a draft keeps them, among the fields of its form."""
    return [(f"{_FIELD}{one.why}:{one.name}", one.words) for one in left_over]


def left_over_in(typed: Typed) -> list[LeftOver]:
    """What a draft keeps of them."""
    found = ((name.removeprefix(_FIELD).split(":", 1), words) for name, words in typed if is_left_over(name))
    return [LeftOver(words, Why(why), name) for (why, name), words in found]


def is_left_over(name: str) -> bool:
    """Whether a field of a draft is none of its form, but what was left over of a paper."""
    return name.startswith(_FIELD)
