"""Changing the programme. Whatever changes, a revision keeps what was there before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from intake.accounts.models import Organisation
from intake.accounts.organisations import recognise
from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.languages import SOURCE_LANGUAGE
from intake.foundation.multilingual import Multilingual
from intake.foundation.vocabularies import vocabulary

from . import queries
from .models import (
    Document,
    GuidingQuestion,
    ListeningSession,
    Organiser,
    Output,
    ReferralContact,
    Series,
    SessionDocument,
    SessionOutput,
    SessionPerson,
    SessionRevision,
    Sitting,
    WorkingGroup,
    WorkingGroupCoLead,
)
from .record import Record, record_of
from .vocabulary import SessionState

Thing = TypeVar("Thing", bound=Document | Output)


_NOT_ASKED_YET = (SessionState.PIPELINE, SessionState.TBD, SessionState.SCHEDULED)


class CodeIsFixed(Exception):
    """The code of a listening session stands in references that people have cited; it never changes."""


class QuestionsAreAsked(Exception):
    """People have answered these questions under their numbers: they stay; new ones come after them."""


def keeps_its_questions(held: ListeningSession, texts: Sequence[Mapping[str, str]]) -> bool:
    """Whether every question that people may have answered keeps its number, and its wording in each language it has.

    Answers are kept under these numbers: once there are any, it does not matter that the session was put back. A
    language may be added to a question; what ``texts`` leave out is not changed by them.
    """
    if held.state in _NOT_ASKED_YET and not queries.is_answered(held):
        return True
    asked = [question.text for question in held.questions]
    return len(texts) >= len(asked) and all(_says_the_same(text, was) for text, was in zip(texts, asked, strict=False))


def _says_the_same(text: Mapping[str, str], was: Mapping[str, str]) -> bool:
    """Whether a question says what it said, in every language in which it says something then and now."""
    both = text.keys() & was.keys()
    return bool(both or not was) and all(text[code] == was[code] for code in both)


def lifts_ceiling(revision: SessionRevision) -> bool:
    """Whether this change lets more consent count than before."""
    before, after = revision.changes.get("consent_ceiling", (None, None))
    return before is not None and (after is None or after > before)


def change_session(
    held: ListeningSession, values: Mapping[str, Any], *, person_id: int | None = None
) -> SessionRevision | None:
    """Give fields of ``held`` other values, in the shape of ``record``; None when nothing is different.

    Takes part in the open transaction: the revision and a line of the register are written with the change.

    Raises:
        CodeIsFixed: ``values`` holds another code.
        QuestionsAreAsked: a question that people may have answered would move, go or say something else.
        KeyError: a field that does not exist, or an unknown working group.
    """
    before = record_of(held)
    after = _named_as_known(values)
    changes = {field: [before[field], value] for field, value in after.items() if value != before[field]}
    if not changes:
        return None
    if "code" in changes:
        raise CodeIsFixed(held.code)
    if "guiding_questions" in changes and not keeps_its_questions(held, after["guiding_questions"]):
        raise QuestionsAreAsked(held.code)
    _fill(held, {field: after[field] for field in changes})
    return _keep(held, changes, person_id)


def _keep(held: ListeningSession, changes: dict[str, Any], person_id: int | None) -> SessionRevision:
    held.changed_at = clock.now()
    number = len(held.revisions) + 1
    revision = SessionRevision(number=number, at=held.changed_at, person_id=person_id, changes=changes)
    held.revisions.append(revision)
    session().flush()
    register.record("programme.changed", held.code, person_id=person_id, fields=", ".join(sorted(changes)))
    return revision


def add_session(series: Series, values: Record, *, person_id: int | None = None) -> ListeningSession:
    """A new entry of ``series``; ``values`` in the shape of ``record`` need position, slug, code and state.

    Raises:
        KeyError: a field that does not exist, or an unknown working group.
    """
    held = ListeningSession(
        series=series, position=values["position"], slug=values["slug"], code=values["code"],
        state=values["state"], changed_at=clock.now(), topic=Multilingual(), purpose=Multilingual(),
        formats=[], audience=[], languages=[], standing=False,
    )  # fmt: skip
    session().add(held)
    session().flush()
    _fill(held, _named_as_known(values))
    session().flush()
    register.record("programme.added", held.code, person_id=person_id)
    return held


def move(places: Mapping[ListeningSession, int], *, person_id: int | None = None) -> Sequence[ListeningSession]:
    """Let each listening session take its new position; some may trade places. Returns those that moved."""
    moved = {held: (held.position, place) for held, place in places.items() if held.position != place}
    # Two rows never share a position, not even between two statements.
    for held, (_, place) in moved.items():
        held.position = -place
    session().flush()
    for held, (before, place) in moved.items():
        held.position = place
        _keep(held, {"position": [before, place]}, person_id)
    return list(moved)


def relate(held: ListeningSession, positions: Sequence[int]) -> None:
    """Say that ``held``, which is new, is about the same subject as the entries at ``positions``."""
    _set_related(held, positions)
    session().flush()


def keep_series(slug: str, values: Mapping[str, Any], *, example: bool = False) -> Series:
    """The series at ``slug``, made when there is none, with the texts and the year in ``values``."""
    series = queries.series_by_slug(slug)
    if series is None:
        series = Series(slug=slug, title={}, host={}, note={}, footer={}, example=example)
        session().add(series)
    for field in ("title", "host", "note", "footer"):
        if field in values and getattr(series, field) != Multilingual(values[field]):
            setattr(series, field, Multilingual(values[field]))
    if "year" in values:
        series.year = values["year"]
    session().flush()
    return series


def keep_organisation(
    name: str, aliases: Sequence[str] = (), *, label: Mapping[str, str] | None = None
) -> Organisation:
    """The organisation called ``name`` in any of its spellings, made when there is none.

    ``aliases`` are added; ``label`` is what pages call it, where that differs by language.
    """
    [found] = keep_organisations([name])
    new = [alias for alias in aliases if alias not in found.aliases and alias != found.name]
    if new:
        found.aliases = [*found.aliases, *new]
    if label and found.label != Multilingual(label):
        found.label = Multilingual(label)
    session().flush()
    return found


def keep_organisations(names: Sequence[str]) -> list[Organisation]:
    """The organisations called ``names`` in any of their spellings, each once; made where there are none."""
    if not names:
        return []
    known = {organisation.name: organisation for organisation in queries.organisations()}
    found: dict[str, Organisation] = {}
    for name in names:
        official = name if name in known else recognise(name, ((one.name, one.aliases) for one in known.values()))
        if official not in known:
            known[official] = Organisation(name=official, aliases=[])
            session().add(known[official])
        found[official] = known[official]
    session().flush()
    return list(found.values())


def keep_working_group(code: str, values: Mapping[str, Any] | None = None) -> WorkingGroup:
    """The working group ``code`` with ``values`` (name, since, until, co_leads); made when there is none.

    A group that is not described takes its name and co-leads from the vocabulary.

    Raises:
        KeyError: nothing is known about it.
    """
    group = session().scalar(sa.select(WorkingGroup).where(WorkingGroup.code == code))
    if group is None:
        if values is None:
            term = vocabulary("working_groups")[code]
            values = {"name": term.label, "co_leads": list(term.co_leads)}
        group = WorkingGroup(code=code, name=Multilingual())
        session().add(group)
        session().flush()
    for field, value in (values or {}).items():
        _set_group(group, field, value)
    session().flush()
    return group


def _set_group(group: WorkingGroup, field: str, value: Any) -> None:
    if field == "co_leads":
        leads = keep_organisations(value)
        if [link.organisation for link in group.co_leads] != leads:
            _clear(group.co_leads)
            group.co_leads.extend(WorkingGroupCoLead(organisation=lead, position=n) for n, lead in enumerate(leads, 1))
    elif field == "name":
        if group.name != Multilingual(value):
            group.name = Multilingual(value)
    else:
        setattr(group, field, value)


def touch(series: Series) -> None:
    """Say that all entries of ``series`` may look different, because a name they share changed."""
    session().execute(
        sa.update(ListeningSession).where(ListeningSession.series_id == series.id).values(changed_at=clock.now())
    )


def _named_as_known(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with organisations called by the names they are kept under, so that equal ones compare equal."""
    if not values.get("organisers"):
        return dict(values)
    return {**values, "organisers": [organisation.name for organisation in keep_organisations(values["organisers"])]}


def _fill(held: ListeningSession, values: Mapping[str, Any]) -> None:
    for field, value in values.items():
        _SETTERS[field](held, value)


def _attribute(name: str) -> Callable[[ListeningSession, Any], None]:
    return lambda held, value: setattr(held, name, value)


def _set_date(held: ListeningSession, value: Any) -> None:
    held.date = date.fromisoformat(value) if value else None


def _set_topic(held: ListeningSession, value: Any) -> None:
    held.topic = Multilingual(value)


def _set_purpose(held: ListeningSession, value: Any) -> None:
    held.purpose = Multilingual(value)


def _set_group_of(held: ListeningSession, value: Any) -> None:
    held.working_group = keep_working_group(value) if value else None


def _set_organisers(held: ListeningSession, value: Any) -> None:
    _clear(held.organisers)
    held.organisers.extend(
        Organiser(organisation=organisation, position=n) for n, organisation in enumerate(keep_organisations(value), 1)
    )


def _clear(links: list[Any]) -> None:
    # A link that comes again has the same key: the old row goes first.
    if links:
        links.clear()
        session().flush()


def _set_people(held: ListeningSession, value: Any) -> None:
    held.people[:] = [
        SessionPerson(position=n, role=person["role"], name=person["name"]) for n, person in enumerate(value, 1)
    ]


def _set_sittings(held: ListeningSession, value: Any) -> None:
    # In place: what was said at a sitting hangs on its row.
    del held.sittings[len(value) :]
    for n, sitting in enumerate(value):
        if n == len(held.sittings):
            held.sittings.append(Sitting(position=n + 1))
        row = held.sittings[n]
        row.starts_at = datetime.fromisoformat(sitting["starts_at"]) if sitting["starts_at"] else None
        row.minutes, row.time_zone = sitting["minutes"], sitting["time_zone"]
        row.language, row.link = sitting["language"], sitting["link"]


def _set_questions(held: ListeningSession, value: Any) -> None:
    # In place: answers are kept by the position of their question.
    del held.questions[len(value) :]
    for n, text in enumerate(value):
        if n == len(held.questions):
            held.questions.append(GuidingQuestion(position=n + 1))
        held.questions[n].text = Multilingual(text)


def _set_documents(held: ListeningSession, value: Any) -> None:
    mine = [link.document for link in held.documents]
    found = _things(value, mine, queries.documents, _is_document, Document)
    for document, thing in zip(found, value, strict=True):
        document.title = Multilingual(thing["title"])
        document.language, document.url = thing["language"], thing["url"]
    _clear(held.documents)
    held.documents.extend(
        SessionDocument(document=document, role=thing["role"], position=n)
        for n, (document, thing) in enumerate(zip(found, value, strict=True), 1)
    )


def _is_document(one: Document, thing: Mapping[str, Any]) -> bool:
    # A title like "Concept note" is no identity: only what is the same in everything is shared.
    return (one.title, one.language, one.url) == (Multilingual(thing["title"]), thing["language"], thing["url"])


def _set_outputs(held: ListeningSession, value: Any) -> None:
    mine = [link.output for link in held.outputs]
    found = _things(value, mine, queries.outputs, _is_output, Output)
    for output, thing in zip(found, value, strict=True):
        output.title, output.status = Multilingual(thing["title"]), thing["status"]
    _clear(held.outputs)
    held.outputs.extend(SessionOutput(output=output, position=n) for n, output in enumerate(found, 1))


def _is_output(one: Output, thing: Mapping[str, Any]) -> bool:
    # One brief may be fed by several sessions, and its status is one for all of them.
    title = Multilingual(thing["title"]).in_language(SOURCE_LANGUAGE.code).text
    return bool(title) and one.title.in_language(SOURCE_LANGUAGE.code).text == title


def _things(
    value: Sequence[Mapping[str, Any]],
    mine: Sequence[Thing],
    of_kind: Callable[[str], Sequence[Thing]],
    is_same: Callable[[Thing, Mapping[str, Any]], bool],
    make: Callable[..., Thing],
) -> list[Thing]:
    """The rows that stand for ``value``: the same ones first, then this session's own, rewritten, then new ones."""
    found: list[Thing | None] = []
    for thing in value:
        known = [one for one in (*mine, *of_kind(thing["kind"])) if one.kind == thing["kind"]]
        found.append(next((one for one in known if one not in found and is_same(one, thing)), None))
    free = [one for one in mine if one not in found and not queries.is_shared(one)]
    for n, thing in enumerate(value):
        if found[n] is None:
            own = next((one for one in free if one.kind == thing["kind"] and one not in found), None)
            found[n] = own or make(kind=thing["kind"])
    rows = [one for one in found if one is not None]
    session().add_all(rows)
    return rows


def _set_related(held: ListeningSession, value: Any) -> None:
    held.related[:] = sorted(queries.sessions_at(held.series_id, value), key=lambda other: other.position)


def keep_referral_contact(contact: ReferralContact, person_id: int, **columns: Any) -> None:
    """Keep a new or a changed contact; whoever keeps it has made sure today that it is right."""
    for name, value in columns.items():
        setattr(contact, name, value)
    contact.checked_on = clock.day(clock.now())
    contact.example = False  # somebody answers for it now: it stays when the examples go
    session().add(contact)
    session().flush()
    register.record("referral.keep", str(contact.id), person_id=person_id)


def remove_referral_contact(contact: ReferralContact, person_id: int) -> None:
    """Remove a contact that no longer helps."""
    register.record("referral.remove", str(contact.id), person_id=person_id)
    session().delete(contact)
    session().flush()


_SETTERS: dict[str, Callable[[ListeningSession, Any], None]] = {
    "position": _attribute("position"),
    "slug": _attribute("slug"),
    "code": _attribute("code"),
    "state": _attribute("state"),
    "date": _set_date,
    "time_zone": _attribute("time_zone"),
    "topic": _set_topic,
    "working_group": _set_group_of,
    "organisers": _set_organisers,
    "people": _set_people,
    "format": _attribute("formats"),
    "sittings": _attribute("sitting_count"),
    "sitting_times": _set_sittings,
    "audience": _attribute("audience"),
    "purpose": _set_purpose,
    "guiding_questions": _set_questions,
    "languages": _attribute("languages"),
    "interpretation": _attribute("interpretation"),
    "consent_ceiling": _attribute("consent_ceiling"),
    "standing": _attribute("standing"),
    "outputs": _set_outputs,
    "documents": _set_documents,
    "related": _set_related,
}
