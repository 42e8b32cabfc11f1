"""The closed lists: stakeholder types, objectives, consent tiers, countries and their regions.

All of them live in ``data/vocabularies.json``, which also says where each wording comes
from and how sure it is. It is read on first use, not on import. Codes are what the
database stores; labels may change, codes may not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from .languages import SOURCE_LANGUAGE
from .multilingual import Multilingual, Text
from .search import fold

_FILE = Path(__file__).parent / "data" / "vocabularies.json"

# What a reader skips when looking a name up in an alphabetical list.
_ARTICLES = {"ar": "ال"}

_NO_TITLE = Multilingual()


class UnknownVocabulary(KeyError):
    """There is no vocabulary of that name: a mistake in the calling code."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no vocabulary {name!r}; there are: {', '.join(sorted(known))}")

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry of a vocabulary; what a vocabulary does not have stays empty.

    ``title`` is the full official title where ``label`` is a short one (gcm_objectives);
    ``number`` the one people know it by (gcm_objectives, sdgs, consent_tiers);
    ``parent`` and ``kind`` place an M49 area; ``objectives`` are the gcm_objectives codes
    of a theme; ``co_leads`` the organisations leading a working group. Of a consent tier,
    ``key`` is its name in code, ``quote`` whether words may be quoted, and ``attribution``
    the fields that may be told of the contributor, nothing else.
    """

    code: str
    label: Multilingual
    title: Multilingual = _NO_TITLE
    number: int | None = None
    parent: str | None = None
    kind: Literal["region", "subregion", "intermediate"] | None = None
    key: str = ""
    quote: bool = False
    attribution: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    co_leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Country(Term):
    """A Member State or Observer State; ``code`` is ISO 3166 alpha-2, ``label`` the UN's name.

    ``m49`` is the country's own M49 code. ``subregion`` is the smallest M49 area it lies in
    (the intermediate region where there is one), ``region`` the continent. ``regional_group``
    is a regional_groups code, None for States in no group. ``names`` are all names known
    for it, in every language.
    """

    alpha3: str
    m49: str
    subregion: str
    region: str
    regional_group: str | None
    un_status: Literal["member", "observer"]
    names: tuple[str, ...]

    @property
    def alpha2(self) -> str:
        """The ISO 3166 alpha-2 code, which is also the country's ``code``."""
        return self.code


class Vocabulary(Mapping[str, Term]):
    """Terms by code, in declared order. Looking up an unknown code raises KeyError."""

    __slots__ = ("_terms", "name")

    def __init__(self, name: str, terms: Iterable[Term]) -> None:
        self.name = name
        self._terms = {term.code: term for term in terms}

    def __getitem__(self, code: str) -> Term:
        return self._terms[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def __repr__(self) -> str:
        return f"Vocabulary({self.name!r}, {len(self)} terms)"


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    return cast(dict[str, list[dict[str, Any]]], content["vocabularies"])


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary called ``name``, always the same object.

    Raises:
        UnknownVocabulary: (a KeyError) when there is none of that name.
    """
    if name == "countries":
        return Vocabulary(name, countries().values())
    if name not in _entries():
        raise UnknownVocabulary(name, _entries())
    return Vocabulary(name, (_term(entry) for entry in _entries()[name]))


@cache
def countries() -> Mapping[str, Country]:
    """What ``vocabulary("countries")`` holds, typed: countries by alpha-2 code."""
    return {entry["code"]: _country(entry) for entry in _entries()["countries"]}


def label(name: str, code: str, language: str) -> Text:
    """What to call ``code`` in ``language``; an unknown code is its own label, so nothing is lost.

    Raises:
        UnknownVocabulary: when there is no vocabulary ``name``.
    """
    term = vocabulary(name).get(code)
    return term.label.in_language(language) if term else Text(code, SOURCE_LANGUAGE.code)


@lru_cache(maxsize=256)
def options(name: str, language: str) -> tuple[tuple[str, str], ...]:
    """``(code, label)`` pairs for a choice, countries alphabetically, the rest in declared order.

    Raises:
        UnknownVocabulary: when there is no vocabulary ``name``.
    """
    pairs = tuple((term.code, term.label.in_language(language).text) for term in vocabulary(name).values())
    if name != "countries":
        return pairs
    article = _ARTICLES.get(language, "")
    return tuple(sorted(pairs, key=lambda pair: fold(pair[1].removeprefix(article))))


def find_country(text: str) -> str | None:
    """The alpha-2 code of the country that ``text`` names, whole and in any spelling, or None.

    Understands alpha-2 and alpha-3 codes, UN, UNTERM and CLDR names in the four languages,
    and other names in use; a name that could mean two countries finds neither.
    """
    return _countries_by_name().get(fold(text))


def subregion_of(alpha2: str) -> str | None:
    """M49 code of the smallest area ``alpha2`` lies in; None when it is no country's code."""
    country = countries().get(alpha2)
    return country.subregion if country else None


def region_of(alpha2: str) -> str | None:
    """M49 code of the continent ``alpha2`` lies in; None when it is no country's code."""
    country = countries().get(alpha2)
    return country.region if country else None


def wider(m49_code: str) -> str | None:
    """The area around ``m49_code``: 011 → 202 → 002 → None, the world.

    Raises:
        KeyError: for a code that is not in m49_regions.
    """
    return vocabulary("m49_regions")[m49_code].parent


@cache
def _countries_by_name() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for country in countries().values():
        for name in (country.code, country.alpha3, *country.names):
            found.setdefault(fold(name), set()).add(country.code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def _term(entry: Mapping[str, Any]) -> Term:
    return Term(
        code=entry["code"],
        label=Multilingual(entry["label"]),
        title=Multilingual(entry.get("title")),
        number=entry.get("number"),
        parent=entry.get("parent"),
        kind=entry.get("kind"),
        key=entry.get("key", ""),
        quote=entry.get("quote", False),
        attribution=tuple(entry.get("attribution", ())),
        objectives=tuple(entry.get("objectives", ())),
        co_leads=tuple(entry.get("co_leads", ())),
    )


def _country(entry: Mapping[str, Any]) -> Country:
    names = [*entry["label"].values()]
    for source in ("unterm", "cldr"):
        names += entry.get(source, {}).values()
    names += entry.get("common", ())
    return Country(
        code=entry["code"],
        label=Multilingual(entry["label"]),
        alpha3=entry["alpha3"],
        m49=entry["m49"],
        subregion=entry["subregion"],
        region=_outermost(entry["subregion"]),
        regional_group=entry["regional_group"],
        un_status=entry["un_status"],
        names=tuple(dict.fromkeys(names)),
    )


def _outermost(m49_code: str) -> str:
    around = wider(m49_code)
    return _outermost(around) if around else m49_code
