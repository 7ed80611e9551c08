"""Worlds whose table is dropped, or replaced by a copy of some hours ago: what is wrong after the recovery.

Everything is in virtual time. `--worlds` sets how many are tried.
"""

import argparse
from collections import Counter

from benchmarks.figures.measuring import Figure, report
from tests.simulation.lost_table import KEEPS, RECOVERS, LostTable

_WORLDS = 10
_END = "the end is what is desired"
# The sweep of each minute opens the recovery, Identity Center is read twice, and everybody is planned.
_MOST_MINUTES = 60.0


def measured(worlds: int) -> tuple[list[Figure], list[str]]:
    """Return the figures of so many worlds, and what was measured."""
    violated: Counter[str] = Counter()
    dropped = copied = 0
    longest = 0.0
    for seed in range(worlds):
        world = LostTable(seed)
        violated.update(violation.invariant for violation in world.run().violations)
        dropped += sum("dropped" in loss for loss in world.losses)
        copied += sum("copy" in loss for loss in world.losses)
        longest = max(longest, world.minutes)
    figures = [
        Figure("recoveries that do not end", violated.pop(RECOVERS, 0), 0),
        Figure("worlds in which justified access was removed", violated.pop(KEEPS, 0), 0),
        Figure("worlds whose end is not what HR and the policy say", violated.pop(_END, 0), 0),
        Figure("violations of other invariants", sum(violated.values()), 0),
        Figure("minutes to the end of a recovery, at most", longest, _MOST_MINUTES),
    ]
    return figures, [f"{worlds} worlds; the table was dropped {dropped} times, and {copied} times replaced by a copy"]


def main() -> None:
    """Try them, and compare with the bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--worlds", type=int, default=_WORLDS, help="how many worlds to try")
    given = parser.parse_args()
    figures, notes = measured(given.worlds)
    report(figures, notes=notes, as_json=given.json)


if __name__ == "__main__":
    main()
