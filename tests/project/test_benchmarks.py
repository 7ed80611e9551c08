"""Benchmarks whose figures are exact on any machine, and take few seconds, are held to their bounds by tests too."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.__main__ import benchmarks, missed
from benchmarks.figures.cold_starts import wired
from benchmarks.figures.measuring import Figure, marked, report
from tests.project.isolated import run_python
from tests.project.repository import ROOT, functions
from tests.project.template.wired import environment_of

_FOLDER = ROOT / "benchmarks"
_SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.py"))}
_QUICK = [name for name, text in _SOURCES.items() if "\nQUICK = True\n" in text]

_KEPT, _MISSED = Figure("kept", 1.0, 2.0), Figure("missed", 3.0, 2.0)


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
    figures = marked([_KEPT, _MISSED], {"missed": (3.1, "known")})
    assert [figure.verdict for figure in figures] == ["ok", "expected: known"]
    with pytest.raises(KeyError):
        marked([_KEPT], {"another": (3.1, "known")})


def test_all_are_run_although_the_first_has_missed_a_bound(tmp_path: Path) -> None:
    script = "import sys; open(sys.argv[1], 'x'); sys.exit(int(sys.argv[2]))"
    ends = {"first": 1, "second": 0, "third": 1}
    commands = [(name, [sys.executable, "-c", script, str(tmp_path / name), str(end)]) for name, end in ends.items()]
    assert missed(commands) == ["first", "third"]
    assert {path.name for path in tmp_path.iterdir()} == ends.keys()


@pytest.mark.thorough
def test_the_command_ends_with_1_and_names_the_one_that_failed_between_two_that_did_not() -> None:
    names = ["structure", "no_such_benchmark", "organizations_calls"]
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, "missed: no_such_benchmark")
    assert [line for line in ended.stdout.splitlines() if line.startswith("== ")] == [f"== {name}" for name in names]
    assert "calls for an event that comes alone" in ended.stdout.partition("== organizations_calls")[2]


@pytest.mark.parametrize(
    ("second", "shown", "ends_with"),
    [
        (_MISSED, {"value": 3.0, "bound": 2.0, "ok": False}, 1),
        (
            Figure("missed", 3.0, 2.0, expected=3.0, reason="known"),
            {"value": 3.0, "bound": 2.0, "ok": True, "expected": 3.0, "reason": "known"},
            0,
        ),
        (
            Figure("missed", 3.1, 2.0, expected=3.0, reason="known"),
            {"value": 3.1, "bound": 2.0, "ok": False, "expected": 3.0, "reason": "known"},
            1,
        ),
        (
            Figure("missed", 1.9, 2.0, expected=3.0, reason="known"),
            {"value": 1.9, "bound": 2.0, "ok": False, "expected": 3.0, "reason": "known"},
            1,
        ),
    ],
    ids=["missed", "expected", "worse", "kept although expected to miss"],
)
def test_figures_are_one_object_of_json_and_the_process_ends_with_1_when_any_is_not_as_required(
    second: Figure, shown: dict[str, object], ends_with: int, capsys: pytest.CaptureFixture[str]
) -> None:
    status = 0
    try:
        report([_KEPT, second], notes=["left out of JSON"], as_json=True)
    except SystemExit as ended:
        status = int(str(ended.code))
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"kept": {"value": 1.0, "bound": 2.0, "ok": True}, "missed": shown}
    assert status == ends_with


_MADE = """
import json, sys
made = [name for name, made in vars(wiring).items() if hasattr(made, "cache_info") and made.cache_info().currsize]
print(json.dumps([made, [name for name in ("pydantic", "yaml") if name in sys.modules]]))
"""


@pytest.mark.thorough
@pytest.mark.parametrize("name", functions())
def test_the_first_invocation_that_is_measured_makes_the_ports_and_loads_no_parser(name: str) -> None:
    path = [ROOT / "functions" / name, ROOT / "layers" / "core", Path(pytest.__file__).parents[1]]
    environment = {**environment_of(name), "AWS_DEFAULT_REGION": "eu-central-1"}
    made, parsers = run_python(Path(sys.executable), f"{wired(name)}\n{_MADE}", path=path, environment=environment)
    text = (ROOT / "functions" / name / "app.py").read_text(encoding="utf-8")
    # The meter counts what the work has come to: it is made when that is over, from what is imported already.
    assert {*made} - {"_table"} == {*re.findall(r"wiring\.(\w+)\(", text)} - {"meter"}
    # What reads policies and HR records takes as long to load as a client of AWS.
    assert parsers == []


def test_all_that_can_be_run_are_known() -> None:
    assert {"api", "planning", "structure", "webhook"} < set(benchmarks())
    assert {"measuring", "__main__"}.isdisjoint(benchmarks())
