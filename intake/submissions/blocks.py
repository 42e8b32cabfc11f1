"""Blocks: what stands in a text for the characters of words that were erased for good, to protect somebody.

Their authors read them, and may leave them where they change what they said: a new version holds them too then.
Whoever types the same character where nothing was erased wrote just that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .models import Submission

BLOCK = "\N{FULL BLOCK}"
"""What stands for a character that was erased."""

_RUN = re.compile(f"{BLOCK}+")
_WORDS_OF_BLOCKS = re.compile(rf"{BLOCK}+(?:\s+{BLOCK}+)*")
_BEFORE = re.compile(rf"(\w+)[^\w{BLOCK}]*\Z")
_AFTER = re.compile(rf"[^\w{BLOCK}]*(\w+)")
_BESIDE = 40
_MOST_COMPARED = 1_000_000


def has_erased(submission: Submission) -> bool:
    """Whether any words of ``submission`` were erased: only then are blocks in it more than what somebody typed."""
    return any(one.erased_at is not None for one in submission.revisions)


def stand_in(submission: Submission, texts: Iterable[Any]) -> bool:
    """Whether blocks in any of ``texts`` of ``submission`` stand for words that were erased."""
    return has_erased(submission) and any(isinstance(text, str) and BLOCK in text for text in texts)


def words_of_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where blocks begin and end in ``text``; those with only white space between them are one."""
    return (found.span() for found in _WORDS_OF_BLOCKS.finditer(text))


@dataclass(frozen=True, slots=True)
class _Run:
    """Blocks one beside the other, with the words around them, by which they are told from others as long."""

    start: int
    end: int
    before: str
    after: str

    def likeness(self, other: _Run) -> int:
        """How surely both stand for the same: 0 where they cannot."""
        if self.end - self.start != other.end - other.start:
            return 0
        # That both begin a text, or end it, tells nothing: whatever was before or after it may have been taken out.
        return 1 + (self.before == other.before != "") + (self.after == other.after != "")


def _runs(text: str) -> list[_Run]:
    return [
        _Run(
            found.start(), found.end(),
            _said(_BEFORE.search(text, max(0, found.start() - _BESIDE), found.start())),
            _said(_AFTER.match(text, found.end(), found.end() + _BESIDE)),
        )
        for found in _RUN.finditer(text)
    ]  # fmt: skip


def _said(found: re.Match[str] | None) -> str:
    return found.group(1) if found else ""


def moved(
    places: Iterable[tuple[int, int]], before: str, after: str, is_same: Callable[[int, int], bool]
) -> dict[int, tuple[int, int]]:
    """Where the blocks at ``places`` of the text ``before`` stand in ``after``, which its author made of it.

    By the number of the place, those that are found: blocks keep their length and their order, and the words around
    them tell which of several are left. Where it could be either of two, it is neither, unless ``is_same`` says of
    their numbers that it makes no difference.
    """
    old, new = _runs(before), _runs(after)
    if len(old) * len(new) > _MOST_COMPARED:
        return {}
    by_place = list(places)
    owner = {at: n for n, (start, end) in enumerate(by_place) for at, run in enumerate(old)
             if start < run.end and run.start < end}  # fmt: skip
    first, last = _aligned(old, new), _aligned_from_the_end(old, new)

    def is_sure(at: int) -> bool:
        """Whether it makes no difference which of the runs from ``first`` to ``last`` the run ``at`` of ``new`` is."""
        if at not in first or at not in last:
            return False
        some = range(min(first[at], last[at]), max(first[at], last[at]) + 1)
        owners = {owner.get(one) for one in some}
        return len(owners) == 1 or (None not in owners and all(is_same(owner[some[0]], owner[one]) for one in some))

    is_at = {old_at: new_at for new_at, old_at in first.items() if is_sure(new_at)}
    found = {}
    for number, (start, end) in enumerate(by_place):
        inside = [at for at in range(len(old)) if start < old[at].end and old[at].start < end]
        there = [is_at[at] for at in inside if at in is_at]
        if not inside or len(there) != len(inside):
            continue
        place = new[there[0]].start + start - old[inside[0]].start, new[there[-1]].end + end - old[inside[-1]].end
        if set(after[place[0] : place[1]].split()) and not after[place[0] : place[1]].replace(BLOCK, "").strip():
            found[number] = place
    return found


def _aligned(old: Sequence[_Run], new: Sequence[_Run]) -> dict[int, int]:
    """Which run of ``old`` each of ``new`` is, by their numbers, in the same order and as alike as can be.

    Of several ways that are as good, the one that takes the first of ``old``.
    """
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for one in reversed(range(len(old))):
        for other in reversed(range(len(new))):
            likeness = old[one].likeness(new[other])
            both = best[one + 1][other + 1] + likeness if likeness else 0
            best[one][other] = max(both, best[one + 1][other], best[one][other + 1])
    found, one, other = {}, 0, 0
    while one < len(old) and other < len(new):
        likeness = old[one].likeness(new[other])
        if likeness and best[one][other] == best[one + 1][other + 1] + likeness:
            found[other] = one
            one, other = one + 1, other + 1
        elif best[one][other] == best[one + 1][other]:
            one += 1
        else:
            other += 1
    return found


def _aligned_from_the_end(old: Sequence[_Run], new: Sequence[_Run]) -> dict[int, int]:
    """``_aligned``, but of several ways that are as good the one that takes the last of ``old``."""
    turned = _aligned(old[::-1], new[::-1])
    return {len(new) - 1 - at: len(old) - 1 - one for at, one in turned.items()}
