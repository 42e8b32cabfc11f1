"""In which language is this text? Asked offline, answered with a guess that people can correct.

Of a real consultation's answers on French forms 16 % were in English (DOMAIN C4): the
language of the interface is no answer. The model is fastText's own (``data/NOTICE``),
read through its prediction-only binding: packages that wrap both bring a downloader
and eleven dependencies for what is one call here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from intake.foundation.languages import CODES, by_script, direction_of

_MODEL = Path(__file__).with_name("data") / "lid.176.ftz"
_CONFIDENT = 0.5
_FEWEST_LETTERS = 12
_SURE = 0.85
_MANY_LETTERS = 60
_LONGEST_READ = 2000


@cache
def _model() -> Any:
    """The model, or None where the binding is not to be had: the reader then chooses the language."""
    try:
        import fasttext  # noqa: PLC0415  # 20 ms that only the first guess should pay
    except ImportError:
        return None
    return fasttext.load_model(str(_MODEL))


def guess(text: str, *, confident: float = _CONFIDENT, fewest_letters: int = _FEWEST_LETTERS) -> str | None:
    """The code of one of our languages, or None when the text is too short, doubtful or in another."""
    sample = " ".join(text.split())[:_LONGEST_READ]
    model = _model()
    if model is None or sum(c.isalpha() for c in sample) < fewest_letters:
        return None
    labels, probabilities = model.predict(sample, k=1)
    code, probability = labels[0].removeprefix("__label__"), probabilities[0]
    return code if code in CODES and probability >= confident else None


def guess_beside(text: str, stated: str) -> str:
    """The language of one answer of a submission written in ``stated``.

    Another script is never a mistake, however short the answer; within one script only a
    long, clear answer is taken for another language than the one that was stated.
    """
    found = guess(text)
    if found and direction_of(found) != direction_of(stated):
        return found
    return guess(text, confident=_SURE, fewest_letters=_MANY_LETTERS) or by_script(text, stated)
