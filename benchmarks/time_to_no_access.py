"""Time for which leavers keep their access while planners and executors are killed at random.

In virtual time, so exact on any machine: the whole of Day One as deployed, from the webhook to AWS's confirmation,
while joiners and edits of the policy keep it busy. One planner in ten is killed while it plans, and each executor after
ten seconds of work on average.
"""

from random import Random
from statistics import quantiles

from benchmarks.figures.measuring import Figure, report, wants_json
from benchmarks.worlds.leavers import GROUPS_OF_ENGINEERING, GUARDS, SEED, CompanyOfLeavers
from tests.builders import a_person, an_account
from tests.simulation.model.weather import CLEAR
from tests.simulation.simulation import Simulation

LEAVERS = 400
_SECONDS_BETWEEN_LEAVERS = 9.0
_LEAVERS_BETWEEN_EDITS = 50
_PLANNER_DIES = 0.1
_PLANNING_SECONDS = 0.3
_EXECUTOR_LIVES = 10.0  # seconds of work, on average
_POLICY = """version: 1
{guards}
groups:
{groups}
permission_sets:
  View: {{description: {description}}}
assignments:
  - {{group: One, permission_set: View, accounts: [{{ou: "/**"}}]}}
"""


def policy(description: str) -> str:
    """Return a policy with all of Engineering in three groups, one of which has access to every account."""
    return _POLICY.format(guards=GUARDS, groups=GROUPS_OF_ENGINEERING, description=description)


class Company(CompanyOfLeavers):
    """Leavers at regular moments, and a joiner between two of them."""

    def __init__(self, *, are_killed: bool) -> None:
        super().__init__(Simulation(SEED, climate=CLEAR))
        self._random = Random(SEED)
        self._settle()
        if are_killed:
            self.day_one.planning.killed_in = self._of_a_planner
            self.day_one.executor.killed_in = lambda: self._random.expovariate(1 / _EXECUTOR_LIVES)

    def run(self) -> list[float]:
        """Seconds from the webhook of each leaver to the end of their last membership."""
        for number in range(LEAVERS):
            # Not at the beat of anything else.
            self.let_pass(self._random.random())
            self.leaves(f"e-{number}")
            self.let_pass(_SECONDS_BETWEEN_LEAVERS / 2)
            self.outside.tells(a_person(f"j-{number}"))
            if number % _LEAVERS_BETWEEN_EDITS == 1:
                self.outside.uploads(policy(f"edit {number}"))
            self.let_pass(_SECONDS_BETWEEN_LEAVERS / 2)
        self.let_pass(900.0)
        return self.seconds()

    def _settle(self) -> None:
        for number in range(20):
            self.outside.account_is(an_account(f"{100000000000 + number}"))
        for number in range(LEAVERS):
            self.outside.tells(a_person(f"e-{number}"))
        self.outside.uploads(policy("first"))
        self.let_pass(1200.0)

    def _of_a_planner(self) -> float | None:
        return self._random.uniform(0, _PLANNING_SECONDS) if self._random.random() < _PLANNER_DIES else None


def percentile(values: list[float], percent: int) -> float:
    """Return the value within which so many of a hundred stay."""
    return quantiles(values, n=100)[percent - 1]


def measured() -> tuple[list[Figure], list[str]]:
    """Return all figures, and notes."""
    quiet, killed = Company(are_killed=False), Company(are_killed=True)
    undisturbed, seconds = quiet.run(), killed.run()
    figures = [
        Figure("time to no access, p50, seconds", percentile(seconds, 50), 15.0),
        Figure("time to no access, p99, seconds", percentile(seconds, 99), 60.0),
        Figure("time to no access, nobody killed, p99, seconds", percentile(undisturbed, 99), 10.0),
    ]
    planners, executors = killed.day_one.planning.killed, killed.day_one.executor.killed
    notes = [
        f"{LEAVERS} leavers, {planners} planners and {executors} executors killed",
        f"the longest of all: {max(seconds):.0f} s",
    ]
    return figures, notes


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
