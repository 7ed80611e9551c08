"""The open operations of the table on their way into the schedule: which are read, and which wait outside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.errors import Unavailable
from dayone.executor.scheduler import Schedule, is_lost_request
from dayone.model.operations import Lane, Operation, OperationState, Priority, lane_of, order_of
from dayone.model.recovery import Recovery
from dayone.model.subjects import SubjectKind
from dayone.ports.operations import Listed, OperationQueue

# So soon is something more urgent noticed that was planned a moment ago.
LOOK_EVERY = timedelta(seconds=1)
_PAGE = 50
# At this number, waiting operations leave a lane's schedule; while all can run, no more are read.
_FULL = 500
# So many of an account: they go one after another, and more would keep the places of others empty. Of one that has
# hardly any left the next are read.
_MOST_OF_AN_ACCOUNT, _HARDLY_ANY = 8, 2
_REQUESTED_BEFORE = "it was requested before the state table was lost or restored: it is tried again"
_ACCOUNT = f"{SubjectKind.ACCOUNT}:"


@dataclass
class _Reading:
    """Read position in a lane; `is_whole` when there was nothing behind it."""

    after: str = ""
    is_whole: bool = False


def _everything(_operation: Operation) -> bool:
    return True


class OpenOperations:
    """The open operations of the table on their way into the schedule."""

    def __init__(self, queue: OperationQueue, *, schedule: Schedule, recovery: Recovery | None) -> None:
        self._queue = queue
        self._schedule = schedule
        self._is_recovering = recovery is not None
        self._permits = recovery.permits if recovery else _everything
        self._readings = {lane: _Reading() for lane in Lane}
        self._looked_at: datetime | None = None
        self._again: list[Operation] = []
        # The first of each account that was passed over, by its place in the lane.
        self._passed_over: dict[str, str] = {}
        self.set_aside: list[Operation] = []

    @property
    def is_more_to_come(self) -> bool:
        """True if any operation is known to be open that the schedule does not have."""
        return bool(self._again or self._passed_over) or not all(
            reading.is_whole for reading in self._readings.values()
        )

    def take_up_begun(self, *, now: datetime) -> None:
        """Add operations that AWS is, or may be, working on and that the schedule does not have."""
        begun = self._queue.begun()
        if self._is_recovering:
            self._disbelieve(begun, now=now)
        unknown = [entry for entry in begun if self._permits(entry) and not self._schedule.knows(entry.id)]
        for operation in unknown:
            if is_lost_request(operation):
                # Since it was begun, not since this run has read it: runs are shorter than a lost request may last.
                self._schedule.may_be_under_way(operation, since=operation.attempted_at or now)
        self._schedule.offer(unknown, now=now)

    def _disbelieve(self, begun: Sequence[Operation], *, now: datetime) -> None:
        """Have what was requested before the table was lost tried again: the lost record may have undone it since."""
        for operation in begun:
            if operation.state is OperationState.SUBMITTED and not self._permits(operation):
                self._queue.postpone(operation, until=now, because=_REQUESTED_BEFORE)

    def take_up_woken(self, operations: Sequence[Operation], *, now: datetime) -> None:
        """They wait for nothing any more; where a lane is full they are read when there is room."""
        for operation in filter(self._permits, operations):
            if self._schedule.count(lane_of(operation)) < _FULL:
                self._schedule.offer([operation], now=now)
            else:
                self._readings[lane_of(operation)] = _Reading()

    def read_again(self, operation: Operation) -> None:
        """Mark an operation as changed since it was read."""
        self._again.append(operation)

    def look(self, *, now: datetime) -> None:
        """Every second what has come to the front of each lane; always more of those that have room for more."""
        try:
            if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
                self._looked_at = now
                again, self._again = self._again, []
                self._offer(
                    [Listed(order_of(operation), operation.change, operation.id) for operation in again], now=now
                )
                self.take_up_begun(now=now)
                for lane in Lane:
                    self._look_at_front(lane, now=now)
            for lane in Lane:
                self._read_on(lane, now=now)
            for account in [name for name in self._passed_over if self._schedule.ready_of[name] < _HARDLY_ANY]:
                if self._has_room(Lane.ASSIGNMENTS):
                    # From just before it.
                    before = self._passed_over.pop(account)[:-1]
                    self._offer(self._queue.waiting(Lane.ASSIGNMENTS, after=before, limit=_PAGE), now=now)
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
            if not self._has_room(lane):
                return
            more = self._queue.waiting(lane, after=reading.after, limit=_PAGE)
            reading.is_whole = len(more) < _PAGE
            reading.after = more[-1].order if more else reading.after
            self._offer(more, now=now)

    def _has_room(self, lane: Lane) -> bool:
        """Return whether the schedule has room for more of a lane, setting operations aside that cannot run soon."""
        if self._schedule.count(lane) < _FULL:
            return True
        set_aside = self._schedule.set_aside(lane, most=_FULL)
        self.set_aside.extend(set_aside)
        return bool(set_aside)

    def _offer(self, listed: Sequence[Listed], *, now: datetime) -> None:
        unknown, of_account = list[Listed](), Counter[str]()
        for operation in listed:
            if self._schedule.knows(operation.id):
                continue
            subject = operation.id.partition("@")[0]
            of_account[subject] += subject.startswith(_ACCOUNT)
            if self._schedule.ready_of[subject] + of_account[subject] <= _MOST_OF_AN_ACCOUNT or not of_account[subject]:
                unknown.append(operation)
            else:
                self._passed_over[subject] = min(operation.order, self._passed_over.get(subject, operation.order))
        if unknown:
            # The index lists for a moment what has been parked.
            read = (entry for entry in self._queue.read(unknown) if not entry.is_parked)
            self._schedule.offer(filter(self._permits, read), now=now)
