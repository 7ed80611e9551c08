"""One run of the executor: reads what is open, starts what the schedule says, and takes in what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import batched

from dayone.domain.operations import SSO_ADMIN, Lane, Operation, Priority, lane_of, order_of, quota_of
from dayone.domain.retrying import Refusal
from dayone.domain.scheduling import Schedule, is_lost_request
from dayone.domain.steps import Ask, Idle, Start, Wait
from dayone.errors import AccessDenied, Crowded, Throttled, Unavailable, Unreachable
from dayone.ports.operations import Finished, Listed, OperationQueue
from dayone.ports.workers import Workers
from dayone.usecases import reports
from dayone.usecases.ask_aws import ask_aws, conclude, note_denial
from dayone.usecases.park_operation import Waiting, review_waiting, set_aside
from dayone.usecases.reports import Parked, Recorded, Report, Reviewed, SetAside, Told, Trying
from dayone.usecases.try_operation import try_operation

# So soon is something more urgent noticed that was planned a moment ago.
LOOK_EVERY = timedelta(seconds=1)
_PAGE = 50
# So many of a lane are known before what waits for something leaves it, and no more are read of it while all can go.
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
        self.set_aside: list[Operation] = []

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

    def take_up_woken(self, operations: Sequence[Operation], *, now: datetime) -> None:
        """They wait for nothing any more; where a lane is full they are read when there is room."""
        for operation in operations:
            if self._schedule.count(lane_of(operation)) < _FULL:
                self._schedule.offer([operation], now=now)
            else:
                self._readings[lane_of(operation)] = _Reading()

    def read_again(self, operation: Operation) -> None:
        """It is no longer as it was read."""
        self._again.append(operation)

    def look(self, *, now: datetime) -> None:
        """Every second what has come to the front of each lane; always more of those that have room for more."""
        try:
            if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
                self._looked_at = now
                again, self._again = self._again, []
                self._offer([Listed(order_of(one), one.change, one.id) for one in again], now=now)
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
        while not reading.is_whole and self._schedule.is_hungry(lane, now=now):
            if self._schedule.count(lane) >= _FULL:
                set_aside = self._schedule.set_aside(lane, most=_FULL)
                self.set_aside.extend(set_aside)
                if not set_aside:
                    return
            more = self._queue.waiting(lane, after=reading.after, limit=_PAGE)
            reading.is_whole = len(more) < _PAGE
            reading.after = more[-1].order if more else reading.after
            self._offer(more, now=now)

    def _offer(self, listed: Sequence[Listed], *, now: datetime) -> None:
        unknown = [one for one in listed if not self._schedule.knows(one.id)]
        if unknown:
            # The index lists for a moment what has been parked.
            self._schedule.offer([one for one in self._queue.read(unknown) if not one.is_parked], now=now)


_WORTH_WAITING = timedelta(seconds=10)
# How many ends are recorded together: fewer transactions on the same change and the same audit log.
_TOGETHER = 8
# So many are parked by one worker.
_SET_ASIDE = 25


@dataclass
class ExecutorRun:
    """Remembers nothing that matters: what it has not recorded is found again by the next run."""

    ports: Trying
    workers: Workers
    _to_record: list[Finished] = field(default_factory=list)
    _waiting: Waiting = field(default_factory=Waiting)
    _is_recording: bool = False
    _tasks: int = 0

    def __post_init__(self) -> None:
        self._schedule = Schedule(self.ports.budgets, now=self.ports.clock())
        self._open = OpenOperations(self.ports.queue, schedule=self._schedule)

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
        """Hand all there is to do now to the workers; tells when to look again, or None when nothing is left to do."""
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
        return bool(self._tasks or self._waiting.reviews) or self._open.is_more_to_come

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
                if self._waiting.has_any:
                    self._waiting.has_ended(one.operation, now=self.ports.clock())

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
        ends = self._to_record or self._waiting.in_vain
        if self._is_recording or not ends:
            return
        # With an adopted set goes a record of each policy that is attached to it.
        most = 1 if any(end.attached for end in ends[:_TOGETHER]) else _TOGETHER
        together, ends[:most] = ends[:most], []
        self._is_recording = True
        self._begin(partial(_recorded, together, queue=self.ports.queue))


def _recorded(together: Sequence[Finished], *, queue: OperationQueue) -> Recorded:
    try:
        queue.finish(together)
    except Unavailable:
        return Recorded(together, is_lost=True)
    return Recorded(together)
