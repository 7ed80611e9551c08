"""Waiting time of runnable operations beside blocked ones, and beside accounts with much work.

In virtual time, so exact on any machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.convergence import SEED, account_id, policy
from benchmarks.figures.measuring import Figure, report, wants_json
from benchmarks.worlds.bulk_changes import AT_ONCE, OVER_THE_WIRE, Bench
from dayone.errors import AccessDenied
from dayone.model.policy.rules import Policy
from dayone.model.subjects import ResourceKind
from tests.builders import a_set, an_account, an_assignment
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.unit.world import World

if TYPE_CHECKING:
    from dayone.model.operations import Operation

# The figures are exact, and few seconds' work.
QUICK = True

_STEP, _REQUEST = 0.1, 3.4
_LONGEST = 3600.0
_HEALTHY = 100
# Accounts and assignments in each: two with a chain of a quarter of an hour, and many with hardly any.
_LARGE, _MANY = 2, 300
_SMALL, _FEW = 150, 4


class _Refusing(MemoryPermissionSets):
    """Permission sets of which AWS does not let us make one."""

    def create(self, attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - as the fake it is
        if attributes["name"] == "Refused":
            raise AccessDenied("AccessDeniedException: not this one")
        return super().create(attributes)


def healthy_set(blocked: int, *, calls: dict[str, float] = AT_ONCE) -> float:
    """Seconds until a permission set is in a hundred accounts, of the edit that assigns a refused one in `blocked`."""
    made = Bench(SEED, calls=calls)
    # Each request as long as the others: otherwise chance would tell the two apart.
    made.simulation.weather.request_takes = lambda: _REQUEST  # type: ignore[method-assign]
    made.aws.sides = {**made.aws.sides, "permission_sets": _Refusing(made.aws.center)}
    made.plan(lambda world: world.policy_is(_edit()))
    made.carry_out()
    made.rest()
    made.plan(*(_account(number, "Healthy" if number < _HEALTHY else "Others") for number in range(_accounts(blocked))))
    edit = _edit(an_assignment("g00", "Healthy", ou="/Workloads/Healthy"), *_refused(blocked))
    made.plan(lambda world: world.policy_is(edit))
    planned = made.time.seconds
    while len(made.aws.center.assignments) < _HEALTHY:
        made.time.run(seconds=_STEP)
        if made.time.seconds - planned > _LONGEST:
            return _LONGEST
    return made.time.seconds - planned


def _accounts(blocked: int) -> int:
    return max(_HEALTHY, blocked)


def _refused(blocked: int) -> list[Any]:
    return [an_assignment("g00", "Refused", ou="/Workloads/**")] if blocked else []


def _edit(*assignments: Any) -> Policy:  # noqa: ANN401 - rules
    base = policy(1, 0, assigned=False)
    sets = (a_set("Healthy"), *((a_set("Refused"),) if len(assignments) > 1 else ()))
    return replace(base, permission_sets=sets, assignments=assignments)


@dataclass(frozen=True)
class Beside:
    """Seconds until the last small account has begun, until all small ones are done, and until everything is.

    `bound` are the least seconds that everything takes.
    """

    begun: float
    small: float
    everything: float
    bound: float


def beside_large_accounts() -> Beside:
    """Two accounts with long chains, and many with short ones, in one edit of the policy."""
    made = Bench(SEED, calls=AT_ONCE)
    sets = [a_set(f"Set{number:02}") for number in range(10)]
    base = replace(policy(_MANY // 10, 0, assigned=False), permission_sets=tuple(sets))
    made.plan(lambda world: world.policy_is(base))
    made.carry_out()
    made.rest()
    made.plan(*(_account(number, "Large" if number < _LARGE else "Small") for number in range(_LARGE + _SMALL)))
    large = [an_assignment(group.name, rule.name, ou="/Workloads/Large") for group in base.groups for rule in sets]
    small = [an_assignment("g00", rule.name, ou="/Workloads/Small") for rule in sets[:_FEW]]
    planned = made.time.now
    made.plan(lambda world: world.policy_is(replace(base, assignments=(*large, *small))))
    carried_out = made.carry_out()
    accounts: dict[str, list[Operation]] = {}
    for operation in made.state.operations.values():
        if operation.resource.kind is ResourceKind.ASSIGNMENT:
            accounts.setdefault(operation.subject.name, []).append(operation)
    few = [operations for operations in accounts.values() if len(operations) == _FEW]
    assert (len(few), len(accounts)) == (_SMALL, _SMALL + _LARGE)
    begun = max(min(entry.submitted_at or planned for entry in operations) for operations in few)
    done = max(entry.finished_at or planned for operations in few for entry in operations)
    return Beside(
        begun=(begun - planned).total_seconds(),
        small=(done - planned).total_seconds(),
        everything=carried_out.seconds,
        bound=carried_out.bound,
    )


def _account(number: int, unit: str) -> Callable[[World], object]:
    return lambda world: world.account_is(an_account(account_id(number), ou_path=f"/Workloads/{unit}"))


def measured() -> tuple[list[Figure], list[str]]:
    """Return all figures, and notes."""
    alone, wired = healthy_set(0), healthy_set(0, calls=OVER_THE_WIRE)
    beside = beside_large_accounts()
    figures = [
        Figure("a healthy set beside 1,000 blocked, over without", healthy_set(1_000) / alone, 1.1),
        Figure("a healthy set beside 10,000 blocked, over without", healthy_set(10_000) / alone, 1.1),
        Figure("the same, calls taking time", healthy_set(1_000, calls=OVER_THE_WIRE) / wired, 1.1),
        Figure("small accounts' longest wait beside two large ones, seconds", beside.begun, 60.0),
        Figure("all of these, times the least", beside.everything / beside.bound, 1.1),
    ]
    notes = [
        f"a healthy set in 100 accounts: {alone:.0f} s ({wired:.0f} s when calls take 0.15 s, the table's 0.006 s)",
        f"150 accounts x 4 beside 2 x 300: the small ones are done after {beside.small:.0f} s",
        f"  all are after {beside.everything:.0f} s (the least {beside.bound:.0f} s)",
    ]
    return figures, notes


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
