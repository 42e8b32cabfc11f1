"""Reading a filled form back: what each blank holds as the web form would send it, and everything else as left over.

Nothing is guessed. A box is ticked where a sign stands in it that everybody reads as a tick; a row is an answer
while its printed words are there; whatever else somebody wrote is handed back to them in their own words.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from intake.foundation.files.workshop import words_of
from intake.foundation.texts import normal
from intake.foundation.vocabularies import find_country
from intake.programme.models import ListeningSession
from intake.submissions.forms import SubmissionForm
from intake.submissions.sealing import Typed

from .blanks import CONSENT, Blank, Mark, Paper, paper_of
from .left_over import LeftOver, Why

_BOXES = frozenset("☐□◻◽⬜▢❏❐❑❒⎕")
_TICKS = frozenset("xXхХχ×✕✖✗✘⨯☒☑✓✔√⊠🗹🗷🗸✅vV٧۷")
"""Signs by which people tick. Cyrillic and Greek look the same; ٧ is what an Arabic keyboard has for a tick."""

_FRAMED = re.compile(r"[\[(](.)[\])]")
_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\ufe0e\ufe0f")


_LONGEST_CODE = 2
_EMPTY = frozenset({"", "[]", "()"})

Piece = dict[str, Any]
Row = list[Piece]
Block = dict[str, Any]
"""As ``foundation.files.story`` tells them."""


class NotThisForm(ValueError):
    """The file is a Word document, and none of our forms."""


class AnotherForm(ValueError):
    """The file is a form of ours for another session or of another kind; ``mark`` says which."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(str(mark))
        self.mark = mark


@dataclass(frozen=True, slots=True)
class Filled:
    """What a paper says: the fields of the web form, and what was left over; ``is_older``: other things were asked."""

    typed: Typed
    left_over: list[LeftOver]
    is_older: bool


def read_paper(body: bytes, held: ListeningSession, asked: type[SubmissionForm]) -> Filled:
    """What the file ``body`` fills into the form ``asked`` of the listening session ``held``.

    Raises:
        Refused: no Word file, or one that could do harm.
        TimeoutError: too many files are being read.
        NotThisForm: a Word file that is no form of ours.
        AnotherForm: a form of ours, for another place.
    """
    told = words_of(body)
    blocks: list[Block] = told["blocks"]
    mark = next((found for block in blocks for name in block["marks"] if (found := Mark.read(name))), None)
    if mark is None:
        raise NotThisForm
    if mark.kind != asked.kind or not mark.is_of(held.slug):
        raise AnotherForm(mark)
    paper = paper_of(held, asked, mark.language)
    return _Reading(paper, is_same=paper.mark == mark).read(blocks, told["notes"])


@dataclass(frozen=True, slots=True)
class _Row:
    """A box with what is printed beside it: the value it stands for (None: that is not printed there any more)."""

    value: str | None
    words: str
    ticked: bool
    doubtful: bool
    beside: bool

    @property
    def is_untaken(self) -> bool:
        """Whether more was written here than a tick."""
        return self.doubtful or self.beside or self.value is None


class _Reading:
    def __init__(self, paper: Paper, *, is_same: bool) -> None:
        self._blanks = {blank.mark: blank for blank in paper.blanks}
        self._lines = Counter(filter(None, map(_folded, paper.lines())))
        self._labels = {_folded(label.text) for blank in paper.blanks for _value, label in blank.boxes}
        self._is_same = is_same
        self._wording, self._consent_intro = paper.wording, _folded(paper.parts[-1].intro)
        self._typed: Typed = []
        self._left_over: list[LeftOver] = []

    def read(self, blocks: list[Block], notes: list[str]) -> Filled:
        """Everything on the paper, as answer or as left over."""
        awaited: Blank | None = None
        waiting, last, why = dict(self._blanks), "", Why.NO_PLACE
        for block in blocks:
            for mark in block["marks"]:
                if mark.startswith("q_") and (awaited is None or awaited.mark != mark):  # LibreOffice writes some twice
                    awaited = waiting.pop(mark, None)
                    last, why = (awaited.name, Why.NO_PLACE) if awaited else ("", Why.NOT_ASKED)
            if "piece" in block:
                printed, rest = self._parted(block, awaited)
                if printed and awaited and printed not in (_folded(awaited.label.text), _folded(awaited.hint)):
                    awaited = None  # another question begins: the frame of this one is gone
                self._leave(rest, why, last, pictures=block["piece"]["pictures"])
            elif "rows" in block:
                if awaited is not None:
                    self._answer(awaited, block["rows"])
                else:
                    self._leave_table(block["rows"], why, last)
                awaited = None
        for note in notes:
            self._leave(note, Why.NO_PLACE, "")
        # What is printed above the choice says what the session allows: in other words, it is asked again.
        if self._is_same or self._lines[self._consent_intro] == 0:
            self._typed.append(("wording", self._wording))
        return Filled(self._typed, self._left_over, is_older=not self._is_same)

    def _parted(self, block: Block, awaited: Blank | None) -> tuple[str, str]:
        """What of a paragraph is printed, and what somebody wrote there."""
        text = block["piece"]["text"]
        folded = _folded(text)
        if self._lines[folded] > 0:
            self._lines[folded] -= 1
            return folded, ""
        label = awaited.label.text if awaited and block["marks"] else ""
        if label and label in text:
            self._lines[_folded(label)] -= 1
            return _folded(label), text.replace(label, " ", 1)
        return "", text

    def _answer(self, blank: Blank, rows: list[Row]) -> None:
        if blank.boxes:
            self._ticked(blank, [self._row(blank, at, row) for at, row in enumerate(rows)])
        else:
            text = "\n".join(cell["kept"] for row in rows for cell in row).strip()
            self._written(blank, text if blank.lines > 1 else " ".join(text.split()))
            self._leave(
                "\n".join(filter(None, (cell["struck"] for row in rows for cell in row))), Why.STRUCK, blank.name
            )
        if any(cell["pictures"] for row in rows for cell in row):
            self._left_over.append(LeftOver("", Why.PICTURE, blank.name))

    def _written(self, blank: Blank, text: str) -> None:
        # "no" is an answer to many questions, and the code of Norway.
        is_code = len(text) <= _LONGEST_CODE
        answer = (None if is_code else find_country(text)) if blank.name == "country" else text
        if answer:
            self._typed.append((blank.name, answer))
        else:
            self._leave(text, Why.COUNTRY, blank.name)

    def _row(self, blank: Blank, at: int, row: list[Piece]) -> _Row:
        box, beside = row[0], row[1:]
        text = "\n".join(piece["text"] for piece in beside)
        ticked, doubtful = _state(box)
        is_struck = any(piece["struck"] or piece["pictures"] for piece in beside)
        value, further = self._value(blank, at, _folded(text))
        words = f"{box['text'].strip()} {text.strip()}".strip()
        is_doubtful = doubtful or is_struck
        return _Row(value, words, ticked and not is_doubtful, is_doubtful, beside=bool(further))

    def _value(self, blank: Blank, at: int, text: str) -> tuple[str | None, str]:
        """The value whose printed words ``text`` is, and what was written behind them."""
        if self._is_same and at < len(blank.boxes):
            value, label = blank.boxes[at]
            printed = _folded(label.text)
            return (value, text.removeprefix(printed)) if text.startswith(printed) else (None, text)
        return next(((value, "") for value, label in blank.boxes if _folded(label.text) == text), (None, text))

    def _ticked(self, blank: Blank, rows: list[_Row]) -> None:
        ticked = [row for row in rows if row.ticked and row.value is not None]
        why = _doubt(blank, rows, ticked)
        takes = why is None or _is_clear_all_the_same(blank, why, ticked)
        if takes:
            self._typed.extend((blank.name, row.value or "") for row in ticked)
        if why is not None:
            told = [row.words for row in rows if row.is_untaken or (row.ticked and not takes)]
            self._left_over.append(LeftOver("\n".join(told), why, blank.name))

    def _leave_table(self, rows: list[Row], why: Why, name: str) -> None:
        kept = [row for row in rows if not self._is_untouched(row)]
        self._leave("\n".join(" ".join(cell["text"] for cell in row) for row in kept), why, name)
        for _picture in filter(None, (cell["pictures"] for row in rows for cell in row)):
            self._left_over.append(LeftOver("", Why.PICTURE, name))

    def _is_untouched(self, row: Row) -> bool:
        """Whether a row of a table that belongs to no question holds a box of ours that nobody touched."""
        label = _folded(" ".join(cell["text"] for cell in row[1:]))
        return _state(row[0]) == (False, False) and (label in self._labels or not label)

    def _leave(self, words: str, why: Why, name: str, *, pictures: int = 0) -> None:
        if words := words.strip():
            before = self._left_over[-1] if self._left_over else None
            if before and before.words and (before.why, before.name) == (why, name) and why is Why.NO_PLACE:
                words = f"{self._left_over.pop().words}\n{words}"  # a text in several paragraphs
            self._left_over.append(LeftOver(words, why, name))
        if pictures:
            self._left_over.append(LeftOver("", Why.PICTURE, name))


def _doubt(blank: Blank, rows: list[_Row], ticked: list[_Row]) -> Why | None:
    if [row.value for row in rows] != [value for value, _label in blank.boxes]:
        return Why.CHANGED
    if any(row.doubtful for row in rows):
        return Why.MARK
    if len(ticked) > 1 and not blank.several:
        return Why.TWICE
    return Why.BESIDE if any(row.beside for row in rows) else None


def _is_clear_all_the_same(blank: Blank, why: Why, ticked: list[_Row]) -> bool:
    """Whether the ticks count although more was written: never where somebody consents."""
    if blank.name in CONSENT or why is Why.CHANGED:
        return False
    return blank.several or (why is Why.BESIDE and len(ticked) == 1)


def _state(box: Piece) -> tuple[bool, bool]:
    """Whether a box is ticked, and whether that cannot be told."""
    seen = "".join(c for c in normal(box["text"], "NFKC") if c not in _BOXES | _UNSEEN and not c.isspace())
    if seen in _EMPTY:
        # A box to click that is set and shows nothing: two programs disagree.
        return False, any((*box["checked"], box["struck"], box["pictures"]))
    framed = _FRAMED.fullmatch(seen)
    is_tick = (framed[1] if framed else seen) in _TICKS
    is_sound = is_tick and not box["struck"] and not box["pictures"]
    return is_sound, not is_sound


def _folded(text: str) -> str:
    return " ".join("".join(c for c in normal(text) if c not in _UNSEEN).split())
