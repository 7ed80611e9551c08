"""One run of the executor: reads what is open, starts what the schedule says, and takes in what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from dayone.domain.operations import SSO_ADMIN, Lane, Operation, Priority, order_of, quota_of
from dayone.domain.retrying import Refusal
from dayone.domain.scheduling import Schedule, is_lost_request
from dayone.domain.steps import Ask, Idle, Start, Wait
from dayone.errors import AccessDenied, Crowded, Throttled, Unavailable, Unreachable
from dayone.ports.operations import Finished, Listed, OperationQueue
from dayone.ports.workers import Workers
from dayone.usecases.ask_aws import ask_aws, conclude, note_denial
from dayone.usecases.reports import Changed, Ended, Parked, PutBack, Recorded, Report, Requested, Told, Trying
from dayone.usecases.try_operation import try_operation

# So soon is something more urgent noticed that was planned a moment ago.
LOOK_EVERY = timedelta(seconds=1)
_PAGE = 50
# So many may wait for something in a lane before no more are read of it.
_FULL = 500


@dataclass
class _Reading:
    """How far a lane has been read; `is_whole` when there was nothing behind that."""

    after: str = ""
    is_whole: bool = False


class OpenOperations:
    """The open operations of the table on their way into the schedule."""

    def __init__(self, queue: OperationQueue, *, schedule: Schedule) -> None:
        self._queue = queue
        self._schedule = schedule
        self._readings = {lane: _Reading() for lane in Lane}
        self._looked_at: datetime | None = None
        self._again: list[Operation] = []

    @property
    def is_more_to_come(self) -> bool:
        """Whether anything is known to be open that the schedule does not know of."""
        return bool(self._again) or not all(one.is_whole for one in self._readings.values())

    def take_up_begun(self, *, now: datetime) -> None:
        """What AWS works on, or may be working on, as far as the schedule does not know it."""
        unknown = [one for one in self._queue.begun() if not self._schedule.knows(one.id)]
        for one in unknown:
            if is_lost_request(one):
                # Since it was begun, not since this run has read it: runs are shorter than a lost request may last.
                self._schedule.may_be_under_way(one, since=one.attempted_at or now)
        self._schedule.offer(unknown, now=now)

    def read_again(self, operation: Operation) -> None:
        """It is no longer as it was read."""
        self._again.append(operation)

    def look(self, *, now: datetime) -> None:
        """Every second what has come to the front of each lane; always more of those that have room for more."""
        try:
            if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
                self._looked_at = now
                self._schedule.offer(self._queue.read([_listed(one) for one in self._again]), now=now)
                self._again.clear()
                self.take_up_begun(now=now)
                for lane in Lane:
                    self._look_at_front(lane, now=now)
            for lane in Lane:
                self._read_on(lane, now=now)
        except Unavailable:
            self._looked_at = now

    def _look_at_front(self, lane: Lane, *, now: datetime) -> None:
        front = self._queue.waiting(lane, after="", limit=_PAGE)
        self._offer(front, now=now)
        reading = self._readings[lane]
        if len(front) < _PAGE:
            reading.is_whole = True
            return
        reading.is_whole = False
        reading.after = max(reading.after, front[-1].order)
        # A lane full of what is urgent must not hide the rest for ever.
        least = front[-1].order[:1]
        if least < f"{max(Priority):d}":
            self._offer(self._queue.waiting(lane, after=f"{least}~", limit=_PAGE // 4), now=now)

    def _read_on(self, lane: Lane, *, now: datetime) -> None:
        reading = self._readings[lane]
        while not reading.is_whole and self._schedule.count(lane) < _FULL and self._schedule.is_hungry(lane, now=now):
            more = self._queue.waiting(lane, after=reading.after, limit=_PAGE)
            reading.is_whole = len(more) < _PAGE
            reading.after = more[-1].order if more else reading.after
            self._offer(more, now=now)

    def _offer(self, listed: Sequence[Listed], *, now: datetime) -> None:
        unknown = [one for one in listed if not self._schedule.knows(one.id)]
        if unknown:
            self._schedule.offer(self._queue.read(unknown), now=now)


def _listed(operation: Operation) -> Listed:
    return Listed(order_of(operation), operation.change, operation.id)


_WORTH_WAITING = timedelta(seconds=10)
# How many ends are recorded together: fewer transactions on the same change and the same audit log.
_TOGETHER = 8


@dataclass
class ExecutorRun:
    """Remembers nothing that matters: what it has not recorded is found again by the next run."""

    ports: Trying
    workers: Workers
    _to_record: list[Finished] = field(default_factory=list)
    _is_recording: bool = False
    _tasks: int = 0

    def __post_init__(self) -> None:
        self._schedule = Schedule(self.ports.budgets, now=self.ports.clock())
        self._open = OpenOperations(self.ports.queue, schedule=self._schedule)

    def resume(self) -> None:
        """Take up what an earlier run has begun."""
        self._open.take_up_begun(now=self.ports.clock())

    def look_for_more(self) -> None:
        """Read what has come to the front of each lane, and more of those that have room for more."""
        self._open.look(now=self.ports.clock())

    def start_what_is_due(self) -> datetime | None:
        """Hand all there is to do now to the workers; tells when to look again, or None when nothing is left to do."""
        self._record()
        while self._tasks < self.workers.size:
            now = self.ports.clock()
            match self._schedule.next(now):
                case Start(operation):
                    self._begin(partial(try_operation, operation, ports=self.ports))
                case Ask() as ask:
                    self._begin(partial(ask_aws, ask, aws=self.ports.aws))
                case Wait(until):
                    return until if self._is_busy or until - now <= self._worth_waiting else None
                case Idle():
                    return now + LOOK_EVERY if self._is_busy else None
        return self.ports.clock() + LOOK_EVERY

    def wait(self, *, seconds: float) -> None:
        """Take in what comes back within this time, the first of it at once."""
        self._take(self.workers.done(seconds=seconds))

    def bring_home(self) -> None:
        """Start nothing any more, and record what is still to come."""
        self._record()
        while self._tasks:
            self._take(self.workers.done(seconds=1))
            self._record()

    @property
    def _is_busy(self) -> bool:
        return bool(self._tasks) or self._open.is_more_to_come

    @property
    def _worth_waiting(self) -> timedelta:
        # A run that ended before the places of lost requests are free again would leave them to the next sweep.
        return max(_WORTH_WAITING, self.ports.budgets.lost_request)

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
            case Ended(finished):
                self._to_record.append(finished)
            case Requested(operation):
                self._schedule.submitted(operation, now=now)
            case Parked(operation, on):
                self._schedule.blocked(operation, on=on, now=now)
            case PutBack():
                self._put_back(report, now=now)
            case Changed(operation):
                self._look_again_at(operation, now=now)
            case Told():
                self._hear(report, now=now)
            case Recorded():
                self._forget_recorded(report)

    def _forget_recorded(self, recorded: Recorded) -> None:
        self._is_recording = False
        for one in recorded.finished:
            if recorded.is_lost:
                self._lose(one.operation)
            else:
                self._schedule.ended(one.operation)

    def _look_again_at(self, operation: Operation, *, now: datetime) -> None:
        if is_lost_request(operation):
            self._schedule.may_be_under_way(operation, since=now)
        self._lose(operation)

    def _lose(self, operation: Operation) -> None:
        self._schedule.forget(operation)
        self._open.read_again(operation)

    def _put_back(self, report: PutBack, *, now: datetime) -> None:
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

    def _hear(self, told: Told, *, now: datetime) -> None:
        if isinstance(told.error, Throttled):
            self._schedule.throttled(SSO_ADMIN, now=now, retry_after=told.error.retry_after)
        if isinstance(told.error, AccessDenied):
            for operation in told.asked:
                if operation.refusal is not Refusal.DENIED:
                    self._begin(partial(note_denial, operation, error=told.error, ports=self.ports))
        if told.error is not None:
            return
        over = [one for one in told.asked if one.id in told.states and told.states[one.id].is_over]
        self._schedule.told(over, now=now)
        self._schedule.unknown(one for one in told.asked if one.id not in told.states)
        for one in over:
            self._begin(partial(conclude, one, told.states[one.id], ports=self.ports))

    def _record(self) -> None:
        if self._is_recording or not self._to_record:
            return
        together, self._to_record = self._to_record[:_TOGETHER], self._to_record[_TOGETHER:]
        self._is_recording = True
        self._begin(partial(_recorded, together, queue=self.ports.queue))


def _recorded(together: Sequence[Finished], *, queue: OperationQueue) -> Recorded:
    try:
        queue.finish(together)
    except Unavailable:
        return Recorded(together, is_lost=True)
    return Recorded(together)
