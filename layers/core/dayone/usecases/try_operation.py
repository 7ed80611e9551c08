"""One try at an operation, from reading what it needs to AWS's answer; many run at a time."""

from dataclasses import replace
from datetime import datetime, timedelta

from dayone.domain.failed_work import Obstacle
from dayone.domain.failure_reasons import FailureKind, kind_of_failure
from dayone.domain.operations import Action, Applied, Operation, OperationState, Submitted
from dayone.domain.retrying import Refusal
from dayone.errors import NotFound, Rejected, Unavailable, Unreachable
from dayone.usecases.attempts import Attempt
from dayone.usecases.finish_operation import doubt_before, failed, finished, hopeless, superseded, unsettled_before
from dayone.usecases.perform_operation import perform, there_before
from dayone.usecases.prepare_attempt import Blocked, Hopeless, Stale, prepare
from dayone.usecases.put_back import Trying, put_back, refused, what_is_in_the_way
from dayone.usecases.reports import Changed, Ended, Parked, Report, Requested

# Of what AWS has made it says for a moment, now and then, that there is no such thing. Nowhere is written for how long.
SETTLES_WITHIN = timedelta(minutes=1)


def try_operation(operation: Operation, *, ports: Trying) -> Report:
    """Carry it out if it can run; raises nothing that a later try could mend."""
    try:
        return _try(operation, ports=ports)
    except Unavailable:
        # The table was out of reach, or a planner wrote the same head between our reading and our writing.
        return Changed(operation)


def _try(operation: Operation, *, ports: Trying) -> Report:
    match prepare(operation, queue=ports.queue):
        case Stale():
            return Ended(superseded(operation, now=ports.clock()))
        case Blocked() as blocked:
            return _parked(operation, blocked, ports=ports)
        case Hopeless(reason):
            return Ended(hopeless(operation, reason=reason, now=ports.clock()))
        case Attempt() as attempt:
            return _adopt_or_call(attempt, ports=ports)


def _parked(operation: Operation, blocked: Blocked, *, ports: Trying) -> Report:
    now = ports.clock()
    waiting = replace(refused(operation, Refusal.BLOCKED, now=now), waiting_for=blocked.what)
    if blocked.what != operation.waiting_for:
        waiting = replace(waiting, refused_since=now)
        ports.queue.wait_for(waiting, what=blocked.what)
    on, since = blocked.on, waiting.refused_since or now
    if on is None or now - since < ports.budgets.blocked or not ports.queue.is_at_rest(on.subject):
        return Parked(waiting, on)
    verb = "still there" if blocked.is_in_the_way else "not there"
    reason = f"it waits for {blocked.what}: {on} is {verb}, and nothing under way changes that"
    obstacle = Obstacle(resource=on, is_in_the_way=blocked.is_in_the_way)
    return Ended(replace(hopeless(operation, reason=reason, now=now), obstacle=obstacle))


def _adopt_or_call(attempt: Attempt, *, ports: Trying) -> Report:
    operation = attempt.operation
    try:
        met = there_before(attempt, aws=ports.aws)
    except Unavailable as error:
        is_over = Ended(hopeless(operation, reason=str(error), now=ports.clock()))
        return put_back(operation, error=error, ports=ports) or is_over
    except Rejected as error:
        return Ended(failed(operation, own=None, reason=str(error), now=ports.clock()))
    if met is not None:
        return Ended(finished(operation, own=None, outcome=met, now=ports.clock()))
    return _call(attempt, ports=ports)


def _call(attempt: Attempt, *, ports: Trying) -> Report:
    doubt = doubt_before(attempt, now=ports.clock())
    operation = ports.queue.begin(attempt.operation, doubt=doubt, unsettled=unsettled_before(attempt))
    if operation is None:
        return Changed(attempt.operation)
    try:
        return _called(attempt, operation=operation, doubt=doubt, ports=ports)
    except Unavailable:
        # AWS may have done it, or be working on it: the operation says so by its attempts.
        return Changed(operation)


def _called(attempt: Attempt, *, operation: Operation, doubt: Applied, ports: Trying) -> Report:
    try:
        outcome = perform(attempt, aws=ports.aws)
    except Unavailable as error:
        is_silent = isinstance(error, Unreachable)
        if not is_silent:
            # AWS answered that it did nothing; only silence leaves a doubt.
            ports.queue.settle(operation, applied=attempt.own)
        back = put_back(operation, error=error, ports=ports)
        return back or _given_up(attempt, operation=operation, doubt=doubt, error=error, ports=ports)
    except Rejected as error:
        is_too_soon = isinstance(error, NotFound) and _builds_on_something_new(attempt, now=ports.clock())
        if is_too_soon or kind_of_failure(str(error)) is FailureKind.PASSING:
            ports.queue.settle(operation, applied=attempt.own)
            if back := put_back(operation, error=Unavailable(str(error)), ports=ports):
                return back
        return _refused(attempt, operation=operation, doubt=doubt, reason=str(error), ports=ports)
    if isinstance(outcome, Submitted):
        now, request_id = ports.clock(), outcome.request_id
        ports.queue.submit(operation, request_id=request_id, at=now)
        submitted = replace(operation, state=OperationState.SUBMITTED, request_id=request_id, submitted_at=now)
        return Requested(submitted)
    return Ended(finished(operation, own=doubt, outcome=outcome, now=ports.clock()))


def _builds_on_something_new(attempt: Attempt, *, now: datetime) -> bool:
    """Whether what it requires was made so lately that AWS may not find it everywhere."""
    return any(one.at is not None and now - one.at < SETTLES_WITHIN for one in attempt.required.values())


def _given_up(attempt: Attempt, *, operation: Operation, doubt: Applied, error: Unavailable, ports: Trying) -> Ended:
    reason = f"{error}{what_is_in_the_way(operation, ports=ports)}"
    if isinstance(error, Unreachable):
        # AWS may have done it all the same: the doubt stays, and whoever plans next repeats or undoes it.
        return Ended(hopeless(operation, reason=reason, now=ports.clock()))
    return _refused(attempt, operation=operation, doubt=doubt, reason=reason, ports=ports)


def _refused(attempt: Attempt, *, operation: Operation, doubt: Applied, reason: str, ports: Trying) -> Ended:
    is_there = attempt.own is not None and (attempt.is_confirmed or attempt.action is Action.UPDATE)
    kept = replace(attempt.own, doubt=None) if attempt.own and is_there else None
    may_exist = attempt.action is Action.CREATE and attempt.may_have_happened
    return Ended(failed(operation, own=doubt, reason=reason, now=ports.clock(), may_exist=may_exist, kept=kept))
