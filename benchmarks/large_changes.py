"""Duration of the largest changes compared with AWS's quotas: thousands of accounts, and of people.

In virtual time, so exact on any machine; minutes of work. The least possible is as in `convergence`.
"""

from benchmarks.convergence import appears, bench, joiners, policy
from benchmarks.figures.measuring import A_PLACE_IS_FREE, Figure, marked, report, wants_json
from benchmarks.worlds.bulk_changes import Measured

EXPECTED = {"large change, times the least": (1.12, A_PLACE_IS_FREE)}


def large_change() -> Measured:
    """1,850 accounts, 20 permission sets in each."""
    made = bench(1, 20)
    made.plan(*(appears(number) for number in range(1850)))
    made.plan(lambda world: world.policy_is(policy(1, 20, assigned=True)))
    return made.carry_out()


def measured() -> tuple[list[Figure], list[str]]:
    """Return all figures, and notes."""
    large, people = large_change(), joiners(5000)
    figures = [
        Figure("large change, times the least", large.over_bound, 1.05),
        Figure("large change, times the least with a place kept free", large.over_shared, 1.06),
        Figure("large change, calls per assignment", large.calls / large.assignments, 2.0),
        Figure("5,000 joiners with six groups, times the least", people.over_bound, 1.06),
        Figure("throttles and conflicts we caused", large.refused + people.refused, 0),
    ]
    notes = [
        f"large change, 37,000 assignments: {large.seconds:.0f} s (the least {large.bound:.0f} s)",
        f"joiners, 5,000 with six groups each: {people.seconds:.0f} s (the least {people.bound:.0f} s)",
    ]
    return marked(figures, EXPECTED), notes


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
