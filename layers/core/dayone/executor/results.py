"""Reports of the executor's workers: what came of a try, and what is put back to be tried again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dayone.errors import (
    AccessDenied,
    Awaited,
    Conflicting,
    Crowded,
    NotFound,
    Throttled,
    Unavailable,
    Unreachable,
)
from dayone.executor.attempt import Blocked, IdentityCenter
from dayone.executor.in_flight import RequestKind
from dayone.executor.rate_limits import Budgets
from dayone.executor.scheduler import is_lost_request
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.retry import ENDLESS, Refusal, refused_in_the_same_way, retry_at
from dayone.model.subjects import ResourceKind, ResourceOf
from dayone.ports.identity_center import RequestState
from dayone.ports.operations import Finished, OperationQueue


@dataclass(frozen=True)
class Ended:
    """AWS has given the end, which is still to be recorded."""

    finished: Finished


@dataclass(frozen=True)
class Requested:
    """AWS works on it; the operation has the request id, and that is recorded."""

    operation: Operation


@dataclass(frozen=True)
class Parked:
    """It cannot run yet; unless it is parked, it stays in its lane."""

    operation: Operation


@dataclass(frozen=True)
class SetAside:
    """These wait for what others of the same run do: those that are parked now, and those that could not be."""

    parked: Sequence[Operation]
    others: Sequence[Operation]


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A page of those that wait for a resource: which of them have ended by it, and which are back in their lanes.

    `after` is where the next page begins, empty behind the last.
    """

    on: ResourceOf
    ended: Sequence[Finished] = ()
    woken: Sequence[Operation] = ()
    after: str = ""


@dataclass(frozen=True)
class PutBack:
    """An operation put back to be retried, which is recorded; `error` is AWS's error, if there was one."""

    operation: Operation
    until: datetime
    error: Unavailable | None = None


@dataclass(frozen=True)
class Changed:
    """An operation that has changed since it was read, or could not be read; the table is to be read again."""

    operation: Operation


@dataclass(frozen=True)
class PollResult:
    """AWS's states of polled operations; `error` is the reason if there are none."""

    kind: RequestKind
    polled: Sequence[Operation]
    states: Mapping[str, RequestState]
    error: Unavailable | None = None


@dataclass(frozen=True)
class OutcomesRecorded:
    """Ends that are in the table, or, with `is_lost`, could not be written for now."""

    finished: Sequence[Finished]
    is_lost: bool = False


Report = Ended | Requested | Parked | SetAside | Reviewed | PutBack | Changed | PollResult | OutcomesRecorded


# The narrower class first.
_REFUSALS: tuple[tuple[type[Unavailable], Refusal], ...] = (
    (AccessDenied, Refusal.DENIED),
    (Crowded, Refusal.CROWDED),
    (Throttled, Refusal.THROTTLED),
    (Awaited, Refusal.AWAITED),
    (Conflicting, Refusal.CONFLICT),
    (Unreachable, Refusal.SILENCE),
    (Unavailable, Refusal.PASSING),
)
_IN_THE_DIRECTORY = frozenset({ResourceKind.USER, ResourceKind.GROUP, ResourceKind.MEMBERSHIP})
_ELSEWHERE = frozenset({ResourceKind.ENDED_SESSIONS, ResourceKind.WELCOME})
# A name to ask AWS for, only to see whether it answers.
_NOBODY = "dayone-is-anybody-there"
_MOST_NAMED = 10
# Accounts whose held removals are read at a time: one call reads a hundred records, two of each.
_MOST_READ = 50


# How long another run counts as alive without renewing its lease. A killed process renews nothing.
TURN = timedelta(seconds=15)
# A call that has not reached AWS by then never does: connecting takes no longer.
ON_ITS_WAY = timedelta(seconds=2)


@dataclass
class Lease:
    """The right of one run to carry out operations, and until when it has that by its own clock."""

    holder: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Trying:
    """Dependencies of an attempt; `jitter` returns a number in [0, 1), and `unexpected` logs an error of our own.

    The run calls AWS only while its `lease` lasts.
    """

    queue: OperationQueue
    aws: IdentityCenter
    budgets: Budgets
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    unexpected: Callable[[Operation, Exception], None]
    lease: Lease


def stumbled(operation: Operation, error: Exception, *, ports: Trying) -> Unreachable:
    """Log an unexpected exception of one operation, and return the error by which that one alone is tried again.

    AWS may have been called and may have acted, so the error counts as an answer that never came.
    """
    ports.unexpected(operation, error)
    return Unreachable(f"unexpected {type(error).__name__}: the log of execute_operations has the details")


def put_back(
    operation: Operation, *, error: Unavailable, ports: Trying, refusal: Refusal | None = None
) -> PutBack | None:
    """Note that it is to be tried again, when, and why; None when it has been for long enough.

    That is when AWS has refused it in the same way, `refusal` or what the error means, for longer than `patience`, and
    answers others.
    """
    operation = refused(operation, refusal or refusal_of(error), now=ports.clock())
    if _is_over(operation, ports=ports):
        return None
    after = error.retry_after if isinstance(error, Throttled | Awaited) else None
    until = retry_at(max(1, operation.attempts), now=ports.clock(), jitter=ports.jitter(), retry_after=after)
    pending = replace(operation, state=OperationState.PENDING, failure_reason=str(error), not_before=until)
    unanswered = isinstance(error, Unreachable) and is_lost_request(pending)
    ports.queue.postpone(pending, until=until, because=str(error), unanswered=unanswered)
    return PutBack(pending, until, error)


def go_on_at_once(operation: Operation, *, reason: str, ports: Trying) -> PutBack:
    """Note that a part of it is done, and that the next is begun at once."""
    now, error = ports.clock(), Unavailable(reason)
    pending = replace(
        operation,
        state=OperationState.PENDING,
        failure_reason=reason,
        not_before=now,
        refusal=Refusal.SINGLE_CALLS,
        refused_since=now,
    )
    ports.queue.postpone(pending, until=now, because=reason)
    return PutBack(pending, now, error)


def refusal_of(error: Unavailable) -> Refusal:
    """In which way an operation has been kept from being done."""
    return next(refusal for kind, refusal in _REFUSALS if isinstance(error, kind))


def what_is_in_the_way(operation: Operation, *, ports: Trying) -> str:
    """Describe the existing use that prevents a deletion, to append to AWS's message; empty where it is unknown."""
    accounts = _accounts_of_set(operation, ports=ports)
    more = f" and {len(accounts) - _MOST_NAMED} more" if len(accounts) > _MOST_NAMED else ""
    return f"; it is still in use in account {', '.join(accounts[:_MOST_NAMED])}{more}" if accounts else ""


def held_in_the_way(operation: Operation, *, ports: Trying) -> Blocked | None:
    """Return the block on an assignment whose removal is held, for a permission set that AWS does not delete for it."""
    accounts = _accounts_of_set(operation, ports=ports)[:_MOST_READ]
    on = ports.queue.held_use(operation.subject.name, accounts) if accounts else None
    return Blocked("its assignments to go", on, is_in_the_way=True) if on else None


def _accounts_of_set(operation: Operation, *, ports: Trying) -> Sequence[str]:
    """Return the accounts that have a permission set which is to be deleted; none for anything else."""
    if operation.action is not Action.DELETE or operation.resource.kind is not ResourceKind.PERMISSION_SET:
        return ()
    own = ports.queue.applied([operation.target]).get(operation.target)
    arn = own.references.get("permission_set_arn") if own else None
    with suppress(Unavailable, NotFound):
        return sorted(ports.aws.permission_sets.accounts(arn)) if arn else ()
    return ()


def refused(operation: Operation, refusal: Refusal, *, now: datetime) -> Operation:
    """Return the operation with this kind of refusal, counted since its first occurrence."""
    if refused_in_the_same_way(refusal, before=operation.refusal):
        return replace(operation, refused_since=operation.refused_since or now)
    return replace(operation, refusal=refusal, refused_since=now)


def _is_over(operation: Operation, *, ports: Trying) -> bool:
    if operation.refusal in ENDLESS or operation.refused_since is None:
        return False
    if ports.clock() - operation.refused_since < ports.budgets.patience:
        return False
    # Whether the service concerned answers at all: an AWS outage fails no operation.
    try:
        if operation.resource.kind in _IN_THE_DIRECTORY:
            ports.aws.directory.find_group(_NOBODY)
        elif operation.resource.kind not in _ELSEWHERE:
            ports.aws.assignments.creations(())
    except Unavailable:
        return False
    return True
