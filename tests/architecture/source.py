"""The project's own sources as the laws read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "intake"
FEATURES = frozenset({"accounts", "programme", "submissions", "moderation", "digests", "picture", "pages", "examples"})


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module of the package, by its path from the repository, parsed."""
    return tuple(
        (path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"), str(path)))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def feature_module(path: Path) -> str | None:
    """``feature.module`` of the module at ``path``; None outside the features."""
    parts = path.with_suffix("").parts
    return ".".join(parts[1:]) if len(parts) > 2 and parts[0] == "intake" and parts[1] in FEATURES else None


def imported(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a module imports, relative imports resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = _stem(path, node)
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def names(path: Path, tree: ast.Module) -> dict[str, str]:
    """What every name that a module imports stands for, in full."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                found[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            stem = _stem(path, node)
            found |= {alias.asname or alias.name: f"{stem}.{alias.name}" for alias in node.names}
    return found


def dotted(node: ast.AST, known: dict[str, str]) -> str:
    """The dotted name that an expression spells, its first part in full; "" for any other expression."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, known)
        return f"{before}.{node.attr}" if before else f"?.{node.attr}"
    return ""


def _stem(path: Path, node: ast.ImportFrom) -> str:
    package = path.with_suffix("").parts[:-1]
    base = list(package[: len(package) - node.level + 1]) if node.level else []
    return ".".join([*base, *([node.module] if node.module else [])])
