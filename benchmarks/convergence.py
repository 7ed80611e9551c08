"""How long bulk changes take: the executor against the least that the quotas allow, and against simpler ways.

In virtual time, so exact on any machine. The least possible is the largest of calls over the rate, the time AWS works
over the requests that may be outstanding, and the longest chain of assignments of one account.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random

from benchmarks.bulk_changes import AT_ONCE, OVER_THE_WIRE, Bench, Measured
from benchmarks.measuring import Figure, report, wants_json
from benchmarks.other_executors import Strategy, as_terraform, one_at_a_time, ten_lanes
from dayone.domain.people import Status
from dayone.domain.policy import Guardrails, Policy
from dayone.domain.rate_limits import Budgets
from dayone.domain.subjects import Subject, SubjectKind
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

SEED = 1
BUDGETS = Budgets()
_NO_LIMIT = Guardrails(percent=100, at_least=1_000_000)


@cache
def account_id(number: int) -> str:
    """Twelve digits without an order, as AWS gives them: by their last digit accounts do not fall evenly."""
    return str(Random(SEED + number).randrange(10**11, 10**12))


def policy(groups: int, sets: int, *, assigned: bool) -> Policy:
    """Everybody of Engineering in each group, and each group with each permission set in every account."""
    groups_of = [a_group(f"g{number:02}") for number in range(groups)]
    sets_of = [a_set(f"Set{number:02}") for number in range(sets)]
    pairs = [(group.name, one.name) for group in groups_of for one in sets_of]
    assignments = [an_assignment(*pair) for pair in pairs] if assigned else []
    return replace(a_policy(*groups_of, *sets_of, *assignments), guardrails=_NO_LIMIT)


def bench(groups: int, sets: int, *, calls: dict[str, float] = AT_ONCE) -> Bench:
    """A company whose groups and permission sets exist, and are assigned to nobody."""
    made = Bench(SEED, calls=calls)
    made.plan(lambda world: world.policy_is(policy(groups, sets, assigned=False)))
    made.carry_out()
    return made


def created_and_deleted(*, calls: dict[str, float] = AT_ONCE) -> Measured:
    """60 accounts, 5 permission sets for each of two groups: 600 assignments made, and 600 taken away."""
    made = bench(2, 5, calls=calls)
    made.plan(*(_account(number) for number in range(60)))
    made.plan(lambda world: world.policy_is(policy(2, 5, assigned=True)))
    created = made.carry_out()
    made.plan(lambda world: world.policy_is(policy(2, 5, assigned=False)))
    # That accounts lose all they have is for a human to approve.
    made.approve()
    return created + made.carry_out()


def one_new_account() -> Measured:
    """A new account that 40 permission sets are assigned in, one after another."""
    made = bench(1, 40)
    made.plan(lambda world: world.policy_is(policy(1, 40, assigned=True)))
    made.plan(_account(1))
    return made.carry_out()


def large_change() -> Measured:
    """1,850 accounts, 20 permission sets in each."""
    made = bench(1, 20)
    made.plan(*(_account(number) for number in range(1850)))
    made.plan(lambda world: world.policy_is(policy(1, 20, assigned=True)))
    return made.carry_out()


def joiners() -> Measured:
    """5,000 people on one day, each in six groups."""
    made = bench(6, 1)
    made.plan(*(_person(number) for number in range(5000)))
    return made.carry_out()


def leaver_in_a_bulk_change() -> float:
    """Seconds from the planning of a leaver to the end of their last membership, a minute into a bulk change."""
    made = bench(6, 20)
    made.plan(_person(1))
    made.carry_out()
    made.plan(*(_account(number) for number in range(60)))
    made.plan(lambda world: world.policy_is(policy(6, 20, assigned=True)))
    made.time.run(seconds=60)
    left_at = made.time.now
    made.plan(lambda world: world.hr_tells(a_person("e-1", status=Status.ENDED), at=left_at + timedelta(days=1)))
    made.time.run(seconds=60)
    person = Subject(SubjectKind.PERSON, "e-1")
    ends = [one.finished_at for one in made.state.operations.values() if one.subject == person and one.finished_at]
    assert made.world.groups()["g00"] == set(), "the leaver has kept something"
    return max((end - left_at).total_seconds() for end in ends)


def _account(number: int) -> Callable[[World], object]:
    return lambda world: world.account_is(an_account(account_id(number)))


def _person(number: int) -> Callable[[World], object]:
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
    """All figures, and what is to be said besides."""
    published, account, large, people = created_and_deleted(), one_new_account(), large_change(), joiners()
    # How well ten lanes fare depends on the last digits that a company's accounts happen to have.
    others = {one.__name__: by_other_means(one, companies=20) for one in (one_at_a_time, ten_lanes, as_terraform)}
    wired = created_and_deleted(calls=OVER_THE_WIRE)
    everything = published + account + large + people
    figures = [
        Figure("created and deleted, times the least", published.over_bound, 1.10),
        Figure("one new account, times the least", account.over_bound, 1.10),
        Figure("large change, times the least", large.over_bound, 1.05),
        Figure("joiners, times the least", people.over_bound, 1.05),
        Figure("created and deleted, over ten lanes", published.seconds / others["ten_lanes"], 1 / 8),
        Figure("created and deleted, calls per assignment", published.calls / published.assignments, 2.0),
        Figure("one new account, calls per assignment", account.calls / account.assignments, 2.0),
        Figure("large change, calls per assignment", large.calls / large.assignments, 2.0),
        Figure("leaver in a bulk change, seconds", leaver_in_a_bulk_change(), 10.0),
        Figure("sso-admin calls in any second", everything.most_calls, BUDGETS.sso_admin_calls),
        Figure("outstanding assignments", everything.most_outstanding, BUDGETS.outstanding_assignments),
        Figure("throttles and conflicts we caused", everything.refused, 0),
    ]
    notes = [
        f"created and deleted, 1,200 assignments: {published.seconds:.0f} s (the least {published.bound:.0f} s)",
        *(f"  {name.replace('_', ' ')}: {seconds:.0f} s" for name, seconds in others.items()),
        f"  with calls that take 0.15 s, and the table's 0.006 s: {wired.over_bound:.2f} times the least",
        f"one new account: {account.seconds:.0f} s",
        f"large change, 37,000 assignments: {large.seconds:.0f} s",
        f"joiners, 5,000 with six groups each: {people.seconds:.0f} s",
    ]
    return figures, notes


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
