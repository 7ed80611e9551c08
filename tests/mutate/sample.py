"""Mutants to try: of everything, or of the functions that have changed since a commit."""

import ast
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tests.mutate.lines import REPOSITORY, ROOT
from tests.simulation.mutants import Mutant, mutants_of

# All that decides and does anything. The wiring shows in the tests of the deployed system, and a port does nothing.
PACKAGES = (
    *("access", "accounts", "adapters", "adoption", "api", "changes", "executor", "grants", "hr", "inventory"),
    *("messages", "model", "ops", "planning", "policy", "preview", "reconcile", "setup", "takeover"),
)
_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def draw(number: int, *, seed: int, since: str = "", packages: Sequence[str] = PACKAGES) -> list[Mutant]:
    """Return so many of all mutants, or of those in functions that have changed since a commit."""
    every = [
        mutant
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        for mutant in mutants_of(str(path))
    ]
    if since:
        paths = {Path(each.path) for each in every}
        touched = {str(path): touched_lines(path.read_text("utf-8"), _difference(path, since=since)) for path in paths}
        every = [mutant for mutant in every if mutant.line in touched[mutant.path]]
    return Random(f"mutate {seed}").sample(every, k=min(number, len(every)))  # noqa: S311 - to be had again


def touched_lines(text: str, difference: str) -> set[int]:
    """Return the lines of all functions of a text in which any line has changed, by git's difference."""
    changed, touched = set(_changed(difference)), set[int]()
    for node in ast.walk(ast.parse(text)) if changed else ():
        if isinstance(node, ast.FunctionDef):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            touched.update(lines if changed.intersection(lines) else ())
    return touched


def _changed(difference: str) -> Iterator[int]:
    for hunk in _HUNK.finditer(difference):
        # Of lines that are gone the one before them is named, with a number of 0.
        first, number = int(hunk[1]), int(hunk[2] or "1")
        yield from range(first, first + max(number, 1))


def _difference(path: Path, *, since: str) -> str:
    git = ["git", "diff", "--unified=0", since, "--", str(path)]
    return subprocess.run(git, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout  # noqa: S603
