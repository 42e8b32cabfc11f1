"""What the script of a text says about its language."""

from __future__ import annotations

import pytest

from intake.foundation.languages import UNDETERMINED, by_script, direction_of


@pytest.mark.parametrize("stated", ["en", "fr", "es", "und"])
@pytest.mark.parametrize(
    "text",
    [
        "نعم",
        "مكتب قريب",
        "أمل 3 حسن",
        "جمعية نخلة الجسر (Iraq)",
        "مُعَلِّمَة",
        "گفتگو با پناهندگان",
        "مركز UNHCR للاستقبال",
        "\u202bنعم\u202c!",
        "\ufefb",
    ],
)
def test_arabic_letters_are_arabic_whatever_was_stated(text: str, stated: str) -> None:
    assert by_script(text, stated) == "ar"


@pytest.mark.parametrize(
    "text", ["Amal", "Association des femmes de l’Oriental", "UNHCR 2020", "ACNUR (المفوضية), Oficina de Beirut Norte",
             "https://www.example.org/a", "Ελλάδα"],
)  # fmt: skip
def test_other_letters_are_not_arabic(text: str) -> None:
    assert by_script(text, "ar") == UNDETERMINED
    assert direction_of(UNDETERMINED) == "ltr"


@pytest.mark.parametrize("stated", ["en", "fr", "es", "ar"])
@pytest.mark.parametrize("text", ["", " ", "2020", "٢٠٢٠", "12/04 – 3 %", "…", "\u200f\u202e\n", "😀", "\u0651"])
def test_what_has_no_letters_contradicts_nothing(text: str, stated: str) -> None:
    assert by_script(text, stated) == stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("The word سلام means peace", "en"),
        ("Le centre « دار » à Tunis", "fr"),
        ("¿Quién va al hospital?", "es"),
        ("مكتب UNHCR", "ar"),
        ("عدنا مع منظمة Médecins Sans Frontières إلى المستشفى", "ar"),
        ("נחכה כאן", "he"),
    ],
)
def test_a_mixed_text_is_what_it_was_said_to_be(text: str, stated: str) -> None:
    assert by_script(text, stated) == stated
