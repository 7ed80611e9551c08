"""Carry out what was planned, as fast as the budgets allow; whatever is cut short goes on in the next run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import batched

from dayone.errors import AccessDenied, Crowded, Throttled, Unavailable, Unreachable
from dayone.executor import results as reports
from dayone.executor.attempt import IdentityCenter
from dayone.executor.feed import LOOK_EVERY, OpenOperations
from dayone.executor.parking import Waiting, review_waiting, set_aside
from dayone.executor.poll_requests import ask_aws, conclude, note_denial
from dayone.executor.rate_limits import Allowances
from dayone.executor.results import OutcomesRecorded, Parked, PollResult, Report, Reviewed, SetAside, Trying
from dayone.executor.scheduler import (
    MOST_TOGETHER,
    Ask,
    Idle,
    Schedule,
    Start,
    Wait,
    is_lost_request,
    outcomes_to_record,
)
from dayone.executor.worker import try_operation
from dayone.model.operations import SSO_ADMIN, Operation, quota_of
from dayone.model.recovery import Recovery
from dayone.model.retry import Refusal
from dayone.ports.operations import Finished, Learned, OperationQueue, Turn, Workers
from dayone.ports.recovery import Fence
from dayone.ports.store import Engine

_RENEWAL = timedelta(seconds=5)
_LONGEST_NAP = 1.0


@dataclass(frozen=True, kw_only=True)
class ExecuteOperations:
    """Dependencies of a run; `jitter` returns a number in [0, 1), `token` a unique name for a run.

    `unexpected` logs an error of ours about one operation, which is tried again while the others go on.
    """

    queue: OperationQueue
    turn: Turn
    engine: Engine
    fence: Fence
    aws: IdentityCenter
    workers: Workers
    allowances: Allowances
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    token: Callable[[], str]
    unexpected: Callable[[Operation, Exception], None]


def execute_operations(*, ports: ExecuteOperations, deadline: datetime) -> bool:
    """Work until nothing is left to do or `deadline` has come; then ring the bell when work is left.

    While another run is at work this one waits for its turn, for the other may have died. Return whether it had one.
    """
    lease = reports.Lease(ports.token(), ends_at=ports.clock() + reports.TURN)
    while not ports.turn.take(lease.holder, now=ports.clock(), until=lease.ends_at):
        if ports.clock() + timedelta(seconds=_LONGEST_NAP) >= deadline:
            return False
        ports.workers.done(seconds=_LONGEST_NAP)
        lease.ends_at = ports.clock() + reports.TURN
    ports.allowances.learned = ports.turn.learned() or Learned(since=ports.clock())
    if _is_work_left(lease, ports=ports, deadline=deadline):
        ports.engine.wake()
    ports.turn.give_back(lease.holder, learned=ports.allowances.learned)
    return True


def _is_work_left(lease: reports.Lease, *, ports: ExecuteOperations, deadline: datetime) -> bool:
    budgets = ports.allowances.budgets
    same = {name: getattr(ports, name) for name in ("queue", "aws", "clock", "jitter", "unexpected")}
    trying = Trying(budgets=budgets, lease=lease, **same)
    recovery = ports.fence.recovery()
    run = ExecutorRun(trying, workers=ports.workers, allowances=ports.allowances, recovery=recovery)
    run.resume()
    renew_at = ports.clock() + _RENEWAL
    while (now := ports.clock()) < deadline:
        if now >= renew_at:
            if not _is_renewed(lease, recovery=recovery, ports=ports, now=now):
                break
            renew_at = now + _RENEWAL
        run.look_for_more()
        moment = run.start_what_is_due()
        if moment is None:
            run.bring_home()
            return False
        nap = min(moment, deadline, renew_at) - ports.clock()
        run.wait(seconds=min(max(0.0, nap.total_seconds()), _LONGEST_NAP))
    run.bring_home()
    return True


def _is_renewed(lease: reports.Lease, *, recovery: Recovery | None, ports: ExecuteOperations, now: datetime) -> bool:
    try:
        # Whatever the run was permitted at its beginning holds no longer.
        if ports.fence.recovery() != recovery:
            return False
        if not ports.turn.take(lease.holder, now=now, until=now + reports.TURN, learned=ports.allowances.learned):
            return False
    except Unavailable:
        # Raised from here it would leave tasks behind, whose results the next run of this process would take for its
        # own.
        return False
    lease.ends_at = now + reports.TURN
    return True


_WORTH_WAITING = timedelta(seconds=10)
# So many are parked by one worker.
_SET_ASIDE = 25


@dataclass
class ExecutorRun:
    """Remembers nothing that matters: what it has not recorded is found again by the next run."""

    ports: Trying
    workers: Workers
    allowances: Allowances
    recovery: Recovery | None = None
    _to_record: list[Finished] = field(default_factory=list)
    _waiting: Waiting = field(default_factory=Waiting)
    _is_recording: bool = False
    _due_at: datetime | None = None
    _tasks: int = 0

    def __post_init__(self) -> None:
        self._schedule = Schedule(self.allowances, now=self.ports.clock())
        self._open = OpenOperations(self.ports.queue, schedule=self._schedule, recovery=self.recovery)

    def resume(self) -> None:
        """Take up what an earlier run has begun."""
        self._waiting.has_any = self.ports.queue.has_parked()
        self._open.take_up_begun(now=self.ports.clock())

    def look_for_more(self) -> None:
        """Read what has come to the front of each lane, and more of those that have room for more."""
        self._open.look(now=self.ports.clock())
        for operations in batched(self._open.set_aside, _SET_ASIDE, strict=False):
            self._begin(partial(set_aside, operations, ports=self.ports))
        self._open.set_aside.clear()

    def start_what_is_due(self) -> datetime | None:
        """Hand all runnable work to the workers; return the time of the next check, or None when nothing is left."""
        self._record()
        for on, after in self._waiting.due(self.ports.clock()) if self._waiting.reviews else ():
            self._begin(partial(review_waiting, on, after=after, ports=self.ports))
        while self._tasks < self.workers.size:
            now = self.ports.clock()
            match self._schedule.next(now):
                case Start(operation):
                    if operation.awaits is not None:
                        # The sweep has taken it for all that wait for the same.
                        self._waiting.look_at(operation.awaits, at=now)
                    self._begin(partial(try_operation, operation, ports=self.ports))
                case Ask() as ask:
                    self._begin(partial(ask_aws, ask, ports=self.ports))
                case Wait(until):
                    self._due_at = until
                    # A run that ended before the places of lost requests are free would leave them to the next sweep.
                    worth_waiting = max(_WORTH_WAITING, self.ports.budgets.lost_request)
                    return until if self._is_busy or until - now <= worth_waiting else None
                case Idle():
                    self._due_at = None
                    return now + LOOK_EVERY if self._is_busy else None
        return self.ports.clock() + LOOK_EVERY

    def wait(self, *, seconds: float) -> None:
        """Take in what comes back within this time, the first of it at once."""
        self._take(self.workers.done(seconds=seconds))

    def bring_home(self) -> None:
        """Start nothing any more, and record what is still to come."""
        self._due_at = None
        self._record()
        while self._tasks:
            self._take(self.workers.done(seconds=1))
            self._record()

    @property
    def _is_busy(self) -> bool:
        return bool(self._tasks or self._waiting.reviews) or self._open.is_more_to_come

    def _begin(self, task: Callable[[], Report]) -> None:
        self._tasks += 1
        self.workers.start(task)

    def _take(self, reports: Sequence[Report]) -> None:
        for report in reports:
            self._tasks -= 1
            self._learn(report)

    def _learn(self, report: Report) -> None:
        now = self.ports.clock()
        match report:
            case reports.Ended(finished):
                self._to_record.append(finished)
            case reports.Requested(operation):
                self._schedule.submitted(operation, now=now)
            case Parked() | SetAside() | Reviewed():
                self._learn_of_waiting(report, now=now)
            case reports.PutBack():
                self._put_back(report, now=now)
            case reports.Changed(operation):
                self._look_again_at(operation, now=now)
            case PollResult():
                self._hear(report, now=now)
            case OutcomesRecorded():
                self._forget_recorded(report)

    def _forget_recorded(self, recorded: OutcomesRecorded) -> None:
        self._is_recording = False
        for end in recorded.finished:
            if recorded.is_lost:
                self._lose(end.operation)
            else:
                self._schedule.ended(end.operation)
                if self._waiting.has_any:
                    self._waiting.has_ended(end.operation, now=self.ports.clock())

    def _learn_of_waiting(self, report: Parked | SetAside | Reviewed, *, now: datetime) -> None:
        match report:
            case Parked(operation):
                self._schedule.blocked(operation, now=now)
                self._waiting.expect([operation], now=now)
            case SetAside(parked, others):
                self._waiting.expect(parked, now=now)
                for operation in others:
                    self._open.read_again(operation)
            case Reviewed(woken=woken):
                self._waiting.reviewed(report, now=now)
                self._open.take_up_woken(woken, now=now)

    def _look_again_at(self, operation: Operation, *, now: datetime) -> None:
        if is_lost_request(operation):
            self._schedule.may_be_under_way(operation, since=now)
        self._lose(operation)

    def _lose(self, operation: Operation) -> None:
        self._schedule.forget(operation)
        self._open.read_again(operation)

    def _put_back(self, report: reports.PutBack, *, now: datetime) -> None:
        match report.error:
            case Crowded():
                self._schedule.crowded(report.operation, now=now)
            case Throttled(retry_after=seconds):
                self._schedule.throttled(quota_of(report.operation), now=now, retry_after=seconds)
            case Unreachable():
                self._schedule.may_be_under_way(report.operation, since=now)
            case _:
                pass
        self._schedule.postponed(report.operation, until=report.until)

    def _hear(self, result: PollResult, *, now: datetime) -> None:
        if isinstance(result.error, Throttled):
            self._schedule.throttled(SSO_ADMIN, now=now, retry_after=result.error.retry_after)
        if isinstance(result.error, AccessDenied):
            for operation in result.polled:
                if operation.refusal is not Refusal.DENIED:
                    self._begin(partial(note_denial, operation, error=result.error, ports=self.ports))
        if result.error is not None:
            return
        over = [
            operation
            for operation in result.polled
            if operation.id in result.states and result.states[operation.id].is_over
        ]
        self._schedule.completed(over, now=now)
        self._schedule.unknown(operation for operation in result.polled if operation.id not in result.states)
        for entry in over:
            self._begin(partial(conclude, entry, result.states[entry.id], ports=self.ports))

    def _record(self) -> None:
        due_at = self.ports.clock() if self._tasks else self._due_at
        ends = outcomes_to_record(self._to_record, now=self.ports.clock(), next_at=due_at)
        ends = ends or ([] if self._to_record else self._waiting.in_vain[:MOST_TOGETHER])
        if self._is_recording or not ends:
            return
        recorded = {end.operation.id for end in ends}
        for waiting in (self._to_record, self._waiting.in_vain):
            waiting[:] = [end for end in waiting if end.operation.id not in recorded]
        self._is_recording = True
        self._begin(partial(_recorded, ends, queue=self.ports.queue))


def _recorded(together: Sequence[Finished], *, queue: OperationQueue) -> OutcomesRecorded:
    try:
        queue.finish(together)
    except Unavailable:
        return OutcomesRecorded(together, is_lost=True)
    return OutcomesRecorded(together)
