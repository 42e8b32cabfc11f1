"""Every kind of line that the source can write into the register, read from the calls of ``register.record``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import Enum
from importlib import import_module
from itertools import product
from pathlib import Path

from intake.foundation.config import PACKAGE
from intake.moderation import bulk
from intake.submissions.workflow import MOVES

SAID_ELSEWHERE: dict[tuple[str, str], Iterable[str]] = {
    ("intake.submissions.workflow", "verb"): MOVES,
    ("intake.moderation.bulk", "wanted.act"): [act.value for act in bulk.Act],
}
"""What stands for the part of an act that its module does not say itself: (module, expression)."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Unread(Exception):
    """An act that cannot be told from the source: say it in ``SAID_ELSEWHERE``."""


def written() -> dict[str, str]:
    """Each act that the source writes, and the module that does.

    Raises:
        Unread: a call says its act in a way that is not understood here.
    """
    return {act: name for path in sorted(PACKAGE.rglob("*.py")) for name, act in _acts_of(path)}


def _acts_of(path: Path) -> Iterator[tuple[str, str]]:
    name = ".".join(["intake", *path.relative_to(PACKAGE).with_suffix("").parts])
    source = path.read_text(encoding="utf-8")
    if "register.record(" in source:
        yield from ((name, act) for act in in_source(source, name))


def in_source(source: str, name: str) -> set[str]:
    """The acts that the module ``name`` writes, of which ``source`` is the text; raises as ``written``."""
    module = _Module(ast.parse(source), name)
    return {act for call, function in module.calls("register.record") for act in module.values(call.args[0], function)}


class _Module:
    def __init__(self, tree: ast.Module, name: str) -> None:
        self.name = name
        self.tree = tree

    def calls(self, called: str) -> list[tuple[ast.Call, Function | None]]:
        """The calls of what is written as ``called``, each with the function it stands in."""
        return list(self._calls(self.tree, called, None))

    def _calls(
        self, node: ast.AST, called: str, function: Function | None
    ) -> Iterator[tuple[ast.Call, Function | None]]:
        for child in ast.iter_child_nodes(node):
            inside = child if isinstance(child, Function) else function
            if isinstance(child, ast.Call) and ast.unparse(child.func) == called:
                yield child, inside
            yield from self._calls(child, called, inside)

    def values(self, said: ast.expr, function: Function | None) -> set[str]:
        """Everything that the expression ``said`` can be, where it stands in ``function``."""
        text = ast.unparse(said)
        if (self.name, text) in SAID_ELSEWHERE:
            return set(SAID_ELSEWHERE[self.name, text])
        match said:
            case ast.Constant(value=str(value)):
                return {value}
            case ast.IfExp(body=one, orelse=other):
                return self.values(one, function) | self.values(other, function)
            case ast.JoinedStr(values=parts):
                return {"".join(chosen) for chosen in product(*(self.values(part, function) for part in parts))}
            case ast.FormattedValue(value=value):
                return self.values(value, function)
            case ast.Attribute(value=ast.Name(id=name), attr="value") if function:
                return self._of_enum(name, function)
            case ast.Name(id=name):
                return self._of_name(name, function)
        raise Unread(f"{self.name}: {text}")

    def _of_name(self, name: str, function: Function | None) -> set[str]:
        parameters = [one.arg for one in function.args.args] if function else []
        if function and name in parameters:
            given = [(call, where) for call, where in self.calls(function.name)]
            place = parameters.index(name)
            found = [self.values(call.args[place], where) for call, where in given if len(call.args) > place]
        else:
            sides = [
                node.value
                for node in ast.walk(function or self.tree)
                if isinstance(node, ast.Assign) and any(ast.unparse(target) == name for target in node.targets)
            ]
            found = [self.values(side, function) for side in sides]
            if not found and function:
                return self._of_name(name, None)
        if not found:
            raise Unread(f"{self.name}: {name}")
        return set().union(*found)

    def _of_enum(self, name: str, function: Function) -> set[str]:
        for one in (*function.args.args, *function.args.kwonlyargs):
            if one.arg == name and one.annotation is not None:
                kind = getattr(import_module(self.name), ast.unparse(one.annotation))
                if issubclass(kind, Enum):
                    return {str(member.value) for member in kind}
        raise Unread(f"{self.name}: {name}.value")
