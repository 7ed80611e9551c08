"""Choose the cheapest method to read everything, by arithmetic from counts, and say what that method cannot see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from dayone.model.inventory import Counts, ReadCost, ReadMethod

# Entries of a page. Source: IAM Identity Center and Identity Store API References, MaxResults.
_PAGE = 100
# Describe, tags, four kinds of policies, and the accounts that have it in an earlier form.
_CALLS_OF_A_SET = 7
# Calls a second while nothing else is to do, and while the executor has work; of 20 that AWS allows, together and of
# each API of the Identity Store. Source: IAM Identity Center quotas.
SPARE_RATE, BUSY_RATE = 10.0, 1.0


def read_costs(counts: Counts, *, is_delegated: bool) -> tuple[ReadCost, ...]:
    """Return the cost of each method of reading that is open to this account, the cheapest first.

    AWS lists assignments by principal in the management account only.
    """
    methods = [method for method in ReadMethod if method is not ReadMethod.BY_PRINCIPAL or not is_delegated]
    return tuple(sorted((_cost_of(method, counts) for method in methods), key=lambda cost: (cost.calls, cost.method)))


def _cost_of(method: ReadMethod, counts: Counts) -> ReadCost:
    sets = _pages(counts.permission_sets) + _CALLS_OF_A_SET * counts.permission_sets
    directory = _pages(counts.groups) + _pages(counts.users) + counts.groups + counts.memberships // _PAGE
    further = counts.assignments // _PAGE
    of_assignments = {
        # Each user is asked, too: they can have assignments of their own.
        ReadMethod.BY_PRINCIPAL: counts.groups + counts.users + further,
        ReadMethod.BY_ACCOUNT: counts.accounts + counts.pairs + further,
        ReadMethod.BY_PERMISSION_SET: counts.permission_sets + counts.pairs // _PAGE + counts.pairs + further,
    }
    return ReadCost(method=method, sso_calls=sets + of_assignments[method], directory_calls=directory)


def _pages(entries: int) -> int:
    return max(1, ceil(entries / _PAGE))


def duration_of(cost: ReadCost) -> timedelta:
    """Return how long a pass takes while nothing else is to do: one call at a time, at the spare rate."""
    return timedelta(seconds=cost.calls / SPARE_RATE)


def unseen_by(method: ReadMethod, *, is_delegated: bool) -> Sequence[str]:
    """Return sentences about what a method of reading cannot see."""
    unseen = {
        ReadMethod.BY_PRINCIPAL: ("assignments of groups and users that were deleted",),
        ReadMethod.BY_ACCOUNT: ("assignments in accounts that Day One does not know",),
        ReadMethod.BY_PERMISSION_SET: (),
    }[method]
    in_management = ("AWS does not list assignments by principal to a delegated administrator",) if is_delegated else ()
    return (
        *unseen,
        *in_management,
        "tags that Day One did not set on permission sets, and attributes of users that it does not manage",
        "access that is not given by Identity Center, such as IAM users and roles in the accounts",
    )


def with_counted(counts: Counts, *, permission_sets: int, groups: int, users: int, memberships: int) -> Counts:
    """Return the counts with those that a pass has read by now."""
    return replace(counts, permission_sets=permission_sets, groups=groups, users=users, memberships=memberships)
