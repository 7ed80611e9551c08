"""Try many simulated worlds, a seed each, or replay one with all it did."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import batched
from time import monotonic

from tests.simulation.coverage import Coverage, Covered, told
from tests.simulation.lost_table import LostTable
from tests.simulation.mutants import Tried, draw_mutants, lines_of, told_of_mutants, try_mutant, worlds_through
from tests.simulation.other_hands.world import OtherHands
from tests.simulation.report import Progress, struck_seldom, summary
from tests.simulation.simulation import Outcome, Simulation

_TOGETHER = 20
# A mutant for so many seeds, tried in the worlds of the first ones.
_SEEDS_A_MUTANT, _WORLDS_OF_MUTANTS = 20, 24


_WORLDS: Mapping[str, type[Simulation]] = {
    "troubles": Simulation,
    "other-hands": OtherHands,
    "lost-table": LostTable,
}


def outcomes_of(seeds: tuple[int, ...], *, of: str = "troubles") -> tuple[list[Outcome], Covered]:
    """The outcomes of some seeds, one after the other, and the decisions that they have been through."""
    with Coverage() as covered:
        return [_WORLDS[of](seed).run() for seed in seeds], covered


def _tried(first: int, number: int, *, of: str, processes: int, covered: Covered) -> Iterator[Outcome]:
    progress, done, violations = Progress(number), 0, 0
    with ProcessPoolExecutor(processes) as pool:
        for outcomes, gone_through in pool.map(
            partial(outcomes_of, of=of), batched(range(first, first + number), _TOGETHER, strict=False)
        ):
            done += len(outcomes)
            covered.add(gone_through)
            violations += sum(bool(outcome.violations) for outcome in outcomes)
            progress.show(done, violations=violations)
            yield from outcomes


def _mutants_tried(number: int, *, seed: int, processes: int) -> list[Tried]:
    mutants, progress = draw_mutants(number, seed=seed), Progress(number, of="mutants")
    seeds, tried = range(_WORLDS_OF_MUTANTS if mutants else 0), list[Tried]()
    with ProcessPoolExecutor(processes) as pool:
        lines = dict(zip(seeds, pool.map(lines_of, seeds), strict=True))
        worlds = [worlds_through(mutant, lines=lines) for mutant in mutants]
        for done, each in enumerate(pool.map(try_mutant, mutants, worlds), start=1):
            tried.append(each)
            progress.show(done, violations=0)
    return tried


def _replayed(seed: int, *, of: str) -> Outcome:
    world = _WORLDS[of](seed, traced=True)
    outcome = world.run()
    for micros, process, where, what in world.trace.lines or ():
        sys.stdout.write(f"{micros / 1_000_000:12.6f}  {process:24} {where:36} {what}\n")
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seeds", type=int, nargs="?", default=1000, help="how many to try")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="replay this one, and write every call it makes")
    parser.add_argument("--of", choices=_WORLDS, default="troubles", help="the worlds to try")
    parser.add_argument("--mutants", type=int, help="how many random mutants of decisions to try (seeds / 20)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    began, covered = monotonic(), Covered()
    if given.seed is None:
        outcomes = list(_tried(given.first, given.seeds, of=given.of, processes=given.processes, covered=covered))
    else:
        outcomes = [_replayed(given.seed, of=given.of)]
    sys.stdout.write(summary(outcomes, seconds=monotonic() - began) + "\n")
    if covered.lines:
        sys.stdout.write("\n".join(["", "Decisions gone through:", *told(covered)]) + "\n")
        number = given.seeds // _SEEDS_A_MUTANT if given.mutants is None else given.mutants
        number = number if given.of == "troubles" else 0
        tried = _mutants_tried(number, seed=given.first, processes=given.processes)
        sys.stdout.write("\n".join(["", *told_of_mutants(tried)]) + "\n")
    faults = sum((outcome.faults for outcome in outcomes), Counter[str]())
    # In the other worlds nothing goes wrong for most of the time.
    seldom = struck_seldom(faults, seeds=len(outcomes)) if given.of == "troubles" else []
    return 1 if any(outcome.violations for outcome in outcomes) or seldom else 0


if __name__ == "__main__":
    sys.exit(main())
