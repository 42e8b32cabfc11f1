"""What a digest is frozen as: plain JSON from which every export is made again, byte for byte.

It holds nobody's words and nobody's name: those are read at export, through the gate,
which then knows of every withdrawal. A freeze is a ``dict`` of

* ``template`` int, the arrangement of the document; ``vocabulary`` 12 hex digits, the words for codes
* ``version`` int; ``compiled`` and ``cutoff`` days (ISO 8601, UTC)
* ``session``: ``code``, ``topic`` and ``purpose`` ``{language: text}``, ``series`` ``{title, footer}``,
  ``date`` and ``days`` of sittings (ISO 8601), ``sittings`` their number or None, ``standing`` bool,
  ``working_group`` ``{code, name, co_leads}`` or None, ``organisers`` names, ``format``, ``audience`` and
  ``languages`` codes, ``interpretation`` as in the programme, ``consent_ceiling`` 0–4 or None,
  ``guiding_questions`` list of ``{position, text}``
* ``received`` ``{kind: n}``
* ``organisations`` how many sent what was accepted, None where that would point at one that is not named (missing in
  freezes from before they were counted)
* ``distinct_texts`` how many texts were accepted, where those that people put together because they say nearly the
  same count once (missing in freezes from before anybody could)
* ``stakeholder_types`` and ``regions`` of what was accepted, ``{code: cell}`` with ``""`` for what was not
  said; a cell is ``{n, unnamed, contributors}``: submissions, those of them whose contributor may not be
  named by the consent at the freeze, and how many contributors sent these, each counted in the first
  of its cells only. In template 1 a cell was ``n`` alone
* ``entries``: list, by reference, of ``{reference, revision, kind, language, tier, publication, received,
  themes, objectives, translations}``; ``received`` is a day, ``translations`` the numbers of those that were
  checked by then: a later one is for the next digest (missing in freezes from before digests showed any)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from intake.foundation.multilingual import Multilingual
from intake.foundation.vocabularies import vocabulary
from intake.submissions.questionnaire import Kept, Question, Use, questions
from intake.submissions.vocabulary import Kind

from .attribution import may_name

Frozen = dict[str, Any]

TEMPLATE = 2
"""Grows whenever the same freeze would give another document: only equal ones compare (DOMAIN D7)."""

_VOCABULARIES = (
    "stakeholder_types", "countries", "m49_regions", "population_groups", "themes", "gcm_objectives",
    "session_formats", "audiences", "interpretation_modes",
)  # fmt: skip


def canonical(data: Any) -> bytes:
    """``data`` as the one JSON text it is hashed as."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(frozen: Frozen) -> str:
    """The SHA-256 of ``frozen`` (64 hex digits), whatever database it comes from."""
    return hashlib.sha256(canonical(frozen)).hexdigest()


@cache
def vocabulary_version() -> str:
    """12 hex digits that change with any code or label a digest prints."""
    words = {name: [(code, dict(term.label)) for code, term in vocabulary(name).items()] for name in _VOCABULARIES}
    return hashlib.sha256(canonical(words)).hexdigest()[:12]


def by_reference(reference: str) -> tuple[str, int]:
    """What references are sorted by, so that T-1000 stands after T-999."""
    stem, _, number = reference.rpartition("-")
    return stem, int(number)


class Cell(NamedTuple):
    """A figure of "who we heard", and what it takes to see whether somebody can be told from it.

    At most ``unnamed`` of the ``n`` submissions have a contributor who is not named; at least
    ``contributors`` people or organisations sent these. Cells add up: nobody is counted in two of a table.
    """

    n: int
    unnamed: int
    contributors: int


def cells(frozen: Frozen, table: str) -> dict[str, Cell]:
    """The cells of ``stakeholder_types`` or ``regions`` by code."""
    if frozen["template"] > 1:
        return {code: Cell(**cell) for code, cell in frozen[table].items()}
    # Nobody knows any more who of a cell is named: as many as there are may be of one cell, or none.
    named = sum(may_name(entry["tier"]) for entry in frozen["entries"])
    old: Mapping[str, int] = frozen[table]
    return {
        code: Cell(n, unnamed=min(n, len(frozen["entries"]) - named), contributors=max(0, n - named))
        for code, n in old.items()
    }


def told(frozen: Frozen) -> dict[Kind, tuple[Question, ...]]:
    """The questions whose answers a digest uses, by kind, in the order of the form; guiding questions included."""
    asked = frozen["session"]["guiding_questions"]
    guiding = tuple((question["position"], Multilingual(question["text"])) for question in asked)
    return {kind: tuple(filter(_is_told, questions(kind, guiding))) for kind in Kind}


def _is_told(question: Question) -> bool:
    return question.use is not Use.NONE and question.kept is Kept.TEXT
