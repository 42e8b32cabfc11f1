"""What contributors are told of the register: what became of what they sent, behind their receipt.

``TOLD`` is the one place that says which kinds of line they read, and in which words. A line tells no more than its
day: neither who did it, nor which words it was about, nor anything of what others sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from intake.foundation import clock, i18n
from intake.foundation.languages import name_of
from intake.foundation.register import RegisterLine

from . import queries
from .models import Submission
from .vocabulary import ContactReason

_RECEIVE = "submission.receive"
_WHERE_FROZEN = "intake.where_frozen"

WHY_OPENED = {
    ContactReason.QUESTION: _l("to ask you something, as you allowed"),
    ContactReason.CONSENT: _l("to check what you agreed to"),
    ContactReason.DANGER: _l("somebody may be in danger"),
    ContactReason.ASKED: _l("you asked us to get in touch"),
}
"""Why contacts were opened, as it is told to the contributor."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of lines of one kind: of how many on one day, and of what their detail ``of`` holds, if anything.

    Of how many a line tells, where it is more than one thing, its detail ``many`` holds.
    """

    words: Callable[[int, str], str]
    of: str = ""
    many: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, and the day."""

    day: date
    words: str


def _said(words: Any) -> Told:
    return Told(lambda _many, _what: str(words))


def _language(code: str) -> str:
    return name_of(code, i18n.language().code)


_TRANSLATED = Told(lambda _many, code: _("Words of it were translated into %(language)s.", language=_language(code)),
                   of="language")  # fmt: skip
_PROTECTED = _said(_l("It was given to people who are trained to protect."))

TOLD: dict[str, Told | None] = {
    # What was sent, and what its contributor did with it.
    _RECEIVE: _said(_l("We received it.")),
    "submission.amend": _said(_l("You changed it.")),
    "submission.attach": Told(lambda many, _w: ngettext("%(num)s file was added.", "%(num)s files were added.", many)),
    "submission.detach": Told(
        lambda many, _w: ngettext("%(num)s file was removed.", "%(num)s files were removed.", many)
    ),
    "submission.raise_consent": _said(_l("You allowed more.")),
    "submission.lower_consent": _said(_l("You allowed less.")),
    # After these nothing is left to be told behind the receipt.
    "submission.withdraw": None,
    "submission.erase": None,
    # These stand among the messages of the same page.
    "submission.ask": None,
    "submission.answer": None,
    "submission.tell": None,
    "submission.write": None,
    # What people decided.
    "submission.start": _said(_l("The working group began to read it.")),
    "submission.accept": _said(_l("It was accepted.")),
    "submission.decline": _said(_l("It was not accepted.")),
    "submission.keep": _said(_l("The version that was accepted before was kept.")),
    "submission.reopen": _said(_l("The decision was taken back.")),
    "submission.undo": _said(_l("The working group took its last step back.")),
    "submission.safeguard": _PROTECTED,
    "submission.danger": _PROTECTED,
    "submission.return": _said(_l("It went back to the working group.")),
    # What was done to protect people.
    "submission.redact": Told(
        lambda many, _w: ngettext(
            "%(num)s passage was hidden, to protect people.", "%(num)s passages were hidden, to protect people.", many
        )
    ),
    "submission.lift": Told(
        lambda many, _w: ngettext("%(num)s passage was shown again.", "%(num)s passages were shown again.", many)
    ),
    "submission.erase_words": Told(
        lambda many, _w: ngettext(
            "%(num)s passage was erased for good, to protect people.",
            "%(num)s passages were erased for good, to protect people.",
            many,
        ),
        many="passages",
    ),
    "submission.ask_erasure": None,  # nothing is done before somebody else agrees
    "submission.keep_words": None,
    "submission.withhold": Told(
        lambda many, _w: ngettext(
            "%(num)s file was held back, to protect people.", "%(num)s files were held back, to protect people.", many
        )
    ),
    "submission.give_back": Told(
        lambda many, _w: ngettext(
            "%(num)s file is held back no longer.", "%(num)s files are held back no longer.", many
        )
    ),
    "submission.reveal_contact": Told(
        lambda _many, reason: _("Your contact details were opened: %(reason)s.", reason=_why(reason)), of="reason"
    ),
    # What was translated, by whom it was made possible, and what left.
    "submission.translate": _TRANSLATED,
    "submission.return_translation": _TRANSLATED,
    "submission.check_translation": Told(
        lambda _many, code: _("Somebody checked the translation into %(language)s.", language=_language(code)),
        of="language",
    ),
    "submission.give_to_machine": Told(
        lambda _many, code: _(
            "Words of it were given to a machine to be translated into %(language)s, as you allowed.",
            language=_language(code),
        ),
        of="language",
    ),
    "submission.machine_translation": None,  # what came back from there: a draft
    "submission.export_translation": Told(
        lambda _many, code: _(
            "It was taken out as a file, to be translated into %(language)s.", language=_language(code)
        ),
        of="language",
    ),
    "digest.compile": Told(
        lambda _many, version: _("It went into version %(number)s of the digest, within your consent.", number=version)
    ),
    "digest.export": Told(
        lambda _many, version: _("Version %(number)s of the digest was taken out as a file.", number=version)
    ),
    # How the desk works: who is on it, how it is coded, what lies beside it, what it holds ready to be sent.
    "bulk.claim": None,
    "bulk.hand": None,
    "bulk.release": None,
    "bulk.spam": None,
    "bulk.theme": None,
    "bulk.undo": None,
    "question.change": None,
    "question.discard": None,
    "question.hold": None,
    "question.remind": None,
    "submission.add_excerpt": None,
    "submission.change_excerpt": None,
    "submission.code": None,
    "submission.code_afresh": None,
    "submission.done_afresh": None,
    "submission.hand_over": None,
    "submission.lift_cap": None,
    "submission.move_excerpt": None,
    "submission.open_file": None,
    "submission.put_back_excerpt": None,
    "submission.remove_excerpt": None,
    "submission.seen": None,
    "submission.take_over": None,
    # What tells about what others sent.
    "submission.dissolve_group": None,
    "submission.put_together": None,
    "submission.say_organiser": None,
    "submission.stand_for_group": None,
    "submission.take_out": None,
    # What was done for somebody in danger: who reads over a shoulder must not learn it.
    "safeguarding.note": None,
    "safeguarding.outcome": None,
    "safeguarding.referral": None,
    "safeguarding.tell": None,
    # Of whole sessions and of nobody's submission: the line does not say whose words were in it.
    "agreement.ask": None,
    "agreement.done": None,
    "agreement.export": None,
    "codebook.add": None,
    "codebook.define": None,
    "codebook.export": None,
    "codebook.merge": None,
    "codebook.rename": None,
    "codebook.split": None,
    "gap.export": None,
    "gap.invited": None,
    "gap.not_relevant": None,
    "gap.open": None,
    "picture.export": None,
    "programme.added": None,
    "programme.changed": None,
    "programme.exported": None,
    "programme.imported": None,
    # Of the people who work here, and of the installation.
    "conflict.declare": None,
    "conflict.end": None,
    "keys.remove": None,
    "keys.rotate": None,
    "person.activate": None,
    "person.add": None,
    "person.change": None,
    "person.deactivate": None,
    "person.grant": None,
    "person.invite": None,
    "person.reset_second_factor": None,
    "person.revoke": None,
    "person.set_password": None,
    "person.set_second_factor": None,
    "question_template.add": None,
    "question_template.change": None,
    "question_template.provide": None,
    "question_template.restore": None,
    "question_template.retire": None,
    "queue.forget_filters": None,
    "queue.save_filters": None,
    "referral.keep": None,
    "referral.remove": None,
    "visit.end_all": None,
    "visit.start": None,
}
"""Every kind of line of the register, and what contributors are told of it; None: it is not for them."""


def ask_where_frozen(app: Flask, ask: Callable[[Submission], Mapping[str, int]]) -> None:
    """Let ``ask`` say which digests froze a submission, name and version: they lie above this feature."""
    app.extensions[_WHERE_FROZEN] = ask


def steps(submission: Submission) -> list[Step]:
    """What happened to ``submission``, the oldest first, in the language of the page.

    What happened several times on a day is told once.
    """
    ask: Callable[[Submission], Mapping[str, int]] = current_app.extensions[_WHERE_FROZEN]
    digests = ask(submission)
    found: Counter[tuple[date, Told, str]] = Counter()  # which keeps the order in which they came
    for line in _lines(submission, digests):
        told = TOLD[line.act]
        if told is not None:
            moment = submission.received_at if line.act == _RECEIVE else line.at
            what = str(digests[line.subject]) if line.subject in digests else str(line.detail.get(told.of, ""))
            found[clock.day(moment), told, what] += int(line.detail.get(told.many, 1))
    return [Step(day, told.words(many, what)) for (day, told, what), many in found.items()]


def _lines(submission: Submission, digests: Iterable[str]) -> list[RegisterLine]:
    """The lines about it, in their order.

    Examples that were removed leave their lines, and their references are given again: what was before it was received
    is of another one.
    """
    told = [act for act, words in TOLD.items() if words is not None]
    lines = queries.register_lines([submission.reference, *digests], told)
    first = max((place for place, line in enumerate(lines) if line.act == _RECEIVE), default=0)
    return list(lines[first:])


def _why(reason: str) -> str:
    return str(WHY_OPENED[ContactReason(reason)])
