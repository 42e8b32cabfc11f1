"""User text as plain characters: what every format may safely carry.

Texts are cleaned before they are stored; this is the second fence, so that one
poisoned submission never stops the others.
"""

from __future__ import annotations

import re

# What XML 1.0 (section 2.2) forbids, the C1 controls it discourages (but NEL, a line break) and
# the noncharacters of the basic plane. Lone surrogates cannot be encoded at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def plain(text: str) -> str:
    """``text`` without characters that XML, HTML or UTF-8 cannot carry; otherwise as written."""
    return _FORBIDDEN.sub("", text)


def paragraphs(text: str) -> list[str]:
    """The author's paragraphs: ``text`` cleaned and cut at its line breaks, empty ones dropped."""
    return [line for line in plain(text).splitlines() if not line.isspace() and line]
