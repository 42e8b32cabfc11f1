"""Words that must not be reached, planted, and a reader who goes everywhere to find them.

Everybody of the access matrix walks every page, filter, count, search, download, error and answer of
the application, before and after things are planted that they must not know of: no planted word appears
beyond those who may read it, and to those who must not know of a thing nothing at all changes. The walk is
made from the application's own rules: a view that is added is walked, or the matrix has no row for it and
fails.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from intake.accounts.models import Person
from intake.digests import services as digests
from intake.digests.formats import FORMATS
from intake.foundation.database import session, transaction
from intake.foundation.files.kinds import BY_NAME
from intake.foundation.files.scanning import Scan
from intake.foundation.files.workshop import CleanFile
from intake.foundation.identifiers import new_form_token
from intake.moderation import care, coding, conflicts, handover, outbox, redacted, redaction
from intake.moderation import services as desk
from intake.moderation.coding import Axis
from intake.moderation.models import CareKind
from intake.moderation.redaction import Wish
from intake.moderation.spans import Span
from intake.programme.models import ListeningSession
from intake.submissions import attachments, drafts
from intake.submissions import services as submissions
from intake.submissions.consent import Tier
from intake.submissions.models import Submission
from intake.submissions.vocabulary import Kind
from tests import builders
from tests.accounts.test_matrix import SPENDS, TYPED, Cell, World, address, cells, one_world, world

__all__ = ["one_world", "world"]  # fixtures

pytestmark = pytest.mark.one_engine  # what is found by searching is the same on both: test_search, test_isolation

ACTORS = (
    "stranger", "secretariat", "co-lead", "other co-lead", "kin co-lead", "rapporteur", "drafter", "trained",
    "contributor",
)  # fmt: skip
"""Those of the access matrix who may read anything at all, and a stranger."""
LEADS = frozenset({"co-lead", "kin co-lead"})
NOBODY: frozenset[str] = frozenset()
SEARCH = "/en/staff/search/"
CLOSE = "Linha Aberta"
"""An organisation with which the co-lead has a declared conflict of interest."""
NOWHERE = "zqnowhere"
"""A word that stands nowhere, looked for beside those that are planted."""
ASKING = {"moderation.search", "moderation.several"}
"""Acts that only ask, as long as nothing is confirmed: part of every walk."""
TELLING = {
    "wg3-open", "en", "testimony", "submitted", "accepted", "declined", "015", "migrant_led", "gender", "challenge",
    "nobody", "somebody", "what_happened",
}  # fmt: skip
"""Values of filters that fit what is planted; of filters without one of these, the first two values are tried."""
REVEALS = {"moderation.contact", "moderation.care_contact"}
"""Acts that open contacts, which is what they are for: who may do it reads them there, and it is recorded."""


@dataclass
class Planted:
    """Which words were planted by now, and by whom each may be read."""

    readers: dict[str, frozenset[str]] = field(default_factory=dict)

    def word(self, name: str, readers: Iterable[str] = NOBODY) -> str:
        """A new word that no text has, which only ``readers`` may read."""
        made = f"zq{name}"
        self.readers[made] = frozenset(readers)
        return made

    def forbidden(self, actor: str) -> list[str]:
        """The words that ``actor`` must not reach."""
        return [word for word, readers in self.readers.items() if actor not in readers]


def held(slug: str) -> ListeningSession:
    return session().scalars(sa.select(ListeningSession).where(ListeningSession.slug == slug)).one()


def somebody(actor: str) -> Person:
    address = f"{actor.replace(' ', '-')}@example.org"
    return session().scalars(sa.select(Person).where(Person.email == address)).one()


def told(planted: Planted, name: str, slug: str, readers: Iterable[str], **about: Any) -> Submission:
    """A testimony with a planted word in its text, as the name and address of who sent it, and as a file's name."""
    text, file = planted.word(f"{name}text", readers), planted.word(f"{name}file")
    author, email = planted.word(f"{name}author"), planted.word(f"{name}email")
    made = builders.submission(held(slug), **{
        "what_happened": f"They closed the border on {text}, and nobody came.", "tier": Tier.NAMED,
        "contributor_name": f"Ms {author}", "email": f"{email}@example.org", "country": "TN",
        "stakeholder_type": "migrant_led", **about,
    })  # fmt: skip
    sound = CleanFile(BY_NAME["wav"], b"RIFF", ())
    attachments.add(made, attachments.put(sound, name=f"{file}.wav", digest=file, scan=Scan.NOT_SCANNED))
    return made


def decided(made: Submission, verb: str, by: Person, words: str = "") -> None:
    desk.decide(made, verb, by, version=made.version, words=words)


# What is planted


def from_kin(planted: Planted) -> None:
    made = told(planted, "kin", "wg3-open", {"co-lead"}, organisation="A.C.T. Alliance")
    lead = somebody("co-lead")
    span = Span(1, "what_happened", 0, 4)
    memo = planted.word("kinmemo", {"co-lead"})
    coding.add(made, lead, span, {Axis.THEME: ["gender"], Axis.KIND: ["challenge"]}, memo=memo)


def half_written(planted: Planted) -> None:
    token = new_form_token()
    word = planted.word("draft")
    drafts.save([("what_happened", word), ("email", f"{word}@example.org")], held("wg3-open"), Kind.TESTIMONY,
                form_token=token, interface_language="en")  # fmt: skip


def with_which_a_conflict_is_declared(planted: Planted) -> None:
    """From an organisation with which the co-lead has a conflict: the kin co-lead does all that can be done with it."""
    made = told(planted, "conflict", "wg3-open", {"kin co-lead"}, organisation=CLOSE)
    other = somebody("kin co-lead")
    memo = planted.word("conflictmemo", {"kin co-lead"})
    coding.add(
        made, other, Span(1, "what_happened", 0, 4), {Axis.THEME: ["gender"], Axis.KIND: ["practice"]}, memo=memo
    )
    outbox.hold_question(made, other, seen="", words=planted.word("conflictquestion", {"kin co-lead"}), language="en")
    alone = told(planted, "alone", "wg3-open", {"kin co-lead"}, organisation=CLOSE)
    decided(alone, "accept", other)


def with_safeguarding(planted: Planted) -> None:
    """What came with danger, and what a co-lead handed on: those who are trained write down what they do."""
    trained = somebody("trained")
    came = told(planted, "danger", "wg3-open", {"trained"}, danger_now="yes")
    care.write(came, trained, CareKind.NOTE, planted.word("carenote", {"trained"}))
    outbox.hold_question(came, trained, seen="", words=planted.word("careanswer", {"trained"}), language="en")
    handed = told(planted, "handed", "wg3-open", {"trained"})
    lead = somebody("kin co-lead")
    coding.add(handed, lead, Span(1, "what_happened", 0, 4), {Axis.THEME: ["gender"], Axis.KIND: ["practice"]},
               memo=planted.word("handedmemo"))  # fmt: skip
    decided(handed, "accept", lead)
    decided(handed, "safeguard", lead, planted.word("worry", {"trained"}))


def of_another_group(planted: Planted) -> None:
    made = told(planted, "other", "wg6-open", {"other co-lead"})
    lead = somebody("other co-lead")
    decided(made, "decline", lead, planted.word("othernote", {"other co-lead"}))


def of_the_own_group(planted: Planted) -> None:
    """Everything that co-leads know and others must not, of their own group."""
    lead = somebody("co-lead")
    waiting = told(planted, "waiting", "wg3-open", LEADS)
    note = planted.word("handover", {"kin co-lead"})
    handover.hand_to(waiting, lead, somebody("kin co-lead"), note=note)
    accepted = told(planted, "accepted", "wg3-open", LEADS | {"drafter"})
    # Of an accepted one the drafter reads the words that are not hidden, and the name that its tier allows.
    planted.readers["zqacceptedauthor"] = frozenset({"drafter"})
    hide(accepted, lead, planted)
    counted = told(planted, "counted", "wg3-open", LEADS, tier=Tier.COUNTED)
    gone = told(planted, "gone", "wg3-open", NOBODY)
    declined = told(planted, "declined", "wg3-open", LEADS)
    for one in (accepted, counted, gone):
        decided(one, "accept", lead)
    decided(declined, "decline", lead, planted.word("reason", LEADS))
    coding.add(accepted, lead, Span(1, "what_happened", 0, 11), {Axis.THEME: ["gender"], Axis.KIND: ["challenge"]},
               memo=planted.word("memo", LEADS))  # fmt: skip
    submissions.withdraw(gone)


def hide(made: Submission, by: Person, planted: Planted) -> None:
    """Hide a word of the accepted testimony, for a reason that only co-leads read."""
    said = str(submissions.current_answers(made)["what_happened"])
    # The word itself was planted for drafters too; hidden, it is for co-leads alone.
    word = "zqacceptedtext"
    start = said.index(word)
    planted.readers[word] = LEADS
    wish = Wish(Span(1, "what_happened", start, start + len(word)), redacted.Category.NAME, "name",
                planted.word("why", LEADS))  # fmt: skip
    redaction.hide(made, by, [wish], seen=redaction.seen_as(made))


Plant = Callable[[Planted], None]
UNKNOWN: tuple[tuple[tuple[Plant, ...], frozenset[str]], ...] = (
    # Drafters know how much came in to their sessions, whoever sent it.
    ((from_kin,), frozenset(ACTORS) - {"co-lead", "drafter"}),
    ((with_which_a_conflict_is_declared,), frozenset(ACTORS) - {"kin co-lead", "drafter"}),
    # Co-leads know how much is with safeguarding.
    ((with_safeguarding,), frozenset(ACTORS) - {"trained", "co-lead", "kin co-lead", "drafter"}),
    ((of_another_group, half_written), frozenset(ACTORS) - {"other co-lead"}),
)
"""What is planted, and those for whom nothing changes by it."""


# The walk


@dataclass
class Walk:
    """Somebody who goes everywhere: each page by its address, and what was asked for."""

    world: World
    actor: str
    client: FlaskClient
    language: str = "en"
    pages: dict[str, str] = field(default_factory=dict)
    walked: set[str] = field(default_factory=set)

    def read(self) -> Walk:
        """Read every rule of the application, with everything that can be asked for there, and where its pages lead."""
        waiting: deque[str] = deque()
        for cell in cells(self.world, "read"):
            self.walked.add(cell.row)
            waiting.append(address(self.world, cell, self.language))
        seen = set(waiting)
        while waiting:
            url = waiting.popleft()
            answer = self.client.get(url, buffered=True)
            self.pages[url] = everything(answer)
            for found in leads(answer, url):
                if found not in seen and found.startswith(f"/{self.language}/"):
                    seen.add(found)
                    waiting.append(found)
        return self

    def ask(self, words: Iterable[str]) -> Walk:
        """Do what only asks: look for each of ``words``, and look at what acts on several would do."""
        for word in (*words, NOWHERE):
            answer = self.client.post(SEARCH, data={"csrf_token": self.world.token(), "sought": word})
            self.pages[f"search {word}"] = everything(answer).replace(word, "")
        shown = " ".join(f"{number}.{version}" for number in range(1, 40) for version in range(1, 4))
        for act in ("claim", "release", "spam"):
            data = {"csrf_token": self.world.token(), "act": act, "shown": shown, "all": "1"}
            answer = self.client.post("/en/staff/queue/several/", data=data)
            self.pages[f"several {act}"] = everything(answer)
        return self

    def act(self) -> Walk:
        """Do everything there is to do, wherever it can be tried."""
        for cell in cells(self.world, "act"):
            self.walked.add(cell.row)
            if cell.rule.endpoint in REVEALS:
                continue
            self._send(cell, address(self.world, cell, self.language))
        return self

    def download(self) -> Walk:
        """Take the newest digest out in each format, in another language too."""
        version = int(self.world.known["latest"])
        for cell in cells(self.world, "act"):
            if cell.rule.endpoint == "digests.download" and cell.name == "present":
                for name in FORMATS:
                    parts = {**cell.parts, "version": version, "format_name": name}
                    self._send(cell, address(self.world, replace(cell, parts=parts), self.language))
        return self

    def _send(self, cell: Cell, url: str) -> None:
        client = self.world.browser(self.actor)
        data = {"csrf_token": self.world.token(), **TYPED}
        answer = client.post(url, data=data, headers={"Sec-Fetch-Site": "same-origin"}, buffered=True)
        self.pages[f"act {cell.row} {url}"] = everything(answer)
        if cell.rule.endpoint in SPENDS:
            self.world.spent(self.actor)

    def found(self, planted: Planted) -> list[str]:
        """Where a word stands that this reader must not reach."""
        forbidden = planted.forbidden(self.actor)
        return [f"{self.actor}: {word} at {where}" for where, text in self.folded()
                for word in forbidden if word in text]  # fmt: skip

    def folded(self) -> Iterator[tuple[str, str]]:
        """Where something stands, and what, whatever its letters are like."""
        return ((where, text.casefold()) for where, text in self.pages.items())


def leads(answer: TestResponse, url: str) -> Iterator[str]:
    """Where a page of the staff or of a receipt leads: its links, and each choice of its filters."""
    if answer.mimetype != "text/html" or answer.status_code != 200:
        return
    tree = html.document_fromstring(answer.get_data(as_text=True))
    found = [str(link.get("href")) for link in tree.iter("a") if link.get("href")]
    for form in tree.forms:
        if (form.method or "GET").upper() == "GET":
            found += [f"{form.get('action') or ''}?{urlencode({name: value})}" for name, value in choices(form)]
    for one in found:
        parts = urlsplit(urljoin(url, one))
        if parts.netloc or not re.match(r"/\w\w/(staff|receipt)/", parts.path):
            continue
        # Filters stay in the address of whatever the list leads to: each page is read with them once.
        is_first = not urlsplit(url).query
        yield f"{parts.path}?{urlencode(sorted(parse_qsl(parts.query)))}" if parts.query and is_first else parts.path


def choices(form: Any) -> Iterator[tuple[str, str]]:
    """Each filter of a form that only asks, with the values that could show something."""
    for select in form.iter("select"):
        values = [option.get("value") for option in select.iter("option") if option.get("value")]
        yield from ((select.get("name"), value) for value in [one for one in values if one in TELLING] or values[:2])
    for box in form.iter("input"):
        if box.get("type") in ("checkbox", "radio") and box.get("name"):
            yield box.get("name"), box.get("value") or "on"


def everything(answer: TestResponse) -> str:
    """All that an answer says: headers, and the text of whatever it is wrapped in."""
    body = answer.get_data()
    headers = " ".join(value for name, value in answer.headers if name in ("Location", "Content-Disposition"))
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            return headers + "\n".join(package.read(name).decode(errors="replace") for name in package.namelist())
    if str(answer.mimetype).startswith("text/") or answer.is_json:
        return f"{answer.status_code} {headers} {without_tokens(body.decode(errors='replace'))}"
    return f"{answer.status_code} {headers} {body.decode('latin-1')}"


def without_tokens(text: str) -> str:
    """A page without what is new each time it is made."""
    return re.sub(r'(<input[^>]*type="hidden"[^>]*value=")[^"]*', r"\1", text)


def walks(world: World, actor: str, language: str = "en") -> Walk:
    return Walk(world, actor, world.browser(actor), language)


@pytest.fixture
def planted() -> Planted:
    return Planted()


def plant(world: World, planted: Planted, things: Iterable[Plant]) -> None:
    for thing in things:
        with world.app.app_context(), transaction():
            thing(planted)


def compare(before: Walk, after: Walk) -> list[str]:
    """Where a page says something else than before."""
    return [f"{after.actor}: {where}" for where in sorted(before.pages.keys() | after.pages.keys())
            if before.pages.get(where) != after.pages.get(where)]  # fmt: skip


def test_what_somebody_must_not_know_of_is_nowhere_and_changes_nothing(world: World, planted: Planted) -> None:
    # Planted words are looked for before they are there, too.
    words = [
        "zqkintext",
        "zqothertext",
        "zqdraft",
        "zqkinfile",
        "zqconflicttext",
        "zqalonetext",
        "zqdangertext",
        "zqhandedtext",
    ]
    with world.app.app_context(), transaction():
        conflicts.declare(somebody("co-lead"), somebody("secretariat"), conflicts.With(CLOSE), "Married there.")
    for actor in ACTORS:
        world.browser(actor)  # contributors come with what they sent
    before = {actor: walks(world, actor).read().ask(words) for actor in ACTORS}
    for things, unaware in UNKNOWN:
        plant(world, planted, things)
        changed: list[str] = []
        for actor in ACTORS:
            after = walks(world, actor).read().ask(words)
            if actor in unaware:
                changed += compare(before[actor], after)
            before[actor] = after
            assert after.found(planted) == []
        assert changed == []
    seen_by_their_own = before["co-lead"].pages
    assert any("zqkintext" in page for page in seen_by_their_own.values()), "what is planted is there for who reads it"
    assert seen_by_their_own["search zqkintext"] != seen_by_their_own[f"search {NOWHERE}"]
    assert before["kin co-lead"].pages["search zqkintext"] == before["kin co-lead"].pages[f"search {NOWHERE}"]


def test_no_word_goes_beyond_those_who_may_read_it(world: World, planted: Planted) -> None:
    plant(world, planted, [of_the_own_group])
    with world.app.app_context(), transaction():
        world.known["latest"] = str(digests.compile_digest(held("wg3-open"), person_id=None).version)
    found: list[str] = []
    reached: dict[str, set[str]] = {word: set() for word in planted.readers}
    for actor in ACTORS:
        walk = walks(world, actor, "ar").read().ask([]).download().act()
        found += walk.found(planted)
        for _where, text in walk.folded():
            for word in planted.readers:
                if word in text:
                    reached[word].add(actor)
        assert walk.walked == {cell.row for cell in cells(world, "read", "act")}
    assert found == []
    assert {word for word, readers in planted.readers.items() if readers and not reached[word]} == set()
