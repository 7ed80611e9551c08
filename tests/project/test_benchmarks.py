"""Benchmarks whose figures are exact on any machine, and take few seconds, are held to their bounds by tests too."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.__main__ import benchmarks, missed
from benchmarks.measuring import Figure, marked
from tests.project.repository import ROOT

_FOLDER = ROOT / "benchmarks"
_SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.py"))}
_QUICK = [name for name, text in _SOURCES.items() if "\nQUICK = True\n" in text]


def _module(name: str) -> ModuleType:
    return import_module(f"benchmarks.{name}")


@pytest.mark.thorough
@pytest.mark.parametrize("name", _QUICK)
def test_a_quick_benchmark_keeps_its_bounds_and_what_is_expected_of_it(name: str) -> None:
    figures, _ = _module(name).measured()
    assert {entry.name: f"{entry.value:.3f} {entry.verdict}" for entry in figures if not entry.ok} == {}


def test_there_are_quick_benchmarks_and_each_can_be_run_by_itself() -> None:
    assert {"convergence", "waiting"} <= set(_QUICK)
    assert set(_QUICK) < set(benchmarks())


def test_marks_are_put_on_figures_that_there_are() -> None:
    kept, missed = Figure("kept", 1.0, 2.0), Figure("missed", 3.0, 2.0)
    figures = marked([kept, missed], {"missed": (3.1, "known")})
    assert [figure.verdict for figure in figures] == ["ok", "expected: known"]
    with pytest.raises(KeyError):
        marked([kept], {"another": (3.1, "known")})


def test_all_are_run_although_the_first_has_missed_a_bound(tmp_path: Path) -> None:
    script = "import sys; open(sys.argv[1], 'x'); sys.exit(int(sys.argv[2]))"
    ends = {"first": 1, "second": 0, "third": 1}
    commands = [(name, [sys.executable, "-c", script, str(tmp_path / name), str(end)]) for name, end in ends.items()]
    assert missed(commands) == ["first", "third"]
    assert {path.name for path in tmp_path.iterdir()} == ends.keys()


def test_all_that_can_be_run_are_known() -> None:
    assert {"api", "planning", "structure", "webhook"} < set(benchmarks())
    assert {"measuring", "__main__"}.isdisjoint(benchmarks())
