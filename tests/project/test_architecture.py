"""The domain is pure, handlers are thin, and modules stay small enough to read at once."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.repository import PACKAGE, ROOT, files, functions, imported, nodes, shown, tree

HANDLERS = [ROOT / "functions" / name / "app.py" for name in functions()]
EDGES = ("adapters", "api", "wiring")
# Everything but the edges: it decides, and is handed the world.
PURE = [path for path in sorted(PACKAGE.glob("*/**/*.py")) if path.relative_to(PACKAGE).parts[0] not in EDGES]
# What reads and writes texts of the outside; everything else of the middle needs the standard library alone.
TEXTS = (
    "policy/language",
    "hr/connectors",
    "messages",
    "hr/manual_request",
    "grants/request",
    "adoption",
    "preview/request",
    "changes/decision_request",
)
WORLDLY = {
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "time",
    "urllib",
}
ASKS_THE_WORLD = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "uuid.uuid4",
    "uuid4",
    "open",
    "print",
    "input",
}
CODE = files(".py")


def _root_of(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("path", PURE, ids=shown)
def test_the_core_knows_neither_machine_nor_network(path: Path) -> None:
    where = str(path.relative_to(PACKAGE).with_suffix(""))
    assert where.startswith(TEXTS) or not {name for name in imported(path) if _root_of(name) in WORLDLY}


@pytest.mark.parametrize("path", PURE, ids=shown)
def test_time_and_ids_come_in_as_arguments(path: Path) -> None:
    called = {ast.unparse(node.func) for node in nodes(path, ast.Call)}
    assert not called & ASKS_THE_WORLD


@pytest.mark.parametrize("path", HANDLERS, ids=shown)
def test_a_handler_is_at_most_forty_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40


@pytest.mark.parametrize("path", HANDLERS, ids=shown)
def test_a_handler_leaves_aws_and_its_environment_to_the_wiring(path: Path) -> None:
    existing = imported(path)
    banned = {"dayone.adapters", "dayone.ports", "dayone.settings"}
    assert not {name for name in existing if _root_of(name) in {"boto3", "botocore", "os"}}
    assert not {name for name in existing if any(f"{name}.".startswith(f"{value}.") for value in banned)}
    assert "dayone.wiring.functions" in existing


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    lines = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    # A decision table of one subject reads best as one module.
    assert not {name: length for name, length in lines.items() if length > (500 if name.startswith("tests/") else 300)}


def test_a_folder_has_at_most_twenty_files() -> None:
    files_in = Counter(shown(path.parent) for path in CODE)
    assert not {folder: number for folder, number in files_in.items() if number > 20}


@pytest.mark.parametrize("path", PURE, ids=shown)
def test_only_what_reads_texts_needs_more_than_the_standard_library(path: Path) -> None:
    where = str(path.relative_to(PACKAGE).with_suffix(""))
    existing = {"aws_lambda_powertools", "boto3", "botocore", "pydantic", "standardwebhooks", "yaml"}
    assert where.startswith(TEXTS) or not {_root_of(name) for name in imported(path)} & existing


def test_no_function_is_longer_than_thirty_lines() -> None:
    lines = {f"{shown(path)}:{name}": length for path in CODE for name, length in _functions_in(path)}
    assert not {name: length for name, length in lines.items() if length > 30}


def test_every_module_opens_with_what_it_is_for() -> None:
    written = [path for path in CODE if path.read_text(encoding="utf-8").strip()]
    assert not [shown(path) for path in written if not ast.get_docstring(tree(path))]


def test_no_module_is_named_for_being_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "data", "item", "misc"}
    named = {path: set(path.relative_to(ROOT).with_suffix("").parts) for path in CODE}
    assert not [shown(path) for path, parts in named.items() if parts & drawers]


def _functions_in(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with its lines, without those of its decorators and its docstring."""
    for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef):
        if node.end_lineno is None:
            continue
        documented = ast.get_docstring(node) is not None
        first = node.body[0]
        documentation = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
        yield node.name, node.end_lineno - node.lineno + 1 - documentation
