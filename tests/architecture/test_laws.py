"""The laws of the structure. Each names the place that breaks it, and each is tried on what breaks it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import laws
from tests.architecture.source import FEATURES, PACKAGE, ROOT, feature_module, imported, modules

Law = Callable[[Path, ast.Module], Iterator[str]]

LAWS: tuple[Law, ...] = (
    laws.upward_imports,
    laws.upward_layers,
    laws.misplaced_sql,
    laws.own_commits,
    laws.stray_transactions,
    laws.leaving,
    laws.hidden_imports,
    laws.loose_markup,
    laws.acts_unasked,
)


def by_name(law: Law) -> str:
    return law.__name__


@pytest.mark.parametrize("law", LAWS, ids=by_name)
def test_the_project_keeps_the_law(law: Law) -> None:
    assert [place for path, tree in modules() for place in law(path, tree)] == []


def test_no_module_imports_itself_by_a_detour() -> None:
    assert laws.circles(graph()) == []


def graph() -> dict[str, set[str]]:
    """Which module of the application imports which, packages as the modules they are."""
    known = {}
    for path, tree in modules():
        parts = path.with_suffix("").parts
        known[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = (path, tree)
    edges: dict[str, set[str]] = {}
    for name, (path, tree) in known.items():
        reached = {imported_name for _line, imported_name in imported(path, tree)}
        modules_reached = {next((n for n in (one, one.rpartition(".")[0]) if n in known), "") for one in reached}
        edges[name] = modules_reached - {"", name}
    return edges


def test_nothing_is_a_drawer() -> None:
    drawers = {"util", "utils", "helper", "helpers", "common", "misc", "tools"}
    assert [str(path) for path, _ in modules() if drawers.intersection(path.with_suffix("").parts)] == []


def test_every_layer_named_is_a_modules() -> None:
    there = {feature_module(path) or "" for path, _tree in modules()}
    there |= {name.rpartition(".")[0] for name in there}
    assert set(laws.LAYER_BY_NAME) - there == set()
    assert set(laws.FEATURES[1:]) == FEATURES


VIEWS, COMMANDS = "intake/digests/views.py", "intake/digests/commands.py"
FORMS, BUILDER = "intake/submissions/forms.py", "intake/digests/builder.py"
SERVICES, QUERIES = "intake/digests/services.py", "intake/digests/queries.py"
CONSENT, MODELS = "intake/submissions/consent.py", "intake/digests/models.py"

FROM_DATABASE = "from intake.foundation.database import"

BROKEN: list[tuple[Law, str, str]] = [
    # Imports go only downward.
    (laws.upward_imports, "intake/accounts/views.py", "from intake.programme import queries"),
    (laws.upward_imports, "intake/foundation/post.py", "import intake.accounts.models"),
    (laws.upward_imports, "intake/foundation/post.py", "from ..accounts import models"),
    (laws.upward_imports, SERVICES, "from intake import create_app"),
    (laws.upward_imports, SERVICES, "def f():\n    from intake.pages import views"),
    # Inside a feature as well.
    (laws.upward_layers, BUILDER, "from .views import bp"),
    (laws.upward_layers, BUILDER, "from . import views"),
    (laws.upward_layers, BUILDER, "def f():\n    import intake.digests.commands"),
    (laws.upward_layers, BUILDER, "from intake import digests"),
    (laws.upward_layers, BUILDER, "from intake.submissions.forms import GUESS"),
    (laws.upward_layers, "intake/digests/formats/table.py", "from ..gate import let_through"),
    (laws.upward_layers, "intake/digests/formats/word/body.py", "from ...queries import desk"),
    (laws.upward_layers, CONSENT, "from .forms import ConsentForm"),
    (laws.upward_layers, CONSENT, "from .models import Submission"),
    (laws.upward_layers, "intake/submissions/sealing.py", "from . import services"),
    (laws.upward_layers, "intake/accounts/permissions.py", "from .models import Person"),
    (laws.upward_layers, MODELS, "from .queries import desk"),
    (laws.upward_layers, QUERIES, "from .services import compile_digest"),
    (laws.upward_layers, SERVICES, "from .views import bp"),
    (laws.upward_layers, FORMS, "from . import views"),
    (laws.upward_layers, "intake/digests/charts.py", ""),
    (laws.upward_layers, "intake/digests/deep/models.py", ""),
    # SQL lives only where it may.
    (laws.misplaced_sql, VIEWS, "import sqlalchemy as sa"),
    (laws.misplaced_sql, VIEWS, "from sqlalchemy import text"),
    (laws.misplaced_sql, VIEWS, "from .queries import sa"),
    (laws.misplaced_sql, VIEWS, "import sqlite3"),
    (laws.misplaced_sql, VIEWS, f"{FROM_DATABASE} session\nsession().query(Digest).all()"),
    (laws.misplaced_sql, VIEWS, f"{FROM_DATABASE} session\nsession().get(Digest, 1)"),
    (laws.misplaced_sql, VIEWS, f"{FROM_DATABASE} session as read\nread().get(Digest, 1)"),
    (laws.misplaced_sql, VIEWS, f"{FROM_DATABASE} session\nrows = session()\nrows.get(Digest, 1)"),
    (laws.misplaced_sql, VIEWS, f"{FROM_DATABASE} session\nif rows := session():\n    rows.add(Digest())"),
    (laws.misplaced_sql, VIEWS, "from intake.foundation import database\ndatabase.session().get(Digest, 1)"),
    (laws.misplaced_sql, VIEWS, f"{FROM_DATABASE} session\nsession().get_one(Digest, 1)"),
    (laws.misplaced_sql, VIEWS, f"{FROM_DATABASE} transaction\nwith transaction() as rows:\n    rows.add(Digest())"),
    (laws.misplaced_sql, FORMS, "def f(database):\n    return database.get(Digest, 1)"),
    (
        laws.misplaced_sql,
        COMMANDS,
        f"{FROM_DATABASE} engine\nwith engine().begin() as c:\n    c.exec_driver_sql(words)",
    ),
    (laws.misplaced_sql, COMMANDS, f"{FROM_DATABASE} engine\nwith engine().connect() as c:\n    c.execute(words)"),
    (laws.misplaced_sql, BUILDER, "found = rows.execute(statement)"),
    (laws.misplaced_sql, BUILDER, "found = rows.scalars"),
    (laws.misplaced_sql, BUILDER, "found = getattr(rows, 'scalars')(statement)"),
    (laws.misplaced_sql, BUILDER, "words = text('SELECT id FROM digest')"),
    (laws.misplaced_sql, BUILDER, "words = f'UPDATE {table} SET version = 1'"),
    (laws.misplaced_sql, "intake/digests/formats/queries.py", "import sqlalchemy"),
    (laws.misplaced_sql, "intake/digests/workflow.py", "import sqlalchemy"),
    (laws.misplaced_sql, "intake/digests/database.py", "import sqlalchemy"),
    # One way to commit.
    (laws.own_commits, SERVICES, "session().commit()"),
    (laws.own_commits, SERVICES, "end = session().commit"),
    (laws.own_commits, SERVICES, "getattr(session(), 'commit')()"),
    (laws.own_commits, SERVICES, "with session().begin():\n    pass"),
    (laws.own_commits, SERVICES, "with session().begin_nested():\n    pass"),
    (laws.own_commits, SERVICES, "with engine().begin() as connection:\n    pass"),
    (laws.own_commits, "intake/foundation/register.py", "with engine().begin() as connection:\n    pass"),
    (laws.own_commits, "intake/digests/database.py", "session().commit()"),
    (laws.own_commits, "intake/digests/migrate.py", "connection.begin()"),
    (laws.own_commits, "intake/foundation/migrate.py", "connection.commit()"),
    (laws.own_commits, SERVICES, "from sqlalchemy.orm import Session\nown = Session(engine())"),
    (laws.own_commits, SERVICES, "import sqlalchemy as sa\nown = sa.create_engine(url)"),
    (laws.own_commits, SERVICES, f"{FROM_DATABASE} make_engine\nown = make_engine(url)"),
    (laws.own_commits, SERVICES, "c.execution_options(isolation_level='AUTOCOMMIT')"),
    (laws.own_commits, SERVICES, "import sqlalchemy as sa\nsession().execute(sa.text('COMMIT'))"),
    # Only entry points open transactions.
    (laws.stray_transactions, SERVICES, f"{FROM_DATABASE} transaction\nwith transaction():\n    pass"),
    (laws.stray_transactions, SERVICES, f"{FROM_DATABASE} transaction as unit"),
    (laws.stray_transactions, SERVICES, f"{FROM_DATABASE} *"),
    (
        laws.stray_transactions,
        SERVICES,
        "from intake.foundation import database\nwith database.transaction():\n    pass",
    ),
    (laws.stray_transactions, SERVICES, "import intake.foundation.database as d\nopen_one = d.transaction"),
    (laws.stray_transactions, SERVICES, "from intake.foundation import database\ngetattr(database, 'transaction')()"),
    (laws.stray_transactions, VIEWS, f"{FROM_DATABASE} transaction as unit\nwith unit():\n    pass"),
    (laws.stray_transactions, VIEWS, f"{FROM_DATABASE} transaction\nservices.work(transaction)"),
    (laws.stray_transactions, VIEWS, f"{FROM_DATABASE} transaction\ntransaction().__enter__()"),
    (laws.stray_transactions, "intake/digests/post.py", f"{FROM_DATABASE} transaction"),
    (laws.stray_transactions, "intake/digests/formats/views.py", f"{FROM_DATABASE} transaction"),
    (laws.stray_transactions, "intake/foundation/views.py", "from .database import transaction"),
    # Nothing leaves before commit.
    (laws.leaving, SERVICES, "import smtplib"),
    (laws.leaving, SERVICES, "import socket as s"),
    (laws.leaving, SERVICES, "import subprocess"),
    (laws.leaving, SERVICES, "from urllib import request"),
    (laws.leaving, SERVICES, "import urllib.parse\nurllib.request.urlopen(address)"),
    (laws.leaving, SERVICES, "from http.client import HTTPSConnection"),
    (laws.leaving, SERVICES, "def f():\n    import requests"),
    (laws.leaving, SERVICES, "import os\nos.system(words)"),
    (laws.leaving, SERVICES, "from os import popen\npopen(words)"),
    (laws.leaving, SERVICES, "from intake.foundation.post import smtplib"),
    (laws.leaving, SERVICES, "from intake.foundation import post\npost.smtplib.SMTP(host)"),
    (laws.leaving, SERVICES, "from intake.foundation.post import deliver_due"),
    (laws.leaving, SERVICES, "from intake.foundation import translator\ntranslator.translate([], 'ar', 'en')"),
    (laws.leaving, "intake/foundation/post.py", "from intake.foundation.translator import translate"),
    (laws.leaving, SERVICES, "from intake.foundation import post\npost.deliver_due()"),
    (laws.leaving, "intake/digests/post.py", "import smtplib"),
    (laws.leaving, "intake/digests/cli.py", "import subprocess"),
    (laws.leaving, "intake/foundation/post.py", "import subprocess"),
    (laws.hidden_imports, SERVICES, "import importlib"),
    (laws.hidden_imports, SERVICES, "from importlib import import_module"),
    (laws.hidden_imports, SERVICES, "__import__('smtplib')"),
    (laws.hidden_imports, SERVICES, "exec(words)"),
    (laws.hidden_imports, SERVICES, "import sys\nsys.modules['smtplib']"),
    # Views act on POST only.
    (laws.acts_unasked, VIEWS, "from flask import request\nif request.method == 'GET':\n    pass"),
    (laws.acts_unasked, VIEWS, "import flask\nif 'GET' != flask.request.method:\n    pass"),
    (laws.acts_unasked, VIEWS, "from flask import request\nif request.method in ('GET', 'HEAD'):\n    pass"),
    (laws.acts_unasked, VIEWS, "from flask import request\nmatch request.method:\n    case 'GET':\n        pass"),
    # Markup.
    (laws.loose_markup, FORMS, "Markup(words)"),
    (laws.loose_markup, FORMS, "import markupsafe\nmarkupsafe.Markup(f'<b>{words}</b>')"),
    (laws.loose_markup, VIEWS, "render_template_string(words)"),
]


@pytest.mark.parametrize(("law", "path", "source"), BROKEN)
def test_the_law_sees_what_breaks_it(law: Law, path: str, source: str) -> None:
    assert list(law(Path(path), ast.parse(source))) != []


KEPT: list[tuple[str, str]] = [
    (VIEWS, f"{FROM_DATABASE} transaction\nwith transaction():\n    services.compile_digest(held)"),
    (
        "intake/submissions/views/form.py",
        f"{FROM_DATABASE} transaction\nwith transaction():\n    services.submit(filled)",
    ),
    (COMMANDS, f"{FROM_DATABASE} transaction\nwith app(), transaction() as rows:\n    rows.rollback()"),
    (VIEWS, "from flask import session\nsession.get('receipt')\nrequest.args.get('x')"),
    (VIEWS, "from sqlalchemy.exc import IntegrityError"),
    (VIEWS, "from flask import request\nif request.method != 'POST' or not form.validate():\n    pass"),
    (
        QUERIES,
        f"{FROM_DATABASE} engine\nimport sqlalchemy as sa\nwith engine().connect() as c:\n    c.execute(sa.select(1))",
    ),
    (SERVICES, "from urllib.parse import urlsplit\nimport os\nos.environ.get('x')"),
    (SERVICES, "from intake.foundation.post import post\npost(address, subject, body)"),
    (BUILDER, "from .models import identifier\nfrom .gate import GatedEntry"),
    (FORMS, "Markup('<b>')"),
]


@pytest.mark.parametrize(("path", "source"), KEPT)
def test_the_laws_let_be_what_keeps_them(path: str, source: str) -> None:
    assert [place for law in LAWS for place in law(Path(path), ast.parse(source))] == []


def test_a_detour_is_seen() -> None:
    assert laws.circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c", "a"]]
    assert laws.circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
STYLE_SHEETS = [path for path in [*sorted(PACKAGE.rglob("*")), *TEMPLATES] if path.suffix == ".css"]
EXPORTED = ROOT / "templates/digests/export.html"
"""A file that leaves Intake carries its own style sheet; it is no page of ours."""


def from_root(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_templates_are_of_a_kind_that_is_escaped() -> None:
    assert {path.suffix for path in TEMPLATES} == {".html", ".css"}


@pytest.mark.parametrize("path", PAGES, ids=from_root)
def test_templates_hold_no_inline_script_or_style_and_trust_nobody(path: Path) -> None:
    assert laws.untrusted(path.read_text(encoding="utf-8"), exported=path == EXPORTED) == []


@pytest.mark.parametrize(
    "template",
    [
        '<p onclick="x">', "<p onclick='x'>", "<p onclick=x>", "<p\nonload = x>", '<p class="a"onclick=x>',
        "<svg/onload=x>", '{{ field(onchange="x") }}', '{{ field(id="a", onfocus="x") }}',
        "<p {% if a %}onclick=x{% endif %}>", '<a href="javascript:x">', "<a href=javascript:x>",
        '<a href=" JavaScript:x">', '<a href="java&#115;cript:x">', '<a href="vbscript:x">',
        '<a href="data:text/html,x">', "<style>p { color: red }</style>", "<STYLE media=print>",
        '<p style="color: red">', "<p style=color:red>", '<p class="a"style=color:red>', '{{ field(style="x") }}',
        "<script>x</script>", '<script type="module">x</script>', '<script src="a.js">x</script>', "{{ words|safe }}",
        "{{ words | safe }}", "{% autoescape false %}", "{% autoescape words %}", "{% filter safe %}",
        '<iframe src="x">', "<object data=x>", '<base href="x">',
    ],
)  # fmt: skip
def test_the_law_of_templates_sees(template: str) -> None:
    assert laws.untrusted(template) != []


@pytest.mark.parametrize(
    "template",
    ['<p class="once">only = 1</p>', "{{ card(once=true, only=1) }}", '<script src="/static/a.js" defer></script>',
     "{# <p onclick=x> #}", '<link rel="stylesheet" href="{{ asset(name) }}">'],
)  # fmt: skip
def test_the_law_of_templates_lets_be(template: str) -> None:
    assert laws.untrusted(template) == []


@pytest.mark.parametrize("path", PAGES, ids=from_root)
def test_every_form_names_where_it_goes(path: Path) -> None:
    assert laws.aimless(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "template",
    [
        "<form>", "<form method=post novalidate>", '<form method="post" action="">', "<FORM METHOD=POST>",
        '<form method="post"{% if url %} action="{{ url }}"{% endif %}>', '<form data-action="x">',
        '<form method="post" action="/x"></form> <form\nmethod="post">', '<form title="{{ a > b }}" method="post">',
    ],
)  # fmt: skip
def test_the_law_of_forms_sees(template: str) -> None:
    assert len(laws.aimless(template)) == 1


@pytest.mark.parametrize(
    "template",
    [
        '<form method="post" action="{{ request.path }}">', "<form action='/x' {% if a > b %}novalidate{% endif %}>",
        '<form method="post"\n action="{{ to("x") }}">', "{# <form> #}", "<FORM ACTION=/x>", "<formless>",
    ],
)  # fmt: skip
def test_the_law_of_forms_lets_be(template: str) -> None:
    assert laws.aimless(template) == []


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=from_root)
def test_style_sheets_know_no_left_and_right(path: Path) -> None:
    assert laws.physical(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "declaration",
    [
        "margin: 0 1rem 0 2rem", "padding: 0 calc(1rem + 2px) 0 1rem", "inset: 0 auto 0 0",
        "inset:0 0 0 auto !important", "border-width: 0 1px 0 0", "border-color: red blue red red",
        "scroll-margin: 0 1px 0 2px", "margin-left: 1rem", "padding-right: 1rem", "margin-top: 1rem",
        "border-left: 1px solid", "border-right-color: red", "scroll-padding-left: 0", "inset-left: 0",
        "border-top-left-radius: 4px", "border-bottom-right-radius: 4px", "border-radius: 4px 0 0 4px",
        "border-radius: 4px 0", "border-radius: 4px 4px 0", "border-radius: 4px / 4px 2px",
        "transform: translateX(1rem)", "transform: translateX(-50%) rotate(1deg)", "transform: translate(1rem, 0)",
        "transform: translate3d(1px, 0, 0)", "translate: 1rem 0", "translate: -50%", "text-align: left",
        "text-align:right", "text-align-last: right", "float: left", "float: inline-start", "clear: right", "left: 0",
        "right: auto", "top: 0", "bottom: 0", "width: 1px", "max-height: 1px", "background-position: right top",
        "transform-origin: top left", "transition: margin-left 1s", "background: linear-gradient(to right, red, blue)",
        "clip-path: inset(0 1px 0 2px)", "justify-content: left",
    ],
)  # fmt: skip
def test_the_law_of_style_sheets_sees(declaration: str) -> None:
    for sheet in (
        f"p {{ {declaration} }}",
        f"p {{ color: red; {declaration}; }}",
        f"@media print {{ a:hover {{{declaration}}} }}",
    ):
        assert len(laws.physical(sheet)) == 1, sheet


@pytest.mark.parametrize(
    "declaration",
    [
        "margin: 0 1rem 2rem 1rem", "padding: 1rem 2rem 3rem", "inset: 0", "inset: 50% 0", "border-width: 1px 0 0",
        "border-radius: 4px", "border-radius: 4px 4px 0 0", "border-radius: 50% / 40%",
        "border-start-start-radius: 4px", "transform: translateY(1em)", "transform: translate(0, 1em)",
        "transform: translate(0px,1em)", "translate: 0 1em", "text-align: start", "margin-inline: 1rem 2rem",
        "inset-inline-start: 0", "inline-size: 1px", "grid-template-columns: 1fr 2fr 3fr 4fr", "clip-path: inset(50%)",
        "font-family: 'Left Sans'", "margin: 0 calc(var(--u) * 2) 0 calc(var(--u) * 2)", "padding: 0 0px 1px 0",
    ],
)  # fmt: skip
def test_the_law_of_style_sheets_lets_be(declaration: str) -> None:
    assert (
        laws.physical(f"a:hover {{ {declaration} }} /* left: 0 */ @media (width < 40rem) {{ a {{ color: red }} }}")
        == []
    )
