"""Which call to AWS comes next: decided from budgets, operations and the time alone, without calling anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dayone.domain.operations import Operation, OperationState
from dayone.domain.subjects import ResourceKind

_LONGEST_BACKOFF = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """What may be asked of AWS; the defaults leave half of Identity Center's quotas to others.

    Source: IAM Identity Center quotas: 20 calls a second for all sso-admin APIs together, 15 outstanding assignment
    requests, 3 concurrent ProvisionPermissionSet calls, one permission-set write at a time in an account.
    """

    calls_per_second: float = 10.0
    outstanding_assignments: int = 10
    concurrent_provisionings: int = 2
    # At one second, the confirmations of a full window alone would be more than the calls there are.
    poll_interval: timedelta = timedelta(seconds=2)


@dataclass(frozen=True)
class Perform:
    """Carry this operation out."""

    operation: Operation


@dataclass(frozen=True)
class Confirm:
    """Ask AWS what has become of this submitted operation."""

    operation: Operation


@dataclass(frozen=True)
class Pause:
    """The rate of calls is used up until `until`, whatever there is to do."""

    until: datetime


@dataclass(frozen=True)
class Wait:
    """None of the operations has anything to do before `until`."""

    until: datetime


@dataclass(frozen=True)
class Idle:
    """Nothing is left that this run could do."""


Step = Perform | Confirm | Pause | Wait | Idle


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that the next step depends on.

    `operations` are the open ones in the order they should go; `blocked` are ids of those found unable to run for now;
    `asked` tells when each submitted one was last asked about; `last_call` is when AWS was last called at all.
    """

    operations: Sequence[Operation]
    now: datetime
    blocked: frozenset[str] = frozenset()
    asked: Mapping[str, datetime] = field(default_factory=dict)
    last_call: datetime | None = None


def next_step(situation: Situation, *, budgets: Budgets) -> Step:
    """A confirmation that is due, else the first operation that fits the budgets, else how long to wait."""
    now = situation.now
    if situation.last_call is not None:
        free_at = situation.last_call + timedelta(seconds=1 / budgets.calls_per_second)
        if free_at > now:
            return Pause(free_at)
    submitted = [one for one in situation.operations if one.state is OperationState.SUBMITTED]
    waiting = [one for one in situation.operations if _may_wait(one, situation=situation)]
    for one in submitted:
        if _ask_at(one, situation=situation, budgets=budgets) <= now:
            return Confirm(one)
    for one in waiting:
        if (one.not_before is None or one.not_before <= now) and _fits(one, submitted=submitted, budgets=budgets):
            return Perform(one)
    moments = [_ask_at(one, situation=situation, budgets=budgets) for one in submitted]
    moments += [one.not_before for one in waiting if one.not_before is not None and one.not_before > now]
    return Wait(min(moments)) if moments else Idle()


def retry_at(attempts: int, *, now: datetime, jitter: float, retry_after: float | None) -> datetime:
    """When to try again after `attempts` tries: doubling from one second to a minute, spread by `jitter` in [0, 1).

    `retry_after`, in seconds, is AWS's own word and wins when it is longer.
    """
    ceiling = min(_LONGEST_BACKOFF, timedelta(seconds=2 ** min(attempts - 1, 10)))
    backoff = ceiling * (0.5 + jitter / 2)
    return now + max(backoff, timedelta(seconds=retry_after or 0))


def _may_wait(one: Operation, *, situation: Situation) -> bool:
    return one.state is OperationState.PENDING and one.id not in situation.blocked


def _ask_at(one: Operation, *, situation: Situation, budgets: Budgets) -> datetime:
    asked = situation.asked.get(one.id)
    return situation.now if asked is None else asked + budgets.poll_interval


def _fits(one: Operation, *, submitted: Sequence[Operation], budgets: Budgets) -> bool:
    if any(other.target == one.target for other in submitted):
        return False
    alike = [other for other in submitted if other.resource.kind is one.resource.kind]
    match one.resource.kind:
        case ResourceKind.ASSIGNMENT:
            same_account = any(other.subject == one.subject for other in alike)
            return not same_account and len(alike) < budgets.outstanding_assignments
        case ResourceKind.PROVISIONING:
            return len(alike) < budgets.concurrent_provisionings
        case _:
            return True
