"""When which piece of a sound in boxes is heard: what its list of edits plays, and what is kept for that."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from .kinds import Refusal, Refused

Range = tuple[int, int]
"""Of pieces or bytes the first, and the one behind the last."""

_SILENCE = -1


@dataclass(frozen=True, slots=True)
class Edit:
    """A part that is played: how long, in ticks of the file, and from where, in those of the sound.

    Without a duration it is all that follows; it may also be silence.
    """

    duration: int
    start: int

    @property
    def is_heard(self) -> bool:
        """Whether it plays something."""
        return self.start != _SILENCE


class Timeline:
    """Pieces of a sound, by their ``durations``, as its ``edits`` play them."""

    def __init__(
        self, durations: list[tuple[int, int]], edits: list[Edit], scale: int, movie_scale: int, *, around: int
    ) -> None:
        """``around``: how many pieces before and behind those that are heard belong to them."""
        self._durations, self._edits = durations, edits
        self._scale, self._movie_scale = scale, movie_scale
        self._firsts, self._times = list[int](), list[int]()
        first = time = 0
        for count, ticks in durations:
            self._firsts.append(first)
            self._times.append(time)
            first, time = first + count, time + count * ticks
        self.count, self._end = first, time
        self.kept = self._kept(around)

    @property
    def is_cut(self) -> bool:
        """Whether there are pieces that nobody hears."""
        return self.kept != [(0, self.count)]

    @property
    def durations(self) -> list[tuple[int, int]]:
        """How many of the pieces that are kept take how many ticks."""
        made = list[tuple[int, int]]()
        for first, last in self.kept:
            at = bisect_right(self._firsts, first) - 1
            while at < len(self._firsts) and self._firsts[at] < last:
                count, ticks = self._durations[at]
                taken = min(last, self._firsts[at] + count) - max(first, self._firsts[at])
                before = made.pop()[0] if made and made[-1][1] == ticks else 0
                made.append((before + taken, ticks))
                at += 1
        return made

    @property
    def edits(self) -> list[Edit]:
        """The edits of what is kept."""
        starts = [first for first, _last in self.kept]
        left_out, gone = list[int](), 0
        end = 0
        for first, last in self.kept:
            gone += self._time(first) - end
            left_out.append(gone)
            end = self._time(last)
        whole = end - gone
        made = list[Edit]()
        for one in self._edits:
            if not one.is_heard:
                made.append(one)
            elif one.start < self._end:
                start = one.start - left_out[max(bisect_right(starts, self._number(one.start)) - 1, 0)]
                rest = self._in_file(whole - start)
                made.append(Edit(min(one.duration or rest, rest), start))
        return made

    def duration(self) -> int:
        """How long it plays, in ticks of the file."""
        if self._edits:
            return sum(one.duration for one in self.edits)
        return self._in_file(self._end)

    def _kept(self, around: int) -> list[Range]:
        if not self._edits:
            return [(0, self.count)]
        kept = list[Range]()
        for first, last in sorted(self._heard()):
            start, stop = max(first - around, 0), min(last + around, self.count)
            if kept and start <= kept[-1][1]:
                kept[-1] = kept[-1][0], max(stop, kept[-1][1])
            else:
                kept.append((start, stop))
        if not kept:
            raise Refused(Refusal.DAMAGED)
        return kept

    def _heard(self) -> Iterator[Range]:
        for one in self._edits:
            if one.is_heard and one.start < self._end:
                ticks = -(-one.duration * self._scale // self._movie_scale)
                end = one.start + ticks if one.duration else self._end
                yield self._number(one.start), self.count if end >= self._end else self._number(end - 1) + 1

    def _number(self, time: int) -> int:
        """The piece that is heard at a time."""
        at = bisect_right(self._times, time) - 1
        ticks = self._durations[at][1]
        return self._firsts[at] + ((time - self._times[at]) // ticks if ticks else 0)

    def _time(self, number: int) -> int:
        """When the piece begins."""
        at = bisect_right(self._firsts, number) - 1
        return self._times[at] + (number - self._firsts[at]) * self._durations[at][1]

    def _in_file(self, ticks: int) -> int:
        return -(-ticks * self._movie_scale // self._scale)
