"""The architecture page says where things are decided; each link leads to a definition that is there."""

import ast
import re

import pytest

from tests.project.repository import ROOT, nodes

_PAGE = ROOT / "docs" / "architecture.md"
_LINK = re.compile(r"\[`(?P<name>\w+)`\]\(\.\./(?P<path>layers/core/dayone/[\w/]+\.py)\)")
# What newcomers look for by the names of files.
_LOOKED_FOR = ("webhook", "approv", "idempot", "pagin", "lease", "handler", "onboard", "checkpoint")


def _section() -> str:
    return _PAGE.read_text(encoding="utf-8").partition("## Where is X decided\n")[2].partition("\n## ")[0]


LINKS = [(match["name"], match["path"]) for match in _LINK.finditer(_section())]


def test_every_row_has_a_link() -> None:
    rows = [line for line in _section().splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert not [row for row in rows if not _LINK.search(row)]


@pytest.mark.parametrize(("name", "path"), LINKS, ids=lambda part: part)
def test_a_link_leads_to_a_definition(name: str, path: str) -> None:
    defined = {node.name for node in nodes(ROOT / path, ast.FunctionDef, ast.ClassDef)}
    assert name in defined or (ROOT / path).stem == name


@pytest.mark.parametrize("word", _LOOKED_FOR)
def test_what_newcomers_look_for_is_the_name_of_a_file(word: str) -> None:
    core = ROOT / "layers" / "core" / "dayone"
    assert [path for path in core.rglob("*.py") if word in path.stem]
