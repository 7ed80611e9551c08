"""Identifiers of the core are ordinary words: none of those below, which say what is done and not what a thing is."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from tests.project.repository import PACKAGE, files, nodes

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NEVER = ("one", "said", "say", "says", "tell", "telling", "tellings", "tells", "told", "asked", "wanted")
# The product's name has one of them; so has the only version of a policy that there is.
_ALLOWED = frozenset({"DayOneError", "_version_one"})
_KINDS: tuple[type[ast.AST], ...] = (
    *(ast.Name, ast.arg, ast.Attribute, ast.alias),
    *(ast.FunctionDef, ast.ClassDef, ast.keyword),
)


@cache
def _identifiers() -> Counter[str]:
    paths = (path for path in files(".py") if PACKAGE in path.parents)
    return Counter(name for path in paths for node in nodes(path, *_KINDS) for name in _names(node))


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.alias(asname=str(name)):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.keyword(arg=str(name)):
            yield name


def _with(word: str) -> set[str]:
    return {name for name in _identifiers().keys() - _ALLOWED if word in _parts(name)}


def _parts(name: str) -> list[str]:
    return [part.lower() for part in _PARTS.findall(name)]


@pytest.mark.parametrize("word", _NEVER)
def test_no_identifier_has_a_word_that_names_nothing(word: str) -> None:
    assert not _with(word)


def test_what_is_known_is_named_for_what_it_is() -> None:
    found = _identifiers()
    known = sum(number for name, number in found.items() if "known" in _parts(name))
    assert known <= 0.5 * found.total() / 1000
