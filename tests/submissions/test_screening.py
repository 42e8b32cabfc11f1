"""What the check finds and what it leaves alone, sentence by sentence in four languages, and that it never hangs."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.foundation.config import PACKAGE
from intake.foundation.languages import CODES
from intake.foundation.legible import legible
from intake.foundation.texts import clean
from intake.submissions.finders.telephones import MOST_ASKED
from intake.submissions.screening import RULES, marked, screen

SENTENCES = Path(__file__).with_name("screened")
_MARK = re.compile(r"\{(\w+):([^}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """One line of ``screened``: what was typed, about which country, and the spans that ought to be found."""

    language: str
    country: str | None
    text: str
    expected: tuple[tuple[str, str, int], ...]


def sentence(language: str, line: str) -> Sentence:
    given_country = re.match(r"([A-Z]{2})\|", line.removeprefix("- "))
    country = given_country[1] if given_country else None
    typed = line.removeprefix("- ").removeprefix(f"{country}|")
    expected, removed = [], 0
    for mark in _MARK.finditer(typed):
        expected.append((mark[1], mark[2], mark.start() - removed))
        removed += len(mark[0]) - len(mark[2])
    return Sentence(language, country, _MARK.sub(r"\2", typed), tuple(expected))


CORPUS = [
    sentence(code, line)
    for code in sorted(CODES)
    for line in (SENTENCES / f"{code}.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("said", CORPUS, ids=lambda said: f"{said.language}-{said.text[:40]}")
def test_what_is_found(said: Sentence) -> None:
    found = screen(said.text, said.country)
    assert [(f.rule.name, said.text[f.start : f.end], f.start) for f in found] == list(said.expected)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_sentences_are_enough_to_judge_by(code: str) -> None:
    own = [said for said in CORPUS if said.language == code]
    assert sum(bool(said.expected) for said in own) >= 25
    assert sum(not said.expected for said in own) >= 25
    assert {name for said in own for name, _, _ in said.expected} == {rule.name for rule in RULES}


def test_whole_stories_are_left_alone() -> None:
    """What the example programme's people wrote: 52 submissions, two things that a moderator has to take out."""
    told = json.loads((PACKAGE / "examples" / "submissions.json").read_text(encoding="utf-8"))["submissions"]
    found = [
        (finding.rule.name, answer[finding.start : finding.end])
        for submission in told
        for question, answer in submission["answers"].items()
        if isinstance(answer, str) and question != "email"
        for finding in screen(answer, submission["answers"].get("country"))
    ]
    assert found == [("name", "Fernsby"), ("telephone", "07700 900461")]


def test_a_number_in_digits_of_any_script_is_one_number() -> None:
    for zero in ("0", "٠", "۰", "०", "𝟎", "0"):
        number = "".join(chr(ord(zero) + int(digit)) for digit in "0612345678")
        assert [(f.rule.name, f.start, f.end) for f in screen(f"x {number}.")] == [("telephone", 2, 12)]


def test_what_cannot_be_seen_hides_nothing() -> None:
    for hidden in ("\u200b", "\u200f", "\u00ad", "\u2066", "ـ"):
        typed = hidden.join("amina@example.org")
        assert [(f.start, f.end) for f in screen(f"({typed})")] == [(1, 1 + len(typed))]


def test_a_mark_takes_the_vowels_of_its_last_letter_along() -> None:
    text = "السيد مُحَمَّدٌ هنا"
    (found,) = screen(text)
    assert text[found.start : found.end] == "مُحَمَّدٌ"


def test_a_country_is_a_hint_not_a_filter() -> None:
    assert screen("03 123 456") == ()
    for country in ("LB", "lb", "XX", "", None):
        assert bool(screen("03 123 456", country)) is (country == "LB")
        assert len(screen("+212 612-345678", country)) == 1


def test_of_two_findings_in_one_place_the_longer_counts() -> None:
    assert [f.rule.name for f in screen("https://wa.me/212612345678")] == ["account"]
    assert [f.rule.name for f in screen("passport number 0612345678")] == ["document"]
    assert [f.rule.name for f in screen("phone number 0612345678")] == ["telephone"]


def test_beyond_the_numbers_that_are_asked_shapes_still_find() -> None:
    count = MOST_ASKED + 500
    found = screen("06 12 34 56 78, " * count, "FR")
    assert [(f.rule.name, f.start) for f in found] == [("telephone", 16 * place) for place in range(count)]


def test_marking_cuts_at_the_findings_and_nowhere_else() -> None:
    text = "To amina@example.org and 0612345678"
    pieces = [(piece, finding and finding.rule.name) for piece, finding in marked(text, screen(text))]
    assert pieces == [("To ", None), ("amina@example.org", "email"), (" and ", None), ("0612345678", "telephone")]
    assert list(marked("", ())) == []


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([said.text for said in CORPUS]),
    st.sampled_from(["+212 6", "@", "a@b.org", "رقم ", "السيد ", "Mr ", "12 rue ", "\u200f", "\u064e", "<<<", "\n"]),
    st.from_regex(r"[0-9٠-٩ ()+./-]{1,30}", fullmatch=True),
)


@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from([None, "MA", "FR", "US", "TN"]))
@settings(max_examples=150, deadline=None)
def test_findings_lie_in_the_text_in_order_and_apart(typed: str, country: str | None) -> None:
    text = clean(typed).text
    found = screen(text, country)
    at = 0
    for finding in found:
        assert at <= finding.start < finding.end <= len(text)
        at = finding.end
    assert "".join(piece for piece, _ in marked(text, found)) == text
    assert [finding for _, finding in marked(text, found) if finding] == list(found)


@given(st.text())
def test_every_place_leads_back_to_what_was_typed(typed: str) -> None:
    read = legible(typed)
    for place in range(len(read.text)):
        start, end = read.span(place, place + 1)
        assert legible(typed[start:end]).text == read.text[place]


HOSTILE = [
    "1", "1 ", "12 34 ", "06 12 34 56 78 ", "(0", "00 ", "+", "1.1", "1.12345, ", "2019-", "a", "A ", "Aa ", "a.", "@",
    "a@", "a@a.", "a [at] ", "t.me/", "https://", "<", "A<", "A1 ", "AB12 ABCD ", "file 1 ", "passport no ", "Mr ",
    "Mr. A. ", "Mr Aa-", "rue ", "12 rue ", "calle Aa ", "1 Aa ", "Block 1 ", "1°1'", "phone a ", "vivo en ", "رقم ",
    "ملف رقم ", "السيد ", "أم ", "شارع محمد ", "my sister ", "Father A", "Sister Aa Bb ", "ma petite sœur ", "un tal ",
    "a man named ", "my sister's name ", "Sheikh Aa Street ", "السيدة/ ", "الأب ", "أختي محمد ", "عبد ", "د. ",
    "my lawyer is ", "Aa of Aa ", "a friend of mine ", "la famille d'", "le chef de a ", "the agent's name ",
    "agent A", "al Aa ", "my boss is Aa-", "a at gmail dot ", "a arroba ", "Mi Facebook es Aa ", "QQ 12 34 ", "الضابط ",
    "Facebook: ", "Telegram is my ", "Facebook Aa Bb", "a1_", "NW1 ", "Calle 5 ", "25 de mayo ", "casa no. ",
    "code postal ", "e\u0301", "\u200f", "ـ", "'", " ", "\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_more_than_its_length_deserves(unit: str) -> None:
    length = 50_000
    before = time.process_time()
    screen((unit * length)[:length], "FR")
    # A fraction of a second; a pattern that starts anew at every place would take minutes.
    assert time.process_time() - before < 20


@pytest.mark.parametrize("unit", ["a", "12 34 ", "Mr Aa-", "ملف رقم "])
def test_a_megabyte_on_one_line_is_looked_through(unit: str) -> None:
    text = (unit * 1_000_000)[: 1_000_000 - 30] + " amina@example.org"
    before = time.process_time()
    assert screen(text)[-1].rule.name == "email", "to the end"
    assert time.process_time() - before < 120
