"""Hostile text, each piece under a name: what people, programs and mischief put into a field, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass

CANARY = "ZQ7X9K4W2V"
"""In every piece where it would do its harm: found anywhere but as text, it did."""

_MORE = " Amal was there."
_ACUTE = "\u0301"


@dataclass(frozen=True, slots=True)
class Hostile:
    """What is ``typed`` (as bytes where no text holds it), and what is kept of it in a ``story`` and in a one-line
    field; None where it is refused. ``back`` is what the form then gives back."""

    typed: str | bytes
    story: str | None
    line: str | None
    back: str


def _text(text: str, kept: str | None = None) -> Hostile:
    """Only text, and kept as it is."""
    typed, kept = text + _MORE, (text if kept is None else kept) + _MORE
    return Hostile(typed, kept, kept, typed)


def _turning(text: str, closed: str) -> Hostile:
    """Turns the direction: a story keeps it, ``closed`` at its end, a line does not take it."""
    return Hostile(text + _MORE, text + _MORE + closed, None, text + _MORE)


def _spoiled(text: str | bytes, back: str) -> Hostile:
    """Holds what nothing can keep: it is taken out and told."""
    typed = text + _MORE.encode() if isinstance(text, bytes) else text + _MORE
    return Hostile(typed, None, None, back + _MORE)


def _long(text: str) -> Hostile:
    """Fits into a story and into no line."""
    return Hostile(text, text, None, text)


def _endless(text: str) -> Hostile:
    """Fits nowhere."""
    return Hostile(text, None, None, text)


HOSTILE = {
    # What a page could take for its own.
    "a script": _text(f"<script>{CANARY}(1)</script>"),
    "a script after the field": _text(f"</textarea></p></bdi>'\"><script>{CANARY}(1)</script>"),
    "an attribute": _text(f"\" onfocus='{CANARY}(1)' ' autofocus onfocus=\"{CANARY}(1)\" {CANARY}="),
    "a picture that runs": _text(f"<img src={CANARY} onerror={CANARY}(1)>"),
    "a drawing that runs": _text(f"<svg/onload={CANARY}(1)><a xlink:href=/{CANARY}>"),
    "a link that runs": _text(f'<a href="javascript:{CANARY}(1)">{CANARY}</a>'),
    "a form and a frame of its own": _text(f"</form><form action=//{CANARY}><base href=/><iframe srcdoc={CANARY}>"),
    "a comment and CDATA left open": _text(f"]]><{CANARY}/>&#x202e;&lt;b&gt;&amp; <!-- {CANARY} <![CDATA["),
    "places to fill in": _text(
        f"{{{{ 7*7 }}}}{{% raw %}}${{7*7}}<%= 7 %> %({CANARY})s %n {{0}} {{{CANARY}!r:>9}} $1 \\u0041"
    ),
    "a name in HTML": _text(f"<style>*{{background:url(//{CANARY})}}</style><b title={CANARY}>Amal</b>"),
    "a name in Markdown": _text(f"javascript:{CANARY} [{CANARY}](javascript:{CANARY}) ![]({CANARY})"),
    "markup of typesetting": _text(f'#panic("{CANARY}") *b* $x$ `r` <l> @ref \\ // {CANARY}'),
    "fields of Word": _text(f'{{ HYPERLINK "//{CANARY}" }} TOC \\o "1-3" {{ PAGE }} </w:t>'),
    # What a spreadsheet could take for a formula.
    "a formula": _text(f'=HYPERLINK("http://{CANARY}.example","click")'),
    "a formula after a space": _text(f" =1+{CANARY}", f"=1+{CANARY}"),
    "a formula after what is not seen": _text(f"\u200b\ufeff@SUM({CANARY})"),
    "a formula in full width": _text(f"＝1+{CANARY}"),
    "a formula after plus": _text(f"+{CANARY}!A0"),
    "a formula after minus": _text(f"-2+3+cmd|' /C {CANARY}'!A0"),
    "a formula in the next cell": _text(f'","=1+{CANARY}";=1+{CANARY};@{CANARY}'),
    "a formula on the next line": _text(f"a\r\n=1+{CANARY}\t=1", f"a\n=1+{CANARY}\t=1"),
    # What a mail or an answer could take for its head.
    "a head of a mail or an answer": _text(
        f"%0d%0aX: {CANARY}\r\nBcc: {CANARY}@b.example\r\n\r\n{CANARY}",
        f"%0d%0aX: {CANARY}\nBcc: {CANARY}@b.example\n\n{CANARY}",
    ),
    # What turns, hides and piles up.
    "an override left open": _turning(f"\u202e{CANARY} nepo", "\u202c"),
    "embeddings and isolates left open": _turning(
        f"\u202a\u202b\u202d\u2066\u2067\u2068{CANARY}", "\u2069" * 3 + "\u202c" * 3
    ),
    "what is not seen": _text(
        f"\u200e\u061ca\u200db\u200cc\u200bd\u2060e\ufeff\u00ad{CANARY}\U0001f469\u200d\U0001f467"
    ),
    "breaks of lines of Unicode": _text(f"{CANARY}\u2028a\u2029b"),
    "an accent by itself": _text(f"e\u0301{CANARY}", f"\u00e9{CANARY}"),
    "a tower of marks": _spoiled(f"{CANARY}Z" + _ACUTE * 300, f"{CANARY}\u0179" + _ACUTE * 6),
    # What nothing can keep.
    "a NUL": _spoiled(f"{CANARY} a\x00b", f"{CANARY} ab"),
    "controls": _spoiled(f"{CANARY} \x07\x08\x0b\x0c\x1b[31m\x7f\x85\x9b", f"{CANARY} [31m"),
    "no characters": _spoiled(f"{CANARY} \ufffe\uffff\ufdd0\U0001ffff", f"{CANARY} "),
    "a lone surrogate as a browser sends it": _spoiled(f"{CANARY} \ufffd", f"{CANARY} "),
    "a lone surrogate as a script sends it": _spoiled(CANARY.encode() + b" \xed\xa0\x80", f"{CANARY} "),
    "bytes that are no UTF-8": _spoiled(CANARY.encode() + b" \xc3( \xc0\xaf \xff", f"{CANARY} ( "),
    # What is too much.
    "a line without a space": _long(CANARY + "x" * 800),
    "a story without a space": _long(CANARY + "x" * 9_997),
    "a megabyte without a space": _endless(CANARY + "x" * 1_048_573),
    "a thousand empty lines": _long(CANARY + "\n" * 1_000 + "end of it all"),
    "a hundred thousand empty lines": _endless(CANARY + "\n" * 100_000 + "end"),
}  # fmt: skip
