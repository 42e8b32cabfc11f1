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

from intake.foundation.languages import CODES

_MODEL = Path(__file__).with_name("data") / "lid.176.ftz"
_CONFIDENT = 0.5
_FEWEST_LETTERS = 12
_LONGEST_READ = 2000


@cache
def _model() -> Any:
    """The model, or None where the binding is not to be had: the reader then chooses the language."""
    try:
        import fasttext  # noqa: PLC0415  # 20 ms that only the first guess should pay
    except ImportError:
        return None
    return fasttext.load_model(str(_MODEL))


def guess(text: str) -> str | None:
    """The code of one of our languages, or None when the text is too short, doubtful or in another."""
    sample = " ".join(text.split())[:_LONGEST_READ]
    model = _model()
    if model is None or sum(c.isalpha() for c in sample) < _FEWEST_LETTERS:
        return None
    labels, probabilities = model.predict(sample, k=1)
    code, probability = labels[0].removeprefix("__label__"), probabilities[0]
    return code if code in CODES and probability >= _CONFIDENT else None
