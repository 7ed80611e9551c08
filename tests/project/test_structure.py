"""The shape of the core: no circle of imports, few ports for a use case, and nothing that only tests call."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dayone.model.commands import COMMANDS, Command
from tests.project.repository import PACKAGE, ROOT, files, nodes, shown, tree
from tests.unit.world import World

CORE = sorted(PACKAGE.rglob("*.py"))
EDGES = ("adapters", "api", "ports", "wiring")
USE_CASES = [path for path in sorted(PACKAGE.glob("*/**/*.py")) if path.relative_to(PACKAGE).parts[0] not in EDGES]
PRODUCT = [path for path in files(".py") if path.relative_to(ROOT).parts[0] in ("layers", "functions", "cli")]
# What the sandbox and the benchmarks run of the core is there for them, and for whoever deploys.
USERS = [path for path in files(".py") if path.relative_to(ROOT).parts[0] in ("sandbox", "benchmarks")]
MOST_PORTS = 6
# The bundles of the whole API and of the whole planner, which the edges put together and hand on in parts; and the
# check of the settings, which looks at one service of AWS after the other.
BUNDLES = {"handler.PlanningPorts", "check.CheckSettings"}
BUNDLED = {"AccessApi", "PlanningPorts"}
# Modules under sixty lines with at most one importer in the core are merged with it or with a neighbour. These are not.
SMALLEST = 60
SMALL = {
    "dayone.adapters.threads": "nothing of AWS, unlike every neighbour; its only user is the wiring",
    "dayone.api.routes.notifications": "a request loads the routes of its own part alone",
    "dayone.executor.handlers.people": "the registry, its only user, is as large as a module may be",
    "dayone.hr.connectors.csv_file": "a kind of HR system is a module of its name, loaded by that name",
    "dayone.hr.connectors.json_file": "a kind of HR system is a module of its name, loaded by that name",
    "dayone.ops.hr_configuration_approval": "a request for this approval does not load the decisions on changes",
    "dayone.policy.language.schema": "a program that writes the schema, which no function loads",
    "dayone.wiring.inventory": "a function's cold start loads the wiring of its own part alone",
    "dayone.wiring.previews": "a function's cold start loads the wiring of its own part alone",
}
# Named by a framework or by Python, never by our code.
CALLED_BY_OTHERS = re.compile(r"__\w+__|visit_\w+|main|lambda_handler|format_commands")


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def _imports() -> dict[str, set[str]]:
    """Each module of the core with those it imports, those for type checkers and those in functions included."""
    existing = {_module(path) for path in CORE}
    found: dict[str, set[str]] = {}
    for path in CORE:
        names: set[str] = set()
        for statement in nodes(path, ast.Import):
            names |= {alias.name for alias in statement.names}
        for source in nodes(path, ast.ImportFrom):
            if source.module:
                names |= {source.module, *(f"{source.module}.{alias.name}" for alias in source.names)}
        found[_module(path)] = (names & existing) - {_module(path), "dayone"}
    return found


def _reachable(start: str) -> set[str]:
    seen, waiting = set[str](), [start]
    while waiting:
        for name in _imports()[waiting.pop()] - seen:
            seen.add(name)
            waiting.append(name)
    return seen


def test_no_module_imports_itself_in_a_circle() -> None:
    assert [name for name in _imports() if name in _reachable(name)] == []


def test_a_small_module_with_one_importer_is_merged_or_explained() -> None:
    importers = Counter(name for names in _imports().values() for name in names)
    lines = {_module(path): len(path.read_text(encoding="utf-8").splitlines()) for path in CORE if path.stem[0] != "_"}
    small = {name for name, number in lines.items() if number < SMALLEST and importers[name] <= 1}
    assert small == SMALL.keys()


def _ports() -> set[str]:
    """The names of all protocols in `dayone.ports`."""
    return {
        node.name
        for path in (PACKAGE / "ports").glob("*.py")
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" or base for base in node.bases)
        # The time and chance are no port to anything.
        if node.name not in ("Clock", "RandomBytes")
    }


def _bundles() -> Iterator[tuple[str, list[str]]]:
    """Each class and function of the use cases with the ports it takes."""
    ports = _ports()
    for path in USE_CASES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                hints = [part.annotation for part in node.body if isinstance(part, ast.AnnAssign)]
            elif isinstance(node, ast.FunctionDef):
                arguments = [*node.args.args, *node.args.kwonlyargs]
                hints = [argument.annotation for argument in arguments if argument.annotation is not None]
            else:
                continue
            words = [re.findall(r"\w+", ast.unparse(hint)) for hint in hints]
            taken = [name for names in words for name in names if name in ports]
            yield f"{path.stem}.{node.name}", taken


def test_a_use_case_takes_at_most_six_ports() -> None:
    many = {name: taken for name, taken in _bundles() if len(taken) > MOST_PORTS and name not in BUNDLES}
    assert many == {}


@pytest.mark.parametrize("path", USE_CASES, ids=shown)
def test_a_use_case_does_not_take_a_whole_bundle(path: Path) -> None:
    if path.stem == "handler":
        return
    assert not {node.id for node in nodes(path, ast.Name)} & BUNDLED


def _definitions() -> Iterator[tuple[str, str]]:
    """Each public and private function, class and method of the product, with its place."""
    for path in PRODUCT:
        for node in nodes(path, ast.FunctionDef, ast.ClassDef):
            if not _is_registered(node):
                yield node.name, f"{shown(path)}: {node.name}"


def _is_registered(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """A decorator that is called, such as that of a route or of a validator, hands it to somebody else."""
    plain = {"property", "staticmethod", "classmethod", "cache", "cached_property", "dataclass", "contextmanager"}
    names = {ast.unparse(each).partition("(")[0].rpartition(".")[2] for each in node.decorator_list}
    return bool(names - plain)


@cache
def _words() -> Counter[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (*PRODUCT, *USERS))
    template = "\n".join(path.read_text(encoding="utf-8") for path in files(".yaml"))
    return Counter(re.findall(r"\w+", text + template))


def test_nothing_in_the_product_is_called_by_tests_alone() -> None:
    defined = Counter(name for name, _ in _definitions())
    unused = {
        place
        for name, place in _definitions()
        if not CALLED_BY_OTHERS.fullmatch(name) and _words()[name] <= defined[name]
    }
    assert unused == set()


@pytest.mark.parametrize("path", CORE, ids=shown)
def test_names_of_assignments_are_taken_apart_in_one_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    taken_apart = re.findall(r"\.name\.r?partition\(\"/\"\)|(?:startswith|removeprefix)\(PERSON_PREFIX\)", text)
    # The policy refuses a group's key that would read as a person's.
    assert not taken_apart or path.name in ("subjects.py", "fields.py")


def test_no_trip_through_the_core_takes_more_than_the_benchmark_allows() -> None:
    # In a process of its own: what other tests have left in caches would not run again.
    command = [sys.executable, "-m", "benchmarks.structure", "--json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    figures = json.loads(ended.stdout)
    trips = [f"{what}_{trip}" for what in ("modules", "functions") for trip in ("hr_webhook", "account_event")]
    assert {*trips, "modules_new_policy", "functions_explain", "places_that_decide_what_is_held"} <= figures.keys()
    assert {name: figure["value"] for name, figure in figures.items() if not figure["ok"]} == {}
    assert figures["places_that_decide_what_is_held"]["bound"] == 2


def _kinds_of(command: type[Command]) -> Iterator[type[Command]]:
    """The commands below one, without those that others are made of."""
    for below in command.__subclasses__():
        yield from _kinds_of(below) if below.__subclasses__() else (below,)


def test_every_kind_of_command_has_one_handler_and_can_be_read_off_the_inbox() -> None:
    kinds = set(_kinds_of(Command))
    assert World().planning().handlers.keys() == kinds
    assert sorted(kind.__name__ for kind in COMMANDS) == sorted(kind.__name__ for kind in kinds)
    # In a table the second of two handlers of one kind would replace the first.
    tables = nodes(PACKAGE / "reconcile" / "handler.py", ast.Dict)
    handled = [key.attr for table in tables for key in table.keys if isinstance(key, ast.Attribute)]
    assert sorted(handled) == sorted(kind.__name__ for kind in kinds)


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_never_changes(kind: type[Command]) -> None:
    # Its own, since one without would inherit those of Command and take none of its own fields.
    parameters = vars(kind).get("__dataclass_params__")
    assert parameters is not None
    assert parameters.frozen
