"""The tool that tries mutants: what it draws, which tests it tries, and what it says in the end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dayone.model import people, retry
from tests.mutate.__main__ import verdict
from tests.mutate.equivalents import EQUIVALENTS, Equivalent, identity
from tests.mutate.lines import REPOSITORY, ROOT, Lines, digests, read_lines
from tests.mutate.sample import draw, touched_lines
from tests.mutate.trial import Trial, chosen
from tests.simulation.mutants import Mutant, mutants_of

_RETRY = "model/retry.py"
_TRY = """
from tests.mutate.trial import try_all
from tests.simulation.mutants import mutants_of
mutants = [each for each in mutants_of({path!r}) if each.function == {function!r}]
print(*(trial.is_caught for trial in try_all([(mutants[0], tests) for tests in {tests!r}], processes=1)))
"""


def _mutant(module: object, function: str) -> Mutant:
    return next(each for each in mutants_of(str(vars(module)["__file__"])) if each.function == function)


def test_a_mutant_is_caught_by_tests_that_notice_it_and_by_no_others() -> None:
    about, beside = "tests/unit/model/test_retrying.py", "tests/unit/model/test_ulids.py"
    program = _TRY.format(path=str(retry.__file__), function="plan_again_at", tests=[[about], [beside], []])
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={"PYTHONPATH": f"{ROOT.parent}:{REPOSITORY}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.split() == ["True", "False", "False"], ran.stderr


def test_the_quickest_tests_through_a_line_are_tried_for_no_longer_than_a_minute() -> None:
    mutant, lines = _mutant(retry, "retry_at"), Lines()
    for test, seconds in (("slow", 50.0), ("quick", 1.0), ("slowest", 55.0)):
        lines.add(test, [(_RETRY, mutant.line)], seconds=seconds)
    lines.add("elsewhere", [(_RETRY, mutant.line + 1)], seconds=0.1)
    assert chosen(mutant, path=_RETRY, lines=lines) == ["quick", "slow"]


def test_a_single_test_is_tried_however_long_it_takes() -> None:
    mutant, lines = _mutant(retry, "retry_at"), Lines()
    lines.add("slow", [(_RETRY, mutant.line)], seconds=100.0)
    assert chosen(mutant, path=_RETRY, lines=lines) == ["slow"]


def test_several_recordings_are_read_as_one_and_changed_files_are_left_out(tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    a, b = (
        f"tests/mutate/test_mutate.py::{each.__name__}[0]"
        for each in (_mutant, test_a_single_test_is_tried_however_long_it_takes)
    )
    for path, test in ((first, a), (second, b)):
        lines = Lines()
        lines.add(test, [(_RETRY, 1), ("model/people.py", 1)], seconds=1.0)
        lines.save(path)
    recorded = json.loads(second.read_text())
    second.write_text(json.dumps({**recorded, "files": {**recorded["files"], "model/people.py": "another"}}))
    found = read_lines([first, second])
    assert (found.through((_RETRY, 1)), found.through(("model/people.py", 1))) == ([a, b], [a])
    assert digests().keys() - found.files.keys() == {"model/people.py"}


def test_a_test_that_is_not_there_any_more_is_not_tried(tmp_path: Path) -> None:
    lines, path = Lines(), tmp_path / "1.json"
    here = "tests/mutate/test_mutate.py"
    for test in (
        f"{here}::{_mutant.__name__}",
        f"{here}::test_nothing_that_is_here",
        f"{here}.old::{_mutant.__name__}",
    ):
        lines.add(test, [(_RETRY, 1)], seconds=1.0)
    lines.save(path)
    assert read_lines([path]).through((_RETRY, 1)) == [f"{here}::{_mutant.__name__}"]


def test_the_same_seed_draws_the_same_mutants() -> None:
    assert draw(20, seed=1, packages=("model",)) == draw(20, seed=1, packages=("model",))
    assert draw(20, seed=1, packages=("model",)) != draw(20, seed=2, packages=("model",))


def test_a_function_has_changed_as_a_whole_when_one_of_its_lines_has() -> None:
    text = "def first():\n    one = 1\n    return one\n\n\ndef second():\n    return 2\n"
    assert touched_lines(text, "@@ -2 +2 @@\n-    one = 0\n+    one = 1\n") == {1, 2, 3}
    assert touched_lines(text, "@@ -8,2 +7,0 @@\n") == {6, 7}
    assert touched_lines(text, "") == set()


@pytest.mark.parametrize(("caught", "equivalents", "is_enough"), [(95, 8, True), (94, 0, False), (100, 9, False)])
def test_it_is_enough_when_nearly_all_are_caught_and_few_are_called_equivalent(
    caught: int, equivalents: int, *, is_enough: bool
) -> None:
    mutant = _mutant(people, "has_left")
    trials = [Trial(mutant=mutant, is_caught=number < caught, tests=2) for number in range(100)]
    lines, found = verdict(trials, equivalents=equivalents)
    assert found is is_enough
    assert lines[0].startswith(f"{caught} of 100 mutants were caught")
    assert lines[1:] == [f"  survived: {mutant.where} {mutant.words}, in 2 tests"] * (100 - caught)


@pytest.mark.parametrize("equivalent", EQUIVALENTS, ids=lambda each: f"{each.path} {each.function}")
def test_what_is_called_equivalent_is_a_mutant_and_has_an_argument(equivalent: Equivalent) -> None:
    there = {identity(mutant) for mutant in mutants_of(str(ROOT / equivalent.path))}
    assert (equivalent.path, equivalent.function, equivalent.words, equivalent.text) in there
    assert len(equivalent.because.split()) > 5
