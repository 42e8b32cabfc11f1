"""The forms by which translations are written, and tables leave and come back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import format_decimal, gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf

from intake.foundation.languages import CODES, LANGUAGES
from intake.foundation.multilingual import Text
from intake.foundation.texts import balanced, clean, number_in

from .bilingual import FORMATS
from .translated import Pair, State
from .translation import LONGEST, Wish

_CHOOSE = _l("Please choose one of the answers shown.")
MOST_SUBMISSIONS = 100


def field_of(pair: Pair) -> str:
    """By what the fields of a paragraph are called: some of its digest, so that they are never taken for another's."""
    return pair.paragraph.digest[:16]


class WriteForm(FlaskForm):
    """A translation as it is typed: of each paragraph its words, which translation was seen, whether it fits still.

    ``typed`` is everything as it was typed, by field; ``mistakes`` what is wrong with it.
    """

    revision = HiddenField()

    def __init__(self, pairs: Iterable[Pair], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pairs = {field_of(pair): pair for pair in pairs}
        sent = request.form if kwargs.get("formdata", self) is not None else {}
        self.typed = {name.removeprefix("text-"): text for name, text in sent.items() if name.startswith("text-")}
        self._seen = {name: sent.get(f"seen-{name}", "") for name in self.typed}
        self._fits = {name for name in self.typed if f"fits-{name}" in sent}
        self.mistakes: dict[str, str] = {}

    def text(self, pair: Pair) -> str:
        """What stands in the field of a paragraph."""
        return self.typed.get(field_of(pair), pair.version.text if pair.version else "")

    def fits(self, pair: Pair) -> bool:
        """Whether it is ticked that what was translated fits the original as it is now."""
        return field_of(pair) in self._fits

    def seen(self, pair: Pair) -> int:
        """The number of the translation that was on the page when it was typed."""
        name = field_of(pair)
        return self._number(name) if name in self._seen else pair.seen

    def see_now(self) -> None:
        """Let the page show what stands there now."""
        self._seen.clear()

    @property
    def lost(self) -> list[str]:
        """What was typed beside paragraphs that are not there any more."""
        return [text for name, text in self.typed.items() if name not in self.pairs and text.strip()]

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """Each mistake with the id of its field."""
        return [(f"text-{name}", mistake) for name, mistake in self.mistakes.items()]

    def wishes(self, *, checked: bool) -> list[Wish]:
        """What was changed: of what is stale also what is said to fit still; of drafts, where ``checked``, all.

        Leaves in ``mistakes`` what cannot be kept.
        """
        found = []
        for name, pair in self.pairs.items():
            text = self._kept(name)
            before = pair.version.text if pair.version else ""
            is_confirmed = name in self._fits if pair.state is State.STALE else checked and pair.state is State.DRAFT
            if text and (text != before or is_confirmed):
                found.append(Wish(pair.paragraph.digest, self._number(name), text))
        return found

    def _number(self, name: str) -> int:
        return number_in(self._seen.get(name)) or 0

    def _kept(self, name: str) -> str:
        typed = self.typed.get(name, "")
        if len(typed) > 4 * LONGEST:
            self.mistakes[name] = _too_long(len(typed))
            return ""
        cleaned = clean(typed)
        text = balanced(cleaned.text.strip())
        if cleaned.removed:
            self.typed[name] = cleaned.text
            self.mistakes[name] = ngettext(
                "We took out %(num)s character that cannot be kept. Please check the text and send it again.",
                "We took out %(num)s characters that cannot be kept. Please check the text and send it again.",
                cleaned.removed,
            )
        elif len(text) > LONGEST:
            self.mistakes[name] = _too_long(len(text))
        return text


def _too_long(given: int) -> str:
    return gettext(
        "This has %(given)s characters; %(limit)s fit. Nothing was cut: please shorten it.",
        given=format_decimal(given),
        limit=format_decimal(LONGEST),
    )


class CheckForm(FlaskForm):
    """Drafts that somebody says they checked: ``one`` of them, or ``all`` that were shown."""

    revision = HiddenField()

    def numbers(self) -> set[int]:
        """The numbers of those drafts; none for what no page holds."""
        one = request.form.get("one")
        given = [one] if one else request.form.get("all", "").split()
        return {number for one in given if (number := number_in(one)) is not None}


class LeaveForm(FlaskForm):
    """A table that leaves: into which language, and as what kind of file."""

    target = SelectField(
        _l("Into which language?"),
        choices=[SelectChoice(one.code, Text(one.endonym, one.code)) for one in LANGUAGES],
        validators=[AnyOf(CODES, _CHOOSE)],
        validate_choice=False,
    )
    kind = SelectField(
        _l("As what kind of file?"),
        choices=[SelectChoice(name, one.label) for name, one in FORMATS.items()],
        validators=[AnyOf(list(FORMATS), _CHOOSE)],
        validate_choice=False,
    )

    def references(self) -> list[str]:
        """What is to leave, by its reference."""
        return request.form.getlist("reference")[:MOST_SUBMISSIONS]


class ReturnForm(FlaskForm):
    """A table that came back."""

    file = FileField(_l("The file with the translations"))
    partly = BooleanField(_l("Take what fits, also where something else in the same text does not"))
