"""The simulation's oracle is independent of what it judges: it is short, and nothing of Day One is in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.project.repository import ROOT, nodes

ORACLE = sorted((ROOT / "tests" / "simulation" / "oracle").glob("*.py"))
# It compares Identity Center with itself, before others have edited it and after that.
DRIFT = ROOT / "tests" / "simulation" / "other_hands" / "drift.py"
MOST_LINES = 1_000


def _imported(path: Path) -> Iterator[str]:
    for statement in nodes(path, ast.Import):
        yield from (alias.name for alias in statement.names)
    for source in nodes(path, ast.ImportFrom):
        assert not source.level, f"{path}: name the module in full"
        yield from (f"{source.module}.{alias.name}" for alias in source.names)


def _file(name: str) -> Path | None:
    """Return the module of the tests that a dotted name is of, or is in; None for anything else."""
    parts = name.split(".")
    if parts[0] != "tests":
        return None
    paths = (ROOT.joinpath(*parts[:length]).with_suffix(".py") for length in range(len(parts), 1, -1))
    return next((path for path in paths if path.exists()), None)


def _imported_on_the_way(start: Path) -> dict[str, Path]:
    """Return all that a module imports, itself or by modules of the tests, each with the module that imports it."""
    found: dict[str, Path] = {}
    seen, waiting = set[Path](), [start]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        for name in _imported(path):
            found[name] = path
            if (further := _file(name)) and further not in seen:
                waiting.append(further)
    return found


def test_the_oracle_asks_nothing_of_what_it_judges() -> None:
    assert ORACLE
    asked = {name: path for start in (*ORACLE, DRIFT) for name, path in _imported_on_the_way(start).items()}
    assert {name: path for name, path in asked.items() if name.split(".")[0] == "dayone"} == {}


def test_the_oracle_is_short_enough_to_be_read_at_once() -> None:
    assert sum(len(path.read_text().splitlines()) for path in ORACLE) <= MOST_LINES


def test_imports_are_followed_through_modules_of_the_tests() -> None:
    assert "dayone.model.people.Person" in _imported_on_the_way(ROOT / "tests" / "simulation" / "year.py")
    assert "dayone.model.accounts.Account" in _imported_on_the_way(ROOT / "tests" / "simulation" / "test_year.py")
