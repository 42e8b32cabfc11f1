"""The pages of the desk: the queue, one submission, and everything that can be done with it."""

from __future__ import annotations

from . import (
    agreement,
    alike,
    asking,
    bulk,
    care,
    codebook,
    conflicts,
    excerpts,
    outbox,
    protect,
    question_templates,
    queue,
    submission,
    translate,
)
from .blueprint import ReferenceConverter, bp

__all__ = [
    "ReferenceConverter",
    "agreement",
    "alike",
    "asking",
    "bp",
    "bulk",
    "care",
    "codebook",
    "conflicts",
    "excerpts",
    "outbox",
    "protect",
    "question_templates",
    "queue",
    "submission",
    "translate",
]
