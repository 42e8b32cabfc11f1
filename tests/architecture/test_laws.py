"""The laws of the structure. Each names the place that breaks it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, calls, imported, modules

RUNGS = ["foundation", "accounts", "programme", "submissions", "moderation", "digests", "pages", "examples"]
LAYERS = ["models", "queries", "services", "forms", "views"]
SQL_MODULES = {"models.py", "queries.py", "services.py", "workflow.py", "reading.py"}
ENTRY_POINTS = {"views.py", "commands.py", "cli.py"}


def rung_of(dotted: str) -> int | None:
    parts = dotted.split(".")
    return RUNGS.index(parts[1]) if parts[0] == "intake" and len(parts) > 1 and parts[1] in RUNGS else None


def test_imports_go_only_downward() -> None:
    wrong = []
    for path, tree in modules():
        own = rung_of(".".join(path.with_suffix("").parts))
        if own is None:
            continue
        for line, name in imported(path, tree):
            other = rung_of(name)
            upward = other is not None and other > own
            whole_application = name.split(".")[0] == "intake" and other is None
            if upward or whole_application:
                wrong.append(f"{path}:{line} imports {name}")
    assert wrong == []


def test_inside_a_feature_layers_go_only_downward() -> None:
    wrong = []
    for path, tree in modules():
        own = path.stem
        if own not in LAYERS:
            continue
        package = ".".join(path.parts[:-1])
        for line, name in imported(path, tree):
            inside = name.removeprefix(package + ".").split(".")[0] if name.startswith(package + ".") else None
            if inside in LAYERS and LAYERS.index(inside) > LAYERS.index(own):
                wrong.append(f"{path}:{line} imports {name}")
    assert wrong == []


def test_sql_lives_only_where_it_may() -> None:
    wrong = []
    for path, tree in modules():
        if path.parts[1] in ("foundation", "migrations") or path.name in SQL_MODULES:
            continue
        wrong += [
            f"{path}:{line} imports {name}"
            for line, name in imported(path, tree)
            if name.split(".")[0] == "sqlalchemy" and not name.startswith("sqlalchemy.exc")
        ]
        wrong += [
            f"{path}:{call.lineno} calls {method}"
            for method in ("execute", "scalars", "scalar")
            for call in calls(tree, method)
        ]
    assert wrong == []


def test_only_the_database_module_commits() -> None:
    wrong = [
        f"{path}:{call.lineno}"
        for path, tree in modules()
        if path != Path("intake/foundation/database.py")
        for call in calls(tree, "commit")
    ]
    assert wrong == []


def test_only_entry_points_open_transactions() -> None:
    allowed = ENTRY_POINTS | {"database.py", "post.py"}
    wrong = [
        f"{path}:{call.lineno}"
        for path, tree in modules()
        if path.name not in allowed
        for call in calls(tree, "transaction")
    ]
    assert wrong == []


def test_markup_is_made_of_constants_only() -> None:
    wrong = [
        f"{path}:{call.lineno}"
        for path, tree in modules()
        for call in calls(tree, "Markup")
        if not all(
            isinstance(argument, ast.Constant)
            or (isinstance(argument, ast.Call) and getattr(argument.func, "id", "") == "html_params")
            for argument in call.args
        )
    ]
    assert wrong == []


def test_nothing_is_a_drawer() -> None:
    drawers = {"util", "utils", "helper", "helpers", "common", "misc", "tools"}
    assert [str(path) for path, _ in modules() if drawers.intersection(path.with_suffix("").parts)] == []


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
EXPORTED = {"templates/digests/export.html"}
"""A file that leaves Intake carries its own style sheet; it is no page of ours."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_script_or_style_and_trust_nobody(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    forbidden = {
        "an inline script": r"<script(?![^>]*\ssrc=)[^>]*>|<script[^>]*>\s*[^<\s]",
        "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
        "a style attribute": r"\sstyle\s*=",
        "unescaped output": r"\|\s*safe\b|autoescape\s+false",
    }
    if str(path.relative_to(ROOT)) not in EXPORTED:
        forbidden["a style element"] = r"<style"
    assert [what for what, pattern in forbidden.items() if re.search(pattern, text, re.IGNORECASE)] == []


PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[a-z-]*"
    r"|left|right|top|bottom|width|height|(?:min|max)-(?:width|height)|float|clear)\s*:"
    r"|text-align\s*:\s*(?:left|right)",
)
IN_A_QUERY = re.compile(r"@(?:media|page|container)[^{]*\{")


@pytest.mark.parametrize("path", sorted((ROOT / "intake").rglob("*.css")) + sorted((ROOT / "templates").rglob("*.css")))
def test_style_sheets_know_no_left_and_right(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert PHYSICAL.findall(IN_A_QUERY.sub("{", text)) == []
