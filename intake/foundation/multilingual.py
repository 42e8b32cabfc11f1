"""Text that knows which language it is in, and editorial text in several languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import JSON
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from .languages import CODES, SOURCE_LANGUAGE, Direction, direction_of


class Text(NamedTuple):
    """A piece of text and the language it is really in (BCP 47)."""

    text: str
    language: str

    @property
    def direction(self) -> Direction:
        """Writing direction, for ``dir`` attributes and paragraph properties."""
        return direction_of(self.language)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


class Multilingual(Mapping[str, str]):
    """Editorial text in up to all interface languages, immutable.

    ``in_language`` falls back to the source language, then to whatever there is,
    and says which language the answer is in, so that a page can mark it.
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | str | None = None, /) -> None:
        """Take ``{code: text}`` or a string in the source language; empty texts are dropped.

        Raises:
            ValueError: for a language Intake does not speak.
        """
        if isinstance(texts, str):
            texts = {SOURCE_LANGUAGE.code: texts}
        unknown = set(texts or {}) - set(CODES)
        if unknown:
            raise ValueError(f"unknown language: {', '.join(sorted(unknown))}")
        given = {code: str(text).strip() for code, text in (texts or {}).items() if text}
        self._texts = {code: given[code] for code in CODES if given.get(code)}

    def in_language(self, code: str) -> Text:
        """The text in ``code``, or the nearest there is; empty ``Text`` when there is none."""
        for candidate in (code, SOURCE_LANGUAGE.code, *self._texts):
            if candidate in self._texts:
                return Text(self._texts[candidate], candidate)
        return Text("", code)

    def missing(self) -> tuple[str, ...]:
        """Codes of the interface languages this text does not have."""
        return tuple(code for code in CODES if code not in self._texts)

    def __getitem__(self, code: str) -> str:
        return self._texts[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(tuple(self._texts.items()))

    def __repr__(self) -> str:
        return f"Multilingual({self._texts!r})"


class MultilingualText(TypeDecorator[Multilingual]):
    """Column type: a JSON object ``{code: text}``, ``Multilingual`` in Python, never NULL."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> dict[str, str]:
        """What is stored."""
        return dict(value if isinstance(value, Multilingual) else Multilingual(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Multilingual:
        """What is read."""
        return Multilingual(value or {})

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Compared as the JSON it is stored as."""
        return JSON()
