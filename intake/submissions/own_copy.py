"""A copy of what somebody told us, for themselves: what they wrote, what they agreed to, the signed receipt."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask_babel import format_date, gettext

from intake.foundation import clock
from intake.foundation.i18n import in_this_language, language
from intake.foundation.multilingual import Text
from intake.foundation.typesetting import typeset

from . import blocks
from .consent import TIER_LABELS, Tier, asked_of, limits_of
from .models import Submission
from .proof import legible, picture, signed_receipt
from .questionnaire import Form, Section
from .services import Version, current_answers, versions_of
from .showing import Shown
from .vocabulary import Kind

FILE_NAME = "copy.pdf"
"""What a downloaded copy is called: it stands in the list of downloads, and tells nobody anything."""

_TEMPLATE = Path(__file__).parent / "data" / "own_copy.typ"
_GROUP = 8
"""Characters of a signed receipt after which a line may end; white space in it does not matter."""


def agreed(submission: Submission) -> list[Any]:
    """What its contributor agreed to, in the words of the form, and why less of it is used where that is so."""
    given = submission.consent.permissions()
    asked = asked_of(Kind(submission.kind), submission.listening_session.ceiling, machines=True).permissions
    tier, ceiling = submission.consent_tier, submission.listening_session.ceiling
    limits = limits_of(tier, cap=submission.tier_cap, promised=submission.held_to, ceiling=ceiling)
    allowed = (words for name, words in asked.items() if given[name])
    return [TIER_LABELS[Tier(tier)], *limits, *allowed]


def blocks_explained(submission: Submission, texts: Iterable[Any]) -> str:
    """What blocks in ``texts`` of ``submission`` stand for, in the language of the page; empty where none do."""
    if not blocks.stand_in(submission, texts):
        return ""
    return gettext(
        "Blocks (█) stand for words that were erased for good, to protect somebody. Nobody can read any more what "
        "was there."
    )


def as_pdf(submission: Submission, shown: Iterable[tuple[Section, tuple[Shown, ...]]]) -> bytes:
    """The copy of ``submission``, whose answers are ``shown``, as a PDF in the language of the page."""
    answers = [(str(section.title), [_line(line) for line in lines]) for section, lines in shown]
    consent = [{"label": None, "prose": False, "values": [_here(str(one)) for one in agreed(submission)]}]
    content = {
        "page": _here(""),
        "title": gettext("A copy of what you told us"),
        "blocks": _here(blocks_explained(submission, current_answers(submission).values())),
        "facts": [{"label": label, "value": value} for label, value in _facts(submission)],
        "sections": [
            {"title": title, "lines": lines} for title, lines in [*answers, (gettext("What you agreed to"), consent)]
        ],
        "signed": _signed(submission),
    }
    return typeset(_TEMPLATE, content)


def _facts(submission: Submission) -> Iterable[tuple[str, dict[str, str]]]:
    yield gettext("Session"), _plain(in_this_language(submission.listening_session.topic))
    yield gettext("Public reference"), _plain(Text(submission.reference, "en"))
    yield gettext("Received on"), _here(format_date(clock.day(submission.received_at), "long"))


def _line(line: Shown) -> dict[str, Any]:
    return {
        "label": _plain(line.label),
        "prose": line.question.form is Form.PROSE,
        "values": [_plain(value) for value in line.values],
    }


def fingerprints(submission: Submission) -> list[tuple[str, str]]:
    """Of every version what its fingerprint is called, and the fingerprint in groups, to be compared by eye.

    Of one of which words were erased there is none: that is what it is called.
    """
    return [(_name_of(one), legible(one.fingerprint)) for one in versions_of(submission)]


def _name_of(version: Version) -> str:
    day = format_date(clock.day(version.at), "long")
    if not version.fingerprint:
        return gettext(
            "Words of version %(number)s, sent on %(day)s, were erased to protect somebody: its fingerprint cannot be "
            "made any more.", number=version.number, day=day,
        )  # fmt: skip
    return gettext("Fingerprint of version %(number)s, sent on %(day)s", number=version.number, day=day)


def _signed(submission: Submission) -> dict[str, Any] | None:
    text = signed_receipt(submission)
    if not text:
        return None
    return {
        "title": gettext("Proof that you submitted"),
        "alt": gettext("The signed receipt, to be photographed"),
        "fingerprints": [{"label": label, "value": value} for label, value in fingerprints(submission)],
        "text": " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP)),
        "picture": picture(text).svg,
    }


def _here(text: str) -> dict[str, str]:
    return _plain(Text(text, language().code))


def _plain(text: Text) -> dict[str, str]:
    return {"text": text.text, "language": text.language, "direction": text.direction}
