"""Where the M49 areas lie on a map: one point in the middle of each, in whole degrees.

They are read off an atlas to set a dot, moved a little apart where two would cover each other. They say nothing
of what belongs to an area: that is in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping

MIDDLE: Mapping[str, tuple[int, int]] = {
    "002": (20, 3), "005": (-60, -18), "009": (140, -25), "011": (-12, 10), "013": (-95, 12), "014": (40, -4),
    "015": (4, 26), "017": (16, -2), "018": (26, -28), "019": (-90, 15), "021": (-102, 46), "029": (-66, 22),
    "030": (114, 40), "034": (80, 21), "035": (110, 5), "039": (20, 41), "053": (138, -32), "054": (158, -12),
    "057": (152, 12), "061": (-160, -14), "142": (90, 38), "143": (70, 46), "145": (50, 27), "150": (18, 52),
    "151": (44, 60), "154": (12, 67), "155": (-6, 51), "202": (22, -5), "419": (-70, -5),
}  # fmt: skip
"""Degrees east and north by M49 code."""

WORDS: Mapping[str, tuple[int, int]] = {
    "019": (-130, 24), "002": (2, -48), "150": (-40, 68), "142": (104, 66), "009": (152, -52),
}  # fmt: skip
"""Where the names of the continents stand, beside what is drawn."""
