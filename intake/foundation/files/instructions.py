"""What a field of a Word document is told to do, written anew: codes that are known, told what they can be told.

An instruction is free text that nobody sees. So nothing of it comes along but words of the format itself, numbers,
and the names that bookmarks and styles have afterwards.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable

from .bookmarks import Bookmarks
from .word_format import Styles

_CODE = re.compile(r"\s*([A-Za-z]+)")
_TOKEN = re.compile(r'\s*(?:\\(?P<switch>[a-z*#@!])|"(?P<quoted>[^"]*)"|(?P<plain>[^\s"\\]+))', re.IGNORECASE)
_SYMBOLS = frozenset({"symbol", "webdings", "wingdings", "wingdings 2", "wingdings 3"})
_SERIES = frozenset({
    "figure", "table", "equation", "chart", "graph", "map", "box", "photo", "picture", "image", "annex", "appendix",
    "tableau", "équation", "graphique", "carte", "encadré", "illustration", "annexe",
    "figura", "tabla", "ecuación", "gráfico", "mapa", "recuadro", "ilustración", "imagen", "anexo",
    "tabela", "equação", "abbildung", "tabelle", "formel", "tabella", "equazione",
    "شكل", "الشكل", "جدول", "الجدول", "معادلة", "صورة", "خريطة", "ملحق",
})  # fmt: skip
"""What Word itself calls what it counts, and what many others do."""

Shape = Callable[[str, "Instructions"], str | None]
"""What is written in the place of an argument; empty where it is left out, None where it could be anything."""


def _like(pattern: str) -> Shape:
    shape = re.compile(pattern)
    return lambda told, _all: told if shape.fullmatch(told) else None


def _bookmark(told: str, of_all: Instructions) -> str:
    return of_all.bookmarks.name(told)


def _style(told: str, of_all: Instructions) -> str | None:
    return told if _LEVEL.fullmatch(told) else of_all.styles.named(told)


def _levels_of_styles(told: str, of_all: Instructions) -> str | None:
    """Styles, each with its level in a table of contents."""
    separator = ";" if ";" in told else ","
    listed = [one.strip() for one in told.strip(separator).split(separator)]
    kept = list[str]()
    for name, level in zip(listed[::2], listed[1::2], strict=False):
        named = of_all.styles.named(name)
        if named and _LEVEL.fullmatch(level):
            kept += [named, level]
    return separator.join(kept)


def _series(told: str, of_all: Instructions) -> str:
    return told if told.casefold() in _SERIES else of_all.series_named(told.casefold())


def _symbols(told: str, _all: Instructions) -> str | None:
    return told if told.casefold() in _SYMBOLS else None


def _left_out(_told: str, _all: Instructions) -> str:
    return ""


_LEVEL = re.compile(r"[1-9]")
_LEVELS, _NUMBER, _LETTER, _BETWEEN = _like(r"[1-9]-[1-9]"), _like(r"\d{1,4}"), _like(r"[A-Za-z]"), _like(r"[\W_]{1,3}")
_Switches = dict[str, Shape | None]
_GENERAL: _Switches = {
    "*": _like(
        r"(?i:MERGEFORMAT|CHARFORMAT|Arabic(?:Abjad|Alpha|Dash)?|alphabetic|roman|Hex|Ordinal|OrdText|CardText|Caps"
        r"|FirstCap|Lower|Upper|Hindi(?:Numbers|Letters|CardText|Arabic)|Hebrew[12])"
    ),
    "#": _like(r"[#0x.,;%+\- ]{1,20}"),
    "@": _like(
        r"(?:d{1,4}|M{1,4}|y{2}|y{4}|[hH]{1,2}|m{1,2}|s{1,2}|[aA][mM]/[pP][mM]|[/.,:\- \u060c\u200f]"
        r"|' ?(?:de|del|le|h|à)? ?'){1,20}"
    ),
}  # fmt: skip
_OF_REFERENCES: _Switches = {"d": _BETWEEN, **dict.fromkeys("fhnprtw"), **_GENERAL}

_KNOWN: dict[str, tuple[tuple[Shape, ...], _Switches]] = {
    **dict.fromkeys(
        ("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN"), ((), _GENERAL)
    ),
    **dict.fromkeys(("DATE", "TIME"), ((), {**dict.fromkeys("hls"), **_GENERAL})),
    **dict.fromkeys(("REF", "PAGEREF", "NOTEREF"), ((_bookmark,), _OF_REFERENCES)),
    "HYPERLINK": ((), {"l": _bookmark, "o": _left_out, "t": _left_out, **dict.fromkeys("hmn")}),
    "STYLEREF": ((_style,), {**dict.fromkeys("lnprstw"), **_GENERAL}),
    "SEQ": ((_series, _bookmark), {**dict.fromkeys("chn"), "r": _NUMBER, "s": _NUMBER, **_GENERAL}),
    "SYMBOL": (
        (_like(r"\d{1,5}|0x[0-9A-Fa-f]{1,4}"),),
        {"f": _symbols, "s": _NUMBER, **dict.fromkeys("ahju"), **_GENERAL},
    ),
    "TOC": (
        (),
        {
            "a": _series, "b": _bookmark, "c": _series, "d": _BETWEEN, "f": _LETTER, "l": _LEVELS, "n": _LEVELS,
            "o": _LEVELS, "p": _BETWEEN, "s": _series, "t": _levels_of_styles, **dict.fromkeys("huwxz"), **_GENERAL,
        },
    ),
}  # fmt: skip
"""Of a code: what it is told first, and what by each of its switches; None for a switch that says all by itself."""

_LONGEST_EQUATION = 1_000
_OF_AN_EQUATION = re.compile(
    r"\\(?:[abdfilorsx]|a[clrd]|li|su|pr|in|to|bo|le|ri|[lrbfv]c(?:\s?\\.)?|(?:co|[vh]s|fo|ba|ai|up|di|do)\s?\d{0,2})"
    r"(?![a-z0-9])|\\\*\s*(?:jc|hps)\d{1,3}",
    re.IGNORECASE,
)
"""What says how the words in its brackets are set."""
_SWITCH = re.compile(r"\\[A-Za-z*]")
_BRACKETS = re.compile(r"(?<!\\)[()]")


def code_of(told: str) -> str:
    """The code that an instruction begins with, in capitals; empty where it has none."""
    found = _CODE.match(told)
    return found[1].upper() if found else ""


class Instructions:
    """Writes the instructions of one document anew, by the names that its ``bookmarks`` and ``styles`` have then."""

    def __init__(self, bookmarks: Bookmarks, styles: Styles) -> None:
        self.bookmarks, self.styles = bookmarks, styles
        self._series: dict[str, str] = {}

    def series_named(self, given: str) -> str:
        """What is counted together, by a name that says nothing."""
        return self._series.setdefault(given, f"Series{len(self._series) + 1}")

    def written(self, told: str) -> str | None:
        """The instruction ``told``, written anew; None where it says what its code is not known to be told."""
        code, told = code_of(told), told.strip()
        tokens = deque(_TOKEN.finditer(told, len(code)))
        if code not in _KNOWN or "".join(one[0] for one in tokens) != told[len(code) :]:
            return None
        arguments, switches = _KNOWN[code]
        pieces, awaited = [code], deque(arguments)
        while tokens:
            piece = self._next(tokens, awaited, switches)
            if piece is None:
                return None
            pieces += [piece] if piece else []
        return " ".join(pieces)

    def shown(self, told: str) -> str:
        """What people see of a field that is drawn from its instruction: the words of a formula in the old way.

        Few programs draw it, so those who read with others would not know of them: they are written for everybody.
        """
        told = told.strip()
        if code_of(told) != "EQ" or len(told) > _LONGEST_EQUATION:
            return ""
        plain = _OF_AN_EQUATION.sub("", told[len("EQ") :])
        if _SWITCH.search(plain):
            return ""
        depth = end = 0
        for found in _BRACKETS.finditer(plain):
            if depth == 0 and plain[end : found.start()].strip(" ,"):
                return ""
            depth, end = depth + (1 if found[0] == "(" else -1), found.end()
            if depth < 0:
                return ""
        is_whole = depth == 0 and not plain[end:].strip(" ,")
        return re.sub(r"\\(.)", r"\1", plain.strip(" ,")) if is_whole else ""

    def _next(self, tokens: deque[re.Match[str]], awaited: deque[Shape], switches: _Switches) -> str | None:
        """What is written for the next of ``tokens``, which are taken away, as are arguments that are ``awaited``."""
        switch = (tokens[0]["switch"] or "").lower()
        if not switch:
            return self._argument(tokens.popleft(), awaited.popleft()) if awaited else None
        tokens.popleft()
        if switch not in switches:
            return None
        shape = switches[switch]
        if shape is None or not tokens or tokens[0]["switch"]:
            return f"\\{switch}"
        argument = self._argument(tokens.popleft(), shape)
        return argument and f"\\{switch} {argument}"

    def _argument(self, token: re.Match[str], shape: Shape) -> str | None:
        is_quoted = token["quoted"] is not None
        made = shape(token["quoted"] if is_quoted else token["plain"], self)
        return f'"{made}"' if made and is_quoted else made
