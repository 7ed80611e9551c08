"""Estimate the remaining time of a change: from its operations left, those before it, and the budgets.

It ignores throttling, failures, and more urgent work to come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from dayone.executor.in_flight import Durations
from dayone.executor.rate_limits import Budgets
from dayone.model.changes import CauseKind, Change, ChangeState
from dayone.model.operations import Lane, Priority

_SSO_ADMIN = frozenset({Lane.PERMISSION_SETS, Lane.ASSIGNMENTS})
_IDENTITY_STORE = frozenset({Lane.USERS, Lane.GROUPS, Lane.MEMBERSHIPS})
_PRIORITIES = {
    CauseKind.POLICY: Priority.POLICY,
    CauseKind.DISCOVERY: Priority.POLICY,
    CauseKind.DRIFT: Priority.REPAIR,
}
# One to ask for it and, about, one to hear that it is over.
_CALLS_OF_SSO_ADMIN = 2
# How long a request is over, on average, before its end is noticed.
_NOTICED_AFTER = 0.25


@dataclass(frozen=True, kw_only=True)
class WorkAhead:
    """Work to be done until a change is over.

    `left` is how many operations of each lane the change itself has left, `before` how many of others run before them.
    `longest_chain` is the most that it has left in one account.
    """

    left: Mapping[Lane, int]
    before: Mapping[Lane, int]
    longest_chain: int = 0


def place_of(change: Change) -> str:
    """Return the position of its operations in a lane, as `operations.order_of` orders them: by priority, then age."""
    cause = change.cause
    priority = _PRIORITIES.get(cause.origin, Priority.ONBOARDING)
    return f"{priority:d}#{cause.at.timestamp():017.6f}"


def lanes_to_look_at(change: Change) -> frozenset[Lane]:
    """Return the lanes in which others can delay the change: those of sso-admin share one rate."""
    own = {lane for lane, left in change.left.items() if left > 0}
    return frozenset(own | (_SSO_ADMIN if own & _SSO_ADMIN else set()))


def seconds_left(ahead: WorkAhead, *, budgets: Budgets) -> int:
    """Whole seconds, at least 1: as long as the narrowest of the quotas takes, or the longest chain in an account.

    The lanes are worked on side by side, and a request is taken to last as long as is usual.
    """
    usual = Durations().mean + _NOTICED_AFTER
    both = {lane: ahead.left.get(lane, 0) + ahead.before.get(lane, 0) for lane in Lane}
    took = [
        _CALLS_OF_SSO_ADMIN * sum(both[lane] for lane in _SSO_ADMIN) / budgets.sso_admin_calls,
        both[Lane.ASSIGNMENTS] * usual / budgets.outstanding_assignments,
        ahead.longest_chain * usual,
        *(both[lane] / budgets.identity_store_calls for lane in _IDENTITY_STORE),
        # Ended sessions and mails, each counted by a service of its own.
        both[Lane.PEOPLE] / min(budgets.policy_writes, budgets.mails),
    ]
    return max(1, ceil(max(took)))


def can_be_estimated(change: Change) -> bool:
    """Return whether the remaining work is known, and needs no human."""
    return change.state is ChangeState.RUNNING
