"""What narrows and orders the queue, as it stands in an address that may be saved and shared.

No words that were looked for are in it: an address is seen by others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from intake.foundation.languages import CODES
from intake.foundation.paging import ID_BOUND, Cursor
from intake.foundation.vocabularies import countries, vocabulary
from intake.submissions.vocabulary import Kind, State


class Flag(StrEnum):
    """What is to be seen before everything else."""

    DANGER = "danger"
    CHILD = "child"
    MESSAGE = "message"


class Claimed(StrEnum):
    """Who is on it; beside these, the number of a colleague."""

    ME = "me"
    NOBODY = "nobody"
    SOMEBODY = "somebody"


class Order(StrEnum):
    """In which order the list goes."""

    OLDEST = "oldest"
    CHANGED = "changed"


OWN = "own-"
"""How the codes of themes begin that a listening session added itself."""

ReadAs = tuple[tuple[tuple[int, ...], tuple[str, ...]], ...]
"""The codes that are read as one theme, by the listening sessions (ids) in which they are."""

_OWN_THEME = re.compile(rf"[a-z0-9-]{{1,100}}:{OWN}[0-9]{{1,9}}")

AGES = (7, 14, 30)
"""Days for which something may be asked to have waited."""

SHOWN_STATES = tuple(state for state in State if state is not State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue; a state of None means everything that waits for a decision.

    Of a new message that may be anything: also what was decided is asked about. ``claimed`` is one
    of ``Claimed`` or the id of a person, ``region`` the M49 code of a subregion, ``who`` a kind of
    contributor, ``age`` the least number of days since it came; ``stale`` asks for what waits too long,
    ``unanswered`` for questions that had no answer for too long. ``theme`` is one as ``themes`` writes it, and
    ``read_as`` what the code books say of it: they are asked where the list is, and an address does not hold it.
    ``group`` is a population group that a passage is about.
    """

    listening_session: str | None = None
    language: str | None = None
    kind: Kind | None = None
    state: State | None = None
    flag: Flag | None = None
    region: str | None = None
    who: str | None = None
    theme: str | None = None
    group: str | None = None
    claimed: str | None = None
    age: int | None = None
    files: bool = False
    stale: bool = False
    unanswered: bool = False
    order: Order = Order.OLDEST
    after: Cursor | None = None
    read_as: ReadAs = ()

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Filters:
        """The filters in an address; what is not understood narrows nothing."""
        age = _known(arguments.get("age"), [str(days) for days in AGES])
        return cls(
            listening_session=arguments.get("session") or None,
            language=_known(arguments.get("language"), CODES),
            kind=Kind(kind) if (kind := _known(arguments.get("kind"), list(Kind))) else None,
            state=State(state) if (state := _known(arguments.get("state"), SHOWN_STATES)) else None,
            flag=Flag(flag) if (flag := _known(arguments.get("flag"), list(Flag))) else None,
            region=_known(arguments.get("region"), regions()),
            who=_known(arguments.get("who"), list(vocabulary("stakeholder_types"))),
            theme=theme if _is_theme(theme := arguments.get("theme", "")) else None,
            group=_known(arguments.get("group"), list(vocabulary("population_groups"))),
            claimed=_claimed(arguments.get("claimed")),
            age=int(age) if age else None,
            files=arguments.get("files") == "yes",
            stale=arguments.get("due") == "late",
            unanswered=arguments.get("due") == "answer",
            order=Order.CHANGED if arguments.get("order") == Order.CHANGED else Order.OLDEST,
            after=Cursor.decode(arguments.get("after")),
        )

    @classmethod
    def kept(cls, query: str) -> Filters:
        """The filters that ``query`` wrote."""
        return cls.read(dict(parse_qsl(query)))

    @property
    def query(self) -> str:
        """These filters as the part of an address after the question mark, from the first page on."""
        return urlencode(self.arguments(after=None))

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """These filters, with ``changes``, as they stand in an address."""
        new = replace(self, **changes)
        written = {
            "session": new.listening_session,
            "language": new.language,
            "kind": new.kind and new.kind.value,
            "state": new.state and new.state.value,
            "flag": new.flag and new.flag.value,
            "region": new.region,
            "who": new.who,
            "theme": new.theme,
            "group": new.group,
            "claimed": new.claimed,
            "age": new.age and str(new.age),
            "files": "yes" if new.files else None,
            "due": "late" if new.stale else "answer" if new.unanswered else None,
            "order": new.order.value if new.order is not Order.OLDEST else None,
            "after": new.after and new.after.encode(),
        }
        return {name: value for name, value in written.items() if value}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order and the place in the list is asked for."""
        return bool(replace(self, after=None, order=Order.OLDEST).arguments())

    @property
    def only_waiting(self) -> bool:
        """Whether the list is of what waits for a decision."""
        return self.stale or self.unanswered or (self.state is None and self.flag is not Flag.MESSAGE)


def regions() -> Sequence[str]:
    """The M49 codes of the subregions in which there are countries, in the order of their vocabulary."""
    there = {country.subregion for country in countries().values()}
    return [code for code in vocabulary("m49_regions") if code in there]


def countries_in(region: str) -> Sequence[str]:
    """The alpha-2 codes of the countries of a subregion."""
    return sorted(code for code, country in countries().items() if country.subregion == region)


def _known(given: str | None, allowed: Sequence[str]) -> str | None:
    return given if given in allowed else None


def _is_theme(given: str) -> bool:
    return given in vocabulary("themes") or _OWN_THEME.fullmatch(given) is not None


def _claimed(given: str | None) -> str | None:
    if given in list(Claimed):
        return given
    is_number = given is not None and given.isascii() and given.isdecimal() and len(given) <= 10
    return given if is_number and int(given or "0") < ID_BOUND else None
