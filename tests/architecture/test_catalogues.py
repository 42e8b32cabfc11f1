"""Every word of the interface in every language, with all its plural forms."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from babel.messages.catalog import Message

from intake.foundation import catalogues
from intake.foundation.languages import BY_CODE

TRANSLATED = list(catalogues.translated())
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_is_missing_or_fuzzy(code: str) -> None:
    assert catalogues.missing(code) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_is_left_over(code: str) -> None:
    used = {(message.id, message.context) for message in catalogues.extract() if message.id}
    kept = {(message.id, message.context) for message in catalogues.read(code) if message.id}
    assert {entry for entry in kept if entry not in used} == set()


@pytest.mark.parametrize(("code", "not_ours"), [("fr", r"\bsessions?\b"), ("es", r"\bsu sesión\b")])
def test_a_listening_session_is_called_so_that_it_is_no_sign_in(code: str, not_ours: str) -> None:
    said = [text for message in catalogues.read(code) if message.id for text in _texts(message.string)]
    assert [text for text in said if re.search(not_ours, text)] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_are_those_of_the_source(code: str) -> None:
    wrong = [message.id for message in catalogues.read(code) if message.id and not _placeholders_agree(message)]
    assert wrong == []


def _texts(of: str | Iterable[str]) -> list[str]:
    return [of] if isinstance(of, str) else list(of)


def _placeholders_agree(message: Message) -> bool:
    sources, forms = _texts(message.id), _texts(message.string)
    allowed = set(_PLACEHOLDER.findall(" ".join(sources)))
    # A form for none, one or two may say the number in words.
    exact = isinstance(message.id, str)
    return all(
        (found == allowed) if exact else found <= allowed
        for found in (set(_PLACEHOLDER.findall(form)) for form in forms)
    )


def test_arabic_has_six_forms_in_gettexts_order() -> None:
    header = BY_CODE["ar"].plural_forms
    assert header.startswith("nplurals=6;")
    catalogue = catalogues.read("ar")
    assert catalogue.num_plurals == 6
    text = catalogues.path_of("ar").read_text(encoding="utf-8")
    assert header.replace(" ", "") in re.sub(r'"\s*\n\s*"|\\n|\s', "", text)
