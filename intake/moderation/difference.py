"""What differs between two texts, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from intake.foundation.multilingual import Text

from .reading import Reading

_AROUND = 6
"""Words shown on each side of what differs."""
_LONG = 400
"""Words from which frequent ones are passed over in looking for what is the same: exact, it would take too long."""
_LEAST_COMMON = 0.3


class Mark(StrEnum):
    """What a piece of the later text is, beside the earlier one."""

    SAME = "same"
    ADDED = "added"
    LEFT_OUT = "left out"
    PASSED_OVER = "passed over"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that follow one another and are all the same, all added, or all left out."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Differing:
    """One answer that is not the same in both; without ``pieces`` it is another text, shown whole."""

    label: Text
    text: Text
    pieces: tuple[Piece, ...] = ()


def differing(earlier: Reading, later: Reading) -> list[Differing]:
    """The answers in somebody's own words that ``later`` gives otherwise than ``earlier``."""
    before, after = _own_words(earlier), _own_words(later)
    found = []
    for name, (label, some) in (before | after).items():
        nothing = Text("", some.language)
        old, new = before.get(name, (label, nothing))[1], after.get(name, (label, nothing))[1]
        if old.text.split() != new.text.split():
            found.append(between(label, old, new))
    return found


def _own_words(reading: Reading) -> dict[str, tuple[Text, Text]]:
    return {one.question.name: (one.label, one.values[0]) for one in reading.answers if one.question.is_prose}


def between(label: Text, old: Text, new: Text) -> Differing:
    """How ``new`` differs from ``old``, word by word; whole where little is the same, or the language is another."""
    before, after = old.text.split(), new.text.split()
    matcher = SequenceMatcher(None, before, after, autojunk=max(len(before), len(after)) > _LONG)
    is_another = bool(before and after) and matcher.quick_ratio() < _LEAST_COMMON
    if is_another or old.language != new.language:
        return Differing(label, new)
    return Differing(label, new, tuple(_pieces(matcher, before, after)))


def _pieces(matcher: SequenceMatcher[str], before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    steps = matcher.get_opcodes()
    for place, (tag, old, old_end, new, new_end) in enumerate(steps):
        if tag == "equal":
            yield from _cut(after[new:new_end], is_first=place == 0, is_last=place == len(steps) - 1)
            continue
        if old < old_end:
            yield Piece(Mark.LEFT_OUT, " ".join(before[old:old_end]))
        if new < new_end:
            yield Piece(Mark.ADDED, " ".join(after[new:new_end]))


def _cut(words: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[Piece]:
    head, tail = 0 if is_first else _AROUND, 0 if is_last else _AROUND
    if len(words) <= head + tail + 1:
        yield Piece(Mark.SAME, " ".join(words))
        return
    if head:
        yield Piece(Mark.SAME, " ".join(words[:head]))
    yield Piece(Mark.PASSED_OVER, "…")
    if tail:
        yield Piece(Mark.SAME, " ".join(words[-tail:]))
