"""Drain the operations under the budgets: call, confirm, record; whatever is cut short goes on in the next run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dayone.domain.operations import Action, Operation, Submitted
from dayone.domain.scheduling import Budgets, Confirm, Idle, Pause, Perform, Situation, Wait, next_step, retry_at
from dayone.errors import Conflicting, NotFound, Rejected, Throttled, Unavailable, Unreachable
from dayone.ports.state import Engine, OperationQueue
from dayone.usecases.attempts import Attempt, IdentityCenter
from dayone.usecases.finish_operation import doubt_before, failed, finished, hopeless, superseded
from dayone.usecases.perform_operation import perform, status, there_before
from dayone.usecases.prepare_attempt import Blocked, Hopeless, Stale, prepare

_PAGE = 100
_LONGEST_NAP = timedelta(seconds=1)
_WORTH_WAITING = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class ExecuteOperations:
    """What executing needs; `sleep` takes seconds, `jitter` gives a number in [0, 1)."""

    queue: OperationQueue
    engine: Engine
    aws: IdentityCenter
    budgets: Budgets
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    jitter: Callable[[], float]


@dataclass
class _Run:
    """What one run remembers; losing it costs a few calls and nothing else."""

    page: int = _PAGE
    blocked: set[str] = field(default_factory=set)
    asked: dict[str, datetime] = field(default_factory=dict)
    last_call: datetime | None = None


def execute_operations(*, ports: ExecuteOperations, deadline: datetime) -> None:
    """Work until nothing is left to do or `deadline` has come; then ring the bell when work is left."""
    run = _Run()
    while ports.clock() < deadline:
        try:
            if not _step(run, ports=ports):
                return
        except Conflicting:
            # A planner wrote the same head between our reading and our writing: look again.
            continue
        except Unavailable:
            ports.sleep(_LONGEST_NAP.total_seconds())
    ports.engine.wake()


def _step(run: _Run, *, ports: ExecuteOperations) -> bool:
    """Do the next thing; False when nothing is left that this run could do."""
    # Read anew for every step, so that a leaver that arrives now is next.
    open_now = ports.queue.runnable(limit=run.page)
    situation = Situation(
        operations=open_now,
        now=ports.clock(),
        blocked=frozenset(run.blocked),
        asked=run.asked,
        last_call=run.last_call,
    )
    step = next_step(situation, budgets=ports.budgets)
    if isinstance(step, (Wait, Idle)) and len(open_now) == run.page:
        # Those read so far all wait for something; behind them there may be one that does not.
        run.page += _PAGE
        return True
    match step:
        case Perform(operation):
            _perform(operation, run=run, ports=ports)
        case Confirm(operation):
            _confirm(operation, run=run, ports=ports)
        case Pause(until) | Wait(until) if until - situation.now <= _WORTH_WAITING:
            ports.sleep(min(until - situation.now, _LONGEST_NAP).total_seconds())
        case Pause() | Wait() | Idle():
            return False
    return True


def _perform(operation: Operation, *, run: _Run, ports: ExecuteOperations) -> None:
    match prepare(operation, queue=ports.queue):
        case Stale():
            ports.queue.finish(superseded(operation, now=ports.clock()))
        case Blocked(what):
            run.blocked.add(operation.id)
            if what != operation.waiting_for:
                ports.queue.wait_for(operation, what=what)
        case Hopeless(reason):
            ports.queue.finish(hopeless(operation, reason=reason, now=ports.clock()))
            run.blocked.clear()
        case Attempt() as attempt:
            _adopt_or_call(attempt, run=run, ports=ports)


def _adopt_or_call(attempt: Attempt, *, run: _Run, ports: ExecuteOperations) -> None:
    operation = attempt.operation
    run.last_call = ports.clock()
    try:
        met = there_before(attempt, aws=ports.aws)
    except Unavailable as error:
        ports.queue.postpone(operation, until=_later(operation, error=error, ports=ports), because=str(error))
    except Rejected as error:
        ports.queue.finish(failed(operation, own=None, reason=str(error), now=ports.clock()))
    else:
        if met is None:
            _call(attempt, run=run, ports=ports)
        else:
            ports.queue.finish(finished(operation, own=None, outcome=met, now=ports.clock()))
            run.blocked.clear()


def _call(attempt: Attempt, *, run: _Run, ports: ExecuteOperations) -> None:
    doubt = doubt_before(attempt, now=ports.clock())
    operation = ports.queue.begin(attempt.operation, doubt=doubt)
    if operation is None:
        return
    run.last_call = ports.clock()
    try:
        outcome = perform(attempt, aws=ports.aws)
    except Unavailable as error:
        _put_back(attempt, operation=operation, error=error, ports=ports)
    except Rejected as error:
        may_exist = operation.action is Action.CREATE and attempt.may_have_happened
        failure = failed(operation, own=doubt, reason=str(error), now=ports.clock(), may_exist=may_exist)
        ports.queue.finish(failure)
    else:
        if isinstance(outcome, Submitted):
            ports.queue.submit(operation, request_id=outcome.request_id)
            run.asked[operation.id] = ports.clock()
        else:
            ports.queue.finish(finished(operation, own=doubt, outcome=outcome, now=ports.clock()))
            run.blocked.clear()


def _put_back(attempt: Attempt, *, operation: Operation, error: Unavailable, ports: ExecuteOperations) -> None:
    if not isinstance(error, Unreachable):
        # AWS answered that it did nothing; only silence leaves a doubt.
        ports.queue.settle(operation, applied=attempt.own)
    ports.queue.postpone(operation, until=_later(operation, error=error, ports=ports), because=str(error))


def _later(operation: Operation, *, error: Unavailable, ports: ExecuteOperations) -> datetime:
    after = error.retry_after if isinstance(error, Throttled) else None
    return retry_at(max(1, operation.attempts), now=ports.clock(), jitter=ports.jitter(), retry_after=after)


def _confirm(operation: Operation, *, run: _Run, ports: ExecuteOperations) -> None:
    run.asked[operation.id] = run.last_call = ports.clock()
    try:
        state = status(operation, aws=ports.aws)
    except NotFound:
        ports.queue.postpone(operation, until=ports.clock(), because="AWS no longer knows the request")
        return
    except Unavailable:
        return
    if not state.is_over:
        return
    own = ports.queue.applied([operation.target]).get(operation.target)
    now = ports.clock()
    if state.failure_reason:
        ports.queue.finish(failed(operation, own=own, reason=state.failure_reason, now=now))
    else:
        ports.queue.finish(finished(operation, own=own, outcome=None, now=now))
    run.blocked.clear()
