"""Nobody who is not named can be told from a digest, by whoever can subtract and knows how it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.digests import services
from intake.digests.attribution import ANYBODY, ENOUGH, Member, strata
from intake.digests.builder import build
from intake.digests.disclosure import organisations, taken_together
from intake.digests.document import Document, Entry, Table
from intake.digests.freeze import Cell, Frozen, cells
from intake.digests.gate import let_through
from intake.digests.models import Digest
from intake.foundation.database import transaction
from intake.foundation.vocabularies import label, region_of, vocabulary, wider
from intake.submissions import services as submissions
from intake.submissions.consent import Consent, Tier
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.digests.golden_session import accepted, submit
from tests.digests.reading import figures, said, section, tables
from tests.installation import installation

BY_TYPE, BY_REGION = "Accepted submissions by kind of contributor", "Accepted submissions by region"
NOT_SAID = ""


class Sent(NamedTuple):
    """An accepted submission, as its contributor knows it."""

    kind: Kind
    stakeholder_type: str | None
    country: str | None
    tier: int
    cap: int
    contributor: int


SENT = st.builds(
    Sent,
    kind=st.sampled_from((Kind.TESTIMONY, Kind.TESTIMONY, Kind.PRACTICE, Kind.INTERVENTION)),
    stakeholder_type=st.sampled_from(("women_led", "women_led", "workers", "individual", None)),
    country=st.sampled_from(("SN", "ML", "KE", "TN", "LB", "JO", "FR", None)),
    tier=st.sampled_from((0, 1, 2, 2, 2, 3, 4)),
    cap=st.sampled_from((2, 4, 4)),
    contributor=st.integers(0, 30),
)


@pytest.fixture(scope="module")
def app_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One installation for all the sessions that an attacker reads."""
    with installation(tmp_path_factory.mktemp("disclosure")) as app:
        yield app


numbers = count(1)


def compiled(*sent: Sent, ceiling: int | None = None) -> tuple[Digest, dict[str, Sent]]:
    """The digest of a session that accepted ``sent``, and who is behind each reference."""
    with transaction():
        held = builders.listening_session(f"S-{next(numbers)}", consent_ceiling=ceiling)
        lead = builders.person(f"{held.code}@example.org".lower())
        behind = {}
        for n, each in enumerate(sent):
            name = "entity" if each.kind is Kind.INTERVENTION else "organisation"
            made = submit(
                held, f"x{n}", kind=each.kind, tier=each.tier, stakeholder_type=each.stakeholder_type,
                country=each.country, **{name: f"Organisation {each.contributor}"},
            )  # fmt: skip
            made.tier_cap = each.cap
            behind[accepted(made, lead).reference] = each
        return services.compile_digest(held), behind


# --- The attacker ---


def printed_type(entry: Entry) -> str | None:
    return entry.stakeholder_type


def printed_region(entry: Entry) -> str | None:
    area = entry.subregion
    while area is not None and (around := wider(area)) is not None:
        area = around
    return area


def true_region(sent: Sent) -> str:
    return region_of(sent.country or "") or NOT_SAID


def labels_in(text: str, names: str) -> frozenset[str]:
    """The codes whose words stand in ``text``, the longest first: one label may hold another."""
    words = {code: str(label(names, code, "en")) for code in vocabulary(names)} | {NOT_SAID: "Not said"}
    found = set()
    for code, name in sorted(words.items(), key=lambda item: -len(item[1])):
        if name in text:
            found.add(code)
            text = text.replace(name, "")
    return frozenset(found)


Slot = frozenset[str]


def slots(rows: Mapping[Slot, int], known: Sequence[str]) -> list[Slot]:
    """Who is left of ``rows`` when the ``known`` are taken away: for each of them the labels that may be theirs.

    Whatever is named in a row was heard from at least once.
    """
    left = []
    for labels, n in rows.items():
        taken = [each for each in known if each in labels]
        assert len(taken) <= n
        sure = [frozenset({each}) for each in labels if each not in taken]
        left += [*sure, *[labels] * (n - len(taken) - len(sure))]
    return left


def fits(wanted: Sequence[frozenset[str]], left: Sequence[Slot]) -> bool:
    """Whether everybody can have a slot of their own with a label that they may have."""
    holder: dict[int, int] = {}

    def place(who: int, seen: set[int]) -> bool:
        for slot, labels in enumerate(left):
            if slot not in seen and labels & wanted[who]:
                seen.add(slot)
                if slot not in holder or place(holder[slot], seen):
                    holder[slot] = who
                    return True
        return False

    return all(place(who, set()) for who in range(len(wanted)))


def possible(wanted: Mapping[str, frozenset[str]], left: Sequence[Slot]) -> dict[str, frozenset[str]]:
    """For everybody the labels that do not contradict what is printed."""
    everything = frozenset().union(*left)
    return {
        who: frozenset(
            label
            for label in everything & labels
            if fits([frozenset({label}) if who == other else may for other, may in wanted.items()], left)
        )
        for who, labels in wanted.items()
    }


def rows_of(document: Document, caption: str, names: str) -> dict[Slot, int] | None:
    """The rows of a table by the labels they stand for; None when it is left out."""
    found = [table for table in tables(document) if str(table.caption).startswith(caption)]
    if not found:
        return None
    (table,) = found
    rows = {labels_in(name, names): n for name, (n,) in figures(table).items()}
    silent = labels_in(str(table.note or ""), names)
    assert not silent & frozenset().union(*rows)
    return rows


def pinned(document: Document, behind: Mapping[str, Sent]) -> list[str]:
    """What an attacker finds out about fewer than ``ENOUGH`` unnamed contributors."""
    return [
        *_pinned_by(document, behind, BY_TYPE, "stakeholder_types"),
        *_pinned_by(document, behind, BY_REGION, "m49_regions"),
    ]


def _pinned_by(document: Document, behind: Mapping[str, Sent], caption: str, names: str) -> list[str]:
    is_type = names == "stakeholder_types"
    printed = printed_type if is_type else printed_region
    truth = {
        reference: (sent.stakeholder_type or NOT_SAID) if is_type else true_region(sent)
        for reference, sent in behind.items()
    }
    unnamed = {entry.reference: entry for entry in document.entries if entry.tier < Tier.ORGANISATION}
    told = {reference: code for reference, entry in unnamed.items() if (code := printed(entry))}
    assert told == {reference: truth[reference] for reference in told}

    def too_few(labels: frozenset[str]) -> bool:
        return len({behind[reference].contributor for reference in unnamed if truth[reference] in labels}) < ENOUGH

    found = [f"{reference} is said to be {code}" for reference, code in told.items() if too_few(frozenset({code}))]
    rows = rows_of(document, caption, names)
    if rows is None:
        return found if too_few(frozenset(truth.values())) else [*found, f"{caption}: left out without need"]
    assert sum(rows.values()) == len(behind)
    # The attacker knows all about the named, and what is said of the unnamed.
    named = [truth[reference] for reference in behind if reference not in unnamed]
    found += [
        f"{caption}: {n} {set(labels)}"
        for labels, n in rows.items()
        if n > sum(code in labels for code in named) and too_few(labels)
    ]
    # Whoever knows the method knows as well that more would have been said, had it been true.
    anything = frozenset().union(*rows)
    silence = {
        reference: anything - set(_would_be_said(entry, unnamed, is_type=is_type))
        for reference, entry in unnamed.items()
        if reference not in told
    }
    left = slots(rows, [*named, *told.values()])
    for wanted in (dict.fromkeys(silence, anything), silence):
        may_be = possible(wanted, left)
        assert all(truth[reference] in labels for reference, labels in may_be.items())
        found += [f"{reference} must be {set(labels)}" for reference, labels in may_be.items() if too_few(labels)]
    return found


def _would_be_said(entry: Entry, unnamed: Mapping[str, Entry], *, is_type: bool) -> Iterator[str]:
    """What cannot be true of ``entry``, because it is said of others like it and not of this one."""
    if entry.tier != Tier.ANONYMOUS:
        return
    for other in unnamed.values():
        if is_type and other.stakeholder_type:
            yield other.stakeholder_type
        is_alike = other.stakeholder_type == entry.stakeholder_type is not None
        region = printed_region(other)
        if not is_type and is_alike and region and entry.kind != Kind.INTERVENTION:
            yield region


@settings(max_examples=60, deadline=None)
@given(sent=st.lists(SENT, min_size=1, max_size=14), ceiling=st.sampled_from((None, None, 2)))
def test_no_subtraction_tells_an_unnamed_contributor(
    app_of_module: Flask, sent: list[Sent], ceiling: int | None
) -> None:
    with app_of_module.app_context():
        digest, behind = compiled(*sent, ceiling=ceiling)
        assert pinned(services.document(digest, "en"), behind) == []


def test_the_attacker_finds_what_a_table_gives_away(app_of_module: Flask) -> None:
    sent = [
        *(Sent(Kind.TESTIMONY, "women_led", "SN", 2, 4, n) for n in range(4)),
        Sent(Kind.TESTIMONY, "workers", "LB", 2, 4, 9),
        Sent(Kind.TESTIMONY, "workers", "LB", 4, 4, 10),
    ]
    with app_of_module.app_context():
        digest, behind = compiled(*sent)
        frozen: Frozen = {**digest.frozen}
        for table in ("stakeholder_types", "regions"):  # as if everybody were named
            frozen[table] = {code: {**cell, "unnamed": 0} for code, cell in frozen[table].items()}
        assert len(pinned(build(frozen, let_through(frozen), "en"), behind)) >= 2
        assert pinned(services.document(digest, "en"), behind) == []


# --- Cases ---


@pytest.fixture
def example(app: Flask) -> tuple[Document, Document]:
    """One individual without a name beside a named organisation, in English and in French."""
    with app.app_context():
        digest, _behind = compiled(
            Sent(Kind.TESTIMONY, "individual", "SN", 2, 4, 1), Sent(Kind.PRACTICE, "women_led", "KG", 4, 4, 2)
        )
        return services.document(digest, "en"), services.document(digest, "fr")


def test_one_without_a_name_beside_a_named_one_is_not_told_by_the_tables(example: tuple[Document, Document]) -> None:
    english, french = example
    for document in example:
        assert len([block for block in section(document, "who-we-heard") if isinstance(block, Table)]) == 3
    heard = section(english, "who-we-heard")
    why = "left out, because so few contributors are without a name that it would point at them."
    assert said(heard, "empty") == [
        f"Accepted submissions by kind of contributor (n = 2): {why}",
        f"Accepted submissions by region of the country they are about (n = 2): {why}",
    ]
    everything = "\n".join(map(str, heard))
    assert not [word for word in ("ndividual", "Africa", "Asia", "Oceania", "Media") if word in everything]
    assert "omis" in said(section(french, "who-we-heard"), "empty")[0]


def test_the_named_hide_nobody(app: Flask) -> None:
    women = [Sent(Kind.TESTIMONY, "women_led", "SN", tier, 4, n) for n, tier in enumerate((4, 3, 2, 2, 2))]
    with app.app_context():
        two_named, _behind = compiled(*women[:3])
        enough, _behind = compiled(*women)
        called = [str(services.document(digest, "en").entries[2].attribution) for digest in (two_named, enough)]
    assert called == ["a contributor", "a women-led organisation, Western Africa"]


def test_small_cells_share_a_row_and_take_the_smallest_other_along(app: Flask) -> None:
    kinds = ["women_led"] * 4 + ["workers"] * 3 + ["individual"]
    sent = [Sent(Kind.TESTIMONY, kind, "SN", 2, 4, n) for n, kind in enumerate(kinds)]
    sent.append(Sent(Kind.TESTIMONY, "employers", "SN", 4, 4, 20))
    with app.app_context():
        digest, _behind = compiled(*sent)
        document = services.document(digest, "en")
    _kinds, types, regions, *_others = tables(document)
    employers, individual, women, workers = (
        str(label("stakeholder_types", code, "en")) for code in ("employers", "individual", "women_led", "workers")
    )
    *alone, shared = figures(types).items()
    assert dict(alone) == {women: (4,), employers: (1,)}
    assert shared[0].startswith("Taken together, so that nobody can be singled out: ")
    assert labels_in(shared[0], "stakeholder_types") == {"individual", "workers"}
    assert (individual in shared[0], workers in shared[0], shared[1]) == (True, True, (4,))
    assert figures(regions) == {"Africa": (9,)}
    assert str(types.note).startswith("No accepted submissions from: ")
    # The three of a kind are not called by it: the fourth would be known by not being so.
    assert {entry.stakeholder_type for entry in document.entries} == {"women_led", "employers", None}


def test_who_sends_three_times_is_one_in_the_tables(app: Flask) -> None:
    sent = [Sent(Kind.TESTIMONY, "workers", "LB", 2, 4, 1)] * 3 + [Sent(Kind.TESTIMONY, "women_led", "SN", 2, 4, 2)]
    with app.app_context():
        digest, _behind = compiled(*sent)
        assert digest.frozen["stakeholder_types"] == {
            "workers": {"n": 3, "unnamed": 3, "contributors": 1},
            "women_led": {"n": 1, "unnamed": 1, "contributors": 1},
        }
        assert len(tables(services.document(digest, "en"))) == 3


def test_consent_to_be_named_that_is_lowered_takes_the_tables_along(app: Flask) -> None:
    sent = [Sent(Kind.TESTIMONY, "women_led", "SN", 2, 4, n) for n in range(3)]
    with app.app_context():
        digest, behind = compiled(*sent, Sent(Kind.TESTIMONY, "workers", "LB", 4, 4, 9))
        before = services.document(digest, "en")
        (named,) = (reference for reference, each in behind.items() if each.tier == Tier.NAMED)
        with transaction():
            found = services.queries.accepted_submissions(digest.listening_session.code)[named]
            submissions.change_consent(found, Consent(Tier.ANONYMOUS, False, False), "en")
        after = services.document(digest, "en")
    assert (len(tables(before)), len(tables(after))) == (5, 3)
    assert all(line.endswith("Compile again.") for line in said(section(after, "who-we-heard"), "empty"))


def old(digest: Digest) -> Frozen:
    """The freeze as template 1 kept it."""
    counts = {name: {code: cell["n"] for code, cell in digest.frozen[name].items()} for name in TABLES}
    return {**digest.frozen, "template": 1, **counts}


TABLES = ("stakeholder_types", "regions")


def test_a_freeze_of_template_1_still_exports_as_if_anybody_were_unnamed(app: Flask) -> None:
    women = [Sent(Kind.TESTIMONY, "women_led", "SN", 2, 4, n) for n in range(4)]
    others = [Sent(Kind.TESTIMONY, "workers", "LB", tier, 4, 10 + tier) for tier in (2, 4)]
    with app.app_context():
        digest, _behind = compiled(*women, *others)
        frozen = old(digest)
        assert cells(frozen, "regions") == {"002": Cell(4, 4, 3), "142": Cell(2, 2, 1)}
        document = build(frozen, let_through(frozen), "en")
        _kinds, _types, regions, *_rest = tables(document)
        assert figures(regions) == {"Taken together, so that nobody can be singled out: Africa, Asia": (6,)}
        all_named, _behind = compiled(others[1])
        assert len(tables(build(old(all_named), let_through(old(all_named)), "en"))) == 5


@pytest.mark.parametrize(
    ("hiding", "together"),
    [
        ({"a": 3, "b": 4}, set()),
        ({"a": 0, "b": 4}, set()),
        ({"a": 1, "b": 2, "c": 9}, {"a", "b"}),
        ({"a": 1, "b": 4, "c": 9}, {"a", "b"}),
        ({"a": 1, "b": 1, "c": 5, "d": 0}, {"a", "b", "c"}),
        ({"a": 1, "b": 1, "d": 0}, None),
        ({"a": 2}, None),
        ({}, set()),
    ],
)
def test_what_is_taken_together(hiding: dict[str, int], together: set[str] | None) -> None:
    found = taken_together({code: Cell(n + 1, n, n) for code, n in hiding.items()})
    assert found == together


class Row(NamedTuple):
    """What is counted of a submission, as far as organisations go."""

    organisation_index: str | None
    tier: int


@pytest.mark.parametrize(
    ("named", "unnamed", "told"),
    [
        ("", "", 0),
        ("ab", "", 2),
        ("a", "bcd", 4),
        ("a", "bbbcd", 4),
        ("", "ab", None),
        ("abc", "d", None),
        ("abc", "abc", None),
        ("a", "abcd", 4),
        ("", "abc-", None),
        ("", "abc--", None),
        ("", "abc---", 3),
        ("a-", "---", 1),
        ("a", "-", None),
    ],
)
def test_how_many_organisations_are_told(named: str, unnamed: str, told: int | None) -> None:
    rows = [Row(None if one == "-" else one, tier) for some, tier in ((named, 4), (unnamed, 2)) for one in some]
    assert organisations(rows, lambda row: row.tier) == told


def test_a_digest_says_how_many_organisations_there_are_as_long_as_it_may(app: Flask) -> None:
    sent = [Sent(Kind.TESTIMONY, "women_led", "SN", 2, 4, n) for n in (1, 2, 3, 3)]
    with app.app_context():
        digest, behind = compiled(*sent, Sent(Kind.TESTIMONY, "workers", "LB", 4, 4, 9))
        few, _behind = compiled(*sent[1:])
        assert (digest.frozen["organisations"], few.frozen["organisations"]) == (4, None)
        assert said_of_kinds(digest.frozen) == "Organisations whose submissions were accepted: n = 4."
        assert said_of_kinds(few.frozen) == ""
        before = {name: value for name, value in digest.frozen.items() if name != "organisations"}
        assert said_of_kinds(before) == "", "as it was issued"
        (named,) = (reference for reference, each in behind.items() if each.tier == Tier.NAMED)
        with transaction():
            found = services.queries.accepted_submissions(digest.listening_session.code)[named]
            submissions.change_consent(found, Consent(Tier.ANONYMOUS, False, False), "en")
        assert said_of_kinds(digest.frozen) == ""


def said_of_kinds(frozen: Frozen) -> str:
    return str(tables(build(frozen, let_through(frozen), "en"))[0].note or "")


MEMBERS = st.builds(
    Member,
    submitter=st.sampled_from("abcdefghijkl"),
    stakeholder_type=st.sampled_from(("women_led", "workers", "individual", None)),
    area=st.sampled_from(("011", "014", "015", "145", "155", "002", None)),
)


@given(members=st.lists(MEMBERS, max_size=16))
def test_who_is_called_alike_is_enough(members: list[Member]) -> None:
    named = {str(n): member for n, member in enumerate(members)}
    found = strata(named)
    assert found.keys() == named.keys()
    for stratum in set(found.values()):
        alike = {named[name].submitter for name, other in found.items() if other == stratum}
        everybody = {member.submitter for member in members}
        assert len(alike) >= ENOUGH or (stratum == ANYBODY and everybody == alike)


def test_speakers_do_not_hide_the_place_of_writers() -> None:
    writers = [Member(str(n), "women_led", area) for n, area in enumerate(("011", "011", "011", "145"))]
    speakers = [Member(f"s{n}", "women_led", None, speaks=True) for n in range(3)]
    found = strata({str(n): member for n, member in enumerate([*writers, *speakers])})
    assert set(found.values()) == {("women_led", None)}
    apart = strata({str(n): member for n, member in enumerate([*writers[:3], *speakers])})
    assert set(apart.values()) == {("women_led", "011"), ("women_led", None)}
