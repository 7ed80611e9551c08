"""Choose the cheapest way to read everything, by arithmetic from counts, and say what that way cannot see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from dayone.model.inventory import Counts, ReadCost, ReadWay

# Entries of a page. Source: IAM Identity Center and Identity Store API References, MaxResults.
_PAGE = 100
# Describe, tags, four kinds of policies, and the accounts that have it in an earlier form.
_CALLS_OF_A_SET = 7
# Calls a second while nothing else is to do, and while the executor has work; of 20 that AWS allows, together and of
# each API of the Identity Store. Source: IAM Identity Center quotas.
SPARE_RATE, BUSY_RATE = 10.0, 1.0


def read_costs(counts: Counts, *, is_delegated: bool) -> tuple[ReadCost, ...]:
    """Return the cost of each way of reading that is open to this account, the cheapest first.

    AWS lists assignments by principal in the management account only.
    """
    ways = [way for way in ReadWay if way is not ReadWay.BY_PRINCIPAL or not is_delegated]
    return tuple(sorted((_cost_of(way, counts) for way in ways), key=lambda cost: (cost.calls, cost.way)))


def _cost_of(way: ReadWay, counts: Counts) -> ReadCost:
    sets = _pages(counts.permission_sets) + _CALLS_OF_A_SET * counts.permission_sets
    directory = _pages(counts.groups) + _pages(counts.users) + counts.groups + counts.memberships // _PAGE
    further = counts.assignments // _PAGE
    of_assignments = {
        # Each user is asked, too: they can have assignments of their own.
        ReadWay.BY_PRINCIPAL: counts.groups + counts.users + further,
        ReadWay.BY_ACCOUNT: counts.accounts + counts.pairs + further,
        ReadWay.BY_PERMISSION_SET: counts.permission_sets + counts.pairs // _PAGE + counts.pairs + further,
    }
    return ReadCost(way=way, sso_calls=sets + of_assignments[way], directory_calls=directory)


def _pages(entries: int) -> int:
    return max(1, ceil(entries / _PAGE))


def duration_of(cost: ReadCost) -> timedelta:
    """Return how long a pass takes while nothing else is to do: one call at a time, at the spare rate."""
    return timedelta(seconds=cost.calls / SPARE_RATE)


def unseen_by(way: ReadWay, *, is_delegated: bool) -> Sequence[str]:
    """Return sentences about what a way of reading cannot see."""
    unseen = {
        ReadWay.BY_PRINCIPAL: ("assignments of groups and users that were deleted",),
        ReadWay.BY_ACCOUNT: ("assignments in accounts that Day One does not know",),
        ReadWay.BY_PERMISSION_SET: (),
    }[way]
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
