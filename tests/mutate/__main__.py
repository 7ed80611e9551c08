"""Try random mutants of Day One against its fast tests, each against those that go through its line.

Each mutant is one change of a function: a comparison, a condition, a number, a result or a call. It ends with 1 when
fewer than 95 of 100 are caught, or more than 8 are called equivalent.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest

from tests.mutate.equivalents import why_equivalent
from tests.mutate.lines import REPOSITORY, ROOT, Lines, read_lines
from tests.mutate.sample import PACKAGES, draw
from tests.mutate.trial import Trial, chosen, try_all
from tests.simulation.mutants import Mutant

RECORDED = REPOSITORY / "build" / "mutate"
# Each is recorded by itself, so that one can be recorded anew.
TESTS = ("tests/unit", "tests/functions", "tests/contract")
LEAST_CAUGHT, MOST_EQUIVALENT = 0.95, 0.08


def record(tests: Sequence[str] = TESTS) -> None:
    """Run tests and record the lines that each goes through."""
    for folder in tests:
        into = RECORDED / f"{folder.replace('/', '-')}.json"
        options = ["-q", "-p", "tests.mutate.recording", "--record-lines", str(into), folder]
        subprocess.run([sys.executable, "-m", "pytest", *options], cwd=REPOSITORY, check=False)  # noqa: S603


def verdict(trials: Sequence[Trial], *, equivalents: int) -> tuple[list[str], bool]:
    """Return the result in words, with all that survived, and whether it is good enough."""
    caught, tried = sum(trial.is_caught for trial in trials), len(trials)
    share, called = caught / max(tried, 1), equivalents / max(tried + equivalents, 1)
    left = sorted((trial for trial in trials if not trial.is_caught), key=lambda trial: trial.mutant.where)
    of_caught = f"{caught} of {tried} mutants were caught ({share:.0%}; at least {LEAST_CAUGHT:.0%})"
    of_equivalents = f"{equivalents} more are equivalent ({called:.0%}; at most {MOST_EQUIVALENT:.0%})"
    lines = [
        f"{of_caught}; {of_equivalents}.",
        *(f"  survived: {trial.mutant.where} {trial.mutant.words}, in {trial.tests} tests" for trial in left),
    ]
    return lines, share >= LEAST_CAUGHT and called <= MOST_EQUIVALENT


def _ready(mutants: Sequence[Mutant], lines: Lines) -> list[tuple[Mutant, list[str]]]:
    """Return each mutant with its tests, with all that they need imported once for all."""
    paths = {mutant.path: str(Path(mutant.path).relative_to(ROOT)) for mutant in mutants}
    if stale := sorted(set(paths.values()) - lines.files.keys()):
        raise SystemExit(f"Changed since the lines of the tests were recorded: {', '.join(stale)}. Give --record.")
    for path in sorted(ROOT.rglob("*.py")):
        import_module(".".join(("dayone", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"))
    ready = [(mutant, chosen(mutant, path=paths[mutant.path], lines=lines)) for mutant in mutants]
    files = sorted({test.partition("::")[0] for _, tests in ready for test in tests})
    with redirect_stdout(StringIO()):
        pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *files])
    return ready


def main() -> int:
    """Print what survived, and return 1 when that is too much."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutate", description=__doc__)
    parser.add_argument("--number", type=int, default=100, help="how many mutants to try")
    parser.add_argument("--seed", type=int, default=0, help="which of all that there are")
    parser.add_argument("--since", default="", help="only functions that have changed since this commit")
    parser.add_argument("--packages", nargs="+", default=PACKAGES, help="only these parts of the product")
    parser.add_argument("--record", action="store_true", help="first record which lines each test goes through")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="record only these files or folders anew")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if given.record or not RECORDED.is_dir():
        record(given.tests)
    drawn = draw(given.number, seed=given.seed, since=given.since, packages=given.packages)
    mutants = [mutant for mutant in drawn if not why_equivalent(mutant)]
    trials = list[Trial]()
    for trial in try_all(_ready(mutants, read_lines(sorted(RECORDED.glob("*.json")))), processes=given.processes):
        trials.append(trial)
        sys.stderr.write(f"{len(trials)} of {len(mutants)}: {'caught' if trial.is_caught else trial.mutant.where}\n")
    words, is_enough = verdict(trials, equivalents=len(drawn) - len(mutants))
    sys.stdout.write("\n".join(words) + "\n")
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
