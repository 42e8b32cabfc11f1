from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from intake.digests.attribution import _KINDS, Member, Stratum, anonymous, named, strata
from intake.foundation.multilingual import Text
from intake.foundation.vocabularies import vocabulary

# 011 Western Africa and 017 Middle Africa lie in 202 Sub-Saharan Africa, 015 Northern Africa beside it in 002
# Africa; 145 Western Asia lies in 142 Asia.
WOMEN, WORKERS = "women_led", "workers"


def widened(*members: tuple[str | None, str | None], submitters: str = "abcdefgh") -> list[Stratum]:
    named_members = {
        str(n): Member(submitters[n], stakeholder_type, area) for n, (stakeholder_type, area) in enumerate(members)
    }
    return list(strata(named_members).values())


@pytest.mark.parametrize(
    ("members", "first"),
    [
        ([(WOMEN, "011")] * 3, (WOMEN, "011")),
        ([(WOMEN, "011")] * 2 + [(WOMEN, "017")], (WOMEN, "202")),
        ([(WOMEN, "011"), (WOMEN, "017"), (WOMEN, "015")], (WOMEN, "002")),
        ([(WOMEN, "011"), (WOMEN, "015"), (WOMEN, "145")], (WOMEN, None)),
        ([(WOMEN, "011"), (WOMEN, "011"), (WOMEN, None)], (WOMEN, None)),
        ([(WOMEN, "011"), (WOMEN, "011"), (WORKERS, "011")], (None, None)),
        ([(WOMEN, "011")], (None, None)),
        ([(None, "011")] * 3, (None, "011")),
        ([(None, "011")] * 2 + [(WOMEN, "011")], (None, None)),
    ],
)
def test_it_widens_until_three_share_it(
    members: list[tuple[str | None, str | None]], first: tuple[str | None, str | None]
) -> None:
    assert widened(*members)[0] == first


def test_each_stops_where_it_is_hidden_enough() -> None:
    found = widened(*[(WOMEN, "011")] * 3, *[(WOMEN, "017")] * 3)
    assert found == [(WOMEN, "011")] * 3 + [(WOMEN, "017")] * 3


def test_who_would_stand_alone_takes_the_smallest_neighbours_along() -> None:
    found = widened(*[(WOMEN, "011")] * 3, (WOMEN, "017"))
    assert found == [(WOMEN, "202")] * 4
    found = widened(*[(WOMEN, "011")] * 4, *[(WOMEN, "145")] * 3, (WORKERS, "011"), submitters="abcdefgh")
    assert found == [(None, None)] * 8
    found = widened(*[(WOMEN, "011")] * 4, *[(WORKERS, "145")] * 3, (None, "011"), submitters="abcdefgh")
    assert found == [(WOMEN, "011")] * 4 + [(None, None)] * 4


def test_who_submits_three_times_is_one() -> None:
    assert widened(*[(WOMEN, "011")] * 3, submitters="aaa") == [(None, None)] * 3
    assert widened(*[(WOMEN, "011")] * 4, submitters="aabc") == [(WOMEN, "011")] * 4


def test_every_stakeholder_type_has_words_for_an_anonymous_one() -> None:
    assert set(_KINDS) == set(vocabulary("stakeholder_types"))


def test_strata_in_words(app: Flask) -> None:
    with app.app_context(), force_locale("en"):
        assert anonymous(Stratum(WOMEN, "011"), "en") == "a women-led organisation, Western Africa"
        assert anonymous(Stratum(WOMEN, None), "en") == "a women-led organisation"
        assert anonymous(Stratum(None, "142"), "en") == "a contributor, Asia"
        assert anonymous(Stratum(None, None), "en") == "a contributor"


def test_names_in_words(app: Flask) -> None:
    with app.app_context(), force_locale("en"):
        nobody = Stratum("individual", None)
        awa, star, odd = Text("Awa Ndiaye", "fr"), Text("Étoile", "fr"), Text("100% %(one)s", "en")
        assert str(named(awa, star, nobody, "SN", "en")) == "Awa Ndiaye, Étoile, Senegal"
        assert str(named(None, star, nobody, None, "en")) == "Étoile"
        assert str(named(None, None, nobody, "SN", "en")) == "an individual, Senegal"
        assert str(named(odd, None, nobody, None, "en")) == "100% %(one)s"


def test_every_piece_of_an_attribution_is_in_its_own_language(app: Flask) -> None:
    organisation = Text("جمعية نخلة الجسر", "ar")
    with app.app_context(), force_locale("en"):
        assert named(Text("Amal", "en"), organisation, Stratum(None, None), "IQ", "en").pieces == (
            ("Amal", "en"), (", ", "en"), organisation, (", ", "en"), ("Iraq", "en"),
        )  # fmt: skip
    with app.app_context(), force_locale("ar"):
        line = named(Text("Amal", "und"), None, Stratum(None, None), "IQ", "ar")
        assert line.pieces == (("Amal", "und"), ("، ", "ar"), ("العراق", "ar"))
        assert (line.language, line.direction) == ("ar", "rtl")
