"""The table of errors in the architecture page has every class that adapters raise, and tests that are there."""

import ast
import re
from functools import cache

import pytest

from dayone import errors
from dayone.model.retry import FailureKind
from tests.pages import ROOT
from tests.project.repository import nodes

_PAGE = ROOT / "docs" / "architecture.md"
_ADAPTERS = ROOT / "layers" / "core" / "dayone" / "adapters"
_ROW = re.compile(r"^\| `(?P<name>[^`]+)` \|(?P<cells>.*)\|$", flags=re.MULTILINE)
_TEST = re.compile(r"\[(?P<test>test_\w+)\]\((?P<path>[^)]+)\)")


@cache
def _rows() -> dict[str, str]:
    text = _PAGE.read_text(encoding="utf-8")
    section = text.partition("## What AWS refuses, and what becomes of it\n")[2].partition("\n## ")[0]
    return {row["name"]: row["cells"] for row in _ROW.finditer(section)}


def _raised_by_adapters() -> set[str]:
    classes = {name for name, entry in vars(errors).items() if isinstance(entry, type)}
    named = (node for path in _ADAPTERS.rglob("*.py") for node in nodes(path, ast.Call))
    return {node.func.id for node in named if isinstance(node.func, ast.Name) and node.func.id in classes}


def test_every_class_that_adapters_raise_has_a_row_and_no_other() -> None:
    raised = _raised_by_adapters()
    assert {"AccessDenied", "Throttled", "Conflicting", "Refused"} <= raised
    assert {name for name in _rows() if name[0].isupper()} == raised


def test_every_kind_of_late_reason_has_a_row_and_no_other() -> None:
    assert {name for name in _rows() if name[0].islower()} == set(FailureKind)


@pytest.mark.parametrize("name", _rows())
def test_every_row_names_tests_that_are_there(name: str) -> None:
    named = list(_TEST.finditer(_rows()[name].rpartition("|")[2]))
    assert named
    for found in named:
        path = (_PAGE.parent / found["path"]).resolve()
        assert f"def {found['test']}(" in path.read_text(encoding="utf-8"), found["test"]
