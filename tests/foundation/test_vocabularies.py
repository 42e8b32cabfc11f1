"""The closed lists: complete, in four languages, and countries found by any of their names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import FrozenInstanceError
from importlib.resources import files
from typing import Any

import pytest

from intake.foundation.multilingual import Text
from intake.foundation.search import fold
from intake.foundation.vocabularies import (
    Country,
    Term,
    UnknownVocabulary,
    countries,
    find_country,
    label,
    options,
    region_of,
    subregion_of,
    vocabulary,
    wider,
)

LANGUAGES = ("en", "fr", "es", "ar")

CODES: dict[str, list[str]] = {
    "names": ["network", "gcm", "kosovo_footnote"],
    "gcm_objectives": [f"gcm{n:02d}" for n in range(1, 24)],
    "sdgs": [f"sdg{n:02d}" for n in range(1, 18)],
    "session_formats": [
        "listening_session", "webinar", "migration_coffee", "feedback_webinar",
        "published_commentary", "mapping_report", "tbd",
    ],
    "consent_tiers": ["4", "3", "2", "1", "0"],
    "audiences": [
        "member_states", "civil_society", "stakeholders", "country_stakeholders", "regional_stakeholders",
        "network_members", "un_networks", "un_regional_networks", "un_country_networks", "un_system",
        "un_agencies",
    ],
    "document_kinds": [
        "concept_note", "agenda", "recording", "slides", "policy_brief", "annex", "statement",
        "mapping_report", "commentary", "reflections", "report",
    ],
    "document_roles": ["announcement", "subject", "fed_by", "record", "feedback_on", "output"],
    "people_roles": ["speaker", "moderator", "discussant", "rapporteur", "interpreter"],
    "output_kinds": ["policy_brief", "mapping_report", "commentary", "reflections"],
    "excerpt_kinds": ["challenge", "practice", "recommendation"],
    "addressees": [
        "states", "local_authorities", "united_nations", "regional_bodies", "civil_society", "employers",
    ],
    "interpretation_modes": [
        "none", "ad_hoc_by_secretariat", "consecutive", "simultaneous", "written_translation",
    ],
}  # fmt: skip

SIZES = {
    "gcm_guiding_principles": 10,
    "stakeholder_types": 21,
    "population_groups": 32,
    "themes": 13,
    "working_groups": 8,
    "regional_groups": 5,
    "m49_regions": 29,
    "countries": 195,
}

NAMES = sorted({*CODES, *SIZES})


def _entries() -> dict[str, list[dict[str, Any]]]:
    text = files("intake.foundation").joinpath("data/vocabularies.json").read_text(encoding="utf-8")
    vocabularies: dict[str, list[dict[str, Any]]] = json.loads(text)["vocabularies"]
    return vocabularies


def test_these_are_all_the_vocabularies() -> None:
    assert sorted(_entries()) == NAMES


@pytest.mark.parametrize("name", sorted(CODES))
def test_codes_in_declared_order(name: str) -> None:
    assert list(vocabulary(name)) == CODES[name]


@pytest.mark.parametrize("name", sorted(SIZES))
def test_sizes(name: str) -> None:
    assert len(vocabulary(name)) == SIZES[name]


@pytest.mark.parametrize("name", NAMES)
def test_codes_are_never_repeated(name: str) -> None:
    assert max(Counter(entry["code"] for entry in _entries()[name]).values()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_term_has_every_language_and_no_two_terms_look_the_same(name: str) -> None:
    for term in vocabulary(name).values():
        assert {*term.label} >= {*LANGUAGES}, term.code
        assert not term.title or {*term.title} >= {*LANGUAGES}, term.code
    for language in LANGUAGES:
        labels = Counter(fold(term.label[language]) for term in vocabulary(name).values())
        assert [text for text, times in labels.items() if times > 1 or not text] == []


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_clean(name: str) -> None:
    for term in vocabulary(name).values():
        for language, text in [*term.label.items(), *term.title.items()]:
            assert unicodedata.normalize("NFC", text) == text
            assert not re.search(r"['\"`_]|\s\s|[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text), text
            arabic_letters = bool(re.search(r"[\u0621-\u064a]", text))
            assert arabic_letters == (language == "ar"), text
            if language == "fr":
                assert not re.search(r"« | »| [;:!?]", text), f"breakable space in {text}"


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_says_how_sure_its_wording_is(name: str) -> None:
    for entry in _entries()[name]:
        if name != "countries":
            assert re.fullmatch("[vcprso]{4}", entry["status"]), entry["code"]
        if "title" in entry:
            assert re.fullmatch("[vcprso]{4}", entry["title_status"]), entry["code"]


def test_an_unknown_vocabulary_is_named_with_those_there_are() -> None:
    for call in (lambda: vocabulary("nations"), lambda: options("nations", "en")):
        with pytest.raises(UnknownVocabulary, match=r"^no vocabulary 'nations'; there are: addressees, audiences, "):
            call()
    with pytest.raises(KeyError):
        label("nations", "SN", "en")


def test_a_vocabulary_is_an_ordered_mapping_of_frozen_terms() -> None:
    tiers = vocabulary("consent_tiers")
    assert tiers is vocabulary("consent_tiers")
    assert "5" not in tiers
    assert tiers.get("5") is None
    with pytest.raises(KeyError):
        tiers["5"]
    with pytest.raises(FrozenInstanceError):
        tiers["4"].code = "5"  # type: ignore[misc]
    assert repr(tiers) == "Vocabulary('consent_tiers', 5 terms)"


def test_labels_say_their_language() -> None:
    assert label("stakeholder_types", "women_led", "fr") == Text("Organisation dirigée par des femmes", "fr")
    assert label("countries", "EG", "ar") == Text("مصر", "ar")
    assert label("countries", "EG", "pt") == Text("Egypt", "en")


def test_an_unknown_code_is_its_own_label() -> None:
    assert label("countries", "declined", "ar") == Text("declined", "en")
    assert label("themes", "", "ar") == Text("", "en")


def test_extras() -> None:
    objectives = vocabulary("gcm_objectives")
    assert objectives["gcm13"].number == 13
    assert objectives["gcm13"].label["es"] == "Alternativas a la detención"
    assert objectives["gcm13"].title["en"].startswith("Use migration detention only as a measure of last resort")
    assert [term.number for term in vocabulary("sdgs").values()] == [*range(1, 18)]
    assert vocabulary("working_groups")["WG2"].co_leads[1:] == ("UNICEF", "UNHCR")
    for theme in vocabulary("themes").values():
        assert theme.objectives
        assert {*theme.objectives} <= {*objectives}


def test_consent_tiers_say_what_they_allow() -> None:
    tiers = vocabulary("consent_tiers")
    assert [(t.number, t.key, t.quote) for t in tiers.values()] == [
        (4, "named", True),
        (3, "organisation", True),
        (2, "anonymous", True),
        (1, "summary", False),
        (0, "count", False),
    ]
    assert "contributor_name" in tiers["4"].attribution
    assert "contributor_name" not in tiers["3"].attribution
    assert tiers["2"].attribution == ("stakeholder_type", "subregion")
    assert tiers["1"].attribution == tiers["0"].attribution == ()


def test_output_kinds_are_called_as_document_kinds_are() -> None:
    for code, term in vocabulary("output_kinds").items():
        assert term == vocabulary("document_kinds")[code]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_options_hold_every_code_once_and_are_kept(name: str, language: str) -> None:
    pairs = options(name, language)
    assert sorted(code for code, _ in pairs) == sorted(vocabulary(name))
    assert all(text == label(name, code, language).text for code, text in pairs)
    assert pairs is options(name, language)
    if name != "countries":
        assert [code for code, _ in pairs] == list(vocabulary(name))


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_countries_are_sorted_without_accents(language: str) -> None:
    keys = [fold(text) for _, text in options("countries", language)]
    assert keys == sorted(keys)


def test_countries_are_where_a_reader_looks_for_them() -> None:
    french = [text for _, text in options("countries", "fr")]
    assert french.index("Égypte") < french.index("El Salvador") < french.index("Fidji")
    assert french.index("Guinée") < french.index("Guinée équatoriale") < french.index("Haïti")
    arabic = [text for _, text in options("countries", "ar")]
    assert arabic.index("بنن") < arabic.index("البوسنة والهرسك") < arabic.index("بولندا")
    assert arabic.index("ألبانيا") < arabic.index("ألمانيا") < arabic.index("بربادوس")
    assert arabic[-1] == "اليونان"


def test_every_country_is_complete() -> None:
    groups, areas = vocabulary("regional_groups"), vocabulary("m49_regions")
    for code, country in countries().items():
        assert isinstance(country, Country)
        assert vocabulary("countries")[code] is country
        assert code == country.code == country.alpha2
        assert re.fullmatch("[A-Z]{2}", country.alpha2)
        assert re.fullmatch("[A-Z]{3}", country.alpha3)
        assert re.fullmatch("[0-9]{3}", country.m49)
        assert country.regional_group is None or country.regional_group in groups
        assert country.subregion in areas
        assert areas[country.region].kind == "region"
        assert {*country.label.values()} <= {*country.names}
    assert len({c.alpha3 for c in countries().values()}) == len({c.m49 for c in countries().values()}) == 195


def test_states_and_their_groups() -> None:
    # DGACM, Regional groups of Member States; Türkiye counted once, as for elections.
    assert Counter(c.regional_group for c in countries().values()) == {
        "african_states": 54,
        "asia_pacific_states": 54,
        "eastern_european_states": 23,
        "latin_american_caribbean_states": 33,
        "western_european_other_states": 28,
        None: 3,
    }
    assert {code for code, c in countries().items() if c.regional_group is None} == {"PS", "US", "VA"}
    assert {code for code, c in countries().items() if c.un_status == "observer"} == {"PS", "VA"}
    assert countries()["TR"].regional_group == "western_european_other_states"


def test_every_country_finds_itself_by_every_name_in_any_spelling() -> None:
    for code, country in countries().items():
        for name in (code, country.alpha3, *country.names):
            for spelling in (name, name.upper(), name.lower(), f"  \u200f{name}. ", fold(name)):
                assert find_country(spelling) == code, (code, spelling)


def test_no_two_countries_share_a_folded_name() -> None:
    owners: dict[str, set[str]] = {}
    for code, country in countries().items():
        for name in (code, country.alpha3, *country.names):
            owners.setdefault(fold(name), set()).add(code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}
    assert "" not in owners


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("TR", "TR"),
        ("tur", "TR"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("TURKIYE", "TR"),
        ("TÜRKİYE", "TR"),
        ("Turquie", "TR"),
        ("Turquía", "TR"),
        ("تركيا", "TR"),
        ("تـركيا", "TR"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d Ivoire", "CI"),
        ("COTE D'IVOIRE", "CI"),
        ("Ivory Coast", "CI"),
        ("ساحل العاج", "CI"),
        ("Congo", "CG"),
        ("Congo-Brazzaville", "CG"),
        ("Democratic Republic of the Congo", "CD"),
        ("CONGO, DEMOCRATIC REPUBLIC OF THE", "CD"),
        ("République démocratique du Congo", "CD"),
        ("الكونغو - كينشاسا", "CD"),
        ("Netherlands", "NL"),
        ("Netherlands (Kingdom of the)", "NL"),
        ("Pays-Bas", "NL"),
        ("هولندا", "NL"),
        ("Viet Nam", "VN"),
        ("Vietnam", "VN"),
        ("Etats Unis", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("EE.UU.", "US"),
        ("الولايات المتحده", "US"),
        ("UK", "GB"),
        ("المملكة المتحدة", "GB"),
        ("Bolivia", "BO"),
        ("Plurinational State of Bolivia", "BO"),
        ("Lao People's Democratic Republic", "LA"),
        ("Laos", "LA"),
        ("South Korea", "KR"),
        ("Corea del Norte", "KP"),
        ("Palestine", "PS"),
        ("دولة فلسطين", "PS"),
        ("Holy See", "VA"),
        ("Ciudad del Vaticano", "VA"),
        ("الاردن", "JO"),
        ("الأُرْدُنّ", "JO"),
        ("عُمان", "OM"),
        ("Guinée-Bissau", "GW"),
        ("Guinée équatoriale", "GQ"),
        ("Guinea", "GN"),
        ("Níger", "NE"),
        ("Nigeria", "NG"),
        ("Dominica", "DM"),
        ("República Dominicana", "DO"),
        ("South Sudan", "SS"),
        ("السودان", "SD"),
        ("Cabo Verde", "CV"),
        ("Cap-Vert", "CV"),
        ("eswatini", "SZ"),
        ("Swaziland", "SZ"),
    ],
)
def test_finds(text: str, code: str) -> None:
    assert find_country(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "?", "Atlantis", "declined", "CONGO, DEMOCRATIC…", "Korea", "Corée", "Guinea, Republic",
        "Sudan South",
        "American Samoa", "Northern Ireland", "Virgin Islands", "Africa", "Senegal and Mali", "XX", "ZZZ", "002", "686",
        "x" * 20_000,
    ],
)  # fmt: skip
def test_finds_nothing_rather_than_something_wrong(text: str) -> None:
    assert find_country(text) is None


def test_areas_widen_to_the_world() -> None:
    areas = vocabulary("m49_regions")
    kinds = {"intermediate": "subregion", "subregion": "region"}
    for code, area in areas.items():
        around = wider(code)
        assert around == area.parent
        if around is None:
            assert area.kind == "region"
        else:
            assert area.kind is not None
            assert areas[around].kind == kinds[area.kind]
    with pytest.raises(KeyError):
        wider("001")


def test_every_country_widens_to_the_world_through_its_continent() -> None:
    for code, country in countries().items():
        chain: list[str] = []
        area = subregion_of(code)
        while area:
            chain.append(area)
            area = wider(area)
        assert 2 <= len(chain) <= 3
        assert chain[-1] == country.region == region_of(code)


@pytest.mark.parametrize(
    ("alpha2", "chain"),
    [
        ("SN", ["011", "202", "002"]),
        ("CD", ["017", "202", "002"]),
        ("ZA", ["018", "202", "002"]),
        ("MA", ["015", "002"]),
        ("MX", ["013", "419", "019"]),
        ("HT", ["029", "419", "019"]),
        ("PE", ["005", "419", "019"]),
        ("US", ["021", "019"]),
        ("PS", ["145", "142"]),
        ("VA", ["039", "150"]),
        ("FJ", ["054", "009"]),
    ],
)
def test_regions_of(alpha2: str, chain: list[str]) -> None:
    assert subregion_of(alpha2) == chain[0]
    assert region_of(alpha2) == chain[-1]
    assert [wider(code) for code in chain] == [*chain[1:], None]


def test_what_is_no_country_has_no_region() -> None:
    assert subregion_of("declined") is region_of("declined") is subregion_of("sn") is None


def test_every_area_has_a_country() -> None:
    used: set[str] = set()
    for code in countries():
        area = subregion_of(code)
        while area:
            used.add(area)
            area = wider(area)
    assert used == {*vocabulary("m49_regions")}


def test_terms_compare_and_hash_by_what_they_say() -> None:
    term = vocabulary("people_roles")["speaker"]
    assert term == Term(code="speaker", label=term.label)
    assert len({*vocabulary("countries").values()}) == 195


def test_importing_reads_no_file() -> None:
    check = "import intake.foundation.vocabularies as v; print(v._entries.cache_info().currsize)"
    command = [sys.executable, "-c", check]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own command
    assert done.stdout.strip() == "0"
