"""Data for the project's own rules: its files, functions, syntax trees and template."""

import ast
import gc
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, overload

import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "core" / "dayone"


def functions() -> list[str]:
    """The names of the functions, after their folders."""
    return sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())


def pascal(name: str) -> str:
    """`plan_changes` as it is spelt in the template: `PlanChanges`."""
    return "".join(word.capitalize() for word in name.split("_"))


def files(*suffixes: str) -> list[Path]:
    """Every file of the tree that git tracks or would, with one of these suffixes; all of them without any."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout  # noqa: S603
    paths = sorted({ROOT / name for name in listed.split("\0") if name})
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def shown(path: Path) -> str:
    """A path as test output names it."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    # All of it stays: to look for garbage meanwhile, and in it later, takes longer than to read it.
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.freeze()
        gc.enable()


@cache
def _nodes(path: Path) -> Mapping[type[ast.AST], list[ast.AST]]:
    found: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    waiting: list[ast.AST] = [tree(path)]
    # Grows behind the place that is read: the order is that of `ast.walk`.
    for node in waiting:
        found[type(node)].append(node)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [each for each in value if isinstance(each, ast.AST)]
    return dict(found)


@overload
def nodes[Node: ast.AST](path: Path, kind: type[Node], /) -> list[Node]: ...
@overload
def nodes(path: Path, /, *kinds: type[ast.AST]) -> list[Any]: ...
def nodes(path: Path, /, *kinds: type[ast.AST]) -> list[Any]:
    """Nodes of these kinds in a module, kind by kind, from the outside in; a module is walked once for all rules."""
    found = _nodes(path)
    return [node for kind in kinds for node in found.get(kind, ())]


def imported(path: Path) -> set[str]:
    """The full names of all that a module imports; `from a import b` gives `a.b`."""
    names: set[str] = set()
    for statement in nodes(path, ast.Import):
        names |= {alias.name for alias in statement.names}
    for source in nodes(path, ast.ImportFrom):
        names |= {f"{source.module}.{alias.name}" for alias in source.names}
    return names


class _CloudFormationLoader(yaml.CSafeLoader):
    """Reads `!Ref X` as {"Ref": "X"} and `!Sub X` as {"Fn::Sub": "X"}, as CloudFormation does."""


def _intrinsic(loader: _CloudFormationLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_CloudFormationLoader.add_multi_constructor("!", _intrinsic)


@cache
def template(file: str = "template.yaml") -> dict[str, Any]:
    """A template, intrinsic functions in their long form but for dotted names (`{"Fn::GetAtt": "A.Arn"}`)."""
    loaded: dict[str, Any] = yaml.load((ROOT / file).read_text(), Loader=_CloudFormationLoader)  # noqa: S506
    return loaded


def resource(name: str, *, file: str = "template.yaml") -> dict[str, Any]:
    """The properties of a resource of a template."""
    properties: dict[str, Any] = template(file)["Resources"][name]["Properties"]
    return properties
