"""Hidden words, known again wherever they are said: in any spelling, as words of their own, never inside others.

This is the one place that says what "the same words" are: what is proposed to be hidden, what is counted before words
are erased, what is erased, and what warns of them afterwards all go by it. Little words of one letter that Arabic
writes onto the next («وأمينة», «لأمينة») are no part of it, numbers are the same however their digits are grouped, and
characters that nobody sees are passed over. Where a script leaves no space between words, each of its letters is one.

Once they are erased nothing is left to compare with. So a keyed digest of each stays in the sealed note of the
redaction: whoever holds the keys can tell whether somebody says them again, and nobody can read them there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from intake.foundation import search as folding
from intake.foundation.crypto import keyring
from intake.foundation.texts import normal

from .redacted import LEAST_TELLING, Hidden
from .spans import Span

_UNSEEN = (
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
_NO_SPACES = (
    "\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u3005\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Letters of scripts that leave no space between words: each is looked at as a word of its own."""
_MARKS = "\u0640" + "".join(
    one
    for one in map(chr, range(0x300, 0x12000))
    if unicodedata.category(one)[0] == "M" and not re.match(f"[{_UNSEEN}]", one)
)
"""What is written above, below and beside letters, and what stretches them."""
_LETTER = f"(?![{_NO_SPACES}])[^\\W\\d_]"
_WORD = re.compile(
    f"(?![\\d_])(?=\\w)[{_NO_SPACES}][{_MARKS}{_UNSEEN}]*"
    f"|(?:{_LETTER}|[{_MARKS}])(?:{_LETTER}|[{_MARKS}{_UNSEEN}])*"
    f"|\\d(?:\\d|[{_MARKS}{_UNSEEN}])*"
)
"""Letters, or digits: «AB123» are two, of which only both together are a word of their own."""
_ALONE = re.compile(f"[{_NO_SPACES}]")
_NOT_SEEN = re.compile(f"[{_UNSEEN}]")
_NOT_SEEN_LAST = re.compile(f"[{_UNSEEN}]+$")
_ONTO = f"[{_MARKS}{_UNSEEN}]*"
_ATTACHED = tuple(re.compile(one + _ONTO) for one in ("[وف]", "[بلكس]", f"[وف]{_ONTO}[بلكس]"))
"""And, so; in, for, like, will; and both: what Arabic writes onto the word that follows."""
_ALEF_WITH_HAMZA = ("أ", "إ", "آ")
_LEAST_LEFT = 3
"""Letters of a word, at least, that something may be attached to; after «و» in hidden words one more."""
_LEAST_JOINED, _MOST_JOINED = 5, 20
"""Digits of a number that is the same however they are grouped: fewer would be found in any two that are neighbours."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text: where it lies, as what it may be read, and whether something is written right before or after.

    ``readings`` are its folded spellings, each with where it begins: the word as it stands, and without what is
    attached to it.
    """

    start: int
    end: int
    readings: tuple[tuple[str, int], ...]
    begins: bool
    ends: bool

    @property
    def key(self) -> str:
        """It as it stands."""
        return self.readings[0][0]


@dataclass(slots=True)
class Said:
    """A text in words, to look for many in it."""

    words: list[_Word]
    _digests: dict[str, str] = field(default_factory=dict)
    _first: dict[bool, dict[str, list[int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Said:
        """``text``, read once."""
        return cls(list(_words(text)))

    def beginning_with(self, key: str, *, erased: bool) -> list[int]:
        """At which words something may begin of which the first key is ``key``."""
        if erased not in self._first:
            found: dict[str, list[int]] = {}
            for at in range(len(self.words)):
                for form in {form for form, _start, _next in self._forms(at)}:
                    found.setdefault(self._known(form, erased=erased), []).append(at)
            self._first[erased] = found
        return self._first[erased].get(key, [])

    def first(self, at: int, key: str, *, erased: bool) -> tuple[int, int] | None:
        """Where ``key`` begins if it stands at the word ``at``, attached or not, and the number of the word after."""
        forms = ((start, after) for form, start, after in self._forms(at) if self._known(form, erased=erased) == key)
        return next(forms, None)

    def after(self, at: int, key: str, *, erased: bool) -> int | None:
        """The number of the word after ``key`` if it stands at the word ``at`` as it is."""
        forms = [(self.words[at].key, at + 1), *((form, after) for form, _start, after in self._numbers(at))]
        return next((after for form, after in forms if self._known(form, erased=erased) == key), None)

    def _forms(self, at: int) -> Iterator[tuple[str, int, int]]:
        yield from ((form, start, at + 1) for form, start in self.words[at].readings)
        yield from self._numbers(at)

    def _numbers(self, at: int) -> Iterator[tuple[str, int, int]]:
        joined, after = self.words[at].key, at + 1
        while joined.isdecimal() and after < len(self.words) and self.words[after].key.isdecimal():
            joined, after = joined + self.words[after].key, after + 1
            if len(joined) > _MOST_JOINED:
                return
            if len(joined) >= _LEAST_JOINED:
                yield joined, self.words[at].start, after

    def _known(self, form: str, *, erased: bool) -> str:
        if not erased:
            return form
        if form not in self._digests:
            self._digests[form] = _digest(form)
        return self._digests[form]


@dataclass(frozen=True, slots=True)
class Words:
    """Words in their order, each folded; or, where they are ``erased``, the keyed digest of each.

    ``instead`` are other readings of the first one, by which they are looked for as well.
    """

    keys: tuple[str, ...]
    erased: bool = False
    instead: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of ``text``, without what is surely attached to the first."""
        words = Said.of(text).words
        first = [_bare(text[words[0].start : words[0].end])] if words else []
        return cls(tuple(_joined([*first, *(word.key for word in words[1:])])))

    @classmethod
    def hidden(cls, one: Hidden, said: str) -> Words:
        """What ``one`` hides, which is what is ``said`` there unless it is erased."""
        return cls(one.known, erased=True) if one.erased_at is not None else cls.of(said)

    @property
    def digests(self) -> tuple[str, ...]:
        """The keyed digest of each."""
        return self.keys if self.erased else tuple(map(_digest, self.keys))

    @property
    def is_telling(self) -> bool:
        """Whether they are known by more than what stands in other texts by chance; a digest does not say."""
        return bool(self.keys) and (self.erased or len("".join(self.keys)) >= LEAST_TELLING)

    def read_with(self, said: str, other: str) -> Words:
        """These, which are ``said``, read as the hidden words ``other`` as well, if they may be the same.

        Of «لعلي» and «علي», or «لفاطمة» and «بفاطمة», the second tells what is attached to the first.
        """
        those = Words.of(other)
        if self.are_all_of(other) or those.keys[1:] != self.keys[1:]:
            return self
        if those.are_all_of(said):
            return replace(self, instead=(*self.instead, those.keys[0]))
        one, another = Said.of(said).words[:1], Said.of(other).words[:1]
        common = {key for word in one for key, _start in word.readings if len(key) > _LEAST_LEFT}
        common &= {key for word in another for key, _start in word.readings}
        return replace(self, instead=(*self.instead, *sorted(common)))

    def places(self, text: str | Said) -> Iterator[tuple[int, int]]:
        """Where they begin and end in ``text``, each time that they stand there, one after the other."""
        said = Said.of(text) if isinstance(text, str) else text
        before = -1
        for at in sorted({at for key in self._first for at in said.beginning_with(key, erased=self.erased)}):
            if at > before and (found := self._at(said, at)) is not None:
                start, last = found
                before = last
                yield start, said.words[last].end

    def spans(self, text: str | Said, *, revision: int, name: str) -> list[Span]:
        """``places`` in the answer ``name`` of a revision."""
        return [Span(revision, name, start, end) for start, end in self.places(text)]

    def is_in(self, text: str | Said) -> bool:
        """Whether ``text`` says them."""
        return next(self.places(text), None) is not None

    def are_all_of(self, text: str) -> bool:
        """Whether ``text`` says them and nothing else, but for what is attached."""
        said = Said.of(text)
        found = self._at(said, 0) if said.words else None
        return found is not None and found[1] == len(said.words) - 1

    @property
    def _first(self) -> frozenset[str]:
        return frozenset((*self.keys[:1], *self.instead))

    def _at(self, said: Said, at: int) -> tuple[int, int] | None:
        """Where they begin if they stand at the word ``at`` of a text, and the number of their last word."""
        firsts = (said.first(at, key, erased=self.erased) for key in self._first)
        start, after = min((one for one in firsts if one is not None), default=(0, None))
        if after is None or not said.words[at].begins:
            return None
        for key in self.keys[1:]:
            after = said.after(after, key, erased=self.erased) if after < len(said.words) else None
            if after is None:
                return None
        return (start, after - 1) if said.words[after - 1].ends else None


def _joined(keys: list[str]) -> Iterator[str]:
    """``keys``, of which numbers that follow one another are one, if it is long enough."""
    at = 0
    while at < len(keys):
        after = at + 1
        while keys[at].isdecimal() and after < len(keys) and keys[after].isdecimal():
            after += 1
        number = "".join(keys[at:after])
        yield from [number] if _LEAST_JOINED <= len(number) <= _MOST_JOINED else keys[at:after]
        at = after


def _words(text: str) -> Iterator[_Word]:
    found = list(_WORD.finditer(text))
    known: dict[str, tuple[tuple[str, int], ...]] = {}
    for at, one in enumerate(found):
        raw = one.group()
        if raw not in known:
            known[raw] = tuple(_readings(raw))
        if not known[raw]:
            continue
        begins = at == 0 or found[at - 1].end() < one.start() or _is_apart(found[at - 1], one)
        ends = at + 1 == len(found) or one.end() < found[at + 1].start() or _is_apart(one, found[at + 1])
        end = one.start() + len(_NOT_SEEN_LAST.sub("", raw))
        yield _Word(one.start(), end, tuple((key, one.start() + start) for key, start in known[raw]), begins, ends)


def _is_apart(one: re.Match[str], other: re.Match[str]) -> bool:
    return any(_ALONE.match(word.group()) for word in (one, other))


def _readings(raw: str) -> Iterator[tuple[str, int]]:
    """As what a word may be read, and from where: as it stands, then without what is attached; each spelling once."""
    if not (whole := _key(raw)):
        return
    found = {whole: 0}
    for rest, start in _without_attached(raw):
        # With an article, as in «والحسن», it is one spelling: what stands before the article is no part of it.
        found[rest] = max(found.get(rest, 0), start)
    yield from found.items()


def _without_attached(raw: str) -> Iterator[tuple[str, int]]:
    for attached in _ATTACHED:
        onto = attached.match(raw)
        if onto is not None and len(rest := _key(raw[onto.end() :])) >= _LEAST_LEFT:
            yield rest, onto.end()


def _bare(raw: str) -> str:
    """A word that is hidden, without what is surely attached: «كريم» is not «ريم» because somebody hid «كريم»."""
    for rest, start in sorted(_without_attached(raw), key=lambda one: -one[1]):
        is_and = raw[0] == "و" and _ATTACHED[0].fullmatch(raw[:start]) is not None
        if raw.startswith(_ALEF_WITH_HAMZA, start) or (is_and and len(rest) > _LEAST_LEFT):
            return rest
    return _key(raw)


def _key(raw: str) -> str:
    seen = _NOT_SEEN.sub("", raw)
    if _ALONE.match(seen) or any(_is_vowel(one) for one in seen):
        return normal(seen, "NFKC").casefold()
    return " ".join(folding.words(seen))


def _is_vowel(character: str) -> bool:
    """Whether it is a letter that is written as a mark, as vowels of India are: without it, it is another word."""
    return unicodedata.category(character)[0] == "M" and not unicodedata.combining(character)


def _digest(key: str) -> str:
    return keyring().index("hidden", key)[:32]
