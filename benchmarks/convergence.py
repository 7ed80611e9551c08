"""Duration of bulk changes: the executor compared with AWS's quotas, and with simpler executors.

In virtual time, so exact on any machine. The least possible is the largest of calls over the rate, the time AWS works
over the requests that may be outstanding, and the longest chain of assignments of one account; rate and requests are
AWS's own quotas. The executor has run for ten minutes in which AWS has refused nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from statistics import quantiles

from benchmarks.executors.simpler import Strategy, as_terraform, one_at_a_time, ten_lanes
from benchmarks.figures.measuring import A_PLACE_IS_FREE, Figure, marked, report, wants_json
from benchmarks.worlds.bulk_changes import AT_ONCE, OVER_THE_WIRE, Bench, Measured
from dayone.executor.rate_limits import Budgets
from dayone.model.operations import SSO_ADMIN
from dayone.model.people import Status
from dayone.model.policy.rules import Guardrails, Policy
from dayone.model.subjects import ResourceKind, Subject, SubjectKind
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

# The figures are exact, and few seconds' work.
QUICK = True
SEED = 1
EXPECTED = {
    "created and deleted, times the least": (1.18, A_PLACE_IS_FREE),
    "600 assignments, calls of 0.15 s, times the least": (1.21, A_PLACE_IS_FREE),
}
_, _MOST_CALLS = Budgets().range_of(SSO_ADMIN)
_, _MOST_OUTSTANDING = Budgets().range_of(ResourceKind.ASSIGNMENT)
_NO_LIMIT = Guardrails(percent=100, at_least=1_000_000)
_LEAVERS = 100


@cache
def account_id(number: int) -> str:
    """Twelve digits without an order, as AWS gives them: by their last digit accounts do not fall evenly."""
    return str(Random(SEED + number).randrange(10**11, 10**12))


def policy(groups: int, sets: int, *, assigned: bool) -> Policy:
    """Everybody of Engineering in each group, and each group with each permission set in every account."""
    groups_of = [a_group(f"g{number:02}") for number in range(groups)]
    sets_of = [a_set(f"Set{number:02}") for number in range(sets)]
    pairs = [(group.name, rule.name) for group in groups_of for rule in sets_of]
    assignments = [an_assignment(*pair) for pair in pairs] if assigned else []
    return replace(a_policy(*groups_of, *sets_of, *assignments), guardrails=_NO_LIMIT)


def bench(groups: int, sets: int, *, calls: dict[str, float] = AT_ONCE) -> Bench:
    """Return a company whose groups and permission sets exist, and are assigned to nobody."""
    made = Bench(SEED, calls=calls)
    made.plan(lambda world: world.policy_is(policy(groups, sets, assigned=False)))
    made.carry_out()
    made.rest()
    return made


def created(made: Bench) -> Measured:
    """60 accounts, 5 permission sets for each of two groups: 600 assignments made."""
    made.plan(*(appears(number) for number in range(60)))
    made.plan(lambda world: world.policy_is(policy(2, 5, assigned=True)))
    return made.carry_out()


def created_and_deleted() -> Measured:
    """Create the same 600 assignments, and delete them."""
    made = bench(2, 5)
    first = created(made)
    made.plan(lambda world: world.policy_is(policy(2, 5, assigned=False)))
    # That accounts lose all they have is for a human to approve.
    made.approve()
    return first + made.carry_out()


def one_new_account() -> Measured:
    """Assign 40 permission sets in a new account, one after another."""
    made = bench(1, 40)
    made.plan(lambda world: world.policy_is(policy(1, 40, assigned=True)))
    made.plan(appears(1))
    return made.carry_out()


def joiners(count: int, *, calls: dict[str, float] = AT_ONCE) -> Measured:
    """So many people on one day, each in six groups."""
    made = bench(6, 1, calls=calls)
    made.plan(*(joins(number) for number in range(count)))
    return made.carry_out()


def leavers_in_a_bulk_change() -> list[float]:
    """Seconds from the planning of each leaver to the end of their last membership; one every two seconds leaves.

    At every moment of a second, because what is more urgent is looked for once in each.
    """
    made = bench(6, 20, calls=OVER_THE_WIRE)
    made.plan(*(joins(number) for number in range(_LEAVERS)))
    made.carry_out()
    made.plan(*(appears(number) for number in range(30)))
    made.plan(lambda world: world.policy_is(policy(6, 20, assigned=True)))
    made.time.run(seconds=30)
    left_at = {}
    for number in range(_LEAVERS):
        made.time.run(seconds=2.03)
        left_at[f"e-{number}"] = made.time.now
        made.plan(_leaves(number, on=made.time.now + timedelta(days=1)))
    made.time.run(seconds=10)
    assert made.world.groups()["g00"] == set(), "a leaver has kept something"
    assert any(made.state.waiting.values()), "the change was over before the last of them had left"
    operations = made.state.operations.values()
    ends = {
        name: [operation.finished_at for operation in operations if operation.subject == _person(name)]
        for name in left_at
    }
    return [(max(filter(None, ends[name])) - at).total_seconds() for name, at in left_at.items()]


def _person(name: str) -> Subject:
    return Subject(SubjectKind.PERSON, name)


def _leaves(number: int, *, on: datetime) -> Callable[[World], object]:
    return lambda world: world.hr_tells(a_person(f"e-{number}", status=Status.ENDED), at=on)


def appears(number: int) -> Callable[[World], object]:
    """Return the change that adds an account."""
    return lambda world: world.account_is(an_account(account_id(number)))


def joins(number: int) -> Callable[[World], object]:
    """Return the change by which HR sends a new person."""
    return lambda world: world.hr_tells(a_person(f"e-{number}"))


def by_other_means(strategy: Strategy, *, companies: int = 1) -> float:
    """Seconds that another way takes for what `created_and_deleted` does: the mean over companies."""
    taken = []
    for company in range(companies):
        made = bench(2, 5)
        keys = made.every_assignment([account_id(number + 100 * company) for number in range(60)])
        taken += [strategy(keys, aws=made.aws, deletes=deletes) for deletes in (False, True)]
    return sum(taken) / companies


def measured() -> tuple[list[Figure], list[str]]:
    """Return all figures, and notes."""
    published, account = created_and_deleted(), one_new_account()
    wired, people = created(bench(2, 5, calls=OVER_THE_WIRE)), joiners(300, calls=OVER_THE_WIRE)
    # How well ten lanes fare depends on the last digits that a company's accounts happen to have.
    others = {entry.__name__: by_other_means(entry, companies=20) for entry in (one_at_a_time, ten_lanes, as_terraform)}
    everything = published + account + wired + people
    figures = [
        Figure("created and deleted, times the least", published.over_bound, 1.10),
        Figure("600 assignments, calls of 0.15 s, times the least", wired.over_bound, 1.10),
        Figure("created and deleted, times the least with a place kept free", published.over_shared, 1.10),
        Figure("600 assignments, calls of 0.15 s, times the least with a place kept free", wired.over_shared, 1.10),
        Figure("300 joiners with six groups, times the least", people.over_bound, 1.12),
        Figure("one new account, times the least", account.over_bound, 1.10),
        Figure("one new account, calls a second", account.calls / account.seconds, 2.0),
        Figure("created and deleted, over ten lanes", published.seconds / others["ten_lanes"], 1 / 8),
        Figure("created and deleted, calls per assignment", published.calls / published.assignments, 2.0),
        Figure("leaver in a bulk change, p99, seconds", quantiles(leavers_in_a_bulk_change(), n=100)[98], 2.0),
        Figure("sso-admin calls in any second", everything.most_calls, _MOST_CALLS),
        Figure("outstanding assignments", everything.most_outstanding, _MOST_OUTSTANDING),
        Figure("throttles and conflicts we caused", everything.refused, 0),
    ]
    notes = [
        f"created and deleted, 1,200 assignments: {published.seconds:.0f} s (the least {published.bound:.0f} s)",
        *(f"  {name.replace('_', ' ')}: {seconds:.0f} s" for name, seconds in others.items()),
        f"600 assignments, calls of 0.15 s: {wired.seconds:.0f} s (the least {wired.bound:.0f} s)",
        f"one new account: {account.seconds:.0f} s",
        f"joiners, 300 with six groups each: {people.seconds:.0f} s (the least {people.bound:.0f} s)",
    ]
    return marked(figures, EXPECTED), notes


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
