"""A digest as a document: plain data from the freeze and what the gate lets through.

Pure: no database, no request, no clock. The same freeze and entries give the same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

from flask_babel import gettext as _
from flask_babel import ngettext

from intake.foundation.i18n import speaking
from intake.foundation.multilingual import Multilingual, Text
from intake.foundation.vocabularies import label, subregion_of
from intake.submissions.consent import TIER_NAMES, Tier
from intake.submissions.questionnaire import Question, Use
from intake.submissions.showing import show, words, written
from intake.submissions.vocabulary import Kind

from .attribution import anonymous, named
from .document import (
    Block,
    Bullets,
    Card,
    Document,
    Entry,
    Facts,
    Heading,
    Line,
    Paragraph,
    Quotation,
    Translation,
    Words,
)
from .figures import by_theme, in_order, who_we_heard
from .freeze import Frozen, fingerprint, told
from .gate import GatedEntry, GatedTranslation
from .models import identifier
from .passport import disclaimer, method, passport, topic
from .wording import line, listed, listed_line, number

_RETOLD = "summary"
"""The answer that a rapporteur wrote: it says what was said, but not in the speaker's words."""

_IN_A_FIELD_OF_ITS_OWN = frozenset({"country", "stakeholder_type", "population_groups", "gcm_objectives"})
"""Answers that an entry holds as codes, beside what is told of who gave them."""


def build(frozen: Frozen, entries: Sequence[GatedEntry], language: str) -> Document:
    """The document of ``frozen`` in the interface ``language``; entries stay in their own."""
    with speaking(language):
        return _Builder(frozen, entries, language).document()


class _Builder:
    def __init__(self, frozen: Frozen, entries: Sequence[GatedEntry], language: str) -> None:
        self._frozen = frozen
        self._entries = entries
        self._language = language
        self._told = told(frozen)
        self._who = {entry.reference: self._attribution(entry) for entry in entries}

    def document(self) -> Document:
        freeze = fingerprint(self._frozen)
        footer = Multilingual(self._frozen["session"]["series"]["footer"]).in_language(self._language)
        frozen_tiers = {entry["reference"]: entry["tier"] for entry in self._frozen["entries"]}
        blocks = chain(
            passport(
                self._frozen, freeze, language=self._language,
                fallen=len(frozen_tiers) - len(self._entries),
                lowered=sum(entry.tier < frozen_tiers[entry.reference] for entry in self._entries),
            ),
            who_we_heard(
                self._frozen, {entry.reference for entry in self._entries if entry.names_somebody}, self._language
            ),
            self._by_question(),
            self._by_theme(),
            self._practices(),
            self._quotation_bank(),
            method(self._frozen, self._language),
        )  # fmt: skip
        return Document(
            identifier=identifier(self._frozen["session"]["code"], self._frozen["version"]),
            version=self._frozen["version"],
            language=self._language,
            title=topic(self._frozen, self._language),
            subtitle=self._say(_("Digest of a listening session, for those who write the brief")),
            issued=date.fromisoformat(self._frozen["compiled"]),
            freeze=freeze,
            footer=tuple(line for line in (footer, disclaimer(self._language)) if line),
            blocks=tuple(blocks),
            entries=tuple(map(self._row, self._entries)),
            questions=tuple(dict.fromkeys(asked.name for kind in Kind for asked in self._in_rows(kind))),
        )

    def _say(self, text: str) -> Text:
        return Text(text, self._language)

    # --- What we heard ---

    def _by_question(self) -> Iterator[Block]:
        yield Heading(1, self._say(_("What we heard, question by question")), "questions")
        guiding = [asked for asked in self._told[Kind.TESTIMONY] if isinstance(asked.label, Multilingual)]
        if not guiding:
            yield self._empty(_("This listening session asked no guiding questions."))
        for asked in guiding:
            yield Heading(2, words(asked.label, self._language), asked.name.replace("_", "-"))
            answering = [entry for entry in self._entries if entry.answers.get(asked.name)]
            if answering:
                yield self._how_many(answering)
                yield from self._voices(answering, asked)
            else:
                yield self._empty(_("No accepted submission that may be read answers this question."))

    def _by_theme(self) -> Iterator[Block]:
        yield Heading(1, self._say(_("What we heard, theme by theme")), "themes")
        themes = in_order({theme for entry in self._frozen["entries"] for theme in entry["themes"]})
        if not self._frozen["entries"]:
            yield self._empty(_("Nothing had been accepted by the cut-off day."))
            return
        if themes:
            yield by_theme(self._frozen, self._language)
        else:
            yield self._empty(_("The moderators had given no theme to any accepted submission."))
        for theme in themes:
            yield Heading(2, label("themes", theme, self._language), f"theme-{theme}")
            yield from self._theme(theme, [entry for entry in self._entries if theme in entry.themes])
        without = [entry for entry in self._entries if not entry.themes and entry.answers]
        if without:
            yield Heading(2, self._say(_("Without a theme")), "theme-none")
            yield from self._theme("none", without)

    def _theme(self, theme: str, entries: Sequence[GatedEntry]) -> Iterator[Block]:
        if not entries:
            yield self._empty(_("What was said about this may only be counted, or has been removed since the freeze."))
            return
        yield self._how_many(entries)
        for kind in (Kind.TESTIMONY, Kind.INTERVENTION):
            for asked in self._told[kind]:
                answering = [entry for entry in entries if entry.kind == kind and entry.answers.get(asked.name)]
                if asked.use is Use.STORY and not isinstance(asked.label, Multilingual) and answering:
                    yield Heading(3, self._label(asked), f"theme-{theme}-{asked.name}")
                    yield from self._voices(answering, asked)
        practices = [entry for entry in entries if entry.kind is Kind.PRACTICE]
        if practices:
            yield Heading(3, self._say(_("Practices")), f"theme-{theme}-practices")
            yield Bullets(tuple(map(self._mention, practices)))

    def _how_many(self, entries: Sequence[GatedEntry]) -> Paragraph:
        quoted = sum(entry.may_be_quoted for entry in entries)
        ideas = len(entries) - quoted
        parts = [ngettext("%(num)s submission", "%(num)s submissions", len(entries))]
        if quoted:
            parts.append(ngettext("%(num)s may be quoted", "%(num)s may be quoted", quoted))
        if ideas:
            parts.append(ngettext("%(num)s gives ideas only", "%(num)s give ideas only", ideas))
        return self._note(listed(parts))

    def _voices(self, entries: Sequence[GatedEntry], asked: Question) -> Iterator[Block]:
        """Every answer to one question: what may be quoted, then what may only be drawn on."""
        quotable = [entry for entry in entries if entry.may_be_quoted]
        if asked.name == _RETOLD:
            yield from self._retold(quotable, asked)
        else:
            yield from (self._quotation(entry, asked) for entry in quotable)
        yield from self._ideas([entry for entry in entries if entry.gives_ideas], [asked])

    def _quotation(self, entry: GatedEntry, asked: Question) -> Quotation:
        who = self._who[entry.reference]
        if entry.answers.get("interpreted"):
            who = line(_("%(who)s (heard through interpretation)"), self._language, who=who)
        return Quotation(
            entry.words(asked.name), who, entry.reference, entry.revision, int(entry.tier),
            self._translation(entry, asked.name),
        )  # fmt: skip

    def _translation(self, entry: GatedEntry, name: str) -> Translation | None:
        found = entry.translations.get(name)
        return Translation(found.text, self._translated_by(found)) if found else None

    def _translated_by(self, found: GatedTranslation) -> Line:
        """Whose translation it is; with who answers for it, where that is somebody else or a machine made it."""
        translators = [written(name, self._language) for name in found.translators]
        machine = [self._say(_("a machine"))] if found.by_machine else []
        who = listed_line([*translators, *machine], self._language)
        if not machine and set(found.checkers) <= set(found.translators):
            return line(_("Translation: %(who)s"), self._language, who=who)
        checkers = listed_line([written(name, self._language) for name in found.checkers], self._language)
        return line(_("Translation: %(who)s; checked by %(checkers)s"), self._language, who=who, checkers=checkers)

    def _beside(
        self, label: Words, values: tuple[Text, ...], entry: GatedEntry, name: str
    ) -> Iterator[tuple[Words, tuple[Text, ...]]]:
        """The row of an answer, and under it that of its translation, if there is one."""
        if values:
            yield label, values
        if (found := self._translation(entry, name)) is not None:
            yield self._of(label, found.by), (found.text,)

    def _of(self, label: Words, more: Words) -> Line:
        return line("%(label)s – %(more)s", self._language, label=label, more=more)

    def _retold(self, entries: Sequence[GatedEntry], asked: Question) -> Iterator[Block]:
        if entries:
            yield self._note(_("In a rapporteur’s words, not the speaker’s: do not quote."))
            rows = (
                self._beside(self._told_of(entry), (entry.words(asked.name),), entry, asked.name) for entry in entries
            )
            yield Facts(tuple(chain.from_iterable(rows)))

    def _told_of(self, entry: GatedEntry) -> Line:
        return line(
            _("%(who)s: %(reference)s, revision %(number)s"), self._language,
            who=self._who[entry.reference], reference=entry.reference, number=self._say(str(entry.revision)),
        )  # fmt: skip

    def _ideas(self, entries: Sequence[GatedEntry], asked: Sequence[Question]) -> Iterator[Block]:
        rows = [
            row
            for entry in entries
            for question in asked
            if entry.answers.get(question.name)
            for row in self._beside(
                self._not_to_be_quoted(entry, question, of_several=len(asked) > 1),
                (self._answer(entry, question),), entry, question.name,
            )
        ]  # fmt: skip
        if rows:
            yield self._note(_("Ideas only. Say them in your own words: these contributors do not wish to be quoted."))
            yield Facts(tuple(rows))

    def _not_to_be_quoted(self, entry: GatedEntry, asked: Question, *, of_several: bool) -> Line:
        label = line(
            _("Do not quote: %(reference)s, revision %(number)s"), self._language,
            reference=entry.reference, number=self._say(str(entry.revision)),
        )  # fmt: skip
        return self._of(label, self._label(asked)) if of_several else label

    # --- Practices ---

    def _practices(self) -> Iterator[Block]:
        yield Heading(1, self._say(_("Practices")), "practices")
        practices = [entry for entry in self._entries if entry.kind is Kind.PRACTICE]
        if not any(entry.answers for entry in practices):
            yield self._empty(_("No practice example that may be read was accepted by the cut-off day."))
            return
        yield from (self._card(entry) for entry in practices if entry.may_be_quoted)
        stories = [asked for asked in self._told[Kind.PRACTICE] if asked.use in (Use.TITLE, Use.STORY)]
        yield from self._ideas([entry for entry in practices if entry.gives_ideas], stories)

    def _card(self, entry: GatedEntry) -> Card:
        rows = (
            self._beside(self._label(asked), () if asked.use is Use.TITLE else self._values(entry, asked),
                         entry, asked.name)
            for asked in self._told[Kind.PRACTICE]
        )  # fmt: skip
        return Card(
            title=entry.words("title"),
            reference=entry.reference,
            attribution=self._who[entry.reference],
            facts=Facts(tuple(chain.from_iterable(rows))),
            revision=entry.revision,
            tier=int(entry.tier),
        )

    def _mention(self, entry: GatedEntry) -> Words:
        if entry.may_be_quoted and entry.answers.get("title"):
            title = entry.words("title")
            return line("%(title)s (%(reference)s)", self._language, title=title, reference=entry.reference)
        return line("%(reference)s", self._language, reference=entry.reference)

    # --- Quotation bank ---

    def _quotation_bank(self) -> Iterator[Block]:
        yield Heading(1, self._say(_("Quotation bank")), "quotations")
        yield self._note(_("Every answer that may be quoted, by consent. Practices are quoted from their cards."))
        for tier in (Tier.NAMED, Tier.ORGANISATION, Tier.ANONYMOUS):
            quotations: list[Block] = list(self._quotations([entry for entry in self._entries if entry.tier is tier]))
            name = _("%(name)s (n = %(n)s)", name=TIER_NAMES[tier], n=number(len(quotations), self._language))
            yield Heading(2, self._say(name), f"quotations-{int(tier)}")
            yield from quotations or [self._empty(_("Nobody gave words to be quoted under this consent."))]

    def _quotations(self, entries: Iterable[GatedEntry]) -> Iterator[Quotation]:
        for entry in entries:
            if entry.kind is Kind.PRACTICE:
                continue
            for asked in self._told[entry.kind]:
                if asked.use is Use.STORY and asked.name != _RETOLD and entry.answers.get(asked.name):
                    yield self._quotation(entry, asked)

    # --- Entries: rows of CSV, objects of JSON ---

    def _row(self, entry: GatedEntry) -> Entry:
        return Entry(
            reference=entry.reference,
            revision=entry.revision,
            kind=entry.kind.value,
            language=entry.language,
            tier=int(entry.tier),
            received=entry.received,
            stakeholder_type=entry.stratum.stakeholder_type,
            country=entry.country,
            subregion=subregion_of(entry.country) if entry.country else entry.stratum.area,
            person=entry.person,
            organisation=entry.organisation,
            attribution=self._who[entry.reference],
            themes=entry.themes,
            objectives=entry.objectives,
            groups=entry.groups,
            translations={
                asked.name: found
                for asked in self._in_rows(entry.kind)
                if (found := self._translation(entry, asked.name)) is not None
            },
            answers={
                asked.name: (self._label(asked), self._answer(entry, asked))
                for asked in self._in_rows(entry.kind)
                if entry.answers.get(asked.name)
            },
        )

    def _in_rows(self, kind: Kind) -> list[Question]:
        return [asked for asked in self._told[kind] if asked.name not in _IN_A_FIELD_OF_ITS_OWN]

    def _attribution(self, entry: GatedEntry) -> Words:
        if entry.names_somebody:
            person, organisation = (
                name and written(name, entry.language) for name in (entry.person, entry.organisation)
            )
            return named(person or None, organisation or None, entry.stratum, entry.country, self._language)
        if entry.may_be_quoted:
            return self._say(anonymous(entry.stratum, self._language))
        return self._say(_("not to be quoted") if entry.gives_ideas else "")

    def _label(self, asked: Question) -> Text:
        return words(asked.label, self._language)

    def _values(self, entry: GatedEntry, asked: Question) -> tuple[Text, ...]:
        value = list(entry.objectives) if asked.name == "gcm_objectives" else entry.answers.get(asked.name)
        return show(asked, value, written_in=entry.written_in(asked.name), reader=self._language)

    def _answer(self, entry: GatedEntry, asked: Question) -> Text:
        values = show(asked, entry.answers[asked.name], written_in=entry.written_in(asked.name), reader=self._language)
        if len(values) == 1:
            return values[0]
        return self._say(listed(values))

    def _note(self, text: str) -> Paragraph:
        return Paragraph(self._say(text), "note")

    def _empty(self, why: str) -> Paragraph:
        return Paragraph(self._say(why), "empty")
