"""Docstrings open with a verb or a noun, never with a question, and name what exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.project.repository import PACKAGE, ROOT, files, nodes, shown, tree

_QUESTIONS = {"how", "what", "whatever", "when", "where", "whether", "which", "who", "whoever", "whom", "whose", "why"}
_TREES = ("benchmarks", "cli", "first_run", "functions", "layers", "sandbox", "tests")
_WORD = re.compile(r"[A-Za-z']+")
_NAME = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")
type _Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _docstrings(top: str) -> tuple[tuple[Path, int, str], ...]:
    paths = [path for path in files(".py") if path.relative_to(ROOT).parts[0] == top]
    return tuple((path, node.body[0].lineno, text) for path in paths for node, text in _documented(path))


def _documented(path: Path) -> Iterator[tuple[_Documented, str]]:
    for node in nodes(path, ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef):
        # Their indentation does not matter here, and to take it away takes longer than all else.
        if text := ast.get_docstring(node, clean=False):
            yield node, text


@pytest.mark.parametrize("top", _TREES)
def test_docstrings_do_not_open_with_a_question(top: str) -> None:
    opened = [
        f"{shown(path)}:{line}: {text.partition('\n')[0]}"
        for path, line, text in _docstrings(top)
        if (first := _WORD.search(text)) and first[0].lower() in _QUESTIONS
    ]
    assert not opened, "open with a verb or a noun, such as 'Return …' or 'Members of …'"


def test_docstrings_of_the_core_name_what_exists() -> None:
    missing = [
        f"{shown(path)}:{line}: `{name}`"
        for path, line, text in _docstrings("layers")
        for name in _NAME.findall(text)
        if path.is_relative_to(PACKAGE) and name not in _names()
    ]
    assert missing == []


@cache
def _names() -> frozenset[str]:
    """Identifiers of the core and words in its texts, without docstrings."""
    names = set[str]()
    for path in PACKAGE.rglob("*.py"):
        texts = {text for _, text in _documented(path)}
        for node in ast.walk(tree(path)):
            names |= {
                part for key in ("id", "arg", "attr", "name") if isinstance(part := getattr(node, key, None), str)
            }
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in texts:
                names |= set(re.findall(r"\w+", node.value))
    return frozenset(names | {path.stem for path in PACKAGE.rglob("*.py")})
