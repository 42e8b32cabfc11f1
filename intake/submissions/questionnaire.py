"""What is asked, kept, shown and digested: every question of every form, once.

The form, the check page, the moderator's page and every digest format are derived from
these declarations. Adding a question means adding one ``Question`` here. Guiding
questions of a listening session are rows of the programme; ``guiding_question`` makes
a question of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from intake.foundation.multilingual import Multilingual
from intake.foundation.vocabularies import find_country

from .vocabulary import Kind

Words = Any
"""Interface words: a lazy translation, or a string."""


class Form(Enum):
    """How a question is answered, and so the type of its value."""

    LINE = "line"  # str
    PROSE = "prose"  # str, with line breaks
    EMAIL = "email"  # str
    MONTH = "month"  # str, YYYY-MM
    NUMBER = "number"  # int
    ONE = "one"  # str, a code of options or vocabulary
    MANY = "many"  # list[str]
    LIST = "list"  # str, from a long list shown as a select
    TICK = "tick"  # bool


class Need(Enum):
    """Whether an answer must be given."""

    REQUIRED = "required"
    DECLINABLE = "declinable"  # required, with "I prefer not to say"
    OPTIONAL = "optional"


class Kept(Enum):
    """Under which of the submission's own keys an answer is sealed."""

    TEXT = "text"
    CONTACT = "contact"


class Use(Enum):
    """What a digest does with an answer."""

    STORY = "story"  # the author's own words: quoted or paraphrased, as consent allows
    FACT = "fact"  # shown with a practice, counted
    TITLE = "title"
    NONE = "none"  # for moderation only


DECLINED = "declined"
"""The value of a declinable question that somebody would rather not answer."""


DECLINES = "_declined"
"""How the name of a tick ends that says "I prefer not to say" of a question."""

LANGUAGES_OF_ANSWERS = "languages"
"""Where a revision keeps, beside its answers, the languages of those that are in another one."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    ``options`` are (code, words) pairs, or ``vocabulary`` names the vocabulary they come
    from. ``least`` and ``limit`` count code points of prose and lines, or bound a number.
    ``only_if`` names another question and the answers that make this one apply.
    ``not_before`` names another question whose month must not be later.
    ``stops`` maps an answer that ends the form here to the words that say why.
    """

    name: str
    label: Words
    form: Form
    need: Need
    hint: Words = ""
    least: int = 0
    limit: int | None = None
    options: tuple[tuple[str, Words], ...] = ()
    vocabulary: str | None = None
    only_if: tuple[str, frozenset[str]] | None = None
    stops: tuple[tuple[str, Words], ...] = ()
    not_before: str | None = None
    kept: Kept = Kept.TEXT
    use: Use = Use.NONE
    autocomplete: str | None = None

    @property
    def declines(self) -> str:
        """The name of the tick that says "I prefer not to say" of it, where it has one."""
        return f"{self.name}{DECLINES}"

    @property
    def is_prose(self) -> bool:
        """Whether it is answered in the author's own words."""
        return self.form in (Form.PROSE, Form.LINE)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together on the page."""

    name: str
    title: Words
    questions: tuple[Question, ...]
    intro: Words = ""


YES_NO_UNSURE = (("yes", _l("Yes")), ("no", _l("No")), ("unsure", _l("I am not sure")))
MAY_BE = frozenset({"yes", "unsure"})
"""Who is not sure may be right."""
GUIDING_LIMIT = 3000
GUIDING_PREFIX = "guiding_"

_WHERE = (
    Question("country", _l("In which country?"), Form.LIST, Need.DECLINABLE, vocabulary="countries", use=Use.FACT),
    Question(
        "place", _l("Which region or town?"), Form.LINE, Need.OPTIONAL,
        hint=_l("Only if it cannot show who somebody is. The country is enough."), limit=100,
    ),
)  # fmt: skip
_GROUPS = Question(
    "population_groups", _l("Which groups of people is this about?"), Form.MANY, Need.OPTIONAL,
    hint=_l("Choose all that apply."), vocabulary="population_groups", use=Use.FACT,
)  # fmt: skip
_NAME = Question(
    "contributor_name", _l("Your name"), Form.LINE, Need.OPTIONAL, limit=200, kept=Kept.CONTACT, autocomplete="name"
)

TESTIMONY = (
    Section("story", _l("What happened"), (
        Question(
            "story_of", _l("Whose story is it?"), Form.ONE, Need.REQUIRED,
            options=(
                ("mine", _l("It is my own story")),
                ("asked", _l("Someone asked me to tell it")),
                ("organisation", _l("It is what our organisation sees in its work")),
            ),
        ),
        Question(
            "agreement", _l("Did the person whose story it is agree to this?"), Form.ONE, Need.REQUIRED,
            options=(
                ("written", _l("Yes, in writing")),
                ("spoken", _l("Yes, in spoken words")),
                ("no_person", _l("It is not about one person")),
                ("no", _l("No, or not yet")),
            ),
            hint=_l("Only if it is not your own story."),
            only_if=("story_of", frozenset({"asked", "organisation"})),
            stops=(("no", _l("Please ask the person first, or write it without anything that could point to them.")),),
        ),
        Question(
            "about_child", _l("Is this about a child (under 18)?"), Form.ONE, Need.REQUIRED, options=YES_NO_UNSURE
        ),
        Question(
            "guardian", _l("Did a parent or guardian agree?"), Form.ONE, Need.REQUIRED,
            options=(
                ("both", _l("Yes, and so did the child")), ("guardian", _l("Yes")),
                ("child", _l("No, but the child agreed")), ("alone", _l("There is none, or they must not know")),
                ("nobody", _l("It points to no single child")),
                ("no", _l("No, or not yet")),
            ),
            hint=_l("Only if it is about a child."),
            only_if=("about_child", MAY_BE),
            stops=(
                ("no", _l(
                    "Please ask first, or write it without anything that could point to the child. "
                    "If nobody can be asked, choose that."
                )),
            ),
        ),
        Question(
            "what_happened", _l("What happened?"), Form.PROSE, Need.REQUIRED,
            hint=_l("Tell it in your own words. Leave out names, addresses, and phone or file numbers."),
            least=20, limit=10_000, use=Use.STORY,
        ),
        Question(
            "what_would_help", _l("What helped, or what would help?"), Form.PROSE, Need.OPTIONAL,
            hint=_l("One thing that would make a difference."), limit=5_000, use=Use.STORY,
        ),
    )),
    Section("circumstances", _l("Where and when"), (
        *_WHERE,
        Question(
            "happened_when", _l("About when?"), Form.LINE, Need.DECLINABLE,
            hint=_l("A month or a year is fine."), limit=100,
        ),
        _GROUPS,
    )),
    Section("safety", _l("Safety"), (
        Question(
            "danger_now", _l("Is anyone in danger now?"), Form.ONE, Need.REQUIRED, options=YES_NO_UNSURE,
            hint=_l("This form is not an emergency service. If you can, call the local emergency number first."),
        ),
        Question(
            "recognition_harm", _l("Could somebody be harmed if they were recognised?"), Form.ONE, Need.REQUIRED,
            options=YES_NO_UNSURE,
            hint=_l("If yes or not sure, no name and no organisation will be used until we have talked about it."),
        ),
    )),
    Section("about_you", _l("About you"), (
        _NAME,
        Question(
            "organisation", _l("Your organisation"), Form.LINE, Need.OPTIONAL, limit=200,
            kept=Kept.CONTACT, autocomplete="organization",
        ),
        Question(
            "stakeholder_type", _l("Which describes you best?"), Form.LIST, Need.OPTIONAL,
            vocabulary="stakeholder_types", use=Use.FACT,
        ),
        Question(
            "email", _l("Your e-mail"), Form.EMAIL, Need.OPTIONAL, limit=254, kept=Kept.CONTACT, autocomplete="email",
            hint=_l("Never published. We write only to say that there is news."),
        ),
    ), intro=_l("You do not have to tell us who you are. Without an e-mail, the receipt code is the only way back.")),
)  # fmt: skip

PRACTICE = (
    Section("practice", _l("The practice"), (
        Question(
            "title", _l("Title"), Form.LINE, Need.REQUIRED, limit=120, use=Use.TITLE,
            hint=_l("A short title a stranger would understand. Spell out abbreviations."),
        ),
        Question(
            "problem", _l("What was wrong, and for whom?"), Form.PROSE, Need.REQUIRED, limit=1_500, use=Use.STORY
        ),
        Question(
            "what_was_done", _l("What was done?"), Form.PROSE, Need.REQUIRED, limit=3_000, use=Use.STORY,
            hint=_l("Who did what, step by step?"),
        ),
        Question(
            "since", _l("Since when?"), Form.MONTH, Need.REQUIRED, use=Use.FACT,
            hint=_l("Year and month, for example 2020-04."),
        ),
        Question(
            "until", _l("Until when?"), Form.MONTH, Need.OPTIONAL, use=Use.FACT, not_before="since",
            hint=_l("Leave it empty if it is still running."),
        ),
        Question(
            "status", _l("How far along is the practice?"), Form.ONE, Need.REQUIRED, use=Use.FACT,
            options=(("planned", _l("Planned")), ("running", _l("Running")), ("completed", _l("Completed"))),
        ),
        Question(
            "what_changed", _l("What is different now?"), Form.PROSE, Need.REQUIRED, limit=2_000, use=Use.STORY,
            hint=_l("Give numbers if you have them."),
        ),
        Question(
            "evidence", _l("How do you know?"), Form.MANY, Need.REQUIRED, use=Use.FACT,
            hint=_l("Choose all that apply."),
            options=(
                ("count", _l("We counted")),
                ("survey", _l("We asked in a survey")),
                ("evaluation", _l("It was evaluated")),
                ("observation", _l("We saw it in our work")),
            ),
        ),
    )),
    Section("reach", _l("Where and for whom"), (
        *_WHERE,
        Question(
            "level", _l("At which level?"), Form.ONE, Need.REQUIRED, use=Use.FACT,
            options=(
                ("local", _l("Local")), ("national", _l("National")),
                ("regional", _l("Regional")), ("global", _l("Global")),
            ),
        ),
        _GROUPS,
        Question(
            "people_reached", _l("How many people did it reach?"), Form.NUMBER, Need.OPTIONAL, limit=1_000_000_000,
            use=Use.FACT,
        ),
        Question(
            "migrants_took_part", _l("Did migrants take part in the design?"), Form.ONE, Need.OPTIONAL, use=Use.FACT,
            options=(("yes", _l("Yes")), ("partly", _l("In part")), ("no", _l("No"))),
        ),
    )),
    Section("learning", _l("What others can learn"), (
        Question(
            "partners", _l("Which partners were involved, and who paid for it?"), Form.PROSE, Need.OPTIONAL,
            limit=1_000, use=Use.STORY,
        ),
        Question(
            "lessons", _l("What would you tell someone who wants to do the same?"), Form.PROSE, Need.OPTIONAL,
            limit=2_000, use=Use.STORY,
        ),
        Question("what_did_not_work", _l("What did not work?"), Form.PROSE, Need.OPTIONAL, limit=2_000, use=Use.STORY),
        Question(
            "conditions_elsewhere", _l("What would be needed to do it elsewhere?"), Form.PROSE, Need.OPTIONAL,
            limit=2_000, use=Use.STORY,
        ),
        Question(
            "links", _l("Where can people read more?"), Form.PROSE, Need.OPTIONAL, limit=1_000, use=Use.FACT,
            hint=_l("Web addresses, one on each line."),
        ),
        Question(
            "gcm_objectives", _l("Which objectives of the Global Compact for Migration does it serve?"),
            Form.MANY, Need.OPTIONAL,
            vocabulary="gcm_objectives", use=Use.FACT, hint=_l("Only if you know them."),
        ),
    )),
    Section("about_you", _l("About you"), (
        Question(
            "organisation", _l("Your organisation"), Form.LINE, Need.REQUIRED, limit=200,
            kept=Kept.CONTACT, autocomplete="organization",
        ),
        Question(
            "stakeholder_type", _l("Which describes your organisation best?"), Form.LIST, Need.REQUIRED,
            vocabulary="stakeholder_types", use=Use.FACT,
        ),
        Question(
            "organisation_role", _l("What is its part in the practice?"), Form.ONE, Need.REQUIRED, use=Use.FACT,
            options=(("lead", _l("It leads the practice")), ("partner", _l("It is a partner"))),
        ),
        _NAME,
        Question(
            "email", _l("E-mail of a focal point"), Form.EMAIL, Need.REQUIRED, limit=254, kept=Kept.CONTACT,
            autocomplete="email", hint=_l("So that we can ask a question. Not published."),
        ),
    )),
)  # fmt: skip

INTERVENTION = (
    Section("floor", _l("What was said"), (
        Question(
            "entity", _l("Who spoke, for which organisation or State?"), Form.LINE, Need.OPTIONAL, limit=200,
            kept=Kept.CONTACT, hint=_l("Leave it empty if it was not recorded."),
        ),
        Question(
            "speaker", _l("Name and title of the speaker"), Form.LINE, Need.OPTIONAL, limit=200, kept=Kept.CONTACT
        ),
        Question(
            "intervention_type", _l("How was the intervention made?"), Form.ONE, Need.REQUIRED, use=Use.FACT,
            options=(
                ("floor", _l("From the floor")), ("panellist", _l("As a panellist")),
                ("presenter", _l("As a presenter")), ("moderator", _l("As a moderator")),
                ("story", _l("As a migrant’s story")), ("chat", _l("In the chat")),
                ("written", _l("In writing")), ("side_event", _l("At a side event")), ("closing", _l("In closing")),
            ),
        ),
        Question(
            "point", _l("What kind of statement is it?"), Form.ONE, Need.REQUIRED, use=Use.FACT,
            options=(
                ("challenge", _l("A challenge")), ("practice", _l("A practice")),
                ("recommendation", _l("A recommendation")), ("question", _l("A question")),
                ("commitment", _l("A commitment")), ("position", _l("A position")),
            ),
        ),
        Question(
            "summary", _l("Summary"), Form.PROSE, Need.REQUIRED, limit=3_000, use=Use.STORY,
            hint=_l("In your words: about 200 words at the most."),
        ),
        Question(
            "exact_words", _l("Exact words"), Form.PROSE, Need.OPTIONAL, limit=3_000, use=Use.STORY,
            hint=_l("Only what you are sure was said in these words."),
        ),
        Question("interpreted", _l("I heard it through interpretation"), Form.TICK, Need.OPTIONAL, use=Use.FACT),
    )),
    Section("about_speaker", _l("About the speaker"), (
        Question(
            "stakeholder_type", _l("Which describes the speaker best?"), Form.LIST, Need.OPTIONAL,
            vocabulary="stakeholder_types", use=Use.FACT,
        ),
        Question(
            "country", _l("Which country was spoken of?"), Form.LIST, Need.DECLINABLE, vocabulary="countries",
            use=Use.FACT,
        ),
        _GROUPS,
    )),
)  # fmt: skip

ENTRY = Section("entry", _l("How it reached you"), (
    Question(
        "came_by", _l("How did it come?"), Form.ONE, Need.REQUIRED,
        options=(
            ("telephone", _l("By telephone")), ("email", _l("By e-mail")), ("paper", _l("On paper")),
            ("voice", _l("As a voice message")), ("in_person", _l("In person")),
        ),
    ),
    Question(
        "taken_by", _l("Who took it, if it was not you?"), Form.LINE, Need.OPTIONAL, limit=200,
    ),
    Question(
        "interpreter", _l("Who interpreted, and between which languages?"), Form.LINE, Need.OPTIONAL, limit=200,
        hint=_l("Leave it empty if nobody did."),
    ),
    Question(
        "consent_given", _l("How was the consent below given?"), Form.ONE, Need.REQUIRED,
        options=(("spoken", _l("Spoken: I read the choices out")), ("written", _l("In writing"))),
        hint=_l("Read the choices out. If you could not ask, choose the one that allows least."),
    ),
    Question(
        "hand_over", _l("Show me the receipt code once, to hand it over"), Form.TICK, Need.OPTIONAL,
        hint=_l("Only if the person wants it and can keep it safe. Without it there is no code for this."),
    ),
))  # fmt: skip
"""What staff say of a submission that they enter for somebody; kept with it, and no answer of the contributor's."""

QUESTIONNAIRES: dict[Kind, tuple[Section, ...]] = {
    Kind.TESTIMONY: TESTIMONY,
    Kind.PRACTICE: PRACTICE,
    Kind.INTERVENTION: INTERVENTION,
}

MAIN_PROSE = {Kind.TESTIMONY: "what_happened", Kind.PRACTICE: "what_was_done", Kind.INTERVENTION: "summary"}
"""The answer by which the language of a submission is guessed and its opening is shown."""


def may_concern_a_child(answers: Mapping[str, Any]) -> bool:
    """Whether it is, or may be, about a child."""
    return answers.get("about_child") in MAY_BE


def needs_care(answers: Mapping[str, Any]) -> bool:
    """Whether no name may be used for now: somebody could be harmed, or a child is concerned (DOMAIN C2)."""
    return answers.get("recognition_harm") in MAY_BE or may_concern_a_child(answers)


def is_child_alone(answers: Mapping[str, Any]) -> bool:
    """Whether a child is, or may be, told of and no parent or guardian agreed: to be read first, never refused."""
    return may_concern_a_child(answers) and answers.get("guardian") in ("child", "alone")


def may_be_in_danger(answers: Mapping[str, Any]) -> bool:
    """Whether it is to be read first, and where to find help is shown at once."""
    return answers.get("danger_now") in MAY_BE


def country_of(answers: Mapping[str, Any]) -> str | None:
    """The code of the country that is told of; None where none is given, or none that we know."""
    return find_country(str(answers.get("country") or ""))


def guiding_question(position: int, text: Multilingual) -> Question:
    """The question of a listening session as a question of the form; ``label`` is the ``Multilingual``."""
    return Question(f"{GUIDING_PREFIX}{position}", text, Form.PROSE, Need.OPTIONAL, limit=GUIDING_LIMIT, use=Use.STORY)


def sections(kind: Kind, guiding: tuple[tuple[int, Multilingual], ...] = ()) -> tuple[Section, ...]:
    """The sections of a form of ``kind``; a testimony also answers the session's guiding questions."""
    declared = QUESTIONNAIRES[kind]
    if kind is not Kind.TESTIMONY or not guiding:
        return declared
    asked = Section(
        "guiding",
        _l("What this session asks"),
        tuple(guiding_question(position, text) for position, text in guiding),
        intro=_l("Answer only what you can say something about."),
    )
    return (declared[0], asked, *declared[1:])


def questions(kind: Kind, guiding: tuple[tuple[int, Multilingual], ...] = ()) -> Iterator[Question]:
    """Every question of ``sections`` in the order of the form."""
    return (question for section in sections(kind, guiding) for question in section.questions)


def own_words(kind: Kind, answers: Mapping[str, Any]) -> Iterator[str]:
    """The names of those of ``answers`` that are somebody's own words, in the order of the form; no contacts."""
    # Contacts are no text: who somebody is must not be found by searching.
    asked = {question.name for question in questions(kind) if question.is_prose and question.kept is Kept.TEXT}
    for name, value in answers.items():
        if isinstance(value, str) and (name in asked or name.startswith(GUIDING_PREFIX)):
            yield name
