"""What could show who somebody is: the one list of the contributor's check and the moderators' desk.

Each rule looks for one kind of thing and says what it found and what to do instead. It is
advice, never a block: a finding is shown to the person who can judge it, and whatever they
decide stands. So a rule prefers to stay silent about what is merely possible (a street
without a number, a name without a title), but for telephones, addresses of mail and
numbers of documents, which point to one person wherever they stand.

A rule is one line of ``RULES`` and one function in ``finders``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from intake.foundation.legible import legible

from .finders import Find
from .finders.accounts import accounts, emails
from .finders.documents import long_numbers, numbers_of_documents
from .finders.names import names
from .finders.places import addresses, coordinates
from .finders.telephones import telephones
from .questionnaire import DECLINED, Kept, Question
from .sealing import Answers


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that could show who somebody is.

    ``find`` is given a legible text and the country it speaks of (ISO alpha-2), if known.
    ``direction`` is that of what it finds: numbers and addresses of mail read left to right
    in every language.
    """

    name: str
    label: Any
    advice: Any
    find: Find
    direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of a text, in code points of the text as it was typed, and the rule that found it."""

    rule: Rule
    start: int
    end: int


def screen(text: str, country: str | None = None, also: Iterable[Rule] = ()) -> tuple[Finding, ...]:
    """What ``text`` (NFC) says that could show who somebody is: in order, never overlapping.

    ``also`` are rules for this text alone; they come before those of the list.

    Where rules find overlapping spans, the longest counts, then the earlier rule. The whole
    text is always looked through, however long; see ``telephones`` for what is asked less
    thoroughly in a text with more than a thousand groups of digits.
    """
    read = legible(text)
    spans = ((rule, *span) for rule in (*also, *RULES) for span in rule.find(read.text, country))
    return tuple(Finding(rule, *read.span(start, end)) for rule, start, end in _apart(spans, len(read.text)))


def marked(text: str, findings: Iterable[Finding]) -> Iterator[tuple[str, Finding | None]]:
    """``text`` in pieces, each with the finding it is; joined again they are ``text``."""
    at = 0
    for finding in findings:
        if at < finding.start:
            yield text[at : finding.start], None
        yield text[finding.start : finding.end], finding
        at = finding.end
    if at < len(text):
        yield text[at:], None


@dataclass(frozen=True, slots=True)
class Screened:
    """An answer in which something was found: its question, and its text in pieces as ``marked`` gives them."""

    question: Question
    pieces: tuple[tuple[str, Finding | None], ...]

    @property
    def found(self) -> tuple[tuple[str, Finding], ...]:
        """Only what was found: the words, and what they are."""
        return tuple((piece, finding) for piece, finding in self.pieces if finding is not None)


def screen_answers(asked: Iterable[Question], answers: Answers) -> dict[str, Screened]:
    """Of the answers in somebody's own words those in which something was found, by question; contacts are not read."""
    given = answers.get("country")
    country = given if given and given != DECLINED else None
    found = {}
    for question in asked:
        text = str(answers.get(question.name) or "")
        is_read = question.is_prose and question.kept is Kept.TEXT
        if is_read and (findings := screen(text, country)):
            found[question.name] = Screened(question, tuple(marked(text, findings)))
    return found


def _apart(spans: Iterable[tuple[Rule, int, int]], length: int) -> list[tuple[Rule, int, int]]:
    taken, kept = bytearray(length), []
    # Sorting is stable: of two spans of one length, that of the earlier rule comes first.
    for rule, start, end in sorted(spans, key=lambda found: found[1] - found[2]):
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append((rule, start, end))
    return sorted(kept, key=lambda found: found[1])


RULES = (
    Rule(
        "email", _l("An e-mail address"), _l("Leave it out, or write: an e-mail address."),
        emails,
    ),
    Rule(
        "account", _l("An account on a social network"), _l("Leave it out, or write: an account."),
        accounts,
    ),
    Rule(
        "document", _l("The number of a document or a case"), _l("Leave it out, or write: a document number."),
        numbers_of_documents,
    ),
    Rule(
        "coordinates", _l("An exact place"), _l("Name only the region, or only the country."),
        coordinates,
    ),
    Rule(
        "telephone", _l("A telephone number"), _l("Leave it out, or write: a telephone number."),
        telephones,
    ),
    Rule(
        "address", _l("A street address"), _l("Leave it out, or name only the town."),
        addresses, direction="auto",
    ),
    Rule(
        "name", _l("The name of a person"), _l("Leave it out, or write who it was: a neighbour, a doctor."),
        names, direction="auto",
    ),
    Rule(
        "number", _l("A long number"), _l("If it belongs to somebody, leave it out."),
        long_numbers,
    ),
)  # fmt: skip
"""Every rule; where two find the same, the earlier one counts."""
