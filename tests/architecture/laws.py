"""The laws themselves: functions that read one source and name each place that breaks them.

They are apart from ``test_laws`` so that they can be tried on snippets that break them: a law that
nothing can break is no law.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.architecture.source import dotted, feature_module, imported, names

DATABASE = "intake.foundation.database"

# The rungs of the application, and of a feature.

FEATURES = [
    "foundation",
    "accounts",
    "programme",
    "submissions",
    "moderation",
    "digests",
    "picture",
    "pages",
    "examples",
]
DECLARATIONS, MODELS, QUERIES, SERVICES, FORMS, VIEWS, WHOLE = range(7)
LAYER_OF = {
    "vocabulary": DECLARATIONS,
    "models": MODELS,
    "queries": QUERIES,
    "services": SERVICES,
    "forms": FORMS,
    "views": VIEWS,
    "commands": VIEWS,
    "__init__": WHOLE,
}
"""The layer of a module that is called by its layer."""

LAYER_BY_NAME = {
    "accounts.organisations": DECLARATIONS,
    "accounts.passwords": DECLARATIONS,
    "accounts.permissions": DECLARATIONS,
    "accounts.scopes": DECLARATIONS,
    "accounts.second_factor": QUERIES,
    "accounts.visits": QUERIES,
    "accounts.guards": FORMS,
    "accounts.onward": FORMS,
    "programme.cells": DECLARATIONS,
    "programme.checks": DECLARATIONS,
    "programme.columns": DECLARATIONS,
    "programme.naming": DECLARATIONS,
    "programme.problems": DECLARATIONS,
    "programme.reaching": DECLARATIONS,
    "programme.tables": DECLARATIONS,
    "programme.record": QUERIES,
    "programme.merging": QUERIES,
    "programme.lookup": SERVICES,
    "programme.words": SERVICES,
    "programme.calendar": SERVICES,
    "programme.exporter": SERVICES,
    "programme.importer": SERVICES,
    "submissions.consent": DECLARATIONS,
    "submissions.language_guess": DECLARATIONS,
    "submissions.questionnaire": DECLARATIONS,
    "submissions.finders": DECLARATIONS,
    "submissions.proof": QUERIES,
    "submissions.puzzle": QUERIES,
    "submissions.screening": QUERIES,
    "submissions.words": SERVICES,
    "submissions.attachments": SERVICES,
    "submissions.own_copy": SERVICES,
    "submissions.permits": SERVICES,
    "submissions.drafts": SERVICES,
    "submissions.search": SERVICES,
    "submissions.sketches": SERVICES,
    "submissions.safeguarding": SERVICES,
    "submissions.file_words": DECLARATIONS,
    "submissions.paper": FORMS,
    "submissions.blocks": QUERIES,
    "submissions.sealing": QUERIES,
    "submissions.showing": QUERIES,
    "submissions.happened": QUERIES,
    "submissions.workflow": SERVICES,
    "moderation.views": VIEWS,
    "moderation.spans": DECLARATIONS,
    "moderation.known": QUERIES,
    "moderation.redacted": QUERIES,
    "moderation.redaction": SERVICES,
    "moderation.erasing": SERVICES,
    "moderation.translated": QUERIES,
    "moderation.translation": SERVICES,
    "moderation.bilingual": SERVICES,
    "moderation.translating": FORMS,
    "moderation.protecting": FORMS,
    "moderation.agreement": SERVICES,
    "moderation.alike": SERVICES,
    "moderation.difference": SERVICES,
    "moderation.codebook": QUERIES,
    "moderation.coding": QUERIES,
    "moderation.coded": SERVICES,
    "moderation.coding_forms": FORMS,
    "moderation.filters": DECLARATIONS,
    "moderation.themes": QUERIES,
    "moderation.facets": QUERIES,
    "moderation.handover": SERVICES,
    "moderation.personal": SERVICES,
    "moderation.bulk": SERVICES,
    "moderation.outbox": SERVICES,
    "moderation.question_templates": SERVICES,
    "moderation.to_do": SERVICES,
    "moderation.asking_forms": FORMS,
    "submissions.views": VIEWS,
    "moderation.conflicts": SERVICES,
    "moderation.care": SERVICES,
    "moderation.care_forms": FORMS,
    "moderation.conflict_forms": FORMS,
    "moderation.reading": QUERIES,
    "moderation.listing": FORMS,
    "digests.document": DECLARATIONS,
    "digests.wording": DECLARATIONS,
    "digests.formats": DECLARATIONS,
    "digests.attribution": QUERIES,
    "digests.disclosure": QUERIES,
    "digests.freeze": QUERIES,
    "digests.figures": SERVICES,
    "digests.gate": SERVICES,
    "digests.passport": SERVICES,
    "digests.builder": SERVICES,
    "picture.areas": DECLARATIONS,
    "picture.charts": DECLARATIONS,
    "picture.timeline": DECLARATIONS,
    "picture.drawing": SERVICES,
    "picture.expected": DECLARATIONS,
    "picture.gaps": SERVICES,
    "picture.totals": SERVICES,
    "pages.privacy": DECLARATIONS,
    "examples.loader": SERVICES,
}
"""The layer of every other module of a feature; of a folder of modules, for all that are in it."""


def layer_of(module: str) -> int | None:
    """The layer of ``feature.module…``; None for one that has none yet."""
    feature, _, rest = module.partition(".")
    first = rest.split(".")[0] or "__init__"
    return LAYER_BY_NAME.get(f"{feature}.{first}", LAYER_OF.get(first) if "." not in rest else None)


def rung_of(name: str) -> int | None:
    """The rung of the feature in which the dotted ``name`` lies."""
    parts = name.split(".")
    return FEATURES.index(parts[1]) if parts[0] == "intake" and len(parts) > 1 and parts[1] in FEATURES else None


def upward_imports(path: Path, tree: ast.Module) -> Iterator[str]:
    """Imports of a feature above, or of the whole application."""
    own = rung_of(".".join(path.with_suffix("").parts))
    if own is None:
        return
    for line, name in imported(path, tree):
        other = rung_of(name)
        if name.split(".")[0] == "intake" and (other is None or other > own):
            yield f"{path}:{line} imports {name}"


def upward_layers(path: Path, tree: ast.Module) -> Iterator[str]:
    """Imports of a higher layer, and modules that have no layer.

    Of a feature below, what is under its forms is for all to use.
    """
    module = feature_module(path)
    if module is None:
        return
    own, feature = layer_of(module), module.partition(".")[0]
    if own is None:
        yield f"{path} has no layer yet: give it one"
        return
    for line, name in imported(path, tree):
        parts = name.split(".")
        if parts[0] != "intake" or len(parts) < 2 or parts[1] not in FEATURES[1:]:
            continue
        if len(parts) == 2 and parts[1] == feature and own < WHOLE:
            yield f"{path}:{line} imports its whole feature"
        other = layer_of(".".join(parts[1:3])) if len(parts) > 2 else None
        foreign = parts[1] != feature
        if other is not None and own < other < WHOLE and (other >= FORMS or not foreign):
            yield f"{path}:{line} imports {name}"


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """What imports itself by a detour, inside one layer as well."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(module: str, above: list[str]) -> None:
        if module in above:
            found.append([*above[above.index(module) :], module])
        elif module not in done:
            for other in sorted(edges.get(module, ())):
                walk(other, [*above, module])
            done.add(module)

    for module in sorted(edges):
        walk(module, [])
    return found


# Where SQL may be.

SQL_LAYERS = {"models", "queries", "services"}
SQL_MODULES = {
    Path("intake/submissions/attachments.py"),
    Path("intake/submissions/drafts.py"),
    Path("intake/submissions/safeguarding.py"),
    Path("intake/submissions/sealing.py"),
    Path("intake/submissions/search.py"),
    Path("intake/submissions/sketches.py"),
    Path("intake/submissions/workflow.py"),
    Path("intake/moderation/agreement.py"),
    Path("intake/moderation/alike.py"),
    Path("intake/moderation/bulk.py"),
    Path("intake/moderation/care.py"),
    Path("intake/moderation/conflicts.py"),
    Path("intake/moderation/facets.py"),
    Path("intake/moderation/handover.py"),
    Path("intake/moderation/outbox.py"),
    Path("intake/moderation/personal.py"),
    Path("intake/moderation/question_templates.py"),
    Path("intake/moderation/to_do.py"),
    Path("intake/moderation/reading.py"),
    Path("intake/moderation/redacted.py"),
    Path("intake/moderation/erasing.py"),
    Path("intake/moderation/redaction.py"),
    Path("intake/moderation/translated.py"),
    Path("intake/moderation/translation.py"),
    Path("intake/moderation/codebook.py"),
    Path("intake/moderation/coding.py"),
    Path("intake/moderation/coded.py"),
}
_DRIVERS = {"sqlalchemy", "alembic", "sqlite3", "psycopg"}
_SQL_METHODS = {
    "execute", "executemany", "exec_driver_sql", "scalar", "scalars", "scalar_one", "scalar_one_or_none", "get_one",
    "query", "connect", "begin", "raw_connection", "driver_connection", "from_statement",
}  # fmt: skip
_HANDLES = {f"{DATABASE}.{name}" for name in ("session", "engine", "make_engine", "transaction")}
_HARMLESS = {"rollback", "dispose"}
_HANDLE_NAMES = {"database", "db", "db_session", "connection", "engine"}
_STATEMENT = re.compile(
    r"\s*(?:SELECT\s+\S.*?\bFROM\b|SELECT\s+\d|INSERT\s+INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b|WITH\s+\S+\s+AS\s*\("
    r"|PRAGMA\s|VACUUM\b|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|TRIGGER|VIEW)\b)",
    re.DOTALL,
)


def may_hold_sql(path: Path) -> bool:
    """Whether SQL has a place in the module at ``path``."""
    in_a_feature = len(path.parts) == 3 and path.stem in SQL_LAYERS
    return path.parts[1] in ("foundation", "migrations") or in_a_feature or path in SQL_MODULES


def misplaced_sql(path: Path, tree: ast.Module) -> Iterator[str]:
    """SQL, and what speaks to the database, in a module that has other things to do."""
    if may_hold_sql(path):
        return
    for line, name in imported(path, tree):
        if set(name.split(".")) & {"sa", *_DRIVERS} and not name.startswith("sqlalchemy.exc"):
            yield f"{path}:{line} imports {name}"
    known = names(path, tree)
    handles = _handles(tree, known)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if node.attr in _SQL_METHODS:
                yield f"{path}:{node.lineno} uses .{node.attr}"
            elif _is_handle(node.value, known, handles) and node.attr not in _HARMLESS:
                yield f"{path}:{node.lineno} uses .{node.attr} of the database"
        elif isinstance(node, ast.Constant | ast.JoinedStr) and _STATEMENT.match(_text(node)):
            yield f"{path}:{node.lineno} holds a statement"
        elif name := _got(node, _SQL_METHODS):
            yield f"{path}:{getattr(node, 'lineno', 0)} gets {name}"


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    """What a literal says, with a mark where a value is put in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


def _handles(tree: ast.Module, known: dict[str, str]) -> set[str]:
    """Local names under which a session, an engine or a connection is kept."""
    found = _HANDLE_NAMES - known.keys()
    for node in ast.walk(tree):
        pairs: list[tuple[ast.expr, Iterable[ast.expr | None]]] = []
        if isinstance(node, ast.withitem):
            pairs = [(node.context_expr, [node.optional_vars])]
        elif isinstance(node, ast.Assign):
            pairs = [(node.value, node.targets)]
        elif isinstance(node, ast.NamedExpr | ast.AnnAssign) and node.value is not None:
            pairs = [(node.value, [node.target])]
        for value, targets in pairs:
            if _is_handle(value, known, found):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def _is_handle(node: ast.expr, known: dict[str, str], handles: set[str]) -> bool:
    if isinstance(node, ast.Call):
        return dotted(node.func, known) in _HANDLES
    return isinstance(node, ast.Name) and node.id in handles


def _got(node: ast.AST, wanted: set[str]) -> str | None:
    """The name that ``getattr(thing, "name")`` gets, if it is one of those."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "methodcaller", "attrgetter"):
        for argument in node.args:
            if isinstance(argument, ast.Constant) and argument.value in wanted:
                return str(argument.value)
    return None


# Who commits, and who opens a transaction.

_DATABASE_MODULE = Path("intake/foundation/database.py")
_MIGRATE = Path("intake/foundation/migrate.py")
_POST = Path("intake/foundation/post.py")
_CLI = Path("intake/cli.py")
_COMMITS = {"commit", "begin", "begin_nested", "begin_twophase", "raw_connection", "driver_connection"}
_MAKES_SESSIONS = {"Session", "sessionmaker", "scoped_session", "create_engine", "Connection"}
_TRANSACTION_WORDS = re.compile(r"\s*(?:begin|commit|end|savepoint|release|start transaction)\b", re.IGNORECASE)


def own_commits(path: Path, tree: ast.Module) -> Iterator[str]:
    """Committing, or beginning what commits by itself, beside ``database.transaction()``."""
    if path == _DATABASE_MODULE:
        return
    allowed = {"begin", "raw_connection", "driver_connection"} if path == _MIGRATE else set()
    known = names(path, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _COMMITS - allowed:
            yield f"{path}:{node.lineno} uses .{node.attr}"
        elif name := _got(node, _COMMITS):
            yield f"{path}:{getattr(node, 'lineno', 0)} gets {name}"
        elif isinstance(node, ast.Call):
            yield from (f"{path}:{node.lineno} {what}" for what in _commits_by_itself(path, node, known))


def _commits_by_itself(path: Path, call: ast.Call, known: dict[str, str]) -> Iterator[str]:
    name = dotted(call.func, known)
    if name.startswith("sqlalchemy.") and name.rpartition(".")[2] in _MAKES_SESSIONS:
        yield f"makes its own {name}"
    if name == f"{DATABASE}.make_engine" and path != _CLI:
        yield "makes an engine of its own"
    if any(keyword.arg in ("isolation_level", "autocommit") for keyword in call.keywords):
        yield "changes how a connection commits"
    if name.rpartition(".")[2] in ("text", "execute", "exec_driver_sql"):
        for argument in call.args[:1]:
            said = argument.value if isinstance(argument, ast.Constant) else None
            if isinstance(said, str) and _TRANSACTION_WORDS.match(said):
                yield f"says {said}"


def is_entry_point(path: Path) -> bool:
    """Whether the module at ``path`` is where the outside comes in."""
    if path == _CLI or feature_module(path) is None:
        return path == _CLI
    is_folder_of_views = len(path.parts) == 4 and path.parts[2] == "views"
    return is_folder_of_views or (len(path.parts) == 3 and path.stem in ("views", "commands"))


def stray_transactions(path: Path, tree: ast.Module) -> Iterator[str]:
    """Transactions opened elsewhere than at an entry point, under another name, or not by ``with``."""
    if path == _DATABASE_MODULE:
        return
    may = is_entry_point(path) or path == _POST
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                if alias.name.split(".")[-1] == "transaction" and (not may or alias.asname not in (None, alias.name)):
                    yield f"{path}:{node.lineno} imports transaction"
                if alias.name == "*":
                    yield f"{path}:{node.lineno} imports everything"
    known = names(path, tree)
    opened = {
        id(item.context_expr.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.context_expr, ast.Call)
    }
    for node in ast.walk(tree):
        name = dotted(node, known) if isinstance(node, ast.Name | ast.Attribute) else ""
        if name == f"{DATABASE}.transaction" and not (may and id(node) in opened):
            yield f"{path}:{node.lineno} uses transaction"
        elif got := _got(node, {"transaction"}):
            yield f"{path}:{getattr(node, 'lineno', 0)} gets {got}"


# What leaves the process.

_LEAVES = {
    "smtplib", "socket", "socketserver", "ssl", "subprocess", "multiprocessing", "pty", "urllib.request", "http.client",
    "http.server", "xmlrpc", "ftplib", "imaplib", "poplib", "nntplib", "telnetlib", "webbrowser", "asyncio",
    "requests", "httpx", "httpcore", "aiohttp", "urllib3", "minio", "boto3", "aiosmtplib", "huey", "celery",
}  # fmt: skip
_TRANSLATOR = Path("intake/foundation/translator.py")
_FILES = Path("intake/foundation/files")
_MAY_LEAVE = {
    _POST: {"smtplib", "ssl"},
    _CLI: {"socket", "subprocess"},
    _TRANSLATOR: {"socket", "ssl", "http.client"},
    _FILES / "workshop.py": {"subprocess"},
    _FILES / "scanning.py": {"socket"},
    _FILES / "store.py": {"minio", "urllib3"},
}
_OF_THE_SYSTEM = re.compile(r"os\.(?:system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawnp?)")
_SENDS = {
    "intake.foundation.post.deliver_due": {_POST, _CLI},
    "intake.foundation.post._send_smtp": {_POST, _CLI},
    # What a machine gets is decided where its draft is kept: no other module may give it anything.
    "intake.foundation.translator.translate": {Path("intake/moderation/translation.py")},
}
_HIDDEN_IMPORTS = {"importlib", "imp", "runpy", "pkgutil", "builtins"}
_HIDDEN_NAMES = {"__import__", "eval", "exec", "__builtins__"}


def leaving(path: Path, tree: ast.Module) -> Iterator[str]:
    """Ways out of the process elsewhere than where mail is sent and the worker is started."""
    may = _MAY_LEAVE.get(path, set())
    for line, name in _reached(path, tree):
        way = next((way for way in _LEAVES if f".{way}." in f".{name}."), None)
        if way is not None and way not in may:
            yield f"{path}:{line} reaches {name}"
        if _OF_THE_SYSTEM.fullmatch(name):
            yield f"{path}:{line} reaches {name}"
        if name in _SENDS and path not in _SENDS[name]:
            yield f"{path}:{line} sends"


def hidden_imports(path: Path, tree: ast.Module) -> Iterator[str]:
    """Imports and code that no law could read."""
    for line, name in _reached(path, tree):
        if set(name.split(".")) & (_HIDDEN_IMPORTS | _HIDDEN_NAMES) or name == "sys.modules":
            yield f"{path}:{line} reaches {name}"


def _reached(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of what a module imports and of what it uses of that."""
    known = names(path, tree)
    yield from imported(path, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := dotted(node, known)):
            yield node.lineno, name


def loose_markup(path: Path, tree: ast.Module) -> Iterator[str]:
    """Markup made of anything but constants, and templates that are no file."""
    known = names(path, tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func, known).rpartition(".")[2]
        if name == "Markup" and not all(_is_constant_markup(argument) for argument in node.args):
            yield f"{path}:{node.lineno} makes Markup of data"
        if name in ("render_template_string", "from_string"):
            yield f"{path}:{node.lineno} makes a template of a text"


def _is_constant_markup(argument: ast.expr) -> bool:
    is_widget = isinstance(argument, ast.Call) and getattr(argument.func, "id", "") == "html_params"
    return isinstance(argument, ast.Constant) or is_widget


def acts_unasked(path: Path, tree: ast.Module) -> Iterator[str]:
    """Views that ask for another method than POST: whatever is not that other one would act, HEAD as well."""
    known = names(path, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(
            dotted(side, known) == "flask.request.method" for side in (node.left, *node.comparators)
        ):
            others = [side.value for side in (node.left, *node.comparators) if isinstance(side, ast.Constant)]
            if others != ["POST"] or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
                yield f"{path}:{node.lineno} asks for another method than POST"
        if isinstance(node, ast.Match) and dotted(node.subject, known) == "flask.request.method":
            yield f"{path}:{node.lineno} asks for another method than POST"


# Templates and style sheets.

_UNTRUSTED = {
    "an inline script": r"<script(?![^>]*\ssrc=)[^>]*>|<script[^>]*>\s*[^<\s]",
    "an inline handler": r"(?:^|[\s\"'/({,}])(?!on(?:ly|ce|e|es|ward)\b)on[a-z]+\s*=",
    "a link that runs": r"(?:java|vb)\s*script\s*:|data\s*:\s*text/html",
    "a style attribute": r"[\s\"'/({,}]style\s*=",
    "unescaped output": r"\|\s*safe\b|\bautoescape\b|\bfilter\s+safe\b",
    "a style element": r"<\s*style",
    "a frame": r"<\s*(?:iframe|object|embed|base)\b|\ssrcdoc\s*=",
}


def untrusted(template: str, *, exported: bool = False) -> list[str]:
    """What a template must not hold; ``exported`` files carry their own style sheet."""
    text = re.sub(r"{#.*?#}", "", html.unescape(template), flags=re.DOTALL)
    return [
        what
        for what, pattern in _UNTRUSTED.items()
        if re.search(pattern, text, re.IGNORECASE) and not (exported and what == "a style element")
    ]


_FORM = re.compile(r"<\s*form\b((?:{{.*?}}|{%.*?%}|\"[^\"]*\"|'[^']*'|[^>])*)>", re.IGNORECASE | re.DOTALL)


def aimless(template: str) -> list[str]:
    """The forms that do not always name the address they go to.

    Without it a browser posts to the address it is at with the place on the page, ``#what_happened``: it stays
    there after an error, and what is wrong does not get the focus.
    """
    forms = _FORM.findall(re.sub(r"{#.*?#}", "", template, flags=re.DOTALL))
    always = [re.sub(r"{%-?\s*if\b.*?\bendif\s*-?%}", "", one, flags=re.DOTALL) for one in forms]
    return [one.strip() for one in always if not re.search(r"\saction\s*=\s*[\"']?[^\s\"'>]", one, re.IGNORECASE)]


_DECLARATION = re.compile(r"([-\w]+)\s*:\s*([^;{}]+)(?=[;}]|\Z)")
_PHYSICAL_PROPERTY = re.compile(
    r"(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[a-z-]*"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height)|float|clear",
)
_FOUR_SIDES = re.compile(r"margin|padding|inset|border-(?:width|style|color)|scroll-(?:margin|padding)")
_SIDEWAYS = re.compile(r"translate(?:3d|X)?\(\s*(?!0(?:[a-z%]*)\s*[,)])", re.IGNORECASE)


def physical(style_sheet: str) -> list[str]:
    """The declarations that know left from right."""
    text = re.sub(r"/\*.*?\*/", "", style_sheet, flags=re.DOTALL)
    text = re.sub(r"\"[^\"]*\"|'[^']*'|@[^{;]*(?=[{;])", "_", text)
    declared = [(name.lower(), value.strip()) for name, value in _DECLARATION.findall(text)]
    return [f"{name}: {value}" for name, value in declared if _is_physical(name, value)]


def _is_physical(name: str, value: str) -> bool:
    plain = value.replace("!important", "").strip()
    inner = re.search(r"\binset\(([^()]*)\)", plain)
    return (
        _PHYSICAL_PROPERTY.fullmatch(name) is not None
        or re.search(r"\b(?:left|right)\b", plain, re.IGNORECASE) is not None
        or (_FOUR_SIDES.fullmatch(name) is not None and _sides_differ(plain))
        or (inner is not None and _sides_differ(inner[1].partition("round")[0]))
        or (name == "border-radius" and any(_corners_differ(part) for part in plain.split("/")))
        or _SIDEWAYS.search(plain) is not None
        or (name == "translate" and not re.match(r"(?:0[a-z%]*|none)(?:\s|$)", plain))
    )


def _values(text: str) -> list[str]:
    """The values of a shorthand; what stands in brackets is one."""
    found = re.findall(r"(?:[^\s()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+", text)
    return ["0" if re.fullmatch(r"0(?:\.0+)?[a-z%]*", one) else one.lower() for one in found]


def _sides_differ(text: str) -> bool:
    values = _values(text)
    return len(values) == 4 and values[1] != values[3]


def _corners_differ(text: str) -> bool:
    values = _values(text)
    if len(values) < 2:
        return False
    top_start, top_end = values[0], values[1]
    bottom_end = values[2] if len(values) > 2 else top_start
    bottom_start = values[3] if len(values) > 3 else top_end
    return top_start != top_end or bottom_end != bottom_start
