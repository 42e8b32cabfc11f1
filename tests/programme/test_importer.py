from __future__ import annotations

import codecs
import io
import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.accounts.models import Organisation
from intake.foundation.database import session
from intake.foundation.i18n import speak
from intake.foundation.languages import CODES
from intake.foundation.register import RegisterLine
from intake.programme import importer, queries
from intake.programme.models import Document, Output, SessionRevision
from intake.programme.problems import Refused
from tests.programme.files import EXAMPLE, as_csv, as_xlsx, bring_in, records, refused

ROWS = [
    {"position": "1", "working_group": "WG3", "date": "2020-06-09", "topic": "Regular pathways"},
    {"position": "2", "topic": "Alternatives to detention", "status": "tbd"},
    {"position": "3", "status": "pipeline"},
]


def entries(*raw: dict[str, Any]) -> bytes:
    return json.dumps({"series": {"slug": "s"}, "entries": list(raw)}).encode()


def test_the_example_is_the_programme_of_2020(app: Flask) -> None:
    outcome = bring_in(app, EXAMPLE)
    found = records(app)
    assert (len(outcome.added), dict(outcome.changed), outcome.unchanged) == (17, {}, 0)
    assert [record["position"] for record in found] == list(range(1, 18))
    assert sum(record["date"] is None for record in found) == 7
    assert sum(record["topic"] is None for record in found) == 3
    nothing = {field for field, value in found[16].items() if value in (None, [], False)}
    assert nothing == set(found[16]) - {"position", "slug", "code", "state"}


@pytest.mark.usefixtures("programme")
def test_the_editorial_text_of_the_example_is_in_all_languages(app: Flask) -> None:
    for record in records(app):
        for text in (record["topic"], record["purpose"], *record["guiding_questions"]):
            assert text is None or tuple(text) == CODES


@pytest.mark.usefixtures("programme")
def test_the_same_file_twice_changes_nothing(app: Flask) -> None:
    before = records(app)
    outcome = bring_in(app, EXAMPLE)
    assert (outcome.added, dict(outcome.changed), outcome.unchanged) == ((), {}, 17)
    assert records(app) == before
    with app.app_context():
        assert session().scalars(sa.select(SessionRevision)).all() == []


@pytest.mark.usefixtures("programme")
def test_a_file_in_english_alone_keeps_the_translations(app: Flask) -> None:
    bare = json.loads(EXAMPLE)
    for entry in bare["entries"]:
        for key in ("slug", "code", "state", "time_zone", "consent_ceiling"):
            del entry[key]
        entry["topic"] = entry["topic"] and entry["topic"]["en"]
        entry["purpose"] = entry["purpose"] and entry["purpose"]["en"]
        entry["guiding_questions"] = [text["en"] for text in entry["guiding_questions"]]
    outcome = bring_in(app, json.dumps(bare).encode())
    assert (outcome.added, dict(outcome.changed), outcome.unchanged) == ((), {}, 17)


def test_a_changed_row_keeps_what_was_there_before(app: Flask) -> None:
    bring_in(app, as_csv(ROWS), series="s")
    changed = [{**ROWS[0], "date": "2020-06-10"}, ROWS[1], ROWS[2]]
    outcome = bring_in(app, as_csv(changed))
    assert dict(outcome.changed) == {"WG3-2020-06-09": ("date",)}
    assert outcome.unchanged == 2
    with app.app_context():
        [revision] = session().scalars(sa.select(SessionRevision)).all()
        acts = session().scalars(sa.select(RegisterLine.act).order_by(RegisterLine.number)).all()
    assert (revision.number, revision.changes) == (1, {"date": ["2020-06-09", "2020-06-10"]})
    assert acts[-2:] == ["programme.changed", "programme.imported"]


def test_entries_that_are_not_in_the_file_stay(app: Flask) -> None:
    bring_in(app, as_csv(ROWS), series="s")
    bring_in(app, as_csv([{"code": "S-3", "position": "3", "topic": "Now there is one"}]))
    assert [record["topic"] and record["topic"]["en"] for record in records(app)] == [
        "Regular pathways", "Alternatives to detention", "Now there is one",
    ]  # fmt: skip


def test_a_column_that_is_missing_changes_nothing_and_an_empty_cell_clears(app: Flask) -> None:
    bring_in(app, as_csv([{"position": "1", "topic": "A", "purpose": "B", "date": "2020-01-01"}]), series="s")
    bring_in(app, as_csv([{"position": "1", "topic": "A", "date": ""}]))
    [record] = records(app)
    assert (record["purpose"], record["date"], record["code"]) == ({"en": "B"}, None, "S-2020-01-01")


def test_a_new_wording_drops_the_translations_of_the_old_one(app: Flask) -> None:
    both = {"position": "1", "topic": "Old", "topic_fr": "Ancien"}
    bring_in(app, as_csv([both]), series="s")
    bring_in(app, as_csv([{"position": "1", "topic": "New"}]))
    assert records(app)[0]["topic"] == {"en": "New"}
    bring_in(app, as_csv([{"position": "1", "topic_fr": "Nouveau"}]))
    assert records(app)[0]["topic"] == {"en": "New", "fr": "Nouveau"}


def test_an_entry_that_opened_is_not_closed_by_a_printed_programme(app: Flask) -> None:
    bring_in(app, entries({"state": "open", "date": "2020-01-01"}))
    bring_in(app, entries({"status": "scheduled", "date": "2020-01-01"}))
    assert records(app)[0]["state"] == "open"


def test_codes_and_slugs_are_made_once_and_stay(app: Flask) -> None:
    bring_in(app, as_csv(ROWS), series="s")
    assert [(record["code"], record["slug"]) for record in records(app)] == [
        ("WG3-2020-06-09", "regular-pathways-2020-06-09"),
        ("S-2", "alternatives-to-detention"),
        ("S-3", "s-3"),
    ]
    bring_in(app, as_csv([{**ROWS[0], "topic": "Another topic", "date": "2021-01-01"}]))
    assert records(app)[0]["code"] == "WG3-2020-06-09"
    assert records(app)[0]["slug"] == "regular-pathways-2020-06-09"


def test_two_entries_of_one_group_on_one_day_get_codes_of_their_own(app: Flask) -> None:
    same = {"working_group": "WG2", "date": "2020-05-20", "topic": "Detention"}
    bring_in(app, entries(same, same))
    assert [record["code"] for record in records(app)] == ["WG2-2020-05-20", "WG2-2020-05-20-2"]
    assert [record["slug"] for record in records(app)] == ["detention-2020-05-20", "detention-2020-05-20-2"]


def test_entries_may_trade_places(app: Flask) -> None:
    bring_in(app, as_csv(ROWS), series="s")
    outcome = bring_in(app, as_csv([{"code": "S-2", "position": "1"}, {"code": "WG3-2020-06-09", "position": "2"}]))
    assert dict(outcome.changed) == {"S-2": ("position",), "WG3-2020-06-09": ("position",)}
    assert [record["code"] for record in records(app)] == ["S-2", "WG3-2020-06-09", "S-3"]


def test_an_entry_can_be_put_between_others(app: Flask) -> None:
    bring_in(app, entries({"code": "A", "topic": "A"}, {"code": "B", "topic": "B", "related": [1]}))
    bring_in(app, entries({"code": "C", "position": 2}, {"code": "B", "position": 3, "related": [1, 2]}))
    assert [(record["code"], record["related"]) for record in records(app)] == [("A", []), ("C", []), ("B", [1, 2])]


def test_a_named_entry_without_a_position_comes_last(app: Flask) -> None:
    bring_in(app, entries({"code": "A"}, {"code": "B"}))
    again = entries({"code": "D"}, {"code": "B"}, {"code": "C"})
    bring_in(app, again)
    assert [record["code"] for record in records(app)] == ["A", "B", "D", "C"]
    assert bring_in(app, again).unchanged == 3


def test_organisations_are_known_by_any_spelling(app: Flask) -> None:
    content = {
        "organisations": [{"name": "WHO", "aliases": ["World Health Organization"]}],
        "series": {"slug": "s"},
        "entries": [{"organisers": ["World Health Organization", "WHO", "FAO"]}],
    }
    bring_in(app, json.dumps(content).encode())
    assert records(app)[0]["organisers"] == ["WHO", "FAO"]
    assert bring_in(app, json.dumps(content).encode()).unchanged == 1


def test_a_known_working_group_needs_no_description(app: Flask) -> None:
    bring_in(app, as_csv(ROWS), series="s")
    with app.app_context():
        group = next(group for group in queries.working_groups() if group.code == "WG3")
        assert tuple(group.name) == CODES
        assert [lead.organisation.name for lead in group.co_leads][:2] == ["OHCHR", "ACT Alliance"]


def test_one_brief_may_be_fed_by_several_sessions(app: Flask) -> None:
    brief = {"outputs": [{"kind": "policy_brief", "title": "One brief"}, {"kind": "policy_brief", "title": None}]}
    bring_in(app, entries(brief, brief))
    with app.app_context():
        assert len(session().scalars(sa.select(Output)).all()) == 3


def test_a_brief_that_gets_its_title_stays_the_same_brief(app: Flask) -> None:
    bring_in(app, entries({"outputs": [{"kind": "policy_brief", "title": None}]}))
    bring_in(app, entries({"outputs": [{"kind": "policy_brief", "title": "Named", "status": "drafting"}]}))
    with app.app_context():
        [output] = session().scalars(sa.select(Output)).all()
        assert (output.title["en"], output.status) == ("Named", "drafting")


def test_documents_with_the_same_title_are_not_the_same_document(app: Flask) -> None:
    note = {"kind": "concept_note", "role": "announcement", "title": "Concept note"}
    bring_in(app, entries({"documents": [{**note, "url": "https://x.org/1"}]}, {"documents": [note]}))
    bring_in(app, entries({"documents": [{**note, "url": "https://x.org/3"}]}, {"documents": [note]}))
    assert [record["documents"][0]["url"] for record in records(app)] == ["https://x.org/3", None]
    with app.app_context():
        assert len(session().scalars(sa.select(Document)).all()) == 2


def test_times_of_sittings_find_their_zone(app: Flask) -> None:
    row = {"position": "1", "time_zone": "Africa/Tunis", "sittings": "3", "sitting_times": (
        "2020-06-09 14:00, 120 min, fr <https://x.org/join> | 2020-06-09T14:00+02:00, Europe/Zurich | tbd, es"
    )}  # fmt: skip
    bring_in(app, as_csv([row]), series="s")
    assert [sitting["starts_at"] for sitting in records(app)[0]["sitting_times"]] == [
        "2020-06-09T13:00+00:00", "2020-06-09T14:00+02:00", None,
    ]  # fmt: skip
    assert bring_in(app, as_csv([row])).unchanged == 1


# Files of all kinds


@pytest.mark.parametrize("divider", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_as_spreadsheets_write_it(divider: str, encoding: str) -> None:
    rows = [{"Position": "1", "Topic": "Voies; sûres, régulières", "Topic (AR)": "مسارات"}]
    read = importer.read(as_csv(rows, divider=divider, encoding=encoding))
    assert read.entries[0].values == {"position": 1, "topic": {"en": "Voies; sûres, régulières", "ar": "مسارات"}}


def test_the_mark_of_big_endian_utf_16_is_understood() -> None:
    data = codecs.BOM_UTF16_BE + as_csv([{"topic": "A"}], encoding="utf-16-be")
    assert importer.read(data).entries[0].values == {"topic": {"en": "A"}}


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    text = 'topic;date\r\n"two\r\nlines";\r\n;\r\nC;never\r\n'
    with pytest.raises(Refused) as caught:
        importer.read(text.encode())
    assert [(problem.row, problem.column, problem.value) for problem in caught.value.problems] == [
        (2, "topic", "two lines"), (4, "date", "never"),
    ]  # fmt: skip


def test_a_workbook_with_dates_and_numbers() -> None:
    rows = [
        ["position", "date", "topic", "sittings", "standing", "sitting_times", "time_zone"],
        [1, date(2020, 6, 4), "A", 2.0, True, None, None],
        [None] * 7,
        [2, datetime(2020, 6, 9, tzinfo=UTC).replace(tzinfo=None), "B", None, False,
         datetime(2020, 6, 9, 14, 30, tzinfo=UTC).replace(tzinfo=None), "UTC"],
    ]  # fmt: skip
    first, second = importer.read(as_xlsx(rows)).entries
    assert (first.row, first.values["date"], first.values["sittings"], first.values["standing"]) == (
        2, "2020-06-04", 2, True,
    )  # fmt: skip
    assert (second.row, second.values["date"]) == (4, "2020-06-09")
    assert second.values["sitting_times"][0]["starts_at"] == "2020-06-09T14:30+00:00"


def test_json_may_be_a_bare_list_of_entries(app: Flask) -> None:
    assert bring_in(app, b'[{"topic": "A"}]').series == "programme"


# What is wrong


def test_one_bad_row_in_the_middle_and_nothing_is_imported(app: Flask) -> None:
    rows = [{"position": str(n), "date": "2020-06-04", "topic": f"Topic {n}"} for n in range(1, 12)]
    rows[5]["date"] = "June 4th"
    [problem] = refused(app, as_csv(rows))
    assert problem.startswith('row 7, column date, "June 4th": ')
    assert records(app) == []
    with app.app_context():
        assert queries.all_series() == []
        assert session().scalars(sa.select(Organisation)).all() == []


@pytest.mark.parametrize("code", CODES)
def test_the_message_is_in_the_readers_language_and_names_row_column_and_value(app: Flask, code: str) -> None:
    try:
        importer.read(as_csv([{"date": "2020-06-04"}, {"date": "June 4th"}]))
    except Refused as error:
        [problem] = error.problems
    with app.app_context():
        speak(code)
        assert all(part in str(problem) for part in ("3", "date", "June 4th", str(problem.reason)))


def test_every_problem_is_told_at_once(app: Flask) -> None:
    rows = [
        {"position": "x", "date": "04/06/2020", "format": "listening_session; teach_in", "audience": "everybody"},
        {"position": "2", "date": "2020-02-30", "format": "", "audience": ""},
    ]
    assert [problem.split(": ")[0] for problem in refused(app, as_csv(rows))] == [
        'row 2, column position, "x"',
        'row 2, column date, "04/06/2020"',
        'row 2, column format, "teach_in"',
        'row 2, column audience, "everybody"',
        'row 3, column date, "2020-02-30"',
    ]


@pytest.mark.parametrize("value", ["June 4th", "4.6.2020", "2020-6-4", "20200604", "2020-W23-4", "2020-13-01", "tbd"])
def test_only_iso_dates_are_dates(app: Flask, value: str) -> None:
    [problem] = refused(app, as_csv([{"date": value}]))
    assert problem.startswith(f'row 2, column date, "{value}": ')


WRONG: list[tuple[str, Any]] = [
    ("position", 0),
    ("position", 1.5),
    ("slug", "Not A Slug"),
    ("code", "a/b"),
    ("status", "maybe"),
    ("state", "opened"),
    ("date", 20200604),
    ("time_zone", "Geneva"),
    ("topic", ["a"]),
    ("topic", {"pt": "Vias"}),
    ("topic", "x" * 301),
    ("topic", "two\nlines"),
    ("topic", "turn \u202e around"),
    ("topic", "a\x00b"),
    ("topic", "a\ud800b"),
    ("working_group", "WG99"),
    ("organisers", "WHO"),
    ("organisers", [7, {"a": 1}, ["x"]]),
    ("people", [{"role": "king", "name": "A"}]),
    ("people", [{"name": "A"}]),
    ("people", ["A"]),
    ("format", ["teach_in"]),
    ("sittings", -1),
    ("sittings", True),
    ("sitting_times", [{"starts_at": "2020-06-09T14:00"}]),
    ("sitting_times", [{"starts_at": "tomorrow"}]),
    ("sitting_times", [{"link": "javascript:alert(1)"}]),
    ("audience", ["everybody"]),
    ("purpose", {"en": 7.5, "fr": []}),
    ("guiding_questions", "Why?"),
    ("languages", ["klingon"]),
    ("interpretation", {"mode": "telepathic"}),
    ("interpretation", {"mode": "none", "by": "us"}),
    ("interpretation", "none"),
    ("consent_ceiling", 5),
    ("standing", "perhaps"),
    ("outputs", [{"kind": "song"}]),
    ("outputs", [{"kind": "policy_brief", "status": "lost"}]),
    ("documents", [{"kind": "policy_brief"}]),
    ("documents", [{"kind": "policy_brief", "role": "subject", "url": "ftp://x.org"}]),
    ("documents", [{"kind": "policy_brief", "role": "subject", "title": "A"}] * 2),
    ("related", [99]),
    ("colour", "blue"),
]


@pytest.mark.parametrize(("column", "value"), WRONG)
def test_what_a_programme_cannot_hold_is_named(app: Flask, column: str, value: Any) -> None:
    problems = refused(app, entries({"topic": "Fine"}, {column: value}))
    assert problems
    assert all(problem.startswith(f"row 2, column {column}, ") for problem in problems)


def test_a_long_value_is_cut_and_a_wild_one_tamed(app: Flask) -> None:
    [problem] = refused(app, entries({"date": "x" * 500}))
    assert f'"{"x" * 59}…"' in problem
    [problem] = refused(app, entries({"date": "\x1b[31mred"}))
    assert "\x1b" not in problem


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"topic": "A", "topc": "B"}], 'row 1, column topc, "topc"'),
        ([{"topic": "A", "Topic (EN)": "B"}], 'row 1, column Topic (EN), "Topic (EN)"'),
        ([{"documents_fr": "Titre"}], 'row 1, column documents, ""'),
        ([{"position": "1"}, {"position": "1"}], 'row 3, column position, "1"'),
        ([{"code": "A", "position": "1"}, {"code": "A", "position": "2"}], 'row 3, column code, "A"'),
        ([{"slug": "a", "position": "1"}, {"slug": "a", "position": "2"}], 'row 3, column slug, "a"'),
        ([{"people": "António Vitorino"}], 'row 2, column people, "António Vitorino"'),
        ([{"interpretation": "ad hoc, french>en"}], 'row 2, column interpretation, "ad hoc"'),
        ([{"related": "2"}], 'row 2, column related, "2"'),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_named(app: Flask, rows: list[dict[str, str]], told: str) -> None:
    assert refused(app, as_csv(rows))[0].startswith(told)


def test_a_code_never_changes(app: Flask) -> None:
    bring_in(app, entries({"slug": "a", "code": "A"}))
    assert refused(app, entries({"slug": "a", "code": "B"}))[0].startswith('row 1, column code, "B": ')


def test_a_position_is_not_taken_from_another_entry(app: Flask) -> None:
    bring_in(app, entries({"slug": "a", "code": "A"}))
    assert refused(app, entries({"slug": "b", "position": 1}))[0].startswith('row 1, column position, "1": ')


def test_two_rows_cannot_be_the_same_entry(app: Flask) -> None:
    bring_in(app, entries({"slug": "a", "code": "A"}))
    problems = refused(app, entries({"slug": "a", "position": 1}, {"code": "A", "position": 2}))
    assert problems[0].startswith('row 2, column slug, "a": ')


def test_no_two_series_share_a_code(app: Flask) -> None:
    bring_in(app, entries({"code": "A"}))
    data = json.dumps({"series": {"slug": "t"}, "entries": [{"code": "A"}]}).encode()
    assert refused(app, data)[0].startswith('row 1, column code, "A": ')


def test_with_several_series_a_table_needs_to_say_which(app: Flask) -> None:
    bring_in(app, as_csv([{"topic": "A"}]), series="First series")
    bring_in(app, as_csv([{"topic": "B"}]), series="second")
    [problem] = refused(app, as_csv([{"topic": "C"}]))
    assert "first-series" in problem
    assert "second" in problem
    with app.app_context():
        assert {series.slug: dict(series.title) for series in queries.all_series()} == {
            "first-series": {"en": "First series"}, "second": {},
        }  # fmt: skip


def bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 60_000_000)
    return written.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"{",
        b"[" * 100_000,
        b'[{"position": ' + b"9" * 5000 + b"}]",
        b'{"entries": 7}',
        b'{"entries": [7]}',
        b'{"entries": [], "sereis": {}}',
        b'{"series": {"slug": "s", "colour": "blue"}, "entries": []}',
        b'topic\n"open\n',
        "topic\nétat".encode("latin-1"),
        b"\xff\xfe\x00",
        b"PK\x03\x04 not an archive",
        b"topic\n" + b"A\n" * 2001,
        b"x" * 10_000_001,
        bomb(),
        as_xlsx([["topic"], ["A"]])[:-200],
        as_xlsx([["topic"]] + [["A"]] * 2001),
    ],
    ids=range(18),
)
def test_a_file_that_is_no_programme_is_refused(app: Flask, data: bytes) -> None:
    assert all(problem.strip() for problem in refused(app, data))


def test_formulas_in_a_workbook_are_never_run() -> None:
    # A workbook that no program has computed holds no result for its formula: the cell is empty.
    assert importer.read(as_xlsx([["topic", "date"], ['=HYPERLINK("https://x.org")', "2020-06-04"]])).entries[
        0
    ].values == {"topic": {"en": ""}, "date": "2020-06-04"}
