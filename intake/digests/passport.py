"""The passport of a digest, which says what it is made from, and its method, which says how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.vocabularies import label
from intake.programme.vocabulary import FIELD_LABELS
from intake.submissions.consent import TIER_LABELS, TIER_NAMES, Tier
from intake.submissions.showing import written

from .attribution import ENOUGH
from .document import Block, Facts, Heading, Paragraph
from .freeze import Frozen
from .models import identifier
from .wording import code, day, language_name, listed, number

Row = tuple[Text, tuple[Text, ...]]


def passport(frozen: Frozen, freeze: str, *, fallen: int, lowered: int, language: str) -> Iterator[Block]:
    """What the digest is of, as of when, and what has happened to it since."""
    yield Heading(1, Text(_("Passport"), language), "passport")
    yield Paragraph(disclaimer(language), "lead")
    for happened in _since(fallen, lowered):
        yield Paragraph(Text(happened, language))
    rows = [*_session_rows(frozen["session"], language), *_digest_rows(frozen, freeze, fallen, language)]
    yield Facts(tuple((name, values) for name, values in rows if values))


def disclaimer(language: str) -> Text:
    """Whose views a digest holds (DOMAIN D2)."""
    return Text(_("Views of contributors, not of the Network. Not a representative sample."), language)


def topic(frozen: Frozen, language: str) -> Text:
    """What the listening session is about; its code while it has no topic."""
    session = frozen["session"]
    named = Multilingual(session["topic"]).in_language(language)
    return named or Text(_("Listening session %(code)s", code=session["code"]), language)


def _since(fallen: int, lowered: int) -> Iterator[str]:
    if fallen:
        yield ngettext(
            "%(num)s submission has been removed since the freeze: compile again.",
            "%(num)s submissions have been removed since the freeze: compile again.",
            fallen,
        )
    if lowered:
        yield ngettext(
            "The consent to %(num)s submission was lowered since the freeze; this text obeys it.",
            "The consent to %(num)s submissions was lowered since the freeze; this text obeys it.",
            lowered,
        )


def _session_rows(session: dict[str, Any], language: str) -> Iterator[Row]:
    def row(field: str, *values: Text) -> Row:
        return Text(str(FIELD_LABELS[field]), language), tuple(value for value in values if value)

    def labels(vocabulary: str, codes: list[str]) -> list[Text]:
        return [label(vocabulary, one, language) for one in codes]

    group = session["working_group"]
    yield row("topic", Multilingual(session["topic"]).in_language(language))
    yield Text(_("Series"), language), _texts(Multilingual(session["series"]["title"]).in_language(language))
    yield row("date", *_days(session, language))
    if session["sittings"]:
        yield row("sittings", number(session["sittings"], language))
    if group:
        yield row("working_group", _group(group, language))
        yield Text(_("Co-leads"), language), tuple(written(name, language) for name in group["co_leads"])
    yield row("organisers", *(written(name, language) for name in session["organisers"]))
    yield row("format", *labels("session_formats", session["format"]))
    yield row("audience", *labels("audiences", session["audience"]))
    yield row("purpose", Multilingual(session["purpose"]).in_language(language))
    yield row("languages", *(language_name(one, language) for one in session["languages"]))
    yield row("interpretation", *_interpretation(session["interpretation"], language))
    if session["consent_ceiling"] is not None:
        yield row("consent_ceiling", _tier(Tier(session["consent_ceiling"]), language))


def _texts(*texts: Text) -> tuple[Text, ...]:
    return tuple(text for text in texts if text)


def _days(session: dict[str, Any], language: str) -> list[Text]:
    if session["standing"]:
        return [Text(_("Always open"), language)]
    days = session["days"] or [session["date"]] * bool(session["date"])
    return [day(at, language) for at in days] or [Text(_("To be decided"), language)]


def _group(group: dict[str, Any], language: str) -> Text:
    name = Multilingual(group["name"]).in_language(language)
    return Text(f"{group['code']} – {name}", name.language) if name else code(group["code"])


def _interpretation(rule: dict[str, Any] | None, language: str) -> Iterator[Text]:
    if rule is None:
        return
    mode = label("interpretation_modes", rule["mode"], language).text
    source = [language_name(one, language) for one in rule.get("from") or ()]
    target = language_name(rule["to"], language) if rule.get("to") else None
    if source and target:
        mode = _("%(mode)s, from %(source)s into %(target)s", mode=mode, source=listed(source), target=target)
    elif source:
        mode = _("%(mode)s, between %(languages)s", mode=mode, languages=listed(source))
    yield Text(mode, language)
    yield Multilingual(rule.get("scope")).in_language(language)


def _digest_rows(frozen: Frozen, freeze: str, fallen: int, language: str) -> Iterator[Row]:
    def row(name: str, value: Text) -> Row:
        return Text(name, language), (value,)

    yield row(_("Digest"), code(identifier(frozen["session"]["code"], frozen["version"])))
    yield row(_("Version"), number(frozen["version"], language))
    yield row(_("Cut-off day"), day(frozen["cutoff"], language))
    yield row(_("Compiled"), day(frozen["compiled"], language))
    yield row(_("Received by the cut-off day"), number(sum(frozen["received"].values()), language))
    yield row(_("Accepted, and so in this digest"), number(len(frozen["entries"]), language))
    yield row(_("Removed since the freeze"), number(fallen, language))
    yield row(_("Arrangement and vocabulary"), code(f"{frozen['template']} / {frozen['vocabulary']}"))
    yield row(_("Fingerprint of the freeze (SHA-256)"), code(freeze))


def _tier(tier: Tier, language: str) -> Text:
    return Text(f"{int(tier)} – {TIER_NAMES[tier]}", language)


def method(frozen: Frozen, language: str) -> Iterator[Block]:
    """How the digest was made and what its words mean."""
    yield Heading(1, Text(_("Method"), language), "method")
    for sentence in _how(frozen, language):
        yield Paragraph(Text(sentence, language))
    yield Heading(2, Text(_("What consent allows"), language), "method-consent")
    yield Paragraph(Text(_("Contributors chose, in these words, how far their submission may be used."), language))
    yield Facts(tuple((_tier(tier, language), (Text(str(TIER_LABELS[tier]), language),)) for tier in reversed(Tier)))


def _how(frozen: Frozen, language: str) -> Iterator[str]:
    yield _(
        "This digest was frozen on %(compiled)s. It holds what the moderators had accepted of all that was received "
        "by %(cutoff)s, each submission in the revision they accepted. The same freeze gives the same document, "
        "unless a contributor has withdrawn or lowered their consent since.",
        compiled=day(frozen["compiled"], language), cutoff=day(frozen["cutoff"], language),
    )  # fmt: skip
    yield _(
        "“Received” counts everything that was sent, including what was withdrawn or not accepted. “Accepted” counts "
        "submissions, not people: somebody who submitted twice is counted twice."
    )
    yield _("Near-duplicates are not grouped yet: a text that many sent counts as often as it was sent.")
    yield _(
        "Quotations are whole answers, as written and in the language they were written in; nothing was translated "
        "or shortened. Summaries of what was said live are a rapporteur’s words and stand apart from quotations."
    )
    yield _(
        "The consent that counts is the lowest of three: the contributor’s choice, the limit set to protect the "
        "people concerned, and the limit of the listening session."
    )
    yield ngettext(
        "Somebody quoted without a name is described by kind of contributor and region. Both are widened until at "
        "least %(num)s contributor without a name shares the description.",
        "Somebody quoted without a name is described by kind of contributor and region. Both are widened until at "
        "least %(num)s contributors without a name share the description.",
        ENOUGH,
    )
    yield _(
        "In the tables by kind of contributor and by region, figures that would point at somebody without a name are "
        "taken together, or the table is left out."
    )
