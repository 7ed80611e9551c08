"""Time from a new account's event to the last of its assignments, compared with AWS's limits.

In virtual time, through all the functions and queues, so exact on any machine. AWS works on one assignment of an
account at a time: the chain is the time for each, and the call that requests it. For many accounts the least possible
is the largest of calls over the rate, the time AWS works over the requests that may be outstanding, and the longest
chain.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from benchmarks.figures.measuring import A_PLACE_IS_FREE, Figure, marked, report, wants_json
from benchmarks.worlds.bulk_changes import OVER_THE_WIRE, Bench
from dayone.model.operations import Operation, OperationState
from dayone.model.subjects import ResourceKind
from tests.builders import an_account

SEED = 1
SETS = 10
MANY = 500
_STEP = 1.0
_LONGEST = timedelta(hours=3)
# The figures are exact, and few seconds' work.
QUICK = True
EXPECTED = {"500 accounts at once, times the least": (1.18, A_PLACE_IS_FREE)}


@dataclass(frozen=True, kw_only=True)
class Bootstrapped:
    """Seconds from the first event to the last success, the least possible, and the number of throttles."""

    seconds: float
    bound: float
    shared_bound: float
    throttled: int

    @property
    def over_bound(self) -> float:
        """Ratio of the time to the least possible."""
        return self.seconds / self.bound


def policy() -> str:
    """Ten permission sets for one group in every account of the workloads."""
    sets = [f"Set{number}" for number in range(SETS)]
    lines = ["version: 1", "groups:", "  g: {members: everyone}", "permission_sets:"]
    lines += [f"  {name}: {{managed_policies: [ReadOnlyAccess]}}" for name in sets]
    lines += ["assignments:"]
    lines += [f'  - {{group: g, permission_set: {name}, accounts: [{{ou: "/Workloads/**"}}]}}' for name in sets]
    return "\n".join([*lines, ""])


def bootstrapped(accounts: int, *, events_of_one: int) -> Bootstrapped:
    """So many new accounts at once, each with so many events, in a company whose group and sets are there."""
    bench = Bench(SEED, calls=OVER_THE_WIRE)
    simulation = bench.simulation
    simulation.outside.uploads(policy())
    assert simulation.settle(), "the policy never settled"
    bench.rest()
    bench.requests.seconds.clear()
    began = bench.time.now
    numbers = [str(Random(SEED + number).randrange(10**11, 10**12)) for number in range(accounts)]
    for number in numbers:
        simulation.outside.account_is(an_account(number))
        for _ in range(events_of_one - 1):
            simulation.outside.account_event(number)
    ended = _all_have_ended(bench, wanted=accounts * SETS, since=began)
    return Bootstrapped(
        seconds=(ended - began).total_seconds(),
        bound=bench.requests.bound(call=OVER_THE_WIRE["sso-admin"]),
        shared_bound=bench.requests.shared_bound(call=OVER_THE_WIRE["sso-admin"]),
        throttled=sum(count for what, count in simulation.weather.struck.items() if what.startswith("quota")),
    )


def _all_have_ended(bench: Bench, *, wanted: int, since: datetime) -> datetime:
    while len(done := _assigned(bench, since=since)) < wanted:
        assert bench.time.now < since + _LONGEST, f"only {len(done)} of {wanted} have ended"
        bench.time.run(seconds=_STEP)
    return max(operation.finished_at or since for operation in done)


def _assigned(bench: Bench, *, since: datetime) -> list[Operation]:
    return [
        operation
        for operation in bench.state.operations.values()
        if operation.resource.kind is ResourceKind.ASSIGNMENT
        and operation.state is OperationState.SUCCEEDED
        and operation.finished_at
        and operation.finished_at >= since
    ]


def measured() -> tuple[list[Figure], list[str]]:
    """Return all figures, and notes."""
    entry, many = bootstrapped(1, events_of_one=6), bootstrapped(MANY, events_of_one=1)
    figures = [
        Figure("from the event to the last of ten, times the chain", entry.over_bound, 1.15),
        Figure("500 accounts at once, times the least", many.over_bound, 1.10),
        Figure("500 accounts at once, times the least with a place kept free", many.seconds / many.shared_bound, 1.10),
        Figure("throttles and conflicts we caused", entry.throttled + many.throttled, 0),
    ]
    notes = [
        f"one account: {entry.seconds:.1f} s, the chain of its {SETS} assignments {entry.bound:.1f} s",
        f"{MANY} accounts, {MANY * SETS:,} assignments: {many.seconds:.0f} s (the least {many.bound:.0f} s)",
    ]
    return marked(figures, EXPECTED), notes


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
